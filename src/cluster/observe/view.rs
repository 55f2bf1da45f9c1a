//! The read-only picture of a cluster at one instant: what promises are checked against and what the page draws.
//! Plain owned data, integers only; building it never changes a run.

use std::rc::Rc;

use crate::cluster::client::worker::Step;
pub use crate::cluster::control::waiting::Waiting;
use crate::cluster::note::OpId;
use crate::cluster::setup::name::Name;
use crate::cluster::store::document::Text;
use crate::cluster::wire::shape::Shape;
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::proto::replica::view::{Index, ShardId, View, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// Whether a process runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Health {
    /// It runs.
    Up,
    /// It stands still and will go on.
    Frozen,
    /// It was killed.
    Down,
}

/// A node's part in the ring, by the control plane's record.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// None: it has never joined, or has left. Also whatever is no node.
    None,
    /// It has joined, or joined again, and not every copy that the ring wants there is there yet.
    Joining,
    /// It has been a member for longer, and copies that another left it are on their way.
    Receiving,
    /// It owns arcs and has what belongs to them.
    Member,
    /// It is leaving; what it still holds moves to others.
    Draining,
    /// It was down for too long and was taken off the ring.
    Out,
}

/// What a replica is, by its own belief (its latest view).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// Orders writes.
    Primary,
    /// In sync.
    Backup,
    /// Catching up.
    Learner,
}

/// A place in a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Logged {
    /// There is no such entry, or the node does not live.
    Nothing,
    /// An entry: its operation, if it has one.
    Entry(Option<OpId>),
    /// A snapshot stands for it. It is a state, and does not tell how that came about.
    Snapshot,
}

/// A write: which, where it stood in the log of whoever acknowledged it, and the number of its key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Write {
    /// The operation.
    pub op: OpId,
    /// Its place.
    pub index: Index,
    /// The key, or the document.
    pub key: u16,
}

/// The narrow questions that promises ask after every event; they are answered without building a picture.
pub trait Sight {
    /// The instant.
    fn now(&self) -> Time;
    /// Whether a node would answer a read of a shard at this instant: it runs, leads, has settled and holds a lease.
    fn serves(&self, node: Pid, shard: ShardId) -> bool;
    /// What stands at an index of a living node's log.
    fn logged(&self, node: Pid, shard: ShardId, index: Index) -> Logged;
    /// Whether a living node has this write: in this place of its log, or in the state that its snapshot began with.
    fn has(&self, node: Pid, shard: ShardId, write: &Write) -> bool;
    /// Whether it is on a node's disk, whether the node lives or not.
    fn kept(&self, node: Pid, shard: ShardId, write: &Write) -> bool;
    /// How much of its log a living node has applied to its copy, and a digest of what came of it.
    fn state(&self, node: Pid, shard: ShardId) -> Option<(Index, u64)>;
    /// All nodes.
    fn nodes(&self) -> Vec<Pid>;
    /// All coordinators.
    fn coordinators(&self) -> Vec<Pid>;
    /// All balancers.
    fn balancers(&self) -> Vec<Pid>;
    /// The nodes that are on the ring at the beginning.
    fn founders(&self) -> Vec<Pid>;
    /// The tokens of all nodes, those that may still join among them, clockwise, with their owners.
    fn tokens(&self) -> Rc<[(u64, Pid)]>;
    /// The first index of a coordinator's log: a snapshot stands for what came before.
    fn decisions_from(&self, coordinator: Pid) -> Index;
    /// The term of an entry of a living coordinator's log, and a fingerprint of what it decides.
    fn decision(&self, coordinator: Pid, index: Index) -> Option<(u32, u64)>;
    /// How many decisions a living coordinator has carried out, and a digest of the state that came of them: of the `whole`, or of
    /// members, locks and the number of each shard's view.
    fn outcome(&self, coordinator: Pid, whole: bool) -> Option<(Index, u64)>;
    /// Workers that believe at this instant, by their own clocks, that they hold a lock. One that stands still believes on until
    /// its lease has run out.
    fn believers(&self) -> Vec<(Pid, LockId)>;
    /// Slices of the circle.
    fn shards(&self) -> u16;
    /// Copies that each shard should have.
    fn copies(&self) -> usize;
}

/// Everything at one instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterView {
    /// The instant.
    pub now: Time,
    /// Every process, in the order of pids, nodes that may still join included.
    pub processes: Vec<ProcessView>,
    /// Every coordinator, in order.
    pub coordinators: Vec<CoordinatorView>,
    /// Every shard, in order.
    pub shards: Vec<ShardView>,
    /// The locks, in order. At least one.
    pub locks: Vec<LockView>,
    /// The tokens of the ring's members in clockwise order: (position, owner). A token owns the arc that ends at it.
    pub ring: Rc<[(u64, Pid)]>,
    /// The keys that clients use, at their hashes, in order.
    pub keys: Rc<[u64]>,
}

impl ClusterView {
    /// The processes that are there.
    pub fn present(&self) -> impl Iterator<Item = &ProcessView> {
        self.processes.iter().filter(|process| process.present)
    }
}

/// One process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProcessView {
    /// Who.
    pub pid: Pid,
    /// Its name.
    pub name: Name,
    /// Whether it is there: nodes that may still join are not.
    pub present: bool,
    /// The truth about it.
    pub health: Health,
    /// Nodes: its part in the ring.
    pub standing: Standing,
    /// Its boot number.
    pub boot: u32,
    /// A coordinator that suspects it, and since when.
    pub suspected: Option<(Pid, Time)>,
    /// How many times slower its messages are; 1 is normal.
    pub slow: u16,
    /// Nodes: whether it answers every request with an error.
    pub fails: bool,
    /// Processes it cannot send to, by a cut.
    pub cut_to: Vec<Pid>,
    /// Nodes: what is left of its lease by its own clock; zero without one.
    pub lease_left: Span,
    /// Nodes that run, where work takes time: requests at it, waiting or in service, and how many may be there.
    pub queued: Option<(u16, u16)>,
}

