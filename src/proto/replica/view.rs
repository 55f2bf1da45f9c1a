//! The numbered configuration of one shard (PacificA, section 2; Kafka's in-sync set).

use crate::proto::log;
pub use crate::proto::log::Index;
use crate::sim::id::Pid;

/// A shard: an equal slice of the hash circle, from zero clockwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct ShardId(pub u16);

/// Number of a view; a larger one replaces a smaller one. 0 means: none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct ViewNo(pub u32);

impl ViewNo {
    /// The number of the view after this one.
    #[must_use]
    pub const fn next(self) -> ViewNo {
        ViewNo(self.0 + 1)
    }
}

/// Who holds copies of a shard, in which role. Decided by the control plane, never by a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct View {
    /// Its number.
    pub no: ViewNo,
    /// The replica that orders writes; `None` while no member of the in-sync set lives.
    pub primary: Option<Pid>,
    /// Replicas that count, the primary (or the last one) among them: one of these leads next. Never empty. Whether each of them
    /// holds every acknowledged write is a matter of when writes are acknowledged.
    pub in_sync: Vec<Pid>,
    /// Replicas that catch up and do not count yet.
    pub learners: Vec<Pid>,
    /// The control plane has been told that this primary has settled what its predecessor left, and that everything acknowledged
    /// is on every copy of this in-sync set. Told only where anything depends on it.
    pub level: bool,
    /// The control plane has lost its memory since the copies were made: nobody knows which of them has what, and a new primary looks
    /// at all of them before it leads, whatever the mode.
    pub unknown: bool,
}

/// One entry of a shard's log, marked with the view that wrote it.
pub type Entry<T> = log::Entry<ViewNo, T>;

/// A shard's log.
pub type Log<T> = log::Log<ViewNo, T>;
