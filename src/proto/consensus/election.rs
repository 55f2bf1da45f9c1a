//! Elections (Raft, sections 5.2 and 5.4.1; pre-vote: Ongaro's thesis, section 9.6).

use crate::proto::consensus::quorum::{Outcome, count};
use crate::proto::consensus::raft::{Draw, Raft, Role};
use crate::proto::consensus::words::{Fact, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl<T: Clone + Eq, S: Clone + Eq> Raft<T, S> {
    /// Nobody leads, as far as it can hear.
    pub(super) fn stand(&mut self, now: Time, config: RaftConfig, draw: Draw<'_>, out: &mut Vec<RaftEffect<T, S>>) {
        assert!(!self.newcomer, "member {} does not count, and stands", self.me.0);
        self.deadline = now + draw(config.election_min, config.election_max);
        let votes = vec![None; self.members.len()];
        if config.pre_vote {
            self.role = Role::Candidate { pre: true, leave: false, votes };
            self.ask(self.term.next(), true, false, out);
            self.hear_vote(self.me, true, true, now, config, out);
        } else {
            self.stand_truly(None, now, config, out);
        }
    }

    /// Begins a term of its own, perhaps because the leader of the term before has asked it to. The requests go out when its own
    /// vote is on disk.
    pub(super) fn stand_truly(&mut self, leave_of: Option<Pid>, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        assert!(!self.is_leader(), "member {} leads term {}, and stands", self.me.0, self.term.0);
        assert!(!self.newcomer, "member {} does not count, and stands", self.me.0);
        self.role = Role::Candidate { pre: false, leave: leave_of.is_some(), votes: vec![None; self.members.len()] };
        (self.term, self.voted) = (self.term.next(), Some(self.me));
        out.push(RaftEffect::Tell(Fact::Stands(self.term, leave_of)));
        self.save_vote(self.me, now, config, out);
    }

    fn ask(&self, term: Term, pre: bool, leave: bool, out: &mut Vec<RaftEffect<T, S>>) {
        let last = self.last();
        for &to in self.members.iter().filter(|&&to| to != self.me) {
            out.push(RaftEffect::Send(to, RaftMsg::RequestVote { term, last, pre, leave }));
        }
    }

    fn save_vote(&mut self, candidate: Pid, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        if config.vote_is_stored {
            let change = Saving::Vote(self.term, self.voted);
            out.push(RaftEffect::Save { change, mark: SaveId::Vote(self.term, candidate) });
        } else {
            self.vote_is_stored(candidate, now, config, out);
        }
    }

    /// The vote of this term for this candidate will survive a crash: it may be told.
    pub(super) fn vote_is_stored(&mut self, candidate: Pid, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        assert!(self.voted == Some(candidate), "{} is told of a vote that it does not have", candidate.0);
        if candidate != self.me {
            out.push(RaftEffect::Send(candidate, RaftMsg::Vote { term: self.term, granted: true, pre: false }));
        } else if let Role::Candidate { pre: false, leave, .. } = self.role {
            self.ask(self.term, false, leave, out);
            self.hear_vote(self.me, true, false, now, config, out);
        }
    }

    /// A candidate asks.
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn asked(
        &mut self,
        from: Pid,
        term: Term,
        last: (Index, Term),
        pre: bool,
        leave: bool,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        let refuse = |term| RaftEffect::Send(from, RaftMsg::Vote { term, granted: false, pre });
        // Whoever hears a leader does not help to replace it: a leader's lease rests on that. One that asks to be replaced has
        // ended its lease before (see `transfer`).
        let hears = !leave && (self.is_leader() || now.since(self.heard) < config.election_min);
        if self.newcomer || term < self.term || (config.pre_vote && hears) {
            out.push(refuse(self.term));
            return;
        }
        let (mine, theirs) = (self.last(), last);
        let up_to_date = (theirs.1, theirs.0) >= (mine.1, mine.0);
        if pre {
            let granted = up_to_date && term > self.term;
            out.push(RaftEffect::Send(from, RaftMsg::Vote { term: if granted { term } else { self.term }, granted, pre }));
            return;
        }
        if term > self.term {
            self.enter_term(term, None, now, config, draw, out);
        }
        let free = self.voted.is_none_or(|voted| voted == from) && matches!(self.role, Role::Follower(_));
        if !up_to_date || !free {
            out.push(refuse(self.term));
            return;
        }
        if self.voted.is_none() {
            out.push(RaftEffect::Tell(Fact::Votes(term, from)));
        }
        assert!(term == self.term, "a vote in term {} for a candidate of term {}", self.term.0, term.0);
        self.voted = Some(from);
        self.deadline = now + draw(config.election_min, config.election_max);
        self.save_vote(from, now, config, out);
    }

    /// A voter answers.
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn answered(
        &mut self,
        from: Pid,
        term: Term,
        granted: bool,
        pre: bool,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        let asked_for = if pre && granted { self.term.next() } else { self.term };
        if term > asked_for {
            self.enter_term(term, None, now, config, draw, out);
        } else if term == asked_for {
            self.hear_vote(from, granted, pre, now, config, out);
        }
    }

    fn hear_vote(&mut self, from: Pid, granted: bool, of_pre: bool, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        let need = self.need(config);
        let Role::Candidate { pre, votes, .. } = &mut self.role else { return };
        let Some(i) = self.members.iter().position(|&pid| pid == from).filter(|_| *pre == of_pre) else { return };
        votes[i] = Some(granted);
        if count(votes.iter().copied(), need) != Outcome::Won {
            return;
        }
        if of_pre {
            self.stand_truly(None, now, config, out);
        } else {
            self.lead(now, config, out);
        }
    }
}
