//! Work takes time: what clients ask of a node waits in one queue, and each request takes a service time before it is looked at.
//!
//! One request is served at a time, by [`crate::proto::balance::queue`]. Whoever comes when the queue is full is turned away at once.
//! A request is judged at the end of its service: a lease may have ended while it waited. With a service time of zero, as in the usual
//! recipe, there is no queue, and a request is looked at when it arrives.
//!
//! *Simplifications.* The law of the service time is the same for reads, writes and what a node passes on. Only clients' requests take
//! time: heartbeats, entries of logs and pieces of snapshots are looked at when they arrive, as if other threads did it. A crash empties
//! the queue; nobody is told.

use crate::cluster::node::Node;
use crate::cluster::node::serve::refuse;
use crate::cluster::node::shard_copy::QueuedRequest;
use crate::cluster::note::RefusedWhy;
use crate::cluster::setup::config::Config;
use crate::cluster::wire::{Context, Timer};
use crate::proto::balance::queue::{Discipline, Offer, Server, Shed};
use crate::sim::time::Span;

/// Requests at a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Work {
    /// The one that is served now.
    served: Option<QueuedRequest>,
    /// Those that wait for it.
    server: Server<QueuedRequest>,
}

impl Work {
    /// Nothing to do.
    pub fn none(config: &Config) -> Work {
        let discipline =
            Discipline { workers: 1, waiting_max: config.queue.into(), order: config.order, shed: Shed::Never, deadlines: false };
        Work { served: None, server: Server::new(discipline) }
    }

    /// How many requests are there, the one that is served among them.
    pub fn load(&self) -> u32 {
        self.server.load()
    }
}

impl Node {
    /// A request comes in: it is looked at now, waits, or is turned away.
    pub(super) fn come_in(&mut self, it: QueuedRequest, ctx: &mut Context<'_>) {
        let config = &ctx.env().setup.config;
        if config.service == Span::ZERO {
            assert!(self.work.load() == 0, "a request waits where work takes no time");
            return self.request(it, ctx);
        }
        let takes = config.law.draw(config.service, ctx.rng());
        match self.work.server.offer(ctx.now(), it.clone(), takes, None) {
            Offer::Begins => self.serve(it, takes, ctx),
            Offer::Waits => {}
            Offer::Busy => refuse(&it, RefusedWhy::Busy, ctx),
        }
    }

    fn serve(&mut self, it: QueuedRequest, takes: Span, ctx: &mut Context<'_>) {
        assert!(self.work.served.is_none(), "two requests are served at a time");
        self.work.served = Some(it);
        ctx.arm(Timer::Serve, takes);
    }

    /// A service has ended.
    pub(super) fn served(&mut self, ctx: &mut Context<'_>) {
        let it = self.work.served.take().expect("a service has ended that nobody was given");
        self.request(it, ctx);
        let mut shed = Vec::new();
        if let Some((next, takes)) = self.work.server.done(ctx.now(), &mut shed) {
            self.serve(next, takes, ctx);
        }
        assert!(shed.is_empty(), "a request is thrown out of a queue that keeps them all");
    }
}
