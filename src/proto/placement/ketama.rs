//! The ring that memcached clients agreed on (Jones 2007, libketama): points are 32 bits of MD5.
//!
//! Of each member 40 digests, of `{name}-{i}` for i = 0..=39; each is four points, little-endian words. A key stands at the first word
//! of its own digest. Its member is that of the first point at or after it, wrapping. Of members that share a point the
//! one with the lower number has it.

use super::{Fleet, Scheme};
use crate::proto::ring::Point;
use crate::proto::ring::circle::Circle;
use crate::proto::ring::hash::put_number;
use md5::{Digest, Md5};

/// Digests a member.
const DIGESTS: u32 = 40;

/// 160 points a member. They are the upper halves of the circle's points: order and equality are the same.
#[derive(Debug)]
pub(super) struct Ketama {
    circle: Circle,
}

impl Ketama {
    pub(super) fn new(fleet: &Fleet) -> Ketama {
        let mut tokens = Vec::new();
        for (number, member) in fleet.living() {
            let mut label = member.name().to_vec();
            label.push(b'-');
            let stem = label.len();
            for i in 0..DIGESTS {
                label.truncate(stem);
                put_number(&mut label, i);
                tokens.extend(words(&label).into_iter().map(|at| (at, number)));
            }
        }
        Ketama { circle: Circle::of(tokens) }
    }
}

/// The four words of a digest as points.
fn words(bytes: &[u8]) -> [Point; 4] {
    let digest: [u8; 16] = Md5::digest(bytes).into();
    [0, 4, 8, 12].map(|i| u64::from(u32::from_le_bytes([digest[i], digest[i + 1], digest[i + 2], digest[i + 3]])) << 32)
}

impl Scheme for Ketama {
    fn owner(&self, key: &[u8]) -> Option<u16> {
        self.circle.owner(words(key)[0])
    }

    fn memory(&self) -> usize {
        self.circle.memory()
    }

    fn steps(&self, key: &[u8]) -> u32 {
        self.circle.steps(words(key)[0])
    }
}
