//! Raft in small: messages carried by hand, disks that finish when told. The quorum tables and figure 7's logs are published
//! data: etcd-io/raft `quorum/testdata/majority_{commit,vote}.txt` and `raft_paper_test.go` at cdfbeed.

use crate::proto::consensus::quorum::{Outcome, committed, count, majority};
use crate::proto::consensus::raft::{Raft, RaftDisk, Role};
use crate::proto::consensus::words::{Entry, Fact, Mark, Patience, RaftMsg, Saving, Term, Want};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

const PATIENCE: Patience = Patience {
    election_min: Span(1_000),
    election_max: Span(2_000),
    heartbeat_every: Span(200),
    pre_vote: true,
    drift_bound: 10_000,
    majority: true,
    vote_is_stored: true,
    current_term_only: true,
};

type Msg = RaftMsg<u32, u32>;

struct Lab {
    now: Time,
    patience: Patience,
    members: Vec<Raft<u32, u32>>,
    disks: Vec<RaftDisk<u32, u32>>,
    mail: Vec<(Pid, Pid, Msg)>,
    saves: Vec<(Pid, Saving<u32, u32>, Mark)>,
    facts: Vec<(Pid, Fact)>,
    /// What each has applied: by index.
    applied: Vec<Vec<Option<u32>>>,
    deaf: Vec<u16>,
}

impl Lab {
    /// Members with logs of these terms (an entry's operation is its index) that have seen these terms.
    fn of(logs: &[&[u32]], terms: &[u32]) -> Lab {
        let pids: Vec<Pid> = (0..logs.len() as u16).map(Pid).collect();
        let disks: Vec<_> = logs.iter().zip(terms).map(|(log, &term)| disk(log, term)).collect();
        let boot = |(i, disk): (usize, &RaftDisk<u32, u32>)| {
            Raft::new(Pid(i as u16), pids.clone(), disk, Time(0), PATIENCE, &mut |min, _| min + Span(i as u64 * 100))
        };
        let members = disks.iter().enumerate().map(boot).collect();
        let (n, mail, saves) = (logs.len(), Vec::new(), Vec::new());
        Lab {
            now: Time(0),
            patience: PATIENCE,
            members,
            disks,
            mail,
            saves,
            facts: Vec::new(),
            applied: vec![Vec::new(); n],
            deaf: Vec::new(),
        }
    }

    fn new(n: usize) -> Lab {
        Lab::of(&vec![&[] as &[u32]; n], &vec![0; n])
    }

    fn act(&mut self, who: u16, act: impl FnOnce(&mut Raft<u32, u32>, Time, Patience, &mut Vec<Want<u32, u32>>)) {
        let mut wants = Vec::new();
        act(&mut self.members[usize::from(who)], self.now, self.patience, &mut wants);
        for want in wants {
            match want {
                Want::Send(to, msg) => self.mail.push((Pid(who), to, msg)),
                Want::Save { change, mark } => self.saves.push((Pid(who), change, mark)),
                Want::Tell(fact) => self.facts.push((Pid(who), fact)),
                Want::Commit(index) => {
                    let applied = &mut self.applied[usize::from(who)];
                    let log = self.members[usize::from(who)].log();
                    for i in applied.len() as u32 + 1..=index.0 {
                        applied.push(log.get(Index(i)).expect("what is committed is in the log").op);
                    }
                }
                Want::Restore(snapshot) => self.applied[usize::from(who)] = vec![None; snapshot.upto.0.0 as usize],
            }
        }
    }

    fn tick(&mut self, who: u16) {
        self.act(who, |it, now, patience, out| it.tick(now, patience, &mut |min, _| min, out));
    }

    fn propose(&mut self, who: u16, op: u32) {
        self.act(who, |it, now, patience, out| drop(it.propose(op, now, patience, out)));
    }

    fn finish_saves(&mut self, stuck: &[u16]) {
        for (pid, change, mark) in std::mem::take(&mut self.saves) {
            if stuck.contains(&pid.0) {
                self.saves.push((pid, change, mark));
                continue;
            }
            self.disks[usize::from(pid.0)].save(&change);
            self.act(pid.0, |it, now, patience, out| it.stored(mark, now, patience, out));
        }
    }

