//! Asynchronous probing: "Load is not what you should balance: Introducing Prequal" (Wydrowski, Kleinberg, Rumble, Archer, NSDI 2024,
//! section 4).
//!
//! Every request sends a few probes that do not keep it waiting. Answers lie in a pool, each with the server's *requests in flight*
//! and the latency it expects. A probe is *hot* if its requests in flight are above a quantile of those lately seen. The cold
//! one with the least latency is taken; if all are hot, the one with the fewest requests.
//!
//! Probes grow old: they leave after `age_max`, after so many uses, or to make room; and with each request `remove` of them leave,
//! in turn the oldest and the worst, else the pool would fill with what nobody wants.
//!
//! # What is simplified
//!
//! A server's estimate scales what busier times took, see [`Sensor::latency`]; the paper's rule for that is not known here. No probes are sent
//! while no requests come. `1 - m/n` of the formula for reuse is taken as at least a half: the paper supposes
//! many more servers than probes in the pool. What is not in the abstract was taken from two open implementations' accounts of
//! the paper, not from the paper itself.

use std::collections::VecDeque;

use super::Backend;
use crate::sim::rng::Rng;
use crate::sim::sorted::sorted;
use crate::sim::time::{Span, Time};

/// Requests in flight that are remembered to tell hot from cold.
const SEEN_MAX: usize = 64;
/// Finished requests that a server remembers.
const RECENT_MAX: usize = 32;
/// Of those, how many are taken for an estimate.
const NEAREST: usize = 8;
/// No probe is used more often.
const USES_MAX: u64 = 16;

/// How probes are sent and kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Probing {
    /// Probes sent with each request.
    pub per_request: u8,
    /// Probes kept, at least 2.
    pub pool: u8,
    /// Probes removed with each request.
    pub remove: u8,
    /// Which quantile of requests in flight, in thousandths, parts hot from cold. 0: only requests count; 1,000: only latency.
    pub hot_per_mille: u16,
    /// How old a probe may be.
    pub age_max: Span,
}

impl Probing {
    /// The paper's: three probes a request, 16 kept, one removed, quantile `2^-0.25` = 0.84, one second.
    pub const PAPER: Probing = Probing { per_request: 3, pool: 16, remove: 1, hot_per_mille: 840, age_max: Span::secs(1) };
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Probe {
    backend: Backend,
    in_flight: u32,
    latency: Span,
    at: Time,
    uses: u8,
}

/// What one balancer knows by probes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Prequal {
    probing: Probing,
    servers: usize,
    /// The oldest first.
    pool: VecDeque<Probe>,
    seen: VecDeque<u32>,
    remove_worst: bool,
}

impl Prequal {
    /// Nothing known yet of so many servers.
    ///
    /// # Panics
    /// For a pool of fewer than two probes, or a quantile above 1,000.
    pub fn new(probing: Probing, servers: usize) -> Prequal {
        assert!(probing.pool >= 2, "a pool of fewer than two probes is no choice");
        assert!(probing.hot_per_mille <= 1_000, "a quantile above the whole");
        Prequal { probing, servers, pool: VecDeque::new(), seen: VecDeque::new(), remove_worst: false }
    }

    /// How often a probe may be used: `(1 + 1) / ((1 - m/n) probes - removed)`, at least once; the fraction by chance, so that the mean is
    /// right.
    fn uses(&self, rng: &mut Rng) -> u8 {
        let n = 2 * self.servers as u64;
        let fresh = n - (2 * u64::from(self.probing.pool)).min(n / 2);
        let gain = (fresh * u64::from(self.probing.per_request)).saturating_sub(n * u64::from(self.probing.remove));
        if gain == 0 {
            return USES_MAX as u8;
        }
        let (whole, rest) = (2 * n / gain, 2 * n % gain);
        let up = u64::from(rng.below(u32::try_from(gain).unwrap_or(u32::MAX))) < rest;
        (whole + u64::from(up)).clamp(1, USES_MAX) as u8
    }

    /// Above how many requests in flight a probe is hot.
    fn threshold(&self) -> u32 {
        let seen = sorted(self.seen.iter().copied());
        let rank = (seen.len() * usize::from(self.probing.hot_per_mille)).div_ceil(1_000);
        match rank {
            0 => 0,
            _ if self.probing.hot_per_mille == 1_000 => u32::MAX,
            rank => seen[rank - 1],
        }
    }

