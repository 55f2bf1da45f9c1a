//! The promises, checked after every event. This file sees facts and the read-only view, and shares no code with the
//! protocols it judges.

mod decisions;

use crate::cluster::note::{Note, OpId, RingWhy, ViewWhy};
use crate::cluster::property::decisions::Decisions;
use crate::cluster::view::Sight;
use crate::proto::lock::token::{FencingToken, Session};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::sorted::{SortedMap, SortedSet, in_order};
use crate::sim::time::Time;

/// A promise of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Promise {
    /// At most one node serves a shard.
    OneServing,
    /// Whoever serves a shard has every write of it that was ever acknowledged, where it was acknowledged.
    AckedSurvive,
    /// The lock goes to whoever has waited longest.
    LockFifo,
    /// Every grant's token is larger than all before it.
    TokensGrow,
    /// Writes under the lock take effect in the order of their tokens, each on top of the one before.
    OneEffective,
    /// No change of plan makes a shard's copies fewer, and no copy is deleted unless another disk holds all of it.
    CopiesKept,
    /// A copy is made only where the ring wants one, and a change of the ring asks for no more than it must.
    MovesPlanned,
    /// Copies of the in-sync set hold the same operations up to the commit point.
    CopiesAgree,
    /// Each write takes effect once, however often it is sent.
    OnceOnly,
    /// At most one coordinator is elected in a term.
    OneLeader,
    /// What the coordinators have decided stays decided, and all of them decide alike.
    DecisionsSurvive,
}

impl Promise {
    /// How many there are.
    pub const COUNT: usize = 11;
    /// All of them, in the order of the page.
    pub const ALL: [Promise; Promise::COUNT] = [
        Promise::OneServing,
        Promise::AckedSurvive,
        Promise::LockFifo,
        Promise::TokensGrow,
        Promise::OneEffective,
        Promise::CopiesKept,
        Promise::MovesPlanned,
        Promise::CopiesAgree,
        Promise::OnceOnly,
        Promise::OneLeader,
        Promise::DecisionsSurvive,
    ];

    /// Its word in attributes and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Promise::OneServing => "one-serving",
            Promise::AckedSurvive => "acked-survive",
            Promise::LockFifo => "lock-fifo",
            Promise::TokensGrow => "tokens-grow",
            Promise::OneEffective => "one-effective",
            Promise::CopiesKept => "copies-kept",
            Promise::MovesPlanned => "moves-planned",
            Promise::CopiesAgree => "copies-agree",
            Promise::OnceOnly => "once-only",
            Promise::OneLeader => "one-leader",
            Promise::DecisionsSurvive => "decisions-survive",
        }
    }
}

/// The first moment at which a promise was broken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Broken {
    /// When.
    pub at: Time,
    /// The latest fact then.
    pub seq: Seq,
}

/// What the checker remembers of one shard.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// Nodes that said they serve and did not say that they stopped.
    claims: Vec<Pid>,
    /// Acknowledged writes, by their place in the log.
    acked: SortedMap<Index, OpId>,
    /// Those that some later server did not have.
    lost: SortedSet<Index>,
    /// Copies that counted in the latest view; `None` before the first change, when all did.
    counted: Option<usize>,
}

/// The state of all promises of one run.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Promises {
    broken: [Option<Broken>; Promise::COUNT],
    shards: SortedMap<ShardId, Shard>,
    /// Shards with more than one claim: only these need a look after every event.
    contested: SortedSet<ShardId>,
    /// Who is on the ring, by the facts; `None` before the first change.
    members: Option<Vec<Pid>>,
    decisions: Decisions,
    queue: Vec<Session>,
    last_token: FencingToken,
    /// The latest edit of the document that took effect: its token and value.
    edit: (FencingToken, u64),
    /// Edits seen: a new primary may apply (and tell) what the old one had applied.
    edits: SortedSet<OpId>,
}

impl Promises {
    /// Nothing has happened, nothing is broken.
    pub fn new() -> Promises {
        Promises::default()
    }

