//! What was found from outside about copies: who may lead, with what, and what is left to do when too much is lost. Each input is kept
//! as it was reported, together with what is right.
//!
//! Mutants of what is right, each applied by hand, and a test that was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | a best end that does not connect is dropped, and the new primary leads | `a_new_primary_that_cannot_join_its_log_…` (replica) |
//! | of equal ends the first one told is taken | `of_two_ends_alike_the_one_that_joins_is_taken_…` (replica) |
//! | two copies commit, however large the in-sync set is | `while_a_fourth_copy_counts_three_must_have_an_entry` (replica) |
//! | a majority of the in-sync set commits, however large it is | `while_two_more_copies_count_four_of_five_…` (replica) |
//! | an emptied disk stays in the in-sync set | `an_emptied_disk_never_leads_…` |
//! | below `min` entries are committed | `below_the_least_number_of_copies_…` (replica), `the_copy_that_was_in_sync_last_…` |
//! | copies let go below `min` are not remembered | `the_copy_that_was_in_sync_last_leads_when_the_others_are_lost` |
//! | below `min` a new primary commits the mark that begins its view | `below_the_least_number_of_copies_a_view_begins_…` (replica), `in_a_storm_…` |
//! | nobody minds a node that has left, though a copy it had is remembered | `no_shard_waits_for_a_node_that_has_left_and_died` |
//! | nobody minds a node that has left, though its copy was chosen and leads | `a_node_that_has_left_is_minded_while_the_copy_…` |
//! | a save for a dropped copy counts for the next | `engine::under_random_faults_no_promise_breaks_and_everything_heals` |
//! | a learner that answers nothing keeps others waiting | `a_learner_that_its_primary_cannot_reach_keeps_no_other_copy_waiting` |
//! | an only coordinator without its disk begins as if it were new | `an_only_coordinator_that_loses_its_disk_begins_anew_…` |
//! | its tokens begin anew | `an_only_coordinator_that_loses_its_disk_begins_anew_…` |
//! | while nobody remembers the copies, whoever has died may lead again | `a_node_that_dies_while_nobody_remembers_its_copies_is_not_promoted` |

use ringside::cluster::note::{LockNote, Note, ShardNote, ViewWhy};
use ringside::cluster::observe::view::{ShardView, Waiting};
use ringside::session::link::parse;
use ringside::session::{Session, StepUnit};
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::sentence::{plain, sentence};

/// The run of a link, at the instant at which it opens.
fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn broken(session: &Session) -> Vec<&'static str> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| promise.word()).collect()
}

/// Shards that nobody serves.
fn unserved(session: &Session) -> Vec<u16> {
    session.view().shards.iter().filter(|shard| shard.server.is_none()).map(|shard| shard.id.0).collect()
}

fn later(mut session: Session, seconds: u64) -> Session {
    session.seek(session.now() + Span::secs(seconds));
    session
}

fn views(session: &Session, why: ViewWhy) -> usize {
    let of = |what: &What<Note>| matches!(what, What::Note(Note::Shard(ShardNote::ViewChanged { why: it, .. })) if *it == why);
    session.facts().iter().filter(|fact| of(&fact.what)).count()
}

fn act(session: &mut Session, action: &str) {
    let parsed = action.parse().unwrap_or_else(|why| panic!("{action}: {why}"));
    session.dispatch(parsed).unwrap_or_else(|why| panic!("{action}: {why:?}"));
}

#[test]
fn a_planned_move_loses_nothing_though_a_link_is_cut_in_the_middle_of_it() {
    for link in [
        "v=4&seed=982748&nodes=4&clients=8&workers=0&ack=majority&do=2.297599:drain:C,2.488505:cut:C:A&at=14",
        "v=4&seed=4127&clients=24&ack=majority&do=2.02:drain:E,2.36:cut:E:C&at=18",
        "v=4&seed=2128&coordinators=5&clients=16&ack=primary&do=2.072679:drain:C,2.163959:cut:C:A&at=21",
    ] {
        let session = later(opened(link), 30);
        assert_eq!((broken(&session), unserved(&session)), (vec![], vec![]), "{link}");
    }
}

