//! A farm of servers behind one balancer, without a network: for runs in which the fake world would spend its time on messages. It uses
//! the same machines (`policy`, `queue`, `work`) and the world's own event list.

use ringside::proto::balance::Backend;
use ringside::proto::balance::policy::{Balancer, Counts, Policy};
use ringside::proto::balance::queue::{Discipline, Offer, Server};
use ringside::proto::balance::work::Work;
use ringside::sim::id::Pid;
use ringside::sim::queue::Queue;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

use crate::stats::{over_runs, per_mille};

/// The mean service time: a second, so that rounding to microseconds is nothing.
const SERVICE: Span = Span::secs(1);

/// An open system: requests come at random, whatever becomes of the earlier ones.
#[derive(Clone, Copy)]
pub struct Farm {
    /// Servers.
    pub servers: u16,
    /// What each does with work.
    pub discipline: Discipline,
    /// How servers are picked.
    pub policy: Policy,
    /// The law of service times, whose mean is a second.
    pub work: Work,
    /// Requests a service time for each worker, in thousandths.
    pub rho_milli: u64,
    /// Requests before anything is measured.
    pub warm_up: u64,
    /// Requests that are measured.
    pub measured: u64,
}

/// What one run showed.
pub struct Run {
    /// Times in system of the measured requests, sorted, in service times.
    times: Vec<f64>,
    /// Measured requests that had to wait.
    waited: u64,
}

impl Run {
    /// The mean time in system.
    pub fn mean(&self) -> f64 {
        self.times.iter().sum::<f64>() / self.times.len() as f64
    }
    /// What so many per mille of the times in system do not exceed.
    pub fn per_mille(&self, n: usize) -> f64 {
        per_mille(&self.times, n)
    }
    /// The share of requests that had to wait, in percent.
    pub fn waited(&self) -> f64 {
        100.0 * self.waited as f64 / self.times.len() as f64
    }
}

#[derive(Clone, Copy)]
enum Event {
    Arrive,
    Done { backend: Backend, request: u64 },
}

impl Farm {
    /// One server with one worker, exponential work, and nothing to run yet.
    pub fn plain(rho_milli: u64) -> Farm {
        let (policy, discipline, work) = (Policy::Random, Discipline::PLAIN, Work::Exponential);
        Farm { servers: 1, discipline, policy, work, rho_milli, warm_up: 0, measured: 0 }
    }

    /// Runs until every request has left.
    ///
    /// # Panics
    /// If Little's law does not hold: the time that all requests together spent in the system is what the number of requests in it was, summed
    /// over time. From empty to empty this is exact, to the microsecond (Little 1961).
    pub fn run(&self, seed: u64) -> Run {
        let mut balancer = Balancer::new(self.policy, Counts::Own, &vec![1; usize::from(self.servers)]);
        let mut servers = vec![Server::new(self.discipline); usize::from(self.servers)];
        let [mut arrivals, mut works, mut choices] = [0, 1, 2].map(|i| Rng::stream(seed, Stream::Process(Pid(i))));
        let all = self.warm_up + self.measured;
        let workers = u64::from(self.servers) * u64::from(self.discipline.workers);
        let gap = Span(SERVICE.0 * 1_000 / (self.rho_milli * workers));
        let mut queue: Queue<(Time, u64), Event> = Queue::default();
        queue.add((Time::ZERO, 0), Event::Arrive);
        let (mut scheduled, mut waited) = (1, 0);
        let mut came: Vec<Time> = Vec::with_capacity(all as usize);
        let mut took: Vec<u64> = Vec::with_capacity(self.measured as usize);
        let (mut in_system, mut area, mut spent, mut before) = (0u64, 0u128, 0u128, Time::ZERO);
        while let Some(((now, _), event)) = queue.pop() {
            area += u128::from(in_system) * u128::from(now.since(before).0);
            before = now;
            let mut schedule = |at: Time, event: Event| {
                queue.add((at, scheduled), event);
                scheduled += 1;
            };
            match event {
                Event::Arrive => {
                    let request = came.len() as u64;
                    let work = self.work.draw(SERVICE, &mut works);
                    came.push(now);
                    let backend = balancer.choose(now, 0, &mut choices).expect("no server is ejected");
                    balancer.sent(backend);
                    match servers[backend.index()].offer(now, request, work, None) {
                        Offer::Begins => schedule(now + work, Event::Done { backend, request }),
                        Offer::Waits => waited += u64::from(request >= self.warm_up),
                        Offer::Busy => panic!("everybody may wait"),
                    }
                    in_system += 1;
                    if request + 1 < all {
                        schedule(now + Work::Exponential.draw(gap, &mut arrivals), Event::Arrive);
                    }
                }
                Event::Done { backend, request } => {
                    if let Some((next, work)) = servers[backend.index()].done(now, &mut Vec::new()) {
                        schedule(now + work, Event::Done { backend, request: next });
                    }
                    let time = now.since(came[request as usize]);
                    balancer.answered(now, backend, time);
                    in_system -= 1;
                    spent += u128::from(time.0);
                    if request >= self.warm_up {
                        took.push(time.0);
                    }
                }
            }
        }
        assert_eq!((area, in_system, balancer.in_flight()), (spent, 0, 0), "Little's law");
        took.sort_unstable();
        Run { times: took.into_iter().map(|it| it as f64 / SERVICE.0 as f64).collect(), waited }
    }

    /// Runs with seeds from 1 on.
    pub fn runs(&self, seeds: u64) -> Vec<Run> {
        (1..=seeds).map(|seed| self.run(seed)).collect()
    }
}

/// What `figure` says of some runs: mean and half of the 99 % interval.
pub fn over(runs: &[Run], figure: impl Fn(&Run) -> f64) -> (f64, f64) {
    over_runs(&runs.iter().map(figure).collect::<Vec<_>>())
}
