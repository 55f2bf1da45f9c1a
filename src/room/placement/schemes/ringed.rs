//! The ring as a scheme: plain and with bounded loads.

use crate::proto::ring::MemberNo;
use crate::proto::ring::bounded::Bounded;
use crate::proto::ring::circle::{Circle, TOKENS_MAX};
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::{Error, Options, Scheme, VNODES};

/// Consistent hashing: weight x vnodes tokens a member.
#[derive(Debug)]
pub(super) struct Ringed {
    circle: Circle,
    hash: Hash,
}

impl Ringed {
    pub(super) fn new(fleet: &Fleet, options: &Options) -> Result<Ringed, Error> {
        if !VNODES.contains(&options.vnodes) {
            return Err(Error::Vnodes { vnodes: options.vnodes });
        }
        let count = |weight: u16| u32::from(weight) * u32::from(options.vnodes);
        let tokens = fleet.living().map(|(_, member)| u64::from(count(member.weight()))).sum();
        if tokens > u64::from(TOKENS_MAX) {
            return Err(Error::TooManyTokens { tokens });
        }
        let members = fleet.living().map(|(number, member)| (number, member.name(), count(member.weight())));
        Ok(Ringed { circle: Circle::new(members, options.hash), hash: options.hash })
    }
}

impl Scheme for Ringed {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        self.circle.owner(self.hash.of(key))
    }

    fn memory(&self) -> usize {
        self.circle.memory()
    }

    fn steps(&self, key: &[u8]) -> u32 {
        self.circle.steps(self.hash.of(key))
    }
}

/// The same ring, but nobody takes more than its share and a quarter.
#[derive(Debug)]
pub(super) struct RingBounded {
    ring: Ringed,
    weights: Vec<u16>,
}

impl RingBounded {
    pub(super) fn new(fleet: &Fleet, options: &Options) -> Result<RingBounded, Error> {
        Ok(RingBounded { ring: Ringed::new(fleet, options)?, weights: fleet.weights() })
    }
}

impl Scheme for RingBounded {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        self.ring.owner(key)
    }

    fn memory(&self) -> usize {
        // A skip a token, a count and a bound a member: what `Bounded` holds.
        self.ring.memory() + self.ring.circle.tokens().len() * size_of::<u32>() + self.weights.len() * 2 * size_of::<u32>()
    }

    fn steps(&self, key: &[u8]) -> u32 {
        self.ring.steps(key)
    }

    fn loads(&self, keys: u32) -> Option<Bounded> {
        Some(Bounded::new(&self.ring.circle, &self.weights, keys))
    }

    fn place(&self, key: &[u8], loads: &mut Option<Bounded>) -> Option<MemberNo> {
        match loads {
            Some(loads) => loads.place(&self.ring.circle, self.ring.hash.of(key)),
            None => self.owner(key),
        }
    }
}
