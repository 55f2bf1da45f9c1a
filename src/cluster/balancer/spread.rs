//! Which copy answers a read, where any in-sync copy may, and which node does work that any of them can do: by one of the policies of [`crate::proto::balance::policy`], over the copies
//! of the read's shard. Each balancer goes by what it has itself sent and heard; of what the other one sends it knows nothing.
//!
//! A read that is not answered within a client's patience is over for the counts: its node has died, or the answer was lost.
//!
//! Where the recipe has balancers judge nodes by their answers, one that fails several times in a row gets no reads for a while, then one on
//! trial, then few, then its part ([`crate::proto::balance::health`]). Two of the nodes at most: if no copy of a shard is left that way,
//! all of them are asked, since a doubtful answer is better than none. Other requests have no choice, and nothing is learned from them.

use std::hash::{Hash, Hasher};

use crate::cluster::note::OpId;
use crate::cluster::setup::config::{Config, Health, Spread};
use crate::cluster::wire::Context;
use crate::proto::balance::Backend;
use crate::proto::balance::health::{OutlierConfig, Outliers};
use crate::proto::balance::policy::{Balancer, Counts, Policy, Weight};
use crate::sim::digest::Later;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// A read under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Asked {
    op: OpId,
    node: Backend,
    at: Time,
}

/// Where a read was sent, and what was compared: kept for whoever looks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The read.
    pub op: OpId,
    /// The number of its key, if it is about one.
    pub key: Option<u16>,
    /// The node it was sent to.
    pub node: Pid,
    /// Whom the policy compared, that node among them; nobody where it compares none.
    pub compared: Vec<(Pid, Weight)>,
}

/// Choices that are kept.
const KEPT: usize = 2;

/// What a balancer keeps to spread reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spreading {
    policy: Balancer,
    /// The oldest first.
    under_way: Vec<Asked>,
    /// What it thinks of the nodes, if it does.
    health: Later<Option<Outliers>>,
    /// The latest choices, the oldest first.
    latest: Vec<Choice>,
}

/// Nothing that happens depends on the choices that are kept to be looked at, so two balancers that differ in them alone are the
/// same to a digest.
impl Hash for Spreading {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.policy, &self.under_way, &self.health).hash(state);
    }
}

/// When a node gets no reads: Envoy's way, in the time of a run that lasts a minute or two. Of eight places for nodes two may be out.
const OUTLIERS: OutlierConfig = OutlierConfig {
    in_a_row: 3,
    interval: Span::secs(5),
    base: Span::secs(3),
    longest: Span::secs(15),
    out_max_percent: 25,
    hosts_min: 5,
    volume_min: 10,
    factor_milli: 1_900,
    slow_start: Span::secs(5),
};

/// How fast a good latency counts again: a few times as long as the tests and the page look at.
const TAU: Span = Span::secs(2);

impl Spreading {
    /// Before the nodes of a recipe; `None` where nothing is to be kept.
    pub fn before(nodes: usize, config: &Config, now: Time) -> Option<Spreading> {
        let judges = config.health == Health::Passive;
        let policy = match config.spread {
            Spread::Random if !judges => return None,
            Spread::Random => Policy::Random,
            Spread::RoundRobin => Policy::RoundRobin,
            Spread::TwoChoices => Policy::Choices(2),
            Spread::Least => Policy::LeastOutstanding,
            Spread::PeakEwma => Policy::PeakEwma { tau: TAU },
        };
        let health = Later(judges.then(|| Outliers::new(OUTLIERS, nodes as u16, now)));
        let policy = Balancer::new(policy, Counts::Own, &vec![1; nodes]);
        Some(Spreading { policy, under_way: Vec::new(), health, latest: Vec::new() })
    }

    /// The latest choices, the oldest first.
    pub fn latest(&self) -> &[Choice] {
        &self.latest
    }

    /// How many requests are under way.
    pub fn in_flight(&self) -> u32 {
        assert!(self.policy.in_flight() as usize == self.under_way.len(), "a request is counted that nobody has sent");
        self.policy.in_flight()
    }

    /// Picks the node that gets this read of this key, or work that is about no key: one of `readers`.
    pub fn choose(&mut self, op: OpId, key: Option<u16>, readers: &[Pid], ctx: &mut Context<'_>) -> Pid {
        assert!(!readers.is_empty(), "a read that nobody may answer is spread");
        let (now, patience) = (ctx.now(), ctx.env().setup.config.patience());
        let over = self.under_way.partition_point(|it| now.since(it.at) > patience);
        for it in self.under_way.drain(..over) {
            self.policy.gave_up(now, it.node, now.since(it.at));
            if let Some(health) = &mut self.health.0 {
                health.answered(it.node, now, false);
            }
        }
        if let Some(health) = self.health.0.as_mut().filter(|health| now >= health.sweep_at()) {
            health.sweep(now);
        }
        for (i, node) in ctx.env().nodes.iter().enumerate() {
            let backend = Backend(i as u16);
            let share = self.health.0.as_ref().map_or(1_000, |health| health.share(backend, now));
            self.policy.set_share(backend, if readers.contains(node) { share } else { 0 });
        }
        let mut compared = Vec::new();
        let mut tell = |it: Backend, weight| compared.push((it, weight));
        let node = self.policy.choose_telling(now, 0, ctx.rng(), &mut tell).unwrap_or_else(|| {
            let nodes = ctx.env().nodes.iter().enumerate();
            nodes.filter(|(_, node)| readers.contains(node)).for_each(|(i, _)| self.policy.set_share(Backend(i as u16), 1_000));
            self.policy.choose_telling(now, 0, ctx.rng(), &mut tell).expect("a node may answer, as was just seen")
        });
        // One that is out and asked all the same is not on trial: too few of the others were left.
        if let Some(health) = self.health.0.as_mut().filter(|health| health.share(node, now) > 0) {
            health.sent(node, now);
        }
        self.policy.sent(node);
        self.under_way.push(Asked { op, node, at: now });
        let nodes = &ctx.env().nodes;
        let compared = compared.into_iter().map(|(it, weight)| (nodes[it.index()], weight)).collect();
        self.latest.drain(..(self.latest.len() + 1).saturating_sub(KEPT));
        self.latest.push(Choice { op, key, node: nodes[node.index()], compared });
        nodes[node.index()]
    }

    /// A node has answered, or turned away.
    pub fn answered(&mut self, op: OpId, from: Pid, well: bool, ctx: &Context<'_>) {
        let found = self.under_way.iter().position(|it| it.op == op && ctx.env().nodes[it.node.index()] == from);
        if let Some(found) = found {
            let it = self.under_way.remove(found);
            self.policy.answered(ctx.now(), it.node, ctx.now().since(it.at));
            if let Some(health) = &mut self.health.0 {
                health.answered(it.node, ctx.now(), well);
            }
        }
    }
}
