//! What a row of trials says about all that could have been.

use ringside::sim::rng::{Rng, Stream};

/// How sure an interval is.
const CONFIDENCE: f64 = 0.95;
/// Rows drawn anew for the interval of a mean.
const RESAMPLES: usize = 2_000;

/// A figure and the interval in which the true one lies with 95 % confidence.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The figure of the sample.
    pub value: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

/// The `n`-th of `1000` equal parts: the smallest of the sorted values that so many per mille do not exceed (nearest rank).
///
/// # Panics
/// If there is no value.
pub fn per_mille(sorted: &[f64], n: usize) -> f64 {
    sorted[(sorted.len() * n).div_ceil(1_000).max(1) - 1]
}

/// The median, with an interval that supposes nothing about the distribution: between the k-th value from either end, where
/// k is the largest for which fewer than k of n coin tosses show heads with a probability of 2.5 % at most.
/// With fewer than six values there is no such k; the interval is then all there is, and less sure.
///
/// # Panics
/// If there is no value.
pub fn median(sorted: &[f64]) -> Estimate {
    let n = sorted.len();
    let value = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0;
    let k = rank(n).max(1);
    Estimate { value, low: sorted[k - 1], high: sorted[n - k] }
}

/// That k; 0 if there is none.
fn rank(n: usize) -> usize {
    let tosses = n as f64;
    // In logarithms: the probability of no heads at all is too small for a float from a thousand tosses on.
    let mut this = -tosses * std::f64::consts::LN_2;
    let mut fewer = 0.0;
    for heads in 0..n {
        fewer += this.exp();
        if fewer > (1.0 - CONFIDENCE) / 2.0 {
            return heads;
        }
        this += ((tosses - heads as f64) / (heads as f64 + 1.0)).ln();
    }
    n
}

/// The mean, with a percentile bootstrap interval (Efron 1979): as many values are drawn with replacement, again and again, from a stream of
/// this seed.
///
/// # Panics
/// If there is no value, or more than fit 32 bits.
pub fn mean(values: &[f64], seed: u64) -> Estimate {
    let n = values.len();
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut draw = || (0..n).map(|_| values[rng.below(n as u32) as usize]).sum::<f64>() / n as f64;
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    Estimate { value: values.iter().sum::<f64>() / n as f64, low: per_mille(&means, 25), high: per_mille(&means, 975) }
}

/// The ratio of two sums, part and whole, one pair a cluster: with a percentile bootstrap interval for which whole clusters are
/// drawn, since what happens within one hangs together. A draw without any whole counts as 0.
///
/// # Panics
/// If there is no pair, or more than fit 32 bits.
pub fn ratio(pairs: &[(u64, u64)], seed: u64) -> Estimate {
    let of = |sum: (u64, u64)| if sum.1 == 0 { 0.0 } else { sum.0 as f64 / sum.1 as f64 };
    let add = |sum: (u64, u64), pair: (u64, u64)| (sum.0 + pair.0, sum.1 + pair.1);
    let n = pairs.len() as u32;
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut draw = || of((0..n).map(|_| pairs[rng.below(n) as usize]).fold((0, 0), add));
    let mut ratios: Vec<f64> = (0..RESAMPLES).map(|_| draw()).collect();
    ratios.sort_by(f64::total_cmp);
    Estimate { value: of(pairs.iter().copied().fold((0, 0), add)), low: per_mille(&ratios, 25), high: per_mille(&ratios, 975) }
}

/// The mean of figures of independent runs, and half of its interval, with 99 % confidence: Student's, which supposes that such figures are
/// about normal, as means and quantiles of many requests are.
///
/// # Panics
/// With fewer than three figures.
pub fn over_runs(figures: &[f64]) -> (f64, f64) {
    let n = figures.len();
    assert!(n >= 3, "an interval of {n} figures");
    let mean = figures.iter().sum::<f64>() / n as f64;
    let square = figures.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    (mean, student(n - 1) * (square / n as f64).sqrt())
}

