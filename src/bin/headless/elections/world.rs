//! One trial: the leader of five servers speaks for the last time and crashes; how long until all others have heard a new one?

use std::rc::Rc;

use ringside::proto::consensus::raft::{Raft, RaftDisk};
use ringside::proto::consensus::words::{Entry, Fact, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving, Term};
use ringside::proto::log::Index;
use ringside::sim::digest::Digest;
use ringside::sim::fault::Fault;
use ringside::sim::id::Pid;
use ringside::sim::net::NetConfig;
use ringside::sim::process::{Ctx, Input, Process, Protocol};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};
use ringside::sim::world::{World, WorldConfig};

/// How many servers there are.
const SERVERS: u16 = 5;
/// Who leads at the beginning, in which term.
const OLD: (Pid, Term) = (Pid(0), Term(1));
/// Clocks differ by at most this many parts per million from true time: what good quartz does.
const DRIFT_MAX: u32 = 50;

/// Shortest and longest.
pub type Range = (Span, Span);

/// How fast the machines are.
#[derive(Clone, Copy, Debug)]
pub struct Machines {
    /// One-way time of a message.
    pub message: Range,
    /// Time of a save. Saves of one server come one after the other.
    pub save: Range,
}

/// Operations are numbers; nobody takes snapshots.
type Msg = RaftMsg<u32, ()>;

/// A server.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Server {
    /// The old leader: it has said its last word.
    Old,
    /// Any other: our Raft, as it is.
    Member(Raft<u32, ()>),
}

/// The only timer: when Raft wants to be told the time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
struct Wake;

#[derive(Clone, PartialEq, Eq, Debug)]
struct Setup {
    timeout: Range,
}

impl Setup {
    fn raft_config(&self) -> RaftConfig {
        RaftConfig {
            election_min: self.timeout.0,
            election_max: self.timeout.1,
            heartbeat_every: self.timeout.0.scale(1, 2),
            pre_vote: false,
            check_quorum: false,
            drift_bound: DRIFT_MAX,
            majority: true,
            vote_is_stored: true,
            current_term_only: true,
        }
    }
}

impl Protocol for Server {
    type Msg = Msg;
    type Timer = Wake;
    type Ticket = SaveId;
    type Note = Fact;
    type Change = Saving<u32, ()>;
    type Env = Setup;
}

impl Server {
    fn raft(&self) -> Option<&Raft<u32, ()>> {
        match self {
            Server::Old => None,
            Server::Member(raft) => Some(raft),
        }
    }

    fn with(
        &mut self,
        ctx: &mut Ctx<'_, Server>,
        act: impl FnOnce(&mut Raft<u32, ()>, Time, RaftConfig, &mut Rng, &mut Vec<RaftEffect<u32, ()>>),
    ) {
        let Server::Member(raft) = self else { return };
        let (now, raft_config) = (ctx.now(), ctx.env().raft_config());
        let mut effects = Vec::new();
        act(raft, now, raft_config, ctx.rng(), &mut effects);
        for effect in effects {
            match effect {
                RaftEffect::Send(to, msg) => ctx.send(to, msg),
                RaftEffect::Save { change, mark } => ctx.save(change, mark),
                RaftEffect::Tell(fact) => ctx.note(fact),
                RaftEffect::Commit(_) | RaftEffect::Restore(_) => {}
            }
        }
        ctx.arm(Wake, raft.wakes_at(raft_config).since(now));
    }
}

impl Process for Server {
    type Protocol = Server;
    type Disk = RaftDisk<u32, ()>;

    fn boot(disk: &RaftDisk<u32, ()>, ctx: &mut Ctx<'_, Server>) -> Server {
        let (me, now, raft_config) = (ctx.me(), ctx.now(), ctx.env().raft_config());
        if me == OLD.0 {
            // Its heartbeat compares nothing, so that no log is repaired.
            let (term, prev, entries, commit) = (OLD.1, (Index(0), Term(0)), Vec::new(), Index(0));
            let last_word = Msg::AppendEntries { term, prev, entries, commit, sent: now };
            (1..SERVERS).for_each(|to| ctx.send(Pid(to), last_word.clone()));
            return Server::Old;
        }
        let members = (0..SERVERS).map(Pid).collect();
        let rng = ctx.rng();
        let raft = Raft::new(me, 1, members, disk, now, raft_config, &mut |min, max| rng.between(min, max));
        ctx.arm(Wake, raft.wakes_at(raft_config).since(now));
        Server::Member(raft)
    }

