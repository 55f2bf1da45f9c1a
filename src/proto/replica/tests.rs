//! The protocol in small: three replicas, messages carried by hand, disks that finish when told.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Log};
use crate::proto::replica::view::{Index, View, ViewNo};
use crate::proto::replica::words::{Commit, Mark, ReplicaMsg, Terms, Want};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

const TERMS: Terms =
    Terms { resend_after: Span(100), lag_max: Span(500), commit: Commit::All, wait_for_disk: true, view_check: true, truncate: true };
const NOW: Time = Time(1_000);

fn view(no: u32, primary: u16, in_sync: &[u16], learners: &[u16]) -> View {
    let pids = |list: &[u16]| list.iter().map(|&n| Pid(n)).collect();
    View { no: ViewNo(no), primary: Some(Pid(primary)), in_sync: pids(in_sync), learners: pids(learners) }
}

/// Replicas by number, messages under way, and saves that have not finished.
struct Lab {
    replicas: Vec<Replica<u32>>,
    mail: Vec<(Pid, Pid, ReplicaMsg<u32>)>,
    saves: Vec<(Pid, Mark)>,
    heard: Vec<(Pid, Want<u32>)>,
    terms: Terms,
}

impl Lab {
    fn new(logs: &[&[(u32, u32)]]) -> Lab {
        let replicas = logs.iter().enumerate().map(|(i, entries)| {
            let mut log = Log::default();
            for &(view, op) in *entries {
                log.push(Entry { mark: ViewNo(view), op: Some(op) });
            }
            Replica::new(Pid(i as u16), ViewNo(0), log, Index(0))
        });
        Lab { replicas: replicas.collect(), mail: Vec::new(), saves: Vec::new(), heard: Vec::new(), terms: TERMS }
    }

    fn act(&mut self, who: u16, act: impl FnOnce(&mut Replica<u32>, &mut Vec<Want<u32>>)) {
        let mut wants = Vec::new();
        act(&mut self.replicas[usize::from(who)], &mut wants);
        for want in wants {
            match want {
                Want::Send(to, msg) => self.mail.push((Pid(who), to, msg)),
                Want::Save { mark, .. } => self.saves.push((Pid(who), mark)),
                other => self.heard.push((Pid(who), other)),
            }
        }
    }

    fn enter(&mut self, who: u16, view: &View) {
        let terms = self.terms;
        self.act(who, |it, out| it.enter(view, NOW, terms, out));
    }

    fn propose(&mut self, who: u16, op: u32) {
        let terms = self.terms;
        self.act(who, |it, out| {
            it.propose(op, NOW, terms, out);
        });
    }

    /// Delivers everything until nothing is under way, to living replicas whose disks work.
    fn settle(&mut self, deaf: &[u16], stuck_disks: &[u16]) {
        let terms = self.terms;
        for _ in 0..100 {
            for (from, to, msg) in std::mem::take(&mut self.mail) {
                if !deaf.contains(&to.0) && !deaf.contains(&from.0) {
                    self.act(to.0, |it, out| it.receive(from, msg, NOW, terms, out));
                }
            }
            let (wait, done): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.saves).into_iter().partition(|(pid, _)| stuck_disks.contains(&pid.0));
            self.saves = wait;
            for (pid, mark) in done {
                self.act(pid.0, |it, out| it.stored(mark, terms, out));
            }
            if self.mail.is_empty() {
                return;
            }
        }
        panic!("the replicas never stop talking");
    }

    fn commit(&self, who: u16) -> u32 {
        self.replicas[usize::from(who)].commit().0
    }

    fn ops(&self, who: u16) -> Vec<(u32, Option<u32>)> {
        let log = self.replicas[usize::from(who)].log();
        (1..=log.last().0).filter_map(|i| log.get(Index(i))).map(|entry| (entry.mark.0, entry.op)).collect()
    }
}

