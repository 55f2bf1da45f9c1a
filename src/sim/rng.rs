//! Randomness as named values: one stream a link, a process, a subject, each derived from (seed, label), so that killing
//! `C` changes no latency between `A` and `B`. The generator is PCG-XSH-RR 64/32 (O'Neill 2014) by `rand_pcg`.

use std::hash::{Hash, Hasher};

use rand_core::Rng as _;
use rand_pcg::Pcg32;

use crate::sim::digest::Digest;
use crate::sim::id::{Boot, Pid};
use crate::sim::time::Span;

/// What a stream is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stream {
    /// Delays, losses and duplicates of one direction of one link.
    Link(Pid, Pid),
    /// The choices of one process.
    Process(Pid),
    /// The speed of one process's disk.
    Disk(Pid),
    /// The offset and drift of one process's clock.
    Clock(Pid),
    /// What the nemesis does in a soak.
    Nemesis,
    /// Which of several threads of one machine runs next.
    Turn,
    /// Whether nearly all messages are lost in a soak's run.
    Storm,
    /// Whether many clients write much in a soak's run.
    Crowd,
    /// Whether work takes nodes time in a soak's run.
    Work,
    /// When one life of an open-loop client asks, and for what.
    Arrivals(Pid, Boot),
    /// How clients ask in a soak's run.
    Asking,
    /// Who suspects nodes in a soak's run.
    Doubt,
    /// Whether what a life of a client asks for with this number can be done by any node.
    Any(Pid, Boot, u32),
    /// How much any node can do, and when balancers ask twice, in a soak's run.
    Copies,
}

/// A stream of integers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rng(Pcg32);

impl Hash for Rng {
    /// A generator is known by what it would say next.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut next = self.0.clone();
        state.write_u32(next.next_u32());
        state.write_u32(next.next_u32());
    }
}

impl Rng {
    /// The stream of this seed and label.
    pub fn stream(seed: u64, label: Stream) -> Rng {
        Rng(Pcg32::new(Digest::of(&(seed, label)), Digest::of(&(label, seed))))
    }

    /// Evenly below `n`, which must not be zero; without bias (Lemire 2019).
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "a choice among nothing");
        loop {
            let wide = u64::from(self.0.next_u32()) * u64::from(n);
            let low = wide as u32;
            if low >= n || low >= n.wrapping_neg() % n {
                return (wide >> 32) as u32;
            }
        }
    }

    /// Evenly within the closed range of two spans less than an hour apart.
    pub fn between(&mut self, low: Span, high: Span) -> Span {
        assert!(low <= high && high.0 - low.0 < 3_600_000_000, "a range from {low} to {high}");
        Span(low.0 + u64::from(self.below((high.0 - low.0) as u32 + 1)))
    }

    /// True `n` times in a thousand.
    pub fn per_mille(&mut self, n: u16) -> bool {
        self.below(1_000) < u32::from(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published output of pcg32 seeded with (42, 54): pcg-random.org, the demo of the C library.
    #[test]
    fn the_generator_is_pcg32() {
        let mut rng = Rng(Pcg32::new(42, 54));
        let got: Vec<u32> = (0..6).map(|_| rng.0.next_u32()).collect();
        assert_eq!(got, [2707161783, 2068313097, 3122475824, 2211639955, 3215226955, 3421331566]);
    }

    #[test]
    fn a_closed_range_reaches_both_ends() {
        let mut rng = Rng::stream(1, Stream::Nemesis);
        let seen: Vec<u64> = (0..200).map(|_| rng.between(Span(3), Span(5)).0).collect();
        assert_eq!((seen.iter().min(), seen.iter().max()), (Some(&3), Some(&5)));
    }
}
