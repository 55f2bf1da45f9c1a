//! A storage node: it reports, holds a lease, keeps replicas, and serves the shards it leads.

pub mod disk;
mod effects;
mod handover;
mod operator;
mod serve;
pub mod shard_copy;
mod work;

use std::rc::Rc;

use litemap::LiteMap;

use crate::cluster::control::record::Version;
use crate::cluster::group::Group;
use crate::cluster::node::disk::NodeDisk;
use crate::cluster::node::shard_copy::{QueuedRequest, ShardCopy};
use crate::cluster::node::work::Work;
use crate::cluster::note::{OpId, ShardNote, StopWhy};
use crate::cluster::setup::durability::Durability;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::rules::Rule;
use crate::cluster::store::Protection;
use crate::cluster::wire::msg::{Changes, LoggedOp, Msg};
use crate::cluster::wire::reach::Answers;
use crate::cluster::wire::{Change, Context, Ticket, Timer};
use crate::proto::balance::deadline::Deadline;
use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Index, Log, ShardId, View, ViewNo};
use crate::proto::replica::words::{ReplicaEffect, ReplicaMsg, SaveId, Terms};
use crate::sim::digest::Later;
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

/// A node's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Node {
    fresh: bool,
    pub(super) leaving: bool,
    /// Whether the control plane has this life on record; until then the node takes no part.
    pub(super) admitted: bool,
    known: Version,
    answers: Answers,
    /// By its own clock, counted from the sending of an answered heartbeat.
    lease_until: Time,
    /// Shards that its operator wants served with what it has, until somebody leads them.
    pub(super) offers: Vec<ShardId>,
    /// Of each client, the requests that were last passed on to the node that leads, and through whom they had come: the answers go back
    /// that way.
    pub(super) passed: Vec<(Pid, (OpId, Pid))>,
    /// Requests that wait to be looked at.
    work: Work,
    /// Copies begun in this life.
    copies: u32,
    pub(super) shards: LiteMap<ShardId, Rc<ShardCopy>>,
    /// Its part in the group that probes.
    group: Group,
    /// Whether it answers every request with an error, as with a bad configuration: the process runs, and nobody who only listens for its
    /// heartbeats can tell.
    fails: Later<bool>,
}

impl Node {
    /// A new life.
    pub fn boot(disk: &NodeDisk, ctx: &mut Context<'_>) -> Node {
        let (me, rules) = (ctx.me(), Protection::of(ctx.env().setup.rules));
        // They come in order. (To collect them would bring a general sort into the page.)
        let mut shards = LiteMap::new();
        for (&shard, disk) in disk.shards.iter() {
            let replica = Replica::new(me, disk.view, disk.log.clone(), disk.commit);
            shards.insert(shard, Rc::new(ShardCopy::new(0, replica, disk.base.clone(), rules)));
        }
        let first = ctx.env().setup.config.heartbeat_every;
        if ctx.boot() == Boot(1) && disk.formatted {
            // Nodes that start together do not all report at the same instant.
            let after = ctx.rng().between(Span::ZERO, first);
            ctx.arm(Timer::Heartbeat, after);
        } else {
            ctx.arm(Timer::Heartbeat, Span::ZERO);
        }
        Node {
            fresh: !disk.formatted,
            leaving: disk.leaving,
            admitted: false,
            known: 0,
            answers: Answers::default(),
            lease_until: Time::ZERO,
            offers: Vec::new(),
            fails: Later(false),
            passed: Vec::new(),
            work: Work::none(&ctx.env().setup.config),
            copies: 0,
            shards,
            group: Group::boot(ctx),
        }
    }

    /// Its copy of a shard.
    pub fn shard_copy(&self, shard: ShardId) -> Option<&ShardCopy> {
        self.shards.get(&shard).map(Rc::as_ref)
    }

    pub(super) fn is_admitted(&self) -> bool {
        self.admitted
    }

    /// Its part in the group that probes.
    pub(in crate::cluster) fn group(&self) -> &Group {
        &self.group
    }

    /// When its lease ends, by its own clock.
    pub fn lease_until(&self) -> Time {
        self.lease_until
    }

    /// Whether it answers every request with an error.
    pub fn fails(&self) -> bool {
        self.fails.0
    }

    /// How many requests are at it, waiting or in service.
    pub fn queued(&self) -> u32 {
        self.work.load()
    }

    /// Whether its operator has asked it to leave.
    pub fn is_leaving(&self) -> bool {
        self.leaving
    }

    pub(super) fn has_lease(&self, ctx: &Context<'_>) -> bool {
        ctx.now() < self.lease_until || !ctx.env().setup.rules.on(Rule::PrimaryLease)
    }

