//! What is explored: the real lock table, the real store and two real workers, and between them a network in which a message
//! may arrive at any time after it was sent, in any order, or never; so loss, delay and frozen processes need no actions of
//! their own. Some may arrive twice.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use ringside::cluster::Env;
use ringside::cluster::client::Client;
use ringside::cluster::leadership::lock_outcome;
use ringside::cluster::msg::Msg;
use ringside::cluster::note::Text;
use ringside::cluster::process::{Member, Timer};
use ringside::cluster::rules::{Rule, Rules};
use ringside::cluster::setup::Setup;
use ringside::cluster::store::{Known, Outcome, Protection, Request, Store};
use ringside::proto::lock::table::{LockRules, LockTable, LockTimes};
use ringside::proto::lock::token::{FencingToken, LockCommand, LockOutcome};
use ringside::proto::replica::view::Index;
use ringside::sim::clock::Clock;
use ringside::sim::digest::Digest;
use ringside::sim::id::{Boot, Pid};
use ringside::sim::process::{Ctx, Effect};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

/// A tick of true time.
const TICK: Span = Span::millis(10);
/// A lease: three ticks.
pub const LEASE: Span = Span::millis(30);

/// What is explored, and how far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bounds {
    /// With clocks: true time goes on in ticks, so far. Without (`None`): clocks stand still, and any timer fires at any moment.
    pub ticks: Option<u64>,
    /// Rates of clocks, each in parts per million off: of the service, and of the two workers.
    pub drifts: [i32; 3],
    /// The bound that the service waits out. Zero: it does not.
    pub waited_out: u32,
    /// The rule that is off, if one is.
    pub off: Option<Rule>,
    /// Pieces of work of each worker: to take the lock is one, to write is one.
    pub work: u8,
    /// Times that each worker keeps its session alive by its timer.
    pub keep_alives: u8,
    /// Deaths of workers in all.
    pub kills: u8,
    /// Changes of the service's leader.
    pub reigns: u8,
    /// Messages that arrive once more.
    pub twins: u8,
}

/// One thing that can happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Act {
    /// Message number so many arrives. True: and will arrive again.
    Arrives(u8, bool),
    /// A worker's timer fires.
    Fires(u8, Timer),
    /// The service looks at its clock, which shows this many ticks more than a lease (without clocks).
    Lapses(u8),
    /// A worker dies.
    Dies(u8),
    /// And boots again.
    Boots(u8),
    /// Another leads the service.
    Leads,
    /// True time goes on.
    Tick,
}

#[derive(Clone, Hash)]
struct Slot {
    up: Option<Client>,
    boot: Boot,
    /// Armed timers, and when they may fire at the earliest.
    timers: Vec<(Timer, Time)>,
    work: u8,
    keep_alives: u8,
}

/// What has been seen so far, judged by its own light.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Seen {
    text: Text,
    edit: FencingToken,
    given: FencingToken,
    /// A write took effect that was made from another text than the one there, or under an older token.
    pub damaged: bool,
    /// The lock was granted while somebody had it, or a token did not grow.
    pub granted_twice: bool,
    /// How many believe, by their own clocks, that they hold the lock.
    pub believers: u8,
    /// Somebody has written.
    pub written: bool,
}

/// The state.
#[derive(Clone)]
pub struct Machine {
    env: Rc<Env>,
    bounds: Bounds,
    now: Time,
    clocks: [Clock; 3],
    table: LockTable,
    store: Store,
    workers: [Slot; 2],
    /// Messages under way, in the order of digests: to whom, what. Two that are equal are one.
    sent: Vec<(u64, Pid, Msg)>,
    kills: u8,
    reigns: u8,
    twins: u8,
    pub seen: Seen,
}

impl Machine {
    pub fn new(bounds: Bounds) -> Machine {
        let mut setup = Setup::new(1);
        (setup.roster.coordinators, setup.roster.nodes, setup.roster.clients) = (1, 3, 2);
        setup.config.workers = 2;
        setup.config.lock_lease = LEASE;
        setup.config.drift_bound = bounds.waited_out;
        setup.rules = bounds.off.map_or(Rules::ALL_ON, |rule| Rules::ALL_ON.without(rule));
        let times: LockTimes = setup.config.lock_times();
        let env = Rc::new(Env::new(Rc::new(setup)));
        let slot = Slot { up: None, boot: Boot(0), timers: Vec::new(), work: bounds.work, keep_alives: bounds.keep_alives };
        let mut it = Machine {
            env,
            bounds,
            now: Time::ZERO,
            clocks: bounds.drifts.map(|drift| Clock::new(Span::ZERO, drift)),
            table: LockTable::new(1, times),
            store: Store::default(),
            workers: [slot.clone(), slot],
            sent: Vec::new(),
            kills: bounds.kills,
            reigns: bounds.reigns,
            twins: bounds.twins,
            seen: Seen::default(),
        };
        (0..2).for_each(|i| it.boot(i));
        it
    }

