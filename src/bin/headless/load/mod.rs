//! `headless load`: ways to balance, by load: how long requests take and how many fail.
//!
//! # The experiment
//!
//! Clients ask balancers at random instants (an open system: requests come whatever became of earlier ones), balancers pass on to
//! servers, all in the fake world ([`world`]); the machines are those of [`ringside::proto::balance`]. A try that takes longer than
//! the client's patience is given up, and perhaps sent again. The server works on it all the same.
//!
//! *Load* is what the servers would do if all were alike: requests a second times the mean service time, over all workers. A slow
//! server lowers what they can do and not what is asked, so that 80 % may be too much for nine and a half servers of ten.
//!
//! Each figure is the mean over runs with seeds of their own, with half of its 99 % interval. In every run two things are asserted: Little's law,
//! to the microsecond, from empty to empty; and that no balancer counts a request that is over.
//!
//! # What is simplified
//!
//! A message takes the same time always and none is lost. A balancer takes no time. Keys are even, so a ring is seen at its best.
//! Weighted balancing knows how slow the first server is, which no real one is told.

mod client;
mod front;
mod host;
pub mod words;
pub mod world;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use ringside::proto::balance::backoff::{Backoff, Jitter};
use ringside::proto::balance::budget::BudgetConfig;
use ringside::proto::balance::health::OutlierConfig;
use ringside::proto::balance::policy::{Counts, Policy};
use ringside::proto::balance::prequal::Probing;
use ringside::proto::balance::queue::{Discipline, Order, Shed};
use ringside::proto::balance::work::Work;
use ringside::sim::digest::Digest;
use ringside::sim::time::Span;
use serde_json::json;

use self::words::Setup;
use self::world::{Trial, trial};
use crate::stats::{over_runs, per_mille};

/// The part of a run that is not measured, in tenths: queues begin empty.
const WARM_UP_TENTHS: u64 = 2;
/// The most requests of one run, warm-up included.
const REQUESTS_MAX: u64 = 5_000_000;

/// A way to balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Way {
    /// One after the other.
    RoundRobin,
    /// The same by weight: a slow server has less.
    Weighted,
    /// At random.
    Random,
    /// The less loaded of two drawn at random.
    Two,
    /// The least loaded of three drawn at random.
    Three,
    /// The least loaded of all.
    Least,
    /// The cheaper of two by latency and load (Finagle's peak-EWMA, 10 s).
    Ewma,
    /// A ring with bounded loads (1.25 times the average, 64 tokens a server).
    Ring,
    /// Asynchronous probes (Prequal).
    Prequal,
}

impl Way {
    fn policy(self) -> Policy {
        match self {
            Way::RoundRobin => Policy::RoundRobin,
            Way::Weighted => Policy::Weighted,
            Way::Random => Policy::Random,
            Way::Two => Policy::Choices(2),
            Way::Three => Policy::Choices(3),
            Way::Least => Policy::LeastOutstanding,
            Way::Ewma => Policy::PeakEwma { tau: Span::secs(10) },
            Way::Ring => Policy::Ring { vnodes: 64, bound_per_mille: 1_250 },
            Way::Prequal => Policy::Prequal(Probing::PAPER),
        }
    }
    fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The law of service times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Law {
    /// Always the mean.
    Fixed,
    /// Exponential.
    Exponential,
    /// Log-normal: the deviation of the logarithm is 1.
    LogNormal,
    /// Pareto with exponent 2.5.
    Pareto,
    /// One in a hundred takes a hundred times as long.
    TwoSpeeds,
}

impl Law {
    fn work(self) -> Work {
        match self {
            Law::Fixed => Work::Fixed,
            Law::Exponential => Work::Exponential,
            Law::LogNormal => Work::LogNormal { sigma_milli: 1_000 },
            Law::Pareto => Work::Pareto { alpha_milli: 2_500 },
            Law::TwoSpeeds => Work::Two { slow_per_mille: 10, times: 100 },
        }
    }
}

/// What is made of a back-off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    /// It is waited as it is.
    None,
    /// Anything from zero to it.
    Full,
    /// Half of it, and anything up to as much again.
    Equal,
    /// From the base to three times the last one.
    Decorrelated,
}

