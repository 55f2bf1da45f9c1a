//! One instant of a run, always its end: all its events handled, all its actions done.

use std::rc::Rc;

use crate::cluster::note::Note;
use crate::cluster::property::Promises;
use crate::cluster::setup::Setup;
use crate::cluster::{Cluster, Facts};
use crate::session::action::Action;
use crate::session::bill::Fold;
use crate::sim::journal::Record;
use crate::sim::time::Time;

/// The state of a run at the end of an instant: a function of (recipe, actions, instant), however it was reached.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) cluster: Cluster,
    pub(super) promises: Promises,
    pub(super) bill: Fold,
    /// How many of the branch's actions are done.
    pub(super) done: usize,
}

impl Moment {
    /// The beginning: the events of instant zero are handled, too.
    pub(super) fn new(setup: &Rc<Setup>) -> Moment {
        let cluster = Cluster::new(setup.clone());
        Moment { promises: Promises::under(setup.config.ack), bill: Fold::new(setup.roster), cluster, done: 0 }
    }

    /// The instant.
    pub(super) fn now(&self) -> Time {
        self.cluster.now()
    }

    /// The next instant at which anything happens: an event, or one of `actions` that is not done yet.
    pub(super) fn next_at(&self, actions: &[(Time, Action)]) -> Option<Time> {
        let action = actions.get(self.done).map(|&(at, _)| at);
        [self.cluster.next_at(), action].into_iter().flatten().min()
    }

    /// Lets everything happen that is due at `at` or earlier. Facts go to the end of `known`, unless it has them already.
    pub(super) fn run_through(&mut self, at: Time, actions: &[(Time, Action)], known: &mut Journal) {
        self.settle(at, known);
        while let Some(&(_, action)) = actions.get(self.done).filter(|&&(when, _)| when <= at) {
            self.act(action, known);
        }
    }

    /// Does one action now, and all that follows from it at once.
    pub(super) fn act(&mut self, action: Action, known: &mut Journal) {
        let first = self.cluster.next_seq();
        // An action of a link need not fit the run any more: what would change nothing is left out.
        for fault in action.faults(&self.cluster.setup().roster).into_iter().flatten() {
            if self.cluster.admits(fault).is_ok() {
                self.note(known, |cluster, out| cluster.inject(fault, out));
            }
        }
        known.hand(self.done, first, self.cluster.next_seq());
        self.done += 1;
        self.settle(self.now(), known);
    }

    /// Handles every event up to and at `at`, and moves the clock there.
    fn settle(&mut self, at: Time, known: &mut Journal) {
        while self.cluster.next_at().is_some_and(|next| next <= at) {
            self.note(known, |cluster, out| {
                cluster.step(out);
            });
        }
        self.cluster.idle_until(at);
    }

    /// Whatever changes the cluster passes here, so that promises and bill see every fact once.
    fn note(&mut self, known: &mut Journal, change: impl FnOnce(&mut Cluster, &mut Facts)) {
        let fresh = self.cluster.next_seq() == known.facts.len() as u64;
        let out = if fresh { &mut known.facts } else { &mut known.scratch };
        let before = out.len();
        change(&mut self.cluster, out);
        let new = &out[before..];
        self.promises.after(&self.cluster, new);
        for record in new {
            self.bill.after(record);
        }
        if !fresh {
            debug_assert!(known.has(&known.scratch), "a replay brings about other facts: {:?}", known.scratch);
            known.scratch.clear();
        }
    }
}

/// Everything that happened on this branch, up to the latest instant it has seen.
#[derive(Clone, Default, Debug)]
pub(super) struct Journal {
    pub(super) facts: Facts,
    /// For every action done so far: the first fact it made and the first after it.
    hands: Vec<(u64, u64)>,
    /// Facts of a replay, which are known already.
    scratch: Facts,
}

impl Journal {
    /// Whether it knows these facts, which lie next to each other.
    fn has(&self, facts: &[Record<Note>]) -> bool {
        facts.iter().all(|record| self.facts.get(record.seq.0 as usize) == Some(record))
    }

    fn hand(&mut self, no: usize, first: u64, end: u64) {
        if no == self.hands.len() {
            self.hands.push((first, end));
        }
        debug_assert_eq!(self.hands[no], (first, end), "a replayed action makes the same facts");
    }

    /// The action, by its number, that made fact `seq`.
    pub(super) fn hand_of(&self, seq: u64) -> Option<usize> {
        let no = self.hands.partition_point(|&(_, end)| end <= seq);
        (self.hands.get(no)?.0 <= seq).then_some(no)
    }

    /// Forgets what came after `facts` facts and `done` actions.
    pub(super) fn truncate(&mut self, facts: u64, done: usize) {
        self.facts.truncate(facts as usize);
        self.hands.truncate(done);
    }
}
