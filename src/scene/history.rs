//! The history of one shard, of the locks and of the faults, read off the journal: what the time bar is painted with.

use std::collections::BTreeSet;

use crate::cluster::note::{ControlNote, LockNote, Note, RingWhy, ShardNote, ViewWhy};
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::{ShardId, ViewNo};
use crate::scene::pages::Pages;
use crate::scene::timebar::{Band, Grant, Leadership, Mark, Outage, Sign, Slice, Window};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::Time;

/// The history of one shard, of the locks and of the faults; reads each fact once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    story: ShardId,
    read: usize,
    bands: Vec<Band>,
    outages: Vec<Outage>,
    leaderships: Vec<Leadership>,
    grants: Vec<Grant>,
    pages: Pages,
    marks: Vec<Mark>,
    down: BTreeSet<Pid>,
    still: BTreeSet<Pid>,
    view: Option<(ViewNo, Option<Pid>)>,
    server: Option<Pid>,
    served_once: bool,
}

impl History {
    /// Nothing read yet.
    pub fn new(story: ShardId) -> History {
        History {
            story,
            read: 0,
            bands: Vec::new(),
            outages: Vec::new(),
            leaderships: Vec::new(),
            grants: Vec::new(),
            pages: Pages::default(),
            marks: Vec::new(),
            down: BTreeSet::default(),
            still: BTreeSet::default(),
            view: None,
            server: None,
            served_once: false,
        }
    }

    /// The shard it tells of.
    pub fn story(&self) -> ShardId {
        self.story
    }

    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin a new history.
    pub fn read(&mut self, facts: &[Record<Note>]) {
        if facts.len() < self.read {
            *self = History::new(self.story);
        }
        for fact in &facts[self.read..] {
            match &fact.what {
                What::Fault(fault) => self.fault(fact, *fault),
                What::Note(note) => self.note(fact, note),
            }
        }
        self.read = facts.len();
        self.pages.read(facts);
    }

    /// What became of the locks' documents.
    pub fn pages(&self) -> &Pages {
        &self.pages
    }

    /// What a window shows, with the grants of one lock.
    pub fn slice(&self, window: Window, lock: LockId) -> Slice {
        Slice {
            window,
            bands: self.bands.iter().filter(|b| window.shows(b.from, b.to)).cloned().collect(),
            outages: self.outages.iter().filter(|o| window.shows(o.from, o.to)).copied().collect(),
            leaderships: self.leaderships.iter().filter(|r| window.shows(r.from, r.to)).cloned().collect(),
            grants: self.grants.iter().filter(|g| g.lock == lock && window.shows(g.from, g.to)).cloned().collect(),
            marks: self.marks.iter().filter(|m| window.shows(m.at, Some(m.at))).cloned().collect(),
        }
    }

    fn fault(&mut self, fact: &Record<Note>, fault: Fault) {
        let at = fact.at;
        match fault {
            Fault::Kill(pid) => {
                self.goes_down(pid, at);
                self.mark(fact, Sign::Killed(pid));
            }
            Fault::Wipe(pid) => {
                self.goes_down(pid, at);
                self.mark(fact, Sign::Wiped(pid));
            }
            Fault::Revive(pid) => {
                self.down.remove(&pid);
                self.mark(fact, Sign::Revived(pid));
            }
            Fault::Join(pid) => {
                self.down.remove(&pid);
                self.mark(fact, Sign::Joins(pid));
            }
            Fault::Leave(pid) => self.mark(fact, Sign::Leaves(pid)),
            Fault::Proceed(pid) => self.mark(fact, Sign::Salvages(pid)),
            Fault::Freeze(pid) => {
                self.still.insert(pid);
                self.falls_silent(pid, at);
                if let Some(grant) = self.held_by(pid) {
                    grant.frozen.push(Outage { from: at, to: None });
                }
                self.mark(fact, Sign::Frozen(pid));
            }
            Fault::Thaw(pid) => {
                self.still.remove(&pid);
                self.thaws(pid, at);
                self.mark(fact, Sign::Thawed(pid));
            }
            Fault::Slow(pid, _) => self.mark(fact, Sign::Slowed(pid)),
            Fault::Drift(pid, _) => self.mark(fact, Sign::Drifts(pid)),
            Fault::Cut(a, b) => self.mark(fact, Sign::Cut(a, Some(b))),
            Fault::Heal(a, b) => self.mark(fact, Sign::Healed(a, Some(b))),
        }
    }

    /// What a client holds, as far as the lock service has said.
    fn held_by(&mut self, client: Pid) -> Option<&mut Grant> {
        self.grants.iter_mut().rev().find(|g| g.client == client && g.to.is_none())
    }

