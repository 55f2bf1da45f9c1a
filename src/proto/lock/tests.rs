//! The table by itself. Mutants that these tests were seen to kill stand beside the test that does.

use crate::proto::lock::table::{LockRules, LockTable, LockTimes};
use crate::proto::lock::token::{FencingToken, LockCommand, LockId, LockOutcome, LockSession};
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

const RULES: LockRules = LockRules { fair: true, lease: true };
const TIMES: LockTimes = LockTimes { lease: Span(100), delay: Span::ZERO };
const ORDERS: LockId = LockId(0);

fn session(client: u16, n: u32) -> LockSession {
    LockSession { client: Pid(client), boot: Boot(1), n }
}

fn table() -> LockTable {
    LockTable::new(1, TIMES)
}

fn run(table: &mut LockTable, at: u64, command: LockCommand) -> Vec<LockOutcome> {
    let mut out = Vec::new();
    table.apply(&command, Time(at), RULES, &mut out);
    out
}

fn acquire(client: u16, n: u32) -> LockCommand {
    LockCommand::Acquire { session: session(client, n), lock: ORDERS, sent: Time(7) }
}

fn keep(client: u16, n: u32, sent: u64) -> LockCommand {
    LockCommand::KeepAlive { session: session(client, n), sent: Time(sent) }
}

fn release(client: u16, n: u32, token: u64) -> LockCommand {
    LockCommand::Release { session: session(client, n), token: FencingToken(token) }
}

fn granted(client: u16, n: u32, token: u64) -> LockOutcome {
    LockOutcome::Granted(session(client, n), ORDERS, Time(7), FencingToken(token))
}

#[test]
fn first_come_first_served_with_growing_tokens() {
    let mut table = table();
    assert_eq!(run(&mut table, 0, acquire(1, 1)), [granted(1, 1, 1)]);
    assert_eq!(run(&mut table, 1, acquire(2, 1)), [LockOutcome::Queued(session(2, 1), ORDERS, 1)]);
    assert_eq!(run(&mut table, 2, acquire(3, 1)), [LockOutcome::Queued(session(3, 1), ORDERS, 2)]);
    let released = LockOutcome::Released(session(1, 1), ORDERS, FencingToken(1));
    assert_eq!(run(&mut table, 3, release(1, 1, 1)), [released, granted(2, 1, 2)]);
}

/// Kills: release without the token, release without the owner.
#[test]
fn a_release_with_anothers_token_frees_nothing() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    assert_eq!(run(&mut table, 1, release(1, 1, 9)), [LockOutcome::Gone(session(1, 1))]);
    assert_eq!(run(&mut table, 1, release(2, 1, 1)), [LockOutcome::Gone(session(2, 1))]);
    assert!(table.holder(ORDERS).is_some());
}

/// Kills: renewal of an expired lease (`at <= ends`, or no look at the end), an end one instant too early.
#[test]
fn an_expired_lease_cannot_be_renewed_and_frees_the_lock() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    run(&mut table, 50, acquire(2, 1));
    assert_eq!(run(&mut table, 99, LockCommand::Lapse), [], "not before the end");
    assert_eq!(run(&mut table, 100, keep(1, 1, 8)), [LockOutcome::Ended(session(1, 1), ORDERS, Some(FencingToken(1))), granted(2, 1, 2)]);
    assert_eq!(run(&mut table, 101, acquire(1, 1)), [LockOutcome::Gone(session(1, 1))], "over is over");
}

/// Kills: a waiter is granted the lock without a look at its lease.
#[test]
fn a_waiter_whose_session_ended_is_passed_over() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    run(&mut table, 10, acquire(2, 1));
    run(&mut table, 60, acquire(3, 1));
    run(&mut table, 90, keep(1, 1, 8));
    assert_eq!(
        run(&mut table, 120, release(1, 1, 1)),
        [LockOutcome::Released(session(1, 1), ORDERS, FencingToken(1)), LockOutcome::Ended(session(2, 1), ORDERS, None), granted(3, 1, 2)]
    );
}

/// Kills: the answer carries the clock of the message that came, not of the latest that was sent; an extension that shortens.
#[test]
fn an_extension_counts_from_the_latest_message_and_never_shortens() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    let alive = |sent| [LockOutcome::Alive(session(1, 1), Time(sent), Some(FencingToken(1)))];
    assert_eq!(run(&mut table, 40, keep(1, 1, 30)), alive(30));
    assert_eq!(run(&mut table, 41, keep(1, 1, 20)), alive(30), "an older message that comes later takes nothing back");
    assert_eq!(table.holder(ORDERS).map(|(_, _, ends)| ends), Some(Time(141)));
}

