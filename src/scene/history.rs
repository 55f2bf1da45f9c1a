//! The history of one shard, of the locks and of the faults, read off the journal: what the time bar is painted with.

use crate::cluster::note::{ControlNote, Note, RingWhy, ShardNote, ViewWhy};
use crate::cluster::observe::chronicle::Chronicle;
use crate::cluster::setup::name::Roster;
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::ShardId;
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
    roster: Roster,
    read: usize,
    told: Chronicle,
    bands: Vec<Band>,
    outages: Vec<Outage>,
    leaderships: Vec<Leadership>,
    grants: Vec<Grant>,
    pages: Pages,
    marks: Vec<Mark>,
}

impl History {
    /// Nothing read yet.
    pub fn new(story: ShardId, roster: Roster) -> History {
        History {
            story,
            roster,
            read: 0,
            told: Chronicle::new(roster),
            bands: Vec::new(),
            outages: Vec::new(),
            leaderships: Vec::new(),
            grants: Vec::new(),
            pages: Pages::default(),
            marks: Vec::new(),
        }
    }

    /// The shard it tells of.
    pub fn story(&self) -> ShardId {
        self.story
    }

    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin a new history.
    pub fn read(&mut self, facts: &[Record<Note>]) {
        if facts.len() < self.read {
            *self = History::new(self.story, self.roster);
        }
        for fact in &facts[self.read..] {
            self.told.after(fact);
            self.follow(fact.at);
            let sign = match &fact.what {
                What::Fault(fault) => Some(sign_of_fault(*fault)),
                What::Note(note) => self.sign(fact.who, note),
            };
            if let Some(sign) = sign {
                self.mark(fact, sign);
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
            columns: Vec::new(),
            accusations: Vec::new(),
        }
    }

    /// Ends and begins the spans that the latest fact has ended and begun.
    fn follow(&mut self, at: Time) {
        let leads = self.told.leads();
        let open = self.leaderships.last_mut().filter(|it| it.to.is_none());
        if open.as_ref().map(|it| (it.term, it.leader)) != leads {
            open.into_iter().for_each(|it| it.to = Some(at));
            self.leaderships.extend(leads.map(|(term, leader)| Leadership { term, leader, from: at, to: None }));
        }
        let primary = self.told.primary(self.story);
        let open = self.bands.last_mut().filter(|it| it.to.is_none());
        if open.as_ref().map(|it| (it.view, it.primary)) != primary {
            open.into_iter().for_each(|it| it.to = Some(at));
            self.bands.extend(primary.map(|(view, primary)| Band { view, primary, from: at, to: None }));
        }
        toggle(&mut self.outages, self.told.misses(self.story), at);
        for grant in self.grants.iter_mut().filter(|it| it.to.is_none()) {
            let held = self.told.holds().get(&grant.lock).is_some_and(|hold| hold.token == grant.token);
            grant.to = (!held).then_some(at);
            toggle(&mut grant.frozen, held && self.told.condition(grant.client).frozen.is_some(), at);
        }
        for (&lock, hold) in self.told.holds() {
            if !self.grants.iter().rev().any(|it| it.to.is_none() && it.lock == lock) {
                let mut frozen = Vec::new();
                toggle(&mut frozen, self.told.condition(hold.client).frozen.is_some(), at);
                self.grants.push(Grant { lock, token: hold.token, client: hold.client, from: at, to: None, frozen });
            }
        }
    }

    fn sign(&self, who: Pid, note: &Note) -> Option<Sign> {
        Some(match note {
            Note::Control(ControlNote::Suspected { node, .. }) => Sign::Suspected(who, *node),
            Note::Control(ControlNote::Returned { node, .. }) => Sign::Returned(*node),
            Note::Control(ControlNote::RingChanged { node, why: RingWhy::Out, .. }) => Sign::Out(*node),
            Note::Control(ControlNote::Left { node }) => Sign::Left(*node),
            Note::Control(ControlNote::Elected { term }) => Sign::Elected(*term, who),
            Note::Shard(ShardNote::ViewChanged { shard, view, why }) if *shard == self.story => match why {
                ViewWhy::Promotion | ViewWhy::BetterLog | ViewWhy::Salvaged | ViewWhy::HandedOver => Sign::Promoted(view.no, view.primary?),
                ViewWhy::NoPrimary
                | ViewWhy::Orphaned
                | ViewWhy::BackupLost
                | ViewWhy::CaughtUp
                | ViewWhy::Recruited(_)
                | ViewWhy::Resumed
                | ViewWhy::Renumbered
                | ViewWhy::Dismissed
                | ViewWhy::Cancelled => return None,
            },
            Note::Shard(ShardNote::WritesLost { shard, lost, .. }) => Sign::Lost(shard.0, *lost),
            Note::Control(_) | Note::Shard(_) | Note::Client(_) | Note::Lock(_) | Note::Belief(_) => return None,
        })
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

fn sign_of_fault(fault: Fault) -> Sign {
    match fault {
        Fault::Kill(pid) => Sign::Killed(pid),
        Fault::Wipe(pid) => Sign::Wiped(pid),
        Fault::Revive(pid) => Sign::Revived(pid),
        Fault::Join(pid) => Sign::Joins(pid),
        Fault::Leave(pid) => Sign::Leaves(pid),
        Fault::Proceed(pid) => Sign::Salvages(pid),
        Fault::Freeze(pid) => Sign::Frozen(pid),
        Fault::Thaw(pid) => Sign::Thawed(pid),
        Fault::Slow(pid, _) => Sign::Slowed(pid),
        Fault::Fail(pid, true) => Sign::Fails(pid),
        Fault::Fail(pid, false) => Sign::Serves(pid),
        Fault::Drift(pid, _) => Sign::Drifts(pid),
        Fault::Cut(a, b) => Sign::Cut(a, Some(b)),
        Fault::Heal(a, b) => Sign::Healed(a, Some(b)),
    }
}

/// Opens or closes the last span. One that ends in the instant in which it began was none.
fn toggle(spans: &mut Vec<Outage>, on: bool, at: Time) {
    match spans.last_mut().filter(|span| span.to.is_none()) {
        None if on => spans.push(Outage { from: at, to: None }),
        Some(open) if !on && open.from == at => drop(spans.pop()),
        Some(open) if !on => open.to = Some(at),
        Some(_) | None => {}
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
