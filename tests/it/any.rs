//! Work that is about no key, and that any node can do.
//!
//! | what may be wrong | what would tell |
//! |---|---|
//! | only primaries do it | `whoever_is_up_does_its_part_wherever_the_primaries_are` |
//! | who is down is asked on; who is back is not | `who_is_down_is_asked_no_more_and_who_is_back_is_asked_again` |
//! | it needs a lease | `it_is_done_without_leases` |
//! | it is logged, or told as a read or write of a key | `it_leaves_nothing_behind` |
//! | the rest of what clients ask for changes | `the_rest_of_what_clients_ask_for_stays_as_it_is` |
//! | it does not wait in the queue, or is not shed | `it_waits_and_is_turned_away_like_anything_else` |
//! | an answer is not counted off | `at_rest_nothing_is_in_flight` |

use std::collections::BTreeMap;

use ringside::cluster::note::{Asked, ClientNote, Note, OpId, RefusedWhy, ShardNote};
use ringside::cluster::setup::name::Kind;
use ringside::session::Session;
use ringside::session::action::Action;
use ringside::session::load::Traffic;
use ringside::session::told::history;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

use crate::opened::opened;

fn notes(session: &Session) -> impl Iterator<Item = (Time, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact.at, note)),
        What::Fault(_) => None,
    })
}

fn nodes(session: &Session) -> Vec<Pid> {
    session.setup().roster.of(Kind::Node).take(usize::from(session.setup().roster.nodes)).collect()
}

/// How much each node has done in these seconds.
fn done(session: &Session, from: u64, to: u64) -> Vec<usize> {
    let within = |at: Time| (from * 1_000_000..to * 1_000_000).contains(&at.0);
    let by: Vec<Pid> = notes(session)
        .filter_map(|(at, note)| match note {
            Note::Client(ClientNote::Worked { from, .. }) if within(at) => Some(*from),
            _ => None,
        })
        .collect();
    nodes(session).into_iter().map(|node| by.iter().filter(|&&pid| pid == node).count()).collect()
}

#[test]
fn who_is_down_is_asked_no_more_and_who_is_back_is_asked_again() {
    for spread in ["random", "round-robin", "two-choices", "least", "peak-ewma"] {
        let link = format!("v=9&seed=4127&workers=0&spread={spread}&any=100&rate=10&do=10:kill:C,20:revive:C&at=40");
        let session = opened(&link);
        let (before, without, after) = (done(&session, 0, 10), done(&session, 13, 20), done(&session, 30, 40));
        let even = |of: &[usize]| of.iter().all(|&n| n * 6 * 10 > of.iter().sum::<usize>() * 6);
        assert!(before.iter().sum::<usize>() > 600 && even(&before), "{spread}: {before:?}");
        assert!(without[2] == 0 && without.iter().filter(|&&n| n > 40).count() == 5, "{spread}: {without:?}");
        assert!(even(&after), "{spread}: {after:?}");
    }
}

/// A leads every shard when the others begin to count again, and nobody is left to decide otherwise.
#[test]
fn whoever_is_up_does_its_part_wherever_the_primaries_are() {
    let mut session = opened("v=9&seed=4127&nodes=3&workers=0&any=50&rate=10&do=3:kill:B,3:kill:C,8:revive:B,8:revive:C&at=8");
    let all = nodes(&session);
    let counts = |session: &Session, node| session.view().shards.iter().any(|shard| shard.view.in_sync.contains(&node));
    while !counts(&session, all[1]) || !counts(&session, all[2]) {
        session.advance(Span::millis(1), u32::MAX);
    }
    session.advance(Span::millis(17), u32::MAX); // the news is on its way
    for name in ["K1", "K2", "K3"] {
        session.dispatch(Action::Kill(name.parse().expect("a name"))).expect("it lives");
    }
    assert!(session.view().shards.iter().all(|shard| shard.view.primary == Some(all[0])));
    let from = session.now().0.div_ceil(1_000_000);
    session.advance(Span::secs(10), u32::MAX);
    let done = done(&session, from, from + 9);
    assert!(done.iter().all(|&n| n > 10), "{done:?}");
}

/// Without coordinators every lease ends.
#[test]
fn it_is_done_without_leases() {
    let session = opened("v=9&seed=4127&workers=0&any=50&rate=5&do=10:kill:K1,10:kill:K2,10:kill:K3&at=30");
    let mut late: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, note) in notes(&session) {
        if let Note::Client(ClientNote::Answered { asked, .. }) = note
            && at > Time::from_millis(14_000)
        {
            *late.entry(asked.word()).or_default() += 1;
        }
    }
    assert!(late.len() == 1 && late["work"] > 60, "{late:?}");
}

