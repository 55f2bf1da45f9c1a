//! One folder a subject, each a pure state machine; subjects do not know each other.
pub mod lock;
pub mod replica;
