//! One replica of one shard, as a state machine.
//!
//! *Committed* means: applied, answered, visible to reads. When that is so depends on the mode ([`Commit`]):
//!
//! | mode | an entry is committed when it is on the disk of | what that promises |
//! |---|---|---|
//! | `All` (PacificA, Kafka's `acks=all`) | the primary and every copy of the in-sync set | any one of them may lead after any deaths |
//! | `Majority` (MongoDB's write concern of that name) | all in-sync copies but as few as a majority leaves out: two of three, three of four | any two of them have it, whichever they are, and a new primary asks all that are left, and at least two, before it serves |
//! | `Own` (asynchronous replication) | the primary alone | nothing: what had not reached a backup is lost with the primary |
//!
//! In every mode a learner that was proposed for the in-sync set counts as if every entry needed it: the control plane may have
//! admitted it before the primary hears of it. And in every mode a new primary serves only after what it found, and the mark
//! that begins its view, are on *all* copies of the in-sync set: *settled*.
//!
//! *Looking before leading.* Where an entry can be committed without being on every in-sync copy, a new primary first asks all of
//! them what follows its commit point, and takes the end that was written last, by (view, index), for its own, or lets its owner
//! lead (Raft does the same by electing only whoever has that end, section 5.4.1). All that was committed by a majority is in it,
//! and whatever asynchronous replication had brought to a backup that still counts. Why that is so stands in
//! `gather`, beside this file. The control plane helps: it never lets the in-sync set shrink below what that needs, nor promotes where
//! fewer of it live.
//!
//! *Too few in sync.* Below `min` copies nothing more is committed. So whoever had everything when the set fell below `min` still
//! holds all that was acknowledged: the control plane remembers it, and it may lead should the others be lost (KIP-966, eligible
//! leader replicas). A new primary that finds operations of which it cannot tell whether they were acknowledged has to commit them
//! before it serves: it does so when the control plane has confirmed that it remembers nobody any more.
//!
//! *Catching up.* By log where the logs have an entry in common, by snapshot and then log where the other has nothing at all or
//! where the needed entries are only in this replica's own snapshot.
//!
//! *Trimming.* What lies before the *floor*, which every copy that counts has stored, may become a snapshot. So no primary ever
//! needs from an in-sync copy what that one has only in its snapshot.

use crate::proto::replica::gathered::Gather;
use crate::proto::replica::leading::{Leading, Level};
use crate::proto::replica::peer::Peer;
use crate::proto::replica::view::{Entry, Index, Log, View, ViewNo};
use crate::proto::replica::words::{BATCH, Commit, ReplicaEffect, ReplicaMsg, SaveId, Terms};
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// One replica.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Replica<T> {
    pub(super) me: Pid,
    pub(super) view: ViewNo,
    pub(super) log: Log<T>,
    pub(super) generation: u32,
    pub(super) stored: Index,
    pub(super) commit: Index,
    /// Every copy that counts has stored everything up to here.
    pub(super) floor: Index,
    /// Who leads the view, as far as it is known.
    pub(super) leader: Option<Pid>,
    pub(super) leading: Option<Leading>,
    /// A new primary that still asks the others what they have: it has appended nothing yet.
    pub(super) gather: Option<Gather<T>>,
}

impl<T: Clone + Eq> Replica<T> {
    /// A replica with what its disk holds: a view it has seen, a log, and a commit point it knew.
    pub fn new(me: Pid, view: ViewNo, log: Log<T>, commit: Index) -> Replica<T> {
        let stored = log.last();
        Replica { me, view, log, generation: 0, stored, commit, floor: Index(0), leader: None, leading: None, gather: None }
    }

