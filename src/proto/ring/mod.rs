//! Consistent hashing (Karger et al. 1997) with virtual nodes, over equal shards. Nothing here knows a cluster.
//!
//! A token owns the arc that ends at it: the owner of a point is the first token at or after it, clockwise, wrapping.
//!
//! [`Ring`] is the stage's: a few hundred tokens, nothing but a sorted row. [`circle::Circle`] answers the same for millions of
//! tokens, with weights and any hash; [`bounded`] limits what one member may hold; [`plan`] says what a change moves.

pub mod bounded;
pub mod circle;
pub mod hash;
pub mod plan;

use xxhash_rust::xxh3::xxh3_64;

use crate::sim::sorted::sorted;

/// A point of the hash circle.
pub type Point = u64;

/// A member of a ring or of a fleet, by its number.
pub type MemberNo = u32;

/// A ring of tokens, each owned by one of `n` members.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Ring {
    /// (position, member), clockwise. Ties, which a good hash makes improbable, are broken by the lower member.
    tokens: Vec<(Point, MemberNo)>,
    members: MemberNo,
}

impl Ring {
    /// A ring of the named members with `vnodes` tokens each (1..=512): `xxh3_64("{name}#{i}")`. The separator keeps
    /// `node1` + `1` apart from `node` + `11`.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, vnodes: u16) -> Ring {
        assert!((1..=512).contains(&vnodes), "{vnodes} tokens a member: 1 to 512 are supported");
        let mut tokens = Vec::new();
        let mut members = 0;
        for name in names {
            tokens.extend((0..vnodes).map(|i| (point(&format!("{name}#{i}")), members)));
            members += 1;
        }
        Ring { tokens: sorted(tokens), members }
    }

    /// The tokens, clockwise.
    pub fn tokens(&self) -> &[(Point, MemberNo)] {
        &self.tokens
    }

    /// The member that owns a point.
    ///
    /// # Panics
    /// On a ring without members.
    pub fn owner(&self, at: Point) -> MemberNo {
        self.tokens[self.first(at)].1
    }

    /// The first `n` *distinct* members clockwise from a point; fewer if the ring has fewer.
    pub fn owners(&self, at: Point, n: u8) -> Vec<MemberNo> {
        self.owners_from(self.first(at), n)
    }

    /// The first `n` distinct members from a token on.
    fn owners_from(&self, first: usize, n: u8) -> Vec<MemberNo> {
        let n = usize::from(n).min(self.members as usize);
        let mut owners = Vec::with_capacity(n);
        if n == 0 {
            return owners;
        }
        for (_, member) in self.tokens[first..].iter().chain(&self.tokens[..first]) {
            if !owners.contains(member) {
                owners.push(*member);
                if owners.len() == n {
                    break;
                }
            }
        }
        owners
    }

    fn first(&self, at: Point) -> usize {
        let i = self.tokens.partition_point(|&(token, _)| token < at);
        if i == self.tokens.len() { 0 } else { i }
    }
}

/// Where a label stands on the circle.
pub fn point(label: &str) -> Point {
    xxh3_64(label.as_bytes())
}

/// Which of `shards` equal slices a point belongs to.
pub fn shard_of(at: Point, shards: u16) -> u16 {
    ((u128::from(at) * u128::from(shards)) >> 64) as u16
}

/// The last point of a slice: a shard's replicas are counted from here.
pub fn anchor(shard: u16, shards: u16) -> Point {
    assert!(shard < shards, "shard {shard} of {shards}");
    let end = (u128::from(shard) + 1) << 64;
    (end.div_ceil(u128::from(shards)) - 1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_at_a_token_belongs_to_that_token_and_one_after_the_last_wraps() {
        let ring = Ring::new(["A", "B", "C"], 4);
        let tokens = ring.tokens();
        for (i, &(at, member)) in tokens.iter().enumerate() {
            assert_eq!(ring.owner(at), member);
            assert_eq!(ring.owner(at.wrapping_add(1)), tokens[(i + 1) % tokens.len()].1);
        }
    }

    #[test]
    fn replicas_are_distinct_members() {
        let ring = Ring::new(["A", "B", "C", "D", "E", "F"], 16);
        for shard in 0..24 {
            let mut owners = ring.owners(anchor(shard, 24), 3);
            assert_eq!(owners[0], ring.owner(anchor(shard, 24)));
            owners.sort_unstable();
            owners.dedup();
            assert_eq!(owners.len(), 3);
        }
        assert_eq!(Ring::new(["A", "B"], 16).owners(7, 3).len(), 2);
    }

    #[test]
    fn a_shard_ends_at_its_anchor() {
        for shards in [1, 2, 3, 7, 24, 4096] {
            for shard in 0..shards {
                let end = anchor(shard, shards);
                assert_eq!(shard_of(end, shards), shard);
                assert_eq!(shard_of(end.wrapping_add(1), shards), (shard + 1) % shards);
            }
        }
    }

    #[test]
    fn labels_with_a_separator_do_not_run_together() {
        assert_ne!(Ring::new(["n1"], 12).tokens()[..], Ring::new(["n"], 120).tokens()[..]);
        assert_ne!(point("node1#1"), point("node#11"));
    }
}
