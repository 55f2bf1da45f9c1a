//! Random actions, drawn from a seed; ordinary ones, so that a link replays them exactly.
//!
//! Whatever they are, the cluster has promised to survive them: clocks drift within the bound, and a disk is emptied only
//! where two other living disks hold everything that is on it, or, a coordinator's, where all the others' are whole.

use crate::cluster::note::{LockNote, Note};
use crate::cluster::observe::view::{ClusterView, Health, ProcessView, Standing};
use crate::cluster::property::ring_answer;
use crate::cluster::setup::Setup;
use crate::cluster::setup::name::{Kind, Name, Roster};
use crate::cluster::setup::rules::{Rule, Rules};
use crate::session::Session;
use crate::session::action::Action;
use crate::sim::id::Pid;
use crate::sim::journal::What;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::Span;

/// Interferes at random (the word is Jepsen's).
#[derive(Clone, Debug)]
pub struct Chaos {
    rng: Rng,
    /// A node whose disk was emptied, until the control plane no longer counts on it.
    bare: Option<Pid>,
    /// It mostly disturbs those that take locks, and the way between them and the coordinators.
    at_locks: bool,
}

impl Chaos {
    /// The recipe and the nemesis of a seed: clusters of every size, a third of them with losses and duplicates.
    pub fn new(seed: u64, off: &[Rule]) -> (Setup, Chaos) {
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let mut setup = Setup::new(seed);
        let pick = |rng: &mut Rng, low: u8, high: u8| low + rng.below(u32::from(high - low) + 1) as u8;
        setup.roster = Roster {
            coordinators: [1, 3, 3, 3, 5][rng.below(5) as usize],
            nodes: pick(&mut rng, 3, 8),
            balancers: pick(&mut rng, 1, 2),
            clients: pick(&mut rng, 3, 8),
        };
        let config = &mut setup.config;
        config.workers = config.workers.min(setup.roster.clients);
        config.locks = [1, 1, 1, 2, 3][rng.below(5) as usize];
        config.lock_lease = Span::secs([2, 3][rng.below(2) as usize]);
        config.lock_delay = Span::secs([0, 0, 0, 1][rng.below(4) as usize]);
        config.lock_patience = Span::secs([0, 0, 0, 6][rng.below(4) as usize]);
        setup.rules = off.iter().fold(Rules::ALL_ON, |rules, &rule| rules.without(rule));
        if rng.per_mille(333) {
            setup.config.loss = rng.below(31) as u16;
            setup.config.duplicates = rng.below(31) as u16;
        }
        (setup, Chaos { rng, bare: None, at_locks: false })
    }

    /// The same with many workers on few nodes, and a nemesis that mostly disturbs the locks.
    pub fn at_locks(seed: u64, off: &[Rule]) -> (Setup, Chaos) {
        let (mut setup, mut chaos) = Chaos::new(seed, off);
        (setup.roster.nodes, setup.roster.clients) = (3, 2 + chaos.rng.below(11) as u8);
        setup.config.workers = setup.roster.clients;
        chaos.at_locks = true;
        (setup, chaos)
    }

    /// How long it rests before it acts again.
    pub fn rest(&mut self) -> Span {
        if self.rng.per_mille(150) {
            // Two faults at once, or nearly so.
            return self.rng.between(Span::ZERO, Span::millis(20));
        }
        self.rng.between(Span::millis(100), Span::millis(2_400))
    }

    /// Does one thing, if one of a few tries can be done now.
    pub fn act(&mut self, session: &mut Session) {
        let view = session.view();
        self.bare = self.bare.filter(|bare| view.shards.iter().any(|shard| shard.view.in_sync.contains(bare)));
        for _ in 0..8 {
            let Some(action) = self.draw(&view) else { continue };
            let mends = match action {
                Action::Revive(_) | Action::Thaw(_) | Action::Heal(..) | Action::HealOneWay(..) | Action::Rejoin(_) | Action::Mend(_) => {
                    true
                }
                Action::Slow(_, times) => times == 1,
                Action::Kill(_)
                | Action::Wipe(_)
                | Action::Add(_)
                | Action::Drain(_)
                | Action::Salvage(_)
                | Action::Freeze(_)
                | Action::Drift(..)
                | Action::Cut(..)
                | Action::CutOneWay(..)
                | Action::Isolate(_)
                | Action::Fail(_) => false,
            };
            if (mends || self.bare.is_none()) && session.dispatch(action).is_ok() {
                if let Action::Wipe(name) = action {
                    self.bare = session.setup().roster.pid(name);
                }
                return;
            }
        }
    }

