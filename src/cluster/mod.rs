//! The subjects put together: one running cluster. STUB bodies: being written.
pub mod config;
pub mod name;
pub mod note;
pub mod property;
pub mod rules;
pub mod setup;
pub mod view;

use crate::cluster::note::Note;
use crate::cluster::setup::Setup;
use crate::cluster::view::{ClusterView, Flight};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::Record;
use crate::sim::time::Time;
use std::rc::Rc;

/// A running cluster. Cloning is cheap: what has not changed since is shared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cluster {
    setup: Rc<Setup>,
}

/// Facts, in order.
pub type Facts = Vec<Record<Note>>;

impl Cluster {
    /// A cluster at time zero, every process booting.
    pub fn new(setup: Rc<Setup>) -> Cluster {
        Cluster { setup }
    }
    /// Its recipe.
    pub fn setup(&self) -> &Rc<Setup> {
        &self.setup
    }
    /// The world's clock.
    pub fn now(&self) -> Time {
        todo!()
    }
    /// When the next event happens (there always is one while anything runs).
    pub fn next_at(&self) -> Option<Time> {
        todo!()
    }
    /// Events handled since the beginning.
    pub fn events(&self) -> u64 {
        todo!()
    }
    /// Handles the next event and appends its facts to `out`. Their `seq` goes on from this cluster's own count, so a
    /// clone that replays numbers them alike. False when there is none.
    pub fn step(&mut self, _out: &mut Facts) -> bool {
        todo!()
    }
    /// Moves the clock on to `to`, which no pending event may precede.
    pub fn idle_until(&mut self, _to: Time) {
        todo!()
    }
    /// Lets a hand interfere, now. What it does is a record in `out`; harmless where it changes nothing.
    pub fn inject(&mut self, _fault: Fault, _out: &mut Facts) {
        todo!()
    }
    /// Whether `fault` would change anything now: `Err` gives the reason why not.
    pub fn admits(&self, _fault: Fault) -> Result<(), NoEffect> {
        todo!()
    }
    /// The picture of this instant.
    pub fn view(&self) -> ClusterView {
        todo!()
    }
    /// Every message under way, in the order of (arrival, sequence), into `out` (cleared first).
    pub fn flights(&self, _out: &mut Vec<Flight>) {
        todo!()
    }
    /// A digest of the whole state: the same natively and in wasm.
    pub fn digest(&self) -> u64 {
        todo!()
    }
    /// Facts noted so far: the `seq` of the next one.
    pub fn next_seq(&self) -> u64 {
        todo!()
    }
    #[doc(hidden)]
    pub fn _pid(&self) -> Option<Pid> {
        None
    }
}

/// Why a hand's wish would change nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoEffect {
    /// It does not run.
    Down,
    /// It runs already.
    Up,
    /// It stands still already.
    Frozen,
    /// It does not stand still.
    NotFrozen,
    /// The link is cut already.
    Cut,
    /// The link is whole.
    Whole,
    /// It has this speed or drift already.
    Same,
}
