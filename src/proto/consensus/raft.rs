//! One member of the group: its state, and the way in for everything that happens to it.

use crate::proto::consensus::leading::Leading;
use crate::proto::consensus::quorum::majority;
use crate::proto::consensus::words::{Fact, Log, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving, Snapshot, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What of a member survives a crash.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RaftDisk<T, S> {
    /// The latest term seen.
    pub term: Term,
    /// The vote given in it.
    pub voted: Option<Pid>,
    /// What the log begins after.
    pub snapshot: Option<Snapshot<S>>,
    /// The log.
    pub log: Log<T>,
    /// Some of it is known to be committed: up to here, or more.
    pub commit: Index,
    /// Whether this disk counts. One that was lost and is empty does not: what it had promised is forgotten.
    pub member: bool,
}

impl<T: Clone, S> Default for RaftDisk<T, S> {
    /// A disk that was lost.
    fn default() -> RaftDisk<T, S> {
        RaftDisk { term: Term(0), voted: None, snapshot: None, log: Log::default(), commit: Index(0), member: false }
    }
}

impl<T: Clone, S> RaftDisk<T, S> {
    /// The disk of a member of a group that has just been set up.
    pub fn founding() -> RaftDisk<T, S> {
        RaftDisk { member: true, ..RaftDisk::default() }
    }
}

impl<T: Clone, S: Clone> RaftDisk<T, S> {
    /// Carries out a change.
    pub fn save(&mut self, change: &Saving<T, S>) {
        match change {
            Saving::Vote(term, voted) => {
                let changes = self.voted.is_some() && self.voted != *voted;
                assert!(*term >= self.term, "a disk's term goes back from {} to {}", self.term.0, term.0);
                assert!(*term > self.term || !changes, "a second vote in term {}", term.0);
                (self.term, self.voted) = (*term, *voted);
            }
            Saving::Log(keep, entries, commit) => {
                assert!(*keep >= self.log.base(), "a disk's log is cut at {}, within its snapshot up to {}", keep.0, self.log.base().0);
                assert!(*keep <= self.log.last(), "a disk's log ends at {} and goes on after {}", self.log.last().0, keep.0);
                self.commit = *commit;
                self.log.truncate(*keep);
                for entry in entries {
                    self.log.push(entry.clone());
                }
            }
            Saving::Snapshot(snapshot, all) => {
                assert!(snapshot.upto.0 >= self.log.base(), "a disk's snapshot is replaced by an older one, up to {}", snapshot.upto.0.0);
                self.log = if *all { Log::after(snapshot.upto.0, snapshot.upto.1) } else { self.log.since(snapshot.upto.0) };
                self.commit = self.commit.max(snapshot.upto.0);
                self.snapshot = Some(snapshot.clone());
            }
            Saving::Member => self.member = true,
        }
    }
}

/// What a member is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Role {
    /// It follows whoever leads the term, if it has heard of one.
    Follower(Option<Pid>),
    /// It stands for election, or asks if it could win; perhaps by leave of the leader before. Votes by member.
    Candidate { pre: bool, leave: bool, votes: Vec<Option<bool>> },
    /// It leads.
    Leader(Leading),
}

/// One member.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Raft<T, S> {
    pub(super) me: Pid,
    /// All members, in order, myself among them.
    pub(super) members: Vec<Pid>,
    /// Which life this is.
    pub(super) life: u32,
    /// Whether it has lost its disk and is not readmitted yet: it neither votes nor stands, and what it stores does not count.
    pub(super) newcomer: bool,
    pub(super) term: Term,
    pub(super) voted: Option<Pid>,
    pub(super) snapshot: Option<Snapshot<S>>,
    pub(super) log: Log<T>,
    pub(super) generation: u32,
    pub(super) stored: Index,
    pub(super) commit: Index,
    pub(super) role: Role,
    /// When a leader was last heard, for all it knows: a new life may have heard one just before it began.
    pub(super) heard: Time,
    /// When it stands for election, unless it hears a leader before.
    pub(super) deadline: Time,
}

/// Draws a span between two bounds, evenly.
pub type Draw<'a> = &'a mut dyn FnMut(Span, Span) -> Span;