#[test]
fn an_entry_is_committed_when_every_in_sync_replica_has_stored_it_and_not_before() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    assert_eq!(lab.commit(0), 1, "the mark that begins the view");
    lab.propose(0, 7);
    lab.settle(&[], &[2]);
    assert_eq!(lab.commit(0), 1, "one disk has not finished");
    lab.settle(&[], &[]);
    assert_eq!((lab.commit(0), lab.commit(1), lab.commit(2)), (2, 2, 2));
    lab.propose(0, 8);
    lab.settle(&[], &[0]);
    assert_eq!(lab.commit(0), 2, "the primary's own disk counts like any other, and once");
}

#[test]
fn a_new_primary_makes_others_drop_what_its_view_does_not_have_and_keep_what_it_has() {
    // B (1) was told 1..=3; C (2) had stored more, never committed, from the dead primary.
    let mut lab = Lab::new(&[&[], &[(1, 1), (1, 2), (1, 3)], &[(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]]);
    for who in [1, 2] {
        lab.enter(who, &view(2, 1, &[1, 2], &[0]));
    }
    lab.settle(&[0], &[]);
    let expected = [(1, Some(1)), (1, Some(2)), (1, Some(3)), (2, None)];
    assert_eq!(lab.ops(1), expected);
    assert_eq!(lab.ops(2), expected);
    assert!(lab.heard.contains(&(Pid(2), Want::Truncated { from: Index(4), dropped: 2, lost: 0 })));
    assert!(lab.replicas[1].is_settled() && lab.commit(2) == 4);
}

#[test]
fn a_message_of_a_lower_view_is_refused_and_its_sender_steps_down() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    lab.enter(1, &view(2, 1, &[1, 2], &[0]));
    lab.settle(&[0], &[]);
    lab.propose(0, 66);
    lab.settle(&[], &[]);
    assert!(!lab.replicas[0].is_primary(), "it has heard of a higher view");
    assert!(lab.heard.iter().any(|(_, want)| matches!(want, Want::Refused { from: Pid(0), theirs: ViewNo(1) })));
    assert!(lab.ops(1).iter().chain(&lab.ops(2)).all(|&(_, op)| op != Some(66)));
}

#[test]
fn a_learner_catches_up_from_nothing_and_commits_wait_for_it_once_it_is_proposed() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in [0, 1] {
        lab.enter(who, &view(1, 0, &[0, 1], &[2]));
    }
    for op in 0..80 {
        lab.propose(0, op);
    }
    lab.settle(&[2], &[]);
    assert_eq!(lab.commit(0), 81);
    lab.act(0, |it, out| it.tick(NOW + Span(600), TERMS, out));
    lab.settle(&[], &[]);
    assert_eq!(lab.ops(2), lab.ops(0));
    assert!(lab.heard.contains(&(Pid(0), Want::Ready { learner: Pid(2), again: false })));
    lab.propose(0, 99);
    lab.settle(&[2], &[]);
    assert_eq!(lab.commit(0), 81, "the control plane may count it already");
}

#[test]
fn a_silent_backup_is_reported_after_the_limit_and_not_before() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    lab.propose(0, 1);
    lab.settle(&[2], &[]);
    let lagging = |lab: &Lab| lab.heard.contains(&(Pid(0), Want::Lagging(Pid(2))));
    lab.act(0, |it, out| it.tick(NOW + Span(500), TERMS, out));
    assert!(!lagging(&lab));
    lab.act(0, |it, out| it.tick(NOW + Span(501), TERMS, out));
    assert!(lagging(&lab) && !lab.heard.contains(&(Pid(0), Want::Lagging(Pid(1)))));
}

#[test]
fn a_save_finished_after_its_entries_were_cut_off_counts_for_nothing() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    lab.enter(0, &view(1, 0, &[0, 1, 2], &[]));
    lab.enter(2, &view(1, 0, &[0, 1, 2], &[]));
    lab.propose(0, 5);
    lab.settle(&[1], &[2]); // 2 has it in memory, its disk is busy
    lab.enter(1, &view(2, 1, &[1, 2], &[0]));
    lab.settle(&[0], &[2]);
    assert_eq!(lab.replicas[2].stored_upto(), Index(0), "nothing has reached the disk");
    lab.settle(&[0], &[]);
    assert_eq!(lab.ops(2), [(2, None)]);
    assert_eq!(lab.replicas[2].stored_upto(), Index(1));
}

