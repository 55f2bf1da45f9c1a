//! The fake world: it owns time, delivers events in a total order, and carries out what processes ask for.
//!
//! Ties: events of one instant are handled in the order in which they were scheduled (their number), which is the order
//! of asking. Nothing else decides.

mod fault;

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use litemap::LiteMap;

use crate::sim::clock::Clock;
use crate::sim::digest::Digest;
use crate::sim::id::{Boot, Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::net::{Net, NetConfig};
use crate::sim::pages::Pages;
use crate::sim::process::{Ctx, Effect, Env, Input, Msg, Note, Process, Protocol, Signal};
use crate::sim::queue::Queue;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// Place of an event in the order of all events: its instant, then the order of scheduling.
type Key = (Time, u64);

/// What kind of world to build.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// From which every stream is derived.
    pub seed: u64,
    /// The network.
    pub net: NetConfig,
    /// Shortest and longest time of a save.
    pub save: (Span, Span),
    /// Clocks differ by at most this many parts per million from true time at the start.
    pub drift_max: u32,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Event<P: Protocol> {
    to: Pid,
    boot: Boot,
    cause: Option<Seq>,
    what: Happening<P>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Happening<P: Protocol> {
    Message { from: Pid, sent_at: Time, lost: bool, msg: P::Msg },
    Timer(P::Timer),
    Saved { change: P::Change, ticket: P::Ticket },
    Signal(Signal),
}

/// A timer that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Armed {
    /// Where its event stands in the queue.
    key: Key,
    /// When it is due by its process's own clock: what was asked for. When that is in true time changes with the clock's rate.
    due: Time,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Slot<P: Process> {
    up: Option<Rc<P>>,
    disk: Rc<P::Disk>,
    boot: Boot,
    frozen: bool,
    /// What came while it stood still. It can be long, and checkpoints share it.
    held: Pages<Event<P::Protocol>>,
    timers: LiteMap<<P::Protocol as Protocol>::Timer, Armed>,
    clock: Clock,
    rng: Rng,
    disk_rng: Rng,
    disk_busy_until: Time,
}

/// A message under way.
#[derive(Clone, Copy, Debug)]
pub struct UnderWay<'a, M> {
    /// From whom.
    pub from: Pid,
    /// To whom.
    pub to: Pid,
    /// When it left.
    pub sent_at: Time,
    /// When it arrives, or would.
    pub arrives_at: Time,
    /// Whether it is lost on the way.
    pub lost: bool,
    /// What it says.
    pub msg: &'a M,
}

/// A world of processes. Cloning shares what has not changed since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct World<P: Process> {
    env: Rc<Env<P>>,
    now: Time,
    scheduled: u64,
    handled: u64,
    /// For figures alone: what was sent changes nothing, and stands in no digest.
    sent: u64,
    facts: u64,
    queue: Queue<Key, Event<P::Protocol>>,
    slots: Vec<Slot<P>>,
    net: Net,
    save: (Span, Span),
    /// Of each group, the latest number whose facts were told.
    told: LiteMap<u32, u32>,
    /// Always empty between steps: kept for its capacity.
    asked: Vec<Effect<P::Protocol>>,
}

impl<P: Process> World<P> {
    /// A world in which every process boots at time zero from the disk given for it, in the order of pids. One without a disk
    /// is not there until somebody asks it to join.
    pub fn new(env: Rc<Env<P>>, config: &WorldConfig, disks: Vec<Option<P::Disk>>, out: &mut Vec<Record<Note<P>>>) -> World<P> {
        let n = disks.len();
        let present: Vec<bool> = disks.iter().map(Option::is_some).collect();
        let slots = disks.into_iter().enumerate().map(|(i, disk)| {
            let pid = Pid(i as u16);
            let mut clock = Rng::stream(config.seed, Stream::Clock(pid));
            let offset = clock.between(Span::ZERO, Span::secs(3_000));
            let drift = clock.below(2 * config.drift_max + 1) as i32 - config.drift_max as i32;
            Slot {
                up: None,
                disk: Rc::new(disk.unwrap_or_default()),
                boot: Boot(0),
                frozen: false,
                held: Pages::default(),
                timers: LiteMap::new(),
                clock: Clock::new(offset, drift),
                rng: Rng::stream(config.seed, Stream::Process(pid)),
                disk_rng: Rng::stream(config.seed, Stream::Disk(pid)),
                disk_busy_until: Time::ZERO,
            }
        });
        let mut world = World {
            env,
            now: Time::ZERO,
            scheduled: 0,
            handled: 0,
            sent: 0,
            facts: 0,
            queue: Queue::default(),
            slots: slots.collect(),
            net: Net::new(config.seed, n, config.net),
            save: config.save,
            told: LiteMap::new(),
            asked: Vec::new(),
        };
        for i in (0..n).filter(|&i| present[i]) {
            world.start(Pid(i as u16), None, out);
        }
        world
    }

