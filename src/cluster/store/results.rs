//! What a shard remembers of its clients' operations, so that a write happens once however often it is sent and logged.
//!
//! A client may wait for several operations at once, at most [`WINDOW`] of them in a row of numbers. With each it tells the lowest that
//! it still waits for, and results of lower ones are forgotten (Ongaro, "Consensus: Bridging Theory and Practice", 2014, section 6.3).
//!
//! *Why a write cannot happen twice.* A result is forgotten only when an operation is applied whose client, as it sent it, waited for
//! nothing so low any more. From then on everything lower is [`Known::Past`] and is not applied, at this place in the log and after
//! it, on every replica. Everything else that was applied has its result. So an operation that a client has given up takes effect once or
//! never; which of the two, nobody tells it.
//!
//! *Why little is kept.* Whatever a client sends lies less than a window above the lowest it waits for, and what is told of that only
//! grows. A client with a window of one, which asks for the next thing when it has its answer, has one result.

use std::hash::{Hash, Hasher};

use crate::cluster::setup::asking::WINDOW;
use crate::cluster::store::op::OpId;
use crate::cluster::store::outcome::Outcome;
use crate::sim::id::Boot;

/// How far the oldest operation lies behind another that its client still waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Behind(pub u32);

/// Whether an operation is new to a shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Known {
    /// It is.
    New,
    /// It was done; this came of it.
    Done(Outcome),
    /// Its client has said since that it does not wait for it any more.
    Past,
}

/// What is remembered of one client.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Results {
    boot: Boot,
    /// The lowest operation of this life that it still waits for, as far as it has told this shard.
    lowest: u32,
    /// What came of that one and of later ones, by their numbers.
    done: Vec<(u32, Outcome)>,
}

/// A client that waits for one thing at a time is known by that one, as it was before there were others.
impl Hash for Results {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.boot.hash(state);
        match &self.done[..] {
            [(n, outcome)] if *n == self.lowest => (n, outcome).hash(state),
            done => (self.lowest, done).hash(state),
        }
    }
}

impl Results {
    /// Whether an operation was done before.
    pub fn known(&self, op: OpId) -> Known {
        if (op.boot, op.n) < (self.boot, self.lowest) {
            return Known::Past;
        }
        let done = self.done.iter().find(|(n, _)| (self.boot, *n) == (op.boot, op.n));
        done.map_or(Known::New, |(_, outcome)| Known::Done(outcome.clone()))
    }

    /// An operation is done that was new; its client waits for nothing that lies more than so far behind it.
    pub fn add(&mut self, op: OpId, behind: Behind, outcome: Outcome) {
        assert!(self.known(op) == Known::New, "an operation is done twice");
        assert!(behind.0 < op.n.min(WINDOW), "operation {}: its client waits for one that lies {} behind it", op.n, behind.0);
        if op.boot > self.boot {
            *self = Results { boot: op.boot, ..Results::default() };
        }
        self.lowest = self.lowest.max(op.n - behind.0);
        self.done.retain(|&(n, _)| n >= self.lowest);
        let at = self.done.partition_point(|&(n, _)| n < op.n);
        self.done.insert(at, (op.n, outcome));
        assert!(self.done.len() <= WINDOW as usize, "{} results of one client are kept", self.done.len());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::sim::id::Pid;
    use crate::sim::rng::{Rng, Stream};

    fn op(n: u32) -> OpId {
        OpId { client: Pid(1), boot: Boot(1), n }
    }

    fn outcome(n: u32) -> Outcome {
        Outcome::Value(n.into())
    }

    #[test]
    fn results_of_a_window_are_kept_until_their_client_waits_no_more() {
        let mut it = Results::default();
        for (n, behind) in [(5, 0), (7, 2), (6, 1)] {
            it.add(op(n), Behind(behind), outcome(n));
        }
        assert_eq!(it.known(op(4)), Known::Past);
        for n in [5, 6, 7] {
            assert_eq!(it.known(op(n)), Known::Done(outcome(n)), "{n}");
        }
        it.add(op(9), Behind(2), outcome(9));
        assert_eq!(
            [5, 6, 7, 8, 9].map(|n| it.known(op(n))),
            [Known::Past, Known::Past, Known::Done(outcome(7)), Known::New, Known::Done(outcome(9))]
        );
        let reborn = OpId { boot: Boot(2), ..op(1) };
        it.add(reborn, Behind(0), outcome(1));
        assert_eq!([it.known(op(9)), it.known(op(10)), it.known(reborn)], [Known::Past, Known::Past, Known::Done(outcome(1))]);
    }

    /// A client with a window over a network that delays, repeats and reorders, and a shard that logs what it hears, at times twice. Kills: a
    /// result is forgotten one too early; what lies below the lowest is done; the lowest goes back.
    #[test]
    fn whatever_the_network_does_nothing_is_done_twice_and_no_answer_is_lost() {
        let mut past = 0;
        for seed in 0..300 {
            let mut rng = Rng::stream(seed, Stream::Nemesis);
            let (mut it, mut done) = (Results::default(), BTreeMap::<u32, u32>::new());
            let (mut asked, mut waits, mut flying) = (0, BTreeSet::<u32>::new(), Vec::<(u32, Behind)>::new());
            for _ in 0..600 {
                let lowest = |waits: &BTreeSet<u32>, n: u32| Behind(n - waits.first().copied().unwrap_or(n).min(n));
                match rng.below(5) {
                    0 if waits.first().is_none_or(|&first| asked + 1 < first + WINDOW) => {
                        asked += 1;
                        waits.insert(asked);
                        flying.push((asked, lowest(&waits, asked)));
                    }
                    // It asks again.
                    1 if !waits.is_empty() => {
                        let n = *waits.iter().nth(rng.below(waits.len() as u32) as usize).expect("it waits");
                        flying.push((n, lowest(&waits, n)));
                    }
                    // It gives up.
                    2 if rng.per_mille(200) => drop(waits.pop_first()),
                    _ if !flying.is_empty() => {
                        let i = rng.below(flying.len() as u32) as usize;
                        let (n, behind) = if rng.per_mille(300) { flying[i] } else { flying.remove(i) };
                        match it.known(op(n)) {
                            Known::New => {
                                *done.entry(n).or_default() += 1;
                                it.add(op(n), behind, outcome(n));
                                waits.remove(&n);
                            }
                            Known::Done(found) => {
                                assert_eq!(found, outcome(n), "seed {seed}");
                                waits.remove(&n);
                            }
                            Known::Past => {
                                past += 1;
                                assert!(!waits.contains(&n), "seed {seed}: {n} is waited for, and past");
                            }
                        }
                    }
                    _ => {}
                }
            }
            assert!(done.values().all(|&times| times == 1), "seed {seed}: {done:?}");
        }
        assert!(past > 1_000, "what was given up comes late: {past}");
    }
}
