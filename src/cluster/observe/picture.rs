//! Builds the read-only view of a cluster, and answers the narrow questions that promises ask after every event.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::cluster::Cluster;
use crate::cluster::control::{Control, Decision, Part};
use crate::cluster::coordinator::ControlDisk;
use crate::cluster::node::Node;
use crate::cluster::node::shard_copy::ShardCopy;
use crate::cluster::observe::view::{
    ClusterView, CoordinatorView, Flight, Health, HolderView, InsideView, LockView, Logged, Office, ProcessView, ReplicaView, Role,
    ShardView, Sight, Standing, Write,
};
use crate::cluster::process::Disk;
use crate::cluster::setup::key::Key;
use crate::cluster::setup::rules::Rule;
use crate::cluster::store::Store;
use crate::cluster::store::document::Document;
use crate::cluster::wire::msg::LoggedOp;
use crate::proto::consensus::words::Log as DecisionLog;
use crate::proto::lock::token::LockId;
use crate::proto::replica::transfer::Incoming;
use crate::proto::replica::view::{Index, Log, ShardId, View, ViewNo};
use crate::sim::digest::Digest;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// How much of a log the page shows.
const TAIL: u32 = 8;

impl Sight for Cluster {
    fn now(&self) -> Time {
        Cluster::now(self)
    }

    fn serves(&self, node: Pid, shard: ShardId) -> bool {
        let Some(memory) = self.node(node).filter(|_| !self.world.is_frozen(node)) else { return false };
        let leased = self.world.local(node) < memory.lease_until() || !self.setup().rules.on(Rule::PrimaryLease);
        leased && memory.shard_copy(shard).is_some_and(|shard_copy| shard_copy.serving)
    }

    fn logged(&self, node: Pid, shard: ShardId, index: Index) -> Logged {
        let shard_copy = self.node(node).and_then(|node| node.shard_copy(shard));
        shard_copy.map_or(Logged::Nothing, |shard_copy| place(shard_copy.replica.log(), index))
    }

    fn has(&self, node: Pid, shard: ShardId, write: &Write) -> bool {
        let shard_copy = self.node(node).and_then(|node| node.shard_copy(shard));
        shard_copy.is_some_and(|shard_copy| holds(shard_copy.replica.log(), &shard_copy.base.store, write))
    }

    fn state(&self, node: Pid, shard: ShardId) -> Option<(Index, u64)> {
        let shard_copy = self.node(node)?.shard_copy(shard)?;
        Some((shard_copy.applied, Digest::of(&shard_copy.store)))
    }

    fn kept(&self, node: Pid, shard: ShardId, write: &Write) -> bool {
        match self.world.disk(node) {
            Disk::Node(disk) => disk.shards.get(&shard).is_some_and(|it| holds(&it.log, &it.base.store, write)),
            Disk::Empty | Disk::Control(_) => false,
        }
    }

    fn nodes(&self) -> Vec<Pid> {
        self.env().nodes.clone()
    }

    fn coordinators(&self) -> Vec<Pid> {
        self.env().coordinators.clone()
    }

    fn balancers(&self) -> Vec<Pid> {
        self.env().balancers.clone()
    }

    fn founders(&self) -> Vec<Pid> {
        let roster = self.setup().roster;
        self.env().nodes.iter().copied().filter(|&pid| roster.begins(pid)).collect()
    }

    fn tokens(&self) -> Rc<[(u64, Pid)]> {
        self.env().tokens(|_| true)
    }

    fn decisions_from(&self, coordinator: Pid) -> Index {
        self.coordinator(coordinator).map_or(Index(1), |it| it.raft().log().base().next())
    }

    fn decision(&self, coordinator: Pid, index: Index) -> Option<(u32, u64)> {
        let entry = self.coordinator(coordinator)?.raft().log().get(index)?;
        let mut print = Digest::default();
        entry.op.hash(&mut print);
        Some((entry.mark.0, print.finish()))
    }

    fn outcome(&self, coordinator: Pid, whole: bool) -> Option<(Index, u64)> {
        let it = self.coordinator(coordinator)?;
        Some((it.applied(), if whole { Digest::of(it.control()) } else { it.control().sketch() }))
    }

    fn believers(&self) -> Vec<(Pid, LockId)> {
        let inside = |&who: &Pid| Some((who, self.worker(who)?.inside()?));
        let inside = self.env().workers.iter().filter_map(inside);
        inside.filter(|(who, it)| self.world.local(*who) < it.until).map(|(who, it)| (who, it.lock)).collect()
    }

    fn shards(&self) -> u16 {
        self.setup().config.shards
    }

    fn copies(&self) -> usize {
        usize::from(self.setup().config.replicas)
    }
}

/// What stands at an index.
fn place(log: &Log<LoggedOp>, index: Index) -> Logged {
    match log.get(index) {
        Some(entry) => Logged::Entry(entry.op.as_ref().map(|(op, ..)| *op)),
        None if index <= log.base() => Logged::Snapshot,
        None => Logged::Nothing,
    }
}

