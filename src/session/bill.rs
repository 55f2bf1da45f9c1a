//! What a failure cost: a fold over the facts, one at a time.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::note::{ClientNote, ControlNote, Note, OpId, ShardNote, ViewWhy};
use crate::cluster::observe::view::Sight;
use crate::cluster::property::Promises;
use crate::cluster::setup::name::{Kind, Roster};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// The bill of the run up to now. Figures are `None` until there is something to bill: the page says "none yet".
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Bill {
    /// The first fault of the run: nothing is billed before.
    pub since: Option<Time>,
    /// From the latest fault that stopped a node to the first suspicion of it.
    pub detected_after: Option<Span>,
    /// The latest outage: how long at least one shard had no server. Open if `outage_open`.
    pub outage: Option<Span>,
    /// Whether it goes on.
    pub outage_open: bool,
    /// Shards without a server now.
    pub unserved: u16,
    /// Requests turned away since the first fault.
    pub refused: u32,
    /// Requests sent again since the first fault.
    pub retried: u32,
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
    /// Promises kept.
    pub kept: u32,
    /// Promises made: those that the way of acknowledging writes allows.
    pub promises: u32,
}

/// The bill in the making. What it knows of the cluster it knows from facts alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    roster: Roster,
    since: Option<Time>,
    /// One row a process; only nodes' rows change.
    nodes: Vec<Node>,
    /// One row a shard, as many as were ever served.
    shards: Vec<Shard>,
    /// The coordinator that was elected last.
    leader: Option<Pid>,
    /// The latest fault that silenced a node, or the leading coordinator, that was heard until then.
    watched: Option<(Pid, Time)>,
    detected_after: Option<Span>,
    /// Since when a shard has had no server.
    dark_since: Option<Time>,
    outage: Option<Span>,
    refused: u32,
    retried: u32,
    planned: u32,
    minimum: u32,
    moved: u32,
    /// Copies that are being made.
    copying: BTreeSet<(ShardId, Pid)>,
    /// For each key, by its number: the newest entry of it that was acknowledged.
    newest: Vec<Index>,
    /// For each client that reads: what, and the newest acknowledged entry of that key when it asked.
    asking: BTreeMap<Pid, (OpId, Index)>,
    replica_reads: u32,
    stale_reads: u32,
}

/// What the bill remembers of a node.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Node {
    frozen: bool,
    suspected: bool,
    /// A hand keeps its heartbeats from the coordinator.
    silenced: bool,
}

/// What the bill remembers of a shard.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// Whether it ever had a server: before, it cannot miss one.
    had: bool,
    /// The node that said last that it serves, and has neither stopped nor died since.
    server: Option<Pid>,
    /// The node that it was handed over to and that does not serve it yet. Until then requests wait, so nobody is turned away:
    /// a pause, and no outage, as long as that node lives.
    handed: Option<Pid>,
}

impl Fold {
    /// Before the first fact.
    pub fn new(roster: Roster) -> Fold {
        Fold {
            roster,
            since: None,
            nodes: vec![Node::default(); roster.len()],
            shards: Vec::new(),
            leader: None,
            watched: None,
            detected_after: None,
            dark_since: None,
            outage: None,
            refused: 0,
            retried: 0,
            planned: 0,
            minimum: 0,
            moved: 0,
            copying: BTreeSet::default(),
            newest: Vec::new(),
            asking: BTreeMap::new(),
            replica_reads: 0,
            stale_reads: 0,
        }
    }