    /// A name for this state: two with one name are taken for one.
    pub fn digest(&self) -> u64 {
        let mut out = Digest::default();
        (self.bounds, self.now, &self.table, &self.store, &self.workers, (self.kills, self.reigns, self.twins), &self.seen).hash(&mut out);
        self.sent.iter().for_each(|(digest, ..)| digest.hash(&mut out));
        out.finish()
    }

    /// Everything that can happen next.
    pub fn acts(&self, out: &mut Vec<Act>) {
        let timed = self.bounds.ticks.is_some();
        for i in 0..self.sent.len() as u8 {
            out.push(Act::Arrives(i, false));
            out.extend((self.twins > 0).then_some(Act::Arrives(i, true)));
        }
        for (i, slot) in self.workers.iter().enumerate() {
            let i = i as u8;
            for &(timer, due) in slot.timers.iter().filter(|(_, due)| *due <= self.now) {
                let left = match timer {
                    Timer::Work => slot.work > 0,
                    _ => slot.keep_alives > 0,
                };
                out.extend((left && due <= self.now).then_some(Act::Fires(i, timer)));
            }
            match slot.up {
                Some(_) => out.extend((self.kills > 0).then_some(Act::Dies(i))),
                None => out.push(Act::Boots(i)),
            }
        }
        if let Some(ends) = self.table.next_end() {
            let shows = if timed { 0..u8::from(ends <= self.clocks[0].read(self.now)) } else { 0..2 };
            out.extend(shows.map(Act::Lapses));
        }
        out.extend((self.reigns > 0).then_some(Act::Leads));
        out.extend(self.bounds.ticks.is_some_and(|most| self.now < Time::ZERO + TICK.scale(most, 1)).then_some(Act::Tick));
    }

    /// What follows from it.
    pub fn act(&mut self, act: Act) {
        let shown = |it: &Machine, more: u8| match it.bounds.ticks {
            Some(_) => it.clocks[0].read(it.now),
            None => Time::ZERO + TICK.scale(more.into(), 1),
        };
        match act {
            Act::Arrives(i, again) => {
                let (_, to, msg) = self.sent[usize::from(i)].clone();
                if again {
                    self.twins -= 1;
                } else {
                    self.sent.remove(usize::from(i));
                }
                // Without clocks the first worker's lease can end before the second's: who is who makes no other difference.
                let second = match &msg {
                    Msg::Acquire { session, .. } | Msg::KeepAlive { session, .. } => session.client == self.env.workers[1],
                    _ => false,
                };
                let at = shown(self, second.into());
                match self.worker(to) {
                    Some(i) => self.run(i, |client, ctx| client.receive(msg, ctx)),
                    None => self.serve(msg, at),
                }
            }
            Act::Fires(i, timer) => {
                let slot = &mut self.workers[usize::from(i)];
                slot.timers.retain(|(armed, _)| *armed != timer);
                let left = if timer == Timer::Work { &mut slot.work } else { &mut slot.keep_alives };
                *left -= 1;
                self.run(usize::from(i), |client, ctx| client.wake(timer, ctx));
            }
            Act::Lapses(more) => {
                let at = if self.bounds.ticks.is_some() { shown(self, 0) } else { Time::ZERO + LEASE + TICK.scale(more.into(), 1) };
                self.command(&LockCommand::Lapse, at);
            }
            Act::Dies(i) => {
                self.kills -= 1;
                let slot = &mut self.workers[usize::from(i)];
                (slot.up, slot.timers) = (None, Vec::new());
            }
            Act::Boots(i) => self.boot(usize::from(i)),
            Act::Leads => {
                self.reigns -= 1;
                let at = shown(self, 0);
                self.table.regard(at);
            }
            Act::Tick => self.now += TICK,
        }
        self.seen.believers = self.believers();
    }

    fn believers(&self) -> u8 {
        let believes = |(i, slot): (usize, &Slot)| {
            let inside = slot.up.as_ref()?.worker()?.inside()?;
            (self.local(i) < inside.until).then_some(())
        };
        self.workers.iter().enumerate().filter_map(believes).count() as u8
    }

    fn local(&self, worker: usize) -> Time {
        self.clocks[worker + 1].read(self.now)
    }

    fn worker(&self, to: Pid) -> Option<usize> {
        self.env.workers.iter().position(|&pid| pid == to)
    }

    fn boot(&mut self, i: usize) {
        self.workers[i].boot = Boot(self.workers[i].boot.0 + 1);
        self.handle(i, |_, ctx| Some(Client::boot(ctx)));
    }

