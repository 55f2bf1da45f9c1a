//! Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016, "Consistent Hashing with Bounded Loads").
//!
//! No member may hold more than `ceil(c x average)` keys: a key whose member is full goes to the next token clockwise whose
//! member is not (it *spills*). Who gets a key therefore depends on the keys that came before it, and on how many will come:
//! the paper moves keys whenever the average crosses a bound, here the number of keys is known from the beginning.

use super::circle::Circle;
use super::{MemberNo, Point};

/// The bound over the average, as a ratio: 5 / 4.
pub const C: (u64, u64) = (5, 4);

/// The keys placed so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bounded {
    /// Keys each member holds.
    counts: Vec<u32>,
    /// Keys each may hold.
    caps: Vec<u32>,
    /// Of each token whose member is full: a later one, everything between being full too. A member that is full stays full,
    /// so what was skipped once is skipped for ever (union-find with path halving).
    next: Vec<u32>,
    /// Keys that members with a token may still take.
    left: u64,
    spilled: u32,
}

impl Bounded {
    /// No key yet, of `keys` to come. Members `0..weights.len()` share them in proportion to their weights; weight 0 is for those
    /// that have no token.
    pub fn new(circle: &Circle, weights: &[u16], keys: u32) -> Bounded {
        let whole: u64 = weights.iter().map(|&weight| u64::from(weight)).sum();
        let cap = |&weight: &u16| {
            let share = u128::from(C.0) * u128::from(keys) * u128::from(weight);
            share.div_ceil((u128::from(C.1) * u128::from(whole)).max(1)) as u32
        };
        let caps: Vec<u32> = weights.iter().map(cap).collect();
        let tokens = circle.tokens();
        let mut takes = vec![0; caps.len()];
        for &(_, member) in tokens {
            takes[member as usize] = u64::from(caps[member as usize]);
        }
        Bounded {
            counts: vec![0; weights.len()],
            caps,
            next: (1..=tokens.len() as u32).map(|i| i % tokens.len() as u32).collect(),
            left: takes.iter().sum(),
            spilled: 0,
        }
    }

    /// Keys each member holds.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// Keys each member may hold: `ceil(c x keys x weight / all weights)`.
    pub fn caps(&self) -> &[u32] {
        &self.caps
    }

    /// Keys that went past a full member.
    pub fn spilled(&self) -> u32 {
        self.spilled
    }

    /// Bytes that the counts and the skips take, beside those of the ring.
    pub fn memory(&self) -> usize {
        size_of_val(self.counts.as_slice()) + size_of_val(self.caps.as_slice()) + size_of_val(self.next.as_slice())
    }

    /// Places one key. `None`: the ring is empty, or more keys come than were announced and all members are full.
    pub fn place(&mut self, circle: &Circle, at: Point) -> Option<MemberNo> {
        let tokens = circle.tokens();
        let first = circle.first(at)?;
        self.left = self.left.checked_sub(1)?;
        let mut i = first;
        while self.is_full(tokens[i].1) {
            let next = self.next[i] as usize;
            if self.is_full(tokens[next].1) {
                self.next[i] = self.next[next];
            }
            i = self.next[i] as usize;
        }
        let member = tokens[i].1;
        self.counts[member as usize] += 1;
        self.spilled += u32::from(member != tokens[first].1);
        Some(member)
    }

    fn is_full(&self, member: MemberNo) -> bool {
        self.counts[member as usize] >= self.caps[member as usize]
    }
}
