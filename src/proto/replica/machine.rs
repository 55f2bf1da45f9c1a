//! One replica of one shard, as a state machine.
//!
//! *Commit rule.* An entry is committed when the primary and every in-sync backup have *stored* it (and every learner that
//! the primary has already proposed for the in-sync set: the control plane may have admitted it before the primary hears
//! of it). So every member of the in-sync set holds every committed entry, and any of them may be promoted.
//!
//! *Simplification.* The log is never trimmed, so a returning replica always catches up by log.

use crate::proto::replica::log::{Entry, Log};
use crate::proto::replica::view::{Index, View, ViewNo};
use crate::proto::replica::words::{BATCH, Mark, Patience, ReplicaMsg, Want};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Peer {
    pid: Pid,
    in_sync: bool,
    /// A learner proposed for the in-sync set: commits already wait for it.
    proposed: bool,
    /// It has stored this much of my log.
    matched: Index,
    /// The next entry to send.
    next: Index,
    /// Its log is being compared: one message at a time until it agrees.
    probing: bool,
    /// Since when it has been owing an answer without making progress.
    behind: Option<Time>,
    /// When something was last sent that it has to answer; `None` sends at once.
    sent: Option<Time>,
    /// When it was last proposed for the in-sync set.
    asked: Time,
}

impl Peer {
    fn new(pid: Pid, in_sync: bool, next: Index) -> Peer {
        let (proposed, probing) = (false, true);
        Peer { pid, in_sync, proposed, matched: Index(0), next, probing, behind: None, sent: None, asked: Time::ZERO }
    }

    fn counts(&self) -> bool {
        self.in_sync || self.proposed
    }

    /// Learners that do not answer are asked more rarely: they may be dead for long.
    fn pause(&self, patience: Patience) -> Span {
        if self.counts() { patience.resend_after } else { patience.lag_max }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Leading {
    peers: Vec<Peer>,
    /// Index of the mark that began this primacy: when it is committed, the predecessor's rest is settled.
    begins: Index,
    settled: bool,
}

/// One replica.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Replica<T> {
    me: Pid,
    view: ViewNo,
    log: Log<T>,
    generation: u32,
    stored: Index,
    commit: Index,
    leading: Option<Leading>,
}

impl<T: Clone + Eq> Replica<T> {
    /// A replica with what its disk holds: a view it has seen, a log, and a commit point it knew.
    pub fn new(me: Pid, view: ViewNo, log: Log<T>, commit: Index) -> Replica<T> {
        let stored = log.last();
        Replica { me, view, log, generation: 0, stored, commit, leading: None }
    }

    /// The highest view seen.
    pub fn view(&self) -> ViewNo {
        self.view
    }
    /// The log.
    pub fn log(&self) -> &Log<T> {
        &self.log
    }
    /// Committed up to here, as far as it knows.
    pub fn commit(&self) -> Index {
        self.commit
    }
    /// Stored up to here.
    pub fn stored_upto(&self) -> Index {
        self.stored
    }
    /// Whether it leads its view.
    pub fn is_primary(&self) -> bool {
        self.leading.is_some()
    }
    /// Whether it leads its view and has settled what its predecessor left.
    pub fn is_settled(&self) -> bool {
        self.leading.as_ref().is_some_and(|leading| leading.settled)
    }
    /// Whether somebody still has to answer or has not stored everything: the primary's timer should run.
    pub fn is_restless(&self) -> bool {
        self.leading.as_ref().is_some_and(|l| l.peers.iter().any(|p| !p.in_sync || p.probing || p.matched < self.log.last()))
    }

