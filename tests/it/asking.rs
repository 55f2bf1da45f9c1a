//! How clients ask, and ask again: what they give up, and what they ask for in an open loop.
//!
//! | what may be wrong | what would tell |
//! |---|---|
//! | a request is sent again once more than the recipe allows | `a_request_is_sent_again_as_often_as_the_recipe_allows_and_then_given_up` |
//! | a worker gives up | `a_worker_never_gives_up` |
//! | retries are not paid for | `a_budget_bounds_how_often_requests_are_sent` |
//! | the pause has another kind of jitter | `the_pause_before_a_retry_has_the_jitter_of_the_recipe` |
//! | arrivals wait for answers | `in_an_open_loop_arrivals_are_poisson_whatever_becomes_of_them` |
//! | arrivals draw from the stream that pauses draw from | `in_an_open_loop_arrivals_are_poisson_whatever_becomes_of_them` |
//! | the window is one wider than results are kept for | the assertion in `store::results`, in `a_window_binds_where_it_can_be_seen` |
//! | the surge never ends | `a_surge_comes_and_goes` |
//! | an open breaker lets everything through; nothing at all | `a_breaker_asks_nothing_of_whom_cannot_be_reached_and_closes_again` |
//! | a client that throttles itself counts refusals as accepted | `a_client_that_throttles_itself_asks_for_little_more_than_is_accepted` |
//! | a node serves what came too late | `nodes_drop_what_nobody_waits_for_where_requests_carry_their_deadlines` |
//! | a node keeps what has waited too long | `a_node_turns_away_who_has_waited_too_long` |
//! | a second worker of a node never gets a request | `a_node_serves_as_many_at_a_time_as_it_has_workers` |
//! | one breaker for all doors | `a_breaker_before_each_door_finds_the_one_that_is_open` |
//! | a balancer asks a node on that has failed it; asks it never again | `a_balancer_asks_a_node_no_more_that_fails_it_and_tries_it_again` |
//! | clients stay with a door that turns everything away | `clients_leave_a_balancer_that_has_no_route` |
//! | clients stay with a silent door | `clients_go_to_another_balancer_when_theirs_is_silent` |

use std::collections::BTreeMap;

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse as read;
use ringside::cluster::history::model::Model;
use ringside::cluster::note::{ClientNote, GaveUpWhy, Note, OpId, RefusedWhy, ShardNote};
use ringside::cluster::setup::asking::WINDOW;
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::session::told::history;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

use crate::opened::opened;

fn told(session: &Session) -> impl Iterator<Item = (Time, &ClientNote)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(Note::Client(note)) => Some((fact.at, note)),
        What::Note(_) | What::Fault(_) => None,
    })
}

fn count(session: &Session, which: impl Fn(&ClientNote) -> bool) -> usize {
    told(session).filter(|(_, note)| which(note)).count()
}

/// Attempts of each operation of a plain client that was asked for, and whether it was given up.
fn attempts(session: &Session) -> BTreeMap<OpId, (u32, bool)> {
    let mut out = BTreeMap::new();
    for (_, note) in told(session) {
        match note {
            ClientNote::Invoked { op, .. } => drop(out.insert(*op, (1, false))),
            ClientNote::Retried { op, attempt } => drop(out.get_mut(op).map(|it| it.0 = *attempt)),
            ClientNote::GaveUp { op, attempts, .. } => {
                let it = out.get_mut(op).expect("it was asked for");
                assert_eq!(it.0, *attempts, "{op:?}");
                it.1 = true;
            }
            _ => {}
        }
    }
    out
}

/// Nobody can be reached: the only balancer is dead.
const NOBODY: &str = "v=9&seed=4127&clients=8&workers=0&do=5:kill:L1&at=60";

#[test]
fn a_request_is_sent_again_as_often_as_the_recipe_allows_and_then_given_up() {
    for retries in [0, 1, 3] {
        let session = opened(&NOBODY.replace("&do", &format!("&retries={retries}&do")));
        let all = attempts(&session);
        let given_up = all.values().filter(|it| it.1).count();
        assert!(given_up > 50 && all.values().all(|&(attempts, gave_up)| !gave_up || attempts == retries + 1), "{retries}: {all:?}");
        assert!(all.values().all(|it| it.0 <= retries + 1));
        assert_eq!(session.bill().given_up as usize, given_up);
    }
    let session = opened(NOBODY);
    assert_eq!(session.bill().given_up, 0, "usually nobody gives up");
    assert!(attempts(&session).values().any(|it| it.0 > 30));
}

