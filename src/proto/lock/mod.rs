//! The distributed lock.
pub mod token;
