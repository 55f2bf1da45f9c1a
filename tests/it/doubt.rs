//! Who suspects whom: every detector of the recipe drives fail-over, and none of them makes it unsafe.
//!
//! What may be wrong, and which test would tell. (None of these was tried by hand yet.)
//!
//! | what may be wrong | what would tell |
//! |---|---|
//! | who is suspected is declared down at once | `however_eager_a_detector_is_nobody_is_promoted_before_the_last_lease_has_ended` |
//! | the group's word counts for nothing | `every_detector_drives_fail_over` |
//! | beyond the longest silence the group is believed all the same | `a_node_that_no_coordinator_hears_is_not_held_for_living_for_ever` |
//! | a sign of life does not clear a suspicion by phi | `an_eager_detector_accuses_the_living_and_a_lazy_one_waits` |
//! | a new life begins with the numbers of the first | `a_node_that_comes_back_again_and_again_is_trusted_each_time` |
//! | nodes that may still join are held for living | `whoever_has_never_joined_is_accused_by_nobody` |

use ringside::cluster::note::{BeliefNote, ControlNote, Note, ShardNote, ViewWhy, YieldWhy};
use ringside::cluster::observe::beliefs::{Reason, Stance};
use ringside::cluster::setup::detection::Detection;
use ringside::cluster::setup::name::Name;
use ringside::session::Session;
use ringside::session::cases::Case;
use ringside::session::doubt::{Doubts, Figures};
use ringside::session::link::parse;
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn pid(session: &Session, name: &str) -> Pid {
    let name: Name = name.parse().unwrap_or_else(|_| panic!("{name} is no name"));
    session.setup().roster.pid(name).unwrap_or_else(|| panic!("there is no {name}"))
}

fn notes(session: &Session) -> impl Iterator<Item = (&Record<Note>, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact, note)),
        What::Fault(_) => None,
    })
}

/// When a leading coordinator first suspects a node after an instant.
fn suspected(session: &Session, node: Pid, after: Time) -> Option<Time> {
    let of = |note: &Note| matches!(note, Note::Control(ControlNote::Suspected { node: who, .. }) if *who == node);
    notes(session).find(|(fact, note)| fact.at > after && of(note)).map(|(fact, _)| fact.at)
}

/// When another is first promoted after an instant.
fn promoted(session: &Session, after: Time) -> Option<Time> {
    let is = |note: &Note| matches!(note, Note::Shard(ShardNote::ViewChanged { why: ViewWhy::Promotion, .. }));
    notes(session).find(|(fact, note)| fact.at > after && is(note)).map(|(fact, _)| fact.at)
}

fn broken(session: &Session) -> usize {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).count()
}

/// What one process believes of another.
fn stance(session: &Session, observer: Pid, about: Pid) -> Option<Stance> {
    session.cluster().beliefs().iter().find(|it| (it.observer, it.about) == (observer, about)).map(|it| it.stance)
}

fn accusations(session: &Session) -> usize {
    notes(session).filter(|(_, note)| matches!(note, Note::Control(ControlNote::Suspected { .. }))).count()
}

const KILLED: Time = Time::from_millis(8_000);

/// The same crash, and how long each takes to believe in it. The learnt limits are those of the formulas at regular heartbeats of 0.2 s: a mean of
/// 0.2 s, and less than a heartbeat of what remains of the last interval.
#[test]
fn every_detector_drives_fail_over() {
    for (detector, earliest, latest) in [
        (Detection::TimeOut, 800, 1_300),
        (Detection::Akka, 700, 1_250),
        (Detection::Chitchat, 1_400, 2_600), // eight means, and the prior of 1 s that weighs five intervals
        (Detection::Cassandra, 3_400, 4_100), // 18.4 means
        (Detection::Swim, 800, 3_600),       // a probe at last, a period, and four of suspicion
        (Detection::Lifeguard, 800, 6_000),
    ] {
        for seed in 1..=4 {
            let session = opened(&format!("v=9&seed={seed}&detector={}&do=8:kill:C&at=20", detector.word()));
            let c = pid(&session, "C");
            let after = |at: Option<Time>| at.unwrap_or_else(|| panic!("{}: never, seed {seed}", detector.word())).since(KILLED);
            let (doubted, replaced) = (after(suspected(&session, c, KILLED)), after(promoted(&session, KILLED)));
            assert!(
                doubted >= Span::millis(earliest) && doubted <= Span::millis(latest),
                "{}: suspected after {doubted} s, seed {seed}",
                detector.word()
            );
            assert!(replaced >= doubted, "{}: promoted after {replaced} s, suspected after {doubted} s", detector.word());
            assert_eq!(broken(&session), 0);
        }
    }
}

