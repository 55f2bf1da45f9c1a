//! Which server gets the next request. Every balancer decides by what it has itself sent and heard; several balancers before
//! the same servers do not know each other's requests.
//!
//! A request is told to a balancer three times: [`Balancer::choose`] picks a server, [`Balancer::sent`] says that it was sent
//! there, and exactly one of [`Balancer::answered`] and [`Balancer::gave_up`] says that it is over. So counts of requests in
//! flight neither leak nor fall below zero, which is asserted.
//!
//! Mutants, each applied by hand and seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | a request that was given up stays counted | `what_is_sent_is_over_once_answered_or_given_up` |
//! | of equal servers the first in the list is taken | `of_equal_servers_none_is_preferred` |
//! | the second of two choices may be the first again | `two_choices_are_two_servers` |
//! | the smooth weights forget to take the total from the winner | `smooth_weights_give_the_row_that_nginx_gives` |
//! | the bound of a ring counts without the request that comes | `a_full_server_of_the_ring_passes_on_to_the_next` |
//! | a share of zero is ignored | `a_server_without_a_share_gets_nothing_and_a_small_share_gets_little` |

use crate::proto::balance::Backend;
use crate::proto::balance::ewma::{Ewma, PENALTY};
use crate::proto::balance::prequal::{Prequal, Probing};
use crate::proto::ring::{Point, Ring};
use crate::sim::rng::Rng;
use crate::sim::time::{Span, Time};

/// How a server is picked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Policy {
    /// One after the other.
    RoundRobin,
    /// One after the other by weight, without bursts: nginx's smooth weighted round robin (Dounin 2012).
    Weighted,
    /// Evenly at random.
    Random,
    /// The least loaded of so many distinct servers drawn at random (Mitzenmacher 1996; Vvedenskaya, Dobrushin, Karpelevich 1996).
    Choices(u8),
    /// The least loaded of all.
    LeastOutstanding,
    /// The cheaper of two drawn at random: cost is a moving average of latency that rises at once and falls by e in each
    /// `tau`, times the requests in flight plus one (Finagle's `PeakEwma`: 10 s).
    PeakEwma {
        /// How fast a good latency counts.
        tau: Span,
    },
    /// The owner of the request's key on a ring; a server that holds more than its bound passes on to the next clockwise
    /// (Mirrokni, Thorup, Zadimoghaddam 2016, on requests in flight instead of keys, as HAProxy does).
    Ring {
        /// Tokens a server, 1 to 512.
        vnodes: u16,
        /// The bound over the average, in thousandths; above 1,000. 1,250 is usual.
        bound_per_mille: u16,
    },
    /// Asynchronous probes (Prequal, NSDI 2024).
    Prequal(Probing),
}

/// Which counts of requests in flight are compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Counts {
    /// This balancer's own.
    Own,
    /// What the servers reported last ([`Balancer::reported`]), which may be old: "least loaded" then herds, two choices much
    /// less (Mitzenmacher, "How Useful Is Old Information?", 2000).
    Reported,
}

/// What a policy had before it when it chose a server: what it compares servers by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// Requests in flight there.
    InFlight(u32),
    /// What one more request would cost there.
    Cost(Span),
    /// Nothing has been heard from there yet.
    Unheard,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Host {
    weight: u16,
    outstanding: u32,
    reported: u32,
    /// Of a thousand requests that would come here, how many may. 0: ejected.
    share: u16,
}

/// What a policy keeps beside the counts.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Memory {
    RoundRobin { next: usize },
    Weighted { current: Vec<i64> },
    Random,
    Choices(u8),
    Least,
    PeakEwma(Vec<Ewma>),
    Ring { ring: Ring, bound_per_mille: u16 },
    Prequal(Prequal),
}

/// A balancer before a fixed list of servers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Balancer {
    hosts: Vec<Host>,
    memory: Memory,
    counts: Counts,
    /// Requests in flight.
    outstanding: u32,
    /// Servers whose share is not whole.
    partial: u16,
}

/// The servers that may get this one request, in rising order; `None` for all.
struct Open {
    n: usize,
    some: Option<Vec<u16>>,
}

impl Open {
    fn len(&self) -> usize {
        self.some.as_ref().map_or(self.n, Vec::len)
    }
    fn nth(&self, i: usize) -> usize {
        self.some.as_ref().map_or(i, |some| usize::from(some[i]))
    }
    fn has(&self, host: usize) -> bool {
        self.some.as_ref().is_none_or(|some| some.binary_search(&(host as u16)).is_ok())
    }
    fn draw(&self, rng: &mut Rng) -> usize {
        self.nth(rng.below(self.len() as u32) as usize)
    }
}

