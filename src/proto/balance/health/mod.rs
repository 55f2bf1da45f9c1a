//! Which servers a balancer stops asking, by how they answer it: outlier detection after Envoy's (its documentation, "Outlier
//! detection", and `outlier_detection_impl.cc`).
//!
//! A server is *ejected* for so many errors in a row, or in a sweep for a success rate far below the others'. Each ejection lasts longer than the
//! one before; a cap on how many may be out at once keeps a bad rule from emptying the list. After its time a server is asked *once*, on
//! trial; if that goes well it comes back by a slow start, else it is ejected again.
//!
//! **Four servers can never be ejected by their success rate.** Of n numbers the lowest lies at most `sqrt(n - 1)` population deviations
//! below the mean (Samuelson 1968): 1.732 for four, 2 for five. Envoy's factor is 1.9. The rule waits for five servers, and that is
//! the least number for which it can do anything at all.
//!
//! # What is simplified
//!
//! Envoy has no trial (a server comes back whole or by slow start), and enforces each rule with a probability, here always. Whether
//! its deviation is the population's was known from memory only. Rates are compared with 20 bits after the point.
//!
//! Mutants, each applied by hand and seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | the cap on ejected servers is ignored | `never_more_than_the_cap_are_out` |
//! | slow start is skipped | `a_server_on_trial_comes_back_slowly_or_is_ejected_for_longer` |
//! | an ejection lasts no longer than the first | `a_server_on_trial_comes_back_slowly_or_is_ejected_for_longer` |
//! | a success does not end a row of errors | `errors_in_a_row_eject_and_a_success_begins_anew` |
//! | the deviation is the sample's (n - 1) | `five_servers_can_eject_one_and_four_never` |
//! | a request on trial that was given up counts for nothing | `a_trial_that_is_given_up_has_failed` |

use crate::proto::balance::Backend;
use crate::sim::time::{Span, Time};

/// When servers are ejected, and for how long.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OutlierConfig {
    /// Errors in a row that eject at once; 0: that rule is off. Envoy: 5.
    pub in_a_row: u32,
    /// Between two sweeps. Envoy: 10 s.
    pub interval: Span,
    /// The first ejection; the n-th lasts n times as long. Envoy: 30 s.
    pub base: Span,
    /// No ejection is longer. Envoy: 300 s.
    pub longest: Span,
    /// How many servers of a hundred may be out at once; one always may. Envoy: 10.
    pub out_max_percent: u8,
    /// Fewest servers with enough requests for the success rate to be judged; 0: that rule is off. Envoy: 5.
    pub hosts_min: u16,
    /// Requests within an interval that are enough. Envoy: 100.
    pub volume_min: u32,
    /// How many deviations below the mean is too low, in thousandths. Envoy: 1,900.
    pub factor_milli: u32,
    /// How long a server that is back is given fewer requests; zero: it gets its part at once.
    pub slow_start: Span,
}

impl OutlierConfig {
    /// Envoy's defaults, with a slow start of 30 s, which Envoy does not have by default.
    pub const ENVOY: OutlierConfig = OutlierConfig {
        in_a_row: 5,
        interval: Span::secs(10),
        base: Span::secs(30),
        longest: Span::secs(300),
        out_max_percent: 10,
        hosts_min: 5,
        volume_min: 100,
        factor_milli: 1_900,
        slow_start: Span::secs(30),
    };
}

/// Why a server was ejected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// Too many errors in a row.
    InARow,
    /// A success rate far below the others'.
    Rate,
    /// The request on trial failed.
    Trial,
}

/// Of a thousand requests a server gets at least so many when its slow start begins: Envoy's minimum of 10 %.
const FIRST_SHARE: u64 = 100;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    In,
    Out {
        until: Time,
    },
    /// `asked`: the one request is under way.
    Trial {
        asked: bool,
    },
    Slow {
        since: Time,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Host {
    state: State,
    in_a_row: u32,
    ok: u32,
    all: u32,
    /// Ejections that still count: one is forgiven with each sweep that finds the server in.
    times: u64,
}

/// What a balancer knows of its servers' health.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Outliers {
    config: OutlierConfig,
    hosts: Vec<Host>,
    swept: Time,
}

impl Outliers {
    /// All are in.
    pub fn new(config: OutlierConfig, servers: u16, now: Time) -> Outliers {
        let host = Host { state: State::In, in_a_row: 0, ok: 0, all: 0, times: 0 };
        Outliers { config, hosts: vec![host; usize::from(servers)], swept: now }
    }

    /// Whether a server is ejected, its trial included.
    pub fn is_out(&self, backend: Backend) -> bool {
        matches!(self.hosts[backend.index()].state, State::Out { .. } | State::Trial { .. })
    }

