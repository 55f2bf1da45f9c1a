//! What the members of a Raft group say to each other, and what they want of their process.

use std::rc::Rc;

use crate::proto::log::{self, Index};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// Number of a term; each has one leader at most. 0 means: none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Term(pub u32);

impl Term {
    /// The term after this one.
    #[must_use]
    pub const fn next(self) -> Term {
        Term(self.0 + 1)
    }
}

/// One entry of the log, marked with the term that wrote it. Without an operation: what a leader sets at the beginning of its
/// term, so that it learns what is committed.
pub type Entry<T> = log::Entry<Term, T>;

/// The log.
pub type Log<T> = log::Log<Term, T>;

/// A snapshot: what it stands for, and the state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Snapshot<S> {
    /// The last entry it stands for, and that entry's term.
    pub upto: (Index, Term),
    /// The state after that entry.
    pub state: Rc<S>,
}

/// What members say to each other (Raft, figures 2 and 13; the pre-vote of Ongaro's thesis, section 9.6). Every message names
/// a term.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum RaftMsg<T, S> {
    /// Candidate to the others.
    RequestVote {
        /// The candidate's term; with `pre`, the term it would begin.
        term: Term,
        /// The end of its log.
        last: (Index, Term),
        /// Whether it only asks if it could win: nobody's term or vote changes.
        pre: bool,
        /// Whether the leader of the term before has asked it to stand: that leader leads no more, and who has heard it just
        /// now may vote all the same.
        leave: bool,
    },
    /// Leader to another member, at the moment at which it gives up the lead: stand for election, without waiting.
    TimeoutNow {
        /// The term in which it led.
        term: Term,
    },
    /// Answer to `RequestVote`.
    Vote {
        /// The voter's term; for a granted pre-vote, the term asked for.
        term: Term,
        /// Whether the candidate has it.
        granted: bool,
        /// Whether it was only asked for the pre-vote.
        pre: bool,
    },
    /// Leader to the others: what follows `prev`, and how far the log is committed. Without entries it is the heartbeat.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// The entry before the first one sent: index and term.
        prev: (Index, Term),
        /// What follows.
        entries: Vec<Entry<T>>,
        /// Committed up to here.
        commit: Index,
        /// The leader's clock, given back with the answer.
        sent: Time,
    },
    /// Answer to it, and to a snapshot.
    Appended {
        /// The follower's life.
        life: u32,
        /// Whether the follower has lost its disk and does not count until it is readmitted.
        newcomer: bool,
        /// Whether it answers a message without news.
        beat: bool,
        /// The follower's term.
        term: Term,
        /// Up to here the follower's log agrees with the leader's, and is stored; with `matches` false, the entry before
        /// the first one sent is not there, and it is no use to try after this index.
        upto: Index,
        /// Whether the logs agreed.
        matches: bool,
        /// The leader's clock, from the message.
        sent: Time,
    },
    /// Leader to a follower that needs entries which only the leader's snapshot stands for.
    InstallSnapshot {
        /// The leader's term.
        term: Term,
        /// The snapshot.
        snapshot: Snapshot<S>,
        /// The leader's clock, given back with the answer.
        sent: Time,
    },
}

/// What a member wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RaftEffect<T, S> {
    /// To send this to another member.
    Send(Pid, RaftMsg<T, S>),
    /// To save, in this order: term and vote, then a snapshot that replaces the log, then the log's cut and what follows.
    /// [`super::raft::Raft::stored`] is to be told `mark` when done.
    Save {
        /// What changes on the disk.
        change: Saving<T, S>,
        /// Names this save.
        mark: SaveId,
    },
    /// Everything up to here is committed: to be applied.
    Commit(Index),
    /// A snapshot has replaced the state.
    Restore(Snapshot<S>),
    /// A fact worth telling.
    Tell(Fact),
}

/// A change of the disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Saving<T, S> {
    /// The term and the vote given in it.
    Vote(Term, Option<Pid>),
    /// The log is cut after an index and goes on with these entries. With it goes what is known to be committed, for a
    /// quicker start of the next life; nothing depends on it.
    Log(Index, Vec<Entry<T>>, Index),
    /// A snapshot stands for the beginning of the log; with `true`, for all of it.
    Snapshot(Snapshot<S>, bool),
    /// It counts again: the others have readmitted it after the loss of its disk.
    Member,
}

/// Names a save.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SaveId {
    /// A vote: to be sent to this candidate when it is on disk; my own, if the candidate is me.
    Vote(Term, Pid),
    /// The log up to an index of this generation (cutting begins a new one); whom to answer, with the leader's clock.
    Log {
        /// Up to here.
        upto: Index,
        /// Which generation of the log.
        generation: u32,
        /// Whom to answer, in which term, with which clock.
        answer: Option<(Pid, Term, Time)>,
    },
    /// Nothing depends on it.
    Nothing,
}

/// A fact.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// It stands for election in this term: since it hears no leader, or because this one has asked it to.
    Stands(Term, Option<Pid>),
    /// It was elected.
    Leads(Term),
    /// It has heard of this higher term, and leads no more.
    StepsDown(Term),
    /// It led this term, has not been followed by a majority for long, and leads no more.
    Resigns(Term),
    /// It led this term, and has given up the lead in favour of another.
    Yields(Term, Pid),
    /// It gave its vote of this term to a candidate.
    Votes(Term, Pid),
    /// It dropped the end of its log: the first index, and how many.
    Truncated(Index, u32),
}

/// How patient a member is, and which rules hold. Times are spans of its own clock.
#[derive(Clone, Copy, Debug)]
pub struct RaftConfig {
    /// Silence of the leader after which a member stands for election: at least this long...
    pub election_min: Span,
    /// ...and at most this long, drawn anew each time.
    pub election_max: Span,
    /// How often a leader speaks, whether it has news or not.
    pub heartbeat_every: Span,
    /// Whether a candidate first asks if it could win, and whether a member that hears a leader refuses to vote: a member that
    /// returns does not disturb, and a leader's lease means something.
    pub pre_vote: bool,
    /// Whether a leader gives way when no majority has answered for the longest time-out.
    pub check_quorum: bool,
    /// How far clocks may drift apart, in parts per million: by that much, leases are shorter.
    pub drift_bound: u32,
    /// Elections and commits need a majority (rule).
    pub majority: bool,
    /// Term and vote are on disk before they are told (rule). Without it they never get there.
    pub vote_is_stored: bool,
    /// Only entries of the present term are committed by counting, and so a leader begins its term with an entry without an
    /// operation (rule; Raft, sections 5.4.2 and 8). Without it, it does neither.
    pub current_term_only: bool,
}

impl RaftConfig {
    /// Whether every rule holds on which Raft's argument rests. Only then can a member assert what follows from that argument, and
    /// not from its own steps alone.
    pub const fn is_safe(self) -> bool {
        self.majority && self.vote_is_stored && self.current_term_only
    }
}