    /// A timer fires.
    pub fn wake(&mut self, timer: Timer, ctx: &mut Context<'_>) {
        match timer {
            Timer::Heartbeat => {
                ctx.arm(Timer::Heartbeat, ctx.env().setup.config.heartbeat_every);
                for &to in &ctx.env().coordinators {
                    self.report(to, ctx);
                }
                self.offer(ctx);
            }
            Timer::Lease => {
                if !self.has_lease(ctx) {
                    self.stop_all(ctx);
                }
            }
            Timer::Resend(shard) => {
                self.with(shard, ctx, |shard_copy, now, terms, effects| {
                    shard_copy.timer = false;
                    shard_copy.replica.tick(now, terms, effects);
                });
                self.send_chunks(shard, true, ctx);
            }
            Timer::Chunk(shard) => self.send_chunks(shard, false, ctx),
            Timer::Yield(shard) => self.yielded_in_vain(shard, ctx),
            Timer::Serve => self.served(0, ctx),
            Timer::ServeOf(worker) => self.served(worker, ctx),
            Timer::Swim => self.group.tick(ctx),
            Timer::Raft
            | Timer::Look
            | Timer::WaitOut(_)
            | Timer::Work
            | Timer::Attempt
            | Timer::AttemptOf(_)
            | Timer::KeepAlive
            | Timer::Hedge => {}
        }
    }

    /// Tells a coordinator that it lives.
    fn report(&self, to: Pid, ctx: &mut Context<'_>) {
        let (fresh, leaving, known, answered) = (self.fresh, self.leaving, self.known, self.answers.of(to));
        let view = self.shards.values().map(|shard_copy| shard_copy.replica.view()).max().unwrap_or_default();
        let latest = (view, self.shards.values().map(|shard_copy| shard_copy.store.latest_token()).max().unwrap_or_default());
        ctx.send(to, Msg::Heartbeat { sent: ctx.now(), boot: ctx.boot(), fresh, leaving, known, answered, latest });
    }

