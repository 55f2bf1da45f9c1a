//! "The Tail at Scale" (Dean, Barroso 2013): what waits for many is slow when one is, and a second copy of the slow one helps.
//!
//! Their tables were measured on systems whose laws are not given. Where a log-normal or a Pareto law fits the figures without a second
//! copy, it is taken, and what the copy makes of it is ours.

use ringside::proto::balance::Backend;
use ringside::proto::balance::hedge::{Answer, Copies, HedgeConfig};
use ringside::proto::balance::work::Work;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

use super::table::{Row, Section, sure};
use crate::stats::{over_runs, per_mille};

/// Runs of each row.
const SEEDS: u64 = 6;

/// How often the slowest of `fan_out` answers is among the slowest one in `of`, in `n` requests.
fn slow_share(n: u32, fan_out: u32, of: f64, seed: u64) -> f64 {
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mean = Span::secs(10);
    let slow = Span((mean.0 as f64 * of.ln()) as u64);
    let requests = (0..n).filter(|_| {
        let slowest = (0..fan_out).map(|_| Work::Exponential.draw(mean, &mut rng)).max();
        slowest.is_some_and(|slowest| slowest > slow)
    });
    requests.count() as f64 / f64::from(n)
}

/// A law of latencies and its mean.
#[derive(Clone, Copy)]
struct Law {
    work: Work,
    mean: Span,
}

impl Law {
    /// Log-normal, with this median in microseconds.
    fn log_normal(median: u64, sigma_milli: u16) -> Law {
        let sigma = f64::from(sigma_milli) / 1e3;
        Law { work: Work::LogNormal { sigma_milli }, mean: Span((median as f64 * (sigma * sigma / 2.0).exp()) as u64) }
    }
}

/// One request by the book: its latency and its copies.
fn hedged(config: HedgeConfig, Law { work, mean }: Law, rng: &mut Rng) -> (Span, u8) {
    let first = work.draw(mean, rng);
    let mut copies = Copies::new(Time(0), Backend(0));
    let due = copies.due(config).filter(|&due| due < Time(first.0));
    let Some(due) = due else {
        assert_eq!(copies.answered(Backend(0), true), Answer::First(Vec::new()));
        return (first, 1);
    };
    copies.hedge(due, Backend(1));
    let second = due.since(Time(0)) + work.draw(mean, rng);
    let (winner, loser, took) = if second < first { (1, 0, second) } else { (0, 1, first) };
    assert_eq!(copies.answered(Backend(winner), true), Answer::First(vec![Backend(loser)]));
    assert_eq!(copies.answered(Backend(loser), true), Answer::Late);
    (took, copies.sent())
}

/// Two copies that know of each other: the second server is asked `after` the first, whoever begins tells the other to drop its copy. All of a
/// latency is waiting: the one that would answer first is the one that begins first.
fn tied(after: Span, law: Law, rng: &mut Rng) -> Span {
    let (first, second) = (law.work.draw(law.mean, rng), after + law.work.draw(law.mean, rng));
    let mut copies = Copies::new(Time(0), Backend(0));
    if first > after {
        copies.hedge(Time(after.0), Backend(1));
    }
    let winner = Backend(u16::from(second < first));
    let dropped = copies.began(winner);
    assert!(dropped.len() < 2 && copies.answered(winner, true) == Answer::First(Vec::new()), "one copy is left, and it answers");
    first.min(second)
}

/// What so many per mille of `n` latencies in milliseconds do not exceed, over the runs.
fn percentiles<const N: usize>(n: usize, ranks: [usize; N], mut one: impl FnMut(&mut Rng) -> Span) -> [(f64, f64); N] {
    let run = |seed| {
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let mut row: Vec<f64> = (0..n).map(|_| one(&mut rng).0 as f64 / 1e3).collect();
        row.sort_by(f64::total_cmp);
        ranks.map(|rank| per_mille(&row, rank))
    };
    let runs: Vec<[f64; N]> = (1..=SEEDS).map(run).collect();
    std::array::from_fn(|i| over_runs(&runs.iter().map(|run| run[i]).collect::<Vec<_>>()))
}

/// Leaves of Table 1.
const LEAF: (u64, u16) = (1_000, 985);
/// So many of them are asked at once: what their tree has is not given.
const FAN_OUT: usize = 2_000;

