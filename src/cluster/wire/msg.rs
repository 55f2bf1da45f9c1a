//! Every message of the cluster. The network may delay, lose, duplicate and reorder any of them; it never alters one.

use std::rc::Rc;

use crate::cluster::control::record::Version;
use crate::cluster::control::{Control, Decision};
use crate::cluster::note::{OpId, RefusedWhy};
use crate::cluster::store::results::Behind;
use crate::cluster::store::snapshot::Item;
use crate::cluster::store::{Outcome, Request};
use crate::proto::consensus::words::RaftMsg;
use crate::proto::detector::swim::words::SwimMsg;
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::proto::replica::transfer::SnapshotMsg;
use crate::proto::replica::view::{Index, ShardId, View, ViewNo};
use crate::proto::replica::words::ReplicaMsg;
use crate::sim::digest::Later;
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

/// A logged operation: who asked for what, and what its client waits for.
pub type LoggedOp = (OpId, Request, Later<Behind>);

/// What travels with a request beside what is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Terms {
    /// How far the oldest operation lies behind this one that its client still waits for.
    pub behind: Behind,
    /// How long the client will wait for this attempt, where the recipe has requests carry their deadlines. Not an instant, since
    /// clocks differ: see [`crate::proto::balance::deadline`].
    pub left: Option<Span>,
}

/// Views that have changed since a version.
pub type Changes = Rc<Vec<(ShardId, View)>>;

/// One message.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Msg {
    /// Node or balancer to coordinators: I live. `sent` is the sender's own clock and comes back with the answer.
    Heartbeat {
        /// Sender's clock.
        sent: Time,
        /// Its life.
        boot: Boot,
        /// Whether its disk was found empty.
        fresh: bool,
        /// Whether it wishes to leave.
        leaving: bool,
        /// What it knows.
        known: Version,
        /// The sender's clock at its latest heartbeat that the receiver has answered, as far as the sender has heard; `None`
        /// for none in this life, and from a balancer. See [`crate::cluster::wire::reach`].
        answered: Option<Time>,
        /// The highest view number of its shards, and the largest fencing token that its documents have seen: a control plane that
        /// has lost its memory has to begin behind them.
        latest: (ViewNo, FencingToken),
    },
    /// Coordinator to node or balancer: what you do not know yet. As an answer to a heartbeat it carries its `sent`.
    Decisions {
        /// The heartbeat answered; `None` for news sent unasked.
        answers: Option<Time>,
        /// Whether the answer renews the node's lease.
        lease: bool,
        /// Which life of the node the control plane has on record; it takes part only if that is its present one.
        admitted: Boot,
        /// What the receiver must know already: `changes` tells only what came after. Otherwise it ignores the message and
        /// asks again, or it would believe to know what it was never told.
        since: Version,
        /// What the receiver knows when it has read this.
        version: Version,
        /// What changed.
        changes: Changes,
    },
    /// Leading coordinator to the others: I miss nodes. How many do you reach?
    AskReach {
        /// The leader's clock.
        sent: Time,
        /// Whether it is sure to lead, and asks only since it misses somebody.
        sure: bool,
    },
    /// Answer to it.
    Reach {
        /// The leader's clock, from the question.
        sent: Time,
        /// How many of the nodes that count have lately shown a sign that they hear the sender.
        nodes: u16,
    },
    /// Primary to coordinators: this backup does not keep up; go on without it.
    Lagging {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
        /// The backup.
        node: Pid,
    },
    /// Primary to coordinators: this learner answers nothing; other copies need not wait for it.
    Stalled {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
        /// The learner.
        node: Pid,
    },
    /// Primary to coordinators: this learner has everything; count it again.
    Ready {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
        /// The learner.
        node: Pid,
    },
    /// Coordinator to primary: let requests wait and come to an end, so that the preferred primary may lead.
    Yield {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
    },
    /// Primary to coordinators: nothing is under way here any more.
    Yielded {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
    },
    /// Primary to coordinators: every in-sync copy of my view has stored all that is committed.
    Level {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
        /// I have found operations that I have to commit, with too few copies in sync: no other copy may count as holding everything.
        open: bool,
    },
    /// New primary to coordinators: this in-sync copy has the better log, and mine cannot be joined to it; it is to lead.
    Defer {
        /// Which shard.
        shard: ShardId,
        /// The primary's view.
        view: ViewNo,
        /// Who has the better log.
        node: Pid,
    },
    /// Node to coordinators: my operator wants this shard, which nobody leads, served with what I have.
    Offer {
        /// Which shard.
        shard: ShardId,
        /// The latest view I know.
        view: ViewNo,
    },
    /// Between coordinators.
    Raft(Box<RaftMsg<Decision, Control>>),
    /// A snapshot between replicas of a shard.
    Snapshot {
        /// Which shard.
        shard: ShardId,
        /// What.
        msg: SnapshotMsg<Item>,
    },
    /// Between replicas of a shard.
    Replica {
        /// Which shard.
        shard: ShardId,
        /// What.
        msg: ReplicaMsg<LoggedOp>,
    },
    /// Client to balancer, balancer to node.
    Request {
        /// The operation's name; the same in every retry.
        op: OpId,
        /// What is asked.
        request: Request,
        /// Passed on by a node that does not lead any more, since the receiver leads from this view on. Such a request is not
        /// passed on again.
        passed: Option<ViewNo>,
        /// On which terms.
        terms: Later<Terms>,
    },
    /// Node to balancer, balancer to client: done.
    Done {
        /// The operation.
        op: OpId,
        /// What came of it.
        outcome: Outcome,
        /// If a backup answered a read: which, and the entry that had written the key last, as it knew.
        replica: Option<(Pid, Index)>,
    },
    /// Node to balancer, balancer to client: not here, not now; nothing has changed.
    Refused {
        /// The operation.
        op: OpId,
        /// The reason.
        why: RefusedWhy,
    },
    /// Worker to coordinators: I want this lock (and: I still wait).
    Acquire {
        /// My session.
        session: LockSession,
        /// Which lock.
        lock: LockId,
        /// My clock.
        sent: Time,
    },
    /// Worker to coordinators: I still hold it.
    KeepAlive {
        /// My session.
        session: LockSession,
        /// My clock.
        sent: Time,
    },
    /// Worker to coordinators: I give it back.
    Release {
        /// My session.
        session: LockSession,
        /// The token it held.
        token: FencingToken,
    },
    /// Worker to coordinators: I wait no more.
    Cancel {
        /// My session.
        session: LockSession,
    },
    /// Coordinator to worker: your session lives; `since` is your clock at the latest message heard, and your lease counts
    /// from there. With a token, you hold the lock.
    SessionOk {
        /// Your session.
        session: LockSession,
        /// Your clock.
        since: Time,
        /// Your token.
        token: Option<FencingToken>,
    },
    /// Coordinator to worker: that session is over.
    SessionOver {
        /// Your session.
        session: LockSession,
    },
    /// Nodes and coordinators to each other: probes, and what they believe of whom.
    Swim(Box<SwimMsg>),
}
