//! How long to wait before a failed request is sent again.
//!
//! Exponential back-off alone keeps those who failed together together; jitter parts them (Brooker, "Exponential Backoff and
//! Jitter", AWS Architecture Blog 2015, whose four kinds these are). It spreads load and does not lessen it: with clients who come
//! without end the requests are only put off ("What is backoff for?", 2022). What lessens it is a [`super::budget::Budget`].

use crate::sim::rng::Rng;
use crate::sim::time::Span;

/// What is made of the exponential span.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Jitter {
    /// It is waited as it is.
    None,
    /// Evenly between zero and it.
    Full,
    /// Half of it, and evenly up to as much again.
    Equal,
    /// Evenly between the base and three times what was waited last.
    Decorrelated,
}

/// How spans grow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Backoff {
    /// Before the n-th retry (from 1) the span is `base` times `2^n` in AWS's simulator, whose first span is twice the base.
    pub base: Span,
    /// No span is longer.
    pub cap: Span,
    /// What is made of it.
    pub jitter: Jitter,
}

/// The waits of one request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Waits {
    /// Retries so far.
    retries: u32,
    last: Span,
}

impl Waits {
    /// Of a request that was sent once.
    pub fn new(backoff: Backoff) -> Waits {
        Waits { retries: 0, last: backoff.base }
    }

    /// Of a request that was sent again so often, the last time after such a wait, if that is known.
    pub fn after(backoff: Backoff, retries: u32, last: Option<Span>) -> Waits {
        Waits { retries, last: last.unwrap_or(backoff.base) }
    }

    /// How often it was sent again.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// How long to wait before it is sent again. Both ends of every range are reached.
    ///
    /// # Panics
    /// With jitter, if the cap is an hour or more.
    pub fn next(&mut self, backoff: Backoff, rng: &mut Rng) -> Span {
        self.retries += 1;
        let doubled = backoff.base.0.saturating_mul(1 << self.retries.min(32));
        let whole = Span(doubled.min(backoff.cap.0));
        let span = match backoff.jitter {
            Jitter::None => whole,
            Jitter::Full => rng.between(Span::ZERO, whole),
            Jitter::Equal => {
                let half = whole.scale(1, 2);
                Span(whole.0 - half.0) + rng.between(Span::ZERO, half)
            }
            Jitter::Decorrelated => {
                let most = self.last.scale(3, 1).min(backoff.cap);
                let drawn = rng.between(backoff.base.min(most), self.last.scale(3, 1).min(Span(LONGEST)));
                drawn.min(backoff.cap)
            }
        };
        self.last = span;
        assert!(span <= backoff.cap.max(backoff.base), "a wait beyond its cap");
        span
    }
}

/// What a range may reach at most, as [`Rng::between`] has it.
const LONGEST: u64 = 3_599_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Stream;

    fn waits(jitter: Jitter, n: usize) -> Vec<Vec<u64>> {
        let backoff = Backoff { base: Span(100), cap: Span(1_000), jitter };
        let mut rng = Rng::stream(2, Stream::Nemesis);
        let mut one = || {
            let mut waits = Waits::new(backoff);
            (0..5).map(|_| waits.next(backoff, &mut rng).0).collect::<Vec<_>>()
        };
        (0..n).map(|_| one()).collect()
    }

    fn ends(jitter: Jitter) -> Vec<(u64, u64)> {
        let rows = waits(jitter, 60_000);
        (0..5).map(|i| (rows.iter().map(|row| row[i]).min().unwrap_or(0), rows.iter().map(|row| row[i]).max().unwrap_or(0))).collect()
    }

    #[test]
    fn each_kind_of_jitter_reaches_both_ends_of_its_range_and_nothing_beyond() {
        assert_eq!(waits(Jitter::None, 1)[0], [200, 400, 800, 1_000, 1_000]);
        assert_eq!(ends(Jitter::Full), [(0, 200), (0, 400), (0, 800), (0, 1_000), (0, 1_000)]);
        assert_eq!(ends(Jitter::Equal), [(100, 200), (200, 400), (400, 800), (500, 1_000), (500, 1_000)]);
        let decorrelated = ends(Jitter::Decorrelated);
        assert_eq!(decorrelated[0], (100, 300));
        assert!(decorrelated[1..].iter().all(|it| it.0 <= 101 && it.1 > 880 && it.1 <= 1_000), "{decorrelated:?}");
    }

    #[test]
    fn a_thousand_retries_stay_at_the_cap() {
        let backoff = Backoff { base: Span::secs(1), cap: Span::secs(60), jitter: Jitter::None };
        let (mut waits, mut rng) = (Waits::new(backoff), Rng::stream(1, Stream::Nemesis));
        (0..1_000).for_each(|_| assert!(waits.next(backoff, &mut rng) <= Span::secs(60)));
        assert_eq!(waits.retries(), 1_000);
    }
}
