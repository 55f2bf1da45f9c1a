//! The page.
pub mod stage;
