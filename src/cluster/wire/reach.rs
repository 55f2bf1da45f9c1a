//! Who reaches whom. A heartbeat shows that its sender lives, and not that it hears: a link may be cut in one direction. So
//! each heartbeat tells a coordinator which earlier one it has answered, and the coordinator takes only a sender that hears
//! it for one that it reaches.
//!
//! *What counts.* A heartbeat is a sign of reach if, when it was sent, less than a lease had passed since the sending of the
//! latest heartbeat that this coordinator had answered, all by the sender's clock. For a leader that is the very question
//! whether the node could still hold a lease. One that brings no sign is answered, so that the next one can bring it, and
//! does nothing else: it renews no lease, brings nobody back, and a node that sends no others is silent.
//!
//! *Bound.* A leader that is heard but not heard of gives its last lease at most `primary_lease` after the cut, suspects the
//! node `suspect_after` and a heartbeat later, and may declare it down when the wait for that last lease is over: about twice the time that a
//! dead node takes, and without a lease all the while that matters. *Nobody flaps*: what is down comes back only by a sign.

use litemap::LiteMap;

use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What a node knows of how it is heard: for each coordinator, when the latest heartbeat that it has answered was sent, by the
/// node's own clock. A new life knows nothing.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Answers(LiteMap<Pid, Time>);

impl Answers {
    /// What the next heartbeat tells a coordinator.
    pub fn of(&self, coordinator: Pid) -> Option<Time> {
        self.0.get(&coordinator).copied()
    }

    /// A coordinator has answered the heartbeat that was sent then. Gives whether that is news which cannot wait for the next
    /// heartbeat: this coordinator must have taken the node for out of reach until now. (An answer as old as a lease is no
    /// such news. If it were, slow links would call forth a heartbeat for each answer, and an answer for each of those.)
    pub fn heard(&mut self, coordinator: Pid, sent: Time, now: Time, lease: Span) -> bool {
        assert!(sent <= now, "what was not sent yet is answered");
        let before = self.of(coordinator);
        if before.is_some_and(|before| before >= sent) {
            return false;
        }
        self.0.insert(coordinator, sent);
        is_sign(Some(sent), now, lease) && !is_sign(before, now, lease)
    }
}

/// Whether a heartbeat sent at `sent` shows that its sender hears the coordinator which it says has `answered`.
pub fn is_sign(answered: Option<Time>, sent: Time, lease: Span) -> bool {
    answered.is_some_and(|answered| sent.since(answered) <= lease)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Span = Span(1_200);

    #[test]
    fn whoever_has_not_been_answered_for_a_lease_shows_no_sign() {
        assert!(!is_sign(None, Time(0), LEASE), "a new life has not been answered at all");
        assert!(is_sign(Some(Time(100)), Time(1_300), LEASE));
        assert!(!is_sign(Some(Time(100)), Time(1_301), LEASE));
    }

    #[test]
    fn each_coordinator_is_told_of_its_own_answers_and_a_late_one_changes_nothing() {
        let (k1, k2) = (Pid(1), Pid(2));
        let mut answers = Answers::default();
        assert!(answers.heard(k1, Time(400), Time(450), LEASE), "the first answer is news");
        assert!(!answers.heard(k1, Time(600), Time(650), LEASE), "the second is not");
        assert!(!answers.heard(k1, Time(500), Time(660), LEASE), "it comes late");
        assert_eq!((answers.of(k1), answers.of(k2)), (Some(Time(600)), None));
        assert!(answers.heard(k1, Time(2_000), Time(2_050), LEASE), "after a lease without any it is news again");
    }

    #[test]
    fn on_a_link_slower_than_a_lease_no_answer_calls_forth_a_heartbeat() {
        let mut answers = Answers::default();
        for sent in (0..20).map(|i| Time(i * 200)) {
            assert!(!answers.heard(Pid(1), sent, sent + Span(1_500), LEASE));
        }
    }
}
