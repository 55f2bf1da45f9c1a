//! What every process of a run may read and none may change: the setup, and what follows from it.

use std::rc::Rc;

use crate::cluster::control::Control;
use crate::cluster::name::Kind;
use crate::cluster::setup::Setup;
use crate::cluster::store::Key;
use crate::proto::replica::view::ShardId;
use crate::proto::ring::{self, Ring};
use crate::sim::id::Pid;
use crate::sim::sorted::in_order;

/// The environment of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Env {
    /// The recipe.
    pub setup: Rc<Setup>,
    /// Coordinators, in order.
    pub coordinators: Vec<Pid>,
    /// Nodes, in order.
    pub nodes: Vec<Pid>,
    /// Balancers, in order.
    pub balancers: Vec<Pid>,
    /// The clients that take the lock.
    pub workers: Vec<Pid>,
    /// The ring's tokens, clockwise, with their owners.
    pub ring: Rc<[(u64, Pid)]>,
    /// The keys of the plain clients.
    pub keys: Vec<Key>,
    /// Where those keys stand on the circle, in order.
    pub points: Rc<[u64]>,
    /// The key of the document that the lock protects: `orders`.
    pub document: Key,
    /// The control plane as the operator sets it up.
    pub first: Box<Control>,
}

impl Env {
    /// What follows from a setup.
    pub fn new(setup: Rc<Setup>) -> Env {
        let (roster, config) = (setup.roster, &setup.config);
        let nodes: Vec<Pid> = roster.of(Kind::Node).collect();
        let names: Vec<String> = nodes.iter().map(|&pid| roster.name(pid).to_string()).collect();
        let ring = Ring::new(names.iter().map(String::as_str), config.vnodes);
        let node = |i: u16| nodes[usize::from(i)];
        let placement = (0..config.shards).map(|shard| {
            let owners = ring.owners(ring::anchor(shard, config.shards), config.replicas);
            owners.into_iter().map(node).collect()
        });
        let key = |id, label: &str| Key { id, shard: ShardId(ring::shard_of(ring::point(label), config.shards)) };
        let labels: Vec<String> = (0..config.keys).map(|i| format!("key{i}")).collect();
        let points = in_order(labels.iter().map(|label| ring::point(label)), Ord::cmp);
        Env {
            coordinators: roster.of(Kind::Coordinator).collect(),
            balancers: roster.of(Kind::Balancer).collect(),
            workers: roster.of(Kind::Client).take(usize::from(config.workers)).collect(),
            ring: ring.tokens().iter().map(|&(at, i)| (at, node(i))).collect(),
            keys: (0..).zip(&labels).map(|(id, label)| key(id, label)).collect(),
            points: points.into(),
            document: key(config.keys, "orders"),
            first: Box::new(Control::new(nodes.iter().copied(), placement.collect(), config.lock_lease)),
            nodes,
            setup,
        }
    }
}
