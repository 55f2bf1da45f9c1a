//! Rebalancing in the running cluster: nodes join, leave and are given up for lost while clients are served.
//!
//! Mutants of the moving code, each killed by a test of this file or by the soak in `rules`:
//!
//! | mutant | killed by |
//! |---|---|
//! | a copy is let go before every wanted one is there | `redundancy_never_falls_by_our_own_doing` |
//! | no limit to the moves in flight | `never_more_than_two_shards_move_at_a_time` |
//! | a learner where the ring wants none | `adding_a_node_moves_exactly_the_planned_shards` |
//! | whoever is silent is thrown out, however many | `a_coordinator_that_hears_nobody_throws_nobody_out` |
//! | no hand-over before a copy goes, or none at all | `a_drained_node_leaves_with_nothing_and_nobody_notices` |
//! | requests are refused during a hand-over | `a_drained_node_leaves_with_nothing_and_nobody_notices` |
//! | values, results or the token are not part of a snapshot | `a_snapshot_carries_all_of_the_state` |
//! | a snapshot is answered before it is stored | `a_snapshot_counts_only_when_it_is_on_disk` |
//! | a copy is deleted as soon as no view names it | `a_copy_that_is_not_wanted_stays_while_there_are_too_few` |
//! | a leader steps down for a view that it leads itself | `a_backup_that_heard_of_a_view_first_does_not_depose_its_leader` |
//! | what is passed over to a new leader is refused | `a_drained_node_leaves_with_nothing_and_nobody_notices` |
//! | a late snapshot replaces a newer tail | `a_late_snapshot_never_takes_a_newer_tail_away` |
//! | the old primary is let go before it has surely stepped down | `an_old_primary_that_hears_nothing_is_waited_for` |

use std::collections::BTreeSet;

use ringside::cluster::note::{ClientNote, ControlNote, Note, ShardNote, ViewWhy};
use ringside::cluster::observe::view::{ClusterView, Office, Standing};
use ringside::cluster::setup::Setup;
use ringside::session::Session;
use ringside::session::action::{Action, Refusal};
use ringside::session::chaos::unrest;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

/// The default cluster, run for three seconds.
fn begin(seed: u64, nodes: u8) -> Session {
    let mut setup = Setup::new(seed);
    setup.roster.nodes = nodes;
    let mut session = Session::sparse(setup);
    session.advance(Span::secs(3), u32::MAX);
    session
}

fn act(session: &mut Session, text: &str) {
    let action: Action = text.parse().expect("an action");
    session.dispatch(action).unwrap_or_else(|refusal| panic!("{text}: {refusal:?}"));
}

fn pid(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("takes part")
}

fn notes(session: &Session) -> impl DoubleEndedIterator<Item = (Time, Pid, &Note)> {
    session.facts().iter().filter_map(|record| match &record.what {
        What::Note(note) => Some((record.at, record.who, note)),
        What::Fault(_) => None,
    })
}

/// Runs until nothing is left to be done; a promise broken or a minute gone is a failure.
fn settle(session: &mut Session) {
    for _ in 0..60 {
        session.advance(Span::secs(1), u32::MAX);
        assert!(session.promises().iter().all(|(_, broken)| broken.is_none()), "{:?}: #{}", session.promises(), session.link());
        if unrest(session).is_empty() {
            return;
        }
    }
    panic!("{:?}: #{}", unrest(session), session.link());
}

/// Copies made on nodes that had none: (shard, node), in order.
fn recruited(session: &Session) -> Vec<(u16, Pid)> {
    let recruit = |(_, _, note): (Time, Pid, &Note)| match note {
        Note::Shard(ShardNote::ViewChanged { shard, why: ViewWhy::Recruited(node), .. }) => Some((shard.0, *node)),
        _ => None,
    };
    notes(session).filter_map(recruit).collect()
}

/// Requests turned away or sent again since [`begin`]: before, balancers had yet to learn their routes.
fn complaints(session: &Session) -> usize {
    let later = notes(session).filter(|&(at, _, _)| at > Time::from_millis(3_000));
    later.filter(|(_, _, note)| matches!(note, Note::Shard(ShardNote::Refused { .. }) | Note::Client(ClientNote::Retried { .. }))).count()
}

