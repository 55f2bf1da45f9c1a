//! How a new primary looks at what the other in-sync copies have before it leads, in the modes that need it.
//!
//! *Why what it finds is all that was acknowledged* (mode `Majority`; n copies count, f of them may lack a committed entry, and the
//! control plane lets nobody lead unless at least f + 1 copies of the in-sync set live and have kept their disks):
//!
//! 1. When an entry is committed, all but f of the in-sync copies have stored it. A learner that was proposed has stored it, too, so
//!    whoever joins the set lacks nothing. Whoever leaves it only makes the set smaller. So at every time at most f members of the
//!    in-sync set lack any given committed entry.
//! 2. A new primary asks *every* member, at least f + 1 with itself. One of them had stored the entry before it answered, and from
//!    its answer on it refuses whatever a lower view sends: an entry that it did not have then is never committed by a lower view with
//!    its help.
//! 3. A log whose last entry has the largest (view, index) holds every committed entry: entries of one view are written by one
//!    primary, in order; and a primary of a later view had them all before it wrote its first (by these three steps). A copy that
//!    began with a snapshot has what that stands for: only what is committed is in a snapshot.
//!
//! So the new primary must end up with that log and no other. It takes over the end where the two logs have an entry in common.
//! Where they have none, since the better log begins behind the end of its own, it does not lead: it asks for a view in which the
//! copy with the better log does ([`ReplicaEffect::Defer`]), and is brought up to date by that one. That happens at most once for each member,
//! since each time the end is a later one.

use crate::proto::replica::gathered::Tail;
use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Index, ViewNo};
use crate::proto::replica::words::{ReplicaEffect, ReplicaMsg, SaveId, Terms};
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl<T: Clone + Eq> Replica<T> {
    /// New primary: asks whoever counts and has not answered, again after a while, and asks for a view without whoever is silent
    /// too long. When all have answered, it begins to lead.
    pub(super) fn ask_around(&mut self, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        let (view, after) = (
            self.view,
            (self.commit, self.log.mark_at(self.commit).expect("what is committed is in the log, or in the snapshot before it")),
        );
        let (Some(leading), Some(gather)) = (&self.leading, &mut self.gather) else { return };
        let silent = leading.peers.iter().filter(|peer| peer.in_sync && !gather.has_heard(peer.pid));
        let silent: Vec<Pid> = silent.map(|peer| peer.pid).collect();
        if silent.is_empty() {
            return self.take_the_lead(now, terms, out);
        }
        let again = gather.asked.is_none_or(|asked| now.since(asked) >= terms.resend_after);
        if now.since(gather.since) > terms.lag_max {
            // Nor does any learner get anything meanwhile: others need not wait for it.
            out.extend(leading.peers.iter().filter(|peer| !peer.in_sync).map(|peer| ReplicaEffect::Stalled(peer.pid)));
        }
        for pid in silent {
            if now.since(gather.since) > terms.lag_max {
                out.push(ReplicaEffect::Lagging(pid));
            }
            if again {
                gather.asked = Some(now);
                out.push(ReplicaEffect::Send(pid, ReplicaMsg::Ask { view, after }));
            }
        }
    }

    /// Another copy: what a new primary asks for. From here on it follows that primary.
    pub(super) fn tell(&mut self, from: Pid, view: ViewNo, after: (Index, ViewNo), out: &mut Vec<ReplicaEffect<T>>) {
        if !self.yields_to(from, view) {
            return;
        }
        let at = if self.log.mark_at(after.0) == Some(after.1) { after.0 } else { self.log.base() };
        assert!(self.leading.is_none() && at >= self.log.base(), "whoever tells what it has leads, or tells what it has not");
        let prev = (at, self.log.mark_at(at).expect("a log knows the entry before its first"));
        let entries = self.log.from(at.next(), usize::MAX);
        out.push(ReplicaEffect::Send(from, ReplicaMsg::Tail { view, prev, entries }));
    }

    /// New primary: the end of an in-sync copy's log. The message may come twice.
    pub(super) fn hear(
        &mut self,
        from: Pid,
        prev: (Index, ViewNo),
        entries: Vec<Entry<T>>,
        now: Time,
        terms: Terms,
        out: &mut Vec<ReplicaEffect<T>>,
    ) {
        let Some(gather) = self.gather.as_mut().filter(|gather| !gather.has_heard(from)) else { return };
        gather.told.push((from, Tail { prev, entries }));
        self.ask_around(now, terms, out);
    }

    /// All have told: the end that was written last becomes this log's, and the view begins with a mark behind it.
    fn take_the_lead(&mut self, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        let Some(gather) = self.gather.take() else { return };
        let best = gather.told.iter().map(|(_, tail)| tail.end()).max().filter(|&best| best > self.end());
        if let Some(best) = best {
            let mut with_best = gather.told.iter().filter(|(_, tail)| tail.end() == best);
            let Some((at, entries)) = with_best.clone().find_map(|(_, tail)| self.joint(tail)) else {
                if let Some(&(better, _)) = with_best.next() {
                    out.push(ReplicaEffect::Defer(better));
                }
                self.gather = Some(gather);
                return;
            };
            if let Some((keep, entries)) = self.adopt(at, entries, out) {
                let mark = SaveId { upto: self.log.last(), generation: self.generation, answer: None };
                out.push(ReplicaEffect::Save { keep, entries, commit: self.commit, mark });
                if !terms.wait_for_disk {
                    self.stored = self.log.last();
                }
            }
        }
        assert!(gather.told.iter().all(|(_, tail)| tail.end() <= self.end()), "a new primary leads though another's log was written later");
        let next = self.log.last().next();
        if let Some(leading) = &mut self.leading {
            leading.begins = next;
            leading.peers.iter_mut().for_each(|peer| peer.next = next);
        }
        self.append(None, now, terms, out);
    }

    fn end(&self) -> (ViewNo, Index) {
        let last = self.log.last();
        (self.log.mark_at(last).expect("a log knows its last entry"), last)
    }

    /// The last entry that this log has in common with the end of another, and what follows it there. `None`: the other begins
    /// behind what they share.
    fn joint(&self, tail: &Tail<T>) -> Option<(Index, Vec<Entry<T>>)> {
        let marks = [tail.prev.1].into_iter().chain(tail.entries.iter().map(|entry| entry.mark));
        let shared = marks.enumerate().filter(|&(i, mark)| self.log.mark_at(Index(tail.prev.0.0 + i as u32)) == Some(mark));
        let (i, _) = shared.last()?;
        Some((Index(tail.prev.0.0 + i as u32), tail.entries[i..].to_vec()))
    }
}
