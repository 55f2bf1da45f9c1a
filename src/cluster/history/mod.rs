//! Whether what clients were told can be true of one copy: histories of operations, and a checker of their linearizability.
//!
//! A history is linearizable if every operation can be given one instant between its invocation and its return such that, done
//! at those instants one after the other, all of them return what they returned (Herlihy and Wing, 1990).
//!
//! Nothing in this folder knows a protocol, a message or the simulated world: it judges what was seen from outside, of this
//! cluster or of any other system. [`mod@file`] reads a history, [`model`] says what a lone object would have done, [`check`]
//! searches for an order, and [`shrink`] gives the shortest piece of a history that has none.

pub mod check;
pub mod file;
pub mod model;
pub mod shrink;

use crate::cluster::history::model::Deed;

/// A place in the order of all events of a history: of two events, the one with the smaller place came first. In a file, the
/// number of the line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place(pub u32);

/// One operation on one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Op {
    /// What it did, if it did anything.
    pub deed: Deed,
    /// When it was asked for. It takes effect later, if it does.
    pub invoked: Place,
    /// When it ended: it took effect before, if it did. `None`: at any later time, or not yet.
    pub returned: Option<Place>,
    /// Whether it surely took effect, since somebody was told so. Then it has returned.
    pub certain: bool,
}

impl Op {
    /// An operation whose client was told at `returned` what came of it.
    pub fn answered(deed: Deed, invoked: Place, returned: Place) -> Op {
        Op { deed, invoked, returned: Some(returned), certain: true }
    }

    /// An operation of which nothing was heard: it takes effect at any time after its invocation, or never.
    pub fn open(deed: Deed, invoked: Place) -> Op {
        Op { deed, invoked, returned: None, certain: false }
    }

    /// Whether it can tell an order from another. A look that nobody vouches for cannot.
    pub fn matters(&self) -> bool {
        self.certain || !self.deed.only_looks()
    }
}