/// Who holds what, by shard.
fn holders(view: &ClusterView) -> Vec<BTreeSet<Pid>> {
    view.shards.iter().map(|shard| shard.view.in_sync.iter().copied().collect()).collect()
}

#[test]
fn adding_a_node_moves_exactly_the_planned_shards() {
    for seed in 1..=20 {
        let mut session = begin(seed, 6);
        let before = holders(&session.view());
        act(&mut session, "add G");
        settle(&mut session);
        let (view, new) = (session.view(), pid(&session, "G"));
        let planned: BTreeSet<(u16, Pid)> =
            view.shards.iter().filter(|shard| shard.wanted.contains(&new)).map(|shard| (shard.id.0, new)).collect();
        let made = recruited(&session);
        assert_eq!(made.len(), planned.len(), "no copy is made twice");
        assert_eq!(made.into_iter().collect::<BTreeSet<_>>(), planned, "only the new node gets copies, and all that are its own");
        assert!(!planned.is_empty());
        for (before, after) in before.iter().zip(holders(&view)) {
            assert!(after == *before || after.difference(before).eq([&new]), "nothing moves between old nodes");
        }
        assert_eq!(complaints(&session), 0, "clients notice nothing: #{}", session.link());
        let bill = session.bill();
        assert_eq!((bill.moved, bill.planned, bill.minimum), (planned.len() as u32, planned.len() as u32, planned.len() as u32));
        assert_eq!(bill.outage, None);
        assert_eq!(view.processes[new.index()].standing, Standing::Member);
    }
}

#[test]
fn a_drained_node_leaves_with_nothing_and_nobody_notices() {
    for seed in 1..=20 {
        let mut session = begin(seed, 6);
        let c = pid(&session, "C");
        let led = session.view().shards.iter().filter(|shard| shard.view.primary == Some(c)).count();
        act(&mut session, "drain C");
        settle(&mut session);
        let view = session.view();
        assert!(view.shards.iter().all(|shard| shard.replicas.iter().all(|replica| replica.node != c)), "it holds nothing");
        assert_eq!(complaints(&session), 0, "clients notice nothing: #{}", session.link());
        assert!(notes(&session).any(|(_, _, note)| *note == Note::Control(ControlNote::Left { node: c })));
        let yielded = notes(&session).filter(|(_, who, note)| *who == c && matches!(note, Note::Shard(ShardNote::Yielded { .. }))).count();
        assert_eq!(yielded, led, "it hands over once what it leads");
        assert_eq!(view.processes[c.index()].standing, Standing::None);
        act(&mut session, "add C");
        settle(&mut session);
        assert_eq!(complaints(&session), 0);
        assert!(session.view().shards.iter().any(|shard| shard.view.in_sync.contains(&c)), "it is back");
    }
}

#[test]
fn redundancy_never_falls_by_our_own_doing() {
    for seed in 1..=10 {
        let mut session = begin(seed, 5);
        for action in ["add F", "drain B", "add G", "add B", "drain A", "drain F", "add H"] {
            act(&mut session, action);
            session.advance(Span::millis(1_300), u32::MAX);
        }
        settle(&mut session);
        for (_, _, note) in notes(&session) {
            if let Note::Shard(ShardNote::ViewChanged { view, .. }) = note {
                assert!(view.in_sync.len() >= 3, "{note:?}: #{}", session.link());
            }
        }
        assert_eq!(complaints(&session), 0, "#{}", session.link());
    }
}

#[test]
fn never_more_than_two_shards_move_at_a_time() {
    let mut session = begin(7, 6);
    act(&mut session, "add G");
    act(&mut session, "drain C");
    let mut most = 0;
    session.advance(Span::millis(200), u32::MAX);
    while !unrest(&session).is_empty() {
        session.advance(Span::millis(5), u32::MAX);
        most = most.max(session.view().shards.iter().filter(|shard| !shard.view.learners.is_empty()).count());
        assert!(session.now() < Time::from_millis(60_000), "{:?}", unrest(&session));
    }
    assert_eq!(most, 2, "two at a time, and really two");
}

