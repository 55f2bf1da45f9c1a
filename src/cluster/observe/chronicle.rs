//! Who serves, leads, is heard and holds what, and since when, as the facts tell it, one after the other. The bill, the time bar and
//! the choice of the story's shard read it here. Promises are judged without it: a judge has evidence of its own.

use litemap::LiteMap;

use crate::cluster::note::{ControlNote, LockNote, Note, ShardNote, ViewWhy};
use crate::cluster::setup::name::{Kind, Roster};
use crate::proto::lock::token::{FencingToken, LockId};
use crate::proto::replica::view::{ShardId, ViewNo};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::Time;

/// What is told of a process.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Condition {
    /// Since when it has been dead: killed, or without its disk, and not booted again.
    pub down: Option<Time>,
    /// Since when it has stood still.
    pub frozen: Option<Time>,
    /// A fault keeps its word from whoever has to hear it: see [`Chronicle::silenced_by`].
    pub silenced: bool,
    /// The leading coordinator takes it for dead.
    pub suspected: bool,
}

impl Condition {
    /// Whether it runs, as far as faults go.
    pub fn runs(&self) -> bool {
        self.down.is_none() && self.frozen.is_none()
    }
}

/// The coordinator that was elected last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Elected {
    who: Pid,
    term: u32,
    /// It has died or stepped down since.
    over: bool,
}

/// A lock in somebody's hands, as far as the lock service has said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hold {
    /// With which token.
    pub token: FencingToken,
    /// Whose.
    pub client: Pid,
    /// When it was granted.
    pub since: Time,
}

/// What is told of a shard.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Service {
    /// The latest view, and the primary it names, unless that one has died since and has not served again.
    led: Option<(ViewNo, Option<Pid>)>,
    /// Whether it ever had a server: before, it cannot miss one.
    had: bool,
    /// The node that said last that it serves, and has neither stopped nor died since.
    server: Option<Pid>,
    /// The node that it was handed over to and that does not serve it yet. Until then requests wait, so nobody is turned away:
    /// a pause, and no outage, as long as that node lives.
    handed: Option<Pid>,
}

/// The account of a run, up to the last fact it was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chronicle {
    roster: Roster,
    /// One row a process.
    processes: Vec<Condition>,
    /// One row a shard, as many as were ever heard of.
    shards: Vec<Service>,
    elected: Option<Elected>,
    holds: LiteMap<LockId, Hold>,
    /// Shards that recruit a copy, or wait for the primary that the ring wants; the one that began last at the end.
    on_the_way: Vec<ShardId>,
}

impl Chronicle {
    /// Before the first fact.
    pub fn new(roster: Roster) -> Chronicle {
        Chronicle {
            roster,
            processes: vec![Condition::default(); roster.len()],
            shards: Vec::new(),
            elected: None,
            holds: LiteMap::new(),
            on_the_way: Vec::new(),
        }
    }

    /// How a process is.
    pub fn condition(&self, who: Pid) -> Condition {
        self.processes[who.index()]
    }

    /// The coordinator that was elected last, whatever became of it.
    pub fn elected(&self) -> Option<Pid> {
        self.elected.map(|it| it.who)
    }

    /// Who leads the coordinators, and in which term. Nobody while it stands still.
    pub fn leads(&self) -> Option<(u32, Pid)> {
        self.elected.filter(|it| !it.over && self.condition(it.who).runs()).map(|it| (it.term, it.who))
    }

    /// The latest view of a shard and its primary, if that one runs.
    pub fn primary(&self, shard: ShardId) -> Option<(ViewNo, Pid)> {
        let (view, primary) = self.shards.get(usize::from(shard.0))?.led?;
        primary.filter(|&pid| self.condition(pid).runs()).map(|pid| (view, pid))
    }

    /// Whether a shard that was served once has nobody now who serves it.
    pub fn misses(&self, shard: ShardId) -> bool {
        self.shards.get(usize::from(shard.0)).is_some_and(|it| self.is_dark(it))
    }

    /// How many shards miss a server.
    pub fn unserved(&self) -> u16 {
        self.shards.iter().filter(|it| self.is_dark(it)).count() as u16
    }

    fn is_dark(&self, shard: &Service) -> bool {
        shard.had && shard.server.is_none_or(|server| self.condition(server).frozen.is_some())
    }

