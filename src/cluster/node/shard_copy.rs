//! One shard on one node: the replica, what its committed operations have made of the store, and who waits for answers.

use std::rc::Rc;

use litemap::LiteMap;

use crate::cluster::note::{Asked, LockNote, OpId, ShardNote};
use crate::cluster::store::results::Behind;
use crate::cluster::store::snapshot::{Base, Item};
use crate::cluster::store::{Outcome, Protection, Request, Store};
use crate::cluster::wire::Context;
use crate::cluster::wire::msg::{LoggedOp, Msg};
use crate::proto::balance::deadline::Deadline;
use crate::proto::replica::machine::Replica;
use crate::proto::replica::transfer::{Incoming, Outgoing};
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::sim::digest::Later;
use crate::sim::id::Pid;

/// A request that waits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct QueuedRequest {
    /// Through whom it came.
    pub from: Pid,
    /// The operation.
    pub op: OpId,
    /// What is asked.
    pub request: Request,
    /// Whether a node passed it on, and from which view on the receiver leads.
    pub passed: Option<ViewNo>,
    /// How far the oldest operation lies behind it that its client still waits for.
    pub behind: Later<Behind>,
    /// When nobody waits for this attempt any more, by this node's clock, if that is known.
    pub until: Later<Option<Deadline>>,
}

/// A shard as a node keeps it in memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ShardCopy {
    /// Which of the copies that this node has begun in this life.
    pub copy: u32,
    /// The protocol's state.
    pub replica: Replica<LoggedOp>,
    /// What the copy started from.
    pub base: Rc<Base>,
    /// What the applied operations have made.
    pub store: Store,
    /// Applied up to here; never beyond what is known to be committed.
    pub applied: Index,
    /// Who waits for which entry: the operation and the balancer it came through.
    pub waiting: LiteMap<Index, (OpId, Pid)>,
    /// Requests that wait for a hand-over, or for this new primary to settle.
    pub held: Vec<QueuedRequest>,
    /// Whether new requests wait, since another is to lead.
    pub yielding: bool,
    /// Snapshots on their way to learners.
    pub outgoing: LiteMap<Pid, Outgoing<Item>>,
    /// A snapshot that arrives.
    pub incoming: Option<Incoming<Item>>,
    /// Whether it serves: primary, settled, and under a lease when it last looked.
    pub serving: bool,
    /// Whether the resend timer runs.
    pub timer: bool,
    /// Whether the latest view it was told of counts it in.
    pub counts: bool,
    rules: Protection,
}

impl ShardCopy {
    /// A copy just read from disk: the store is made anew from its base and the committed part of the log.
    pub fn new(copy: u32, replica: Replica<LoggedOp>, base: Rc<Base>, rules: Protection) -> ShardCopy {
        let mut shard_copy = ShardCopy {
            copy,
            replica,
            store: Store::default(),
            base,
            applied: Index(0),
            waiting: LiteMap::new(),
            held: Vec::new(),
            yielding: false,
            outgoing: LiteMap::new(),
            incoming: None,
            serving: false,
            timer: false,
            counts: false,
            rules,
        };
        shard_copy.replay();
        shard_copy
    }

    fn replay(&mut self) {
        self.store = self.base.store.clone();
        self.applied = self.replica.log().base();
        while self.applied < self.replica.commit() {
            self.applied = self.applied.next();
            if let Some((op, request, behind)) = self.replica.log().get(self.applied).and_then(|entry| entry.op.as_ref()) {
                self.store.apply(self.applied, (*op, behind.0), request, self.rules);
            }
        }
    }

    /// The log was cut: if that took something applied (it was committed by a primary alone, or a rule is off), the store is made
    /// anew.
    pub fn rewind(&mut self, from: Index) {
        if self.applied >= from {
            self.replay();
        }
    }

    /// A snapshot has replaced the log.
    pub fn restart(&mut self, base: Rc<Base>) {
        self.base = base;
        self.replay();
        assert!(self.applied >= self.replica.commit(), "a snapshot is taken over, and less is applied than is committed");
    }

    /// The state after everything applied, as a snapshot.
    pub fn snapshot(&self) -> Outgoing<Item> {
        assert!(self.applied >= self.replica.log().base(), "a snapshot is made of less than the one before stands for");
        let base = Base { store: self.store.clone() };
        let view = self.replica.log().mark_at(self.applied).expect("what is applied is in the log or is its base");
        Outgoing::new((self.applied, view), base.items())
    }

