//! Jump consistent hash (Lamping, Veach 2014, "A Fast, Minimal Memory, Consistent Hash Algorithm", figure 1).
//!
//! The paper numbers buckets `0..n` and lets only the last leave. Here the living members are the buckets, in their order:
//! when another one dies, those behind it are numbered anew, as somebody who runs jump would have to do, and their keys move.

use crate::proto::ring::MemberNo;
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::Scheme;

/// Quotients below this are exact enough to be truncated: see [`leap`].
const EXACT: u64 = 1 << 20;

/// The bucket of a key among `buckets`, and how often the loop ran: n steps with probability that makes their mean
/// the n-th harmonic number. Bit for bit the paper's code, which calculates in doubles.
///
/// # Panics
/// Without a bucket, or with more than 2^31.
pub fn jump(mut key: u64, buckets: u32) -> (u32, u32) {
    assert!((1..=1 << 31).contains(&buckets), "{buckets} buckets: 1 to 2^31 are supported");
    let (mut bucket, mut next, mut steps) = (0, 0, 0);
    while next < u64::from(buckets) {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = leap(bucket + 1, (key >> 33) + 1);
        steps += 1;
    }
    (bucket as u32, steps)
}

/// `(int64)(from * (2^31 / (double) by))`, for `from` and `by` in 1..=2^31, in integers.
///
/// Both roundings together are off by less than 2^-51 of the result. A quotient below 2^20 with a remainder is at
/// least 2^-31 away from the next whole number, so rounding cannot carry it there. All other cases are rounded as doubles are: the
/// product of 49 and 1/49 is less than 1.
fn leap(from: u64, by: u64) -> u64 {
    let (quotient, remainder) = ((from << 31) / by, (from << 31) % by);
    if remainder > 0 && quotient < EXACT { quotient } else { leap_rounded(from, by) }
}

fn leap_rounded(from: u64, by: u64) -> u64 {
    // 2^127 / by is the ratio 2^31 / by with 96 bits behind the point; what is cut off is too little to decide a rounding,
    // because a quotient of two integers below 2^32 that is no double itself is not that near to the middle of two.
    let (ratio, point) = to_double((1 << 127) / u128::from(by), 96);
    let (product, point) = to_double(u128::from(from) * ratio, point);
    // The places behind the point may be fewer than none.
    (if point < 0 { product << -point } else { product >> point }) as u64
}

/// The nearest 53-bit significand, ties to even, of `value / 2^point`, with the new place of the point.
fn to_double(value: u128, point: i32) -> (u128, i32) {
    let drop = (128 - value.leading_zeros()).saturating_sub(53);
    if drop == 0 {
        return (value, point);
    }
    let (kept, rest, half) = (value >> drop, value & ((1 << drop) - 1), 1 << (drop - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    (kept + u128::from(up), point - drop as i32)
}

/// The living members in a row.
#[derive(Debug)]
pub(super) struct Jump {
    living: Vec<MemberNo>,
    hash: Hash,
}

impl Jump {
    pub(super) fn new(fleet: &Fleet, hash: Hash) -> Jump {
        Jump { living: fleet.living().map(|(number, _)| number).collect(), hash }
    }
}

impl Scheme for Jump {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        if self.living.is_empty() {
            return None;
        }
        let (bucket, _) = jump(self.hash.of(key), self.living.len() as u32);
        Some(self.living[bucket as usize])
    }

    /// The paper's algorithm itself needs none: this is the row that turns buckets into members.
    fn memory(&self) -> usize {
        size_of_val(self.living.as_slice())
    }

    fn steps(&self, key: &[u8]) -> u32 {
        if self.living.is_empty() { 0 } else { jump(self.hash.of(key), self.living.len() as u32).1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_doubles(from: u64, by: u64) -> u64 {
        (from as f64 * ((1u64 << 31) as f64 / by as f64)) as u64
    }

    #[test]
    fn a_leap_lands_where_doubles_land() {
        let mut below = 0;
        for by in 1..2_000 {
            for from in 1..2_000 {
                assert_eq!(leap(from, by), in_doubles(from, by), "{from} * (2^31 / {by})");
                below += u32::from(leap(from, by) != (from << 31) / by);
            }
        }
        assert!(below > 0, "some of these are rounded down below a whole number, or this test shows nothing");
        let mut draw = 1u64;
        for _ in 0..200_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (from, by) = ((draw >> (33 + draw % 31)) + 1, (draw.rotate_left(29) >> 33) + 1);
            assert_eq!(leap(from, by), in_doubles(from, by), "{from} * (2^31 / {by})");
            assert_eq!(leap_rounded(from, by), in_doubles(from, by), "{from} * (2^31 / {by}), rounded");
        }
        for (from, by) in [(1 << 31, 1), (1 << 31, 1 << 31), (1, 1 << 31), ((1 << 31) - 1, 3), (1, 1)] {
            assert_eq!(leap(from, by), in_doubles(from, by));
        }
    }
}
