//! One run that can be steered. The page and the headless binary know only this. Everything to be seen is a function of (recipe, actions, now). A session always stands at the *end* of an instant:
//! all its events are handled and all its actions done, however it got there.

pub mod action;
pub mod bill;
mod branch;
pub mod cases;
pub mod chaos;
pub mod doubt;
pub mod export;
pub mod lens;
mod limits;
pub mod link;
mod link_error;
pub mod load;
mod moment;
pub mod nemesis;
pub mod playback;
pub mod recipe;
pub mod scenario;
pub mod script;
pub mod siege;
mod timeline;
pub mod told;
pub mod why;

use std::cell::RefCell;
use std::rc::Rc;

use crate::cluster::Cluster;
use crate::cluster::Facts;
use crate::cluster::note::Note;
use crate::cluster::observe::view::{ClusterView, Flight};
use crate::cluster::property::{Broken, Promise};
use crate::cluster::setup::Setup;
use crate::cluster::setup::name::Kind;
use crate::session::action::{Action, Refusal};
use crate::session::branch::Branches;
use crate::session::link::{LIMITS, Opened};
use crate::session::moment::{Journal, Moment};
use crate::session::timeline::Timeline;
use crate::sim::id::Seq;
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// How far one step goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepUnit {
    /// All events of the next (or previous) instant that has any.
    Event,
    /// To the next (or previous) headline fact or fault.
    Fact,
}

/// A steerable run.
#[derive(Debug)]
pub struct Session {
    setup: Rc<Setup>,
    /// This branch's actions in order. Those up to now are done.
    actions: Vec<(Time, Action)>,
    moment: Moment,
    timeline: Timeline,
    journal: Journal,
    horizon: Time,
    /// Where the journal was full: the run ends there.
    full_at: Option<Time>,
    branches: Branches,
    revision: u64,
    /// The picture last asked for, with the revision and instant it shows.
    picture: RefCell<Option<(u64, Time, Rc<ClusterView>)>>,
}

/// Whether a fact step stops at this fact.
pub fn is_stop(record: &Record<Note>) -> bool {
    match &record.what {
        What::Fault(_) => true,
        What::Note(note) => note.is_headline(),
    }
}

impl Session {
    /// A fresh run, at time zero.
    pub fn new(setup: Setup) -> Session {
        Session::begin(setup, Vec::new(), false)
    }

    /// A fresh run that keeps no checkpoints: faster, and every way back is a run from the beginning.
    pub fn sparse(setup: Setup) -> Session {
        Session::begin(setup, Vec::new(), true)
    }

    /// The run of a link, at the link's instant.
    pub fn open(opened: Opened) -> Session {
        let mut session = Session::begin(opened.setup, opened.actions, false);
        session.seek(opened.at);
        session
    }

    fn begin(setup: Setup, actions: Vec<(Time, Action)>, sparse: bool) -> Session {
        let setup = Rc::new(setup);
        let mut moment = Moment::new(&setup);
        let mut journal = Journal::default();
        moment.run_through(Time::ZERO, &actions, &mut journal);
        Session {
            setup,
            actions,
            timeline: Timeline::new(moment.clone(), sparse),
            moment,
            journal,
            horizon: Time::ZERO,
            full_at: None,
            branches: Branches::default(),
            revision: 0,
            picture: RefCell::new(None),
        }
    }

    /// The recipe.
    pub fn setup(&self) -> &Rc<Setup> {
        &self.setup
    }

    /// All that a link carries: recipe, this branch's actions, now.
    pub fn recipe(&self) -> Opened {
        self.recipe_at(self.now())
    }

    fn recipe_at(&self, at: Time) -> Opened {
        Opened { setup: (*self.setup).clone(), actions: self.actions.clone(), at, ..Opened::default() }
    }

    /// The only door for an action. In the past it opens a new branch and keeps the old one. Err: nothing changed, and why.
    pub fn dispatch(&mut self, action: Action) -> Result<(), Refusal> {
        self.admits(action)?;
        let (now, done) = (self.now(), self.moment.done);
        if now < self.horizon || done < self.actions.len() {
            self.branches.leave(link::print(&self.recipe_at(self.horizon)));
            self.actions.truncate(done);
            self.journal.truncate(self.moment.cluster.next_seq(), done);
            self.timeline.truncate(now);
            self.full_at = None;
            self.horizon = now;
        }
        self.actions.push((now, action));
        self.moment.act(action, &mut self.journal);
        self.mark_full();
        self.revision += 1;
        Ok(())
    }

