//! Rebalancing: copies are made where the ring wants them, as few as can be, and no plan makes them fewer.

use crate::cluster::note::ViewWhy;
use crate::cluster::property::{Promise, Verdicts};
use crate::cluster::view::Sight;
use crate::proto::replica::view::{ShardId, View};
use crate::sim::id::Pid;
use crate::sim::sorted::{SortedMap, in_order};

/// Copies that counted in each shard's latest view; none before its first change, when all did.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Moves {
    counted: SortedMap<ShardId, usize>,
}

impl Moves {
    /// A change of the ring asked for so many copies, and could have done with so many.
    pub(super) fn planned(moves: u32, minimum: u32, verdicts: &mut Verdicts) {
        if moves > minimum {
            verdicts.breaks(Promise::MovesPlanned);
        }
    }

    /// A view was decided.
    pub(super) fn view(&mut self, sight: &impl Sight, shard: ShardId, view: &View, why: &ViewWhy, verdicts: &mut Verdicts) {
        let now = view.in_sync.len();
        let before = self.counted.insert(shard, now).unwrap_or(sight.copies());
        let ours = matches!(why, ViewWhy::Recruited(_) | ViewWhy::HandedOver | ViewWhy::Dismissed | ViewWhy::Cancelled);
        if ours && now < before.min(sight.copies()) {
            verdicts.breaks(Promise::CopiesKept);
        }
        if let ViewWhy::Recruited(node) = why
            && !ring_answer(&sight.ring(), shard, sight.shards(), sight.copies()).contains(node)
        {
            verdicts.breaks(Promise::MovesPlanned);
        }
    }
}

/// The first `copies` different owners from the end of a shard's slice on, found by looking at every token: who should hold
/// it, told without the code that decides it.
pub fn ring_answer(ring: &[(u64, Pid)], shard: ShardId, shards: u16, copies: usize) -> Vec<Pid> {
    let end = ((u128::from(shard.0) + 1) << 64).div_ceil(u128::from(shards)) - 1;
    let ahead = in_order(ring.iter().map(|&(at, pid)| (at.wrapping_sub(end as u64), pid)), Ord::cmp);
    ahead.iter().fold(Vec::new(), |mut owners, &(_, pid)| {
        if owners.len() < copies && !owners.contains(&pid) {
            owners.push(pid);
        }
        owners
    })
}
