//! Active health checks: a server is asked whether it is well, and its state changes only after several answers alike (HAProxy: every
//! 2 s, up after 2, down after 3).

use crate::sim::time::{Span, Time};

/// How a server is asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CheckConfig {
    /// From one question to the next. HAProxy: 2 s.
    pub every: Span,
    /// An answer that takes longer is none. It must be shorter than `every`.
    pub timeout: Span,
    /// Good answers in a row after which it is up. HAProxy: 2.
    pub rise: u8,
    /// Bad ones after which it is down. HAProxy: 3.
    pub fall: u8,
}

/// What one balancer knows of one server by asking.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Check {
    config: CheckConfig,
    up: bool,
    /// Answers in a row that speak against its state.
    against: u8,
    /// The question under way: its number, and when it was asked.
    asked: Option<(u32, Time)>,
    next: Time,
    number: u32,
}

impl Check {
    /// A server that is taken to be well; the first question is due after `first`, which parts the questions of many.
    ///
    /// # Panics
    /// If no answer is ever enough, or a question outlasts the pause between two.
    pub fn new(config: CheckConfig, now: Time, first: Span) -> Check {
        assert!(config.rise > 0 && config.fall > 0, "a state that no answer changes");
        assert!(config.timeout < config.every, "a question is still open when the next is due");
        Check { config, up: true, against: 0, asked: None, next: now + first, number: 0 }
    }

    /// Whether it is taken to be well.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// When something is due: the end of a question's time, or the next question.
    pub fn wakes_at(&self) -> Time {
        self.asked.map_or(self.next, |(_, at)| at + self.config.timeout)
    }

    /// Looks at the clock. Gives the number of the question to ask now, if one is due, and whether the state has changed.
    pub fn tick(&mut self, now: Time) -> (Option<u32>, bool) {
        let mut changed = false;
        if let Some((_, at)) = self.asked
            && now >= at + self.config.timeout
        {
            self.asked = None;
            changed = self.weigh(false);
        }
        if self.asked.is_some() || now < self.next {
            return (None, changed);
        }
        self.number += 1;
        self.asked = Some((self.number, now));
        self.next = now + self.config.every;
        (Some(self.number), changed)
    }

    /// An answer. One to a question that is over counts for nothing. True if the state has changed.
    pub fn answered(&mut self, number: u32, ok: bool) -> bool {
        if self.asked.is_none_or(|(asked, _)| asked != number) {
            return false;
        }
        self.asked = None;
        self.weigh(ok)
    }

    fn weigh(&mut self, ok: bool) -> bool {
        self.against = if ok == self.up { 0 } else { self.against + 1 };
        let turns = self.against >= if self.up { self.config.fall } else { self.config.rise };
        if turns {
            (self.up, self.against) = (ok, 0);
        }
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_are_down_and_two_good_answers_up_again() {
        let config = CheckConfig { every: Span(100), timeout: Span(30), rise: 2, fall: 3 };
        let mut it = Check::new(config, Time(0), Span(10));
        let mut now = Time(0);
        let mut row = Vec::new();
        // Well, late, late, well, bad, late, bad, well, bad, well, well.
        for said in [Some(true), None, None, Some(true), Some(false), None, Some(false), Some(true), Some(false), Some(true), Some(true)] {
            now = it.wakes_at();
            let (asked, _) = it.tick(now);
            let number = asked.expect("a question is due");
            match said {
                Some(ok) => {
                    it.answered(number, ok);
                }
                None => {
                    now = it.wakes_at();
                    assert_eq!(it.tick(now).0, None);
                    assert!(!it.answered(number, true), "too late");
                }
            }
            row.push(it.is_up());
        }
        assert_eq!(row, [true, true, true, true, true, true, false, false, false, false, true]);
        assert_eq!(now, Time(10 + 10 * 100));
    }
}
