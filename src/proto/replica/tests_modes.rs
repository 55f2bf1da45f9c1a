//! The ways of acknowledging, trimming, and the rules that are off, in small: the same three replicas.

use crate::proto::replica::tests::{Lab, NOW, TERMS, view};
use crate::proto::replica::view::{Entry, Index, ViewNo};
use crate::proto::replica::words::{Commit, ReplicaEffect, ReplicaMsg, Terms};
use crate::sim::id::Pid;
use crate::sim::time::Span;

const MAJORITY: Terms = Terms { commit: Commit::Majority(3), min: 2, ..TERMS };
const ALONE: Terms = Terms { commit: Commit::Own, ..TERMS };

impl Lab {
    fn under(logs: &[&[(u32, u32)]], terms: Terms) -> Lab {
        Lab { terms, ..Lab::new(logs) }
    }

    fn marks(&self, who: u16) -> Vec<u32> {
        self.ops(who).iter().map(|&(mark, _)| mark).collect()
    }
}

#[test]
fn a_majority_commits_without_the_slowest_and_the_primary_is_counted_once() {
    let mut lab = Lab::under(&[&[], &[], &[]], MAJORITY);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    assert_eq!(lab.commit(0), 1);
    lab.propose(0, 7);
    lab.settle(&[], &[1, 2]);
    assert_eq!(lab.commit(0), 1, "its own disk is one of three, and one only");
    lab.settle(&[], &[2]);
    assert_eq!((lab.commit(0), lab.commit(1)), (2, 2), "two of three, and the backup hears of it");
    lab.propose(0, 8);
    lab.settle(&[], &[0, 2]);
    assert_eq!(lab.commit(0), 2, "only one has stored it");
    lab.settle(&[], &[0]);
    assert_eq!(lab.commit(0), 3, "two have, though the primary itself has not");
}

#[test]
fn with_one_copy_of_three_left_a_majority_commits_nothing() {
    let mut lab = Lab::under(&[&[], &[], &[]], MAJORITY);
    lab.enter(0, &view(1, 0, &[0], &[1, 2]));
    lab.settle(&[1, 2], &[]);
    assert!(lab.replicas[0].is_settled(), "there is nobody else whose log could hold anything");
    lab.propose(0, 7);
    lab.settle(&[1, 2], &[]);
    assert_eq!(lab.commit(0), 0);
}

#[test]
fn while_a_fourth_copy_counts_three_must_have_an_entry() {
    let mut lab = Lab::under(&[&[], &[], &[], &[]], MAJORITY);
    for who in 0..4 {
        lab.enter(who, &view(1, 0, &[0, 1, 2, 3], &[]));
    }
    lab.settle(&[], &[]);
    lab.propose(0, 7);
    lab.settle(&[2, 3], &[]);
    assert_eq!(lab.commit(0), 1, "of the four, two could be let go and leave only those that lack it");
    lab.act(0, |it, out| it.tick(NOW + Span(200), MAJORITY, out));
    lab.settle(&[3], &[]);
    assert_eq!(lab.commit(0), 2);
}

#[test]
fn while_two_more_copies_count_four_of_five_must_have_an_entry() {
    let mut lab = Lab::under(&[&[], &[], &[], &[], &[]], MAJORITY);
    for who in 0..5 {
        lab.enter(who, &view(1, 0, &[0, 1, 2, 3, 4], &[]));
    }
    lab.settle(&[], &[]);
    lab.propose(0, 7);
    lab.settle(&[], &[3, 4]);
    assert_eq!(lab.commit(0), 1, "three are a majority of five; but of the five any two are to hold everything together");
    lab.settle(&[], &[4]);
    assert_eq!(lab.commit(0), 2);
}

