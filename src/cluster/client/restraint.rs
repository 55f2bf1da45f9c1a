//! Whether a plain client sends a request, and sends it again. A worker has no such restraint: see [`crate::cluster::setup::asking`].

use crate::cluster::note::GaveUpWhy;
use crate::cluster::setup::asking::{Asking, BREAKER_REST, BREAKER_WINDOW, THROTTLE_WINDOW, WITHOUT_END};
use crate::proto::balance::breaker::{Breaker, BreakerConfig, Throttle, ThrottleConfig};
use crate::proto::balance::budget::{Budget, BudgetConfig};
use crate::sim::rng::Rng;
use crate::sim::time::Time;

/// Retries that are saved at most, and at the start.
const SAVED: u32 = 5;

/// What holds a client back.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub(super) struct Restraint {
    /// Retries of one request at most, if there is an end.
    retries: Option<u32>,
    /// What all of them have together.
    budget: Option<Budget>,
    /// Before each door, from its own on: whether anything is asked there at all. Empty: it has none. (One breaker for all doors would try
    /// one that stays closed again and again, and never hear that another is open.)
    breakers: Vec<Breaker>,
    /// How much.
    throttle: Option<Throttle>,
}

impl Restraint {
    /// As the recipe has it.
    pub(super) fn new(asking: &Asking, doors: usize, now: Time) -> Restraint {
        // No retry is paid for by time: how many there are follows from how much is asked, and from nothing else.
        let budget = BudgetConfig { per_mille: u16::from(asking.budget) * 10, per_second: 0, most: SAVED };
        let breaker = BreakerConfig { window: BREAKER_WINDOW, failures: asking.breaker, rest: BREAKER_REST };
        let throttle = ThrottleConfig { k_milli: u32::from(asking.throttle) * 1_000, window: THROTTLE_WINDOW };
        Restraint {
            breakers: if asking.breaker > 0 { vec![Breaker::new(breaker); doors] } else { Vec::new() },
            throttle: (asking.throttle > 0).then(|| Throttle::new(throttle)),
            retries: (asking.retries < WITHOUT_END).then(|| asking.retries.into()),
            budget: (asking.budget > 0).then(|| Budget::new(budget, now)),
        }
    }

    /// Something is asked for the first time.
    pub(super) fn asks(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.asked();
        }
    }

    /// Whether a request may be sent again after so many attempts that have failed. Err: why not.
    pub(super) fn again(&mut self, attempts: u32, now: Time) -> Result<(), GaveUpWhy> {
        if self.retries.is_some_and(|most| attempts > most) {
            return Err(GaveUpWhy::Retries);
        }
        let paid = self.budget.as_mut().is_none_or(|budget| budget.spend(now));
        if paid { Ok(()) } else { Err(GaveUpWhy::Budget) }
    }

    /// Through which door an attempt may be made now, if possible through this one: how far from its own it is. Err: through none, and why
    /// not. Breakers are asked last: what one lets through on trial is surely sent, and ends in one way or another.
    pub(super) fn admits(&mut self, first: u8, now: Time, rng: &mut Rng) -> Result<u8, GaveUpWhy> {
        if self.throttle.as_mut().is_some_and(|it| !it.admits(now, rng)) {
            return Err(GaveUpWhy::Throttle);
        }
        let doors = self.breakers.len() as u8;
        if doors == 0 {
            return Ok(first);
        }
        let open = (0..doors).map(|i| (first + i) % doors).find(|&door| self.breakers[usize::from(door)].admits(now));
        open.ok_or(GaveUpWhy::Breaker)
    }

    /// An attempt through a door has ended: with an answer, or without.
    pub(super) fn ended(&mut self, door: u8, answered: bool, now: Time) {
        if let Some(breaker) = self.breakers.get_mut(usize::from(door)) {
            breaker.answered(now, answered);
        }
        if let Some(throttle) = self.throttle.as_mut().filter(|_| answered) {
            throttle.accepted(now);
        }
    }
}
