//! What the control plane decides, as a deterministic machine: the same commands give the same state. The coordinators
//! agree on the commands by Raft.

use crate::cluster::config::{Ack, Config};
use crate::cluster::env::Env;
pub use crate::cluster::member::{Member, Part, Wish};
use crate::cluster::msg::Version;
use crate::cluster::note::{RingWhy, ViewWhy};
use crate::cluster::rules::Rule;
use crate::proto::lock::table::{LockRules, LockTable};
use crate::proto::lock::token::{LockCommand, LockOutcome};
use crate::proto::replica::view::{ShardId, View, ViewNo};
use crate::sim::id::{Boot, Pid};
use crate::sim::sorted::SortedMap;
use crate::sim::time::Time;

/// One entry of the coordinators' log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Decision {
    /// What was decided.
    pub command: Command,
    /// When, by the clock of the leader that wrote it. Clocks differ: see [`Command::Lead`].
    pub at: Time,
}

/// A decision to be logged.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// A node is there.
    NodeUp {
        /// Which.
        node: Pid,
        /// In which life.
        boot: Boot,
        /// Whether its disk is empty.
        fresh: bool,
        /// What it wishes.
        wish: Wish,
    },
    /// A node that is there wishes to be part of the ring, or to leave it.
    Wish(Pid, Wish),
    /// A node has been down for so long that its copies are to be made elsewhere.
    NodeOut(Pid),
    /// These nodes are down. Those found at one look go together: a shard must not shrink to a copy that is as dead as the
    /// one it loses.
    NodesDown(Vec<Pid>),
    /// A backup or learner falls out (or back) to learning, in answer to the primary of this view.
    Shrink(ShardId, ViewNo, Pid),
    /// A learner has caught up, says the primary of this view.
    Expand(ShardId, ViewNo, Pid),
    /// The primary of this view has nothing under way and lets requests wait: the preferred primary may lead.
    HandOver(ShardId, ViewNo),
    /// Time has passed: what had to wait for it may go on.
    GoOn,
    /// This coordinator leads from here on. Every instant in the state was by another's clock, so every wait begins anew, as
    /// long as it was at first: nothing that was promised until then can end too early.
    Lead(Pid),
    /// A coordinator that has lost its disk counts again, in this life.
    Readmit(Pid, u32),
    /// Something about the locks.
    Lock(LockCommand),
}

/// What came of a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// A node is counted again.
    Returned(Pid, Boot, bool),
    /// The ring was computed anew.
    Ring {
        /// Because of this node.
        node: Pid,
        /// The reason.
        why: RingWhy,
        /// Copies that have to be made.
        moves: u32,
        /// The least that any placement could have done with.
        minimum: u32,
    },
    /// A node that wished to leave holds nothing any more.
    Left(Pid),
    /// A coordinator counts again.
    Readmitted(Pid),
    /// A shard has a new view.
    View(ShardId, View, ViewWhy),
    /// Something about the lock.
    Lock(LockOutcome),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct ShardRecord {
    pub(super) view: View,
    /// The version at which the view came to be.
    since: Version,
    /// The ring's answer: who should hold copies, the preferred primary first.
    pub(super) order: Vec<Pid>,
    /// The last copy that counted has lost its disk: what it held is gone, and nobody may lead as if it were not.
    lost: bool,
    /// Who handed the shard over last, and when. Until its lease has surely ended it stays in the in-sync set: the new primary
    /// cannot settle without its answer, and with that answer it has stepped down.
    pub(super) handed: Option<(Pid, Time)>,
}

/// The state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Control {
    version: Version,
    pub(super) members: Vec<Member>,
    pub(super) shards: Vec<ShardRecord>,
    /// By whose clock instants in this state are.
    clock: Option<Pid>,
    /// Coordinators that had lost their disks, with the life in which each was readmitted.
    readmitted: SortedMap<Pid, u32>,
    /// The lock service.
    pub locks: LockTable,
}

impl Control {
    /// The state of a cluster that an operator has just set up: every node in its first life, every copy in sync, and
    /// `spare` nodes that may join.
    pub fn new(nodes: &[Pid], spare: &[Pid], placement: Vec<Vec<Pid>>, config: &Config) -> Control {
        let present = nodes.iter().map(|&pid| Member::new(pid, Part::In));
        let absent = spare.iter().map(|&pid| Member::new(pid, Part::Spare));
        let first = |order: Vec<Pid>| ShardRecord {
            view: View { no: ViewNo(1), primary: Some(order[0]), in_sync: order.clone(), learners: Vec::new() },
            since: 1,
            order,
            lost: false,
            handed: None,
        };
        let shards = placement.into_iter().map(first).collect();
        let members = present.chain(absent).collect();
        let locks = LockTable::new(config.locks, config.lock_times());
        Control { version: 1, members, shards, clock: None, readmitted: SortedMap::new(), locks }
    }

    /// How many decisions there were.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The coordinator by whose clock the instants in this state are: whoever led last. None before the first did.
    pub fn clock(&self) -> Option<Pid> {
        self.clock
    }