    /// Makes a snapshot of the log's beginning if the log is longer than `max`, and leaves at least `keep` entries. Gives what the
    /// disk has to know.
    pub fn trim(&mut self, max: u32, keep: u32) -> Option<((Index, ViewNo), Rc<Base>)> {
        let log = self.replica.log();
        let (from, last) = (log.base().0, log.last().0);
        let mut to = self.replica.floor().min(self.applied).0.min(last.saturating_sub(keep));
        // What follows a snapshot on its way will be needed; but a receiver that never ends does not make the log grow for ever.
        if last - from <= max.saturating_mul(4) {
            let needed = self.outgoing.values().filter_map(Outgoing::begun).min();
            to = needed.map_or(to, |needed| to.min(needed.0));
        }
        // A little at a time is not worth a snapshot.
        if last - from <= max || to < from + max.saturating_sub(keep) / 2 {
            return None;
        }
        assert!(to <= self.applied.0, "what was not applied becomes a snapshot");
        let mut base = Base::clone(&self.base);
        for i in from + 1..=to {
            if let Some((op, request, behind)) = log.get(Index(i)).and_then(|entry| entry.op.as_ref()) {
                base.store.apply(Index(i), (*op, behind.0), request, self.rules);
            }
        }
        let upto = (Index(to), log.mark_at(Index(to))?);
        self.base = Rc::new(base);
        self.replica.trim(upto.0);
        Some((upto, self.base.clone()))
    }

    /// After trimming: who is to get a newer snapshot than the one that was to be sent.
    pub fn renew_snapshots(&mut self) -> Vec<Pid> {
        let base = self.replica.log().base();
        let outdated: Vec<Pid> = self.outgoing.iter().filter(|(_, it)| it.is_outdated(base)).map(|(&to, _)| to).collect();
        for &to in &outdated {
            self.outgoing.insert(to, self.snapshot());
        }
        outdated
    }

    /// Applies what is committed up to `upto`; a primary that is `leased` answers whoever waits. (What it has committed without a lease,
    /// an operator may have given up.)
    pub fn apply(&mut self, shard: ShardId, upto: Index, leased: bool, ctx: &mut Context<'_>) {
        assert!(upto <= self.replica.commit(), "shard {}: what is not committed is applied", shard.0);
        while self.applied < upto {
            self.applied = self.applied.next();
            let index = self.applied;
            let Some((op, request, behind)) = self.replica.log().get(index).and_then(|entry| entry.op.clone()) else { continue };
            let Some((outcome, now)) = self.store.apply(index, (op, behind.0), &request, self.rules) else {
                self.waiting.remove(&index);
                continue;
            };
            if !self.replica.is_primary() {
                continue;
            }
            match (&request, &outcome) {
                (Request::Edit(key, token, text), Outcome::Written) => {
                    let (lock, token, text) = (ctx.env().lock_of(*key), *token, text.clone());
                    ctx.note(LockNote::FencedWrite { shard, index, op, again: !now, lock, token, text });
                }
                (Request::Edit(key, token, _) | Request::Open(key, token), Outcome::Fenced(seen)) => {
                    let (asked, lock) = (request.asked(), ctx.env().lock_of(*key));
                    ctx.note(LockNote::FenceRefused { shard, op, asked, lock, token: *token, seen: *seen });
                }
                (Request::Get(_) | Request::Put(..) | Request::Open(..) | Request::Edit(..) | Request::Any, _) => {}
            }
            if let (true, Request::Put(..) | Request::Edit(..), Outcome::Written) = (now, &request, &outcome) {
                ctx.note(ShardNote::Applied { shard, op, index });
            }
            assert!(index <= self.replica.log().last(), "shard {}: an answer to what is not in the log", shard.0);
            if let Some((waiting, via)) = self.waiting.remove(&index)
                && waiting == op
                && leased
            {
                if request.asked() == Asked::Write && outcome == Outcome::Written {
                    let key = request.key().expect("a write is about a key").id;
                    ctx.note(ShardNote::Acknowledged { shard, op, view: self.replica.view(), index, key });
                }
                ctx.send(via, Msg::Done { op, outcome, replica: None });
            }
        }
    }
}
