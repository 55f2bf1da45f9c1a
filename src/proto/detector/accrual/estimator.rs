//! What famous systems call phi. The same silence, three numbers.
//!
//! | | Akka | Cassandra | chitchat |
//! |---|---|---|---|
//! | intervals are taken as | normal | exponential | exponential |
//! | phi of a silence t | -log10 P(interval > t - pause) | t / mean / ln 10 | t / mean |
//! | phi = 8 is | mean + pause + 5.23 deviations | 18.42 means | 8 means |
//! | at the beginning | two made-up intervals, est ± est/4 | one made-up interval, 2 s | a prior of 5 intervals of 5 s |
//! | an interval that is not learnt | one after which it was suspicious | longer than 2 s | longer than 10 s |
//! | after a suspicion | goes on with what it knew | goes on with what it knew | starts afresh |
//!
//! Often 5.6 deviations are named for Akka: that is where a normal distribution reaches 8. The logistic approximation that Akka
//! computes with gets there at 5.23 (at a mean of 1 s, a least deviation of 100 ms and a pause of 3 s: after 4.52 s, not 4.56).
//!
//! *Sources.* Akka: `PhiAccrualFailureDetector.scala` (2017), read. Cassandra: `gms/FailureDetector.java` of the branches 3.x, read: `PHI_FACTOR`
//! is 1/ln 10, kept "to provide backwards compatibility" of the threshold 8. chitchat (Quickwit): `failure_detector.rs` of 2022-23, read, for all but one
//! thing: there the initial interval is the first sample; that later versions take it as a prior of weight 5 is from
//! the project's notes on published vectors and was not read in its source.
//!
//! *Simplifications.* Akka and chitchat suspect nobody whom they never heard (Akka's cluster fakes a first heartbeat for that reason); here silence
//! counts from the beginning of the watch. Akka suspects at `phi >= threshold`, the others at `>`: here all at `>=`, of
//! thousandths. Cassandra convicts nobody within 5 s of a pause of its own: that is [`Detector::resume`](crate::proto::detector::Detector::resume), whose length of grace is
//! the patience.

use crate::proto::detector::accrual::phi;
use crate::proto::detector::accrual::window::Window;
use crate::proto::detector::words::MilliPhi;
use crate::sim::time::Span;

/// 1 / ln 10, in billionths.
const PER_LN_10: u128 = 434_294_482;

/// Figures of Akka's detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Akka {
    /// Suspicious from here on; above zero.
    pub threshold: MilliPhi,
    /// Intervals that are remembered: 1 to 100,000. (Akka: 1,000; in its remoting 200.)
    pub samples: u32,
    /// The least standard deviation to reckon with; above zero. It guards against a peer that was too regular for too long.
    pub deviation_min: Span,
    /// A silence that is acceptable on top of the mean, such as a garbage collection.
    pub pause: Span,
    /// What an interval is expected to be before any was seen; at least 4 µs, since a quarter of it is the first deviation.
    pub estimate: Span,
}

impl Default for Akka {
    /// Of Akka's cluster: 8, 1,000 intervals, 100 ms, 3 s, 1 s.
    fn default() -> Akka {
        let (deviation_min, pause, estimate) = (Span::millis(100), Span::secs(3), Span::secs(1));
        Akka { threshold: MilliPhi(8_000), samples: 1_000, deviation_min, pause, estimate }
    }
}

/// Figures of Cassandra's detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cassandra {
    /// Suspicious from here on; above zero.
    pub threshold: MilliPhi,
    /// Intervals that are remembered: 1 to 100,000.
    pub samples: u32,
    /// The interval that is made up at the beginning; above zero. Large on purpose: a wrong guess upwards only costs time.
    pub initial: Span,
    /// Longer intervals are not learnt: a peer with whom that happens often had rather be suspected soon.
    pub longest: Span,
}

impl Default for Cassandra {
    /// 8, 1,000 intervals, twice the gossip interval of 1 s, the same.
    fn default() -> Cassandra {
        Cassandra { threshold: MilliPhi(8_000), samples: 1_000, initial: Span::secs(2), longest: Span::secs(2) }
    }
}