/// How long requests take and how many fail, by way to balance and load, over simulated servers.
///
/// Times are simulated milliseconds from a client's first try to its good answer. p50, p99 and p99.9 are percentiles of those that were answered
/// well; goodput is such answers a second; errors are the share of requests that were not; retries and copies are counted for each request.
/// Every figure is the mean over the seeds, with half of its 99 % interval (Student). A fifth of each run warms up and is not counted. The same
/// arguments give the same table. A request costs some microseconds: the defaults take some ten seconds.
#[derive(Args)]
pub struct Load {
    /// Ways to balance.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "random,round-robin,two,three,least,ewma,ring,prequal")]
    policy: Vec<Way>,
    /// Loads in percent of what all workers can do, 1 to 300 each.
    #[arg(long, value_delimiter = ',', default_value = "50,80,90,95", value_parser = clap::value_parser!(u64).range(1..=300))]
    load: Vec<u64>,
    /// Servers.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=500))]
    servers: u16,
    /// Workers of each server.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    workers: u16,
    /// Balancers, none of which knows what the others sent.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=20))]
    balancers: u16,
    /// Clients. Each has its own budget; together they ask as often whatever their number.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=50))]
    clients: u16,
    /// Mean service time in milliseconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    service_ms: u64,
    /// The law of service times.
    #[arg(long, value_enum, default_value = "exponential")]
    work: Law,
    /// One-way time of every message in microseconds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(0..=100_000))]
    delay_us: u64,
    /// The first server takes so many times as long.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=100))]
    slow: u16,
    /// The first server fails so many of a thousand requests, at once.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    bad: u16,
    /// Balancers compare what servers report every so many milliseconds, instead of their own counts.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    stale_ms: Option<u64>,
    /// Balancers eject servers that fail (Envoy's outlier detection with its defaults, and a trial before the return).
    #[arg(long)]
    health: bool,
    /// Requests that may wait at a server; one more is turned away.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    queue: u32,
    /// Serve the newest request first.
    #[arg(long)]
    lifo: bool,
    /// Turn away what has waited for so many milliseconds, when a worker comes to it.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    shed_ms: Option<u64>,
    /// Turn away what its client waits for no longer, when a worker comes to it.
    #[arg(long)]
    deadlines: bool,
    /// A client's patience with a try in milliseconds.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    timeout_ms: u64,
    /// Retries of a request at most. Each goes to the next balancer.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=10))]
    retries: u8,
    /// Back-off: the first is twice this many milliseconds, and at most a hundred times.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    backoff_ms: u64,
    /// What is made of the back-off.
    #[arg(long, value_enum, default_value = "full")]
    jitter: Kind,
    /// Retries of a client in percent of its requests at most, and ten to begin with.
    #[arg(long, value_parser = clap::value_parser!(u16).range(0..=100))]
    budget: Option<u16>,
    /// A second copy to another server after so many milliseconds; the slower one is cancelled if it still waits.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    hedge_ms: Option<u64>,
    /// Simulated seconds of one run.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=36_000))]
    seconds: u64,
    /// Runs for each row.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(3..=100))]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// One JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
}

/// A column: its name in the table, its name in JSON, and its figure of one run.
type Column = (&'static str, &'static str, fn(&Trial) -> f64);

const COLUMNS: [Column; 8] = [
    ("mean ms", "mean_ms", |it| it.took.iter().sum::<f64>() / it.took.len() as f64),
    ("p50 ms", "p50_ms", |it| per_mille(&it.took, 500)),
    ("p99 ms", "p99_ms", |it| per_mille(&it.took, 990)),
    ("p99.9 ms", "p999_ms", |it| per_mille(&it.took, 999)),
    ("goodput /s", "goodput", |it| it.took.len() as f64 * 1e6 / it.over.0 as f64),
    ("errors %", "errors_percent", |it| 100.0 * f64::from(it.errors) / all(it)),
    ("retries", "retries", |it| f64::from(it.retries) / all(it)),
    ("copies", "copies", |it| f64::from(it.hedges) / all(it)),
];

/// Times say nothing where no request was answered well.
const TIMES: usize = 4;

fn all(it: &Trial) -> f64 {
    (it.took.len() as f64 + f64::from(it.errors)).max(1.0)
}

