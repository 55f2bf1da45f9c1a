//! Whatever way a run is walked, an instant is an instant: everything is a function of (recipe, actions, now).

use ringside::cluster::note::{ControlNote, Note, ShardNote};
use ringside::cluster::setup::Setup;
use ringside::session::chaos::Chaos;
use ringside::session::link::{LIMITS, parse};
use ringside::session::playback::{Playback, Speed};
use ringside::session::{Session, StepUnit, is_stop};
use ringside::sim::id::Seq;
use ringside::sim::journal::What;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

/// A run with a dozen random faults in its first half-minute, at the end of which it stands.
fn busy(seed: u64) -> Session {
    let (setup, mut chaos) = Chaos::new(seed, &[]);
    let mut session = Session::new(setup);
    while session.now() < Time::from_millis(30_000) {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

/// A fresh run of the same recipe to `at`, in one go.
fn fresh(session: &Session, at: Time) -> Session {
    let mut recipe = session.recipe();
    recipe.at = at;
    Session::open(recipe)
}

fn assert_same(a: &Session, b: &Session, what: &str) {
    assert_eq!(a.now(), b.now(), "{what}");
    assert_eq!(a.facts(), b.facts(), "{what}");
    assert_eq!(a.digest(), b.digest(), "{what}");
    assert_eq!(a.view(), b.view(), "{what}");
    assert_eq!(a.bill(), b.bill(), "{what}");
    assert_eq!(a.promises(), b.promises(), "{what}");
    assert_eq!(a.events(), b.events(), "{what}");
}

#[test]
fn time_may_pass_in_any_pieces() {
    for seed in 0..4 {
        let whole = busy(seed);
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let mut pieces = fresh(&whole, Time::ZERO);
        while pieces.now() < whole.now() {
            let rest = whole.now().since(pieces.now());
            let span = rng.between(Span::ZERO, Span::millis(40)).min(rest);
            let budget = 1 + rng.below(30);
            let before = pieces.now();
            let passed = pieces.advance(span, budget);
            assert!(passed <= span && pieces.now().since(before) == passed, "{passed} of {span} passed");
        }
        assert_same(&pieces, &whole, "in pieces, with budgets");
    }
}

#[test]
fn a_budget_stops_between_instants_and_never_for_good() {
    let mut session = Session::new(Setup::new(1));
    let mut twin = Session::new(Setup::new(1));
    assert_eq!(session.advance(Span::secs(5), 0), Span::ZERO, "no budget, no time");
    while session.now() < Time::from_millis(5_000) {
        let passed = session.advance(Time::from_millis(5_000).since(session.now()), 1);
        assert!(passed > Span::ZERO);
        twin.seek(session.now());
        assert_eq!(twin.digest(), session.digest(), "at {} s", session.now());
    }
}

#[test]
fn seeking_leads_to_the_state_of_a_fresh_run() {
    for seed in 0..4 {
        let mut session = busy(seed);
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let horizon = session.horizon();
        let known = session.known().clone();
        for _ in 0..12 {
            let at = Time(rng.between(Span::ZERO, Span(horizon.0)).0);
            session.seek(at);
            assert_same(&session, &fresh(&session, at), "after a seek");
            assert_eq!(session.known(), &known, "what is known stays known");
            assert_eq!(session.horizon(), horizon);
        }
        for at in session.actions().iter().map(|&(at, _)| at).collect::<Vec<_>>() {
            session.seek(at);
            assert_same(&session, &fresh(&session, at), "at the instant of an action");
        }
    }
}

#[test]
fn a_step_back_undoes_a_step() {
    for unit in [StepUnit::Event, StepUnit::Fact] {
        let mut session = busy(7);
        session.seek(Time::from_millis(9_000));
        // Walk to a rest of this unit first: only there does a step back undo a step.
        assert!(session.step(unit));
        let mut stops = vec![(session.now(), session.digest())];
        for _ in 0..60 {
            assert!(session.step(unit), "the run goes on");
            stops.push((session.now(), session.digest()));
        }
        for stop in stops.iter().rev().skip(1) {
            assert!(session.step_back(unit));
            assert_eq!((session.now(), session.digest()), *stop, "{unit:?}");
        }
    }
}

#[test]
fn stepping_back_reaches_the_beginning_and_stops_there() {
    let mut session = Session::new(Setup::new(5));
    session.advance(Span::millis(1_200), u32::MAX);
    let mut steps = 0;
    while session.step_back(StepUnit::Fact) {
        steps += 1;
        let here = session.now();
        assert!(here == Time::ZERO || session.facts().iter().any(|fact| fact.at == here && is_stop(fact)), "at rest");
    }
    assert!(steps > 1 && session.now() == Time::ZERO);
    assert!(!session.step_back(StepUnit::Event), "nothing lies before the beginning");
    assert_eq!(session.digest(), Session::new(Setup::new(5)).digest());
}

#[test]
fn a_step_back_past_the_kill_finds_the_node_alive() {
    let mut session = Session::new(Setup::new(4127));
    session.seek(Time::from_millis(3_000));
    let before = session.digest();
    session.dispatch("kill C".parse().expect("an action")).expect("C lives");
    assert_ne!(session.digest(), before);
    session.step(StepUnit::Fact);
    session.step_back(StepUnit::Fact);
    assert_eq!(session.now(), Time::from_millis(3_000), "at the kill");
    assert!(session.admits("revive C".parse().expect("an action")).is_ok(), "C is dead at the end of that instant");
    session.step_back(StepUnit::Event);
    assert!(session.now() < Time::from_millis(3_000));
    assert!(session.admits("kill C".parse().expect("an action")).is_ok(), "C lives before");
}

#[test]
fn a_fact_step_ends_at_the_next_headline_and_skips_none() {
    let mut session = Session::new(Setup::new(4127));
    let mut twin = Session::new(Setup::new(4127));
    twin.advance(Span::secs(4), u32::MAX);
    let mut stops: Vec<Time> = twin.facts().iter().filter(|fact| is_stop(fact)).map(|fact| fact.at).collect();
    stops.dedup();
    for stop in stops {
        assert!(session.step(StepUnit::Fact));
        assert_eq!(session.now(), stop);
        assert_eq!(session.headline().map(|fact| fact.at), Some(stop));
    }
}

#[test]
fn acting_in_the_past_opens_a_branch_and_keeps_the_old_one() {
    let mut session = busy(2);
    let (old, horizon) = (session.link(), session.horizon());
    let old_digest = session.digest();
    session.seek(Time::from_millis(10_000));
    let done = session.actions().iter().filter(|&&(at, _)| at <= session.now()).count();
    let alive = session.view().processes.iter().find(|p| session.admits_text(&format!("kill {}", p.name))).map(|p| p.name);
    let action = format!("kill {}", alive.expect("somebody lives"));
    session.dispatch(action.parse().expect("an action")).expect("it was admitted");
    assert_eq!(session.actions().len(), done + 1, "what lay ahead is gone");
    assert_eq!(session.horizon(), session.now());
    assert_eq!(session.known().len(), session.facts().len());
    assert_eq!(session.left_branches(), [old]);
    session.advance(horizon.since(session.now()), u32::MAX);
    assert_ne!(session.digest(), old_digest, "another future");
    assert_same(&session, &fresh(&session, session.now()), "the new branch");
    let back = Session::open(parse(&session.left_branches()[0]).expect("a link"));
    assert_eq!((back.now(), back.digest()), (horizon, old_digest), "the old branch is where it was");
}

trait AdmitsText {
    fn admits_text(&self, action: &str) -> bool;
}

impl AdmitsText for Session {
    fn admits_text(&self, action: &str) -> bool {
        self.admits(action.parse().expect("an action")).is_ok()
    }
}

#[test]
fn branches_are_bounded() {
    let mut session = Session::new(Setup::new(1));
    for i in 0..20 {
        session.advance(Span::millis(100), u32::MAX);
        session.seek(Time::ZERO);
        let action = if i % 2 == 0 { "cut A>B" } else { "cut B>A" };
        session.dispatch(action.parse().expect("an action")).expect("a whole link");
        session.advance(Span::millis(100), u32::MAX);
        session.seek(Time::ZERO);
        let action = if i % 2 == 0 { "heal A>B" } else { "heal B>A" };
        session.dispatch(action.parse().expect("an action")).expect("a cut link");
    }
    assert_eq!(session.left_branches().len(), LIMITS.branches);
}

#[test]
fn checkpoints_are_bounded_and_thinned() {
    let mut session = Session::new(Setup::new(6));
    session.advance(Span::secs(200), u32::MAX);
    assert!((LIMITS.checkpoints / 2 - 1..=LIMITS.checkpoints).contains(&session.checkpoints()), "{}", session.checkpoints());
    let end = session.digest();
    session.seek(Time::from_millis(77_777));
    assert_same(&session, &fresh(&session, Time::from_millis(77_777)), "between two checkpoints");
    session.seek(Time::from_millis(200_000));
    assert_eq!(session.digest(), end);
}

#[test]
fn a_run_ends_at_its_limit_and_says_so() {
    let mut session = Session::sparse(Setup::new(6));
    // A quiet run: without clients and a coordinator there is little to simulate.
    for name in ["K1", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "A", "B", "C", "D", "E", "F", "L1"] {
        session.dispatch(format!("kill {name}").parse().expect("an action")).expect("all live");
    }
    session.seek(Time(u64::MAX));
    assert_eq!(session.now(), session.limit());
    assert_eq!(session.advance(Span::secs(1), u32::MAX), Span::ZERO);
    assert!(!session.step(StepUnit::Event) && !session.step(StepUnit::Fact));
    assert!(!session.is_full());
}

#[test]
fn the_frame_rate_decides_nothing() {
    let run = |frame: u64| {
        let mut session = Session::new(Setup::new(9));
        let mut playback = Playback::new(Speed(500_000));
        for i in 0..=4_000_000 / frame {
            let span = playback.tick(i * frame);
            session.advance(span, u32::MAX);
        }
        (session.now(), session.digest())
    };
    let slow = run(40_000);
    assert_eq!(slow.0, Time::from_millis(2_000));
    assert_eq!(slow, run(8_000));
    assert_eq!(slow, run(10_000));
}

#[test]
fn a_suspicion_is_traced_to_the_action_that_led_to_it() {
    let mut session = Session::new(Setup::new(4127));
    session.advance(Span::secs(3), u32::MAX);
    session.dispatch("kill C".parse().expect("an action")).expect("C lives");
    session.advance(Span::secs(3), u32::MAX);
    let facts = session.facts();
    let kill = facts.iter().find(|fact| matches!(fact.what, What::Fault(_))).expect("the kill").seq;
    let headlines = facts.iter().filter(|fact| {
        matches!(fact.what, What::Note(Note::Control(ControlNote::Suspected { .. })))
            || (is_stop(fact) && fact.seq > kill && promoted(fact))
    });
    let mut n = 0;
    for fact in headlines {
        let causes = ringside::session::why::causes(facts, fact.seq);
        assert_eq!(causes.last(), Some(&kill), "{fact:?} because of {causes:?}");
        assert!(causes.is_sorted_by(|a, b| a > b), "causes come before: {causes:?}");
        n += 1;
    }
    assert!(n > 2, "a suspicion and some promotions");
    assert_eq!(session.action_of(kill).map(|(_, action)| action.to_string()), Some("kill C".to_owned()));
    assert_eq!(session.action_of(Seq(kill.0 + 1)), None);
}

fn promoted(fact: &ringside::sim::journal::Record<Note>) -> bool {
    use ringside::cluster::note::ViewWhy;
    matches!(fact.what, What::Note(Note::Shard(ShardNote::ViewChanged { why: ViewWhy::Promotion, .. })))
}
