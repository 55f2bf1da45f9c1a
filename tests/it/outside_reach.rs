//! What was found from outside about reach: who hears whom, and what follows when only one of two directions works. Each input
//! is kept as it was reported, together with what is right.
//!
//! Mutants, each applied by hand, and a test that was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | every heartbeat is a sign of reach | `a_primary_that_no_coordinator_reaches_…`, `a_leader_that_reaches_no_node_…` |
//! | a node that is reached again tells it with its next heartbeat, not at once | `a_late_heartbeat_with_an_older_wish_…` |
//! | a coordinator reaches whoever gave one sign just now; or signs with any gaps between | `a_late_heartbeat_with_an_older_wish_…` (a node that is reached now and then moves nobody) |
//! | a leader yields to one that reaches as many | `a_leader_that_reaches_fewer_nodes_yields_and_one_that_reaches_as_many_does_not` |
//! | a leader never yields | `a_leader_that_reaches_no_node_…`, `a_leader_that_reaches_fewer_nodes_…` |
//! | whoever gave up the lead, unsure of it, tells a leader as before how many nodes it reaches | `the_lead_does_not_swing_…` |
//! | it tells for good that it reaches none | `the_lead_does_not_swing_…` |
//! | only the leader tells what is decided | `a_balancer_that_cannot_reach_the_leader_…` |
//! | timers under way do not follow their clock's new rate | `a_lease_ends_by_a_clock_that_changes_its_rate_in_between` |

use ringside::cluster::note::{ClientNote, ControlNote, Note, ShardNote, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
use ringside::cluster::observe::view::{Office, Standing};
use ringside::session::Session;
use ringside::session::link::parse;
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

/// The run of a link, at the instant at which it opens.
fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn pid(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("it takes part")
}

/// What processes noted, in order.
fn notes(session: &Session) -> impl Iterator<Item = (&Record<Note>, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact, note)),
        What::Fault(_) => None,
    })
}

#[test]
fn a_lease_ends_by_a_clock_that_changes_its_rate_in_between() {
    // The second clock runs slow, the third fast: by 1 % the lease ends later or earlier than by a true clock.
    for (drift, after) in [(0, 1_200), (-10_000, 1_209), (10_000, 1_191)] {
        let session = opened(&format!("v=4&seed=4127&do=5:isolate:A,5.3:drift:A:{drift}&at=12"));
        let a = pid(&session, "A");
        let ended: Vec<Time> = notes(&session)
            .filter(|(fact, note)| fact.who == a && matches!(note, Note::Shard(ShardNote::Stopped { why: StopWhy::LeaseEnded, .. })))
            .map(|(fact, _)| fact.at)
            .collect();
        assert!(!ended.is_empty(), "drift {drift}: it tells that it serves no more");
        let latest = Time::from_millis(5_000) + Span::millis(after);
        assert!(ended.iter().all(|&at| at <= latest && at > Time::from_millis(5_900)), "drift {drift}: {ended:?}, at most {latest}");
        assert!(session.bill().outage.is_some_and(|outage| outage < Span::millis(500)), "{:?}", session.bill().outage);
    }
}

/// Shards that nobody serves.
fn unserved(session: &Session) -> Vec<u16> {
    session.view().shards.iter().filter(|shard| shard.server.is_none()).map(|shard| shard.id.0).collect()
}

fn broken(session: &Session) -> Vec<&'static str> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise.word()).collect()
}

/// The instants at which a leader gave up the lead to whom reaches more, and to whom.
fn yieldings(session: &Session) -> Vec<(Time, Pid, Pid)> {
    let yielding = |(fact, note): (&Record<Note>, &Note)| match note {
        Note::Control(ControlNote::SteppedDown { why: YieldWhy::ReachesMore(to), .. }) => Some((fact.at, fact.who, *to)),
        _ => None,
    };
    notes(session).filter_map(yielding).collect()
}

/// How often each thing of this sort was noted from an instant on.
fn count(session: &Session, from: Time, fits: impl Fn(&Note) -> bool) -> usize {
    notes(session).filter(|(fact, note)| fact.at >= from && fits(note)).count()
}

/// Who leads, by its own belief, in the latest term.
fn leader(session: &Session) -> Option<Pid> {
    let view = session.view();
    view.coordinators.iter().filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term).map(|it| it.pid)
}

#[test]
fn a_balancer_that_cannot_reach_the_leader_learns_of_the_new_primary_from_another_coordinator() {
    // K3 leads all the while; the second link cuts its answers alone.
    for cut in ["5:cut:K3:L1", "5:cut:K3>L1"] {
        let session = opened(&format!("v=4&seed=4127&do={cut},6:kill:A&at=40"));
        let late = Time::from_millis(9_000);
        assert_eq!(
            count(&session, late, |note| matches!(note, Note::Client(ClientNote::Retried { .. }) | Note::Shard(ShardNote::Refused { .. }))),
            0,
            "{cut}"
        );
        assert!(count(&session, late, |note| matches!(note, Note::Shard(ShardNote::Acknowledged { .. }))) > 50, "{cut}: writes go on");
        assert_eq!((yieldings(&session), broken(&session)), (vec![], vec![]), "{cut}");
    }
}

