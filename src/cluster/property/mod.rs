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
mod promise;
mod reads;
mod serving;

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
use promise::Verdicts;
pub use promise::{Broken, Promise};
use reads::Reads;
use serving::Serving;

use crate::cluster::note::{ClientNote, ControlNote, Found, LockNote, Note, ShardNote, ViewWhy};
use crate::cluster::observe::view::{Sight, Write};
use crate::cluster::setup::config::{Ack, Reads as From};
use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};

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
                if let Fault::Wipe(pid) = fault {
                    self.decisions.emptied(sight, pid, &mut self.verdicts);
                }
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
            | Fault::Fail(..)
            | Fault::Drift(..) => {}
        }
    }

    fn note(&mut self, sight: &impl Sight, who: Pid, note: &Note) {
        let verdicts = &mut self.verdicts;
        match note {
            Note::Control(note) => match note {
                ControlNote::RingChanged { node, why, moves, minimum } => {
                    self.alive.ring(sight, *node, *why);
                    self.moves.planned(sight, *node, *why, (*moves, *minimum), verdicts);
                }
                ControlNote::Elected { term } => self.decisions.elected(sight, who, *term, verdicts),
                ControlNote::Decided { index, term } => {
                    self.decisions.decided(sight, who, *index, *term, verdicts);
                    self.decisions.carried_out(sight, who, *index, verdicts);
                }
                ControlNote::Readmitted { who } => {
                    self.alive.readmitted(sight, *who);
                    self.decisions.readmitted(*who);
                }
                ControlNote::StateTaken { upto } => self.decisions.carried_out(sight, who, *upto, verdicts),
                ControlNote::Stands { .. }
                | ControlNote::Voted { .. }
                | ControlNote::SteppedDown { .. }
                | ControlNote::DecisionsCut { .. }
                | ControlNote::Suspected { .. }
                | ControlNote::Returned { .. }
                | ControlNote::Left { .. } => {}
            },
            Note::Shard(note) => match note {
                ShardNote::Serving { shard, view } => {
                    self.serving.answers(*shard, who, *view, verdicts);
                    self.acked.serving(sight, *shard, who, verdicts);
                }
                ShardNote::Acknowledged { shard, op, view, index, key } => {
                    self.serving.answers(*shard, who, *view, verdicts);
                    self.acked.acknowledged(sight, *shard, who, &Write { op: *op, index: *index, key: *key }, verdicts);
                }
                ShardNote::ReadServed { shard, view, .. } | ShardNote::AnsweredAgain { shard, view, .. } => {
                    self.serving.answers(*shard, who, *view, verdicts);
                }
                ShardNote::ViewChanged { shard, view, why } => {
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
                ShardNote::Dropped { shard } => {
                    self.acked.dropped(sight, *shard, who, verdicts);
                    self.agree.begins_anew(*shard, who);
                }
                ShardNote::Applied { shard, op, index } => self.once.applied(sight, *shard, who, *op, *index, verdicts),
                ShardNote::Committed { shard, index } => self.agree.committed(sight, *shard, who, *index, verdicts),
                ShardNote::Truncated { shard, from, .. } => self.agree.truncated(sight, *shard, who, *from, verdicts),
                ShardNote::SnapshotTaken { shard, upto } => {
                    self.agree.begins_anew(*shard, who);
                    self.agree.committed(sight, *shard, who, *upto, verdicts);
                }
                ShardNote::SnapshotSent { .. }
                | ShardNote::Yielded { .. }
                | ShardNote::Appended { .. }
                | ShardNote::WritesLost { .. }
                | ShardNote::Trimmed { .. }
                | ShardNote::StaleView { .. }
                | ShardNote::LearnerReady { .. }
                | ShardNote::Refused { .. }
                | ShardNote::Stopped { .. } => {}
            },
            Note::Client(note) => match note {
                ClientNote::Invoked { shard, op, key, put } => self.reads.invoked((*shard, *key), *op, *put, verdicts.now.seq.0 + 1),
                ClientNote::Answered { op, found: Found::Document(lock, text), .. } => {
                    self.documents.answered(op.client, *lock, text, verdicts)
                }
                ClientNote::Answered { op, found: Found::Value(value), .. } => {
                    self.reads.answered(*op, Some(*value), verdicts.now.seq.0 + 1, verdicts);
                }
                ClientNote::Answered { op, found: Found::Nothing, .. } => self.reads.answered(*op, None, verdicts.now.seq.0 + 1, verdicts),
                ClientNote::GaveUp { op, .. } => self.reads.given_up(*op),
                ClientNote::ReplicaRead { .. }
                | ClientNote::Retried { .. }
                | ClientNote::HeldBack { .. }
                | ClientNote::Called { .. }
                | ClientNote::Worked { .. }
                | ClientNote::Hedged { .. } => {}
            },
            Note::Lock(note) => match note {
                LockNote::Queued { session, lock, .. } => {
                    self.alive.queued(*lock, *session, verdicts.now.at);
                    self.lock.queued(*lock, *session);
                }
                LockNote::Granted { session, lock, token } => {
                    self.alive.granted(*lock, *session, verdicts.now.at);
                    self.lock.granted(*lock, *session, *token, verdicts);
                }
                LockNote::SessionEnded { session, .. } | LockNote::Cancelled { session, .. } | LockNote::Released { session, .. } => {
                    self.alive.ended(*session);
                    self.lock.ended(*session);
                }
                LockNote::HoldBegins { lock, .. } => {
                    self.lock.begins(who, *lock);
                    self.documents.begins(who, *lock, verdicts.now.seq.0 + 1);
                }
                LockNote::HoldEnds { .. } => {
                    self.lock.stops(who);
                    self.documents.stops(who);
                }
                LockNote::FencedWrite { shard, op, index, again, lock, token, text, .. } => {
                    if self.lock.edited((*op, *index, *again), (who, *lock, *shard), *token, text, verdicts) {
                        self.documents.edited(*lock, *shard, text, verdicts.now.seq.0 + 1);
                    }
                }
                LockNote::GrantTooLate { .. } | LockNote::FenceRefused { .. } => {}
            },
            Note::Belief(_) => {}
        }
    }
}