    fn run(&mut self, i: usize, what: impl FnOnce(&mut Client, &mut Ctx<'_, Member>)) {
        self.handle(i, |client, ctx| {
            let mut client = client?;
            what(&mut client, ctx);
            Some(client)
        });
    }

    /// Runs a handler of a worker, and carries out what it asks for.
    fn handle(&mut self, i: usize, handler: impl FnOnce(Option<Client>, &mut Ctx<'_, Member>) -> Option<Client>) {
        let (env, now) = (self.env.clone(), self.local(i));
        // The same choices every time: what they decide, how long somebody rests or thinks, is for the explorer to decide.
        let (mut rng, mut asked) = (Rng::stream(1, Stream::Hand), Vec::new());
        let slot = &mut self.workers[i];
        let mut ctx = Ctx::outside(env.workers[i], slot.boot, now, &*env, &mut rng, &mut asked);
        slot.up = handler(slot.up.take(), &mut ctx);
        for effect in asked {
            match effect {
                // Patience with one attempt: messages are never lost for good, so a retry adds nothing.
                Effect::Arm { timer: Timer::Attempt, .. } | Effect::Disarm(Timer::Attempt) => {}
                Effect::Arm { timer, after } => {
                    // How long a worker thinks or rests is any time at all.
                    let waits = timer == Timer::KeepAlive && self.bounds.ticks.is_some();
                    let due = if waits { self.now + self.clocks[i + 1].true_span(after) } else { Time::ZERO };
                    let slot = &mut self.workers[i];
                    slot.timers.retain(|(armed, _)| *armed != timer);
                    slot.timers.push((timer, due));
                    slot.timers.sort();
                }
                Effect::Disarm(timer) => self.workers[i].timers.retain(|(armed, _)| *armed != timer),
                Effect::Send { to, msg } => self.send(to, msg),
                Effect::Note(_) | Effect::NoteOnce { .. } | Effect::Save { .. } => {}
            }
        }
    }

    fn send(&mut self, to: Pid, msg: Msg) {
        let mut digest = Digest::default();
        (to, &msg).hash(&mut digest);
        let digest = digest.finish();
        if let Err(place) = self.sent.binary_search_by_key(&digest, |(digest, ..)| *digest) {
            self.sent.insert(place, (digest, to, msg));
        }
    }

    /// A message reaches the lock service or the store.
    fn serve(&mut self, msg: Msg, at: Time) {
        match msg {
            Msg::Acquire { session, lock, sent } => self.command(&LockCommand::Acquire { session, lock, sent }, at),
            Msg::KeepAlive { session, sent } => self.command(&LockCommand::KeepAlive { session, sent }, at),
            Msg::Release { session, token } => self.command(&LockCommand::Release { session, token }, at),
            Msg::Cancel { session } => self.command(&LockCommand::Cancel { session }, at),
            Msg::Request { op, request, .. } => {
                let outcome = match self.store.known(op) {
                    Known::Done(outcome) => outcome,
                    Known::Past => return,
                    Known::New => {
                        let (outcome, _) = self.store.apply(Index(1), op, &request, Protection::of(self.env.setup.rules));
                        if let (Request::Edit(_, token, text), Outcome::Written) = (&request, &outcome) {
                            self.seen.edit(*token, text);
                        }
                        outcome
                    }
                };
                self.send(op.client, Msg::Done { op, outcome, replica: None });
            }
            other => unreachable!("no worker sends {other:?}"),
        }
    }

    /// What a leading coordinator does with a decided command.
    fn command(&mut self, command: &LockCommand, at: Time) {
        let mut outcomes = Vec::new();
        let rules = LockRules { fair: true, lease: true };
        self.table.apply(command, at, rules, &mut outcomes);
        let env = self.env.clone();
        let (mut rng, mut asked) = (Rng::stream(1, Stream::Hand), Vec::new());
        for outcome in outcomes {
            self.seen.outcome(&outcome);
            let mut ctx = Ctx::outside(env.coordinators[0], Boot(1), at, &*env, &mut rng, &mut asked);
            lock_outcome(outcome, (1, 1), &mut ctx);
        }
        for effect in asked {
            if let Effect::Send { to, msg } = effect {
                self.send(to, msg);
            }
        }
    }
}

impl Seen {
    fn edit(&mut self, token: FencingToken, text: &Text) {
        let old = self.text.lines();
        let follows = text.len() == self.text.len() + 1 && text.lines()[..old.len()] == *old;
        self.damaged |= !follows || token < self.edit;
        (self.edit, self.text, self.written) = (token.max(self.edit), text.clone(), true);
    }

    fn outcome(&mut self, outcome: &LockOutcome) {
        if let LockOutcome::Granted(_, _, _, token) = outcome {
            self.granted_twice |= *token <= self.given;
            self.given = *token;
        }
    }
}
