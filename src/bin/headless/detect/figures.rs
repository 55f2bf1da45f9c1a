//! What many runs of one setting say, with 99 % intervals.

use ringside::sim::rng::{Rng, Stream};
use serde_json::{Value, json};

use crate::detect::world::{Outcome, Setting};
use crate::stats::{Estimate, per_mille};

/// Runs drawn anew for an interval.
const RESAMPLES: usize = 1_000;
/// Events that are expected where none is seen with a chance of 1 in 200: -ln 0.005.
const NONE_SEEN: f64 = 5.298;

/// Which row it is.
pub struct Cell {
    pub name: &'static str,
    pub loss: u16,
    pub pause_ms: u64,
}

/// The figures of a row.
pub struct Figures {
    /// Milliseconds from a crash to a verdict, over all nodes of all runs; not there if one never noticed.
    pub mean: Option<Estimate>,
    p99: Option<Estimate>,
    /// Nodes that never noticed.
    missed: u32,
    /// False verdicts per node and hour.
    pub wrong: Estimate,
    /// Messages per node and second.
    sent: Estimate,
}

impl Figures {
    /// Of these runs. Whole runs are drawn for the intervals (Efron 1979): what happens within one hangs together.
    pub fn of(runs: &[Outcome], setting: &Setting, seed: u64) -> Figures {
        let seconds = setting.watched.0 as f64 / 1e6 * f64::from(setting.nodes);
        let mean_of = |of: &dyn Fn(&Outcome) -> f64, chosen: &[&Outcome]| chosen.iter().map(|it| of(it)).sum::<f64>() / chosen.len() as f64;
        let times = |chosen: &[&Outcome]| chosen.iter().flat_map(|it| it.times.iter().copied()).collect::<Vec<f64>>();
        let missed = runs.iter().map(|it| it.missed).sum();
        let noticed = (missed == 0).then_some(());
        let mut wrong = estimate(runs, seed, |chosen| mean_of(&|it| it.wrong as f64, chosen) * 3_600.0 / seconds);
        if wrong.value == 0.0 {
            wrong.high = NONE_SEEN * 3_600.0 / (seconds * runs.len() as f64);
        }
        Figures {
            mean: noticed.map(|()| {
                estimate(runs, seed, |chosen| {
                    let times = times(chosen);
                    times.iter().sum::<f64>() / times.len() as f64
                })
            }),
            p99: noticed.map(|()| {
                estimate(runs, seed, |chosen| {
                    let mut times = times(chosen);
                    times.sort_by(f64::total_cmp);
                    per_mille(&times, 990)
                })
            }),
            missed,
            wrong,
            sent: estimate(runs, seed, |chosen| mean_of(&|it| it.sent as f64, chosen) / seconds),
        }
    }

    /// A line of the table.
    pub fn row(&self, cell: &Cell) -> String {
        let sure = |it: Option<Estimate>, digits: usize| {
            let text = |it: Estimate| format!("{:.digits$} [{:.digits$}, {:.digits$}]", it.value, it.low, it.high);
            it.map_or_else(|| "-".to_owned(), text)
        };
        format!(
            "{:>9} {:>6} {:>6} {:>22} {:>24} {:>22} {:>20}",
            cell.name,
            cell.loss,
            cell.pause_ms,
            sure(self.mean, 0),
            sure(self.p99, 0),
            sure(Some(self.wrong), 2),
            sure(Some(self.sent), 2)
        )
    }

    /// A line of JSON.
    pub fn json(&self, cell: &Cell) -> String {
        let round = |figure: f64| (figure * 1e3).round() / 1e3;
        let sure = |it: Option<Estimate>| it.map_or(Value::Null, |it| json!([it.value, it.low, it.high].map(round)));
        json!({
            "detector": cell.name,
            "loss_per_mille": cell.loss,
            "pause_ms": cell.pause_ms,
            "detection_mean_ms": sure(self.mean),
            "detection_p99_ms": sure(self.p99),
            "never_noticed": self.missed,
            "false_per_node_hour": sure(Some(self.wrong)),
            "messages_per_node_second": sure(Some(self.sent)),
        })
        .to_string()
    }
}

/// The head of the table.
pub fn head() -> String {
    format!(
        "{:>9} {:>6} {:>6} {:>22} {:>24} {:>22} {:>20}",
        "detector", "loss ‰", "pause", "detection, mean ms", "99th percentile", "false/node/hour", "messages/node/s"
    )
}

fn estimate(runs: &[Outcome], seed: u64, of: impl Fn(&[&Outcome]) -> f64) -> Estimate {
    let n = runs.len() as u32;
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut draw = || of(&(0..n).map(|_| &runs[rng.below(n) as usize]).collect::<Vec<_>>());
    let mut drawn: Vec<f64> = (0..RESAMPLES).map(|_| draw()).collect();
    drawn.sort_by(f64::total_cmp);
    Estimate { value: of(&runs.iter().collect::<Vec<_>>()), low: per_mille(&drawn, 5), high: per_mille(&drawn, 995) }
}
