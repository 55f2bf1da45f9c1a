//! Ringside (环视): high availability made visible. The map is being drawn.
#[cfg(test)]
extern crate self as ringside;

pub mod cluster;
pub mod proto;
pub mod scene;
pub mod session;
pub mod sim;
pub mod text;