/// Kills: cancel that leaves the session in the queue, cancel that can be undone by a late `Acquire`, cancel that keeps a lock
/// granted in the meantime.
#[test]
fn a_waiter_can_leave_the_queue_and_a_late_acquire_does_not_bring_it_back() {
    let mut table = table();
    for client in 1..=3 {
        run(&mut table, 0, acquire(client, 1));
    }
    assert_eq!(run(&mut table, 1, LockCommand::Cancel { session: session(2, 1) }), [LockOutcome::Cancelled(session(2, 1), ORDERS, None)]);
    assert_eq!(run(&mut table, 2, acquire(2, 1)), [LockOutcome::Gone(session(2, 1))]);
    assert_eq!(table.queue(ORDERS).map(|(session, _)| session.client).collect::<Vec<_>>(), [Pid(3)]);
    // Granted while the wish to leave was on its way.
    let cancelled = LockOutcome::Cancelled(session(1, 1), ORDERS, Some(FencingToken(1)));
    assert_eq!(run(&mut table, 3, LockCommand::Cancel { session: session(1, 1) }), [cancelled, granted(3, 1, 2)]);
    // The wish to leave overtook the wish to enter.
    assert_eq!(run(&mut table, 4, LockCommand::Cancel { session: session(4, 1) }), [LockOutcome::Gone(session(4, 1))]);
    assert_eq!(run(&mut table, 5, acquire(4, 1)), [LockOutcome::Gone(session(4, 1))]);
}

/// Kills: a dead life's first wish, late, that opens a place for nobody beside its next life's.
#[test]
fn a_former_lifes_late_acquire_opens_nothing() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    let reborn = LockSession { boot: Boot(2), ..session(2, 1) };
    run(&mut table, 1, LockCommand::Acquire { session: reborn, lock: ORDERS, sent: Time(7) });
    assert_eq!(run(&mut table, 2, acquire(2, 1)), [LockOutcome::Gone(session(2, 1))]);
    assert_eq!(table.queue(ORDERS).map(|(session, _)| session).collect::<Vec<_>>(), [reborn]);
    // A place that it had stays for its lease: only the lease says that nobody wants it.
    let mut table = self::table();
    run(&mut table, 0, acquire(2, 1));
    run(&mut table, 1, LockCommand::Acquire { session: reborn, lock: ORDERS, sent: Time(7) });
    assert_eq!(table.holder(ORDERS).map(|(session, ..)| session), Some(session(2, 1)));
}

/// Kills: leases kept by the old leader's clock, leases that run anew, a delay that ends with its leader.
#[test]
fn on_another_clock_is_left_of_a_lease_what_was_left_at_the_last_logged_instant() {
    let mut table = LockTable::new(1, LockTimes { delay: Span(50), ..TIMES });
    run(&mut table, 1_000, acquire(1, 1));
    run(&mut table, 1_010, acquire(2, 1));
    table.regard(Time(40));
    assert_eq!(run(&mut table, 129, LockCommand::Lapse), []);
    assert_eq!(table.next_end(), Some(Time(130)));
    let ended = |client, token| LockOutcome::Ended(session(client, 1), ORDERS, token);
    assert_eq!(run(&mut table, 130, LockCommand::Lapse), [ended(1, Some(FencingToken(1)))]);
    assert_eq!(table.rests_until(ORDERS), Some(Time(180)));
    table.passes(Time(135));
    table.regard(Time(7));
    assert_eq!(table.rests_until(ORDERS), Some(Time(52)));
    assert_eq!(run(&mut table, 12, LockCommand::Lapse), [ended(2, None)]);
}

/// Kills: leases that run anew with every leader: then as many changes of leader as there are keep the lock from everybody.
#[test]
fn however_often_the_leader_changes_a_lease_ends_when_a_whole_one_was_seen_to_pass() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    for n in 1..=4 {
        // Each leader sees 25 pass, and its successor's clock shows anything.
        run(&mut table, if n == 1 { 25 } else { n * 1_000 + 25 }, acquire(2, 1));
        if n < 4 {
            table.regard(Time((n + 1) * 1_000));
        }
    }
    assert_eq!(table.holder(ORDERS).map(|(session, token, _)| (session.client, token)), Some((Pid(2), FencingToken(2))));
}