impl Balancer {
    /// A balancer before as many servers as there are weights (each 1 to 1,000; only [`Policy::Weighted`] looks at them).
    ///
    /// # Panics
    /// Without servers or above 65,535; for a weight, a number of choices (1 to 255) or a bound that is not supported.
    pub fn new(policy: Policy, counts: Counts, weights: &[u16]) -> Balancer {
        let n = weights.len();
        assert!(n > 0 && n <= usize::from(u16::MAX), "a balancer before {n} servers");
        assert!(weights.iter().all(|weight| (1..=1_000).contains(weight)), "weights are 1 to 1000");
        let memory = match policy {
            Policy::RoundRobin => Memory::RoundRobin { next: 0 },
            Policy::Weighted => Memory::Weighted { current: vec![0; n] },
            Policy::Random => Memory::Random,
            Policy::Choices(d) => {
                assert!(d > 0, "a choice of none");
                Memory::Choices(d)
            }
            Policy::LeastOutstanding => Memory::Least,
            Policy::PeakEwma { tau } => Memory::PeakEwma(vec![Ewma::new(tau); n]),
            Policy::Ring { vnodes, bound_per_mille } => {
                assert!(bound_per_mille > 1_000, "a bound of at most the average leaves requests without a server");
                let names: Vec<String> = (0..n).map(|i| format!("s{i}")).collect();
                Memory::Ring { ring: Ring::new(names.iter().map(String::as_str), vnodes), bound_per_mille }
            }
            Policy::Prequal(probing) => Memory::Prequal(Prequal::new(probing, n)),
        };
        let hosts = weights.iter().map(|&weight| Host { weight, outstanding: 0, reported: 0, share: 1_000 }).collect();
        Balancer { hosts, memory, counts, outstanding: 0, partial: 0 }
    }

    /// This balancer's requests in flight at a server.
    pub fn outstanding(&self, backend: Backend) -> u32 {
        self.hosts[backend.index()].outstanding
    }

    /// All its requests in flight.
    pub fn in_flight(&self) -> u32 {
        self.outstanding
    }

    /// From now on a server gets only so many of a thousand requests that would be its own: none while it is ejected, few while
    /// it starts slowly.
    ///
    /// # Panics
    /// Above 1,000.
    pub fn set_share(&mut self, backend: Backend, per_mille: u16) {
        assert!(per_mille <= 1_000, "a share of {per_mille} of a thousand");
        let share = &mut self.hosts[backend.index()].share;
        self.partial += u16::from(*share == 1_000 && per_mille < 1_000);
        self.partial -= u16::from(*share < 1_000 && per_mille == 1_000);
        *share = per_mille;
    }

    /// A server tells how much it has to do. It counts for [`Counts::Reported`] only.
    pub fn reported(&mut self, backend: Backend, load: u32) {
        self.hosts[backend.index()].reported = load;
    }

    /// Who may get this request. A share is drawn anew for each; where no draw succeeds, every server with any share may.
    fn open(&self, rng: &mut Rng) -> Open {
        let n = self.hosts.len();
        if self.partial == 0 {
            return Open { n, some: None };
        }
        let mut some: Vec<u16> = Vec::new();
        for (i, host) in self.hosts.iter().enumerate() {
            if host.share == 1_000 || (host.share > 0 && rng.per_mille(host.share)) {
                some.push(i as u16);
            }
        }
        if some.is_empty() {
            some.extend((0..n).filter(|&i| self.hosts[i].share > 0).map(|i| i as u16));
        }
        Open { n, some: Some(some) }
    }

    fn load(&self, host: usize) -> u32 {
        match self.counts {
            Counts::Own => self.hosts[host].outstanding,
            Counts::Reported => self.hosts[host].reported,
        }
    }

    /// Picks a server for a request, whose key matters to a ring only. `None`: no server has a share.
    pub fn choose(&mut self, now: Time, key: Point, rng: &mut Rng) -> Option<Backend> {
        self.choose_telling(now, key, rng, |_, _| {})
    }

    /// The same, and tells whom it compared and by what; nothing where the policy compares nobody.
    pub fn choose_telling(&mut self, now: Time, key: Point, rng: &mut Rng, mut tell: impl FnMut(Backend, Weight)) -> Option<Backend> {
        let open = self.open(rng);
        if open.len() == 0 {
            return None;
        }
        let n = self.hosts.len();
        let host = match &mut self.memory {
            Memory::RoundRobin { next } => {
                let host = (0..n).map(|i| (*next + i) % n).find(|&i| open.has(i)).expect("some server is open");
                *next = (host + 1) % n;
                host
            }
            Memory::Weighted { current } => smooth(current, &self.hosts, &open),
            Memory::Random => open.draw(rng),
            &mut Memory::Choices(d) => {
                let drawn = distinct(&open, usize::from(d), rng);
                least(drawn.into_iter(), |host| told(&mut tell, host, self.load(host)))
            }
            Memory::Least => {
                // Whoever is first of those alike is another each time: else all balancers would herd to the head of the list.
                let from = rng.below(open.len() as u32) as usize;
                let all = (0..open.len()).map(|i| open.nth((from + i) % open.len()));
                least(all, |host| told(&mut tell, host, self.load(host)))
            }
            Memory::PeakEwma(costs) => {
                let drawn = distinct(&open, 2, rng);
                least(drawn.into_iter(), |host| {
                    let cost = costs[host].cost(now, self.hosts[host].outstanding);
                    let heard = cost > 0 && cost < PENALTY;
                    tell(Backend(host as u16), if heard { Weight::Cost(Span((cost >> 16) as u64)) } else { Weight::Unheard });
                    cost
                })
            }
            Memory::Ring { ring, bound_per_mille } => {
                // With the request that comes: else a first request would find every server full.
                let total = u64::from(self.outstanding) + 1;
                let cap = (total * u64::from(*bound_per_mille)).div_ceil(1_000 * open.len() as u64);
                let tokens = ring.tokens();
                let first = tokens.partition_point(|&(at, _)| at < key) % tokens.len();
                let clockwise = tokens[first..].iter().chain(&tokens[..first]).map(|&(_, member)| member as usize);
                let open_ones = || clockwise.clone().filter(|&host| open.has(host));
                let taken = open_ones().find(|&host| u64::from(self.hosts[host].outstanding) < cap);
                // Servers that were ejected may hold more than their part, so that all others are full.
                taken.or_else(|| open_ones().next()).expect("some server is open")
            }
            Memory::Prequal(prequal) => prequal.choose(now, |host| open.has(host)).unwrap_or_else(|| open.draw(rng)),
        };
        assert!(self.hosts[host].share > 0, "a request for an ejected server");
        Some(Backend(host as u16))
    }

