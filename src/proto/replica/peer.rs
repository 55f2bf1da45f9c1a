//! What a primary knows of another replica of its shard.

use crate::proto::replica::view::Index;
use crate::proto::replica::words::Terms;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Peer {
    pub(super) pid: Pid,
    pub(super) in_sync: bool,
    /// A learner proposed for the in-sync set: commits already wait for it.
    pub(super) proposed: bool,
    /// It has stored this much of my log.
    pub(super) matched: Index,
    /// It was told that so much is committed.
    pub(super) told: Index,
    /// The next entry to send.
    pub(super) next: Index,
    /// Its log is being compared: one message at a time until it agrees.
    pub(super) probing: bool,
    /// Since when it has been owing an answer without making progress.
    pub(super) behind: Option<Time>,
    /// When something was last sent that it has to answer; `None` sends at once.
    pub(super) sent: Option<Time>,
    /// When it was last proposed for the in-sync set.
    pub(super) asked: Time,
    /// A snapshot is being carried to it; entries follow when it is there.
    pub(super) snapshot: bool,
    /// It was sent on to what it says it knows to be committed, once: if that fails too, only a snapshot helps.
    pub(super) jumped: bool,
}

impl Peer {
    pub(super) fn new(pid: Pid, in_sync: bool, next: Index) -> Peer {
        Peer {
            pid,
            in_sync,
            proposed: false,
            matched: Index(0),
            told: Index(0),
            next,
            probing: true,
            behind: None,
            sent: None,
            asked: Time::ZERO,
            snapshot: false,
            jumped: false,
        }
    }

    pub(super) fn counts(&self) -> bool {
        self.in_sync || self.proposed
    }

    /// Learners that do not answer are asked more rarely: they may be dead for long.
    pub(super) fn pause(&self, terms: Terms) -> Span {
        if self.counts() { terms.resend_after } else { terms.lag_max }
    }
}
