//! What a failure cost: a fold over the facts, one at a time.

use litemap::LiteMap;

use crate::cluster::note::{ClientNote, ControlNote, Note, OpId, RefusedWhy, ShardNote, ViewWhy};
use crate::cluster::observe::chronicle::Chronicle;
use crate::cluster::observe::view::Sight;
use crate::cluster::property::Promises;
use crate::cluster::setup::name::{Kind, Roster};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::sorted::Set;
use crate::sim::time::{Span, Time};

/// The bill of the run up to now. Figures are `None` until there is something to bill: the page says "none yet".
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bill {
    /// The first fault of the run, or the first request that a full queue turned away or a client gave up or held back: nothing is billed before.
    pub since: Option<Time>,
    /// From the latest fault that stopped a node to the first suspicion of it.
    pub detected_after: Option<Span>,
    /// The latest outage: how long at least one shard had no server. Open if `outage_open`.
    pub outage: Option<Span>,
    /// Whether it goes on.
    pub outage_open: bool,
    /// Shards without a server now.
    pub unserved: u16,
    /// Requests turned away since then.
    pub refused: u32,
    /// Requests sent again since then.
    pub retried: u32,
    /// Requests of plain clients, each counted once, since then.
    pub asked: u32,
    /// Of those, given up.
    pub given_up: u32,
    /// Requests that open-loop clients held back since then, waiting for as much as they may already.
    pub held_back: u32,
    /// Copies that were made on nodes that had none, since the beginning.
    pub moved: u32,
    /// Copies that changes of the ring have asked for.
    pub planned: u32,
    /// The least with which any placement could have answered those changes.
    pub minimum: u32,
    /// Acknowledged writes that only one disk holds now.
    pub at_risk: u32,
    /// Acknowledged writes lost.
    pub lost: u32,
    /// Lines of documents under a lock that somebody overwrote who had not read them.
    pub overwritten: u32,
    /// Reads that a backup answered.
    pub replica_reads: u32,
    /// Those among them whose answer was older than a write of the same key that had been acknowledged when the client asked.
    pub stale_reads: u32,
    /// Requests that balancers sent to a second node, since the beginning.
    pub hedged: u32,
    /// Promises kept.
    pub kept: u32,
    /// Promises made: those that the way of acknowledging writes allows.
    pub promises: u32,
}

/// The bill in the making. What it knows of the cluster it knows from facts alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    roster: Roster,
    told: Chronicle,
    since: Option<Time>,
    /// The latest fault that silenced a node, or the leading coordinator, that was heard until then.
    watched: Option<(Pid, Time)>,
    detected_after: Option<Span>,
    /// Since when a shard has had no server.
    dark_since: Option<Time>,
    outage: Option<Span>,
    refused: u32,
    retried: u32,
    asked: u32,
    given_up: u32,
    held_back: u32,
    planned: u32,
    minimum: u32,
    moved: u32,
    /// Copies that are being made.
    copying: Set<(ShardId, Pid)>,
    /// For each key, by its number: the newest entry of it that was acknowledged.
    newest: Vec<Index>,
    /// Reads under way: the newest acknowledged entry of the key when its client asked.
    asking: LiteMap<OpId, Index>,
    replica_reads: u32,
    stale_reads: u32,
    hedged: u32,
}

impl Fold {
    /// Before the first fact.
    pub fn new(roster: Roster) -> Fold {
        Fold {
            roster,
            told: Chronicle::new(roster),
            since: None,
            watched: None,
            detected_after: None,
            dark_since: None,
            outage: None,
            refused: 0,
            retried: 0,
            asked: 0,
            given_up: 0,
            held_back: 0,
            planned: 0,
            minimum: 0,
            moved: 0,
            copying: Set::default(),
            newest: Vec::new(),
            asking: LiteMap::new(),
            replica_reads: 0,
            stale_reads: 0,
            hedged: 0,
        }
    }

    /// Takes in the next fact.
    pub fn after(&mut self, record: &Record<Note>) {
        match &record.what {
            What::Fault(fault) => {
                self.since.get_or_insert(record.at);
                self.watch(*fault, record.at);
            }
            What::Note(note) => self.note(note, record),
        }
        self.told.after(record);
        self.measure(record.at);
    }

    /// The bill at `now`.
    pub fn bill(&self, now: Time, promises: &Promises, sight: &impl Sight) -> Bill {
        let states = promises.states();
        let made = || states.iter().filter(|(promise, _)| promises.made(*promise));
        Bill {
            since: self.since,
            detected_after: self.detected_after,
            outage: self.dark_since.map(|since| now.since(since)).or(self.outage),
            outage_open: self.dark_since.is_some(),
            unserved: if self.since.is_some() { self.told.unserved() } else { 0 },
            refused: self.refused,
            retried: self.retried,
            asked: self.asked,
            given_up: self.given_up,
            held_back: self.held_back,
            moved: self.moved,
            planned: self.planned,
            minimum: self.minimum,
            at_risk: promises.at_risk(sight),
            lost: promises.lost_writes(),
            overwritten: promises.overwritten(),
            replica_reads: self.replica_reads,
            stale_reads: self.stale_reads,
            hedged: self.hedged,
            kept: made().filter(|(_, broken)| broken.is_none()).count() as u32,
            promises: made().count() as u32,
        }
    }

