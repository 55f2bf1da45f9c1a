//! A write takes effect once in the history that survives, however often it was sent and logged.

use litemap::LiteMap;

use crate::cluster::note::OpId;
use crate::cluster::observe::view::{Logged, Sight};
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;

/// Which entry of a shard's log carried out each write.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Once {
    shards: LiteMap<ShardId, LiteMap<OpId, Index>>,
}

impl Once {
    /// A primary carried out a write. A successor may tell the same of the same entry. Of another entry it may if the first one
    /// did not survive; if its log holds both, the write took effect twice.
    pub(super) fn applied(&mut self, sight: &impl Sight, shard: ShardId, who: Pid, op: OpId, index: Index, verdicts: &mut Verdicts) {
        let done = self.shards.entry(shard).or_default();
        let before = done.insert(op, index).filter(|&before| before != index);
        if before.is_some_and(|before| sight.logged(who, shard, before) == Logged::Entry(Some(op))) {
            verdicts.breaks(Promise::OnceOnly);
        }
    }
}
