//! How a node answers clients: as a primary under its lease, as a backup where the recipe lets backups answer reads, and work that is
//! about no shard as whatever it is.

use std::rc::Rc;

use crate::cluster::node::Node;
use crate::cluster::node::shard_copy::QueuedRequest;
use crate::cluster::note::{OpId, RefusedWhy, ShardNote};
use crate::cluster::setup::config::Reads;
use crate::cluster::setup::key::Key;
use crate::cluster::store::{Known, Outcome, Request};
use crate::cluster::wire::Context;
use crate::cluster::wire::msg::{Msg, Terms};
use crate::proto::balance::deadline::Deadline;
use crate::proto::balance::queue::Offer;
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::sim::digest::Later;
use crate::sim::id::Pid;
use crate::sim::time::Span;

impl Node {
    /// A request comes in: it is looked at now, waits, or is turned away.
    pub(super) fn come_in(&mut self, it: QueuedRequest, ctx: &mut Context<'_>) {
        if self.fails.0 {
            return refuse(&it, RefusedWhy::Fails, ctx);
        }
        let config = &ctx.env().setup.config;
        if config.service == Span::ZERO {
            assert!(self.work.load() == 0, "a request waits where work takes no time");
            return self.request(it, ctx);
        }
        let takes = config.law.draw(config.service, ctx.rng());
        match self.work.server.offer(ctx.now(), it.clone(), takes, it.until.0.map(Deadline::at)) {
            Offer::Begins => self.serve(it, takes, ctx),
            Offer::Waits => {}
            Offer::Busy => refuse(&it, RefusedWhy::Busy, ctx),
        }
    }

    fn serve(&mut self, it: QueuedRequest, takes: Span, ctx: &mut Context<'_>) {
        let timer = self.work.take(it);
        ctx.arm(timer, takes);
    }

    /// A worker's service has ended.
    pub(super) fn served(&mut self, worker: u8, ctx: &mut Context<'_>) {
        let it = self.work.end(worker);
        self.request(it, ctx);
        let mut shed = Vec::new();
        if let Some((next, takes)) = self.work.server.done(ctx.now(), &mut shed) {
            self.serve(next, takes, ctx);
        }
        for it in shed {
            if !is_late(&it, ctx) {
                refuse(&it, RefusedWhy::Old, ctx);
            }
        }
    }

    /// A client asks for something.
    pub(super) fn request(&mut self, it: QueuedRequest, ctx: &mut Context<'_>) {
        if is_late(&it, ctx) {
            return;
        }
        let (op, behind, request) = (it.op, it.behind, it.request.clone());
        let Some(shard) = request.shard() else {
            return ctx.send(it.from, Msg::Done { op, outcome: Outcome::Worked(ctx.me()), replica: None });
        };
        let leased = self.has_lease(ctx);
        let reads_here = self.answers_reads(shard, ctx);
        let Some(shard_copy) = self.shards.get_mut(&shard) else { return refuse(&it, RefusedWhy::NotPrimary, ctx) };
        let replica = &shard_copy.replica;
        if !replica.is_primary() {
            if let Request::Get(key) = request
                && reads_here
            {
                return self.read_here(&it, key, ctx);
            }
            match replica.leader().filter(|&leader| leader != ctx.me()) {
                _ if it.passed.is_some_and(|view| view > replica.view()) => self.hold(it, ctx), // I am to lead, and have not heard
                Some(leader) if it.passed.is_none() => {
                    let view = replica.view();
                    self.pass_on(&it, leader, view, ctx);
                }
                Some(_) | None => refuse(&it, RefusedWhy::NotPrimary, ctx),
            }
            return;
        }
        if !leased {
            return refuse(&it, RefusedWhy::NoLease, ctx);
        }
        if !replica.is_settled() || shard_copy.yielding {
            return self.hold(it, ctx);
        }
        assert!(replica.leader() == Some(ctx.me()), "shard {}: whoever does not lead it serves it", shard.0);
        assert!(shard_copy.applied <= replica.commit(), "shard {}: what is not committed is read", shard.0);
        let from = it.from;
        let shard_copy = Rc::make_mut(shard_copy);
        if let Request::Get(key) = request {
            let outcome = Outcome::Value(shard_copy.store.get(key));
            ctx.note(ShardNote::ReadServed { shard, op, view: shard_copy.replica.view() });
            ctx.send(from, Msg::Done { op, outcome, replica: None });
            return;
        }
        match shard_copy.store.known(op) {
            Known::Done(outcome) => {
                ctx.note(ShardNote::AnsweredAgain { shard, op, view: shard_copy.replica.view() });
                ctx.send(from, Msg::Done { op, outcome, replica: None });
            }
            Known::Past => {}
            Known::New => {
                let under_way = shard_copy.replica.log();
                let tail = (shard_copy.applied.0 + 1..=under_way.last().0).rev();
                let logged = tail
                    .map(Index)
                    .find(|&i| under_way.get(i).is_some_and(|entry| entry.op.as_ref().is_some_and(|(logged, ..)| *logged == op)));
                let too_few = shard_copy.replica.in_sync() < ctx.env().setup.config.copies_needed();
                if let Some(index) = logged {
                    shard_copy.waiting.insert(index, (op, from)); // a retry of what is under way: answer when it is done
                    if !too_few {
                        return;
                    }
                }
                if too_few {
                    return refuse(&it, RefusedWhy::TooFew, ctx);
                }
                self.with(shard, ctx, |shard_copy, now, terms, effects| {
                    let at = shard_copy.replica.log().last().next();
                    assert!(!shard_copy.waiting.contains_key(&at), "shard {}: somebody waits for an entry that is not there", shard.0);
                    shard_copy.waiting.insert(at, (op, from));
                    shard_copy.replica.propose((op, request, behind), now, terms, effects);
                });
            }
        }
    }

