//! One integration binary.
mod contrast;
mod digests;
mod engine;
mod golden;
mod links;
mod moves;
mod promises;
mod rules;
mod sentences;
mod tidy;
mod time_travel;