/// The 99.5th percentile of Student's t: the table up to 9 degrees of freedom, then Fisher's expansion (Abramowitz, Stegun 26.7.5).
fn student(freedom: usize) -> f64 {
    const TABLE: [f64; 8] = [9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250];
    let (z, v) = (2.575_829_f64, freedom as f64);
    let terms = (z + z.powi(3)) / (4.0 * v) + (3.0 * z + 16.0 * z.powi(3) + 5.0 * z.powi(5)) / (96.0 * v * v);
    TABLE.get(freedom - 2).copied().unwrap_or(z + terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: usize) -> Vec<f64> {
        (1..=n).map(|i| i as f64).collect()
    }

    /// The ranks are those of the sign test's table (Conover, Practical Nonparametric Statistics, table of binomial quantiles):
    /// P(fewer than 2 heads of 10) = 1.07 %, of 3: 5.47 %; P(fewer than 40 of 100) = 1.76 %, of 41: 2.84 %.
    #[test]
    fn the_interval_of_a_median_lies_between_known_ranks() {
        assert_eq!(median(&row(10)), Estimate { value: 5.5, low: 2.0, high: 9.0 });
        assert_eq!(median(&row(100)), Estimate { value: 50.5, low: 40.0, high: 61.0 });
        assert_eq!(median(&row(101)).value, 51.0);
        assert_eq!(rank(5), 0);
        assert_eq!(rank(6), 1);
        // Normal approximation: 5000 - 1.96 * 50 = 4902.
        assert!((4_900..=4_904).contains(&rank(10_000)), "{}", rank(10_000));
    }

    #[test]
    fn nearest_ranks_are_values_of_the_row() {
        assert_eq!([500, 990, 1_000].map(|n| per_mille(&row(100), n)), [50.0, 99.0, 100.0]);
        assert_eq!(per_mille(&row(1), 1), 1.0);
    }

    /// For even values from 1 to 1000 the standard error of the mean is 288.7 / sqrt(1000) = 9.13.
    #[test]
    fn the_interval_of_a_mean_is_as_wide_as_theory_says() {
        let mean = mean(&row(1_000), 1);
        assert_eq!(mean.value, 500.5);
        for end in [mean.value - mean.low, mean.high - mean.value] {
            assert!((16.0..=20.0).contains(&end), "{end} instead of 1.96 * 9.13 = 17.9");
        }
    }

    /// Clusters of 40 whose share is 10 or 30 %, evenly: the standard error of 400 such is 0.1 / 20.
    #[test]
    fn the_interval_of_a_ratio_follows_the_clusters_and_not_what_is_in_them() {
        let pairs: Vec<_> = (0..400).map(|i| (if i % 2 == 0 { 4 } else { 12 }, 40)).collect();
        let it = ratio(&pairs, 1);
        assert!((it.value - 0.2).abs() < 1e-12);
        for end in [it.value - it.low, it.high - it.value] {
            assert!((0.0088..=0.0108).contains(&end), "{end} instead of 1.96 * 0.005");
        }
        assert_eq!(ratio(&[(0, 5), (0, 0)], 1), Estimate { value: 0.0, low: 0.0, high: 0.0 });
    }

    /// Percentiles of Student's t for 99 % as any table has them.
    #[test]
    fn an_interval_over_runs_is_students() {
        for (freedom, t) in [(2, 9.925), (9, 3.250), (10, 3.169), (15, 2.947), (29, 2.756), (99, 2.626)] {
            assert!((student(freedom) - t).abs() < 0.015, "{freedom}: {}", student(freedom));
        }
        let (mean, half) = over_runs(&[1.0, 2.0, 3.0]);
        assert!((mean - 2.0).abs() < 1e-12 && (half - 9.925 / 3f64.sqrt()).abs() < 1e-9, "{mean} {half}");
    }

    /// Exponential values: true median ln 2, true mean 1. An interval of 95 % misses 5 % of the time, give or take.
    #[test]
    fn ninety_five_of_a_hundred_intervals_hold_the_truth() {
        let mut rng = Rng::stream(7, Stream::Nemesis);
        let (mut medians, mut means) = (0, 0);
        for seed in 0..200 {
            let mut values: Vec<f64> = (0..100).map(|_| -((f64::from(rng.below(1_000_000)) + 0.5) / 1e6).ln()).collect();
            values.sort_by(f64::total_cmp);
            let holds = |it: Estimate, truth: f64| usize::from(it.low <= truth && truth <= it.high);
            medians += holds(median(&values), std::f64::consts::LN_2);
            means += holds(mean(&values, seed), 1.0);
        }
        for held in [medians, means] {
            assert!((180..200).contains(&held), "{held} of 200");
        }
    }
}