/// What a coordinator is, by its own belief.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Office {
    /// It follows the leader of its term, if it knows one.
    Follower,
    /// It asks the others whether it could win an election. No term has changed yet.
    Asking,
    /// It stands for election in its term.
    Candidate,
    /// It leads its term.
    Leader,
}

/// One coordinator: what it is and what it believes. While it is down, what its disk holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CoordinatorView {
    /// Who.
    pub pid: Pid,
    /// What it is, by its own belief; `None` while it is down.
    pub office: Option<Office>,
    /// Whether it lost its disk and does not count until the others have readmitted it.
    pub newcomer: bool,
    /// The latest term it knows.
    pub term: u32,
    /// To whom it gave its vote of that term.
    pub voted: Option<Pid>,
    /// Who leads that term, as far as it knows.
    pub leader: Option<Pid>,
    /// A leader: how long it surely still leads, whatever it hears. Zero for a leader that has lost touch with the others: it
    /// may not extend leases. Zero for all others.
    pub sure: Span,
    /// Up to here a snapshot stands for its log.
    pub base: Index,
    /// Last index of its log.
    pub last: Index,
    /// Last index it knows to be committed: decided.
    pub commit: Index,
    /// Last index on its disk.
    pub stored: Index,
    /// The end of its log: at most the last eight entries, (index, term that wrote it), oldest first.
    pub tail: Vec<(Index, u32)>,
    /// Nodes and balancers that it hears nothing from, by its own ears. Nodes that may still join are not among them.
    pub suspects: Vec<Pid>,
}

/// One shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardView {
    /// Which.
    pub id: ShardId,
    /// The latest view that the control plane has decided.
    pub view: View,
    /// The ring's answer: who should hold copies, the preferred primary first. Where it differs from the view, copies are on
    /// their way.
    pub wanted: Vec<Pid>,
    /// The node that serves it now: up, primary by its own belief, settled, lease running. Two at once would be a broken promise: then the first.
    pub server: Option<Pid>,
    /// If the view has no primary: what it waits for.
    pub waiting: Option<Waiting>,
    /// Every replica that the view names or that believes itself one, in the order of pids.
    pub replicas: Vec<ReplicaView>,
}

/// One copy of a shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplicaView {
    /// On which node.
    pub node: Pid,
    /// Its role in the view that the control plane decided; `None` if it has none there.
    pub role: Option<Role>,
    /// Its role by its own belief; `None` while it is down.
    pub believes: Option<Role>,
    /// The view by its own belief (from its disk while it is down).
    pub believes_view: ViewNo,
    /// Up to here a snapshot stands for its log (on its disk while it is down); zero if the log is whole.
    pub base: Index,
    /// Last index of its log (from its disk while it is down).
    pub last: Index,
    /// Last index it knows to be committed.
    pub commit: Index,
    /// Last index on its disk.
    pub stored: Index,
    /// A learner to which a snapshot is being carried: items that are here, and items in all.
    pub arriving: Option<(u32, u32)>,
    /// The end of its log: at most the last eight entries, (index, view that wrote it), oldest first.
    pub tail: Vec<(Index, ViewNo)>,
}

/// One lock, as the control plane has it, beside what the workers and the store believe.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockView {
    /// Which.
    pub id: LockId,
    /// Who holds it, by the control plane.
    pub holder: Option<HolderView>,
    /// Who waits, next first.
    pub queue: Vec<LockSession>,
    /// Lock-delay: for how long nobody is granted it, since its last holder's lease ran out. Zero: it does not rest.
    pub rests: Span,
    /// Workers that have taken it and act on it: the holder, and any zombie. In the order of pids.
    pub inside: Vec<InsideView>,
    /// The latest token given, for whichever lock.
    pub last_token: FencingToken,
    /// The shard of the document that it protects.
    pub shard: ShardId,
    /// The largest token that the document's copies have seen, by the living copy that has applied most.
    pub seen: FencingToken,
    /// What the document says, by that copy.
    pub text: Text,
}

/// A worker in its critical section.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InsideView {
    /// Who.
    pub who: Pid,
    /// Under which token.
    pub token: FencingToken,
    /// What it is about.
    pub step: Step,
    /// What is left of its lease by its own clock. Zero: it no longer believes that it holds the lock; or would not, if it looked.
    pub left: Span,
}

/// The holder of a lock, by the control plane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HolderView {
    /// Who.
    pub session: LockSession,
    /// Its token.
    pub token: FencingToken,
    /// What is left of its lease, as the lock service counts it.
    pub left: Span,
    /// The whole lease.
    pub lease: Span,
}

/// A message under way. Its place on its lane is a pure function of the instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flight {
    /// From whom.
    pub from: Pid,
    /// To whom.
    pub to: Pid,
    /// When it left.
    pub sent_at: Time,
    /// When it arrives, or would.
    pub arrives_at: Time,
    /// Whether it is lost on the way: it dies half-way.
    pub lost: bool,
    /// What kind.
    pub shape: Shape,
    /// The shard it is about, if any.
    pub shard: Option<ShardId>,
    /// What it is, in the protocol's words: `Append`, `Stored`, `Acquire`... English, technical, untranslated.
    pub label: &'static str,
}
