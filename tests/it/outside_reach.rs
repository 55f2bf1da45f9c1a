//! What was found from outside about reach: who hears whom, and what follows when only one of two directions works. Each input
//! is kept as it was reported, together with what is right.

use ringside::cluster::note::{Note, StopWhy};
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

/// The run of a link, at the instant at which it opens.
fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn pid(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("it takes part")
}

/// What processes noted, in order.
fn notes(session: &Session) -> impl Iterator<Item = (&Record<Note>, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact, note)),
        What::Fault(_) => None,
    })
}

#[test]
fn a_lease_ends_by_a_clock_that_changes_its_rate_in_between() {
    // The second clock runs slow, the third fast: by 1 % the lease ends later or earlier than by a true clock.
    for (drift, after) in [(0, 1_200), (-10_000, 1_209), (10_000, 1_191)] {
        let session = opened(&format!("v=4&seed=4127&do=5:isolate:A,5.3:drift:A:{drift}&at=12"));
        let a = pid(&session, "A");
        let ended: Vec<Time> = notes(&session)
            .filter(|(fact, note)| fact.who == a && matches!(note, Note::Stopped { why: StopWhy::LeaseEnded, .. }))
            .map(|(fact, _)| fact.at)
            .collect();
        assert!(!ended.is_empty(), "drift {drift}: it tells that it serves no more");
        let latest = Time::from_millis(5_000) + Span::millis(after);
        assert!(ended.iter().all(|&at| at <= latest && at > Time::from_millis(5_900)), "drift {drift}: {ended:?}, at most {latest}");
        assert!(session.bill().outage.is_some_and(|outage| outage < Span::millis(500)), "{:?}", session.bill().outage);
    }
}
