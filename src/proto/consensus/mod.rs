//! Consensus among the coordinators: Raft (Ongaro and Ousterhout 2014), with pre-vote and leader leases (Ongaro's thesis,
//! sections 9.6 and 6.4.1). [`raft::Raft`] is a pure state machine: it is told what arrives and what time it is, and says what
//! it wants. Nothing here knows what is being agreed on.
//!
//! *Simplifications.* The group never changes. A snapshot travels in one message.

mod election;
#[cfg(test)]
mod figures;
mod follower;
#[cfg(test)]
mod lab;
mod leader;
mod leading;
pub mod quorum;
pub mod raft;
#[cfg(test)]
mod tests;
mod transfer;
pub mod words;
