//! What clients note: what they ask for and find; and what balancers do for them.

use crate::cluster::note::fields::{Field, Names, number, text};
use crate::cluster::note::reasons::{Found, GaveUpWhy};
use crate::cluster::store::op::{Asked, OpId};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;

/// A fact of a client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClientNote {
    /// A client asks to read or write a key, for the first time.
    Invoked {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The key's number.
        key: u16,
        /// The value to be written; `None` for a read.
        put: Option<u64>,
    },
    /// A client got its answer from a backup.
    ReplicaRead {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// Which backup.
        from: Pid,
        /// The key's number.
        key: u16,
        /// The entry that had written it last, as that backup knew; 0 for none.
        index: Index,
    },
    /// A client got its answer.
    Answered {
        /// The operation.
        op: OpId,
        /// What it had asked for.
        asked: Asked,
        /// What a read found.
        found: Found,
    },
    /// A client sends an operation again.
    Retried {
        /// The operation.
        op: OpId,
        /// The attempt that now begins, from 2.
        attempt: u32,
    },
    /// A client waits for an operation no longer. Whether it was done, or will be, it does not learn.
    GaveUp {
        /// The operation.
        op: OpId,
        /// What it had asked for.
        asked: Asked,
        /// Attempts that were made.
        attempts: u32,
        /// The reason.
        why: GaveUpWhy,
    },
    /// An open-loop client would ask for something, and does not: the oldest operation that it waits for is a whole window behind.
    HeldBack {
        /// How many operations it waits for.
        waits: u32,
    },
    /// A client asks for work that any node can do, for the first time.
    Called {
        /// The operation.
        op: OpId,
    },
    /// Such work is done, as its client hears.
    Worked {
        /// The operation.
        op: OpId,
        /// By which node.
        from: Pid,
    },
    /// A balancer has waited for long, and sends a request to a second node; the first answer counts.
    Hedged {
        /// The operation.
        op: OpId,
        /// To whom.
        to: Pid,
    },
}

impl ClientNote {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            ClientNote::Invoked { .. } => "invoked",
            ClientNote::ReplicaRead { .. } => "replica-read",
            ClientNote::Answered { .. } => "answered",
            ClientNote::Retried { .. } => "retried",
            ClientNote::GaveUp { .. } => "gave-up",
            ClientNote::HeldBack { .. } => "held-back",
            ClientNote::Called { .. } => "called",
            ClientNote::Worked { .. } => "worked",
            ClientNote::Hedged { .. } => "hedged",
        }
    }

    /// Whether a fact step stops here and the sentence tells it. The rest is the daily work.
    pub(super) const fn is_headline(&self) -> bool {
        false
    }

    /// Its fields, in a fixed order.
    pub(super) fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            ClientNote::Invoked { shard, op: o, key, put } => {
                let mut out = vec![("shard", number(shard.0)), ("op", names.op(o)), ("key", number(*key))];
                out.extend(put.map(|value| ("put", number(value))));
                out
            }
            ClientNote::ReplicaRead { shard, op: o, from, key, index } => {
                vec![
                    ("shard", number(shard.0)),
                    ("op", names.op(o)),
                    ("from", names.one(*from)),
                    ("key", number(*key)),
                    ("index", number(index.0)),
                ]
            }
            ClientNote::Answered { op: o, asked, found } => {
                let mut out = vec![("op", names.op(o)), ("asked", text(asked.word()))];
                match found {
                    Found::Nothing => {}
                    Found::Value(value) => out.push(("found", number(*value))),
                    Found::Document(lock, text) => out.extend([("lock", names.lock(*lock)), ("lines", number(text.len()))]),
                }
                out
            }
            ClientNote::Retried { op: o, attempt } => vec![("op", names.op(o)), ("attempt", number(*attempt))],
            ClientNote::GaveUp { op: o, asked, attempts, why } => {
                vec![("op", names.op(o)), ("asked", text(asked.word())), ("attempts", number(*attempts)), ("why", text(why.word()))]
            }
            ClientNote::HeldBack { waits } => vec![("waits", number(*waits))],
            ClientNote::Called { op: o } => vec![("op", names.op(o))],
            ClientNote::Worked { op: o, from } => vec![("op", names.op(o)), ("from", names.one(*from))],
            ClientNote::Hedged { op: o, to } => vec![("op", names.op(o)), ("to", names.one(*to))],
        }
    }
}
