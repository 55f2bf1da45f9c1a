//! Who holds which lock, who waits, which token comes next. Time is an argument and is part of the logged command, so that
//! every copy of the table agrees on it.
//!
//! *A grant that nobody has confirmed.* A message that asks for a lock keeps a place in the queue, and no more: once the lock is
//! granted only `KeepAlive` extends the lease. So a worker that is heard, and never hears of its grant, keeps the lock from others for
//! one lease (etcd issue 17470, Redisson 7272). One that hears nothing for two leases of its own clock opens a new session; that
//! ends the one before, under which it never acted. So each such worker costs the others at most a lease each time it comes to the
//! head of the queue. A holder sends `KeepAlive` only while its own lease runs: one that is heard, hears nothing and cannot finish
//! keeps the lock for two leases at most.
//!
//! *Leases across a change of leader.* Instants are by the clock of whoever logs. When another does, what was left of each lease at
//! the last logged instant is left of it on the new clock. No lease ends too early: of a lease `L` that the service stretches to
//! `L (1 + 3b)`, for clocks within `b` of true time, the part that ran on the old clock took at least that part divided by `1 + b` in
//! true time, and so did the rest on the new one; together at least `L (1 + 3b) / (1 + b)`, which is no less than the `L / (1 - b)` that
//! the holder's clock may take. And none lasts for ever: a change of leader gives back only what had passed since the last logged
//! instant, and whoever waits has something logged every quarter of a lease (etcd's checkpoints of lease times, issue 9395).

use litemap::LiteMap;

use crate::proto::lock::token::{FencingToken, LockCommand, LockId, LockOutcome, LockSession};
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Stay {
    session: LockSession,
    sent: Time,
    ends: Time,
}

/// One lock.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
struct Lock {
    holder: Option<(Stay, FencingToken)>,
    queue: Vec<Stay>,
    /// Nobody is granted the lock before: its last holder's lease has run out, and it may still be at work.
    rests_until: Option<Time>,
}

impl Lock {
    fn stays(&self) -> impl Iterator<Item = &Stay> {
        self.holder.iter().map(|(stay, _)| stay).chain(&self.queue)
    }

    fn find(&mut self, session: LockSession) -> Option<(&mut Stay, Option<FencingToken>)> {
        let held = self.holder.as_mut().map(|(stay, token)| (stay, Some(*token)));
        held.into_iter().chain(self.queue.iter_mut().map(|stay| (stay, None))).find(|(stay, _)| stay.session == session)
    }

    /// Takes a session out, wherever it is. Gives its token if it held the lock.
    fn remove(&mut self, session: LockSession) -> Option<FencingToken> {
        match self.holder.take_if(|(stay, _)| stay.session == session) {
            Some((_, token)) => Some(token),
            None => {
                self.queue.retain(|stay| stay.session != session);
                None
            }
        }
    }
}

/// How long things last, by the clock of whoever logs the commands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LockTimes {
    /// After this long without a message a session is over. Longer than its client believes, by what clocks may drift.
    pub lease: Span,
    /// Lock-delay (Chubby, section 2.4): after a holder's lease has run out, nobody is granted the lock for so long. It gives a
    /// late write time to arrive where nothing checks tokens. Zero: none.
    pub delay: Span,
}

/// The rules of the table that the visitor can switch off.
#[derive(Clone, Copy, Debug)]
pub struct LockRules {
    /// First come, first served; otherwise the last in the queue is served first.
    pub fair: bool,
    /// Leases end; otherwise never.
    pub lease: bool,
}

/// The state of all locks.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LockTable {
    times: LockTimes,
    locks: Vec<Lock>,
    last: FencingToken,
    /// For each client, the latest session that is over: it cannot be opened again by a late message.
    over: LiteMap<Pid, (Boot, u32)>,
    /// The latest instant that was logged, by the present clock.
    seen: Time,
}

impl LockTable {
    /// So many free locks.
    pub fn new(locks: u8, times: LockTimes) -> LockTable {
        LockTable { times, locks: vec![Lock::default(); usize::from(locks)], last: FencingToken(0), over: LiteMap::new(), seen: Time::ZERO }
    }

    fn lock(&self, lock: LockId) -> &Lock {
        &self.locks[usize::from(lock.0)]
    }

    /// The holder's session, its token, and when its lease ends.
    pub fn holder(&self, lock: LockId) -> Option<(LockSession, FencingToken, Time)> {
        self.lock(lock).holder.as_ref().map(|(stay, token)| (stay.session, *token, stay.ends))
    }