    /// Delivers everything until nothing is under way. The disks of `stuck` do not finish.
    fn settle_but(&mut self, stuck: &[u16]) {
        for _ in 0..200 {
            self.finish_saves(stuck);
            let mail = std::mem::take(&mut self.mail);
            let quiet = mail.is_empty();
            for (from, to, msg) in mail {
                if !self.deaf.contains(&from.0) && !self.deaf.contains(&to.0) {
                    self.act(to.0, |it, now, patience, out| it.receive(from, msg, now, patience, &mut |min, _| min, out));
                }
            }
            if quiet && self.saves.iter().all(|(pid, ..)| stuck.contains(&pid.0)) && self.mail.is_empty() {
                return;
            }
        }
        panic!("they never stop talking");
    }

    fn settle(&mut self) {
        self.settle_but(&[]);
    }

    /// Lets `who` stand for election now.
    fn elect(&mut self, who: u16) {
        self.now += Span(5_000);
        self.tick(who);
        self.settle();
    }

    fn terms(&self, who: u16) -> Vec<u32> {
        let log = self.members[usize::from(who)].log();
        (log.base().0 + 1..=log.last().0).filter_map(|i| log.mark_at(Index(i))).map(|term| term.0).collect()
    }

    fn leaders(&self) -> Vec<(u16, u32)> {
        self.members.iter().filter(|it| it.is_leader()).map(|it| (it.me.0, it.term().0)).collect()
    }

    /// A new life from the disk; saves under way are lost.
    fn reboot(&mut self, who: u16) {
        self.saves.retain(|(pid, ..)| pid.0 != who);
        self.mail.retain(|(from, to, _)| from.0 != who && to.0 != who);
        let pids = self.members[0].members.clone();
        let disk = &self.disks[usize::from(who)];
        self.members[usize::from(who)] = Raft::new(Pid(who), pids, disk, self.now, self.patience, &mut |min, _| min);
        self.applied[usize::from(who)] = vec![None; disk.log.base().0 as usize];
    }
}

fn disk(log: &[u32], term: u32) -> RaftDisk<u32, u32> {
    let mut disk = RaftDisk { term: Term(term), ..RaftDisk::default() };
    for (i, &term) in log.iter().enumerate() {
        disk.log.push(Entry { mark: Term(term), op: Some(i as u32 + 1) });
    }
    disk
}

#[test]
fn etcds_table_of_commits() {
    const UNKNOWN: u32 = 0;
    for (stored, expected) in [
        (&[UNKNOWN][..], 0),
        (&[12], 12),
        (&[UNKNOWN, UNKNOWN], 0),
        (&[12, UNKNOWN], 0),
        (&[12, 5], 5),
        (&[UNKNOWN, UNKNOWN, UNKNOWN], 0),
        (&[12, UNKNOWN, UNKNOWN], 0),
        (&[12, 5, UNKNOWN], 5),
        (&[12, 5, 6], 6),
        (&[12, 5, 4], 5),
        (&[5, 5, UNKNOWN], 5),
        (&[5, 5, 12], 5),
        (&[100, 101, 103], 101),
        (&[101, 104, 103, 103, UNKNOWN], 103),
    ] {
        assert_eq!(committed(stored.iter().map(|&i| Index(i)), majority(stored.len())), Index(expected), "{stored:?}");
    }
}

#[test]
fn etcds_table_of_votes() {
    use Outcome::{Lost, Pending, Won};
    for (votes, expected) in [
        ("_", Pending),
        ("n", Lost),
        ("y", Won),
        ("__", Pending),
        ("n_", Lost),
        ("y_", Pending),
        ("ny", Lost),
        ("yy", Won),
        ("___", Pending),
        ("n__", Pending),
        ("y__", Pending),
        ("nn_", Lost),
        ("yn_", Pending),
        ("yy_", Won),
        ("yyn", Won),
        ("nyn", Lost),
        ("yyny___", Pending),
        ("_yy_nyn", Pending),
        ("yyny_ny", Won),
        ("yy_nynn", Pending),
    ] {
        let each = votes.chars().map(|vote| match vote {
            'y' => Some(true),
            'n' => Some(false),
            _ => None,
        });
        assert_eq!(count(each, majority(votes.len())), expected, "{votes}");
    }
}

