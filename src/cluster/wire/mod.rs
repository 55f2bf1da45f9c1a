//! The cluster's vocabulary: what its processes say, ask the world for, note and write. It lies below every handler, so that none of
//! them needs to know another.

pub mod msg;
pub mod reach;
pub mod shape;

use std::rc::Rc;

use crate::cluster::control::{Control, Decision};
use crate::cluster::note::Note;
use crate::cluster::setup::env::Env;
use crate::cluster::store::snapshot::Base;
use crate::cluster::wire::msg::{LoggedOp, Msg};
use crate::proto::consensus::words::{self, Saving};
use crate::proto::replica::view::{Entry, Index, ShardId, ViewNo};
use crate::proto::replica::words::SaveId;
use crate::sim::id::Pid;
use crate::sim::process::{Ctx, Protocol};

/// What every process of the cluster speaks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Wire;

impl Protocol for Wire {
    type Msg = Msg;
    type Timer = Timer;
    type Ticket = Ticket;
    type Note = Note;
    type Change = Change;
    type Env = Env;
}

/// What handlers of the cluster see.
pub type Context<'a> = Ctx<'a, Wire>;

/// Any timer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timer {
    /// Coordinator: its part in the group wants to be told the time.
    Raft,
    /// Coordinator: look for silent nodes and ended leases.
    Look,
    /// Coordinator: the lease of this suspected node has surely ended.
    WaitOut(Pid),
    /// Node, balancer: report.
    Heartbeat,
    /// Node: the lease ends.
    Lease,
    /// Node: look after the replicas of a shard that owe an answer.
    Resend(ShardId),
    /// Primary: the next piece of a snapshot of this shard may go.
    Chunk(ShardId),
    /// Primary: nobody has taken this shard over.
    Yield(ShardId),
    /// Node: the service of a request ends.
    Serve,
    /// Client: the next piece of work begins.
    Work,
    /// Client: patience with one attempt ends, or the pause before the next one.
    Attempt,
    /// Worker: keep the session alive.
    KeepAlive,
    /// Open-loop client: the same as `Attempt`, of the operation with this number.
    AttemptOf(u32),
    /// Node: the service ends that this worker of it gives, from the second on.
    ServeOf(u8),
    /// Node, coordinator: its part in the group that probes wants to be told the time.
    Swim,
    /// Balancer: the oldest request that may be sent a second time is not answered yet.
    Hedge,
}

/// Any save.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ticket {
    /// Something of a coordinator.
    Raft(words::SaveId),
    /// Log entries of a shard, in this copy of it: a node may drop its copy and be given another.
    Log(ShardId, u32, SaveId),
    /// Something nobody waits for.
    Nothing,
}

/// Any change of a disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// A coordinator's term, vote, log or snapshot.
    Raft(Saving<Decision, Control>),
    /// A shard's log is cut after an index and goes on with these entries.
    Log {
        /// Which shard.
        shard: ShardId,
        /// The highest view the replica has seen.
        view: ViewNo,
        /// What it knows to be committed.
        commit: Index,
        /// Entries up to here stay.
        keep: Index,
        /// What follows.
        entries: Vec<Entry<LoggedOp>>,
    },
    /// A replica has seen a higher view.
    View(ShardId, ViewNo),
    /// A snapshot replaces a shard's log.
    Snapshot {
        /// Which shard.
        shard: ShardId,
        /// The highest view the replica has seen.
        view: ViewNo,
        /// It stands for everything up to this entry: index and view.
        upto: (Index, ViewNo),
        /// The state.
        base: Rc<Base>,
    },
    /// A snapshot replaces the beginning of a shard's log; what follows stays.
    Trim {
        /// Which shard.
        shard: ShardId,
        /// It stands for everything up to this entry: index and view.
        upto: (Index, ViewNo),
        /// The state.
        base: Rc<Base>,
    },
    /// A node deletes its copy of a shard.
    Drop(ShardId),
    /// Whether a node's operator has asked it to leave.
    Leaving(bool),
    /// A node whose disk was empty has been counted in again.
    Format,
}