    /// Whether a coordinator that had lost its disk was readmitted in this life.
    pub fn has_readmitted(&self, pid: Pid, life: u32) -> bool {
        self.readmitted.get(&pid) == Some(&life)
    }

    /// The record of a node.
    pub fn member(&self, pid: Pid) -> Option<&Member> {
        self.members.iter().find(|member| member.pid == pid)
    }

    /// The present view of a shard.
    pub fn view(&self, shard: ShardId) -> &View {
        &self.shards[usize::from(shard.0)].view
    }

    /// The ring's answer for a shard: who should hold it, the preferred primary first.
    pub fn order(&self, shard: ShardId) -> &[Pid] {
        &self.shards[usize::from(shard.0)].order
    }

    /// Views that came to be after `known`, by shard.
    pub fn since(&self, known: Version) -> Vec<(ShardId, View)> {
        let news = self.shards.iter().enumerate().filter(|(_, record)| record.since > known);
        news.map(|(i, record)| (ShardId(i as u16), record.view.clone())).collect()
    }

    /// Carries out a command that was logged at `at`.
    #[inline(never)]
    pub fn apply(&mut self, command: &Command, at: Time, env: &Env, out: &mut Vec<Decided>) {
        self.version += 1;
        let rules = env.setup.rules;
        match command {
            Command::NodeUp { node, boot, fresh, wish } => self.node_up(*node, *boot, *fresh, *wish, env, out),
            Command::Wish(node, wish) => self.wish(*node, *wish, env, out),
            Command::NodesDown(pids) => self.nodes_down(pids, env, out),
            Command::NodeOut(node) => self.node_out(*node, env, out),
            Command::Shrink(shard, view, node) => self.shrink(*shard, *view, *node, at, env, out),
            Command::Expand(shard, view, node) => self.expand(*shard, *view, *node, out),
            Command::HandOver(shard, view) => self.hand_over(*shard, *view, at, env, out),
            Command::GoOn => {}
            Command::Lead(who) => self.lead(*who, at, env),
            Command::Readmit(who, life) => {
                let latest = self.readmitted.get_or_insert_with(*who, || 0);
                if *life > *latest {
                    *latest = *life;
                    out.push(Decided::Readmitted(*who));
                }
                return;
            }
            Command::Lock(command) => {
                let rules = LockRules { fair: rules.on(Rule::FairQueue), lease: rules.on(Rule::LockLease) };
                let mut outcomes = Vec::new();
                self.locks.apply(command, at, rules, &mut outcomes);
                out.extend(outcomes.into_iter().map(Decided::Lock));
                return;
            }
        }
        self.rebalance(at, env, out);
    }

    fn lead(&mut self, who: Pid, at: Time, env: &Env) {
        self.clock = Some(who);
        for (_, since) in self.shards.iter_mut().filter_map(|record| record.handed.as_mut()) {
            *since = at;
        }
        self.locks.regard(at);
        if !env.setup.rules.on(Rule::TokenSurvives) {
            self.locks.forget_token();
        }
    }

    pub(super) fn is_up(&self, pid: Pid) -> bool {
        self.member(pid).is_some_and(|member| member.up)
    }

    #[inline(never)]
    fn node_up(&mut self, pid: Pid, boot: Boot, fresh: bool, wish: Wish, env: &Env, out: &mut Vec<Decided>) {
        let Some(member) = self.members.iter_mut().find(|member| member.pid == pid) else { return };
        let reborn = boot > member.boot;
        if boot < member.boot || (!reborn && member.up) {
            return; // old news
        }
        (member.boot, member.up) = (boot, true);
        if member.part != Part::Spare {
            out.push(Decided::Returned(pid, boot, fresh));
        }
        self.wish(pid, wish, env, out);
        for i in 0..self.shards.len() {
            let view = &self.shards[i].view;
            let led = view.primary == Some(pid);
            // An empty disk holds nothing: unless it was the last copy, it no longer counts as one.
            let lost = fresh && view.in_sync.contains(&pid);
            if lost && view.in_sync.len() == 1 {
                self.shards[i].lost = true;
                self.fail_over(i, pid, false, env, out);
            } else if led && reborn {
                // A restarted primary has forgotten what it had under way: it may lead again only in a new view.
                self.fail_over(i, pid, !fresh, env, out);
            } else if lost || (fresh && view.learners.contains(&pid)) {
                // A learner too: what its primary knows of it, and may have proposed, is about the disk it has lost.
                self.remove(i, pid, ViewWhy::BackupLost, out);
            } else if view.primary.is_none() && view.in_sync.contains(&pid) && !fresh {
                self.fail_over(i, pid, true, env, out);
            }
        }
    }

    #[inline(never)]
    fn nodes_down(&mut self, pids: &[Pid], env: &Env, out: &mut Vec<Decided>) {
        for member in &mut self.members {
            if pids.contains(&member.pid) {
                member.up = false;
            }
        }
        for i in 0..self.shards.len() {
            let Some(primary) = self.shards[i].view.primary else { continue };
            if !self.is_up(primary) {
                self.fail_over(i, primary, false, env, out);
                continue;
            }
            for pid in self.shards[i].view.in_sync.clone() {
                if !self.is_up(pid) && self.may_shrink(i, env) {
                    self.remove(i, pid, ViewWhy::BackupLost, out);
                }
            }
        }
    }

