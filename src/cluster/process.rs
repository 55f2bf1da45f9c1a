//! The cluster's processes as one type, which is what a world needs: four kinds behind one door.

use std::rc::Rc;

use crate::cluster::Env;
use crate::cluster::balancer::Balancer;
use crate::cluster::client::Client;
use crate::cluster::control::{Control, Decision};
use crate::cluster::coordinator::{ControlDisk, Coordinator};
use crate::cluster::disk::NodeDisk;
use crate::cluster::msg::{LoggedOp, Msg};
use crate::cluster::name::Kind;
use crate::cluster::node::Node;
use crate::cluster::note::Note;
use crate::cluster::snapshot::Base;
use crate::proto::consensus::{self, words::Saving};
use crate::proto::replica::view::Entry;
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::proto::replica::words::Mark;
use crate::sim::id::Pid;
use crate::sim::process::{Ctx, Input, Process, Protocol};

/// What handlers of the cluster see.
pub type Context<'a> = Ctx<'a, Member>;

/// Any process of the cluster.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Member {
    /// A coordinator.
    Coordinator(Box<Coordinator>),
    /// A node.
    Node(Node),
    /// A balancer.
    Balancer(Balancer),
    /// A client.
    Client(Client),
}

/// Any disk of the cluster.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub enum Disk {
    /// Nothing was ever written, or the disk was lost.
    #[default]
    Empty,
    /// A coordinator's part of the replicated log.
    Control(Box<ControlDisk>),
    /// A node's logs.
    Node(NodeDisk),
}

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
    /// Client: the next piece of work begins.
    Work,
    /// Client: patience with one attempt ends, or the pause before the next one.
    Attempt,
    /// Worker: keep the session alive.
    KeepAlive,
}

/// Any save.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ticket {
    /// Something of a coordinator.
    Raft(consensus::words::Mark),
    /// Log entries of a shard, in this copy of it: a node may drop its copy and be given another.
    Log(ShardId, u32, Mark),
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

impl Protocol for Member {
    type Msg = Msg;
    type Timer = Timer;
    type Ticket = Ticket;
    type Note = Note;
    type Change = Change;
    type Env = Env;
}

impl Process for Member {
    type Protocol = Member;
    type Disk = Disk;

    fn boot(disk: &Disk, ctx: &mut Context<'_>) -> Member {
        let env = ctx.env();
        match env.setup.roster.name(ctx.me()).kind {
            Kind::Coordinator => match disk {
                Disk::Control(disk) => Member::Coordinator(Box::new(Coordinator::boot(disk, ctx))),
                // It has lost its disk. The only coordinator starts from the operator's first configuration and has forgotten
                // every decision; one of several learns them from the others.
                Disk::Empty | Disk::Node(_) => Member::Coordinator(Box::new(Coordinator::boot(&ControlDisk::default(), ctx))),
            },
            Kind::Node => match disk {
                Disk::Node(disk) => Member::Node(Node::boot(disk, ctx)),
                Disk::Empty | Disk::Control(_) => Member::Node(Node::boot(&NodeDisk::default(), ctx)),
            },
            Kind::Balancer => Member::Balancer(Balancer::boot(ctx)),
            Kind::Client => Member::Client(Client::boot(ctx)),
        }
    }

    fn step(&mut self, input: Input<Member>, ctx: &mut Context<'_>) {
        match self {
            Member::Coordinator(it) => match input {
                Input::Message { from, msg } => it.receive(from, msg, ctx),
                Input::Timer(Timer::WaitOut(node)) => it.wait_out(node, ctx),
                Input::Timer(Timer::Raft) => it.tick(ctx),
                Input::Timer(_) => it.look(ctx),
                Input::Stored(Ticket::Raft(mark)) => it.stored(mark, ctx),
                Input::Stored(Ticket::Log(..) | Ticket::Nothing) | Input::Signal(_) => {}
            },
            Member::Node(it) => match input {
                Input::Message { from, msg } => it.receive(from, msg, ctx),
                Input::Timer(timer) => it.wake(timer, ctx),
                Input::Stored(Ticket::Log(shard, copy, mark)) => it.stored(shard, copy, mark, ctx),
                Input::Stored(Ticket::Raft(_) | Ticket::Nothing) => {}
                Input::Signal(signal) => it.signal(signal, ctx),
            },
            Member::Balancer(it) => match input {
                Input::Message { from, msg } => it.receive(from, msg, ctx),
                Input::Timer(_) => it.report(ctx),
                Input::Stored(_) | Input::Signal(_) => {}
            },
            Member::Client(it) => match input {
                Input::Message { msg, .. } => it.receive(msg, ctx),
                Input::Timer(timer) => it.wake(timer, ctx),
                Input::Stored(_) | Input::Signal(_) => {}
            },
        }
    }

    fn save(disk: &mut Disk, change: &Change, _: &Env) {
        match change {
            Change::Raft(change) => {
                if !matches!(disk, Disk::Control(_)) {
                    *disk = Disk::Control(Box::default());
                }
                let Disk::Control(disk) = disk else { unreachable!("made one above") };
                disk.save(change);
            }
            Change::Log { .. }
            | Change::Snapshot { .. }
            | Change::Trim { .. }
            | Change::Drop(_)
            | Change::Leaving(_)
            | Change::View(..)
            | Change::Format => {
                if !matches!(disk, Disk::Node(_)) {
                    *disk = Disk::Node(NodeDisk::default());
                }
                let Disk::Node(disk) = disk else { unreachable!("made one above") };
                disk.save(change);
            }
        }
    }
}
