//! One integration binary.
mod contrast;
mod digests;
mod engine;
mod tidy;
mod golden;
mod links;
mod rules;
mod sentences;
mod time_travel;