    /// Ends the run here if the journal is full. A question about the state alone, so that every replay ends here, too.
    fn mark_full(&mut self) -> bool {
        let full = self.moment.cluster.next_seq() >= LIMITS.facts;
        if full {
            self.full_at = Some(self.now());
        }
        full
    }

    /// Whether `action` could be dispatched now.
    pub fn admits(&self, action: Action) -> Result<(), Refusal> {
        self.moment.effective(action)?;
        match self.moment.done {
            done if done >= LIMITS.actions || self.link_is_full() => Err(Refusal::TooMany(done)),
            _ => Ok(()),
        }
    }

    /// Whether another action might make the link longer than a link may be.
    fn link_is_full(&self) -> bool {
        /// Longer than any action with its instant and comma.
        const ACTION: usize = 32;
        /// Longer than a link without actions and without the page's keys.
        const REST: usize = 320;
        let room = LIMITS.link - LIMITS.page - REST;
        let done = &self.actions[..self.moment.done];
        if (done.len() + 1) * ACTION <= room {
            return false;
        }
        done.iter().map(|&(at, action)| link::print_action(at, action).len() + 1).sum::<usize>() + ACTION > room
    }

    /// Lets `span` of simulated time pass, at most about `budget` events: it stops only between instants. Returns the
    /// span that really passed. `advance(a + b)` equals `advance(a); advance(b)`.
    pub fn advance(&mut self, span: Span, budget: u32) -> Span {
        let from = self.now();
        let facts = self.moment.cluster.next_seq();
        self.run(from + span, u64::from(budget));
        if self.moment.cluster.next_seq() != facts {
            self.revision += 1;
        }
        self.now().since(from)
    }

    /// Runs to the end of instant `to`, unless the budget or a limit binds earlier.
    fn run(&mut self, to: Time, budget: u64) {
        let to = to.min(self.limit());
        let last_event = self.events().saturating_add(budget);
        while let Some(next) = self.moment.next_at(&self.actions).filter(|&next| next <= to) {
            if self.events() >= last_event {
                return;
            }
            self.moment.run_through(next, &self.actions, &mut self.journal);
            self.timeline.offer(&self.moment);
            self.horizon = self.horizon.max(next);
            if self.mark_full() {
                return;
            }
        }
        self.moment.run_through(to, &self.actions, &mut self.journal);
        self.horizon = self.horizon.max(to);
    }

    /// One step forwards. False at the end of the run (the limit). A fact step that finds no fact within a minute of
    /// simulated time stops there.
    pub fn step(&mut self, unit: StepUnit) -> bool {
        let (from, limit) = (self.now(), self.limit());
        let furthest = match unit {
            StepUnit::Event => limit,
            StepUnit::Fact => limit.min(from + Span(LIMITS.fact_step)),
        };
        loop {
            let facts = self.moment.cluster.next_seq() as usize;
            // In a world in which nothing will ever happen again there is no step.
            let Some(next) = self.moment.next_at(&self.actions) else { break };
            self.run(next.min(furthest), u64::MAX);
            let found = match unit {
                StepUnit::Event => true,
                StepUnit::Fact => self.facts()[facts..].iter().any(is_stop),
            };
            if found || self.now() >= furthest.min(self.limit()) {
                break;
            }
        }
        self.revision += 1;
        self.now() > from
    }

    /// One step back. False at the beginning.
    pub fn step_back(&mut self, unit: StepUnit) -> bool {
        let now = self.now();
        if now == Time::ZERO {
            return false;
        }
        match unit {
            StepUnit::Event => {
                self.moment = self.timeline.latest(|at| at < now).clone();
                while let Some(next) = self.moment.next_at(&self.actions).filter(|&next| next < now) {
                    self.moment.run_through(next, &self.actions, &mut self.journal);
                }
                self.revision += 1;
            }
            StepUnit::Fact => {
                let before = self.facts().iter().rev().find(|&fact| fact.at < now && is_stop(fact));
                self.seek(before.map_or(Time::ZERO, |fact| fact.at));
            }
        }
        true
    }

