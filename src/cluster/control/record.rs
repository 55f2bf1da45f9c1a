//! What the control plane has on record of a shard, and how many copies hold what is acknowledged. What it does with that is told in
//! `promotion`, beside this file.

use crate::cluster::setup::durability::Durability;
use crate::proto::replica::view::{View, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// How much of the control plane's decisions a process has heard of: a count of decisions, 0 for none.
pub type Version = u64;

/// A shard by the control plane's record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::cluster) struct ShardRecord {
    pub(super) view: View,
    /// The version at which the view came to be.
    pub(super) since: Version,
    /// The ring's answer: who should hold copies, the preferred primary first.
    pub(super) order: Vec<Pid>,
    /// The view's primary has told that all that was committed before it led is on its disk, in this view or in an earlier one that
    /// it led without a break.
    pub(super) settled: bool,
    /// At most so many of the in-sync copies lack any one committed entry.
    pub(super) may_lack: usize,
    /// Copies that were let go before those that are left were known to hold everything: they still count towards `may_lack`.
    pub(super) former: Vec<Pid>,
    /// Copies outside the in-sync set that hold everything committed, in the order in which they were let go.
    pub(super) eligible: Vec<Pid>,
    /// Learners that answer nothing, in this view: no other copy waits for them.
    pub(super) stalled: Vec<Pid>,
    /// The copies left in the in-sync set cannot be known to hold everything committed: nobody may lead as if they did.
    pub(super) orphaned: bool,
    /// Who handed the shard over last, and when. Until its lease has surely ended it stays in the in-sync set: the new primary
    /// cannot settle without its answer, and with that answer it has stepped down.
    pub(super) handed: Option<(Pid, Time)>,
}

impl ShardRecord {
    /// A shard that was just set up: every copy is there, nothing is in it.
    pub(super) fn founding(order: Vec<Pid>, durability: Durability) -> ShardRecord {
        let view =
            View { no: ViewNo(1), primary: Some(order[0]), in_sync: order.clone(), learners: Vec::new(), level: true, unknown: false };
        let may_lack = durability.lack(order.len());
        assert!(may_lack < order.len(), "of {} copies {may_lack} may lack something", order.len());
        ShardRecord {
            view,
            since: 1,
            order,
            settled: true,
            may_lack,
            former: Vec::new(),
            eligible: Vec::new(),
            stalled: Vec::new(),
            orphaned: false,
            handed: None,
        }
    }

    /// So many in-sync copies hold everything committed together, whichever they are: so many must live for one of them to lead.
    /// Where a majority commits a single one may do; it commits nothing before others have joined it.
    pub(super) fn together(&self) -> usize {
        self.may_lack + 1
    }

    /// Whether the in-sync set may do without one more copy, though that one's disk may hold what others lack.
    pub(super) fn may_shrink(&self) -> bool {
        self.view.in_sync.len() > self.together()
    }
}
