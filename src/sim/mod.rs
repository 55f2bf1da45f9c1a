//! The fake world. Nothing here knows a protocol.
pub mod fault;
pub mod id;
pub mod journal;
pub mod time;
