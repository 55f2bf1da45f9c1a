//! What a client waits for.

use std::hash::{Hash, Hasher};

use crate::cluster::note::OpId;
use crate::cluster::store::Request;
use crate::sim::digest::Later;
use crate::sim::time::Span;

/// Something asked and not yet answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Pending {
    pub(super) op: OpId,
    pub(super) request: Request,
    /// From 1; 0 before the first.
    pub(super) attempt: u32,
    /// Whether the client pauses before the next attempt.
    pub(super) paused: bool,
    /// The last pause, where the next one depends on it.
    pub(super) waited: Later<Option<Span>>,
    /// How many doors from its client's own one the last attempt went through, where the client minds.
    pub(super) through: Later<u8>,
}

/// All of it, in the order in which it was asked for: the numbers only grow.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Waiting(Vec<Pending>);

/// A client that waits for one thing at a time is known by that or by nothing, as it was before there were others.
impl Hash for Waiting {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.first().hash(state);
        self.0.iter().skip(1).for_each(|pending| pending.hash(state));
    }
}

impl Waiting {
    /// One more.
    pub(super) fn add(&mut self, pending: Pending) {
        assert!(self.0.last().is_none_or(|last| last.op.n < pending.op.n), "an older thing is asked for after a newer one");
        self.0.push(pending);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of the oldest operation.
    pub(super) fn oldest(&self) -> Option<u32> {
        self.0.first().map(|pending| pending.op.n)
    }

    /// An operation, if it is waited for.
    pub(super) fn of(&self, op: OpId) -> Option<&Pending> {
        self.0.iter().find(|pending| pending.op == op)
    }

    /// The operation with a number.
    pub(super) fn get_mut(&mut self, n: u32) -> Option<&mut Pending> {
        self.0.iter_mut().find(|pending| pending.op.n == n)
    }

    /// Waits for it no more.
    pub(super) fn remove(&mut self, n: u32) -> Option<Pending> {
        let at = self.0.iter().position(|pending| pending.op.n == n)?;
        Some(self.0.remove(at))
    }
}
