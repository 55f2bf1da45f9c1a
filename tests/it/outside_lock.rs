//! What was found from outside about locks, each input as it was reported, together with what is right.
//!
//! Mutants, each applied by hand: if leases run anew with every leader, `a_dead_holders_lease_ends_…` fails. If a request to wait extends
//! a grant and a worker that has heard nothing for long goes on under its old session, `a_worker_that_never_hears_of_its_grant_…` fails;
//! either alone harms nobody. (The former alone is killed by `a_request_to_wait_…` of the table.)

use ringside::cluster::note::{LockNote, Note};
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

/// Grants from an instant on: when, to whom.
fn grants(session: &Session, from: u64) -> Vec<(Time, Pid)> {
    let granted = |what: &What<Note>| match what {
        What::Note(Note::Lock(LockNote::Granted { session, .. })) => Some(session.client),
        What::Note(_) | What::Fault(_) => None,
    };
    let later = session.facts().iter().filter(|fact| fact.at >= Time::from_millis(from));
    later.filter_map(|fact| Some((fact.at, granted(&fact.what)?))).collect()
}

fn client(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("takes part")
}

/// The longest time between two grants, up to the end of the run.
fn longest_wait(session: &Session, from: u64) -> Span {
    let mut instants: Vec<Time> = grants(session, from).iter().map(|&(at, _)| at).collect();
    instants.push(session.now());
    let mut before = Time::from_millis(from);
    let gaps = instants.into_iter().map(|at| at.since(std::mem::replace(&mut before, at)));
    gaps.max().unwrap_or_default()
}

#[test]
fn a_worker_that_never_hears_of_its_grant_costs_the_others_a_lease_at_a_time_and_no_more() {
    for cut in ["cut:K3>c5", "cut:K1>c5,3:cut:K2>c5,3:cut:K3>c5", "cut:K3>c5,3:cut:K3>c4", "cut:K3>c1,3:cut:K2>c1,3:cut:K1>c1"] {
        let session = opened(&format!("v=4&seed=4127&do=3:{cut}&at=120"));
        let deaf = ["c1", "c2", "c3", "c4", "c5"].into_iter().filter(|name| cut.contains(name));
        let deaf: Vec<Pid> = deaf.map(|name| client(&session, name)).collect();
        for name in ["c1", "c2", "c3", "c4", "c5"] {
            let pid = client(&session, name);
            let times = grants(&session, 20_000).iter().filter(|&&(_, who)| who == pid).count();
            assert!(times >= 5 || deaf.contains(&pid), "{cut}: {name} was granted the lock {times} times in 100 s");
        }
        // A lease as the service counts it, a critical section that was under way, and some messages.
        let bound = session.setup().config.lock_times().lease + Span::millis(1_500);
        assert!(longest_wait(&session, 5_000) <= bound, "{cut}: nobody was granted anything for {} s", longest_wait(&session, 5_000));
        assert_eq!(session.promises().iter().filter(|(_, broken)| broken.is_some()).count(), 0, "{cut}");
    }
}

#[test]
fn a_dead_holders_lease_ends_though_the_leader_changes_again_and_again() {
    // c2 dies while it holds the lock, and whoever leads is killed every 2.6 s, less than a lease, and revived.
    let mut session = opened("v=4&seed=4127&do=3:kill:c2&at=3.1");
    assert_eq!(session.view().locks[0].holder.as_ref().map(|it| it.session.client), Some(client(&session, "c2")));
    for _ in 0..12 {
        session.advance(Span::millis(2_600), u32::MAX);
        let view = session.view();
        for it in &view.coordinators {
            let name = session.setup().roster.name(it.pid);
            let act = if it.sure > Span::ZERO { format!("kill {name}") } else { format!("revive {name}") };
            let _ = session.dispatch(act.parse().expect("an action"));
        }
    }
    let first = grants(&session, 3_200).first().map(|&(at, _)| at.since(Time::from_millis(3_000)));
    let bound = session.setup().config.lock_times().lease.scale(3, 1);
    assert!(first.is_some_and(|first| first <= bound), "the first grant came after {first:?} ({})", session.link());
}
