//! What a node's operator asks of it: to take part, to leave, or to serve with what it has. What makes it fail comes the same way.

use crate::cluster::node::shard_copy::ShardCopy;
use crate::cluster::node::{Node, tell_coordinators};
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Change, Context, Ticket, Timer};
use crate::proto::replica::view::ShardId;
use crate::sim::digest::Later;
use crate::sim::process::Signal;
use crate::sim::time::Span;

impl Node {
    /// Its operator wishes something. It is told to the coordinators with every heartbeat, so no message of it can be lost; but the
    /// wish to serve with what it has dies with this life.
    pub fn signal(&mut self, signal: Signal, ctx: &mut Context<'_>) {
        let leaving = match signal {
            Signal::Join => false,
            Signal::Leave => true,
            Signal::Fail(on) => {
                self.fails = Later(on);
                return;
            }
            Signal::Proceed => {
                self.offers = self.shards.iter().map(|(&shard, _)| shard).collect();
                ctx.arm(Timer::Heartbeat, Span::ZERO);
                return;
            }
        };
        if leaving != self.leaving {
            self.leaving = leaving;
            ctx.save(Change::Leaving(leaving), Ticket::Nothing);
            ctx.arm(Timer::Heartbeat, Span::ZERO);
        }
    }

    /// Offers what it has of the shards that nobody leads, as far as it knows.
    pub(super) fn offer(&mut self, ctx: &mut Context<'_>) {
        if !self.admitted {
            return; // it does not know the latest views yet
        }
        let leads = |it: &ShardCopy| if it.replica.is_primary() { it.replica.is_settled() } else { it.replica.leader().is_some() };
        let unled = |shard: &ShardId| self.shards.get(shard).is_some_and(|it| !leads(it));
        self.offers.retain(unled);
        assert!(self.offers.iter().all(|shard| self.shards.contains_key(shard)), "a copy is offered that is not here");
        for (&shard, view) in self.offers.iter().filter_map(|shard| Some((shard, self.shards.get(shard)?.replica.view()))) {
            tell_coordinators(Msg::Offer { shard, view }, ctx);
        }
    }
}
