//! How many requests become of one.

use ringside::proto::balance::breaker::{Breaker, BreakerConfig};
use ringside::proto::balance::budget::{Budget, BudgetConfig};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

use super::table::{Row, Section, sure};
use crate::stats::over_runs;

/// Clients, and requests of each: ten a second for 30 s.
const CLIENTS: u32 = 100;
const REQUESTS: u64 = 300;

/// What allows a retry.
#[derive(Clone, Copy)]
enum Rule {
    Never,
    Three,
    /// A bucket of 5 tokens to which each request adds a tenth.
    Bucket,
    /// Three, while fewer than two of the last ten answers are failures; after that not for the rest of the run.
    Breaker,
}

const BUCKET: BudgetConfig = BudgetConfig { per_mille: 100, per_second: 0, most: 5 };
const BREAKER: BreakerConfig = BreakerConfig { window: 10, failures: 2, rest: Span::secs(30) };

/// Success and amplification.
fn retry_sim(fails_per_mille: u16, rule: Rule, seed: u64) -> (f64, f64) {
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let (mut good, mut sent) = (0u32, 0u32);
    for _ in 0..CLIENTS {
        let (mut bucket, mut breaker) = (Budget::new(BUCKET, Time(0)), Breaker::new(BREAKER));
        for now in (0..REQUESTS).map(|i| Time::from_millis(i * 100)) {
            bucket.asked();
            for retries in 0.. {
                sent += 1;
                let ok = !rng.per_mille(fails_per_mille);
                breaker.answered(now, ok);
                good += u32::from(ok);
                if ok {
                    break;
                }
                let may = match rule {
                    Rule::Never => false,
                    Rule::Three => retries < 3,
                    Rule::Bucket => bucket.spend(now),
                    Rule::Breaker => retries < 3 && breaker.admits(now),
                };
                if !may {
                    break;
                }
            }
        }
    }
    let all = f64::from(CLIENTS) * REQUESTS as f64;
    (f64::from(good) / all, f64::from(sent) / all)
}

/// Requests at the bottom, which fails: each layer retries three times what the layer below it has failed to get.
fn bottom(layers: &mut [Option<Budget>]) -> u64 {
    let Some((top, below)) = layers.split_first_mut() else { return 1 };
    if let Some(budget) = top {
        budget.asked();
    }
    let mut requests = bottom(below);
    for _ in 0..3 {
        if top.as_mut().is_none_or(|budget| budget.spend(Time(0))) {
            requests += bottom(below);
        }
    }
    requests
}

/// Three layers with such a budget each.
fn layers(per_mille: u16) -> f64 {
    let mut layers = [Some(Budget::new(BudgetConfig { per_mille, per_second: 0, most: 10 }, Time(0))); 3];
    (0..10_000).map(|_| bottom(&mut layers)).sum::<u64>() as f64 / 1e4
}

/// What becomes of one request.
pub fn section() -> Section {
    let mut rows = vec![
        Row::new(
            "three retries at each of three layers, nothing answers: requests at the bottom",
            "64",
            bottom(&mut [None; 3]).to_string(),
        ),
        Row::new("the same with budgets of 5 %", "≤ 1.2", format!("{:.3}", layers(50))).why("budgets multiply, too: 1.05³"),
        Row::new("the same with budgets of 10 %", "≤ 1.335", format!("{:.3}", layers(100)))
            .why("1.1³, and the ten retries that are saved at first"),
    ];
    let published = [
        ("no retries", Rule::Never, [(100, "0.900", "1"), (300, "0.698", "1"), (500, "0.499", "1"), (1_000, "0", "1")]),
        ("three retries", Rule::Three, [(100, "0.9998", "1.112"), (300, "0.992", "1.420"), (500, "0.941", "1.869"), (1_000, "0", "4.000")]),
        (
            "bucket of a tenth",
            Rule::Bucket,
            [(100, "0.987", "1.097"), (300, "0.780", "1.113"), (500, "0.555", "1.114"), (1_000, "0", "1.114")],
        ),
        (
            "breaker at a tenth",
            Rule::Breaker,
            [(100, "0.935", "1.037"), (300, "0.701", "1.000"), (500, "0.501", "1.000"), (1_000, "0", "1")],
        ),
    ];
    for (name, rule, figures) in published {
        for (per_mille, good, sent) in figures {
            let (ours_good, ours_sent): (Vec<f64>, Vec<f64>) = (1..=10).map(|seed| retry_sim(per_mille, rule, seed)).unzip();
            let what = |it| format!("{name}, {} % of tries fail: {it}", per_mille / 10);
            for (it, published, ours) in [("success", good, ours_good), ("amplification", sent, ours_sent)] {
                // The noise of his one run is that of one of ours.
                let ours = over_runs(&ours);
                let noise = ours.1 / 3.250 * 10f64.sqrt();
                let published = if noise > 0.0 { format!("{published} ± {noise:.4} s.e.") } else { published.to_owned() };
                let row = Row::new(what(it), published, sure(ours, 4));
                rows.push(match rule {
                    Rule::Breaker if !row.agrees() => row.why("breaker, see below"),
                    Rule::Bucket if !row.agrees() => row.why("saved, see below"),
                    Rule::Never | Rule::Three | Rule::Bucket | Rule::Breaker => row,
                });
            }
        }
    }
    Section {
        title: "Retries",
        about: "64: \"Site Reliability Engineering\", chapter 22. Success and amplification: `retry_sim` (Brooker, \"Fixing retries with token buckets and circuit breakers\", 2022), 100 \
                clients with ten requests a second each for 30 s; his program was run once, with seed 7; the standard error given is that of one run of ours. Closed forms: `1 − p⁴` and `(1 − p⁴) / (1 − p)`. Ours: ten runs.",
        rows,
        rest: "*Breaker:* his counts all answers since the start, and lets retries pass whenever at most a tenth of them failed; ours looks at the last ten, and lets none pass once two of them failed. \
               *Saved:* ours is exactly 300 requests, 29 tokens and the five at the start; his clients ask at random instants and not all 300 times."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_bound_whatever_fails() {
        for per_mille in [100, 300, 500, 1_000] {
            let (_, sent) = retry_sim(per_mille, Rule::Bucket, 7);
            assert!(sent <= 1.0 + 0.1 + 5.0 / 300.0, "{per_mille}: {sent}");
        }
    }
}
