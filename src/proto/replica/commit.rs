//! When an entry is committed, when a learner is proposed, and how far a log may be trimmed: what a primary concludes from what
//! the others have stored.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::Index;
use crate::proto::replica::words::{Commit, ReplicaMsg, Terms, Want};
use crate::sim::id::Pid;
use crate::sim::sorted::in_order;
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

    pub(super) fn propose_learner(&mut self, pid: Pid, now: Time, out: &mut Vec<Want<T>>) {
        let (last, commit) = (self.log.last(), self.commit);
        let Some(leading) = &mut self.leading else { return };
        let Some(peer) = leading.peers.iter_mut().find(|peer| peer.pid == pid) else { return };
        // From the moment it is proposed, commits wait for it: so it must have all that is committed already.
        if leading.settled && !peer.in_sync && !peer.proposed && peer.matched >= commit && peer.matched.0 + 4 > last.0 {
            peer.proposed = true;
            peer.asked = now;
            out.push(Want::Ready { learner: pid, again: false });
        }
    }

    /// Primary: moves the commit point as far as the rule allows, and tells the others.
    pub(super) fn settle(&mut self, terms: Terms, out: &mut Vec<Want<T>>) {
        let Some(leading) = self.leading.as_mut().filter(|_| self.gather.is_none()) else { return };
        let counted = || leading.peers.iter().filter(|peer| peer.counts());
        let all = counted().map(|peer| peer.matched).fold(self.stored, Index::min);
        if !leading.settled && all < leading.begins {
            return;
        }
        self.floor = self.floor.max(all);
        let commit = match terms.commit {
            Commit::All => all,
            Commit::Own => self.stored,
            Commit::Majority(copies) => {
                let voters = leading.peers.iter().filter(|peer| peer.in_sync).map(|peer| peer.matched).chain([self.stored]);
                let voters = in_order(voters, |a, b| b.cmp(a));
                let enough = voters.len().max(usize::from(copies)) / 2;
                let held = voters.get(enough).copied().unwrap_or_default().max(all.min(leading.begins));
                counted().filter(|peer| peer.proposed).map(|peer| peer.matched).fold(held, Index::min)
            }
        };
        if commit <= self.commit {
            return;
        }
        self.commit = commit;
        out.push(Want::Commit(commit));
        if !leading.settled {
            leading.settled = true;
            out.push(Want::Settled);
        }
        let told: Vec<Pid> = leading.peers.iter().map(|peer| peer.pid).collect();
        told.into_iter().for_each(|pid| self.tell_commit(pid, true, out));
    }

    /// Primary: tells a peer how much of what it has is committed: `always`, or if that is news to one that counts. A peer that is
    /// compared, or has only what a snapshot stands for by now, gets entries or a snapshot anyway.
    pub(super) fn tell_commit(&mut self, pid: Pid, always: bool, out: &mut Vec<Want<T>>) {
        let (view, commit, floor) = (self.view, self.commit, self.floor);
        let Some(peer) = self.leading.as_mut().and_then(|leading| leading.peers.iter_mut().find(|peer| peer.pid == pid)) else { return };
        let commit = commit.min(peer.matched);
        if peer.probing || peer.matched == Index(0) || !(always || (peer.in_sync && peer.told < commit)) {
            return;
        }
        if let Some(mark) = self.log.mark_at(peer.matched) {
            peer.told = commit;
            let prev = (peer.matched, mark);
            out.push(Want::Send(pid, ReplicaMsg::Append { view, prev, entries: Vec::new(), commit, floor, ask: false }));
        }
    }
}
