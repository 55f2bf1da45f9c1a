//! The cases of the lock, each as its doc tells it: from the facts of the very run that the page opens.
//!
//! Mutants of the lock, each applied by hand, and a test that was seen to kill it (most are killed by several, and by golden traces):
//!
//! | mutant | killed by |
//! |---|---|
//! | lease counted from the reply | `a_stale_grant_is_believed_only_by_whoever_does_not_look_at_its_lease` |
//! | release without token, or without owner | `a_release_with_anothers_token_frees_nothing` (table) |
//! | renewal of an expired lease | `an_expired_lease_cannot_be_renewed_and_frees_the_lock` (table) |
//! | equal token from another holder is let in | `a_token_lets_in_whoever_came_with_it_first_and_nobody_else` (document) |
//! | the service does not wait out the drift bound | the exploration of leases that are not stretched (`tests/explore`) |
//! | a snapshot of the coordinators forgets the token | `engine::under_random_faults_no_promise_breaks_and_everything_heals` |
//! | a waiter is granted the lock without a look at its lease | `a_dead_waiter_is_passed_over` |
//! | a worker believes a grant without a look at its lease | the rule `re-check` is off: same test as the first |
//! | cancel leaves the session in the queue; a late `Acquire` opens an ended session | `a_waiter_can_leave_the_queue_and_a_late_acquire_does_not_bring_it_back` (table) |
//! | a new leader keeps the ends of leases | `on_another_clock_is_left_of_a_lease_…` (table) |
//! | leases run anew with every leader | `however_often_the_leader_changes_…` (table), `outside_lock::a_dead_holders_lease_ends_…` |
//! | a request to wait extends a grant | `a_request_to_wait_tells_again_of_a_grant_…` (table) |

use ringside::cluster::note::{ControlNote, LockNote, Note};
use ringside::cluster::property::Promise;
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::proto::lock::token::FencingToken;
use ringside::session::cases::Case;
use ringside::session::link::{parse, print};
use ringside::session::{Session, StepUnit};
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::sentence::{action, latest, plain};

/// The run of a case, this long after the instant at which it is opened.
fn played(case: Case, seconds: u64, all_on: bool) -> Session {
    let mut opened = parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link()));
    if all_on {
        opened.setup.rules = Rules::ALL_ON;
    }
    let mut session = Session::open(opened);
    session.seek(session.now() + Span::secs(seconds));
    session
}

fn broken(session: &Session) -> Vec<Promise> {
    session.promises().iter().filter(|(_, broken)| broken.is_some()).map(|(promise, _)| *promise).collect()
}

fn client(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("takes part")
}

/// Facts from an instant on, in order.
fn notes(session: &Session, from: u64) -> impl Iterator<Item = (&Record<Note>, &Note)> {
    let later = session.facts().iter().filter(move |fact| fact.at >= Time::from_millis(from));
    later.filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact, note)),
        What::Fault(_) => None,
    })
}

/// Grants from an instant on: to whom, with which token.
fn grants(session: &Session, from: u64) -> Vec<(Pid, u64)> {
    let grant = |(_, note): (_, &Note)| match note {
        Note::Lock(LockNote::Granted { session, token, .. }) => Some((session.client, token.0)),
        _ => None,
    };
    notes(session, from).filter_map(grant).collect()
}

/// The lines of the document, by their tokens.
fn lines(session: &Session) -> Vec<u64> {
    session.view().locks[0].text.lines().iter().map(|line| line.token.0).collect()
}

fn refused(session: &Session) -> Vec<(Pid, FencingToken, FencingToken)> {
    let refusal = |(_, note): (_, &Note)| match note {
        Note::Lock(LockNote::FenceRefused { op, token, seen, .. }) => Some((op.client, *token, *seen)),
        _ => None,
    };
    notes(session, 0).filter_map(refusal).collect()
}

#[test]
fn every_case_prints_as_it_is_written_and_opens_before_its_first_fault() {
    for case in Case::ALL {
        let opened = parse(case.link()).unwrap_or_else(|why| panic!("{}: {why}", case.link()));
        assert_eq!(print(&opened), case.link());
        assert!(opened.actions.iter().all(|(at, _)| *at > opened.at), "{}", case.word());
    }
}

