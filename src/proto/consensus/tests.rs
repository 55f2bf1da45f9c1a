//! Elections, votes, commits, leases and snapshots, in the lab.

use crate::proto::consensus::lab::{Lab, PATIENCE};
use crate::proto::consensus::raft::Role;
use crate::proto::consensus::words::{Fact, RaftMsg, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

#[test]
fn one_is_elected_commits_and_is_followed() {
    let mut lab = Lab::new(3);
    lab.elect(1);
    assert_eq!(lab.leaders(), [(1, 1)]);
    lab.propose(1, 7);
    lab.propose(1, 8);
    lab.settle();
    lab.now += Span(200);
    lab.tick(1);
    lab.settle();
    for who in 0..3 {
        assert_eq!(lab.applied[who], [None, Some(7), Some(8)]);
    }
    assert!(lab.members.iter().all(|it| it.leader() == Some(Pid(1))));
}

#[test]
fn nothing_is_committed_before_a_majority_has_stored_it() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.propose(0, 7);
    lab.settle_but(&[1, 2]);
    assert_eq!(lab.members[0].commit(), Index(1), "on the leader's disk only");
    lab.settle_but(&[0, 2]);
    assert_eq!(lab.members[0].commit(), Index(2));
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.propose(0, 7);
    lab.settle_but(&[0]);
    assert_eq!(lab.members[0].commit(), Index(2), "two others are a majority, too; the leader's own disk counts once");
    lab.propose(0, 8);
    lab.settle_but(&[0, 1]);
    assert_eq!(lab.members[0].commit(), Index(2), "one of three is none");
}

#[test]
fn a_vote_is_told_only_when_it_is_on_disk_and_a_new_life_remembers_it() {
    for stored in [true, false] {
        let mut lab = Lab::new(3);
        lab.config.pre_vote = false;
        lab.config.vote_is_stored = stored;
        let ask = |term| RaftMsg::RequestVote { term: Term(term), last: (Index(0), Term(0)), pre: false, leave: false };
        lab.now += Span(5_000);
        lab.act(2, |it, now, config, out| it.receive(Pid(0), ask(1), now, config, &mut |min, _| min, out));
        let told = |lab: &Lab| lab.mail.iter().filter(|(_, _, msg)| matches!(msg, RaftMsg::Vote { granted: true, .. })).count();
        assert_eq!(told(&lab), usize::from(!stored), "before the disk has it");
        lab.finish_saves(&[]);
        assert_eq!(told(&lab), 1);
        lab.reboot(2);
        lab.act(2, |it, now, config, out| it.receive(Pid(1), ask(1), now, config, &mut |min, _| min, out));
        lab.finish_saves(&[]);
        assert_eq!(told(&lab), usize::from(!stored), "a second vote in one term, if the first was forgotten");
    }
}

#[test]
fn whoever_lacks_what_may_be_committed_is_not_elected() {
    let mut lab = Lab::of(&[&[1, 1], &[1, 1], &[1]], &[1, 1, 1]);
    lab.elect(2);
    assert_eq!(lab.leaders(), [], "its log is shorter");
    let mut lab = Lab::of(&[&[1, 1], &[1, 1], &[1, 1, 1]], &[2, 2, 2]);
    lab.elect(2);
    assert_eq!(lab.leaders(), [(2, 3)], "its log is longer");
    let mut lab = Lab::of(&[&[1, 2], &[1, 2], &[1, 1, 1]], &[2, 2, 2]);
    lab.elect(2);
    assert_eq!(lab.leaders(), [], "its last term is lower, however long its log");
}

#[test]
fn a_member_that_returns_does_not_disturb() {
    for pre_vote in [true, false] {
        let mut lab = Lab::new(3);
        lab.elect(0);
        lab.config.pre_vote = pre_vote;
        lab.deaf = vec![2];
        for _ in 0..5 {
            lab.now += Span(3_000);
            lab.tick(2);
            lab.tick(0);
            lab.settle();
        }
        lab.deaf.clear();
        lab.now += Span(200);
        lab.tick(0);
        lab.settle();
        let term = lab.members[2].term().0;
        assert_eq!(term == 1, pre_vote, "its term has grown all the while: {term}");
        assert_eq!(lab.leaders().contains(&(0, 1)), pre_vote, "without asking first, it has deposed the leader");
    }
}

#[test]
fn a_leader_is_sure_of_itself_while_a_majority_has_followed_and_no_longer() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    let begun = lab.now;
    let until = lab.members[0].leads_until(PATIENCE).expect("a majority has answered");
    assert_eq!(until, begun + Span(980), "the shortest time-out, less twice the drift");
    lab.deaf = vec![1, 2];
    lab.now += Span(600);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.members[0].leads_until(PATIENCE), Some(until), "nobody has followed since");
    lab.deaf = vec![1];
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.members[0].leads_until(PATIENCE), Some(lab.now + Span(980)), "one other and itself are a majority");
    // Whoever has just heard the leader does not help another into its place.
    lab.deaf = vec![0];
    lab.now += Span(500);
    lab.members[1].deadline = lab.now;
    lab.tick(1);
    lab.settle();
    assert_eq!(lab.leaders(), [(0, 1)]);
    lab.now += Span(600);
    lab.members[1].deadline = lab.now;
    lab.tick(1);
    lab.settle();
    assert_eq!(lab.leaders(), [(0, 1), (1, 2)], "later it does: two lead, in two terms, and the first has no lease");
    lab.deaf.clear();
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.leaders(), [(1, 2)], "it hears of the higher term");
}