fn fan_out(rows: &mut Vec<Row>) {
    for (fan_out, of, n, published, exact) in [(100, 100.0, 4_000, "63", "63.397"), (2_000, 10_000.0, 800, "≤ 20", "18.127")] {
        let runs: Vec<f64> = (1..=SEEDS).map(|seed| 100.0 * slow_share(n, fan_out, of, seed)).collect();
        let ours = sure(over_runs(&runs), 2);
        rows.push(Row::new(format!("slow requests of {fan_out} leaves, one leaf in {of} is slow, %"), published, &*ours));
        rows.push(Row::new("the same, exactly", exact, ours));
    }
    let law = Law::log_normal(LEAF.0, LEAF.1);
    let one = percentiles(20_000, [500, 950, 990], |rng| law.work.draw(law.mean, rng));
    let of_leaves = |rank: usize| {
        percentiles(150, [500, 950, 990], |rng| {
            let mut leaves: Vec<Span> = (0..FAN_OUT).map(|_| law.work.draw(law.mean, rng)).collect();
            *leaves.select_nth_unstable(rank).1
        })
    };
    let groups = [
        ("one leaf", one, ["1", "5", "10"]),
        ("95 % of leaves", of_leaves(FAN_OUT * 95 / 100 - 1), ["12", "32", "70"]),
        ("all leaves", of_leaves(FAN_OUT - 1), ["40", "87", "140"]),
    ];
    for (name, ours, published) in groups {
        for ((ours, published), rank) in ours.into_iter().zip(published).zip(["p50", "p95", "p99"]) {
            let row = Row::new(format!("Table 1, {name}, {rank}, ms"), published, sure(ours, 1));
            rows.push(row.why(if name == "one leaf" { "fitted" } else { "leaves, see below" }));
        }
    }
}

/// A thousand keys of BigTable. A Pareto law with two figures fits: one in fifty takes longer than 10 ms, and a thousand of them 1,800 ms at p99.9.
fn hedge(rows: &mut Vec<Row>) {
    let law = Law { work: Work::Pareto { alpha_milli: 1_907 }, mean: Span::micros(2_703) };
    let config = HedgeConfig { after: Span::millis(10), copies_max: 2, tied: false };
    let mut extra = 0u64;
    let [with] = percentiles(1_000, [999], |rng| {
        let keys = (0..1_000).map(|_| {
            let (took, copies) = hedged(config, law, rng);
            extra += u64::from(copies) - 1;
            took
        });
        keys.max().unwrap_or(Span::ZERO)
    });
    let why = "keys, see below";
    rows.push(Row::new("1,000 keys, a second copy after 10 ms instead of none, p99.9, ms", "74", sure(with, 0)).why(why));
    let extra = 100.0 * extra as f64 / (SEEDS * 1_000 * 1_000) as f64;
    rows.push(Row::new("more requests for that, %", "2", format!("{extra:.2}")).why("fitted"));
    let config = HedgeConfig { after: Span((20f64.ln() * 10_000.0) as u64), copies_max: 2, tied: false };
    let law = Law { work: Work::Exponential, mean: Span::millis(10) };
    let shares: Vec<f64> = (1..=SEEDS)
        .map(|seed| {
            let mut rng = Rng::stream(seed, Stream::Nemesis);
            100.0 * (0..20_000).filter(|_| hedged(config, law, &mut rng).1 == 2).count() as f64 / 2e4
        })
        .collect();
    rows.push(Row::new("a second copy after the 95th percentile: more requests, %", "5", sure(over_runs(&shares), 2)));
}

/// Table 2: tied requests, the second copy after a millisecond.
fn table_two(rows: &mut Vec<Row>) {
    const RANKS: [usize; 4] = [500, 900, 990, 999];
    let clusters = [
        ("idle", Law::log_normal(19_000, 540), ["19", "38", "67", "98"], ["16", "29", "42", "61"]),
        ("beside a sort", Law::log_normal(24_000, 640), ["24", "56", "108", "159"], ["19", "38", "67", "108"]),
    ];
    for (name, law, plain, both) in clusters {
        let alone = percentiles(20_000, RANKS, |rng| law.work.draw(law.mean, rng));
        let ours = percentiles(20_000, RANKS, |rng| tied(Span::millis(1), law, rng));
        for (i, rank) in ["p50", "p90", "p99", "p99.9"].into_iter().enumerate() {
            rows.push(Row::new(format!("Table 2, {name}, one copy, {rank}, ms"), plain[i], sure(alone[i], 1)).why(FITTED));
            rows.push(Row::new(format!("Table 2, {name}, tied, {rank}, ms"), both[i], sure(ours[i], 1)).why(TIED));
        }
    }
}