    /// To be called after every event and every fault with the facts it brought about.
    pub fn after(&mut self, sight: &impl Sight, new: &[Record<Note>]) {
        for record in new {
            match &record.what {
                What::Fault(fault) => self.fault(*fault),
                What::Note(note) => self.note(sight, record, note),
            }
        }
        if !self.contested.is_empty() {
            let doubly = |shard: &&ShardId| {
                self.shards.get(shard).is_some_and(|it| it.claims.iter().filter(|&&node| sight.serves(node, **shard)).count() > 1)
            };
            if self.contested.iter().find(doubly).is_some() {
                let seq = new.last().map_or(Seq(0), |record| record.seq);
                self.breaks(Promise::OneServing, sight.now(), seq);
            }
        }
    }

    /// Each promise with the first moment it was broken, in the order of `Promise::ALL`.
    pub fn states(&self) -> [(Promise, Option<Broken>); Promise::COUNT] {
        Promise::ALL.map(|promise| (promise, self.broken[promise as usize]))
    }

    /// Acknowledged writes that only one disk holds: one more disk lost, and they are.
    pub fn at_risk(&self, sight: &impl Sight) -> u32 {
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
    pub fn lost_writes(&self) -> u32 {
        self.shards.values().map(|shard| shard.lost.len() as u32).sum()
    }

    fn breaks(&mut self, promise: Promise, at: Time, seq: Seq) {
        self.broken[promise as usize].get_or_insert(Broken { at, seq });
    }

    fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Kill(pid) | Fault::Wipe(pid) => {
                for (id, shard) in self.shards.iter_mut() {
                    shard.claims.retain(|&node| node != pid);
                    if shard.claims.len() < 2 {
                        self.contested.remove(id);
                    }
                }
            }
            // A frozen node answers nobody while it stands still, but goes on believing: its claim stays.
            Fault::Revive(_)
            | Fault::Join(_)
            | Fault::Leave(_)
            | Fault::Freeze(_)
            | Fault::Thaw(_)
            | Fault::Slow(..)
            | Fault::Cut(..)
            | Fault::Heal(..)
            | Fault::Drift(..) => {}
        }
    }

    fn note(&mut self, sight: &impl Sight, record: &Record<Note>, note: &Note) {
        let (at, seq, who) = (record.at, record.seq, record.who);
        match note {
            Note::Serving { shard, .. } => {
                let it = self.shards.get_or_insert_with(*shard, Default::default);
                if !it.claims.contains(&who) {
                    it.claims.push(who);
                }
                if it.claims.len() > 1 {
                    self.contested.insert(*shard);
                }
                let missing = |(index, op): (&Index, &OpId)| (sight.logged(who, *shard, *index) != Some(*op)).then_some(*index);
                let lost: Vec<Index> = it.acked.iter().filter_map(missing).collect();
                if !lost.is_empty() {
                    for index in lost {
                        it.lost.insert(index);
                    }
                    self.breaks(Promise::AckedSurvive, at, seq);
                }
            }
            Note::Stopped { shard, .. } => {
                let it = self.shards.get_or_insert_with(*shard, Default::default);
                it.claims.retain(|&node| node != who);
                if it.claims.len() < 2 {
                    self.contested.remove(shard);
                }
            }
            Note::Acknowledged { shard, op, index } => {
                let it = self.shards.get_or_insert_with(*shard, Default::default);
                let before = it.acked.insert(*index, *op);
                // Two different writes acknowledged at one place: one of them is lost.
                if sight.logged(who, *shard, *index) != Some(*op) || before.is_some_and(|before| before != *op) {
                    it.lost.insert(*index);
                    self.breaks(Promise::AckedSurvive, at, seq);
                }
            }
            Note::RingChanged { node, why, moves, minimum } => {
                let members = self.members.get_or_insert_with(|| sight.founders());
                members.retain(|pid| pid != node);
                if matches!(why, RingWhy::Joined | RingWhy::Returned) {
                    members.push(*node);
                }
                if moves > minimum {
                    self.breaks(Promise::MovesPlanned, at, seq);
                }
            }
            Note::ViewChanged { shard, view, why } => {
                let it = self.shards.get_or_insert_with(*shard, Default::default);
                let (before, now) = (it.counted.unwrap_or(sight.copies()), view.in_sync.len());
                it.counted = Some(now);
                let ours = matches!(why, ViewWhy::Recruited(_) | ViewWhy::HandedOver | ViewWhy::Dismissed | ViewWhy::Cancelled);
                if ours && now < before.min(sight.copies()) {
                    self.breaks(Promise::CopiesKept, at, seq);
                }
                if let ViewWhy::Recruited(node) = why {
                    let members = self.members.get_or_insert_with(|| sight.founders());
                    let ring: Vec<(u64, Pid)> = sight.tokens().iter().copied().filter(|(_, pid)| members.contains(pid)).collect();
                    if !ring_answer(&ring, *shard, sight.shards(), sight.copies()).contains(node) {
                        self.breaks(Promise::MovesPlanned, at, seq);
                    }
                }
            }
            Note::Dropped { shard } => {
                let it = self.shards.get_or_insert_with(*shard, Default::default);
                // What has been lost before is missing everywhere.
                let good =
                    |node: Pid| it.acked.iter().all(|(index, op)| it.lost.contains(index) || sight.kept(node, *shard, *index) == Some(*op));
                if !sight.nodes().into_iter().any(|node| node != who && good(node)) {
                    self.breaks(Promise::CopiesKept, at, seq);
                }
            }
            Note::LockQueued { session, .. } => self.queue.push(*session),
            Note::LockGranted { session, token } => {
                if *token <= self.last_token {
                    self.breaks(Promise::TokensGrow, at, seq);
                }
                self.last_token = self.last_token.max(*token);
                let first = self.queue.first().copied();
                self.queue.retain(|waiting| waiting != session);
                if first.is_some_and(|first| first != *session) {
                    self.breaks(Promise::LockFifo, at, seq);
                }
            }
            Note::SessionEnded { session, .. } => self.queue.retain(|waiting| waiting != session),
            Note::FencedWrite { op, token, value, .. } => {
                if self.edits.insert(*op) {
                    let (last, document) = self.edit;
                    if *token < last || *value != document + 1 {
                        self.breaks(Promise::OneEffective, at, seq);
                    }
                    self.edit = (last.max(*token), *value);
                }
            }
            Note::Elected { term } => {
                if !self.decisions.is_only_leader(who, *term) {
                    self.breaks(Promise::OneLeader, at, seq);
                }
                if !self.decisions.has_all(sight, who) {
                    self.breaks(Promise::DecisionsSurvive, at, seq);
                }
            }
            Note::Decided { index, term } => {
                if !self.decisions.is_made(sight, who, *index, *term) {
                    self.breaks(Promise::DecisionsSurvive, at, seq);
                }
            }
            Note::Stands { .. }
            | Note::Voted { .. }
            | Note::SteppedDown { .. }
            | Note::DecisionsCut { .. }
            | Note::StateTaken { .. }
            | Note::Readmitted { .. }
            | Note::Suspected { .. }
            | Note::Returned { .. }
            | Note::Left { .. }
            | Note::SnapshotSent { .. }
            | Note::SnapshotTaken { .. }
            | Note::Yielded { .. }
            | Note::Appended { .. }
            | Note::Committed { .. }
            | Note::Truncated { .. }
            | Note::StaleView { .. }
            | Note::LearnerReady { .. }
            | Note::Refused { .. }
            | Note::Answered { .. }
            | Note::Retried { .. }
            | Note::LockReleased { .. }
            | Note::HoldBegins { .. }
            | Note::HoldEnds { .. }
            | Note::FenceRefused { .. } => {}
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
