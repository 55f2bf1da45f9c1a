//! The phi-accrual failure detector (Hayashibara, Défago, Yared, Katayama 2004): not a verdict but a level of suspicion that
//! grows with the silence, on a scale that follows the intervals seen so far. What is suspicious is the reader's choice of a
//! threshold. [`estimator`] tells what three famous systems made of it.
//!
//! State is integers: microseconds, their exact sums, thousandths of phi. Floats live within one function of `phi`.
//!
//! Mutants that the tests kill, each applied by hand:
//!
//! | mutant | killed by |
//! |---|---|
//! | Akka learns the gap after a recovery | `akka_does_not_learn_the_gap_after_which_it_was_suspicious` |
//! | an interval is learnt across `resume` | `what_was_missed_while_away_is_neither_silence_nor_an_interval` |
//! | one made-up interval instead of two | `akka_guesses_by_one_heartbeat` |
//! | Akka's pause is not added | `phi_8_is_three_silences` |
//! | Cassandra without 1/ln 10 | `phi_8_is_three_silences` |
//! | chitchat keeps its window after a suspicion | `chitchat_starts_afresh_after_a_suspicion` |
//! | the oldest interval stays in the sums | `mean_and_variance_are_those_of_the_last_intervals` |
//! | no least deviation | `a_peer_that_was_too_regular_is_not_suspected_for_a_hair` |

pub mod estimator;
mod phi;
#[cfg(test)]
mod tests;
pub mod window;

use crate::proto::detector::accrual::estimator::Estimator;
use crate::proto::detector::accrual::window::Window;
use crate::proto::detector::words::{Detector, MilliPhi};
use crate::sim::time::{Span, Time};

/// Longer silences are not looked for: 12 days.
const FAR: u64 = 1 << 40;

/// What one observer thinks of one peer, by phi.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Accrual {
    estimator: Estimator,
    window: Window,
    heard: Time,
    /// Whether a heartbeat was heard at `heard`, so that the next one ends an interval.
    measures: bool,
    suspected: Option<Time>,
}

impl Accrual {
    /// An observer that begins to watch now: the peer's silence counts from here. No interval does until two heartbeats were heard.
    ///
    /// # Panics
    /// If the estimator's figures are outside their bounds.
    pub fn new(estimator: Estimator, now: Time) -> Accrual {
        Accrual { window: estimator.window(), estimator, heard: now, measures: false, suspected: None }
    }

    /// The intervals it goes by.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// What another estimator would know that had seen the intervals which this one remembers: for comparison, of the same silence. Intervals that were
    /// made up at the beginning are among them, as long as they are remembered.
    pub fn as_seen_by(&self, other: Estimator) -> Window {
        let mut window = other.window();
        for interval in self.window.iter() {
            if other.learns(interval, other.level(interval, &window)) {
                window.push(interval);
            }
        }
        window
    }

    fn level_of(&self, silence: Span) -> MilliPhi {
        self.estimator.level(silence, &self.window)
    }
}

impl Detector for Accrual {
    fn hear(&mut self, now: Time) -> bool {
        assert!(now >= self.heard, "a clock goes on, from {} to {now}", self.heard);
        let interval = now.since(self.heard);
        if self.measures && self.estimator.learns(interval, self.level_of(interval)) {
            self.window.push(interval);
        }
        (self.heard, self.measures) = (now, true);
        self.suspected.take().is_some()
    }

    fn look(&mut self, now: Time) -> Option<Span> {
        if self.suspected.is_some() || self.level(now) < self.threshold() {
            return None;
        }
        self.suspected = Some(now);
        if self.estimator.forgets() {
            // With the intervals goes the heartbeat from which the next one would be measured.
            (self.window, self.measures) = (self.estimator.window(), false);
        }
        Some(now.since(self.heard))
    }

    fn resume(&mut self, now: Time) {
        (self.heard, self.measures) = (self.heard.max(now), false);
    }

    fn heard(&self) -> Time {
        self.heard
    }

    fn suspected(&self) -> Option<Time> {
        self.suspected
    }

    fn level(&self, now: Time) -> MilliPhi {
        self.level_of(now.since(self.heard))
    }

    fn threshold(&self) -> MilliPhi {
        self.estimator.threshold()
    }

    /// By halving, since the level never falls while the silence grows. At most 12 days.
    fn patience(&self) -> Span {
        let (mut low, mut high) = (0, FAR);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.level_of(Span(middle)) < self.threshold() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Span(low)
    }
}