    /// The answer to a request that was passed on goes back by the way it came. Whoever has died since does not know that way any more:
    /// the client's patience ends, and it asks again.
    pub(super) fn pass_back(&mut self, op: OpId, answer: Msg, ctx: &mut Context<'_>) {
        if let Some(at) = self.passed.iter().position(|(_, (passed, _))| *passed == op) {
            let (_, (_, from)) = self.passed.remove(at);
            ctx.send(from, answer);
        }
    }

    /// Another node leads since this view: it is asked instead.
    fn pass_on(&mut self, it: &QueuedRequest, leader: Pid, view: ViewNo, ctx: &mut Context<'_>) {
        let (op, window) = (it.op, ctx.env().setup.config.asking.window());
        self.passed.retain(|&(_, (other, _))| !op.replaces(other, window));
        let at = self.passed.partition_point(|&(_, (other, _))| other < op);
        self.passed.insert(at, (op.client, (op, it.from)));
        let left = it.until.0.and_then(|until| until.left(ctx.now()));
        let terms = Later(Terms { behind: it.behind.0, left });
        ctx.send(leader, Msg::Request { op, request: it.request.clone(), passed: Some(view), terms });
    }

    /// Whether this backup may answer reads. It may be stale without knowing: frozen, cut off, or just a little behind.
    fn answers_reads(&self, shard: ShardId, ctx: &Context<'_>) -> bool {
        let asked = self.is_admitted() && ctx.env().setup.config.reads == Reads::InSync;
        asked && self.shard_copy(shard).is_some_and(|shard_copy| shard_copy.counts)
    }

    fn read_here(&self, it: &QueuedRequest, key: Key, ctx: &mut Context<'_>) {
        let Some(shard_copy) = self.shard_copy(key.shard) else { return };
        assert!(
            shard_copy.counts && !shard_copy.replica.is_primary(),
            "shard {}: a read is answered as by a backup that counts",
            key.shard.0
        );
        let (outcome, replica) = (Outcome::Value(shard_copy.store.get(key)), Some((ctx.me(), shard_copy.store.written_at(key))));
        ctx.send(it.from, Msg::Done { op: it.op, outcome, replica });
    }
}

/// Whether nobody waits for this any more. It is dropped then, and nobody is told.
fn is_late(it: &QueuedRequest, ctx: &mut Context<'_>) -> bool {
    let late = it.until.0.is_some_and(|until| until.left(ctx.now()).is_none());
    if late {
        ctx.note(ShardNote::Refused { shard: it.request.shard(), op: it.op, why: RefusedWhy::Late });
    }
    late
}

/// Turns a request away; nothing has changed.
pub(super) fn refuse(it: &QueuedRequest, why: RefusedWhy, ctx: &mut Context<'_>) {
    let op = it.op;
    ctx.note(ShardNote::Refused { shard: it.request.shard(), op, why });
    ctx.send(it.from, Msg::Refused { op, why });
}
