//! One instant of a run, always its end: all its events handled, all its actions done.

use std::rc::Rc;

use crate::cluster::note::Note;
use crate::cluster::property::{Deadlines, Promises};
use crate::cluster::setup::Setup;
use crate::cluster::setup::deadlines::{convergence, is_light, served, turn};
use crate::cluster::setup::name::Name;
use crate::cluster::{Cluster, Facts, NoEffect};
use crate::session::action::{Action, Refusal};
use crate::session::bill::Fold;
use crate::sim::fault::Fault;
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
        let config = &setup.config;
        let passed = is_light(setup).then(|| turn(setup).scale(u64::from(config.locks), 1) + served(config));
        let deadlines = Deadlines { served: served(config), passed, copied: convergence(setup), drift: config.drift_bound };
        Moment { promises: Promises::under(config.ack, config.reads, deadlines), bill: Fold::new(setup.roster), cluster, done: 0 }
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

    /// The faults that `action` is made of and that change anything now: at least one. Err: why there is none.
    pub(super) fn effective(&self, action: Action) -> Result<Vec<Fault>, Refusal> {
        let roster = &self.cluster.setup().roster;
        let faults = action.faults(roster)?;
        let absent = |name: &Name| roster.pid(*name).is_some_and(|pid| !self.cluster.is_there(pid));
        if let Some(name) = action.names().into_iter().flatten().find(absent)
            && !matches!(action, Action::Add(_))
        {
            return Err(Refusal::NoEffect(name, NoEffect::Absent));
        }
        // Each is judged by the state before the action: none of them is another's condition.
        let (mut effective, mut why) = (Vec::with_capacity(faults.len()), None);
        for fault in faults {
            match self.cluster.admits(fault) {
                Ok(()) => effective.push(fault),
                Err(no) => why = why.or(Some(no)),
            }
        }
        match why {
            Some(why) if effective.is_empty() => Err(Refusal::NoEffect(action.subject(), why)),
            _ => {
                assert!(!effective.is_empty(), "{action} is made of no fault at all");
                Ok(effective)
            }
        }
    }

    /// Does one action now, and all that follows from it at once. One that would change nothing is noted as refused: the action
    /// of a link need not fit the run any more.
    pub(super) fn act(&mut self, action: Action, known: &mut Journal) {
        let first = self.cluster.next_seq();
        let effective = self.effective(action);
        let refused = effective.as_ref().err().cloned();
        for fault in effective.into_iter().flatten() {
            self.note(known, |cluster, out| cluster.inject(fault, out));
        }
        known.carried_out(self.done, Outcome { first, end: self.cluster.next_seq(), refused });
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

/// What came of an action.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Outcome {
    /// The first fact it made.
    first: u64,
    /// The first fact after those.
    end: u64,
    /// Why it changed nothing, if it did not.
    refused: Option<Refusal>,
}

/// Everything that happened on this branch, up to the latest instant it has seen.
#[derive(Clone, Default, Debug)]
pub(super) struct Journal {
    pub(super) facts: Facts,
    /// What came of every action done so far.
    outcomes: Vec<Outcome>,
    /// Facts of a replay, which are known already.
    scratch: Facts,
}

impl Journal {
    /// Whether it knows these facts, which lie next to each other.
    fn has(&self, facts: &[Record<Note>]) -> bool {
        facts.iter().all(|record| self.facts.get(record.seq.0 as usize) == Some(record))
    }

    fn carried_out(&mut self, no: usize, outcome: Outcome) {
        if no == self.outcomes.len() {
            self.outcomes.push(outcome);
        } else {
            debug_assert_eq!(self.outcomes[no], outcome, "a replayed action makes the same facts");
        }
    }

    /// The actions among the first `done` that changed nothing, by their numbers from 0, each with the reason.
    pub(super) fn refused(&self, done: usize) -> impl Iterator<Item = (usize, &Refusal)> {
        self.outcomes[..done].iter().enumerate().filter_map(|(no, outcome)| Some((no, outcome.refused.as_ref()?)))
    }

    /// The action, by its number, that made fact `seq`.
    pub(super) fn action_of(&self, seq: u64) -> Option<usize> {
        let no = self.outcomes.partition_point(|outcome| outcome.end <= seq);
        (self.outcomes.get(no)?.first <= seq).then_some(no)
    }

    /// Forgets what came after `facts` facts and `done` actions.
    pub(super) fn truncate(&mut self, facts: u64, done: usize) {
        self.facts.truncate(facts as usize);
        self.outcomes.truncate(done);
    }
}
