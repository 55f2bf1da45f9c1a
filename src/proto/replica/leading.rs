//! What only a primary has.

use crate::proto::replica::peer::Peer;
use crate::proto::replica::view::Index;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Leading {
    pub(super) peers: Vec<Peer>,
    /// Index of the mark that began this primacy: when all have it, the predecessor's rest is settled.
    pub(super) begins: Index,
    /// All have that mark.
    pub(super) even: bool,
    /// And nothing that the predecessor left is open: it may serve.
    pub(super) settled: bool,
    /// What the control plane has been told of that.
    pub(super) level: Level,
    /// See [`View::unknown`](crate::proto::replica::view::View::unknown).
    pub(super) unknown: bool,
}

/// Whether the control plane knows that every in-sync copy of a primary's view has all that is committed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Level {
    /// It was not told.
    Untold,
    /// It was told, and may not have heard.
    Told,
    /// It knows.
    Known,
}