/// Kills: a request to wait that extends a grant.
#[test]
fn a_request_to_wait_tells_again_of_a_grant_and_does_not_extend_it() {
    let mut table = table();
    assert_eq!(run(&mut table, 0, acquire(1, 1)), [granted(1, 1, 1)]);
    run(&mut table, 50, acquire(2, 1));
    let told = LockOutcome::Alive(session(1, 1), Time(7), Some(FencingToken(1)));
    assert_eq!(run(&mut table, 60, LockCommand::Acquire { session: session(1, 1), lock: ORDERS, sent: Time(50) }), [told]);
    let ended = LockOutcome::Ended(session(1, 1), ORDERS, Some(FencingToken(1)));
    assert_eq!(run(&mut table, 100, acquire(1, 1)), [ended, granted(2, 1, 2)]);
    assert_eq!(run(&mut table, 110, acquire(1, 1)), [LockOutcome::Gone(session(1, 1))]);
    assert_eq!(run(&mut table, 120, keep(2, 1, 90)), [LockOutcome::Alive(session(2, 1), Time(90), Some(FencingToken(2)))]);
    assert_eq!(table.holder(ORDERS).map(|(_, _, ends)| ends), Some(Time(220)), "who has heard of its grant extends it");
}

/// Kills: a client that stands in the queue twice, a grant under a session that its client has left and that blocks the others.
#[test]
fn a_client_that_opens_a_session_leaves_its_earlier_ones_wherever_they_are() {
    let mut table = table();
    run(&mut table, 0, acquire(1, 1));
    run(&mut table, 10, acquire(2, 1));
    run(&mut table, 20, acquire(3, 1));
    let ended = |client, token| LockOutcome::Ended(session(client, 1), ORDERS, token);
    assert_eq!(run(&mut table, 30, acquire(2, 2)), [ended(2, None), LockOutcome::Queued(session(2, 2), ORDERS, 2)]);
    let out = run(&mut table, 40, acquire(1, 2));
    assert_eq!(out, [ended(1, Some(FencingToken(1))), LockOutcome::Queued(session(1, 2), ORDERS, 3), granted(3, 1, 2)]);
}

/// Kills: no delay, a delay after a release, a delay that never ends or ends without a grant.
#[test]
fn after_a_silent_holder_the_lock_rests_and_after_a_release_it_does_not() {
    let mut table = LockTable::new(1, LockTimes { delay: Span(50), ..TIMES });
    run(&mut table, 0, acquire(1, 1));
    run(&mut table, 60, acquire(2, 1));
    assert_eq!(run(&mut table, 100, LockCommand::Lapse), [LockOutcome::Ended(session(1, 1), ORDERS, Some(FencingToken(1)))]);
    assert_eq!(run(&mut table, 120, keep(2, 1, 7)), [LockOutcome::Alive(session(2, 1), Time(7), None)]);
    assert_eq!(run(&mut table, 121, acquire(3, 1)), [LockOutcome::Queued(session(3, 1), ORDERS, 2)]);
    assert_eq!(table.next_end(), Some(Time(150)));
    assert_eq!(run(&mut table, 150, LockCommand::Lapse), [granted(2, 1, 2)]);
    assert_eq!(run(&mut table, 160, release(2, 1, 2)).last(), Some(&granted(3, 1, 3)), "a release needs no delay");
}

/// Kills: one queue for all locks, a token counter for each.
#[test]
fn locks_do_not_wait_for_each_other_and_share_one_counter() {
    let mut table = LockTable::new(2, TIMES);
    let of = |client, lock| LockCommand::Acquire { session: session(client, 1), lock: LockId(lock), sent: Time(7) };
    run(&mut table, 0, of(1, 0));
    assert_eq!(run(&mut table, 1, of(2, 1)), [LockOutcome::Granted(session(2, 1), LockId(1), Time(7), FencingToken(2))]);
    assert_eq!(run(&mut table, 2, of(3, 1)), [LockOutcome::Queued(session(3, 1), LockId(1), 1)]);
    assert_eq!(run(&mut table, 3, release(1, 1, 1)), [LockOutcome::Released(session(1, 1), ORDERS, FencingToken(1))]);
    assert_eq!(run(&mut table, 4, of(4, 9)), [], "there is no such lock");
}

#[test]
fn unfair_is_last_come_first_served_and_without_leases_nothing_ends() {
    let mut table = table();
    for client in 1..=3 {
        run(&mut table, 0, acquire(client, 1));
    }
    let mut out = Vec::new();
    table.apply(&LockCommand::Lapse, Time(999), LockRules { fair: true, lease: false }, &mut out);
    assert_eq!(out, []);
    table.apply(&release(1, 1, 1), Time(50), LockRules { fair: false, lease: true }, &mut out);
    assert_eq!(out.last(), Some(&granted(3, 1, 2)));
}