impl<T: Clone + Eq, S: Clone + Eq> Raft<T, S> {
    /// A member with what its disk holds. `life` tells its lives apart and grows.
    ///
    /// *A lost disk* takes with it the votes that were given and the entries that were acknowledged, and others may have
    /// counted on both. Such a member is a newcomer: it takes what it is sent, and counts for nothing until the others have
    /// committed [`Raft::admit`]'s occasion, counting without it. From then on no majority can be found that rests on what it
    /// has forgotten: whoever collected its old vote lacks that entry, and a majority of the others has it. A group of which
    /// half is lost can therefore never go on by itself.
    /// A group of one has nobody to be readmitted by: it goes on, and has forgotten everything.
    pub fn new(me: Pid, life: u32, members: Vec<Pid>, disk: &RaftDisk<T, S>, now: Time, config: RaftConfig, draw: Draw<'_>) -> Raft<T, S> {
        let (log, snapshot) = (disk.log.clone(), disk.snapshot.clone());
        let (stored, commit) = (log.last(), disk.commit.clamp(log.base(), log.last()));
        let base = snapshot.as_ref().map_or(Index(0), |snapshot| snapshot.upto.0);
        assert!(members.contains(&me), "{} is not of the group", me.0);
        assert!(disk.voted.is_none_or(|voted| members.contains(&voted)), "a vote for nobody of the group");
        assert!(log.base() == base, "a log goes on after {}, its snapshot ends at {}", log.base().0, base.0);
        let newcomer = !disk.member && members.len() > 1;
        let deadline = now + draw(config.election_min, config.election_max);
        let (term, voted) = (disk.term, disk.voted);
        let role = Role::Follower(None);
        Raft { me, members, life, newcomer, term, voted, snapshot, log, generation: 0, stored, commit, role, heard: now, deadline }
    }

    /// Its term.
    pub fn term(&self) -> Term {
        self.term
    }
    /// To whom it gave its vote of this term.
    pub fn voted(&self) -> Option<Pid> {
        self.voted
    }
    /// The log.
    pub fn log(&self) -> &Log<T> {
        &self.log
    }
    /// Committed up to here, as far as it knows.
    pub fn commit(&self) -> Index {
        self.commit
    }
    /// Stored up to here.
    pub fn stored_upto(&self) -> Index {
        self.stored
    }
    /// Who leads the term, as far as it knows.
    pub fn leader(&self) -> Option<Pid> {
        match &self.role {
            Role::Follower(leader) => *leader,
            Role::Candidate { .. } => None,
            Role::Leader(_) => Some(self.me),
        }
    }
    /// Whether it has lost its disk and does not count yet.
    pub fn is_newcomer(&self) -> bool {
        self.newcomer
    }
    /// Leader: those that do not count yet, each with its life. They are to be readmitted: an operation that names both has
    /// to be committed.
    pub fn newcomers(&self) -> Vec<(Pid, u32)> {
        match &self.role {
            Role::Leader(leading) => leading.newcomers().collect(),
            Role::Follower(_) | Role::Candidate { .. } => Vec::new(),
        }
    }
    /// A newcomer: its present life was readmitted by what is committed. It counts from now on.
    pub fn admit(&mut self, out: &mut Vec<RaftEffect<T, S>>) {
        assert!(self.newcomer, "member {} counts already", self.me.0);
        self.newcomer = false;
        out.push(RaftEffect::Save { change: Saving::Member, mark: SaveId::Nothing });
    }
    /// Whether it leads and knows all that its predecessors committed.
    pub fn is_settled(&self) -> bool {
        matches!(&self.role, Role::Leader(leading) if self.commit >= leading.begins())
    }
    /// Whether it leads.
    pub fn is_leader(&self) -> bool {
        matches!(self.role, Role::Leader(_))
    }
    /// Whether it stands for election; with `Some(true)`, it only asks if it could win.
    pub fn stands(&self) -> Option<bool> {
        match &self.role {
            Role::Candidate { pre, .. } => Some(*pre),
            Role::Follower(_) | Role::Leader(_) => None,
        }
    }

    pub(super) fn need(&self, config: RaftConfig) -> usize {
        if config.majority { majority(self.members.len()) } else { 1 }
    }

    pub(super) fn last(&self) -> (Index, Term) {
        let last = self.log.last();
        (last, self.log.mark_at(last).unwrap_or_default())
    }

    /// When it wants to be told the time again.
    pub fn wakes_at(&self, config: RaftConfig) -> Time {
        match &self.role {
            Role::Follower(_) | Role::Candidate { .. } => self.deadline,
            Role::Leader(leading) => leading.beats_at(config),
        }
    }

