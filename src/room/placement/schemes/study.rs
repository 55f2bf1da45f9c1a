//! The measurement: many keys placed by one scheme, before and after a change, in slices so that a page can show them come in.

use crate::proto::ring::MemberNo;
use crate::proto::ring::bounded::Bounded;
use crate::proto::ring::hash::put_number;

use super::build::build;
use super::fleet::Fleet;
use super::scheme::{Algorithm, Error, KEYS_MAX, Options, QUESTIONS_MAX, Scheme};

/// Keys whose lookups are counted for [`Study::steps`].
const SAMPLE: u32 = 1_000;

/// Stands for "nobody" in [`Study::owners`].
pub const NOBODY: MemberNo = MemberNo::MAX;

/// One state of a fleet with the keys placed so far.
#[derive(Debug)]
struct Run {
    scheme: Box<dyn Scheme>,
    loads: Option<Bounded>,
    weights: Vec<u16>,
    owners: Vec<MemberNo>,
    counts: Vec<u32>,
}

impl Run {
    fn new(algorithm: Algorithm, fleet: &Fleet, options: &Options, keys: u32) -> Result<Run, Error> {
        let living = fleet.living().count() as u32;
        if algorithm == Algorithm::Rendezvous && u64::from(living) * u64::from(keys) > QUESTIONS_MAX {
            return Err(Error::TooManyQuestions { living, keys });
        }
        let scheme = build(algorithm, fleet, options)?;
        let weights = fleet.weights();
        Ok(Run { loads: scheme.loads(keys), scheme, counts: vec![0; weights.len()], weights, owners: Vec::new() })
    }

    fn place(&mut self, key: &[u8]) -> MemberNo {
        let owner = self.scheme.place(key, &mut self.loads);
        if let Some(owner) = owner {
            self.counts[owner as usize] += 1;
        }
        let owner = owner.unwrap_or(NOBODY);
        self.owners.push(owner);
        owner
    }
}

/// Many keys under one algorithm, and what a change of the fleet moves.
#[derive(Debug)]
pub struct Study {
    algorithm: Algorithm,
    options: Options,
    keys: u32,
    before: Option<Run>,
    now: Run,
    moved: u32,
    steps: u64,
}

impl Study {
    /// A study in which no key is placed yet.
    ///
    /// # Errors
    /// What [`build`] refuses, more than [`KEYS_MAX`] keys, and of rendezvous more than [`QUESTIONS_MAX`] questions.
    pub fn new(algorithm: Algorithm, fleet: &Fleet, options: &Options, keys: u32) -> Result<Study, Error> {
        if keys > KEYS_MAX {
            return Err(Error::TooManyKeys { keys: u64::from(keys) });
        }
        let now = Run::new(algorithm, fleet, options, keys)?;
        Ok(Study { algorithm, options: *options, keys, before: None, now, moved: 0, steps: 0 })
    }

    /// The fleet has changed: the keys are placed again, and what was the present becomes the past to compare with. If not every key
    /// was placed yet, the rest of the past is made up for on the way.
    ///
    /// # Errors
    /// What [`build`] refuses; the study is then as it was.
    pub fn then(&mut self, fleet: &Fleet) -> Result<(), Error> {
        let now = Run::new(self.algorithm, fleet, &self.options, self.keys)?;
        self.before = Some(std::mem::replace(&mut self.now, now));
        self.moved = 0;
        self.steps = 0;
        Ok(())
    }

    /// Places up to `budget` more keys, called `key0`, `key1`, ... True: all are placed.
    pub fn step(&mut self, budget: u32) -> bool {
        let from = self.done();
        let to = from.saturating_add(budget).min(self.keys);
        let mut key = Vec::with_capacity(16);
        for i in from..to {
            key.clear();
            key.extend_from_slice(b"key");
            put_number(&mut key, i);
            self.put(&key);
        }
        to == self.keys
    }

    /// Places one more key, of any name: after a change, the one that came at the same place before it.
    ///
    /// # Panics
    /// If all keys are placed.
    pub fn put(&mut self, key: &[u8]) {
        let i = self.done();
        assert!(i < self.keys, "{} keys were announced, and one more came", self.keys);
        let now = self.now.place(key);
        if i < SAMPLE {
            self.steps += u64::from(self.now.scheme.steps(key));
        }
        if let Some(before) = &mut self.before {
            let was = before.owners.get(i as usize).copied();
            self.moved += u32::from(was.unwrap_or_else(|| before.place(key)) != now);
        }
    }

    /// The algorithm under study.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// How many keys there are in all.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// How many keys are placed.
    pub fn done(&self) -> u32 {
        self.now.owners.len() as u32
    }

    /// Who holds each key placed so far: the number of the member, or [`NOBODY`].
    pub fn owners(&self) -> &[MemberNo] {
        &self.now.owners
    }

    /// Who held each key before the change; at least as many as are placed. Empty without a change.
    pub fn owners_before(&self) -> &[MemberNo] {
        self.before.as_ref().map_or(&[], |before| &before.owners)
    }

    /// Keys each member holds, of those placed so far.
    pub fn counts(&self) -> &[u32] {
        &self.now.counts
    }

    /// The weight of each member, 0 if it is dead.
    pub fn weights(&self) -> &[u16] {
        &self.now.weights
    }

    /// Keys that changed hands, of those placed so far; 0 without a change. A key that gains or loses its only owner counts.
    pub fn moved(&self) -> u32 {
        self.moved
    }

    /// The least number of keys that any scheme moves on the way from the loads before to the loads now, of the keys placed so
    /// far; 0 without a change.
    ///
    /// *Proof.* A key that moves raises the load of one member (or of "nobody") by one, so those whose load grows need as
    /// many moves as they grow by, all together. And so many are enough: take them from those whose load shrinks.
    pub fn minimum(&self) -> u32 {
        let Some(before) = &self.before else { return 0 };
        // One more place for nobody. The past may be further than the present: count what both have.
        let nobody = self.now.counts.len().max(before.counts.len());
        let mut grown = vec![0i64; nobody + 1];
        let place = |owner: MemberNo| (owner as usize).min(nobody);
        for (&was, &is) in before.owners.iter().zip(&self.now.owners) {
            grown[place(was)] -= 1;
            grown[place(is)] += 1;
        }
        grown.into_iter().filter(|&by| by > 0).sum::<i64>() as u32
    }

    /// Keys that went past a full member, of those placed so far; 0 where loads are not bounded.
    pub fn spilled(&self) -> u32 {
        self.now.loads.as_ref().map_or(0, Bounded::spilled)
    }

    /// The most keys each member may hold once all are placed; `None` where loads are not bounded.
    pub fn caps(&self) -> Option<&[u32]> {
        self.now.loads.as_ref().map(Bounded::caps)
    }

    /// Bytes of the tables that a lookup reads.
    pub fn memory(&self) -> usize {
        self.now.scheme.memory()
    }

    /// The mean cost of a lookup, see [`Scheme::steps`], over the first keys (at most 1,000): `(steps, keys)`.
    pub fn steps(&self) -> (u64, u32) {
        (self.steps, self.done().min(SAMPLE))
    }
}
