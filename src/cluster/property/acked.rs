//! Acknowledged writes: whoever serves has them, and no copy is deleted that alone has one.

use crate::cluster::note::OpId;
use crate::cluster::property::{Promise, Verdicts};
use crate::cluster::view::Sight;
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;
use crate::sim::sorted::{SortedMap, SortedSet};

/// What was acknowledged, shard by shard.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Acked {
    shards: SortedMap<ShardId, Shard>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// Acknowledged writes, by their place in the log.
    acked: SortedMap<Index, OpId>,
    /// Those that some later server did not have.
    lost: SortedSet<Index>,
}

impl Acked {
    /// A node begins to serve.
    pub(super) fn serving(&mut self, sight: &impl Sight, id: ShardId, who: Pid, verdicts: &mut Verdicts) {
        let it = self.shards.get_or_insert_with(id, Default::default);
        let missing = |(index, op): (&Index, &OpId)| (sight.logged(who, id, *index) != Some(*op)).then_some(*index);
        let lost: Vec<Index> = it.acked.iter().filter_map(missing).collect();
        if !lost.is_empty() {
            for index in lost {
                it.lost.insert(index);
            }
            verdicts.breaks(Promise::AckedSurvive);
        }
    }

    /// A write was acknowledged.
    pub(super) fn acknowledged(&mut self, sight: &impl Sight, id: ShardId, who: Pid, op: OpId, index: Index, verdicts: &mut Verdicts) {
        let it = self.shards.get_or_insert_with(id, Default::default);
        let before = it.acked.insert(index, op);
        // Two different writes acknowledged at one place: one of them is lost.
        if sight.logged(who, id, index) != Some(op) || before.is_some_and(|before| before != op) {
            it.lost.insert(index);
            verdicts.breaks(Promise::AckedSurvive);
        }
    }

    /// A copy is deleted.
    pub(super) fn dropped(&mut self, sight: &impl Sight, id: ShardId, who: Pid, verdicts: &mut Verdicts) {
        let it = self.shards.get_or_insert_with(id, Default::default);
        // What has been lost before is missing everywhere.
        let good = |node: Pid| it.acked.iter().all(|(index, op)| it.lost.contains(index) || sight.kept(node, id, *index) == Some(*op));
        if !sight.nodes().into_iter().any(|node| node != who && good(node)) {
            verdicts.breaks(Promise::CopiesKept);
        }
    }

    /// Acknowledged writes that only one disk holds: one more disk lost, and they are.
    pub(super) fn at_risk(&self, sight: &impl Sight) -> u32 {
        let nodes = sight.nodes();
        let risky = |(id, shard): (&ShardId, &Shard)| {
            let alone = |(index, op): &(&Index, &OpId)| {
                let held = nodes.iter().filter(|&&node| sight.kept(node, *id, **index) == Some(**op)).count();
                held == 1 && !shard.lost.contains(index)
            };
            // Logs are alike from the beginning: what lies before an entry that two disks hold is on both.
            shard.acked.iter().rev().take_while(alone).count() as u32
        };
        self.shards.iter().map(risky).sum()
    }

    /// Acknowledged writes that some later server did not have.
    pub(super) fn lost_writes(&self) -> u32 {
        self.shards.values().map(|shard| shard.lost.len() as u32).sum()
    }
}
