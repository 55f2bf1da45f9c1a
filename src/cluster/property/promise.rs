//! What is promised, under which modes, and what has been found so far.

use crate::cluster::setup::config::{Ack, Reads as From};
use crate::sim::id::Seq;
use crate::sim::time::Time;

/// A promise of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Promise {
    /// At most one node serves a shard: once another has answered that was named later, nobody answers who was named before.
    OneServing,
    /// Whoever serves a shard has every write of it that was ever acknowledged, where it was acknowledged.
    AckedSurvive,
    /// A read finds what was written last, and never goes back behind what another has found: what clients were told can be true of
    /// one copy of each key, and of each document under a lock.
    ReadsFresh,
    /// The lock goes to whoever has waited longest.
    LockFifo,
    /// Every grant's token is larger than all before it.
    TokensGrow,
    /// The lock service grants a lock to one at a time.
    OneGranted,
    /// At most one worker believes that it holds a lock: by its own clock its lease still runs.
    OneBelieves,
    /// Writes under the lock take effect in the order of their tokens, each on top of the one before.
    OneEffective,
    /// No change of plan makes a shard's copies fewer, and no copy is deleted unless another disk holds all of it. Where the primary
    /// alone acknowledges only the first half can be promised, and is.
    CopiesKept,
    /// A copy is made only where the ring wants one, and a change of the ring asks for no more than it must.
    MovesPlanned,
    /// Copies of the in-sync set hold the same operations up to the commit point.
    CopiesAgree,
    /// Each write takes effect once, however often it is sent.
    OnceOnly,
    /// At most one coordinator is elected in a term.
    OneLeader,
    /// What the coordinators have decided stays decided, and all of them decide alike.
    DecisionsSurvive,
    /// A shard that can be served is served again in time. When that is, see `alive`.
    ServedAgain,
    /// A lock that somebody waits for is passed on in time.
    LockPasses,
    /// A shard has as many copies as it should have again in time.
    CopiesReturn,
}

impl Promise {
    /// How many there are.
    pub const COUNT: usize = 17;
    /// All of them, in the order of the page.
    pub const ALL: [Promise; Promise::COUNT] = [
        Promise::OneServing,
        Promise::AckedSurvive,
        Promise::ReadsFresh,
        Promise::LockFifo,
        Promise::TokensGrow,
        Promise::OneGranted,
        Promise::OneBelieves,
        Promise::OneEffective,
        Promise::CopiesKept,
        Promise::MovesPlanned,
        Promise::CopiesAgree,
        Promise::OnceOnly,
        Promise::OneLeader,
        Promise::DecisionsSurvive,
        Promise::ServedAgain,
        Promise::LockPasses,
        Promise::CopiesReturn,
    ];

    /// Whether a cluster that acknowledges writes and answers reads in this way makes the promise at all. Where the primary alone
    /// decides, writes are lost that were acknowledged, edits under the lock among them, and reads go back; where backups answer
    /// reads, they may be behind: that is counted, and no promise is broken.
    pub const fn is_made(self, ack: Ack, from: From) -> bool {
        match self {
            Promise::AckedSurvive | Promise::OneEffective => !matches!(ack, Ack::Primary),
            Promise::ReadsFresh => !matches!(ack, Ack::Primary) && matches!(from, From::Primary),
            Promise::OneServing
            | Promise::LockFifo
            | Promise::TokensGrow
            | Promise::OneGranted
            | Promise::OneBelieves
            | Promise::CopiesKept
            | Promise::MovesPlanned
            | Promise::CopiesAgree
            | Promise::OnceOnly
            | Promise::OneLeader
            | Promise::DecisionsSurvive
            | Promise::ServedAgain
            | Promise::LockPasses
            | Promise::CopiesReturn => true,
        }
    }

    /// Its word in attributes and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Promise::OneServing => "one-serving",
            Promise::ReadsFresh => "reads-fresh",
            Promise::AckedSurvive => "acked-survive",
            Promise::LockFifo => "lock-fifo",
            Promise::TokensGrow => "tokens-grow",
            Promise::OneGranted => "one-granted",
            Promise::OneBelieves => "one-believes",
            Promise::OneEffective => "one-effective",
            Promise::CopiesKept => "copies-kept",
            Promise::MovesPlanned => "moves-planned",
            Promise::CopiesAgree => "copies-agree",
            Promise::OnceOnly => "once-only",
            Promise::OneLeader => "one-leader",
            Promise::DecisionsSurvive => "decisions-survive",
            Promise::ServedAgain => "served-again",
            Promise::LockPasses => "lock-passes",
            Promise::CopiesReturn => "copies-return",
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

/// What has been found so far, and the fact that is being judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verdicts {
    pub(super) broken: [Option<Broken>; Promise::COUNT],
    pub(super) now: Broken,
    pub(super) ack: Ack,
    pub(super) from: From,
}

impl Default for Verdicts {
    fn default() -> Verdicts {
        Verdicts { broken: [None; Promise::COUNT], now: Broken { at: Time::ZERO, seq: Seq(0) }, ack: Ack::InSync, from: From::Primary }
    }
}

impl Verdicts {
    pub(super) fn breaks(&mut self, promise: Promise) {
        if promise.is_made(self.ack, self.from) {
            self.broken[promise as usize].get_or_insert(self.now);
        }
    }
}
