//! The subjects put together: one running cluster. [`Cluster`] is what the layers above drive; [`observe::view`] is what they and
//! the promises look at.

pub mod balancer;
pub mod client;
pub mod control;
pub mod coordinator;
mod group;
pub mod history;
pub mod node;
pub mod note;
pub mod observe;
pub mod process;
pub mod property;
pub mod setup;
pub mod store;
pub mod wire;

use std::borrow::Cow;
use std::rc::Rc;

use crate::cluster::balancer::Choice;
use crate::cluster::client::worker::Worker;
use crate::cluster::control::Control;
use crate::cluster::coordinator::{ControlDisk, Coordinator, state_of};
use crate::cluster::node::Node;
use crate::cluster::node::disk::NodeDisk;
use crate::cluster::note::Note;
use crate::cluster::process::{Disk, Member};
use crate::cluster::setup::Setup;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::name::Kind;
use crate::proto::replica::view::ShardId;
use crate::sim::fault::Fault;
use crate::sim::id::{Boot, Pid};
use crate::sim::journal::Record;
use crate::sim::net::NetConfig;
use crate::sim::time::Time;
use crate::sim::world::{World, WorldConfig};

/// Clocks differ by at most this much from true time at the start, in parts per million: what good quartz does.
const DRIFT_AT_START: u32 = 50;

/// Facts, in order.
pub type Facts = Vec<Record<Note>>;

/// A running cluster. Cloning is cheap: what has not changed since is shared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cluster {
    world: World<Member>,
}

/// Why an action would change nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoEffect {
    /// It does not run.
    Down,
    /// It runs already.
    Up,
    /// It stands still already.
    Frozen,
    /// It does not stand still.
    NotFrozen,
    /// The link is cut already.
    Cut,
    /// The link is whole.
    Whole,
    /// It has this speed or drift already.
    Same,
    /// It has never been there: it would have to be added first.
    Absent,
    /// It takes part already.
    Member,
    /// It leaves already, or has left.
    Leaving,
    /// Without it, there would be fewer nodes than copies.
    Needed,
    /// No shard of which it has a copy waits for somebody to lead it.
    NothingWaits,
}

impl Cluster {
    /// A cluster at time zero, every process booting.
    pub fn new(setup: Rc<Setup>) -> Cluster {
        let config = &setup.config;
        let net = NetConfig { delay: config.delay, jitter: config.jitter, loss: config.loss, duplicates: config.duplicates };
        let world = WorldConfig { seed: setup.seed, net, save: (config.save_min, config.save_max), drift_max: DRIFT_AT_START };
        let disks = setup.roster.pids().map(|pid| match setup.roster.name(pid).kind {
            Kind::Node if !setup.roster.begins(pid) => None,
            Kind::Node => Some(Disk::Node(NodeDisk { formatted: true, ..NodeDisk::default() })),
            Kind::Coordinator => Some(Disk::Control(Box::new(ControlDisk::founding()))),
            Kind::Balancer | Kind::Client => Some(Disk::Empty),
        });
        let disks = disks.collect();
        let env = Rc::new(Env::new(setup));
        // Booting notes nothing; should it ever, the facts would be lost here.
        let mut facts = Vec::new();
        let world = World::new(env, &world, disks, &mut facts);
        assert!(facts.is_empty(), "a boot noted something before anybody listened");
        Cluster { world }
    }

    /// Its recipe.
    pub fn setup(&self) -> &Rc<Setup> {
        &self.env().setup
    }

    /// What follows from the recipe.
    pub fn env(&self) -> &Env {
        self.world.env()
    }

    /// The world's clock.
    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// When the next event happens.
    pub fn next_at(&self) -> Option<Time> {
        self.world.next_at()
    }

    /// Messages sent since the beginning, lost ones among them.
    pub fn sent(&self) -> u64 {
        self.world.sent()
    }

    /// Events handled since the beginning.
    pub fn events(&self) -> u64 {
        self.world.handled()
    }

    /// Facts noted so far: the `seq` of the next one.
    pub fn next_seq(&self) -> u64 {
        self.world.facts()
    }

    /// Handles the next event and appends its facts to `out`. Their `seq` goes on from this cluster's own count, so a
    /// clone that replays numbers them alike. False when there is none.
    pub fn step(&mut self, out: &mut Facts) -> bool {
        self.world.step(out)
    }

    /// Moves the clock on to `to`, which no pending event may precede.
    pub fn idle_until(&mut self, to: Time) {
        self.world.idle_until(to);
    }

    /// Carries out a fault, now. What it does is a record in `out`; harmless where it changes nothing.
    pub fn inject(&mut self, fault: Fault, out: &mut Facts) {
        self.world.inject(fault, out);
    }

    /// Whether a process is there, dead or alive: nodes that may still join are not.
    pub fn is_there(&self, pid: Pid) -> bool {
        self.world.boot(pid) > Boot(0)
    }

