//! The promises about copies, tripped by facts that a broken cluster would note: a checker that never speaks proves nothing.
//! (The other five are tripped by rules that are switched off, in `engine` and `rules`.)

use std::rc::Rc;

use ringside::cluster::note::{ControlNote, Note, OpId, RingWhy, ShardNote, ViewWhy};
use ringside::cluster::observe::view::{Logged, Sight, Write};
use ringside::cluster::property::{Deadlines, Promise, Promises, ring_answer};
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::proto::lock::token::LockId;
use ringside::proto::replica::view::{Index, ShardId, View, ViewNo};
use ringside::sim::id::{Boot, Pid, Seq};
use ringside::sim::journal::{Record, What};
use ringside::sim::time::Time;

const OP: OpId = OpId { client: Pid(9), boot: Boot(1), n: 1 };
const SHARD: ShardId = ShardId(0);

/// Four nodes; those of `full` have the one write that was ever acknowledged.
struct Eye {
    full: Vec<Pid>,
}

impl Sight for Eye {
    fn now(&self) -> Time {
        Time(5)
    }
    fn serves(&self, _: Pid, _: ShardId) -> bool {
        false
    }
    fn logged(&self, node: Pid, _: ShardId, index: Index) -> Logged {
        if index == Index(1) && self.full.contains(&node) { Logged::Entry(Some(OP)) } else { Logged::Nothing }
    }
    fn has(&self, node: Pid, shard: ShardId, write: &Write) -> bool {
        self.kept(node, shard, write)
    }
    fn kept(&self, node: Pid, _: ShardId, write: &Write) -> bool {
        (write.index, write.op) == (Index(1), OP) && self.full.contains(&node)
    }
    fn state(&self, _: Pid, _: ShardId) -> Option<(Index, u64)> {
        None
    }
    fn nodes(&self) -> Vec<Pid> {
        (1..=4).map(Pid).collect()
    }
    fn coordinators(&self) -> Vec<Pid> {
        Vec::new()
    }
    fn balancers(&self) -> Vec<Pid> {
        Vec::new()
    }
    fn founders(&self) -> Vec<Pid> {
        pids(&[1, 2, 3])
    }
    fn tokens(&self) -> Rc<[(u64, Pid)]> {
        // Shard 0 of two ends in the middle: its copies belong to 2, 3 and (wrapping) 1.
        [(1 << 61, Pid(1)), (1 << 63, Pid(2)), (3 << 62, Pid(3)), (u64::MAX, Pid(3)), (1 << 62, Pid(4))].into()
    }
    fn decisions_from(&self, _: Pid) -> Index {
        Index(1)
    }
    /// Coordinator 5 has decided something else at index 2; nobody has got further.
    fn decision(&self, coordinator: Pid, index: Index) -> Option<(u32, u64)> {
        match (coordinator.0, index.0) {
            (_, 1) => Some((1, 11)),
            (5, 2) => Some((2, 99)),
            (_, 2) => Some((1, 22)),
            _ => None,
        }
    }
    fn outcome(&self, _: Pid, _: bool) -> Option<(Index, u64)> {
        None
    }
    fn believers(&self) -> Vec<(Pid, LockId)> {
        Vec::new()
    }
    fn shards(&self) -> u16 {
        2
    }
    fn copies(&self) -> usize {
        3
    }
}

fn pids(list: &[u16]) -> Vec<Pid> {
    list.iter().map(|&n| Pid(n)).collect()
}

fn broken(eye: &Eye, facts: &[(u16, Note)]) -> Vec<Promise> {
    let mut promises = Promises::new();
    for (i, (who, note)) in facts.iter().enumerate() {
        let record = Record { seq: Seq(i as u64), at: Time(i as u64), who: Pid(*who), cause: None, what: What::Note(note.clone()) };
        promises.after(eye, &[record]);
    }
    promises.states().into_iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise).collect()
}

fn changed(in_sync: &[u16], learners: &[u16], why: ViewWhy) -> (u16, Note) {
    let view = View {
        no: ViewNo(2),
        primary: Some(Pid(in_sync[0])),
        in_sync: pids(in_sync),
        learners: pids(learners),
        level: false,
        unknown: false,
    };
    (0, Note::Shard(ShardNote::ViewChanged { shard: SHARD, view, why }))
}

