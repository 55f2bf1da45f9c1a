//! A client: asks, patiently but not for ever, and asks again with pauses that grow, until it is answered or gives up. Usually it asks for
//! one thing at a time; where the recipe has an open loop it asks when it is time to, whatever it still waits for: see [`arrivals`].
//! Some clients are workers: what they ask for is decided by [`Worker`], and they never give up.

mod arrivals;
mod pending;
mod restraint;
pub mod worker;

use crate::cluster::client::arrivals::Arrivals;
use crate::cluster::client::pending::{Pending, Waiting};
use crate::cluster::client::restraint::Restraint;
use crate::cluster::client::worker::Worker;
use crate::cluster::client::worker::rest;
use crate::cluster::note::{Asked, ClientNote, Found, GaveUpWhy, OpId};
use crate::cluster::setup::asking::{Door, WINDOW};
use crate::cluster::setup::key::Key;
use crate::cluster::store::{Behind, Outcome, Request};
use crate::cluster::wire::msg::{Msg, Terms};
use crate::cluster::wire::{Context, Timer};
use crate::proto::balance::backoff::{Jitter, Waits};
use crate::proto::replica::view::Index;
use crate::sim::digest::Later;
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::Span;

/// A client's memory. It has no disk: a new life knows nothing of the last one, and its operations have new names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Client {
    asked: u32,
    waiting: Waiting,
    worker: Option<Worker>,
    /// When it asks, in an open loop.
    arrivals: Later<Option<Arrivals>>,
    restraint: Later<Restraint>,
    /// How many doors from its own the one is that it goes to first.
    door: Later<u8>,
}

impl Client {
    /// A new life.
    pub fn boot(ctx: &mut Context<'_>) -> Client {
        let env = ctx.env();
        let is_worker = env.workers.contains(&ctx.me());
        let asking = (!is_worker).then_some(env.setup.config.asking);
        let mut arrivals = asking.filter(|it| it.is_open()).map(|_| Arrivals::boot(ctx));
        match &mut arrivals {
            Some(arrivals) => arrivals.arm(ctx),
            None => rest(ctx),
        }
        let restraint = Later(asking.map_or_else(Restraint::default, |it| Restraint::new(&it, env.balancers.len(), ctx.now())));
        let worker = is_worker.then(Worker::default);
        Client { asked: 0, waiting: Waiting::default(), worker, arrivals: Later(arrivals), restraint, door: Later(0) }
    }

    /// What it does about the lock, if it is a worker.
    pub fn worker(&self) -> Option<&Worker> {
        self.worker.as_ref()
    }