#[test]
fn one_member_alone_leads_itself() {
    let mut lab = Lab::new(1);
    lab.elect(0);
    lab.propose(0, 5);
    assert_eq!(lab.members[0].commit(), Index(1), "not before it is on disk");
    lab.settle();
    assert_eq!((lab.leaders(), lab.applied[0].clone()), (vec![(0, 1)], vec![None, Some(5)]));
    assert_eq!(lab.members[0].leads_until(PATIENCE), Some(Time(u64::MAX)));
}

#[test]
fn a_member_that_lags_behind_the_leaders_snapshot_gets_it_and_then_the_log() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.deaf = vec![2];
    for op in 1..=9 {
        lab.propose(0, op);
    }
    lab.settle();
    lab.act(0, |it, _, _, out| it.compact(Index(8), 88, out));
    lab.settle();
    assert_eq!(lab.disks[0].log.base(), Index(8));
    lab.deaf.clear();
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.members[2].log().base(), Index(8));
    assert_eq!(lab.members[2].commit(), Index(10));
    assert_eq!(lab.disks[2].snapshot, lab.disks[0].snapshot);
    assert_eq!(lab.disks[2].log, lab.disks[0].log);
    lab.reboot(2);
    assert_eq!((lab.members[2].commit(), lab.members[2].log().last()), (Index(8), Index(10)));
    assert_eq!(lab.members[2].role, Role::Follower(None));
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.members[2].commit(), Index(10));
}

#[test]
fn a_save_finished_after_its_entries_were_cut_off_counts_for_nothing() {
    let mut lab = Lab::new(5);
    lab.elect(0);
    lab.deaf = vec![1, 2, 3];
    lab.propose(0, 5);
    lab.settle_but(&[4]); // 4 has it in memory, its disk is busy
    lab.deaf = vec![0];
    lab.now += Span(5_000);
    lab.tick(1);
    lab.settle_but(&[4]);
    assert_eq!(lab.leaders(), [(0, 1), (1, 2)]);
    assert_eq!(lab.terms(4), [1, 2]);
    assert_eq!(lab.members[4].stored_upto(), Index(1), "nothing of it has reached the disk");
    lab.settle();
    assert_eq!((lab.members[4].stored_upto(), lab.disks[4].log.clone()), (Index(2), lab.members[4].log().clone()));
}

#[test]
fn a_member_that_lost_its_disk_neither_votes_nor_counts_until_it_is_readmitted() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.propose(0, 7);
    lab.settle_but(&[1]);
    assert_eq!(lab.members[0].commit(), Index(2), "0 and 2 have stored it");
    lab.wipe(2);
    lab.reboot(1); // what it had not stored is gone
    lab.elect(1);
    assert_eq!(lab.leaders(), [(0, 1)], "2 has forgotten the entry, and must not help 1, which never stored it");
    lab.deaf = vec![1];
    lab.propose(0, 8);
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert_eq!(lab.members[2].log().last(), Index(3), "it is sent everything");
    assert_eq!(lab.members[0].commit(), Index(2), "but what it stores does not count");
    assert_eq!(lab.members[0].newcomers(), [(Pid(2), 2)]);
    lab.deaf.clear();
    for _ in 0..3 {
        lab.now += Span(200);
        lab.tick(0);
        lab.settle();
    }
    assert_eq!(lab.members[0].commit(), Index(3), "1 has stored it");
    lab.act(2, |it, _, _, out| it.admit(out));
    lab.deaf = vec![1];
    lab.propose(0, 9);
    lab.settle();
    assert_eq!(lab.members[0].commit(), Index(4), "readmitted, it counts");
    assert_eq!(lab.members[0].newcomers(), []);
    lab.reboot(2);
    assert!(!lab.members[2].is_newcomer(), "and its disk says so");
}

#[test]
fn what_a_member_stored_before_it_lost_its_disk_is_not_taken_for_what_it_has() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    (10..20).for_each(|op| lab.propose(0, op));
    lab.settle();
    lab.propose(0, 20);
    lab.finish_saves(&[]);
    let late: Vec<_> = lab.mail.iter().filter(|(from, ..)| *from == Pid(2)).cloned().collect();
    lab.wipe(2);
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    for (from, to, msg) in late {
        lab.act(to.0, |it, now, config, out| it.receive(from, msg, now, config, &mut |min, _| min, out));
    }
    lab.settle();
    assert_eq!(lab.terms(2), lab.terms(0), "everything was sent anew");
}

#[test]
fn a_group_of_one_goes_on_without_its_disk() {
    let mut lab = Lab::new(1);
    lab.elect(0);
    lab.wipe(0);
    lab.elect(0);
    assert_eq!(lab.leaders().len(), 1);
}

