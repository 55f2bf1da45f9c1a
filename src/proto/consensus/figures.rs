//! Figures 7 and 8 of the Raft paper. Figure 7's logs as data: etcd-io/raft `raft_paper_test.go` at cdfbeed.

use crate::proto::consensus::lab::Lab;
use crate::proto::consensus::words::{Entry, Fact, RaftMsg, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::Span;

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
        lab.config.current_term_only = by_the_rule;
        lab.config.pre_vote = false;
        // 0 is elected in term 4 by 1, 2 and 3, and brings entry 2 to 2; its own mark stays on no disk but those that are stuck.
        lab.deaf = vec![4];
        lab.now += Span(5_000);
        lab.tick(0);
        while !lab.members[0].is_leader() {
            lab.finish_saves(&[]);
            let mail = std::mem::take(&mut lab.mail);
            for (from, to, msg) in mail {
                if ![from.0, to.0].contains(&4) {
                    lab.act(to.0, |it, now, config, out| it.receive(from, msg, now, config, &mut |min, _| min, out));
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
        lab.act(2, |it, now, config, out| it.receive(Pid(0), append, now, config, &mut |min, _| min, out));
        lab.finish_saves(&[0]);
        for who in [1, 2] {
            let answer = RaftMsg::Appended { life: 1, newcomer: false, beat: false, term, upto: Index(2), matches: true, sent };
            lab.act(0, |it, now, config, out| it.receive(Pid(who), answer, now, config, &mut |min, _| min, out));
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
