//! How clients ask, and ask again: what they give up, and what they ask for in an open loop.
//!
//! Mutants, each applied by hand, and a test that was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | a request is sent again once more than the recipe allows | `a_request_is_sent_again_as_often_as_the_recipe_allows_and_then_given_up` |
//! | a worker gives up | `a_worker_never_gives_up` |
//! | retries are not paid for | `a_budget_bounds_how_often_requests_are_sent` |
//! | the pause has another kind of jitter | `the_pause_before_a_retry_has_the_jitter_of_the_recipe` |
//! | arrivals wait for answers | `in_an_open_loop_arrivals_are_poisson_whatever_becomes_of_them` |
//! | arrivals draw from the stream that pauses draw from | `in_an_open_loop_arrivals_are_poisson_whatever_becomes_of_them` |
//! | the window is one wider than results are kept for | the assertion in `store::results`, in `a_window_binds_where_it_can_be_seen` |
//! | the surge never ends | `a_surge_comes_and_goes` |

use std::collections::BTreeMap;

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse as read;
use ringside::cluster::history::model::Model;
use ringside::cluster::note::{ClientNote, GaveUpWhy, Note, OpId};
use ringside::cluster::setup::asking::WINDOW;
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::session::told::history;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

fn opened(link: &str) -> Session {
    let session = Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")));
    let broken: Vec<_> = session.promises().into_iter().filter(|(_, broken)| broken.is_some()).collect();
    assert!(broken.is_empty(), "{link}: {broken:?}");
    session
}

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
            ClientNote::Answered { .. } | ClientNote::ReplicaRead { .. } | ClientNote::HeldBack { .. } => {}
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
    assert!(low >= 24 && low < 40 && high > 401 && high <= 801 && middle < 200, "{low}, {middle}, {high}");
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
            ClientNote::GaveUp { .. } | ClientNote::Retried { .. } | ClientNote::ReplicaRead { .. } => {}
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