#[test]
fn figure_7_every_divergent_log_becomes_the_leaders() {
    const LEADER: &[u32] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    for (name, follower, keeps) in [
        ("a", &[1, 1, 1, 4, 4, 5, 5, 6, 6][..], 9),
        ("b", &[1, 1, 1, 4, 4], 5),
        ("c", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6], 10),
        ("d", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7], 10),
        ("e", &[1, 1, 1, 4, 4, 4, 4], 5),
        ("f", &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], 3),
    ] {
        // The leader of term 8 is elected with the vote of a third that has nothing.
        let mut lab = Lab::of(&[LEADER, follower, &[]], &[7, 7, 7]);
        lab.deaf = vec![1];
        lab.elect(0);
        assert_eq!(lab.leaders(), [(0, 8)], "{name}");
        lab.deaf.clear();
        lab.now += Span(200);
        lab.tick(0);
        lab.settle();
        let mut expected = LEADER.to_vec();
        expected.push(8);
        for who in 0..3 {
            assert_eq!(lab.terms(who), expected, "{name}: member {who}");
            assert_eq!(lab.disks[usize::from(who)].log, *lab.members[usize::from(who)].log(), "{name}: the disk of {who}");
        }
        let cut = lab.facts.iter().find_map(|&(pid, fact)| match fact {
            Fact::Truncated(from, dropped) if pid == Pid(1) => Some((from.0 - 1, dropped)),
            _ => None,
        });
        let lost = follower.len() as u32 - keeps;
        assert_eq!(cut, (lost > 0).then_some((keeps, lost)), "{name}: cut after the last common entry");
    }
}

#[test]
fn figure_8_an_entry_of_an_older_term_is_not_committed_by_counting_or_it_could_vanish() {
    let lost = |by_the_rule: bool| {
        let logs: [&[u32]; 5] = [&[1, 2], &[1, 2], &[1], &[1], &[1, 3]];
        let mut lab = Lab::of(&logs, &[3; 5]);
        lab.patience.current_term_only = by_the_rule;
        lab.patience.pre_vote = false;
        // 0 is elected in term 4 by 1, 2 and 3, and brings entry 2 to 2; its own mark stays on no disk but those that are stuck.
        lab.deaf = vec![4];
        lab.now += Span(5_000);
        lab.tick(0);
        while !lab.members[0].is_leader() {
            lab.finish_saves(&[]);
            let mail = std::mem::take(&mut lab.mail);
            for (from, to, msg) in mail {
                if ![from.0, to.0].contains(&4) {
                    lab.act(to.0, |it, now, patience, out| it.receive(from, msg, now, patience, &mut |min, _| min, out));
                }
            }
        }
        // From here on only 2 hears the leader, and only entry 2 of what it is sent reaches its disk.
        lab.mail.clear();
        lab.saves.clear();
        let prev = (Index(1), Term(1));
        let entries = vec![Entry { mark: Term(2), op: Some(2) }];
        let (term, sent) = (lab.members[0].term(), lab.now);
        let append = RaftMsg::AppendEntries { term, prev, entries, commit: Index(0), sent };
        lab.act(2, |it, now, patience, out| it.receive(Pid(0), append, now, patience, &mut |min, _| min, out));
        lab.finish_saves(&[0]);
        for who in [1, 2] {
            let answer = RaftMsg::Appended { term, upto: Index(2), matches: true, sent };
            lab.act(0, |it, now, patience, out| it.receive(Pid(who), answer, now, patience, &mut |min, _| min, out));
        }
        let committed = lab.applied[0].len();
        // 0 dies; 4 is elected by 2, 3 and itself, since its last term is higher, and overwrites entry 2.
        lab.mail.clear();
        lab.saves.clear();
        lab.deaf = vec![0, 1];
        for _ in 0..3 {
            lab.elect(4);
        }
        assert!(lab.members[4].is_leader(), "{:?}", lab.facts);
        (committed, lab.terms(2)[1])
    };
    assert_eq!(lost(true), (0, 3), "not committed, so nothing is lost");
    assert_eq!(lost(false), (2, 3), "committed, and overwritten");
}

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
        lab.patience.pre_vote = false;
        lab.patience.vote_is_stored = stored;
        let ask = |term| RaftMsg::RequestVote { term: Term(term), last: (Index(0), Term(0)), pre: false };
        lab.now += Span(5_000);
        lab.act(2, |it, now, patience, out| it.receive(Pid(0), ask(1), now, patience, &mut |min, _| min, out));
        let told = |lab: &Lab| lab.mail.iter().filter(|(_, _, msg)| matches!(msg, RaftMsg::Vote { granted: true, .. })).count();
        assert_eq!(told(&lab), usize::from(!stored), "before the disk has it");
        lab.finish_saves(&[]);
        assert_eq!(told(&lab), 1);
        lab.reboot(2);
        lab.act(2, |it, now, patience, out| it.receive(Pid(1), ask(1), now, patience, &mut |min, _| min, out));
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
        lab.patience.pre_vote = pre_vote;
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
