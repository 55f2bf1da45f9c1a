//! The promises, checked after every event. This folder sees facts and the read-only view, and shares no code with the
//! protocols it judges. Here the facts are dealt out; each subject judges in a file of its own.

mod acked;
mod agree;
mod alive;
mod decisions;
mod documents;
mod lock;
mod moves;
mod once;
mod reads;
mod serving;

use crate::cluster::config::{Ack, Reads as From};
use crate::cluster::note::{Found, Note, ViewWhy};
use crate::cluster::view::{Sight, Write};
use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::time::Time;

use acked::Acked;
use agree::Agree;
use alive::Alive;
pub use alive::Deadlines;
use decisions::Decisions;
use documents::Documents;
use lock::Lock;
use moves::Moves;
pub use moves::ring_answer;
use once::Once;
use reads::Reads;
use serving::Serving;

/// A promise of the cluster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Promise {
    /// At most one node serves a shard: once another has answered that was named later, nobody answers who was named before.
    OneServing,
    /// Whoever serves a shard has every write of it that was ever acknowledged, where it was acknowledged.
    AckedSurvive,
    /// A read finds what was written last, and never goes back behind what another has found: what clients were told can be true of
    /// one copy of each key, and of each document under a lock.
    ReadsFresh,
    /// The lock goes to whoever has waited longest.
    LockFifo,
    /// Every grant's token is larger than all before it.
    TokensGrow,
    /// The lock service grants a lock to one at a time.
    OneGranted,
    /// At most one worker believes that it holds a lock: by its own clock its lease still runs.
    OneBelieves,
    /// Writes under the lock take effect in the order of their tokens, each on top of the one before.
    OneEffective,
    /// No change of plan makes a shard's copies fewer, and no copy is deleted unless another disk holds all of it. Where the primary
    /// alone acknowledges only the first half can be promised, and is.
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
    /// A shard that can be served is served again in time. When that is, see `alive`.
    ServedAgain,
    /// A lock that somebody waits for is passed on in time.
    LockPasses,
    /// A shard has as many copies as it should have again in time.
    CopiesReturn,
}

impl Promise {
    /// How many there are.
    pub const COUNT: usize = 17;
    /// All of them, in the order of the page.
    pub const ALL: [Promise; Promise::COUNT] = [
        Promise::OneServing,
        Promise::AckedSurvive,
        Promise::ReadsFresh,
        Promise::LockFifo,
        Promise::TokensGrow,
        Promise::OneGranted,
        Promise::OneBelieves,
        Promise::OneEffective,
        Promise::CopiesKept,
        Promise::MovesPlanned,
        Promise::CopiesAgree,
        Promise::OnceOnly,
        Promise::OneLeader,
        Promise::DecisionsSurvive,
        Promise::ServedAgain,
        Promise::LockPasses,
        Promise::CopiesReturn,
    ];

    /// Whether a cluster that acknowledges writes and answers reads in this way makes the promise at all. Where the primary alone
    /// decides, writes are lost that were acknowledged, edits under the lock among them, and reads go back; where backups answer
    /// reads, they may be behind: that is counted, and no promise is broken.
    pub const fn is_made(self, ack: Ack, from: From) -> bool {
        match self {
            Promise::AckedSurvive | Promise::OneEffective => !matches!(ack, Ack::Primary),
            Promise::ReadsFresh => !matches!(ack, Ack::Primary) && matches!(from, From::Primary),
            Promise::OneServing
            | Promise::LockFifo
            | Promise::TokensGrow
            | Promise::OneGranted
            | Promise::OneBelieves
            | Promise::CopiesKept
            | Promise::MovesPlanned
            | Promise::CopiesAgree
            | Promise::OnceOnly
            | Promise::OneLeader
            | Promise::DecisionsSurvive
            | Promise::ServedAgain
            | Promise::LockPasses
            | Promise::CopiesReturn => true,
        }
    }

    /// Its word in attributes and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Promise::OneServing => "one-serving",
            Promise::ReadsFresh => "reads-fresh",
            Promise::AckedSurvive => "acked-survive",
            Promise::LockFifo => "lock-fifo",
            Promise::TokensGrow => "tokens-grow",
            Promise::OneGranted => "one-granted",
            Promise::OneBelieves => "one-believes",
            Promise::OneEffective => "one-effective",
            Promise::CopiesKept => "copies-kept",
            Promise::MovesPlanned => "moves-planned",
            Promise::CopiesAgree => "copies-agree",
            Promise::OnceOnly => "once-only",
            Promise::OneLeader => "one-leader",
            Promise::DecisionsSurvive => "decisions-survive",
            Promise::ServedAgain => "served-again",
            Promise::LockPasses => "lock-passes",
            Promise::CopiesReturn => "copies-return",
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

/// What has been found so far, and the fact that is being judged.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Verdicts {
    broken: [Option<Broken>; Promise::COUNT],
    now: Broken,
    ack: Ack,
    from: From,
}