#[test]
fn drains_and_cuts_close_together_lose_nothing_whatever_the_mode() {
    for (mode, seeds) in [("majority", 60), ("primary", 30), ("in-sync", 20)] {
        for seed in 0..seeds {
            let letter = |n: u64| char::from(b'A' + (n % 6) as u8);
            let (a, other) = (letter(seed), letter(seed + 1 + seed / 6 % 5));
            let cut = 2_060 + seed * 37 % 700;
            let link =
                format!("v=4&seed={seed}&clients=24&ack={mode}&do=2:drain:{a},{}.{:03}:cut:{a}:{other}&at=12", cut / 1_000, cut % 1_000);
            let session = opened(&link);
            assert_eq!(broken(&session), Vec::<&str>::new(), "{link}");
        }
    }
}

#[test]
fn an_emptied_disk_never_leads_while_another_copy_may_hold_more() {
    let link = "v=4&seed=4127&nodes=3&ack=majority&do=40:kill:A,40:kill:C,43:wipe:B,43:revive:B,45:revive:C&at=46";
    let before = opened("v=4&seed=4127&nodes=3&ack=majority&at=40");
    let lines = before.view().locks[0].text.len();
    assert!(lines > 5, "{lines}");
    let session = opened(link);
    assert_eq!(broken(&session), Vec::<&str>::new());
    // What a majority of A, B and C had stored, B and A may have had: so shards wait for A. For C too, unless A is known to have all.
    let mut session = later(session, 60);
    let view = session.view();
    let a = session.setup().roster.pid("A".parse().expect("a name")).expect("it takes part");
    let waits =
        |shard: &&ShardView| matches!(&shard.waiting, Some(Waiting::For { nodes, enough }) if nodes.contains(&a) && nodes.len() == *enough);
    let unled: Vec<&ShardView> = view.shards.iter().filter(|shard| shard.server.is_none()).collect();
    assert!(unled.len() > 12 && unled.iter().all(waits), "{:?}", unled.iter().find(|shard| !waits(shard)));
    act(&mut session, "revive A");
    let session = later(session, 20);
    assert_eq!((broken(&session), unserved(&session)), (vec![], vec![]));
    assert!(session.view().locks[0].text.len() >= lines, "the lock's document is whole");
}

#[test]
fn shards_are_served_as_soon_as_the_copies_that_hold_everything_together_are_back() {
    let session = opened("v=4&seed=4127&nodes=3&ack=majority&do=60:kill:A,63:kill:C,66:wipe:B,67:revive:B,70:revive:C,72:revive:A&at=200");
    assert_eq!((broken(&session), unserved(&session)), (vec![], vec![]));
}

#[test]
fn the_copy_that_was_in_sync_last_leads_when_the_others_are_lost() {
    // Below two copies in sync nothing is written. So C, which was let go then, has everything that was ever acknowledged.
    let session = opened("v=4&seed=4127&nodes=3&min=2&do=5:kill:B,10:kill:C,20:wipe:A,21:revive:A,22:revive:B,23:revive:C&at=80");
    assert_eq!((broken(&session), unserved(&session)), (vec![], vec![]));
    // With B alone back nobody leads, and the page says whom the shards wait for.
    let mut session = opened("v=4&seed=4127&nodes=3&min=2&do=5:kill:B,10:kill:C,20:wipe:A,21:revive:A,22:revive:B&at=40");
    let c = session.setup().roster.pid("C".parse().expect("a name")).expect("it takes part");
    let view = session.view();
    assert!(view.shards.iter().all(|shard| shard.server.is_none()));
    for shard in &view.shards {
        let Some(Waiting::For { nodes, enough: 1 }) = &shard.waiting else { panic!("shard {}: {:?}", shard.id.0, shard.waiting) };
        assert_eq!(*nodes, [c]);
    }
    act(&mut session, "revive C");
    assert_eq!(unserved(&later(session, 5)), Vec::<u16>::new());
}