/// Eager detectors where messages are lost: many are accused, and every promise is kept. Where none is lost it can be said how old a lease is: a primary is
/// replaced no sooner than that may last.
#[test]
fn however_eager_a_detector_is_nobody_is_promoted_before_the_last_lease_has_ended() {
    let (mut accused, mut early) = (0, 0);
    for (seed, how) in (1..=12).zip(["detector=time-out&suspect=0.1", "detector=chitchat&phi=1", "detector=cassandra&phi=1"].iter().cycle())
    {
        let run = |loss: u32| opened(&format!("v=9&seed={seed}&loss={loss}&{how}&do=8:freeze:C,11:thaw:C,15:kill:D,22:revive:D&at=30"));
        let (lossy, whole) = (run(60), run(0));
        accused += accusations(&lossy);
        assert_eq!((broken(&lossy), broken(&whole)), (0, 0), "seed {seed}, {how}");
        let after = |at: Option<Time>| at.expect("C stands still for long").since(KILLED);
        let (doubted, replaced) = (after(suspected(&whole, pid(&whole, "C"), KILLED)), after(promoted(&whole, KILLED)));
        // The last lease counts from the sending of a heartbeat, at most one period and a way before C stood still.
        let config = &whole.setup().config;
        assert!(
            replaced + config.heartbeat_every + config.delay + config.jitter >= config.primary_lease,
            "seed {seed}: promoted after {replaced} s"
        );
        early += u32::from(doubted < Span::millis(600));
    }
    assert!(accused > 500 && early >= 10, "only {accused} accusations, {early} early ones: this was not eager");
}

#[test]
fn an_eager_detector_accuses_the_living_and_a_lazy_one_waits() {
    let run = |how: &str| {
        let session = opened(&format!("v=9&seed=4127&loss=150&{how}&do=40:kill:C&at=60"));
        let killed = Time::from_millis(40_000);
        let waited = suspected(&session, pid(&session, "C"), killed).map(|at| at.since(killed));
        (
            notes(&session).filter(|(fact, note)| fact.at < killed && matches!(note, Note::Control(ControlNote::Suspected { .. }))).count(),
            waited,
        )
    };
    let [eager, usual, lazy] = ["suspect=0.5", "suspect=1", "suspect=4"].map(run);
    assert!(eager.0 > 5 * usual.0.max(1) && usual.0 >= lazy.0 && lazy.0 == 0, "accused: {eager:?} {usual:?} {lazy:?}");
    assert!(lazy.1 > usual.1.map(|it| it + Span::secs(2)), "found out: {usual:?} {lazy:?}");
    // One that learns bears what it has got used to, and suspects again and again whoever goes on being silent longer than that.
    let learnt = run("detector=akka");
    assert!(learnt.0 < eager.0 / 2, "accused: {learnt:?}, against {eager:?}");
    assert!(learnt.1.is_some_and(|waited| waited < Span::secs(4)), "{learnt:?}");
}

/// K1 alone is cut off from C. Its own ears would accuse C; the others reach it, and SWIM asks them.
#[test]
fn whoever_one_cannot_hear_is_not_accused_where_others_are_asked() {
    let believes = |how: &str, at: u32| {
        let session = opened(&format!("v=9&seed=4127&{how}&do=8:cut:C:K1,8:cut:C:K2&at={at}"));
        stance(&session, pid(&session, "K2"), pid(&session, "C"))
    };
    assert_eq!(believes("detector=time-out", 12), Some(Stance::Dead));
    assert_eq!(believes("detector=swim", 12), Some(Stance::Trusts));
}

/// The other side of it: all coordinators are cut off from C, which the other nodes reach. It has no lease and serves nothing; to go on
/// trusting it would leave its shards without a server for ever.
#[test]
fn a_node_that_no_coordinator_hears_is_not_held_for_living_for_ever() {
    let mut session = opened("v=9&seed=4127&detector=swim&do=8:cut:C:K1,8:cut:C:K2,8:cut:C:K3&at=13");
    let (k1, a, c) = (pid(&session, "K1"), pid(&session, "A"), pid(&session, "C"));
    assert_eq!((stance(&session, a, c), stance(&session, k1, c)), (Some(Stance::Trusts), Some(Stance::Trusts)));
    session.seek(Time::from_millis(19_500));
    assert_eq!((stance(&session, a, c), stance(&session, k1, c)), (Some(Stance::Trusts), Some(Stance::Dead)));
    assert!(promoted(&session, KILLED).is_some_and(|at| at > Time::from_millis(17_500)));
}

