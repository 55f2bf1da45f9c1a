//! What every process of a run may read and none may change: the setup, and what follows from it.

use std::rc::Rc;

use crate::cluster::setup::Setup;
use crate::cluster::setup::key::Key;
use crate::cluster::setup::name::{Kind, LOCKS};
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::ShardId;
use crate::proto::ring::{self, MemberNo, Ring};
use crate::sim::id::Pid;
use crate::sim::sorted::sorted;

/// The environment of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Env {
    /// The recipe.
    pub setup: Rc<Setup>,
    /// Coordinators, in order.
    pub coordinators: Vec<Pid>,
    /// Nodes, in order: those that may still join among them.
    pub nodes: Vec<Pid>,
    /// Balancers, in order.
    pub balancers: Vec<Pid>,
    /// The clients that take the lock.
    pub workers: Vec<Pid>,
    /// The tokens of all of them, clockwise.
    all_tokens: Rc<[(u64, Pid)]>,
    /// What the nodes are called on the ring.
    names: Vec<String>,
    /// The keys of the plain clients.
    pub keys: Vec<Key>,
    /// Where those keys stand on the circle, in order.
    pub points: Rc<[u64]>,
    /// The document that each lock protects.
    pub documents: Vec<Key>,
}

impl Env {
    /// What follows from a setup.
    pub fn new(setup: Rc<Setup>) -> Env {
        let (roster, config) = (setup.roster, &setup.config);
        let nodes: Vec<Pid> = roster.of(Kind::Node).collect();
        let key = |id, label: &str| Key { id, shard: ShardId(ring::shard_of(ring::point(label), config.shards)) };
        let labels: Vec<String> = (0..config.keys).map(|i| format!("key{i}")).collect();
        let points = sorted(labels.iter().map(|label| ring::point(label)));
        let mut env = Env {
            coordinators: roster.of(Kind::Coordinator).collect(),
            balancers: roster.of(Kind::Balancer).collect(),
            workers: roster.of(Kind::Client).take(usize::from(config.workers)).collect(),
            all_tokens: Rc::default(),
            names: nodes.iter().map(|&pid| roster.name(pid).to_string()).collect(),
            keys: (0..).zip(&labels).map(|(id, label)| key(id, label)).collect(),
            points: points.into(),
            documents: (config.keys..).zip(LOCKS).take(usize::from(config.locks)).map(|(id, label)| key(id, label)).collect(),
            nodes: nodes.clone(),
            setup: setup.clone(),
        };
        env.all_tokens = env.ring(&nodes).tokens().iter().map(|&(at, i)| (at, nodes[i as usize])).collect();
        env
    }

    fn ring(&self, members: &[Pid]) -> Ring {
        let named = self.nodes.iter().zip(&self.names).filter(|(pid, _)| members.contains(pid));
        Ring::new(named.map(|(_, name)| name.as_str()), self.setup.config.vnodes)
    }

    /// The tokens of a ring of these nodes, clockwise, with their owners.
    pub fn tokens(&self, members: impl Fn(Pid) -> bool) -> Rc<[(u64, Pid)]> {
        self.all_tokens.iter().copied().filter(|&(_, pid)| members(pid)).collect()
    }

    /// The ring's answer for every shard, if these nodes (in order) are its members: who should hold it, the preferred
    /// primary first.
    pub fn placement(&self, members: &[Pid]) -> Vec<Vec<Pid>> {
        let (ring, config) = (self.ring(members), &self.setup.config);
        let owners = |shard| ring.owners(ring::anchor(shard, config.shards), config.replicas);
        (0..config.shards).map(|shard| owners(shard).into_iter().map(|i| members[i as usize]).collect()).collect()
    }

    /// How many copies have to be made on the way from one placement to another, and the least with which any placement
    /// could have arrived at the same number of copies on every node: what those that gain have gained.
    pub fn plan<'a>(&self, old: impl Iterator<Item = &'a Vec<Pid>>, new: &[Vec<Pid>]) -> (u32, u32) {
        let numbers = |pids: &Vec<Pid>| pids.iter().map(|pid| pid.0.into()).collect();
        let (old, new): (Vec<Vec<MemberNo>>, Vec<Vec<MemberNo>>) = (old.map(numbers).collect(), new.iter().map(numbers).collect());
        let plan = ring::plan::plan(&old, &new);
        (plan.copies(), plan.minimum)
    }

    /// The lock that protects a document.
    pub fn lock_of(&self, document: Key) -> LockId {
        LockId(document.id.saturating_sub(self.setup.config.keys) as u8)
    }
}