    /// Who holds which lock.
    pub fn holds(&self) -> &LiteMap<LockId, Hold> {
        &self.holds
    }

    /// Shards whose copies or whose leadership move, the one that began last at the end.
    pub fn on_the_way(&self) -> &[ShardId] {
        &self.on_the_way
    }

    /// Whom a fault keeps from being heard. A node has to be heard by the leading coordinator, and to hear it, or it will lose its
    /// lease; the leader has to be heard by the others.
    pub fn silenced_by(&self, fault: Fault) -> Option<Pid> {
        let leader = self.elected();
        match fault {
            Fault::Kill(who) | Fault::Wipe(who) | Fault::Freeze(who) => Some(who),
            Fault::Cut(from, to) if leader == Some(from) && self.roster.name(to).kind == Kind::Coordinator => Some(from),
            // Where it is the leader that is cut off from all, the nodes are not to blame.
            Fault::Cut(from, to) if leader == Some(to) && !self.condition(to).silenced => Some(from),
            Fault::Cut(from, to) if leader == Some(from) && !self.condition(from).silenced => Some(to),
            Fault::Cut(..)
            | Fault::Heal(..)
            | Fault::Thaw(_)
            | Fault::Revive(_)
            | Fault::Join(_)
            | Fault::Leave(_)
            | Fault::Slow(..)
            | Fault::Drift(..)
            | Fault::Fail(..)
            | Fault::Proceed(_) => None,
        }
    }

    /// Who can be heard again: what undoes that.
    pub fn heard_after(&self, fault: Fault) -> Option<Pid> {
        let leader = self.elected();
        match fault {
            Fault::Thaw(who) | Fault::Revive(who) | Fault::Join(who) => Some(who),
            Fault::Heal(from, to) if leader == Some(from) && self.roster.name(to).kind == Kind::Coordinator => Some(from),
            Fault::Heal(from, to) if leader == Some(to) => Some(from),
            Fault::Heal(from, to) if leader == Some(from) => Some(to),
            Fault::Heal(..)
            | Fault::Cut(..)
            | Fault::Kill(_)
            | Fault::Wipe(_)
            | Fault::Freeze(_)
            | Fault::Leave(_)
            | Fault::Slow(..)
            | Fault::Drift(..)
            | Fault::Fail(..)
            | Fault::Proceed(_) => None,
        }
    }

    /// Takes in the next fact.
    pub fn after(&mut self, record: &Record<Note>) {
        match &record.what {
            What::Fault(fault) => self.fault(*fault, record.at),
            What::Note(Note::Control(note)) => self.control(note, record.who),
            What::Note(Note::Shard(note)) => self.shard(note, record.who),
            What::Note(Note::Lock(note)) => self.lock(note, record.at),
            What::Note(Note::Client(_) | Note::Belief(_)) => {}
        }
    }

    fn fault(&mut self, fault: Fault, at: Time) {
        if let Some(who) = self.silenced_by(fault) {
            self.processes[who.index()].silenced = true;
        } else if let Some(who) = self.heard_after(fault) {
            self.processes[who.index()].silenced = false;
        }
        match fault {
            Fault::Kill(who) | Fault::Wipe(who) => {
                let process = &mut self.processes[who.index()];
                (process.down, process.frozen) = (process.down.or(Some(at)), None);
                for shard in &mut self.shards {
                    shard.server = shard.server.filter(|&server| server != who && shard.handed != Some(who));
                    shard.led = shard.led.map(|(view, primary)| (view, primary.filter(|&primary| primary != who)));
                }
                if let Some(elected) = self.elected.as_mut().filter(|it| it.who == who) {
                    elected.over = true;
                }
            }
            Fault::Freeze(who) => {
                self.processes[who.index()].frozen = Some(at);
                for shard in self.shards.iter_mut().filter(|shard| shard.handed == Some(who)) {
                    shard.server = None;
                }
            }
            // A returning node's claims count again, until it finds out that it has been replaced.
            Fault::Thaw(who) => self.processes[who.index()].frozen = None,
            Fault::Revive(who) | Fault::Join(who) => self.processes[who.index()].down = None,
            Fault::Cut(..) | Fault::Heal(..) | Fault::Slow(..) | Fault::Drift(..) => {}
            Fault::Leave(_) | Fault::Proceed(_) | Fault::Fail(..) => {}
        }
    }