    /// Takes in the next fact.
    pub fn after(&mut self, record: &Record<Note>) {
        match &record.what {
            What::Fault(fault) => {
                self.since.get_or_insert(record.at);
                self.fault(*fault, record.at);
            }
            What::Note(note) => self.note(note, record),
        }
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
            unserved: if self.since.is_some() { self.unserved() } else { 0 },
            refused: self.refused,
            retried: self.retried,
            moved: self.moved,
            planned: self.planned,
            minimum: self.minimum,
            at_risk: promises.at_risk(sight),
            lost: promises.lost_writes(),
            overwritten: promises.overwritten(),
            replica_reads: self.replica_reads,
            stale_reads: self.stale_reads,
            kept: made().filter(|(_, broken)| broken.is_none()).count() as u32,
            promises: made().count() as u32,
        }
    }

    fn fault(&mut self, fault: Fault, at: Time) {
        match fault {
            Fault::Kill(who) | Fault::Wipe(who) => {
                self.nodes[who.index()].frozen = false;
                for shard in &mut self.shards {
                    shard.server = shard.server.filter(|&server| server != who && shard.handed != Some(who));
                }
                self.silence(who, at);
            }
            Fault::Freeze(who) => {
                for shard in self.shards.iter_mut().filter(|shard| shard.handed == Some(who)) {
                    shard.server = None;
                }
                self.nodes[who.index()].frozen = true;
                self.silence(who, at);
            }
            // A returning node's claims count again, until it finds out that it has been replaced.
            Fault::Thaw(who) => {
                self.nodes[who.index()].frozen = false;
                self.unsilence(who);
            }
            Fault::Revive(who) | Fault::Join(who) => self.unsilence(who),
            Fault::Cut(from, to) if self.leader == Some(from) && self.roster.name(to).kind == Kind::Coordinator => self.silence(from, at),
            Fault::Heal(from, to) if self.leader == Some(from) && self.roster.name(to).kind == Kind::Coordinator => self.unsilence(from),
            // Where it is the leader that is cut off from all, the nodes are not to blame.
            Fault::Cut(from, to) if self.leader == Some(to) && !self.nodes[to.index()].silenced => self.silence(from, at),
            Fault::Heal(from, to) if self.leader == Some(to) => self.unsilence(from),
            // A node that does not hear the leader is as good as silent to it.
            Fault::Cut(from, to) if self.leader == Some(from) && !self.nodes[from.index()].silenced => self.silence(to, at),
            Fault::Heal(from, to) if self.leader == Some(from) => self.unsilence(to),
            Fault::Cut(..) | Fault::Heal(..) | Fault::Slow(..) | Fault::Drift(..) | Fault::Leave(_) | Fault::Proceed(_) => {}
        }
    }

    /// A hand keeps `who` from being heard. A node already silent or suspected has been billed for.
    fn silence(&mut self, who: Pid, at: Time) {
        let node = &mut self.nodes[who.index()];
        let heard = !node.silenced && !node.suspected;
        node.silenced = true;
        if heard && (self.roster.name(who).kind == Kind::Node || self.leader == Some(who)) {
            self.watched = Some((who, at));
            self.detected_after = None;
        }
    }

    fn unsilence(&mut self, who: Pid) {
        self.nodes[who.index()].silenced = false;
        // Back before anybody noticed: there is no detection to bill.
        self.watched = self.watched.filter(|&(watched, _)| watched != who);
    }

    fn note(&mut self, note: &Note, record: &Record<Note>) {
        match note {
            Note::Control(note) => match note {
                ControlNote::Suspected { node, .. } => {
                    self.nodes[node.index()].suspected = true;
                    if let Some((_, at)) = self.watched.take_if(|(watched, _)| watched == node) {
                        self.detected_after = Some(record.at.since(at));
                    }
                }
                ControlNote::Returned { node, .. } => self.nodes[node.index()].suspected = false,
                ControlNote::RingChanged { moves, minimum, .. } => {
                    self.planned += moves;
                    self.minimum += minimum;
                }
                ControlNote::Stands { .. } => {
                    if let Some((_, at)) = self.watched.take_if(|(watched, _)| Some(*watched) == self.leader && *watched != record.who) {
                        self.detected_after = Some(record.at.since(at));
                    }
                }
                ControlNote::Elected { .. } => self.leader = Some(record.who),
                ControlNote::Voted { .. }
                | ControlNote::SteppedDown { .. }
                | ControlNote::Decided { .. }
                | ControlNote::DecisionsCut { .. }
                | ControlNote::StateTaken { .. }
                | ControlNote::Readmitted { .. }
                | ControlNote::Left { .. } => {}
            },
            Note::Shard(note) => match note {
                ShardNote::Serving { shard, .. } => {
                    let row = usize::from(shard.0);
                    if row >= self.shards.len() {
                        self.shards.resize(row + 1, Shard::default());
                    }
                    self.shards[row] = Shard { had: true, server: Some(record.who), handed: None };
                }
                ShardNote::Stopped { shard, .. } => {
                    if let Some(row) = self.shards.get_mut(usize::from(shard.0)).filter(|row| row.handed.is_none()) {
                        row.server = row.server.filter(|&server| server != record.who);
                    }
                }
                ShardNote::Refused { .. } => self.refused += u32::from(self.since.is_some()),
                ShardNote::ViewChanged { shard, why: ViewWhy::Recruited(node), .. } => drop(self.copying.insert((*shard, *node))),
                ShardNote::ViewChanged { shard, view, why: ViewWhy::HandedOver } => {
                    if let Some(row) = self.shards.get_mut(usize::from(shard.0)) {
                        row.handed = view.primary;
                    }
                }
                ShardNote::ViewChanged { shard, view, why } => {
                    if let (ViewWhy::Promotion | ViewWhy::NoPrimary | ViewWhy::Orphaned, Some(row)) =
                        (why, self.shards.get_mut(usize::from(shard.0)))
                        && row.handed.take().is_some()
                    {
                        row.server = None;
                    }
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
                ShardNote::SnapshotSent { .. }
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
            Note::Client(note) => match note {
                ClientNote::Retried { .. } => self.retried += u32::from(self.since.is_some()),
                ClientNote::Invoked { op, key, put: None, .. } => {
                    let newest = self.newest.get(usize::from(*key)).copied().unwrap_or_default();
                    self.asking.insert(op.client, (*op, newest));
                }
                ClientNote::ReplicaRead { op, index, .. } => {
                    self.replica_reads += 1;
                    let asked = self.asking.get(&op.client).filter(|(asked, _)| asked == op);
                    self.stale_reads += u32::from(asked.is_some_and(|(_, newest)| index < newest));
                }
                ClientNote::Invoked { .. } | ClientNote::Answered { .. } => {}
            },
            Note::Lock(_) => {}
        }
    }

    fn unserved(&self) -> u16 {
        let dark = |shard: &&Shard| shard.had && shard.server.is_none_or(|server| self.nodes[server.index()].frozen);
        self.shards.iter().filter(dark).count() as u16
    }

    /// Opens or closes the outage. One that begins and ends in the same instant was none.
    fn measure(&mut self, at: Time) {
        if self.since.is_none() {
            return;
        }
        match (self.unserved() > 0, self.dark_since) {
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
