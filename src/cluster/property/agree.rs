//! Copies that count agree: on each entry that two of them know to be committed, and on what the entries have made.

use litemap::LiteMap;

use crate::cluster::note::ViewWhy;
use crate::cluster::observe::view::{Logged, Sight};
use crate::cluster::property::moves::ring_answer;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::cluster::setup::config::Ack;
use crate::proto::replica::view::{Index, ShardId, View};
use crate::sim::id::Pid;

/// What copies have said about themselves.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Agree {
    shards: LiteMap<ShardId, Shard>,
}

/// States that are remembered of a shard.
const KEPT: usize = 16;

#[derive(Clone, PartialEq, Eq, Debug)]
struct Shard {
    /// The in-sync set of the latest view.
    counted: Vec<Pid>,
    /// That view's primary.
    primary: Option<Pid>,
    /// Up to where each living copy has said that its log is committed.
    told: LiteMap<Pid, Index>,
    /// The digest of the first state that a counted copy had after so many entries: the latest [`KEPT`].
    states: LiteMap<Index, u64>,
}

impl Shard {
    fn told(&self, who: Pid) -> Index {
        self.told.get(&who).copied().unwrap_or_default()
    }

    /// Whether two copies hold the same from after `from` on, as far as both know it to be committed.
    fn agree(&self, sight: &impl Sight, id: ShardId, one: Pid, other: Pid, from: Index) -> bool {
        let upto = self.told(one).min(self.told(other));
        // What a snapshot stands for is judged by the state that came of it.
        let same = |pair| matches!(pair, (Logged::Snapshot, _) | (_, Logged::Snapshot)) || pair.0 == pair.1;
        (from.0 + 1..=upto.0).all(|i| same((sight.logged(one, id, Index(i)), sight.logged(other, id, Index(i)))))
    }
}

impl Agree {
    fn shard(&mut self, sight: &impl Sight, id: ShardId) -> &mut Shard {
        // Before the first change of view the first ring's answer counts.
        self.shards.entry(id).or_insert_with(|| {
            let founders = sight.founders();
            let ring: Vec<(u64, Pid)> = sight.tokens().iter().copied().filter(|(_, pid)| founders.contains(pid)).collect();
            let counted = ring_answer(&ring, id, sight.shards(), sight.copies());
            Shard { primary: counted.first().copied(), counted, told: LiteMap::new(), states: LiteMap::new() }
        })
    }

    /// A copy says that its log is committed up to an index.
    pub(super) fn committed(&mut self, sight: &impl Sight, id: ShardId, who: Pid, index: Index, verdicts: &mut Verdicts) {
        let it = self.shard(sight, id);
        let before = it.told.insert(who, index).unwrap_or_default();
        if !it.counted.contains(&who) {
            return;
        }
        if it.counted.iter().any(|&other| other != who && !it.agree(sight, id, who, other, before)) {
            verdicts.breaks(Promise::CopiesAgree);
        }
        let Some((applied, state)) = sight.state(who, id) else { return };
        if *it.states.entry(applied).or_insert(state) != state {
            verdicts.breaks(Promise::CopiesAgree);
        }
        if it.states.len() > KEPT {
            let oldest = it.states.iter().next().map(|(&index, _)| index);
            oldest.map(|index| it.states.remove(&index));
        }
    }

    /// A copy drops the end of its log. One that counts never drops what it knows to be committed, and its primary too.
    pub(super) fn truncated(&mut self, sight: &impl Sight, id: ShardId, who: Pid, from: Index, verdicts: &mut Verdicts) {
        let it = self.shard(sight, id);
        if from <= it.told(who) {
            if it.counted.contains(&who) && it.primary.is_some_and(|primary| primary != who && it.told(primary) >= from) {
                verdicts.breaks(Promise::CopiesAgree);
            }
            it.told.insert(who, Index(from.0.saturating_sub(1)));
        }
    }

    /// A new in-sync set: whoever is new in it agrees with the others.
    pub(super) fn view(&mut self, sight: &impl Sight, id: ShardId, view: &View, why: &ViewWhy, verdicts: &mut Verdicts) {
        let it = self.shard(sight, id);
        let before = std::mem::replace(&mut it.counted, view.in_sync.clone());
        // A new primary need not have the marks with which views before its own began, so places shift. And where something may be
        // lost with its primary another history goes on.
        let goes_on = it.primary == view.primary || *why == ViewWhy::HandedOver;
        if !goes_on || verdicts.ack == Ack::Primary {
            it.states.clear();
        }
        it.primary = view.primary;
        for &new in view.in_sync.iter().filter(|pid| !before.contains(pid)) {
            if it.counted.iter().any(|&other| other != new && !it.agree(sight, id, new, other, Index(0))) {
                verdicts.breaks(Promise::CopiesAgree);
            }
        }
    }

    /// A copy is deleted, or replaced by a snapshot: what it said before is about another one.
    pub(super) fn begins_anew(&mut self, id: ShardId, who: Pid) {
        if let Some(it) = self.shards.get_mut(&id) {
            it.told.remove(&who);
        }
    }

    /// A node is no more: what it will know when it comes back it will say again.
    pub(super) fn dies(&mut self, who: Pid) {
        for (_, it) in self.shards.iter_mut() {
            it.told.remove(&who);
        }
    }
}
