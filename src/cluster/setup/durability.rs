//! How many copies hold what is acknowledged: what the recipe's mode and least number come to.

use crate::cluster::setup::config::{Ack, Config};
use crate::proto::replica::words::Commit;

/// How many copies hold what is acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Durability {
    /// When an entry is committed.
    pub commit: Commit,
    /// With fewer copies in sync nothing more is committed.
    pub min: usize,
    /// Copies that a shard should have.
    pub(in crate::cluster) copies: usize,
}

impl Durability {
    /// What a recipe asks for.
    pub fn of(config: &Config) -> Durability {
        let (commit, min) = match config.ack {
            Ack::Primary => (Commit::Own, 1),
            Ack::Majority => (Commit::Majority(config.replicas), config.copies_needed()),
            Ack::InSync => (Commit::All, config.copies_needed()),
        };
        let copies = config.replicas.into();
        assert!((1..=copies).contains(&min), "a write needs {min} copies of {copies}");
        Durability { commit, min, copies }
    }

    /// Members of an in-sync set of this size that may lack a committed entry, once all have had everything.
    pub(in crate::cluster) fn lack(self, in_sync: usize) -> usize {
        match self.commit {
            // Any of them may lack anything, and no promise is made.
            Commit::Own => 0,
            Commit::All | Commit::Majority(_) => in_sync.saturating_sub(self.commit.holders(in_sync)),
        }
    }
}