    /// How many of a thousand requests that would be its own a server may get now: what [`crate::proto::balance::policy::Balancer::set_share`] is told
    /// before each choice. One on trial is open until its one request is sent.
    pub fn share(&self, backend: Backend, now: Time) -> u16 {
        match self.hosts[backend.index()].state {
            State::In | State::Trial { asked: false } => 1_000,
            State::Trial { asked: true } => 0,
            State::Out { until } => 1_000 * u16::from(now >= until),
            State::Slow { since } => {
                let grown = now.since(since).0 * 1_000 / self.config.slow_start.0.max(1);
                grown.clamp(FIRST_SHARE, 1_000) as u16
            }
        }
    }

    /// A request was sent there.
    pub fn sent(&mut self, backend: Backend, now: Time) {
        let state = &mut self.hosts[backend.index()].state;
        match *state {
            State::Out { until } => {
                assert!(now >= until, "a request for an ejected server");
                *state = State::Trial { asked: true };
            }
            State::Trial { .. } => *state = State::Trial { asked: true },
            State::In | State::Slow { .. } => {}
        }
    }

    /// A request was answered, or given up, which is no success. Says why if that ejects the server.
    pub fn answered(&mut self, backend: Backend, now: Time, ok: bool) -> Option<Why> {
        let config = self.config;
        let host = &mut self.hosts[backend.index()];
        host.all += 1;
        host.ok += u32::from(ok);
        host.in_a_row = if ok { 0 } else { host.in_a_row + 1 };
        match host.state {
            State::Trial { asked: true } if ok => {
                host.state = if config.slow_start > Span::ZERO { State::Slow { since: now } } else { State::In };
                None
            }
            State::Trial { asked: true } => {
                self.put_out(backend, now);
                Some(Why::Trial)
            }
            // What was sent before it was ejected says nothing new.
            State::Out { .. } | State::Trial { asked: false } => None,
            State::In | State::Slow { .. } => {
                let bad = config.in_a_row > 0 && host.in_a_row >= config.in_a_row;
                (bad && self.eject(backend, now)).then_some(Why::InARow)
            }
        }
    }

    /// Ejects a server if the cap allows it.
    fn eject(&mut self, backend: Backend, now: Time) -> bool {
        let out = (0..self.hosts.len()).filter(|&i| self.is_out(Backend(i as u16))).count();
        let most = (self.hosts.len() * usize::from(self.config.out_max_percent) / 100).max(1);
        if out >= most {
            return false;
        }
        self.put_out(backend, now);
        true
    }

    fn put_out(&mut self, backend: Backend, now: Time) {
        let host = &mut self.hosts[backend.index()];
        host.times += 1;
        host.in_a_row = 0;
        host.state = State::Out { until: now + self.config.base.scale(host.times, 1).min(self.config.longest) };
    }

    /// When the next sweep is due.
    pub fn sweep_at(&self) -> Time {
        self.swept + self.config.interval
    }

    /// Judges success rates and begins a new interval. Gives those that were ejected.
    pub fn sweep(&mut self, now: Time) -> Vec<Backend> {
        self.swept = now;
        let enough = |host: &Host| host.all >= self.config.volume_min.max(1) && matches!(host.state, State::In | State::Slow { .. });
        let judged: Vec<usize> = (0..self.hosts.len()).filter(|&i| enough(&self.hosts[i])).collect();
        let rates: Vec<u64> = judged.iter().map(|&i| (u64::from(self.hosts[i].ok) << 20) / u64::from(self.hosts[i].all)).collect();
        let mut ejected = Vec::new();
        if self.config.hosts_min > 0 && judged.len() >= usize::from(self.config.hosts_min) {
            for i in low(&rates, self.config.factor_milli) {
                let backend = Backend(judged[i] as u16);
                if self.eject(backend, now) {
                    ejected.push(backend);
                }
            }
        }
        for host in &mut self.hosts {
            (host.ok, host.all) = (0, 0);
            if let State::Slow { since } = host.state
                && now.since(since) >= self.config.slow_start
            {
                host.state = State::In;
            }
            if host.state == State::In {
                host.times = host.times.saturating_sub(1);
            }
        }
        ejected
    }
}

/// Which of these lie more than `factor` population deviations below their mean: without fractions, `(S - n r)^2 > f^2 (n Q - S^2)`, S
/// being the sum of the rates and Q that of their squares.
pub fn low(rates: &[u64], factor_milli: u32) -> Vec<usize> {
    let n = rates.len() as i128;
    let sum: i128 = rates.iter().map(|&rate| i128::from(rate)).sum();
    let squares: i128 = rates.iter().map(|&rate| i128::from(rate) * i128::from(rate)).sum();
    let spread = (n * squares - sum * sum) * i128::from(factor_milli) * i128::from(factor_milli);
    let below = |rate: u64| {
        let far = sum - n * i128::from(rate);
        far > 0 && far * far * 1_000_000 > spread
    };
    (0..rates.len()).filter(|&i| below(rates[i])).collect()
}

#[cfg(test)]
mod tests;
