//! The words of the lock service: what is asked of it, and what comes of that.

use crate::sim::id::{Boot, Pid};
use crate::sim::time::Time;

/// Number that grows with every grant, of whichever lock (Kleppmann 2016; Chubby's sequencer; as etcd's revision it is one
/// counter for all). 0 means: none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct FencingToken(pub u64);

impl FencingToken {
    /// The token of the next grant.
    #[must_use]
    pub const fn next(self) -> FencingToken {
        FencingToken(self.0 + 1)
    }
}

/// One of the service's locks, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct LockId(pub u8);

/// A client's stay with the lock service: in one queue, then with one lock. It ends with its lease, with a release or a
/// cancellation; the lock service notices a process's death by the lease alone. (Chubby's sessions outlive a lock and may hold several; ours are as short as one stay.)
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LockSession {
    /// Whose it is.
    pub client: Pid,
    /// In which life.
    pub boot: Boot,
    /// Its number among those of this life, from 1: a client whose session is over opens another.
    pub n: u32,
}

/// What can be asked of the table.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LockCommand {
    /// To open a session and stand in the queue of a lock, or to keep a waiting session alive. `sent` is the client's own clock
    /// when it sent this: it comes back with the grant, and the client counts its lease from there.
    Acquire {
        /// Whose session.
        session: LockSession,
        /// Which lock.
        lock: LockId,
        /// Client's clock.
        sent: Time,
    },
    /// To keep the holder's session alive.
    KeepAlive {
        /// Whose session.
        session: LockSession,
        /// Client's clock.
        sent: Time,
    },
    /// To give the lock back. Names owner *and* token, so that a late one frees nobody else's lock.
    Release {
        /// Whose session.
        session: LockSession,
        /// Its token.
        token: FencingToken,
    },
    /// To leave the queue. If the lock was granted in the meantime, it is given back: whoever sends this has not believed it.
    Cancel {
        /// Whose session.
        session: LockSession,
    },
    /// Time has passed: ends what has run out by `at`.
    Lapse,
}

/// What came of a command.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LockOutcome {
    /// The session has joined the queue of a lock, at this place (1 is next).
    Queued(LockSession, LockId, u32),
    /// The session's lease runs anew; `sent` is the client's clock of the latest message that had arrived.
    Alive(LockSession, Time, Option<FencingToken>),
    /// The lock is the session's.
    Granted(LockSession, LockId, Time, FencingToken),
    /// The holder gave it back.
    Released(LockSession, LockId, FencingToken),
    /// The client waits no more, because it does not want to. With a token if it had been granted the lock meanwhile.
    Cancelled(LockSession, LockId, Option<FencingToken>),
    /// The lease ran out. With a token if it held the lock.
    Ended(LockSession, LockId, Option<FencingToken>),
    /// There is no such session (any more).
    Gone(LockSession),
}
