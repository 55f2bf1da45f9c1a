//! At most one node serves a shard.

use crate::cluster::view::Sight;
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;
use crate::sim::sorted::{SortedMap, SortedSet};

/// Who claims to serve what.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Serving {
    /// Nodes that said they serve and did not say that they stopped.
    claims: SortedMap<ShardId, Vec<Pid>>,
    /// Shards with more than one claim: only these need a look after every event.
    contested: SortedSet<ShardId>,
}

impl Serving {
    /// A node says that it serves a shard.
    pub(super) fn claims(&mut self, shard: ShardId, who: Pid) {
        let claims = self.claims.get_or_insert_with(shard, Vec::new);
        if !claims.contains(&who) {
            claims.push(who);
        }
        if claims.len() > 1 {
            self.contested.insert(shard);
        }
    }

    /// A node says that it stopped.
    pub(super) fn stops(&mut self, shard: ShardId, who: Pid) {
        let claims = self.claims.get_or_insert_with(shard, Vec::new);
        claims.retain(|&node| node != who);
        if claims.len() < 2 {
            self.contested.remove(&shard);
        }
    }

    /// A node is no more.
    pub(super) fn dies(&mut self, who: Pid) {
        for (shard, claims) in self.claims.iter_mut() {
            claims.retain(|&node| node != who);
            if claims.len() < 2 {
                self.contested.remove(shard);
            }
        }
    }

    /// Whether some shard is served by more than one now.
    pub(super) fn is_double(&self, sight: &impl Sight) -> bool {
        let serving = |shard: ShardId| self.claims.get(&shard).map_or(0, |it| it.iter().filter(|&&node| sight.serves(node, shard)).count());
        self.contested.iter().any(|&shard| serving(shard) > 1)
    }
}