#[test]
fn a_primary_that_the_leader_does_not_reach_gets_its_lease_from_a_leader_that_does() {
    let session = opened("v=4&seed=4127&do=3:cut:K3>A&at=40");
    let (a, k3) = (pid(&session, "A"), pid(&session, "K3"));
    let deaf = notes(&session).find_map(|(fact, note)| match note {
        Note::Control(ControlNote::Suspected { node, why: SuspectWhy::Deaf, .. }) if *node == a => Some((fact.at, fact.who)),
        _ => None,
    });
    let (at, by) = deaf.expect("it is suspected");
    assert!(by == k3 && at <= Time::from_millis(5_400), "{at}: at most a lease and a suspicion after the cut");
    let given = yieldings(&session);
    assert_eq!(given.len(), 1, "{given:?}");
    assert!(given[0].0 <= Time::from_millis(5_700), "{}", given[0].0);
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
    let bill = session.bill();
    assert!(bill.outage.is_some_and(|outage| outage < Span::secs(2)) && !bill.outage_open, "{:?}", bill.outage);
    assert_eq!(
        count(&session, Time::from_millis(7_000), |note| matches!(
            note,
            Note::Shard(ShardNote::Stopped { .. }) | Note::Control(ControlNote::Suspected { .. })
        )),
        0
    );
}

#[test]
fn a_primary_that_no_coordinator_reaches_goes_down_once_and_stays_down_until_it_is_reached() {
    for coordinators in [1, 3, 5] {
        let all: Vec<String> = (1..=coordinators).map(|k| format!("3:cut:K{k}>A")).collect();
        let heal: Vec<String> = (1..=coordinators).map(|k| format!("30:heal:K{k}>A")).collect();
        let link = format!("v=4&seed=4127&coordinators={coordinators}&do={},{}&at=29", all.join(","), heal.join(","));
        let mut session = opened(&link);
        let a = pid(&session, "A");
        let promoted: Vec<Time> = notes(&session)
            .filter(|(_, note)| matches!(note, Note::Shard(ShardNote::ViewChanged { why: ViewWhy::Promotion, .. })))
            .map(|(fact, _)| fact.at)
            .collect();
        assert!(!promoted.is_empty() && promoted.iter().all(|&at| at < Time::from_millis(6_200)), "{link}: {promoted:?}");
        let back = |note: &Note| matches!(note, Note::Control(ControlNote::Returned { node, .. }) if *node == a);
        assert_eq!(count(&session, Time::ZERO, back), 0, "{link}: heard, it is not back");
        assert_eq!((unserved(&session), yieldings(&session).len()), (vec![], 0), "{link}");
        assert_eq!(session.view().processes[a.index()].standing, Standing::Out, "{link}: its copies are made elsewhere");
        session.seek(Time::from_millis(75_000));
        assert_eq!(count(&session, Time::ZERO, back), 1, "{link}: reached again, it is back, once");
        assert_eq!(session.view().processes[a.index()].standing, Standing::Member, "{link}");
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn a_leader_that_reaches_no_node_yields_once_to_one_that_does_and_no_shard_is_lost() {
    let cut = |form: &str| "ABCDEF".chars().map(|node| format!("5:{}", form.replace('X', &node.to_string()))).collect::<Vec<_>>().join(",");
    // Both ways; the leader speaks in vain; the leader hears nothing.
    for form in ["cut:K3:X", "cut:K3>X", "cut:X>K3"] {
        let session = opened(&format!("v=4&seed=4127&do={}&at=60", cut(form)));
        let (given, k3) = (yieldings(&session), pid(&session, "K3"));
        assert_eq!(given.len(), 1, "{form}: {given:?}");
        assert!(given[0].1 == k3 && given[0].0 <= Time::from_millis(7_600), "{form}: {given:?}");
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{form}");
        let bill = session.bill();
        assert!(bill.outage.is_none_or(|outage| outage < Span::secs(2)) && !bill.outage_open, "{form}: {:?}", bill.outage);
        let moved = |note: &Note| matches!(note, Note::Shard(ShardNote::ViewChanged { why: ViewWhy::Promotion | ViewWhy::NoPrimary, .. }));
        assert_eq!(count(&session, Time::ZERO, moved), 0, "{form}: the nodes are well, and keep what they have");
        let elected = |note: &Note| matches!(note, Note::Control(ControlNote::Elected { .. }));
        assert_eq!(count(&session, Time::from_millis(8_000), elected), 0, "{form}: no duel");
    }
}

#[test]
fn a_leader_that_reaches_fewer_nodes_yields_and_one_that_reaches_as_many_does_not() {
    let session = opened("v=4&seed=4127&do=5:cut:K3:A,5:cut:K3:B&at=40");
    assert_eq!(yieldings(&session).len(), 1);
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
    // Everybody misses as many: those who died, or each another one.
    for same in ["5:kill:A", "5:isolate:A", "5:kill:A,6:kill:B", "5:cut:K3:A,5:cut:K1:B,5:cut:K2:C"] {
        let session = opened(&format!("v=4&seed=4127&do={same}&at=40"));
        assert_eq!((yieldings(&session), unserved(&session), broken(&session)), (vec![], vec![], vec![]), "{same}");
    }
}

#[test]
fn each_yielding_is_to_one_that_reaches_more_and_they_come_to_an_end() {
    // K3 reaches two, K1 four, K2 five.
    let cuts = "5:cut:K3:A,5:cut:K3:B,5:cut:K3:C,5:cut:K3:D,5:cut:K1:E,5:cut:K1:F,5:cut:K2:A";
    let session = opened(&format!("v=4&seed=4127&do={cuts}&at=120"));
    let given = yieldings(&session);
    let k2 = pid(&session, "K2");
    assert!((1..=2).contains(&given.len()) && given.last().is_some_and(|&(_, _, to)| to == k2), "{given:?}");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]));
}