impl Load {
    /// Runs every row and prints it. Exit status 2 if more is asked than can be run.
    pub fn main(self) -> ExitCode {
        if let Err(why) = self.fits() {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
        let mut out = io::stdout().lock();
        if !self.json {
            let _ = write!(out, "{:<12} {:>4}", "policy", "load");
            COLUMNS.iter().for_each(|(head, ..)| drop(write!(out, " {head:>16}")));
            let _ = writeln!(out);
        }
        for &load in &self.load {
            for &way in &self.policy {
                let text = self.row(way, load);
                if writeln!(out, "{text}").is_err() {
                    return ExitCode::SUCCESS; // the reader has seen enough
                }
            }
        }
        ExitCode::SUCCESS
    }

    /// Mean time between two requests of one client.
    fn gap(&self, load: u64) -> Span {
        let workers = u64::from(self.servers) * u64::from(self.workers);
        Span(self.service_ms * 1_000 * u64::from(self.clients) * 100 / (load * workers))
    }

    fn fits(&self) -> Result<(), String> {
        for &load in &self.load {
            let gap = self.gap(load);
            if gap < Span::micros(20) {
                return Err(format!(
                    "at {load} % a client would ask every {} us: 20 is the least; more clients or longer services help",
                    gap.0
                ));
            }
            let requests = self.seconds * 1_000_000 / gap.0 * u64::from(self.clients);
            if requests > REQUESTS_MAX {
                return Err(format!("at {load} % a run would have {requests} requests: {REQUESTS_MAX} are the most; lower --seconds"));
            }
            if requests < 1_000 {
                return Err(format!(
                    "at {load} % a run would have {requests} requests, too few for a percentile of a thousand; raise --seconds"
                ));
            }
        }
        Ok(())
    }

    fn setup(&self, way: Way, load: u64) -> Setup {
        let shed = self.shed_ms.map_or(Shed::Never, |ms| Shed::Older(Span::millis(ms)));
        let order = if self.lifo { Order::Lifo } else { Order::Fifo };
        let jitter = match self.jitter {
            Kind::None => Jitter::None,
            Kind::Full => Jitter::Full,
            Kind::Equal => Jitter::Equal,
            Kind::Decorrelated => Jitter::Decorrelated,
        };
        let base = Span::millis(self.backoff_ms);
        Setup {
            clients: self.clients,
            balancers: self.balancers,
            servers: self.servers,
            gap: self.gap(load),
            lasts: Span::secs(self.seconds),
            policy: way.policy(),
            counts: if self.stale_ms.is_some() { Counts::Reported } else { Counts::Own },
            report_every: self.stale_ms.map(Span::millis),
            health: self.health.then_some(OutlierConfig::ENVOY),
            hedge: self.hedge_ms.map(Span::millis),
            work: self.work.work(),
            mean: Span::millis(self.service_ms),
            discipline: Discipline { workers: self.workers, waiting_max: self.queue, order, shed, deadlines: self.deadlines },
            slow: self.slow,
            bad_per_mille: self.bad,
            timeout: Span::millis(self.timeout_ms),
            retries: self.retries,
            backoff: Backoff { base, cap: base.scale(100, 1), jitter },
            budget: self.budget.map(|percent| BudgetConfig { per_mille: percent * 10, per_second: 0, most: 10 }),
        }
    }

    fn row(&self, way: Way, load: u64) -> String {
        let setup = self.setup(way, load);
        let warm_up = setup.lasts.scale(WARM_UP_TENTHS, 10);
        // The same requests for every way to balance: rows of one load differ by it alone.
        let seed = |run: u64| Digest::of(&(self.first.wrapping_add(run), load));
        let runs: Vec<Trial> = (0..self.seeds).map(|run| trial(&setup, warm_up, Span(self.delay_us), seed(run))).collect();
        let answered = runs.iter().all(|run| !run.took.is_empty());
        let figures = COLUMNS
            .iter()
            .enumerate()
            .map(|(i, (.., figure))| (answered || i >= TIMES).then(|| over_runs(&runs.iter().map(figure).collect::<Vec<_>>())));
        if !self.json {
            let cell = |it: Option<(f64, f64)>| it.map_or_else(|| "-".to_owned(), |(mean, half)| format!("{mean:.2} ±{half:.2}"));
            return figures.fold(format!("{:<12} {load:>4}", way.word()), |row, it| format!("{row} {:>16}", cell(it)));
        }
        let requests: usize = runs.iter().map(|run| run.took.len() + run.errors as usize).sum();
        let mut row = json!({ "policy": way.word(), "load_percent": load, "runs": self.seeds, "requests": requests });
        let round = |figure: f64| (figure * 1e4).round() / 1e4;
        for ((_, name, _), it) in COLUMNS.iter().zip(figures) {
            row[*name] = json!(it.map(|(mean, half)| json!({ "mean": round(mean), "half": round(half) })));
        }
        row.to_string()
    }
}