    /// A timer fires.
    pub fn wake(&mut self, timer: Timer, ctx: &mut Context<'_>) {
        match timer {
            Timer::Work => self.work(ctx),
            Timer::Attempt => {
                if let Some(oldest) = self.waiting.oldest() {
                    self.attempt(oldest, ctx);
                }
            }
            Timer::AttemptOf(n) => self.attempt(n, ctx),
            Timer::KeepAlive => {
                if let Some(worker) = &mut self.worker {
                    worker.keep_alive(ctx);
                }
            }
            Timer::Raft
            | Timer::Look
            | Timer::WaitOut(_)
            | Timer::Heartbeat
            | Timer::Lease
            | Timer::Resend(_)
            | Timer::Chunk(_)
            | Timer::Yield(_)
            | Timer::Serve
            | Timer::Swim
            | Timer::Hedge
            | Timer::ServeOf(_) => {}
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Done { op, outcome, replica } => self.done(op, outcome, replica, ctx),
            Msg::Refused { op, .. } => {
                if self.waiting.of(op).is_some_and(|pending| !pending.paused) {
                    self.failed(op.n, ctx);
                }
            }
            Msg::SessionOk { session, since, token } => {
                if let Some(worker) = &mut self.worker {
                    let next = worker.session_ok(session, since, token, ctx);
                    self.ask(next, ctx);
                }
            }
            Msg::SessionOver { session } => {
                if let Some(worker) = &mut self.worker {
                    worker.session_over(session, ctx);
                }
            }
            Msg::Raft(_)
            | Msg::Heartbeat { .. }
            | Msg::AskReach { .. }
            | Msg::Reach { .. }
            | Msg::Decisions { .. }
            | Msg::Lagging { .. }
            | Msg::Stalled { .. }
            | Msg::Ready { .. }
            | Msg::Yield { .. }
            | Msg::Yielded { .. }
            | Msg::Level { .. }
            | Msg::Defer { .. }
            | Msg::Offer { .. }
            | Msg::Snapshot { .. }
            | Msg::Replica { .. }
            | Msg::Request { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Cancel { .. }
            | Msg::Release { .. }
            | Msg::Swim(_) => {} // not for a client
        }
    }

    fn work(&mut self, ctx: &mut Context<'_>) {
        if let Some(worker) = &mut self.worker {
            let next = worker.work(ctx);
            return self.ask(next, ctx);
        }
        let env = ctx.env();
        let hot = env.setup.config.asking.hot;
        let value = (u64::from(ctx.me().0) << 48) | (u64::from(ctx.boot().0) << 32) | u64::from(self.asked + 1);
        let Some(arrivals) = &mut self.arrivals.0 else {
            let next = anything(&env.keys, hot, value, ctx.rng());
            return self.ask(Some(self.or_any(next, ctx)), ctx);
        };
        arrivals.arm(ctx);
        if !arrivals.comes(ctx) {
            return;
        }
        if self.waiting.oldest().is_some_and(|oldest| self.asked + 1 >= oldest + WINDOW) {
            ctx.note(ClientNote::HeldBack { waits: self.waiting.len() as u32 });
            return;
        }
        let next = anything(&env.keys, hot, value, arrivals.rng());
        self.ask(Some(self.or_any(next, ctx)), ctx);
    }

    /// What it asks for instead of this, if not for this: the streams that others draw from go on as if it had.
    fn or_any(&self, request: Request, ctx: &Context<'_>) -> Request {
        let (setup, stream) = (&ctx.env().setup, Stream::Any(ctx.me(), ctx.boot(), self.asked + 1));
        let any = u32::from(setup.config.asking.any);
        if any > 0 && Rng::stream(setup.seed, stream).below(100) < any { Request::Any } else { request }
    }

    fn ask(&mut self, request: Option<Request>, ctx: &mut Context<'_>) {
        let Some(request) = request else { return };
        self.asked += 1;
        let op = OpId { client: ctx.me(), boot: ctx.boot(), n: self.asked };
        match request {
            Request::Get(Key { shard, id: key }) => ctx.note(ClientNote::Invoked { shard, op, key, put: None }),
            Request::Put(Key { shard, id: key }, value) => ctx.note(ClientNote::Invoked { shard, op, key, put: Some(value) }),
            Request::Any => ctx.note(ClientNote::Called { op }),
            Request::Open(..) | Request::Edit(..) => {} // the document has a story of its own
        }
        self.restraint.0.asks();
        self.waiting.add(Pending { op, request, attempt: 0, paused: true, waited: Later::default(), through: Later(0) });
        self.attempt(op.n, ctx);
    }

    /// Sends the next attempt if it is time for it; otherwise patience has ended.
    fn attempt(&mut self, n: u32, ctx: &mut Context<'_>) {
        let config = &ctx.env().setup.config;
        let Some(oldest) = self.waiting.oldest() else { return };
        let timer = self.timer(n);
        let Some(pending) = self.waiting.get_mut(n) else { return };
        if !pending.paused {
            return self.failed(n, ctx);
        }
        // Each retry tries the next door, in case the last one is closed; or all go to one, as long as it answers well.
        let doors = &ctx.env().balancers;
        let first = match config.asking.door {
            Door::Own => (pending.attempt as usize % doors.len()) as u8,
            Door::Sticky => self.door.0,
        };
        let further = match self.restraint.0.admits(first, ctx.now(), ctx.rng()) {
            Ok(further) => further,
            Err(why) => return self.give_up(n, why, ctx),
        };
        if config.asking.minds_doors() {
            pending.through = Later(further);
        }
        pending.paused = false;
        pending.attempt += 1;
        let (op, request, attempt) = (pending.op, pending.request.clone(), pending.attempt);
        if attempt > 1 {
            ctx.note(ClientNote::Retried { op, attempt });
        }
        let door = (ctx.me().index() + usize::from(further)) % doors.len();
        assert!(n < oldest + WINDOW, "operation {n} is asked for while {oldest} is waited for: shards keep no results for so long");
        let left = Some(config.client_timeout).filter(|&left| config.asking.deadlines && left > Span::ZERO);
        let terms = Later(Terms { behind: Behind(n - oldest), left });
        ctx.send(doors[door], Msg::Request { op, request, passed: None, terms });
        if config.client_timeout > Span::ZERO {
            ctx.arm(timer, config.client_timeout);
        }
    }

    /// An attempt has failed: a pause begins before the next one, or the operation is given up.
    fn failed(&mut self, n: u32, ctx: &mut Context<'_>) {
        let (config, timer) = (&ctx.env().setup.config, self.timer(n));
        let pending = self.waiting.get_mut(n).expect("what has failed was waited for");
        assert!(!pending.paused, "an attempt fails that was not made");
        pending.paused = true;
        // A door is left whether it is silent or refuses: a balancer that was cut off knows no route, and says so for ever. Whoever waited at the
        // same door has gone on already.
        if config.asking.door == Door::Sticky && pending.through == self.door {
            self.door = Later((self.door.0 + 1) % ctx.env().balancers.len() as u8);
        }
        self.restraint.0.ended(pending.through.0, false, ctx.now());
        if let Err(why) = self.restraint.0.again(pending.attempt, ctx.now()) {
            return self.give_up(n, why, ctx);
        }
        // Workers and the usual clients: half of the pause is left to chance, so that those that failed together do not come back together.
        let backoff = config.backoff(if self.worker.is_some() { Jitter::Equal } else { config.asking.jitter });
        let mut waits = Waits::after(backoff, pending.attempt - 1, pending.waited.0);
        let pause = waits.next(backoff, ctx.rng());
        if backoff.jitter == Jitter::Decorrelated {
            pending.waited = Later(Some(pause));
        }
        ctx.arm(timer, pause);
    }

    /// It waits no longer. Whether what it asked for was done, or will be, it does not learn.
    fn give_up(&mut self, n: u32, why: GaveUpWhy, ctx: &mut Context<'_>) {
        assert!(self.worker.is_none(), "a worker gives up what it asked for under a lock");
        let pending = self.waiting.remove(n).expect("what is given up was waited for");
        ctx.disarm(self.timer(n));
        ctx.note(ClientNote::GaveUp { op: pending.op, asked: pending.request.asked(), attempts: pending.attempt, why });
        if self.arrivals.0.is_none() {
            rest(ctx);
        }
    }

    /// The timer of an operation.
    fn timer(&self, n: u32) -> Timer {
        if self.arrivals.0.is_some() { Timer::AttemptOf(n) } else { Timer::Attempt }
    }

    fn done(&mut self, op: OpId, outcome: Outcome, replica: Option<(Pid, Index)>, ctx: &mut Context<'_>) {
        // Otherwise it is the answer to an earlier question, or the second answer to one.
        let Some(pending) = self.waiting.of(op) else { return };
        let (asked, key): (Asked, Option<Key>) = (pending.request.asked(), pending.request.key());
        self.restraint.0.ended(pending.through.0, true, ctx.now());
        self.waiting.remove(op.n);
        ctx.disarm(self.timer(op.n));
        if let (Some((from, index)), Some(key)) = (replica, key) {
            ctx.note(ClientNote::ReplicaRead { shard: key.shard, op, from, key: key.id, index });
        }
        if let Outcome::Worked(from) = outcome {
            ctx.note(ClientNote::Worked { op, from });
        }
        let found = match (&outcome, key) {
            (Outcome::Value(value), _) => Found::Value(*value),
            (Outcome::Text(text), Some(key)) => Found::Document(ctx.env().lock_of(key), text.clone()),
            (Outcome::Text(_), None) => unreachable!("a document is found that nobody asked for"),
            (Outcome::Written | Outcome::Fenced(_) | Outcome::Worked(_), _) => Found::Nothing,
        };
        ctx.note(ClientNote::Answered { op, asked, found });
        match &mut self.worker {
            Some(worker) => worker.answered(outcome, ctx),
            None if self.arrivals.0.is_some() => {}
            None => rest(ctx),
        }
    }
}

/// A plain client reads or writes a key: any, or so many times of a hundred the first. Any value will do that no other write has: who, in
/// which life, and its number there.
fn anything(keys: &[Key], hot: u8, value: u64, rng: &mut Rng) -> Request {
    // Where no key is hot nothing is drawn for it, as before there were hot keys.
    let key = if hot > 0 && rng.per_mille(u16::from(hot) * 10) { keys[0] } else { keys[rng.below(keys.len() as u32) as usize] };
    if rng.per_mille(500) { Request::Get(key) } else { Request::Put(key, value) }
}
