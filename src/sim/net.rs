//! The network: delays, jitter, losses, duplicates, slow processes, one-way cuts. It knows no message.

use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// How messages fare.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct NetConfig {
    /// Delay without jitter.
    pub delay: Span,
    /// Upper bound of what is added, evenly.
    pub jitter: Span,
    /// Lost, per thousand.
    pub loss: u16,
    /// Delivered twice, per thousand.
    pub duplicates: u16,
}

/// What becomes of one sent message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fate {
    /// When it arrives, or would.
    pub arrives: Time,
    /// Whether it is lost on the way.
    pub lost: bool,
    /// When a second copy arrives, if there is one.
    pub twin: Option<Time>,
}

/// All links.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Net {
    config: NetConfig,
    n: usize,
    links: Vec<Link>,
    slow: Vec<u16>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Link {
    rng: Rng,
    cut: bool,
}

impl Net {
    /// Whole links between `n` processes.
    pub fn new(seed: u64, n: usize, config: NetConfig) -> Net {
        let pid = |i: usize| Pid(i as u16);
        let links = (0..n * n).map(|i| Link { rng: Rng::stream(seed, Stream::Link(pid(i / n), pid(i % n))), cut: false });
        Net { config, n, links: links.collect(), slow: vec![1; n] }
    }

    fn at(&self, from: Pid, to: Pid) -> usize {
        from.index() * self.n + to.index()
    }

    /// Whether messages of this direction are lost.
    pub fn is_cut(&self, from: Pid, to: Pid) -> bool {
        self.links[self.at(from, to)].cut
    }

    /// Cuts or heals one direction.
    pub fn set_cut(&mut self, from: Pid, to: Pid, cut: bool) {
        let at = self.at(from, to);
        self.links[at].cut = cut;
    }

    /// How many times slower the messages of a process are.
    pub fn slow(&self, pid: Pid) -> u16 {
        self.slow[pid.index()]
    }

    /// Changes that.
    pub fn set_slow(&mut self, pid: Pid, factor: u16) {
        self.slow[pid.index()] = factor.clamp(1, 1_000);
    }

    /// Decides the fate of a message sent now. Always draws alike, so that one message's fate never shifts another's.
    pub fn send(&mut self, from: Pid, to: Pid, now: Time) -> Fate {
        let NetConfig { delay, jitter, loss, duplicates } = self.config;
        let factor = u64::from(self.slow(from)) * u64::from(self.slow(to));
        let at = self.at(from, to);
        let Link { rng, cut } = &mut self.links[at];
        let mut trip = || now + (delay + rng.between(Span::ZERO, jitter)).scale(factor, 1);
        let (first, second) = (trip(), trip());
        let (lost, twin) = (rng.per_mille(loss), rng.per_mille(duplicates));
        let lost = lost || *cut;
        Fate { arrives: first, lost, twin: (twin && !lost).then_some(second) }
    }
}
