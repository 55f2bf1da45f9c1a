//! Rebalancing: copies are made where the ring wants them, as few as can be, and no plan makes them fewer.

use litemap::LiteMap;

use crate::cluster::note::{RingWhy, ViewWhy};
use crate::cluster::observe::view::Sight;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::replica::view::{ShardId, View};
use crate::sim::id::Pid;

/// What the checker remembers of the plan.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Moves {
    /// Copies that counted in each shard's latest view; none before its first change, when all did.
    counted: LiteMap<ShardId, usize>,
    /// Who is on the ring, by the facts; `None` before the first change.
    members: Option<Vec<Pid>>,
}

impl Moves {
    /// The ring changed. It asked for so many copies, and could have done with so many.
    pub(super) fn planned(&mut self, sight: &impl Sight, node: Pid, why: RingWhy, copies: (u32, u32), verdicts: &mut Verdicts) {
        let members = self.members.get_or_insert_with(|| sight.founders());
        let before = wanted(sight, members);
        members.retain(|&pid| pid != node);
        if matches!(why, RingWhy::Joined | RingWhy::Returned) {
            members.push(node);
        }
        let after = wanted(sight, members);
        let counted = (made(&before, &after), least(&sight.nodes(), &before, &after));
        if copies != counted || counted.0 > counted.1 {
            verdicts.breaks(Promise::MovesPlanned);
        }
    }

    /// The control plane has forgotten who is on the ring, and begins with those of the beginning again.
    pub(super) fn forgotten(&mut self) {
        self.members = None;
    }

    /// A view was decided.
    pub(super) fn view(&mut self, sight: &impl Sight, shard: ShardId, view: &View, why: &ViewWhy, verdicts: &mut Verdicts) {
        let now = view.in_sync.len();
        let before = self.counted.insert(shard, now).unwrap_or(sight.copies());
        let ours = matches!(why, ViewWhy::Recruited(_) | ViewWhy::HandedOver | ViewWhy::Dismissed | ViewWhy::Cancelled);
        if ours && now < before.min(sight.copies()) {
            verdicts.breaks(Promise::CopiesKept);
        }
        if let ViewWhy::Recruited(node) = why {
            let members = self.members.get_or_insert_with(|| sight.founders());
            if !ring_answer(&ring_of(sight, members), shard, sight.shards(), sight.copies()).contains(node) {
                verdicts.breaks(Promise::MovesPlanned);
            }
        }
    }
}

fn ring_of(sight: &impl Sight, members: &[Pid]) -> Vec<(u64, Pid)> {
    sight.tokens().iter().copied().filter(|(_, pid)| members.contains(pid)).collect()
}

/// Who should hold each shard.
fn wanted(sight: &impl Sight, members: &[Pid]) -> Vec<Vec<Pid>> {
    let ring = ring_of(sight, members);
    (0..sight.shards()).map(|shard| ring_answer(&ring, ShardId(shard), sight.shards(), sight.copies())).collect()
}

/// Copies that have to be made on the way from one placement to another.
fn made(before: &[Vec<Pid>], after: &[Vec<Pid>]) -> u32 {
    before.iter().zip(after).map(|(old, new)| new.iter().filter(|pid| !old.contains(pid)).count() as u32).sum()
}

/// Copies that any placement costs which leaves as many on each node: what the nodes have gained that have gained any.
fn least(nodes: &[Pid], before: &[Vec<Pid>], after: &[Vec<Pid>]) -> u32 {
    let held = |placement: &[Vec<Pid>], node: Pid| placement.iter().filter(|owners| owners.contains(&node)).count();
    nodes.iter().map(|&node| held(after, node).saturating_sub(held(before, node)) as u32).sum()
}

/// The first `copies` different owners from the end of a shard's slice on, found by looking at every token: who should hold
/// it, told without the code that decides it.
pub fn ring_answer(ring: &[(u64, Pid)], shard: ShardId, shards: u16, copies: usize) -> Vec<Pid> {
    let end = ((u128::from(shard.0) + 1) << 64).div_ceil(u128::from(shards)) - 1;
    let ahead = |&&(at, pid): &&(u64, Pid)| (at.wrapping_sub(end as u64), pid);
    let mut owners = Vec::new();
    while owners.len() < copies
        && let Some(&(_, next)) = ring.iter().filter(|(_, pid)| !owners.contains(pid)).min_by_key(ahead)
    {
        owners.push(next);
    }
    owners
}
