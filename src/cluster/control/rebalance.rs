//! Rebalancing, as part of the control plane's deterministic machine: who belongs to the ring, and step by step the way from
//! the copies that are to the copies that the ring wants.
//!
//! A step adds one learner to one shard, hands a shard over to its preferred primary, or lets go of copies that nobody wants
//! any more. Never more than `moves_in_flight` learners at a time, the shard with the fewest copies first. A copy is let go
//! only when every wanted one is there, and has been heard since it counts: it may have been counted at the instant at which its
//! disk was lost. So redundancy never falls by this machine's own doing. Whatever fails in between, or
//! is wished for in between, changes what is and what is wanted, and the next step starts from there.
//!
//! A learner that is down, or that its primary says answers nothing, keeps no other copy waiting.

use crate::cluster::control::record::{ShardRecord, Version};
use crate::cluster::control::{Control, Decided, Intent, NodeRecord, Part};
use crate::cluster::note::{RingWhy, ViewWhy};
use crate::cluster::setup::env::Env;
use crate::proto::replica::view::{ShardId, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl Control {
    /// Whether the ring would still have a node for every copy without this one. As long as it would not, nobody is declared
    /// out and nobody may leave: a coordinator that hears nobody must not throw everybody out (Ceph's `mon_osd_min_in_ratio`
    /// has the same purpose).
    pub fn can_spare(&self, node: Pid, env: &Env) -> bool {
        let others = self.members.iter().filter(|member| member.part == Part::In && member.pid != node);
        others.count() >= usize::from(env.setup.config.replicas)
    }

    /// Whether this node is on the ring, on its way out of it, or was taken off it while it was down.
    pub fn takes_part(&self, node: Pid) -> bool {
        self.member(node).is_some_and(|member| member.part != Part::Spare)
    }

    /// Whether anything depends on this node: if not, nobody minds its silence. On one that has left, as long as a copy it had may
    /// be needed to lead: a shard would wait for a node that nobody knows to be dead. So it would, if an operator has chosen the copy of
    /// one that has left, and that one leads now.
    pub fn counts_on(&self, node: Pid) -> bool {
        let names = |record: &ShardRecord| {
            [&record.view.in_sync, &record.former, &record.eligible].into_iter().any(|copies| copies.contains(&node))
        };
        self.takes_part(node) || self.shards.iter().any(names)
    }

    /// Whether this node is down, and may be taken off the ring.
    pub fn is_long_gone(&self, node: Pid, env: &Env) -> bool {
        self.member(node).is_some_and(|member| match member.part {
            Part::In => !member.up && self.can_spare(node, env),
            Part::Draining => !member.up,
            Part::Spare | Part::Out => false,
        })
    }

    /// Whether an intent of this node changes anything now. One that it had when it said so, but not any more when it was last
    /// heeded, does not.
    pub fn heeds(&self, node: Pid, intent: Intent, env: &Env) -> bool {
        let news = |member: &&NodeRecord| intent.said > member.intended;
        self.member(node).filter(news).is_some_and(|member| match member.part {
            Part::In => intent.leaving && self.can_spare(node, env),
            Part::Spare => !intent.leaving,
            Part::Draining => !intent.leaving,
            Part::Out => true,
        })
    }

    /// A node wishes to take part, or to leave.
    pub(super) fn intent(&mut self, node: Pid, intent: Intent, env: &Env, out: &mut Vec<Decided>) {
        if !self.heeds(node, intent, env) {
            return;
        }
        let Some(member) = self.members.iter_mut().find(|member| member.pid == node) else { return };
        member.intended = intent.said;
        let (part, why) = match (member.part, intent.leaving) {
            (Part::In, _) => (Part::Draining, Some(RingWhy::Draining)),
            // It is off the ring and stays off: only what it still holds has to go.
            (Part::Out, true) => (Part::Draining, None),
            (Part::Out, false) => (Part::In, Some(RingWhy::Returned)),
            (Part::Spare | Part::Draining, _) => (Part::In, Some(RingWhy::Joined)),
        };
        member.part = part;
        member.joining = part == Part::In;
        if let Some(why) = why {
            self.retarget(node, why, env, out);
        }
    }

    /// A node has been down for so long that its copies are to be made elsewhere.
    pub(super) fn node_out(&mut self, node: Pid, env: &Env, out: &mut Vec<Decided>) {
        let spared = self.can_spare(node, env);
        let Some(member) = self.members.iter_mut().find(|member| member.pid == node && !member.up) else { return };
        match member.part {
            Part::In if spared => {
                member.part = Part::Out;
                self.retarget(node, RingWhy::Out, env, out);
            }
            Part::Draining => member.part = Part::Out,
            Part::In | Part::Spare | Part::Out => {}
        }
    }

    /// The ring has changed: what is wanted is computed anew.
    fn retarget(&mut self, node: Pid, why: RingWhy, env: &Env, out: &mut Vec<Decided>) {
        let members: Vec<Pid> = self.members.iter().filter(|member| member.part == Part::In).map(|member| member.pid).collect();
        let wanted = env.placement(&members);
        assert!(wanted.len() == self.shards.len(), "the ring answers for {} shards of {}", wanted.len(), self.shards.len());
        assert!(wanted.iter().all(|order| !order.is_empty()), "the ring wants a shard on no node");
        let (moves, minimum) = env.plan(self.shards.iter().map(|record| &record.order), &wanted);
        for (record, order) in self.shards.iter_mut().zip(wanted) {
            record.order = order;
        }
        out.push(Decided::Ring { node, why, moves, minimum });
    }

    /// Shards whose primary should give way to the preferred one, with the view and its primary.
    pub fn to_hand_over(&self, at: Time, env: &Env) -> impl Iterator<Item = (ShardId, ViewNo, Pid)> {
        (0..).zip(&self.shards).filter_map(move |(i, record)| {
            let primary = record.view.primary?;
            let safe = record.handed.is_none_or(|(_, since)| at.since(since) >= env.wait_out());
            (safe && primary != record.order[0] && self.complete(usize::from(i))).then_some((ShardId(i), record.view.no, primary))
        })
    }

    /// Whether a copy that the ring wants on this node is not there, or does not count.
    pub fn lacks(&self, node: Pid) -> bool {
        self.shards.iter().any(|record| record.order.contains(&node) && !record.view.in_sync.contains(&node))
    }

    /// Every wanted copy is there, counts, and lives.
    fn complete(&self, i: usize) -> bool {
        let record = &self.shards[i];
        record.order.iter().all(|&pid| record.view.in_sync.contains(&pid) && self.is_up(pid))
    }

    /// The primary of a view lets requests wait and has nothing under way: the preferred primary leads.
    pub(super) fn hand_over(&mut self, shard: ShardId, no: ViewNo, at: Time, env: &Env, out: &mut Vec<Decided>) {
        let asked = self.to_hand_over(at, env).find(|&(id, view, _)| (id, view) == (shard, no));
        if let Some((_, _, old)) = asked {
            let record = &mut self.shards[usize::from(shard.0)];
            record.handed = Some((old, at));
            let mut view = record.view.clone();
            assert!(record.order[0] != old, "shard {}: it is handed over to whoever has it", shard.0);
            view.primary = Some(record.order[0]);
            self.install(usize::from(shard.0), view, ViewWhy::HandedOver, out);
        }
    }

    /// Shards that may let go of copies, if whoever stays has been `heard` to know the view that came to be then: with its view.
    pub fn to_let_go(&self, heard: impl Fn(Pid, Version) -> bool, at: Time, env: &Env) -> impl Iterator<Item = (ShardId, ViewNo)> {
        (0..).zip(&self.shards).filter_map(move |(i, record)| {
            let stay = || record.order.iter().all(|&pid| heard(pid, record.since));
            (self.may_let_go(usize::from(i), at, env) && stay()).then_some((ShardId(i), record.view.no))
        })
    }

    /// Copies that the ring does not want go.
    pub(super) fn let_go(&mut self, shards: &[(ShardId, ViewNo)], at: Time, env: &Env, out: &mut Vec<Decided>) {
        for &(shard, no) in shards {
            let i = usize::from(shard.0);
            if self.shards[i].view.no != no || !self.may_let_go(i, at, env) {
                continue;
            }
            let record = &mut self.shards[i];
            record.handed = None;
            let mut view = record.view.clone();
            assert!(record.order.iter().all(|pid| view.in_sync.contains(pid)), "shard {i}: a copy goes before another counts");
            view.in_sync = record.order.clone();
            view.learners.clear();
            self.install(i, view, ViewWhy::Dismissed, out);
        }
    }

    fn may_let_go(&self, i: usize, at: Time, env: &Env) -> bool {
        let record = &self.shards[i];
        let view = &record.view;
        view.in_sync.iter().any(|pid| !record.order.contains(pid))
            && view.primary.is_some_and(|primary| record.order.contains(&primary))
            && record.handed.is_none_or(|(_, since)| at.since(since) >= env.wait_out())
            && self.complete(i)
    }

    /// Takes every other step that can be taken now.
    pub(super) fn rebalance(&mut self, env: &Env, out: &mut Vec<Decided>) {
        for i in 0..self.shards.len() {
            self.reinforce(i, out);
            if self.shards[i].view.learners.iter().any(|pid| !self.shards[i].order.contains(pid)) {
                // It does not count and is not wanted.
                let mut view = self.shards[i].view.clone();
                view.learners.retain(|pid| self.shards[i].order.contains(pid));
                self.install(i, view, ViewWhy::Cancelled, out);
            }
        }
        self.recruit(env, out);
        for i in 0..self.members.len() {
            let member = &self.members[i];
            let named = |record: &ShardRecord| record.view.in_sync.contains(&member.pid) || record.view.learners.contains(&member.pid);
            if member.part == Part::Draining && !self.shards.iter().any(named) {
                assert!(!self.shards.iter().any(|record| record.order.contains(&member.pid)), "a node leaves that the ring wants");
                out.push(Decided::Left(member.pid));
                self.members[i].part = Part::Spare;
            } else if member.joining && !self.lacks(member.pid) {
                self.members[i].joining = false;
            }
        }
    }

    /// Adds learners where wanted copies are missing: one a shard, the shard with the fewest copies first.
    fn recruit(&mut self, env: &Env, out: &mut Vec<Decided>) {
        loop {
            let learning = |&i: &usize| {
                let view = &self.shards[i].view;
                let moves = |&pid: &Pid| self.is_up(pid) && !self.is_stalled(ShardId(i as u16), pid);
                view.primary.is_some() && view.learners.iter().any(moves)
            };
            let in_flight = (0..self.shards.len()).filter(learning).count();
            if in_flight >= usize::from(env.setup.config.moves_in_flight) {
                return;
            }
            let missing = |i: usize| {
                let ShardRecord { view, order, .. } = &self.shards[i];
                let held = |pid| view.in_sync.contains(&pid) || view.learners.contains(&pid);
                order.iter().copied().find(|&pid| !held(pid) && self.is_up(pid))
            };
            let open = (0..self.shards.len()).filter(|&i| self.shards[i].view.primary.is_some() && !learning(&i));
            let open = open.filter_map(|i| Some((self.shards[i].view.in_sync.len(), i, missing(i)?)));
            let Some((_, i, node)) = open.min() else { return };
            let mut view = self.shards[i].view.clone();
            assert!(self.takes_part(node), "shard {i}: a copy is made on a node that takes no part");
            view.learners.push(node);
            self.install(i, view, ViewWhy::Recruited(node), out);
        }
    }
}
