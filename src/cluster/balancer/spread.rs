//! Which copy answers a read, where any in-sync copy may: by one of the policies of [`crate::proto::balance::policy`], over the copies
//! of the read's shard. Each balancer goes by what it has itself sent and heard; of what the other one sends it knows nothing.
//!
//! A read that is not answered within a client's patience is over for the counts: its node has died, or the answer was lost.

use crate::cluster::note::OpId;
use crate::cluster::setup::config::{Config, Spread};
use crate::cluster::wire::Context;
use crate::proto::balance::Backend;
use crate::proto::balance::policy::{Balancer, Counts, Policy};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// A read under way.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Asked {
    op: OpId,
    node: Backend,
    at: Time,
}

/// What a balancer keeps to spread reads.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Spreading {
    policy: Balancer,
    /// The oldest first.
    under_way: Vec<Asked>,
}

/// How fast a good latency counts again: a few times as long as the tests and the page look at.
const TAU: Span = Span::secs(2);

impl Spreading {
    /// Before the nodes of a recipe; `None` where nothing is to be kept.
    pub fn before(nodes: usize, config: &Config) -> Option<Spreading> {
        let policy = match config.spread {
            Spread::Random => return None,
            Spread::RoundRobin => Policy::RoundRobin,
            Spread::TwoChoices => Policy::Choices(2),
            Spread::Least => Policy::LeastOutstanding,
            Spread::PeakEwma => Policy::PeakEwma { tau: TAU },
        };
        Some(Spreading { policy: Balancer::new(policy, Counts::Own, &vec![1; nodes]), under_way: Vec::new() })
    }

    /// Picks the node that gets this read, one of `readers`.
    pub fn choose(&mut self, op: OpId, readers: &[Pid], ctx: &mut Context<'_>) -> Pid {
        assert!(!readers.is_empty(), "a read that nobody may answer is spread");
        let (now, patience) = (ctx.now(), ctx.env().setup.config.patience());
        let over = self.under_way.partition_point(|it| now.since(it.at) > patience);
        for it in self.under_way.drain(..over) {
            self.policy.gave_up(now, it.node, now.since(it.at));
        }
        for (i, node) in ctx.env().nodes.iter().enumerate() {
            self.policy.set_share(Backend(i as u16), if readers.contains(node) { 1_000 } else { 0 });
        }
        let node = self.policy.choose(now, 0, ctx.rng()).expect("a node may answer, as was just seen");
        self.policy.sent(node);
        self.under_way.push(Asked { op, node, at: now });
        ctx.env().nodes[node.index()]
    }

    /// A node has answered, or turned away.
    pub fn answered(&mut self, op: OpId, from: Pid, ctx: &Context<'_>) {
        let found = self.under_way.iter().position(|it| it.op == op && ctx.env().nodes[it.node.index()] == from);
        if let Some(found) = found {
            let it = self.under_way.remove(found);
            self.policy.answered(ctx.now(), it.node, ctx.now().since(it.at));
        }
    }
}
