//! Why nobody leads a shard.

use crate::sim::id::Pid;

/// What a shard waits for that nobody leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Waiting {
    /// For `enough` of these nodes, in the order of pids: together they have everything that was acknowledged.
    For {
        /// Nodes whose disks are not lost.
        nodes: Vec<Pid>,
        /// So many of them must be there.
        enough: usize,
    },
    /// So many disks are lost that nobody knows what is gone: an operator has to choose whose copy counts.
    Choice,
}
