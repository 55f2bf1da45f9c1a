//! What the nemesis and its judge remember of a run, from its facts alone: which writes were acknowledged, which disks were lost,
//! who was answered and granted something last. A pure fold: the same facts give the same ledger, in a replay too.

use std::collections::BTreeMap;

use crate::cluster::note::{ClientNote, ControlNote, LockNote, Note, OpId, RingWhy, ShardNote, ViewWhy};
use crate::cluster::observe::view::{Sight, Write};
use crate::cluster::setup::config::Ack;
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::{Index, ShardId};
use crate::session::Session;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::What;
use crate::sim::time::Time;

/// What is remembered of a shard.
#[derive(Clone, Debug, Default)]
struct Shard {
    /// Acknowledged writes by their place in the log.
    acked: BTreeMap<Index, (OpId, u16)>,
    /// When somebody last ceased to count.
    shrunk: Time,
    /// The in-sync set of the latest view.
    latest: Vec<Pid>,
    /// Nodes whose copies have counted, and whose data may still be needed.
    counted: Vec<Pid>,
    /// Copies that left the in-sync set when that made it smaller than a write needs (Kafka's eligible leaders, KIP-966): nothing
    /// was acknowledged without them since. A new primary may find more in its log than they have, and has to finish it.
    heirs: Vec<Pid>,
    /// Those of them that have lost their disks since they last began to count.
    lost: Vec<Pid>,
    /// Nodes that have lost their disks since they were last said to have caught up.
    emptied: Vec<Pid>,
    /// Who said last that it serves, and has neither said that it stopped nor died.
    claims: Vec<Pid>,
}

impl Shard {
    fn writes(&self) -> impl DoubleEndedIterator<Item = Write> {
        self.acked.iter().map(|(&index, &(op, key))| Write { op, index, key })
    }
}

/// The memory of a run.
#[derive(Clone, Debug)]
pub struct Ledger {
    read: usize,
    /// Disks emptied so far.
    wiped: usize,
    copies: usize,
    /// Copies that a write needs in the mode in which all that count must have it; one where nothing can be concluded.
    needed: usize,
    shards: Vec<Shard>,
    answered: BTreeMap<Pid, Time>,
    granted: BTreeMap<Pid, Time>,
    locks: BTreeMap<LockId, Time>,
    drift: BTreeMap<Pid, i32>,
    /// How often a node was asked to join or leave, or began anew and may have forgotten what it was asked.
    asked: BTreeMap<Pid, u32>,
    /// How often the ring changed for its wishes.
    turned: BTreeMap<Pid, u32>,
    /// When a coordinator was elected last.
    elected: Option<Time>,
}

impl Ledger {
    /// Of a run that stands at its beginning.
    pub fn new(session: &Session) -> Ledger {
        assert_eq!(session.now(), Time::ZERO, "a ledger begins with the run");
        let view = session.view();
        let shards = view.shards.iter().map(|shard| Shard {
            latest: shard.view.in_sync.clone(),
            counted: shard.view.in_sync.clone(),
            ..Shard::default()
        });
        Ledger {
            read: 0,
            wiped: 0,
            copies: usize::from(session.setup().config.replicas),
            needed: match session.setup().config.ack {
                Ack::InSync => usize::from(session.setup().config.min_in_sync),
                Ack::Primary | Ack::Majority => 1,
            },
            shards: shards.collect(),
            answered: BTreeMap::new(),
            granted: BTreeMap::new(),
            locks: BTreeMap::new(),
            drift: BTreeMap::new(),
            asked: BTreeMap::new(),
            turned: BTreeMap::new(),
            elected: None,
        }
    }

    /// Reads on, to the latest fact.
    pub fn read(&mut self, session: &Session) {
        let facts = session.facts();
        for fact in &facts[self.read..] {
            match &fact.what {
                What::Fault(fault) => self.fault(*fault),
                What::Note(note) => self.note(session, fact.who, fact.at, note),
            }
        }
        self.read = facts.len();
    }

