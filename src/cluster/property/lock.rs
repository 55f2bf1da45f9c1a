//! The lock: first come, first served; tokens that only grow; and effects in the order of the tokens.

use crate::cluster::note::OpId;
use crate::cluster::property::{Promise, Verdicts};
use crate::proto::lock::token::{FencingToken, Session};
use crate::sim::sorted::SortedSet;

/// What the lock service has said, and what came of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Lock {
    queue: Vec<Session>,
    last_token: FencingToken,
    /// The latest edit of the document that took effect: its token and value.
    edit: (FencingToken, u64),
    /// Edits seen: a new primary may apply (and tell) what the old one had applied.
    edits: SortedSet<OpId>,
}

impl Lock {
    /// A session waits.
    pub(super) fn queued(&mut self, session: Session) {
        self.queue.push(session);
    }

    /// A session waits no more, and holds nothing.
    pub(super) fn ended(&mut self, session: Session) {
        self.queue.retain(|&waiting| waiting != session);
    }

    /// A session got the lock.
    pub(super) fn granted(&mut self, session: Session, token: FencingToken, verdicts: &mut Verdicts) {
        if token <= self.last_token {
            verdicts.breaks(Promise::TokensGrow);
        }
        self.last_token = self.last_token.max(token);
        let first = self.queue.first().copied();
        self.ended(session);
        if first.is_some_and(|first| first != session) {
            verdicts.breaks(Promise::LockFifo);
        }
    }

    /// A write under the lock took effect.
    pub(super) fn edited(&mut self, op: OpId, token: FencingToken, value: u64, verdicts: &mut Verdicts) {
        if self.edits.insert(op) {
            let (last, document) = self.edit;
            if token < last || value != document + 1 {
                verdicts.breaks(Promise::OneEffective);
            }
            self.edit = (last.max(token), value);
        }
    }
}
