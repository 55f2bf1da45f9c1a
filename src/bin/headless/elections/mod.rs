//! `headless elections`: figure 16 of the Raft paper (Ongaro, Ousterhout 2014, extended version, section 9.3), by our Raft.
//!
//! # Their experiment
//!
//! The leader of five servers was crashed again and again, and the time without a leader measured: from the crash until the
//! other servers had received the new leader's first heartbeat (Ongaro's thesis, section 9.3). Two things made it a worst case.
//! The leader sent a heartbeat to all at once and crashed at an instant that was even within the heartbeat interval after it,
//! half of the shortest election time-out: so all time-outs began at about the same time. And the logs had different lengths,
//! so that two of the four that were left could not win. 1000 trials a line, 100 for the one without randomness. No pre-vote.
//!
//! # Our model of it
//!
//! * The four that are left run [`ringside::proto::consensus`] unchanged, in the fake world. Their logs have 4, 3, 2 and 1
//!   entries of the old leader's term, so the first two can win: the first with any votes, the second only with those of the
//!   other two. The fifth, the old leader, is a line of script: it sends a heartbeat that compares nothing (else logs would be
//!   repaired), and is killed.
//! * Time-outs are even over whole microseconds. Clocks drift by 50 parts per million at most. No message is lost.
//! * A vote costs what our Raft asks for, one save after the other: a candidate saves its own vote before it asks; a voter
//!   saves the new term, then the vote, then answers. Their LogCabin wrote at the same three places (`RaftConsensus.cc`:
//!   `startNewElection`, `stepDown`, `handleRequestVote`). An election without a split vote is three saves and three messages.
//! * A message takes 0.1 to 0.4 ms, as a remote procedure call over their gigabit Ethernet may.
//! * A save takes 2 to 3.5 ms. *This is the one thing that is calibrated*, with all rows in view, and above all to the median of 287 ms that they
//!   found at 150-155 ms. Everything else in the table follows. Over the seeds 1 to 12, 1000 trials a line: that median is 287
//!   to 299; the worst at 150-200 ms is 387 to 540 (theirs: 513); at 12-24 ms the mean is 31 to 32 (35), the worst 88 to 152 (152).
//!
//! # What about the broadcast time of 15 ms?
//!
//! They give it as network round trip plus disk write, without the parts. A vote cannot have taken that long. At 150-155 ms all
//! time-outs fall within 5 ms: if the first candidate needed longer than that to save its vote, all four would stand, and the
//! median would be ten times theirs. And at 12-24 ms candidates would give up before they are answered, instead of leading
//! after 35 ms on average. `--save-us 14000-15000` shows both: 4.5 s, and never. A variant of our Raft that asks while its own
//! vote is being saved, as the thesis allows (section 9.3), was tried: it repairs the first and not the second, which took 58 ms
//! on average even with 15 ms read as the slowest of four answers. So the 15 ms count more than a vote's writes, such as those
//! of an entry, which in LogCabin was a file of its own.

mod world;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use ringside::sim::time::Span;
use serde_json::json;

use crate::elections::world::{Machines, Range, trial};
use crate::stats::{Estimate, mean, median, per_mille};

/// When a trial is given up, after the crash.
const GIVE_UP: Span = Span::secs(60);
/// What they call long.
const LONG: Span = Span::secs(10);

/// One line of the figure: election time-outs in milliseconds, and what was published of it.
struct Line {
    timeout: (u64, u64),
    /// In milliseconds: median, mean, worst.
    published: [Option<f64>; 3],
    note: &'static str,
}

const fn line(min: u64, max: u64, published: [Option<f64>; 3], note: &'static str) -> Line {
    Line { timeout: (min, max), published, note }
}

/// The upper graph, then the lower one (whose last line is in both).
const LINES: [Line; 10] = [
    line(150, 150, [None; 3], "consistently longer than 10 s"),
    line(150, 151, [None; 3], ""),
    line(150, 155, [Some(287.0), None, None], "median 287 ms"),
    line(150, 175, [None; 3], ""),
    line(150, 200, [None, None, Some(513.0)], "worst 513 ms"),
    line(150, 300, [None; 3], ""),
    line(12, 24, [None, Some(35.0), Some(152.0)], "mean 35 ms, worst 152 ms"),
    line(25, 50, [None; 3], ""),
    line(50, 100, [None; 3], ""),
    line(100, 200, [None; 3], ""),
];

