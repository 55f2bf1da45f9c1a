//! Peak-EWMA: an average of latencies that believes bad news at once and good news slowly (Finagle, `PeakEwma.scala`).

use crate::sim::number::{ONE, exp_minus};
use crate::sim::time::{Span, Time};

/// The cost of a server that was never heard while a request is under way to it: above any that was. Finagle's `Penalty`.
pub(super) const PENALTY: u128 = 1 << 96;

/// The latencies of one server, as one balancer has seen them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ewma {
    tau: Span,
    /// In 2^-16 microseconds, so that a decay in small steps is not rounded away.
    cost: u64,
    at: Time,
}

impl Ewma {
    /// Of a server that was never heard.
    ///
    /// # Panics
    /// For a `tau` of zero.
    pub fn new(tau: Span) -> Ewma {
        assert!(tau > Span::ZERO, "an average over no time");
        Ewma { tau, cost: 0, at: Time::ZERO }
    }

    /// What the average has fallen to by now.
    fn decayed(&self, now: Time) -> (u64, u64) {
        let weight = exp_minus(now.since(self.at).0, self.tau.0);
        (((u128::from(self.cost) * u128::from(weight)) >> 32) as u64, weight)
    }

    /// A latency: a peak counts whole, a lower one by the time since the last.
    pub fn observe(&mut self, now: Time, latency: Span) {
        let latency = latency.0 << 16;
        self.cost = if latency > self.cost {
            latency
        } else {
            let (old, weight) = self.decayed(now);
            old + ((u128::from(latency) * u128::from(ONE - weight)) >> 32) as u64
        };
        self.at = now;
    }

    /// What one more request would cost: the average, as low as it would be if there had been no latency since, times all that would be
    /// in flight. A server that was never heard is free for one request, and costs more than any other for a second.
    pub fn cost(&self, now: Time, outstanding: u32) -> u128 {
        let (cost, _) = self.decayed(now);
        if cost == 0 && outstanding > 0 {
            return PENALTY + u128::from(outstanding);
        }
        u128::from(cost) * u128::from(outstanding + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_counts_at_once_and_falls_by_e_in_each_tau() {
        let mut ewma = Ewma::new(Span::secs(10));
        ewma.observe(Time(0), Span::millis(5));
        ewma.observe(Time(1), Span::millis(100));
        assert_eq!(ewma.cost(Time(1), 0) >> 16, 100_000);
        let after = |secs| (ewma.cost(Time::ZERO + Span(1) + Span::secs(secs), 0) >> 16) as u64;
        assert_eq!([after(10), after(20), after(30)], [36_787, 13_533, 4_978], "100000 / e^1, e^2, e^3");
        ewma.observe(Time(1) + Span::secs(10), Span::millis(10));
        assert_eq!(ewma.cost(Time(1) + Span::secs(10), 0) >> 16, 36_787 + 6_322, "and 10000 (1 - 1/e) of the lower one");
        assert_eq!(ewma.cost(Time(1) + Span::secs(10), 2) >> 16, 3 * (36_787 + 6_322), "times three in flight, with its fraction");
    }

    #[test]
    fn a_server_never_heard_gets_one_request_and_then_none_before_it_answers() {
        let (never, mut heard) = (Ewma::new(Span::secs(10)), Ewma::new(Span::secs(10)));
        heard.observe(Time(0), Span::secs(3_600));
        let now = Time(0);
        assert!(never.cost(now, 0) < heard.cost(now, 0) && never.cost(now, 1) > heard.cost(now, 1_000_000));
    }
}
