//! What a leader knows of the others.

use crate::proto::consensus::words::RaftConfig;
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// What a leader knows of another member.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Progress {
    pub(super) pid: Pid,
    /// Its latest life that was heard of.
    pub(super) life: u32,
    /// Whether that life does not count.
    pub(super) newcomer: bool,
    /// It has stored this much of my log.
    pub(super) matched: Index,
    /// The next entry to send.
    pub(super) next: Index,
    /// Its log is being compared, or a snapshot is on its way: one message at a time until it answers.
    pub(super) probing: bool,
    /// It has answered a message that was sent at this time of my clock: until then it surely followed.
    pub(super) followed: Option<Time>,
    /// When something was last sent.
    pub(super) sent: Time,
}

/// What a leader knows.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Leading {
    pub(super) peers: Vec<Progress>,
    /// When everything up to here is committed, nothing of its predecessors' is in doubt.
    pub(super) begins: Index,
    /// Since when it leads.
    pub(super) since: Time,
    /// When it last spoke to everybody.
    pub(super) beat: Time,
}

impl Leading {
    pub(super) fn begins(&self) -> Index {
        self.begins
    }

    pub(super) fn newcomers(&self) -> impl Iterator<Item = (Pid, u32)> {
        self.peers.iter().filter(|peer| peer.newcomer).map(|peer| (peer.pid, peer.life))
    }

    /// Whether a member counts, and has stored all of a log that ends there.
    pub(super) fn is_level(&self, member: Pid, last: Index) -> bool {
        self.peers.iter().any(|peer| peer.pid == member && !peer.newcomer && peer.matched >= last)
    }

    pub(super) fn beats_at(&self, config: RaftConfig) -> Time {
        self.beat + config.heartbeat_every
    }
}