    /// Tells it the time.
    pub fn tick(&mut self, now: Time, config: RaftConfig, draw: Draw<'_>, out: &mut Vec<RaftEffect<T, S>>) {
        match &self.role {
            Role::Follower(_) if self.newcomer => self.deadline = now + draw(config.election_min, config.election_max),
            Role::Follower(_) | Role::Candidate { .. } if now >= self.deadline => self.stand(now, config, draw, out),
            Role::Follower(_) | Role::Candidate { .. } => {}
            Role::Leader(_) => self.beat(now, config, draw, out),
        }
    }

    /// A message from another member.
    pub fn receive(
        &mut self,
        from: Pid,
        msg: RaftMsg<T, S>,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        match msg {
            RaftMsg::RequestVote { term, last, pre, leave } => self.asked(from, term, last, pre, leave, now, config, draw, out),
            RaftMsg::TimeoutNow { term } => self.stand_at_once(from, term, now, config, draw, out),
            RaftMsg::Vote { term, granted, pre } => self.answered(from, term, granted, pre, now, config, draw, out),
            RaftMsg::AppendEntries { term, prev, entries, commit, sent } => {
                if self.hear_leader(from, term, sent, now, config, draw, out) {
                    self.append_from(from, prev, entries, commit, sent, config, out);
                }
            }
            RaftMsg::InstallSnapshot { term, snapshot, sent } => {
                if self.hear_leader(from, term, sent, now, config, draw, out) {
                    self.install(from, snapshot, sent, config, out);
                }
            }
            RaftMsg::Appended { life, newcomer, term, upto, matches, sent, .. } => {
                if term > self.term {
                    self.enter_term(term, None, now, config, draw, out);
                } else if term == self.term && self.knows_life(from, life, newcomer) {
                    self.appended(from, upto, matches, sent, now, config, out);
                }
            }
        }
    }

    /// A save is done.
    pub fn stored(&mut self, mark: SaveId, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        match mark {
            SaveId::Vote(term, candidate) if term == self.term && self.voted == Some(candidate) => {
                self.vote_is_stored(candidate, now, config, out);
            }
            SaveId::Log { upto, generation, answer } if generation == self.generation => {
                assert!(upto <= self.log.last(), "stored up to {}, but the log ends at {}", upto.0, self.log.last().0);
                self.stored = self.stored.max(upto);
                if let Some((leader, term, sent)) = answer {
                    let (life, newcomer, beat) = (self.life, self.newcomer, false);
                    out.push(RaftEffect::Send(leader, RaftMsg::Appended { life, newcomer, beat, term, upto, matches: true, sent }));
                }
                self.advance_commit(config, out);
            }
            SaveId::Vote(..) | SaveId::Log { .. } | SaveId::Nothing => {}
        }
    }

    /// Leader: appends an operation. None if it does not lead.
    pub fn propose(&mut self, op: T, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) -> Option<Index> {
        self.is_leader().then(|| self.append(Some(op), now, config, out))
    }

    /// Drops what a snapshot of the state after entry `upto` stands for. That entry must be applied, and so committed.
    ///
    /// # Panics
    /// If it is not committed.
    pub fn compact(&mut self, upto: Index, state: S, out: &mut Vec<RaftEffect<T, S>>) {
        assert!(upto <= self.commit, "a snapshot of what is not committed");
        if upto <= self.log.base() {
            return;
        }
        let term = self.log.mark_at(upto).unwrap_or_default();
        let snapshot = Snapshot { upto: (upto, term), state: std::rc::Rc::new(state) };
        self.log = self.log.since(upto);
        self.snapshot = Some(snapshot.clone());
        out.push(RaftEffect::Save { change: Saving::Snapshot(snapshot, false), mark: SaveId::Nothing });
    }

    /// Enters a higher term, or learns who leads this one. A leader or candidate of a lower term is neither any more.
    pub(super) fn enter_term(
        &mut self,
        term: Term,
        leader: Option<Pid>,
        now: Time,
        config: RaftConfig,
        draw: Draw<'_>,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        assert!(term >= self.term, "member {} would go back from term {} to {}", self.me.0, self.term.0, term.0);
        if self.is_leader() {
            assert!(term > self.term, "member {} leads term {} and would follow another in it", self.me.0, term.0);
            out.push(RaftEffect::Tell(Fact::StepsDown(term)));
            // A leader has no deadline of its own: it begins to wait now.
            self.deadline = now + draw(config.election_min, config.election_max);
        }
        if term > self.term {
            (self.term, self.voted) = (term, None);
            if config.vote_is_stored {
                out.push(RaftEffect::Save { change: Saving::Vote(term, None), mark: SaveId::Nothing });
            }
        }
        self.role = Role::Follower(leader);
    }
}