    fn fault(&mut self, fault: Fault) {
        if let Fault::Kill(pid) | Fault::Wipe(pid) = fault {
            self.shards.iter_mut().for_each(|shard| shard.claims.retain(|&it| it != pid));
        }
        if let Fault::Wipe(pid) = fault {
            self.wiped += 1;
            self.shards.iter_mut().for_each(|shard| shard.emptied.push(pid));
            for shard in self.shards.iter_mut().filter(|shard| shard.counted.contains(&pid) && !shard.lost.contains(&pid)) {
                shard.lost.push(pid);
                shard.heirs.retain(|&it| it != pid);
            }
        }
        if let Fault::Drift(pid, ppm) = fault {
            self.drift.insert(pid, ppm);
        }
        if let Fault::Join(pid) | Fault::Leave(pid) | Fault::Revive(pid) | Fault::Kill(pid) | Fault::Wipe(pid) = fault {
            *self.asked.entry(pid).or_insert(0) += 1;
        }
    }

    /// The few kinds of facts that matter here.
    fn note(&mut self, session: &Session, who: Pid, at: Time, note: &Note) {
        if let Note::Shard(ShardNote::Acknowledged { shard, op, index, key, .. }) = note {
            self.shard(*shard).acked.insert(*index, (*op, *key));
        } else if let Note::Shard(ShardNote::ViewChanged { shard, view, why }) = note {
            let (copies, needed) = (self.copies, self.needed);
            let it = self.shard(*shard);
            let before = std::mem::replace(&mut it.latest, view.in_sync.clone());
            for &new in view.in_sync.iter().filter(|pid| !before.contains(pid)) {
                // Whoever has caught up with a settled primary has all. A copy that is only remembered has what it had.
                let whole = *why == ViewWhy::CaughtUp && !it.emptied.contains(&new);
                it.lost.retain(|&pid| pid != new || !whole);
                if it.emptied.contains(&new) && !it.lost.contains(&new) {
                    it.lost.push(new); // it lost its disk after it was proposed, and before that was decided
                }
                if !it.counted.contains(&new) {
                    it.counted.push(new);
                }
            }
            if before.iter().any(|pid| !view.in_sync.contains(pid)) {
                it.shrunk = at;
            }
            if *why == ViewWhy::Salvaged {
                // An operator has chosen: what the chosen copy does not have is given up.
                let has = |write: &Write| view.primary.is_some_and(|pid| session.moment.cluster.kept(pid, *shard, write));
                let gone: Vec<Index> = it.writes().filter(|write| !has(write)).map(|write| write.index).collect();
                for index in &gone {
                    it.acked.remove(index);
                }
                (it.lost, it.heirs) = Default::default();
                it.counted.clone_from(&view.in_sync);
            }
            let leads_on = *why != ViewWhy::Promotion;
            // A primary that does not serve yet may have to commit what whoever is let go does not have.
            let serves = view.primary.is_none_or(|primary| it.claims.contains(&primary));
            if view.in_sync.len() < needed && leads_on {
                it.heirs.extend(before.into_iter().filter(|pid| serves && !view.in_sync.contains(pid) && !it.lost.contains(pid)));
                it.heirs.retain(|pid| !it.lost.contains(pid));
            } else {
                it.heirs.clear();
            }
            if *why == ViewWhy::CaughtUp && view.in_sync.len() >= copies {
                // And so have the others that count: whoever counted before is needed no more.
                it.lost.retain(|pid| view.in_sync.contains(pid));
                it.counted.retain(|pid| view.in_sync.contains(pid));
            }
        } else if let Note::Shard(ShardNote::LearnerReady { shard, learner }) = note {
            self.shard(*shard).emptied.retain(|pid| pid != learner);
        } else if let Note::Shard(ShardNote::Dropped { shard }) = note {
            let it = self.shard(*shard);
            it.counted.retain(|&pid| pid != who);
            it.lost.retain(|&pid| pid != who);
            it.heirs.retain(|&pid| pid != who);
        } else if let Note::Shard(ShardNote::Serving { shard, .. }) = note {
            let it = self.shard(*shard);
            if !it.claims.contains(&who) {
                it.claims.push(who);
            }
        } else if let Note::Shard(ShardNote::Stopped { shard, .. }) = note {
            self.shard(*shard).claims.retain(|&pid| pid != who);
        } else if let Note::Control(ControlNote::Elected { .. }) = note {
            self.elected = Some(at);
        } else if let Note::Client(ClientNote::Answered { op, .. }) = note {
            self.answered.insert(op.client, at);
        } else if let Note::Lock(LockNote::Granted { session, lock, .. }) = note {
            self.granted.insert(session.client, at);
            self.locks.insert(*lock, at);
        } else if let Note::Control(ControlNote::RingChanged { node, why: RingWhy::Joined | RingWhy::Draining, .. }) = note {
            *self.turned.entry(*node).or_insert(0) += 1;
        }
    }

