//! Metastable failure: an overload that ends, a collapse that stays, and what cures it.
//!
//! Clients ask for a third of what nodes can do. For ten seconds they ask for six times as much; queues fill, answers come after
//! clients have stopped waiting, each request is sent five times, and nodes work on what nobody waits for: more than they
//! can do is asked of them from then on, though clients want as little as before (Bronson et al., "Metastable Failures in Distributed
//! Systems", HotOS 2021).

use ringside::cluster::note::{ClientNote, Note, ShardNote};
use ringside::cluster::setup::name::Kind;
use ringside::session::Session;
use ringside::session::cases::Case;
use ringside::session::link::parse;
use ringside::session::load::Traffic;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

/// The recipe: retries without restraint.
const STORM: &str = "clients=24&workers=0&service=0.04&queue=64&retries=4&rate=2&surge=6&surge-from=20&surge-for=10";

/// Of a thousand requests of these seconds, those that were answered in them.
fn goodput(session: &Session, from: u64, to: u64) -> u64 {
    let within = |at: Time| (from * 1_000..to * 1_000).contains(&(at.0 / 1_000));
    let notes = session.facts().iter().filter(|fact| within(fact.at)).filter_map(|fact| match &fact.what {
        What::Note(Note::Client(note)) => Some(note),
        What::Note(_) | What::Fault(_) => None,
    });
    let (mut asked, mut answered) = (0, 0);
    for note in notes {
        asked += u64::from(matches!(note, ClientNote::Invoked { .. } | ClientNote::HeldBack { .. }));
        answered += u64::from(matches!(note, ClientNote::Answered { .. }));
    }
    answered * 1_000 / asked.max(1)
}

/// Goodput before the surge, during it, and from half a minute after its end on, with this change of the recipe.
fn run(seed: u64, change: &str) -> [u64; 3] {
    let keys: Vec<&str> = change.split('&').filter_map(|part| part.split_once('=')).map(|(key, _)| key).collect();
    let kept: Vec<&str> = STORM.split('&').filter(|part| !keys.iter().any(|key| part.starts_with(&format!("{key}=")))).collect();
    let link = format!("v=9&seed={seed}&{}&{change}&at=120", kept.join("&"));
    let session = Session::open(parse(link.trim_end_matches("&&")).unwrap_or_else(|why| panic!("{link}: {why}")));
    assert!(session.promises().iter().all(|(_, broken)| broken.is_none()), "{link}: {:?}", session.promises());
    [goodput(&session, 10, 20), goodput(&session, 20, 30), goodput(&session, 60, 120)]
}

/// As many of a thousand as are answered where nothing is wrong, but for those whose answer comes a second later.
const WELL: u64 = 970;

#[test]
fn a_surge_of_ten_seconds_leaves_a_collapse_that_stays_and_jitter_is_no_cure() {
    for seed in [1, 2, 3] {
        let [before, _, after] = run(seed, "surge=1");
        assert!(before > WELL && after > WELL, "seed {seed}: without a surge {before}, then {after} of a thousand are answered");
        for change in ["", "jitter=full"] {
            let [before, during, after] = run(seed, change);
            assert!(
                before > WELL && during < 200 && after < 450,
                "seed {seed}, {change}: {before}, {during}, {after} of a thousand are answered"
            );
        }
    }
}

/// Four minutes after its cause is gone.
#[test]
fn the_collapse_does_not_end_by_itself() {
    let session = Session::open(parse(&format!("v=9&seed=2&{STORM}&at=270")).expect("a link"));
    let late = goodput(&session, 210, 270);
    assert!(late < 450, "{late} of a thousand are answered");
}

/// Each alone: fewer retries, or less work on what nobody waits for, or more patience, or more to work with.
#[test]
fn each_cure_alone_brings_the_answers_back() {
    let cures = [
        "retries=0",
        "budget=10",
        "breaker=10",
        "throttle=2",
        "deadlines=carried",
        "shed=older",
        "shed=controlled",
        "order=last",
        "queue=4",
        "timeout=5",
        "servers=2",
    ];
    for cure in cures {
        let [before, during, after] = run(2, cure);
        assert!(before > WELL && after > WELL, "{cure}: {before}, {during}, {after} of a thousand are answered");
    }
}

/// The ready runs tell the same of the same recipe, and nobody reads their words in vain.
#[test]
fn the_cases_of_the_storm_do_what_they_say() {
    let after = |case: Case| {
        let mut session = Session::open(parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link())));
        session.seek(Time::from_millis(90_000));
        goodput(&session, 60, 90)
    };
    let [storm, jitter, budget, deadlines] = [Case::Storm, Case::StormJitter, Case::StormBudget, Case::StormDeadlines].map(after);
    assert!(storm < 450 && jitter < 450 && budget > WELL && deadlines > WELL, "{storm} {jitter} {budget} {deadlines}");
}

/// Of each node, how many of the requests that were asked since then it has turned away; and how many were given up.
fn turned_away(case: Case) -> (Vec<usize>, usize) {
    let mut session = Session::open(parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link())));
    session.seek(Time::from_millis(30_000));
    let nodes: Vec<_> = session.setup().roster.of(Kind::Node).collect();
    let notes = || session.facts().iter().filter_map(|fact| if let What::Note(note) = &fact.what { Some((fact.who, note)) } else { None });
    let refused = |node| notes().filter(|(who, note)| *who == node && matches!(note, Note::Shard(ShardNote::Refused { .. }))).count();
    let gave_up = notes().filter(|(_, note)| matches!(note, Note::Client(ClientNote::GaveUp { .. }))).count();
    (nodes.into_iter().map(refused).collect(), gave_up)
}

#[test]
fn the_cases_of_quick_errors_do_what_they_say() {
    let ((blind, given_up), (seen, seldom)) = (turned_away(Case::FastErrors), turned_away(Case::FastErrorsSeen));
    assert!(blind[2] > 300 && given_up > 50, "C draws requests: {blind:?}, {given_up} given up");
    assert!(seen[2] < 30 && seldom == 0, "{seen:?}, {seldom} given up");
}

#[test]
fn the_cases_of_the_hot_key_do_what_they_say() {
    let of = |case: Case| {
        let mut session = Session::open(parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link())));
        session.seek(Time::from_millis(30_000));
        let queued: Vec<u16> = session.view().processes.iter().filter_map(|it| Some(it.queued?.0)).collect();
        (goodput(&session, 10, 25), queued)
    };
    let ((alone, queued), (spread, _)) = (of(Case::HotKey), of(Case::HotKeySpread));
    assert!(alone < 600 && spread > WELL, "of a thousand {alone} and {spread} are answered");
    let others = [&queued[..3], &queued[4..]].concat();
    assert!(queued[3] > 40 && others.iter().all(|&it| it < 8), "D is busy, and the others rest: {queued:?}");
}

/// Writes wait for C in both, since all copies in sync have to store them; but it is asked for fewer reads, and those are answered sooner.
#[test]
fn the_cases_of_the_slow_node_do_what_they_say() {
    let of = |case: Case| {
        let mut session = Session::open(parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link())));
        session.seek(Time::from_millis(20_000));
        let mut traffic = Traffic::new(session.setup().roster);
        traffic.read(session.known());
        let nodes: Vec<_> = session.setup().roster.of(Kind::Node).collect();
        let load = traffic.at(session.now(), &nodes);
        load.by[2].1 * 100 / load.answered
    };
    let (blind, seen) = (of(Case::SlowNode), of(Case::SlowNodeSeen));
    assert!(seen + 3 <= blind, "C has {blind} per cent of the answers, and where it is seen {seen}");
}