/// How long our Raft is without a leader after a crash, in the experiment of figure 16 of the Raft paper.
///
/// Each line is one range of election time-outs, with what Ongaro and Ousterhout published of it (section 9.3 of the extended
/// version). All times are simulated milliseconds from the crash of the leader until every other server has heard the new one. Brackets hold 95 %
/// confidence intervals: order statistics for the median, bootstrap for the mean. A trial is given up after 60 s; `-` stands
/// where such trials make a figure meaningless. The same seed gives the same table.
#[derive(Args)]
pub struct Elections {
    /// Trials a line; the line without randomness has a tenth of them, as in the paper.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    trials: u32,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Shortest and longest one-way time of a message, in microseconds.
    #[arg(long, default_value = "100-400", value_parser = range, value_name = "MIN-MAX")]
    message_us: Range,
    /// Shortest and longest time of a save, in microseconds.
    #[arg(long, default_value = "2000-3500", value_parser = range, value_name = "MIN-MAX")]
    save_us: Range,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// What came of one line.
struct Outcome {
    timeout: (u64, u64),
    trials: usize,
    /// Trials that took longer than [`LONG`].
    long: usize,
    /// Terms begun, on average.
    terms: f64,
    /// In milliseconds. A figure that trials given up would decide is not there.
    median: Option<Estimate>,
    mean: Option<Estimate>,
    p99: Option<f64>,
    worst: Option<f64>,
}

impl Elections {
    /// Runs all trials and prints. Nothing but a lost reader can go wrong, who then has seen enough.
    pub fn main(self) -> ExitCode {
        let mut out = io::stdout().lock();
        if !self.json {
            let _ = writeln!(
                out,
                "{:>9} {:>6} {:>6} {:>25} {:>25} {:>9} {:>9} {:>6}  published",
                "time-out", "trials", "> 10 s", "median", "mean", "p99", "worst", "terms"
            );
        }
        for line in &LINES {
            let outcome = self.run(line);
            let text = if self.json { json(&outcome, line) } else { row(&outcome, line) };
            if writeln!(out, "{text}").is_err() {
                break;
            }
        }
        ExitCode::SUCCESS
    }

    fn run(&self, line: &Line) -> Outcome {
        let timeout = (Span::millis(line.timeout.0), Span::millis(line.timeout.1));
        let machines = Machines { message: self.message_us, save: self.save_us };
        let trials = if timeout.0 == timeout.1 { self.trials / 10 } else { self.trials };
        let trials: Vec<_> = (0..trials).map(|i| trial(self.seed, i, timeout, machines, GIVE_UP)).collect();
        let long = trials.iter().filter(|trial| trial.without.is_none_or(|span| span > LONG)).count();
        let terms = trials.iter().map(|trial| f64::from(trial.terms)).sum::<f64>() / trials.len() as f64;
        let given_up = trials.iter().any(|trial| trial.without.is_none());
        let mut spans: Vec<f64> = trials.iter().map(|it| it.without.map_or(f64::INFINITY, |span| span.0 as f64 / 1e3)).collect();
        spans.sort_by(f64::total_cmp);
        let known = |value: f64| value.is_finite().then_some(value);
        Outcome {
            timeout: line.timeout,
            trials: trials.len(),
            long,
            terms,
            median: Some(median(&spans)).filter(|it| it.high.is_finite()),
            mean: (!given_up).then(|| mean(&spans, self.seed)),
            p99: known(per_mille(&spans, 990)),
            worst: known(per_mille(&spans, 1_000)),
        }
    }
}

fn row(it: &Outcome, line: &Line) -> String {
    let one = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
    let sure = |it: Option<Estimate>| it.map_or_else(|| "-".to_owned(), |it| format!("{:.1} [{:.1}, {:.1}]", it.value, it.low, it.high));
    let timeout = format!("{}-{}", it.timeout.0, it.timeout.1);
    let row = format!(
        "{timeout:>9} {:>6} {:>6} {:>25} {:>25} {:>9} {:>9} {:>6.1}  {}",
        it.trials,
        it.long,
        sure(it.median),
        sure(it.mean),
        one(it.p99),
        one(it.worst),
        it.terms,
        line.note
    );
    row.trim_end().to_owned()
}

fn json(it: &Outcome, line: &Line) -> String {
    let round = |figure: f64| (figure * 1e3).round() / 1e3;
    let one = |value: Option<f64>| value.map(round);
    let sure = |it: Option<Estimate>| it.map(|it| [it.value, it.low, it.high].map(round));
    let [median, mean, worst] = line.published.map(one);
    json!({
        "timeout_ms": [it.timeout.0, it.timeout.1],
        "trials": it.trials,
        "longer_than_10_s": it.long,
        "median_ms": sure(it.median),
        "mean_ms": sure(it.mean),
        "p99_ms": one(it.p99),
        "worst_ms": one(it.worst),
        "terms": round(it.terms),
        "published": { "median_ms": median, "mean_ms": mean, "worst_ms": worst },
    })
    .to_string()
}

/// `MIN-MAX` in microseconds, at most a second.
fn range(text: &str) -> Result<Range, String> {
    let (min, max) = text.split_once('-').ok_or("a range is MIN-MAX, such as 100-400")?;
    let whole = |text: &str| text.parse::<u64>().map_err(|_| "both ends are whole numbers of microseconds");
    let (min, max) = (whole(min)?, whole(max)?);
    if min <= max && max <= 1_000_000 { Ok((Span(min), Span(max))) } else { Err("MIN is at most MAX, and MAX at most 1000000".to_owned()) }
}
