//! How long work takes, drawn in whole microseconds from one stream.

use crate::sim::number::{ONE, exp, exp2, exponential, minus_log2_of_chance, normal};
use crate::sim::rng::Rng;
use crate::sim::time::Span;

/// The law of a duration whose mean is given elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Work {
    /// Always the mean.
    Fixed,
    /// Exponential: without memory, the law of the M in M/M/1.
    Exponential,
    /// Log-normal: the logarithm is normal with this deviation, in thousandths (at most 3,000). 1,000 is a service with a tail:
    /// its 99th percentile is 6.2 times its mean.
    LogNormal {
        /// Deviation of the logarithm, in thousandths.
        sigma_milli: u16,
    },
    /// Pareto with this exponent in thousandths (1,001 to 60,000): below 2,000 the variance is infinite. No draw is above
    /// `2^(32 / exponent)` times the least.
    Pareto {
        /// The exponent of the tail, in thousandths.
        alpha_milli: u16,
    },
    /// Two speeds: so many of a thousand take `times` as long as the others.
    Two {
        /// How many of a thousand are slow; at most 1,000.
        slow_per_mille: u16,
        /// How many times as long they take.
        times: u16,
    },
}

impl Work {
    /// One duration, rounded to the nearest microsecond.
    ///
    /// # Panics
    /// If a parameter is out of its bounds.
    pub fn draw(self, mean: Span, rng: &mut Rng) -> Span {
        let times = |factor: u64| Span(((u128::from(mean.0) * u128::from(factor) + u128::from(ONE / 2)) >> 32) as u64);
        match self {
            Work::Fixed => mean,
            Work::Exponential => times(exponential(rng)),
            Work::LogNormal { sigma_milli } => {
                assert!(sigma_milli <= 3_000, "a deviation of {sigma_milli} thousandths: at most 3000 is supported");
                let sigma = i128::from(sigma_milli) * i128::from(ONE) / 1_000;
                // The mean of e^(sigma z) is e^(sigma^2 / 2).
                let x = ((sigma * i128::from(normal(rng))) >> 32) - ((sigma * sigma) >> 33);
                times(exp(x as i64))
            }
            Work::Pareto { alpha_milli } => {
                assert!((1_001..=60_000).contains(&alpha_milli), "an exponent of {alpha_milli} thousandths: 1001 to 60000 are supported");
                let alpha = u64::from(alpha_milli);
                let over_least = exp2(minus_log2_of_chance(rng) * 1_000 / alpha);
                times((u128::from(over_least) * u128::from(alpha - 1_000) / u128::from(alpha)) as u64)
            }
            Work::Two { slow_per_mille, times: by } => {
                assert!(slow_per_mille <= 1_000, "more than all are slow");
                let (slow, by) = (u64::from(slow_per_mille), u64::from(by));
                let one = mean.scale(1_000, 1_000 - slow + slow * by);
                if rng.per_mille(slow_per_mille) { one.scale(by, 1) } else { one }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Stream;

    fn draws(work: Work, n: u64) -> Vec<u64> {
        let mut rng = Rng::stream(9, Stream::Nemesis);
        let mut row: Vec<u64> = (0..n).map(|_| work.draw(Span::millis(10), &mut rng).0).collect();
        row.sort_unstable();
        row
    }

    #[test]
    fn every_law_has_the_mean_it_was_given() {
        let laws = [
            (Work::Fixed, 0),
            (Work::Exponential, 40),
            (Work::LogNormal { sigma_milli: 1_000 }, 60),
            (Work::Pareto { alpha_milli: 3_000 }, 40),
            (Work::Two { slow_per_mille: 10, times: 100 }, 250),
        ];
        for (work, within) in laws {
            let row = draws(work, 400_000);
            let mean = row.iter().sum::<u64>() / row.len() as u64;
            assert!(mean.abs_diff(10_000) <= within, "{work:?}: {mean}");
        }
    }

    /// `-ln 0.01` = 4.605 means; the 99th percentile of a log-normal law is `exp(2.3263 - 1/2)` = 6.21 means; of a Pareto
    /// law with exponent 3, `2/3 * 100^(1/3)` = 3.094 means.
    #[test]
    fn the_99th_percentile_is_where_theory_has_it() {
        let laws =
            [(Work::Exponential, 46_052), (Work::LogNormal { sigma_milli: 1_000 }, 62_100), (Work::Pareto { alpha_milli: 3_000 }, 30_944)];
        for (work, p99) in laws {
            let row = draws(work, 400_000);
            let got = row[row.len() * 99 / 100];
            assert!(got.abs_diff(p99) * 60 < p99, "{work:?}: {got} instead of {p99}");
        }
    }
}
