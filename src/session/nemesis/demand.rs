//! What a core must bring about, how long it may take, and where that may not be expected of it.

use crate::cluster::observe::view::{ClusterView, Health, LockView, Office, ProcessView, ShardView, Standing, Waiting};
use crate::cluster::setup::config::{Ack, Config};
use crate::cluster::setup::deadlines::{answer, is_light, notice, turn};
use crate::cluster::setup::name::{Kind, Roster};
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::ShardId;
use crate::session::Session;
use crate::session::nemesis::core::{Core, enough, is_worker, owns, to_write};
use crate::session::nemesis::harm::bearable;
use crate::session::nemesis::ledger::Ledger;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What the core must bring about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Demand {
    /// Somebody serves the shard.
    Served(ShardId),
    /// The client of the core is answered, whatever it asks for.
    Answered(Pid),
    /// As many living copies count as the core has nodes for, R at most.
    Copies(ShardId),
    /// The lock goes on from one to the next.
    Passed(LockId),
    /// The worker of the core is granted a lock in its turn.
    Granted(Pid),
    /// The node of the core is not suspected.
    Trusted(Pid),
    /// The node of the core is not on its way into the ring or out of it for ever.
    Arrived(Pid),
}

impl Demand {
    /// What kind it is, in a word.
    pub const fn word(self) -> &'static str {
        match self {
            Demand::Served(_) => "served",
            Demand::Answered(_) => "answered",
            Demand::Copies(_) => "copies",
            Demand::Passed(_) => "passed",
            Demand::Granted(_) => "granted",
            Demand::Trusted(_) => "trusted",
            Demand::Arrived(_) => "arrived",
        }
    }

    /// It, in words.
    pub fn tell(self, roster: &Roster) -> String {
        match self {
            Demand::Served(shard) => format!("shard {} has no server", shard.0),
            Demand::Answered(client) => format!("{} gets no answer", roster.name(client)),
            Demand::Copies(shard) => format!("shard {} has too few copies", shard.0),
            Demand::Passed(lock) => format!("lock {} is granted to nobody", lock.0),
            Demand::Granted(worker) => format!("{} is granted no lock", roster.name(worker)),
            Demand::Trusted(node) => format!("{} lives and is suspected", roster.name(node)),
            Demand::Arrived(node) => format!("{} is still on its way", roster.name(node)),
        }
    }
}

/// Why something may not be demanded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Excuse {
    /// Every copy of a shard that counted has lost its disk: nobody may lead as if nothing were missing.
    LastCopyLost,
    /// Where majorities acknowledge: fewer whole copies than it takes to be sure that one of them has everything.
    TooFewToProve,
    /// Every copy that counts is outside: those inside were away for too long when they were mended, and had ceased to count, or did
    /// so before anybody could have noticed that they were back.
    OnlyOutside,
    /// The core has fewer nodes on the ring than a write needs copies: reads are served, writes are refused.
    TooFewToWrite,
    /// A node outside that the leader hears and that hears the leader is cut from somebody in the core, or slow: nothing tells the
    /// control plane that others cannot work with it.
    GreyNode,
    /// A copy is wanted on a node that is away and cannot be spared: without it the ring would have fewer nodes than copies.
    OwnerIsAway,
    /// The lock is held by a worker outside that lives and keeps it, but cannot finish its work: nobody may take it from it.
    HolderIsStuck,
    /// The lock's document is in a shard that may not be written, by another reason of these.
    DocumentIsStuck,
    /// The leader is outside and cut from this one worker. It reaches everybody by whom it could be measured.
    LeaderIsFar,
    /// The leader is outside and misses nodes of the core, but no coordinator of the core with which it can compare itself reaches more
    /// nodes: yielding would only turn the tables.
    EvenReach,
    /// The detector suspects whoever is silent for as long as the living are now and then, between two heartbeats.
    EagerDetector,
    /// The nodes may have more work than they can do.
    Overload,
    /// Workers give up sooner than their turn can come.
    Impatience,
    /// Too few coordinators have kept their memory; or the only one has lost it, and not every node is there to say what it knows.
    ControlLost,
    /// The run has no more room in its journal or its link, or no more time.
    NoRoom,
    /// More messages are lost than anybody works with: only promises are to be kept.
    Storm,
}

