//! Requests that a balancer sends to a second node when the first is slow (Dean and Barroso, "The Tail at Scale", 2013).
//!
//! | what may be wrong | what would tell |
//! |---|---|
//! | nothing is sent a second time, or all of it | `one_slow_node_costs_a_fraction_and_hedges_are_few_where_none_is` |
//! | writes are sent twice, or what only a primary may answer | `what_has_no_choice_is_sent_once` |
//! | the second node is the first; there is a third | `the_second_node_is_another_and_there_is_no_third` |
//! | both answers go to the client | `a_client_hears_of_one_answer_and_the_other_is_counted_off` |
//! | one refusal counts while the other node works | `a_refusal_counts_only_if_both_refuse` |
//! | an answer comes from another time | `with_hedges_what_clients_are_told_has_an_order` |
//! | some promise breaks | `every_promise_holds_with_work_for_any_node_and_hedges` |

use std::collections::{BTreeMap, BTreeSet};

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse as read;
use ringside::cluster::history::model::Model;
use ringside::cluster::note::{ClientNote, Note, OpId, RefusedWhy, ShardNote};
use ringside::cluster::setup::config::{Reads, Spread};
use ringside::cluster::setup::name::Kind;
use ringside::session::cases::Case;
use ringside::session::chaos::Chaos;
use ringside::session::link::parse;
use ringside::session::told::history;
use ringside::session::{Session, StepUnit};
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

fn doors(session: &Session) -> Vec<Pid> {
    session.setup().roster.of(Kind::Balancer).collect()
}

/// How long reads, or work that any node can do, took that were asked for from 10 s on, in milliseconds: of a hundred the middle one and the
/// slowest; and of a thousand how many were hedged.
fn tail(link: &str) -> (u64, u64, u64) {
    let session = opened(link);
    let (mut asked, mut took, mut hedged) = (BTreeMap::new(), Vec::new(), 0);
    for (at, note) in notes(&session).filter(|(at, _)| *at > Time::from_millis(10_000)) {
        match note {
            Note::Client(ClientNote::Invoked { op, put: None, .. } | ClientNote::Called { op }) => drop(asked.insert(*op, at)),
            Note::Client(ClientNote::Answered { op, .. }) => took.extend(asked.remove(op).map(|from| at.since(from).0 / 1_000)),
            Note::Client(ClientNote::Hedged { .. }) => hedged += 1,
            _ => {}
        }
    }
    took.sort_unstable();
    assert!(took.len() > 1_000, "{link}: {}", took.len());
    (took[took.len() / 2], took[took.len() * 99 / 100], hedged * 1_000 / took.len() as u64)
}

#[test]
fn one_slow_node_costs_a_fraction_and_hedges_are_few_where_none_is() {
    for (what, seed) in [("reads=in-sync", 1), ("any=100", 2), ("reads=in-sync&spread=two-choices", 3), ("any=100&spread=round-robin", 4)] {
        let run = |hedge: &str, slow: &str| {
            let (mut settings, mut any) = (what.to_owned(), String::new());
            if let Some((first, rest)) = what.split_once('&').filter(|(first, _)| first.starts_with("any")) {
                (settings, any) = (rest.to_owned(), format!("&{first}"));
            }
            tail(&format!("v=9&seed={seed}&clients=20&workers=0&{settings}&service=0.005{any}{hedge}&rate=4{slow}&at=50"))
        };
        let slow = "&do=5:slow:C:20";
        let (fair, without, with) = (run("&hedge=0.08", ""), run("", slow), run("&hedge=0.08", slow));
        let told = format!("{what}: fair {fair:?}, slow without {without:?}, with {with:?}");
        assert!(with.1 * 2 < without.1, "{told}");
        assert!(fair.2 < 30 && without.2 == 0 && with.2 > fair.2 && with.2 < 250, "{told}");
    }
}

