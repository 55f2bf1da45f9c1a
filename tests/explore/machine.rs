//! Runs the real handlers: what goes in, and what becomes of the effects they ask for. No rule of the protocol stands here.

use std::collections::BTreeMap;

use ringside::cluster::client::Client;
use ringside::cluster::coordinator::leadership::lock_outcome;
use ringside::cluster::setup::env::Env;
use ringside::cluster::setup::rules::Rule;
use ringside::cluster::store::{Behind, Known, Outcome, Protection, Request, Store};
use ringside::cluster::wire::msg::Msg;
use ringside::cluster::wire::{Context, Timer, Wire};
use ringside::proto::lock::table::{LockRules, LockTable};
use ringside::proto::lock::token::LockCommand;
use ringside::proto::replica::view::Index;
use ringside::sim::clock::Clock;
use ringside::sim::id::{Boot, Pid};
use ringside::sim::process::{Ctx, Effect};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

use crate::judge::Judge;
use crate::state::{Letter, Participant, Plan, Said, State};

/// Runs a handler. It draws from the same fresh stream each time: what is left to chance in a world (how long a pause lasts) is a
/// choice of the search here, since a timer may fire at any time after its span.
fn run<R>(me: Pid, boot: Boot, now: Time, env: &Env, act: impl FnOnce(&mut Context<'_>) -> R) -> (R, Vec<Effect<Wire>>) {
    let (mut rng, mut effects) = (Rng::stream(0, Stream::Process(me)), Vec::new());
    let given = act(&mut Ctx::outside(me, boot, now, env, &mut rng, &mut effects));
    (given, effects)
}

/// The beginning, with these clocks.
pub fn first(plan: &Plan, drifts: &[i32], service: i32) -> State {
    plan.with_env(|env| {
        let seat = |(i, &pid): (usize, &Pid)| {
            // Nobody may compare two clocks: they are far apart.
            let clock = Clock::new(Span::secs(1_000 * (i as u64 + 1)), drifts[i]);
            let now = if plan.timed { clock.read(Time::ZERO) } else { Time::ZERO };
            let (client, effects) = run(pid, Boot(1), now, env, Client::boot);
            let mut seat = Participant { pid, boot: Boot(1), client, clock, timers: BTreeMap::new(), session: 0, asked: 0 };
            carry_out(&mut seat, now, effects, &mut Said::default(), plan);
            seat
        };
        State {
            now: 0,
            seats: env.workers.iter().enumerate().map(seat).collect(),
            table: LockTable::new(1, plan.service),
            clock: Clock::new(Span::ZERO, service),
            store: Store::default(),
            said: Said::default(),
            beats: 0,
            kills: 0,
            leaders: 0,
            judge: Judge::default(),
        }
    })
}

fn carry_out(seat: &mut Participant, now: Time, effects: Vec<Effect<Wire>>, said: &mut Said, plan: &Plan) {
    for effect in effects {
        match effect {
            Effect::Send { msg, .. } => {
                if let Msg::Acquire { session, .. } = &msg {
                    seat.session = session.n;
                } else if let Msg::Request { op, .. } = &msg {
                    seat.asked = op.n;
                }
                said.add(Letter::of(msg));
            }
            // Asking again says what was said already, which may be heard again at any time as it is.
            Effect::Arm { timer: Timer::Attempt, .. } | Effect::Disarm(Timer::Attempt) => {}
            Effect::Arm { timer, after } => {
                seat.timers.insert(timer, if plan.timed { now + after } else { Time::ZERO });
            }
            Effect::Disarm(timer) => drop(seat.timers.remove(&timer)),
            Effect::Note(_) => {}
            Effect::Save { .. } | Effect::NoteOnce { .. } => panic!("a worker has no disk and no log: {effect:?}"),
        }
    }
}

impl State {
    /// Lets a worker act.
    fn with_seat(&mut self, i: usize, plan: &Plan, act: impl FnOnce(&mut Client, &mut Context<'_>)) {
        let now = self.local(&self.seats[i], plan);
        let seat = &mut self.seats[i];
        let ((), effects) = plan.with_env(|env| run(seat.pid, seat.boot, now, env, |ctx| act(&mut seat.client, ctx)));
        carry_out(seat, now, effects, &mut self.said, plan);
    }

    /// A timer fires.
    pub fn fire(&mut self, i: usize, timer: Timer, plan: &Plan) {
        self.seats[i].timers.remove(&timer);
        self.beats += u8::from(plan.timed && timer == Timer::KeepAlive);
        self.with_seat(i, plan, |client, ctx| client.wake(timer, ctx));
    }

    /// A worker dies and starts anew at once. (That it stays dead for a while is that it does nothing for a while.)
    pub fn kill(&mut self, i: usize, plan: &Plan) {
        self.kills += 1;
        let now = self.local(&self.seats[i], plan);
        let seat = &mut self.seats[i];
        seat.boot = Boot(seat.boot.0 + 1);
        (seat.timers, seat.session, seat.asked) = (BTreeMap::new(), 0, 0);
        let (client, effects) = plan.with_env(|env| run(seat.pid, seat.boot, now, env, Client::boot));
        seat.client = client;
        carry_out(seat, now, effects, &mut self.said, plan);
    }

    /// A letter arrives. It may do so again.
    pub fn deliver(&mut self, letter: &Letter, plan: &Plan) {
        let to = letter.to_worker().and_then(|(pid, _)| self.seats.iter().position(|seat| seat.pid == pid));
        let msg = match letter.clone() {
            Letter::Lock(command) => return self.ask_service(&command, plan),
            Letter::Ask(op, request) => {
                let rules = Protection::of(plan.setup.rules);
                let outcome = match self.store.known(op) {
                    Known::Done(outcome) => outcome,
                    Known::Past => return,
                    Known::New => self.store.apply(Index(1), (op, Behind(0)), &request, rules).expect("it is new").0.also(|outcome| {
                        if let (Request::Edit(_, token, text), Outcome::Written) = (&request, outcome) {
                            self.judge.sees(*token, text);
                        }
                    }),
                };
                return self.said.add(Letter::Done(op, outcome));
            }
            Letter::Alive(session, since, token) => {
                let now = to.map(|i| self.local(&self.seats[i], plan)).filter(|_| plan.from_reply);
                Msg::SessionOk { session, since: now.unwrap_or(since), token }
            }
            Letter::Over(session) => Msg::SessionOver { session },
            Letter::Done(op, outcome) => Msg::Done { op, outcome, replica: None },
        };
        self.with_seat(to.expect("a letter to one of the workers"), plan, |client, ctx| client.receive(msg, ctx));
    }

    /// What the leading coordinator's clock shows.
    pub fn service_now(&self, plan: &Plan) -> Time {
        if plan.timed { self.clock.read(self.at()) } else { Time(self.now) }
    }

    /// The lock service logs a command and carries it out at once: three coordinators as one machine.
    pub fn ask_service(&mut self, command: &LockCommand, plan: &Plan) {
        let rules = plan.setup.rules;
        let rules = LockRules { fair: rules.on(Rule::FairQueue), lease: rules.on(Rule::LockLease) };
        let (at, mut outcomes) = (self.service_now(plan), Vec::new());
        self.table.apply(command, at, rules, &mut outcomes);
        let tell = |ctx: &mut Context<'_>| outcomes.into_iter().for_each(|outcome| lock_outcome(outcome, (0, 0), ctx));
        let ((), effects) = plan.with_env(|env| run(env.coordinators[0], Boot(1), at, env, tell));
        for effect in effects {
            match effect {
                Effect::Send { msg, .. } => self.said.add(Letter::of(msg)),
                Effect::NoteOnce { note, .. } => self.judge.hears(&note),
                Effect::Arm { .. } | Effect::Disarm(_) | Effect::Save { .. } | Effect::Note(_) => panic!("not of an outcome: {effect:?}"),
            }
        }
    }

    /// Another coordinator leads, by its own clock.
    pub fn lead(&mut self, drift: i32, plan: &Plan) {
        self.leaders += 1;
        self.clock = Clock::new(Span::secs(500 * u64::from(self.leaders)), drift);
        self.table.regard(self.service_now(plan));
        if !plan.setup.rules.on(Rule::TokenSurvives) {
            self.table.forget_token();
        }
    }

    /// Forgets what no worker will ever heed again: letters to an earlier life, about an earlier session, or an earlier question;
    /// and of letters to one that acts on its lock already those that lengthen no lease.
    pub fn tidy(&mut self, plan: &Plan) {
        let State { seats, said, .. } = self;
        said.retain(|letter| {
            let Some((pid, boot)) = letter.to_worker() else { return true };
            let seat = seats.iter().find(|seat| seat.pid == pid).expect("one of the workers");
            let heeded = match letter {
                Letter::Alive(session, since, _) => {
                    let inside = seat.client.worker().and_then(|worker| worker.inside());
                    let lengthens = |until| plan.from_reply || *since + plan.setup.config.lock_lease > until;
                    session.n == seat.session && inside.is_none_or(|inside| lengthens(inside.until))
                }
                Letter::Over(session) => session.n == seat.session,
                Letter::Done(op, _) => op.n == seat.asked,
                Letter::Lock(_) | Letter::Ask(..) => true,
            };
            boot == seat.boot && heeded
        });
    }
}

/// To look at a value on its way.
trait Also: Sized {
    fn also(self, look: impl FnOnce(&Self)) -> Self {
        look(&self);
        self
    }
}

impl Also for Outcome {}
