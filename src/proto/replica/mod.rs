//! Primary/backup replication of one shard.
pub mod view;
