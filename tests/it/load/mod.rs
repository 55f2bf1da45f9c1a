//! Balancing, queues and retries against theory and against what was published.

mod cli;
mod jitter;
mod lab;
mod overload;
mod retries;
mod tail;
mod theory;
