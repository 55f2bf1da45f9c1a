//! What a replica does that follows a primary: it checks, stores, drops what the primary's view does not have, and takes over
//! snapshots.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Log};
use crate::proto::replica::view::{Index, ViewNo};
use crate::proto::replica::words::{Mark, Patience, ReplicaMsg, Want};
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
        patience: Patience,
        out: &mut Vec<Want<T>>,
    ) {
        if view > self.view {
            self.view = view;
            self.leading = None;
        }
        if self.leading.is_none() {
            self.leader = Some(from);
        } else {
            return; // my own view's number from another primary: only a broken rule can bring this about
        }
        if self.log.mark_at(prev.0) != Some(prev.1) {
            let (base, last) = (self.log.base(), self.log.last());
            out.push(Want::Send(from, ReplicaMsg::Mismatch { view, from: self.commit, base, last }));
            return;
        }
        let wanted = ask || !entries.is_empty();
        let verified = Index(prev.0.0 + entries.len() as u32);
        let known = (0..entries.len()).take_while(|&i| self.log.mark_at(Index(prev.0.0 + 1 + i as u32)) == Some(entries[i].mark));
        let known = known.count();
        let keep = Index(prev.0.0 + known as u32);
        let fresh: Vec<Entry<T>> = entries[known..].to_vec();
        if !fresh.is_empty() {
            if self.log.last() > keep {
                let dropped = self.log.truncate(keep);
                self.generation += 1;
                self.stored = self.stored.min(keep);
                self.commit = self.commit.min(keep);
                out.push(Want::Truncated { from: keep.next(), dropped });
            }
            for entry in &fresh {
                let index = self.log.push(entry.clone());
                out.push(Want::Appended(index, entry.mark));
            }
            let answer = (wanted && patience.wait_for_disk).then_some((from, view));
            let mark = Mark { upto: verified, generation: self.generation, answer };
            out.push(Want::Save { keep, entries: fresh, mark });
        }
        if wanted && (!patience.wait_for_disk || self.stored >= verified) {
            out.push(Want::Send(from, ReplicaMsg::Stored { view, upto: verified }));
        } else if wanted && known == entries.len() {
            // Everything was here already but not all of it is on disk: an empty save answers when it is.
            let mark = Mark { upto: verified, generation: self.generation, answer: Some((from, view)) };
            out.push(Want::Save { keep: self.log.last(), entries: Vec::new(), mark });
        }
        self.learn_commit(commit.min(verified), out);
    }

    pub(super) fn learn_commit(&mut self, commit: Index, out: &mut Vec<Want<T>>) {
        if commit > self.commit {
            self.commit = commit;
            out.push(Want::Commit(commit));
        }
    }

    /// The primary of a view knows nothing of what this replica's snapshot stands for: the history without it goes on.
    pub(super) fn discard(&mut self, from: Pid, view: ViewNo, out: &mut Vec<Want<T>>) {
        if view < self.view || self.leading.is_some() {
            return;
        }
        (self.view, self.leader) = (view, Some(from));
        let dropped = self.log.last().0;
        self.generation += 1;
        self.log = Log::default();
        (self.stored, self.commit) = (Index(0), Index(0));
        out.push(Want::Forget);
        out.push(Want::Truncated { from: Index(1), dropped });
        let nothing = Index(0);
        out.push(Want::Send(from, ReplicaMsg::Mismatch { view, from: nothing, base: nothing, last: nothing }));
    }

    /// A whole snapshot has arrived from the primary of a view: it stands for everything up to an index, written in a view.
    ///
    /// Some: the snapshot replaces the log, and is to be saved under this mark. None: it is old news, or the log has all of it
    /// already (and may have more, which stays).
    pub fn install(&mut self, from: Pid, view: ViewNo, upto: (Index, ViewNo), patience: Patience, out: &mut Vec<Want<T>>) -> Option<Mark> {
        if view < self.view || self.leading.is_some() {
            return None;
        }
        (self.view, self.leader) = (view, Some(from));
        let mark = |generation, answer| Mark { upto: upto.0, generation, answer };
        if self.has(upto) {
            // An empty save answers when all of it is on disk.
            let mark = mark(self.generation, Some((from, view)));
            out.push(Want::Save { keep: self.log.last(), entries: Vec::new(), mark });
            self.learn_commit(upto.0, out);
            return None;
        }
        self.generation += 1;
        self.log = Log::after(upto.0, upto.1);
        self.commit = upto.0;
        self.stored = Index(0);
        if patience.wait_for_disk {
            return Some(mark(self.generation, Some((from, view))));
        }
        out.push(Want::Send(from, ReplicaMsg::Stored { view, upto: upto.0 }));
        Some(mark(self.generation, None))
    }
}
