//! One integration binary.
mod digests;
mod engine;