    /// Takes over a view that the control plane decided. Views not above the present one are old news, except that the
    /// number may have come with a primary's message before.
    pub fn enter(&mut self, view: &View, now: Time, patience: Patience, out: &mut Vec<Want<T>>) {
        if view.no < self.view || (view.no == self.view && self.leading.is_some()) {
            return;
        }
        let led = self.leading.take();
        self.view = view.no;
        if view.primary != Some(self.me) {
            return;
        }
        let next = self.log.last().next();
        let mut peers: Vec<Peer> = Vec::new();
        for (members, in_sync) in [(&view.in_sync, true), (&view.learners, false)] {
            for &pid in members.iter().filter(|&&pid| pid != self.me) {
                let known = led.as_ref().and_then(|led| led.peers.iter().find(|peer| peer.pid == pid));
                // What a peer has stored it still has: unless it lost its disk, and then it is a learner now.
                peers.push(match known {
                    Some(peer) if in_sync => {
                        let next = peer.matched.next();
                        Peer { in_sync, proposed: false, next, behind: None, sent: None, ..peer.clone() }
                    }
                    Some(_) | None => Peer::new(pid, in_sync, next),
                });
            }
        }
        let (begins, settled) = match led {
            Some(led) => (led.begins, led.settled),
            None => (next, false),
        };
        self.leading = Some(Leading { peers, begins, settled });
        if begins == next {
            self.append(None, now, patience, out);
        } else {
            self.send_due(now, patience, out);
            self.settle(out);
        }
    }

    /// Primary: appends an operation and sends it on. Returns its index.
    ///
    /// # Panics
    /// If it does not lead.
    pub fn propose(&mut self, op: T, now: Time, patience: Patience, out: &mut Vec<Want<T>>) -> Index {
        self.append(Some(op), now, patience, out)
    }

    fn append(&mut self, op: Option<T>, now: Time, patience: Patience, out: &mut Vec<Want<T>>) -> Index {
        assert!(self.leading.is_some(), "only a primary appends of its own");
        let before = self.log.last();
        let entry = Entry { view: self.view, op };
        let index = self.log.push(entry.clone());
        out.push(Want::Appended(index, self.view));
        let mark = Mark { upto: index, generation: self.generation, answer: None };
        out.push(Want::Save { keep: before, entries: vec![entry], mark });
        if !patience.wait_for_disk {
            self.stored = index;
        }
        self.send_due(now, patience, out);
        self.settle(out);
        index
    }

    /// A save is done.
    pub fn stored(&mut self, mark: Mark, out: &mut Vec<Want<T>>) {
        if mark.generation != self.generation {
            return; // the log was cut since
        }
        self.stored = self.stored.max(mark.upto);
        if let Some((to, view)) = mark.answer {
            out.push(Want::Send(to, ReplicaMsg::Stored { view, upto: mark.upto }));
        }
        self.settle(out);
    }

    /// A message from another replica.
    pub fn receive(&mut self, from: Pid, msg: ReplicaMsg<T>, now: Time, patience: Patience, out: &mut Vec<Want<T>>) {
        match msg {
            ReplicaMsg::Append { view, prev, entries, commit, ask } => {
                if view < self.view {
                    out.push(Want::Refused { from, theirs: view });
                    out.push(Want::Send(from, ReplicaMsg::Stale { view: self.view }));
                } else {
                    self.follow(from, view, prev, entries, commit, ask, patience, out);
                }
            }
            ReplicaMsg::Stored { view, upto } => {
                let last = self.log.last();
                let upto = upto.min(last);
                if let Some(peer) = self.peer_in(view, from) {
                    peer.probing = false;
                    peer.behind = (upto < last).then_some(now);
                    peer.matched = peer.matched.max(upto);
                    peer.next = peer.next.max(upto.next());
                    self.propose_learner(from, now, out);
                    self.settle(out);
                    self.send_due(now, patience, out);
                }
            }
            ReplicaMsg::Mismatch { view, from: agreed } => {
                if let Some(peer) = self.peer_in(view, from) {
                    // What it knows to be committed I have too, unless a rule is off: then its word leads nowhere, and the
                    // search goes back step by step.
                    let before = Index(peer.next.0.saturating_sub(2));
                    peer.next = agreed.min(before).max(peer.matched).next();
                    peer.sent = None;
                    peer.probing = true;
                    self.send_due(now, patience, out);
                }
            }
            ReplicaMsg::Stale { view } => {
                if view > self.view {
                    self.leading = None; // the control plane will say which view; until then, nobody's primary
                }
            }
        }
    }