#[test]
fn a_worker_never_gives_up() {
    let session = opened("v=9&seed=4127&clients=6&retries=0&budget=1&do=5:kill:L1,25:revive:L1&at=60");
    let workers = &session.view().processes;
    let gave_up: Vec<String> = told(&session)
        .filter_map(|(_, note)| match note {
            ClientNote::GaveUp { op, .. } => Some(workers.iter().find(|it| it.pid == op.client)?.name.to_string()),
            _ => None,
        })
        .collect();
    assert!(gave_up.len() > 5 && gave_up.iter().all(|name| name == "c6"), "{gave_up:?}");
}

/// Brooker's `retry_sim` (2022): without a budget three retries make four requests of one where all fail; a budget of a tenth makes 1.1.
#[test]
fn a_budget_bounds_how_often_requests_are_sent() {
    let sent = |rest: &str| {
        let session = opened(&NOBODY.replace("&do", &format!("&rate=1&retries=3{rest}&do")).replace("at=60", "at=300"));
        let late = attempts(&session);
        let (asked, sent) = (late.len() as u32, late.values().map(|it| it.0).sum::<u32>());
        (asked, sent, session)
    };
    let (asked, free, _) = sent("");
    assert!(asked > 1_500 && free > asked * 39 / 10, "{free} of {asked}");
    let (asked, bound, session) = sent("&budget=10");
    assert!(bound <= asked + asked / 10 + 8 * 5 && bound > asked * 105 / 100, "{bound} of {asked}");
    assert!(count(&session, |note| matches!(note, ClientNote::GaveUp { why: GaveUpWhy::Budget, .. })) > 1_000);
}

#[test]
fn the_pause_before_a_retry_has_the_jitter_of_the_recipe() {
    // From one attempt to the next: the time-out of half a second, and the pause. The fourth pause is 400 ms without jitter.
    let pauses = |jitter: &str| {
        let session = opened(&NOBODY.replace("&do", &format!("&jitter={jitter}&retries=4&do")).replace("at=60", "at=300"));
        let (mut last, mut out) = (BTreeMap::new(), Vec::new());
        for (at, note) in told(&session) {
            if let ClientNote::Retried { op, attempt } = note {
                let before = last.insert(*op, at);
                out.extend(
                    before.filter(|_| *attempt == 5 && at > Time::from_millis(8_000)).map(|before| at.since(before).0 / 1_000 - 500),
                );
            }
        }
        assert!(out.len() > 200, "{jitter}: {}", out.len());
        out.sort_unstable();
        (out[0], out[out.len() / 2], out[out.len() - 1])
    };
    // Clocks are a little off.
    let (low, _, high) = pauses("none");
    assert!(low >= 399 && high <= 401, "{low} to {high}");
    let (low, middle, high) = pauses("full");
    assert!(low < 20 && high > 380 && high <= 401 && middle.abs_diff(200) < 40, "{low}, {middle}, {high}");
    let (low, middle, high) = pauses("equal");
    assert!(low >= 199 && high > 390 && middle.abs_diff(300) < 20, "{low}, {middle}, {high}");
    let (low, middle, high) = pauses("decorrelated");
    assert!((24..40).contains(&low) && high > 401 && high <= 801 && middle < 200, "{low}, {middle}, {high}");
}

/// Instants at which each client asks, or would.
fn arrivals(session: &Session) -> Vec<(u16, u64)> {
    let of = |(at, note): (Time, &ClientNote)| match note {
        ClientNote::Invoked { op, .. } => Some((op.client.0, at.0)),
        _ => None,
    };
    told(session).filter_map(of).collect()
}

