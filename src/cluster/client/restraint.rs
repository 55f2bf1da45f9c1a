//! Whether a plain client sends a request again. A worker has no such restraint: see [`crate::cluster::setup::asking`].

use crate::cluster::note::GaveUpWhy;
use crate::cluster::setup::asking::{Asking, WITHOUT_END};
use crate::proto::balance::budget::{Budget, BudgetConfig};
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
}

impl Restraint {
    /// As the recipe has it.
    pub(super) fn new(asking: &Asking, now: Time) -> Restraint {
        // No retry is paid for by time: how many there are follows from how much is asked, and from nothing else.
        let budget = BudgetConfig { per_mille: u16::from(asking.budget) * 10, per_second: 0, most: SAVED };
        Restraint {
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
}
