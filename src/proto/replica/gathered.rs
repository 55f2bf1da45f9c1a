//! What a new primary has been told of the others' logs: see [`gather`](super::gather) for what it makes of it.

use crate::proto::replica::view::{Entry, Index, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// What a new primary has been told so far.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Gather<T> {
    pub(super) since: Time,
    /// When it last asked.
    pub(super) asked: Option<Time>,
    /// The ends of the others' logs, in the order in which they were told.
    pub(super) told: Vec<(Pid, Tail<T>)>,
}

/// The end of a log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Tail<T> {
    /// The entry before: index and view.
    pub(super) prev: (Index, ViewNo),
    /// What follows.
    pub(super) entries: Vec<Entry<T>>,
}

impl<T> Tail<T> {
    /// Which of two logs was written last: the view of its last entry, then that one's index (Raft, section 5.4.1).
    pub(super) fn end(&self) -> (ViewNo, Index) {
        (self.entries.last().map_or(self.prev.1, |entry| entry.mark), Index(self.prev.0.0 + self.entries.len() as u32))
    }
}

impl<T> Gather<T> {
    pub(super) fn new(since: Time) -> Gather<T> {
        Gather { since, asked: None, told: Vec::new() }
    }

    pub(super) fn has_heard(&self, pid: Pid) -> bool {
        self.told.iter().any(|(who, _)| *who == pid)
    }
}
