//! Rendezvous hashing, or highest random weight (Thaler, Ravishankar 1998): every member draws a number for the key, the
//! highest wins.
//!
//! With weights each draws `u` evenly from 0..1 and the least `-log(u) / weight` wins (Schindelhauer, Schomaker 2005, the logarithmic
//! method): these are exponential waiting times, and the first to come is a member with probability weight / sum. A member's
//! draw depends on nobody else, so a change of one moves only its own keys.

use crate::proto::ring::MemberNo;
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::{Scheme, mix};

/// Bits behind the point of a logarithm.
const FRACTION: u32 = 40;

/// Members of one weight. Among them the logarithm decides nothing that the draw itself does not.
#[derive(Debug)]
struct Class {
    weight: u64,
    /// (hash of the name, number), ascending by number.
    members: Vec<(u64, MemberNo)>,
}

/// The living members by weight.
#[derive(Debug)]
pub(super) struct Rendezvous {
    classes: Vec<Class>,
    hash: Hash,
}

impl Rendezvous {
    pub(super) fn new(fleet: &Fleet, hash: Hash) -> Rendezvous {
        let mut classes: Vec<Class> = Vec::new();
        for (number, member) in fleet.living() {
            let weight = u64::from(member.weight());
            let at = classes.partition_point(|class| class.weight < weight);
            if classes.get(at).is_none_or(|class| class.weight != weight) {
                classes.insert(at, Class { weight, members: Vec::new() });
            }
            classes[at].members.push((hash.of(member.name()), number));
        }
        Rendezvous { classes, hash }
    }
}

impl Scheme for Rendezvous {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        let key = self.hash.of(key);
        let mut winner: Option<(u64, u64, MemberNo)> = None;
        for class in &self.classes {
            // Of equal draws the lower number wins.
            let mut best = (0, None);
            for &(seed, number) in &class.members {
                let draw = mix(key ^ seed);
                if draw > best.0 || best.1.is_none() {
                    best = (draw, Some(number));
                }
            }
            let (draw, Some(number)) = best else { continue };
            if self.classes.len() == 1 {
                return Some(number);
            }
            // Classes ascend: of equal times the heavier wins.
            let time = minus_log2(draw);
            if winner.is_none_or(|(best, weight, _)| time * weight <= best * class.weight) {
                winner = Some((time, class.weight, number));
            }
        }
        winner.map(|(_, _, number)| number)
    }

    fn memory(&self) -> usize {
        self.classes.iter().map(|class| size_of::<Class>() + size_of_val(class.members.as_slice())).sum()
    }

    fn steps(&self, _: &[u8]) -> u32 {
        self.classes.iter().map(|class| class.members.len() as u32).sum()
    }
}

/// `-log2((draw + 1) / 2^64)` in units of 2^-40, at most 64 * 2^40: digit by digit, each being whether the square reaches 2
/// (Knuth, The Art of Computer Programming 1, 1.2.2, exercise 25 and before).
fn minus_log2(draw: u64) -> u64 {
    let x = u128::from(draw) + 1;
    let whole = x.ilog2();
    // In 1..2, 63 bits behind the point.
    let mut rest = (x << 63) >> whole;
    let mut log = u64::from(whole);
    for _ in 0..FRACTION {
        rest = (rest * rest) >> 63;
        let digit = rest >> 64;
        rest >>= digit;
        log = log << 1 | digit as u64;
    }
    (64 << FRACTION) - log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithm_is_right_to_its_last_digits() {
        assert_eq!(minus_log2(u64::MAX), 0);
        assert_eq!(minus_log2(0), 64 << FRACTION);
        assert_eq!(minus_log2((1 << 63) - 1), 1 << FRACTION);
        for draw in [1u64, 2, 12_345, 1 << 40, (1 << 50) + 99, 0xdead_beef_dead_beef, u64::MAX / 3, u64::MAX - (1 << 30)] {
            let exact = 64.0 - ((draw as f64) + 1.0).log2();
            let ours = minus_log2(draw) as f64 / (1u64 << FRACTION) as f64;
            assert!((exact - ours).abs() < 1e-11, "{draw}: {ours} against {exact}");
        }
    }
}
