//! What a replica wants, carried out: messages, saves and facts of one shard on one node.

use std::rc::Rc;

use crate::cluster::node::shard_copy::ShardCopy;
use crate::cluster::node::tell_coordinators;
use crate::cluster::note::{ShardNote, StopWhy};
use crate::cluster::wire::msg::{LoggedOp, Msg};
use crate::cluster::wire::{Change, Context, Ticket, Timer};
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::proto::replica::words::ReplicaEffect;
use crate::sim::id::Pid;
use crate::sim::time::Span;

impl ShardCopy {
    /// Carries out one thing that the replica of a shard wants. `leased`: the node may answer for what is applied now.
    pub(super) fn carry_out(&mut self, shard: ShardId, effect: ReplicaEffect<LoggedOp>, leased: bool, ctx: &mut Context<'_>) {
        let config = &ctx.env().setup.config;
        match effect {
            ReplicaEffect::Send(to, msg) => ctx.send(to, Msg::Replica { shard, msg }),
            ReplicaEffect::Save { keep, entries, commit, mark } => {
                let (view, commit) = (self.replica.view(), self.replica.commit().max(commit));
                ctx.save(Change::Log { shard, view, commit, keep, entries }, Ticket::Log(shard, self.copy, mark));
            }
            ReplicaEffect::Truncated { from, dropped, lost } => {
                ctx.note(ShardNote::Truncated { shard, from, dropped });
                if lost > 0 {
                    ctx.note(ShardNote::WritesLost { shard, from, lost });
                }
                self.rewind(from);
            }
            ReplicaEffect::Forget => {
                self.base = Rc::default();
                let (view, upto, base) = (self.replica.view(), (Index(0), ViewNo(0)), self.base.clone());
                ctx.save(Change::Snapshot { shard, view, upto, base }, Ticket::Nothing);
            }
            ReplicaEffect::Appended(index, view) => ctx.note(ShardNote::Appended { shard, index, view }),
            ReplicaEffect::Refused { from, theirs } => {
                ctx.note(ShardNote::StaleView { shard, from, theirs, ours: self.replica.view() });
            }
            ReplicaEffect::Commit(index) => {
                ctx.note(ShardNote::Committed { shard, index });
                self.apply(shard, index, leased, ctx);
                if let Some((upto, base)) = self.trim(config.log_max, config.log_keep) {
                    ctx.note(ShardNote::Trimmed { shard, upto: upto.0 });
                    ctx.save(Change::Trim { shard, upto, base }, Ticket::Nothing);
                    for to in self.renew_snapshots() {
                        ctx.note(ShardNote::SnapshotSent { shard, to, upto: self.applied });
                    }
                }
            }
            ReplicaEffect::Ready { learner: node, again } => {
                if !again {
                    ctx.note(ShardNote::LearnerReady { shard, learner: node });
                }
                tell_coordinators(Msg::Ready { shard, view: self.replica.view(), node }, ctx);
            }
            ReplicaEffect::Lagging(node) => {
                tell_coordinators(Msg::Lagging { shard, view: self.replica.view(), node }, ctx);
            }
            ReplicaEffect::Stalled(node) => {
                tell_coordinators(Msg::Stalled { shard, view: self.replica.view(), node }, ctx);
            }
            ReplicaEffect::Snapshot(to) => {
                let base = self.replica.log().base();
                if self.outgoing.get(&to).is_none_or(|it| it.is_useless(base)) {
                    ctx.note(ShardNote::SnapshotSent { shard, to, upto: self.applied });
                    self.outgoing.insert(to, self.snapshot());
                }
                ctx.arm(Timer::Chunk(shard), Span::ZERO);
            }
            ReplicaEffect::Settled => {} // the node begins to serve when all is carried out
            ReplicaEffect::Level { open } => {
                tell_coordinators(Msg::Level { shard, view: self.replica.view(), open }, ctx);
            }
            ReplicaEffect::Defer(node) => {
                tell_coordinators(Msg::Defer { shard, view: self.replica.view(), node }, ctx);
            }
        }
    }

    /// Snapshots go on only to those who still need them; and who `led` and leads no more drops what only a primary has.
    pub(super) fn end_what_only_primaries_do(&mut self, shard: ShardId, led: bool, ctx: &mut Context<'_>) {
        if !self.outgoing.is_empty() {
            let done: Vec<Pid> = self.outgoing.iter().map(|(&to, _)| to).filter(|&to| !self.replica.carries_to(to)).collect();
            done.iter().for_each(|to| drop(self.outgoing.remove(to)));
        }
        if led && !self.replica.is_primary() {
            self.waiting.clear();
            self.outgoing.clear();
            self.yielding = false;
            if self.serving {
                self.serving = false;
                ctx.note(ShardNote::Stopped { shard, view: self.replica.view(), why: StopWhy::HigherView });
            }
        }
    }
}
