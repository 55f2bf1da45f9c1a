//! Hands that look for faults: recipes, faults and the end of a run are drawn from a seed, and everything is done as ordinary
//! actions, so that a link replays it exactly. After the faults a *core* of the cluster is mended, and must come to work
//! again while everything around it stays broken.

pub mod core;
mod deeds;
pub mod demand;
pub mod harm;
mod ledger;
pub mod recipe;
mod scene;
pub mod shrink;
pub mod trial;

#[cfg(test)]
mod tests;

pub use deeds::Hands;
pub use ledger::Ledger;
