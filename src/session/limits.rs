//! A limit on everything a run can grow, each visible when it binds.

use crate::sim::time::Time;

/// The limits of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The last instant a run may reach.
    pub run: Time,
    /// Actions of one branch.
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

/// The version this code writes and the newest it reads. It grows whenever the same recipe and actions no longer give the same
/// run: 2 brought rebalancing, 3 several coordinators, 4 several locks and documents of lines, 5 what a copy must prove before it
/// leads and whom a lease waits for, 6 who may lead alone, when copies are let go, and facts about what clients ask and find, 7 that
/// too few copies do not even commit the mark with which a view begins, 8 that the answer to a request that was passed on goes back by
/// the way it came, and that an answer from memory is a fact.
pub const VERSION: u64 = 9;

/// The first 32 characters of a foreign text, for an error.
pub(crate) fn excerpt(text: &str) -> String {
    let mut out: String = text.chars().take(32).map(|c| if c.is_control() { '�' } else { c }).collect();
    if text.chars().nth(32).is_some() {
        out.push('…');
    }
    out
}
