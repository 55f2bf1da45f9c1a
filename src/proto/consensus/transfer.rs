//! The lead passes to another member at the leader's own wish (Ongaro's thesis, section 3.10).
//!
//! *Why no lease is broken.* Whoever has heard a leader within the shortest time-out does not vote, and a leader is sure of
//! itself for as long ([`Raft::leads_until`]). A candidate by leave is voted for all the same, so leave must come from a leader
//! that is not sure any more:
//!
//! 1. The leader of term `T` gives leave and ceases to lead in one step. It never leads `T` again, since that takes an election,
//!    and an election begins a higher term. So from then on nobody is sure of leading `T`.
//! 2. Leave is for term `T + 1` alone: a candidate asks by leave only in the term that it begins when it is told to stand, and it
//!    heeds that only in term `T`. Should it fail, it asks in later terms without leave.
//! 3. So a request by leave, however late it arrives, can disturb only a leader of a term from `T + 1` on. A majority has entered
//!    that leader's term to vote for it, and has no vote left to give for `T + 1`.
//!
//! *Simplification.* The leader does not first bring the other's log up to its own, as the thesis has it: it waits until that has
//! come about, and yields only then.

use crate::proto::consensus::raft::{Draw, Raft, Role};
use crate::proto::consensus::words::{Fact, RaftConfig, RaftEffect, RaftMsg, Term};
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl<T: Clone + Eq, S: Clone + Eq> Raft<T, S> {
    /// Leader: gives up the lead and asks another member to stand for election. Gives whether it did. It does not as long as that
    /// member could not be elected: it does not count, or has not stored the whole log.
    pub fn yield_to(&mut self, to: Pid, now: Time, config: RaftConfig, draw: Draw<'_>, out: &mut Vec<RaftEffect<T, S>>) -> bool {
        assert!(to != self.me, "member {} yields to itself", to.0);
        let Role::Leader(leading) = &self.role else { return false };
        if !leading.is_level(to, self.log.last()) {
            return false;
        }
        out.push(RaftEffect::Send(to, RaftMsg::TimeoutNow { term: self.term }));
        out.push(RaftEffect::Tell(Fact::Yields(self.term, to)));
        self.role = Role::Follower(None);
        self.deadline = now + draw(config.election_min, config.election_max);
        assert!(self.leads_until(config).is_none(), "whoever has yielded is not sure of its lead any more");
        true
    }

    /// The leader of a term has given up the lead, and asks this member to take it. Old news, if the term is over.
    pub(super) fn stand_at_once(
        &mut self,
        from: Pid,
        term: Term,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        assert!(from != self.me, "member {} asks itself to stand", self.me.0);
        if term < self.term || self.newcomer {
            return;
        }
        if term > self.term {
            self.enter_term(term, Some(from), now, config, draw, out);
        }
        let leads = self.is_leader();
        assert!(!leads || !config.is_safe(), "member {} leads term {}, and {} asks it to stand after it", self.me.0, term.0, from.0);
        if leads {
            return;
        }
        self.deadline = now + draw(config.election_min, config.election_max);
        self.stand_truly(Some(from), now, config, out);
    }
}
