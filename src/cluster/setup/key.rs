//! The keys of a run.

use crate::proto::replica::view::ShardId;

/// A key: its number in the run's list of keys. The shard goes with it, since hashing is the client's business.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// Which.
    pub id: u16,
    /// Its shard.
    pub shard: ShardId,
}
