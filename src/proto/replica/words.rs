//! What replicas say to each other, and what they want of their node.

use crate::proto::replica::view::{Entry, Index, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// Entries in one message to a replica that catches up.
pub const BATCH: usize = 32;

/// What replicas of a shard say to each other. Every message names the sender's view.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ReplicaMsg<T> {
    /// New primary to an in-sync copy: what does your log hold after `after`? Not asked where every in-sync copy must have
    /// stored an entry before it is committed: there is nothing to look for.
    Ask {
        /// The primary's view.
        view: ViewNo,
        /// Its commit point: index and view.
        after: (Index, ViewNo),
    },
    /// Answer: all that my log holds after `prev`.
    Tail {
        /// The view of the question.
        view: ViewNo,
        /// The entry before the first one told: index and view. The point asked for or, if my log does not have that entry, where
        /// my log begins.
        prev: (Index, ViewNo),
        /// What follows.
        entries: Vec<Entry<T>>,
    },
    /// Primary to the others: what follows `prev`, and how far the log is committed. Without entries and without `ask`,
    /// it only tells the commit point and is not answered.
    Append {
        /// The primary's view.
        view: ViewNo,
        /// The entry before the first one sent: index and view.
        prev: (Index, ViewNo),
        /// What follows.
        entries: Vec<Entry<T>>,
        /// Committed up to here.
        commit: Index,
        /// Every copy that counts has stored everything up to here, and so will every one that ever counts: what lies before
        /// may be trimmed.
        floor: Index,
        /// Whether an answer is wanted even without entries.
        ask: bool,
    },
    /// Answer: my log agrees with yours up to `upto`, and that much is on my disk.
    Stored {
        /// The view of the append.
        view: ViewNo,
        /// Up to where.
        upto: Index,
    },
    /// Answer: I do not have `prev`. Send from after `from`: up to there we surely agree.
    Mismatch {
        /// The view of the append.
        view: ViewNo,
        /// What I do not have.
        prev: Index,
        /// My commit point.
        from: Index,
        /// Up to here I have a snapshot instead of entries.
        base: Index,
        /// The end of my log; 0 if I have nothing at all.
        last: Index,
    },
    /// Primary to a replica whose snapshot holds what the primary has never heard of: forget everything. With every rule on
    /// this never happens, since no snapshot stands for more than every copy that counts has stored.
    Discard {
        /// The primary's view.
        view: ViewNo,
    },
    /// Answer: your view is over.
    Stale {
        /// My view.
        view: ViewNo,
    },
}

/// What a replica wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReplicaEffect<T> {
    /// To send this to another replica.
    Send(Pid, ReplicaMsg<T>),
    /// To save: the log is cut after `keep`, then `entries` follow. `Replica::stored` is to be told `mark` when done.
    Save {
        /// Entries up to here stay.
        keep: Index,
        /// What follows.
        entries: Vec<Entry<T>>,
        /// When this is on disk, so much is committed.
        commit: Index,
        /// Names this save.
        mark: SaveId,
    },
    /// To tell that entries were dropped.
    Truncated {
        /// The first.
        from: Index,
        /// How many.
        dropped: u32,
        /// Operations among them that were committed: acknowledged, perhaps. Above zero only where the primary alone commits
        /// (or a rule is off).
        lost: u32,
    },
    /// To tell that an entry was appended.
    Appended(Index, ViewNo),
    /// To tell that a message of a lower view was refused.
    Refused {
        /// From whom.
        from: Pid,
        /// Its view.
        theirs: ViewNo,
    },
    /// Everything up to here is committed now: to be applied.
    Commit(Index),
    /// A learner has everything: to propose it for the in-sync set of this view; `again` if that was done before and may
    /// have been lost.
    Ready {
        /// Who.
        learner: Pid,
        /// Whether this is not the first time.
        again: bool,
    },
    /// To forget the shard's state and log, on disk too.
    Forget,
    /// Entries cannot help this replica: to carry a snapshot to it.
    Snapshot(Pid),
    /// An in-sync backup (or proposed learner) has been silent too long: to ask for a view without it.
    Lagging(Pid),
    /// A learner makes no progress and answers nothing: others need not wait for it.
    Stalled(Pid),
    /// This primary has settled what its predecessor left: it may serve.
    Settled,
    /// Every in-sync copy of this primary's view has stored all that is committed, its predecessors' rest included: to be told to
    /// the control plane, which then knows how few of these copies are enough.
    Level {
        /// Among that rest are operations which it cannot tell to be committed, and too few copies are in sync: it commits them as
        /// soon as the control plane counts on no copy but these.
        open: bool,
    },
    /// A new primary's log cannot be joined to what this in-sync copy has, whose end was written later: that one is to lead.
    Defer(Pid),
}

/// Names a save: how long the log is verified, and in which state of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SaveId {
    /// The log up to here is on disk when this save is done.
    pub(super) upto: Index,
    /// Which generation of the log: truncation begins a new one, and marks of older ones are void.
    pub(super) generation: u32,
    /// Whom to answer, and in which view.
    pub(super) answer: Option<(Pid, ViewNo)>,
}

/// When an entry is committed, once a new primary has settled. Every mode counts what is on disk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Commit {
    /// When the primary has it: asynchronous replication.
    Own,
    /// When all in-sync copies but a few have it: as few as a majority of so many copies leaves out. With three copies, two
    /// must have it; while a fourth counts during a move, three.
    Majority(u8),
    /// When every copy of the in-sync set has it.
    All,
}

impl Commit {
    /// In-sync copies that need not have an entry when it is committed. Unless the primary alone decides: then nothing is said of
    /// any other copy.
    pub fn spare(self) -> usize {
        match self {
            Commit::Own | Commit::All => 0,
            Commit::Majority(copies) => usize::from(copies) - (usize::from(copies) / 2 + 1),
        }
    }

    /// Of so many in-sync copies, how many must have an entry before it is committed. More than there are: nothing can be.
    pub fn holders(self, in_sync: usize) -> usize {
        match self {
            Commit::Own => 1,
            Commit::All => in_sync,
            Commit::Majority(copies) => in_sync.max(copies.into()) - self.spare(),
        }
    }
}

/// The terms under which a replica works. They are the same for all replicas and never change.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Send again after this silence.
    pub resend_after: Span,
    /// Give up on a peer after this silence.
    pub lag_max: Span,
    /// When an entry is committed.
    pub commit: Commit,
    /// With fewer copies in sync nothing more is committed (Kafka's `min.insync.replicas` as KIP-966 has it: the high watermark
    /// stands still). 1 where the primary alone decides.
    pub min: usize,
    /// Answer "stored" only when it is (rule `StoredAck`).
    pub wait_for_disk: bool,
    /// Refuse what comes from a lower view (rule `ViewCheck`).
    pub view_check: bool,
    /// Drop the end of the log that the primary's does not have (rule `Truncate`).
    pub truncate: bool,
}
