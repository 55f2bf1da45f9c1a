//! Rules of who leads, who waits and who goes that no input from outside had needed: taken out, nothing else noticed. Each mutant was
//! applied by hand, and its test was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | whoever has yielded stands for election like any other | `whoever_yielded_stands_back_…` |
//! | a leader yields however lately it, or whoever yielded to it, has done so | `nobody_yields_again_before_it_has_rested` |
//! | a leader that makes way decides nothing until the other leads | none: once it takes nothing new, the other's log is level within a round trip; the bound is a net |
//! | a wish counts though one was heeded that was said later | `of_two_wishes_the_one_said_last_counts_…` |
//! | a primary that has made way in vain goes on waiting | `a_primary_that_makes_way_in_vain_serves_on` |
//! | an only coordinator that has lost its disk begins anew at once | `an_only_coordinator_that_has_lost_its_disk_waits_until_all_leases_have_ended` |

use std::collections::BTreeMap;

use ringside::cluster::note::{ClientNote, ControlNote, LockNote, Note, YieldWhy};
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn notes(session: &Session) -> impl Iterator<Item = (Time, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact.at, note)),
        What::Fault(_) => None,
    })
}

fn yieldings(session: &Session) -> Vec<Time> {
    let yielding = |note: &Note| matches!(note, Note::Control(ControlNote::SteppedDown { why: YieldWhy::ReachesMore(_), .. }));
    notes(session).filter(|(_, note)| yielding(note)).map(|(at, _)| at).collect()
}

fn rings(session: &Session) -> usize {
    notes(session).filter(|(_, note)| matches!(note, Note::Control(ControlNote::RingChanged { .. }))).count()
}

fn broken(session: &Session) -> Vec<&'static str> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise.word()).collect()
}

#[test]
fn whoever_yielded_stands_back_while_another_reaches_more() {
    // K3 misses three nodes, K2 one, K1 none. When K2 is gone K1 is to lead, and not K3, which would yield once more.
    let link = "v=6&seed=4127&do=4.3:cut:K3:B,5:cut:K3:D,5:cut:K3:E,7.3:cut:K2:D,9.3:kill:K2,13:revive:K2&at=60";
    let session = opened(link);
    assert_eq!((yieldings(&session).len(), rings(&session)), (1, 0), "{:?}", yieldings(&session));
    assert_eq!(broken(&session), Vec::<&str>::new());
}

#[test]
fn nobody_yields_again_before_it_has_rested() {
    let session = opened("v=6&seed=4127&do=5:cut:K2:E,5:cut:K3:D,6:heal:K2:E,8:cut:K1:C,11:heal:K1:C&at=60");
    let (given, rest) = (yieldings(&session), session.setup().config.out_after);
    assert!(!given.is_empty() && given.windows(2).all(|two| two[1].since(two[0]) >= rest), "{given:?}");
    assert_eq!(broken(&session), Vec::<&str>::new());
}

/// Nobody can lead well where most coordinators are slow: the one that is not can be sure of nothing, and yields like the others. But
/// none of them stops for good.
#[test]
fn where_two_of_three_coordinators_are_slow_locks_go_on_being_granted() {
    let link = "v=6&seed=4127&clients=12&workers=12&\
                do=4.6:slow:K3:15,5:cut:K3:D,6:cut:K3:A,7:kill:C,9.1:slow:K3:20,9.7:slow:K1:20&at=40";
    let session = opened(link);
    let grants: Vec<Time> =
        notes(&session).filter(|(_, note)| matches!(note, Note::Lock(LockNote::Granted { .. }))).map(|(at, _)| at).collect();
    let rest = session.setup().config.out_after;
    let gaps = grants.windows(2).map(|two| two[1].since(two[0]));
    assert!(gaps.max().is_some_and(|longest| longest <= rest), "{grants:?}");
    assert!(session.now().since(*grants.last().expect("there was one")) <= rest, "{grants:?}");
}

#[test]
fn of_two_wishes_the_one_said_last_counts_whichever_comes_last() {
    // Heartbeats are lost, doubled, and overtake each other.
    let session = opened("v=6&seed=4127&loss=100&duplicates=300&do=4:slow:C:30,10:drain:C&at=40");
    assert_eq!(rings(&session), 1, "it wished once");
}

#[test]
fn a_primary_that_makes_way_in_vain_serves_on() {
    // The leader does not hear that A has nothing under way any more.
    let session = opened("v=6&seed=4127&clients=24&do=5.5:cut:A>K3,6:add:H,9.1:drain:A&at=30");
    let mut last: BTreeMap<Pid, Time> = BTreeMap::new();
    for (at, note) in notes(&session) {
        if let Note::Client(ClientNote::Answered { op, .. }) = note {
            last.insert(op.client, at);
        }
    }
    let clients = usize::from(session.setup().roster.clients - session.setup().config.workers);
    let late = last.iter().filter(|(_, at)| session.now().since(**at) > Span::secs(5)).count();
    assert!(late == 0 && last.len() >= clients, "{late} clients are not answered any more");
}

#[test]
fn an_only_coordinator_that_has_lost_its_disk_waits_until_all_leases_have_ended() {
    // A, cut off, and the workers whom it has answered believe what they were told before.
    for link in [
        "v=6&seed=4127&coordinators=1&clients=24&workers=24&locks=3&do=10:isolate:A,10:wipe:K1,10.1:revive:K1,13:heal:A&at=30",
        "v=6&seed=4127&coordinators=1&clients=24&workers=24&locks=3&do=10:wipe:K1,10:revive:K1,10:isolate:B&at=30",
    ] {
        assert_eq!(broken(&opened(link)), ["decisions-survive"], "{link}");
    }
}
