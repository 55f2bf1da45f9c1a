//! The ring that memcached clients agreed on (Jones 2007, libketama): points are 32 bits of MD5.
//!
//! Of each member 40 digests, of `{name}-{i}` for i = 0..=39; each is four points, little-endian words. A key stands at the first word
//! of its own digest. Its member is that of the first point at or after it, wrapping. Of members that share a point the
//! one with the smaller name has it, in whatever order they were listed: 32 bits are few, and of a thousand members about three
//! pairs meet.

use md5::{Digest, Md5};

use crate::proto::ring::circle::Circle;
use crate::proto::ring::hash::put_number;
use crate::proto::ring::{MemberNo, Point};

use super::fleet::Fleet;
use super::scheme::{KETAMA_POINTS, Scheme};

/// Digests a member.
const DIGESTS: u32 = KETAMA_POINTS / 4;

/// The circle of all points. They are the upper halves of the circle's points: order and equality are the same.
#[derive(Debug)]
pub(super) struct Ketama {
    /// Its members are places in the order of names, so that of equal points the smaller name comes first.
    circle: Circle,
    /// Who stands at each place in that order.
    by_name: Vec<MemberNo>,
}

impl Ketama {
    pub(super) fn new(fleet: &Fleet) -> Ketama {
        let living = fleet.by_name();
        let mut tokens = Vec::with_capacity(living.len() * KETAMA_POINTS as usize);
        for (place, (name, _)) in (0..).zip(&living) {
            let mut label = name.to_vec();
            label.push(b'-');
            let stem = label.len();
            for i in 0..DIGESTS {
                label.truncate(stem);
                put_number(&mut label, i);
                tokens.extend(words(&label).into_iter().map(|at| (at, place)));
            }
        }
        Ketama { circle: Circle::of(tokens), by_name: living.into_iter().map(|(_, number)| number).collect() }
    }
}

/// The four words of a digest as points.
fn words(bytes: &[u8]) -> [Point; 4] {
    let digest: [u8; 16] = Md5::digest(bytes).into();
    [0, 4, 8, 12].map(|i| u64::from(u32::from_le_bytes([digest[i], digest[i + 1], digest[i + 2], digest[i + 3]])) << 32)
}

impl Scheme for Ketama {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        self.circle.owner(words(key)[0]).map(|place| self.by_name[place as usize])
    }

    fn memory(&self) -> usize {
        self.circle.memory() + size_of_val(self.by_name.as_slice())
    }

    fn steps(&self, key: &[u8]) -> u32 {
        self.circle.steps(words(key)[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_points_the_smaller_name_wins_in_whatever_order_the_members_are_listed() {
        let mut names: Vec<String> = (0..1_000).map(|i| format!("server{i}")).collect();
        let owners = |names: &[String]| -> Vec<(Point, String)> {
            let ketama = Ketama::new(&Fleet::new(names).expect("they differ"));
            let name = |place: MemberNo| names[ketama.by_name[place as usize] as usize].clone();
            ketama.circle.tokens().iter().map(|&(at, place)| (at, name(place))).collect()
        };
        let listed = owners(&names);
        names.reverse();
        assert_eq!(owners(&names), listed);
        let equal: Vec<_> = listed.windows(2).filter(|pair| pair[0].0 == pair[1].0).collect();
        assert!(equal.len() >= 2, "points that two members share, or this test shows nothing");
        assert!(equal.iter().all(|pair| pair[0].1 < pair[1].1), "{equal:?}");
    }
}
