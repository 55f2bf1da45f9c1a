//! What nodes note of shards: views, logs, snapshots, and what is answered.

use serde_json::Value;

use crate::cluster::note::fields::{Field, Names, number, text};
use crate::cluster::note::reasons::{RefusedWhy, StopWhy, ViewWhy};
use crate::cluster::store::op::OpId;
use crate::proto::replica::view::{Index, ShardId, View, ViewNo};
use crate::sim::id::Pid;

/// A fact of one shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShardNote {
    /// A primary begins to carry a snapshot to a learner.
    SnapshotSent {
        /// Of which shard.
        shard: ShardId,
        /// To whom.
        to: Pid,
        /// It stands for everything up to here.
        upto: Index,
    },
    /// A learner has a whole snapshot, and takes it over.
    SnapshotTaken {
        /// Of which shard.
        shard: ShardId,
        /// It stands for everything up to here.
        upto: Index,
    },
    /// A primary has nothing under way and lets requests wait, so that another may lead.
    Yielded {
        /// Which shard.
        shard: ShardId,
    },
    /// A node has deleted its copy: others hold the shard.
    Dropped {
        /// Which shard.
        shard: ShardId,
    },
    /// The control plane decided on a new view.
    ViewChanged {
        /// Of which shard.
        shard: ShardId,
        /// The new view.
        view: View,
        /// The reason.
        why: ViewWhy,
    },
    /// A primary has settled its log and holds a lease: it serves from now on.
    Serving {
        /// Which shard.
        shard: ShardId,
        /// In which view.
        view: ViewNo,
    },
    /// A primary no longer serves.
    Stopped {
        /// Which shard.
        shard: ShardId,
        /// In which view it served.
        view: ViewNo,
        /// The reason.
        why: StopWhy,
    },
    /// A replica put an entry into its log (not yet stored).
    Appended {
        /// Which shard.
        shard: ShardId,
        /// Where.
        index: Index,
        /// The view that wrote it.
        view: ViewNo,
    },
    /// A replica learned that everything up to `index` is committed.
    Committed {
        /// Which shard.
        shard: ShardId,
        /// Up to where.
        index: Index,
    },
    /// A replica dropped the end of its log, which the new view does not have.
    Truncated {
        /// Which shard.
        shard: ShardId,
        /// The first entry dropped.
        from: Index,
        /// How many.
        dropped: u32,
    },
    /// A replica dropped operations that it knew to be committed: writes that were acknowledged are lost. Told by whoever had
    /// them and comes back; if it never does, nobody in the cluster knows.
    WritesLost {
        /// Which shard.
        shard: ShardId,
        /// The first entry dropped.
        from: Index,
        /// How many operations.
        lost: u32,
    },
    /// A replica made a snapshot of the beginning of its log.
    Trimmed {
        /// Which shard.
        shard: ShardId,
        /// The snapshot stands for everything up to here.
        upto: Index,
    },
    /// A primary carried out a write: it is visible from now on. A new primary tells what its predecessor may have told.
    Applied {
        /// Which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// Where it stands in the log.
        index: Index,
    },
    /// A primary answers a read.
    ReadServed {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The view in which it leads.
        view: ViewNo,
    },
    /// A primary answers a retry from what it remembers: the operation was done before.
    AnsweredAgain {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The view in which it leads.
        view: ViewNo,
    },
    /// A replica refused a message of a lower view.
    StaleView {
        /// Which shard.
        shard: ShardId,
        /// Who sent it.
        from: Pid,
        /// The view of the message.
        theirs: ViewNo,
        /// The view of the replica.
        ours: ViewNo,
    },
    /// A learner has everything its primary has.
    LearnerReady {
        /// Which shard.
        shard: ShardId,
        /// Which learner.
        learner: Pid,
    },
    /// A primary answered a write: the client may rely on it from now on.
    Acknowledged {
        /// Which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The view in which it leads.
        view: ViewNo,
        /// Where it stands in the log.
        index: Index,
        /// The key's number.
        key: u16,
    },
    /// A node or balancer turned a request away.
    Refused {
        /// Which shard, if it was about one.
        shard: Option<ShardId>,
        /// The operation.
        op: OpId,
        /// The reason.
        why: RefusedWhy,
    },
}

