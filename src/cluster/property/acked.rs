//! Acknowledged writes: whoever serves has them, and no copy is deleted that alone has one.

use litemap::LiteMap;

use crate::cluster::note::OpId;
use crate::cluster::observe::view::{Sight, Write};
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::cluster::setup::config::Ack;
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;

/// What was acknowledged, shard by shard.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Acked {
    shards: LiteMap<ShardId, Shard>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// Acknowledged writes, by their place in the log, but for those that are lost.
    acked: LiteMap<Index, (OpId, u16)>,
    /// How many some later server did not have.
    lost: u32,
    /// Who said last that it serves.
    server: Option<Pid>,
    /// An operator has chosen what the next server has: what it lacks is given up, counted, and nobody's broken promise.
    given_up: bool,
}

impl Shard {
    fn writes(&self) -> impl DoubleEndedIterator<Item = Write> {
        self.acked.iter().map(|(&index, &(op, key))| Write { op, index, key })
    }
}

impl Acked {
    /// A node begins to serve.
    pub(super) fn serving(&mut self, sight: &impl Sight, id: ShardId, who: Pid, verdicts: &mut Verdicts) {
        let it = self.shards.entry(id).or_default();
        it.server = Some(who);
        let lost: Vec<Index> = it.writes().filter(|write| !sight.has(who, id, write)).map(|write| write.index).collect();
        for index in &lost {
            it.acked.remove(index);
        }
        it.lost += lost.len() as u32;
        let given_up = std::mem::take(&mut it.given_up);
        if !lost.is_empty() && !given_up {
            verdicts.breaks(Promise::AckedSurvive);
        }
    }

    /// An operator has chosen whose copy of a shard counts: what it does not have is given up at once, wherever it may be found later.
    pub(super) fn chosen(&mut self, sight: &impl Sight, id: ShardId, who: Option<Pid>) {
        let it = self.shards.entry(id).or_default();
        let has = |write: &Write| who.is_some_and(|who| sight.kept(who, id, write) || sight.has(who, id, write));
        let lost: Vec<Index> = it.writes().filter(|write| !has(write)).map(|write| write.index).collect();
        for index in &lost {
            it.acked.remove(index);
        }
        it.lost += lost.len() as u32;
        it.given_up = true;
    }

    /// A process has died, and perhaps its disk with it: what neither a disk nor a living node holds any more is lost.
    pub(super) fn gone(&mut self, sight: &impl Sight, verdicts: &mut Verdicts) {
        let nodes = sight.nodes();
        let held = |id, write: &Write| nodes.iter().any(|&node| sight.kept(node, id, write) || sight.has(node, id, write));
        for (&id, it) in self.shards.iter_mut() {
            // Logs are alike from the beginning: where the latest is held, so are those before, on the same disk.
            let lost: Vec<Index> = it.writes().rev().take_while(|write| !held(id, write)).map(|write| write.index).collect();
            for index in &lost {
                it.acked.remove(index);
            }
            it.lost += lost.len() as u32;
            if !lost.is_empty() {
                verdicts.breaks(Promise::AckedSurvive);
            }
        }
    }

    /// A write was acknowledged.
    pub(super) fn acknowledged(&mut self, sight: &impl Sight, id: ShardId, who: Pid, write: &Write, verdicts: &mut Verdicts) {
        let it = self.shards.entry(id).or_default();
        // By a node that does not know yet that another serves: that one has it, or it is lost.
        let server = it.server.filter(|&server| sight.serves(server, id)).unwrap_or(who);
        let kept = sight.has(server, id, write);
        // Two different writes acknowledged at one place: one of them is lost.
        let before = if kept { it.acked.insert(write.index, (write.op, write.key)) } else { None };
        if !kept || before.is_some_and(|before| before.0 != write.op) {
            it.lost += 1;
            verdicts.breaks(Promise::AckedSurvive);
        }
    }

    /// A copy is deleted.
    pub(super) fn dropped(&mut self, sight: &impl Sight, id: ShardId, who: Pid, verdicts: &mut Verdicts) {
        let it = self.shards.entry(id).or_default();
        let good = |node: Pid| it.writes().all(|write| sight.kept(node, id, &write));
        // Where the primary alone commits, a deposed one may alone have what it acknowledged: that no other disk lacks it is not promised.
        if verdicts.ack != Ack::Primary && !sight.nodes().into_iter().any(|node| node != who && good(node)) {
            verdicts.breaks(Promise::CopiesKept);
        }
    }

    /// Acknowledged writes that only one disk holds: one more disk lost, and they are.
    pub(super) fn at_risk(&self, sight: &impl Sight) -> u32 {
        let nodes = sight.nodes();
        let risky = |(id, shard): (&ShardId, &Shard)| {
            let alone = |write: &Write| nodes.iter().filter(|&&node| sight.kept(node, *id, write)).count() == 1;
            // Logs are alike from the beginning: what lies before an entry that two disks hold is on both.
            shard.writes().rev().take_while(alone).count() as u32
        };
        self.shards.iter().map(risky).sum()
    }

    /// Acknowledged writes that some later server did not have.
    pub(super) fn lost_writes(&self) -> u32 {
        self.shards.values().map(|shard| shard.lost).sum()
    }
}
