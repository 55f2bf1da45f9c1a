//! The core of a cluster: those who are whole again after the faults, while everything around them stays as broken as it was
//! (as TigerBeetle's simulator judges liveness). Whoever is outside may be dead, frozen, slow or cut, in one direction too,
//! and towards the core as well.

use crate::cluster::observe::view::{ClusterView, Health, ProcessView, ShardView, Standing};
use crate::cluster::setup::config::{Ack, Config};
use crate::cluster::setup::name::{Kind, Name};
use crate::session::Session;
use crate::session::action::Action;
use crate::session::nemesis::ledger::Ledger;
use crate::session::nemesis::recipe::one;
use crate::sim::id::Pid;
use crate::sim::rng::Rng;

/// Who belongs to the core.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Core {
    members: Vec<Pid>,
}

/// A process of the core that is not whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotWhole(pub Pid);

impl Core {
    /// Draws a core: a majority of the coordinators that have their memory, so many copies of each shard that one of them can be
    /// known to have everything, a balancer, and some clients. What is drawn beyond that is left to chance; all nodes, often, if the
    /// control plane has to learn from them what it knew.
    pub(super) fn draw(session: &Session, ledger: &Ledger, forgot: bool, rng: &mut Rng) -> Core {
        let view = session.view();
        let mut core = Core { members: Vec::new() };
        core.coordinators(&view, rng);
        core.nodes(session, ledger, &view, forgot, rng);
        let of = |kind: Kind| view.present().filter(move |p| p.name.kind == kind).map(|p| p.pid).collect::<Vec<Pid>>();
        core.some(of(Kind::Balancer), 1, 2, rng);
        let (workers, plain) = of(Kind::Client).into_iter().partition(|&pid| is_worker(session, pid));
        core.some(workers, 1, 4, rng);
        core.some(plain, 1, 4, rng);
        core
    }

    /// Everybody who is there.
    pub fn everybody(session: &Session) -> Core {
        Core { members: session.view().present().map(|p| p.pid).collect() }
    }

    /// Whether somebody belongs to it.
    pub fn has(&self, pid: Pid) -> bool {
        self.members.contains(&pid)
    }

    /// Its members, in no order.
    pub fn members(&self) -> &[Pid] {
        &self.members
    }

    fn coordinators(&mut self, view: &ClusterView, rng: &mut Rng) {
        let mut sure: Vec<Pid> = view.coordinators.iter().filter(|it| !it.newcomer).map(|it| it.pid).collect();
        shuffle(&mut sure, rng);
        let most = view.coordinators.len() / 2 + 1;
        let rest = sure.split_off(most.min(sure.len()));
        self.members.extend(sure);
        let newcomers = view.coordinators.iter().filter(|it| it.newcomer).map(|it| it.pid);
        // Where too few are left, all: whatever can be expected of them, they can do together.
        let often = if self.members.len() < most { 1_000 } else { 300 };
        self.members.extend(rest.into_iter().chain(newcomers).filter(|_| rng.per_mille(often)));
    }

    /// Nodes in a random order, each only if a shard still needs it, or by chance.
    fn nodes(&mut self, session: &Session, ledger: &Ledger, view: &ClusterView, forgot: bool, rng: &mut Rng) {
        let config = &session.setup().config;
        let mut nodes: Vec<&ProcessView> = view.present().filter(|p| p.name.kind == Kind::Node).collect();
        shuffle(&mut nodes, rng);
        let more = if forgot { one(rng, &[0, 1_000]) } else { one(rng, &[0, 200, 500]) };
        for p in &nodes {
            let needed = |shard: &ShardView| ledger_needs(self, ledger, shard, p.pid, config.ack, config.replicas);
            if view.shards.iter().any(needed) || rng.per_mille(more) {
                self.members.push(p.pid);
            }
        }
        // As many as a write needs, where there are as many.
        for p in nodes {
            if self.owners(view) < to_write(config) && !self.has(p.pid) && owns(p) {
                self.members.push(p.pid);
            }
        }
    }