    /// The world's clock.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Messages sent so far, lost ones among them.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Events handled so far.
    pub fn handled(&self) -> u64 {
        self.handled
    }
    /// Facts noted so far: the number of the next one.
    pub fn facts(&self) -> u64 {
        self.facts
    }
    /// What every process may read.
    pub fn env(&self) -> &Env<P> {
        &self.env
    }
    /// How many processes there are, dead or alive.
    pub fn len(&self) -> usize {
        self.slots.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
    /// A process's memory, if it lives.
    pub fn process(&self, pid: Pid) -> Option<&P> {
        self.slots[pid.index()].up.as_deref()
    }
    /// A process's disk.
    pub fn disk(&self, pid: Pid) -> &P::Disk {
        &self.slots[pid.index()].disk
    }
    /// Which life a process lives or lived last.
    pub fn boot(&self, pid: Pid) -> Boot {
        self.slots[pid.index()].boot
    }
    /// Whether a process stands still.
    pub fn is_frozen(&self, pid: Pid) -> bool {
        self.slots[pid.index()].frozen
    }
    /// What a process's own clock shows now.
    pub fn local(&self, pid: Pid) -> Time {
        self.slots[pid.index()].clock.read(self.now)
    }
    /// By how much its clock drifts, in parts per million.
    pub fn drift(&self, pid: Pid) -> i32 {
        self.slots[pid.index()].clock.drift()
    }
    /// The network.
    pub fn net(&self) -> &Net {
        &self.net
    }
    /// When the next event happens.
    pub fn next_at(&self) -> Option<Time> {
        self.queue.first().map(|(at, _)| at)
    }

    /// Messages under way, by arrival.
    pub fn under_way(&self) -> impl Iterator<Item = UnderWay<'_, Msg<P>>> {
        self.queue.iter().filter_map(|((at, _), event)| match &event.what {
            Happening::Message { from, sent_at, lost, msg } => Some(UnderWay {
                from: *from,
                to: event.to,
                sent_at: *sent_at,
                arrives_at: at,
                lost: *lost || self.net.is_cut(*from, event.to),
                msg,
            }),
            Happening::Timer(_) | Happening::Saved { .. } | Happening::Signal(_) => None,
        })
    }

    /// Moves the clock on. No event may lie before `to`.
    pub fn idle_until(&mut self, to: Time) {
        assert!(to >= self.now, "time goes on, from {} to {to}", self.now);
        assert!(self.next_at().is_none_or(|at| at > to), "an event lies before {to}");
        self.now = to;
    }

    /// Handles the next event; false when there is none.
    pub fn step(&mut self, out: &mut Vec<Record<Note<P>>>) -> bool {
        let Some(((at, _), event)) = self.queue.pop() else { return false };
        assert!(at >= self.now, "an event of {at} at {}", self.now);
        self.now = at;
        self.handled += 1;
        self.deliver(event, out);
        true
    }

    fn deliver(&mut self, event: Event<P::Protocol>, out: &mut Vec<Record<Note<P>>>) {
        let slot = &mut self.slots[event.to.index()];
        if slot.boot != event.boot || slot.up.is_none() {
            return; // addressed to an earlier life, or to nobody
        }
        if let Happening::Message { from, lost, .. } = event.what
            && (lost || self.net.is_cut(from, event.to))
        {
            return;
        }
        if slot.frozen {
            slot.held.set(slot.held.end(), event);
            return;
        }
        let input = match event.what {
            Happening::Message { from, msg, .. } => Input::Message { from, msg },
            Happening::Timer(timer) => {
                slot.timers.remove(&timer);
                Input::Timer(timer)
            }
            Happening::Saved { change, ticket } => {
                P::save(Rc::make_mut(&mut slot.disk), &change, &self.env);
                Input::Stored(ticket)
            }
            Happening::Signal(signal) => Input::Signal(signal),
        };
        let mut asked = std::mem::take(&mut self.asked);
        let up = slot.up.as_mut().expect("checked above");
        let mut ctx =
            Ctx { me: event.to, boot: slot.boot, now: slot.clock.read(self.now), env: &*self.env, rng: &mut slot.rng, effects: &mut asked };
        Rc::make_mut(up).step(input, &mut ctx);
        self.carry_out(event.to, event.cause, &mut asked, out);
        self.asked = asked;
    }