#[test]
fn in_an_open_loop_arrivals_are_poisson_whatever_becomes_of_them() {
    let calm = opened("v=9&seed=4127&clients=8&workers=0&rate=5&at=100");
    let (all, of_one) = (arrivals(&calm), arrivals(&calm).into_iter().filter(|it| it.0 == arrivals(&calm)[0].0).collect::<Vec<_>>());
    assert!(all.len().abs_diff(4_000) < 200, "{}", all.len());
    // The law of gaps: exponential, with a mean of 200 ms and as large a deviation; half of them below ln 2 of it.
    let mut gaps: Vec<f64> = of_one.windows(2).map(|pair| (pair[1].1 - pair[0].1) as f64 / 200_000.0).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
    gaps.sort_unstable_by(f64::total_cmp);
    let median = gaps[gaps.len() / 2];
    assert!((mean - 1.0).abs() < 0.12 && (deviation - 1.0).abs() < 0.15 && (median - 0.693).abs() < 0.12, "{mean} {deviation} {median}");
    // Whatever goes wrong, they ask at the same instants, as long as none is held back.
    let storm = opened("v=9&seed=4127&clients=8&workers=0&retries=2&rate=5&do=10:kill:C,12:isolate:A&at=100");
    assert!(storm.bill().given_up > 10 && storm.bill().held_back == 0, "{:?}", storm.bill());
    assert_eq!(arrivals(&storm), all);
}

#[test]
fn a_window_binds_where_it_can_be_seen() {
    let session = opened("v=9&seed=4127&clients=2&workers=0&rate=5&do=5:kill:L1,40:revive:L1&at=60");
    let (mut waits, mut most, mut held) = (0_usize, 0, 0);
    for (at, note) in told(&session) {
        match note {
            ClientNote::Invoked { .. } => waits += 1,
            ClientNote::Answered { .. } => waits -= 1,
            ClientNote::HeldBack { waits } => {
                held += 1;
                assert!(*waits <= WINDOW && (*waits == WINDOW || at > Time::from_millis(40_000)), "{waits} at {at}");
                assert!(at < Time::from_millis(43_000), "{at}");
            }
            _ => {}
        }
        most = most.max(waits);
    }
    assert_eq!(most, 2 * WINDOW as usize);
    assert!(held > 100 && session.bill().held_back as usize == held, "{held}");
    assert!(waits < 6, "they are all answered when the balancer is back: {waits}");
}

#[test]
fn a_surge_comes_and_goes() {
    let session = opened("v=9&seed=4127&clients=8&workers=0&rate=2&surge=5&surge-from=20&surge-for=20&surge-ramp=10&at=60");
    let all = arrivals(&session);
    let per_second =
        |from: u64, to: u64| all.iter().filter(|it| (from * 1_000_000..to * 1_000_000).contains(&it.1)).count() as u64 / (to - from);
    let (before, rising, full, after) = (per_second(0, 20), per_second(20, 30), per_second(30, 40), per_second(40, 60));
    assert!(
        before.abs_diff(16) < 4 && rising.abs_diff(48) < 8 && full.abs_diff(80) < 9 && after.abs_diff(16) < 4,
        "{before} {rising} {full} {after}"
    );
}

/// The checker of histories, which knows nothing of the cluster, judges what open-loop clients were told while nodes died and messages were
/// lost, with operations given up and many under way at a time.
#[test]
fn what_clients_with_a_window_are_told_has_an_order() {
    for seed in 1..6 {
        let link = format!("v=9&seed={seed}&clients=6&workers=0&loss=30&duplicates=50&timeout=0.2&retries=2&rate=4");
        let link = format!("{link}&do=5:kill:B,9:isolate:C,14:revive:B,18:heal:C&at=30");
        let mut recipe = parse(&link).unwrap_or_else(|why| panic!("{link}: {why}"));
        recipe.setup.config.keys = 6; // so few that clients meet
        let session = Session::open(recipe);
        assert!(session.promises().iter().all(|(_, broken)| broken.is_none()), "seed {seed}: {:?}", session.promises());
        assert!(session.bill().given_up > 3, "{:?}", session.bill());
        let told: Vec<Vec<u8>> = history(&session).lines().map(|line| line.as_bytes().to_vec()).collect();
        let objects = read(&told, Model::Kv).unwrap_or_else(|why| panic!("{why:?}"));
        let open: usize = objects.iter().flat_map(|object| &object.ops).filter(|op| !op.certain).count();
        assert!(open > 3, "what was given up stays open: {open}");
        for object in objects {
            let verdict = check(&object.ops, &Model::Kv.initial(), &mut 20_000_000);
            assert!(matches!(verdict, Verdict::Linearizable(_)), "seed {seed}, {:?}: {verdict:?}", object.key);
        }
    }
}

