//! One lock: who holds it, who waits, which token comes next. Time is an argument and is part of the logged command, so
//! that every copy of the table agrees on it.

use crate::proto::lock::token::{FencingToken, Session};
use crate::sim::id::{Boot, Pid};
use crate::sim::sorted::SortedMap;
use crate::sim::time::{Span, Time};

/// What can be asked of the table.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LockCommand {
    /// To open a session and stand in the queue, or to keep a waiting session alive. `sent` is the client's own clock
    /// when it sent this: it comes back with the grant, and the client counts its lease from there.
    Acquire {
        /// Whose session.
        session: Session,
        /// Client's clock.
        sent: Time,
    },
    /// To keep the holder's session alive.
    KeepAlive {
        /// Whose session.
        session: Session,
        /// Client's clock.
        sent: Time,
    },
    /// To give the lock back. Names owner *and* token, so that a late one frees nobody else's lock.
    Release {
        /// Whose session.
        session: Session,
        /// Its token.
        token: FencingToken,
    },
    /// To end the session if its lease has run out by `at`.
    Expire {
        /// Whose session.
        session: Session,
    },
}

/// What came of a command.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LockOutcome {
    /// The session has joined the queue, at this place (1 is next).
    Queued(Session, u32),
    /// The session's lease runs anew; `sent` is the client's clock of the latest message that had arrived.
    Alive(Session, Time, Option<FencingToken>),
    /// The lock is the session's.
    Granted(Session, Time, FencingToken),
    /// The holder gave it back.
    Released(Session, FencingToken),
    /// The lease ran out.
    Ended(Session, Option<FencingToken>),
    /// There is no such session (any more).
    Gone(Session),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Stay {
    session: Session,
    sent: Time,
    ends: Time,
}

/// The state of one lock.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LockTable {
    /// Length of a session's lease.
    lease: Span,
    holder: Option<(Stay, FencingToken)>,
    queue: Vec<Stay>,
    last: FencingToken,
    /// For each client, the latest session that is over: it cannot be opened again by a late message.
    over: SortedMap<Pid, (Boot, u32)>,
}

/// The rules of the table that a hand can switch off.
#[derive(Clone, Copy, Debug)]
pub struct LockRules {
    /// First come, first served; otherwise the last in the queue is served first.
    pub fair: bool,
    /// Leases end; otherwise never.
    pub lease: bool,
}

impl LockTable {
    /// A free lock.
    pub fn new(lease: Span) -> LockTable {
        LockTable { lease, holder: None, queue: Vec::new(), last: FencingToken(0), over: SortedMap::new() }
    }

    /// The holder's session, its token, and when its lease ends.
    pub fn holder(&self) -> Option<(Session, FencingToken, Time)> {
        self.holder.as_ref().map(|(stay, token)| (stay.session, *token, stay.ends))
    }

    /// Who waits, next first.
    pub fn queue(&self) -> impl Iterator<Item = Session> {
        self.queue.iter().map(|stay| stay.session)
    }

    /// The latest token given.
    pub fn last_token(&self) -> FencingToken {
        self.last
    }

    /// The next lease to end, and when. Ties: the holder first, then the queue's order.
    pub fn next_end(&self) -> Option<(Session, Time)> {
        let all = self.holder.iter().map(|(stay, _)| stay).chain(&self.queue);
        all.min_by_key(|stay| stay.ends).map(|stay| (stay.session, stay.ends))
    }

    /// Another's clock counts from here on, and shows `at`: every lease runs anew. Whoever gave leases before gave none later
    /// than this, so none ends before its client believes it does.
    pub fn regard(&mut self, at: Time) {
        let ends = at + self.lease;
        for stay in self.holder.iter_mut().map(|(stay, _)| stay).chain(&mut self.queue) {
            stay.ends = ends;
        }
    }

    /// Forgets which tokens were given: what a lock service does that keeps the counter in memory only.
    pub fn forget_token(&mut self) {
        self.last = FencingToken(0);
    }

    fn find(&mut self, session: Session) -> Option<(&mut Stay, Option<FencingToken>)> {
        let held = self.holder.as_mut().map(|(stay, token)| (stay, Some(*token)));
        held.into_iter().chain(self.queue.iter_mut().map(|stay| (stay, None))).find(|(stay, _)| stay.session == session)
    }

    fn is_over(&self, session: Session) -> bool {
        self.over.get(&session.client).is_some_and(|&over| (session.boot, session.n) <= over)
    }

    fn end(&mut self, session: Session) {
        let over = self.over.get_or_insert_with(session.client, Default::default);
        *over = (*over).max((session.boot, session.n));
    }

    /// Carries out a command that was logged at `at`.
    pub fn apply(&mut self, command: &LockCommand, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        let ends = at + self.lease;
        match *command {
            LockCommand::Acquire { session, sent } => {
                if self.is_over(session) {
                    out.push(LockOutcome::Gone(session));
                } else if self.find(session).is_some() {
                    self.renew(session, sent, at, rules, out);
                } else {
                    self.queue.push(Stay { session, sent, ends });
                    if self.holder.is_some() || self.queue.len() > 1 {
                        out.push(LockOutcome::Queued(session, self.queue.len() as u32));
                    }
                }
            }
            LockCommand::KeepAlive { session, sent } => self.renew(session, sent, at, rules, out),
            LockCommand::Release { session, token } => {
                match &self.holder {
                    Some((stay, held)) if stay.session == session && *held == token => {
                        self.holder = None;
                        self.end(session);
                        out.push(LockOutcome::Released(session, token));
                    }
                    Some(_) | None => out.push(LockOutcome::Gone(session)),
                };
            }
            LockCommand::Expire { session } => self.expire(session, at, rules, out),
        }
        self.grant_next(at, rules, out);
    }

