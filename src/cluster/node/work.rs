//! Work takes time: what clients ask of a node waits in one queue, and each request takes a service time before it is looked at.
//!
//! One request is served at a time, by [`crate::proto::balance::queue`]. Whoever comes when the queue is full is turned away at once.
//! A request is judged at the end of its service: a lease may have ended while it waited. With a service time of zero, as in the usual
//! recipe, there is no queue, and a request is looked at when it arrives.
//!
//! *Simplifications.* The law of the service time is the same for reads, writes and what a node passes on. Only clients' requests take
//! time: heartbeats, entries of logs and pieces of snapshots are looked at when they arrive, as if other threads did it. A crash empties
//! the queue; nobody is told.

use crate::cluster::node::shard_copy::QueuedRequest;
use crate::cluster::setup::config::Config;
use crate::proto::balance::queue::{Discipline, Server, Shed};

/// Requests at a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Work {
    /// The one that is served now.
    pub(super) served: Option<QueuedRequest>,
    /// Those that wait for it.
    pub(super) server: Server<QueuedRequest>,
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
