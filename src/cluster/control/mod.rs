//! What the control plane decides, as a deterministic machine: the same commands give the same state. The coordinators
//! agree on the commands by Raft.

pub mod beyond;
mod member;
mod promotion;
mod rebalance;
pub mod record;
mod resume;
pub mod waiting;

use std::hash::{Hash, Hasher};

use litemap::LiteMap;

use crate::cluster::control::beyond::Beyond;
pub use crate::cluster::control::member::{Intent, NodeRecord, Part};
use crate::cluster::control::record::{ShardRecord, Version};
use crate::cluster::note::{RingWhy, ViewWhy};
use crate::cluster::setup::durability::Durability;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::rules::Rule;
use crate::proto::lock::table::{LockRules, LockTable};
use crate::proto::lock::token::{LockCommand, LockOutcome};
use crate::proto::replica::view::{ShardId, View, ViewNo};
use crate::sim::digest::Digest;
use crate::sim::id::{Boot, Pid};
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
        /// What it intends.
        intent: Intent,
    },
    /// A node that is there wishes to be part of the ring, or to leave it.
    Intent(Pid, Intent),
    /// A node has been down for so long that its copies are to be made elsewhere.
    NodeOut(Pid),
    /// These nodes are down. Those found at one look go together: a shard must not shrink to a copy that is as dead as the
    /// one it loses.
    NodesDown(Vec<Pid>),
    /// A backup or learner falls out (or back) to learning, in answer to the primary of this view.
    Shrink(ShardId, ViewNo, Pid),
    /// A learner has caught up, says the primary of this view.
    Expand(ShardId, ViewNo, Pid),
    /// A learner answers nothing, says the primary of this view: it keeps no other copy waiting.
    Stalled(ShardId, ViewNo, Pid),
    /// The primary of this view has nothing under way and lets requests wait: the preferred primary may lead.
    HandOver(ShardId, ViewNo),
    /// Every copy of this view's in-sync set has stored all that is committed, says its primary; it is to commit (true) operations
    /// that no other copy may have.
    Level(ShardId, ViewNo, bool),
    /// The new primary of this view cannot be brought up to what another in-sync copy has: that one is to lead.
    Defer(ShardId, ViewNo, Pid),
    /// The only coordinator has lost its disk, and begins anew behind what nodes have told it.
    Resume(Beyond),
    /// An operator's choice: a shard that nobody may lead is served with what this node has of it.
    Salvage(ShardId, ViewNo, Pid),
    /// Copies that the ring does not want any more may go, in these shards if they are still in these views: whoever stays has been heard
    /// since its view was decided.
    GoOn(Vec<(ShardId, ViewNo)>),
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

/// The state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Control {
    pub(super) version: Version,
    pub(super) members: Vec<NodeRecord>,
    pub(super) shards: Vec<ShardRecord>,
    /// Whether it began anew after its memory was lost.
    pub(super) resumed: bool,
    /// How many copies hold what is acknowledged.
    pub(super) durability: Durability,
    /// By whose clock instants in this state are.
    clock: Option<Pid>,
    /// Coordinators that had lost their disks, with the life in which each was readmitted.
    readmitted: LiteMap<Pid, u32>,
    /// The lock service.
    pub locks: LockTable,
}

impl Control {
    /// The state of a cluster that an operator has just set up: every node in its first life, every copy in sync, and those that may
    /// join later.
    pub fn founding(env: &Env) -> Control {
        let config = &env.setup.config;
        let (present, absent) = env.nodes.split_at(usize::from(env.setup.roster.nodes));
        let durability = Durability::of(config);
        let shards = env.placement(present).into_iter().map(|order| ShardRecord::founding(order, durability)).collect();
        let present = present.iter().map(|&pid| NodeRecord::new(pid, Part::In));
        let members = present.chain(absent.iter().map(|&pid| NodeRecord::new(pid, Part::Spare))).collect();
        let locks = LockTable::new(config.locks, config.lock_times());
        Control { version: 1, members, shards, resumed: false, durability, clock: None, readmitted: LiteMap::new(), locks }
    }

