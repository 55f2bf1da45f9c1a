//! The last intervals between heartbeats, with their sums: integers of microseconds, so nothing drifts however long it runs.

use std::collections::VecDeque;

use crate::sim::time::Span;

/// The longest interval that is told from a longer one: 71 minutes.
const LONGEST: u64 = u32::MAX as u64;

/// A sliding window of intervals. Equal windows hold the same intervals in the same order, however they came to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Window {
    /// The oldest first.
    intervals: VecDeque<u32>,
    /// How many are kept.
    most: u32,
    sum: u64,
    /// Of squares.
    squares: u128,
}

impl Window {
    /// An empty window for at most so many intervals.
    ///
    /// # Panics
    /// If it would hold none, or more than 100,000.
    pub fn new(most: u32) -> Window {
        assert!((1..=100_000).contains(&most), "a window of {most} intervals: 1 to 100,000 are supported");
        Window { intervals: VecDeque::new(), most, sum: 0, squares: 0 }
    }

    /// Adds an interval; the oldest makes room.
    pub fn push(&mut self, interval: Span) {
        if self.intervals.len() == self.most as usize {
            let oldest = u64::from(self.intervals.pop_front().expect("a full window has an oldest"));
            self.sum -= oldest;
            self.squares -= u128::from(oldest) * u128::from(oldest);
        }
        let interval = interval.0.min(LONGEST);
        self.intervals.push_back(interval as u32);
        self.sum += interval;
        self.squares += u128::from(interval) * u128::from(interval);
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        *self = Window::new(self.most);
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.intervals.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Span> {
        self.intervals.iter().map(|&interval| Span(interval.into()))
    }

    /// All of them together, in microseconds.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// The variance of all of them (not of a sample), as numerator and denominator in square microseconds: exact. 0/0 without any.
    pub fn variance(&self) -> (u128, u128) {
        let (n, sum) = (u128::from(self.len()), u128::from(self.sum));
        assert!(n * self.squares >= sum * sum, "a variance below zero: the sums are not those of the intervals");
        (n * self.squares - sum * sum, n * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(most: u32, millis: &[u64]) -> Window {
        let mut window = Window::new(most);
        millis.iter().for_each(|&ms| window.push(Span::millis(ms)));
        window
    }

    /// Mean and variance in milliseconds, of AccrualFailureDetectorSpec.scala of akka/akka at 9892c5e4.
    #[test]
    fn mean_and_variance_are_those_of_the_last_intervals() {
        for (most, samples, mean, variance) in [
            (20, &[100, 200, 125, 340, 130][..], 179.0, 7584.0),
            (600, &[1_000], 1_000.0, 0.0),
            (3, &[100, 110, 90], 100.0, 66.6666667),
            (3, &[100, 110, 90, 140], 113.333333, 422.222222),
            (3, &[100, 110, 90, 140, 80], 103.333333, 688.88888889),
        ] {
            let it = window(most, samples);
            let (num, den) = it.variance();
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-5, "{samples:?}: {a} instead of {b}");
            close(it.sum() as f64 / it.len() as f64 / 1e3, mean);
            close(num as f64 / den as f64 / 1e6, variance);
        }
    }

    #[test]
    fn a_window_is_what_it_holds() {
        assert_eq!(window(2, &[7, 1, 2]), window(2, &[1, 2]));
        assert_ne!(window(2, &[2, 1]), window(2, &[1, 2]));
        let mut it = window(3, &[1, 2]);
        it.clear();
        assert!(it.is_empty() && it == Window::new(3));
    }

    #[test]
    fn intervals_beyond_the_longest_count_as_that() {
        let mut it = Window::new(2);
        it.push(Span(u64::MAX));
        assert_eq!((it.sum(), it.variance().0), (LONGEST, 0));
    }
}
