//! One integration binary.
mod consensus;
mod contrast;
mod digests;
mod engine;
mod golden;
mod links;
mod moves;
mod place;
mod placement;
mod placement_odds;
mod placement_ring;
mod promises;
mod rules;
mod sentences;
mod tidy;
mod time_travel;
mod vectors_placement;