    /// A request was sent to this server.
    pub fn sent(&mut self, backend: Backend) {
        self.outstanding += 1;
        self.hosts[backend.index()].outstanding += 1;
        if let Memory::Prequal(prequal) = &mut self.memory {
            prequal.sent(backend);
        }
    }

    /// A server has answered after `latency`, well or not. An error that comes fast makes a server look fast: with
    /// [`Policy::PeakEwma`] it attracts requests until it is ejected, as in Finagle.
    ///
    /// # Panics
    /// If no request of this balancer is in flight there.
    pub fn answered(&mut self, now: Time, backend: Backend, latency: Span) {
        self.over(backend);
        if let Memory::PeakEwma(costs) = &mut self.memory {
            costs[backend.index()].observe(now, latency);
        }
    }

    /// Nobody waits for the answer of a request any more: it was given up after `waited`, or the server has crashed. Its latency would
    /// have been at least that.
    ///
    /// # Panics
    /// If no request of this balancer is in flight there.
    pub fn gave_up(&mut self, now: Time, backend: Backend, waited: Span) {
        self.over(backend);
        if let Memory::PeakEwma(costs) = &mut self.memory {
            costs[backend.index()].observe(now, waited);
        }
    }

    fn over(&mut self, backend: Backend) {
        let host = &mut self.hosts[backend.index()];
        assert!(host.outstanding > 0, "server {} answers what it was not asked", backend.0);
        host.outstanding -= 1;
        self.outstanding -= 1;
    }

    /// Which servers to probe now, after a request: none but for [`Policy::Prequal`].
    pub fn probes(&self, rng: &mut Rng) -> Vec<Backend> {
        match &self.memory {
            Memory::Prequal(prequal) => prequal.probes(rng),
            _ => Vec::new(),
        }
    }

    /// A probe is answered: so many requests are in flight at the server, all balancers' together, and one more would take about so long.
    pub fn probed(&mut self, now: Time, backend: Backend, in_flight: u32, latency: Span, rng: &mut Rng) {
        if let Memory::Prequal(prequal) = &mut self.memory {
            prequal.probed(now, backend, in_flight, latency, rng);
        }
    }
}

/// nginx (`ngx_http_upstream_round_robin.c`): everyone gains its weight, the richest is served and pays the total. Of equal ones the
/// first in the list.
fn smooth(current: &mut [i64], hosts: &[Host], open: &Open) -> usize {
    let mut total = 0;
    let mut best: Option<usize> = None;
    for host in (0..open.len()).map(|i| open.nth(i)) {
        let weight = i64::from(hosts[host].weight);
        current[host] += weight;
        total += weight;
        if best.is_none_or(|best| current[host] > current[best]) {
            best = Some(host);
        }
    }
    let best = best.expect("some server is open");
    current[best] -= total;
    best
}

/// So many distinct servers, in the order of drawing; all if there are no more.
fn distinct(open: &Open, d: usize, rng: &mut Rng) -> Vec<usize> {
    let mut drawn = Vec::with_capacity(d);
    while drawn.len() < d.min(open.len()) {
        let host = open.draw(rng);
        if !drawn.contains(&host) {
            drawn.push(host);
        }
    }
    drawn
}

/// A load that was looked at is told.
fn told(tell: &mut impl FnMut(Backend, Weight), host: usize, load: u32) -> u32 {
    tell(Backend(host as u16), Weight::InFlight(load));
    load
}

/// The one with the least cost; of equal ones the first.
fn least<C: Ord>(hosts: impl Iterator<Item = usize>, mut cost: impl FnMut(usize) -> C) -> usize {
    hosts.min_by_key(|&host| cost(host)).expect("some server is open")
}

#[cfg(test)]
mod tests;
