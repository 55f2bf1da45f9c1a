//! Primary/backup replication of one shard (PacificA, Lin et al. 2008; the log's consistency check after Raft, Ongaro and
//! Ousterhout 2014, section 5.3). [`machine`] is a pure state machine: it is told what arrives and says what it wants.
//! Nothing here knows what an operation means, who may call itself alive, or how a view is decided.

mod backup;
mod commit;
mod gather;
mod gathered;
mod leading;

pub mod machine;
mod peer;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_learners;
#[cfg(test)]
mod tests_modes;
pub mod transfer;
pub mod view;
pub mod words;