#[test]
fn with_every_rule_on_no_case_breaks_a_promise_but_that_of_a_clock_beyond_the_bound() {
    for case in Case::ALL.into_iter().filter(|&case| case != Case::SlowClock) {
        assert_eq!(broken(&played(case, 12, true)), [], "{}", case.word());
    }
}

#[test]
fn the_holder_gives_the_lock_back_and_the_next_in_line_gets_it() {
    let mut session = played(Case::Release, 0, true);
    let next = session.view().locks[0].queue[0].client;
    session.seek(session.now() + Span::millis(300));
    assert_eq!(grants(&session, 3_500), [(next, 5)]);
}

#[test]
fn a_dead_holder_loses_the_lock_when_its_lease_has_run_out_and_not_before() {
    let session = played(Case::HolderDies, 6, true);
    let dead = client(&session, "c2");
    let ended = notes(&session, 3_000).find_map(|(fact, note)| match note {
        Note::Lock(LockNote::SessionEnded { session, held: Some(token), .. }) if session.client == dead => Some((fact.at, token.0)),
        _ => None,
    });
    let (at, token) = ended.expect("its session ends");
    assert_eq!(token, 4);
    // Its last word was sent between 2.25 s and 3 s.
    assert!((Time::from_millis(5_250)..Time::from_millis(6_200)).contains(&at), "{at}");
    assert_eq!(grants(&session, 3_000)[0].1, 5);
    assert!(grants(&session, 3_000).iter().all(|&(who, _)| who != dead));
}

#[test]
fn a_zombies_late_write_is_refused_by_its_token() {
    let session = played(Case::Zombie, 7, true);
    let zombie = client(&session, "c2");
    assert_eq!(refused(&session), [(zombie, FencingToken(4), FencingToken(6))]);
    assert_eq!(lines(&session)[..5], [1, 2, 3, 5, 6], "whoever came in the meantime is in the document, and the zombie is not");
    assert_eq!(session.bill().overwritten, 0);
}

#[test]
fn without_fencing_the_zombie_overwrites_what_came_in_the_meantime() {
    let session = played(Case::Unfenced, 7, false);
    assert_eq!((broken(&session), refused(&session)), (vec![Promise::OneEffective], vec![]));
    assert_eq!((lines(&session)[..5].to_vec(), session.bill().overwritten), (vec![1, 2, 3, 4, 7], 2), "lines 5 and 6 are gone for good");
}

#[test]
fn when_the_leading_coordinator_dies_the_queue_keeps_its_order_and_tokens_grow_on() {
    let mut session = played(Case::LeaderDies, 0, true);
    let queue: Vec<Pid> = session.view().locks[0].queue.iter().map(|waiting| waiting.client).collect();
    assert!(queue.len() >= 5, "{queue:?}");
    let leader = |session: &Session| {
        session
            .facts()
            .iter()
            .rev()
            .find(|fact| matches!(fact.what, What::Note(Note::Control(ControlNote::Elected { .. }))))
            .map(|it| it.who)
    };
    let before = leader(&session);
    session.seek(Time::from_millis(12_000));
    assert_ne!(leader(&session), before, "another leads");
    let served = grants(&session, 3_000);
    assert_eq!(served.iter().map(|&(who, _)| who).take(queue.len()).collect::<Vec<_>>(), queue);
    assert_eq!(served.iter().map(|&(_, token)| token).collect::<Vec<_>>(), (4..4 + served.len() as u64).collect::<Vec<_>>());
    let ended = notes(&session, 3_000).any(|(_, note)| matches!(note, Note::Lock(LockNote::SessionEnded { .. })));
    assert!(!ended, "nobody loses its place, and nobody its session");
}

#[test]
fn a_dead_waiter_is_passed_over() {
    let session = played(Case::WaiterDies, 9, true);
    let dead = client(&session, "c5");
    assert!(grants(&session, 3_000).iter().all(|&(who, _)| who != dead));
    let over = notes(&session, 3_000)
        .any(|(_, note)| matches!(note, Note::Lock(LockNote::SessionEnded { session, held: None, .. }) if session.client == dead));
    assert!(over, "its session ends in the queue");
    assert!(grants(&session, 3_000).len() >= 5, "the others are served");
}