    fn step(&mut self, input: Input<Server>, ctx: &mut Ctx<'_, Server>) {
        match input {
            Input::Message { from, msg } => self.with(ctx, |raft, now, raft_config, rng, out| {
                raft.receive(from, msg, now, raft_config, &mut |min, max| rng.between(min, max), out);
            }),
            Input::Timer(Wake) => self.with(ctx, |raft, now, raft_config, rng, out| {
                raft.tick(now, raft_config, &mut |min, max| rng.between(min, max), out);
            }),
            Input::Stored(mark) => self.with(ctx, |raft, now, raft_config, _, out| raft.stored(mark, now, raft_config, out)),
            Input::Signal(_) => {}
        }
    }

    fn save(disk: &mut RaftDisk<u32, ()>, change: &Saving<u32, ()>, _: &Setup) {
        disk.save(change);
    }
}

/// What one trial showed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trial {
    /// From the crash until every other server had heard the new leader; `None` if that took too long.
    pub without: Option<Span>,
    /// Terms begun until then: one more than there were split votes and candidates who could not win.
    pub terms: u32,
}

/// Trial `number` of this seed and time-out, given up `give_up` after the crash.
///
/// # Panics
/// If a range is upside down or an hour long.
pub fn trial(seed: u64, number: u32, timeout: Range, machines: Machines, give_up: Span) -> Trial {
    let seed = Digest::of(&(seed, timeout.0, timeout.1, number));
    let crash = Time::ZERO + Rng::stream(seed, Stream::Nemesis).between(Span::ZERO, timeout.0.scale(1, 2));
    let (delay, longest) = machines.message;
    let net = NetConfig { delay, jitter: Span(longest.0 - delay.0), loss: 0, duplicates: 0 };
    let config = WorldConfig { seed, net, save: machines.save, drift_max: DRIFT_MAX };
    let disks = (0..SERVERS).map(|i| Some(disk(SERVERS - i))).collect();
    let mut world: World<Server> = World::new(Rc::new(Setup { timeout }), &config, disks, &mut Vec::new());
    run(&mut world, crash, |_| false);
    world.inject(Fault::Kill(OLD.0), &mut Vec::new());
    let led = run(&mut world, crash + give_up, all_follow_one);
    let terms = rafts(&world).map(|raft| raft.term().0 - OLD.1.0).max().unwrap_or(0);
    Trial { without: led.then(|| world.now().since(crash)), terms }
}

/// The disk of a server with so many entries.
fn disk(entries: u16) -> RaftDisk<u32, ()> {
    let mut disk = RaftDisk { term: OLD.1, voted: Some(OLD.0), ..RaftDisk::founding() };
    (0..entries).for_each(|i| {
        disk.log.push(Entry { mark: OLD.1, op: Some(u32::from(i)) });
    });
    disk
}

/// Runs to `end`, or until `done`, which is asked after every event. Whether it was.
fn run(world: &mut World<Server>, end: Time, done: impl Fn(&World<Server>) -> bool) -> bool {
    let mut facts = Vec::new();
    while world.next_at().is_some_and(|at| at <= end) {
        facts.clear();
        world.step(&mut facts);
        if done(world) {
            return true;
        }
    }
    world.idle_until(end);
    false
}

fn rafts(world: &World<Server>) -> impl Iterator<Item = &Raft<u32, ()>> {
    (1..SERVERS).filter_map(|i| world.process(Pid(i))?.raft())
}

/// Whether a new leader leads and all others have heard it.
fn all_follow_one(world: &World<Server>) -> bool {
    let Some(first) = rafts(world).next() else { return false };
    let follows = |raft: &Raft<u32, ()>| raft.leader() == first.leader() && raft.term() == first.term();
    first.leader().is_some_and(|leader| leader != OLD.0) && rafts(world).all(follows)
}