#[test]
fn the_ring_is_walked_clockwise_and_wraps() {
    let eye = Eye { full: Vec::new() };
    assert_eq!(ring_answer(&eye.tokens(), SHARD, 2, 3), pids(&[2, 3, 1]));
    assert_eq!(ring_answer(&eye.tokens(), ShardId(1), 2, 4), pids(&[3, 1, 4, 2]));
}

#[test]
fn a_copy_deleted_while_no_other_disk_has_everything_breaks_a_promise() {
    let acked = (1, Note::Shard(ShardNote::Acknowledged { shard: SHARD, op: OP, view: ViewNo(1), index: Index(1), key: 0 }));
    let dropped = (1, Note::Shard(ShardNote::Dropped { shard: SHARD }));
    assert_eq!(broken(&Eye { full: pids(&[1]) }, &[acked.clone(), dropped.clone()]), [Promise::CopiesKept]);
    assert_eq!(broken(&Eye { full: pids(&[1, 4]) }, &[acked, dropped]), []);
}

#[test]
fn a_write_on_one_disk_alone_is_at_risk_until_it_is_on_two_or_lost() {
    let after = |eye: &Eye, facts: &[(u16, Note)]| {
        let mut promises = Promises::under(Ack::Primary, Reads::Primary, Deadlines::default());
        for (i, (who, note)) in facts.iter().enumerate() {
            let record = Record { seq: Seq(i as u64), at: Time(i as u64), who: Pid(*who), cause: None, what: What::Note(note.clone()) };
            promises.after(eye, &[record]);
        }
        let broken = promises.states().iter().any(|(_, broken)| broken.is_some());
        (promises.at_risk(eye), promises.lost_writes(), broken)
    };
    let acked = (1, Note::Shard(ShardNote::Acknowledged { shard: SHARD, op: OP, view: ViewNo(1), index: Index(1), key: 0 }));
    let view = View { no: ViewNo(2), primary: Some(Pid(2)), in_sync: pids(&[2, 3, 1]), learners: Vec::new(), level: false, unknown: false };
    let named = (9, Note::Shard(ShardNote::ViewChanged { shard: SHARD, view, why: ViewWhy::Promotion }));
    let serving = (2, Note::Shard(ShardNote::Serving { shard: SHARD, view: ViewNo(2) }));
    assert_eq!(after(&Eye { full: pids(&[1]) }, std::slice::from_ref(&acked)), (1, 0, false));
    assert_eq!(after(&Eye { full: pids(&[1, 3]) }, std::slice::from_ref(&acked)), (0, 0, false));
    assert_eq!(after(&Eye { full: pids(&[1]) }, &[acked, named, serving]), (0, 1, false), "lost, counted, and not promised");
}

#[test]
fn copies_that_differ_and_writes_done_twice_break_promises() {
    let committed = |who: u16| (who, Note::Shard(ShardNote::Committed { shard: SHARD, index: Index(1) }));
    assert_eq!(broken(&Eye { full: pids(&[2]) }, &[committed(2), committed(3)]), [Promise::CopiesAgree]);
    assert_eq!(broken(&Eye { full: pids(&[2, 3]) }, &[committed(2), committed(3)]), []);
    assert_eq!(broken(&Eye { full: pids(&[2]) }, &[committed(2), committed(4)]), [], "4 does not count");
    let joins = [committed(2), committed(4), changed(&[2, 3, 4], &[], ViewWhy::CaughtUp)];
    assert_eq!(broken(&Eye { full: pids(&[2]) }, &joins), [Promise::CopiesAgree], "now it does");
    let dropped = (3, Note::Shard(ShardNote::Truncated { shard: SHARD, from: Index(1), dropped: 1 }));
    let forgets = [committed(2), committed(3), dropped.clone()];
    assert_eq!(broken(&Eye { full: pids(&[2, 3]) }, &forgets), [Promise::CopiesAgree], "its primary still has that");
    assert_eq!(broken(&Eye { full: pids(&[2, 3]) }, &[committed(2), dropped]), [], "it never knew that to be committed");
    let applied = |who: u16, index| (who, Note::Shard(ShardNote::Applied { shard: SHARD, op: OP, index: Index(index) }));
    assert_eq!(broken(&Eye { full: pids(&[1]) }, &[applied(1, 1), applied(1, 2)]), [Promise::OnceOnly]);
    assert_eq!(broken(&Eye { full: pids(&[1, 2]) }, &[applied(1, 1), applied(2, 1)]), [], "a successor tells the same");
    assert_eq!(broken(&Eye { full: pids(&[1]) }, &[applied(1, 1), applied(2, 2)]), [], "2 does not have the first one");
}