const FITTED: &str = "a log-normal law, fitted";
const TIED: &str = "tied, see below";

/// Azure: twelve fragments of twelve, and the first twelve of thirteen.
fn fragments(rows: &mut Vec<Row>) {
    // The mean of the slowest of twelve is H(12) means.
    let mean = Span((305_000.0 / (1..=12).map(|i| 1.0 / f64::from(i)).sum::<f64>()) as u64);
    for (n, published, why) in [
        (12, "305", "fitted"),
        (
            13,
            "151",
            "exponential fragments give H(13) − 1 means; those of a real store vary more, so that leaving out the slowest gains more",
        ),
    ] {
        let means: Vec<f64> = (1..=SEEDS)
            .map(|seed| {
                let mut rng = Rng::stream(seed, Stream::Nemesis);
                let one = |rng: &mut Rng| {
                    let mut all: Vec<Span> = (0..n).map(|_| Work::Exponential.draw(mean, rng)).collect();
                    all.select_nth_unstable(11).1.0
                };
                (0..10_000).map(|_| one(&mut rng)).sum::<u64>() as f64 / 1e7
            })
            .collect();
        rows.push(Row::new(format!("Azure, first 12 of {n} fragments, ms"), published, sure(over_runs(&means), 0)).why(why));
    }
}

/// Fan-out, second copies, tied copies.
pub fn section() -> Section {
    let mut rows = Vec::new();
    fan_out(&mut rows);
    hedge(&mut rows);
    table_two(&mut rows);
    fragments(&mut rows);
    Section {
        title: "The tail at scale",
        about: "Dean, Barroso, \"The Tail at Scale\", 2013 (transcribed); Azure's local reconstruction codes (the same note). Measured there on systems whose laws are not given: where a row says \
                *fitted*, a law was chosen for that figure, and it proves nothing. Six runs a row.",
        rows,
        rest: "*Leaves:* their fan-out is not given, ours is 2,000. Ours are independent: then the 95 % point hardly varies from request to request. Theirs does, so their leaves are slow together, and \
               more of them are. *Keys:* a Pareto law with two figures fits, by which one key in fifty takes longer than 10 ms and a thousand of them 1,800 ms at p99.9; our two copies are independent, theirs \
               need not be. *Tied:* all of a latency is waiting, and waits at two servers are independent. That is the most that tying can do; what a disk itself takes is not saved."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Latency beyond t with a second copy after d: both must be slow, `P(X > t) P(X > t - d)`. Exponential: `e^-t e^-(t - d)` for t above d. A copy
    /// sent at the 95th percentile is sent for one in twenty.
    #[test]
    fn a_second_copy_after_the_95th_percentile_costs_a_twentieth_and_squares_the_tail() {
        let d = 20f64.ln();
        let config = HedgeConfig { after: Span((d * 10_000.0) as u64), copies_max: 2, tied: false };
        let mut rng = Rng::stream(2, Stream::Nemesis);
        let n = 400_000;
        let rows: Vec<(Span, u8)> =
            (0..n).map(|_| hedged(config, Law { work: Work::Exponential, mean: Span::millis(10) }, &mut rng)).collect();
        let share = |fits: &dyn Fn(&(Span, u8)) -> bool| rows.iter().filter(|it| fits(it)).count() as f64 / f64::from(n);
        let near = |what: &str, got: f64, theory: f64| {
            let deviation = (theory * (1.0 - theory) / f64::from(n)).sqrt();
            assert!((got - theory).abs() < 2.58 * deviation, "{what}: {got}, theory {theory}");
        };
        near("extra copies", share(&|it| it.1 == 2), 0.05);
        for t in [3.5, 4.0, 4.605, 5.0] {
            near(&format!("later than {t} means"), share(&|it| it.0.0 as f64 > t * 10_000.0), (-t - (t - d)).exp());
        }
    }

    /// Of two copies one answers: the smaller of the first and of the second, which begins a millisecond later.
    #[test]
    fn of_tied_copies_the_one_that_begins_first_answers() {
        let law = Law { work: Work::Exponential, mean: Span::millis(10) };
        let (mut ours, mut rng) = (Rng::stream(5, Stream::Nemesis), Rng::stream(5, Stream::Nemesis));
        for _ in 0..1_000 {
            let drawn = [0, 1_000].map(|after| after + law.work.draw(law.mean, &mut rng).0);
            assert_eq!(tied(Span::millis(1), law, &mut ours).0, drawn[0].min(drawn[1]));
        }
    }
}
