//! Every protective rule under random actions: on, no promise breaks; off, exactly its own does.
//!
//! (`engine` shows for each rule one directed run that breaks its promise. A write acknowledged before it is stored is lost
//! only if all disks of an in-sync set fail within milliseconds: random actions hardly ever do that, directed ones do.)

use std::collections::BTreeSet;

use ringside::cluster::note::{LockNote, Note, ShardNote};
use ringside::cluster::property::Promise;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::proto::replica::view::ShardId;
use ringside::session::Session;
use ringside::session::action::Action;
use ringside::session::chaos::{Chaos, heal_everything, unrest};
use ringside::session::link::{DEFAULT_SEED, parse};
use ringside::session::scenario::scenario;
use ringside::session::siege::Siege;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

/// A minute under random actions, or until a promise breaks.
fn soak(seed: u64, off: &[Rule]) -> Session {
    let (setup, mut chaos) = Chaos::new(seed, off);
    let mut session = Session::sparse(setup);
    while session.now() < Time::from_millis(60_000) && broken(&session).is_empty() {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

/// A minute of a siege of the coordinators, or until a promise breaks.
fn besiege(seed: u64, off: &[Rule]) -> Session {
    let (setup, mut siege) = Siege::new(seed, off);
    let mut session = Session::sparse(setup);
    let end = Time::from_millis(60_000);
    while session.now() < end && broken(&session).is_empty() {
        siege.strike(&mut session, end);
    }
    session
}

/// Promises broken so far. Where several broke, those that broke first: the rest may follow from them.
fn broken(session: &Session) -> BTreeSet<Promise> {
    let states = session.promises();
    let first = states.iter().filter_map(|(_, broken)| broken.map(|broken| broken.at)).min();
    states.iter().filter(|(_, broken)| broken.is_some_and(|it| Some(it.at) == first)).map(|&(promise, _)| promise).collect()
}

#[test]
fn with_every_rule_on_no_promise_breaks() {
    for seed in 0..40 {
        let session = soak(seed, &[]);
        assert_eq!(broken(&session), BTreeSet::new(), "{}", session.link());
    }
}

#[test]
fn with_one_rule_off_its_own_promise_breaks() {
    for (rule, own, follows) in [
        (Rule::Fencing, Promise::OneEffective, &[][..]),
        (Rule::FairQueue, Promise::LockFifo, &[]),
        (Rule::TokenSurvives, Promise::TokensGrow, &[]),
        // Two that serve at once can acknowledge two writes at one place.
        (Rule::PrimaryLease, Promise::OneServing, &[Promise::AckedSurvive]),
        // A lost write may be an edit under the lock, and then the next edit builds on a document without it; and a copy may have
        // to forget what it knows to be committed before anybody serves without it.
        (Rule::InSyncPromotion, Promise::AckedSurvive, &[Promise::OneEffective, Promise::CopiesAgree]),
        (Rule::OpResults, Promise::OnceOnly, &[]),
        (Rule::ViewCheck, Promise::CopiesAgree, &[]),
    ] {
        let mut own_breaks = 0;
        // An old primary seldom has anything left to say; and what cuts it off from the coordinators mostly cuts it off from clients,
        // so few get an answer from it.
        let (seeds, least) = if matches!(rule, Rule::ViewCheck | Rule::PrimaryLease) { (400, 4) } else { (72, 12) };
        for seed in 0..seeds {
            let session = soak(seed, &[rule]);
            let broken = broken(&session);
            own_breaks += u32::from(broken.contains(&own));
            let foreign = broken.iter().find(|&&promise| promise != own && !follows.contains(&promise));
            assert_eq!(foreign, None, "without {}: {}", rule.word(), session.link());
        }
        assert!(own_breaks >= least, "without {}, “{}” broke on {own_breaks} of {seeds} seeds", rule.word(), own.word());
    }
}

#[test]
fn under_siege_the_coordinators_keep_every_promise() {
    for seed in 0..60 {
        let session = besiege(seed, &[]);
        assert_eq!(broken(&session), BTreeSet::new(), "{}", session.link());
    }
}

#[test]
fn without_a_rule_of_the_coordinators_what_they_promise_breaks() {
    for (rule, own, follows) in [
        // Each decides for itself. In the same instant the lock may be granted twice, with one token.
        (Rule::Majority, Promise::DecisionsSurvive, &[Promise::OneLeader, Promise::TokensGrow][..]),
        // The second leader of a term may lack what the first one has decided.
        (Rule::VotePersisted, Promise::OneLeader, &[Promise::DecisionsSurvive]),
        (Rule::CurrentTerm, Promise::DecisionsSurvive, &[]),
    ] {
        let mut own_breaks = 0;
        for seed in 1..=200 {
            let session = besiege(seed, &[rule]);
            let broken = broken(&session);
            own_breaks += u32::from(broken.contains(&own));
            let foreign = broken.iter().find(|&&promise| promise != own && !follows.contains(&promise));
            assert_eq!(foreign, None, "without {}: {}", rule.word(), session.link());
        }
        assert!(own_breaks >= 4, "without {}, “{}” broke on {own_breaks} of 200 seeds", rule.word(), own.word());
    }
}

#[test]
fn without_the_lock_lease_nothing_but_the_queue_comes_to_rest() {
    let mut blocked = 0;
    for seed in 0..12 {
        let mut session = soak(seed, &[Rule::LockLease]);
        assert_eq!(broken(&session), BTreeSet::new(), "{}", session.link());
        heal_everything(&mut session);
        session.advance(Span::secs(20), u32::MAX);
        let unrest = unrest(&session);
        assert!(unrest.iter().all(|what| what.contains(" lock since") || what.contains("never granted")), "{unrest:?}: {}", session.link());
        blocked += usize::from(!unrest.is_empty());
    }
    assert!(blocked >= 4, "the queue was blocked for ever on {blocked} of 12 seeds");
}

#[test]
fn a_cluster_left_alone_comes_to_rest() {
    for seed in 0..12 {
        let mut session = soak(seed, &[]);
        heal_everything(&mut session);
        session.advance(Span::secs(20), u32::MAX);
        assert_eq!(unrest(&session), Vec::<String>::new(), "{}", session.link());
    }
}

/// Rules of replication and what breaks without them. What is done to the primary of shard 7 just after it has put a write
/// into its log is the rule's ready run: whoever changes what happens in a run is told the new link.
const READY: [(Rule, Promise); 3] =
    [(Rule::ViewCheck, Promise::CopiesAgree), (Rule::Truncate, Promise::CopiesAgree), (Rule::OpResults, Promise::OnceOnly)];

/// The directed run of a rule, with the rule off or on.
fn directed(seed: u64, rule: Rule, off: bool) -> Session {
    let mut setup = Setup::new(seed);
    if off {
        setup.rules = setup.rules.without(rule);
    }
    let mut session = Session::sparse(setup);
    session.advance(Span::secs(3), u32::MAX);
    let primary = session.view().shards[7].view.primary.expect("shard 7 has a primary");
    let name = session.setup().roster.name(primary);
    let appended = |session: &Session| {
        let it = |note: &Note| matches!(note, Note::Shard(ShardNote::Appended { shard: ShardId(7), .. }));
        session.facts().iter().filter(|f| f.who == primary && matches!(&f.what, What::Note(note) if it(note))).count()
    };
    let before = appended(&session);
    while appended(&session) == before {
        session.advance(Span::millis(1), u32::MAX);
    }
    let mut act = |after: Span, action: Action| {
        session.advance(after, u32::MAX);
        session.dispatch(action).expect("it can be done");
    };
    match rule {
        Rule::ViewCheck => {
            act(Span::millis(1), Action::Isolate(name));
            act(Span::millis(500), Action::Freeze(name));
            act(Span::secs(3), Action::Rejoin(name));
            act(Span::ZERO, Action::Thaw(name));
        }
        Rule::Truncate => {
            act(Span::millis(1), Action::Isolate(name));
            act(Span::secs(4), Action::Rejoin(name));
        }
        _ => act(Span::millis(20), Action::Kill(name)),
    }
    session.advance(Span::secs(3), u32::MAX);
    session
}

#[test]
fn each_rule_of_replication_has_a_ready_run_that_breaks_exactly_its_promise() {
    let mut links = Vec::new();
    for (rule, own) in READY {
        let (off, on) = (directed(DEFAULT_SEED, rule, true), directed(DEFAULT_SEED, rule, false));
        assert_eq!(broken(&on), BTreeSet::new(), "with {}: {}", rule.word(), on.link());
        assert_eq!(broken(&off), BTreeSet::from([own]), "without {}: {}", rule.word(), off.link());
        links.push(off.link());
    }
    assert_eq!(links, READY.map(|(rule, _)| scenario(rule).to_owned()), "the ready links are no longer these runs");
}

#[test]
fn without_the_rules_of_replication_the_same_actions_break_the_same_promise_on_many_seeds() {
    for (rule, own) in READY {
        let mut breaks = 0;
        for seed in 0..40 {
            let session = directed(seed, rule, true);
            let broken = broken(&session);
            breaks += usize::from(broken.contains(&own));
            assert!(broken.iter().all(|&it| it == own), "without {}: {broken:?}: {}", rule.word(), session.link());
            assert_eq!(self::broken(&directed(seed, rule, false)), BTreeSet::new(), "with {}, seed {seed}", rule.word());
        }
        assert!(breaks >= 10, "without {}, “{}” broke on {breaks} of 40 seeds", rule.word(), own.word());
    }
}

/// Each rule has a ready link, which the page offers beside it: without the rule exactly its promise breaks, with it none does.
#[test]
fn each_ready_scenario_breaks_exactly_its_promise_and_nothing_with_the_rule_on() {
    for rule in Rule::ALL {
        let own: &[Promise] = match rule {
            Rule::LockLease => &[],
            Rule::Fencing => &[Promise::OneEffective],
            Rule::FairQueue => &[Promise::LockFifo],
            Rule::Recheck => &[Promise::OneBelieves],
            Rule::TokenSurvives => &[Promise::TokensGrow],
            Rule::PrimaryLease => &[Promise::OneServing],
            Rule::InSyncPromotion => &[Promise::AckedSurvive],
            Rule::ViewCheck | Rule::Truncate => &[Promise::CopiesAgree],
            Rule::OpResults => &[Promise::OnceOnly],
            // Each decides for itself: two in one term, and two decisions in one place.
            Rule::Majority => &[Promise::OneLeader, Promise::DecisionsSurvive],
            Rule::VotePersisted => &[Promise::OneLeader],
            Rule::CurrentTerm => &[Promise::DecisionsSurvive],
            // C said that it had stored the lock's document, and died before it had; then it leads, and tells the next holder what the
            // document said before.
            Rule::StoredAck => &[Promise::AckedSurvive, Promise::ReadsFresh, Promise::OneEffective],
        };
        let link = scenario(rule);
        let mut opened = parse(link).unwrap_or_else(|why| panic!("{link}: {why}"));
        assert_eq!(opened.setup.rules, Rules::ALL_ON.without(rule), "{link}");
        let off = Session::open(opened.clone());
        let all = |session: &Session| session.promises().iter().filter(|(_, it)| it.is_some()).map(|(it, _)| *it).collect::<Vec<_>>();
        assert_eq!(all(&off), own, "{link}");
        let granted = |session: &Session| {
            let last = session.facts().iter().rev().find(|fact| matches!(fact.what, What::Note(Note::Lock(LockNote::Granted { .. }))));
            last.is_some_and(|fact| fact.at + Span::secs(10) > session.now())
        };
        assert!(rule != Rule::LockLease || !granted(&off), "{link}");
        opened.setup.rules = Rules::ALL_ON;
        let on = Session::open(opened);
        assert_eq!(all(&on), [], "{link}, with the rule on");
        assert!(rule != Rule::LockLease || granted(&on), "{link}, with the rule on");
    }
}