#[test]
fn what_has_no_choice_is_sent_once() {
    let session = opened("v=9&seed=4127&clients=20&workers=0&service=0.05&hedge=0.01&do=5:slow:C:20,9:kill:A&at=20");
    assert_eq!(session.bill().hedged, 0, "reads of primaries, and writes");
    let session = opened("v=9&seed=4127&clients=20&workers=0&reads=in-sync&service=0.05&hedge=0.01&do=5:slow:C:20,9:kill:A&at=20");
    let writes: BTreeSet<OpId> = notes(&session)
        .filter_map(|(_, note)| match note {
            Note::Client(ClientNote::Invoked { op, put: Some(_), .. }) => Some(*op),
            _ => None,
        })
        .collect();
    let hedged = |op: &OpId| notes(&session).any(|(_, note)| matches!(note, Note::Client(ClientNote::Hedged { op: it, .. }) if it == op));
    assert!(session.bill().hedged > 100 && !writes.iter().any(hedged), "{}", session.bill().hedged);
}

/// With one client and one balancer, its latest two choices are those of one request.
#[test]
fn the_second_node_is_another_and_there_is_no_third() {
    for link in ["clients=1&workers=0&reads=in-sync&service=0.1&hedge=0.04", "clients=1&workers=0&service=0.1&any=100&hedge=0.04"] {
        let mut session = opened(&format!("v=9&seed=4127&{link}&at=0.001"));
        let (l1, mut hedges) = (doors(&session)[0], BTreeMap::new());
        while session.now() < Time::from_millis(60_000) {
            let from = session.facts().len();
            session.step(StepUnit::Event);
            for fact in &session.facts()[from..] {
                let What::Note(Note::Client(ClientNote::Hedged { op, to })) = &fact.what else { continue };
                let [first, second] = session.cluster().choices(l1) else { panic!("it has chosen twice") };
                assert!((first.op, second.op, second.node) == (*op, *op, *to) && first.node != *to, "{first:?} {second:?}");
                *hedges.entry(*op).or_insert(0) += 1;
            }
        }
        let again = notes(&session).filter(|(_, note)| matches!(note, Note::Client(ClientNote::Retried { .. }))).count();
        assert!(hedges.len() > 20 && hedges.values().sum::<usize>() <= hedges.len() + again, "{again}: {hedges:?}");
    }
}

#[test]
fn a_client_hears_of_one_answer_and_the_other_is_counted_off() {
    let rest = (1..=6).map(|i| format!(",20:kill:c{i}")).collect::<String>();
    let link = "v=9&seed=4127&balancers=2&clients=6&workers=0&reads=in-sync&timeout=3&any=50&hedge=0.05&rate=5";
    let mut session = opened(&format!("{link}&do=4:slow:C:20{rest}&at=0.001"));
    let (doors, mut flights, mut answers) = (doors(&session), Vec::new(), BTreeSet::new());
    while session.now() < Time::from_millis(20_000) {
        session.advance(Span::millis(2), u32::MAX);
        session.flights(&mut flights);
        let told = flights.iter().filter(|it| it.label == "Done" && doors.contains(&it.from));
        answers.extend(told.map(|it| (it.sent_at, it.from, it.to, it.arrives_at)));
    }
    let answered = notes(&session).filter(|(_, note)| matches!(note, Note::Client(ClientNote::Answered { .. }))).count();
    let hedged = session.bill().hedged as usize;
    assert!(hedged > 40 && answers.len().abs_diff(answered) < 6, "{hedged} hedges, {} answers, {answered} heard", answers.len());
    session.seek(Time::from_millis(26_000));
    assert!(doors.iter().all(|&door| session.cluster().in_flight(door) == 0));
}