/// Whether a write is in its place in the log, or in the state before the log: its key has been written, and its client's latest
/// result is of this operation or a later one.
fn holds(log: &Log<LoggedOp>, before: &Store, write: &Write) -> bool {
    match place(log, write.index) {
        Logged::Nothing => false,
        Logged::Entry(op) => op == Some(write.op),
        Logged::Snapshot => before.stands_for(write.op, write.key),
    }
}

impl Cluster {
    /// Every message under way, in the order of arrival, into `out` (cleared first).
    pub fn flights(&self, out: &mut Vec<Flight>) {
        out.clear();
        out.extend(self.world.under_way().map(|it| Flight {
            from: it.from,
            to: it.to,
            sent_at: it.sent_at,
            arrives_at: it.arrives_at,
            lost: it.lost,
            shape: it.msg.shape(),
            shard: it.msg.shard(),
            label: it.msg.label(),
        }));
    }

    /// The picture of this instant.
    pub fn view(&self) -> ClusterView {
        let (env, control) = (self.env(), self.control());
        ClusterView {
            now: self.now(),
            processes: env.setup.roster.pids().map(|pid| self.process_view(pid, &control)).collect(),
            coordinators: env.coordinators.iter().map(|&pid| self.coordinator_view(pid)).collect(),
            shards: (0..env.setup.config.shards).map(|i| self.shard_view(ShardId(i), &control)).collect(),
            locks: (0..env.setup.config.locks).map(|i| self.lock_view(LockId(i), &control)).collect(),
            ring: env.tokens(|pid| control.member(pid).is_some_and(|member| member.part == Part::In)),
            keys: env.points.clone(),
        }
    }

    fn coordinator_view(&self, pid: Pid) -> CoordinatorView {
        let Some(it) = self.coordinator(pid) else {
            let lost = ControlDisk::default();
            let disk = match self.world.disk(pid) {
                Disk::Control(disk) => disk,
                Disk::Empty | Disk::Node(_) => &lost,
            };
            let (term, log) = (disk.term.0, &disk.log);
            return CoordinatorView {
                pid,
                office: None,
                newcomer: !disk.member,
                term,
                voted: disk.voted,
                leader: None,
                sure: Span::ZERO,
                base: log.base(),
                last: log.last(),
                commit: disk.commit,
                stored: log.last(),
                tail: decisions(log),
                suspects: Vec::new(),
            };
        };
        let raft = it.raft();
        let office = match raft.stands() {
            Some(true) => Office::Asking,
            Some(false) => Office::Candidate,
            None if raft.is_leader() => Office::Leader,
            None => Office::Follower,
        };
        let sure = raft.leads_until(self.env().raft_config()).map_or(Span::ZERO, |until| until.since(self.world.local(pid)));
        let nodes = self.env().nodes.iter().copied();
        CoordinatorView {
            pid,
            office: Some(office),
            newcomer: raft.is_newcomer(),
            term: raft.term().0,
            voted: raft.voted(),
            leader: raft.leader(),
            sure,
            base: raft.log().base(),
            last: raft.log().last(),
            commit: raft.commit(),
            stored: raft.stored_upto(),
            tail: decisions(raft.log()),
            suspects: nodes.filter(|&node| it.suspects(node).is_some()).collect(),
        }
    }

    fn health(&self, pid: Pid) -> Health {
        match (self.world.process(pid), self.world.is_frozen(pid)) {
            (None, _) => Health::Down,
            (Some(_), true) => Health::Frozen,
            (Some(_), false) => Health::Up,
        }
    }

    fn queued(&self, pid: Pid) -> Option<(u16, u16)> {
        let config = &self.setup().config;
        let node = self.node(pid).filter(|_| config.service > Span::ZERO)?;
        let most = config.queue + u16::from(config.servers);
        assert!(node.queued() <= u32::from(most), "more requests are at a node than may be");
        Some((node.queued() as u16, most))
    }

    fn process_view(&self, pid: Pid, control: &Control) -> ProcessView {
        let env = self.env();
        let suspected = self.leader().and_then(|(observer, it)| Some((observer, it.suspects(pid)?)));
        let suspected = suspected.map(|(observer, local)| (observer, self.now() - self.world.local(observer).since(local)));
        let net = self.world.net();
        ProcessView {
            pid,
            name: env.setup.roster.name(pid),
            present: self.is_there(pid),
            health: self.health(pid),
            standing: self.standing(pid, control),
            boot: self.world.boot(pid).0,
            suspected,
            slow: net.slow(pid),
            fails: self.node(pid).is_some_and(Node::fails),
            cut_to: env.setup.roster.pids().filter(|&to| net.is_cut(pid, to)).collect(),
            queued: self.queued(pid),
            lease_left: self.node(pid).map_or(Span::ZERO, |node| node.lease_until().since(self.world.local(pid))),
        }
    }