impl Excuse {
    /// All of them.
    pub const ALL: [Excuse; 16] = [
        Excuse::LastCopyLost,
        Excuse::TooFewToProve,
        Excuse::OnlyOutside,
        Excuse::TooFewToWrite,
        Excuse::GreyNode,
        Excuse::OwnerIsAway,
        Excuse::HolderIsStuck,
        Excuse::DocumentIsStuck,
        Excuse::LeaderIsFar,
        Excuse::EvenReach,
        Excuse::EagerDetector,
        Excuse::Overload,
        Excuse::Impatience,
        Excuse::ControlLost,
        Excuse::NoRoom,
        Excuse::Storm,
    ];

    /// Its word in the report.
    pub const fn word(self) -> &'static str {
        match self {
            Excuse::LastCopyLost => "last-copy-lost",
            Excuse::TooFewToProve => "too-few-to-prove",
            Excuse::OnlyOutside => "only-outside",
            Excuse::TooFewToWrite => "too-few-to-write",
            Excuse::GreyNode => "grey-node",
            Excuse::OwnerIsAway => "owner-is-away",
            Excuse::HolderIsStuck => "holder-is-stuck",
            Excuse::DocumentIsStuck => "document-is-stuck",
            Excuse::LeaderIsFar => "leader-is-far",
            Excuse::EvenReach => "even-reach",
            Excuse::EagerDetector => "eager-detector",
            Excuse::Overload => "overload",
            Excuse::Impatience => "impatience",
            Excuse::ControlLost => "control-lost",
            Excuse::NoRoom => "no-room",
            Excuse::Storm => "storm",
        }
    }
}

/// Losses beyond which a cluster is not asked to have everything in order at one and the same instant: its nodes fall silent by
/// chance, now this one, now that one. Per thousand.
const CALM: u16 = 30;

/// Whether everything must be in order at one instant, or each thing at some instant.
pub(super) fn must_be_calm(config: &Config) -> bool {
    config.loss <= CALM
}

/// A core, and all by which it is judged at one instant.
pub(super) struct Judge<'a> {
    pub(super) session: &'a Session,
    pub(super) ledger: &'a Ledger,
    pub(super) core: &'a Core,
    pub(super) view: &'a ClusterView,
    /// When the core was mended.
    since: Time,
    /// Whether the control plane lost its memory.
    forgot: bool,
    /// Whether an operator chooses whose copy counts, where one has to.
    operator: bool,
    /// Who leads the coordinators, as far as one does.
    leader: Option<Pid>,
}

/// What changes what may be demanded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    /// Whether the control plane lost its memory.
    pub(super) forgot: bool,
    /// Whether an operator chooses whose copy counts, where one has to.
    pub(super) operator: bool,
}

