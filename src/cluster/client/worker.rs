//! A worker: takes a lock, reads its document, thinks, writes it, gives the lock back. Death, a freeze, or a cut can fall
//! between any two of these.
//!
//! *Confession.* When it hears of its grant the worker looks whether its lease still runs. After that it looks neither at its
//! clock nor at what the lock service says of its session: like most programs, it has taken the lock and goes on. (To look again
//! would only narrow the window: a pause can always fall between the look and the write.) What protects the document is the
//! token, not the worker.

use crate::cluster::note::LockNote;
use crate::cluster::setup::rules::Rule;
use crate::cluster::store::document::{Line, Text};
use crate::cluster::store::{Outcome, Request};
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Context, Timer};
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::sim::time::Time;

/// What a worker is about.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
enum Phase {
    /// Nothing for now.
    #[default]
    Resting,
    /// It has asked for the lock, at this time of its clock.
    Waiting(Time),
    /// It waits no more, until it hears that it has left the queue.
    Leaving,
    /// It has taken the lock, and reads the document.
    Opening(FencingToken),
    /// It has read this and thinks.
    Thinking(FencingToken, Text),
    /// It writes.
    Editing(FencingToken),
    /// It gives the lock back, until it hears that this was done.
    Releasing(FencingToken),
}

/// A step of the critical section.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// It reads the document.
    Reads,
    /// It has read it, and thinks.
    Thinks,
    /// It writes.
    Writes,
}

/// A worker that has taken a lock and acts on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Inside {
    /// Which lock.
    pub lock: LockId,
    /// Under which token.
    pub token: FencingToken,
    /// What it is about.
    pub step: Step,
    /// Until when its lease runs, by its own clock. Then it no longer believes that it holds the lock, if it looks.
    pub until: Time,
}

/// A worker's memory.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Worker {
    phase: Phase,
    /// Sessions opened in this life.
    sessions: u32,
    /// The lock it wants or has.
    lock: LockId,
    /// When it opened its present session, by its own clock.
    opened: Time,
    /// Its lease by its own clock, counted from before it sent what was answered.
    lease_until: Time,
}

impl Worker {
    /// The lock it acts on, if it has taken one.
    pub fn inside(&self) -> Option<Inside> {
        let (token, step) = match self.phase {
            Phase::Opening(token) => (token, Step::Reads),
            Phase::Thinking(token, _) => (token, Step::Thinks),
            Phase::Editing(token) => (token, Step::Writes),
            Phase::Resting | Phase::Waiting(_) | Phase::Leaving | Phase::Releasing(_) => return None,
        };
        Some(Inside { lock: self.lock, token, step, until: self.lease_until })
    }

    fn session(&self, ctx: &Context<'_>) -> LockSession {
        LockSession { client: ctx.me(), boot: ctx.boot(), n: self.sessions }
    }

    fn tell(&self, msg: &Msg, ctx: &mut Context<'_>) {
        for &to in &ctx.env().coordinators {
            ctx.send(to, msg.clone());
        }
    }

    /// A pause or a thought has ended. Gives what is to be asked of the store.
    pub fn work(&mut self, ctx: &mut Context<'_>) -> Option<Request> {
        match std::mem::take(&mut self.phase) {
            Phase::Resting => {
                let locks = ctx.env().documents.len() as u32;
                self.lock = if locks > 1 { LockId(ctx.rng().below(locks) as u8) } else { LockId(0) };
                self.phase = Phase::Waiting(ctx.now());
                self.open(ctx);
                self.keep_alive(ctx);
                None
            }
            Phase::Thinking(token, text) => {
                assert!(token > FencingToken(0), "a document is to be written without a token");
                self.phase = Phase::Editing(token);
                Some(Request::Edit(self.document(ctx), token, text.with(Line { who: ctx.me(), token })))
            }
            other => {
                self.phase = other;
                None
            }
        }
    }

    fn document(&self, ctx: &Context<'_>) -> crate::cluster::setup::key::Key {
        ctx.env().documents[usize::from(self.lock.0)]
    }

    fn open(&mut self, ctx: &Context<'_>) {
        self.sessions += 1;
        self.opened = ctx.now();
    }

    /// Whether it has heard nothing of its session for so long that it must take it for ended: its lease has run out, and as long
    /// again has passed, in which a new leader of the lock service would have taken up its work (Chubby's grace period, section 2.8).
    fn is_forgotten(&self, ctx: &Context<'_>) -> bool {
        let lease = ctx.env().setup.config.lock_lease;
        ctx.env().setup.rules.on(Rule::LockLease) && ctx.now() >= self.lease_until.max(self.opened + lease) + lease
    }

    /// Whether its lease has run out, by its own clock.
    fn has_lost_it(&self, ctx: &Context<'_>) -> bool {
        ctx.env().setup.rules.on(Rule::LockLease) && ctx.now() >= self.lease_until
    }

