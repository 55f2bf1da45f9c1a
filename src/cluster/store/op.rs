//! The name of a client's operation, and of which kind it is.

use crate::sim::id::{Boot, Pid};

/// A client's operation: number `n` of life `boot` of `client`. A retry has the same name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OpId {
    /// Who asked.
    pub client: Pid,
    /// In which life.
    pub boot: Boot,
    /// Its number among the operations of that life, from 1.
    pub n: u32,
}

impl OpId {
    /// Whether nobody needs to keep another operation in mind, now that this one has come: it is the same, or its client, which has
    /// so many under way at most, cannot wait for it any more.
    pub fn replaces(self, other: OpId, window: u32) -> bool {
        let far = other.n.abs_diff(self.n) >= window;
        self.client == other.client && (self == other || self.boot != other.boot || far)
    }
}

/// What a client asked for, as far as the reader needs to know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Asked {
    /// To read a key.
    Read,
    /// To write a key.
    Write,
    /// Work that any node can do.
    Work,
}

impl Asked {
    /// Its word in data.
    pub const fn word(self) -> &'static str {
        match self {
            Asked::Read => "read",
            Asked::Write => "write",
            Asked::Work => "work",
        }
    }
}
