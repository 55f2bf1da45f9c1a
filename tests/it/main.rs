//! One integration binary.
mod engine;
mod golden;
mod links;
mod rules;
mod sentences;
mod time_travel;
