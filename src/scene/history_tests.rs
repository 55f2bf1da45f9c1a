//! The time bar tells what the journal says.

use crate::cluster::note::{LockNote, StopWhy, SuspectWhy};
use crate::cluster::setup::Setup;
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::proto::replica::view::{View, ViewNo};
use crate::scene::timebar::TICK;
use crate::sim::id::{Boot, Seq};
use crate::sim::time::Span;

use super::*;

const K1: Pid = Pid(0);
const C: Pid = Pid(3);
const D: Pid = Pid(4);
const C2: Pid = Pid(9);
const SEVEN: ShardId = ShardId(7);

fn journal(facts: &[(u64, Pid, What<Note>)]) -> Vec<Record<Note>> {
    let record = |(i, (ms, who, what)): (usize, &(u64, Pid, What<Note>))| Record {
        seq: Seq(i as u64),
        at: Time::from_millis(*ms),
        who: *who,
        cause: None,
        what: what.clone(),
    };
    facts.iter().enumerate().map(record).collect()
}

fn view(no: u32, primary: Option<Pid>, why: ViewWhy) -> What<Note> {
    let view = View { no: ViewNo(no), primary, in_sync: vec![C, D], learners: Vec::new(), level: false, unknown: false };
    What::Note(Note::Shard(ShardNote::ViewChanged { shard: SEVEN, view, why }))
}

fn serving(no: u32) -> What<Note> {
    What::Note(Note::Shard(ShardNote::Serving { shard: SEVEN, view: ViewNo(no) }))
}

fn session() -> LockSession {
    LockSession { client: C2, boot: Boot(1), n: 1 }
}

fn ms(n: u64) -> Time {
    Time::from_millis(n)
}

fn told(facts: &[(u64, Pid, What<Note>)]) -> History {
    let mut history = History::new(SEVEN, Setup::new(1).roster);
    history.read(&journal(facts));
    history
}

#[test]
fn leaders_of_the_coordinators_reign_from_their_election_to_their_end() {
    let (k1, k2) = (Pid(0), Pid(1));
    let fact = |(i, (ms, who, what)): (usize, (u64, Pid, What<Note>))| Record {
        seq: Seq(i as u64),
        at: Time::from_millis(ms),
        who,
        cause: None,
        what,
    };
    let elected = |term| What::Note(Note::Control(ControlNote::Elected { term }));
    let facts: Vec<_> = [
        (1_000, k1, elected(1)),
        (3_000, k1, What::Fault(Fault::Freeze(k1))),
        (3_500, k1, What::Fault(Fault::Thaw(k1))),
        (4_000, k1, What::Fault(Fault::Kill(k1))),
        (5_000, k2, elected(2)),
        (5_500, k1, What::Fault(Fault::Revive(k1))),
        (6_000, k1, elected(3)),
    ]
    .into_iter()
    .enumerate()
    .map(fact)
    .collect();
    let mut history = History::new(ShardId(7), Setup::new(1).roster);
    history.read(&facts);
    let slice = history.slice(Window::default(), LockId(0));
    let leaderships: Vec<_> =
        slice.leaderships.iter().map(|it| (it.term, it.leader, it.from.0 / 1_000, it.to.map(|to| to.0 / 1_000))).collect();
    let wanted = [(1, k1, 1_000, Some(3_000)), (1, k1, 3_500, Some(4_000)), (2, k2, 5_000, Some(6_000)), (3, k1, 6_000, None)];
    assert_eq!(leaderships, wanted, "a gap while nobody leads; whoever is elected ends the one before");
    assert_eq!(slice.marks.iter().filter(|mark| matches!(mark.sign, Sign::Elected(..))).count(), 3);
}

#[test]
fn a_kill_ends_the_band_and_opens_an_outage_until_the_next_primary_serves() {
    let history = told(&[
        (100, C, serving(1)),
        (11_200, C, What::Fault(Fault::Kill(C))),
        (12_310, K1, What::Note(Note::Control(ControlNote::Suspected { node: C, silent: Span::millis(1_110), why: SuspectWhy::Silent }))),
        (12_440, K1, view(2, Some(D), ViewWhy::Promotion)),
        (12_600, D, serving(2)),
    ]);
    let bands: Vec<_> = history.bands.iter().map(|b| (b.view.0, b.primary, b.from, b.to)).collect();
    assert_eq!(bands, [(1, C, ms(100), Some(ms(11_200))), (2, D, ms(12_440), None)]);
    assert_eq!(history.outages, [Outage { from: ms(11_200), to: Some(ms(12_600)) }]);
    let signs: Vec<_> = history.marks.iter().map(|m| m.sign).collect();
    assert_eq!(signs, [Sign::Killed(C), Sign::Suspected(K1, C), Sign::Promoted(ViewNo(2), D)]);
}