#[test]
fn a_plan_that_makes_copies_fewer_breaks_a_promise_and_a_death_does_not() {
    let eye = Eye { full: Vec::new() };
    assert_eq!(broken(&eye, &[changed(&[2, 3], &[], ViewWhy::Dismissed)]), [Promise::CopiesKept]);
    assert_eq!(broken(&eye, &[changed(&[2, 3], &[4], ViewWhy::BackupLost)]), []);
    let after_a_death = [changed(&[2, 3], &[4], ViewWhy::BackupLost), changed(&[2, 3], &[], ViewWhy::Cancelled)];
    assert_eq!(broken(&eye, &after_a_death), []);
    let fewer_still = [changed(&[2, 3], &[4], ViewWhy::BackupLost), changed(&[3], &[], ViewWhy::HandedOver)];
    assert_eq!(broken(&eye, &fewer_still), [Promise::CopiesKept]);
}

#[test]
fn a_copy_where_the_ring_wants_none_and_a_wasteful_change_break_a_promise() {
    let eye = Eye { full: Vec::new() };
    assert_eq!(broken(&eye, &[changed(&[2, 3, 1], &[4], ViewWhy::Recruited(Pid(4)))]), [Promise::MovesPlanned]);
    assert_eq!(broken(&eye, &[changed(&[2, 3, 4], &[1], ViewWhy::Recruited(Pid(1)))]), []);
    let ring = |moves, minimum| (0, Note::Control(ControlNote::RingChanged { node: Pid(4), why: RingWhy::Joined, moves, minimum }));
    // The new node takes one of node 2's copies. Told otherwise, it is wrong.
    assert_eq!(broken(&eye, &[ring(1, 1)]), []);
    for told in [(2, 1), (2, 2), (1, 0), (0, 0)] {
        assert_eq!(broken(&eye, &[ring(told.0, told.1)]), [Promise::MovesPlanned], "{told:?}");
    }
}

#[test]
fn a_second_leader_in_a_term_breaks_a_promise_and_the_same_one_again_does_not() {
    let eye = Eye { full: Vec::new() };
    let elected = |who, term| (who, Note::Control(ControlNote::Elected { term }));
    assert_eq!(broken(&eye, &[elected(6, 1), elected(7, 2), elected(6, 3)]), []);
    assert_eq!(broken(&eye, &[elected(6, 1), elected(6, 1)]), []);
    assert_eq!(broken(&eye, &[elected(6, 1), elected(7, 1)]), [Promise::OneLeader]);
}

#[test]
fn a_decision_made_otherwise_or_missing_at_a_new_leader_breaks_a_promise() {
    let eye = Eye { full: Vec::new() };
    let decided = |who, index, term| (who, Note::Control(ControlNote::Decided { index: Index(index), term }));
    assert_eq!(broken(&eye, &[decided(6, 1, 1), decided(6, 2, 1), decided(7, 1, 1), decided(7, 2, 1)]), []);
    assert_eq!(broken(&eye, &[decided(6, 2, 1), decided(5, 2, 2)]), [Promise::DecisionsSurvive]);
    assert_eq!(broken(&eye, &[decided(6, 2, 1), (7, Note::Control(ControlNote::Elected { term: 3 }))]), []);
    assert_eq!(broken(&eye, &[decided(6, 2, 1), (5, Note::Control(ControlNote::Elected { term: 3 }))]), [Promise::DecisionsSurvive]);
}

#[test]
fn a_node_that_joined_is_wanted_by_the_ring() {
    let eye = Eye { full: Vec::new() };
    let joined = (0, Note::Control(ControlNote::RingChanged { node: Pid(4), why: RingWhy::Joined, moves: 1, minimum: 1 }));
    let view = View { no: ViewNo(2), primary: Some(Pid(3)), in_sync: pids(&[3, 1, 2]), learners: pids(&[4]), level: false, unknown: false };
    let recruited = (0, Note::Shard(ShardNote::ViewChanged { shard: ShardId(1), view, why: ViewWhy::Recruited(Pid(4)) }));
    assert_eq!(broken(&eye, std::slice::from_ref(&recruited)), [Promise::MovesPlanned]);
    assert_eq!(broken(&eye, &[joined, recruited]), []);
}