    fn shard(&mut self, id: ShardId) -> &mut Shard {
        &mut self.shards[usize::from(id.0)]
    }

    /// Whether a node's disk, dead or alive, holds every acknowledged write of a shard, each in its place.
    pub(super) fn holds(&self, session: &Session, node: Pid, id: ShardId) -> bool {
        let sight = &session.moment.cluster;
        self.shards[usize::from(id.0)].writes().rev().all(|write| sight.kept(node, id, &write))
    }

    /// The first shard of which an acknowledged write is on no disk any more, nor in a living node's memory.
    pub(super) fn gone(&self, session: &Session) -> Option<ShardId> {
        let sight = &session.moment.cluster;
        let nodes = sight.nodes();
        let gone = |id, write: Write| !nodes.iter().any(|&node| sight.kept(node, id, &write) || sight.has(node, id, &write));
        let ids = (0..self.shards.len() as u16).map(ShardId);
        ids.into_iter().find(|&id| self.shards[usize::from(id.0)].writes().rev().any(|it| gone(id, it)))
    }

    /// When a coordinator was elected last.
    pub(super) fn elected(&self) -> Option<Time> {
        self.elected
    }

    /// How many disks were emptied so far.
    pub(super) fn disks_lost(&self) -> usize {
        self.wiped
    }

    /// Whether a copy that counts in the latest view has its disk still.
    pub(super) fn is_whole(&self, node: Pid, id: ShardId) -> bool {
        !self.shards[usize::from(id.0)].lost.contains(&node)
    }

    /// Whether a node has a copy of a shard that may be needed.
    pub(super) fn has_counted(&self, node: Pid, id: ShardId) -> bool {
        self.shards[usize::from(id.0)].counted.contains(&node)
    }

    /// Whether a copy that counts no more, but must have everything, is among these nodes.
    pub(super) fn has_heir(&self, id: ShardId, among: impl Fn(Pid) -> bool) -> bool {
        self.shards[usize::from(id.0)].heirs.iter().any(|&pid| among(pid))
    }

    /// When some copy of a shard last ceased to count.
    pub(super) fn shrunk(&self, id: ShardId) -> Time {
        self.shards[usize::from(id.0)].shrunk
    }

    /// Copies of a shard on lost disks, and those that count no more but must have everything.
    pub(super) fn losses(&self, id: ShardId) -> (&[Pid], &[Pid]) {
        let it = &self.shards[usize::from(id.0)];
        (&it.lost, &it.heirs)
    }

    /// How many disks that may be needed a shard has lost.
    pub(super) fn lost(&self, id: ShardId) -> usize {
        self.shards[usize::from(id.0)].lost.len()
    }

    /// Whether all copies of a shard that may be needed, but for those on lost disks, are on these nodes.
    pub(super) fn all_are(&self, id: ShardId, within: impl Fn(Pid) -> bool) -> bool {
        let it = &self.shards[usize::from(id.0)];
        it.counted.iter().all(|&pid| within(pid) || it.lost.contains(&pid))
    }

    /// Whether a node has said that it serves something, and has not said since that it stopped.
    pub(super) fn claims(&self, node: Pid) -> bool {
        self.shards.iter().any(|shard| shard.claims.contains(&node))
    }

    /// When a client was last answered.
    pub(super) fn answered(&self, client: Pid) -> Option<Time> {
        self.answered.get(&client).copied()
    }

    /// When a worker was last granted a lock.
    pub(super) fn granted(&self, worker: Pid) -> Option<Time> {
        self.granted.get(&worker).copied()
    }

    /// When a lock was last granted to anybody.
    pub(super) fn lock(&self, lock: LockId) -> Option<Time> {
        self.locks.get(&lock).copied()
    }

    /// By how much a clock was last made to drift, if it ever was.
    pub(super) fn drift(&self, pid: Pid) -> i32 {
        self.drift.get(&pid).copied().unwrap_or_default()
    }

    /// A node for whose wishes the ring has changed more often than it can have wished anything.
    pub(super) fn restless(&self) -> Option<Pid> {
        self.turned.iter().find(|(pid, turned)| **turned > self.asked.get(pid).copied().unwrap_or_default()).map(|(&pid, _)| pid)
    }
}
