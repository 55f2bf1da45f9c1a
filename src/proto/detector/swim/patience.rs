//! How long a suspicion lasts and how often a rumour is told: both go by logarithms, which are computed in integers, so that no
//! platform's rounding decides who is dead.

use crate::proto::detector::swim::words::SwimConfig;
use crate::sim::number::{ONE, log2};
use crate::sim::time::Span;

/// log2 10 in units of 2^-32, as all logarithms here.
const LOG2_10: u64 = 14_267_572_527;
/// log2 e.
const LOG2_E: u64 = 6_196_328_019;

/// The least time a suspicion lasts in a group of `n`: `suspicion x max(1, log10 n)` periods.
pub fn least(n: u32, config: &SwimConfig) -> Span {
    let log10 = (u128::from(log2(n.max(1).into())) * u128::from(ONE) / u128::from(LOG2_10)) as u64;
    config.period.scale(u64::from(config.suspicion), 1).scale(log10.max(ONE), ONE)
}

/// How long a suspicion lasts that so many others share beside the first suspector.
///
/// Without Lifeguard, the least time. With it (section IV-B of its paper): max - (max - min) log(C + 1) / log(K + 1), not below min; K
/// is no more than there are others, that is n - 2.
pub fn suspicion(n: u32, shared: u32, config: &SwimConfig) -> Span {
    let min = least(n, config);
    let enough = u32::from(config.confirmations).min(n.saturating_sub(2));
    if !config.lifeguard.suspicion || shared >= enough {
        return min;
    }
    let max = min.scale(u64::from(config.stretch), 1);
    Span(max.0 - Span(max.0 - min.0).scale(log2(u64::from(shared) + 1), log2(u64::from(enough) + 1)).0)
}

/// How often a member tells a rumour in a group of `n`: `lambda x ln n`, rounded up, at least once.
pub fn retransmissions(n: u32, config: &SwimConfig) -> u32 {
    let times = u64::from(config.lambda) * log2(n.max(1).into());
    (times.div_ceil(LOG2_E) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::detector::swim::words::Lifeguard;

    #[test]
    fn the_constants_are_logarithms() {
        assert_eq!(log2(10), LOG2_10);
        assert!((LOG2_E as f64 / ONE as f64 - std::f64::consts::LOG2_E).abs() < 1e-9);
    }

    /// Recomputed from Lifeguard's formula with memberlist's figures: min = 4 max(1, log10 n) s, max = 6 min, K = 3.
    #[test]
    fn suspicions_last_as_long_as_published() {
        let config = SwimConfig { lifeguard: Lifeguard::FULL, ..SwimConfig::default() };
        let hundredths = |n, shared| (suspicion(n, shared, &config).0 + 5_000) / 10_000;
        assert_eq!([0, 1, 2, 3].map(|shared| hundredths(10, shared)), [2_400, 1_400, 815, 400]);
        assert_eq!([0, 1, 2, 3].map(|shared| hundredths(100, shared)), [4_800, 2_800, 1_630, 800]);
        assert_eq!([0, 1, 2, 3].map(|shared| hundredths(1_000, shared)), [7_200, 4_200, 2_445, 1_200]);
        assert_eq!(suspicion(10, 9, &config), Span::secs(4), "never below the least");
        assert_eq!(suspicion(2, 0, &config), Span::secs(4), "nobody else could share it");
        assert_eq!(suspicion(10, 0, &SwimConfig::default()), Span::secs(4), "without Lifeguard");
        assert_eq!(suspicion(3, 0, &SwimConfig::default()), Span::secs(4), "log10 n counts as 1 at least");
    }

    #[test]
    fn a_rumour_is_told_the_more_often_the_larger_the_group() {
        // 3 ln n = 2.08, 6.91, 13.8, 20.7.
        let config = SwimConfig::default();
        assert_eq!([1, 2, 10, 100, 1_000].map(|n| retransmissions(n, &config)), [1, 3, 7, 14, 21]);
    }
}
