//! A worker: takes the lock, reads a document, thinks, writes it, gives the lock back.
//!
//! *Confession.* Between taking the lock and writing, the worker does not look at its clock or at what the lock service
//! says of its session: like most programs, it has taken the lock and goes on. (Looking would only narrow the window: a
//! pause can always fall between the look and the write.) What protects the document is the token, not the worker.

use crate::cluster::client::rest;
use crate::cluster::msg::Msg;
use crate::cluster::note::Note;
use crate::cluster::process::{Context, Timer};
use crate::cluster::store::{Outcome, Request};
use crate::proto::lock::token::{FencingToken, Session};
use crate::sim::time::Time;

/// What a worker is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
enum Phase {
    /// Nothing for now.
    #[default]
    Resting,
    /// It has asked for the lock.
    Waiting,
    /// It believes it holds the lock, and reads the document.
    Opening(FencingToken),
    /// It has read this value and thinks.
    Thinking(FencingToken, u64),
    /// It writes.
    Editing(FencingToken),
    /// It gives the lock back, until it hears that this was done.
    Releasing(FencingToken),
}

/// A worker's memory.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Worker {
    phase: Phase,
    /// Sessions opened in this life.
    sessions: u32,
    /// Its lease by its own clock, counted from before it sent what was answered.
    lease_until: Time,
}

impl Worker {
    /// The token under which it believes to hold the lock, if it does.
    pub fn believes(&self) -> Option<FencingToken> {
        match self.phase {
            Phase::Opening(token) | Phase::Thinking(token, _) | Phase::Editing(token) => Some(token),
            Phase::Resting | Phase::Waiting | Phase::Releasing(_) => None,
        }
    }

    /// When its lease ends by its own clock.
    pub fn lease_until(&self) -> Time {
        self.lease_until
    }

    fn session(&self, ctx: &Context<'_>) -> Session {
        Session { client: ctx.me(), boot: ctx.boot(), n: self.sessions }
    }

    fn tell(&self, msg: &Msg, ctx: &mut Context<'_>) {
        for &to in &ctx.env().coordinators {
            ctx.send(to, msg.clone());
        }
    }

    /// A pause or a thought has ended. Gives what is to be asked of the store.
    pub fn work(&mut self, ctx: &mut Context<'_>) -> Option<Request> {
        match self.phase {
            Phase::Resting => {
                self.phase = Phase::Waiting;
                self.sessions += 1;
                self.keep_alive(ctx);
                None
            }
            Phase::Thinking(token, value) => {
                self.phase = Phase::Editing(token);
                Some(Request::Edit(ctx.env().document, token, value + 1))
            }
            Phase::Waiting | Phase::Opening(_) | Phase::Editing(_) | Phase::Releasing(_) => None,
        }
    }

    /// Says to the lock service what it is about, until the matter is over.
    pub fn keep_alive(&mut self, ctx: &mut Context<'_>) {
        let (session, sent) = (self.session(ctx), ctx.now());
        let msg = match self.phase {
            Phase::Resting => return,
            Phase::Waiting => Msg::Acquire { session, sent },
            Phase::Opening(_) | Phase::Thinking(..) | Phase::Editing(_) => Msg::KeepAlive { session, sent },
            Phase::Releasing(token) => Msg::Release { session, token },
        };
        self.tell(&msg, ctx);
        ctx.arm(Timer::KeepAlive, ctx.env().setup.config.keep_alive_every);
    }

    /// The lock service says that a session lives.
    pub fn session_ok(&mut self, session: Session, since: Time, token: Option<FencingToken>, ctx: &mut Context<'_>) -> Option<Request> {
        if session != self.session(ctx) {
            return None;
        }
        self.lease_until = self.lease_until.max(since + ctx.env().setup.config.lock_lease);
        let token = token?;
        if self.phase != Phase::Waiting {
            return None;
        }
        self.phase = Phase::Opening(token);
        ctx.note(Note::HoldBegins { token });
        Some(Request::Open(ctx.env().document, token))
    }

    /// The lock service says that a session is over.
    pub fn session_over(&mut self, session: Session, ctx: &mut Context<'_>) {
        if session != self.session(ctx) {
            return;
        }
        match self.phase {
            Phase::Waiting | Phase::Releasing(_) => self.rest(ctx),
            // It does not look: see the confession above.
            Phase::Resting | Phase::Opening(_) | Phase::Thinking(..) | Phase::Editing(_) => {}
        }
    }

    /// The store has answered.
    pub fn answered(&mut self, outcome: Outcome, ctx: &mut Context<'_>) {
        match (self.phase, outcome) {
            (Phase::Opening(token), Outcome::Value(value)) => {
                self.phase = Phase::Thinking(token, value);
                let config = &ctx.env().setup.config;
                let thought = ctx.rng().between(config.think_min, config.think_max);
                ctx.arm(Timer::Work, thought);
            }
            (Phase::Editing(token), Outcome::Written | Outcome::Value(_)) => {
                ctx.note(Note::HoldEnds { token });
                self.phase = Phase::Releasing(token);
                self.keep_alive(ctx);
            }
            (Phase::Opening(token) | Phase::Editing(token), Outcome::Fenced(_) | Outcome::Written) => {
                ctx.note(Note::HoldEnds { token });
                self.rest(ctx);
            }
            (Phase::Resting | Phase::Waiting | Phase::Thinking(..) | Phase::Releasing(_), _) => {}
        }
    }

    fn rest(&mut self, ctx: &mut Context<'_>) {
        self.phase = Phase::Resting;
        ctx.disarm(Timer::KeepAlive);
        rest(ctx);
    }
}
