//! How fast simulated time passes: wall time in, simulated spans out, in integers with nothing lost to rounding.

use crate::sim::time::Span;

/// A speed in millionths: 1,000,000 is as fast as the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Speed(pub u32);

impl Speed {
    /// As fast as the wall clock.
    pub const REAL: Speed = Speed(1_000_000);

    /// The notches of the speed control, slowest first: 0.001x to 10x, three a decade.
    pub const NOTCHES: [Speed; 13] = [
        Speed(1_000),
        Speed(2_000),
        Speed(5_000),
        Speed(10_000),
        Speed(20_000),
        Speed(50_000),
        Speed(100_000),
        Speed(200_000),
        Speed(500_000),
        Speed(1_000_000),
        Speed(2_000_000),
        Speed(5_000_000),
        Speed(10_000_000),
    ];

    /// The notch nearest below or at this speed; the slowest if there is none.
    pub fn notch(self) -> usize {
        Speed::NOTCHES.iter().rposition(|&notch| notch <= self).unwrap_or(0)
    }

    /// The next faster notch, or the fastest.
    #[must_use]
    pub fn faster(self) -> Speed {
        Speed::NOTCHES[(self.notch() + 1).min(Speed::NOTCHES.len() - 1)]
    }

    /// The next slower notch, or the slowest.
    #[must_use]
    pub fn slower(self) -> Speed {
        Speed::NOTCHES[self.notch().saturating_sub(1)]
    }
}

/// `0.001x`, `1x`, `10x`.
impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, millionths) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if millionths == 0 {
            return write!(f, "{whole}x");
        }
        write!(f, "{whole}.{}x", format!("{millionths:06}").trim_end_matches('0'))
    }
}

/// Wall time that passes at once beyond this is ignored: the tab was hidden, or the machine slept.
pub const GAP_MAX: Span = Span::millis(250);

/// Turns the wall clock's ticks into simulated spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Playback {
    speed: Speed,
    /// The wall clock at the last tick, in microseconds; `None` while paused.
    last: Option<u64>,
    /// Simulated time owed, in millionths of a microsecond; always below one microsecond.
    carry: u64,
}

impl Playback {
    /// Paused, at a speed.
    pub const fn new(speed: Speed) -> Playback {
        Playback { speed, last: None, carry: 0 }
    }

    /// The speed.
    pub const fn speed(&self) -> Speed {
        self.speed
    }

    /// Changes the speed from the next tick on; brought within the notches' range.
    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed.clamp(Speed::NOTCHES[0], Speed::NOTCHES[Speed::NOTCHES.len() - 1]);
    }

    /// The wall clock shows `wall` microseconds: how much simulated time has passed since the last tick.
    /// Nothing at the first tick, after a gap of more than `GAP_MAX`, or if the wall clock went back.
    pub fn tick(&mut self, wall: u64) -> Span {
        let passed = self.last.replace(wall).map_or(0, |last| wall.saturating_sub(last));
        if passed > GAP_MAX.0 {
            return Span::ZERO;
        }
        let owed = passed * u64::from(self.speed.0) + self.carry;
        self.carry = owed % 1_000_000;
        Span(owed / 1_000_000)
    }

    /// Forgets the last tick: the time until the next one does not count.
    pub fn pause(&mut self) {
        self.last = None;
    }
}

impl Default for Playback {
    fn default() -> Playback {
        Playback::new(Speed(100_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_exact_however_the_ticks_fall() {
        for speed in Speed::NOTCHES {
            for tick in [1, 7, 16_667, 33_333] {
                let mut playback = Playback::new(speed);
                let total: u64 = (0..=3_000).map(|i| playback.tick(i * tick).0).sum();
                assert_eq!(total, 3_000 * tick * u64::from(speed.0) / 1_000_000, "{speed} at ticks of {tick}");
            }
        }
    }

    #[test]
    fn gaps_pauses_and_clocks_that_go_back_pass_no_time() {
        let mut playback = Playback::new(Speed::REAL);
        assert_eq!(playback.tick(5_000_000), Span::ZERO, "the first tick");
        assert_eq!(playback.tick(5_250_000), Span::millis(250), "the longest step");
        assert_eq!(playback.tick(5_500_001), Span::ZERO, "a gap");
        assert_eq!(playback.tick(5_400_000), Span::ZERO, "backwards");
        playback.pause();
        assert_eq!(playback.tick(5_410_000), Span::ZERO, "after a pause");
        assert_eq!(playback.tick(5_420_000), Span::millis(10), "and on");
    }

    #[test]
    fn notches_lead_from_one_end_to_the_other() {
        let mut speed = Speed::NOTCHES[0];
        for notch in Speed::NOTCHES {
            assert_eq!(speed, notch);
            assert_eq!(speed.faster().slower().notch(), speed.notch().min(11));
            speed = speed.faster();
        }
        assert_eq!(Speed(1_000).to_string(), "0.001x");
        assert_eq!(Speed(10_000_000).to_string(), "10x");
    }
}