#[test]
fn a_node_that_returns_in_time_catches_up_in_place_and_a_later_one_finds_its_copies_elsewhere() {
    let mut session = begin(5, 6);
    act(&mut session, "kill C");
    session.advance(Span::secs(9), u32::MAX);
    act(&mut session, "revive C");
    settle(&mut session);
    assert_eq!(recruited(&session), [], "down is not out");
    act(&mut session, "kill C");
    session.advance(Span::secs(13), u32::MAX);
    let c = pid(&session, "C");
    assert_eq!(session.view().processes[c.index()].standing, Standing::Out);
    for _ in 0..30 {
        session.advance(Span::secs(1), u32::MAX);
    }
    assert!(session.view().shards.iter().all(|shard| shard.view.in_sync.len() == 3 && !shard.view.in_sync.contains(&c)));
    assert!(!recruited(&session).is_empty());
    act(&mut session, "revive C");
    settle(&mut session);
    assert!(session.view().shards.iter().any(|shard| shard.view.in_sync.contains(&c)));
    assert_eq!(session.bill().lost, 0);
}

#[test]
fn a_copy_that_is_not_wanted_stays_while_there_are_too_few() {
    let mut deleted = 0;
    for seed in 1..=8 {
        let mut session = begin(seed, 5);
        act(&mut session, "kill C");
        session.advance(Span::secs(20), u32::MAX);
        act(&mut session, "kill B");
        session.advance(Span::secs(3), u32::MAX);
        act(&mut session, "revive C");
        session.advance(Span::secs(5), u32::MAX);
        act(&mut session, "revive B");
        settle(&mut session);
        let mut counted = vec![3; session.view().shards.len()];
        for (_, who, note) in notes(&session) {
            match note {
                Note::Shard(ShardNote::ViewChanged { shard, view, .. }) => counted[usize::from(shard.0)] = view.in_sync.len(),
                Note::Shard(ShardNote::Dropped { shard }) => {
                    deleted += 1;
                    assert_eq!(counted[usize::from(shard.0)], 3, "{who:?} deletes {shard:?}: #{}", session.link());
                }
                _ => {}
            }
        }
    }
    assert!(deleted >= 20, "{deleted}");
}

#[test]
fn whoever_dies_in_the_middle_of_a_move_full_redundancy_is_restored() {
    for seed in 1..=10 {
        for (victim, pause) in [("G", 600), ("G", 1_900), ("A", 700), ("B", 1_100), ("K1", 900)] {
            let mut session = begin(seed, 6);
            act(&mut session, "add G");
            session.advance(Span::millis(pause), u32::MAX);
            act(&mut session, &format!("kill {victim}"));
            session.advance(Span::secs(20), u32::MAX);
            if victim == "K1" {
                act(&mut session, "revive K1");
            }
            for _ in 0..40 {
                session.advance(Span::secs(1), u32::MAX);
            }
            let view = session.view();
            let whole = view.shards.iter().all(|shard| shard.view.in_sync.len() == 3 && shard.server.is_some());
            assert!(whole, "{victim} dies after {pause} ms: #{}", session.link());
            assert!(session.promises().iter().all(|(_, broken)| broken.is_none()), "#{}", session.link());
        }
    }
}