impl ShardNote {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            ShardNote::SnapshotSent { .. } => "snapshot-sent",
            ShardNote::SnapshotTaken { .. } => "snapshot-taken",
            ShardNote::Yielded { .. } => "yielded",
            ShardNote::Dropped { .. } => "dropped",
            ShardNote::ViewChanged { .. } => "view-changed",
            ShardNote::Serving { .. } => "serving",
            ShardNote::Stopped { .. } => "stopped",
            ShardNote::Appended { .. } => "appended",
            ShardNote::Committed { .. } => "committed",
            ShardNote::Truncated { .. } => "truncated",
            ShardNote::WritesLost { .. } => "writes-lost",
            ShardNote::Trimmed { .. } => "trimmed",
            ShardNote::Applied { .. } => "applied",
            ShardNote::ReadServed { .. } => "read-served",
            ShardNote::AnsweredAgain { .. } => "answered-again",
            ShardNote::StaleView { .. } => "stale-view",
            ShardNote::LearnerReady { .. } => "learner-ready",
            ShardNote::Acknowledged { .. } => "acknowledged",
            ShardNote::Refused { .. } => "refused",
        }
    }

    /// Whether a fact step stops here and the sentence tells it. The rest is the daily work.
    pub(super) const fn is_headline(&self) -> bool {
        match self {
            ShardNote::SnapshotTaken { .. }
            | ShardNote::ViewChanged { .. }
            | ShardNote::Serving { .. }
            | ShardNote::Stopped { .. }
            | ShardNote::Truncated { .. }
            | ShardNote::WritesLost { .. }
            | ShardNote::StaleView { .. }
            | ShardNote::LearnerReady { .. } => true,
            ShardNote::Appended { .. }
            | ShardNote::Trimmed { .. }
            | ShardNote::Applied { .. }
            | ShardNote::ReadServed { .. }
            | ShardNote::AnsweredAgain { .. }
            | ShardNote::SnapshotSent { .. }
            | ShardNote::Yielded { .. }
            | ShardNote::Dropped { .. }
            | ShardNote::Committed { .. }
            | ShardNote::Acknowledged { .. }
            | ShardNote::Refused { .. } => false,
        }
    }

    /// Its fields, in a fixed order.
    pub(super) fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            ShardNote::SnapshotSent { shard, to, upto } => {
                vec![("shard", number(shard.0)), ("to", names.one(*to)), ("upto", number(upto.0))]
            }
            ShardNote::SnapshotTaken { shard, upto } => vec![("shard", number(shard.0)), ("upto", number(upto.0))],
            ShardNote::Yielded { shard } | ShardNote::Dropped { shard } => vec![("shard", number(shard.0))],
            ShardNote::ViewChanged { shard, view, why } => vec![
                ("shard", number(shard.0)),
                ("view", number(view.no.0)),
                ("primary", view.primary.map_or(Value::Null, |pid| names.one(pid))),
                ("in_sync", names.all(&view.in_sync)),
                ("learners", names.all(&view.learners)),
                ("why", text(why.word())),
            ],
            ShardNote::Serving { shard, view } => vec![("shard", number(shard.0)), ("view", number(view.0))],
            ShardNote::Stopped { shard, view, why } => {
                vec![("shard", number(shard.0)), ("view", number(view.0)), ("why", text(why.word()))]
            }
            ShardNote::Appended { shard, index, view } => {
                vec![("shard", number(shard.0)), ("index", number(index.0)), ("view", number(view.0))]
            }
            ShardNote::Committed { shard, index } => vec![("shard", number(shard.0)), ("index", number(index.0))],
            ShardNote::Truncated { shard, from, dropped } => {
                vec![("shard", number(shard.0)), ("from", number(from.0)), ("dropped", number(*dropped))]
            }
            ShardNote::StaleView { shard, from, theirs, ours } => {
                vec![("shard", number(shard.0)), ("from", names.one(*from)), ("theirs", number(theirs.0)), ("ours", number(ours.0))]
            }
            ShardNote::LearnerReady { shard, learner } => vec![("shard", number(shard.0)), ("learner", names.one(*learner))],
            ShardNote::WritesLost { shard, from, lost } => {
                vec![("shard", number(shard.0)), ("from", number(from.0)), ("lost", number(*lost))]
            }
            ShardNote::Trimmed { shard, upto } => vec![("shard", number(shard.0)), ("upto", number(upto.0))],
            ShardNote::Applied { shard, op: o, index } => vec![("shard", number(shard.0)), ("op", names.op(o)), ("index", number(index.0))],
            ShardNote::ReadServed { shard, op: o, view } | ShardNote::AnsweredAgain { shard, op: o, view } => {
                vec![("shard", number(shard.0)), ("op", names.op(o)), ("view", number(view.0))]
            }
            ShardNote::Acknowledged { shard, op: o, view, index, key } => {
                vec![
                    ("shard", number(shard.0)),
                    ("op", names.op(o)),
                    ("view", number(view.0)),
                    ("index", number(index.0)),
                    ("key", number(*key)),
                ]
            }
            ShardNote::Refused { shard, op: o, why } => {
                let mut out: Vec<Field> = shard.map(|shard| ("shard", number(shard.0))).into_iter().collect();
                out.extend([("op", names.op(o)), ("why", text(why.word()))]);
                out
            }
        }
    }
}