#[test]
fn when_nobody_can_know_what_is_gone_an_operator_chooses_and_the_page_says_so() {
    // C was the last in-sync copy of everything, and its disk is lost: what A and B have is older.
    let link = "v=4&seed=4127&nodes=3&do=5:kill:A,8:kill:B,14:wipe:C,15:revive:A,15.1:revive:B,16:revive:C&at=30";
    let mut session = opened(link);
    let view = session.view();
    assert!(view.shards.iter().all(|shard| shard.server.is_none() && shard.waiting == Some(Waiting::Choice)));
    assert!(views(&session, ViewWhy::Orphaned) >= 24);
    assert!(session.admits("salvage B".parse().expect("an action")).is_ok());
    act(&mut session, "salvage B");
    assert!(session.link().contains("salvage:B"), "{}", session.link());
    let mut session = later(session, 20);
    assert_eq!(unserved(&session), Vec::<u16>::new());
    assert_eq!(views(&session, ViewWhy::Salvaged), 24);
    let view = session.view();
    assert!(view.shards.iter().all(|shard| shard.view.in_sync.len() == 3), "all copies are made anew from B's");
    let refused = session.admits("salvage A".parse().expect("an action"));
    assert!(refused.is_err(), "nothing waits any more: {refused:?}");
    assert!(session.admits("salvage c1".parse().expect("an action")).is_err());
    // Told in both languages.
    session.seek(Time::from_millis(30_000));
    while views(&session, ViewWhy::Salvaged) == 0 {
        session.step(StepUnit::Event);
    }
    let told = session
        .facts()
        .iter()
        .rfind(|fact| matches!(fact.what, What::Note(Note::Shard(ShardNote::ViewChanged { .. }))))
        .expect("a new view");
    for lang in [Lang::En, Lang::Zh] {
        let roster = session.setup().roster;
        let said = plain(&sentence(told, &roster, lang), &roster);
        assert!(said.contains('B') && said.contains(if lang == Lang::En { "operator" } else { "操作员" }), "{said}");
    }
}

#[test]
fn a_learner_that_its_primary_cannot_reach_keeps_no_other_copy_waiting() {
    // H and E cannot talk, and D is dead: what has nothing to do with H and E together is whole all the same.
    let link = "v=4&seed=4&nodes=7&clients=21&workers=11&lease=8&reads=in-sync&do=6.781356:add:H,7.168644:cut:H:E,9.201476:kill:D&at=120";
    let session = opened(link);
    let pid = |name: &str| session.setup().roster.pid(name.parse().expect("a name")).expect("it takes part");
    for shard in &session.view().shards {
        let torn = shard.wanted.contains(&pid("H")) && shard.wanted.contains(&pid("E"));
        assert!(shard.view.in_sync.len() == 3 || torn, "shard {}: {:?}", shard.id.0, shard.view);
    }
}

#[test]
fn when_the_last_disk_goes_what_was_acknowledged_is_lost_at_once_and_counted() {
    let before = opened("v=6&seed=4127&nodes=3&do=5:wipe:A,5:wipe:B&at=5.5");
    assert_eq!((broken(&before), before.bill().lost), (vec![], 0), "one disk is left");
    let session = opened("v=6&seed=4127&nodes=3&do=5:wipe:A,5:wipe:B,5:wipe:C&at=5");
    assert!(session.bill().lost > 5, "{}", session.bill().lost);
    assert!(broken(&session).contains(&"acked-survive"), "{:?}", broken(&session));
}

#[test]
fn an_only_coordinator_that_loses_its_disk_begins_anew_however_old_the_cluster_is() {
    for at in [30, 300] {
        let link = format!("v=6&seed=4127&coordinators=1&do={at}:wipe:K1,{}:revive:K1&at={}", at + 1, at + 11);
        let session = opened(&link);
        assert_eq!(unserved(&session), Vec::<u16>::new(), "{link}");
        // What it had decided is gone, and that is a broken promise; nothing that was acknowledged is.
        assert_eq!(broken(&session), vec!["decisions-survive"], "{link}");
        let session = later(session, 60);
        let since = Time::from_millis(at * 1_000 + 12_000);
        let granted = |what: &What<Note>| matches!(what, What::Note(Note::Lock(LockNote::Granted { .. })));
        let grants = session.facts().iter().filter(|fact| fact.at >= since && granted(&fact.what)).count();
        assert!(grants > 20, "{link}: {grants} grants in a minute");
    }
}

