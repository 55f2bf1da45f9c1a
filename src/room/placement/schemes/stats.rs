//! What many keys say about a scheme, as fractions: the only floats of this folder. They describe, they decide nothing.

use super::study::Study;

impl Study {
    /// Each member's part of the keys placed so far: [`shares`].
    pub fn shares(&self) -> Vec<f64> {
        shares(self.counts())
    }

    /// The fullest member's load over its ideal, of the keys placed so far: [`peak`].
    pub fn peak(&self) -> f64 {
        peak(self.counts(), self.weights())
    }

    /// The coefficient of variation of the loads, of the keys placed so far: [`cv`].
    pub fn cv(&self) -> f64 {
        cv(self.counts(), self.weights())
    }
}

/// Each member's part of the keys, 0 to 1; all 0 without a key.
pub fn shares(counts: &[u32]) -> Vec<f64> {
    let keys = total(counts);
    counts.iter().map(|&count| if keys == 0.0 { 0.0 } else { f64::from(count) / keys }).collect()
}

/// Each living member's keys over its ideal, `keys x weight / all weights`: 1 is ideal. Members of weight 0 are dead and left
/// out; without a key, nothing.
pub fn loads(counts: &[u32], weights: &[u16]) -> Vec<f64> {
    let keys = total(counts);
    let whole: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    if keys == 0.0 {
        return Vec::new();
    }
    let living = counts.iter().zip(weights).filter(|(_, weight)| **weight > 0);
    living.map(|(&count, &weight)| f64::from(count) * whole / (keys * f64::from(weight))).collect()
}

/// The fullest living member's load over its ideal: at least 1, or 0 without a key.
pub fn peak(counts: &[u32], weights: &[u16]) -> f64 {
    evenness(counts, weights).0
}

/// The coefficient of variation of the loads over their ideals: standard deviation (of all living members, not of a sample)
/// over mean. 0 is perfectly even, and also what no key at all gives.
pub fn cv(counts: &[u32], weights: &[u16]) -> f64 {
    evenness(counts, weights).1
}

/// [`peak`] and [`cv`] at once.
pub fn evenness(counts: &[u32], weights: &[u16]) -> (f64, f64) {
    let loads = loads(counts, weights);
    if loads.is_empty() {
        return (0.0, 0.0);
    }
    let n = loads.len() as f64;
    let mean = loads.iter().sum::<f64>() / n;
    let variance = loads.iter().map(|load| (load - mean) * (load - mean)).sum::<f64>() / n;
    (loads.iter().copied().fold(0.0, f64::max), variance.sqrt() / mean)
}

fn total(counts: &[u32]) -> f64 {
    counts.iter().map(|&count| f64::from(count)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ideal_goes_by_weight() {
        assert_eq!(loads(&[30, 10, 0], &[3, 1, 0]), [1.0, 1.0]);
        assert_eq!((peak(&[30, 10], &[3, 1]), cv(&[30, 10], &[3, 1])), (1.0, 0.0));
        assert_eq!(peak(&[30, 10], &[1, 1]), 1.5);
        assert_eq!(cv(&[30, 10], &[1, 1]), 0.5);
        assert_eq!(shares(&[30, 10]), [0.75, 0.25]);
    }

    #[test]
    fn no_key_says_nothing() {
        assert_eq!((peak(&[0, 0], &[1, 1]), cv(&[0, 0], &[1, 1])), (0.0, 0.0));
        assert_eq!(shares(&[0]), [0.0]);
    }
}