/// Attempts within these seconds.
fn sent(session: &Session, from: u64, to: u64) -> usize {
    let within = |at: Time| (from * 1_000_000..to * 1_000_000).contains(&at.0);
    let first = count_at(session, within, |note| matches!(note, ClientNote::Invoked { .. } | ClientNote::Retried { .. }));
    first - count_at(session, within, |note| matches!(note, ClientNote::GaveUp { attempts: 0, .. }))
}

fn count_at(session: &Session, within: impl Fn(Time) -> bool, which: impl Fn(&ClientNote) -> bool) -> usize {
    told(session).filter(|(at, note)| within(*at) && which(note)).count()
}

fn refused(session: &Session, why: RefusedWhy) -> usize {
    let is = |fact: &&ringside::sim::journal::Record<Note>| matches!(&fact.what, What::Note(Note::Shard(ShardNote::Refused { why: it, .. })) if *it == why);
    session.facts().iter().filter(is).count()
}

#[test]
fn a_breaker_asks_nothing_of_whom_cannot_be_reached_and_closes_again() {
    let link = "v=9&seed=4127&clients=8&workers=0&rate=5&retries=0&breaker=10&do=10:kill:L1,40:revive:L1&at=60";
    let session = opened(link);
    let (before, open, after) = (sent(&session, 0, 10), sent(&session, 20, 40), sent(&session, 45, 60));
    // One a second and client on trial, and 40 a second otherwise. A trial takes half a second more.
    assert!(before > 300 && after > 500 && (80..=170).contains(&open), "{before}, {open}, {after}");
    assert!(count(&session, |note| matches!(note, ClientNote::GaveUp { why: GaveUpWhy::Breaker, attempts: 0, .. })) > 500);
}

/// A soak's seed 5177: with one breaker for all doors, what it let through on trial went to a client's own door, which stayed closed, and
/// nothing was asked of the other one for ever.
#[test]
fn a_breaker_before_each_door_finds_the_one_that_is_open() {
    let session = opened("v=9&seed=4127&clients=8&workers=0&balancers=2&rate=4&breaker=10&do=10:kill:L1&at=60");
    let mut answers = BTreeMap::new();
    for (_, note) in told(&session).filter(|(at, _)| *at > Time::from_millis(20_000)) {
        if let ClientNote::Answered { op, .. } = note {
            *answers.entry(op.client).or_insert(0) += 1;
        }
    }
    assert!(answers.len() == 8 && answers.values().all(|&n| n > 120), "{answers:?}");
}

/// Twice what is accepted, and where nothing is, next to nothing.
#[test]
fn a_client_that_throttles_itself_asks_for_little_more_than_is_accepted() {
    let session = opened("v=9&seed=4127&clients=8&workers=0&rate=5&retries=0&throttle=2&do=10:kill:L1,40:revive:L1&at=80");
    let (before, shut, after) = (sent(&session, 5, 10), sent(&session, 20, 40), sent(&session, 60, 80));
    assert!(before > 160 && shut < 100 && after > 700, "{before}, {shut}, {after}");
    assert!(count(&session, |note| matches!(note, ClientNote::GaveUp { why: GaveUpWhy::Throttle, .. })) > 500);
}

/// More than nodes can do.
const CROWD: &str = "v=9&seed=4127&clients=16&workers=0&service=0.2&queue=64";

#[test]
fn nodes_drop_what_nobody_waits_for_where_requests_carry_their_deadlines() {
    let (unknown, carried) = (opened(&format!("{CROWD}&at=60")), opened(&format!("{CROWD}&deadlines=carried&at=60")));
    assert_eq!(refused(&unknown, RefusedWhy::Late), 0);
    assert!(refused(&carried, RefusedWhy::Late) > 200, "{}", refused(&carried, RefusedWhy::Late));
    let answers = |session: &Session| count(session, |note| matches!(note, ClientNote::Answered { .. }));
    assert!(answers(&carried) * 2 > answers(&unknown) * 3, "{} to {}", answers(&carried), answers(&unknown));
}