#[test]
fn a_node_that_dies_while_nobody_remembers_its_copies_is_not_promoted() {
    for link in [
        "v=6&seed=457&coordinators=1&nodes=4&balancers=2&clients=3&loss=215&locks=3&lease=8&delay=1&patience=6&ack=majority&\
         do=32.182756:wipe:K1,33.658758:slow:B:65,36.891248:revive:K1&at=60",
        "v=6&seed=668&coordinators=1&nodes=7&balancers=2&clients=2&workers=1&duplicates=45&min=2&ack=majority&\
         do=16.462911:wipe:K1,16.804544:cut:G%3EE,20.409793:revive:K1,34.306495:freeze:G&at=60",
    ] {
        assert_eq!(opened(link).now(), Time::from_millis(60_000), "{link}: an assertion fails");
    }
}

/// One of few copies leads, then another that is remembered, and so on: what each of them began with was committed by it alone, and
/// given up by the next.
#[test]
fn in_a_storm_no_copy_drops_what_it_has_committed() {
    for link in [
        "v=9&seed=816163196232&coordinators=1&nodes=5&clients=5&workers=1&loss=637&min=3&lease=1&delay=60&at=24",
        "v=9&seed=230190770668&coordinators=1&balancers=2&workers=7&loss=624&duplicates=1000&min=3&lease=1&delay=1&ack=majority&at=60",
        "v=9&seed=1470&nodes=4&balancers=2&clients=1&workers=0&loss=520&min=3&locks=2&lease=5&\
         do=0:drift:D:-1958,1.142244:drain:D,1.360583:cut:C%3ED,4.60776:add:D&at=14.40684",
    ] {
        assert_eq!(broken(&opened(link)), Vec::<&str>::new(), "{link}");
    }
}

/// D counted, was let go, left the ring, came back and died again. Nobody minded a node that had left, so it passed for living, and
/// the shards that remembered it waited for what it had.
#[test]
fn no_shard_waits_for_a_node_that_has_left_and_died() {
    let link = "v=9&seed=3076&nodes=5&balancers=2&workers=6&loss=13&duplicates=60&min=2&locks=3&delay=3&ack=majority&\
        do=4.72586:cut:A%3EE,14.312571:add:F,14.444415:cut:F:C,20.808757:drain:D,24.760922:kill:D,31.936267:revive:D,\
        42.554201:wipe:D,47.967873:add:G,54.549064:kill:A,58.507689:revive:A,60:heal:A%3EE,60:heal:C:F&at=90";
    let session = opened(link);
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
}

/// B left the ring while it was down, came back, and an operator chose what it has: it leads. Then it heard no leader any more. Nobody
/// minded a node that had left, so nobody led in its place.
#[test]
fn a_node_that_has_left_is_minded_while_the_copy_that_was_chosen_on_it_counts() {
    let link = "v=9&seed=2893&coordinators=5&balancers=2&clients=4&workers=3&duplicates=32&locks=2&lease=8&\
        do=8.253121:freeze:B,14.176085:kill:C,14.285865:kill:E,17.956403:isolate:A,27.184568:thaw:B,29.415871:heal:F,\
        30.935918:add:G,32.823082:drain:B,34.655083:isolate:G,37.155527:kill:B,43.698658:isolate:K4,47.997797:revive:B,\
        54.250319:salvage:B,60:cut:K1%3EB,60:cut:K2%3EB,60:cut:K3%3EB,60:cut:K5%3EB,60:freeze:D,60:revive:C,60:revive:E,\
        60:heal:K1:K4,60:heal:K1:A,60:heal:K2:K4,60:heal:K2:A,60:heal:K3:K4,60:heal:K3:A,60:heal:K4:K5,60:heal:K4:A,\
        60:heal:K4:C,60:heal:K4:E,60:heal:K4:F,60:heal:K4:L2,60:heal:K4:c2,60:heal:K4:c3,60:heal:K4:c4,60:heal:K5:A,\
        60:heal:A:C,60:heal:A:E,60:heal:A:L2,60:heal:A:c2,60:heal:A:c3,60:heal:A:c4&at=130";
    let session = opened(link);
    let chosen = |what: &What<Note>| matches!(what, What::Note(Note::Shard(ShardNote::ViewChanged { why: ViewWhy::Salvaged, .. })));
    assert!(session.facts().iter().any(|fact| chosen(&fact.what)), "{link}");
    assert_eq!((unserved(&session), broken(&session)), (vec![], vec![]), "{link}");
}
