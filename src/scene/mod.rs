//! Pictures as data: placeholder module list, to be joined with the stage's.
pub mod timebar;
