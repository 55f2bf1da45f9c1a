//! Builds the read-only view of a cluster, and answers the narrow questions that promises ask after every event.

use std::rc::Rc;

use crate::cluster::Cluster;
use crate::cluster::control::Part;
use crate::cluster::hosted::Hosted;
use crate::cluster::msg::LoggedOp;
use crate::cluster::note::OpId;
use crate::cluster::process::Disk;
use crate::cluster::rules::Rule;
use crate::cluster::view::{
    ClusterView, CoordinatorView, Health, HolderView, LockView, Office, ProcessView, ReplicaView, Role, ShardView, Sight, Standing,
};
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::transfer::Incoming;
use crate::proto::replica::view::Log;
use crate::proto::replica::view::{Index, ShardId, View, ViewNo};
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
        leased && memory.hosted(shard).is_some_and(|hosted| hosted.serving)
    }

    fn logged(&self, node: Pid, shard: ShardId, index: Index) -> Option<OpId> {
        self.node(node)?.hosted(shard)?.logged(index)
    }

    fn state(&self, node: Pid, shard: ShardId) -> Option<(Index, u64)> {
        let hosted = self.node(node)?.hosted(shard)?;
        Some((hosted.applied, Digest::of(&hosted.store)))
    }

    fn kept(&self, node: Pid, shard: ShardId, index: Index) -> Option<OpId> {
        match self.world.disk(node) {
            Disk::Node(disk) => disk.shards.get(&shard)?.logged(index),
            Disk::Empty | Disk::Control(_) => None,
        }
    }

    fn nodes(&self) -> Vec<Pid> {
        self.env().nodes.clone()
    }

    fn ring(&self) -> Rc<[(u64, Pid)]> {
        self.env().tokens(|pid| self.control().member(pid).is_some_and(|member| member.part == Part::In))
    }

    fn shards(&self) -> u16 {
        self.setup().config.shards
    }

    fn copies(&self) -> usize {
        usize::from(self.setup().config.replicas)
    }
}

impl Cluster {
    /// The picture of this instant.
    pub fn view(&self) -> ClusterView {
        let env = self.env();
        ClusterView {
            now: self.now(),
            processes: env.setup.roster.pids().map(|pid| self.process_view(pid)).collect(),
            coordinators: env.coordinators.iter().map(|&pid| self.coordinator_view(pid)).collect(),
            shards: (0..env.setup.config.shards).map(|i| self.shard_view(ShardId(i))).collect(),
            lock: self.lock_view(),
            ring: self.ring(),
            keys: env.points.clone(),
        }
    }

    fn coordinator_view(&self, pid: Pid) -> CoordinatorView {
        let up = self.coordinator();
        let nodes = self.env().nodes.iter().copied();
        CoordinatorView {
            pid,
            office: up.map(|_| Office::Leader),
            newcomer: false,
            term: 1,
            voted: Some(pid),
            leader: Some(pid),
            sure: Span::ZERO,
            base: Index(0),
            last: Index(0),
            commit: Index(0),
            stored: Index(0),
            tail: Vec::new(),
            suspects: nodes.filter(|&node| up.is_some_and(|it| it.suspects(node).is_some())).collect(),
        }
    }

    fn health(&self, pid: Pid) -> Health {
        match (self.world.process(pid), self.world.is_frozen(pid)) {
            (None, _) => Health::Down,
            (Some(_), true) => Health::Frozen,
            (Some(_), false) => Health::Up,
        }
    }

    fn process_view(&self, pid: Pid) -> ProcessView {
        let env = self.env();
        let suspected = self.coordinator().and_then(|it| it.suspects(pid)).map(|local| {
            let observer = env.coordinators[0];
            (observer, self.now() - self.world.local(observer).since(local))
        });
        let net = self.world.net();
        ProcessView {
            pid,
            name: env.setup.roster.name(pid),
            present: self.is_there(pid),
            health: self.health(pid),
            standing: self.standing(pid),
            boot: self.world.boot(pid).0,
            suspected,
            slow: net.slow(pid),
            cut_to: env.setup.roster.pids().filter(|&to| net.is_cut(pid, to)).collect(),
            lease_left: self.node(pid).map_or(Span::ZERO, |node| node.lease_until().since(self.world.local(pid))),
        }
    }

    fn standing(&self, pid: Pid) -> Standing {
        let control = self.control();
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

    fn shard_view(&self, id: ShardId) -> ShardView {
        let (view, wanted) = (self.control().view(id).clone(), self.control().order(id).to_vec());
        let nodes = &self.env().nodes;
        let replicas = nodes.iter().filter_map(|&node| self.replica_view(node, id, &view)).collect();
        let server = nodes.iter().copied().find(|&node| self.serves(node, id));
        ShardView { id, view, wanted, server, replicas }
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
        let empty = Log::default();
        let on_disk = match self.world.disk(node) {
            Disk::Node(disk) => disk.shards.get(&shard),
            Disk::Empty | Disk::Control(_) => None,
        };
        let on_disk = on_disk.map_or((ViewNo(0), &empty, Index(0)), |disk| (disk.view, &disk.log, disk.commit));
        let memory = self.node(node).and_then(|memory| memory.hosted(shard));
        if role.is_none() && memory.is_none() {
            return None;
        }
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
        Some(ReplicaView { node, role, believes, believes_view, arriving, last: log.last(), commit, stored, tail: tail(log) })
    }

    fn lock_view(&self) -> LockView {
        let env = self.env();
        let lock = &self.control().lock;
        let observer = env.coordinators[0];
        let lease = env.setup.config.lock_lease;
        let holder = lock.holder().map(|(session, token, ends)| {
            let left = ends.since(self.world.local(observer));
            HolderView { session, token, left, lease }
        });
        let believers = env.workers.iter().filter_map(|&pid| Some((pid, self.worker(pid)?.believes()?)));
        let shard = env.document.shard;
        let (document, seen) = self.document(shard);
        LockView {
            holder,
            queue: lock.queue().collect(),
            believers: believers.collect(),
            last_token: lock.last_token(),
            shard,
            seen,
            document,
        }
    }

    /// The document and the largest token seen, by the living copy that has applied most (ties: the first node).
    fn document(&self, shard: ShardId) -> (u64, FencingToken) {
        let copies = self.env().nodes.iter().filter_map(|&node| self.node(node)?.hosted(shard));
        let best = copies.fold(None, |best: Option<&Hosted>, copy| match best {
            Some(best) if best.applied >= copy.applied => Some(best),
            Some(_) | None => Some(copy),
        });
        best.map_or((0, FencingToken(0)), |copy| (copy.store.get(self.env().document), copy.store.seen()))
    }
}

fn tail(log: &Log<LoggedOp>) -> Vec<(Index, ViewNo)> {
    let last = log.last().0;
    let first = last.saturating_sub(TAIL) + 1;
    (first..=last).filter_map(|i| Some((Index(i), log.mark_at(Index(i))?))).collect()
}