    fn stop_all(&mut self, ctx: &mut Context<'_>) {
        for (&shard, shard_copy) in self.shards.iter_mut() {
            if shard_copy.serving {
                let shard_copy = Rc::make_mut(shard_copy);
                shard_copy.serving = false;
                ctx.note(ShardNote::Stopped { shard, view: shard_copy.replica.view(), why: StopWhy::LeaseEnded });
            }
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Decisions { answers, lease, admitted, since, version, changes } => {
                if let Some(sent) = answers
                    && self.answers.heard(from, sent, ctx.now(), ctx.env().setup.config.primary_lease)
                {
                    self.report(from, ctx);
                }
                // Not for a life that the control plane does not know yet, nor on top of what this one was never told.
                if admitted == ctx.boot() && since <= self.known {
                    self.learn(answers.filter(|_| lease), version, &changes, ctx);
                }
            }
            Msg::Replica { shard, msg } => self.replicate(from, shard, msg, ctx),
            Msg::Snapshot { shard, msg } => self.snapshot(from, shard, msg, ctx),
            Msg::Yield { shard, view } => self.make_way(shard, view, ctx),
            Msg::Request { op, request, passed, terms: Later(terms) } => {
                let until = Later(terms.left.map(|left| Deadline::after(ctx.now(), left)));
                self.come_in(QueuedRequest { from, op, request, passed, behind: Later(terms.behind), until }, ctx);
            }
            Msg::Done { op, .. } | Msg::Refused { op, .. } => self.pass_back(op, msg, ctx),
            Msg::Swim(msg) => self.group.receive(from, *msg, ctx),
            Msg::Raft(_)
            | Msg::Heartbeat { .. }
            | Msg::AskReach { .. }
            | Msg::Reach { .. }
            | Msg::Lagging { .. }
            | Msg::Stalled { .. }
            | Msg::Ready { .. }
            | Msg::Yielded { .. }
            | Msg::Level { .. }
            | Msg::Defer { .. }
            | Msg::Offer { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Cancel { .. }
            | Msg::Release { .. }
            | Msg::SessionOk { .. }
            | Msg::SessionOver { .. } => {} // not for a node
        }
    }

    fn learn(&mut self, leased_from: Option<Time>, version: Version, changes: &Changes, ctx: &mut Context<'_>) {
        if !self.admitted {
            self.admitted = true;
            if self.fresh {
                self.fresh = false;
                ctx.save(Change::Format, Ticket::Nothing);
            }
        }
        if version < self.known {
            return; // older than what is known: a lease in it may have been given before a view that took it away
        }
        self.known = version;
        for (shard, view) in changes.iter() {
            self.enter(*shard, view, ctx);
        }
        if let Some(sent) = leased_from {
            self.lease_until = self.lease_until.max(sent + ctx.env().setup.config.primary_lease);
            if self.has_lease(ctx) {
                ctx.arm(Timer::Lease, self.lease_until.since(ctx.now()));
                self.start_serving(ctx);
            }
        }
    }

    fn enter(&mut self, shard: ShardId, view: &View, ctx: &mut Context<'_>) {
        let me = ctx.me();
        let named = view.in_sync.contains(&me) || view.learners.contains(&me);
        if !named && !self.shards.contains_key(&shard) {
            return;
        }
        let (rules, wanted) = (Protection::of(ctx.env().setup.rules), usize::from(ctx.env().setup.config.replicas));
        if !self.shards.contains_key(&shard) {
            self.copies += 1;
        }
        let copy = self.copies;
        let nothing = || Replica::new(me, ViewNo(0), Log::default(), Index(0));
        let shard_copy = self.shards.entry(shard).or_insert_with(|| Rc::new(ShardCopy::new(copy, nothing(), Rc::default(), rules)));
        if view.no <= shard_copy.replica.view() && (view.no < shard_copy.replica.view() || shard_copy.replica.is_primary()) {
            if view.level {
                self.with(shard, ctx, |shard_copy, _, terms, effects| shard_copy.replica.confirmed(view.no, terms, effects));
            }
            return;
        }
        if shard_copy.serving && view.primary != Some(me) {
            let shard_copy = Rc::make_mut(shard_copy);
            shard_copy.serving = false;
            ctx.note(ShardNote::Stopped { shard, view: shard_copy.replica.view(), why: StopWhy::HigherView });
        }
        if !named && !view.unknown && view.primary.is_some() && view.in_sync.len() >= wanted {
            // Enough others hold it, and a living one leads them. Fewer, and this copy stays, for all that may happen.
            self.shards.remove(&shard);
            ctx.save(Change::Drop(shard), Ticket::Nothing);
            ctx.note(ShardNote::Dropped { shard });
            return;
        }
        Rc::make_mut(shard_copy).counts = view.in_sync.contains(&me);
        ctx.save(Change::View(shard, view.no), Ticket::Nothing);
        self.with(shard, ctx, |shard_copy, now, terms, effects| shard_copy.replica.enter(view, now, terms, effects));
    }

    /// Lets a shard's replica act, carries out what it wants, and keeps its timer running while somebody owes it an answer.
    pub(super) fn with(
        &mut self,
        shard: ShardId,
        ctx: &mut Context<'_>,
        act: impl FnOnce(&mut ShardCopy, Time, Terms, &mut Vec<ReplicaEffect<LoggedOp>>),
    ) {
        let leased = self.has_lease(ctx);
        let Some(shard_copy) = self.shards.get_mut(&shard) else { return };
        let shard_copy = Rc::make_mut(shard_copy);
        let (config, terms) = (&ctx.env().setup.config, terms(ctx.env()));
        let led = shard_copy.replica.is_primary();
        let mut effects = Vec::new();
        act(shard_copy, ctx.now(), terms, &mut effects);
        let settled = effects.contains(&ReplicaEffect::Settled);
        for effect in effects {
            shard_copy.carry_out(shard, effect, leased, ctx);
        }
        shard_copy.end_what_only_primaries_do(shard, led, ctx);
        if shard_copy.replica.is_restless() && !shard_copy.timer {
            shard_copy.timer = true;
            ctx.arm(Timer::Resend(shard), config.resend_after);
        }
        let waited = !shard_copy.held.is_empty() || shard_copy.yielding;
        if settled || (shard_copy.replica.is_settled() && !shard_copy.serving) {
            self.start_serving(ctx);
        }
        if waited {
            self.release_held(shard, ctx);
        }
    }

    fn start_serving(&mut self, ctx: &mut Context<'_>) {
        if !self.has_lease(ctx) {
            return;
        }
        for (&shard, shard_copy) in self.shards.iter_mut() {
            if !shard_copy.serving && shard_copy.replica.is_settled() {
                let shard_copy = Rc::make_mut(shard_copy);
                shard_copy.serving = true;
                assert!(shard_copy.replica.is_primary(), "shard {}: whoever does not lead it serves it", shard.0);
                ctx.note(ShardNote::Serving { shard, view: shard_copy.replica.view() });
            }
        }
    }

    fn replicate(&mut self, from: Pid, shard: ShardId, msg: ReplicaMsg<LoggedOp>, ctx: &mut Context<'_>) {
        if self.admitted {
            self.with(shard, ctx, |shard_copy, now, terms, effects| shard_copy.replica.receive(from, msg, now, terms, effects));
        }
    }

    /// A save is done. One for a copy that was dropped since says nothing about the present one.
    pub fn stored(&mut self, shard: ShardId, copy: u32, mark: SaveId, ctx: &mut Context<'_>) {
        if self.shard_copy(shard).is_none_or(|shard_copy| shard_copy.copy != copy) {
            return;
        }
        self.with(shard, ctx, |shard_copy, _, terms, effects| shard_copy.replica.stored(mark, terms, effects));
    }
}

/// Tells all coordinators: whichever leads acts on it.
pub(super) fn tell_coordinators(msg: Msg, ctx: &mut Context<'_>) {
    for &to in &ctx.env().coordinators {
        ctx.send(to, msg.clone());
    }
}

/// The terms under which replicas work, from the recipe.
fn terms(env: &Env) -> Terms {
    let (config, rules) = (&env.setup.config, env.setup.rules);
    let Durability { commit, min, .. } = Durability::of(config);
    Terms {
        min,
        resend_after: config.resend_after,
        lag_max: config.lag_max,
        commit,
        wait_for_disk: rules.on(Rule::StoredAck),
        view_check: rules.on(Rule::ViewCheck),
        truncate: rules.on(Rule::Truncate),
    }
}
