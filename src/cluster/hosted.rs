//! One shard on one node: the replica, what its committed operations have made of the store, and who waits for answers.

use crate::cluster::msg::{LoggedOp, Msg};
use crate::cluster::note::{Asked, Note, OpId};
use crate::cluster::process::Context;
use crate::cluster::store::{Outcome, Request, Store};
use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;
use crate::sim::sorted::SortedMap;

/// A shard as a node keeps it in memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Hosted {
    /// The protocol's state.
    pub replica: Replica<LoggedOp>,
    /// What the applied operations have made.
    pub store: Store,
    /// Applied up to here; never beyond what is known to be committed.
    pub applied: Index,
    /// Who waits for which entry: the operation and the balancer it came through.
    pub waiting: SortedMap<Index, (OpId, Pid)>,
    /// Whether it serves: primary, settled, and under a lease when it last looked.
    pub serving: bool,
    /// Whether the resend timer runs.
    pub timer: bool,
    fencing: bool,
}

impl Hosted {
    /// A copy just read from disk: the store is made anew from the committed part of the log.
    pub fn new(replica: Replica<LoggedOp>, fencing: bool) -> Hosted {
        let mut hosted = Hosted {
            replica,
            store: Store::default(),
            applied: Index(0),
            waiting: SortedMap::new(),
            serving: false,
            timer: false,
            fencing,
        };
        hosted.replay();
        hosted
    }

    fn replay(&mut self) {
        while self.applied < self.replica.commit() {
            self.applied = self.applied.next();
            if let Some((op, request)) = self.replica.log().get(self.applied).and_then(|entry| entry.op) {
                self.store.apply(op, request, self.fencing);
            }
        }
    }

    /// The log was cut: if that took something applied (which only a broken rule can bring about), the store is made anew.
    pub fn rewind(&mut self) {
        if self.applied > self.replica.commit() {
            self.applied = Index(0);
            self.store = Store::default();
            self.replay();
        }
    }

    /// Applies what is committed up to `upto`; a primary answers whoever waits.
    pub fn apply(&mut self, shard: ShardId, upto: Index, ctx: &mut Context<'_>) {
        while self.applied < upto {
            self.applied = self.applied.next();
            let index = self.applied;
            let Some((op, request)) = self.replica.log().get(index).and_then(|entry| entry.op) else { continue };
            let outcome = self.store.apply(op, request, self.fencing);
            if !self.replica.is_primary() {
                continue;
            }
            match (request, outcome) {
                (Request::Edit(_, token, value), Outcome::Written) => ctx.note(Note::FencedWrite { shard, op, token, value }),
                (Request::Edit(_, token, _) | Request::Open(_, token), Outcome::Fenced(seen)) => {
                    ctx.note(Note::FenceRefused { shard, op, token, seen });
                }
                (Request::Get(_) | Request::Put(..) | Request::Open(..) | Request::Edit(..), _) => {}
            }
            if let Some((waiting, via)) = self.waiting.remove(&index)
                && waiting == op
            {
                if request.asked() == Asked::Write && outcome == Outcome::Written {
                    ctx.note(Note::Acknowledged { shard, op, index });
                }
                ctx.send(via, Msg::Done { op, outcome });
            }
        }
    }
}
