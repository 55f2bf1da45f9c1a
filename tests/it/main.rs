//! One integration binary.
mod contrast;
mod digests;
mod engine;
mod golden;
mod links;
mod rules;
mod sentences;
mod tidy;
mod time_travel;
mod vectors_placement;
