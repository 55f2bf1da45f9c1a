//! The fake world: time, chance, a network, disks and crashes as types. Nothing here knows a protocol: no file under
//! `sim` knows the words shard, lock or view.

pub mod clock;
pub mod digest;
pub mod fault;
pub mod id;
pub mod journal;
pub mod net;
pub mod number;
pub mod pages;
pub mod process;
pub mod queue;
pub mod rng;
pub mod sorted;
pub mod time;
pub mod world;
