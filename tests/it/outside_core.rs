//! What the nemesis has found since it began to mend a core and ask that it work: each fault in the smallest form that was found,
//! with what is right. The mend of each was taken out by hand, and its test was seen to fail:
//!
//! | fault | the mend that was taken out | test that fails without it |
//! |---|---|---|
//! | a slow leader that misses a node goes on leading | an answer about reach counts from when it was heard, not from when it was asked for | `a_slow_leader_that_misses_a_node_yields_…` |
//! | under busy locks the other's log is never level | while a leader makes way it takes nothing new to be decided | `busy_locks_keep_no_leader_…` |
//! | under a leader that is sure of its lead now and then everybody stops and begins again | doubt grows by two for a look at which it is unsure and falls by one (taken out: the first sure look ends it) | `a_leader_that_is_sure_now_and_then_…` |
//! | a worker that is heard, hears nothing and cannot finish keeps its lock | no `KeepAlive` once its own lease has run out | `a_holder_that_hears_nothing_…` |
//! | one copy that holds everything waits for a dead one | the copies that hold everything together are enough, a majority is not asked for | `one_copy_that_holds_everything_…` |
//! | a primary that has not settled waits for a dead copy though a former one lives | `reinforce` | `a_copy_that_was_let_go_too_early_…` |
//! | a restarted primary passes for settled | a new life is not settled | `a_restarted_primary_has_not_settled` |
//! | a learner that knows more to be committed than the chosen copy never learns | it takes the snapshot; what it had is given up | `a_copy_that_knows_more_than_the_chosen_one_…` |
//! | an only coordinator begins anew while nobody is heard, and nobody follows it | later it goes on behind whatever it hears | `an_only_coordinator_that_began_anew_alone_…` |
//! | a copy is counted at the instant at which its disk is lost, and the good one goes for it | copies go by a decision of their own, when whoever stays has been heard (taken out: at once with any decision; and: without a look at who was heard) | `a_copy_goes_only_when_whoever_stays_has_been_heard_…`, `control::copies_go_by_a_decision_of_their_own_…` |
//! | a learner that was told of a snapshot in an earlier view keeps all moves waiting | `tick`: it owes an answer from the first look on | `a_learner_whose_snapshot_began_in_an_earlier_view_…` (replica) |
//! | so does a learner whose primary still asks around | `ask_around`: after the limit it is told to be stalled | `while_a_new_primary_asks_around_for_too_long_…` (replica) |
//! | a primary without a lease answers a write that an operator has given up | no answer without a lease | `a_primary_whose_lease_has_ended_answers_no_write` |
//! | the judge of documents takes the chosen copy's older document for a lost edit | the document starts anew with a choice | `after_an_operators_choice_a_document_goes_on_from_what_was_chosen` |

use ringside::cluster::note::{ControlNote, LockNote, Note, ShardNote, ViewWhy, YieldWhy};
use ringside::cluster::property::Promise;
use ringside::session::link::parse;
use ringside::session::{Session, StepUnit};
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn pid(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("it takes part")
}

fn broken(session: &Session) -> Vec<&'static str> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise.word()).collect()
}

/// Shards that nobody serves.
fn unserved(session: &Session) -> Vec<u16> {
    session.view().shards.iter().filter(|shard| shard.server.is_none()).map(|shard| shard.id.0).collect()
}

/// What processes noted, in order, and when.
fn notes(session: &Session) -> impl Iterator<Item = (Time, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact.at, note)),
        What::Fault(_) => None,
    })
}

/// When leaders gave up the lead to somebody who reaches more.
fn yieldings(session: &Session) -> Vec<Time> {
    let yielding = |note: &Note| matches!(note, Note::Control(ControlNote::SteppedDown { why: YieldWhy::ReachesMore(_), .. }));
    notes(session).filter(|(_, note)| yielding(note)).map(|(at, _)| at).collect()
}

/// How often something was noted from an instant on.
fn count(session: &Session, from: u64, fits: impl Fn(&Note) -> bool) -> usize {
    notes(session).filter(|&(at, note)| at >= Time::from_millis(from) && fits(note)).count()
}

/// The longest time without a grant, up to the end of the run.
fn longest_wait(session: &Session) -> Span {
    let grants = notes(session).filter(|(_, note)| matches!(note, Note::Lock(LockNote::Granted { .. }))).map(|(at, _)| at);
    let mut before = Time::ZERO;
    grants.chain([session.now()]).map(|at| at.since(std::mem::replace(&mut before, at))).max().unwrap_or_default()
}

#[test]
fn a_slow_leader_that_misses_a_node_yields_though_it_hears_of_the_others_late() {
    // Its messages take nineteen times as long, so every answer is old when it comes.
    let session = opened("v=6&seed=4127&do=5:slow:K3:19,6:cut:K3:A&at=40");
    let given = yieldings(&session);
    assert!(given.first().is_some_and(|&at| at <= Time::from_millis(8_500)), "a lease and a suspicion after the cut: {given:?}");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
}

