//! The small world as a model: which deeds are possible, and what must hold.

use ringside::cluster::setup::rules::Rule;
use ringside::cluster::store::Outcome;
use ringside::cluster::wire::Timer;
use ringside::proto::lock::token::LockCommand;
use ringside::sim::id::Boot;
use stateright::{Model, Property};

use crate::machine::first;
use crate::state::{Letter, Plan, State};

/// What can happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Time passes.
    Tick,
    /// The letter of this digest arrives.
    Deliver(u64),
    /// A worker's timer fires.
    Fire(usize, Timer),
    /// A worker dies and starts anew.
    Kill(usize),
    /// Another coordinator leads, whose clock drifts so.
    Lead(i32),
    /// The service looks at its clock, and ends what has run out.
    Lapse,
}

/// The promise about what takes effect.
pub const RESOURCE: &str = "writes take effect in the order of tokens, and no line is lost";
/// The promise about what workers believe.
pub const BELIEF: &str = "at most one believes that it holds the lock";
/// The promises about what the service grants.
pub const GRANTS: &str = "one holder at a time, tokens grow, first come first served";
/// Something that must be possible.
pub const BOTH_WRITE: &str = "two writes take effect";
/// Something that must be possible.
pub const GIVEN_UP: &str = "somebody gives up waiting when it has just been granted the lock";
/// Something that must be possible.
pub const REFUSED: &str = "a late write is refused";

impl Model for Plan {
    type State = State;
    type Action = Deed;

    fn init_states(&self) -> Vec<State> {
        let mut states = Vec::new();
        for &a in &self.worker_drifts {
            for &b in &self.worker_drifts {
                states.extend(self.service_drifts.iter().map(|&service| first(self, &[a, b], service)));
            }
        }
        states
    }

    fn actions(&self, state: &State, deeds: &mut Vec<Deed>) {
        if state.judge.effects_broken || state.judge.grants_broken {
            return; // the story is over
        }
        deeds.extend(state.said.iter().map(|(digest, _)| Deed::Deliver(digest)));
        for (i, seat) in state.seats.iter().enumerate() {
            let now = state.local(seat, self);
            let late = |timer| self.timed && timer == Timer::KeepAlive && state.beats >= self.beats;
            let due = seat.timers.iter().filter(|&(&timer, &due)| now >= due && !late(timer));
            deeds.extend(due.map(|(&timer, _)| Deed::Fire(i, timer)));
            // A worker that has not begun dies in vain.
            if state.kills < self.kills && seat.session > 0 {
                deeds.push(Deed::Kill(i));
            }
        }
        if self.setup.rules.on(Rule::LockLease) && state.table.next_end().is_some_and(|ends| ends <= state.service_now(self)) {
            deeds.push(Deed::Lapse);
        }
        if state.leaders < self.leaders {
            deeds.extend(self.service_drifts.iter().map(|&drift| Deed::Lead(drift)));
        }
        // Time begins with the first who asks for the lock.
        if state.now < self.horizon && state.seats.iter().any(|seat| seat.boot > Boot(1) || seat.session > 0) {
            deeds.push(Deed::Tick);
        }
    }

    fn next_state(&self, last: &State, deed: Deed) -> Option<State> {
        let mut state = last.clone();
        match deed {
            Deed::Tick => state.now += 1,
            Deed::Deliver(digest) => state.deliver(last.said.get(digest)?, self),
            Deed::Fire(i, timer) => state.fire(i, timer, self),
            Deed::Kill(i) => state.kill(i, self),
            Deed::Lead(drift) => state.lead(drift, self),
            Deed::Lapse => state.ask_service(&LockCommand::Lapse, self),
        }
        state.tidy(self);
        (state != *last).then_some(state)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.seats.iter().all(|seat| seat.session <= self.sessions)
    }

    fn properties(&self) -> Vec<Property<Plan>> {
        fn refused(_: &Plan, state: &State) -> bool {
            state.said.iter().any(|(_, it)| matches!(it, Letter::Done(_, Outcome::Fenced(_))))
        }
        vec![
            Property::always(RESOURCE, |_, state: &State| !state.judge.effects_broken),
            Property::always(GRANTS, |_, state: &State| !state.judge.grants_broken),
            Property::always(BELIEF, |plan: &Plan, state: &State| state.believers(plan) <= 1),
            Property::sometimes(BOTH_WRITE, |_, state: &State| state.judge.lines() >= 2),
            Property::sometimes(REFUSED, refused),
            Property::sometimes(GIVEN_UP, |_, state: &State| state.judge.given_up),
        ]
    }
}
