//! How plain clients ask, and how they ask again. (Workers have a lock whose lease bounds what they do: they ask one thing at a time, for as
//! long as it takes. To give up would leave the write of a document under way behind them.)

use crate::proto::balance::backoff::Jitter;
use crate::sim::time::Span;

/// How many operations in a row of numbers a client may wait for.
pub const WINDOW: u32 = 32;

/// More retries than any recipe allows: without end.
pub const WITHOUT_END: u8 = 99;

/// Attempts that a circuit breaker looks at.
pub const BREAKER_WINDOW: u8 = 20;
/// How long it stays open before it tries one.
pub const BREAKER_REST: Span = Span::secs(1);
/// How far back adaptive throttling looks: two minutes at Google, where a client asks thousands of times a second. Here one asks a few
/// times, and has to notice within a run that it is accepted again.
pub const THROTTLE_WINDOW: Span = Span::secs(3);

/// The kinds of jitter, each with its word in links.
pub const JITTERS: [(&str, Jitter); 4] =
    [("none", Jitter::None), ("full", Jitter::Full), ("equal", Jitter::Equal), ("decorrelated", Jitter::Decorrelated)];

/// Through which balancer a client asks first. (Workers, too.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Door {
    /// Its own; each retry tries the next one. While its own is closed, every request finds that out anew.
    Own,
    /// The one that has not failed last, by silence or by a refusal.
    Sticky,
}

impl Door {
    /// Both.
    pub const ALL: [Door; 2] = [Door::Own, Door::Sticky];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Door::Own => "own",
            Door::Sticky => "sticky",
        }
    }
}

/// The figures of plain clients.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Asking {
    /// Requests a second of each client, on average, whatever becomes of those before: an open loop with Poisson arrivals. Zero: a
    /// closed loop, one at a time and a pause after each answer.
    pub rate: u8,
    /// So many times as often an open-loop client asks during a surge.
    pub surge: u8,
    /// When it begins, from the start of the run.
    pub surge_from: Span,
    /// How long it lasts.
    pub surge_for: Span,
    /// In so long it grows to its full height, evenly.
    pub surge_ramp: Span,
    /// Of a hundred requests of plain clients so many go to one and the same key, the first of the run.
    pub hot: u8,
    /// What is made of the pause before a retry.
    pub jitter: Jitter,
    /// How often a request is sent again at most; [`WITHOUT_END`]: without end.
    pub retries: u8,
    /// Retries for each hundred requests, of each client. Zero: no budget, and as many as there are.
    pub budget: u8,
    /// A client has a circuit breaker before each balancer, which opens when so many of the last [`BREAKER_WINDOW`] attempts there have failed. Zero: none.
    pub breaker: u8,
    /// A client asks for so many times what is accepted at most, and refuses the rest itself (adaptive throttling). Zero: it does not.
    pub throttle: u8,
    /// Through which balancer a client asks first.
    pub door: Door,
    /// Of a hundred requests, so many are about no key: any node can do them. (None of a worker's.)
    pub any: u8,
    /// Whether attempts carry their deadlines, and nodes drop what nobody waits for any more. (Those of workers, too.)
    pub deadlines: bool,
}

impl Default for Asking {
    fn default() -> Asking {
        Asking {
            rate: 0,
            surge: 1,
            surge_from: Span::ZERO,
            surge_for: Span::ZERO,
            surge_ramp: Span::ZERO,
            hot: 0,
            jitter: Jitter::Equal,
            retries: WITHOUT_END,
            budget: 0,
            breaker: 0,
            throttle: 0,
            door: Door::Own,
            any: 0,
            deadlines: false,
        }
    }
}

impl Asking {
    /// Whether a client keeps in mind through which door it asked.
    pub fn minds_doors(&self) -> bool {
        self.breaker > 0 || self.door == Door::Sticky
    }

    /// Whether clients ask in an open loop.
    pub fn is_open(&self) -> bool {
        self.rate > 0
    }

    /// Whether a client asks for one thing at a time, until it is answered or dies.
    pub fn is_patient(&self) -> bool {
        !self.is_open() && self.retries == WITHOUT_END && self.budget + self.breaker + self.throttle == 0
    }

    /// How many operations a plain client may wait for at a time.
    pub fn window(&self) -> u32 {
        if self.is_open() { WINDOW } else { 1 }
    }

    /// How much of the most that it ever asks for a client asks for, so long after the start of the run: of `surge` thousand.
    pub fn pressure(&self, elapsed: Span) -> u32 {
        let more = u64::from(self.surge - 1) * 1_000;
        let into = elapsed.0.saturating_sub(self.surge_from.0);
        let during = elapsed >= self.surge_from && into < self.surge_for.0;
        let ramp = if into >= self.surge_ramp.0 { more } else { more * into / self.surge_ramp.0 };
        1_000 + if during { ramp as u32 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surge_begins_grows_stays_and_ends() {
        let secs = Span::secs;
        let it = Asking { surge: 4, surge_from: secs(10), surge_for: secs(8), surge_ramp: secs(3), ..Asking::default() };
        let seen = [0, 9, 10, 11, 12, 13, 17, 18, 60].map(|at| it.pressure(secs(at)));
        assert_eq!(seen, [1_000, 1_000, 1_000, 2_000, 3_000, 4_000, 4_000, 1_000, 1_000]);
        let step = Asking { surge_ramp: Span::ZERO, ..it };
        assert_eq!([10, 18].map(|at| step.pressure(secs(at))), [4_000, 1_000]);
        assert_eq!(Asking::default().pressure(secs(5)), 1_000);
    }
}