    fn control(&mut self, note: &ControlNote, who: Pid) {
        match note {
            ControlNote::Suspected { node, .. } => self.processes[node.index()].suspected = true,
            ControlNote::Returned { node, .. } => self.processes[node.index()].suspected = false,
            ControlNote::Elected { term } => self.elected = Some(Elected { who, term: *term, over: false }),
            ControlNote::SteppedDown { .. } => {
                if let Some(elected) = self.elected.as_mut().filter(|it| it.who == who) {
                    elected.over = true;
                }
            }
            ControlNote::Stands { .. }
            | ControlNote::Voted { .. }
            | ControlNote::Decided { .. }
            | ControlNote::DecisionsCut { .. }
            | ControlNote::StateTaken { .. }
            | ControlNote::Readmitted { .. }
            | ControlNote::RingChanged { .. }
            | ControlNote::Left { .. } => {}
        }
    }

    fn row(&mut self, shard: ShardId) -> &mut Service {
        let row = usize::from(shard.0);
        if row >= self.shards.len() {
            self.shards.resize(row + 1, Service::default());
        }
        &mut self.shards[row]
    }

    fn shard(&mut self, note: &ShardNote, who: Pid) {
        match note {
            ShardNote::Serving { shard, view } => {
                let row = self.row(*shard);
                let led = row.led.filter(|(no, _)| no > view).unwrap_or((*view, Some(who)));
                *row = Service { led: Some(led), had: true, server: Some(who), handed: None };
            }
            ShardNote::Stopped { shard, .. } => {
                let row = self.row(*shard);
                if row.handed.is_none() {
                    row.server = row.server.filter(|&server| server != who);
                }
            }
            ShardNote::ViewChanged { shard, view, why } => {
                let row = self.row(*shard);
                row.led = Some((view.no, view.primary));
                match why {
                    ViewWhy::HandedOver => row.handed = view.primary,
                    ViewWhy::Promotion | ViewWhy::NoPrimary | ViewWhy::Orphaned => {
                        if row.handed.take().is_some() {
                            row.server = None;
                        }
                    }
                    ViewWhy::BackupLost
                    | ViewWhy::CaughtUp
                    | ViewWhy::Recruited(_)
                    | ViewWhy::Resumed
                    | ViewWhy::Renumbered
                    | ViewWhy::BetterLog
                    | ViewWhy::Salvaged
                    | ViewWhy::Dismissed
                    | ViewWhy::Cancelled => {}
                }
                let arrived = view.learners.is_empty() && view.primary == view.in_sync.first().copied();
                let recruits = matches!(why, ViewWhy::Recruited(_));
                self.on_the_way.retain(|other| other != shard || !arrived && !recruits);
                if recruits {
                    self.on_the_way.push(*shard);
                }
            }
            ShardNote::Appended { .. }
            | ShardNote::Committed { .. }
            | ShardNote::Truncated { .. }
            | ShardNote::Trimmed { .. }
            | ShardNote::Applied { .. }
            | ShardNote::ReadServed { .. }
            | ShardNote::AnsweredAgain { .. }
            | ShardNote::StaleView { .. }
            | ShardNote::LearnerReady { .. }
            | ShardNote::Acknowledged { .. }
            | ShardNote::Refused { .. }
            | ShardNote::SnapshotSent { .. }
            | ShardNote::SnapshotTaken { .. }
            | ShardNote::WritesLost { .. }
            | ShardNote::Yielded { .. }
            | ShardNote::Dropped { .. } => {}
        }
    }

    fn lock(&mut self, note: &LockNote, at: Time) {
        match note {
            LockNote::Granted { session, lock, token } => {
                self.holds.insert(*lock, Hold { token: *token, client: session.client, since: at });
            }
            LockNote::Released { lock, token, .. }
            | LockNote::SessionEnded { lock, held: Some(token), .. }
            | LockNote::Cancelled { lock, held: Some(token), .. } => {
                if self.holds.get(lock).is_some_and(|hold| hold.token == *token) {
                    self.holds.remove(lock);
                }
            }
            LockNote::SessionEnded { held: None, .. }
            | LockNote::Cancelled { held: None, .. }
            | LockNote::Queued { .. }
            | LockNote::HoldBegins { .. }
            | LockNote::GrantTooLate { .. }
            | LockNote::HoldEnds { .. }
            | LockNote::FencedWrite { .. }
            | LockNote::FenceRefused { .. } => {}
        }
    }
}