    /// The highest view seen.
    pub fn view(&self) -> ViewNo {
        self.view
    }
    /// Who leads that view, as far as it is known.
    pub fn leader(&self) -> Option<Pid> {
        self.leader
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
    /// A primary: how many copies its view counts, itself among them.
    pub fn in_sync(&self) -> usize {
        self.leading.as_ref().map_or(0, |leading| 1 + leading.peers.iter().filter(|peer| peer.in_sync).count())
    }
    /// Whether it has settled, and everything in its log is committed and on the disk of every copy that counts: whichever of them
    /// leads next, it has all of it.
    pub fn is_level(&self) -> bool {
        let last = self.log.last();
        let holds =
            |leading: &Leading| leading.settled && leading.peers.iter().filter(|peer| peer.counts()).all(|peer| peer.matched == last);
        self.gather.is_none() && self.commit == last && self.stored == last && self.leading.as_ref().is_some_and(holds)
    }
    /// The control plane knows that this view is level.
    pub fn confirmed(&mut self, view: ViewNo, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        if let Some(leading) = self.leading.as_mut().filter(|leading| view == self.view && leading.level == Level::Told) {
            leading.level = Level::Known;
            self.settle(terms, out);
        }
    }
    /// A learner has answered a piece of a snapshot: it makes progress.
    pub fn progresses(&mut self, learner: Pid, now: Time) {
        let peers = self.leading.iter_mut().flat_map(|leading| &mut leading.peers);
        peers.filter(|peer| peer.pid == learner).for_each(|peer| peer.behind = Some(now));
    }
    /// Whether a snapshot has to be carried to this replica.
    pub fn carries_to(&self, pid: Pid) -> bool {
        self.leading.as_ref().is_some_and(|leading| leading.peers.iter().any(|peer| peer.pid == pid && peer.snapshot))
    }
    /// Whether it has everything up to this entry, in its log or in the snapshot before it.
    pub fn has(&self, upto: (Index, ViewNo)) -> bool {
        upto.0 <= self.log.base() || self.log.mark_at(upto.0) == Some(upto.1)
    }
    /// Whether somebody still has to answer or has not stored everything: the primary's timer should run.
    pub fn is_restless(&self) -> bool {
        let waits = |l: &Leading| l.level == Level::Told || l.peers.iter().any(|p| !p.in_sync || p.probing || p.matched < self.log.last());
        self.gather.is_some() || self.leading.as_ref().is_some_and(waits)
    }

    /// Takes over a view that the control plane decided. Views not above the present one are old news, except that the
    /// number may have come with a primary's message before.
    pub fn enter(&mut self, view: &View, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        if view.no < self.view || (view.no == self.view && self.leading.is_some()) {
            return;
        }
        assert!(!view.in_sync.is_empty(), "a view without a copy that counts");
        assert!(view.primary.is_none_or(|primary| view.in_sync.contains(&primary)), "a view led by a copy that does not count");
        assert!(!view.learners.iter().any(|pid| view.in_sync.contains(pid)), "a view in which a copy counts and does not count");
        // What was led under a control plane that has forgotten it says nothing of what others have.
        let led = self.leading.take().filter(|_| !view.unknown);
        self.gather = self.gather.take().filter(|_| led.is_some() && view.primary == Some(self.me));
        (self.view, self.leader) = (view.no, view.primary);
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
                    Some(peer) if in_sync && peer.matched > Index(0) => {
                        let next = peer.matched.next();
                        let (snapshot, jumped) = (false, false);
                        Peer { in_sync, proposed: false, next, behind: None, sent: None, snapshot, jumped, ..peer.clone() }
                    }
                    // A snapshot on its way goes on; whoever lost it with its disk asks for its beginning.
                    Some(peer) => Peer { snapshot: peer.snapshot, ..Peer::new(pid, in_sync, next) },
                    None => Peer::new(pid, in_sync, next),
                });
            }
        }
        let (begins, even, settled) = match led {
            Some(led) => (led.begins, led.even, led.settled),
            None => (next, false, false),
        };
        let asks = (terms.commit != Commit::All || view.unknown) && peers.iter().any(|peer| peer.in_sync);
        if begins == next && self.gather.is_none() && asks {
            self.gather = Some(Gather::new(now));
        }
        let level = if view.level { Level::Known } else { Level::Untold };
        self.leading = Some(Leading { peers, begins, even, settled, level, unknown: view.unknown });
        if self.gather.is_some() {
            self.ask_around(now, terms, out);
        } else if begins == next {
            self.append(None, now, terms, out);
        } else {
            self.send_due(now, terms, out);
            self.settle(terms, out);
        }
    }

    /// Primary: appends an operation and sends it on. Returns its index.
    ///
    /// # Panics
    /// If it does not lead.
    pub fn propose(&mut self, op: T, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) -> Index {
        self.append(Some(op), now, terms, out)
    }

    pub(super) fn append(&mut self, op: Option<T>, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) -> Index {
        assert!(self.leading.is_some(), "only a primary appends of its own");
        assert!(self.gather.is_none(), "a primary appends before it has heard what the others have");
        let before = self.log.last();
        assert!(self.log.mark_at(before).is_some_and(|mark| mark <= self.view), "the log ends with an entry of a view that is not yet");
        let entry = Entry { mark: self.view, op };
        let index = self.log.push(entry.clone());
        out.push(ReplicaEffect::Appended(index, self.view));
        let mark = SaveId { upto: index, generation: self.generation, answer: None };
        // Where the primary's own disk decides, the save itself commits, whether or not anybody hears of it.
        let alone = terms.commit == Commit::Own && self.is_settled();
        let commit = if alone { index } else { self.commit };
        out.push(ReplicaEffect::Save { keep: before, entries: vec![entry], commit, mark });
        if !terms.wait_for_disk {
            self.stored = index;
        }
        self.send_due(now, terms, out);
        self.settle(terms, out);
        index
    }

    /// A save is done.
    pub fn stored(&mut self, mark: SaveId, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        if mark.generation != self.generation {
            return; // the log was cut since
        }
        assert!(mark.upto <= self.log.last(), "more is on the disk than in the log");
        self.stored = self.stored.max(mark.upto);
        if let Some((to, view)) = mark.answer {
            out.push(ReplicaEffect::Send(to, ReplicaMsg::Stored { view, upto: mark.upto }));
        }
        self.settle(terms, out);
    }

    /// A message from another replica.
    pub fn receive(&mut self, from: Pid, msg: ReplicaMsg<T>, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        match msg {
            ReplicaMsg::Append { view, prev, entries, commit, floor, ask } => {
                if !self.refuses(from, view, terms, out) {
                    self.follow(from, view, prev, entries, commit, ask, terms, out);
                    self.floor = self.floor.max(floor);
                }
            }
            ReplicaMsg::Ask { view, after } => {
                if !self.refuses(from, view, terms, out) {
                    self.tell(from, view, after, out);
                }
            }
            ReplicaMsg::Tail { view, prev, entries } => {
                if view == self.view {
                    self.hear(from, prev, entries, now, terms, out);
                }
            }
            ReplicaMsg::Stored { view, upto } => {
                let last = self.log.last();
                let upto = upto.min(last);
                if let Some(peer) = self.peer_in(view, from) {
                    (peer.probing, peer.snapshot, peer.jumped) = (false, false, false);
                    peer.behind = (upto < last).then_some(now);
                    peer.matched = peer.matched.max(upto);
                    peer.next = peer.next.max(upto.next());
                    self.propose_learner(from, now, out);
                    self.settle(terms, out);
                    self.tell_commit(from, false, out);
                    self.send_due(now, terms, out);
                }
            }
            ReplicaMsg::Mismatch { view, prev, from: agreed, base, last } => {
                let (mine, commit) = (self.log.last(), self.commit);
                if let Some(peer) = self.peer_in(view, from) {
                    let empty = last == Index(0);
                    if peer.probing && peer.next != prev.next() && !empty {
                        return; // the answer to an earlier question: the search has moved on
                    }
                    peer.next = prev.next();
                    if empty && commit > Index(0) {
                        peer.next = Index(1);
                        peer.snapshot = true;
                    } else if peer.next <= base {
                        // The entry before lies in its snapshot. All of that was committed, so I have it too and the search
                        // goes on after it, unless a rule is off.
                        if peer.jumped || agreed > mine {
                            peer.sent = Some(now);
                            out.push(ReplicaEffect::Send(from, ReplicaMsg::Discard { view }));
                            return;
                        }
                        peer.next = agreed.next();
                        peer.jumped = true;
                    } else {
                        // What it knows to be committed I have too, unless a rule is off: then its word leads nowhere, and
                        // the search goes back step by step.
                        let before = Index(peer.next.0.saturating_sub(2));
                        peer.next = agreed.min(before).max(peer.matched).next();
                    }
                    peer.sent = None;
                    peer.probing = true;
                    if peer.snapshot {
                        out.push(ReplicaEffect::Snapshot(from));
                    }
                    self.send_due(now, terms, out);
                }
            }
            ReplicaMsg::Discard { view } => self.discard(from, view, out),
            ReplicaMsg::Stale { view } => {
                if view > self.view {
                    self.gather = None;
                    self.leading = None; // the control plane will say which view; until then, nobody's primary
                }
            }
        }
    }

    /// Whether a message of a primary is to be refused, since a higher view has begun.
    fn refuses(&self, from: Pid, theirs: ViewNo, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) -> bool {
        if theirs >= self.view || !terms.view_check {
            return false;
        }
        if self.leader != Some(from) {
            out.push(ReplicaEffect::Refused { from, theirs });
            out.push(ReplicaEffect::Send(from, ReplicaMsg::Stale { view: self.view }));
        } // else the sender leads my view as well and has not heard of it yet: it will send this again when it has
        true
    }

    fn peer_in(&mut self, view: ViewNo, pid: Pid) -> Option<&mut Peer> {
        if view != self.view {
            return None;
        }
        self.leading.as_mut()?.peers.iter_mut().find(|peer| peer.pid == pid)
    }

    /// Primary: sends what is due. In-sync peers get new entries at once; one that is compared gets one message at a time.
    fn send_due(&mut self, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        let (base, last, view, commit, floor) = (self.log.base(), self.log.last(), self.view, self.commit, self.floor);
        let Some(leading) = self.leading.as_mut().filter(|_| self.gather.is_none()) else { return };
        for peer in leading.peers.iter_mut().filter(|peer| !peer.snapshot) {
            if peer.next <= base {
                peer.snapshot = true;
                out.push(ReplicaEffect::Snapshot(peer.pid));
                continue;
            }
            let again = peer.sent.is_none_or(|sent| now.since(sent) >= peer.pause(terms));
            let due = if peer.probing { again } else { peer.next <= last };
            if !due {
                continue;
            }
            let before = Index(peer.next.0 - 1);
            let prev = (before, self.log.mark_at(before).expect("next follows an entry of the log"));
            let entries = self.log.from(peer.next, BATCH);
            if !peer.probing {
                peer.next = Index(peer.next.0 + entries.len() as u32);
            }
            peer.behind = peer.behind.or(Some(now));
            peer.sent = Some(now);
            out.push(ReplicaEffect::Send(peer.pid, ReplicaMsg::Append { view, prev, entries, commit, floor, ask: peer.probing }));
        }
    }

    /// Primary: the timer. Sends again what was not answered, and gives up on in-sync peers that are silent too long.
    pub fn tick(&mut self, now: Time, terms: Terms, out: &mut Vec<ReplicaEffect<T>>) {
        if self.gather.is_some() {
            return self.ask_around(now, terms, out);
        }
        let last = self.log.last();
        let Some(leading) = &mut self.leading else { return };
        if leading.level == Level::Told {
            leading.level = Level::Untold;
            self.report_level(terms, out);
        }
        let Some(leading) = &mut self.leading else { return };
        for peer in &mut leading.peers {
            if peer.proposed && now.since(peer.asked) >= terms.resend_after {
                peer.asked = now;
                out.push(ReplicaEffect::Ready { learner: peer.pid, again: true });
            }
            if peer.matched >= last && !peer.probing {
                peer.behind = None;
                continue;
            }
            if peer.snapshot {
                peer.behind = peer.behind.or(Some(now)); // pieces are sent elsewhere: their answers count
            }
            if peer.behind.is_some_and(|since| now.since(since) > terms.lag_max) {
                out.push(if peer.counts() { ReplicaEffect::Lagging(peer.pid) } else { ReplicaEffect::Stalled(peer.pid) });
            }
            if !peer.snapshot && peer.sent.is_none_or(|sent| now.since(sent) >= peer.pause(terms)) {
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
        self.send_due(now, terms, out);
    }
}