#[test]
fn a_holder_cut_off_from_the_coordinators_writes_in_time_and_the_lock_goes_on_when_its_lease_has_run_out() {
    let session = played(Case::CutOff, 6, true);
    let holder = client(&session, "c2");
    let wrote = notes(&session, 3_000).find_map(|(fact, note)| match note {
        Note::Lock(LockNote::FencedWrite { op, token: FencingToken(4), .. }) if op.client == holder => Some(fact.at),
        _ => None,
    });
    let released =
        notes(&session, 3_000).any(|(_, note)| matches!(note, Note::Lock(LockNote::Released { session, .. }) if session.client == holder));
    let next = notes(&session, 3_000).find(|(_, note)| matches!(note, Note::Lock(LockNote::Granted { .. }))).map(|(fact, _)| fact.at);
    assert!(!released && wrote.expect("it writes") < next.expect("the next one gets the lock"));
    assert_eq!(lines(&session)[..5], [1, 2, 3, 4, 5]);
}

#[test]
fn a_stale_grant_is_believed_only_by_whoever_does_not_look_at_its_lease() {
    let off = played(Case::StaleGrant, 6, false);
    assert_eq!(broken(&off), [Promise::OneBelieves]);
    assert!(!refused(&off).is_empty(), "the store knows better");
    let on = played(Case::StaleGrant, 6, true);
    let late =
        notes(&on, 5_600).any(|(fact, note)| matches!(note, Note::Lock(LockNote::GrantTooLate { .. })) && fact.who == client(&on, "c2"));
    assert!(late && refused(&on).is_empty());
}

#[test]
fn a_clock_beyond_the_bound_makes_two_believe_and_the_store_still_takes_one() {
    let session = played(Case::SlowClock, 8, true);
    assert_eq!(broken(&session), [Promise::OneBelieves]);
    assert_eq!((refused(&session).len(), session.bill().overwritten), (1, 0));
}

#[test]
fn lock_delay_gives_a_late_write_time_where_nothing_checks_tokens() {
    let session = played(Case::LockDelay, 8, false);
    assert!(!session.setup().rules.on(Rule::Fencing));
    assert_eq!((broken(&session), session.bill().overwritten), (vec![], 0));
    assert_eq!(lines(&session)[..5], [1, 2, 3, 4, 5], "the zombie's line is there, and nobody's is gone");
}

/// What the page says at each step of the zombie's story, in both languages.
#[test]
fn the_zombies_story_is_told_step_by_step() {
    let mut session = Session::open(parse(Case::Zombie.link()).expect("a link"));
    let mut told = String::new();
    while session.now() < Time::from_millis(7_550) && session.step(StepUnit::Fact) {
        let (at, roster) = (session.now(), session.setup().roster);
        let fact = session.headline().expect("a step ends at one");
        assert_eq!(fact.at, at, "a step ends where there is something to tell");
        for lang in [Lang::En, Lang::Zh] {
            let said = match session.action_of(fact.seq) {
                Some((_, done)) => action(done, &roster, lang),
                None => latest(&session.facts()[..=fact.seq.0 as usize], &roster, lang),
            };
            told.push_str(&format!("{at} {}\n", plain(&said, &roster)));
        }
    }
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/stories/zombie.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, &told).expect("the golden story is written");
    }
    let expected = std::fs::read_to_string(&golden).expect("the golden story is there");
    assert_eq!(told, expected, "read it, then UPDATE_GOLDEN=1");
}

/// Kills: belief judged only when somebody begins or writes. Here the sleeper wakes and hears of a lease that by its own clock, far
/// slower than the bound, still runs; nobody begins or writes in that instant.
#[test]
fn two_believe_from_the_instant_in_which_the_second_hears_of_its_lease() {
    let link = "v=9&seed=4127&delay=1&do=2.6:drift:c2:-400000,2.7:freeze:c2,6.85:thaw:c2&at=6.9";
    let session = Session::open(parse(link).expect("a link"));
    let at = Time::from_millis(6_850);
    let found: Vec<_> = session.promises().into_iter().filter_map(|(promise, broken)| Some((promise, broken?.at))).collect();
    assert_eq!(found, [(Promise::OneBelieves, at)]);
    let acts = |note: &Note| matches!(note, Note::Lock(LockNote::HoldBegins { .. }) | Note::Lock(LockNote::FencedWrite { .. }));
    assert!(!notes(&session, 6_850).any(|(fact, note)| fact.at == at && acts(note)));
}
