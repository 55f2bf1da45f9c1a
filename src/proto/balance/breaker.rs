//! To ask less of what fails: the circuit breaker (Nygard, "Release It!", 2007), which asks nothing for a while, and adaptive
//! throttling (Google, "Site Reliability Engineering", chapter 21), which asks less and less.

use std::collections::VecDeque;

use crate::sim::rng::Rng;
use crate::sim::time::{Span, Time};

/// When a breaker opens and how long it stays open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BreakerConfig {
    /// The last so many answers count, 1 to 64. Before there are so many the breaker stays closed.
    pub window: u8,
    /// It opens with a failure, when so many of them are failures.
    pub failures: u8,
    /// After so long one request is let through on trial.
    pub rest: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    /// Requests pass. The last answers as bits, the newest lowest, 1 a failure; and how many there are.
    Closed { answers: u64, n: u8 },
    /// No request passes until then.
    Open { until: Time },
    /// One request was let through, and decides.
    Trial,
}

/// A circuit breaker before one server or one service.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Breaker {
    config: BreakerConfig,
    state: State,
}

impl Breaker {
    /// A closed one.
    ///
    /// # Panics
    /// For a window of none or more than 64, or more failures than answers.
    pub fn new(config: BreakerConfig) -> Breaker {
        assert!((1..=64).contains(&config.window), "a window of {} answers: 1 to 64 are supported", config.window);
        assert!((1..=config.window).contains(&config.failures), "{} failures of {} answers", config.failures, config.window);
        Breaker { config, state: State::Closed { answers: 0, n: 0 } }
    }

    /// Whether a request may be sent now. After the rest one may, and no other until it is answered.
    pub fn admits(&mut self, now: Time) -> bool {
        match self.state {
            State::Closed { .. } => true,
            State::Open { until } if now >= until => {
                self.state = State::Trial;
                true
            }
            State::Open { .. } | State::Trial => false,
        }
    }

    /// Whether requests pass.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// A request that was admitted is answered, or was given up, which is a failure. What was sent before it opened says nothing.
    /// While one is on trial such an old answer is taken for the trial's: a breaker does not know one request from another.
    pub fn answered(&mut self, now: Time, ok: bool) {
        let open = State::Open { until: now + self.config.rest };
        self.state = match self.state {
            State::Closed { answers, n } => {
                let all = u64::MAX >> (64 - self.config.window);
                let answers = (answers << 1 | u64::from(!ok)) & all;
                let n = (n + 1).min(self.config.window);
                let fails = !ok && n == self.config.window && answers.count_ones() >= u32::from(self.config.failures);
                if fails { open } else { State::Closed { answers, n } }
            }
            State::Open { until } => State::Open { until },
            State::Trial if ok => State::Closed { answers: 0, n: 0 },
            State::Trial => open,
        };
    }
}

/// How a client throttles itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ThrottleConfig {
    /// `K` in thousandths, at least 1,000: a server is asked up to so many times what it accepts. 2,000 there.
    pub k_milli: u32,
    /// How far back is looked: two minutes there. Kept in twelve slots, so that it is between eleven and twelve twelfths of it.
    pub window: Span,
}

const SLOTS: u64 = 12;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Slot {
    number: u64,
    requests: u32,
    accepts: u32,
}

/// What a client has asked and what was accepted.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Throttle {
    config: ThrottleConfig,
    slots: VecDeque<Slot>,
}

impl Throttle {
    /// Nothing asked yet.
    ///
    /// # Panics
    /// For a `K` below one or a window below twelve microseconds.
    pub fn new(config: ThrottleConfig) -> Throttle {
        assert!(config.k_milli >= 1_000, "a K below one would refuse what is accepted");
        assert!(config.window.0 >= SLOTS, "a window of {}", config.window);
        Throttle { config, slots: VecDeque::new() }
    }

    fn slot(&mut self, now: Time) -> &mut Slot {
        let number = now.0 / (self.config.window.0 / SLOTS);
        while self.slots.front().is_some_and(|slot| slot.number + SLOTS <= number) {
            self.slots.pop_front();
        }
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            self.slots.push_back(Slot { number, requests: 0, accepts: 0 });
        }
        self.slots.back_mut().expect("one was just put there")
    }

    /// Whether a request is sent, or refused by the client itself. Refused with probability
    /// `max(0, (requests - K accepts) / (requests + 1))`; requests that the client refuses count among them.
    pub fn admits(&mut self, now: Time, rng: &mut Rng) -> bool {
        self.slot(now);
        let sum = |of: fn(&Slot) -> u32| self.slots.iter().map(|slot| u64::from(of(slot))).sum::<u64>();
        let (requests, accepts) = (sum(|slot| slot.requests) * 1_000, sum(|slot| slot.accepts) * u64::from(self.config.k_milli));
        let of = u32::try_from(requests + 1_000).unwrap_or(u32::MAX);
        let refused = u64::from(rng.below(of)) < requests.saturating_sub(accepts);
        self.slot(now).requests += 1;
        !refused
    }

    /// The server has accepted a request: it answered, whether well or not, but did not turn it away.
    pub fn accepted(&mut self, now: Time) {
        self.slot(now).accepts += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Stream;

    #[test]
    fn a_breaker_opens_rests_tries_one_and_closes() {
        let mut it = Breaker::new(BreakerConfig { window: 4, failures: 2, rest: Span(100) });
        it.answered(Time(0), false);
        it.answered(Time(0), false);
        assert!(it.admits(Time(0)), "two of two are not yet two of four");
        (0..4).for_each(|_| it.answered(Time(1), true));
        it.answered(Time(2), false);
        assert!(it.is_closed(), "one of the last four");
        it.answered(Time(2), false);
        assert!(!it.is_closed() && !it.admits(Time(101)));
        it.answered(Time(50), true);
        assert!(!it.admits(Time(101)), "an answer to what was sent before closes nothing");
        assert!(it.admits(Time(102)) && !it.admits(Time(102)), "one on trial");
        it.answered(Time(110), false);
        assert!(!it.admits(Time(209)) && it.admits(Time(210)));
        it.answered(Time(211), true);
        assert!(it.is_closed() && it.admits(Time(211)) && it.admits(Time(211)));
    }

    /// With K = 2 a server that accepts nothing more is asked less and less; one that accepts a tenth is asked for twice that tenth.
    #[test]
    fn a_client_asks_twice_of_what_is_accepted() {
        let mut rng = Rng::stream(4, Stream::Nemesis);
        let mut sent_of = |accepted_per_mille: u32| {
            let mut it = Throttle::new(ThrottleConfig { k_milli: 2_000, window: Span::secs(120) });
            let (mut sent, mut accepted) = (0u32, 0);
            // 1,000 requests a second; the server accepts at most its part of them.
            for i in 0..400_000u64 {
                let now = Time(i * 1_000);
                if it.admits(now, &mut rng) {
                    sent += u32::from(i >= 200_000);
                    if accepted * 1_000 < (i + 1) * u64::from(accepted_per_mille) {
                        accepted += 1;
                        it.accepted(now);
                    }
                }
            }
            sent
        };
        assert_eq!(sent_of(1_000), 200_000, "nothing is refused while half is accepted");
        assert_eq!(sent_of(500), 200_000, "nor at half");
        let tenth = sent_of(100);
        assert!(tenth.abs_diff(40_000) < 1_500, "twice a tenth: {tenth}");
        assert!(sent_of(0) < 100);
    }
}