    fn goes_down(&mut self, pid: Pid, at: Time) {
        self.down.insert(pid);
        self.still.remove(&pid);
        self.falls_silent(pid, at);
        if let Some(grant) = self.held_by(pid) {
            close(&mut grant.frozen, at);
        }
        if self.server == Some(pid) {
            self.server = None;
        }
    }

    /// The latest leader of the coordinators leads no more; `who`: only if it is this one.
    fn reign_ends(&mut self, who: Option<Pid>, at: Time) {
        if let Some(leadership) = self.leaderships.last_mut().filter(|it| it.to.is_none() && who.is_none_or(|who| who == it.leader)) {
            leadership.to = Some(at);
        }
    }

    /// Whoever served the shard or led the coordinators does so no more.
    fn falls_silent(&mut self, pid: Pid, at: Time) {
        self.reign_ends(Some(pid), at);
        if let Some(band) = self.bands.last_mut().filter(|b| b.primary == pid && b.to.is_none()) {
            band.to = Some(at);
        }
        if self.server == Some(pid) && self.outages.last().is_none_or(|o| o.to.is_some()) {
            self.outages.push(Outage { from: at, to: None });
        }
    }

    fn thaws(&mut self, pid: Pid, at: Time) {
        // Nobody was elected since: it goes on.
        if let Some(leadership) = self.leaderships.last_mut().filter(|it| it.leader == pid && it.to.is_some()) {
            let again = Leadership { from: at, to: None, ..leadership.clone() };
            self.leaderships.push(again);
        }
        // Still the primary of the latest view, as far as anybody decided: its band goes on.
        if let Some((no, Some(primary))) = self.view
            && primary == pid
        {
            self.begin_band(no, pid, at);
        }
        if self.server == Some(pid) {
            close(&mut self.outages, at);
        }
        if let Some(grant) = self.grants.iter_mut().rev().find(|g| g.client == pid) {
            close(&mut grant.frozen, at);
        }
    }

    fn note(&mut self, fact: &Record<Note>, note: &Note) {
        let (at, who) = (fact.at, fact.who);
        match note {
            Note::Control(note) => match note {
                ControlNote::Suspected { node, .. } => self.mark(fact, Sign::Suspected(who, *node)),
                ControlNote::Returned { node, .. } => self.mark(fact, Sign::Returned(*node)),
                ControlNote::RingChanged { node, why: RingWhy::Out, .. } => self.mark(fact, Sign::Out(*node)),
                ControlNote::Left { node } => self.mark(fact, Sign::Left(*node)),
                ControlNote::Elected { term } => {
                    self.reign_ends(None, at);
                    self.leaderships.push(Leadership { term: *term, leader: who, from: at, to: None });
                    self.mark(fact, Sign::Elected(*term, who));
                }
                ControlNote::SteppedDown { .. } => self.reign_ends(Some(who), at),
                ControlNote::Stands { .. }
                | ControlNote::Voted { .. }
                | ControlNote::Decided { .. }
                | ControlNote::DecisionsCut { .. }
                | ControlNote::StateTaken { .. }
                | ControlNote::Readmitted { .. }
                | ControlNote::RingChanged { .. } => {}
            },
            Note::Shard(note) => match note {
                ShardNote::ViewChanged { shard, view, why } if *shard == self.story => {
                    let before = self.view.and_then(|(_, primary)| primary);
                    self.view = Some((view.no, view.primary));
                    if let Some(band) = self.bands.last_mut().filter(|b| b.to.is_none()) {
                        band.to = Some(at);
                    }
                    if matches!(why, ViewWhy::HandedOver) {
                        // Requests wait for the new primary: nobody is turned away.
                        self.server = view.primary;
                    } else if before != view.primary || matches!(why, ViewWhy::Promotion) {
                        self.stops(at);
                    }
                    if let Some(primary) = view.primary {
                        self.begin_band(view.no, primary, at);
                        if matches!(why, ViewWhy::Promotion | ViewWhy::BetterLog | ViewWhy::Salvaged | ViewWhy::HandedOver) {
                            self.mark(fact, Sign::Promoted(view.no, primary));
                        }
                    }
                }
                ShardNote::Serving { shard, view } if *shard == self.story => {
                    if self.view.is_none_or(|(no, _)| no < *view) {
                        self.view = Some((*view, Some(who)));
                    }
                    self.server = Some(who);
                    self.served_once = true;
                    close(&mut self.outages, at);
                    if self.bands.last().is_none_or(|b| b.to.is_some()) {
                        self.begin_band(*view, who, at);
                    }
                }
                ShardNote::Stopped { shard, .. } if *shard == self.story && self.server == Some(who) => self.stops(at),
                ShardNote::WritesLost { shard, lost, .. } => self.mark(fact, Sign::Lost(shard.0, *lost)),
                ShardNote::ViewChanged { .. }
                | ShardNote::Serving { .. }
                | ShardNote::Stopped { .. }
                | ShardNote::Appended { .. }
                | ShardNote::Committed { .. }
                | ShardNote::Truncated { .. }
                | ShardNote::Trimmed { .. }
                | ShardNote::Applied { .. }
                | ShardNote::ReadServed { .. }
                | ShardNote::AnsweredAgain { .. }
                | ShardNote::StaleView { .. }
                | ShardNote::LearnerReady { .. }
                | ShardNote::Acknowledged { .. }
                | ShardNote::Refused { .. }
                | ShardNote::SnapshotSent { .. }
                | ShardNote::SnapshotTaken { .. }
                | ShardNote::Yielded { .. }
                | ShardNote::Dropped { .. } => {}
            },
            Note::Client(_) => {}
            Note::Lock(note) => match note {
                LockNote::Granted { session, lock, token } => {
                    if let Some(grant) = self.grants.iter_mut().rev().find(|g| g.lock == *lock) {
                        grant.to = grant.to.or(Some(at));
                        close(&mut grant.frozen, at);
                    }
                    let mut frozen = Vec::new();
                    if self.still.contains(&session.client) {
                        frozen.push(Outage { from: at, to: None });
                    }
                    self.grants.push(Grant { lock: *lock, token: *token, client: session.client, from: at, to: None, frozen });
                }
                LockNote::Released { token, .. }
                | LockNote::SessionEnded { held: Some(token), .. }
                | LockNote::Cancelled { held: Some(token), .. } => {
                    if let Some(grant) = self.grants.iter_mut().rev().find(|g| g.token == *token && g.to.is_none()) {
                        grant.to = Some(at);
                        close(&mut grant.frozen, at);
                    }
                }
                LockNote::SessionEnded { held: None, .. }
                | LockNote::Queued { .. }
                | LockNote::HoldBegins { .. }
                | LockNote::GrantTooLate { .. }
                | LockNote::Cancelled { held: None, .. }
                | LockNote::HoldEnds { .. }
                | LockNote::FencedWrite { .. }
                | LockNote::FenceRefused { .. } => {}
            },
        }
    }

