//! A client: asks for one thing at a time, patiently but not for ever, and asks again with pauses that grow. Some clients
//! are workers: what they ask for is decided by [`Worker`].

pub mod worker;

use crate::cluster::client::worker::Worker;
use crate::cluster::client::worker::rest;
use crate::cluster::note::{Asked, ClientNote, Found, OpId};
use crate::cluster::setup::key::Key;
use crate::cluster::store::{Outcome, Request};
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Context, Timer};
use crate::proto::replica::view::Index;
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// Something asked and not yet answered.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Pending {
    op: OpId,
    request: Request,
    /// From 1.
    attempt: u32,
    /// Whether the client pauses before the next attempt.
    paused: bool,
}

/// A client's memory. It has no disk: a new life knows nothing of the last one, and its operations have new names.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Client {
    asked: u32,
    pending: Option<Pending>,
    worker: Option<Worker>,
}

impl Client {
    /// A new life.
    pub fn boot(ctx: &mut Context<'_>) -> Client {
        let env = ctx.env();
        let is_worker = env.workers.contains(&ctx.me());
        rest(ctx);
        Client { asked: 0, pending: None, worker: is_worker.then(Worker::default) }
    }

    /// What it does about the lock, if it is a worker.
    pub fn worker(&self) -> Option<&Worker> {
        self.worker.as_ref()
    }

    /// A timer fires.
    pub fn wake(&mut self, timer: Timer, ctx: &mut Context<'_>) {
        match timer {
            Timer::Work => {
                let next = match &mut self.worker {
                    Some(worker) => worker.work(ctx),
                    None => Some(anything(self.asked, ctx)),
                };
                self.ask(next, ctx);
            }
            Timer::Attempt => self.attempt(ctx),
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
            | Timer::Swim => {}
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Done { op, outcome, replica } => self.done(op, outcome, replica, ctx),
            Msg::Refused { op, .. } => {
                if let Some(pending) = &mut self.pending
                    && pending.op == op
                    && !pending.paused
                {
                    pending.paused = true;
                    let pause = back_off(pending.attempt, ctx);
                    ctx.arm(Timer::Attempt, pause);
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

    fn ask(&mut self, request: Option<Request>, ctx: &mut Context<'_>) {
        let Some(request) = request else { return };
        self.asked += 1;
        let op = OpId { client: ctx.me(), boot: ctx.boot(), n: self.asked };
        let put = match request {
            Request::Get(_) => Some(None),
            Request::Put(_, value) => Some(Some(value)),
            Request::Open(..) | Request::Edit(..) => None, // the document has a story of its own
        };
        if let Some(put) = put {
            ctx.note(ClientNote::Invoked { shard: request.shard(), op, key: request.key().id, put });
        }
        self.pending = Some(Pending { op, request, attempt: 0, paused: true });
        self.attempt(ctx);
    }

    /// Sends the next attempt if it is time for it; otherwise patience has ended, and a pause begins.
    fn attempt(&mut self, ctx: &mut Context<'_>) {
        let env = ctx.env();
        let Some(pending) = &mut self.pending else { return };
        if !pending.paused {
            pending.paused = true;
            let pause = back_off(pending.attempt, ctx);
            ctx.arm(Timer::Attempt, pause);
            return;
        }
        pending.paused = false;
        pending.attempt += 1;
        let (op, request, attempt) = (pending.op, pending.request.clone(), pending.attempt);
        if attempt > 1 {
            ctx.note(ClientNote::Retried { op, attempt });
        }
        // Each retry tries the next door, in case the last one is closed.
        let door = (ctx.me().index() + attempt as usize - 1) % env.balancers.len();
        ctx.send(env.balancers[door], Msg::Request { op, request, passed: None });
        ctx.arm(Timer::Attempt, env.setup.config.client_timeout);
    }

    fn done(&mut self, op: OpId, outcome: Outcome, replica: Option<(Pid, Index)>, ctx: &mut Context<'_>) {
        let Some(pending) = &self.pending else { return };
        if pending.op != op {
            return; // the answer to an earlier question, or the second answer to one
        }
        let (asked, key): (Asked, Key) = (pending.request.asked(), pending.request.key());
        self.pending = None;
        ctx.disarm(Timer::Attempt);
        if let Some((from, index)) = replica {
            ctx.note(ClientNote::ReplicaRead { shard: key.shard, op, from, key: key.id, index });
        }
        let found = match &outcome {
            Outcome::Value(value) => Found::Value(*value),
            Outcome::Text(text) => Found::Document(ctx.env().lock_of(key), text.clone()),
            Outcome::Written | Outcome::Fenced(_) => Found::Nothing,
        };
        ctx.note(ClientNote::Answered { op, asked, found });
        match &mut self.worker {
            Some(worker) => worker.answered(outcome, ctx),
            None => rest(ctx),
        }
    }
}

/// The pause after a failed attempt: doubles up to a limit, and half of it is left to chance, so that clients that failed
/// together do not come back together.
fn back_off(attempt: u32, ctx: &mut Context<'_>) -> Span {
    let config = &ctx.env().setup.config;
    let longest = config.backoff_min.scale(1 << (attempt - 1).min(16), 1).0.min(config.backoff_max.0);
    ctx.rng().between(Span(longest / 2), Span(longest))
}

/// A plain client reads or writes any key.
fn anything(asked: u32, ctx: &mut Context<'_>) -> Request {
    let env = ctx.env();
    let key = env.keys[ctx.rng().below(env.keys.len() as u32) as usize];
    if ctx.rng().per_mille(500) {
        Request::Get(key)
    } else {
        // Any value will do that no other write has: who, in which life, and its number there.
        let value = (u64::from(ctx.me().0) << 48) | (u64::from(ctx.boot().0) << 32) | u64::from(asked + 1);
        Request::Put(key, value)
    }
}
