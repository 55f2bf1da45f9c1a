//! What a failure cost. STUB.
use crate::sim::time::{Span, Time};

/// The bill of the run up to now. Figures are `None` until there is something to bill: the page says "none yet".
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bill {
    /// The first fault of the run: nothing is billed before.
    pub since: Option<Time>,
    /// From the latest fault that stopped a node to the first suspicion of it.
    pub detected_after: Option<Span>,
    /// The latest outage: how long at least one shard had no server. Open if `outage_open`.
    pub outage: Option<Span>,
    /// Whether it goes on.
    pub outage_open: bool,
    /// Shards without a server now.
    pub unserved: u16,
    /// Requests turned away since the first fault.
    pub refused: u32,
    /// Requests sent again since the first fault.
    pub retried: u32,
    /// Acknowledged writes lost.
    pub lost: u32,
    /// Promises kept.
    pub kept: u32,
    /// Promises made.
    pub promises: u32,
}
