//! What is seen of a cluster from outside: plain data, made without changing anything.

pub mod beliefs;
pub mod chronicle;
mod picture;
pub mod view;
