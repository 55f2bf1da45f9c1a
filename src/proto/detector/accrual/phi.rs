//! The only floats below the scene: phi by a normal distribution. They live within one call; integers go in and come out.
//! Elementary functions are those of the `libm` crate in its portable form, so that a browser and a server get the same bits: the
//! platform's own may differ in the last one, and then two replays would.

use crate::proto::detector::words::MilliPhi;

/// Phi of a silence when intervals are taken as normal: -log10 of the probability that one is longer.
///
/// All lengths are in microseconds; `mean` is `mean.0 / mean.1`, the variance `variance.0 / variance.1`, exact.
/// `deviation_min` is the least standard deviation to reckon with.
///
/// The distribution is the logistic approximation that Akka uses: with y = (silence - mean) / deviation, the probability is
/// e / (1 + e), e = exp(-y (1.5976 + 0.070566 y²)). Akka tells the halves apart, since `1 - 1/(1+e)` and `e/(1+e)` lose different digits;
/// this is the same number in one form that loses none and has no infinity: ln(1 + exp(a)) / ln 10 with a = -ln e.
///
/// # Panics
/// If a denominator or the least deviation is zero.
pub(super) fn normal(silence: i64, mean: (u128, u64), variance: (u128, u128), deviation_min: u64) -> MilliPhi {
    assert!(mean.1 > 0 && variance.1 > 0, "no interval has no distribution");
    assert!(deviation_min > 0, "a deviation of zero divides by zero");
    let mean = mean.0 as f64 / mean.1 as f64;
    let deviation = libm::sqrt(variance.0 as f64 / variance.1 as f64).max(deviation_min as f64);
    let y = (silence as f64 - mean) / deviation;
    let a = y * (1.5976 + 0.070566 * y * y);
    let phi = (a.max(0.0) + libm::log1p(libm::exp(-a.abs()))) / std::f64::consts::LN_10;
    // Not a number cannot come out, and what is too large becomes the largest: `as` saturates.
    MilliPhi((phi * 1_000.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Phi of a silence, a mean and a deviation in milliseconds.
    fn phi(x: i64, mean: u128, sd: u64) -> f64 {
        let us = |ms: u64| u128::from(ms) * 1_000;
        f64::from(normal(x * 1_000, (mean * 1_000, 1), (us(sd) * us(sd), 1), 1).0) / 1_000.0
    }

    // Source of the figures below: AccrualFailureDetectorSpec.scala of akka/akka at 9892c5e4.

    #[test]
    fn the_distribution_is_good_enough() {
        let cdf = |phi: f64| 1.0 - libm::pow(10.0, -phi);
        for (x, expected, tolerance) in [
            (0, 0.5, 0.001),
            (6, 0.7257, 0.001),
            (15, 0.9332, 0.001),
            (20, 0.97725, 0.001),
            (25, 0.99379, 0.001),
            (35, 0.99977, 0.001),
            (40, 0.99997, 0.0001),
        ] {
            // A thousandth of phi at cdf 0.5 is 0.00115 of probability: rounding down costs the half of their tolerance, at x = 0 only.
            let slack = (1.0 - expected) * std::f64::consts::LN_10 / 1_000.0;
            assert!((cdf(phi(x, 0, 10)) - expected).abs() <= tolerance + slack, "{x}: {}", cdf(phi(x, 0, 10)));
        }
        assert!((cdf(phi(22, 20, 3)) - 0.7475).abs() <= 0.001, "{}", cdf(phi(22, 20, 3)));
        assert!((0..40).all(|x| phi(x, 0, 10) < phi(x + 1, 0, 10)), "it grows");
    }

    #[test]
    fn outliers_keep_their_digits() {
        assert!((phi(10, 0, 1) - 38.0).abs() <= 1.0, "{}", phi(10, 0, 1));
        assert_eq!(phi(-25, 0, 1), 0.0);
        assert_eq!(normal(i64::MAX, (0, 1), (0, 1), 1), MilliPhi(u32::MAX));
        assert_eq!(normal(i64::MIN, (0, 1), (0, 1), 1), MilliPhi(0));
    }

    #[test]
    fn phi_is_realistic_for_a_second_give_or_take_a_tenth() {
        for (x, expected) in [(0, 0.0), (500, 0.1), (1_000, 0.3), (1_200, 1.6), (1_400, 4.7), (1_600, 10.8), (1_700, 15.3)] {
            assert!((phi(x, 1_000, 100) - expected).abs() <= 0.1, "{x}: {}", phi(x, 1_000, 100));
        }
        assert!(phi(1_100, 1_000, 500) < phi(1_100, 1_000, 100), "a larger deviation is less surprised");
    }

    /// "phi = 8" is usually said to be 5.6 deviations, which is right of the normal distribution. The approximation has a fatter
    /// belly and a thinner tail: it gets there at 5.23, and at 5.61 says 9.3.
    #[test]
    fn the_approximation_reaches_phi_8_sooner_than_the_normal_distribution() {
        let thousandths = |y: f64| normal((y * 1e6) as i64, (0, 1), (1_000_000_000_000, 1), 1).0;
        assert!(thousandths(5.225) < 8_000 && thousandths(5.227) >= 8_000, "{} {}", thousandths(5.225), thousandths(5.227));
        let truth = |y: f64| -libm::log10(libm::erfc(y / std::f64::consts::SQRT_2) / 2.0);
        assert!(truth(5.611) < 8.0 && truth(5.613) > 8.0, "{} {}", truth(5.611), truth(5.613));
        assert!((9_250..9_350).contains(&thousandths(5.612)), "{}", thousandths(5.612));
    }

    /// Bits, not tolerances: what wasm computes must be this too (the page's replay test compares digests).
    #[test]
    fn the_thousandths_are_these_on_every_platform() {
        let row = [900_000, 1_000_000, 1_234_567, 1_500_000, 2_000_000, 60_000_000].map(|x| normal(x, (3_000_000, 3), (7 << 33, 3), 1).0);
        assert_eq!(row, ROW);
    }

    const ROW: [u32; 6] = [119, 301, 1310, 3800, 15700, 2218413467];
}