impl Lab {
    /// Carries the snapshots that were asked for, as a node would, and answers when the disk has them.
    fn carry(&mut self) {
        for (from, want) in std::mem::take(&mut self.heard) {
            match want {
                Want::Snapshot(to) => {
                    let source = &self.replicas[usize::from(from.0)];
                    let upto = (source.commit(), source.log().mark_at(source.commit()).expect("what is committed is in the log"));
                    let view = source.view();
                    let mut mark = None;
                    self.act(to.0, |it, out| mark = it.install(from, view, upto, TERMS, out));
                    if let Some(mark) = mark {
                        self.saves.push((to, mark));
                    }
                }
                other => self.heard.push((from, other)),
            }
        }
        self.settle(&[], &[]);
    }
}

#[test]
fn whoever_has_nothing_gets_a_snapshot_and_then_the_log() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in [0, 1] {
        lab.enter(who, &view(1, 0, &[0, 1], &[]));
    }
    for op in 0..40 {
        lab.propose(0, op);
    }
    lab.settle(&[], &[]);
    lab.enter(0, &view(2, 0, &[0, 1], &[2]));
    lab.settle(&[], &[]);
    assert!(lab.heard.contains(&(Pid(0), Want::Snapshot(Pid(2)))));
    assert!(lab.replicas[0].carries_to(Pid(2)));
    lab.propose(0, 98);
    lab.settle(&[], &[]);
    assert_eq!(lab.ops(2), [], "while it is carried, no entries are sent");
    lab.carry();
    assert!(!lab.replicas[0].carries_to(Pid(2)));
    assert_eq!(lab.replicas[2].log().base(), Index(42));
    lab.propose(0, 99);
    lab.settle(&[], &[]);
    assert_eq!(lab.ops(2), [(2, Some(99))]);
    assert_eq!((lab.commit(0), lab.commit(2)), (43, 43));
}

#[test]
fn a_snapshot_counts_only_when_it_is_on_disk() {
    let mut lab = Lab::new(&[&[(1, 1), (1, 2)], &[]]);
    lab.enter(0, &view(1, 0, &[0], &[1]));
    lab.settle(&[1], &[]);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(1), (Index(2), ViewNo(1)), TERMS, out));
    assert_eq!((lab.replicas[1].stored_upto(), lab.mail.len()), (Index(0), 0), "not stored, not answered");
    lab.act(1, |it, out| it.stored(mark.expect("it replaces the log"), TERMS, out));
    assert_eq!(lab.replicas[1].stored_upto(), Index(2));
    assert_eq!(lab.mail, [(Pid(1), Pid(0), ReplicaMsg::Stored { view: ViewNo(1), upto: Index(2) })]);
}

#[test]
fn a_late_snapshot_never_takes_a_newer_tail_away() {
    let mut lab = Lab::new(&[&[], &[(1, 1), (1, 2), (2, 3)]]);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(2), (Index(2), ViewNo(1)), TERMS, out));
    assert_eq!(mark, None);
    assert_eq!((lab.ops(1).len(), lab.commit(1)), (3, 2), "the entries stay, and what the snapshot stands for is committed");
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(2), (Index(2), ViewNo(2)), TERMS, out));
    assert!(mark.is_some(), "an entry of another view is another history");
    assert_eq!((lab.replicas[1].log().base(), lab.replicas[1].log().last()), (Index(2), Index(2)));
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(1), (Index(9), ViewNo(1)), TERMS, out));
    assert_eq!((mark, lab.replicas[1].log().last()), (None, Index(2)), "a lower view's snapshot is refused");
}

