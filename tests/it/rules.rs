//! Every protective rule under random hands: on, no promise breaks; off, exactly its own does.
//!
//! (`engine` shows for each rule one directed run that breaks its promise. A write acknowledged before it is stored is lost
//! only if all disks of an in-sync set fail within milliseconds: random hands hardly ever do that, directed ones do.)

use std::collections::BTreeSet;

use ringside::cluster::property::Promise;
use ringside::cluster::rules::Rule;
use ringside::session::Session;
use ringside::session::chaos::{Chaos, heal_everything, unrest};
use ringside::session::siege::Siege;
use ringside::sim::time::{Span, Time};

/// A minute under random hands, or until a promise breaks.
fn soak(seed: u64, off: &[Rule]) -> Session {
    let (setup, mut chaos) = Chaos::new(seed, off);
    let mut session = Session::sparse(setup);
    while session.now() < Time::from_millis(60_000) && broken(&session).is_empty() {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

/// A minute under hands that besiege the coordinators, or until a promise breaks.
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
        (Rule::Fencing, Promise::OneEffective, None),
        (Rule::FairQueue, Promise::LockFifo, None),
        (Rule::TokenSurvives, Promise::TokensGrow, None),
        // Two that serve at once can acknowledge two writes at one place.
        (Rule::PrimaryLease, Promise::OneServing, Some(Promise::AckedSurvive)),
        // A lost write may be an edit under the lock, and then the next edit builds on a document without it.
        (Rule::InSyncPromotion, Promise::AckedSurvive, Some(Promise::OneEffective)),
    ] {
        let mut own_breaks = 0;
        for seed in 0..72 {
            let session = soak(seed, &[rule]);
            let broken = broken(&session);
            own_breaks += u32::from(broken.contains(&own));
            let foreign = broken.iter().find(|&&promise| promise != own && Some(promise) != follows);
            assert_eq!(foreign, None, "without {}: {}", rule.word(), session.link());
        }
        assert!(own_breaks >= 12, "without {}, “{}” broke on {own_breaks} of 72 seeds", rule.word(), own.word());
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
        assert!(unrest.iter().all(|what| what.contains("the lock")), "{unrest:?}: {}", session.link());
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
