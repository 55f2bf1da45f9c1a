//! The lock, explored exhaustively: two workers, one lock, one document, and three coordinators as one machine. The handlers are
//! the real ones: the client and its worker, the lock table and what a leader makes of its outcomes, the store and its fencing.
//! `stateright` tries every order of events that the bounds below leave open.
//!
//! *Twice.* In the asynchronous mode clocks mean nothing: any timer fires at any moment, a worker's clock stands still, and the
//! service ends leases when it likes. What takes effect must be right even so; what workers believe cannot be. In the timed mode each
//! process has a clock of its own within the drift bound, and leases are counted; then what they believe must be right as well.
//!
//! *Not bounded*: whatever was said may be heard at any time, in any order, once, often or never. So every loss, delay and
//! duplicate is explored, and every freeze: to stand still is to hear nothing and to do nothing for a while, and timers may be
//! late without limit while clocks go on.
//!
//! *Bounded*, so that a minute suffices: sessions of one life of a worker (1 or 2), workers killed (0 or 1), changes of leader (0
//! or 1), ticks (2 to 5; a lease is 2 long by its worker's clock), and, where clocks go, keep-alives sent on top of the first request
//! (0 or 1). A killed worker starts anew at once: to stay dead is to do nothing. The client's retries are left out: they say the
//! same again. Letters that nobody will ever heed are forgotten. Things happen at whole ticks. The drift bound is a quarter
//! here, not a hundredth, so that a lease of two ticks shows it.
//!
//! *Left out*, and judged in whole runs by `soak` alone: a command takes effect as it is logged, so none is under way when the leader
//! changes; the store is one copy, without a log or a fail-over of its own; there is one lock.
//!
//! | exploration | sessions, kills, leaders, keep-alives, ticks | finds |
//! |---|---|---|
//! | asynchronous, with a death | 1, 1, 0, any, 2 | effects right; two believe |
//! | asynchronous, with a change of leader | 2, 0, 1, any, 2 | effects right; two believe |
//! | timed, 27 combinations of clocks | 1, 0, 0, 0, 3 | effects and beliefs right |
//! | timed, worst clocks, with a keep-alive | 1, 0, 0, 1, 3 | effects and beliefs right |
//! | timed, worst clocks, with a death | 1, 1, 0, 0, 3 | effects and beliefs right |
//! | timed, worst clocks, workers that give up waiting | 1, 0, 0, 1, 3 | effects and beliefs right |
//! | timed, worst clocks, with lock-delay | 1, 0, 0, 0, 4 | effects and beliefs right |
//! | timed, with a change of leader | 1, 0, 1, 0, 4 | effects and beliefs right |
//! | timed, a clock beyond the bound | 1, 0, 0, 0, 4 | effects right; two believe |
//!
//! Each prints its number of states (`--no-capture` shows them): 148,430, 307,289, 723,147, 318,149, 585,375, 296,385, 78,380,
//! 503,956 and 310,952 in the order of the table. Mistakes are explored too, each until it is found.

mod judge;
mod machine;
mod model;
mod state;

use ringside::cluster::setup::Setup;
use ringside::cluster::setup::config::Config;
use ringside::cluster::setup::name::Roster;
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::proto::lock::table::LockTimes;
use ringside::sim::time::Span;
use stateright::{Checker, HasDiscoveries, Model};

use crate::model::{BELIEF, BOTH_WRITE, Deed, GIVEN_UP, GRANTS, REFUSED, RESOURCE};
use crate::state::{Plan, TICK};

/// Drift bound of the timed explorations, in parts per million.
const BOUND: i32 = 250_000;

fn setup() -> Setup {
    let config = Config {
        workers: 2,
        lock_lease: TICK.scale(2, 1),
        drift_bound: BOUND as u32,
        // How long they last is left to the search: a timer may be late.
        think_min: Span::ZERO,
        think_max: Span::ZERO,
        pause_min: Span::ZERO,
        pause_max: Span::ZERO,
        ..Config::default()
    };
    Setup { seed: 1, roster: Roster { coordinators: 1, nodes: 3, balancers: 1, clients: 2 }, rules: Rules::ALL_ON, config }
}

fn asynchronous() -> Plan {
    Plan {
        setup: setup(),
        // Two steps: so that the lease of one session can end while another's, renewed in between, does not.
        service: LockTimes { lease: Span(2), delay: Span::ZERO },
        timed: false,
        worker_drifts: vec![0],
        service_drifts: vec![0],
        from_reply: false,
        sessions: 1,
        beats: 0,
        kills: 0,
        leaders: 0,
        horizon: 2,
    }
}

fn timed() -> Plan {
    let setup = setup();
    let drifts = vec![-BOUND, 0, BOUND];
    Plan {
        service: setup.config.lock_times(),
        setup,
        timed: true,
        worker_drifts: drifts.clone(),
        service_drifts: drifts,
        horizon: 3,
        ..asynchronous()
    }
}

/// Workers whose leases end late, and a service that ends them early.
fn worst() -> Plan {
    Plan { worker_drifts: vec![-BOUND], service_drifts: vec![BOUND], ..timed() }
}