    /// Picks among the probes of open servers; `None` if the pool holds fewer than two of them.
    pub fn choose(&mut self, now: Time, open: impl Fn(usize) -> bool) -> Option<usize> {
        self.pool.retain(|probe| now.since(probe.at) <= self.probing.age_max);
        let threshold = self.threshold();
        let rank = |probe: &Probe| {
            let hot = probe.in_flight > threshold || self.probing.hot_per_mille == 0;
            (hot, if hot { u64::from(probe.in_flight) } else { probe.latency.0 })
        };
        let fits = self.pool.iter().enumerate().filter(|(_, probe)| open(probe.backend.index()));
        let many = fits.clone().count() >= 2;
        let best = fits.min_by_key(|(_, probe)| rank(probe)).map(|(i, _)| i).filter(|_| many);
        let chosen = best.map(|i| {
            self.pool[i].uses -= 1;
            self.pool[i].backend.index()
        });
        self.pool.retain(|probe| probe.uses > 0);
        for _ in 0..self.probing.remove {
            let worst = (0..self.pool.len()).max_by_key(|&i| {
                let probe = &self.pool[i];
                let hot = probe.in_flight > threshold;
                (hot, if hot { u64::from(probe.in_flight) } else { probe.latency.0 })
            });
            if let Some(worst) = worst {
                let _ = self.pool.remove(if self.remove_worst { worst } else { 0 });
                self.remove_worst = !self.remove_worst;
            }
        }
        chosen
    }

    /// A request was sent: what the pool says of this server grows by it.
    pub fn sent(&mut self, backend: Backend) {
        self.pool.iter_mut().filter(|probe| probe.backend == backend).for_each(|probe| probe.in_flight += 1);
    }

    /// Distinct servers to probe now.
    pub fn probes(&self, rng: &mut Rng) -> Vec<Backend> {
        let want = usize::from(self.probing.per_request).min(self.servers);
        let mut drawn = Vec::with_capacity(want);
        while drawn.len() < want {
            let backend = Backend(rng.below(self.servers as u32) as u16);
            if !drawn.contains(&backend) {
                drawn.push(backend);
            }
        }
        drawn
    }

    /// The answer of a probe.
    pub fn probed(&mut self, now: Time, backend: Backend, in_flight: u32, latency: Span, rng: &mut Rng) {
        if self.seen.len() == SEEN_MAX {
            self.seen.pop_front();
        }
        self.seen.push_back(in_flight);
        if self.pool.len() == usize::from(self.probing.pool) {
            self.pool.pop_front();
        }
        let uses = self.uses(rng);
        self.pool.push_back(Probe { backend, in_flight, latency, at: now, uses });
        assert!(self.pool.len() <= usize::from(self.probing.pool), "more probes than the pool may hold");
    }
}

/// How a server answers probes: by the median latency of the last requests that found it about as busy as it is now.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Sensor {
    recent: VecDeque<(u32, Span)>,
}

impl Sensor {
    /// A request is done that found so many in flight when it came, and took so long.
    pub fn finished(&mut self, found: u32, took: Span) {
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((found, took));
    }

