//! The ring for thousands of nodes and millions of keys: weights, any hash, an index instead of a search.
//!
//! A good hash spreads tokens evenly, so the upper bits of a point tell nearly where its token stands: one slot of the index
//! for each token, one step on average. Tokens are put in order through the same slots. A weak hash crowds a few slots; those
//! are sorted and searched by halves.

use super::hash::Hash;
use super::{MemberNo, Point, Ring};

/// The most tokens one ring may have: 256 MB, and as much again while it is made.
pub const TOKENS_MAX: u32 = 1 << 24;

/// Tokens of one slot up to which walking beats halving.
const FEW: usize = 16;

/// A ring with an index over it. Members are numbers the caller gives; a member without a token owns nothing.
#[derive(Clone, Debug)]
pub struct Circle {
    ring: Ring,
    /// How many tokens stand before slot `s`, which begins at `s << shift`; one entry more than there are slots.
    before: Vec<u32>,
    /// 64 minus the bits that choose a slot.
    shift: u32,
    /// How many tokens each member has.
    held: Vec<u32>,
}

impl Circle {
    /// The ring of these `(member, name, tokens)`, the positions being `hash("{name}#{i}")` (see [`Hash::separator`]).
    ///
    /// # Panics
    /// Above [`TOKENS_MAX`] tokens.
    pub fn new<'a>(members: impl IntoIterator<Item = (MemberNo, &'a [u8], u32)>, hash: Hash) -> Circle {
        let (mut tokens, mut held) = (Vec::new(), Vec::new());
        for (member, name, count) in members {
            *place(&mut held, member) += count;
            tokens.reserve(count as usize);
            tokens.extend(hash.tokens(name, count).map(|at| (at, member)));
            assert!(tokens.len() <= TOKENS_MAX as usize, "a ring of more than {TOKENS_MAX} tokens");
        }
        Circle::sorted(tokens, held)
    }

    /// The ring of tokens at these positions, in any order.
    ///
    /// # Panics
    /// Above [`TOKENS_MAX`] tokens.
    pub fn of(tokens: Vec<(Point, MemberNo)>) -> Circle {
        assert!(tokens.len() <= TOKENS_MAX as usize, "a ring of more than {TOKENS_MAX} tokens");
        let mut held = Vec::new();
        for &(_, member) in &tokens {
            *place(&mut held, member) += 1;
        }
        Circle::sorted(tokens, held)
    }

    /// The ring of these tokens, in any order, of which each member has `held`.
    fn sorted(tokens: Vec<(Point, MemberNo)>, held: Vec<u32>) -> Circle {
        let shift = shift(tokens.len());
        let mut before = vec![0; (1 << (64 - shift)) + 1];
        for (at, _) in &tokens {
            before[(at >> shift) as usize] += 1;
        }
        let crowded = before.iter().any(|&count| count > FEW as u32);
        // First where each slot ends; with every token put into its place, from the end, that becomes where it begins.
        let mut sum = 0;
        for slot in &mut before {
            sum += *slot;
            *slot = sum;
        }
        let mut sorted = vec![(0, 0); tokens.len()];
        for token in tokens {
            let slot = &mut before[(token.0 >> shift) as usize];
            *slot -= 1;
            sorted[*slot as usize] = token;
        }
        if crowded {
            before.windows(2).for_each(|slot| sorted[slot[0] as usize..slot[1] as usize].sort_unstable());
        } else {
            insertion_sort(&mut sorted);
        }
        let members = held.iter().filter(|held| **held > 0).count() as MemberNo;
        Circle { ring: Ring { tokens: sorted, members }, before, shift, held }
    }

    /// The tokens, clockwise; ties by the lower member.
    pub fn tokens(&self) -> &[(Point, MemberNo)] {
        &self.ring.tokens
    }

    /// How many members have a token.
    pub fn members(&self) -> MemberNo {
        self.ring.members
    }

    /// Bytes that the tokens and the index take.
    pub fn memory(&self) -> usize {
        size_of_val(self.tokens()) + size_of_val(self.before.as_slice())
    }

    /// Which token a point belongs to: the first at or after it, clockwise, wrapping. `None` on an empty ring.
    #[inline]
    pub fn first(&self, at: Point) -> Option<usize> {
        let tokens = self.tokens();
        let mut i = self.at_or_after(at);
        if i == tokens.len() {
            i = 0;
        }
        if tokens.is_empty() { None } else { Some(i) }
    }

    /// How many tokens stand before a point.
    #[inline]
    fn at_or_after(&self, at: Point) -> usize {
        let tokens = self.tokens();
        let slot = (at >> self.shift) as usize;
        let (mut i, end) = (self.before[slot] as usize, self.before[slot + 1] as usize);
        if end - i > FEW {
            return i + tokens[i..end].partition_point(|&(token, _)| token < at);
        }
        // Tokens of later slots stand behind the point, so the end of the slot need not be looked for. The first two steps are
        // sums instead of branches: nobody could foretell those.
        let is_before = |i: usize| tokens.get(i).is_some_and(|&(token, _)| token < at);
        i += usize::from(is_before(i));
        i += usize::from(is_before(i));
        while is_before(i) {
            i += 1;
        }
        i
    }

    /// The member that owns a point; `None` on an empty ring.
    #[inline]
    pub fn owner(&self, at: Point) -> Option<MemberNo> {
        self.first(at).map(|i| self.tokens()[i].1)
    }

    /// How many tokens [`Circle::first`] compares with this point.
    pub fn steps(&self, at: Point) -> u32 {
        let slot = (at >> self.shift) as usize;
        let (first, end) = (self.before[slot] as usize, self.before[slot + 1] as usize);
        let crowd = end - first;
        if crowd > FEW {
            usize::BITS - crowd.leading_zeros()
        } else {
            self.tokens()[first..end].iter().take_while(|(token, _)| *token < at).count().min(crowd.saturating_sub(1)) as u32 + 1
        }
    }

    /// The first `n` *distinct* members clockwise from a point; fewer if the ring has fewer.
    pub fn owners(&self, at: Point, n: u8) -> Vec<MemberNo> {
        self.first(at).map_or_else(Vec::new, |first| self.ring.owners_from(first, n))
    }

    /// How much of the circle each of members `0..members` owns, in points: all together 2^64 unless the ring is empty.
    pub fn arcs(&self, members: MemberNo) -> Vec<u128> {
        let mut arcs = vec![0; members as usize];
        let tokens = self.tokens();
        let Some(&(mut from, _)) = tokens.last() else { return arcs };
        for (i, &(at, member)) in tokens.iter().enumerate() {
            let arc = at.wrapping_sub(from);
            // The only token of a ring owns all of it, and so does the first one if all stand on one point.
            let whole = arc == 0 && i == 0;
            arcs[member as usize] += if whole { 1 << 64 } else { u128::from(arc) };
            from = at;
        }
        arcs
    }

    /// A member gets its first tokens, or more of them: merged in, nothing is sorted again.
    ///
    /// # Panics
    /// Above [`TOKENS_MAX`] tokens.
    pub fn insert(&mut self, member: MemberNo, name: &[u8], count: u32, hash: Hash) {
        let mut new: Vec<Point> = hash.tokens(name, count).collect();
        new.sort_unstable();
        let mut unmoved = self.ring.tokens.len();
        assert!(unmoved + new.len() <= TOKENS_MAX as usize, "a ring of more than {TOKENS_MAX} tokens");
        let runs: Vec<usize> = new.iter().map(|&at| self.run(at, member)).collect();
        // From the back, each old run moves once, straight to where it stays.
        let tokens = &mut self.ring.tokens;
        tokens.resize(unmoved + new.len(), (0, 0));
        for (left, (&at, run)) in new.iter().zip(runs).enumerate().rev() {
            tokens.copy_within(run..unmoved, run + left + 1);
            tokens[run + left] = (at, member);
            unmoved = run;
        }
        let held = place(&mut self.held, member);
        self.ring.members += MemberNo::from(*held == 0 && count > 0);
        *held += count;
        self.reindex(&new, |before, by| before + by);
    }

    /// How many tokens stand before one that this member would get here.
    fn run(&self, at: Point, member: MemberNo) -> usize {
        let first = self.at_or_after(at);
        first + self.tokens()[first..].iter().take_while(|token| **token < (at, member)).count()
    }

    /// A member's tokens leave.
    pub fn remove(&mut self, member: MemberNo) {
        let held = std::mem::take(place(&mut self.held, member));
        if held == 0 {
            return;
        }
        self.ring.members -= 1;
        let tokens = &mut self.ring.tokens;
        let mut old = Vec::with_capacity(held as usize);
        // Each run between two tokens that leave moves once.
        let mut kept = 0;
        let mut from = 0;
        for i in 0..tokens.len() {
            if tokens[i].1 == member {
                old.push(tokens[i].0);
                tokens.copy_within(from..i, kept);
                kept += i - from;
                from = i + 1;
            }
        }
        tokens.copy_within(from.., kept);
        tokens.truncate(tokens.len() - old.len());
        self.reindex(&old, |before, by| before - by);
    }

    /// Brings the index up to date after tokens at these positions, in order, came or left: each slot behind one of them has one
    /// more before it, or one less. The number of slots stays as long as they are neither crowded nor idle.
    fn reindex(&mut self, changed: &[Point], change: impl Fn(u32, u32) -> u32) {
        let (tokens, slots) = (self.ring.tokens.len(), self.before.len() - 1);
        if tokens > 2 * slots || tokens < slots / 4 {
            *self = Circle::sorted(std::mem::take(&mut self.ring.tokens), std::mem::take(&mut self.held));
            return;
        }
        let (shift, before) = (self.shift, self.before.as_mut_slice());
        let slot = |at: &Point| (at >> shift) as usize + 1;
        for (by, i) in (1..).zip(0..changed.len()) {
            let to = changed.get(i + 1).map_or(before.len(), slot);
            for before in &mut before[slot(&changed[i])..to] {
                *before = change(*before, by);
            }
        }
    }
}

/// A member's count, which is 0 unless it was ever more.
fn place(held: &mut Vec<u32>, member: MemberNo) -> &mut u32 {
    let member = member as usize;
    if held.len() <= member {
        held.resize(member + 1, 0);
    }
    &mut held[member]
}

/// At least one slot a token, at least two slots.
fn shift(tokens: usize) -> u32 {
    64 - tokens.next_power_of_two().trailing_zeros().max(1)
}

/// For rows in which hardly anything is far from its place.
fn insertion_sort(tokens: &mut [(Point, MemberNo)]) {
    for i in 1..tokens.len() {
        let token = tokens[i];
        // The member matters only between equal points.
        let mut at = i;
        while at > 0 && tokens[at - 1].0 >= token.0 && tokens[at - 1] > token {
            tokens[at] = tokens[at - 1];
            at -= 1;
        }
        tokens[at] = token;
    }
}