/// Explores everything. `broken` are the promises that are found broken, and no others.
fn explore(name: &str, plan: Plan, at_least: usize, broken: &[&'static str], possible: &[&'static str]) {
    let checker = plan.checker().threads(2).spawn_bfs().join();
    let states = checker.unique_state_count();
    println!("{name}: {states} states, at most {} deeds deep", checker.max_depth());
    assert!(checker.is_done() && states >= at_least, "{name}: {states} states");
    for promise in [RESOURCE, GRANTS, BELIEF] {
        let found = checker.discovery(promise);
        assert_eq!(found.is_some(), broken.contains(&promise), "{name}: {promise}: {:?}", found.map(stateright::Path::into_actions));
    }
    for it in possible {
        assert!(checker.discovery(it).is_some(), "{name}: never seen: {it}");
    }
}

/// Explores until this promise is broken, and tells the way there.
fn finds(name: &str, plan: Plan, promise: &'static str) {
    let told = plan.clone();
    let checker = plan.checker().finish_when(HasDiscoveries::AnyOf([promise].into())).spawn_bfs().join();
    let path = checker.discovery(promise).unwrap_or_else(|| panic!("{name}: not found in {} states", checker.unique_state_count()));
    println!("{name}: broken after {} states: {promise}", checker.unique_state_count());
    for (state, deed) in path.into_vec() {
        if promise == BELIEF && state.believers(&told) > 1 {
            return println!("  {} two believe", state.now);
        }
        match deed {
            Some(Deed::Deliver(digest)) => println!("  {} arrives: {:?}", state.now, state.said.get(digest).expect("said before")),
            Some(deed) => println!("  {} {deed:?}", state.now),
            None => {}
        }
    }
}

fn without(rule: Rule, plan: Plan) -> Plan {
    Plan { setup: Setup { rules: plan.setup.rules.without(rule), ..plan.setup.clone() }, ..plan }
}

#[test]
fn without_clocks_what_takes_effect_is_right_and_what_is_believed_is_not_even_if_one_dies() {
    explore("asynchronous, death", Plan { kills: 1, ..asynchronous() }, 100_000, &[BELIEF], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn without_clocks_what_takes_effect_is_right_and_what_is_believed_is_not_whoever_leads() {
    let plan = Plan { sessions: 2, leaders: 1, ..asynchronous() };
    explore("asynchronous, change of leader", plan, 100_000, &[BELIEF], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn with_any_clocks_within_the_bound_effects_and_beliefs_are_right() {
    explore("timed, 27 combinations of clocks", timed(), 100_000, &[], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn with_the_worst_clocks_and_a_lease_renewed_effects_and_beliefs_are_right() {
    explore("timed, keep-alive", Plan { beats: 1, ..worst() }, 50_000, &[], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn with_the_worst_clocks_and_a_death_effects_and_beliefs_are_right() {
    explore("timed, death", Plan { kills: 1, ..worst() }, 50_000, &[], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn with_workers_that_give_up_effects_and_beliefs_are_right() {
    let mut plan = Plan { beats: 1, ..worst() };
    plan.setup.config.lock_patience = TICK;
    explore("timed, giving up", plan, 50_000, &[], &[BOTH_WRITE, REFUSED, GIVEN_UP]);
}

#[test]
fn with_lock_delay_effects_and_beliefs_are_right() {
    let service = LockTimes { delay: TICK, ..worst().service };
    explore("timed, lock-delay", Plan { service, horizon: 4, ..worst() }, 50_000, &[], &[BOTH_WRITE]);
}

#[test]
fn with_a_change_of_leader_effects_and_beliefs_are_right() {
    let plan = Plan { leaders: 1, horizon: 4, service_drifts: vec![-BOUND, BOUND], ..worst() };
    explore("timed, change of leader", plan, 50_000, &[], &[BOTH_WRITE]);
}

#[test]
fn with_a_clock_beyond_the_bound_two_believe_and_what_takes_effect_is_right() {
    let plan = Plan { worker_drifts: vec![-2 * BOUND, 0], horizon: 4, ..worst() };
    explore("timed, a clock beyond the bound", plan, 50_000, &[BELIEF], &[BOTH_WRITE, REFUSED]);
}

#[test]
fn ways_to_two_that_believe_are_told() {
    finds("asynchronous", asynchronous(), BELIEF);
    finds("a clock beyond the bound", Plan { worker_drifts: vec![-2 * BOUND, 0], horizon: 4, ..worst() }, BELIEF);
}

#[test]
fn without_fencing_lines_are_lost_with_clocks_and_without() {
    finds("without fencing, asynchronous", without(Rule::Fencing, asynchronous()), RESOURCE);
    finds("without fencing, timed", without(Rule::Fencing, worst()), RESOURCE);
}

#[test]
fn a_service_that_forgets_its_tokens_or_prefers_the_last_is_found_out() {
    finds("tokens forgotten", without(Rule::TokenSurvives, Plan { leaders: 1, ..asynchronous() }), GRANTS);
    finds("last come first served", without(Rule::FairQueue, Plan { kills: 1, ..asynchronous() }), GRANTS);
}

#[test]
fn without_the_second_look_at_the_lease_two_believe() {
    finds("without re-check", without(Rule::Recheck, worst()), BELIEF);
}

#[test]
fn a_service_that_does_not_wait_out_the_drift_lets_two_believe() {
    let lease = setup().config.lock_lease;
    finds("lease not stretched", Plan { service: LockTimes { lease, delay: Span::ZERO }, ..worst() }, BELIEF);
}

#[test]
fn a_lease_counted_from_the_answer_lets_two_believe() {
    finds("lease counted from the answer", Plan { from_reply: true, ..worst() }, BELIEF);
}
