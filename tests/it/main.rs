//! One integration binary.
mod digests;
