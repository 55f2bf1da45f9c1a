//! What is told of requests, against the journal itself.

use super::*;
use crate::cluster::setup::name::Kind;
use crate::session::Session;
use crate::session::link;

/// Requests that queue, are turned away, asked again, passed on, read from backups; nodes that die, and clients that die waiting.
const RUNS: [&str; 5] = [
    "v=9&seed=4127&do=12:kill:C,15:revive:C&at=26",
    "v=9&seed=1&workers=0&clients=12&do=4:kill:c1,5:kill:c2,6:revive:c1,7:isolate:A,12:heal:A&at=20",
    "v=9&seed=2&clients=24&workers=0&service=0.2&queue=3&do=5:kill:A&at=20",
    "v=9&seed=3&clients=24&workers=4&reads=in-sync&spread=least&service=0.05&loss=30&do=5:kill:B,6:drain:C,9:revive:B&at=20",
    "v=9&seed=29&balancers=2&reads=in-sync&ack=primary&duplicates=200&do=4:freeze:D,8:thaw:D&at=20",
];

fn run(link: &str) -> (Session, Vec<Pid>) {
    let session = Session::open(link::parse(link).expect("a link"));
    let nodes = session.setup().roster.of(Kind::Node).collect();
    (session, nodes)
}

fn told(session: &Session) -> Traffic {
    let mut traffic = Traffic::new(session.setup().roster);
    traffic.read(session.known());
    traffic
}

/// Facts of the plain clients' requests in the last [`RECENT`], counted one by one.
fn counted(session: &Session, now: Time, what: impl Fn(&Note) -> bool) -> u32 {
    let recent = |fact: &&Record<Note>| fact.at <= now && fact.at > now - RECENT;
    let notes = session.known().iter().filter(recent).filter(|fact| matches!(&fact.what, What::Note(note) if what(note)));
    notes.count() as u32
}

#[test]
fn every_figure_is_what_the_journal_has() {
    for link in RUNS {
        let (session, nodes) = run(link);
        let traffic = told(&session);
        let mut plain = std::collections::BTreeSet::new();
        for fact in session.known() {
            if let What::Note(Note::Client(ClientNote::Invoked { op, .. })) = &fact.what {
                plain.insert(*op);
            }
        }
        for now in (0..=200).map(|tenth| Time::from_millis(tenth * 100)) {
            let load = traffic.at(now, &nodes);
            let asked = counted(&session, now, |note| matches!(note, Note::Client(ClientNote::Invoked { .. })));
            let again = counted(&session, now, |note| matches!(note, Note::Client(ClientNote::Retried { op, .. }) if plain.contains(op)));
            let answered =
                counted(&session, now, |note| matches!(note, Note::Client(ClientNote::Answered { op, .. }) if plain.contains(op)));
            assert_eq!((load.offered, load.again, load.answered), (asked + again, again, answered), "{link} at {now:?}");
            assert_eq!(load.by.iter().map(|(_, n)| n).sum::<u32>(), answered, "{link}: every answer is somebody's");
            assert_eq!((load.took.len(), load.histogram().iter().sum()), (answered as usize, answered));
            assert!(load.took.is_sorted() && load.over <= RECENT);
            assert!(load.waiting <= u32::from(session.setup().roster.clients), "a client asks for one thing at a time");
        }
        assert!(traffic.at(session.now(), &nodes).answered > 10, "{link}: something happens");
    }
}

#[test]
fn an_instant_is_the_same_whether_the_future_is_known_or_not() {
    for link in RUNS {
        let (mut session, nodes) = run(link);
        let whole = told(&session);
        for now in [0, 1_500, 4_700, 6_300, 9_100, 14_000].map(Time::from_millis) {
            session.seek(now);
            let mut read = Traffic::new(session.setup().roster);
            read.read(session.facts());
            assert_eq!(whole.at(now, &nodes), read.at(now, &nodes), "{link} at {now:?}");
            assert_eq!(whole.toll(now), read.toll(now), "{link} at {now:?}");
        }
    }
}