    /// How many nodes of the core belong to the ring.
    pub(super) fn owners(&self, view: &ClusterView) -> usize {
        view.present().filter(|p| self.has(p.pid) && owns(p)).count()
    }

    fn some(&mut self, mut of: Vec<Pid>, least: u32, most: u32, rng: &mut Rng) {
        shuffle(&mut of, rng);
        of.truncate((least + rng.below(most - least + 1)) as usize);
        self.members.extend(of);
    }

    /// More faults for those outside, as they would be at the end of a long day: each is left as it is, or struck once more.
    pub(super) fn scar_the_rest(&self, session: &mut Session, rng: &mut Rng) {
        let view = session.view();
        let names = |fits: &dyn Fn(&ProcessView) -> bool| -> Vec<Name> { view.present().filter(|&p| fits(p)).map(|p| p.name).collect() };
        let inside = |p: &ProcessView| self.has(p.pid);
        let core = names(&inside);
        let council = names(&|p| inside(p) && p.name.kind == Kind::Coordinator);
        let nodes = names(&|p| inside(p) && p.name.kind == Kind::Node);
        for p in view.present().filter(|p| !self.has(p.pid)) {
            let (it, other) = (p.name, one(rng, &core));
            let towards = |all: &[Name]| all.iter().map(|&to| Action::CutOneWay(it, to)).collect::<Vec<_>>();
            let deaf_to = |all: &[Name]| all.iter().map(|&from| Action::CutOneWay(from, it)).collect::<Vec<_>>();
            let doors = names(&|p| inside(p) && p.name.kind == Kind::Balancer);
            let kind = match p.name.kind {
                // Whom a coordinator reaches decides what it may do: mostly it is cut from all of one kind.
                Kind::Coordinator => one(rng, &[0, 1, 2, 3, 4, 6, 7, 8, 8, 9, 9, 10, 14, 14]),
                Kind::Node | Kind::Balancer | Kind::Client => rng.below(14),
            };
            let scars = match kind {
                0 => vec![Action::Kill(it)],
                1 => vec![Action::Freeze(it)],
                2 => vec![Action::Slow(it, 2 + rng.below(19) as u16)],
                3 => vec![Action::CutOneWay(it, other)],
                4 => vec![Action::CutOneWay(other, it)],
                5 => vec![Action::Cut(it, other)],
                6 => deaf_to(&council),
                7 => towards(&council),
                8 => deaf_to(&nodes).into_iter().chain(towards(&nodes)).collect(),
                // Only those who ask the coordinators where to go.
                9 => deaf_to(&doors).into_iter().chain(towards(&doors)).collect(),
                // One that may still lead, but learns late whom others reach.
                14 => [Action::Slow(it, 20 + rng.below(61) as u16)].into_iter().chain(towards(&nodes)).collect(),
                _ => Vec::new(),
            };
            for scar in scars {
                // What changes nothing is not done.
                let _ = session.dispatch(scar);
            }
        }
    }

    /// Mends everything inside: revived, thawed, at normal speed, with a clock within its bound, and able to speak with everybody
    /// else inside. Nothing outside changes, nor how those outside reach those inside.
    ///
    /// # Errors
    /// If there is no room left in the link: then a member is not whole.
    pub(super) fn mend(&self, session: &mut Session, ledger: &Ledger) -> Result<(), NotWhole> {
        let view = session.view();
        let inside = |pid: Pid| self.has(pid) || !view.processes[pid.index()].present;
        let cut_with = |p: &ProcessView| -> Vec<Pid> {
            let mut all = p.cut_to.clone();
            all.extend(
                view.processes.iter().filter(|other| other.cut_to.contains(&p.pid) && !p.cut_to.contains(&other.pid)).map(|it| it.pid),
            );
            all
        };
        let mut mends = Vec::new();
        let mut rejoined = Vec::new();
        for p in view.processes.iter().filter(|p| self.has(p.pid)) {
            if p.health == Health::Frozen {
                mends.push(Action::Thaw(p.name));
            }
            if p.health == Health::Down {
                mends.push(Action::Revive(p.name));
            }
            if p.slow > 1 {
                mends.push(Action::Slow(p.name, 1));
            }
            if ledger.drift(p.pid).unsigned_abs() > session.setup().config.drift_bound {
                mends.push(Action::Drift(p.name, 0));
            }
            let cut = cut_with(p);
            if cut.len() > 2 && cut.iter().all(|&pid| inside(pid)) {
                mends.push(Action::Rejoin(p.name));
                rejoined.push(p.pid);
            }
        }
        for a in view.processes.iter().filter(|p| self.has(p.pid) && !rejoined.contains(&p.pid)) {
            for b in a.cut_to.iter().filter(|&&pid| self.has(pid) && !rejoined.contains(&pid)).map(|&pid| &view.processes[pid.index()]) {
                if !b.cut_to.contains(&a.pid) {
                    mends.push(Action::HealOneWay(a.name, b.name));
                } else if a.pid < b.pid {
                    mends.push(Action::Heal(a.name, b.name));
                }
            }
        }
        // Nobody replaces a leader that beats its heart and answers errors: of those outside nothing more is promised for it.
        mends.extend(view.processes.iter().filter(|p| p.fails).map(|p| Action::Mend(p.name)));
        for mend in mends {
            // A link that is full refuses it: that is told below.
            let _ = session.dispatch(mend);
        }
        self.is_whole(session)
    }

