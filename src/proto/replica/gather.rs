//! How a new primary looks at what the other in-sync copies have before it leads, in the modes that need it.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Index, ViewNo};
use crate::proto::replica::words::{Mark, ReplicaMsg, Terms, Want};
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// What a new primary has been told so far.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Gather<T> {
    since: Time,
    /// When it last asked.
    asked: Option<Time>,
    heard: Vec<Pid>,
    /// The best end of a log told so far.
    best: Option<Tail<T>>,
}

/// The end of a log: the entry before it, index and view, and what follows.
type Tail<T> = ((Index, ViewNo), Vec<Entry<T>>);

impl<T> Gather<T> {
    pub(super) fn new(since: Time) -> Gather<T> {
        Gather { since, asked: None, heard: Vec::new(), best: None }
    }
}

/// Which of two logs was written last: the view of its last entry, then that one's index (Raft, section 5.4.1).
fn end<T>(prev: (Index, ViewNo), entries: &[Entry<T>]) -> (ViewNo, Index) {
    (entries.last().map_or(prev.1, |entry| entry.mark), Index(prev.0.0 + entries.len() as u32))
}

impl<T: Clone + Eq> Replica<T> {
    /// New primary: asks whoever counts and has not answered, again after a while, and asks for a view without whoever is silent
    /// too long. When all have answered, it begins to lead.
    pub(super) fn ask_around(&mut self, now: Time, terms: Terms, out: &mut Vec<Want<T>>) {
        let (view, after) = (self.view, self.commit);
        let (Some(leading), Some(gather)) = (&self.leading, &mut self.gather) else { return };
        let silent = leading.peers.iter().filter(|peer| peer.in_sync && !gather.heard.contains(&peer.pid));
        let silent: Vec<Pid> = silent.map(|peer| peer.pid).collect();
        if silent.is_empty() {
            return self.take_the_lead(now, terms, out);
        }
        let again = gather.asked.is_none_or(|asked| now.since(asked) >= terms.resend_after);
        for pid in silent {
            if now.since(gather.since) > terms.lag_max {
                out.push(Want::Lagging(pid));
            }
            if again {
                gather.asked = Some(now);
                out.push(Want::Send(pid, ReplicaMsg::Ask { view, after }));
            }
        }
    }

    /// Another copy: what a new primary asks for. From here on it follows that primary.
    pub(super) fn tell(&mut self, from: Pid, view: ViewNo, after: Index, out: &mut Vec<Want<T>>) {
        if !self.yields_to(from, view) {
            return;
        }
        let at = after.max(self.log.base()).min(self.log.last());
        let prev = (at, self.log.mark_at(at).unwrap_or_default());
        let entries = self.log.from(at.next(), usize::MAX);
        out.push(Want::Send(from, ReplicaMsg::Tail { view, prev, entries }));
    }

    /// New primary: the end of an in-sync copy's log. The message may come twice.
    pub(super) fn hear(
        &mut self,
        from: Pid,
        prev: (Index, ViewNo),
        entries: Vec<Entry<T>>,
        now: Time,
        terms: Terms,
        out: &mut Vec<Want<T>>,
    ) {
        let Some(gather) = self.gather.as_mut().filter(|gather| !gather.heard.contains(&from)) else { return };
        gather.heard.push(from);
        if gather.best.as_ref().is_none_or(|(prev_best, best)| end(prev, &entries) > end(*prev_best, best)) {
            gather.best = Some((prev, entries));
        }
        self.ask_around(now, terms, out);
    }

    /// All have told: the best end becomes this log's, and the view begins with a mark behind it.
    fn take_the_lead(&mut self, now: Time, terms: Terms, out: &mut Vec<Want<T>>) {
        let last = self.log.last();
        let mine = (self.log.mark_at(last).unwrap_or_default(), last);
        let best = self.gather.take().and_then(|gather| gather.best);
        // Logs that agree nowhere are the work of a rule that is off: then its own is as good as any.
        if let Some((prev, entries)) = best.filter(|(prev, entries)| end(*prev, entries) > mine && self.log.mark_at(prev.0) == Some(prev.1))
        {
            let fresh = self.adopt(prev.0, entries, out);
            if let Some((keep, entries)) = fresh {
                let mark = Mark { upto: self.log.last(), generation: self.generation, answer: None };
                out.push(Want::Save { keep, entries, commit: self.commit, mark });
                if !terms.wait_for_disk {
                    self.stored = self.log.last();
                }
            }
        }
        let next = self.log.last().next();
        if let Some(leading) = &mut self.leading {
            leading.begins = next;
            leading.peers.iter_mut().for_each(|peer| peer.next = next);
        }
        self.append(None, now, terms, out);
    }
}
