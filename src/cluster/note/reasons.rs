//! The reasons that facts give, and what clients asked for and found.

use crate::cluster::store::document::Text;
use crate::proto::lock::token::LockId;
use crate::sim::id::Pid;

/// What a read found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// Nothing: it was a write, or it was refused.
    Nothing,
    /// The value of a key; 0: never written.
    Value(u64),
    /// The document of a lock.
    Document(LockId, Text),
}

/// Why a view was changed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ViewWhy {
    /// The primary was declared down; another in-sync replica leads.
    Promotion,
    /// The primary was declared down, and of the copies that hold everything together too few live.
    NoPrimary,
    /// So many disks are lost that nobody knows what is gone: an operator has to choose.
    Orphaned,
    /// A backup was removed from the in-sync set.
    BackupLost,
    /// A learner caught up and joined the in-sync set.
    CaughtUp,
    /// A copy is wanted on this node, which has none: it is a learner from now on.
    Recruited(Pid),
    /// The only coordinator has lost its disk, and begins anew: who has what is not known.
    Resumed,
    /// It hears only now of a view with a higher number, from before: views go on behind that one.
    Renumbered,
    /// The new primary found that another in-sync copy has the better log: that one leads.
    BetterLog,
    /// Nobody could lead without losing something that was acknowledged, and an operator chose what this primary has.
    Salvaged,
    /// The primary gave way to the preferred one.
    HandedOver,
    /// Every wanted copy is there, and those that nobody wants any more were let go.
    Dismissed,
    /// A copy that was being made is not wanted any more.
    Cancelled,
}

impl ViewWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            ViewWhy::Promotion => "promotion",
            ViewWhy::NoPrimary => "no-primary",
            ViewWhy::Orphaned => "orphaned",
            ViewWhy::BackupLost => "backup-lost",
            ViewWhy::CaughtUp => "caught-up",
            ViewWhy::Recruited(_) => "recruited",
            ViewWhy::Resumed => "resumed",
            ViewWhy::Renumbered => "renumbered",
            ViewWhy::BetterLog => "better-log",
            ViewWhy::Salvaged => "salvaged",
            ViewWhy::HandedOver => "handed-over",
            ViewWhy::Dismissed => "dismissed",
            ViewWhy::Cancelled => "cancelled",
        }
    }
}

/// Why the ring was computed anew.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RingWhy {
    /// A node joined, or one that was leaving stays.
    Joined,
    /// A node wishes to leave.
    Draining,
    /// A node was down for too long.
    Out,
    /// A node that was down for too long is back.
    Returned,
}

impl RingWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            RingWhy::Joined => "joined",
            RingWhy::Draining => "draining",
            RingWhy::Out => "out",
            RingWhy::Returned => "returned",
        }
    }
}

/// Why a request was turned away.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RefusedWhy {
    /// The node is not the primary of the shard (as far as it knows).
    NotPrimary,
    /// The node is primary, but its lease has ended.
    NoLease,
    /// The node is a new primary and still settles what its predecessor left.
    Settling,
    /// The balancer knows no primary for the shard.
    NoRoute,
    /// Fewer copies are in sync than a write needs.
    TooFew,
    /// The node's queue is full.
    Busy,
    /// It has waited in the node's queue for too long.
    Old,
    /// Its client does not wait for it any more. It is dropped, and nobody is told.
    Late,
    /// The node fails whatever it is asked for.
    Fails,
}

impl RefusedWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            RefusedWhy::NotPrimary => "not-primary",
            RefusedWhy::NoLease => "no-lease",
            RefusedWhy::Settling => "settling",
            RefusedWhy::NoRoute => "no-route",
            RefusedWhy::TooFew => "too-few",
            RefusedWhy::Busy => "busy",
            RefusedWhy::Old => "old",
            RefusedWhy::Late => "late",
            RefusedWhy::Fails => "fails",
        }
    }
}

/// Why a client gives up what it has asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GaveUpWhy {
    /// It has sent it again as often as the recipe allows.
    Retries,
    /// Its budget for retries is spent.
    Budget,
    /// Its circuit breaker is open.
    Breaker,
    /// So little of what it has asked was accepted that it refuses this itself.
    Throttle,
}

impl GaveUpWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            GaveUpWhy::Retries => "retries",
            GaveUpWhy::Budget => "budget",
            GaveUpWhy::Breaker => "breaker",
            GaveUpWhy::Throttle => "throttle",
        }
    }
}

/// Why a node is suspected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SuspectWhy {
    /// It is not heard.
    Silent,
    /// It is heard, but does not hear the coordinator, by what its heartbeats say.
    Deaf,
    /// The group of all who probe each other holds it for dead.
    Told,
}

impl SuspectWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            SuspectWhy::Silent => "silent",
            SuspectWhy::Deaf => "deaf",
            SuspectWhy::Told => "told",
        }
    }
}

/// Why a coordinator leads no more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum YieldWhy {
    /// It has heard of a higher term.
    HigherTerm,
    /// No majority has answered it for long.
    Unheard,
    /// This one reaches more of the nodes, and has been asked to lead.
    ReachesMore(Pid),
}

impl YieldWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            YieldWhy::HigherTerm => "higher-term",
            YieldWhy::Unheard => "unheard",
            YieldWhy::ReachesMore(_) => "reaches-more",
        }
    }
}

/// Why a primary stopped serving.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StopWhy {
    /// Its lease ended without renewal.
    LeaseEnded,
    /// It learned of a higher view.
    HigherView,
}

impl StopWhy {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            StopWhy::LeaseEnded => "lease-ended",
            StopWhy::HigherView => "higher-view",
        }
    }
}