    /// Who waits for a lock, next first, and when each lease ends.
    pub fn queue(&self, lock: LockId) -> impl Iterator<Item = (LockSession, Time)> {
        self.lock(lock).queue.iter().map(|stay| (stay.session, stay.ends))
    }

    /// Until when a lock is kept from everybody, since its last holder's lease has run out.
    pub fn rests_until(&self, lock: LockId) -> Option<Time> {
        self.lock(lock).rests_until
    }

    /// The latest token given.
    pub fn last_token(&self) -> FencingToken {
        self.last
    }

    /// When the next lease or lock-delay ends.
    pub fn next_end(&self) -> Option<Time> {
        self.locks.iter().flat_map(|lock| lock.stays().map(|stay| stay.ends).chain(lock.rests_until)).min()
    }

    /// Something was logged at this instant, by the present clock.
    pub fn passes(&mut self, at: Time) {
        self.seen = self.seen.max(at);
    }

    /// Another's clock counts from here on, and shows `at`: what was left of each lease and each delay at the last logged instant is
    /// left of it now.
    pub fn regard(&mut self, at: Time) {
        let LockTimes { lease, delay } = self.times;
        let seen = self.seen;
        for lock in &mut self.locks {
            for stay in lock.holder.iter_mut().map(|(stay, _)| stay).chain(&mut lock.queue) {
                let left = stay.ends.since(seen);
                assert!(left <= lease, "a lease has more left than it ever had");
                stay.ends = at + left;
            }
            lock.rests_until = lock.rests_until.map(|until| {
                let left = until.since(seen);
                assert!(left <= delay, "a lock rests for longer than it ever had to");
                at + left
            });
        }
        self.seen = at;
    }

    /// Tokens up to this one were given by a table that is lost.
    pub fn go_beyond(&mut self, token: FencingToken) {
        self.last = self.last.max(token);
    }

    /// Forgets which tokens were given: what a lock service does that keeps the counter in memory only.
    pub fn forget_token(&mut self) {
        self.last = FencingToken(0);
    }

    /// Whether nobody can want this session any more: it has ended, or its client has a later one.
    fn is_over(&self, session: LockSession) -> bool {
        let ended = self.over.get(&session.client).is_some_and(|&over| (session.boot, session.n) <= over);
        let outlived = |stay: &Stay| {
            let it = stay.session;
            it.client == session.client && (it.boot, it.n) > (session.boot, session.n)
        };
        ended || self.locks.iter().any(|lock| lock.stays().any(outlived))
    }

    fn end(&mut self, session: LockSession) {
        let over = self.over.entry(session.client).or_default();
        *over = (*over).max((session.boot, session.n));
    }

    /// The lock at which a session stays.
    fn place(&self, session: LockSession) -> Option<usize> {
        self.locks.iter().position(|lock| lock.stays().any(|stay| stay.session == session))
    }

    /// A client that opens a session has no use for its earlier ones. It never acts under a session that it has left, and waits in
    /// no queue of a former life; but under a lock that it held in a former life it may have sent what is still on its way, so that
    /// lease has to run out.
    fn give_up_earlier(&mut self, session: LockSession, out: &mut Vec<LockOutcome>) {
        for i in 0..self.locks.len() {
            let lock = &self.locks[i];
            let earlier = |it: LockSession, held: bool| {
                it.client == session.client && (it.boot, it.n) < (session.boot, session.n) && (it.boot == session.boot || !held)
            };
            let held = lock.holder.iter().map(|(stay, _)| (stay.session, true));
            let all = held.chain(lock.queue.iter().map(|stay| (stay.session, false)));
            let left: Vec<LockSession> = all.filter(|&(it, held)| earlier(it, held)).map(|(it, _)| it).collect();
            for old in left {
                let held = self.locks[i].remove(old);
                self.end(old);
                out.push(LockOutcome::Ended(old, LockId(i as u8), held));
            }
        }
    }