    /// A new view after the loss of primary `old` (which may lead again if `again`). Only members of the in-sync set are
    /// candidates, in the ring's order; if none lives, the shard waits for one of them.
    #[inline(never)]
    fn fail_over(&mut self, i: usize, old: Pid, again: bool, env: &Env, out: &mut Vec<Decided>) {
        let view = &self.shards[i].view;
        let any = !env.setup.rules.on(Rule::InSyncPromotion);
        let lives = |&pid: &Pid| (self.is_up(pid) && pid != old) || (again && pid == old);
        let living = view.in_sync.iter().filter(|pid| lives(pid)).count();
        let chosen = if self.shards[i].lost || (!any && living < self.needed(i, env)) {
            None
        } else if any {
            // Without the rule, whoever was not in sync is as good as anybody.
            let mut stale_first = self.arranged(i, &view.learners).into_iter().chain(self.arranged(i, &view.in_sync));
            stale_first.find(lives)
        } else {
            self.arranged(i, &view.in_sync).into_iter().find(lives)
        };
        let mut view = view.clone();
        match chosen {
            Some(primary) => {
                view.primary = Some(primary);
                let keep = |pid: Pid| pid == primary || (view.in_sync.contains(&pid) && self.is_up(pid) && (again || pid != old));
                let all: Vec<Pid> = view.in_sync.iter().chain(&view.learners).copied().collect();
                let (in_sync, learners) = self.arranged(i, &all).into_iter().partition(|&pid| keep(pid));
                (view.in_sync, view.learners) = (in_sync, learners);
                self.install(i, view, ViewWhy::Promotion, out);
            }
            None if view.primary.is_some() => {
                view.primary = None;
                self.install(i, view, ViewWhy::NoPrimary, out);
            }
            None => {}
        }
    }

    /// In-sync copies that must live for one of them to lead. Where a majority commits, so many that one of them has whatever was
    /// committed: half of all, rounded up.
    fn needed(&self, i: usize, env: &Env) -> usize {
        match env.setup.config.ack {
            Ack::Primary | Ack::InSync => 1,
            Ack::Majority => self.shards[i].view.in_sync.len().max(env.setup.config.replicas.into()).div_ceil(2),
        }
    }

    /// Whether the in-sync set may do without one more copy, though that one's disk may hold what others lack.
    fn may_shrink(&self, i: usize, env: &Env) -> bool {
        self.shards[i].view.in_sync.len() > self.needed(i, env)
    }

    /// These replicas of a shard in the ring's order; those that the ring does not want come last.
    pub(super) fn arranged(&self, i: usize, pids: &[Pid]) -> Vec<Pid> {
        let order = &self.shards[i].order;
        let wanted = order.iter().filter(|pid| pids.contains(pid));
        wanted.chain(pids.iter().filter(|pid| !order.contains(pid))).copied().collect()
    }

    fn remove(&mut self, i: usize, pid: Pid, why: ViewWhy, out: &mut Vec<Decided>) {
        let mut view = self.shards[i].view.clone();
        view.in_sync.retain(|&member| member != pid);
        if !view.learners.contains(&pid) {
            view.learners.push(pid);
        }
        self.install(i, view, why, out);
    }

    pub(super) fn install(&mut self, i: usize, mut view: View, why: ViewWhy, out: &mut Vec<Decided>) {
        assert!(!view.in_sync.is_empty(), "shard {i}: a view without any copy that counts");
        assert!(view.primary.is_none_or(|pid| view.in_sync.contains(&pid)), "shard {i}: a primary that is not in sync");
        view.no = view.no.next();
        self.shards[i].view = view.clone();
        self.shards[i].since = self.version;
        out.push(Decided::View(ShardId(i as u16), view, why));
    }

    fn shrink(&mut self, shard: ShardId, no: ViewNo, node: Pid, at: Time, env: &Env, out: &mut Vec<Decided>) {
        let record = &self.shards[usize::from(shard.0)];
        let view = &record.view;
        if record.handed.is_some_and(|(pid, since)| pid == node && at.since(since) < env.wait_out()) {
            return; // it may still believe that it leads: the new primary has to wait for it
        }
        // A learner too: the new number voids any proposal to count it that is still under way.
        let counted = view.in_sync.contains(&node) && self.may_shrink(usize::from(shard.0), env);
        if view.no == no && view.primary != Some(node) && (counted || view.learners.contains(&node)) {
            self.remove(usize::from(shard.0), node, ViewWhy::BackupLost, out);
        }
    }

    fn expand(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let i = usize::from(shard.0);
        let mut view = self.shards[i].view.clone();
        if view.no != no || !view.learners.contains(&node) || !self.is_up(node) {
            return;
        }
        view.learners.retain(|&pid| pid != node);
        view.in_sync.push(node);
        view.in_sync = self.arranged(i, &view.in_sync);
        self.install(i, view, ViewWhy::CaughtUp, out);
    }
}
