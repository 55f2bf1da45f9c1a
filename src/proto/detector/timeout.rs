//! Failure detection by silence: a fixed time-out over heartbeats.

use crate::proto::detector::words::{Detector, MilliPhi};
use crate::sim::time::{Span, Time};

/// What one observer knows of one peer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Watch {
    heard: Time,
    suspected: Option<Time>,
}

impl Watch {
    /// An observer that begins to watch now: the peer's silence counts from here.
    pub fn new(now: Time) -> Watch {
        Watch { heard: now, suspected: None }
    }

    /// When the peer was heard last.
    pub fn heard(&self) -> Time {
        self.heard
    }

    /// Since when the peer is suspected.
    pub fn suspected(&self) -> Option<Time> {
        self.suspected
    }

    /// The peer was heard. True if it had been suspected.
    pub fn hear(&mut self, now: Time) -> bool {
        self.heard = self.heard.max(now);
        self.suspected.take().is_some()
    }

    /// It is suspected from now on, for a reason that whoever says so has.
    pub fn suspect(&mut self, now: Time) {
        self.suspected = self.suspected.or(Some(now));
    }

    /// It is suspected no more.
    pub fn acquit(&mut self) {
        self.suspected = None;
    }

    /// The observer was away: silence counts from now, as after a start. A suspicion stays.
    pub fn resume(&mut self, now: Time) {
        self.heard = self.heard.max(now);
    }

    /// Looks at the clock. Gives the length of the silence if it is this look that raises the suspicion:
    /// when the silence is *longer* than `max`.
    pub fn look(&mut self, now: Time, max: Span) -> Option<Span> {
        let silent = now.since(self.heard);
        if self.suspected.is_some() || silent <= max {
            return None;
        }
        self.suspected = Some(now);
        Some(silent)
    }
}

/// A [`Watch`] that knows its limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TimeOut {
    watch: Watch,
    max: Span,
}

impl TimeOut {
    /// An observer that begins to watch now, and suspects when the silence is longer than `max`.
    ///
    /// # Panics
    /// If `max` is zero: everybody would be suspected at once.
    pub fn new(max: Span, now: Time) -> TimeOut {
        assert!(max > Span::ZERO, "a time-out without time suspects everybody");
        TimeOut { watch: Watch::new(now), max }
    }
}

impl Detector for TimeOut {
    fn hear(&mut self, now: Time) -> bool {
        self.watch.hear(now)
    }
    fn look(&mut self, now: Time) -> Option<Span> {
        self.watch.look(now, self.max)
    }
    fn resume(&mut self, now: Time) {
        self.watch.resume(now);
    }
    fn heard(&self) -> Time {
        self.watch.heard()
    }
    fn suspected(&self) -> Option<Time> {
        self.watch.suspected()
    }
    /// A time-out has no phi. Its level is the part of the limit that has passed, in thousandths.
    fn level(&self, now: Time) -> MilliPhi {
        MilliPhi::saturating(now.since(self.watch.heard()).0.saturating_sub(1) as u128 * 1_000 / self.max.0 as u128)
    }
    fn threshold(&self) -> MilliPhi {
        MilliPhi(1_000)
    }
    fn patience(&self) -> Span {
        self.max + Span(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_as_long_as_the_limit_is_not_yet_suspicious() {
        let mut watch = Watch::new(Time(10));
        assert_eq!(watch.look(Time(110), Span(100)), None);
        assert_eq!(watch.look(Time(111), Span(100)), Some(Span(101)));
        assert_eq!(watch.look(Time(112), Span(100)), None, "one suspicion, not one a look");
        assert!(watch.hear(Time(113)) && !watch.hear(Time(114)));
    }

    #[test]
    fn a_time_out_suspects_when_its_level_reaches_the_threshold_and_not_before() {
        let mut it = TimeOut::new(Span(100), Time(10));
        for now in 10..=110 {
            assert!(it.level(Time(now)) < it.threshold() && it.look(Time(now)).is_none(), "{now}");
        }
        assert_eq!((it.level(Time(111)), it.patience()), (it.threshold(), Span(101)));
        assert_eq!(it.look(Time(111)), Some(Span(101)));
        it.resume(Time(500));
        assert_eq!((it.suspected(), it.heard(), it.level(Time(500))), (Some(Time(111)), Time(500), MilliPhi(0)));
    }

    /// With heartbeats every T and a limit of k T, a crash at an instant that is even within a period is suspected between (k - 1) T and k T later.
    /// Where each heartbeat is lost with p, a living peer's silence lasts k periods with p^k.
    #[test]
    fn detection_time_and_false_suspicions_are_those_of_a_geometric_silence() {
        use crate::sim::rng::{Rng, Stream};
        let (period, k) = (1_000, 3);
        let limit = Span(k * period);
        let waits: Vec<u64> = (0..period).map(|crash| TimeOut::new(limit, Time(0)).patience().0 - crash).collect();
        assert_eq!((waits.iter().min(), waits.iter().max()), (Some(&((k - 1) * period + 2)), Some(&(k * period + 1))));
        let mut rng = Rng::stream(3, Stream::Nemesis);
        let (mut it, mut raised, periods) = (TimeOut::new(limit, Time(0)), 0, 200_000);
        for i in 1..=periods {
            let now = Time(i * period);
            if !rng.per_mille(300) {
                it.hear(now);
            }
            raised += u32::from(it.look(Time(now.0 + 1)).is_some());
        }
        // A silence that begins with a loss after a heartbeat, and goes on for k: (1 - p) p^k a period.
        let (rate, expected) = (f64::from(raised) / periods as f64, 0.7 * 0.027);
        assert!((rate - expected).abs() < 2.576 * (expected / periods as f64).sqrt(), "{rate} instead of {expected}");
    }
}
