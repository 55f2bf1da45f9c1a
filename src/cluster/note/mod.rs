//! Every fact a process of the cluster can note. Sentences, marks and arrows are made from these and nothing else.

mod headline;
pub mod reasons;

pub use crate::cluster::store::document::{Line, Text};

pub use crate::cluster::note::reasons::{Found, RefusedWhy, RingWhy, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
pub use crate::cluster::store::op::{Asked, OpId};
use crate::proto::lock::token::{FencingToken, LockId, Session};
use crate::proto::replica::view::{Index, ShardId, View, ViewNo};
use crate::sim::id::{Boot, Pid};
use crate::sim::time::Span;

/// A fact. The process it happened at is the record's `who`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// A coordinator has had no sign for `silent` that it reaches `node`, and takes it for dead.
    Suspected {
        /// The silent one.
        node: Pid,
        /// For how long.
        silent: Span,
        /// Whether it is not heard, or does not hear.
        why: SuspectWhy,
    },
    /// A coordinator hears again from a node it had suspected, or from a new life of a node.
    Returned {
        /// Who is back.
        node: Pid,
        /// In which life.
        boot: Boot,
        /// Whether its disk was empty.
        fresh: bool,
    },
    /// A coordinator stands for election: it hears no leader and has found that it could win, or the leader has asked it to.
    Stands {
        /// In this term.
        term: u32,
        /// The leader that has asked it to.
        asked: Option<Pid>,
    },
    /// A coordinator gave its vote of a term.
    Voted {
        /// The term.
        term: u32,
        /// To whom.
        candidate: Pid,
    },
    /// A coordinator was elected.
    Elected {
        /// In this term.
        term: u32,
    },
    /// A coordinator that led leads no more.
    SteppedDown {
        /// The term it has heard of; its own if it has given way by itself.
        term: u32,
        /// The reason.
        why: YieldWhy,
    },
    /// A coordinator has learned that everything up to `index` is decided, and applied that entry.
    Decided {
        /// Where in the coordinators' log.
        index: Index,
        /// The term that wrote it.
        term: u32,
    },
    /// A coordinator dropped the end of its log, which its leader does not have.
    DecisionsCut {
        /// The first entry dropped.
        from: Index,
        /// How many.
        dropped: u32,
    },
    /// A coordinator that was far behind has taken over its leader's state.
    StateTaken {
        /// It stands for everything up to here.
        upto: Index,
    },
    /// A coordinator that had lost its disk counts again.
    Readmitted {
        /// Which.
        who: Pid,
    },
    /// The ring was computed anew, and with it who should hold what.
    RingChanged {
        /// Because of this node.
        node: Pid,
        /// The reason.
        why: RingWhy,
        /// Copies that have to be made.
        moves: u32,
        /// The least with which any placement could have arrived at the same number of copies on every node.
        minimum: u32,
    },
    /// A node that wished to leave holds nothing any more.
    Left {
        /// Which.
        node: Pid,
    },
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
    /// A client asks to read or write a key, for the first time.
    Invoked {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The key's number.
        key: u16,
        /// The value to be written; `None` for a read.
        put: Option<u64>,
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
    /// A client got its answer from a backup.
    ReplicaRead {
        /// Of which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// Which backup.
        from: Pid,
        /// The key's number.
        key: u16,
        /// The entry that had written it last, as that backup knew; 0 for none.
        index: Index,
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
        /// Which shard.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// The reason.
        why: RefusedWhy,
    },
    /// A client got its answer.
    Answered {
        /// The operation.
        op: OpId,
        /// What it had asked for.
        asked: Asked,
        /// What a read found.
        found: Found,
    },
    /// A client sends an operation again.
    Retried {
        /// The operation.
        op: OpId,
        /// The attempt that now begins, from 2.
        attempt: u32,
    },
    /// A session stands in the queue of a lock.
    LockQueued {
        /// Whose.
        session: Session,
        /// Of which lock.
        lock: LockId,
        /// Its place, 1 is next.
        place: u32,
    },
    /// A lock was granted.
    LockGranted {
        /// To whom.
        session: Session,
        /// Which.
        lock: LockId,
        /// With which token.
        token: FencingToken,
    },
    /// The holder gave a lock back.
    LockReleased {
        /// Who.
        session: Session,
        /// Which.
        lock: LockId,
        /// Its token.
        token: FencingToken,
    },
    /// A worker's patience is at an end: it waits no more.
    LockCancelled {
        /// Whose session is over.
        session: Session,
        /// For which lock it waited.
        lock: LockId,
        /// The token with which it had just been granted the lock after all, if it had: it gives it back unused.
        held: Option<FencingToken>,
    },
    /// A session's lease ended: it leaves the queue, and the lock if it held it.
    SessionEnded {
        /// Whose.
        session: Session,
        /// In the queue of which lock, or with which lock.
        lock: LockId,
        /// The token it held, if it held the lock.
        held: Option<FencingToken>,
    },
    /// A worker got the news that it holds a lock, and believes it.
    HoldBegins {
        /// Which.
        lock: LockId,
        /// Its token.
        token: FencingToken,
    },
    /// A worker got the news that it holds a lock, looked at its lease, and found that the news is too old to be believed.
    GrantTooLate {
        /// Which.
        lock: LockId,
        /// The token.
        token: FencingToken,
    },
    /// A worker is done with what it did under a lock, or was refused.
    HoldEnds {
        /// Which.
        lock: LockId,
        /// The token it had.
        token: FencingToken,
    },
    /// A primary applied a write made under a lock. A new primary tells what its predecessor may have told.
    FencedWrite {
        /// The shard of the document.
        shard: ShardId,
        /// Where it stands in the log.
        index: Index,
        /// The operation.
        op: OpId,
        /// Whether it took effect before, from another place in the log, and does not do so again.
        again: bool,
        /// The lock that protects the document.
        lock: LockId,
        /// The token it carried.
        token: FencingToken,
        /// What the document says now.
        text: Text,
    },
    /// A primary refused what came under a token smaller than the largest it has seen, or under another's.
    FenceRefused {
        /// The shard of the document.
        shard: ShardId,
        /// The operation.
        op: OpId,
        /// What was asked.
        asked: Asked,
        /// The lock that protects the document.
        lock: LockId,
        /// The token it carried.
        token: FencingToken,
        /// The largest token seen.
        seen: FencingToken,
    },
}