#[test]
fn it_leaves_nothing_behind() {
    let session = opened("v=9&seed=4127&workers=0&any=100&loss=30&duplicates=30&do=5:kill:C,9:revive:C&at=20");
    let called = notes(&session).filter(|(_, note)| matches!(note, Note::Client(ClientNote::Called { .. }))).count();
    assert!(called > 200, "{called}");
    for (_, note) in notes(&session) {
        let of_a_key = matches!(
            note,
            Note::Shard(
                ShardNote::Applied { .. }
                    | ShardNote::Acknowledged { .. }
                    | ShardNote::ReadServed { .. }
                    | ShardNote::AnsweredAgain { .. }
                    | ShardNote::Refused { shard: Some(_), .. }
            ) | Note::Client(ClientNote::Invoked { .. } | ClientNote::ReplicaRead { .. })
        );
        assert!(!of_a_key, "{note:?}");
    }
    assert_eq!(history(&session), "");
}

/// When each client asks for what, as far as that is about keys.
fn asked(session: &Session) -> BTreeMap<OpId, (Time, u16, Option<u64>)> {
    let of = |(at, note): (Time, &Note)| match note {
        Note::Client(ClientNote::Invoked { op, key, put, .. }) => Some((*op, (at, *key, *put))),
        _ => None,
    };
    notes(session).filter_map(of).collect()
}

#[test]
fn the_rest_of_what_clients_ask_for_stays_as_it_is() {
    let [none, some] = [0, 40].map(|any| asked(&opened(&format!("v=9&seed=4127&workers=0&any={any}&rate=4&at=60"))));
    assert!(some.iter().all(|(op, it)| none.get(op) == Some(it)), "it is asked for at the same instants");
    let part = some.len() * 100 / none.len();
    assert!(part.abs_diff(60) < 4, "{part} of a hundred are about keys");
}

#[test]
fn it_waits_and_is_turned_away_like_anything_else() {
    let common = "v=9&seed=4127&clients=24&workers=0&service=0.15";
    let refused = |session: &Session, which: RefusedWhy| {
        notes(session).filter(|(_, note)| matches!(note, Note::Shard(ShardNote::Refused { shard: None, why, .. }) if *why == which)).count()
    };
    for (more, why) in [("&queue=2", RefusedWhy::Busy), ("&shed=older", RefusedWhy::Old), ("&deadlines=carried", RefusedWhy::Late)] {
        let (before, after) = if more.starts_with("&dead") { ("", more) } else { (more, "") };
        let session = opened(&format!("{common}{before}{after}&any=100&rate=3&at=30"));
        assert!(refused(&session, why) > 50, "{more}: {}", refused(&session, why));
    }
    // Who has answered is counted like others, and what is given up ends.
    let session = opened(&format!("{common}&queue=2&retries=1&any=50&rate=3&at=30"));
    let mut traffic = Traffic::new(session.setup().roster);
    traffic.read(session.facts());
    let load = traffic.at(session.now(), &nodes(&session));
    assert!(load.by.iter().map(|it| it.1).sum::<u32>() == load.answered && load.answered > 50, "{load:?}");
    assert!(load.by.iter().all(|it| it.1 > 0), "{load:?}");
    let given_up = |(_, note): &(Time, &Note)| matches!(note, Note::Client(ClientNote::GaveUp { asked: Asked::Work, .. }));
    assert!(notes(&session).filter(given_up).count() > 20);
}

#[test]
fn at_rest_nothing_is_in_flight() {
    for spread in ["round-robin", "least", "peak-ewma"] {
        let rest = (1..=6).map(|i| format!(",20:kill:c{i}")).collect::<String>();
        let link = format!("v=9&seed=4127&balancers=2&clients=6&workers=0&reads=in-sync&spread={spread}&service=0.02&any=60&rate=5");
        let mut session = opened(&format!("{link}&do=8:kill:C,12:revive:C{rest}&at=1"));
        let doors: Vec<Pid> = session.setup().roster.of(Kind::Balancer).collect();
        let flying = |session: &Session| doors.iter().map(|&door| session.cluster().in_flight(door)).collect::<Vec<u32>>();
        let mut most = 0;
        while session.now() < Time::from_millis(19_000) {
            session.advance(Span::millis(100), u32::MAX);
            most = most.max(flying(&session).iter().sum());
        }
        session.seek(Time::from_millis(23_000));
        assert!(most > 3 && flying(&session) == [0, 0], "{spread}: at most {most}, at rest {:?}", flying(&session));
    }
}
