//! What is seen of a cluster from outside: plain data, made without changing anything.

mod picture;
pub mod view;