/// Figures of chitchat's detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Chitchat {
    /// Suspicious from here on; above zero.
    pub threshold: MilliPhi,
    /// Intervals that are remembered: 1 to 100,000.
    pub samples: u32,
    /// The prior: what an interval is expected to be; above zero.
    pub initial: Span,
    /// How many intervals the prior weighs; above zero.
    pub weight: u32,
    /// Longer intervals are not learnt.
    pub longest: Span,
}

impl Default for Chitchat {
    /// 8, 1,000 intervals, 5 s that weigh 5, 10 s.
    fn default() -> Chitchat {
        let (initial, longest) = (Span::secs(5), Span::secs(10));
        Chitchat { threshold: MilliPhi(8_000), samples: 1_000, initial, weight: 5, longest }
    }
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Estimator {
    /// Normal, by Akka.
    Akka(Akka),
    /// Exponential, by Cassandra.
    Cassandra(Cassandra),
    /// Exponential with a prior, by chitchat.
    Chitchat(Chitchat),
}

impl Estimator {
    /// The level that is suspicious.
    pub fn threshold(&self) -> MilliPhi {
        match self {
            Estimator::Akka(it) => it.threshold,
            Estimator::Cassandra(it) => it.threshold,
            Estimator::Chitchat(it) => it.threshold,
        }
    }

    /// The window at the beginning.
    ///
    /// # Panics
    /// If a figure is outside its bounds.
    pub fn window(&self) -> Window {
        assert!(self.threshold() > MilliPhi(0), "a threshold of zero suspects everybody");
        match self {
            Estimator::Akka(it) => {
                assert!(it.deviation_min > Span::ZERO, "Akka's least deviation is above zero");
                assert!(it.estimate >= Span(4), "Akka's first estimate is 4 µs at least");
                let (mut window, quarter) = (Window::new(it.samples), it.estimate.scale(1, 4));
                window.push(Span(it.estimate.0 - quarter.0));
                window.push(it.estimate + quarter);
                window
            }
            Estimator::Cassandra(it) => {
                assert!(it.initial > Span::ZERO, "Cassandra's first interval is above zero");
                let mut window = Window::new(it.samples);
                window.push(it.initial);
                window
            }
            Estimator::Chitchat(it) => {
                assert!(it.initial > Span::ZERO && it.weight > 0, "chitchat's prior is above zero and weighs something");
                Window::new(it.samples)
            }
        }
    }

    /// Whether an interval is learnt that ended with a heartbeat at this level.
    pub fn learns(&self, interval: Span, level: MilliPhi) -> bool {
        match self {
            Estimator::Akka(it) => level < it.threshold,
            Estimator::Cassandra(it) => interval <= it.longest,
            Estimator::Chitchat(it) => interval <= it.longest,
        }
    }

    /// Whether a suspicion ends what was learnt.
    pub fn forgets(&self) -> bool {
        match self {
            Estimator::Akka(_) | Estimator::Cassandra(_) => false,
            Estimator::Chitchat(_) => true,
        }
    }

    /// Phi of a silence.
    pub fn level(&self, silence: Span, window: &Window) -> MilliPhi {
        let over = |parts: u128, sum: u128| MilliPhi::saturating(u128::from(silence.0).saturating_mul(parts) / sum.max(1));
        let n = u128::from(window.len());
        match self {
            Estimator::Akka(it) => {
                let beyond = silence.0.min(i64::MAX as u64) as i64 - it.pause.0.min(i64::MAX as u64) as i64;
                phi::normal(beyond, (u128::from(window.sum()), window.len()), window.variance(), it.deviation_min.0)
            }
            Estimator::Cassandra(_) => over(n * PER_LN_10, u128::from(window.sum()) * 1_000_000),
            Estimator::Chitchat(it) => {
                let weight = u128::from(it.weight);
                over((n + weight) * 1_000, u128::from(window.sum()) + weight * u128::from(it.initial.0))
            }
        }
    }
}
