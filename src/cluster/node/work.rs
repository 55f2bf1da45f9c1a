//! Work takes time: what clients ask of a node waits in one queue, and each request takes a service time before it is looked at.
//!
//! Usually one request is served at a time, or as many as the recipe says, by [`crate::proto::balance::queue`]. Whoever comes when the queue
//! is full is turned away at once. A node may shed load: whoever has waited too long is turned away when its turn comes, and what
//! its client does not wait for any more is dropped without a word.
//! A request is judged at the end of its service: a lease may have ended while it waited. With a service time of zero, as in the usual
//! recipe, there is no queue, and a request is looked at when it arrives.
//!
//! *Simplifications.* The law of the service time is the same for reads, writes and what a node passes on. Only clients' requests take
//! time: heartbeats, entries of logs and pieces of snapshots are looked at when they arrive, as if other threads did it. A crash empties
//! the queue; nobody is told.

use std::hash::{Hash, Hasher};

use crate::cluster::node::shard_copy::QueuedRequest;
use crate::cluster::setup::config::Config;
use crate::cluster::wire::Timer;
use crate::proto::balance::queue::Server;

/// Requests at a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Work {
    served: Served,
    /// Those that wait.
    pub(super) server: Server<QueuedRequest>,
}

/// Those that are served now, each by a worker of the node.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Served(Vec<Option<QueuedRequest>>);

/// A node with one worker is known by what that one serves, as it was before there were more.
impl Hash for Served {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|one| one.hash(state));
    }
}

impl Work {
    /// Nothing to do.
    pub fn none(config: &Config) -> Work {
        Work { served: Served(vec![None; usize::from(config.servers)]), server: Server::new(config.discipline()) }
    }

    /// How many requests are there, those that are served among them.
    pub fn load(&self) -> u32 {
        self.server.load()
    }

    /// A free worker takes a request. Gives the timer of its service's end.
    pub(super) fn take(&mut self, it: QueuedRequest) -> Timer {
        let worker = self.served.0.iter().position(Option::is_none).expect("a request is served, and no worker is free");
        self.served.0[worker] = Some(it);
        if worker == 0 { Timer::Serve } else { Timer::ServeOf(worker as u8) }
    }

    /// A worker has served its request.
    pub(super) fn end(&mut self, worker: u8) -> QueuedRequest {
        self.served.0[usize::from(worker)].take().expect("a service has ended that nobody was given")
    }
}