#[test]
fn a_new_life_does_not_vote_while_the_leader_it_may_have_followed_is_sure() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.settle();
    let until = lab.members[0].leads_until(PATIENCE).expect("a majority has answered");
    lab.deaf = vec![0];
    lab.reboot(1);
    lab.reboot(2);
    lab.now = Time(until.0 - 1);
    lab.tick(1);
    lab.act(1, |it, now, config, out| it.stand(now, config, &mut |min, _| min, out));
    lab.settle();
    assert_eq!(lab.leaders(), [(0, 1)], "0 may still answer reads and extend leases");
}

#[test]
fn a_leader_that_nobody_answers_gives_way_and_one_that_is_answered_does_not() {
    let mut lab = Lab::new(3);
    lab.config.check_quorum = true;
    lab.elect(0);
    for _ in 0..20 {
        lab.now += Span(200);
        lab.tick(0);
        lab.settle();
    }
    assert_eq!(lab.leaders(), [(0, 1)]);
    // What 0 says still arrives; what the others say does not.
    for _ in 0..11 {
        lab.now += Span(200);
        lab.tick(0);
        lab.finish_saves(&[]);
        for (from, to, msg) in std::mem::take(&mut lab.mail) {
            if to != Pid(0) {
                lab.act(to.0, |it, now, config, out| it.receive(from, msg, now, config, &mut |min, _| min, out));
            }
        }
    }
    assert_eq!(lab.leaders(), [], "it has given way");
    lab.now += Span(200);
    lab.deaf = vec![0];
    lab.elect(1);
    assert_eq!(lab.leaders(), [(1, 2)]);
}

/// Lets a leader yield to another member; gives whether it did.
fn yield_to(lab: &mut Lab, from: u16, to: u16) -> bool {
    let mut given = false;
    lab.act(from, |it, now, config, out| given = it.yield_to(Pid(to), now, config, &mut |min, _| min, out));
    given
}

#[test]
fn a_leader_that_yields_is_replaced_at_once_though_everybody_has_just_heard_it() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    assert!(yield_to(&mut lab, 0, 2));
    assert_eq!(lab.members[0].leads_until(PATIENCE), None, "before the other knows of it");
    assert_eq!(lab.leaders(), []);
    lab.settle();
    assert_eq!(lab.leaders(), [(2, 2)]);
    assert!(lab.facts.contains(&(Pid(2), Fact::Stands(Term(2), Some(Pid(0))))));
    lab.now += Span(200);
    lab.tick(2);
    lab.settle();
    assert!(lab.members.iter().all(|it| it.leader() == Some(Pid(2))));
}

#[test]
fn a_leader_does_not_yield_to_a_member_that_lacks_something_or_does_not_count() {
    let mut lab = Lab::new(3);
    lab.elect(0);
    lab.deaf = vec![2];
    lab.propose(0, 7);
    lab.settle();
    assert!(!yield_to(&mut lab, 0, 2), "its log is shorter");
    lab.deaf.clear();
    lab.now += Span(200);
    lab.tick(0);
    lab.settle();
    lab.wipe(1);
    for _ in 0..3 {
        lab.now += Span(200);
        lab.tick(0);
        lab.settle();
    }
    assert!(!yield_to(&mut lab, 0, 1), "it has lost its disk, and is not readmitted");
    assert!(!yield_to(&mut lab, 2, 1), "a follower has nothing to yield");
    assert_eq!(lab.leaders(), [(0, 1)]);
    assert!(yield_to(&mut lab, 0, 2));
}

#[test]
fn leave_that_arrives_in_a_later_term_deposes_nobody() {
    // Whether or not whom it is for has heard of that term.
    for heard in [false, true] {
        let mut lab = Lab::new(3);
        lab.elect(0);
        assert!(yield_to(&mut lab, 0, 2));
        let late = std::mem::take(&mut lab.mail);
        assert_eq!(late.len(), 1);
        lab.deaf = if heard { Vec::new() } else { vec![2] };
        lab.elect(1);
        assert_eq!(lab.leaders(), [(1, 2)], "an ordinary election, with the vote of the one that yielded");
        lab.deaf.clear();
        let until = lab.members[1].leads_until(PATIENCE);
        assert!(until > Some(lab.now));
        for (from, to, msg) in late {
            lab.act(to.0, |it, now, config, out| it.receive(from, msg, now, config, &mut |min, _| min, out));
        }
        lab.settle();
        assert_eq!(lab.members[2].stands(), (!heard).then_some(false), "it stands in vain, or not at all");
        assert_eq!((lab.leaders(), lab.members[1].leads_until(PATIENCE)), (vec![(1, 2)], until), "heard: {heard}");
    }
}

#[test]
fn leave_does_not_help_whoever_lacks_what_may_be_committed() {
    let mut lab = Lab::of(&[&[1, 1], &[1, 1], &[1]], &[1, 1, 1]);
    lab.act(2, |it, now, config, out| it.receive(Pid(0), RaftMsg::TimeoutNow { term: Term(1) }, now, config, &mut |min, _| min, out));
    lab.settle();
    assert_eq!(lab.leaders(), []);
}
