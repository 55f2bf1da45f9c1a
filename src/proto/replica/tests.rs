//! The protocol in small: three replicas, messages carried by hand, disks that finish when told.

use crate::proto::replica::machine::Replica;
use crate::proto::replica::view::{Entry, Index, Log, View, ViewNo};
use crate::proto::replica::words::{Commit, ReplicaEffect, ReplicaMsg, SaveId, Terms};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

pub(super) const TERMS: Terms = Terms {
    resend_after: Span(100),
    lag_max: Span(500),
    commit: Commit::All,
    min: 1,
    wait_for_disk: true,
    view_check: true,
    truncate: true,
};
pub(super) const NOW: Time = Time(1_000);

pub(super) fn view(no: u32, primary: u16, in_sync: &[u16], learners: &[u16]) -> View {
    let pids = |list: &[u16]| list.iter().map(|&n| Pid(n)).collect();
    View { no: ViewNo(no), primary: Some(Pid(primary)), in_sync: pids(in_sync), learners: pids(learners), level: false, unknown: false }
}

/// Replicas by number, messages under way, and saves that have not finished.
pub(super) struct Lab {
    pub(super) replicas: Vec<Replica<u32>>,
    pub(super) mail: Vec<(Pid, Pid, ReplicaMsg<u32>)>,
    pub(super) saves: Vec<(Pid, SaveId)>,
    pub(super) heard: Vec<(Pid, ReplicaEffect<u32>)>,
    pub(super) terms: Terms,
}

impl Lab {
    pub(super) fn new(logs: &[&[(u32, u32)]]) -> Lab {
        let replicas = logs.iter().enumerate().map(|(i, entries)| {
            let mut log = Log::default();
            for &(view, op) in *entries {
                log.push(Entry { mark: ViewNo(view), op: Some(op) });
            }
            Replica::new(Pid(i as u16), ViewNo(0), log, Index(0))
        });
        Lab { replicas: replicas.collect(), mail: Vec::new(), saves: Vec::new(), heard: Vec::new(), terms: TERMS }
    }

    pub(super) fn act(&mut self, who: u16, act: impl FnOnce(&mut Replica<u32>, &mut Vec<ReplicaEffect<u32>>)) {
        let mut effects = Vec::new();
        act(&mut self.replicas[usize::from(who)], &mut effects);
        for effect in effects {
            match effect {
                ReplicaEffect::Send(to, msg) => self.mail.push((Pid(who), to, msg)),
                ReplicaEffect::Save { mark, .. } => self.saves.push((Pid(who), mark)),
                other => self.heard.push((Pid(who), other)),
            }
        }
    }

    pub(super) fn enter(&mut self, who: u16, view: &View) {
        let terms = self.terms;
        self.act(who, |it, out| it.enter(view, NOW, terms, out));
    }

    pub(super) fn propose(&mut self, who: u16, op: u32) {
        let terms = self.terms;
        self.act(who, |it, out| {
            it.propose(op, NOW, terms, out);
        });
    }

    /// Delivers everything until nothing is under way, to living replicas whose disks work.
    pub(super) fn settle(&mut self, deaf: &[u16], stuck_disks: &[u16]) {
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

    pub(super) fn commit(&self, who: u16) -> u32 {
        self.replicas[usize::from(who)].commit().0
    }

    pub(super) fn ops(&self, who: u16) -> Vec<(u32, Option<u32>)> {
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
    assert!(lab.heard.contains(&(Pid(2), ReplicaEffect::Truncated { from: Index(4), dropped: 2, lost: 0 })));
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
    assert!(lab.heard.iter().any(|(_, effect)| matches!(effect, ReplicaEffect::Refused { from: Pid(0), theirs: ViewNo(1) })));
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
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Ready { learner: Pid(2), again: false })));
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
    let lagging = |lab: &Lab| lab.heard.contains(&(Pid(0), ReplicaEffect::Lagging(Pid(2))));
    lab.act(0, |it, out| it.tick(NOW + Span(500), TERMS, out));
    assert!(!lagging(&lab));
    lab.act(0, |it, out| it.tick(NOW + Span(501), TERMS, out));
    assert!(lagging(&lab) && !lab.heard.contains(&(Pid(0), ReplicaEffect::Lagging(Pid(1)))));
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
        for (from, effect) in std::mem::take(&mut self.heard) {
            match effect {
                ReplicaEffect::Snapshot(to) => {
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
    assert!(lab.heard.contains(&(Pid(0), ReplicaEffect::Snapshot(Pid(2)))));
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
    assert!(lab.heard.contains(&(Pid(1), ReplicaEffect::Forget)));
    assert!(lab.heard.contains(&(Pid(1), ReplicaEffect::Truncated { from: Index(1), dropped: 9, lost: 0 })));
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
