//! Facts in the order in which they happened, each with its cause.

use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::time::Time;

/// One fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record<N> {
    /// Its place in the order of all facts of the run.
    pub seq: Seq,
    /// When it happened, by the world's clock.
    pub at: Time,
    /// The process it happened at; for a fault, the process it hits.
    pub who: Pid,
    /// The latest earlier fact in its causal past: what led to the message, timer or save that brought it about.
    pub cause: Option<Seq>,
    /// What happened.
    pub what: What<N>,
}

/// What a record says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What<N> {
    /// A fault came from outside.
    Fault(Fault),
    /// A process noted something worth showing.
    Note(N),
}
