//! Work takes time: what clients ask of a node waits in one queue, and each request takes a service time before it is looked at.
//!
//! One request is served at a time; what has waited longest comes next. Whoever comes when the queue is full is turned away at once.
//! A request is judged at the end of its service: a lease may have ended while it waited. With a service time of zero, as in the usual
//! recipe, there is no queue, and a request is looked at when it arrives.
//!
//! *Simplifications.* A service time is even between half the mean and one and a half times it, and the same for reads, writes and
//! what a node passes on. Only clients' requests take time: heartbeats, entries of logs and pieces of snapshots are looked at when they
//! arrive, as if other threads did it. A crash empties the queue; nobody is told.

use std::collections::VecDeque;

use crate::cluster::node::Node;
use crate::cluster::node::serve::refuse;
use crate::cluster::node::shard_copy::QueuedRequest;
use crate::cluster::note::RefusedWhy;
use crate::cluster::wire::{Context, Timer};
use crate::sim::time::Span;

/// Requests at a node.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Work {
    /// The one that is served now.
    served: Option<QueuedRequest>,
    /// Those that wait for it, the first first.
    waiting: VecDeque<QueuedRequest>,
}

impl Work {
    /// How many requests are there, the one that is served among them.
    pub fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.served.is_some())
    }
}

impl Node {
    /// A request comes in: it is looked at now, waits, or is turned away.
    pub(super) fn come_in(&mut self, it: QueuedRequest, ctx: &mut Context<'_>) {
        let config = &ctx.env().setup.config;
        if config.service == Span::ZERO {
            assert!(self.work.len() == 0, "a request waits where work takes no time");
            self.request(it, ctx);
        } else if self.work.served.is_none() {
            assert!(self.work.waiting.is_empty(), "somebody waits, and nobody is served");
            self.work.waiting.push_back(it);
            self.serve_next(ctx);
        } else if self.work.waiting.len() < usize::from(config.queue) {
            self.work.waiting.push_back(it);
        } else {
            refuse(&it, RefusedWhy::Busy, ctx);
        }
    }

    /// A service has ended.
    pub(super) fn served(&mut self, ctx: &mut Context<'_>) {
        let it = self.work.served.take().expect("a service has ended that nobody was given");
        self.request(it, ctx);
        self.serve_next(ctx);
    }

    fn serve_next(&mut self, ctx: &mut Context<'_>) {
        self.work.served = self.work.waiting.pop_front();
        if self.work.served.is_some() {
            let mean = ctx.env().setup.config.service;
            let takes = ctx.rng().between(mean.scale(1, 2), mean.scale(3, 2));
            ctx.arm(Timer::Serve, takes);
        }
    }
}
