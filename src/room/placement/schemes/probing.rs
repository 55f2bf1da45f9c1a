//! Multi-probe consistent hashing (Appleton, O'Reilly 2015): one point a member, and of several probes of a key the one
//! that is nearest to a point decides.
//!
//! Points and probes are those of the published Go reference: SipHash-2-4 of the name under the key (0, 0); probes
//! `h1 + i x h2` for i = 0..=20, wrapping, h1 and h2 being SipHash-2-4 of the key under (1, 0) and (2, 0).

use siphasher::sip::SipHasher24;

use crate::proto::ring::MemberNo;
use crate::proto::ring::circle::Circle;

use super::fleet::Fleet;
use super::scheme::Scheme;

/// Probes a key: the paper's number for a fullest member near 1.05 times the average.
const PROBES: u64 = 21;

/// One point a member.
#[derive(Debug)]
pub(super) struct MultiProbe {
    circle: Circle,
}

impl MultiProbe {
    pub(super) fn new(fleet: &Fleet) -> MultiProbe {
        let points = fleet.living().map(|(number, member)| (sip(0, member.name()), number));
        MultiProbe { circle: Circle::of(points.collect()) }
    }
}

fn sip(k0: u64, bytes: &[u8]) -> u64 {
    SipHasher24::new_with_keys(k0, 0).hash(bytes)
}

fn probes(key: &[u8]) -> impl Iterator<Item = u64> {
    let (h1, h2) = (sip(1, key), sip(2, key));
    (0..PROBES).map(move |i| h1.wrapping_add(i.wrapping_mul(h2)))
}

impl Scheme for MultiProbe {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        let tokens = self.circle.tokens();
        // Of equal distances the earlier probe wins: `min_by_key` keeps the first.
        let nearest = probes(key).filter_map(|probe| {
            let (point, member) = tokens[self.circle.first(probe)?];
            Some((point.wrapping_sub(probe), member))
        });
        nearest.min_by_key(|&(distance, _)| distance).map(|(_, member)| member)
    }

    fn memory(&self) -> usize {
        self.circle.memory()
    }

    fn steps(&self, key: &[u8]) -> u32 {
        probes(key).map(|probe| self.circle.steps(probe)).sum()
    }
}
