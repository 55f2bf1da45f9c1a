//! The time bar as data: the history of one shard, of the lock and of the faults, read off the journal, and where an
//! instant stands on the bar. Integers, but for the last step from an instant to a place.

use std::collections::BTreeSet;

use crate::cluster::note::{Note, ViewWhy};
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::view::{ShardId, ViewNo};
pub use crate::scene::sign::Sign;
use crate::scene::sign::together;
use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// How much time the bar shows at once.
pub const LENGTH: Span = Span::secs(14);
/// From one label of the axis to the next.
pub const TICK: Span = Span::secs(2);

/// The part of the run that the bar shows. It stands still while now lies well inside, so that a hand can scrub in it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Window {
    /// Its beginning; a multiple of `TICK`.
    pub from: Time,
}

impl Window {
    /// The window's end.
    pub fn to(self) -> Time {
        self.from + LENGTH
    }

    /// The window to show once it is `now`: this one if now is comfortably inside, else one in which it is.
    #[must_use]
    pub fn follow(self, now: Time) -> Window {
        let early = now < self.from;
        let late = now + Span::secs(1) > self.to();
        if !early && !late {
            return self;
        }
        // Coming from the left, room behind now; coming from the right, room before it.
        let behind = if early { Span::secs(4) } else { Span::secs(10) };
        let from = (now - behind).0 / TICK.0 * TICK.0;
        Window { from: Time(from) }
    }

    /// Where an instant stands: 0 at the beginning, 1 at the end, beyond them outside.
    pub fn place(self, at: Time) -> f64 {
        (at.0 as f64 - self.from.0 as f64) / LENGTH.0 as f64
    }

    /// The instant at a place, to the millisecond, within the window.
    pub fn instant(self, place: f64) -> Time {
        let micros = place.clamp(0.0, 1.0) * LENGTH.0 as f64;
        Time(self.from.0 + (micros / 1_000.0).round() as u64 * 1_000)
    }

    /// The instants that the axis names.
    pub fn ticks(self) -> impl Iterator<Item = Time> {
        (0..=LENGTH.0 / TICK.0).map(move |i| Time(self.from.0 + i * TICK.0))
    }

    fn shows(self, from: Time, to: Option<Time>) -> bool {
        from <= self.to() && to.is_none_or(|to| to >= self.from)
    }
}

/// A view of the shard while its primary ran.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    /// The view.
    pub view: ViewNo,
    /// Its primary.
    pub primary: Pid,
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
}

/// A time in which nobody served the shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
}

/// A grant of the lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// Its token.
    pub token: FencingToken,
    /// To whom.
    pub client: Pid,
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
    /// When the holder stood still.
    pub frozen: Vec<Outage>,
}

/// A mark on the bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The fact it stands for; of several in one instant, the first.
    pub seq: Seq,
    /// When.
    pub at: Time,
    /// What.
    pub sign: Sign,
}

/// What a window shows.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Slice {
    /// The window.
    pub window: Window,
    /// Views, in order.
    pub bands: Vec<Band>,
    /// Outages, in order.
    pub outages: Vec<Outage>,
    /// Grants, in order.
    pub grants: Vec<Grant>,
    /// Marks, in order.
    pub marks: Vec<Mark>,
}

