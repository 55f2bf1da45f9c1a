//! The cluster's processes as one type, which is what a world needs: four kinds behind one door.

use crate::cluster::balancer::Balancer;
use crate::cluster::client::Client;
use crate::cluster::coordinator::{ControlDisk, Coordinator};
use crate::cluster::node::Node;
use crate::cluster::node::disk::NodeDisk;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::name::Kind;
use crate::cluster::wire::{Change, Context, Ticket, Timer, Wire};
use crate::sim::process::{Input, Process};

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

impl Process for Member {
    type Protocol = Wire;
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

    fn step(&mut self, input: Input<Wire>, ctx: &mut Context<'_>) {
        match self {
            Member::Coordinator(it) => match input {
                Input::Message { from, msg } => it.receive(from, msg, ctx),
                Input::Timer(Timer::WaitOut(node)) => it.wait_out(node, ctx),
                Input::Timer(Timer::Raft) => it.tick(ctx),
                Input::Timer(Timer::Swim) => it.probe(ctx),
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
                Input::Timer(Timer::Hedge) => it.hedge(ctx),
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
