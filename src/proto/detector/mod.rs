//! Failure detection: what processes believe of each other, from what they hear and do not hear. A silent peer may be dead, slow,
//! paused or cut off; nobody can tell these apart in bounded time (Chandra and Toueg 1996), so every detector trades the time it
//! needs against the living it accuses.
//!
//! | module | is |
//! |---|---|
//! | [`words`] | [`Detector`]: what an observer thinks of one peer by its heartbeats |
//! | [`timeout`] | a fixed limit ([`Watch`], [`TimeOut`](timeout::TimeOut)) |
//! | [`accrual`] | phi-accrual (Hayashibara et al. 2004), as Akka, Cassandra and chitchat have it |
//! | [`choice`] | one of them, chosen by data |
//! | [`swim`] | probes instead of heartbeats, with gossip (Das et al. 2002), and Lifeguard (2018) |
//!
//! Nothing here sends or waits: time is an argument, silence is what is measured.

pub mod accrual;
pub mod choice;
pub mod swim;
pub mod timeout;
pub mod words;

pub use timeout::Watch;
pub use words::{Detector, MilliPhi};
