//! Logarithms, powers and a bell curve in whole numbers, the same on every machine. A platform's own `ln` may differ in the last
//! digit from another's, and one digit is enough for two replays to part.
//!
//! Numbers with a fraction have 32 bits after the point: `ONE` is 1. Errors are below 2^-28, far below what a run can show.

use crate::sim::rng::Rng;

/// One, with 32 bits after the point.
pub const ONE: u64 = 1 << 32;
/// The natural logarithm of 2.
const LN_2: u128 = 2_977_044_472;
/// The binary logarithm of e.
const LOG2_E: i128 = 6_196_328_019;

/// `2^(1/2)`, `2^(1/4)`, `2^(1/8)`, ... with 62 bits after the point: each the square root of the one before.
const ROOTS: [u64; 32] = {
    let mut roots = [0; 32];
    let mut last: u128 = 2 << 62;
    let mut i = 0;
    while i < roots.len() {
        last = (last << 62).isqrt();
        roots[i] = last as u64;
        i += 1;
    }
    roots
};

/// The binary logarithm of a whole number: the place of its first bit, then one bit a squaring (Knuth, TAOCP 1, 1.2.2,
/// exercise 25).
///
/// # Panics
/// Of 0, which has none.
pub fn log2(n: u64) -> u64 {
    assert!(n > 0, "zero has no logarithm");
    let mut rest = n << n.leading_zeros();
    let mut log = 63 - u64::from(n.leading_zeros());
    for _ in 0..32 {
        let square = u128::from(rest) * u128::from(rest);
        let bit = (square >> 127) as u64;
        rest = (square >> (63 + bit)) as u64;
        log = log << 1 | bit;
    }
    log
}

/// `2^x`, for `x` below 32.
///
/// # Panics
/// From 32 on.
pub fn exp2(x: u64) -> u64 {
    assert!(x < 32 * ONE, "a power of two that does not fit");
    let mut power: u128 = 1 << 62;
    for (i, root) in ROOTS.iter().enumerate() {
        if x & (ONE >> (i + 1)) != 0 {
            power = (power * u128::from(*root)) >> 62;
        }
    }
    ((power << (x / ONE)) >> 30) as u64
}

/// `2^-x`: 0 from 33 on.
pub fn exp2_minus(x: u64) -> u64 {
    let whole = x / ONE + 1;
    if whole > 33 { 0 } else { exp2(ONE - x % ONE) >> whole }
}

/// `e^-(num / den)`, of whole numbers.
///
/// # Panics
/// For a `den` of 0.
pub fn exp_minus(num: u64, den: u64) -> u64 {
    let x = u128::from(num) * LOG2_E as u128 / u128::from(den);
    exp2_minus(u64::try_from(x).unwrap_or(u64::MAX))
}

/// Even over the 2^32 - 1 whole numbers from 1 on: as a fraction, above 0 and below 1.
fn fraction(rng: &mut Rng) -> u64 {
    u64::from(rng.below(u32::MAX)) + 1
}

/// `-log2(u)` for an even `u`: an exponential variate of mean `log2 e`. Never more than 32.
pub fn minus_log2_of_chance(rng: &mut Rng) -> u64 {
    32 * ONE - log2(fraction(rng))
}

/// An exponential variate of mean 1. Never more than 22.2, which one in 2^32 would be.
pub fn exponential(rng: &mut Rng) -> u64 {
    ((u128::from(minus_log2_of_chance(rng)) * LN_2) >> 32) as u64
}

/// A normal variate of mean 0 and deviation 1, by the polar method (Marsaglia, Bray 1964). Its second variate is thrown away, so
/// that a stream's state is only its generator.
pub fn normal(rng: &mut Rng) -> i64 {
    loop {
        let mut side = || i64::from(rng.below(u32::MAX)) - i64::from(i32::MAX);
        let (v, w) = (side(), side());
        let square = (v * v) as u128 + (w * w) as u128;
        if square == 0 || square >= 1 << 62 {
            continue;
        }
        let minus_ln = (u128::from(62 * ONE - log2(square as u64)) * LN_2) >> 32;
        let root = ((minus_ln << 89) / square).isqrt() as i128;
        return ((i128::from(v) * root) >> 28) as i64;
    }
}

/// `e^x` for an `x` that may be negative; held within `2^-33` and `2^31`.
pub fn exp(x: i64) -> u64 {
    let binary = ((i128::from(x) * LOG2_E) >> 32).clamp(-33 * i128::from(ONE), 31 * i128::from(ONE));
    if binary < 0 { exp2_minus(-binary as u64) } else { exp2(binary as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Stream;

    const SCALE: f64 = ONE as f64;

    #[test]
    fn logarithms_and_powers_are_those_of_the_platform_to_nine_digits() {
        for n in (1..2_000).chain((1..2_000).map(|i| i * i * i * 1_000_003)).chain([u64::MAX, 1 << 63, (1 << 63) - 1]) {
            assert!((log2(n) as f64 / SCALE - (n as f64).log2()).abs() < 2e-9, "log2 {n}");
        }
        for i in 0..4_000u64 {
            let x = i * 33_333_333;
            let real = (x as f64 / SCALE).exp2();
            assert!((exp2(x) as f64 / SCALE / real - 1.0).abs() < 2e-9, "2^{x}");
            assert!((exp2_minus(x) as f64 / SCALE - 1.0 / real).abs() < 1e-9, "2^-{x}");
            let signed = x as i64 - 60_000_000_000;
            let real = (signed as f64 / SCALE).exp();
            assert!((exp(signed) as f64 / SCALE - real).abs() < 1e-8 * real.max(1.0), "e^{signed}");
        }
        assert_eq!((log2(1), log2(2), log2(1 << 40), exp2(0), exp2(5 * ONE)), (0, ONE, 40 * ONE, ONE, 32 * ONE));
        assert_eq!((exp2_minus(0), exp2_minus(ONE), exp2_minus(40 * ONE), exp_minus(0, 7)), (ONE, ONE / 2, 0, ONE));
    }

    /// Mean, variance and kurtosis; 99.9 % of runs of a million draws lie within these bounds.
    #[test]
    fn variates_have_the_moments_of_their_laws() {
        let mut rng = Rng::stream(1, Stream::Nemesis);
        let n = 1_000_000;
        let (mut exponentials, mut normals) = ([0.0; 2], [0.0; 4]);
        for _ in 0..n {
            let x = exponential(&mut rng) as f64 / SCALE;
            exponentials[0] += x;
            exponentials[1] += x * x;
            let z = normal(&mut rng) as f64 / SCALE;
            (0..4).for_each(|i| normals[i] += z.powi(i as i32 + 1));
        }
        let [mean, square] = exponentials.map(|sum| sum / f64::from(n));
        assert!((mean - 1.0).abs() < 3.3e-3 && (square - 2.0).abs() < 1.5e-2, "{mean} {square}");
        let [one, two, three, four] = normals.map(|sum| sum / f64::from(n));
        assert!(one.abs() < 3.3e-3 && (two - 1.0).abs() < 4.7e-3 && three.abs() < 1.3e-2 && (four - 3.0).abs() < 3.3e-2, "{normals:?}");
    }
}
