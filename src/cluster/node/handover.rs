//! What a node does so that a shard can move without anybody noticing: it carries snapshots to learners in small pieces, and
//! it lets requests wait while the primary's part is handed over, then passes them on.

use crate::cluster::note::ShardNote;
use std::rc::Rc;

use crate::cluster::node::serve::refuse;
use crate::cluster::node::shard_copy::{Held, Hosted};
use crate::cluster::node::{Node, tell_coordinators};
use crate::cluster::note::RefusedWhy;
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
        let Some(hosted) = self.shards.get_mut(&shard).filter(|hosted| !hosted.outgoing.is_empty()) else { return };
        let hosted = Rc::make_mut(hosted);
        let view = hosted.replica.view();
        assert!(hosted.replica.is_primary(), "shard {}: whoever does not lead it carries snapshots of it", shard.0);
        for (&to, outgoing) in hosted.outgoing.iter_mut() {
            if let Some(msg) = outgoing.piece(view, config.chunk, ctx.now(), patience) {
                ctx.send(to, Msg::Snapshot { shard, msg });
            }
        }
    }

    /// A piece of a snapshot, or the answer to one.
    pub(super) fn snapshot(&mut self, from: Pid, shard: ShardId, msg: SnapshotMsg<Item>, ctx: &mut Context<'_>) {
        let Some(hosted) = self.shards.get_mut(&shard) else { return };
        match msg {
            SnapshotMsg::Got { view, upto, have } => {
                let hosted = Rc::make_mut(hosted);
                if view == hosted.replica.view()
                    && let Some(outgoing) = hosted.outgoing.get_mut(&from)
                    && outgoing.got(upto, have)
                {
                    hosted.replica.progresses(from, ctx.now());
                    ctx.arm(Timer::Chunk(shard), ctx.env().setup.config.chunk_every);
                }
            }
            SnapshotMsg::Chunk { view, upto, first, total, items } => {
                if view < hosted.replica.view() || hosted.replica.is_primary() {
                    return;
                }
                let hosted = Rc::make_mut(hosted);
                // What it knows to be committed otherwise than the primary has it was given up when an operator chose another copy.
                if hosted.replica.commit() < upto.0 || !hosted.replica.has(upto) {
                    let have = Incoming::take(&mut hosted.incoming, from, upto, first, total, items);
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
        self.with(shard, ctx, |hosted, _, terms, wants| {
            let whole = hosted.incoming.take().filter(Incoming::is_whole).map(Incoming::open);
            assert!(whole.is_some() || hosted.replica.has(upto), "a snapshot that is not here is taken over");
            let mark = hosted.replica.install(from, view, upto, terms, wants);
            if let (Some(mark), Some((_, items))) = (mark, whole) {
                let base = Rc::new(Base::of(&items));
                hosted.restart(base.clone());
                assert!(hosted.applied == upto.0, "shard {}: a snapshot stands for something else than it says", shard.0);
                taken = Some((base, Ticket::Log(shard, hosted.copy, mark)));
            }
        });
        if let Some((base, ticket)) = taken {
            ctx.note(ShardNote::SnapshotTaken { shard, upto: upto.0 });
            ctx.save(Change::Snapshot { shard, view, upto, base }, ticket);
        }
    }

    /// The coordinator wishes that another node leads: what is under way comes to its end, what is new waits.
    pub(super) fn make_way(&mut self, shard: ShardId, view: ViewNo, ctx: &mut Context<'_>) {
        let Some(hosted) = self.shards.get_mut(&shard) else { return };
        if hosted.serving && hosted.replica.view() == view {
            assert!(hosted.replica.is_primary(), "shard {}: whoever does not lead it makes way", shard.0);
            let hosted = Rc::make_mut(hosted);
            if !hosted.yielding {
                hosted.yielding = true;
                ctx.note(ShardNote::Yielded { shard });
                ctx.arm(Timer::Yield(shard), ctx.env().setup.config.yield_max);
            }
            self.release_held(shard, ctx);
        }
    }

    /// Nobody took over: the requests that waited are served here.
    pub(super) fn yielded_in_vain(&mut self, shard: ShardId, ctx: &mut Context<'_>) {
        if let Some(hosted) = self.shards.get_mut(&shard)
            && hosted.yielding
        {
            Rc::make_mut(hosted).yielding = false;
            self.release_held(shard, ctx);
        }
    }

    /// Keeps a request until it is clear who serves it. A client that asks again replaces its older request.
    pub(super) fn hold(&mut self, it: Held, ctx: &mut Context<'_>) {
        let max = usize::from(ctx.env().setup.config.held_max);
        let Some(hosted) = self.shards.get_mut(&it.request.shard()) else { return };
        let hosted = Rc::make_mut(hosted);
        hosted.held.retain(|other| other.op.client != it.op.client);
        if hosted.held.len() < max {
            hosted.held.push(it);
        } else {
            refuse(&it, RefusedWhy::Settling, ctx);
        }
        assert!(hosted.held.len() <= max, "more requests wait than may");
    }

    /// Serves, passes on or goes on keeping what waits, and tells the coordinators when a hand-over can take place.
    pub(super) fn release_held(&mut self, shard: ShardId, ctx: &mut Context<'_>) {
        let Some(hosted) = self.shards.get_mut(&shard) else { return };
        let replica = &hosted.replica;
        let (view, leads) = (replica.view(), replica.is_primary());
        if leads && hosted.yielding {
            if replica.is_level() && hosted.waiting.is_empty() {
                assert!(hosted.applied == replica.log().last(), "shard {}: it is handed over with something under way", shard.0);
                tell_coordinators(Msg::Yielded { shard, view }, ctx);
            }
            return;
        }
        let ready = |it: &Held, hosted: &Hosted| match it.passed {
            _ if leads => hosted.serving,
            Some(since) => since <= view,
            None => hosted.replica.leader().is_some(),
        };
        if hosted.held.iter().any(|it| ready(it, hosted)) {
            let hosted = Rc::make_mut(hosted);
            for it in std::mem::take(&mut hosted.held) {
                self.request(it, ctx);
            }
        }
    }
}
