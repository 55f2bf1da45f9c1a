//! Every protective rule: on, no promise breaks; off, its own does.

use ringside::cluster::property::Promise;
use ringside::cluster::rules::Rule;
use ringside::session::Session;
use ringside::session::chaos::{Chaos, heal_everything, unrest};
use ringside::sim::time::{Span, Time};

/// Promises that break on some seed under random hands.
fn broken(seeds: std::ops::Range<u64>, off: &[Rule]) -> Vec<(u64, Promise, String)> {
    let mut out = Vec::new();
    for seed in seeds {
        let session = soak(seed, off);
        let broken = session.promises().into_iter().filter(|(_, broken)| broken.is_some());
        out.extend(broken.map(|(promise, _)| (seed, promise, session.link())));
    }
    out
}

fn soak(seed: u64, off: &[Rule]) -> Session {
    let (setup, mut chaos) = Chaos::new(seed, off);
    let mut session = Session::sparse(setup);
    while session.now() < Time::from_millis(30_000) {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

#[test]
fn with_every_rule_on_no_promise_breaks() {
    assert_eq!(broken(0..40, &[]), []);
}

#[test]
fn a_cluster_left_alone_comes_to_rest() {
    for seed in 0..10 {
        let mut session = soak(seed, &[]);
        heal_everything(&mut session);
        session.advance(Span::secs(20), u32::MAX);
        assert_eq!(unrest(&session), [String::new(); 0], "{}", session.link());
    }
}