    fn standing(&self, pid: Pid, control: &Control) -> Standing {
        let Some(member) = control.member(pid) else { return Standing::None };
        match member.part {
            Part::Spare => Standing::None,
            Part::Draining => Standing::Draining,
            Part::Out => Standing::Out,
            Part::In if self.health(pid) != Health::Up || !control.lacks(pid) => Standing::Member,
            Part::In if member.joining => Standing::Joining,
            Part::In => Standing::Receiving,
        }
    }

    fn shard_view(&self, id: ShardId, control: &Control) -> ShardView {
        let (view, wanted) = (control.view(id).clone(), control.order(id).to_vec());
        let nodes = &self.env().nodes;
        let replicas = nodes.iter().filter_map(|&node| self.replica_view(node, id, &view)).collect();
        let server = nodes.iter().copied().find(|&node| self.serves(node, id));
        ShardView { id, view, wanted, server, waiting: control.waiting(id), replicas }
    }

    fn replica_view(&self, node: Pid, shard: ShardId, view: &View) -> Option<ReplicaView> {
        let role = if view.primary == Some(node) {
            Some(Role::Primary)
        } else if view.in_sync.contains(&node) {
            Some(Role::Backup)
        } else if view.learners.contains(&node) {
            Some(Role::Learner)
        } else {
            None
        };
        let memory = self.node(node).and_then(|memory| memory.shard_copy(shard));
        if role.is_none() && memory.is_none() {
            return None;
        }
        let empty = Log::default();
        let on_disk = match self.world.disk(node) {
            Disk::Node(disk) => disk.shards.get(&shard),
            Disk::Empty | Disk::Control(_) => None,
        };
        let on_disk = on_disk.map_or((ViewNo(0), &empty, Index(0)), |disk| (disk.view, &disk.log, disk.commit));
        let (believes_view, log, commit, stored) = match memory {
            Some(it) => (it.replica.view(), it.replica.log(), it.replica.commit(), it.replica.stored_upto()),
            None => (on_disk.0, on_disk.1, on_disk.2, on_disk.1.last()),
        };
        let believes = memory.map(|it| match role {
            _ if it.replica.is_primary() => Role::Primary,
            Some(Role::Learner) => Role::Learner,
            Some(Role::Primary | Role::Backup) | None => Role::Backup,
        });
        let arriving = memory.and_then(|it| it.incoming.as_ref()).map(Incoming::progress);
        Some(ReplicaView {
            node,
            role,
            believes,
            believes_view,
            arriving,
            base: log.base(),
            last: log.last(),
            commit,
            stored,
            tail: tail(log),
        })
    }

    fn lock_view(&self, id: LockId, control: &Control) -> LockView {
        let (env, table) = (self.env(), &control.locks);
        let clock = self.world.local(control.clock().unwrap_or(env.coordinators[0]));
        let lease = env.setup.config.lock_times().lease;
        let holder = table.holder(id).map(|(session, token, ends)| HolderView { session, token, left: ends.since(clock), lease });
        let inside = env.workers.iter().filter_map(|&who| {
            let it = self.worker(who)?.inside().filter(|it| it.lock == id)?;
            Some(InsideView { who, token: it.token, step: it.step, left: it.until.since(self.world.local(who)) })
        });
        let key = env.documents[usize::from(id.0)];
        let document = self.document(key).cloned().unwrap_or_default();
        LockView {
            id,
            holder,
            queue: table.queue(id).map(|(session, _)| session).collect(),
            rests: table.rests_until(id).map_or(Span::ZERO, |until| until.since(clock)),
            inside: inside.collect(),
            last_token: table.last_token(),
            shard: key.shard,
            seen: document.seen,
            text: document.text,
        }
    }

    /// A document, by the living copy that has applied most (ties: the first node).
    fn document(&self, key: Key) -> Option<&Document> {
        let copies = self.env().nodes.iter().filter_map(|&node| self.node(node)?.shard_copy(key.shard));
        let best = copies.fold(None, |best: Option<&ShardCopy>, copy| match best {
            Some(best) if best.applied >= copy.applied => Some(best),
            Some(_) | None => Some(copy),
        });
        best?.store.document(key)
    }
}

fn decisions(log: &DecisionLog<Decision>) -> Vec<(Index, u32)> {
    let last = log.last().0;
    (last.saturating_sub(TAIL) + 1..=last).filter_map(|i| Some((Index(i), log.get(Index(i))?.mark.0))).collect()
}

fn tail(log: &Log<LoggedOp>) -> Vec<(Index, ViewNo)> {
    let last = log.last().0;
    let first = last.saturating_sub(TAIL) + 1;
    (first..=last).filter_map(|i| Some((Index(i), log.mark_at(Index(i))?))).collect()
}
