//! Each judge is tripped by something that is wrong: a rule that is off, or a mutant made by hand.
//!
//! | judge | mutant, made by hand in the cluster's own code | it breaks |
//! |---|---|---|
//! | reads-fresh | a primary answers without a lease | `reads_are_fresh_…`; reads-fresh and acked-survive |
//! | reads-fresh, one-serving | a primary answers reads, and those alone, without a lease | `a_primary_that_is_cut_off_…` |
//! | reads-fresh | a primary answers reads before it has settled | `a_new_primary_answers_nobody_…` |
//! | reads-fresh | balancers and backups do as if any copy in sync might answer | `a_primary_that_is_cut_off_…`, `reads_are_fresh_…` |
//! | one-serving | a lease is counted from the reply | `a_primary_that_hears_late_…` |
//! | one-serving | the next primary is named as soon as the last one is suspected | `a_primary_that_is_cut_off_…` |
//! | one-serving, reads-fresh | rule primary-lease off | `a_primary_that_is_cut_off_…`: 60 of 60 seeds, by both judges and the checker of histories |
//! | reads-fresh | rules primary-lease, in-sync-promotion off | `reads_are_fresh_…`: on the same runs as the checker of histories |
//! | one-serving | rule primary-lease off | the rule's ready run; 4 and more of 400 seeds (`rules`) |
//! | (an assertion) | a primary serves before it has settled | "a primary appends before it has heard what the others have" |
//! | reads-fresh, of documents | a read of a document finds nothing; rule stored-ack off | `an_eventful_run_…`; the rule's ready run |
//! | decisions-survive, by state | K2 leaves out every fiftieth decision | `an_eventful_run_…`, random actions, ready runs |
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

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse;
use ringside::cluster::history::model::Model;
use ringside::cluster::note::{Note, ShardNote};
use ringside::cluster::property::Promise;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::cluster::setup::rules::Rule;
use ringside::session::action::Action;
use ringside::session::chaos::Chaos;
use ringside::session::link::parse as parse_link;
use ringside::session::told::history;
use ringside::session::{Session, StepUnit};
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

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

