//! Detectors by heartbeats: phi of a silence, and six detectors in the same weather.

use std::fmt::Write;

use ringside::proto::detector::accrual::Accrual;
use ringside::proto::detector::accrual::estimator::{Akka, Cassandra, Chitchat, Estimator};
use ringside::proto::detector::{Detector, MilliPhi};
use ringside::sim::time::{Span, Time};

use super::table::{Row, Section};
use crate::detect::figures::head;
use crate::detect::{Detect, figures::Figures};

/// An observer that has heard so many heartbeats, at these intervals in turn.
fn heard(estimator: Estimator, beats: usize, intervals: [u64; 2]) -> Accrual {
    let mut it = Accrual::new(estimator, Time(0));
    let mut now = Time(0);
    it.hear(now);
    for i in 0..beats {
        now += Span::millis(intervals[i % 2]);
        it.hear(now);
    }
    it
}

/// Phi in three systems.
pub fn phi() -> Section {
    let mut rows = Vec::new();
    let sharp = Akka { samples: 100, deviation_min: Span(1), pause: Span::ZERO, threshold: MilliPhi(8_000), ..Akka::default() };
    let it = heard(Estimator::Akka(sharp), 200, [900, 1_100]);
    for (silence, published) in [(0, "0.0"), (500, "0.1"), (1_000, "0.3"), (1_200, "1.6"), (1_400, "4.7"), (1_600, "10.8"), (1_700, "15.3")]
    {
        let ours = f64::from(it.level(it.heard() + Span::millis(silence)).0) / 1e3;
        rows.push(Row::new(
            format!("phi after {silence} ms, mean 1 s, deviation 100 ms"),
            format!("{published} ± 0.1"),
            format!("{ours:.3}"),
        ));
    }
    let patience = |estimator| heard(estimator, 1_100, [1_000; 2]).patience().0 as f64 / 1e6;
    let akka = patience(Estimator::Akka(Akka::default()));
    let why = "5.6 is where a normal distribution reaches 8; the logistic approximation that Akka computes with gets there at 5.23";
    rows.push(
        Row::new("Akka: phi 8 is the mean, the pause of 3 s and so many deviations", "5.6", format!("{:.2}", (akka - 4.0) / 0.1)).why(why),
    );
    rows.push(Row::new(
        "Cassandra: phi 8 is so many means",
        "18.4",
        format!("{:.2}", patience(Estimator::Cassandra(Cassandra::default()))),
    ));
    let right = Chitchat { initial: Span::secs(1), ..Chitchat::default() };
    rows.push(Row::new("chitchat: phi 8 is so many means", "8", format!("{:.2}", patience(Estimator::Chitchat(right)))));
    Section {
        title: "Phi",
        about: "Akka: `AccrualFailureDetectorSpec.scala` at 9892c5e4, with its tolerance. Phi 8 in three systems: as commonly told (Akka with 100 ms as least deviation), for a peer that was heard every \
                second a thousand times.",
        rows,
        rest: String::new(),
    }
}

/// Runs of each row.
const RUNS: u32 = 10;

/// What a time-out of 4.5 s does without pauses, by theory.
fn theory(loss: u16, figures: &Figures) -> Vec<Row> {
    let sure = |low: f64, high: f64, digits: usize| format!("{:.digits$} ± {:.digits$}", f64::midpoint(low, high), (high - low) / 2.0);
    let mut rows = Vec::new();
    if let Some(mean) = figures.mean.filter(|_| loss == 0) {
        // A crash falls evenly within a period, a heartbeat is under way for 15 ms, who looks ten times a second looks 50 ms too late.
        rows.push(Row::new("a time-out: mean until a crash is known, ms", "4,065", sure(mean.low, mean.high, 0)));
    }
    // Four heartbeats in a row are lost, and the one before was not; seven peers, 3,600 heartbeats an hour.
    let p = f64::from(loss) / 1e3;
    let wrong = 7.0 * 3_600.0 * p.powi(4) * (1.0 - p);
    rows.push(Row::new(
        "a time-out: living accused, per node and hour",
        format!("{wrong:.2}"),
        sure(figures.wrong.low, figures.wrong.high, 2),
    ));
    rows
}

fn weather(title: &'static str, about: &'static str, loss: u16, pause_ms: u64) -> Section {
    let detect = Detect::plain(RUNS);
    let (mut rows, mut rest) = (Vec::new(), format!("```text\n{}\n", head()));
    for (cell, figures) in detect.rows(loss, pause_ms) {
        if cell.name == "time-out" && pause_ms == 0 {
            rows = theory(loss, &figures);
        }
        writeln!(rest, "{}", figures.row(&cell)).expect("a string takes any text");
    }
    rest += "```";
    Section { title, about, rows, rest }
}

/// Nothing is lost, nobody stands still.
pub fn fair() -> Section {
    const ABOUT: &str = "`headless detect --runs 10`: 8 nodes, a heartbeat or a probe a second, runs of ten minutes, then a crash. Published for a time-out (Das et al. 2002 and any textbook): a \
                         crash is known after the time-out less half a period, and k losses in a row accuse the living, `p^k`. Of the others no figures are published for such a setting; the tables are ours alone. \
                         Brackets hold 99 % intervals over runs.";
    weather("Six detectors: fair weather", ABOUT, 0, 0)
}

/// Pauses.
pub fn pauses() -> Section {
    weather("Six detectors: nodes stand still for 2 s a minute", "No published figures.", 0, 2_000)
}

/// Some loss.
pub fn loss() -> Section {
    weather("Six detectors: one message in twenty is lost", "As above.", 50, 0)
}

/// Some loss and pauses.
pub fn loss_and_pauses() -> Section {
    weather("Six detectors: one in twenty is lost, and nodes stand still", "No published figures.", 50, 2_000)
}

/// Much loss.
pub fn storm() -> Section {
    weather("Six detectors: one message in five is lost", "As above.", 200, 0)
}

/// Much loss and pauses.
pub fn storm_and_pauses() -> Section {
    weather("Six detectors: one in five is lost, and nodes stand still", "No published figures.", 200, 2_000)
}