#[test]
fn a_backup_whose_snapshot_reaches_further_than_the_first_guess_is_met_behind_it() {
    // 1 has a snapshot up to 5 and entry 6; 0 leads with 1..=7, and its first guess lies too low.
    let log: Vec<(u32, u32)> = (1..=7).map(|op| (1, op)).collect();
    let mut lab = Lab::new(&[&log, &[]]);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(0), ViewNo(1), (Index(5), ViewNo(1)), TERMS, out));
    lab.act(1, |it, out| it.stored(mark.expect("it replaces the log"), TERMS, out));
    lab.mail.clear();
    let append = |prev: (u32, u32)| ReplicaMsg::Append {
        view: ViewNo(2),
        prev: (Index(prev.0), ViewNo(prev.1)),
        entries: Vec::new(),
        commit: Index(0),
        floor: Index(0),
        ask: true,
    };
    lab.act(1, |it, out| it.receive(Pid(0), append((3, 1)), NOW, TERMS, out));
    let answer = ReplicaMsg::Mismatch { view: ViewNo(2), prev: Index(3), from: Index(5), base: Index(5), last: Index(5) };
    assert_eq!(lab.mail, [(Pid(1), Pid(0), answer)]);
    lab.mail.clear();
    lab.enter(0, &view(2, 0, &[0, 1], &[]));
    lab.settle(&[], &[]);
    assert_eq!((lab.commit(0), lab.commit(1)), (8, 8));
}

#[test]
fn a_primary_that_lacks_what_a_backup_has_committed_starts_it_over() {
    // Only without the rule of promotion can this be: 0 leads and has never heard of what 1 has a snapshot of.
    let mut lab = Lab::new(&[&[(1, 1)], &[]]);
    let mut mark = None;
    lab.act(1, |it, out| mark = it.install(Pid(2), ViewNo(2), (Index(9), ViewNo(2)), TERMS, out));
    lab.act(1, |it, out| it.stored(mark.expect("it replaces the log"), TERMS, out));
    lab.mail.clear();
    lab.enter(0, &view(3, 0, &[0, 1], &[]));
    lab.settle(&[], &[]);
    assert!(lab.heard.contains(&(Pid(1), Want::Forget)));
    assert!(lab.heard.contains(&(Pid(1), Want::Truncated { from: Index(1), dropped: 9, lost: 0 })));
    lab.carry();
    assert_eq!(lab.ops(1), lab.ops(0));
    assert!(lab.replicas[0].is_settled());
}

#[test]
fn a_backup_that_heard_of_a_view_first_does_not_depose_its_leader() {
    let mut lab = Lab::new(&[&[], &[], &[]]);
    for who in 0..3 {
        lab.enter(who, &view(1, 0, &[0, 1, 2], &[]));
    }
    lab.settle(&[], &[]);
    lab.enter(1, &view(2, 0, &[0, 1], &[2]));
    lab.propose(0, 7);
    lab.settle(&[], &[]);
    assert!(lab.replicas[0].is_settled(), "it leads that view as well, and only has not heard of it");
    lab.enter(0, &view(2, 0, &[0, 1], &[2]));
    lab.settle(&[], &[]);
    assert_eq!((lab.commit(0), lab.ops(1)), (2, lab.ops(0)), "what was passed over is sent again");
}

const MAJORITY: Terms = Terms { commit: Commit::Majority(3), ..TERMS };
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
    assert_eq!(lab.commit(0), 1);
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
        assert!(lab.heard.contains(&(Pid(0), Want::Truncated { from: Index(3), dropped: 1, lost: 0 })));
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
    assert!(!lab.heard.contains(&(Pid(0), Want::Lagging(Pid(2)))));
    lab.act(0, |it, out| it.tick(NOW + Span(501), MAJORITY, out));
    assert!(lab.heard.contains(&(Pid(0), Want::Lagging(Pid(2)))));
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
    assert!(lab.heard.contains(&(Pid(1), Want::Truncated { from: Index(4), dropped: 1, lost: 0 })));
    assert_eq!(lab.heard.iter().filter(|(who, want)| *who == Pid(1) && matches!(want, Want::Appended(..))).count(), 1);
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
    assert!(lab.heard.contains(&(Pid(0), Want::Truncated { from: Index(2), dropped: 2, lost: 2 })));
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
    assert!(!lab.heard.iter().any(|(_, want)| matches!(want, Want::Snapshot(_))));
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
