//! A second copy of a request that takes long (Dean, Barroso, "The Tail at Scale", 2013).
//!
//! *Hedged*: the copy is sent after a delay, such as the 95th percentile of latency, so that at most a twentieth of requests have
//! one; the first answer counts. *Tied*: the copy is sent almost at once, and each of the two servers knows the other; whichever begins
//! first tells the other to drop its copy. This is the asking side's book: which copies are out, which answer counted, what is to be
//! cancelled.

use super::Backend;
use crate::sim::time::{Span, Time};

/// When a further copy is sent, and how many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct HedgeConfig {
    /// After so long without an answer to the last copy.
    pub after: Span,
    /// Copies at most, the first included; at least 1.
    pub copies_max: u8,
    /// Whether the copies know of each other.
    pub tied: bool,
}

/// What an answer is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The first good one: it counts. The other copies, which are to be cancelled.
    First(Vec<Backend>),
    /// Another copy was faster, or this one was not out.
    Late,
    /// A failure while another copy is out: that one is waited for.
    Wait,
    /// A failure, and no copy is out any more.
    Failed,
}

/// The copies of one request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Copies {
    /// Where copies are out.
    out: Vec<Backend>,
    sent: u8,
    last: Time,
    answered: bool,
}

impl Copies {
    /// The first copy is sent.
    pub fn new(now: Time, backend: Backend) -> Copies {
        Copies { out: vec![backend], sent: 1, last: now, answered: false }
    }

    /// Where copies are out.
    pub fn out(&self) -> &[Backend] {
        &self.out
    }

    /// Copies sent so far.
    pub fn sent(&self) -> u8 {
        self.sent
    }

    /// When the next copy is due, if there may be one.
    pub fn due(&self, config: HedgeConfig) -> Option<Time> {
        (!self.answered && self.sent < config.copies_max).then(|| self.last + config.after)
    }

    /// A further copy is sent, to a server that has none: two at one server would wait for each other.
    ///
    /// # Panics
    /// If that server has one, or the request is answered.
    pub fn hedge(&mut self, now: Time, backend: Backend) {
        assert!(!self.answered, "a copy of what is answered");
        assert!(!self.out.contains(&backend), "two copies at server {}", backend.0);
        self.out.push(backend);
        self.sent += 1;
        self.last = now;
    }

    /// A copy is answered.
    pub fn answered(&mut self, backend: Backend, ok: bool) -> Answer {
        let Some(i) = self.out.iter().position(|&it| it == backend) else { return Answer::Late };
        self.out.remove(i);
        match (self.answered, ok) {
            (true, _) => Answer::Late,
            (false, true) => {
                self.answered = true;
                Answer::First(std::mem::take(&mut self.out))
            }
            (false, false) if self.out.is_empty() => Answer::Failed,
            (false, false) => Answer::Wait,
        }
    }

    /// One server has begun with its copy of a tied request: the others, which are to drop theirs.
    pub fn began(&mut self, backend: Backend) -> Vec<Backend> {
        if !self.out.contains(&backend) {
            return Vec::new();
        }
        let others = self.out.iter().copied().filter(|&it| it != backend).collect();
        self.out.retain(|&it| it == backend);
        others
    }

    /// The request is given up: the copies that were out.
    pub fn gave_up(&mut self) -> Vec<Backend> {
        self.answered = true;
        std::mem::take(&mut self.out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: HedgeConfig = HedgeConfig { after: Span(10), copies_max: 2, tied: false };

    #[test]
    fn the_first_good_answer_counts_and_the_other_copy_is_cancelled() {
        let mut it = Copies::new(Time(0), Backend(1));
        assert_eq!(it.due(CONFIG), Some(Time(10)));
        it.hedge(Time(10), Backend(2));
        assert_eq!((it.due(CONFIG), it.sent()), (None, 2));
        assert_eq!(it.answered(Backend(2), true), Answer::First(vec![Backend(1)]));
        assert_eq!(it.answered(Backend(1), true), Answer::Late);
    }

    #[test]
    fn a_failure_waits_for_the_other_copy_and_two_are_a_failure() {
        let mut it = Copies::new(Time(0), Backend(1));
        it.hedge(Time(10), Backend(2));
        assert_eq!(it.answered(Backend(1), false), Answer::Wait);
        assert_eq!(it.answered(Backend(2), false), Answer::Failed);
        let mut it = Copies::new(Time(0), Backend(1));
        it.hedge(Time(10), Backend(2));
        assert_eq!(it.gave_up(), [Backend(1), Backend(2)]);
        assert_eq!((it.answered(Backend(1), true), it.due(CONFIG)), (Answer::Late, None));
    }

    #[test]
    fn of_tied_copies_the_one_that_begins_is_the_only_one() {
        let mut it = Copies::new(Time(0), Backend(1));
        it.hedge(Time(1), Backend(2));
        assert_eq!(it.began(Backend(2)), [Backend(1)]);
        assert_eq!(it.began(Backend(1)), [], "it was told too late, and its copy counts no more");
        assert_eq!(it.answered(Backend(2), true), Answer::First(Vec::new()));
    }

    #[test]
    #[should_panic(expected = "two copies at server 1")]
    fn a_server_gets_no_second_copy() {
        Copies::new(Time(0), Backend(1)).hedge(Time(1), Backend(1));
    }
}