/// Copies 1 and 2 have what copy 0 lacks: 1 in a snapshot up to 5, 2 (if `whole`) in its log.
fn behind_a_snapshot(whole: bool) -> Lab {
    let log: Vec<(u32, u32)> = (1..=6).map(|op| (1, op)).collect();
    let mut lab = Lab::under(&[&log[..3], &[], if whole { &log } else { &log[..3] }], MAJORITY);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(2), ViewNo(1), (Index(5), ViewNo(1)), MAJORITY, out));
    lab.act(1, |it, out| it.stored(mark.expect("it replaces the log"), MAJORITY, out));
    let (view, prev, entries) = (ViewNo(1), (Index(5), ViewNo(1)), vec![Entry { mark: ViewNo(1), op: Some(6) }]);
    let append = ReplicaMsg::Append { view, prev, entries, commit: Index(5), floor: Index(0), ask: false };
    lab.act(1, |it, out| it.receive(Pid(2), append, NOW, MAJORITY, out));
    lab.settle(&[], &[]);
    lab.mail.clear();
    lab.heard.clear();
    lab
}

#[test]
fn a_new_primary_that_cannot_join_its_log_to_the_better_one_does_not_lead_and_says_who_should() {
    let mut lab = behind_a_snapshot(false);
    for who in 0..3 {
        lab.enter(who, &view(2, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    assert!(!lab.replicas[0].is_settled() && lab.marks(0) == [1, 1, 1], "it leads on hope: {:?}", lab.marks(0));
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Defer(Pid(1)))), "{:?}", lab.heard);
    lab.heard.clear();
    lab.act(0, |it, out| it.tick(NOW + Span(200), MAJORITY, out));
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Defer(Pid(1)))), "it says so again, since that may have been lost");
    for who in 0..3 {
        lab.enter(who, &view(3, 1, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    assert!(lab.heard.contains(&(Pid(1), ReplicaEffect::Snapshot(Pid(0)))), "the better one leads and brings it up to date");
}

#[test]
fn of_two_ends_alike_the_one_that_joins_is_taken_whichever_is_told_first() {
    for first in [1, 2] {
        let mut lab = behind_a_snapshot(true);
        for who in 0..3 {
            lab.enter(who, &view(2, 0, &[0, 1, 2], &[]));
        }
        lab.settle(&[3 - first], &[]);
        lab.act(0, |it, out| it.tick(NOW + Span(200), MAJORITY, out));
        lab.settle(&[], &[]);
        assert_eq!(lab.marks(0), [1, 1, 1, 1, 1, 1, 2], "{first} told first");
        assert!(lab.replicas[0].is_settled() && !lab.heard.iter().any(|(_, effect)| matches!(effect, ReplicaEffect::Defer(_))));
    }
}

#[test]
fn a_copy_that_lacks_the_entry_asked_for_tells_its_log_from_the_beginning() {
    let mut lab = Lab::under(&[&[], &[(1, 1), (2, 2)]], ALONE);
    let ask = ReplicaMsg::Ask { view: ViewNo(3), after: (Index(2), ViewNo(1)) };
    lab.act(1, |it, out| it.receive(Pid(0), ask, NOW, ALONE, out));
    let told = lab.mail.iter().find_map(|(_, _, msg)| match msg {
        ReplicaMsg::Tail { prev, entries, .. } => Some((*prev, entries.len())),
        _ => None,
    });
    assert_eq!(told, Some(((Index(0), ViewNo(0)), 2)), "entry 2 is another one there");
}

#[test]
fn below_the_least_number_of_copies_nothing_more_is_committed_not_even_what_a_new_primary_finds() {
    let strict = Terms { min: 2, ..TERMS };
    // It finds an operation that may have been acknowledged: it may not serve before that is settled, nor settle it alone, unless
    // the control plane has confirmed that it remembers no other copy.
    let mut lab = Lab::under(&[&[(1, 1)], &[], &[]], strict);
    lab.enter(0, &view(2, 0, &[0], &[1, 2]));
    lab.settle(&[1, 2], &[]);
    assert!(!lab.replicas[0].is_settled() && lab.commit(0) == 0);
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Level { open: true })));
    let mut confirmed = Lab::under(&[&[(1, 1)], &[], &[]], strict);
    confirmed.enter(0, &view(2, 0, &[0], &[1, 2]));
    confirmed.settle(&[1, 2], &[]);
    confirmed.act(0, |it, out| it.confirmed(ViewNo(2), strict, out));
    assert!(confirmed.replicas[0].is_settled() && confirmed.commit(0) == 2);
    confirmed.propose(0, 8);
    confirmed.settle(&[1, 2], &[]);
    assert_eq!(confirmed.commit(0), 2, "what comes later waits");
    // A learner that has all of it is proposed all the same, and with it there are enough.
    lab.act(0, |it, out| it.tick(NOW + Span(600), strict, out));
    lab.settle(&[2], &[]);
    assert!(
        lab.heard.contains(&(Pid(0), ReplicaEffect::Snapshot(Pid(1))))
            || lab.heard.contains(&(Pid(0), ReplicaEffect::Ready { learner: Pid(1), again: false }))
    );
    lab.enter(0, &view(3, 0, &[0, 1], &[2]));
    lab.act(0, |it, out| it.tick(NOW + Span(900), strict, out));
    lab.settle(&[2], &[]);
    assert!(lab.replicas[0].is_settled() && lab.commit(0) == 2);
    // What was settled before goes on being served, and what is under way waits.
    lab.enter(0, &view(4, 0, &[0], &[1, 2]));
    lab.propose(0, 9);
    lab.settle(&[1, 2], &[]);
    assert!(lab.replicas[0].is_settled() && lab.commit(0) == 2);
}