impl Default for Verdicts {
    fn default() -> Verdicts {
        Verdicts { broken: [None; Promise::COUNT], now: Broken { at: Time::ZERO, seq: Seq(0) }, ack: Ack::InSync, from: From::Primary }
    }
}

impl Verdicts {
    fn breaks(&mut self, promise: Promise) {
        if promise.is_made(self.ack, self.from) {
            self.broken[promise as usize].get_or_insert(self.now);
        }
    }
}

/// The state of all promises of one run.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Promises {
    verdicts: Verdicts,
    serving: Serving,
    reads: Reads,
    acked: Acked,
    agree: Agree,
    once: Once,
    moves: Moves,
    lock: Lock,
    documents: Documents,
    decisions: Decisions,
    alive: Alive,
}

impl Promises {
    /// Nothing has happened, nothing is broken, and everything is promised.
    pub fn new() -> Promises {
        Promises::default()
    }

    /// The same for a cluster that acknowledges writes and answers reads in this way, and promises no more than that allows; each thing
    /// within its deadline.
    pub fn under(ack: Ack, from: From, deadlines: Deadlines) -> Promises {
        Promises { verdicts: Verdicts { ack, from, ..Verdicts::default() }, alive: Alive::within(deadlines), ..Promises::default() }
    }

    /// To be called after every event and every fault with the facts it brought about.
    pub fn after(&mut self, sight: &impl Sight, new: &[Record<Note>]) {
        for record in new {
            self.verdicts.now = Broken { at: record.at, seq: record.seq };
            match &record.what {
                What::Fault(fault) => self.fault(sight, *fault),
                What::Note(note) => self.note(sight, record.who, note),
            }
        }
        self.verdicts.now = Broken { at: sight.now(), seq: new.last().map_or(Seq(0), |record| record.seq) };
        self.alive.look(sight, &mut self.verdicts);
        if self.lock.is_crowded() {
            Lock::believed(&sight.believers(), &mut self.verdicts);
        }
    }

    /// Whether a promise is made at all: see [`Promise::is_made`].
    pub fn made(&self, promise: Promise) -> bool {
        promise.is_made(self.verdicts.ack, self.verdicts.from)
    }

    /// Each promise with the first moment it was broken, in the order of `Promise::ALL`.
    pub fn states(&self) -> [(Promise, Option<Broken>); Promise::COUNT] {
        Promise::ALL.map(|promise| (promise, self.verdicts.broken[promise as usize]))
    }

    /// Acknowledged writes that only one disk holds: one more disk lost, and they are.
    pub fn at_risk(&self, sight: &impl Sight) -> u32 {
        self.acked.at_risk(sight)
    }

    /// Lines of documents under a lock that somebody overwrote who had not read them.
    pub fn overwritten(&self) -> u32 {
        self.lock.overwritten()
    }

    /// Acknowledged writes that some later server did not have.
    pub fn lost_writes(&self) -> u32 {
        self.acked.lost_writes()
    }

    fn fault(&mut self, sight: &impl Sight, fault: Fault) {
        self.alive.fault(sight, fault);
        match fault {
            Fault::Kill(pid) | Fault::Wipe(pid) => {
                self.acked.gone(sight, &mut self.verdicts);
                self.agree.dies(pid);
                self.lock.stops(pid);
                self.documents.stops(pid);
                self.reads.dies(pid);
            }
            // A frozen node answers nobody while it stands still, but goes on believing: its claim stays.
            Fault::Revive(_)
            | Fault::Join(_)
            | Fault::Leave(_)
            | Fault::Proceed(_)
            | Fault::Freeze(_)
            | Fault::Thaw(_)
            | Fault::Slow(..)
            | Fault::Cut(..)
            | Fault::Heal(..)
            | Fault::Drift(..) => {}
        }
    }

