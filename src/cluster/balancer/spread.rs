//! Which copy answers a read, where any in-sync copy may, and which node does work that any of them can do: by one of the policies of
//! [`crate::proto::balance::policy`], over the copies of the read's shard, or over all nodes that are up. Each balancer goes by what it has itself sent and heard; of what the other one sends it knows nothing.
//!
//! A read that is not answered within a client's patience is over for the counts: its node has died, or the answer was lost.
//!
//! Where the recipe has hedges, a request with a choice of nodes that is not answered in time is sent to one more, never to the same, and once
//! at most (Dean and Barroso, "The Tail at Scale", 2013). The first answer counts, a refusal only if the other node has given one, too;
//! what comes later is for the counts alone. *Simplification.* The slower node is not told that it works in vain, and an answer that comes
//! when the counts have given it up is passed on like any other: no client takes a second one.
//!
//! Where the recipe has balancers judge nodes by their answers, one that fails several times in a row gets no reads for a while, then one on
//! trial, then few, then its part ([`crate::proto::balance::health`]). Two of the nodes at most: if no copy of a shard is left that way,
//! all of them are asked, since a doubtful answer is better than none. Other requests have no choice, and nothing is learned from them.

use std::hash::{Hash, Hasher};

use crate::cluster::note::OpId;
use crate::cluster::setup::config::{Config, Health, Spread};
use crate::cluster::store::Request;
use crate::cluster::wire::msg::Terms;
use crate::cluster::wire::{Context, Timer};
use crate::proto::balance::Backend;
use crate::proto::balance::deadline::Deadline;
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
    twin: Later<Twin>,
}

/// The same request at a second node.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
enum Twin {
    /// There is none and will be none.
    #[default]
    None,
    /// It is sent if no answer comes in time.
    Ready(Request, Later<Terms>),
    /// It was sent; this may be it.
    Sent,
    /// It was answered: nobody waits for this one.
    Answered,
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
            Spread::Random if !judges && config.hedge == Span::ZERO => return None,
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

    /// Sends a request to one of `readers`, and perhaps to another later.
    pub fn send(&mut self, op: OpId, (request, terms): (&Request, Later<Terms>), readers: &[Pid], ctx: &mut Context<'_>) -> Pid {
        let (node, hedge) = (self.choose(op, request, readers, ctx), ctx.env().setup.config.hedge);
        if hedge > Span::ZERO && readers.len() > 1 {
            if self.ready().is_none() {
                ctx.arm(Timer::Hedge, hedge);
            }
            self.under_way.last_mut().expect("it was sent just now").twin = Later(Twin::Ready(request.clone(), terms));
        }
        node
    }

    /// The first request that may be sent to a second node.
    fn ready(&mut self) -> Option<&mut Asked> {
        self.under_way.iter_mut().find(|it| matches!(it.twin.0, Twin::Ready(..)))
    }

    /// One that is to be sent to a second node now. There is none: sees to it that the next is found in time.
    pub fn due(&mut self, ctx: &mut Context<'_>) -> Option<(OpId, Request, Later<Terms>)> {
        let (now, hedge, patience) = (ctx.now(), ctx.env().setup.config.hedge, ctx.env().setup.config.patience());
        loop {
            let it = self.ready()?;
            let waited = now.since(it.at);
            if waited < hedge {
                ctx.arm(Timer::Hedge, Span(hedge.0 - waited.0));
                return None;
            }
            let (op, at) = (it.op, it.at);
            let Twin::Ready(request, Later(terms)) = std::mem::replace(&mut it.twin.0, Twin::Sent) else { unreachable!("it is ready") };
            match terms.left.map(|left| Deadline::after(at, left).left(now)) {
                left if left == Some(None) || waited > patience => {} // nobody waits for it any more
                left => return Some((op, request, Later(Terms { left: left.flatten(), ..terms }))),
            }
        }
    }

    /// Sends it to another of `readers` than has it already, if there is one.
    pub fn hedge(&mut self, op: OpId, request: &Request, mut readers: Vec<Pid>, ctx: &mut Context<'_>) -> Option<Pid> {
        let nodes = &ctx.env().nodes;
        readers.retain(|reader| !self.under_way.iter().any(|it| it.op == op && nodes[it.node.index()] == *reader));
        if readers.is_empty() {
            return None;
        }
        let node = self.choose(op, request, &readers, ctx);
        self.under_way.last_mut().expect("it was sent just now").twin = Later(Twin::Sent);
        Some(node)
    }

    /// Picks the node that gets this read of this key, or work that is about no key: one of `readers`.
    fn choose(&mut self, op: OpId, request: &Request, readers: &[Pid], ctx: &mut Context<'_>) -> Pid {
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
        self.under_way.push(Asked { op, node, at: now, twin: Later::default() });
        let nodes = &ctx.env().nodes;
        let compared = compared.into_iter().map(|(it, weight)| (nodes[it.index()], weight)).collect();
        self.latest.drain(..(self.latest.len() + 1).saturating_sub(KEPT));
        let key = request.key().map(|key| key.id);
        self.latest.push(Choice { op, key, node: nodes[node.index()], compared });
        nodes[node.index()]
    }

    /// A node has answered, or turned away. Gives whether the client is to hear of it.
    pub fn answered(&mut self, op: OpId, from: Pid, well: bool, ctx: &Context<'_>) -> bool {
        let found = self.under_way.iter().position(|it| it.op == op && ctx.env().nodes[it.node.index()] == from);
        let Some(found) = found else { return true };
        let it = self.under_way.remove(found);
        self.policy.answered(ctx.now(), it.node, ctx.now().since(it.at));
        if let Some(health) = &mut self.health.0 {
            health.answered(it.node, ctx.now(), well);
        }
        if it.twin.0 == Twin::Answered {
            return false;
        }
        let waited_for = |other: &&mut Asked| other.op == op && matches!(other.twin.0, Twin::Ready(..) | Twin::Sent);
        let mut others = self.under_way.iter_mut().filter(waited_for);
        if well {
            others.for_each(|other| other.twin = Later(Twin::Answered));
            return true;
        }
        others.next().is_none()
    }
}