#[test]
fn below_the_least_number_of_copies_a_view_begins_without_committing_its_mark() {
    let strict = Terms { min: 2, ..TERMS };
    let mut lab = Lab::under(&[&[], &[], &[]], strict);
    lab.enter(0, &view(2, 0, &[0], &[1, 2]));
    lab.settle(&[1, 2], &[]);
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Level { open: false })));
    lab.act(0, |it, out| it.confirmed(ViewNo(2), strict, out));
    // A copy that is remembered may lead next, and does not have it.
    assert!(lab.replicas[0].is_settled() && lab.commit(0) == 0);
    lab.act(0, |it, out| it.tick(NOW + Span(600), strict, out));
    lab.settle(&[2], &[]);
    lab.enter(0, &view(3, 0, &[0, 1], &[2]));
    lab.settle(&[2], &[]);
    assert_eq!(lab.commit(0), 1, "there are enough again");
}

#[test]
fn where_anything_depends_on_it_a_primary_tells_that_all_have_what_is_committed_until_that_is_known() {
    let told =
        |lab: &Lab| lab.heard.iter().filter(|(who, effect)| *who == Pid(0) && *effect == ReplicaEffect::Level { open: false }).count();
    let mut lab = Lab::under(&[&[], &[], &[]], MAJORITY);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[2], &[]);
    lab.act(0, |it, out| it.tick(NOW + Span(200), MAJORITY, out));
    assert_eq!(told(&lab), 0, "one copy has nothing yet");
    lab.settle(&[], &[]);
    assert_eq!(told(&lab), 1);
    lab.act(0, |it, out| it.tick(NOW + Span(400), MAJORITY, out));
    assert_eq!(told(&lab), 2, "it may have been lost");
    lab.act(0, |it, out| it.confirmed(ViewNo(1), MAJORITY, out));
    lab.act(0, |it, out| it.tick(NOW + Span(600), MAJORITY, out));
    assert_eq!(told(&lab), 2);
    let mut alone = Lab::under(&[&[], &[]], TERMS);
    alone.enter(0, &view(1, 0, &[0, 1], &[]));
    alone.settle(&[], &[]);
    assert_eq!(told(&alone), 0, "nothing depends on it");
}

