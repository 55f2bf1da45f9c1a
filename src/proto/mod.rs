//! One folder a subject, each a pure state machine. Subjects do not know each other: no file under `replica` knows the
//! word lock, and so on. Replication and consensus build on one [`log`], and one of the ways to balance on the [`ring`].

pub mod balance;
pub mod consensus;
pub mod detector;
pub mod lock;
pub mod log;
pub mod replica;
pub mod ring;
