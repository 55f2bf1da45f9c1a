//! What the control plane decides, as a deterministic machine: the same commands give the same state. One coordinator
//! keeps it on its disk; several will agree on its commands.

use crate::cluster::msg::Version;
use crate::cluster::note::ViewWhy;
use crate::cluster::rules::{Rule, Rules};
use crate::proto::lock::table::{LockCommand, LockOutcome, LockRules, LockTable};
use crate::proto::replica::view::{ShardId, View, ViewNo};
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

/// A decision to be logged.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// A node is there, in this life, with an empty disk or not.
    NodeUp(Pid, Boot, bool),
    /// These nodes are down. Those found at one look go together: a shard must not shrink to a copy that is as dead as the
    /// one it loses.
    NodesDown(Vec<Pid>),
    /// A backup or learner falls out (or back) to learning, in answer to the primary of this view.
    Shrink(ShardId, ViewNo, Pid),
    /// A learner has caught up, says the primary of this view.
    Expand(ShardId, ViewNo, Pid),
    /// Something about the lock.
    Lock(LockCommand),
}

/// What came of a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// A node is counted again.
    Returned(Pid, Boot, bool),
    /// A shard has a new view.
    View(ShardId, ViewWhy),
    /// Something about the lock.
    Lock(LockOutcome),
}

/// A node by the control plane's record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Member {
    /// Who.
    pub pid: Pid,
    /// Which life is on record.
    pub boot: Boot,
    /// Whether it counts as alive.
    pub up: bool,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct ShardRecord {
    view: View,
    /// The version at which the view came to be.
    since: Version,
    /// The ring's order of its replicas: the preferred primary first.
    order: Vec<Pid>,
    /// The last copy that counted has lost its disk: what it held is gone, and nobody may lead as if it were not.
    lost: bool,
}

/// The state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Control {
    version: Version,
    members: Vec<Member>,
    shards: Vec<ShardRecord>,
    /// The one lock.
    pub lock: LockTable,
}

impl Control {
    /// The state of a cluster that an operator has just set up: every node in its first life, every copy in sync.
    pub fn new(nodes: impl Iterator<Item = Pid>, placement: Vec<Vec<Pid>>, lease: Span) -> Control {
        let members = nodes.map(|pid| Member { pid, boot: Boot(1), up: true }).collect();
        let first = |order: Vec<Pid>| ShardRecord {
            view: View { no: ViewNo(1), primary: Some(order[0]), in_sync: order.clone(), learners: Vec::new() },
            since: 1,
            order,
            lost: false,
        };
        Control { version: 1, members, shards: placement.into_iter().map(first).collect(), lock: LockTable::new(lease) }
    }

    /// How many decisions there were.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The record of a node.
    pub fn member(&self, pid: Pid) -> Option<&Member> {
        self.members.iter().find(|member| member.pid == pid)
    }

    /// The present view of a shard.
    pub fn view(&self, shard: ShardId) -> &View {
        &self.shards[usize::from(shard.0)].view
    }

    /// Views that came to be after `known`, by shard.
    pub fn since(&self, known: Version) -> Vec<(ShardId, View)> {
        let news = self.shards.iter().enumerate().filter(|(_, record)| record.since > known);
        news.map(|(i, record)| (ShardId(i as u16), record.view.clone())).collect()
    }

    /// Carries out a command that was logged at `at`.
    pub fn apply(&mut self, command: &Command, at: Time, rules: Rules, out: &mut Vec<Decided>) {
        self.version += 1;
        match command {
            Command::NodeUp(pid, boot, fresh) => self.node_up(*pid, *boot, *fresh, rules, out),
            Command::NodesDown(pids) => self.nodes_down(pids, rules, out),
            Command::Shrink(shard, view, node) => self.shrink(*shard, *view, *node, out),
            Command::Expand(shard, view, node) => self.expand(*shard, *view, *node, out),
            Command::Lock(command) => {
                let rules = LockRules { fair: rules.on(Rule::FairQueue), lease: rules.on(Rule::LockLease) };
                let mut outcomes = Vec::new();
                self.lock.apply(command, at, rules, &mut outcomes);
                out.extend(outcomes.into_iter().map(Decided::Lock));
            }
        }
    }

    fn is_up(&self, pid: Pid) -> bool {
        self.member(pid).is_some_and(|member| member.up)
    }