#[test]
fn a_primary_alone_commits_what_is_on_its_disk_once_it_has_settled() {
    let mut lab = Lab::under(&[&[], &[], &[]], ALONE);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[2], &[]);
    assert!(!lab.replicas[0].is_settled(), "one in-sync copy has not told what it has");
    lab.settle(&[], &[]);
    lab.act(0, |it, out| it.tick(NOW + Span(200), ALONE, out));
    lab.settle(&[], &[]);
    assert!(lab.replicas[0].is_settled());
    lab.propose(0, 7);
    lab.settle(&[1, 2], &[0]);
    assert_eq!(lab.commit(0), 1, "not before it is on disk");
    lab.settle(&[1, 2], &[]);
    assert_eq!(lab.commit(0), 2, "nobody else has it");
}

#[test]
fn a_new_primary_takes_the_end_that_was_written_last_and_not_the_longest() {
    // Of equal ends the higher view counts (Raft, section 5.4.1): 2's two entries of view 2 beat 1's three more of view 1.
    let one = [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6)];
    let two = [(1, 1), (1, 2), (2, 3), (2, 4)];
    for terms in [MAJORITY, ALONE] {
        let mut lab = Lab::under(&[&[(1, 1), (1, 2), (1, 3)], &one, &two], terms);
        for who in 0..3 {
            lab.enter(who, &view(3, 0, &[0, 1, 2], &[]));
        }
        lab.settle(&[], &[]);
        assert_eq!(lab.marks(0), [1, 1, 2, 2, 3]);
        assert_eq!((lab.marks(1), lab.marks(2)), (lab.marks(0), lab.marks(0)));
        assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Truncated { from: Index(3), dropped: 1, lost: 0 })));
        assert!(lab.replicas[0].is_settled() && lab.commit(2) == 5);
    }
}

#[test]
fn a_silent_copy_is_asked_again_and_then_a_view_without_it_is_asked_for() {
    let mut lab = Lab::under(&[&[(1, 1)], &[(1, 1), (1, 2)], &[]], MAJORITY);
    for who in 0..2 {
        lab.enter(who, &view(2, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[2], &[]);
    lab.act(0, |it, out| it.tick(NOW + Span(500), MAJORITY, out));
    assert!(lab.mail.iter().any(|(_, to, msg)| *to == Pid(2) && matches!(msg, ReplicaMsg::Ask { .. })));
    assert!(!lab.heard.contains(&(Pid(0), ReplicaEffect::Lagging(Pid(2)))));
    lab.act(0, |it, out| it.tick(NOW + Span(501), MAJORITY, out));
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Lagging(Pid(2)))));
    lab.enter(0, &view(3, 0, &[0, 1], &[2]));
    lab.settle(&[2], &[]);
    assert_eq!(lab.marks(0), [1, 1, 3], "what the other one told still counts");
    assert!(lab.replicas[0].is_settled());
}

#[test]
fn truncation_stops_at_the_last_common_entry_and_not_at_the_commit_point() {
    // 1 knows of no commit. What it shares with its new primary stays on its disk: only one entry goes.
    let mut lab = Lab::new(&[&[(1, 1), (1, 2), (1, 3)], &[(1, 1), (1, 2), (1, 3), (1, 4)]]);
    lab.enter(0, &view(2, 0, &[0, 1], &[]));
    lab.settle(&[], &[]);
    assert!(lab.heard.contains(&(Pid(1), ReplicaEffect::Truncated { from: Index(4), dropped: 1, lost: 0 })));
    assert_eq!(lab.heard.iter().filter(|(who, effect)| *who == Pid(1) && matches!(effect, ReplicaEffect::Appended(..))).count(), 1);
}

#[test]
fn what_a_lonely_primary_had_committed_is_counted_when_it_goes() {
    let mut lab = Lab::under(&[&[], &[], &[]], ALONE);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    lab.propose(0, 7);
    lab.propose(0, 8);
    lab.settle(&[1, 2], &[]);
    assert_eq!(lab.commit(0), 3);
    for who in [1, 2] {
        lab.enter(who, &view(2, 1, &[1, 2], &[0]));
    }
    lab.settle(&[0], &[]);
    lab.act(1, |it, out| it.tick(NOW + Span(600), ALONE, out));
    lab.settle(&[], &[]);
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Truncated { from: Index(2), dropped: 2, lost: 2 })));
    assert_eq!(lab.ops(0), lab.ops(1));
}