#[test]
fn a_node_that_comes_back_again_and_again_is_trusted_each_time() {
    for detector in ["swim", "lifeguard"] {
        let actions: Vec<String> = (0..6).map(|i| format!("{}:kill:C,{}:revive:C", 6 + i * 8, 8 + i * 8)).collect();
        let mut session = opened(&format!("v=9&seed=11&detector={detector}&do={}&at=5", actions.join(",")));
        let c = pid(&session, "C");
        for i in 0..6 {
            session.seek(Time::from_millis((6 + i * 8) * 1_000 + 7_900));
            let about: Vec<_> = session.cluster().beliefs().into_iter().filter(|it| it.about == c).collect();
            assert_eq!(about.len(), 8, "three coordinators and five other nodes have an opinion");
            assert!(about.iter().all(|it| it.stance == Stance::Trusts), "{detector}: {about:?}");
        }
    }
}

#[test]
fn whoever_has_never_joined_is_accused_by_nobody() {
    let mut session = opened("v=9&seed=3&detector=swim&do=20:add:G&at=19");
    let g = pid(&session, "G");
    let of_g = |note: &Note| matches!(note, Note::Belief(BeliefNote::Suspects { who, .. } | BeliefNote::Buries { who }) if *who == g);
    assert_eq!(notes(&session).filter(|(_, note)| of_g(note)).count(), 0);
    assert!(session.cluster().beliefs().iter().all(|it| it.about != g), "nobody is asked about who is not there");
    session.seek(Time::from_millis(26_000));
    let about: Vec<_> = session.cluster().beliefs().into_iter().filter(|it| it.about == g).collect();
    assert!(about.len() == 9 && about.iter().all(|it| it.stance == Stance::Trusts), "{about:?}");
}

/// C's messages take fifty times as long. SWIM alone accuses it and is accused by it; with Lifeguard C finds fault with itself.
#[test]
fn with_lifeguard_the_slow_accuse_fewer() {
    let first_hand = |how: &str| -> usize {
        let of = |seed: u32| {
            let session = opened(&format!("v=9&seed={seed}&detector={how}&do=8:slow:C:10&at=60"));
            let c = pid(&session, "C");
            let by_c = |(fact, note): &(&Record<Note>, &Note)| {
                fact.who == c && matches!(note, Note::Belief(BeliefNote::Suspects { first: true, .. }))
            };
            notes(&session).filter(by_c).count()
        };
        (1..=5).map(of).sum()
    };
    let (swim, lifeguard) = (first_hand("swim"), first_hand("lifeguard"));
    assert!(swim > 50 && lifeguard * 3 < swim, "{swim} accusations by the slow one, with Lifeguard {lifeguard}");
}

fn figures(session: &Session) -> Figures {
    let mut doubts = Doubts::new(session.setup());
    doubts.read(session.known());
    doubts.at(session.now())
}

/// What the lens says of a run agrees with what the facts say, and with the truth that faults made.
#[test]
fn accusations_of_the_living_are_told_from_those_of_the_silent() {
    // Nobody is struck: whoever is accused runs.
    let lossy = figures(&opened("v=9&seed=4127&loss=150&suspect=0.5&at=30"));
    assert!(lossy.accused > 3 && lossy.falsely == lossy.accused && lossy.crash.is_none(), "{lossy:?}");
    // One is struck, and nothing is lost: nobody else is accused.
    let mut session = opened("v=9&seed=4127&detector=akka&do=8:kill:C,14:revive:C&at=20");
    let calm = figures(&session);
    assert_eq!((calm.accused, calm.falsely), (3, 0), "each of three coordinators has found out by itself");
    let crash = calm.crash.expect("C was killed");
    let (first, all) = (crash.first(session.now()), crash.all(session.now()));
    assert!(first.is_some() && all > first, "{first:?} {all:?}");
    assert_eq!((crash.at, crash.over), (KILLED, Some(Time::from_millis(14_000))));
    // As of an instant before anybody had noticed, nobody has, whatever was read.
    session.seek(Time::from_millis(8_300));
    let early = figures(&session);
    assert_eq!((early.accused, early.crash.and_then(|it| it.first(session.now()))), (0, None));
    // Members that probe tell each other: all nine that run, the other five nodes among them.
    let told = figures(&opened("v=9&seed=4127&detector=swim&do=8:kill:C&at=20"));
    let all = told.crash.as_ref().and_then(|it| it.all(Time::from_millis(20_000)));
    assert!(all.is_some_and(|all| all < Span::secs(3)), "{all:?}");
    assert_eq!(told.crash.map(|it| it.noticed.len()), Some(8), "three coordinators and five nodes");
    assert!(told.accused <= 4, "few find out by themselves, and nobody twice: {}", told.accused);
}