    fn node_up(&mut self, pid: Pid, boot: Boot, fresh: bool, rules: Rules, out: &mut Vec<Decided>) {
        let Some(member) = self.members.iter_mut().find(|member| member.pid == pid) else { return };
        let reborn = boot > member.boot;
        if boot < member.boot || (!reborn && member.up) {
            return; // old news
        }
        (member.boot, member.up) = (boot, true);
        out.push(Decided::Returned(pid, boot, fresh));
        for i in 0..self.shards.len() {
            let view = &self.shards[i].view;
            let led = view.primary == Some(pid);
            // An empty disk holds nothing: unless it was the last copy, it no longer counts as one.
            let lost = fresh && view.in_sync.contains(&pid);
            if lost && view.in_sync.len() == 1 {
                self.shards[i].lost = true;
                self.fail_over(i, pid, false, rules, out);
            } else if led && reborn {
                // A restarted primary has forgotten what it had under way: it may lead again only in a new view.
                self.fail_over(i, pid, !fresh, rules, out);
            } else if lost || (fresh && view.learners.contains(&pid)) {
                // A learner too: what its primary knows of it, and may have proposed, is about the disk it has lost.
                self.remove(i, pid, ViewWhy::BackupLost, out);
            } else if view.primary.is_none() && view.in_sync.contains(&pid) && !fresh {
                self.fail_over(i, pid, true, rules, out);
            }
        }
    }

    fn nodes_down(&mut self, pids: &[Pid], rules: Rules, out: &mut Vec<Decided>) {
        for member in &mut self.members {
            if pids.contains(&member.pid) {
                member.up = false;
            }
        }
        for i in 0..self.shards.len() {
            let Some(primary) = self.shards[i].view.primary else { continue };
            if !self.is_up(primary) {
                self.fail_over(i, primary, false, rules, out);
                continue;
            }
            for pid in self.shards[i].view.in_sync.clone() {
                if !self.is_up(pid) {
                    self.remove(i, pid, ViewWhy::BackupLost, out);
                }
            }
        }
    }

    /// A new view after the loss of primary `old` (which may lead again if `again`). Only members of the in-sync set are
    /// candidates, in the ring's order; if none lives, the shard waits for one of them.
    fn fail_over(&mut self, i: usize, old: Pid, again: bool, rules: Rules, out: &mut Vec<Decided>) {
        let ShardRecord { view, order, .. } = &self.shards[i];
        let any = !rules.on(Rule::InSyncPromotion);
        let lives = |&pid: &Pid| (self.is_up(pid) && pid != old) || (again && pid == old);
        let chosen = if self.shards[i].lost {
            None
        } else if any {
            // Without the rule, whoever was not in sync is as good as anybody.
            let mut stale_first = order.iter().copied().filter(|pid| !view.in_sync.contains(pid)).chain(order.iter().copied());
            stale_first.find(lives)
        } else {
            order.iter().copied().filter(|pid| view.in_sync.contains(pid)).find(lives)
        };
        let mut view = view.clone();
        match chosen {
            Some(primary) => {
                view.primary = Some(primary);
                let keep = |pid: Pid| pid == primary || (self.is_up(pid) && (again || pid != old));
                let (in_sync, learners) =
                    order.iter().copied().partition(|&pid| keep(pid) && (view.in_sync.contains(&pid) || pid == primary));
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

    fn remove(&mut self, i: usize, pid: Pid, why: ViewWhy, out: &mut Vec<Decided>) {
        let mut view = self.shards[i].view.clone();
        view.in_sync.retain(|&member| member != pid);
        if !view.learners.contains(&pid) {
            view.learners.push(pid);
        }
        self.install(i, view, why, out);
    }

    fn install(&mut self, i: usize, mut view: View, why: ViewWhy, out: &mut Vec<Decided>) {
        assert!(!view.in_sync.is_empty(), "shard {i}: a view without any copy that counts");
        assert!(view.primary.is_none_or(|pid| view.in_sync.contains(&pid)), "shard {i}: a primary that is not in sync");
        view.no = view.no.next();
        self.shards[i].view = view;
        self.shards[i].since = self.version;
        out.push(Decided::View(ShardId(i as u16), why));
    }

    fn shrink(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let view = self.view(shard);
        // A learner too: the new number voids any proposal to count it that is still under way.
        if view.no == no && view.primary != Some(node) && (view.in_sync.contains(&node) || view.learners.contains(&node)) {
            self.remove(usize::from(shard.0), node, ViewWhy::BackupLost, out);
        }
    }

    fn expand(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let record = &self.shards[usize::from(shard.0)];
        if record.view.no != no || !record.view.learners.contains(&node) || !self.is_up(node) {
            return;
        }
        let mut view = record.view.clone();
        view.learners.retain(|&pid| pid != node);
        view.in_sync = record.order.iter().copied().filter(|pid| *pid == node || view.in_sync.contains(pid)).collect();
        self.install(usize::from(shard.0), view, ViewWhy::CaughtUp, out);
    }
}