    /// Says to the lock service what it is about, until the matter is over.
    pub fn keep_alive(&mut self, ctx: &mut Context<'_>) {
        if matches!(self.phase, Phase::Waiting(_)) && self.is_forgotten(ctx) {
            self.open(ctx);
        }
        let config = &ctx.env().setup.config;
        let (session, lock, sent) = (self.session(ctx), self.lock, ctx.now());
        if let Phase::Waiting(since) = self.phase
            && config.lock_patience.0 > 0
            && sent.since(since) >= config.lock_patience
        {
            self.phase = Phase::Leaving;
        }
        let msg = match self.phase {
            Phase::Resting => return,
            Phase::Waiting(_) => Msg::Acquire { session, lock, sent },
            Phase::Leaving => Msg::Cancel { session },
            // Whoever has heard nothing for a lease has lost the session, and does not keep the lock from others by being heard.
            Phase::Opening(_) | Phase::Thinking(..) | Phase::Editing(_) if self.has_lost_it(ctx) => {
                ctx.arm(Timer::KeepAlive, config.keep_alive_every());
                return;
            }
            Phase::Opening(_) | Phase::Thinking(..) | Phase::Editing(_) => Msg::KeepAlive { session, sent },
            Phase::Releasing(token) => Msg::Release { session, token },
        };
        assert!(self.sessions > 0, "a worker speaks of a session that it never opened");
        self.tell(&msg, ctx);
        ctx.arm(Timer::KeepAlive, config.keep_alive_every());
    }

    /// The lock service says that a session lives.
    pub fn session_ok(&mut self, session: LockSession, since: Time, token: Option<FencingToken>, ctx: &mut Context<'_>) -> Option<Request> {
        if session != self.session(ctx) {
            return None;
        }
        let (lock, lease) = (self.lock, ctx.env().setup.config.lock_lease);
        self.lease_until = self.lease_until.max(since + lease);
        let token = token?;
        if !matches!(self.phase, Phase::Waiting(_)) {
            return None;
        }
        if ctx.now() >= self.lease_until {
            if ctx.env().setup.rules.on(Rule::Recheck) {
                // It goes on waiting, and hears with the next message whether its session still lives.
                ctx.note(LockNote::GrantTooLate { lock, token });
                return None;
            }
            // As if what it hears now were so now.
            self.lease_until = ctx.now() + lease;
        }
        assert!(token > FencingToken(0), "a grant without a token");
        assert!(ctx.now() < self.lease_until, "a grant is believed though its lease is over");
        self.phase = Phase::Opening(token);
        ctx.note(LockNote::HoldBegins { lock, token });
        Some(Request::Open(self.document(ctx), token))
    }

    /// The lock service says that a session is over.
    pub fn session_over(&mut self, session: LockSession, ctx: &mut Context<'_>) {
        if session != self.session(ctx) {
            return;
        }
        match self.phase {
            Phase::Waiting(_) | Phase::Leaving | Phase::Releasing(_) => self.rest(ctx),
            // It does not look: see the confession above.
            Phase::Resting | Phase::Opening(_) | Phase::Thinking(..) | Phase::Editing(_) => {}
        }
    }

    /// The store has answered.
    pub fn answered(&mut self, outcome: Outcome, ctx: &mut Context<'_>) {
        let lock = self.lock;
        match (&self.phase, outcome) {
            (&Phase::Opening(token), Outcome::Text(text)) => {
                self.phase = Phase::Thinking(token, text);
                let config = &ctx.env().setup.config;
                let thought = ctx.rng().between(config.think_min, config.think_max);
                ctx.arm(Timer::Work, thought);
            }
            // Written or refused: either way it is done. (Other answers belong to other questions, and are never given to these.)
            (
                &(Phase::Opening(token) | Phase::Editing(token)),
                Outcome::Written | Outcome::Fenced(_) | Outcome::Value(_) | Outcome::Text(_) | Outcome::Worked(_),
            ) => {
                ctx.note(LockNote::HoldEnds { lock, token });
                self.phase = Phase::Releasing(token);
                self.keep_alive(ctx);
            }
            (Phase::Resting | Phase::Waiting(_) | Phase::Leaving | Phase::Thinking(..) | Phase::Releasing(_), _) => {}
        }
    }

    fn rest(&mut self, ctx: &mut Context<'_>) {
        self.phase = Phase::Resting;
        ctx.disarm(Timer::KeepAlive);
        rest(ctx);
    }
}

/// A pause before the next piece of work.
pub(super) fn rest(ctx: &mut Context<'_>) {
    let config = &ctx.env().setup.config;
    let pause = ctx.rng().between(config.pause_min, config.pause_max);
    ctx.arm(Timer::Work, pause);
}
