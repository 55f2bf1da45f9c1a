//! Balancing, queues and retries against theory and against what was published.

mod lab;
mod theory;
