//! Each judge is tripped by something that is wrong: a rule that is off, or a mutant made by hand.
//!
//! | judge | mutant, made by hand in the cluster's own code | it breaks |
//! |---|---|---|
//! | reads-fresh | a primary answers without a lease | `reads_are_fresh_…`; reads-fresh and acked-survive |
//! | reads-fresh | rules primary-lease, in-sync-promotion off | `reads_are_fresh_…`: on the same runs as the checker of histories |
//! | one-serving | rule primary-lease off | the rule's ready run; 4 and more of 400 seeds (`rules`) |
//! | (an assertion) | a primary serves before it has settled | "a primary appends before it has heard what the others have" |
//! | decisions-survive, by state | K2 leaves out every fiftieth decision | `an_eventful_run_…`, random hands, ready runs |
//! | decisions-survive, by state | instants of decisions by each coordinator's own clock | the same |
//! | moves-planned, by own count | one move more is told than there are; the minimum is told as one less | the same |
//! | copies-agree, by state; acked-survive | a snapshot without one key's value | the same; reads-fresh in `reads_are_fresh_…`, too |
//! | copies-agree, by state | a snapshot without clients' results | the same |
//! | served-again | nobody is promoted | `an_eventful_run_…` |
//! | lock-passes | a lock is granted ten times, and no more | `an_eventful_run_…` |
//! | copies-return | no copy is made anew | `an_eventful_run_…` |
//!
//! What the judges conclude from given facts is tested beside them, and in `promises`.

use std::collections::BTreeSet;

use ringside::cluster::config::{Ack, Reads};
use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse;
use ringside::cluster::history::model::Model;
use ringside::cluster::property::Promise;
use ringside::cluster::rules::Rule;
use ringside::session::Session;
use ringside::session::chaos::Chaos;
use ringside::session::link::parse as parse_link;
use ringside::session::told::history;
use ringside::sim::time::Time;

fn broken(session: &Session) -> BTreeSet<Promise> {
    session.promises().into_iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise).collect()
}

/// Whether what clients were told can be true of one copy, says the checker of histories.
fn is_linearizable(session: &Session) -> bool {
    let lines: Vec<Vec<u8>> = history(session).lines().map(|line| line.as_bytes().to_vec()).collect();
    let objects = parse(&lines, Model::Kv).unwrap_or_else(|why| panic!("#{}: {why}", session.link()));
    objects.iter().all(|object| {
        let verdict = check(&object.ops, &Model::Kv.initial(), &mut 1_000_000);
        assert_ne!(verdict, Verdict::Unknown, "#{}", session.link());
        verdict != Verdict::NotLinearizable
    })
}

/// Thirty seconds under random hands, with so few keys that clients meet.
fn crowded(seed: u64, ack: Ack, off: &[Rule]) -> Session {
    let (mut setup, mut chaos) = Chaos::new(seed, off);
    setup.config.keys = 6;
    (setup.config.ack, setup.config.reads, setup.config.workers) = (ack, Reads::Primary, 0);
    let mut session = Session::new(setup);
    while session.now() < Time::from_millis(30_000) {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

/// Two checkers that share nothing: one by zones, as the run goes on, one by search, afterwards.
#[test]
fn reads_are_fresh_exactly_where_the_history_is_linearizable() {
    let mut stale = 0;
    for (off, seeds) in [(&[][..], 60), (&[Rule::PrimaryLease], 240), (&[Rule::InSyncPromotion], 240)] {
        for seed in 0..seeds {
            let session = crowded(seed, [Ack::InSync, Ack::Majority][(seed % 2) as usize], off);
            let fresh = !broken(&session).contains(&Promise::ReadsFresh);
            assert_eq!(fresh, is_linearizable(&session), "seed {seed}: #{}", session.link());
            assert!(fresh || !off.is_empty(), "seed {seed}: #{}", session.link());
            stale += u32::from(!fresh);
        }
    }
    assert!(stale >= 20, "{stale} runs with a stale read");
}

/// A death, a newcomer, a coordinator that comes back, a node that comes back, a drain: enough for every judge to have something to see.
const EVENTFUL: &str = "v=6&seed=4127&do=5:kill:A,20:add:G,40:kill:K2,45:revive:K2,60:revive:A,90:drain:B,120:kill:K3,125:wipe:K3,\
    130:revive:K3,160:kill:C&at=400";

#[test]
fn an_eventful_run_keeps_every_promise() {
    let session = Session::open(parse_link(EVENTFUL).expect("a link"));
    assert_eq!(broken(&session), BTreeSet::new());
}

/// The holder cannot write its document while two of three copies are dead: nobody has promised that its lock is passed on.
#[test]
fn a_lock_whose_document_cannot_be_written_breaks_no_promise() {
    let link = "v=6&seed=79831&coordinators=1&nodes=3&balancers=1&clients=16&workers=9&ack=majority&lease=1&do=10.609:add:D,\
                10.966:drain:C,10.973:freeze:D,10.974:kill:B,12.018:kill:A,13.252:heal:D,13.253:thaw:D&at=80";
    assert_eq!(broken(&Session::open(parse_link(link).expect("a link"))), BTreeSet::new());
}