/// Akka, Cassandra and chitchat of the same gaps: at the same silence the same threshold means three different things.
#[test]
fn three_estimators_of_one_silence_differ_as_their_formulas_do() {
    for own in ["akka", "cassandra", "chitchat"] {
        let session = opened(&format!("v=9&seed=4127&detector={own}&do=30:kill:C&at=31"));
        let (k1, c) = (pid(&session, "K1"), pid(&session, "C"));
        let Some(Reason::Phi(phi)) = session.cluster().reason(k1, c) else { panic!("{own} gives no phi") };
        assert!(phi.silence > Span::millis(850) && phi.silence < Span::millis(1_250), "{}", phi.silence);
        // A hundred gaps of a fifth of a second.
        assert!(phi.gaps.0 == 100 && phi.gaps.1 > Span::millis(190) && phi.gaps.1 < Span::millis(210), "{:?}", phi.gaps);
        let [akka, cassandra, chitchat] = phi.now.map(|(_, level)| level);
        // 1/ln 10 a mean, and one a mean (the prior still counts a little).
        assert!(chitchat > 2 * cassandra * 9 / 10 && cassandra < 2_900 && chitchat < 6_200, "{cassandra} {chitchat}");
        assert!(akka > 8_000, "a mean and a pause of three, and nothing more is borne: {akka}");
        for curve in &phi.curves {
            assert!(curve.windows(2).all(|two| two[0] <= two[1]), "a longer silence is not less suspicious");
        }
    }
}

/// The case, so many seconds after the instant at which it is opened.
fn played(case: Case, seconds: u64) -> Session {
    let mut session = opened(case.link());
    session.seek(session.now() + Span::secs(seconds));
    session
}

/// Three detectors on the same losses, with the same crash at 12 s, as their cases tell.
#[test]
fn eager_lazy_and_adaptive_do_what_their_cases_say() {
    let of = |case: Case| {
        let session = played(case, 18);
        let figures = figures(&session);
        (figures.falsely, figures.crash.and_then(|it| it.first(session.now())).expect("C is missed at last"))
    };
    let [eager, lazy, adaptive] = [Case::Eager, Case::Lazy, Case::Adaptive].map(of);
    assert!(eager.0 >= 10 && (lazy.0, adaptive.0) == (0, 0), "accused wrongly: {eager:?} {lazy:?} {adaptive:?}");
    assert!(lazy.1 > Span::secs(3) && adaptive.1 < Span::millis(1_500) && eager.1 < Span::secs(1), "{eager:?} {lazy:?} {adaptive:?}");
}

#[test]
fn who_wakes_up_from_a_long_pause_has_been_replaced_and_does_not_serve() {
    let session = played(Case::Pause, 10);
    let (c, woke) = (pid(&session, "C"), Time::from_millis(9_000));
    assert!(promoted(&session, Time::ZERO).is_some_and(|at| at < woke), "others have taken over");
    let soon = |fact: &&Record<Note>| fact.at >= woke && fact.at < woke + Span::millis(200);
    let serves = |note: &Note| matches!(note, Note::Shard(ShardNote::Serving { .. } | ShardNote::Acknowledged { .. }));
    assert!(notes(&session).filter(|(fact, _)| soon(fact) && fact.who == c).all(|(_, note)| !serves(note)));
    assert_eq!(broken(&session), 0);
}

#[test]
fn where_only_the_leader_cannot_hear_a_node_the_lead_is_given_up_and_the_node_stays() {
    let session = played(Case::SomeSee, 12);
    let gave_up = |note: &Note| matches!(note, Note::Control(ControlNote::SteppedDown { why: YieldWhy::ReachesMore(_), .. }));
    assert_eq!(notes(&session).filter(|(_, note)| gave_up(note)).count(), 1);
    assert_eq!(promoted(&session, Time::from_millis(6_000)), None, "C leads what it led");
}

#[test]
fn who_knows_that_it_is_slow_accuses_fewer_as_its_case_says() {
    let of = |case: Case| {
        let session = played(case, 14);
        let c = pid(&session, "C");
        let by_c =
            |(fact, note): &(&Record<Note>, &Note)| fact.who == c && matches!(note, Note::Belief(BeliefNote::Suspects { first: true, .. }));
        (notes(&session).filter(by_c).count(), figures(&session).falsely)
    };
    let (swim, aware) = (of(Case::SlowAccuser), of(Case::SlowAndKnowsIt));
    assert!(swim.0 >= 10 && aware.0 * 2 < swim.0 && aware.1 * 2 < swim.1, "{swim:?} {aware:?}");
}