#[test]
fn a_node_turns_away_who_has_waited_too_long() {
    let old = |shed: &str| refused(&opened(&format!("{CROWD}&shed={shed}&at=60")), RefusedWhy::Old);
    let (older, controlled) = (old("older"), old("controlled"));
    assert_eq!(refused(&opened(&format!("{CROWD}&at=60")), RefusedWhy::Old), 0);
    assert!(older > 200 && controlled > 200, "{older}, {controlled}");
}

#[test]
fn a_node_serves_as_many_at_a_time_as_it_has_workers() {
    let answers = |rest: &str| {
        let session = opened(&format!("v=9&seed=4127&clients=24&workers=0&service=0.3&queue=2&law=fixed{rest}&at=60"));
        let most = session.view().processes.iter().filter_map(|it| it.queued).map(|(_, most)| most).max();
        (count(&session, |note| matches!(note, ClientNote::Answered { .. })), most)
    };
    let ((one, three), (two, four), (_, ten)) = (answers(""), answers("&servers=2"), answers("&servers=8"));
    assert_eq!((three, four, ten), (Some(3), Some(4), Some(10)));
    assert!(two * 10 > one * 15, "{one} with one worker, {two} with two");
}

/// Each request through a closed door costs a time-out: once, or again and again.
#[test]
fn clients_go_to_another_balancer_when_theirs_is_silent() {
    let retries = |door: &str| {
        let session = opened(&format!("v=9&seed=4127&clients=8&workers=0&balancers=2{door}&do=10:kill:L1&at=60"));
        count_at(&session, |at| at > Time::from_millis(15_000), |note| matches!(note, ClientNote::Retried { .. }))
    };
    let (own, sticky) = (retries(""), retries("&door=sticky"));
    assert!(own > 100 && sticky < 5, "{own} retries through their own doors, {sticky} where they stay with the one that answers");
}

/// L1 lives and is cut off from the coordinators: it boots without a route and turns everything away, at once and for ever.
#[test]
fn clients_leave_a_balancer_that_has_no_route() {
    let link =
        "v=9&seed=4127&clients=8&workers=0&balancers=2&door=sticky&do=8:cut:L1:K1,8:cut:L1:K2,8:cut:L1:K3,9:kill:L1,9.5:revive:L1&at=60";
    let session = opened(link);
    let retries = count_at(&session, |at| at > Time::from_millis(15_000), |note| matches!(note, ClientNote::Retried { .. }));
    let answers = count_at(&session, |at| at > Time::from_millis(15_000), |note| matches!(note, ClientNote::Answered { .. }));
    assert!(retries < 5 && answers > 100, "{retries} retries, {answers} answers");
}

/// C's messages take forty times as long for a while, longer than a client waits; it stays in sync all the time.
#[test]
fn a_balancer_asks_a_node_no_more_that_fails_it_and_tries_it_again() {
    let link = "v=9&seed=4127&clients=16&workers=0&reads=in-sync&do=10:slow:C:40,70:slow:C:1&at=130";
    let run = |health: &str| {
        let session = opened(&link.replace("&do", &format!("{health}&do")));
        let c = session.setup().roster.pid("C".parse().expect("a name")).expect("it takes part");
        let (mut reads, mut again) = (std::collections::BTreeSet::new(), 0);
        for (_, note) in told(&session).filter(|(at, _)| *at > Time::from_millis(20_000) && *at < Time::from_millis(70_000)) {
            match note {
                ClientNote::Invoked { op, put: None, .. } => drop(reads.insert(*op)),
                ClientNote::Retried { op, .. } => again += usize::from(reads.contains(op)),
                _ => {}
            }
        }
        let late = |which: &dyn Fn(&ClientNote) -> bool| count_at(&session, |at| at > Time::from_millis(100_000), which);
        let by_c = late(&|note| matches!(note, ClientNote::ReplicaRead { from, .. } if *from == c));
        (again * 1_000 / reads.len(), by_c * 1_000 / late(&|note| matches!(note, ClientNote::ReplicaRead { .. })))
    };
    let ((blind, _), (sees, part)) = (run(""), run("&health=passive"));
    assert!(blind > 100 && sees < 30, "of a thousand reads {blind} were sent again, {sees} where balancers judge");
    assert!(part > 80, "{part} of a thousand reads of backups are answered by C when it is quick again");
}