    /// Whether everybody inside runs at normal speed and can speak with everybody else inside.
    pub(super) fn is_whole(&self, session: &Session) -> Result<(), NotWhole> {
        let view = session.view();
        let is_well = |p: &ProcessView| p.health == Health::Up && p.slow == 1 && !p.fails && !p.cut_to.iter().any(|&to| self.has(to));
        match view.processes.iter().find(|p| self.has(p.pid) && !is_well(p)) {
            Some(p) => Err(NotWhole(p.pid)),
            None => Ok(()),
        }
    }
}

/// Whether a shard lacks copies in the core that this node could give it.
fn ledger_needs(core: &Core, ledger: &Ledger, shard: &ShardView, node: Pid, ack: Ack, replicas: u8) -> bool {
    let whole = |pid: Pid| shard.view.in_sync.contains(&pid) && ledger.is_whole(pid, shard.id);
    let there = shard.view.in_sync.iter().filter(|&&pid| core.has(pid) && whole(pid)).count();
    let left = shard.view.in_sync.iter().filter(|&&pid| whole(pid)).count();
    match ack {
        Ack::Primary | Ack::InSync if left == 0 => {
            !ledger.has_heir(shard.id, |pid| core.has(pid)) && ledger.has_heir(shard.id, |pid| pid == node)
        }
        Ack::Primary | Ack::InSync => there == 0 && whole(node),
        // Where too few that count are whole, all that ever counted have to come together.
        Ack::Majority if left < enough(shard, replicas) => ledger.has_counted(node, shard.id),
        Ack::Majority => there < enough(shard, replicas) && whole(node),
    }
}

/// So many copies that count that every majority has one of them.
pub(super) fn enough(shard: &ShardView, replicas: u8) -> usize {
    shard.view.in_sync.len().max(usize::from(replicas)).div_ceil(2)
}

/// So many copies that count that a write is taken: what the recipe asks for, and what the mode needs to acknowledge one at all.
pub(super) fn to_write(config: &Config) -> usize {
    let mode = match config.ack {
        Ack::Primary | Ack::InSync => 1,
        Ack::Majority => config.replicas / 2 + 1,
    };
    usize::from(mode.max(config.min_in_sync))
}

/// Whether a node belongs to the ring, so that copies may be wanted there.
pub(super) fn owns(p: &ProcessView) -> bool {
    p.name.kind == Kind::Node && matches!(p.standing, Standing::Member | Standing::Joining | Standing::Receiving)
}

/// Whether a client is a worker: the first of them are.
pub(super) fn is_worker(session: &Session, pid: Pid) -> bool {
    let name = session.setup().roster.name(pid);
    name.kind == Kind::Client && name.n < session.setup().config.workers
}

/// In a random order (Fisher and Yates).
fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for i in (1..items.len()).rev() {
        items.swap(i, rng.below(i as u32 + 1) as usize);
    }
}
