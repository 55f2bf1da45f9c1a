//! When an entry is committed, when a learner is proposed, and how far a log may be trimmed: what a primary concludes from what
//! the others have stored.

use crate::proto::replica::leading::Level;
use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::Index;
use crate::proto::replica::words::{Commit, ReplicaEffect, ReplicaMsg, Terms};
use crate::sim::id::Pid;
use crate::sim::sorted::sorted;
use crate::sim::time::Time;

impl<T: Clone + Eq> Replica<T> {
    /// How far the log may be trimmed: every copy that counts has stored that much, and this one has committed it.
    pub fn floor(&self) -> Index {
        self.floor.min(self.commit).min(self.stored)
    }

    /// From here on a snapshot stands for everything up to `index`, which lies in the log and not beyond the floor.
    ///
    /// # Panics
    /// If it does.
    pub fn trim(&mut self, index: Index) {
        assert!(self.log.mark_at(index).is_some() && index <= self.floor(), "trimmed beyond what all have");
        self.log = self.log.since(index);
    }

    pub(super) fn propose_learner(&mut self, pid: Pid, now: Time, out: &mut Vec<ReplicaEffect<T>>) {
        let (last, commit) = (self.log.last(), self.commit);
        let Some(leading) = &mut self.leading else { return };
        let Some(peer) = leading.peers.iter_mut().find(|peer| peer.pid == pid) else { return };
        // From the moment it is proposed, commits wait for it: so it must have all that is committed already, by a predecessor, too.
        let enough = commit.max(leading.begins);
        if leading.even && !peer.in_sync && !peer.proposed && peer.matched >= enough && peer.matched.0 + 4 > last.0 {
            assert!(peer.matched <= last, "a learner has more than there is");
            peer.proposed = true;
            peer.asked = now;
            out.push(ReplicaEffect::Ready { learner: pid, again: false });
        }
    }

    /// Primary: moves the commit point as far as the rule allows, and tells the others.
    pub(super) fn settle(&mut self, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        let Some(leading) = self.leading.as_mut().filter(|_| self.gather.is_none()) else { return };
        let counted = || leading.peers.iter().filter(|peer| peer.counts());
        let all = counted().map(|peer| peer.matched).fold(self.stored, Index::min);
        if !leading.even && all < leading.begins {
            return;
        }
        leading.even = true;
        assert!(all <= self.log.last(), "a copy has stored more of this log than there is");
        self.floor = self.floor.max(all);
        let in_sync = 1 + leading.peers.iter().filter(|peer| peer.in_sync).count();
        let commit = match terms.commit {
            Commit::Own => self.stored,
            Commit::All | Commit::Majority(_) if in_sync < terms.min => match leading.level {
                // Only what the predecessor may have acknowledged. The mark alone never: copies that are remembered do not have it.
                Level::Known if !leading.settled => all.min(leading.begins).max(self.commit),
                Level::Untold | Level::Told | Level::Known => self.commit,
            },
            Commit::All => all,
            Commit::Majority(_) => {
                let held = leading.peers.iter().filter(|peer| peer.in_sync).map(|peer| peer.matched).chain([self.stored]);
                let held = sorted(held);
                let held = held.iter().rev().nth(terms.commit.holders(in_sync) - 1).copied().unwrap_or_default();
                counted().filter(|peer| peer.proposed).map(|peer| peer.matched).fold(held, Index::min)
            }
        };
        assert!(commit <= self.log.last(), "what is not in the log is committed");
        let news = commit > self.commit;
        if news {
            self.commit = commit;
            out.push(ReplicaEffect::Commit(commit));
        }
        let open = |i: u32| self.log.get(Index(i)).is_some_and(|entry| entry.op.is_some());
        if !leading.settled && !(self.commit.0 + 1..=leading.begins.0).any(open) {
            leading.settled = true;
            out.push(ReplicaEffect::Settled);
        }
        if !news {
            return self.report_level(terms, out);
        }
        let told: Vec<Pid> = leading.peers.iter().map(|peer| peer.pid).collect();
        told.into_iter().for_each(|pid| self.tell_commit(pid, true, out));
        self.report_level(terms, out);
    }

    /// Primary: tells the control plane that every in-sync copy has what is committed, where that is worth knowing.
    pub(super) fn report_level(&mut self, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        let (commit, stored) = (self.commit, self.stored);
        let Some(leading) = self.leading.as_mut().filter(|leading| leading.even && leading.level == Level::Untold) else { return };
        let all = commit.max(leading.begins);
        let holds = stored >= all && leading.peers.iter().filter(|peer| peer.in_sync).all(|peer| peer.matched >= all);
        if (terms.min > 1 || leading.unknown) && holds {
            leading.level = Level::Told;
            out.push(ReplicaEffect::Level { open: !leading.settled });
        }
    }

    /// Primary: tells a peer how much of what it has is committed: `always`, or if that is news to one that counts. A peer that is
    /// compared, or has only what a snapshot stands for by now, gets entries or a snapshot anyway.
    pub(super) fn tell_commit(&mut self, pid: Pid, always: bool, out: &mut Vec<ReplicaEffect<T>>) {
        let (view, commit, floor) = (self.view, self.commit, self.floor);
        let Some(peer) = self.leading.as_mut().and_then(|leading| leading.peers.iter_mut().find(|peer| peer.pid == pid)) else { return };
        let commit = commit.min(peer.matched);
        if peer.probing || peer.matched == Index(0) || !(always || (peer.in_sync && peer.told < commit)) {
            return;
        }
        if let Some(mark) = self.log.mark_at(peer.matched) {
            peer.told = commit;
            let prev = (peer.matched, mark);
            out.push(ReplicaEffect::Send(pid, ReplicaMsg::Append { view, prev, entries: Vec::new(), commit, floor, ask: false }));
        }
    }
}