    fn note(&mut self, sight: &impl Sight, who: Pid, note: &Note) {
        let verdicts = &mut self.verdicts;
        match note {
            Note::Serving { shard, view } => {
                self.serving.answers(*shard, who, *view, verdicts);
                self.acked.serving(sight, *shard, who, verdicts);
            }
            Note::Acknowledged { shard, op, view, index, key } => {
                self.serving.answers(*shard, who, *view, verdicts);
                self.acked.acknowledged(sight, *shard, who, &Write { op: *op, index: *index, key: *key }, verdicts);
            }
            Note::ReadServed { shard, view, .. } | Note::AnsweredAgain { shard, view, .. } => {
                self.serving.answers(*shard, who, *view, verdicts);
            }
            Note::Invoked { shard, op, key, put } => self.reads.invoked((*shard, *key), *op, *put, verdicts.now.seq.0 + 1),
            Note::Answered { op, found: Found::Document(lock, text), .. } => self.documents.answered(op.client, *lock, text, verdicts),
            Note::Answered { op, found: Found::Value(value), .. } => {
                self.reads.answered(*op, Some(*value), verdicts.now.seq.0 + 1, verdicts);
            }
            Note::Answered { op, found: Found::Nothing, .. } => self.reads.answered(*op, None, verdicts.now.seq.0 + 1, verdicts),
            Note::RingChanged { node, why, moves, minimum } => {
                self.alive.ring(sight, *node, *why);
                self.moves.planned(sight, *node, *why, (*moves, *minimum), verdicts);
            }
            Note::ViewChanged { shard, view, why } => {
                self.moves.view(sight, *shard, view, why, verdicts);
                self.agree.view(sight, *shard, view, why, verdicts);
                self.alive.view(*shard, view);
                self.serving.view(*shard, view.no, view.primary);
                self.lock.view(*shard, view.primary, *why == ViewWhy::Salvaged);
                if *why == ViewWhy::Salvaged {
                    self.acked.chosen(sight, *shard, view.primary);
                    self.reads.chosen(*shard, verdicts.now.seq.0 + 1);
                    self.documents.chosen(*shard);
                }
                if *why == ViewWhy::Resumed {
                    self.lock.forgotten();
                    self.alive.forgotten();
                    self.moves.forgotten();
                }
            }
            Note::Dropped { shard } => {
                self.acked.dropped(sight, *shard, who, verdicts);
                self.agree.begins_anew(*shard, who);
            }
            Note::Applied { shard, op, index } => self.once.applied(sight, *shard, who, *op, *index, verdicts),
            Note::Committed { shard, index } => self.agree.committed(sight, *shard, who, *index, verdicts),
            Note::Truncated { shard, from, .. } => self.agree.truncated(sight, *shard, who, *from, verdicts),
            Note::SnapshotTaken { shard, upto } => {
                self.agree.begins_anew(*shard, who);
                self.agree.committed(sight, *shard, who, *upto, verdicts);
            }
            Note::LockQueued { session, lock, .. } => {
                self.alive.queued(*lock, *session, verdicts.now.at);
                self.lock.queued(*lock, *session);
            }
            Note::LockGranted { session, lock, token } => {
                self.alive.granted(*lock, *session, verdicts.now.at);
                self.lock.granted(*lock, *session, *token, verdicts);
            }
            Note::SessionEnded { session, .. } | Note::LockCancelled { session, .. } | Note::LockReleased { session, .. } => {
                self.alive.ended(*session);
                self.lock.ended(*session);
            }
            Note::HoldBegins { lock, .. } => {
                self.lock.begins(who, *lock);
                self.documents.begins(who, *lock, verdicts.now.seq.0 + 1);
            }
            Note::HoldEnds { .. } => {
                self.lock.stops(who);
                self.documents.stops(who);
            }
            Note::FencedWrite { shard, op, index, again, lock, token, text, .. } => {
                if self.lock.edited((*op, *index, *again), (who, *lock, *shard), *token, text, verdicts) {
                    self.documents.edited(*lock, *shard, text, verdicts.now.seq.0 + 1);
                }
            }
            Note::Elected { term } => self.decisions.elected(sight, who, *term, verdicts),
            Note::Decided { index, term } => {
                self.decisions.decided(sight, who, *index, *term, verdicts);
                self.decisions.carried_out(sight, who, *index, verdicts);
            }
            Note::StateTaken { upto } => self.decisions.carried_out(sight, who, *upto, verdicts),
            Note::Stands { .. }
            | Note::Voted { .. }
            | Note::SteppedDown { .. }
            | Note::DecisionsCut { .. }
            | Note::Readmitted { .. }
            | Note::Suspected { .. }
            | Note::Returned { .. }
            | Note::Left { .. }
            | Note::SnapshotSent { .. }
            | Note::Yielded { .. }
            | Note::Appended { .. }
            | Note::WritesLost { .. }
            | Note::Trimmed { .. }
            | Note::ReplicaRead { .. }
            | Note::StaleView { .. }
            | Note::LearnerReady { .. }
            | Note::Refused { .. }
            | Note::Stopped { .. }
            | Note::Retried { .. }
            | Note::GrantTooLate { .. }
            | Note::FenceRefused { .. } => {}
        }
    }
}