#[test]
fn whoever_yielded_leads_again_if_nobody_else_can() {
    let cuts = "5:cut:K3:A,5:cut:K3:B,5:cut:K3:C,5:cut:K3:D,5:cut:K3:E,5:cut:K3:F";
    let session = opened(&format!("v=4&seed=4127&do={cuts},20:kill:K1,30:revive:K1,30:kill:K2,40:heal:K3:A&at=60"));
    assert_eq!(broken(&session), Vec::<&str>::new());
    assert_eq!(unserved(&session), Vec::<u16>::new(), "one that reaches the nodes has lived all the while");
    let leader = session.view().coordinators.iter().find(|it| it.sure > Span::ZERO).map(|it| it.pid);
    assert_eq!(leader, Some(pid(&session, "K1")));
}

/// K1 alone hears A, and whatever it sends comes so late that it is never sure to lead: it gives up the lead, and a leader that misses A
/// gives it back. Each time it waits twice as long, up to eight times `out_after`. When it is fast again it leads, and reaches A.
#[test]
fn the_lead_does_not_swing_for_ever_to_a_coordinator_that_is_too_slow_to_lead() {
    for slow in [18, 20, 22] {
        let link = format!("v=9&seed=4127&delay=3&do=1:slow:K1:{slow},3:cut:K2:A,3:cut:K3:A,500:slow:K1:1&at=500");
        let session = opened(&link);
        let k1 = pid(&session, "K1");
        let given: Vec<Time> = yieldings(&session).iter().filter(|&&(_, _, to)| to == k1).map(|&(at, ..)| at).collect();
        let late = given.iter().filter(|&&at| at > Time::from_millis(260_000)).count();
        assert!((1..=4).contains(&late), "{link}: it is given the lead at {given:?}");
        let mut session = session;
        session.seek(Time::from_millis(600_000));
        assert_eq!(leader(&session), Some(k1), "{link}: it is fast now");
        assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn a_late_heartbeat_with_an_older_wish_reverts_nothing() {
    let ring = |session: &Session| count(session, Time::ZERO, |note| matches!(note, Note::Control(ControlNote::RingChanged { .. })));
    let session = opened("v=4&seed=4127&do=3:slow:C:60,4:drain:C,4.3:add:C&at=30");
    assert_eq!(ring(&session), 2, "one for the drain, one for the add");
    let c = pid(&session, "C");
    // So slow, it is not always reached, and gets its copies back late.
    let stays = |session: &Session| {
        matches!(session.view().processes[c.index()].standing, Standing::Joining | Standing::Receiving | Standing::Member)
    };
    assert!(stays(&session));
    assert_eq!(yieldings(&session), [], "that it is reached now and then, by this one or that, moves nobody");
    // A new leader knows as well what was said last.
    let session = opened("v=4&seed=4127&do=3:slow:C:60,4:drain:C,4.3:add:C,5.2:kill:K3&at=40");
    assert!(ring(&session) == 2 && stays(&session), "{}", ring(&session));
    let mut session = session;
    session.dispatch("slow C 1".parse().expect("an action")).expect("it is slow");
    session.advance(Span::secs(60), u32::MAX);
    assert_eq!(session.view().processes[c.index()].standing, Standing::Member);
}

#[test]
fn slow_links_and_losses_make_nobody_seem_deaf() {
    for seed in 1..=12 {
        for recipe in ["do=2:slow:A:20,2:slow:B:20", "loss=60&do=2:slow:A:10", "loss=100"] {
            let session = opened(&format!("v=4&seed={seed}&{recipe}&at=60"));
            assert_eq!(
                count(&session, Time::ZERO, |note| matches!(note, Note::Control(ControlNote::Suspected { why: SuspectWhy::Deaf, .. }))),
                0,
                "{seed} {recipe}"
            );
            assert_eq!(yieldings(&session), [], "{seed} {recipe}");
        }
    }
}
