//! `headless detect`: six detectors in the same weather. What each costs: the time until a crash is known, the living that are
//! accused, the messages.
//!
//! # The experiment
//!
//! A few nodes watch each other. With heartbeats, each sends one to every other once a period, and looks at what it has heard ten
//! times a period; with SWIM, each probes one other a period. Messages take 5 to 25 ms; some are lost. Now and then a node stands still (a garbage
//! collection, a stolen processor): what is sent to it waits, and so do its timers.
//!
//! Two minutes pass unmeasured, so that detectors have learnt what is usual. Then false verdicts and messages are counted for a
//! while. Then one node crashes, and the time until each other node holds it for dead is measured.
//!
//! # What is a verdict?
//!
//! With heartbeats, a suspicion. With SWIM, a declaration of death: its suspicions are a question, put to the suspect among others, and most are
//! answered. Nodes that stand still are alive: a verdict on one is false, as it would be on a server that answers again after a second.
//!
//! # What to see
//!
//! * A time-out and phi of the same patience do the same; phi follows what is usual, so loss makes it patient by itself.
//! * The three phis differ by a factor of four in time, at the same number 8.
//! * A node that stands still for longer than it is patient (`--pause-ms 6000`) accuses *all others* afterwards, since it looks before it
//!   listens, unless it notices (`--notices`); the others accuse it in either case.
//! * Heartbeats to all cost n - 1 messages per node and period; SWIM about 2, whatever n is, and more where messages are lost.

pub mod figures;
pub mod world;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use ringside::proto::detector::MilliPhi;
use ringside::proto::detector::accrual::estimator::{Akka, Cassandra, Chitchat};
use ringside::proto::detector::choice::DetectorKind;
use ringside::proto::detector::swim::words::{Lifeguard, SwimConfig};
use ringside::sim::time::Span;

use crate::detect::figures::{Cell, Figures};
use crate::detect::world::{Setting, Watching, run};

/// What six failure detectors cost in the same weather: time until a crash is known, living nodes accused, messages.
///
/// The detectors: a fixed time-out; phi-accrual as Akka, Cassandra and chitchat have it; SWIM; SWIM with Lifeguard. For each, and for each loss
/// and each pause: milliseconds from a crash until another node holds the dead for dead (mean and 99th percentile over nodes), false verdicts per
/// node and hour, messages per node and second. Of SWIM, declarations of death are verdicts, suspicions are not. Brackets hold 99 %
/// intervals: bootstrap over runs, and where no false verdict was seen, what would be seen with a chance of 1 in 200. `-` stands where a node
/// never noticed. The same seed gives the same table.
#[derive(Args)]
pub struct Detect {
    /// Runs for each row.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    runs: u32,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many nodes watch each other.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(3..=64))]
    nodes: u16,
    /// Simulated minutes of each run in which false verdicts and messages are counted.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_440))]
    minutes: u32,
    /// Milliseconds between two heartbeats, or two probes of SWIM.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(100..=60_000))]
    period_ms: u64,
    /// Messages lost, per thousand: one or more, each at most 900.
    #[arg(long, default_value = "0,50,200", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(0..=900), num_args = 1..=16)]
    loss: Vec<u16>,
    /// How long a node stands still at times, in milliseconds: one or more, each at most 60000; 0 for never.
    #[arg(long, default_value = "0,2000", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(0..=60_000), num_args = 1..=16)]
    pause_ms: Vec<u64>,
    /// Seconds from one pause of a node to the next, on average.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1_800))]
    pause_every: u64,
    /// So many nodes take in and give out every message 20 to 200 times later than others, which changes every 2 to 12 s.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=64))]
    slow: u16,
    /// Let a node that stood still notice it, by its own late timer, and count silence from then (heartbeats only).
    #[arg(long)]
    notices: bool,
    /// Milliseconds of silence that the fixed time-out allows.
    #[arg(long, default_value_t = 4_500, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    time_out_ms: u64,
    /// The phi that is suspicious, for all three: it means three different things.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    phi: u32,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

impl Detect {
    /// Runs all and prints. Nothing but a lost reader can go wrong, who then has seen enough.
    pub fn main(self) -> ExitCode {
        let mut out = io::stdout().lock();
        if !self.json && writeln!(out, "{}", figures::head()).is_err() {
            return ExitCode::SUCCESS;
        }
        for &loss in &self.loss {
            for &pause in &self.pause_ms {
                for (cell, figures) in self.rows(loss, pause) {
                    let text = if self.json { figures.json(&cell) } else { figures.row(&cell) };
                    if writeln!(out, "{text}").is_err() {
                        return ExitCode::SUCCESS;
                    }
                }
            }
        }
        ExitCode::SUCCESS
    }

    /// As it is run without options, but so often.
    pub fn plain(runs: u32) -> Detect {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            detect: Detect,
        }
        Detect { runs, ..<Alone as clap::Parser>::parse_from(["detect"]).detect }
    }

    /// The six detectors in this weather.
    pub fn rows(&self, loss: u16, pause_ms: u64) -> impl Iterator<Item = (Cell, Figures)> {
        self.detectors().into_iter().map(move |(name, watching)| {
            let setting = self.setting(loss, Span::millis(pause_ms), watching);
            let runs: Vec<_> = (0..self.runs).map(|i| run(self.seed, i, &setting)).collect();
            (Cell { name, loss, pause_ms }, Figures::of(&runs, &setting, self.seed))
        })
    }

    fn setting(&self, loss: u16, pause: Span, watching: Watching) -> Setting {
        Setting {
            slow: self.slow,
            nodes: self.nodes,
            period: Span::millis(self.period_ms),
            loss,
            pause,
            pause_every: Span::secs(self.pause_every),
            notices: self.notices,
            watched: Span::secs(60 * u64::from(self.minutes)),
            watching,
        }
    }

    fn detectors(&self) -> [(&'static str, Watching); 6] {
        let threshold = MilliPhi(self.phi * 1_000);
        let period = Span::millis(self.period_ms);
        let swim = SwimConfig { period, time_out: period.scale(1, 2), ..SwimConfig::default() };
        let beats = |kind| Watching::Heartbeats(kind);
        // What these systems expect of an interval is said for one a second (chitchat: taken so), and stretches with it.
        let times = |n| period.scale(n, 1);
        [
            ("time-out", beats(DetectorKind::TimeOut(Span::millis(self.time_out_ms)))),
            ("akka", beats(DetectorKind::Akka(Akka { threshold, estimate: period, ..Akka::default() }))),
            (
                "cassandra",
                beats(DetectorKind::Cassandra(Cassandra { threshold, initial: times(2), longest: times(2), ..Cassandra::default() })),
            ),
            (
                "chitchat",
                beats(DetectorKind::Chitchat(Chitchat { threshold, initial: times(5), longest: times(10), ..Chitchat::default() })),
            ),
            ("swim", Watching::Swim(swim)),
            ("lifeguard", Watching::Swim(SwimConfig { lifeguard: Lifeguard::FULL, ..swim })),
        ]
    }
}
