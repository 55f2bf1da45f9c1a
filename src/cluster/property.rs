//! The promises, checked after every event. STUB bodies: being written.
use crate::cluster::Cluster;
use crate::cluster::note::Note;
use crate::sim::id::Seq;
use crate::sim::journal::Record;
use crate::sim::time::Time;

/// A promise of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Promise {
    /// At most one node serves a shard.
    OneServing,
    /// An acknowledged write is never lost while a disk of the in-sync set remains.
    AckedSurvive,
    /// The lock goes to whoever has waited longest.
    LockFifo,
    /// Every grant's token is larger than all before it.
    TokensGrow,
    /// Writes under the lock take effect in the order of their tokens, one holder at a time.
    OneEffective,
}

impl Promise {
    /// All of them, in the order of the page.
    pub const ALL: [Promise; 5] =
        [Promise::OneServing, Promise::AckedSurvive, Promise::LockFifo, Promise::TokensGrow, Promise::OneEffective];
    /// Its word in attributes and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Promise::OneServing => "one-serving",
            Promise::AckedSurvive => "acked-survive",
            Promise::LockFifo => "lock-fifo",
            Promise::TokensGrow => "tokens-grow",
            Promise::OneEffective => "one-effective",
        }
    }
}

/// The first moment at which a promise was broken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Broken {
    /// When.
    pub at: Time,
    /// The latest fact then.
    pub seq: Seq,
}

/// The state of all promises of one run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promises {
    broken: [Option<Broken>; 5],
    lost_writes: u32,
}

impl Promises {
    /// Nothing is broken yet.
    pub fn new(_cluster: &Cluster) -> Promises {
        Promises { broken: [None; 5], lost_writes: 0 }
    }
    /// To be called after every `Cluster::step` and `Cluster::inject` with the facts it appended.
    pub fn after(&mut self, _cluster: &Cluster, _new: &[Record<Note>]) {}
    /// Each promise with the first moment it was broken, in the order of `Promise::ALL`.
    pub fn states(&self) -> [(Promise, Option<Broken>); 5] {
        let mut i = 0;
        Promise::ALL.map(|p| {
            i += 1;
            (p, self.broken[i - 1])
        })
    }
    /// Acknowledged writes that no serving primary has any more.
    pub fn lost_writes(&self) -> u32 {
        self.lost_writes
    }
}
