//! What only a leader has, and what it knows of the others.

use crate::sim::id::Pid;
use crate::sim::time::Time;

/// What only a leader has.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct LeaderState {
    /// Since when it leads.
    pub(super) since: Time,
    /// Whether its first decision, [`Command::Lead`], is under way.
    pub(super) announced: bool,
    /// Whether that decision is made.
    pub(super) begun: bool,
    /// The end of a lock's lease or delay for which a decision is under way already.
    pub(super) lapsing: Option<Time>,
    /// When it last asked primaries to make way.
    pub(super) asked: Time,
    /// Coordinators whose readmission is under way.
    pub(super) readmitting: Vec<(Pid, u32)>,
    /// How much of late it has not been sure to lead (see [`Raft::leads_until`](crate::proto::consensus::raft::Raft::leads_until)): each
    /// look at which it is not adds two, each at which it is takes one away.
    pub(super) doubt: u32,
    /// Whether another reaches more nodes.
    pub(super) comparison: Comparison,
}

impl LeaderState {
    pub(super) fn new(now: Time) -> LeaderState {
        LeaderState {
            since: now,
            doubt: 0,
            announced: false,
            begun: false,
            lapsing: None,
            asked: now,
            readmitting: Vec::new(),
            comparison: Comparison::default(),
        }
    }
}

/// What a leader knows of the other coordinators' reach.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub(super) struct Comparison {
    /// When it last asked, if it has.
    pub(super) asked: Option<Time>,
    /// Who reaches most, as far as it has heard.
    pub(super) best: Option<Better>,
    /// Whether it would yield, if the other's log were level.
    pub(super) makes_way: bool,
    /// Since when that has been so, now and then.
    pub(super) began: Option<Time>,
}

/// What another coordinator has answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Better {
    pub(super) who: Pid,
    /// How many nodes it reaches.
    pub(super) nodes: u16,
    /// When it was asked.
    pub(super) asked: Time,
    /// When its answer came. It may be much later: whose messages are slow hears nothing sooner.
    pub(super) heard: Time,
}