#[test]
fn what_is_read_in_pieces_is_what_is_read_at_once_and_a_shorter_journal_begins_anew() {
    let (mut session, _) = run(RUNS[1]);
    let whole = told(&session);
    let mut pieces = Traffic::new(session.setup().roster);
    for part in [3, 500, 501, session.known().len()] {
        pieces.read(&session.known()[..part]);
    }
    assert_eq!(pieces, whole);
    session.seek(Time::from_millis(3_000));
    pieces.read(session.facts());
    let mut short = Traffic::new(session.setup().roster);
    short.read(session.facts());
    assert_eq!(pieces, short);
}

#[test]
fn where_work_queues_busy_nodes_turn_away_and_clients_ask_again() {
    let (session, nodes) = run(RUNS[2]);
    let load = told(&session).at(session.now(), &nodes);
    assert!(load.refused > 5 && load.again > 5 && load.offered > load.answered, "{load:?}");
    assert!(load.quantile(500) > Some(Span::millis(200)), "half of them wait for more than one service: {:?}", load.quantile(500));
    let a = session.setup().roster.pid("A".parse().expect("a name"));
    assert!(load.by.iter().any(|&(node, n)| Some(node) == a && n == 0), "who is dead answers nobody: {:?}", load.by);
}

#[test]
fn an_outage_costs_those_who_wait_in_it() {
    let (session, _) = run(RUNS[0]);
    let traffic = told(&session);
    assert_eq!(traffic.toll(Time::from_millis(11_999)), None, "nothing has happened yet");
    let toll = traffic.toll(session.now()).expect("C led a shard");
    let (before, during, after) = (toll.before.expect("some"), toll.during.expect("some"), toll.after.expect("some"));
    assert!(before < Span::millis(150) && during > Span::secs(1) && after < during, "{toll:?}");
    let (from, to) = *traffic.outages.last().expect("it was one");
    assert_eq!(from, Time::from_millis(12_000));
    let bill = session.bill();
    assert_eq!(bill.outage, to.map(|to| to.since(from)), "the bill has the same outage");
    // While it goes on, who waits has waited so long already.
    let early = traffic.toll(from + Span::millis(400)).expect("it has begun");
    assert!(early.after.is_none() && early.during <= toll.during, "{early:?}");
}

#[test]
fn answers_are_missed_where_all_nodes_are_dead() {
    let kill_all = "v=9&seed=4127&workers=0&do=6:kill:A,6:kill:B,6:kill:C,6:kill:D,6:kill:E,6:kill:F&at=16";
    let (session, nodes) = run(kill_all);
    let traffic = told(&session);
    let before = traffic.answers(Time::ZERO, Time::from_millis(6_000)).len() as u64;
    let late = traffic.at(session.now(), &nodes);
    assert_eq!((late.answered, late.rate(late.answered)), (0, 0));
    assert!(late.waiting == 8 && late.quantile(990).is_none());
    let toll = traffic.toll(session.now()).expect("nobody serves anything");
    // Ten seconds at the rate of the six before; a few answers were on their way.
    let expected = before * 10 / 6;
    assert!(expected - u64::from(toll.missed) <= 5, "{expected} expected, {toll:?}");
}

#[test]
fn quantiles_are_the_nearest_rank() {
    let spans: Vec<Span> = (1..=100).map(Span::millis).collect();
    let at = |per_mille| quantile(&spans, per_mille);
    assert_eq!([500, 990, 999, 1_000, 1].map(at), [50, 99, 100, 100, 1].map(|ms| Some(Span::millis(ms))));
    assert_eq!(quantile(&[], 500), None);
    let load = Load { took: vec![Span::millis(14), Span::millis(15), Span::secs(20)], ..Load::default() };
    let histogram = load.histogram();
    assert_eq!((histogram[0], histogram[1], histogram[EDGES.len()]), (1, 1, 1), "a column does not have its upper end");
}