    /// A digest of what changes often, and of which view each shard is in.
    pub fn sketch(&self) -> u64 {
        let mut digest = Digest::default();
        (self.version, &self.members, self.clock, &self.locks).hash(&mut digest);
        self.shards.iter().for_each(|record| (record.view.no, record.since).hash(&mut digest));
        digest.finish()
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
    pub fn member(&self, pid: Pid) -> Option<&NodeRecord> {
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
    pub fn apply(&mut self, command: &Command, at: Time, env: &Env, out: &mut Vec<Decided>) {
        let before = self.version;
        self.version += 1;
        if !matches!(command, Command::Lead(_)) {
            self.locks.passes(at); // by the clock of whoever led last
        }
        let rules = env.setup.rules;
        match command {
            Command::NodeUp { node, boot, fresh, intent } => self.node_up(*node, *boot, *fresh, *intent, env, out),
            Command::Intent(node, intent) => self.intent(*node, *intent, env, out),
            Command::NodesDown(pids) => self.nodes_down(pids, env, out),
            Command::NodeOut(node) => self.node_out(*node, env, out),
            Command::Shrink(shard, view, node) => self.shrink(*shard, *view, *node, at, env, out),
            Command::Stalled(shard, view, node) => self.stalled(*shard, *view, *node),
            Command::Expand(shard, view, node) => self.expand(*shard, *view, *node, out),
            Command::HandOver(shard, view) => self.hand_over(*shard, *view, at, env, out),
            Command::Level(shard, view, open) => self.level(*shard, *view, *open),
            Command::Defer(shard, view, node) => self.defer(*shard, *view, *node, out),
            Command::Salvage(shard, view, node) => self.salvage(*shard, *view, *node, out),
            Command::Resume(beyond) => self.resume(*beyond, out),
            Command::GoOn(shards) => self.let_go(shards, at, env, out),
            Command::Lead(who) => self.lead(*who, at, env),
            Command::Readmit(who, life) => {
                let latest = self.readmitted.entry(*who).or_insert(0);
                if *life > *latest {
                    *latest = *life;
                    out.push(Decided::Readmitted(*who));
                }
                return;
            }
            // A token larger than all before is known once the copies of the documents are: until then nobody is granted anything.
            Command::Lock(_) if self.resumed && self.knows_not_the_documents(env) => return,
            Command::Lock(command) => {
                let rules = LockRules { fair: rules.on(Rule::FairQueue), lease: rules.on(Rule::LockLease) };
                let mut outcomes = Vec::new();
                self.locks.apply(command, at, rules, &mut outcomes);
                out.extend(outcomes.into_iter().map(Decided::Lock));
                return;
            }
        }
        self.rebalance(env, out);
        assert!(self.version > before, "decisions are counted backwards");
        let led = |record: &ShardRecord| record.view.primary.is_none_or(|pid| record.view.in_sync.contains(&pid));
        assert!(self.shards.iter().all(led), "a copy leads that does not count");
    }

    /// Whether, after everything was forgotten, a document's shard has not been looked through yet: its copies may have seen tokens of
    /// which nobody has told.
    fn knows_not_the_documents(&self, env: &Env) -> bool {
        env.documents.iter().any(|document| self.shards[usize::from(document.shard.0)].view.unknown)
    }

    fn lead(&mut self, who: Pid, at: Time, env: &Env) {
        self.clock = Some(who);
        for (_, since) in self.shards.iter_mut().filter_map(|record| record.handed.as_mut()) {
            *since = at;
        }
        self.locks.regard(at);
        assert!(self.shards.iter().all(|record| record.handed.is_none_or(|(_, since)| since == at)), "a wait goes on by another's clock");
        if !env.setup.rules.on(Rule::TokenSurvives) {
            self.locks.forget_token();
        }
    }

    pub(super) fn is_up(&self, pid: Pid) -> bool {
        self.member(pid).is_some_and(|member| member.up)
    }

    fn node_up(&mut self, pid: Pid, boot: Boot, fresh: bool, intent: Intent, env: &Env, out: &mut Vec<Decided>) {
        let Some(member) = self.members.iter_mut().find(|member| member.pid == pid) else { return };
        let reborn = boot > member.boot;
        if boot < member.boot || (!reborn && member.up) {
            return; // old news
        }
        (member.boot, member.up) = (boot, true);
        if member.part != Part::Spare {
            out.push(Decided::Returned(pid, boot, fresh));
        }
        self.intent(pid, intent, env, out);
        for i in 0..self.shards.len() {
            if fresh {
                self.lost_disk(i, pid, env, out);
                let ShardRecord { former, eligible, .. } = &self.shards[i];
                assert!(![former, eligible].iter().any(|it| it.contains(&pid)), "shard {i}: what was on a lost disk is remembered");
            } else if reborn && self.shards[i].view.primary == Some(pid) {
                // A restarted primary has forgotten what it had under way: it may lead again only in a new view. Others may have
                // stored, and so committed, what its own disk had not finished.
                self.shards[i].settled = false;
                self.fail_over(i, pid, true, env, out);
            } else if self.shards[i].view.primary.is_none() {
                self.fail_over(i, pid, true, env, out);
            }
        }
    }

    fn nodes_down(&mut self, pids: &[Pid], env: &Env, out: &mut Vec<Decided>) {
        for member in &mut self.members {
            if pids.contains(&member.pid) {
                member.up = false;
            }
        }
        for i in 0..self.shards.len() {
            let Some(primary) = self.shards[i].view.primary else { continue };
            let all_up = self.shards[i].view.in_sync.iter().all(|&pid| self.is_up(pid));
            if self.shards[i].view.unknown && !all_up {
                self.fail_over(i, primary, self.is_up(primary), env, out);
                continue;
            }
            if !self.is_up(primary) {
                self.fail_over(i, primary, false, env, out);
                continue;
            }
            for pid in self.shards[i].view.in_sync.clone() {
                if !self.is_up(pid) && self.can_spare_copy(i) {
                    self.remove(i, pid, ViewWhy::BackupLost, out);
                }
            }
        }
        let dead = |record: &ShardRecord| record.view.primary.is_some_and(|pid| !self.is_up(pid));
        assert!(!self.shards.iter().any(dead), "a dead node goes on leading");
    }
}
