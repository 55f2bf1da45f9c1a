//! A limit on everything a run can grow, each visible when it binds.

use crate::sim::time::Time;

/// The limits of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The last instant a run may reach.
    pub run: Time,
    /// Hands' actions of one branch.
    pub actions: usize,
    /// Facts in the journal. A run that reaches it stops at the end of that instant.
    pub facts: u64,
    /// Bytes of a link, the page's own keys included.
    pub link: usize,
    /// Bytes of a link that the page's own keys may take.
    pub page: usize,
    /// Links kept of branches that were left.
    pub branches: usize,
    /// Checkpoints kept; when full, every other one goes and the spacing doubles.
    pub checkpoints: usize,
    /// How far a fact step looks for a fact before it stops without one, in microseconds.
    pub fact_step: u64,
}

/// The limits.
pub const LIMITS: Limits = Limits {
    run: Time::from_millis(30 * 60 * 1_000),
    actions: 512,
    facts: 400_000,
    link: 8_192,
    page: 256,
    branches: 16,
    checkpoints: 128,
    fact_step: 60_000_000,
};
