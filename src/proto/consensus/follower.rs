//! What a member does that follows (Raft, sections 5.3 and 7).

use crate::proto::consensus::raft::{Draw, Raft, Role};
use crate::proto::consensus::words::{Entry, Fact, Log, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving, Snapshot, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl<T: Clone + Eq, S: Clone + Eq> Raft<T, S> {
    /// Somebody speaks as leader of a term. Whether to listen.
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn hear_leader(
        &mut self,
        from: Pid,
        term: Term,
        sent: Time,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) -> bool {
        if term < self.term {
            // So that it learns of the higher term.
            out.push(self.answer(from, Index(0), false, false, sent));
            return false;
        }
        let another = term == self.term && self.leader().is_some_and(|leader| leader != from);
        assert!(!another || !config.is_safe(), "term {} has two leaders, {} is the second", term.0, from.0);
        if another && self.is_leader() {
            return false;
        }
        if term > self.term || self.role != Role::Follower(Some(from)) {
            self.enter_term(term, Some(from), now, config, draw, out);
        }
        self.heard = now;
        self.deadline = now + draw(config.election_min, config.election_max);
        true
    }

    /// The leader of this term sends what follows `prev`.
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn append_from(
        &mut self,
        from: Pid,
        prev: (Index, Term),
        entries: Vec<Entry<T>>,
        commit: Index,
        sent: Time,
        config: RaftConfig,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        let (term, beat) = (self.term, entries.is_empty());
        let base = self.log.base();
        let marks = entries.iter().map(|entry| entry.mark).chain([term]);
        let grow = marks.fold((true, prev.1), |(grow, before), mark| (grow && mark >= before, mark)).0;
        assert!(grow || !config.is_safe(), "the terms of entries sent in term {} do not grow", term.0);
        if prev.0 >= base && self.log.mark_at(prev.0) != Some(prev.1) {
            // The leader may skip all of the term that stands here, and whatever is beyond the end.
            let upto = self.no_later_than(prev.0);
            out.push(self.answer(from, upto, false, beat, sent));
            return;
        }
        let verified = Index(prev.0.0 + entries.len() as u32);
        // What the snapshot stands for is committed, so it agrees.
        let agrees = |i: usize| {
            let index = Index(prev.0.0 + 1 + i as u32);
            index <= base || self.log.mark_at(index) == Some(entries[i].mark)
        };
        let known = (0..entries.len()).take_while(|&i| agrees(i)).count();
        let keep = Index(prev.0.0 + known as u32).max(base);
        let fresh: Vec<Entry<T>> = entries[known..].to_vec();
        if !fresh.is_empty() && self.log.last() > keep {
            assert!(keep >= self.commit || !config.is_safe(), "entry {} is decided, and cut off after {}", self.commit.0, keep.0);
            let dropped = self.log.truncate(keep);
            self.generation += 1;
            self.stored = self.stored.min(keep);
            // Only with a rule off can what is committed be cut away.
            self.commit = self.commit.min(keep);
            out.push(RaftEffect::Tell(Fact::Truncated(keep.next(), dropped)));
        }
        for entry in &fresh {
            self.log.push(entry.clone());
        }
        assert!(self.log.last() >= verified, "the log agrees up to {}, and ends at {}", verified.0, self.log.last().0);
        if fresh.is_empty() && self.stored >= verified {
            out.push(self.answer(from, verified, true, beat, sent));
        } else {
            // Without anything new, an empty save answers when what is here is on disk.
            let keep = if fresh.is_empty() { self.log.last() } else { keep };
            let mark = SaveId::Log { upto: verified, generation: self.generation, answer: Some((from, term, sent)) };
            out.push(RaftEffect::Save { change: Saving::Log(keep, fresh, self.commit), mark });
        }
        self.learn_commit(commit.min(verified), out);
    }

    fn answer(&self, to: Pid, upto: Index, matches: bool, beat: bool, sent: Time) -> RaftEffect<T, S> {
        let (life, newcomer, term) = (self.life, self.newcomer, self.term);
        RaftEffect::Send(to, RaftMsg::Appended { life, newcomer, beat, term, upto, matches, sent })
    }

    /// Where the leader should look next: before the term that stands at `index`, or at the end of a shorter log.
    fn no_later_than(&self, index: Index) -> Index {
        let last = self.log.last();
        if index > last {
            return last;
        }
        let term = self.log.mark_at(index);
        let same = |i: &u32| self.log.mark_at(Index(*i)) == term;
        Index((self.log.base().0..index.0).rev().find(|i| !same(i)).unwrap_or(self.log.base().0)).max(self.commit)
    }

    pub(super) fn learn_commit(&mut self, commit: Index, out: &mut Vec<RaftEffect<T, S>>) {
        if commit > self.commit {
            assert!(commit <= self.log.last(), "decided up to {}, but the log ends at {}", commit.0, self.log.last().0);
            self.commit = commit;
            out.push(RaftEffect::Commit(commit));
        }
    }

    /// The leader of this term sends a snapshot. A newer tail that agrees with it stays.
    pub(super) fn install(&mut self, from: Pid, snapshot: Snapshot<S>, sent: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        let (upto, term) = snapshot.upto;
        let answer = Some((from, self.term, sent));
        if upto <= self.commit {
            let mark = SaveId::Log { upto, generation: self.generation, answer };
            out.push(RaftEffect::Save { change: Saving::Log(self.log.last(), Vec::new(), self.commit), mark });
            return;
        }
        assert!(term <= self.term || !config.is_safe(), "a snapshot of term {}, sent in term {}", term.0, self.term.0);
        let agrees = self.log.mark_at(upto) == Some(term);
        if agrees {
            self.log = self.log.since(upto);
        } else {
            self.generation += 1;
            self.log = Log::after(upto, term);
            self.stored = Index(0);
        }
        assert!(self.log.base() == upto, "the log goes on after {}, the snapshot ends at {}", self.log.base().0, upto.0);
        self.commit = upto;
        self.snapshot = Some(snapshot.clone());
        let mark = SaveId::Log { upto, generation: self.generation, answer };
        out.push(RaftEffect::Save { change: Saving::Snapshot(snapshot.clone(), !agrees), mark });
        out.push(RaftEffect::Restore(snapshot));
    }
}
