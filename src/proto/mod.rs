//! One folder a subject, each a pure state machine. Subjects do not know each other: no file under `replica` knows the
//! word lock, and so on. Only the rivals of `placement` know the ring, being compared with it;
//! replication and consensus build on one [`log`]. [`textbook`] is what many take for a distributed lock, to be set beside [`lock`].

pub mod consensus;
pub mod detector;
pub mod lock;
pub mod log;
pub mod placement;
pub mod replica;
pub mod ring;
pub mod textbook;