    fn draw(&mut self, view: &ClusterView) -> Option<Action> {
        let all: fn(&ProcessView) -> bool = |_| true;
        let node = |p: &ProcessView| p.name.kind == Kind::Node;
        let other = |p: &ProcessView| matches!(p.name.kind, Kind::Client | Kind::Balancer);
        let inside = |p: &ProcessView| view.locks.iter().any(|lock| lock.inside.iter().any(|it| it.who == p.pid));
        let control = |p: &ProcessView| p.name.kind == Kind::Coordinator;
        let absent = |p: &ProcessView| node(p) && (p.standing == Standing::None || p.standing == Standing::Draining);
        if self.at_locks && self.rng.per_mille(700) {
            return self.at_a_lock(view);
        }
        if self.rng.per_mille(60) {
            return Some(if self.rng.per_mille(500) {
                Action::Add(self.pick(view, absent)?)
            } else {
                Action::Drain(self.pick(view, node)?)
            });
        }
        Some(match self.rng.below(100) {
            0..11 => Action::Kill(self.pick(view, node)?),
            11..16 => Action::Kill(self.pick(view, control)?),
            16..18 => Action::Kill(self.pick(view, other)?),
            18..38 => Action::Revive(self.pick(view, |p| p.health == Health::Down)?),
            38..42 => Action::Freeze(self.pick(view, node)?),
            42..44 => Action::Freeze(self.pick(view, other)?),
            // Between two steps of its critical section.
            44..47 => Action::Freeze(self.pick(view, inside)?),
            47..49 => Action::Freeze(self.pick(view, control)?),
            49..63 => Action::Thaw(self.pick(view, |p| p.health == Health::Frozen)?),
            63..67 => Action::Isolate(self.pick(view, all)?),
            67..71 => Action::Cut(self.pick(view, all)?, self.pick(view, all)?),
            71..77 => Action::CutOneWay(self.pick(view, all)?, self.pick(view, all)?),
            77..88 => Action::Rejoin(self.pick(view, |p| !p.cut_to.is_empty())?),
            88..91 => Action::Slow(self.pick(view, all)?, 2 + self.rng.below(19) as u16),
            91..94 => Action::Slow(self.pick(view, |p| p.slow > 1)?, 1),
            94..97 => Action::Drift(self.pick(view, all)?, self.rng.below(20_001) as i32 - 10_000),
            97..98 => Action::Wipe(self.pick(view, |p| control(p) && others_count(view, p.pid))?),
            _ => Action::Wipe(self.pick(view, |p| node(p) && may_be_wiped(view, p.pid))?),
        })
    }

    fn at_a_lock(&mut self, view: &ClusterView) -> Option<Action> {
        let worker = |p: &ProcessView| p.name.kind == Kind::Client;
        let control = |p: &ProcessView| p.name.kind == Kind::Coordinator;
        let inside = |p: &ProcessView| view.locks.iter().any(|lock| lock.inside.iter().any(|it| it.who == p.pid));
        let next = |p: &ProcessView| view.locks.iter().any(|lock| lock.queue.first().is_some_and(|it| it.client == p.pid));
        Some(match self.rng.below(100) {
            0..12 => Action::Freeze(self.pick(view, inside)?),
            12..20 => Action::Freeze(self.pick(view, next)?),
            20..24 => Action::Freeze(self.pick(view, worker)?),
            24..30 => Action::Kill(self.pick(view, inside)?),
            30..34 => Action::Kill(self.pick(view, next)?),
            34..40 => Action::Kill(self.pick(view, control)?),
            40..46 => Action::Cut(self.pick(view, inside)?, self.pick(view, control)?),
            46..52 => Action::CutOneWay(self.pick(view, control)?, self.pick(view, worker)?),
            52..56 => Action::Isolate(self.pick(view, inside)?),
            56..62 => Action::Drift(self.pick(view, |p| worker(p) || control(p))?, self.rng.below(20_001) as i32 - 10_000),
            62..76 => Action::Thaw(self.pick(view, |p| p.health == Health::Frozen)?),
            76..88 => Action::Revive(self.pick(view, |p| p.health == Health::Down)?),
            _ => Action::Rejoin(self.pick(view, |p| !p.cut_to.is_empty())?),
        })
    }

    fn pick(&mut self, view: &ClusterView, fits: impl Fn(&ProcessView) -> bool) -> Option<Name> {
        let names: Vec<Name> = view.processes.iter().filter(|p| fits(p)).map(|p| p.name).collect();
        (!names.is_empty()).then(|| names[self.rng.below(names.len() as u32) as usize])
    }
}

