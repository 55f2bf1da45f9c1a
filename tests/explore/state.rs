//! A state of the small world: the machines, what was ever said, the timers, and what the promises have to know of the past.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use ringside::cluster::client::Client;
use ringside::cluster::note::OpId;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::env::Env;
use ringside::cluster::store::{Outcome, Request, Store};
use ringside::cluster::wire::Timer;
use ringside::cluster::wire::msg::Msg;
use ringside::proto::lock::table::{LockTable, LockTimes};
use ringside::proto::lock::token::{FencingToken, LockCommand, LockSession};
use ringside::sim::clock::Clock;
use ringside::sim::digest::Digest;
use ringside::sim::id::{Boot, Pid};
use ringside::sim::time::{Span, Time};

use crate::judge::Judge;

/// One step of time. What happens at one tick happens in any order.
pub const TICK: Span = Span::secs(1);

/// What is explored, and how far.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Rules and figures: the real handlers read them.
    pub setup: Setup,
    /// How long the lock service waits, by its own clock.
    pub service: LockTimes,
    /// Whether clocks go. If not, a worker's stands still, and only the service's counter of `horizon` steps ends leases.
    pub timed: bool,
    /// The drifts of the workers' clocks: every combination is explored.
    pub worker_drifts: Vec<i32>,
    /// The drifts of the clocks of coordinators that lead.
    pub service_drifts: Vec<i32>,
    /// The mistake of counting a lease from when its answer arrives.
    pub from_reply: bool,
    /// Sessions that one life of a worker opens.
    pub sessions: u32,
    /// Times that a keep-alive timer fires, in all: after these it is late for ever. Only where clocks go: without them, to say
    /// the same again is to say nothing.
    pub beats: u8,
    /// Workers killed (and started anew), in all.
    pub kills: u8,
    /// Changes of the leading coordinator.
    pub leaders: u8,
    /// Ticks.
    pub horizon: u64,
}

impl Plan {
    /// Calls with the environment that every handler reads. Each thread makes its own.
    pub fn with_env<R>(&self, act: impl FnOnce(&Env) -> R) -> R {
        thread_local!(static ENV: RefCell<Option<Rc<Env>>> = const { RefCell::new(None) });
        let env = ENV.with_borrow_mut(|slot| match slot {
            Some(env) if *env.setup == self.setup => env.clone(),
            Some(_) | None => slot.insert(Rc::new(Env::new(Rc::new(self.setup.clone())))).clone(),
        });
        act(&env)
    }
}

/// A message to or from a worker. (The real [`Msg`] may hold what cannot pass between the threads of the search.)
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Letter {
    /// Worker to lock service.
    Lock(LockCommand),
    /// Worker to store.
    Ask(OpId, Request),
    /// Lock service to worker.
    Alive(LockSession, Time, Option<FencingToken>),
    /// Lock service to worker.
    Over(LockSession),
    /// Store to worker.
    Done(OpId, Outcome),
}

impl Letter {
    /// What a handler has asked to send.
    pub fn of(msg: Msg) -> Letter {
        match msg {
            Msg::Acquire { session, lock, sent } => Letter::Lock(LockCommand::Acquire { session, lock, sent }),
            Msg::KeepAlive { session, sent } => Letter::Lock(LockCommand::KeepAlive { session, sent }),
            Msg::Release { session, token } => Letter::Lock(LockCommand::Release { session, token }),
            Msg::Cancel { session } => Letter::Lock(LockCommand::Cancel { session }),
            Msg::SessionOk { session, since, token } => Letter::Alive(session, since, token),
            Msg::SessionOver { session } => Letter::Over(session),
            Msg::Request { op, request, .. } => Letter::Ask(op, request),
            other => panic!("nobody here says {other:?}"),
        }
    }

    /// The worker it goes to, and in which life.
    pub fn to_worker(&self) -> Option<(Pid, Boot)> {
        match self {
            Letter::Lock(_) | Letter::Ask(..) => None,
            Letter::Alive(session, ..) | Letter::Over(session) => Some((session.client, session.boot)),
            Letter::Done(op, _) => Some((op.client, op.boot)),
        }
    }
}

/// Everything that was ever said and may still be heard: any of it at any time, in any order, once, twice or never. So losing,
/// duplicating, delaying and reordering need no choices of their own. In the order of digests, by which a letter is known.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Said(Vec<(u64, Letter)>);

impl Hash for Said {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|(digest, _)| state.write_u64(*digest));
    }
}

impl Said {
    /// Says something. To say it again changes nothing.
    pub fn add(&mut self, letter: Letter) {
        let digest = Digest::of(&letter);
        if let Err(at) = self.0.binary_search_by_key(&digest, |(digest, _)| *digest) {
            self.0.insert(at, (digest, letter));
        }
    }

    /// Letters with their digests.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Letter)> {
        self.0.iter().map(|(digest, letter)| (*digest, letter))
    }

    /// The letter of a digest.
    pub fn get(&self, digest: u64) -> Option<&Letter> {
        self.iter().find(|(it, _)| *it == digest).map(|(_, letter)| letter)
    }

    /// Forgets what nobody will ever heed.
    pub fn retain(&mut self, heeded: impl Fn(&Letter) -> bool) {
        self.0.retain(|(_, letter)| heeded(letter));
    }
}

/// A worker: the real client, its life, its clock, its timers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Participant {
    pub pid: Pid,
    pub boot: Boot,
    pub client: Client,
    pub clock: Clock,
    /// When each timer may fire, by its clock. It may do so any time later.
    pub timers: BTreeMap<Timer, Time>,
    /// Its latest session in this life.
    pub session: u32,
    /// Its latest question to the store in this life.
    pub asked: u32,
}

/// A state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct State {
    /// True time, in ticks.
    pub now: u64,
    pub seats: Vec<Participant>,
    pub table: LockTable,
    /// The leading coordinator's clock.
    pub clock: Clock,
    pub store: Store,
    pub said: Said,
    pub beats: u8,
    pub kills: u8,
    pub leaders: u8,
    pub judge: Judge,
}

impl State {
    /// True time.
    pub fn at(&self) -> Time {
        Time(self.now * TICK.0)
    }

    /// What a worker's clock shows.
    pub fn local(&self, seat: &Participant, plan: &Plan) -> Time {
        if plan.timed { seat.clock.read(self.at()) } else { Time::ZERO }
    }

    /// How many workers believe that they hold the lock: by their own clocks, or, where those stand still, until they hear otherwise.
    pub fn believers(&self, plan: &Plan) -> usize {
        let believes = |seat: &&Participant| {
            seat.client.worker().and_then(|worker| worker.inside()).is_some_and(|inside| self.local(seat, plan) < inside.until)
        };
        self.seats.iter().filter(believes).count()
    }
}
