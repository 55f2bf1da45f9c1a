//! What every detector by heartbeats can be told and asked.

use crate::sim::time::{Span, Time};

/// A level of suspicion in thousandths. For the accrual detectors it is phi: at 1,000 one in ten such silences would be a living
/// peer's if the estimate were true, at 2,000 one in a hundred. Rounded down; a level beyond 4,294,967 phi counts as that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct MilliPhi(pub u32);

impl MilliPhi {
    /// So many thousandths, or the highest level there is.
    pub fn saturating(thousandths: u128) -> MilliPhi {
        MilliPhi(u32::try_from(thousandths).unwrap_or(u32::MAX))
    }
}

/// What one observer thinks of one peer by its heartbeats. Instants are those of the observer's own clock and never go back.
pub trait Detector {
    /// The peer was heard. True if it had been suspected; now it is not.
    fn hear(&mut self, now: Time) -> bool;
    /// Looks at the clock. Gives the length of the silence if it is this look that raises the suspicion: one suspicion, not one
    /// a look.
    fn look(&mut self, now: Time) -> Option<Span>;
    /// The observer was away and could not have heard: silence counts from now. A suspicion stays, and no interval is learnt.
    fn resume(&mut self, now: Time);
    /// Since when silence counts: the last heartbeat, or the start, or [`Detector::resume`].
    fn heard(&self) -> Time;
    /// Since when the peer is suspected.
    fn suspected(&self) -> Option<Time>;
    /// How suspicious the silence is by now, whether or not somebody has looked.
    fn level(&self, now: Time) -> MilliPhi;
    /// The level from which on a look suspects.
    fn threshold(&self) -> MilliPhi;
    /// The shortest silence that a look would find suspicious, by what is known at present.
    fn patience(&self) -> Span;
}