    /// Somebody who was heard falls silent: from now on it counts how long nobody notices. A node already silent or suspected has been
    /// billed for; whoever is back before anybody noticed was not detected.
    fn watch(&mut self, fault: Fault, at: Time) {
        if let Some(who) = self.told.silenced_by(fault) {
            let before = self.told.condition(who);
            let counts = self.roster.name(who).kind == Kind::Node || self.told.elected() == Some(who);
            if counts && !before.silenced && !before.suspected {
                (self.watched, self.detected_after) = (Some((who, at)), None);
            }
        } else if let Some(who) = self.told.heard_after(fault) {
            self.watched = self.watched.filter(|&(watched, _)| watched != who);
        }
    }

    fn note(&mut self, note: &Note, record: &Record<Note>) {
        match note {
            Note::Control(note) => match note {
                ControlNote::Suspected { node, .. } => {
                    if let Some((_, at)) = self.watched.take_if(|(watched, _)| watched == node) {
                        self.detected_after = Some(record.at.since(at));
                    }
                }
                ControlNote::RingChanged { moves, minimum, .. } => {
                    self.planned += moves;
                    self.minimum += minimum;
                }
                ControlNote::Stands { .. } => {
                    if let Some((_, at)) =
                        self.watched.take_if(|(watched, _)| Some(*watched) == self.told.elected() && *watched != record.who)
                    {
                        self.detected_after = Some(record.at.since(at));
                    }
                }
                ControlNote::Elected { .. }
                | ControlNote::Returned { .. }
                | ControlNote::Voted { .. }
                | ControlNote::SteppedDown { .. }
                | ControlNote::Decided { .. }
                | ControlNote::DecisionsCut { .. }
                | ControlNote::StateTaken { .. }
                | ControlNote::Readmitted { .. }
                | ControlNote::Left { .. } => {}
            },
            Note::Shard(note) => match note {
                ShardNote::Refused { why, .. } => {
                    if *why == RefusedWhy::Busy {
                        self.since.get_or_insert(record.at);
                    }
                    self.refused += u32::from(self.since.is_some());
                }
                ShardNote::ViewChanged { shard, why: ViewWhy::Recruited(node), .. } => drop(self.copying.insert((*shard, *node))),
                ShardNote::ViewChanged { shard, view, .. } => {
                    for node in &view.in_sync {
                        self.moved += u32::from(self.copying.remove(&(*shard, *node)));
                    }
                }
                ShardNote::Acknowledged { index, key, .. } => {
                    let row = usize::from(*key);
                    if row >= self.newest.len() {
                        self.newest.resize(row + 1, Index(0));
                    }
                    self.newest[row] = *index;
                }
                ShardNote::Serving { .. }
                | ShardNote::Stopped { .. }
                | ShardNote::SnapshotSent { .. }
                | ShardNote::SnapshotTaken { .. }
                | ShardNote::Yielded { .. }
                | ShardNote::Dropped { .. }
                | ShardNote::Appended { .. }
                | ShardNote::Committed { .. }
                | ShardNote::Truncated { .. }
                | ShardNote::StaleView { .. }
                | ShardNote::LearnerReady { .. }
                | ShardNote::WritesLost { .. }
                | ShardNote::Trimmed { .. }
                | ShardNote::Applied { .. }
                | ShardNote::ReadServed { .. }
                | ShardNote::AnsweredAgain { .. } => {}
            },
            Note::Client(note) => self.client(note, record.at),
            Note::Lock(_) | Note::Belief(_) => {}
        }
    }

    fn client(&mut self, note: &ClientNote, at: Time) {
        match note {
            ClientNote::Retried { .. } => self.retried += u32::from(self.since.is_some()),
            ClientNote::Invoked { op, key, put, .. } => {
                self.asked += u32::from(self.since.is_some());
                if put.is_none() {
                    let newest = self.newest.get(usize::from(*key)).copied().unwrap_or_default();
                    // What it asked for in an earlier life is answered no more.
                    self.asking.retain(|other, _| other.client != op.client || other.boot == op.boot);
                    self.asking.insert(*op, newest);
                }
            }
            ClientNote::Called { .. } => self.asked += u32::from(self.since.is_some()),
            ClientNote::Hedged { .. } => self.hedged += 1,
            ClientNote::Worked { .. } => {}
            ClientNote::ReplicaRead { op, index, .. } => {
                self.replica_reads += 1;
                self.stale_reads += u32::from(self.asking.get(op).is_some_and(|newest| index < newest));
            }
            ClientNote::Answered { op, .. } => drop(self.asking.remove(op)),
            ClientNote::GaveUp { op, .. } => {
                self.since.get_or_insert(at);
                self.given_up += 1;
                self.asking.remove(op);
            }
            ClientNote::HeldBack { .. } => {
                self.since.get_or_insert(at);
                self.held_back += 1;
            }
        }
    }

    /// Opens or closes the outage. One that begins and ends in the same instant was none.
    fn measure(&mut self, at: Time) {
        if self.since.is_none() {
            return;
        }
        match (self.told.unserved() > 0, self.dark_since) {
            (true, None) => self.dark_since = Some(at),
            (false, Some(since)) => {
                self.dark_since = None;
                if at > since {
                    self.outage = Some(at.since(since));
                }
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}