#[test]
fn the_primary_may_die_while_it_carries_a_snapshot() {
    let mut tried = 0;
    for seed in 1..=30 {
        let mut session = begin(seed, 6);
        act(&mut session, "add G");
        let carrying = |session: &Session| {
            session.view().shards.iter().find(|it| it.replicas.iter().any(|replica| replica.arriving.is_some())).map(|it| it.view.primary)
        };
        while carrying(&session).is_none() && session.now() < Time::from_millis(8_000) {
            session.advance(Span::millis(20), u32::MAX);
        }
        let Some(Some(primary)) = carrying(&session) else { continue };
        tried += 1;
        let name = session.setup().roster.name(primary);
        act(&mut session, &format!("kill {name}"));
        session.advance(Span::secs(5), u32::MAX);
        act(&mut session, &format!("revive {name}"));
        settle(&mut session);
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn a_coordinator_that_hears_nobody_throws_nobody_out() {
    let out = |session: &Session| session.view().processes.iter().filter(|process| process.standing == Standing::Out).count();
    let mut setup = Setup::new(3);
    setup.roster.coordinators = 1;
    let mut session = Session::sparse(setup);
    session.advance(Span::secs(3), u32::MAX);
    act(&mut session, "isolate K1");
    session.advance(Span::secs(40), u32::MAX);
    assert_eq!(out(&session), 3, "as many as can be spared, and no more");
    act(&mut session, "heal K1");
    settle(&mut session);
    assert_eq!(session.bill().lost, 0);
    // One of three that hears nobody decides nothing at all: the others go on, and hear everybody.
    let mut session = begin(3, 6);
    let view = session.view();
    let leader = view.coordinators.iter().find(|it| it.office == Some(Office::Leader)).expect("one leads").pid;
    let leader = session.setup().roster.name(leader);
    act(&mut session, &format!("isolate {leader}"));
    session.advance(Span::secs(40), u32::MAX);
    assert_eq!(out(&session), 0);
    assert!(session.view().shards.iter().all(|shard| shard.server.is_some()));
}

#[test]
fn wishes_that_cannot_be_met_are_refused_with_a_reason() {
    let mut session = begin(1, 4);
    let no = |session: &mut Session, text: &str| match session.dispatch(text.parse().expect("an action")) {
        Err(Refusal::NoEffect(_, why)) => format!("{why:?}"),
        other => format!("{other:?}"),
    };
    assert_eq!(no(&mut session, "kill H"), "Absent");
    assert_eq!(no(&mut session, "revive H"), "Absent");
    assert_eq!(no(&mut session, "isolate H"), "Absent");
    assert_eq!(no(&mut session, "drain H"), "Absent");
    assert_eq!(no(&mut session, "add A"), "Member");
    act(&mut session, "drain A");
    assert_eq!(no(&mut session, "drain A"), "Leaving");
    session.advance(Span::secs(1), u32::MAX);
    assert_eq!(no(&mut session, "drain B"), "Needed");
    act(&mut session, "add A");
    session.advance(Span::secs(1), u32::MAX);
    assert_eq!(no(&mut session, "add A"), "Member");
    assert!(session.dispatch("drain K1".parse().expect("an action")).is_err(), "only nodes leave");
}

#[test]
fn a_wish_reaches_the_coordinator_though_it_was_dead_when_it_was_made() {
    let mut session = begin(2, 6);
    act(&mut session, "kill K1");
    act(&mut session, "drain C");
    session.advance(Span::secs(3), u32::MAX);
    act(&mut session, "kill C");
    act(&mut session, "revive K1");
    session.advance(Span::secs(2), u32::MAX);
    act(&mut session, "revive C");
    settle(&mut session);
    assert!(
        notes(&session).any(|(_, _, note)| *note == Note::Control(ControlNote::Left { node: pid(&session, "C") })),
        "the wish is on its disk"
    );
}

#[test]
fn exactly_once_moves_with_the_data() {
    // Every copy moves away from where it was; then clients' retries of old operations find their results.
    for seed in 1..=6 {
        let mut setup = Setup::new(seed);
        (setup.config.loss, setup.config.duplicates) = (40, 40);
        let mut session = Session::sparse(setup);
        session.advance(Span::secs(3), u32::MAX);
        for action in ["add G", "add H", "drain A", "drain B", "drain C"] {
            act(&mut session, action);
            session.advance(Span::secs(9), u32::MAX);
        }
        settle(&mut session);
    }
}

#[test]
fn an_old_primary_that_hears_nothing_is_waited_for() {
    // Whoever hands over is cut off from everybody at that very moment, in one direction or the other.
    let mut tried = 0;
    for seed in 1..=40 {
        let mut session = begin(seed, 6);
        act(&mut session, "drain C");
        let c = pid(&session, "C");
        let yields = |session: &Session| {
            notes(session).rev().take(40).any(|(_, who, note)| who == c && matches!(note, Note::Shard(ShardNote::Yielded { .. })))
        };
        while !yields(&session) && session.now() < Time::from_millis(12_000) {
            session.advance(Span::millis(2), u32::MAX);
        }
        if !yields(&session) {
            continue;
        }
        tried += 1;
        session.advance(Span::millis(8 + seed % 12), u32::MAX);
        let others: Vec<String> = ["K1", "A", "B", "D", "E", "F"].iter().map(|other| format!("cut {other}>C")).collect();
        for cut in &others {
            act(&mut session, cut);
        }
        session.advance(Span::secs(4), u32::MAX);
        act(&mut session, "heal C");
        settle(&mut session);
    }
    assert!(tried >= 10, "{tried}");
}