/// Nodes without a queue: a second copy often finds a node busy, and the first is answered all the same.
#[test]
fn a_refusal_counts_only_if_both_refuse() {
    let link = "v=9&seed=4127&clients=12&workers=0&service=0.2&law=fixed&queue=0&timeout=2&retries=0&any=100&hedge=0.05&rate=1&at=60";
    let session = opened(link);
    let (mut refused, mut hedged, mut answered): (BTreeMap<OpId, usize>, BTreeSet<OpId>, BTreeSet<OpId>) = Default::default();
    for (_, note) in notes(&session) {
        match note {
            Note::Shard(ShardNote::Refused { op, why: RefusedWhy::Busy, .. }) => *refused.entry(*op).or_default() += 1,
            Note::Client(ClientNote::Hedged { op, .. }) => drop(hedged.insert(*op)),
            Note::Client(ClientNote::Answered { op, .. }) => drop(answered.insert(*op)),
            _ => {}
        }
    }
    let saved = refused.iter().filter(|(op, n)| **n == 1 && hedged.contains(op) && answered.contains(op)).count();
    let lost = hedged.iter().filter(|op| !answered.contains(op)).count();
    assert!(saved > 50 && lost < 15, "{saved} were answered though the second node refused, {lost} not");
}

/// Reads go to primaries, so that there is an order; what is sent twice travels between them.
#[test]
fn with_hedges_what_clients_are_told_has_an_order() {
    let mut hedged = 0;
    for seed in 1..=50 {
        let link = format!("v=9&seed={seed}&balancers=2&clients=6&workers=0&loss=30&duplicates=50&timeout=0.2&retries=2&any=40&hedge=0.03");
        let link = format!("{link}&rate=4&do=3:kill:B,5:slow:D:20,6:isolate:C,10:revive:B,12:heal:C&at=16");
        let mut recipe = parse(&link).unwrap_or_else(|why| panic!("{link}: {why}"));
        recipe.setup.config.keys = 6; // so few that clients meet
        let session = Session::open(recipe);
        assert!(session.promises().iter().all(|(_, broken)| broken.is_none()), "seed {seed}: {:?}", session.promises());
        hedged += session.bill().hedged;
        let told: Vec<Vec<u8>> = history(&session).lines().map(|line| line.as_bytes().to_vec()).collect();
        for object in read(&told, Model::Kv).unwrap_or_else(|why| panic!("{why:?}")) {
            let verdict = check(&object.ops, &Model::Kv.initial(), &mut 20_000_000);
            assert!(matches!(verdict, Verdict::Linearizable(_)), "seed {seed}, {:?}: {verdict:?}", object.key);
        }
    }
    assert!(hedged > 1_000, "{hedged}");
}

#[test]
fn every_promise_holds_with_work_for_any_node_and_hedges() {
    let mut hedged = 0;
    for seed in 1..=100 {
        let (mut setup, mut chaos) = Chaos::new(seed, &[]);
        let of = |all: &[u64]| all[(seed as usize * 7 / 3) % all.len()];
        setup.config.reads = Reads::ALL[seed as usize % 2];
        setup.config.spread = Spread::ALL[seed as usize % 5];
        setup.config.asking.any = of(&[10, 50, 100, 0]) as u8;
        setup.config.hedge = Span::millis(of(&[5, 30, 30, 100, 400]));
        setup.config.service = Span::millis(of(&[0, 0, 20]));
        let mut session = Session::sparse(setup);
        while session.now() < Time::from_millis(20_000) {
            session.advance(chaos.rest(), u32::MAX);
            chaos.act(&mut session);
        }
        let broken: Vec<_> = session.promises().into_iter().filter(|(_, broken)| broken.is_some()).collect();
        assert!(broken.is_empty(), "seed {seed}: {broken:?}: #{}", session.link());
        hedged += session.bill().hedged;
    }
    assert!(hedged > 400, "{hedged}");
}

#[test]
fn the_case_of_the_hedged_reads_does_what_it_says() {
    let link = Case::SlowNodeHedged.link().replace("at=7.9", "at=60");
    let (alone, hedged) = (tail(&link.replace("&hedge=0.1", "")).1, tail(&link).1);
    assert!(hedged * 3 < alone, "the 99th percentile is {alone} ms, and {hedged} ms with hedges");
}
