//! A node's disk: all that survives its death.

use std::rc::Rc;

use litemap::LiteMap;

use crate::cluster::store::snapshot::Base;
use crate::cluster::wire::Change;
use crate::cluster::wire::msg::LoggedOp;
use crate::proto::replica::view::{Index, Log, ShardId, ViewNo};

/// What a node's disk holds.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct NodeDisk {
    /// Whether the control plane has counted this disk in. An empty one belongs to a node that has lost everything.
    pub formatted: bool,
    /// Whether its operator has asked it to leave.
    pub leaving: bool,
    /// Each shard's log, the highest view seen, and what was known to be committed.
    pub shards: LiteMap<ShardId, ShardDisk>,
}

/// One shard on a disk.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct ShardDisk {
    /// The highest view seen.
    pub view: ViewNo,
    /// What the copy started from.
    pub base: Rc<Base>,
    /// The log, after that.
    pub log: Log<LoggedOp>,
    /// Known to be committed.
    pub commit: Index,
}

impl NodeDisk {
    /// Carries out a change.
    pub fn save(&mut self, change: &Change) {
        match change {
            Change::Log { shard, view, commit, keep, entries } => {
                let disk = self.shards.entry(*shard).or_default();
                disk.log.truncate(*keep);
                for entry in entries {
                    disk.log.push(entry.clone());
                }
                disk.view = disk.view.max(*view);
                disk.commit = (*commit).min(disk.log.last());
            }
            Change::View(shard, view) => {
                let disk = self.shards.entry(*shard).or_default();
                disk.view = disk.view.max(*view);
            }
            Change::Snapshot { shard, view, upto, base } => {
                let disk = self.shards.entry(*shard).or_default();
                disk.view = disk.view.max(*view);
                (disk.base, disk.log, disk.commit) = (base.clone(), Log::after(upto.0, upto.1), upto.0);
            }
            Change::Trim { shard, upto, base } => {
                let disk = self.shards.entry(*shard).or_default();
                if disk.log.mark_at(upto.0) == Some(upto.1) {
                    (disk.base, disk.log, disk.commit) = (base.clone(), disk.log.since(upto.0), disk.commit.max(upto.0));
                }
            }
            Change::Drop(shard) => drop(self.shards.remove(shard)),
            Change::Leaving(leaving) => self.leaving = *leaving,
            Change::Format => self.formatted = true,
            Change::Raft(_) => {}
        }
    }
}
