//! A process's own clock: it starts at an offset and runs a little fast or slow. Integers only.

use crate::sim::time::{Span, Time};

/// Instants stay below 2^42 µs (50 days), so products with this fit 64 bits.
const MILLION: i64 = 1_000_000;

/// A clock with a rational rate. Reading it never goes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Clock {
    /// True time of the last change of rate.
    anchor: Time,
    /// What the clock showed then.
    shown: Time,
    /// Parts per million by which it runs fast.
    drift: i32,
}

impl Clock {
    /// A clock that shows `offset` at the beginning of the run.
    pub fn new(offset: Span, drift: i32) -> Clock {
        Clock { anchor: Time::ZERO, shown: Time(offset.0), drift }
    }

    /// Parts per million by which it runs fast.
    pub fn drift(&self) -> i32 {
        self.drift
    }

    /// What it shows at the true time `now`.
    pub fn read(&self, now: Time) -> Time {
        let passed = now.since(self.anchor).0 as i64;
        Time(self.shown.0 + (passed * (MILLION + i64::from(self.drift)) / MILLION) as u64)
    }

    /// From the true time `now` on it runs at another rate; it does not jump.
    pub fn set_drift(&mut self, now: Time, drift: i32) {
        assert!(drift.abs() <= 500_000, "a drift of {drift} ppm");
        *self = Clock { anchor: now, shown: self.read(now), drift };
    }

    /// The true span after which `span` has surely passed on this clock (rounded up).
    pub fn true_span(&self, span: Span) -> Span {
        if self.drift == 0 {
            return span;
        }
        Span((span.0 as i64 * MILLION / (MILLION + i64::from(self.drift))) as u64 + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_never_fires_before_its_span_has_passed_on_its_own_clock() {
        for drift in [-500_000, -10_000, -7, 0, 3, 10_000, 500_000] {
            let clock = Clock::new(Span(12_345), drift);
            for (now, span) in [(0, 1), (999, 200_000), (1_234_567, 1_200_000)] {
                let fires = Time(now) + clock.true_span(Span(span));
                assert!(clock.read(fires).since(clock.read(Time(now))) >= Span(span), "{drift} {now} {span}");
            }
        }
    }

    #[test]
    fn a_change_of_rate_does_not_jump() {
        let mut clock = Clock::new(Span(5), 0);
        let before = clock.read(Time(1_000));
        clock.set_drift(Time(1_000), 250_000);
        assert_eq!(clock.read(Time(1_000)), before);
        assert_eq!(clock.read(Time(1_400)).since(before), Span(500));
    }
}