#[test]
fn a_log_is_trimmed_no_further_than_every_copy_that_counts_has_stored() {
    let mut lab = Lab::under(&[&[], &[], &[]], MAJORITY);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    for op in 0..9 {
        lab.propose(0, op);
    }
    lab.settle(&[2], &[]);
    assert_eq!((lab.commit(0), lab.replicas[0].floor()), (10, Index(1)), "2 has stored only the mark");
    lab.act(0, |it, out| it.tick(NOW + Span(600), MAJORITY, out));
    lab.settle(&[], &[]);
    assert_eq!(lab.replicas[0].floor(), Index(10));
    lab.replicas[0].trim(Index(6));
    assert_eq!((lab.replicas[0].log().base(), lab.replicas[0].log().last()), (Index(6), Index(10)));
    lab.enter(0, &view(2, 0, &[0, 1], &[2]));
    lab.propose(0, 10);
    lab.settle(&[], &[]);
    assert_eq!((lab.commit(0), lab.commit(1)), (11, 11), "whoever missed nothing that is in the snapshot needs none");
    assert!(!lab.heard.iter().any(|(_, effect)| matches!(effect, ReplicaEffect::Snapshot(_))));
}

#[test]
fn an_answer_to_an_earlier_question_does_not_turn_the_search_back() {
    // 1 has a snapshot up to 5; the same question was answered twice, as it is where messages travel slowly.
    let log: Vec<(u32, u32)> = (1..=7).map(|op| (1, op)).collect();
    let mut lab = Lab::new(&[&log, &[]]);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(1), (Index(5), ViewNo(1)), TERMS, out));
    lab.act(1, |it, out| it.stored(mark.expect("it replaces the log"), TERMS, out));
    lab.mail.clear();
    lab.enter(0, &view(2, 0, &[0, 1], &[]));
    let late = ReplicaMsg::Mismatch { view: ViewNo(2), prev: Index(7), from: Index(5), base: Index(5), last: Index(5) };
    lab.act(0, |it, out| it.receive(Pid(1), late.clone(), NOW, TERMS, out));
    lab.act(0, |it, out| it.receive(Pid(1), late.clone(), NOW, TERMS, out));
    lab.act(0, |it, out| it.receive(Pid(1), late, NOW, TERMS, out));
    assert!(!lab.mail.iter().any(|(_, _, msg)| matches!(msg, ReplicaMsg::Discard { .. })), "{:?}", lab.mail);
    lab.settle(&[], &[]);
    assert_eq!((lab.commit(0), lab.commit(1)), (8, 8));
}

#[test]
fn without_the_rules_lower_views_are_followed_and_ends_that_differ_stay() {
    let lax = Terms { view_check: false, ..TERMS };
    let mut lab = Lab::under(&[&[], &[], &[]], lax);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    lab.enter(1, &view(2, 1, &[1, 2], &[0]));
    lab.settle(&[0], &[]);
    lab.propose(0, 66);
    lab.settle(&[1], &[]);
    assert_eq!(lab.ops(2).last(), Some(&(1, Some(66))), "the old primary has overwritten it");
    let lax = Terms { truncate: false, ..TERMS };
    let mut lab = Lab::under(&[&[(1, 1), (2, 2)], &[(1, 1), (1, 9)]], lax);
    lab.enter(0, &view(3, 0, &[0, 1], &[]));
    lab.settle(&[], &[]);
    assert_eq!((lab.marks(0), lab.marks(1)), (vec![1, 2, 3], vec![1, 1, 3]));
    assert!(lab.replicas[0].is_settled(), "it was told that they agree");
}