    /// How long one more would take, with so many in flight; zero if nothing is known. A request that found more is taken to have lasted longer in
    /// proportion: else a server that was overwhelmed once, and asked no more, would for ever expect what it remembers.
    pub fn latency(&self, in_flight: u32) -> Span {
        // Of those equally near, the newest.
        let mut near: Vec<(u32, u32, Span)> =
            self.recent.iter().rev().map(|&(found, took)| (found.abs_diff(in_flight), found, took)).collect();
        near.sort_by_key(|&(far, ..)| far);
        near.truncate(NEAREST);
        let now = |(_, found, took): (u32, u32, Span)| took.scale(u64::from(in_flight.min(found)) + 1, u64::from(found) + 1);
        let mut row: Vec<Span> = near.into_iter().map(now).collect();
        row.sort_unstable();
        row.get(row.len().saturating_sub(1) / 2).copied().unwrap_or(Span::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Stream;

    fn pool(probing: Probing, probes: &[(u16, u32, u64)]) -> (Prequal, Rng) {
        let (mut prequal, mut rng) = (Prequal::new(probing, 100), Rng::stream(1, Stream::Nemesis));
        for &(backend, in_flight, ms) in probes {
            prequal.probed(Time(0), Backend(backend), in_flight, Span::millis(ms), &mut rng);
        }
        (prequal, rng)
    }

    const KEEP: Probing = Probing { remove: 0, ..Probing::PAPER };

    #[test]
    fn the_fastest_cold_one_is_taken_and_the_emptiest_if_all_are_hot() {
        // The quantile 0.84 of five is the fifth: 9 itself is not above it.
        let probes = [(0, 1, 30), (1, 2, 20), (2, 3, 25), (3, 4, 40), (4, 9, 5)];
        for (hot_per_mille, best) in [(840, 4), (500, 1), (0, 0), (1_000, 4)] {
            let (mut prequal, _) = pool(Probing { hot_per_mille, ..KEEP }, &probes);
            assert_eq!(prequal.choose(Time(1), |_| true), Some(best), "quantile {hot_per_mille}");
        }
        let (mut prequal, _) = pool(Probing { hot_per_mille: 500, ..KEEP }, &probes);
        (0..9).for_each(|_| (0..5).for_each(|i| prequal.sent(Backend(i))));
        assert_eq!(prequal.choose(Time(1), |_| true), Some(0), "all are hot by what was sent");
        assert_eq!(prequal.choose(Time(1), |host| host != 0), Some(1), "an ejected one is passed over");
    }

    /// With 100 servers: `2 / (0.84 * 3 - 1)` = 1.316 uses on average.
    #[test]
    fn a_probe_is_used_as_often_as_the_formula_says() {
        let (prequal, mut rng) = pool(Probing::PAPER, &[]);
        let uses: u32 = (0..100_000).map(|_| u32::from(prequal.uses(&mut rng))).sum();
        assert!(uses.abs_diff(131_579) < 600, "{uses}");
        let (mut prequal, _) = pool(KEEP, &[(0, 1, 1), (1, 1, 2), (2, 1, 3)]);
        let row: Vec<_> = (0..4).map(|_| prequal.choose(Time(1), |_| true)).collect();
        assert_eq!(row.last(), Some(&None), "used up: {row:?}");
    }

    #[test]
    fn old_probes_leave_and_with_each_request_the_oldest_and_the_worst_in_turn() {
        let probing = Probing { hot_per_mille: 1_000, ..Probing::PAPER };
        let (mut prequal, mut rng) = pool(probing, &[(0, 1, 30), (1, 1, 20), (2, 1, 90), (3, 1, 40), (4, 1, 50)]);
        prequal.pool.iter_mut().for_each(|probe| probe.uses = 9);
        let left = |prequal: &Prequal| prequal.pool.iter().map(|probe| probe.backend.0).collect::<Vec<_>>();
        prequal.choose(Time(1), |_| true);
        assert_eq!(left(&prequal), [1, 2, 3, 4]);
        prequal.choose(Time(1), |_| true);
        assert_eq!(left(&prequal), [1, 3, 4]);
        prequal.probed(Time(1_000_000), Backend(7), 1, Span(1), &mut rng);
        assert_eq!(prequal.choose(Time(1_000_001), |_| true), None, "one that is not too old is no choice");
    }

    #[test]
    fn a_server_expects_what_those_took_that_found_it_as_busy() {
        let mut sensor = Sensor::default();
        assert_eq!(sensor.latency(3), Span::ZERO);
        (0..16).for_each(|i| sensor.finished(i % 2 * 10, Span::millis(1 + u64::from(i % 2) * 100)));
        assert_eq!((sensor.latency(1), sensor.latency(10)), (Span::millis(1), Span::millis(101)));
        // All that it remembers is an overload; now it is idle.
        (0..RECENT_MAX).for_each(|_| sensor.finished(99, Span::secs(1)));
        assert_eq!([sensor.latency(0), sensor.latency(49), sensor.latency(200)], [Span::millis(10), Span::millis(500), Span::secs(1)]);
    }
}