impl<'a> Judge<'a> {
    /// Judges a core that was mended at `since`, `under` these circumstances.
    pub(super) fn new(
        since: Time,
        under: Circumstances,
        session: &'a Session,
        ledger: &'a Ledger,
        core: &'a Core,
        view: &'a ClusterView,
    ) -> Judge<'a> {
        let leaders = view.coordinators.iter().filter(|it| it.office == Some(Office::Leader));
        let leader = leaders.max_by_key(|it| it.term).map(|it| it.pid);
        let Circumstances { forgot, operator } = under;
        Judge { session, ledger, core, view, since, forgot, operator, leader }
    }

    /// What is not so at this instant, each with an excuse if there is one.
    pub(super) fn unmet(&self) -> Vec<(Demand, Option<Excuse>)> {
        let setup = self.session.setup();
        let now = self.session.now();
        let mut out = Vec::new();
        let general = self.general_excuse();
        let mut say = |demand, excuse: Option<Excuse>| out.push((demand, general.or(excuse)));
        let some_shard = self.view.shards.iter().find_map(|shard| self.write_excuse(shard));
        for shard in &self.view.shards {
            let excuse = self.shard_excuse(shard);
            if shard.server.is_none() {
                say(Demand::Served(shard.id), excuse);
            }
            let living = shard.view.in_sync.iter().filter(|&&pid| self.process(pid).health == Health::Up).count();
            if living < self.core.owners(self.view).min(usize::from(setup.config.replicas)) {
                say(Demand::Copies(shard.id), excuse.or_else(|| self.copies_excuse(shard)));
            }
        }
        let overload = (!is_light(setup)).then_some(Excuse::Overload);
        let too_few = (self.core.owners(self.view) < to_write(&setup.config)).then_some(Excuse::TooFewToWrite).or(overload);
        let late = |last: Option<Time>, patience: Span| last.is_none_or(|last| now.since(last) > patience);
        for &pid in self.core.members() {
            let p = self.process(pid);
            match p.name.kind {
                Kind::Client if is_worker(self.session, pid) => {
                    if late(self.ledger.granted(pid), turn(setup)) {
                        let stuck = self.view.locks.iter().find_map(|lock| self.lock_excuse(lock));
                        say(Demand::Granted(pid), too_few.or(stuck).or_else(|| self.worker_excuse(pid)));
                    }
                }
                Kind::Client => {
                    if late(self.ledger.answered(pid), answer(&setup.config)) {
                        say(Demand::Answered(pid), too_few.or(some_shard));
                    }
                }
                Kind::Node => {
                    // One that has left, nobody minds any more.
                    if p.suspected.is_some() && p.standing != Standing::None {
                        say(Demand::Trusted(pid), setup.config.is_eager().then_some(Excuse::EagerDetector));
                    }
                    if matches!(p.standing, Standing::Joining | Standing::Receiving | Standing::Draining) {
                        say(Demand::Arrived(pid), some_shard.or_else(|| self.away_excuse()));
                    }
                }
                Kind::Coordinator | Kind::Balancer => {}
            }
        }
        // Chance may leave a lock alone for long; that a worker which wants one gets it is demanded above.
        let wanted = |lock: &&LockView| lock.holder.is_some() || !lock.queue.is_empty();
        for lock in self.view.locks.iter().filter(wanted).filter(|_| self.has_workers()) {
            if late(self.ledger.lock(lock.id), turn(setup).scale(u64::from(setup.config.locks), 1)) {
                let stuck = self.view.locks.iter().find_map(|lock| self.lock_excuse(lock));
                let far = self.core.members().iter().filter(|&&pid| is_worker(self.session, pid)).all(|&pid| self.is_far(pid));
                say(Demand::Passed(lock.id), too_few.or(stuck).or(far.then_some(Excuse::LeaderIsFar)));
            }
        }
        out
    }

    fn has_workers(&self) -> bool {
        self.core.members().iter().any(|&pid| is_worker(self.session, pid))
    }

    fn process(&self, pid: Pid) -> &ProcessView {
        &self.view.processes[pid.index()]
    }

    fn cut(&self, a: Pid, b: Pid) -> bool {
        self.process(a).cut_to.contains(&b) || self.process(b).cut_to.contains(&a)
    }

    fn general_excuse(&self) -> Option<Excuse> {
        let sure = self.view.coordinators.iter().filter(|it| !it.newcomer && self.core.has(it.pid)).count();
        if self.session.is_over() {
            Some(Excuse::NoRoom)
        } else if self.forgot && self.view.present().any(|p| p.name.kind == Kind::Node && !self.core.has(p.pid)) {
            // Whoever is not heard may have been the last to lead.
            Some(Excuse::ControlLost)
        } else if sure <= self.view.coordinators.len() / 2 && self.view.coordinators.len() > 1 {
            Some(Excuse::ControlLost)
        } else if self.leader.is_some_and(|leader| !self.core.has(leader) && self.is_as_good_as_any(leader)) {
            Some(Excuse::EvenReach)
        } else {
            None
        }
    }

    /// Whether a leader outside misses nodes of the core, but no coordinator of the core that it asks and hears reaches more nodes.
    fn is_as_good_as_any(&self, leader: Pid) -> bool {
        // One that has left does not count.
        let counts = |p: &ProcessView| p.name.kind == Kind::Node && p.health == Health::Up && p.standing != Standing::None;
        let nodes = || self.view.present().filter(|p| counts(p));
        let reaches = |k: Pid| nodes().filter(|p| !self.cut(k, p.pid)).count();
        let misses = nodes().any(|p| self.core.has(p.pid) && self.cut(leader, p.pid));
        let council = self.view.coordinators.iter().filter(|it| self.core.has(it.pid) && !self.cut(it.pid, leader));
        misses && council.map(|it| reaches(it.pid)).all(|others| others <= reaches(leader))
    }

    /// Why a shard need not be served.
    fn shard_excuse(&self, shard: &ShardView) -> Option<Excuse> {
        let config = &self.session.setup().config;
        let whole = shard.view.in_sync.iter().filter(|&&pid| self.ledger.is_whole(pid, shard.id));
        if self.operator && shard.waiting == Some(Waiting::Choice) && shard.replicas.iter().any(|copy| self.core.has(copy.node)) {
            return None; // it has been chosen
        }
        if shard.view.unknown && !shard.view.in_sync.iter().all(|&pid| self.core.has(pid)) {
            return Some(Excuse::TooFewToProve); // the control plane has lost its memory: all copies have to be looked at
        }
        if self.ledger.has_heir(shard.id, |pid| self.core.has(pid)) {
            return None; // it has everything, and nobody has more
        }
        let (left, inside) = (whole.clone().count(), whole.filter(|&&pid| self.core.has(pid)).count());
        match config.ack {
            Ack::Primary | Ack::InSync if left == 0 => return Some(Excuse::LastCopyLost),
            Ack::Primary | Ack::InSync if inside == 0 && self.ledger.shrunk(shard.id) < self.since + notice(config) => {
                return Some(Excuse::OnlyOutside);
            }
            Ack::Primary | Ack::InSync => {}
            Ack::Majority if self.ledger.lost(shard.id) > bearable(config.replicas.into()) => return Some(Excuse::LastCopyLost),
            Ack::Majority => {
                let together = left > 0 && self.ledger.all_are(shard.id, |pid| self.core.has(pid));
                if inside < enough(shard, config.replicas) && !together {
                    return Some(Excuse::TooFewToProve);
                }
            }
        }
        shard.view.primary.filter(|&pid| self.is_grey(pid, [])).map(|_| Excuse::GreyNode)
    }

    /// Why a shard need not have all its copies.
    fn copies_excuse(&self, shard: &ShardView) -> Option<Excuse> {
        let named = || shard.wanted.iter().chain(&shard.view.in_sync).chain(&shard.view.learners).copied();
        named().any(|pid| self.is_grey(pid, named())).then_some(Excuse::GreyNode)
    }

    /// Why a shard need not take writes: it need not be served, or need not have as many copies as a write asks for.
    fn write_excuse(&self, shard: &ShardView) -> Option<Excuse> {
        let living = shard.view.in_sync.iter().filter(|&&pid| self.process(pid).health == Health::Up).count();
        let few = living < to_write(&self.session.setup().config);
        self.shard_excuse(shard).or_else(|| self.copies_excuse(shard).filter(|_| few))
    }

    /// Why a node need not arrive: what it waits for is wanted on somebody who is away, or cannot be reached by all.
    fn away_excuse(&self) -> Option<Excuse> {
        let owners = || self.view.present().filter(|p| owns(p));
        if owners().any(|p| self.is_grey(p.pid, owners().map(|p| p.pid))) {
            Some(Excuse::GreyNode)
        } else {
            owners().any(|p| p.health != Health::Up || self.is_out_of_touch(p.pid)).then_some(Excuse::OwnerIsAway)
        }
    }

    /// Whether somebody outside cannot speak with the leader, one way or the other.
    fn is_out_of_touch(&self, pid: Pid) -> bool {
        !self.core.has(pid) && self.leader.is_none_or(|leader| self.cut(leader, pid))
    }

    /// Whether a node is outside, in touch with the leader, and yet out of reach for some of the core or of these, or slow.
    fn is_grey(&self, pid: Pid, these: impl IntoIterator<Item = Pid>) -> bool {
        let p = self.process(pid);
        let mut others = self.core.members().iter().copied().chain(these);
        p.health == Health::Up
            && !self.core.has(pid)
            && !self.is_out_of_touch(pid)
            && (p.slow > 1 || others.any(|other| other != pid && self.cut(other, pid)))
    }

    /// Why a lock need not be granted: its holder outside lives and may keep it, or what it wants to write cannot be written.
    fn lock_excuse(&self, lock: &LockView) -> Option<Excuse> {
        let document = &self.view.shards[usize::from(lock.shard.0)];
        if self.write_excuse(document).is_some() {
            return Some(Excuse::DocumentIsStuck);
        }
        let holder = lock.holder.as_ref()?.session.client;
        let p = self.process(holder);
        let mut balancers = self.view.present().filter(|p| p.name.kind == Kind::Balancer);
        let shut_out = balancers.any(|door| door.health != Health::Up || self.cut(door.pid, holder));
        // Between two leaders it may still be heard by the next.
        let heard = self.leader.is_none_or(|leader| !self.cut(leader, holder));
        (!self.core.has(holder) && p.health == Health::Up && heard && shut_out).then_some(Excuse::HolderIsStuck)
    }

    fn worker_excuse(&self, worker: Pid) -> Option<Excuse> {
        let config = &self.session.setup().config;
        // Each of those before it reads, thinks and writes, and may use its whole lease.
        let longest = (config.think_max + config.lock_lease).scale(u64::from(config.workers), 1);
        if config.lock_patience > Span::ZERO && config.lock_patience < longest {
            return Some(Excuse::Impatience);
        }
        self.is_far(worker).then_some(Excuse::LeaderIsFar)
    }

    /// Whether a leader outside cannot speak with a worker.
    fn is_far(&self, worker: Pid) -> bool {
        self.leader.is_some_and(|leader| !self.core.has(leader) && self.cut(leader, worker))
    }
}