#[test]
fn a_lost_backup_changes_the_view_and_is_no_outage() {
    let history = told(&[(100, C, serving(1)), (3_000, K1, view(2, Some(C), ViewWhy::BackupLost))]);
    assert_eq!(history.outages, []);
    assert_eq!(history.bands.len(), 2);
    assert_eq!(history.bands[0].to, Some(ms(3_000)));
}

#[test]
fn a_lease_that_ends_is_an_outage() {
    let stopped = What::Note(Note::Shard(ShardNote::Stopped { shard: SEVEN, view: ViewNo(1), why: StopWhy::LeaseEnded }));
    let history = told(&[(100, C, serving(1)), (5_000, C, stopped), (5_200, C, serving(1))]);
    assert_eq!(history.outages, [Outage { from: ms(5_000), to: Some(ms(5_200)) }]);
}

#[test]
fn another_shards_facts_are_not_this_ones_history() {
    let other = What::Note(Note::Shard(ShardNote::Serving { shard: ShardId(3), view: ViewNo(1) }));
    assert!(told(&[(100, C, other)]).bands.is_empty());
}

#[test]
fn a_frozen_holder_is_striped_inside_its_grant() {
    let history = told(&[
        (1_000, K1, What::Note(Note::Lock(LockNote::Granted { session: session(), lock: LockId(0), token: FencingToken(33) }))),
        (2_000, C2, What::Fault(Fault::Freeze(C2))),
        (4_000, K1, What::Note(Note::Lock(LockNote::SessionEnded { session: session(), lock: LockId(0), held: Some(FencingToken(33)) }))),
        (6_000, C2, What::Fault(Fault::Thaw(C2))),
    ]);
    let grant = &history.grants[0];
    assert_eq!((grant.from, grant.to), (ms(1_000), Some(ms(4_000))));
    assert_eq!(grant.frozen, [Outage { from: ms(2_000), to: Some(ms(4_000)) }]);
}

#[test]
fn two_directions_of_a_cut_are_one_mark_and_an_isolation_is_one_mark() {
    let cut = |a, b| (3_000, a, What::Fault(Fault::Cut(a, b)));
    let both = told(&[cut(C, D), cut(D, C)]);
    assert_eq!(both.marks.iter().map(|m| m.sign).collect::<Vec<_>>(), [Sign::Cut(C, Some(D))]);
    let all = told(&[cut(C, K1), cut(K1, C), cut(C, D), cut(D, C), cut(C, C2), cut(C2, C)]);
    assert_eq!(all.marks.iter().map(|m| m.sign).collect::<Vec<_>>(), [Sign::Cut(C, None)]);
}

#[test]
fn reading_in_pieces_is_reading_at_once() {
    let facts = journal(&[
        (100, C, serving(1)),
        (900, C, What::Fault(Fault::Freeze(C))),
        (1_500, C, What::Fault(Fault::Thaw(C))),
        (2_000, C, What::Fault(Fault::Kill(C))),
    ]);
    let mut pieces = History::new(SEVEN, Setup::new(1).roster);
    for n in 0..=facts.len() {
        pieces.read(&facts[..n]);
    }
    let mut whole = History::new(SEVEN, Setup::new(1).roster);
    whole.read(&facts);
    assert_eq!(pieces, whole);
    assert_eq!(whole.outages.len(), 2, "frozen, then killed");
}

#[test]
fn now_always_stands_inside_the_window() {
    let mut window = Window::default();
    for at in [0, 5_000, 12_900, 13_100, 13_900, 14_000, 30_000, 29_000, 21_000, 3_000, 0, 1_799_000] {
        window = window.follow(ms(at));
        assert!((0.0..=1.0).contains(&window.place(ms(at))), "{at} ms in {window:?}");
        assert_eq!(window.from.0 % TICK.0, 0);
        assert_eq!(window.follow(ms(at)), window, "a window that fits stays");
    }
}

#[test]
fn a_place_on_the_bar_is_an_instant_and_back() {
    let window = Window { from: Time(4_000_000) };
    for at in [4_000, 4_001, 9_567, 18_000] {
        assert_eq!(window.instant(window.place(ms(at))), ms(at));
    }
    assert_eq!(window.instant(-3.0), ms(4_000));
    assert_eq!(window.instant(f64::NAN), ms(4_000));
}