    /// Carries out a command that was logged at `at`. One that names a lock there is none of does nothing.
    pub fn apply(&mut self, command: &LockCommand, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        self.passes(at);
        match *command {
            LockCommand::Acquire { session, lock, sent } => {
                if self.is_over(session) {
                    out.push(LockOutcome::Gone(session));
                } else if let Some(i) = self.place(session) {
                    match &self.locks[i].holder {
                        // It may not have heard of its grant: it is told again, and nothing else.
                        Some((stay, token)) if stay.session == session => {
                            if at < stay.ends || !rules.lease {
                                out.push(LockOutcome::Alive(session, stay.sent, Some(*token)));
                            }
                        }
                        Some(_) | None => self.renew(session, sent, at, rules, out),
                    }
                } else if usize::from(lock.0) < self.locks.len() {
                    self.give_up_earlier(session, out);
                    let wanted = &mut self.locks[usize::from(lock.0)];
                    wanted.queue.push(Stay { session, sent, ends: at + self.times.lease });
                    if wanted.holder.is_some() || wanted.rests_until.is_some() || wanted.queue.len() > 1 {
                        out.push(LockOutcome::Queued(session, lock, wanted.queue.len() as u32));
                    }
                }
            }
            LockCommand::KeepAlive { session, sent } => self.renew(session, sent, at, rules, out),
            LockCommand::Release { session, token } => {
                let held = |lock: &Lock| lock.holder.as_ref().is_some_and(|(stay, held)| stay.session == session && *held == token);
                match self.locks.iter().position(held) {
                    Some(i) => {
                        self.locks[i].holder = None;
                        self.end(session);
                        out.push(LockOutcome::Released(session, LockId(i as u8), token));
                    }
                    None => out.push(LockOutcome::Gone(session)),
                }
            }
            LockCommand::Cancel { session } => {
                // An Acquire that is still on its way must find the door closed.
                self.give_up_earlier(session, out);
                self.end(session);
                match self.place(session) {
                    Some(i) => {
                        let held = self.locks[i].remove(session);
                        out.push(LockOutcome::Cancelled(session, LockId(i as u8), held));
                    }
                    None => out.push(LockOutcome::Gone(session)),
                }
            }
            LockCommand::Lapse => {}
        }
        for i in 0..self.locks.len() {
            self.settle(i, at, rules, out);
        }
    }

    /// An expired lease cannot be renewed, even if nobody has noticed its end yet.
    fn renew(&mut self, session: LockSession, sent: Time, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        assert!(self.locks.iter().flat_map(Lock::stays).filter(|stay| stay.session == session).count() <= 1, "a session stays twice");
        let ends = at + self.times.lease;
        match self.locks.iter_mut().find_map(|lock| lock.find(session)) {
            Some((stay, token)) if at < stay.ends || !rules.lease => {
                stay.sent = stay.sent.max(sent);
                stay.ends = stay.ends.max(ends);
                out.push(LockOutcome::Alive(session, stay.sent, token));
            }
            Some(_) => {} // its end is told below
            None => out.push(LockOutcome::Gone(session)),
        }
    }

    /// Ends every lease of a lock that has run out, the holder's first, then in the order of the queue; and grants the lock if
    /// it is free. So nobody is granted a lease that is over already.
    fn settle(&mut self, i: usize, at: Time, rules: LockRules, out: &mut Vec<LockOutcome>) {
        let id = LockId(i as u8);
        loop {
            let over = self.locks[i].stays().find(|stay| stay.ends <= at).map(|stay| stay.session);
            let Some(over) = over.filter(|_| rules.lease) else { break };
            let held = self.locks[i].remove(over);
            if held.is_some() && self.times.delay > Span::ZERO {
                self.locks[i].rests_until = Some(at + self.times.delay);
            }
            self.end(over);
            out.push(LockOutcome::Ended(over, id, held));
        }
        let lock = &mut self.locks[i];
        lock.rests_until = lock.rests_until.filter(|&until| at < until);
        if lock.holder.is_some() || lock.rests_until.is_some() || lock.queue.is_empty() {
            return;
        }
        assert!(lock.queue.iter().all(|stay| stay.ends > at || !rules.lease), "a waiter whose lease has ended stands in the queue");
        let stay = if rules.fair { lock.queue.remove(0) } else { lock.queue.remove(lock.queue.len() - 1) };
        assert!(lock.holder.is_none(), "a lock is granted while it is held");
        let before = self.last;
        self.last = self.last.next();
        assert!(self.last > before, "a token that does not grow");
        assert!(
            self.over.get(&stay.session.client).is_none_or(|&over| (stay.session.boot, stay.session.n) > over),
            "a session that is over is granted a lock"
        );
        out.push(LockOutcome::Granted(stay.session, id, stay.sent, self.last));
        lock.holder = Some((stay, self.last));
    }
}
