//! The nemesis, which looks for faults: a bounded number of their seeds in every mode, and what they say of a run.

use std::collections::BTreeSet;

use ringside::cluster::setup::config::Ack;
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::session::nemesis::recipe::Aim;
use ringside::session::nemesis::trial::{Plan, Verdict, run};
use ringside::sim::time::Span;

fn tried(seed: u64, aim: Aim) -> (Session, Verdict) {
    let plan = Plan { aim, during: Span::secs(20), off: Vec::new() };
    run(seed, &plan, &mut |_| {})
}

#[test]
fn whatever_the_nemesis_does_no_promise_breaks_and_the_core_comes_to_work_again() {
    let (mut modes, mut excused, mut outside) = (BTreeSet::new(), 0, 0);
    for aim in [Aim::Anything, Aim::Locks, Aim::Coordinators] {
        for seed in 1..=40 {
            let (session, verdict) = tried(seed, aim);
            if let Some(failure) = &verdict.failure {
                panic!("seed {seed} of {aim:?}: {}: #{}", failure.tell(&session.setup().roster), session.link());
            }
            modes.insert(session.setup().config.ack.word());
            excused += usize::from(!verdict.excuses.is_empty());
            let core = verdict.case.core.expect("a core was mended");
            outside += session.view().present().filter(|p| !core.has(p.pid) && !p.cut_to.is_empty()).count();
        }
    }
    assert_eq!(modes, Ack::ALL.map(Ack::word).into_iter().collect());
    assert!(excused < 60, "nearly always everything is demanded: not in {excused} of 120 seeds");
    assert!(outside > 100, "{outside} stay cut off outside of cores");
}

#[test]
fn a_seed_gives_one_run_and_its_link_gives_it_again() {
    for seed in [3, 11, 19] {
        let ((one, _), (other, _)) = (tried(seed, Aim::Anything), tried(seed, Aim::Anything));
        assert_eq!((one.link(), one.digest()), (other.link(), other.digest()));
        let replayed = Session::open(parse(&one.link()).expect("it is a link"));
        assert_eq!((replayed.now(), replayed.digest()), (one.now(), one.digest()), "#{}", one.link());
    }
}