    fn peer_in(&mut self, view: ViewNo, pid: Pid) -> Option<&mut Peer> {
        if view != self.view {
            return None;
        }
        self.leading.as_mut()?.peers.iter_mut().find(|peer| peer.pid == pid)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    fn follow(
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
        if self.leading.is_some() {
            return; // my own view's number from another primary: only a broken rule can bring this about
        }
        if self.log.view_at(prev.0) != Some(prev.1) {
            out.push(Want::Send(from, ReplicaMsg::Mismatch { view, from: self.commit }));
            return;
        }
        let wanted = ask || !entries.is_empty();
        let verified = Index(prev.0.0 + entries.len() as u32);
        let known = (0..entries.len()).take_while(|&i| self.log.view_at(Index(prev.0.0 + 1 + i as u32)) == Some(entries[i].view));
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
                out.push(Want::Appended(index, entry.view));
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

    fn learn_commit(&mut self, commit: Index, out: &mut Vec<Want<T>>) {
        if commit > self.commit {
            self.commit = commit;
            out.push(Want::Commit(commit));
        }
    }

    fn propose_learner(&mut self, pid: Pid, now: Time, out: &mut Vec<Want<T>>) {
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
    fn settle(&mut self, out: &mut Vec<Want<T>>) {
        let Some(leading) = &mut self.leading else { return };
        let counted = leading.peers.iter().filter(|peer| peer.in_sync || peer.proposed);
        let commit = counted.map(|peer| peer.matched).fold(self.stored, Index::min);
        if commit <= self.commit || commit < leading.begins {
            return;
        }
        self.commit = commit;
        out.push(Want::Commit(commit));
        if !leading.settled {
            leading.settled = true;
            out.push(Want::Settled);
        }
        for peer in &leading.peers {
            // A peer whose next message is under way learns the commit point from here at once.
            if !peer.probing && peer.matched > Index(0) {
                let prev = (peer.matched, self.log.view_at(peer.matched).expect("matched lies in the log"));
                let msg = ReplicaMsg::Append { view: self.view, prev, entries: Vec::new(), commit: commit.min(peer.matched), ask: false };
                out.push(Want::Send(peer.pid, msg));
            }
        }
    }

    /// Primary: sends what is due. In-sync peers get new entries at once; one that is compared gets one message at a time.
    fn send_due(&mut self, now: Time, patience: Patience, out: &mut Vec<Want<T>>) {
        let (last, view, commit) = (self.log.last(), self.view, self.commit);
        let Some(leading) = &mut self.leading else { return };
        for peer in &mut leading.peers {
            let again = peer.sent.is_none_or(|sent| now.since(sent) >= peer.pause(patience));
            let due = if peer.probing { again } else { peer.next <= last };
            if !due {
                continue;
            }
            let before = Index(peer.next.0 - 1);
            let prev = (before, self.log.view_at(before).expect("next follows an entry of the log"));
            let entries = self.log.from(peer.next, BATCH);
            if !peer.probing {
                peer.next = Index(peer.next.0 + entries.len() as u32);
            }
            peer.behind = peer.behind.or(Some(now));
            peer.sent = Some(now);
            out.push(Want::Send(peer.pid, ReplicaMsg::Append { view, prev, entries, commit, ask: peer.probing }));
        }
    }

    /// Primary: the timer. Sends again what was not answered, and gives up on in-sync peers that are silent too long.
    pub fn tick(&mut self, now: Time, patience: Patience, out: &mut Vec<Want<T>>) {
        let last = self.log.last();
        let Some(leading) = &mut self.leading else { return };
        for peer in &mut leading.peers {
            if peer.proposed && now.since(peer.asked) >= patience.resend_after {
                peer.asked = now;
                out.push(Want::Ready { learner: peer.pid, again: true });
            }
            if peer.matched >= last && !peer.probing {
                peer.behind = None;
                continue;
            }
            if peer.counts() && peer.behind.is_some_and(|since| now.since(since) > patience.lag_max) {
                out.push(Want::Lagging(peer.pid));
            }
            if peer.sent.is_none_or(|sent| now.since(sent) >= peer.pause(patience)) {
                peer.sent = None;
                if !peer.probing {
                    peer.next = peer.matched.next();
                }
            }
        }
        // A learner may have caught up before its primary had settled.
        let learners: Vec<Pid> = leading.peers.iter().filter(|p| !p.counts() && !p.probing).map(|p| p.pid).collect();
        for pid in learners {
            self.propose_learner(pid, now, out);
        }
        self.send_due(now, patience, out);
    }
}
