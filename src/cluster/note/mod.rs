//! Every fact a process of the cluster can note, by subject. Sentences, marks and arrows are made from these and nothing else.

pub mod belief;
pub mod client;
pub mod control;
pub mod fields;
pub mod lock;
pub mod reasons;
pub mod shard;

pub use crate::cluster::note::belief::BeliefNote;
pub use crate::cluster::note::client::ClientNote;
pub use crate::cluster::note::control::ControlNote;
use crate::cluster::note::fields::{Field, Names};
pub use crate::cluster::note::lock::LockNote;
pub use crate::cluster::note::reasons::{Found, GaveUpWhy, RefusedWhy, RingWhy, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
pub use crate::cluster::note::shard::ShardNote;
pub use crate::cluster::store::document::{Line, Text};
pub use crate::cluster::store::op::{Asked, OpId};

/// A fact. The process it happened at is the record's `who`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// Of the control plane.
    Control(ControlNote),
    /// Of a shard.
    Shard(ShardNote),
    /// Of a client.
    Client(ClientNote),
    /// Of a lock.
    Lock(LockNote),
    /// Of what processes believe of each other.
    Belief(BeliefNote),
}

impl Note {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            Note::Control(it) => it.kind(),
            Note::Shard(it) => it.kind(),
            Note::Client(it) => it.kind(),
            Note::Lock(it) => it.kind(),
            Note::Belief(it) => it.kind(),
        }
    }

    /// Whether a fact step stops here and the sentence tells it. The rest (appends, commits, answers) is the daily work.
    pub const fn is_headline(&self) -> bool {
        match self {
            Note::Control(it) => it.is_headline(),
            Note::Shard(it) => it.is_headline(),
            Note::Client(it) => it.is_headline(),
            Note::Lock(it) => it.is_headline(),
            Note::Belief(it) => it.is_headline(),
        }
    }

    /// Its fields, in a fixed order.
    pub fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            Note::Control(it) => it.fields(names),
            Note::Shard(it) => it.fields(names),
            Note::Client(it) => it.fields(names),
            Note::Lock(it) => it.fields(names),
            Note::Belief(it) => it.fields(names),
        }
    }
}

impl From<ControlNote> for Note {
    fn from(it: ControlNote) -> Note {
        Note::Control(it)
    }
}

impl From<ShardNote> for Note {
    fn from(it: ShardNote) -> Note {
        Note::Shard(it)
    }
}

impl From<ClientNote> for Note {
    fn from(it: ClientNote) -> Note {
        Note::Client(it)
    }
}

impl From<LockNote> for Note {
    fn from(it: LockNote) -> Note {
        Note::Lock(it)
    }
}

impl From<BeliefNote> for Note {
    fn from(it: BeliefNote) -> Note {
        Note::Belief(it)
    }
}