    /// An expired lease cannot be renewed, even if nobody has noticed its end yet.
    fn renew(&mut self, session: Session, sent: Time, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        let ends = at + self.lease;
        match self.find(session) {
            Some((stay, token)) if at < stay.ends || !rules.lease => {
                stay.sent = stay.sent.max(sent);
                stay.ends = stay.ends.max(ends);
                out.push(LockOutcome::Alive(session, stay.sent, token));
            }
            Some(_) => self.expire(session, at, rules, out),
            None => out.push(LockOutcome::Gone(session)),
        }
    }

    fn expire(&mut self, session: Session, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        let Some((stay, held)) = self.find(session) else { return };
        if at < stay.ends || !rules.lease {
            return;
        }
        match held {
            Some(_) => self.holder = None,
            None => self.queue.retain(|stay| stay.session != session),
        }
        self.end(session);
        out.push(LockOutcome::Ended(session, held));
    }

    fn grant_next(&mut self, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        if self.holder.is_some() {
            return;
        }
        // A waiter whose own lease has run out must not be granted a lease that is over already.
        if rules.lease {
            let (live, dead) = std::mem::take(&mut self.queue).into_iter().partition(|stay: &Stay| at < stay.ends);
            self.queue = live;
            for stay in dead {
                self.end(stay.session);
                out.push(LockOutcome::Ended(stay.session, None));
            }
        }
        if self.queue.is_empty() {
            return;
        }
        let stay = if rules.fair { self.queue.remove(0) } else { self.queue.remove(self.queue.len() - 1) };
        self.last = self.last.next();
        out.push(LockOutcome::Granted(stay.session, stay.sent, self.last));
        self.holder = Some((stay, self.last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: LockRules = LockRules { fair: true, lease: true };

    fn session(client: u16, n: u32) -> Session {
        Session { client: Pid(client), boot: Boot(1), n }
    }

    fn run(table: &mut LockTable, at: u64, command: LockCommand) -> Vec<LockOutcome> {
        let mut out = Vec::new();
        table.apply(&command, Time(at), RULES, &mut out);
        out
    }

    fn acquire(client: u16, n: u32) -> LockCommand {
        LockCommand::Acquire { session: session(client, n), sent: Time(7) }
    }

    #[test]
    fn first_come_first_served_with_growing_tokens() {
        let mut table = LockTable::new(Span(100));
        assert_eq!(run(&mut table, 0, acquire(1, 1)), [LockOutcome::Granted(session(1, 1), Time(7), FencingToken(1))]);
        assert_eq!(run(&mut table, 1, acquire(2, 1)), [LockOutcome::Queued(session(2, 1), 1)]);
        assert_eq!(run(&mut table, 2, acquire(3, 1)), [LockOutcome::Queued(session(3, 1), 2)]);
        let release = LockCommand::Release { session: session(1, 1), token: FencingToken(1) };
        let granted = LockOutcome::Granted(session(2, 1), Time(7), FencingToken(2));
        assert_eq!(run(&mut table, 3, release), [LockOutcome::Released(session(1, 1), FencingToken(1)), granted]);
    }

    #[test]
    fn a_release_with_anothers_token_frees_nothing() {
        let mut table = LockTable::new(Span(100));
        run(&mut table, 0, acquire(1, 1));
        let late = LockCommand::Release { session: session(1, 1), token: FencingToken(9) };
        assert_eq!(run(&mut table, 1, late), [LockOutcome::Gone(session(1, 1))]);
        let stranger = LockCommand::Release { session: session(2, 1), token: FencingToken(1) };
        assert_eq!(run(&mut table, 1, stranger), [LockOutcome::Gone(session(2, 1))]);
        assert!(table.holder().is_some());
    }

    #[test]
    fn an_expired_lease_cannot_be_renewed_and_frees_the_lock() {
        let mut table = LockTable::new(Span(100));
        run(&mut table, 0, acquire(1, 1));
        run(&mut table, 50, acquire(2, 1));
        let early = LockCommand::Expire { session: session(1, 1) };
        assert_eq!(run(&mut table, 99, early), [], "not before the end");
        let renew = LockCommand::KeepAlive { session: session(1, 1), sent: Time(8) };
        assert_eq!(
            run(&mut table, 100, renew),
            [LockOutcome::Ended(session(1, 1), Some(FencingToken(1))), LockOutcome::Granted(session(2, 1), Time(7), FencingToken(2))]
        );
        assert_eq!(run(&mut table, 101, acquire(1, 1)), [LockOutcome::Gone(session(1, 1))], "over is over");
    }

    #[test]
    fn a_waiter_whose_session_ended_is_passed_over() {
        let mut table = LockTable::new(Span(100));
        run(&mut table, 0, acquire(1, 1));
        run(&mut table, 10, acquire(2, 1));
        run(&mut table, 60, acquire(3, 1));
        run(&mut table, 90, LockCommand::KeepAlive { session: session(1, 1), sent: Time(8) });
        let release = LockCommand::Release { session: session(1, 1), token: FencingToken(1) };
        assert_eq!(
            run(&mut table, 120, release),
            [
                LockOutcome::Released(session(1, 1), FencingToken(1)),
                LockOutcome::Ended(session(2, 1), None),
                LockOutcome::Granted(session(3, 1), Time(7), FencingToken(2))
            ]
        );
    }
}