/// Whether every other coordinator, dead or alive, has what it has promised: nobody else has lost a disk and is not readmitted
/// yet. The only coordinator's disk must not be lost.
fn others_count(view: &ClusterView, coordinator: Pid) -> bool {
    let mut others = view.coordinators.iter().filter(|it| it.pid != coordinator);
    view.coordinators.len() > 1 && others.all(|it| !it.newcomer)
}

/// Whether the control plane hears and is heard by everyone, and every shard with a copy on `node` has two other living,
/// complete copies in its in-sync set.
fn may_be_wiped(view: &ClusterView, node: Pid) -> bool {
    let lives = |pid: Pid| view.processes[pid.index()].health == Health::Up;
    let mut control = view.present().filter(|process| process.name.kind == Kind::Coordinator);
    let hears = |k: &ProcessView| k.cut_to.is_empty() && !view.present().any(|p| p.cut_to.contains(&k.pid));
    let watched = control.all(|k| lives(k.pid) && hears(k));
    watched
        && view.shards.iter().filter(|shard| shard.replicas.iter().any(|replica| replica.node == node)).all(|shard| {
            let commit = shard.replicas.iter().map(|replica| replica.commit).max();
            let complete = shard.replicas.iter().filter(|replica| {
                replica.node != node && lives(replica.node) && shard.view.in_sync.contains(&replica.node) && Some(replica.stored) >= commit
            });
            complete.count() >= 2
        })
}

/// Undoes all that was done: from here on the cluster has to come to rest.
pub fn heal_everything(session: &mut Session) {
    let names: Vec<Name> = session.view().processes.iter().map(|process| process.name).collect();
    for name in names {
        for undo in [Action::Thaw(name), Action::Revive(name), Action::Rejoin(name), Action::Slow(name, 1), Action::Mend(name)] {
            if session.admits(undo).is_ok() {
                session.dispatch(undo).expect("it was admitted just now");
            }
        }
    }
}

/// What is still wrong with a cluster that has had time to come to rest: nothing, if it heals itself.
pub fn unrest(session: &Session) -> Vec<String> {
    let (view, setup, now) = (session.view(), session.setup(), session.now());
    let name = |pid: Pid| setup.roster.name(pid);
    let copies = usize::from(setup.config.replicas.min(setup.roster.nodes));
    let mut out = Vec::new();
    for shard in &view.shards {
        if shard.server.is_none() {
            out.push(format!("shard {} has no server", shard.id.0));
        }
        let wanted = ring_answer(&view.ring, shard.id, setup.config.shards, copies);
        let list = |pids: &[Pid]| pids.iter().map(|&pid| name(pid).to_string()).collect::<String>();
        let held: Vec<Pid> = shard.replicas.iter().map(|replica| replica.node).collect();
        let agrees = shard.view.in_sync.len() == wanted.len() && wanted.iter().all(|pid| shard.view.in_sync.contains(pid));
        if !agrees || shard.view.primary != wanted.first().copied() || held.len() != copies {
            let (in_sync, held) = (list(&shard.view.in_sync), list(&held));
            out.push(format!("shard {} is wanted on {}, in sync on {in_sync}, held by {held}", shard.id.0, list(&wanted)));
        }
        if shard.view.in_sync.len() < copies {
            out.push(format!("shard {} has {} of {copies} copies in sync", shard.id.0, shard.view.in_sync.len()));
        }
    }
    for process in view.present().filter(|process| process.health == Health::Up) {
        if matches!(process.standing, Standing::Joining | Standing::Receiving | Standing::Draining) {
            out.push(format!("{} is still on its way", process.name));
        }
        if let Some((by, since)) = process.suspected {
            out.push(format!("{} lives, but {} has suspected it since {since} s", process.name, name(by)));
        }
    }
    // Everybody that waits is served before this, even if each one before it in the queue uses a whole lease.
    let patience = Span::secs(10) + setup.config.lock_times().lease.scale(u64::from(setup.config.workers), 2);
    for worker in setup.roster.of(Kind::Client).take(usize::from(setup.config.workers)) {
        let granted = session.facts().iter().rev().find(|fact| is_granted(&fact.what, worker));
        match granted {
            Some(fact) if now.since(fact.at) <= patience => {}
            Some(fact) => out.push(format!("{} was granted no lock since {} s", name(worker), fact.at)),
            None => out.push(format!("{} was never granted a lock", name(worker))),
        }
    }
    out
}

fn is_granted(what: &What<Note>, worker: Pid) -> bool {
    matches!(what, What::Note(Note::Lock(LockNote::Granted { session, .. })) if session.client == worker)
}
