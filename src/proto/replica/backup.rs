//! What a replica does that follows a primary: it checks, stores, drops what the primary's view does not have, and takes over
//! snapshots.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Index, Log, ViewNo};
use crate::proto::replica::words::{ReplicaEffect, ReplicaMsg, SaveId, Terms};
use crate::sim::id::Pid;

impl<T: Clone + Eq> Replica<T> {
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn follow(
        &mut self,
        from: Pid,
        view: ViewNo,
        prev: (Index, ViewNo),
        entries: Vec<Entry<T>>,
        commit: Index,
        ask: bool,
        terms: Terms,
        out: &mut Vec<ReplicaEffect<T>>,
    ) {
        if !self.yields_to(from, view) {
            return;
        }
        // Without the rule of truncation lengths are compared and not contents, and what is here stays.
        let agrees = |log: &Log<T>, index, mark| if terms.truncate { log.mark_at(index) == Some(mark) } else { index <= log.last() };
        if !agrees(&self.log, prev.0, prev.1) {
            let (base, last) = (self.log.base(), self.log.last());
            out.push(ReplicaEffect::Send(from, ReplicaMsg::Mismatch { view, prev: prev.0, from: self.commit, base, last }));
            return;
        }
        let wanted = ask || !entries.is_empty();
        let verified = Index(prev.0.0 + entries.len() as u32);
        let known = (0..entries.len()).take_while(|&i| agrees(&self.log, Index(prev.0.0 + 1 + i as u32), entries[i].mark));
        let known = known.count();
        let fresh = self.adopt(Index(prev.0.0 + known as u32), entries[known..].to_vec(), out);
        let all_known = fresh.is_none();
        assert!(verified <= self.log.last(), "what was checked is not in the log");
        if let Some((keep, entries)) = fresh {
            let answer = (wanted && terms.wait_for_disk).then_some((from, view));
            let mark = SaveId { upto: verified, generation: self.generation, answer };
            out.push(ReplicaEffect::Save { keep, entries, commit: self.commit, mark });
        }
        if wanted && (!terms.wait_for_disk || self.stored >= verified) {
            out.push(ReplicaEffect::Send(from, ReplicaMsg::Stored { view, upto: verified }));
        } else if wanted && all_known {
            // Everything was here already but not all of it is on disk: an empty save answers when it is.
            let mark = SaveId { upto: verified, generation: self.generation, answer: Some((from, view)) };
            out.push(ReplicaEffect::Save { keep: self.log.last(), entries: Vec::new(), commit: self.commit, mark });
        }
        self.learn_commit(commit.min(verified), out);
    }

    /// Whether it follows the primary of this view from now on. It does not if it leads that view itself, which only a broken
    /// rule can bring about.
    pub(super) fn yields_to(&mut self, primary: Pid, view: ViewNo) -> bool {
        if view > self.view {
            self.view = view;
            self.leading = None;
            self.gather = None;
        }
        if self.leading.is_some() {
            return false;
        }
        self.leader = Some(primary);
        true
    }

    /// Makes what follows `prev` the end of this log: entries that are here already stay, what differs is dropped. Some: what was
    /// new and has to be saved, after which entry.
    pub(super) fn adopt(
        &mut self,
        prev: Index,
        mut entries: Vec<Entry<T>>,
        out: &mut Vec<ReplicaEffect<T>>,
    ) -> Option<(Index, Vec<Entry<T>>)> {
        let known = entries.iter().zip(prev.0 + 1..).take_while(|(entry, i)| self.log.mark_at(Index(*i)) == Some(entry.mark)).count();
        let keep = Index(prev.0 + known as u32);
        entries.drain(..known);
        if entries.is_empty() {
            return None;
        }
        if self.log.last() > keep {
            let lost = (keep.0 + 1..=self.commit.0).filter(|&i| self.log.get(Index(i)).is_some_and(|entry| entry.op.is_some()));
            let lost = lost.count() as u32;
            assert!(keep >= self.log.base(), "what a snapshot stands for is dropped");
            let dropped = self.log.truncate(keep);
            self.generation += 1;
            self.stored = self.stored.min(keep);
            self.commit = self.commit.min(keep);
            out.push(ReplicaEffect::Truncated { from: keep.next(), dropped, lost });
        }
        for entry in &entries {
            let index = self.log.push(entry.clone());
            out.push(ReplicaEffect::Appended(index, entry.mark));
        }
        Some((keep, entries))
    }

    pub(super) fn learn_commit(&mut self, commit: Index, out: &mut Vec<ReplicaEffect<T>>) {
        assert!(commit <= self.log.last(), "what has not arrived is committed");
        if commit > self.commit {
            self.commit = commit;
            out.push(ReplicaEffect::Commit(commit));
        }
    }

    /// The primary of a view knows nothing of what this replica's snapshot stands for: the history without it goes on.
    pub(super) fn discard(&mut self, from: Pid, view: ViewNo, out: &mut Vec<ReplicaEffect<T>>) {
        if view < self.view || self.leading.is_some() {
            return;
        }
        (self.view, self.leader) = (view, Some(from));
        let (dropped, lost) = (self.log.last().0, 0);
        self.generation += 1;
        self.log = Log::default();
        (self.stored, self.commit) = (Index(0), Index(0));
        out.push(ReplicaEffect::Forget);
        out.push(ReplicaEffect::Truncated { from: Index(1), dropped, lost });
        let nothing = Index(0);
        out.push(ReplicaEffect::Send(from, ReplicaMsg::Mismatch { view, prev: nothing, from: nothing, base: nothing, last: nothing }));
    }

    /// A whole snapshot has arrived from the primary of a view: it stands for everything up to an index, written in a view.
    ///
    /// Some: the snapshot replaces the log, and is to be saved under this mark. None: it is old news, or the log has all of it
    /// already (and may have more, which stays).
    pub fn install(
        &mut self,
        from: Pid,
        view: ViewNo,
        upto: (Index, ViewNo),
        terms: Terms,
        out: &mut Vec<ReplicaEffect<T>>,
    ) -> Option<SaveId> {
        if view < self.view || self.leading.is_some() {
            return None;
        }
        (self.view, self.leader) = (view, Some(from));
        let mark = |generation, answer| SaveId { upto: upto.0, generation, answer };
        if self.has(upto) {
            // An empty save answers when all of it is on disk.
            let mark = mark(self.generation, Some((from, view)));
            out.push(ReplicaEffect::Save { keep: self.log.last(), entries: Vec::new(), commit: upto.0.max(self.commit), mark });
            self.learn_commit(upto.0, out);
            return None;
        }
        self.generation += 1;
        self.log = Log::after(upto.0, upto.1);
        self.commit = upto.0;
        assert!(self.log.last() == upto.0 && self.log.base() == upto.0, "a snapshot stands for something else than it says");
        self.stored = Index(0);
        if terms.wait_for_disk {
            return Some(mark(self.generation, Some((from, view))));
        }
        out.push(ReplicaEffect::Send(from, ReplicaMsg::Stored { view, upto: upto.0 }));
        Some(mark(self.generation, None))
    }
}
