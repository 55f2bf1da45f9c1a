//! Learners that get nothing: whoever waits for them is told so.

use crate::proto::replica::tests::{Lab, NOW, TERMS, view};
use crate::proto::replica::words::{Commit, ReplicaEffect, Terms};
use crate::sim::id::Pid;
use crate::sim::time::Span;

const MAJORITY: Terms = Terms { commit: Commit::Majority(3), min: 2, ..TERMS };

fn stalled(lab: &Lab, learner: u16) -> bool {
    lab.heard.contains(&(Pid(0), ReplicaEffect::Stalled(Pid(learner))))
}

/// Kills: `tick` that waits for a first piece to be sent before it counts the time.
#[test]
fn a_learner_whose_snapshot_began_in_an_earlier_view_is_told_to_be_stalled_as_well() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in [0, 1] {
        lab.enter(who, &view(1, 0, &[0, 1], &[]));
    }
    lab.propose(0, 7);
    lab.settle(&[], &[]);
    lab.enter(0, &view(2, 0, &[0, 1], &[2]));
    lab.settle(&[], &[]);
    assert!(lab.replicas[0].carries_to(Pid(2)), "whoever has nothing gets a snapshot");
    // A new view, and the learner is out of reach from now on.
    for who in [0, 1] {
        lab.enter(who, &view(3, 0, &[0, 1], &[2]));
    }
    lab.settle(&[2], &[]);
    assert!(lab.replicas[0].carries_to(Pid(2)), "the snapshot goes on");
    for (after, told) in [(0, false), (TERMS.lag_max.0, false), (TERMS.lag_max.0 + 1, true)] {
        lab.act(0, |it, out| it.tick(NOW + Span(after), TERMS, out));
        assert_eq!(stalled(&lab, 2), told, "after {after}");
    }
}

/// Kills: `ask_around` that says nothing of learners.
#[test]
fn while_a_new_primary_asks_around_for_too_long_its_learners_are_told_to_be_stalled() {
    let mut lab = Lab { terms: MAJORITY, ..Lab::new(&[&[(1, 1)], &[(1, 1)], &[]]) };
    lab.enter(0, &view(2, 0, &[0, 1], &[2]));
    lab.settle(&[1], &[]);
    lab.act(0, |it, out| it.tick(NOW + TERMS.lag_max, MAJORITY, out));
    assert!(!stalled(&lab, 2), "it may still be answered");
    lab.act(0, |it, out| it.tick(NOW + TERMS.lag_max + Span(1), MAJORITY, out));
    assert!(stalled(&lab, 2) && lab.heard.contains(&(Pid(0), ReplicaEffect::Lagging(Pid(1)))), "{:?}", lab.heard);
    assert!(!stalled(&lab, 1), "whoever counts is no learner");
}