#[test]
fn busy_locks_keep_no_leader_from_yielding() {
    for (workers, slow) in [(12, 14), (24, 10), (24, 14)] {
        let link = format!("v=6&seed=4127&clients=24&workers={workers}&locks=3&do=5:slow:K3:{slow},6:cut:K3:A&at=30");
        let session = opened(&link);
        let given = yieldings(&session);
        assert!(given.first().is_some_and(|&at| at <= Time::from_millis(8_500)), "{link}: {given:?}");
        assert!(longest_wait(&session) <= Span::millis(2_500), "{link}: nobody is granted anything for {}", longest_wait(&session));
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn a_leader_that_is_sure_now_and_then_yields_and_nobody_stops_any_more() {
    let session = opened("v=6&seed=4127&do=5:slow:K3:20&at=60");
    assert!(yieldings(&session).first().is_some_and(|&at| at <= Time::from_millis(10_000)), "{:?}", yieldings(&session));
    let stopped = |note: &Note| matches!(note, Note::Shard(ShardNote::Stopped { .. }));
    assert_eq!(count(&session, 12_000, stopped), 0, "under the new leader every primary keeps its lease");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
}

#[test]
fn a_holder_that_hears_nothing_and_cannot_finish_keeps_the_lock_for_two_leases_at_most() {
    // c2 holds the lock; coordinators hear it, it hears none of them, and the store is out of its reach.
    let session = opened("v=6&seed=4127&do=3.03:cut:K3>c2,3.03:cut:K1>c2,3.03:cut:K2>c2,3.03:cut:L1:c2&at=60");
    let before = opened("v=6&seed=4127&at=3.03");
    assert_eq!(before.view().locks[0].holder.as_ref().map(|it| it.session.client), Some(pid(&before, "c2")));
    let bound = session.setup().config.lock_times().lease.scale(2, 1) + Span::millis(500);
    assert!(longest_wait(&session) <= bound, "nobody is granted the lock for {}", longest_wait(&session));
    assert_eq!(broken(&session), Vec::<&str>::new());
}

#[test]
fn one_copy_that_holds_everything_leads_where_a_majority_acknowledges() {
    // A is let go, and of B and C both hold everything. Then B dies for good.
    let session = opened("v=6&seed=4127&nodes=3&ack=majority&do=5:kill:A,12:kill:B&at=20");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
    let acknowledged = |note: &Note| matches!(note, Note::Shard(ShardNote::Acknowledged { .. }));
    assert_eq!(count(&session, 12_100, acknowledged), 0, "it reads to everybody, and acknowledges nothing by itself");
}

#[test]
fn a_copy_that_was_let_go_too_early_counts_again_when_others_cannot_come() {
    // A is let go while B and C cannot compare; B restarts, C dies. What A and B have together is everything.
    let link = "v=6&seed=4127&nodes=3&ack=majority&do=5:kill:A,5:cut:B:C,10:kill:B,10.2:revive:B,11:kill:C,14:revive:A&at=40";
    let session = opened(link);
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
    let found = "v=6&seed=126&nodes=7&workers=7&duplicates=94&patience=15&ack=majority&do=34.76694:freeze:K1,35.182883:kill:E,\
                 36.00449:kill:K3,38.241126:revive:E,49.88681:kill:D,52.633499:wipe:B,55.728201:revive:D,60:revive:K3&at=120";
    assert_eq!((unserved(&opened(found)), broken(&opened(found))), (vec![], vec![]));
}

#[test]
fn a_restarted_primary_has_not_settled() {
    // B never comes back. A primary that has restarted cannot know by itself what B has: it needs C, or A, whom it has let go.
    for link in [
        "v=6&seed=4127&nodes=3&ack=majority&do=5:kill:A,5:freeze:B,5:freeze:C,5.5:revive:A,7:thaw:C&at=60",
        "v=6&seed=4127&nodes=3&ack=majority&do=5:kill:A,5.3:kill:B,5.3:kill:C,6.3:revive:B,6.8:cut:A:C,7:revive:A&at=60",
    ] {
        let session = opened(link);
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn a_copy_that_knows_more_than_the_chosen_one_becomes_a_copy_of_the_chosen_one() {
    // A is chosen, which has been away for long. B, which had most, comes back when A has made a snapshot of what it has written since.
    let link = "v=6&seed=4127&nodes=3&clients=24&\
                do=5:kill:A,160:kill:B,163:wipe:C,164:revive:C,165:revive:A,169:salvage:A,289:revive:B&at=360";
    let session = opened(link);
    assert_eq!(unserved(&session), Vec::<u16>::new());
    for shard in &session.view().shards {
        assert_eq!(shard.view.in_sync.len(), 3, "shard {}: {:?}", shard.id.0, shard.view);
    }
    assert_eq!(broken(&session), ["acked-survive"], "what was lost with C's disk");
}

#[test]
fn an_only_coordinator_that_began_anew_alone_goes_on_behind_whoever_it_hears_later() {
    // It waits until every lease has ended, and hears nobody in that time. Then nodes come within its reach.
    let link = |healed: &str| format!("v=6&seed=4127&nodes=3&coordinators=1&do=20:isolate:K1,21:wipe:K1,24:revive:K1,{healed}&at=100");
    let session = opened(&link("40:heal:K1:A,41:heal:K1:B,41:heal:K1:C"));
    assert_eq!(unserved(&session), Vec::<u16>::new(), "copies refuse whoever sends in a lower view");
    let session = opened(&link("40:heal:K1:A,41:heal:K1"));
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec!["decisions-survive"]), "no token is given twice");
    let granted = |note: &Note| matches!(note, Note::Lock(LockNote::Granted { .. }));
    assert!(count(&session, 50_000, granted) > 50, "{} grants", count(&session, 50_000, granted));
}

#[test]
fn a_copy_goes_only_when_whoever_stays_has_been_heard_since_it_counts() {
    let mut session = opened("v=6&seed=4127&nodes=3&do=3:add:G&at=3");
    let g = pid(&session, "G");
    // The first shard of which a copy on G comes to count, so that another may go.
    let counted = loop {
        assert!(session.step(StepUnit::Event) && session.now() < Time::from_millis(20_000), "no copy on G comes to count");
        let full = notes(&session).find_map(|(_, note)| match note {
            Note::Shard(ShardNote::ViewChanged { shard, view, why: ViewWhy::CaughtUp })
                if view.in_sync.len() == 4 && view.in_sync.contains(&g) =>
            {
                Some(*shard)
            }
            _ => None,
        });
        if let Some(shard) = full {
            break shard;
        }
    };
    let dismissed = |session: &Session| {
        let gone =
            |note: &Note| matches!(note, Note::Shard(ShardNote::ViewChanged { shard, why: ViewWhy::Dismissed, .. }) if *shard == counted);
        count(session, 0, gone)
    };
    assert_eq!(dismissed(&session), 0, "not with the decision that counts it");
    // At this very instant G's disk is lost. It does not hear that it counts.
    session.dispatch("wipe G".parse().expect("an action")).expect("it lives");
    session.advance(Span::millis(2_000), u32::MAX);
    assert_eq!(dismissed(&session), 0, "the copy that has everything stays");
    session.dispatch("revive G".parse().expect("an action")).expect("it is dead");
    session.advance(Span::secs(30), u32::MAX);
    assert!(dismissed(&session) > 0, "once G has a copy again and was heard, another goes");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
}

#[test]
fn a_primary_whose_lease_has_ended_answers_no_write() {
    // C freezes with writes under way, B dies, and A is chosen. When C goes on, its disk has stored what A will never have.
    for link in [
        "v=6&seed=4127&nodes=3&clients=24&do=5:kill:A,20.035:freeze:C,20.065:kill:B,23:revive:A,26:salvage:A,30:thaw:C&at=40",
        "v=6&seed=4127&nodes=3&clients=24&do=5:kill:A,20.05:freeze:C,20.1:kill:B,23:revive:A,26:salvage:A,30:thaw:C&at=40",
    ] {
        let session = opened(link);
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn after_an_operators_choice_a_document_goes_on_from_what_was_chosen() {
    // What B and C had written to the document since A died is given up with the choice, and so is c3's, which was at work on it.
    let link = "v=6&seed=4127&nodes=3&do=5:kill:A,20:kill:B,24:wipe:C,25:revive:C,26:revive:A,28:kill:c3,40:salvage:A&at=80";
    let session = opened(link);
    assert_eq!(broken(&session), ["acked-survive"], "what was lost with C's disk, and nothing else");
    let edited = |note: &Note| matches!(note, Note::Lock(LockNote::FencedWrite { .. }));
    assert!(count(&session, 41_000, edited) > 10, "the document is written again");
}

/// A slow leader whose answers grow stale takes up its work in between, and the other's log is never level.
#[test]
fn a_leader_with_slow_messages_and_a_busy_lock_yields_within_seconds() {
    for seed in 4127..4133 {
        let session = opened(&format!("v=6&seed={seed}&do=5:slow:K3:26&at=30"));
        let granted: Vec<u64> = session
            .facts()
            .iter()
            .filter(|fact| matches!(fact.what, What::Note(Note::Lock(LockNote::Granted { .. }))))
            .map(|fact| fact.at.0)
            .collect();
        let longest = granted.windows(2).map(|pair| pair[1] - pair[0]).max().expect("locks are granted");
        assert!(longest < 8_000_000, "seed {seed}: no lock was granted for {longest} µs");
    }
}

/// Whoever queued after the control plane began anew stays in its place when that hears of views from before.
#[test]
fn an_only_coordinator_that_hears_of_old_views_late_forgets_nobody_in_the_queue() {
    let session = opened(
        "v=6&seed=4127&nodes=3&coordinators=1&do=5:isolate:B,13.5:kill:A,14:heal:B,16.5:revive:A,20:isolate:K1,21:wipe:K1,\
         24:revive:K1,40:heal:K1&at=100",
    );
    let fifo = session.promises().into_iter().find(|(promise, _)| *promise == Promise::LockFifo).expect("it is promised");
    assert_eq!(fifo.1, None);
}
