//! What is noted of locks: the lock service's decisions, what workers believe, and what the fence lets in.

use serde_json::Value;

use crate::cluster::note::fields::{Field, Names, number, text};
use crate::cluster::store::document::Text;
use crate::cluster::store::op::{Asked, OpId};
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::proto::replica::view::{Index, ShardId};

/// A fact of a lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LockNote {
    /// A session stands in the queue of a lock.
    Queued {
        /// Whose.
        session: LockSession,
        /// Of which lock.
        lock: LockId,
        /// Its place, 1 is next.
        place: u32,
    },
    /// A lock was granted.
    Granted {
        /// To whom.
        session: LockSession,
        /// Which.
        lock: LockId,
        /// With which token.
        token: FencingToken,
    },
    /// The holder gave a lock back.
    Released {
        /// Who.
        session: LockSession,
        /// Which.
        lock: LockId,
        /// Its token.
        token: FencingToken,
    },
    /// A worker's patience is at an end: it waits no more.
    Cancelled {
        /// Whose session is over.
        session: LockSession,
        /// For which lock it waited.
        lock: LockId,
        /// The token with which it had just been granted the lock after all, if it had: it gives it back unused.
        held: Option<FencingToken>,
    },
    /// A session's lease ended: it leaves the queue, and the lock if it held it.
    SessionEnded {
        /// Whose.
        session: LockSession,
        /// In the queue of which lock, or with which lock.
        lock: LockId,
        /// The token it held, if it held the lock.
        held: Option<FencingToken>,
    },
    /// A worker got the news that it holds a lock, and believes it.
    HoldBegins {
        /// Which.
        lock: LockId,
        /// Its token.
        token: FencingToken,
    },
    /// A worker got the news that it holds a lock, looked at its lease, and found that the news is too old to be believed.
    GrantTooLate {
        /// Which.
        lock: LockId,
        /// The token.
        token: FencingToken,
    },
    /// A worker is done with what it did under a lock, or was refused.
    HoldEnds {
        /// Which.
        lock: LockId,
        /// The token it had.
        token: FencingToken,
    },
    /// A primary applied a write made under a lock. A new primary tells what its predecessor may have told.
    FencedWrite {
        /// The shard of the document.
        shard: ShardId,
        /// Where it stands in the log.
        index: Index,
        /// The operation.
        op: OpId,
        /// Whether it took effect before, from another place in the log, and does not do so again.
        again: bool,
        /// The lock that protects the document.
        lock: LockId,
        /// The token it carried.
        token: FencingToken,
        /// What the document says now.
        text: Text,
    },
    /// A primary refused what came under a token smaller than the largest it has seen, or under another's.
    FenceRefused {
        /// The shard of the document.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// What was asked.
        asked: Asked,
        /// The lock that protects the document.
        lock: LockId,
        /// The token it carried.
        token: FencingToken,
        /// The largest token seen.
        seen: FencingToken,
    },
}

impl LockNote {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            LockNote::Queued { .. } => "lock-queued",
            LockNote::Granted { .. } => "lock-granted",
            LockNote::Released { .. } => "lock-released",
            LockNote::Cancelled { .. } => "lock-cancelled",
            LockNote::SessionEnded { .. } => "session-ended",
            LockNote::GrantTooLate { .. } => "grant-too-late",
            LockNote::HoldBegins { .. } => "hold-begins",
            LockNote::HoldEnds { .. } => "hold-ends",
            LockNote::FencedWrite { .. } => "fenced-write",
            LockNote::FenceRefused { .. } => "fence-refused",
        }
    }

    /// Whether a fact step stops here and the sentence tells it. The rest is the daily work.
    pub(super) const fn is_headline(&self) -> bool {
        match self {
            LockNote::Granted { .. }
            | LockNote::Released { .. }
            | LockNote::Cancelled { .. }
            | LockNote::GrantTooLate { .. }
            | LockNote::SessionEnded { .. }
            | LockNote::FencedWrite { .. }
            | LockNote::FenceRefused { .. } => true,
            LockNote::Queued { .. } | LockNote::HoldBegins { .. } | LockNote::HoldEnds { .. } => false,
        }
    }

    /// Its fields, in a fixed order.
    pub(super) fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            LockNote::Queued { session: s, lock, place } => {
                vec![("session", names.session(s)), ("lock", names.lock(*lock)), ("place", number(*place))]
            }
            LockNote::Granted { session: s, lock, token } | LockNote::Released { session: s, lock, token } => {
                vec![("session", names.session(s)), ("lock", names.lock(*lock)), ("token", number(token.0))]
            }
            LockNote::Cancelled { session: s, lock, held } | LockNote::SessionEnded { session: s, lock, held } => {
                vec![
                    ("session", names.session(s)),
                    ("lock", names.lock(*lock)),
                    ("held", held.map_or(Value::Null, |token| number(token.0))),
                ]
            }
            LockNote::HoldBegins { lock, token } | LockNote::GrantTooLate { lock, token } | LockNote::HoldEnds { lock, token } => {
                vec![("lock", names.lock(*lock)), ("token", number(token.0))]
            }
            LockNote::FencedWrite { shard, index, op: o, lock, token, text, .. } => {
                let (index, token, lines) = (number(index.0), number(token.0), number(text.len()));
                vec![
                    ("shard", number(shard.0)),
                    ("op", names.op(o)),
                    ("index", index),
                    ("lock", names.lock(*lock)),
                    ("token", token),
                    ("lines", lines),
                ]
            }
            LockNote::FenceRefused { shard, op: o, asked, lock, token, seen } => {
                let (token, seen) = (number(token.0), number(seen.0));
                let asked = text(asked.word());
                vec![
                    ("shard", number(shard.0)),
                    ("op", names.op(o)),
                    ("asked", asked),
                    ("lock", names.lock(*lock)),
                    ("token", token),
                    ("seen", seen),
                ]
            }
        }
    }
}
