//! What a node does so that a shard can move without anybody noticing: it carries snapshots to learners in small pieces, and
//! it lets requests wait while the primary's part is handed over, then passes them on.

use std::rc::Rc;

use crate::cluster::node::serve::refuse;
use crate::cluster::node::shard_copy::{QueuedRequest, ShardCopy};
use crate::cluster::node::{Node, tell_coordinators};
use crate::cluster::note::{RefusedWhy, ShardNote};
use crate::cluster::store::snapshot::{Base, Item};
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Change, Context, Ticket, Timer};
use crate::proto::replica::transfer::{Incoming, SnapshotMsg};
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::Span;

impl Node {
    /// Primary: the next piece to every learner that a snapshot is carried to. Those that owe an answer wait for it, and
    /// get the piece `again` after a while.
    pub(super) fn send_chunks(&mut self, shard: ShardId, again: bool, ctx: &mut Context<'_>) {
        let config = &ctx.env().setup.config;
        let patience = if again { config.resend_after } else { Span(u64::MAX) };
        let Some(shard_copy) = self.shards.get_mut(&shard).filter(|shard_copy| !shard_copy.outgoing.is_empty()) else { return };
        let shard_copy = Rc::make_mut(shard_copy);
        let view = shard_copy.replica.view();
        assert!(shard_copy.replica.is_primary(), "shard {}: whoever does not lead it carries snapshots of it", shard.0);
        for (&to, outgoing) in shard_copy.outgoing.iter_mut() {
            if let Some(msg) = outgoing.piece(view, config.chunk, ctx.now(), patience) {
                ctx.send(to, Msg::Snapshot { shard, msg });
            }
        }
    }

    /// A piece of a snapshot, or the answer to one.
    pub(super) fn snapshot(&mut self, from: Pid, shard: ShardId, msg: SnapshotMsg<Item>, ctx: &mut Context<'_>) {
        let Some(shard_copy) = self.shards.get_mut(&shard) else { return };
        match msg {
            SnapshotMsg::Got { view, upto, have } => {
                let shard_copy = Rc::make_mut(shard_copy);
                if view == shard_copy.replica.view()
                    && let Some(outgoing) = shard_copy.outgoing.get_mut(&from)
                    && outgoing.got(upto, have)
                {
                    shard_copy.replica.progresses(from, ctx.now());
                    ctx.arm(Timer::Chunk(shard), ctx.env().setup.config.chunk_every);
                }
            }
            SnapshotMsg::Chunk { view, upto, first, total, items } => {
                if view < shard_copy.replica.view() || shard_copy.replica.is_primary() {
                    return;
                }
                let shard_copy = Rc::make_mut(shard_copy);
                // What it knows to be committed otherwise than the primary has it was given up when an operator chose another copy.
                if shard_copy.replica.commit() < upto.0 || !shard_copy.replica.has(upto) {
                    let have = Incoming::take(&mut shard_copy.incoming, from, upto, first, total, items);
                    if have < total {
                        ctx.send(from, Msg::Snapshot { shard, msg: SnapshotMsg::Got { view, upto, have } });
                        return;
                    }
                }
                self.take_over(from, shard, view, upto, ctx);
            }
        }
    }

    /// A snapshot is here as a whole, or all that it stands for has come by another way.
    fn take_over(&mut self, from: Pid, shard: ShardId, view: ViewNo, upto: (Index, ViewNo), ctx: &mut Context<'_>) {
        let mut taken = None;
        self.with(shard, ctx, |shard_copy, _, terms, effects| {
            let whole = shard_copy.incoming.take().filter(Incoming::is_whole).map(Incoming::open);
            assert!(whole.is_some() || shard_copy.replica.has(upto), "a snapshot that is not here is taken over");
            let mark = shard_copy.replica.install(from, view, upto, terms, effects);
            if let (Some(mark), Some((_, items))) = (mark, whole) {
                let base = Rc::new(Base::of(&items));
                shard_copy.restart(base.clone());
                assert!(shard_copy.applied == upto.0, "shard {}: a snapshot stands for something else than it says", shard.0);
                taken = Some((base, Ticket::Log(shard, shard_copy.copy, mark)));
            }
        });
        if let Some((base, ticket)) = taken {
            ctx.note(ShardNote::SnapshotTaken { shard, upto: upto.0 });
            ctx.save(Change::Snapshot { shard, view, upto, base }, ticket);
        }
    }

    /// The coordinator wishes that another node leads: what is under way comes to its end, what is new waits.
    pub(super) fn make_way(&mut self, shard: ShardId, view: ViewNo, ctx: &mut Context<'_>) {
        let Some(shard_copy) = self.shards.get_mut(&shard) else { return };
        if shard_copy.serving && shard_copy.replica.view() == view {
            assert!(shard_copy.replica.is_primary(), "shard {}: whoever does not lead it makes way", shard.0);
            let shard_copy = Rc::make_mut(shard_copy);
            if !shard_copy.yielding {
                shard_copy.yielding = true;
                ctx.note(ShardNote::Yielded { shard });
                ctx.arm(Timer::Yield(shard), ctx.env().setup.config.yield_max);
            }
            self.release_held(shard, ctx);
        }
    }

    /// Nobody took over: the requests that waited are served here.
    pub(super) fn yielded_in_vain(&mut self, shard: ShardId, ctx: &mut Context<'_>) {
        if let Some(shard_copy) = self.shards.get_mut(&shard)
            && shard_copy.yielding
        {
            Rc::make_mut(shard_copy).yielding = false;
            self.release_held(shard, ctx);
        }
    }

    /// Keeps a request until it is clear who serves it. A client that asks again replaces its older request.
    pub(super) fn hold(&mut self, it: QueuedRequest, ctx: &mut Context<'_>) {
        let (max, window) = (usize::from(ctx.env().setup.config.held_max), ctx.env().setup.config.asking.window());
        let Some(shard_copy) = it.request.shard().and_then(|shard| self.shards.get_mut(&shard)) else { return };
        let shard_copy = Rc::make_mut(shard_copy);
        shard_copy.held.retain(|other| !it.op.replaces(other.op, window));
        if shard_copy.held.len() < max {
            shard_copy.held.push(it);
        } else {
            refuse(&it, RefusedWhy::Settling, ctx);
        }
        assert!(shard_copy.held.len() <= max, "more requests wait than may");
    }

    /// Serves, passes on or goes on keeping what waits, and tells the coordinators when a hand-over can take place.
    pub(super) fn release_held(&mut self, shard: ShardId, ctx: &mut Context<'_>) {
        let Some(shard_copy) = self.shards.get_mut(&shard) else { return };
        let replica = &shard_copy.replica;
        let (view, leads) = (replica.view(), replica.is_primary());
        if leads && shard_copy.yielding {
            if replica.is_level() && shard_copy.waiting.is_empty() {
                assert!(shard_copy.applied == replica.log().last(), "shard {}: it is handed over with something under way", shard.0);
                tell_coordinators(Msg::Yielded { shard, view }, ctx);
            }
            return;
        }
        let ready = |it: &QueuedRequest, shard_copy: &ShardCopy| match it.passed {
            _ if leads => shard_copy.serving,
            Some(since) => since <= view,
            None => shard_copy.replica.leader().is_some(),
        };
        if shard_copy.held.iter().any(|it| ready(it, shard_copy)) {
            let shard_copy = Rc::make_mut(shard_copy);
            for it in std::mem::take(&mut shard_copy.held) {
                self.request(it, ctx);
            }
        }
    }
}
