//! The words of the lock service.

use crate::sim::id::{Boot, Pid};

/// Number that grows with every grant (Kleppmann 2016; Chubby's sequencer). 0 means: none yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct FencingToken(pub u64);

impl FencingToken {
    /// The token of the next grant.
    #[must_use]
    pub const fn next(self) -> FencingToken {
        FencingToken(self.0 + 1)
    }
}

/// A client's stay with the lock service: ends with its lease, or with its process's life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Session {
    /// Whose it is.
    pub client: Pid,
    /// In which life.
    pub boot: Boot,
    /// The how-manieth of this life, from 1: a client whose session lapsed opens another.
    pub n: u32,
}