    /// Boots a process from its disk, in a new life.
    fn start(&mut self, pid: Pid, cause: Option<Seq>, out: &mut Vec<Record<Note<P>>>) {
        let mut asked = std::mem::take(&mut self.asked);
        let slot = &mut self.slots[pid.index()];
        slot.boot = Boot(slot.boot.0 + 1);
        slot.disk_busy_until = self.now;
        let mut ctx =
            Ctx { me: pid, boot: slot.boot, now: slot.clock.read(self.now), env: &*self.env, rng: &mut slot.rng, effects: &mut asked };
        slot.up = Some(Rc::new(P::boot(&slot.disk, &mut ctx)));
        self.carry_out(pid, cause, &mut asked, out);
        self.asked = asked;
    }

    fn carry_out(&mut self, me: Pid, mut cause: Option<Seq>, asked: &mut Vec<Effect<P::Protocol>>, out: &mut Vec<Record<Note<P>>>) {
        let mut telling = None;
        for effect in asked.drain(..) {
            match effect {
                Effect::NoteOnce { of, note } => {
                    let told = self.told.entry(of.0).or_insert(0);
                    if *told < of.1 {
                        (*told, telling) = (of.1, Some(of));
                    }
                    if telling == Some(of) {
                        cause = Some(self.record(me, cause, What::Note(note), out));
                    }
                }
                Effect::Note(note) => cause = Some(self.record(me, cause, What::Note(note), out)),
                Effect::Send { to, msg } => self.send(me, to, msg, cause),
                Effect::Arm { timer, after } => {
                    let slot = &mut self.slots[me.index()];
                    let key = (self.now + slot.clock.true_span(after), self.scheduled);
                    self.scheduled += 1;
                    let due = slot.clock.read(self.now) + after;
                    if let Some(old) = slot.timers.insert(timer, Armed { key, due }) {
                        self.queue.remove(old.key);
                    }
                    self.queue.add(key, Event { to: me, boot: slot.boot, cause, what: Happening::Timer(timer) });
                }
                Effect::Disarm(timer) => {
                    if let Some(old) = self.slots[me.index()].timers.remove(&timer) {
                        self.queue.remove(old.key);
                    }
                }
                Effect::Save { change, ticket } => {
                    let slot = &mut self.slots[me.index()];
                    let begins = slot.disk_busy_until.max(self.now);
                    let done = begins + slot.disk_rng.between(self.save.0, self.save.1);
                    slot.disk_busy_until = done;
                    let event = Event { to: me, boot: slot.boot, cause, what: Happening::Saved { change, ticket } };
                    self.schedule(done, event);
                }
            }
        }
    }

    fn schedule(&mut self, at: Time, event: Event<P::Protocol>) -> Key {
        let key = (at, self.scheduled);
        self.scheduled += 1;
        self.queue.add(key, event);
        key
    }

    fn send(&mut self, from: Pid, to: Pid, msg: Msg<P>, cause: Option<Seq>) {
        assert!(from != to, "process {} writes to itself", from.0);
        self.sent += 1;
        let fate = self.net.send(from, to, self.now);
        let boot = self.slots[to.index()].boot;
        let sent_at = self.now;
        let event = |msg, lost| Event { to, boot, cause, what: Happening::Message { from, sent_at, lost, msg } };
        if let Some(at) = fate.twin {
            let twin = event(msg.clone(), false);
            self.schedule(at, twin);
        }
        self.schedule(fate.arrives, event(msg, fate.lost));
    }

    fn record(&mut self, who: Pid, cause: Option<Seq>, what: What<Note<P>>, out: &mut Vec<Record<Note<P>>>) -> Seq {
        let seq = Seq(self.facts);
        self.facts += 1;
        out.push(Record { seq, at: self.now, who, cause, what });
        seq
    }

    /// A digest of everything that can still matter: deadlines relative to now, events in their order.
    pub fn digest(&self) -> u64 {
        let mut state = Digest::default();
        for ((at, _), event) in self.queue.iter() {
            (at.since(self.now), event).hash(&mut state);
        }
        for slot in &self.slots {
            (&slot.up, &slot.disk, slot.boot, slot.frozen).hash(&mut state);
            (slot.held.end() as usize).hash(&mut state);
            slot.held.iter().for_each(|(_, event)| event.hash(&mut state));
            (slot.clock.read(self.now), slot.clock.drift(), &slot.rng, &slot.disk_rng).hash(&mut state);
            slot.disk_busy_until.since(self.now).hash(&mut state);
            let local = slot.clock.read(self.now);
            slot.timers.iter().for_each(|(timer, armed)| (timer, armed.due.since(local)).hash(&mut state));
        }
        (&self.net, self.now, self.handled, self.facts, &self.told).hash(&mut state);
        state.finish()
    }
}
