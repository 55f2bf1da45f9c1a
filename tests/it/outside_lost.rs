//! What is lost for good, and what may still be demanded then. Found by somebody who had not seen the code; each link broke a promise
//! that nothing could have kept, or kept one that was broken.
//!
//! | mutant | killed by |
//! |---|---|
//! | a lock must pass though a shard has no server | `a_lock_need_not_pass_while_a_shard_waits_for_the_dead` |
//! | coordinators count as soon as they run | `nothing_is_demanded_of_coordinators_of_which_most_have_lost_their_disks` |
//! | decisions are lost only when others are made | `when_the_last_disk_with_decisions_goes_the_promise_is_broken_at_once` |
//! | of a forgotten shard one copy is enough | `a_shard_that_nobody_remembers_is_demanded_when_all_its_copies_run` |
//! | locks are granted before a document's copies were looked at | `an_only_coordinator_grants_nothing_before_it_knows_the_tokens` |

use ringside::cluster::note::{LockNote, Note};
use ringside::cluster::property::Promise;
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn broken(session: &Session) -> Vec<Promise> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| *promise).collect()
}

#[test]
fn a_lock_need_not_pass_while_a_shard_waits_for_the_dead() {
    for link in [
        "v=9&do=10:kill:B,10:kill:D,10:kill:E&at=100",
        "v=9&ack=majority&do=10:kill:B,10:kill:D&at=100",
        "v=9&nodes=3&do=10:kill:A,10:kill:B,10:kill:C,10:add:D,10:add:E,10:add:F&at=100",
    ] {
        assert_eq!(broken(&opened(link)), [], "{link}");
    }
}

#[test]
fn nothing_is_demanded_of_coordinators_of_which_most_have_lost_their_disks() {
    for link in [
        "v=9&do=10:wipe:K1,10:wipe:K2,12:revive:K1,12:revive:K2&at=130",
        // Views have changed before: their copies are known to live, and nobody may lead them.
        "v=9&do=3:kill:A,20:wipe:K1,20:wipe:K2,22:revive:K1,22:revive:K2&at=130",
    ] {
        let session = opened(link);
        assert_eq!(broken(&session), [], "{link}: K3 still has what was decided");
        assert!(session.view().coordinators.iter().all(|it| it.term < 10), "{link}: nobody is elected");
    }
}

#[test]
fn when_the_last_disk_with_decisions_goes_the_promise_is_broken_at_once() {
    for (link, at) in [("v=9&do=10:wipe:K1,10:wipe:K2,11:wipe:K3&at=11.5", 11_000), ("v=9&coordinators=1&do=10:wipe:K1&at=10.5", 10_000)] {
        let session = opened(link);
        let at = Time::from_millis(at);
        let broken: Vec<_> = session.promises().into_iter().filter_map(|(promise, broken)| Some((promise, broken?.at))).collect();
        assert_eq!(broken, [(Promise::DecisionsSurvive, at)], "{link}");
    }
    // One after the other, with time to learn again: nothing is lost.
    let link = "v=9&do=10:wipe:K1,11:revive:K1,20:wipe:K2,21:revive:K2,30:wipe:K3,31:revive:K3&at=60";
    assert_eq!(broken(&opened(link)), [], "{link}");
}

#[test]
fn a_shard_that_nobody_remembers_is_demanded_when_all_its_copies_run() {
    for link in
        ["v=9&coordinators=1&do=3:kill:B,40:wipe:K1,41:revive:K1&at=120", "v=9&coordinators=1&do=10:kill:B,10:wipe:K1,11:revive:K1&at=60"]
    {
        let session = opened(link);
        assert_eq!(broken(&session), [Promise::DecisionsSurvive], "{link}");
        assert!(session.view().shards.iter().any(|shard| shard.waiting.is_some()), "{link}: it says for whom they wait");
    }
}

#[test]
fn an_only_coordinator_grants_nothing_before_it_knows_the_tokens() {
    for link in [
        "v=9&coordinators=1&do=10:freeze:B,10:freeze:D,10:freeze:E,12:wipe:K1,13:revive:K1,30:thaw:B,30:thaw:D,30:thaw:E&at=60",
        "v=9&coordinators=1&do=10:cut:K1:B,10:cut:K1:D,10:cut:K1:E,12:wipe:K1,13:revive:K1,30:heal:B,30:heal:D,30:heal:E&at=60",
        "v=9&seed=183&nodes=3&coordinators=1&clients=8&workers=2&ack=majority&do=3:kill:C,4.416285:kill:B,4.709029:kill:A,6:wipe:K1,\
         7:revive:K1,10.997964:revive:C,12.369306:revive:A,15.790916:revive:B&at=85.790916",
    ] {
        let session = opened(link);
        assert!(!broken(&session).contains(&Promise::TokensGrow), "{link}");
        let last = session.facts().iter().rev().find(|fact| matches!(fact.what, What::Note(Note::Lock(LockNote::Granted { .. }))));
        assert!(last.is_some_and(|fact| fact.at > Time::from_millis(35_000)), "{link}: locks are granted again");
    }
}