    /// To any instant up to `limit()`.
    pub fn seek(&mut self, to: Time) {
        let to = to.min(self.limit());
        let near = self.timeline.latest(|at| at <= to);
        // Going on from here beats a checkpoint that lies before.
        if to < self.now() || near.now() > self.now() {
            self.moment = near.clone();
        }
        self.run(to, u64::MAX);
        self.revision += 1;
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.moment.now()
    }

    /// The latest instant this branch has seen: the journal reaches to here.
    pub fn horizon(&self) -> Time {
        self.horizon
    }

    /// The last instant a run may reach: 30 minutes, or where the journal was full. The page says so when it binds.
    pub fn limit(&self) -> Time {
        self.full_at.unwrap_or(LIMITS.run)
    }

    /// Whether it is the full journal that ends the run at `limit()`.
    pub fn is_full(&self) -> bool {
        self.full_at.is_some()
    }

    /// Whether it goes on no more: its journal is full, or its time is over.
    pub fn is_over(&self) -> bool {
        self.is_full() || self.now() >= self.limit()
    }

    /// Changes whenever anything but messages' places has changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The picture of now; built once however often it is asked for.
    pub fn view(&self) -> Rc<ClusterView> {
        let key = (self.revision, self.now());
        let mut picture = self.picture.borrow_mut();
        if let Some((revision, now, view)) = &*picture
            && (*revision, *now) == key
        {
            return view.clone();
        }
        let view = Rc::new(self.moment.cluster.view());
        *picture = Some((key.0, key.1, view.clone()));
        view
    }

    /// The nodes that are there now, as bits: bit 0 is A.
    pub fn nodes(&self) -> u8 {
        let there = |&(_, pid): &(u8, _)| self.moment.cluster.is_there(pid);
        (0..).zip(self.setup.roster.of(Kind::Node)).filter(there).fold(0, |bits, (n, _)| bits | 1 << n)
    }

    /// The cluster as it is now.
    pub fn cluster(&self) -> &Cluster {
        &self.moment.cluster
    }

    /// Messages under way now, into `out` (cleared first).
    pub fn flights(&self, out: &mut Vec<Flight>) {
        self.moment.cluster.flights(out);
    }

    /// Facts up to now, oldest first. (Bounded: `link::LIMITS`.)
    pub fn facts(&self) -> &[Record<Note>] {
        &self.journal.facts[..self.moment.cluster.next_seq() as usize]
    }

    /// All facts up to the horizon: the future that is known is drawn faintly.
    pub fn known(&self) -> &Facts {
        &self.journal.facts
    }

    /// The latest headline fact or fault up to now.
    pub fn headline(&self) -> Option<&Record<Note>> {
        self.facts().iter().rev().find(|record| is_stop(record))
    }

    /// The action that made this fact, if one did: `isolate C` makes dozens of faults.
    pub fn action_of(&self, fact: Seq) -> Option<(Time, Action)> {
        self.actions.get(self.journal.action_of(fact.0)?).copied()
    }

    /// What the failures up to now have cost.
    pub fn bill(&self) -> bill::Bill {
        self.moment.bill.bill(self.now(), &self.moment.promises, &self.moment.cluster)
    }

    /// The promises up to now.
    pub fn promises(&self) -> [(Promise, Option<Broken>); Promise::COUNT] {
        self.moment.promises.states()
    }

    /// The run so far as a link fragment (no `#`): recipe, rules, actions, instant.
    pub fn link(&self) -> String {
        link::print(&self.recipe())
    }

    /// The state's digest now.
    pub fn digest(&self) -> u64 {
        self.moment.cluster.digest()
    }

    /// Events handled up to now.
    pub fn events(&self) -> u64 {
        self.moment.cluster.events()
    }

    /// The actions of this branch, with their instants.
    pub fn actions(&self) -> &[(Time, Action)] {
        &self.actions
    }

    /// The actions up to now that changed nothing: a link's need not fit its run, and none of them leaves the link for it. In
    /// order, numbered from 1, with their instants and the reason.
    pub fn refused(&self) -> impl Iterator<Item = (usize, Time, Action, &Refusal)> {
        let told = |(no, why): (usize, _)| (no + 1, self.actions[no].0, self.actions[no].1, why);
        self.journal.refused(self.moment.done).map(told)
    }

    /// Links of branches that were left, oldest first; at most 16.
    pub fn left_branches(&self) -> &[String] {
        self.branches.links()
    }

    /// How many checkpoints are kept.
    pub fn checkpoints(&self) -> usize {
        self.timeline.len()
    }
}