    /// Whether `fault` would change anything now: `Err` gives the reason why not.
    pub fn admits(&self, fault: Fault) -> Result<(), NoEffect> {
        let world = &self.world;
        let down = |pid: Pid| world.process(pid).is_none();
        let refuse = |when: bool, why: NoEffect| if when { Err(why) } else { Ok(()) };
        // What the node itself has been told last; the coordinator may not have heard it.
        let leaving = |pid| self.node(pid).is_some_and(Node::is_leaving);
        match fault {
            Fault::Kill(pid) => refuse(down(pid), NoEffect::Down),
            Fault::Revive(pid) | Fault::Wipe(pid) if !self.is_there(pid) => Err(NoEffect::Absent),
            Fault::Revive(pid) => refuse(!down(pid), NoEffect::Up),
            Fault::Wipe(pid) => refuse(down(pid) && *world.disk(pid) == Disk::Empty, NoEffect::Same),
            Fault::Join(pid) => refuse(!down(pid) && !leaving(pid) && self.control().takes_part(pid), NoEffect::Member),
            Fault::Leave(pid) if down(pid) => Err(NoEffect::Down),
            Fault::Leave(pid) if leaving(pid) => Err(NoEffect::Leaving),
            Fault::Proceed(pid) if down(pid) => Err(NoEffect::Down),
            Fault::Proceed(pid) => refuse(!self.has_unled(pid), NoEffect::NothingWaits),
            Fault::Leave(pid) => refuse(!self.control().can_spare(pid, self.env()), NoEffect::Needed),
            Fault::Freeze(pid) if down(pid) => Err(NoEffect::Down),
            Fault::Freeze(pid) => refuse(world.is_frozen(pid), NoEffect::Frozen),
            Fault::Thaw(pid) => refuse(!world.is_frozen(pid), NoEffect::NotFrozen),
            Fault::Fail(pid, _) if down(pid) => Err(NoEffect::Down),
            Fault::Fail(pid, on) => refuse(self.node(pid).is_some_and(Node::fails) == on, NoEffect::Same),
            Fault::Slow(pid, factor) => refuse(world.net().slow(pid) == factor, NoEffect::Same),
            Fault::Cut(from, to) => refuse(world.net().is_cut(from, to), NoEffect::Cut),
            Fault::Heal(from, to) => refuse(!world.net().is_cut(from, to), NoEffect::Whole),
            Fault::Drift(pid, ppm) => refuse(world.drift(pid) == ppm, NoEffect::Same),
        }
    }

    /// A digest of the whole state: the same natively and in wasm.
    pub fn digest(&self) -> u64 {
        self.world.digest()
    }

    /// Whether a node has a copy of a shard that nobody leads.
    fn has_unled(&self, pid: Pid) -> bool {
        let (control, node) = (self.control(), self.node(pid));
        let unled = |i| control.waiting(ShardId(i)).is_some() && node.is_some_and(|node| node.shard_copy(ShardId(i)).is_some());
        (0..self.setup().config.shards).any(unled)
    }

    fn node(&self, pid: Pid) -> Option<&Node> {
        match self.world.process(pid)? {
            Member::Node(node) => Some(node),
            Member::Coordinator(_) | Member::Balancer(_) | Member::Client(_) => None,
        }
    }

    fn coordinator(&self, pid: Pid) -> Option<&Coordinator> {
        match self.world.process(pid)? {
            Member::Coordinator(it) => Some(it),
            Member::Node(_) | Member::Balancer(_) | Member::Client(_) => None,
        }
    }

    /// The latest reads that a living balancer has spread, the oldest first.
    pub fn choices(&self, balancer: Pid) -> &[Choice] {
        match self.world.process(balancer) {
            Some(Member::Balancer(it)) => it.choices(),
            Some(Member::Coordinator(_) | Member::Node(_) | Member::Client(_)) | None => &[],
        }
    }

    /// How many requests a living balancer counts as under way; none where it counts none.
    pub fn in_flight(&self, balancer: Pid) -> u32 {
        match self.world.process(balancer) {
            Some(Member::Balancer(it)) => it.in_flight(),
            Some(Member::Coordinator(_) | Member::Node(_) | Member::Client(_)) | None => 0,
        }
    }

    /// The coordinator that acts for the control plane: of those that live and believe they do, the one of the latest term.
    fn leader(&self) -> Option<(Pid, &Coordinator)> {
        let all = self.env().coordinators.iter().filter_map(|&pid| Some((pid, self.coordinator(pid)?)));
        all.filter(|(_, it)| it.is_in_charge()).max_by_key(|(_, it)| it.raft().term())
    }

    fn worker(&self, pid: Pid) -> Option<&Worker> {
        match self.world.process(pid)? {
            Member::Client(client) => client.worker(),
            Member::Coordinator(_) | Member::Node(_) | Member::Balancer(_) => None,
        }
    }

    /// The control plane's latest state, by whoever has applied most: a living coordinator or, where a dead one knew more, what
    /// its disk says. Of those that know equally much, one that leads.
    fn control(&self) -> Cow<'_, Control> {
        let coordinators = || self.env().coordinators.iter().copied();
        let living = coordinators().filter_map(|pid| self.coordinator(pid));
        let living = living.max_by_key(|it| (it.applied(), it.is_in_charge()));
        let disks = coordinators().filter_map(|pid| match self.world.disk(pid) {
            Disk::Control(disk) if self.coordinator(pid).is_none() => Some(disk),
            Disk::Control(_) | Disk::Empty | Disk::Node(_) => None,
        });
        let dead = disks.max_by_key(|disk| disk.commit).filter(|disk| living.is_none_or(|it| it.applied() < disk.commit));
        match (dead, living) {
            (Some(disk), _) => Cow::Owned(state_of(disk, disk.commit.min(disk.log.last()), self.env()).1),
            (None, Some(it)) => Cow::Borrowed(it.control()),
            (None, None) => Cow::Owned(Control::founding(self.env())),
        }
    }
}
