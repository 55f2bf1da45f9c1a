//! Replication under random actions: what each way of acknowledging keeps and loses, and what trimming and reading from backups
//! change about it.

use ringside::cluster::note::{Asked, ClientNote, Note, RefusedWhy, ShardNote};
use ringside::cluster::property::Promise;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::session::Session;
use ringside::session::chaos::{Chaos, heal_everything, unrest};
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

/// A minute under random actions.
fn soak(seed: u64, with: impl Fn(&mut Setup)) -> Session {
    let (mut setup, mut chaos) = Chaos::new(seed, &[]);
    with(&mut setup);
    let mut session = Session::sparse(setup);
    while session.now() < Time::from_millis(60_000) {
        session.advance(chaos.rest(), u32::MAX);
        chaos.act(&mut session);
    }
    session
}

fn broken(session: &Session) -> Vec<Promise> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|&(promise, _)| promise).collect()
}

/// How many facts of a kind there are.
fn count(session: &Session, is: impl Fn(&Note) -> bool) -> usize {
    session.facts().iter().filter(|fact| matches!(&fact.what, What::Note(note) if is(note))).count()
}

/// Short logs: trimmed all the time.
fn short_logs(setup: &mut Setup) {
    (setup.config.log_max, setup.config.log_keep) = (12, 8);
}

/// Clients that hardly rest, and a network that takes its time: much is under way at any instant.
fn busy(setup: &mut Setup) {
    (setup.config.delay, setup.config.jitter) = (Span::millis(30), Span::millis(30));
    (setup.config.pause_min, setup.config.pause_max) = (Span::millis(10), Span::millis(60));
    setup.config.workers = 1;
}

#[test]
fn in_sync_mode_loses_nothing_though_logs_are_trimmed_all_the_time() {
    let mut trimmed = 0;
    for seed in 0..60 {
        let session = soak(seed, short_logs);
        assert_eq!((broken(&session), session.bill().lost), (vec![], 0), "{}", session.link());
        trimmed += count(&session, |note| matches!(note, Note::Shard(ShardNote::Trimmed { .. })));
    }
    assert!(trimmed > 1_000, "{trimmed} trims");
}

#[test]
fn majority_mode_loses_nothing_either_and_comes_to_rest() {
    for seed in 0..60 {
        let mut session = soak(seed, |setup| {
            short_logs(setup);
            setup.config.ack = Ack::Majority;
        });
        assert_eq!((broken(&session), session.bill().lost), (vec![], 0), "{}", session.link());
        heal_everything(&mut session);
        session.advance(Span::secs(20), u32::MAX);
        assert_eq!(unrest(&session), Vec::<String>::new(), "{}", session.link());
    }
}

#[test]
fn primary_mode_loses_acknowledged_writes_counts_them_and_breaks_no_promise_that_it_made() {
    let (mut lost, mut named) = (0, 0);
    for seed in 0..320 {
        let mut session = soak(seed, |setup| {
            busy(setup);
            short_logs(setup);
            setup.config.ack = Ack::Primary;
        });
        assert_eq!(broken(&session), vec![], "{}", session.link());
        let bill = session.bill();
        assert_eq!(bill.promises as usize, Promise::COUNT - 3, "three promises are not made in this mode");
        lost += bill.lost;
        named += count(&session, |note| matches!(note, Note::Shard(ShardNote::WritesLost { .. })));
        if seed < 20 {
            heal_everything(&mut session);
            session.advance(Span::secs(90), u32::MAX);
            assert_eq!(unrest(&session), Vec::<String>::new(), "{}", session.link());
        }
    }
    assert!(lost >= 10 && named >= 4, "{lost} lost, told {named} times by whoever had them");
}

#[test]
fn with_too_few_copies_in_sync_writes_are_refused_and_reads_go_on() {
    let mut setup = Setup::new(7);
    (setup.config.min_in_sync, setup.config.workers) = (3, 0);
    setup.roster.clients = 24;
    let mut session = Session::sparse(setup);
    session.advance(Span::secs(3), u32::MAX);
    session.dispatch("kill A".parse().expect("an action")).expect("A runs");
    session.advance(Span::secs(7), u32::MAX);
    let refused = |note: &Note| matches!(note, Note::Shard(ShardNote::Refused { why: RefusedWhy::TooFew, .. }));
    assert!(count(&session, refused) > 10);
    let view = session.view();
    let few = |shard: u16| view.shards[usize::from(shard)].view.in_sync.len() < 3;
    let late = session.facts().iter().filter(|fact| fact.at > Time::from_millis(7_000));
    for fact in late {
        if let What::Note(Note::Shard(ShardNote::Acknowledged { shard, .. })) = &fact.what {
            assert!(!few(shard.0), "shard {} has two copies in sync and took a write at {} s", shard.0, fact.at);
        }
    }
    // Each client asks until it stands before a write that is refused.
    let read = |fact: &&Record<Note>| {
        let read = matches!(fact.what, What::Note(Note::Client(ClientNote::Answered { asked: Asked::Read, .. })));
        read && fact.at > Time::from_millis(4_500)
    };
    assert!(session.facts().iter().filter(read).count() > 4 && view.shards.iter().all(|shard| shard.server.is_some()));
}

#[test]
fn backups_give_stale_answers_and_primaries_never_do() {
    let (mut reads, mut stale) = (0, 0);
    for seed in 0..80 {
        let session = soak(seed, |setup| {
            busy(setup);
            setup.config.reads = Reads::InSync;
        });
        assert_eq!(broken(&session), vec![], "{}", session.link());
        let bill = session.bill();
        reads += bill.replica_reads;
        stale += bill.stale_reads;
        let bill = soak(seed, busy).bill();
        assert_eq!((bill.replica_reads, bill.stale_reads), (0, 0));
    }
    assert!(reads > 2_000 && stale >= 5 && stale < reads / 20, "{stale} of {reads} reads from backups were stale");
}