    fn stops(&mut self, at: Time) {
        self.server = None;
        // Before it was served for the first time, there is nothing to miss.
        if self.served_once && self.outages.last().is_none_or(|o| o.to.is_some()) {
            self.outages.push(Outage { from: at, to: None });
        }
    }

    fn begin_band(&mut self, view: ViewNo, primary: Pid, at: Time) {
        if !self.down.contains(&primary) && !self.still.contains(&primary) {
            self.bands.push(Band { view, primary, from: at, to: None });
        }
    }

    /// Puts a mark, unless it says what the last one of the same instant says already.
    fn mark(&mut self, fact: &Record<Note>, sign: Sign) {
        if let Some(last) = self.marks.last_mut().filter(|last| last.at == fact.at)
            && let Some(both) = together(last.sign, sign)
        {
            last.sign = both;
            return;
        }
        self.marks.push(Mark { seq: fact.seq, at: fact.at, sign });
    }
}

/// One sign for two of the same instant, if one will do: the two directions of a cut, or all the cuts of one process.
fn together(a: Sign, b: Sign) -> Option<Sign> {
    let pair = |a1: Pid, a2: Option<Pid>, b1: Pid, b2: Option<Pid>| -> Option<(Pid, Option<Pid>)> {
        let Some(second) = a2 else {
            return (a1 == b1 || b2 == Some(a1)).then_some((a1, None));
        };
        if (b1, b2) == (second, Some(a1)) || (b1, b2) == (a1, Some(second)) {
            return Some((a1, Some(second)));
        }
        [a1, second].into_iter().find(|&x| x == b1 || b2 == Some(x)).map(|common| (common, None))
    };
    match (a, b) {
        (Sign::Cut(a1, a2), Sign::Cut(b1, b2)) => pair(a1, a2, b1, b2).map(|(x, y)| Sign::Cut(x, y)),
        (Sign::Healed(a1, a2), Sign::Healed(b1, b2)) => pair(a1, a2, b1, b2).map(|(x, y)| Sign::Healed(x, y)),
        (one, other) => (one == other).then_some(one),
    }
}

fn close(spans: &mut [Outage], at: Time) {
    if let Some(open) = spans.last_mut().filter(|span| span.to.is_none()) {
        open.to = Some(at);
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