/// The history of one shard, of the lock and of the faults; reads each fact once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    story: ShardId,
    read: usize,
    bands: Vec<Band>,
    outages: Vec<Outage>,
    grants: Vec<Grant>,
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
            grants: Vec::new(),
            marks: Vec::new(),
            down: BTreeSet::new(),
            still: BTreeSet::new(),
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
    }

    /// What a window shows.
    pub fn slice(&self, window: Window) -> Slice {
        Slice {
            window,
            bands: self.bands.iter().filter(|b| window.shows(b.from, b.to)).cloned().collect(),
            outages: self.outages.iter().filter(|o| window.shows(o.from, o.to)).copied().collect(),
            grants: self.grants.iter().filter(|g| window.shows(g.from, g.to)).cloned().collect(),
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
            Fault::Freeze(pid) => {
                self.still.insert(pid);
                self.falls_silent(pid, at);
                if let Some(grant) = self.grants.last_mut().filter(|g| g.client == pid && g.to.is_none()) {
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

    fn goes_down(&mut self, pid: Pid, at: Time) {
        self.down.insert(pid);
        self.still.remove(&pid);
        self.falls_silent(pid, at);
        if let Some(grant) = self.grants.last_mut().filter(|g| g.client == pid && g.to.is_none()) {
            close(&mut grant.frozen, at);
        }
        if self.server == Some(pid) {
            self.server = None;
        }
    }

    /// Whoever served the shard does so no more.
    fn falls_silent(&mut self, pid: Pid, at: Time) {
        if let Some(band) = self.bands.last_mut().filter(|b| b.primary == pid && b.to.is_none()) {
            band.to = Some(at);
        }
        if self.server == Some(pid) && self.outages.last().is_none_or(|o| o.to.is_some()) {
            self.outages.push(Outage { from: at, to: None });
        }
    }

    fn thaws(&mut self, pid: Pid, at: Time) {
        // Still the primary of the latest view, as far as anybody decided: its band goes on.
        if let Some((no, Some(primary))) = self.view
            && primary == pid
        {
            self.begin_band(no, pid, at);
        }
        if self.server == Some(pid) {
            close(&mut self.outages, at);
        }
        if let Some(grant) = self.grants.last_mut().filter(|g| g.client == pid) {
            close(&mut grant.frozen, at);
        }
    }

    fn note(&mut self, fact: &Record<Note>, note: &Note) {
        let (at, who) = (fact.at, fact.who);
        match note {
            Note::Suspected { node, .. } => self.mark(fact, Sign::Suspected(who, *node)),
            Note::Returned { node, .. } => self.mark(fact, Sign::Returned(*node)),
            Note::ViewChanged { shard, view, why } if *shard == self.story => {
                let before = self.view.and_then(|(_, primary)| primary);
                self.view = Some((view.no, view.primary));
                if let Some(band) = self.bands.last_mut().filter(|b| b.to.is_none()) {
                    band.to = Some(at);
                }
                if before != view.primary || matches!(why, ViewWhy::Promotion) {
                    self.stops(at);
                }
                if let Some(primary) = view.primary {
                    self.begin_band(view.no, primary, at);
                    if matches!(why, ViewWhy::Promotion) {
                        self.mark(fact, Sign::Promoted(view.no, primary));
                    }
                }
            }
            Note::Serving { shard, view } if *shard == self.story => {
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
            Note::Stopped { shard, .. } if *shard == self.story && self.server == Some(who) => self.stops(at),
            Note::LockGranted { session, token } => {
                if let Some(grant) = self.grants.last_mut() {
                    grant.to = grant.to.or(Some(at));
                    close(&mut grant.frozen, at);
                }
                let mut frozen = Vec::new();
                if self.still.contains(&session.client) {
                    frozen.push(Outage { from: at, to: None });
                }
                self.grants.push(Grant { token: *token, client: session.client, from: at, to: None, frozen });
            }
            Note::LockReleased { token, .. } | Note::SessionEnded { held: Some(token), .. } => {
                if let Some(grant) = self.grants.iter_mut().rev().find(|g| g.token == *token && g.to.is_none()) {
                    grant.to = Some(at);
                    close(&mut grant.frozen, at);
                }
            }
            Note::ViewChanged { .. }
            | Note::Serving { .. }
            | Note::Stopped { .. }
            | Note::SessionEnded { held: None, .. }
            | Note::Appended { .. }
            | Note::Committed { .. }
            | Note::Truncated { .. }
            | Note::StaleView { .. }
            | Note::LearnerReady { .. }
            | Note::Acknowledged { .. }
            | Note::Refused { .. }
            | Note::Answered { .. }
            | Note::Retried { .. }
            | Note::LockQueued { .. }
            | Note::HoldBegins { .. }
            | Note::HoldEnds { .. }
            | Note::FencedWrite { .. }
            | Note::FenceRefused { .. } => {}
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

fn close(spans: &mut [Outage], at: Time) {
    if let Some(open) = spans.last_mut().filter(|span| span.to.is_none()) {
        open.to = Some(at);
    }
}

#[cfg(test)]
#[path = "timebar_tests.rs"]
mod tests;