/// Thirty seconds under random actions, with so few keys that clients meet.
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
    for (off, seeds) in [(&[][..], 60), (&[Rule::PrimaryLease], 300), (&[Rule::InSyncPromotion], 300)] {
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

/// The network parts for fifteen seconds: on one side the primary of a shard, and a balancer that goes on sending it requests. Before,
/// the primary's messages were so many times slower than usual.
fn parted(seed: u64, ack: Ack, slow: u16, off: &[Rule]) -> Session {
    let mut setup = Setup::new(seed);
    setup.rules = off.iter().fold(setup.rules, |rules, &rule| rules.without(rule));
    (setup.roster.balancers, setup.config.workers, setup.config.ack, setup.config.keys) = (2, 0, ack, 24);
    (setup.config.pause_min, setup.config.pause_max) = (Span::millis(100), Span::millis(300));
    let mut session = Session::sparse(setup);
    session.advance(Span::secs(5), u32::MAX);
    let primary = session.view().shards[seed as usize % 24].view.primary.expect("every shard is led");
    let (primary, balancer) = (session.setup().roster.name(primary), "L1".parse().expect("a name"));
    if slow > 1 {
        session.dispatch(Action::Slow(primary, slow)).expect("it can be done");
        session.advance(Span::secs(4), u32::MAX);
    }
    let cuts = ["K1", "K2", "K3"].map(|it| Action::Cut(balancer, it.parse().expect("a name")));
    for action in [Action::Isolate(primary), Action::Heal(primary, balancer)].into_iter().chain(cuts) {
        session.dispatch(action).expect("it can be done");
    }
    session.advance(Span::secs(15), u32::MAX);
    session
}

/// Random actions seldom leave a primary that nobody else reaches within reach of clients. These always do.
#[test]
fn a_primary_that_is_cut_off_with_a_balancer_answers_nobody_but_without_its_lease_it_does() {
    for seed in 0..60 {
        let ack = [Ack::InSync, Ack::Majority][(seed % 2) as usize];
        let (on, off) = (parted(seed, ack, 1, &[]), parted(seed, ack, 1, &[Rule::PrimaryLease]));
        assert_eq!(broken(&on), BTreeSet::new(), "#{}", on.link());
        assert!(is_linearizable(&on) && !is_linearizable(&off), "#{}", off.link());
        assert_eq!(broken(&off), BTreeSet::from([Promise::OneServing, Promise::ReadsFresh]), "seed {seed}");
    }
}

/// The lease runs from when it was asked for: whoever hears of it late holds it no longer.
#[test]
fn a_primary_that_hears_late_of_its_lease_answers_nobody_after_its_end() {
    for seed in 0..60 {
        let session = parted(seed, Ack::InSync, 12, &[]);
        assert_eq!(broken(&session), BTreeSet::new(), "#{}", session.link());
    }
}

/// Primaries die under many requests, each just after it has acknowledged a write that its backups do not know to be committed.
#[test]
fn a_new_primary_answers_nobody_before_it_has_settled_what_the_last_one_left() {
    let mut read = 0;
    for seed in 0..40 {
        let mut setup = Setup::new(seed);
        (setup.roster.clients, setup.config.workers, setup.config.keys) = (16, 0, 6);
        (setup.config.pause_min, setup.config.pause_max) = (Span::millis(5), Span::millis(20));
        (setup.config.delay, setup.config.jitter) = (Span::millis(5), Span::millis(60));
        let mut session = Session::sparse(setup);
        session.advance(Span::secs(3), u32::MAX);
        for _ in 0..4 {
            let from = session.facts().len();
            let acked = |it: &Record<Note>| match it.what {
                What::Note(Note::Shard(ShardNote::Acknowledged { .. })) => Some(it.who),
                _ => None,
            };
            let primary = loop {
                session.step(StepUnit::Event);
                if let Some(who) = session.facts()[from..].iter().find_map(acked) {
                    break session.setup().roster.name(who);
                }
            };
            session.dispatch(Action::Kill(primary)).expect("it runs");
            session.advance(Span::secs(7), u32::MAX);
            session.dispatch(Action::Revive(primary)).expect("it does not run");
            session.advance(Span::secs(4), u32::MAX);
        }
        read += session.facts().iter().filter(|it| matches!(it.what, What::Note(Note::Shard(ShardNote::ReadServed { .. })))).count();
        assert_eq!(broken(&session), BTreeSet::new(), "seed {seed}");
        assert!(is_linearizable(&session), "seed {seed}");
    }
    assert!(read > 10_000, "{read} reads");
}

/// A death, a newcomer, a coordinator that comes back, a node that comes back, a drain: enough for every judge to have something to see.
const EVENTFUL: &str = "v=9&seed=4127&do=5:kill:A,20:add:G,40:kill:K2,45:revive:K2,60:revive:A,90:drain:B,120:kill:K3,125:wipe:K3,\
    130:revive:K3,160:kill:C&at=400";

#[test]
fn an_eventful_run_keeps_every_promise() {
    let session = Session::open(parse_link(EVENTFUL).expect("a link"));
    assert_eq!(broken(&session), BTreeSet::new());
}

/// The holder cannot write its document while two of three copies are dead: nobody has promised that its lock is passed on.
#[test]
fn a_lock_whose_document_cannot_be_written_breaks_no_promise() {
    let link = "v=9&seed=79831&coordinators=1&nodes=3&balancers=1&clients=16&workers=9&ack=majority&lease=1&do=10.609:add:D,\
                10.966:drain:C,10.973:freeze:D,10.974:kill:B,12.018:kill:A,13.252:heal:D,13.253:thaw:D&at=80";
    assert_eq!(broken(&Session::open(parse_link(link).expect("a link"))), BTreeSet::new());
}

/// The only balancer is dead: the holder of the lock lives and keeps it, but reaches no document. Nobody may take the lock from it.
#[test]
fn a_holder_whom_no_balancer_serves_keeps_its_lock_and_breaks_no_promise() {
    for link in ["v=9&seed=4127&balancers=1&do=3.862:kill:L1&at=200", "v=9&seed=657164&clients=24&workers=13&do=3.862:kill:L1&at=200"] {
        assert_eq!(broken(&Session::open(parse_link(link).expect("a link"))), BTreeSet::new(), "{link}");
    }
}
