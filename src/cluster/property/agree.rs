//! Copies that count agree: on each entry that two of them know to be committed, and on what the entries have made.

use crate::cluster::property::{Promise, Verdicts, ring_answer};
use crate::cluster::view::Sight;
use crate::proto::replica::view::{Index, ShardId, View};
use crate::sim::id::Pid;
use crate::sim::sorted::SortedMap;

/// What copies have said about themselves.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Agree {
    shards: SortedMap<ShardId, Shard>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Shard {
    /// The in-sync set of the latest view.
    counted: Vec<Pid>,
    /// That view's primary.
    primary: Option<Pid>,
    /// Up to where each living copy has said that its log is committed.
    told: SortedMap<Pid, Index>,
    /// The state of whichever counted copy has applied most since the latest view: how much that is, and the state's digest.
    newest: Option<(Index, u64)>,
}

impl Shard {
    fn told(&self, who: Pid) -> Index {
        self.told.get(&who).copied().unwrap_or_default()
    }

    /// Whether two copies hold the same from after `from` on, as far as both know it to be committed.
    fn agree(&self, sight: &impl Sight, id: ShardId, one: Pid, other: Pid, from: Index) -> bool {
        let upto = self.told(one).min(self.told(other));
        (from.0 + 1..=upto.0).all(|i| sight.logged(one, id, Index(i)) == sight.logged(other, id, Index(i)))
    }
}

impl Agree {
    fn shard(&mut self, sight: &impl Sight, id: ShardId) -> &mut Shard {
        // Before the first change of view the first ring's answer counts.
        self.shards.get_or_insert_with(id, || {
            let founders = sight.founders();
            let ring: Vec<(u64, Pid)> = sight.tokens().iter().copied().filter(|(_, pid)| founders.contains(pid)).collect();
            let counted = ring_answer(&ring, id, sight.shards(), sight.copies());
            Shard { primary: counted.first().copied(), counted, told: SortedMap::new(), newest: None }
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
        match it.newest {
            Some((most, known)) if most == applied && known != state => verdicts.breaks(Promise::CopiesAgree),
            Some((most, _)) if most >= applied => {}
            Some(_) | None => it.newest = Some((applied, state)),
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
    pub(super) fn view(&mut self, sight: &impl Sight, id: ShardId, view: &View, verdicts: &mut Verdicts) {
        let it = self.shard(sight, id);
        let before = std::mem::replace(&mut it.counted, view.in_sync.clone());
        (it.primary, it.newest) = (view.primary, None);
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
