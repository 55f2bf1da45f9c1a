//! One run that can be steered. STUB bodies: being written. The page and the headless binary know only this.
use crate::cluster::Facts;
use crate::cluster::note::Note;
use crate::cluster::property::{Broken, Promise};
use crate::cluster::setup::Setup;
use crate::cluster::view::{ClusterView, Flight};
use crate::session::action::Action;
use crate::sim::journal::Record;
use crate::sim::time::{Span, Time};
use std::rc::Rc;
pub mod action;
pub mod bill;
pub mod link;

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
pub struct Session {}

impl Session {
    /// A fresh run, at time zero.
    pub fn new(_setup: Setup) -> Session {
        todo!()
    }
    /// The recipe.
    pub fn setup(&self) -> &Rc<Setup> {
        todo!()
    }
    /// The only door for a hand. In the past it opens a new branch and keeps the old one. Err: nothing changed, and why.
    pub fn dispatch(&mut self, _action: Action) -> Result<(), action::Refusal> {
        todo!()
    }
    /// Whether `action` could be dispatched now.
    pub fn admits(&self, _action: Action) -> Result<(), action::Refusal> {
        todo!()
    }
    /// Lets `span` of simulated time pass, at most `budget` events. Returns the span that really passed.
    /// `advance(a + b)` equals `advance(a); advance(b)`.
    pub fn advance(&mut self, _span: Span, _budget: u32) -> Span {
        todo!()
    }
    /// One step forwards. False at the end of the run (the limit).
    pub fn step(&mut self, _unit: StepUnit) -> bool {
        todo!()
    }
    /// One step back. False at the beginning.
    pub fn step_back(&mut self, _unit: StepUnit) -> bool {
        todo!()
    }
    /// To any instant up to `limit()`.
    pub fn seek(&mut self, _to: Time) {
        todo!()
    }
    /// Now.
    pub fn now(&self) -> Time {
        todo!()
    }
    /// The latest instant this branch has seen: the journal reaches to here.
    pub fn horizon(&self) -> Time {
        todo!()
    }
    /// The last instant a run may reach (30 minutes); the page says so when it binds.
    pub fn limit(&self) -> Time {
        todo!()
    }
    /// Changes whenever anything but messages' places has changed.
    pub fn revision(&self) -> u64 {
        todo!()
    }
    /// The picture of now; built once a revision.
    pub fn view(&self) -> Rc<ClusterView> {
        todo!()
    }
    /// Messages under way now, into `out` (cleared first).
    pub fn flights(&self, _out: &mut Vec<Flight>) {
        todo!()
    }
    /// Facts up to now, oldest first. (Bounded: `link::LIMITS`.)
    pub fn facts(&self) -> &[Record<Note>] {
        todo!()
    }
    /// All facts up to the horizon: the future that is known is drawn faintly.
    pub fn known(&self) -> &Facts {
        todo!()
    }
    /// The latest headline fact or fault up to now.
    pub fn headline(&self) -> Option<&Record<Note>> {
        todo!()
    }
    /// What the failures up to now have cost.
    pub fn bill(&self) -> bill::Bill {
        todo!()
    }
    /// The promises up to now.
    pub fn promises(&self) -> [(Promise, Option<Broken>); 5] {
        todo!()
    }
    /// The run so far as a link fragment (no `#`): recipe, rules, actions, instant.
    pub fn link(&self) -> String {
        todo!()
    }
    /// The state's digest now.
    pub fn digest(&self) -> u64 {
        todo!()
    }
    /// Events handled up to now.
    pub fn events(&self) -> u64 {
        todo!()
    }
    /// Hands' actions of this branch, with their instants.
    pub fn actions(&self) -> &[(Time, Action)] {
        todo!()
    }
    /// Links of branches that were left, oldest first; at most 16.
    pub fn left_branches(&self) -> &[String] {
        todo!()
    }
}
