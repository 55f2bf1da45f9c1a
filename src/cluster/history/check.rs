//! The search for an order: Wing and Gong's (1993), with Lowe's memory of what was tried ("Testing for linearizability", 2017).
//!
//! Invocations and returns stand in a list in the order in which they happened. An operation may be done next if its invocation
//! stands before the first return left in the list; done, its two entries are lifted out, and put back when the search has to
//! give up. A memory of configurations (who has been done, and the state since) keeps the search from doing again what it did in
//! another order.
//!
//! Objects that have nothing to do with each other are checked each on its own: a history is linearizable if that of each of its
//! objects is (Herlihy and Wing's locality, Horn and Kroening's P-compositionality). Whoever calls has parted it by key.
//!
//! Operations that are not certain make the search hard: each may be done at any time until it ends, or not at all. One that has
//! not been done when it ends is passed over: lifted out as if done, with the state as it was. Two thoughts keep the search small.
//! * *Twins.* Of two such operations with the same deed, of which one was both invoked and ended first, that one is done first:
//!   wherever an order does the later one, it could do the earlier one, and do the later one in its place, or not at all.
//! * *No idle help.* One such operation `o` is done only for the sake of what is done next. If `p` is, and without `o` it would
//!   lead to the same state, then `o` was of no use and is passed over; if `p` only looks and sees the same without `o`, then
//!   `p, o` leads to where `o, p` does, and is tried anyway.

use std::collections::BTreeSet;

use crate::cluster::history::model::{Deed, State, Word};
use crate::cluster::history::{Op, Place};

/// What came of a search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// There is an order: the numbers of the operations that take effect, all that are certain and perhaps some that are not.
    Linearizable(Vec<usize>),
    /// There is none.
    NotLinearizable,
    /// The steps ran out before either was clear.
    Unknown,
}

/// A configuration of the search: who has been done, the state, and the state before an operation that is not certain and has just been done.
type Config = (Box<[u64]>, State, Option<State>);

/// No entry.
const NONE: u32 = u32::MAX;

/// The list of invocations and returns. Entry `2i` is the invocation of operation `i`, entry `2i + 1` its return.
struct List {
    next: Vec<u32>,
    prev: Vec<u32>,
    first: u32,
}

impl List {
    fn new(ops: &[Op]) -> List {
        let mut order: Vec<_> = Vec::with_capacity(2 * ops.len());
        for (i, op) in (0..).zip(ops).filter(|(_, op)| op.matters()) {
            order.push((op.invoked, 2 * i));
            order.extend(op.returned.map(|returned| (returned, 2 * i + 1)));
        }
        order.sort_unstable();
        for pair in order.windows(2) {
            assert!(pair[0].0 < pair[1].0, "two events of a history have one place: which came first is not known");
        }
        let mut list = List { next: vec![NONE; 2 * ops.len()], prev: vec![NONE; 2 * ops.len()], first: NONE };
        list.first = order.first().map_or(NONE, |&(_, entry)| entry);
        for pair in order.windows(2) {
            list.next[pair[0].1 as usize] = pair[1].1;
            list.prev[pair[1].1 as usize] = pair[0].1;
        }
        list
    }

    fn take_out(&mut self, entry: u32) {
        let (prev, next) = (self.prev[entry as usize], self.next[entry as usize]);
        self.join(prev, next);
    }

    /// Undoes the latest `take_out` not yet undone: the entry still knows between which two it stood.
    fn put_back(&mut self, entry: u32) {
        let (prev, next) = (self.prev[entry as usize], self.next[entry as usize]);
        self.join(prev, entry);
        self.join(entry, next);
    }

    fn join(&mut self, prev: u32, next: u32) {
        match prev {
            NONE => self.first = next,
            prev => self.next[prev as usize] = next,
        }
        if next != NONE {
            self.prev[next as usize] = prev;
        }
    }

    /// Takes out an operation.
    fn lift(&mut self, op: usize, ops: &[Op]) {
        self.take_out(2 * op as u32);
        if ops[op].returned.is_some() {
            self.take_out(2 * op as u32 + 1);
        }
    }

    /// Undoes the latest `lift` not yet undone.
    fn unlift(&mut self, op: usize, ops: &[Op]) {
        if ops[op].returned.is_some() {
            self.put_back(2 * op as u32 + 1);
        }
        self.put_back(2 * op as u32);
    }
}

/// A set of operations that have been done or passed over. Those that returned are numbered first, in the order of their
/// invocation: then all but a few near the end are full words, which are left out of the key.
struct Done {
    /// Each operation's bit.
    bits: Vec<u32>,
    words: Vec<u64>,
    /// How many operations returned.
    returned: u32,
    /// Words from here on may have a bit that is not set; all before are full.
    full: usize,
}

impl Done {
    fn new(ops: &[Op]) -> Done {
        let mut order: Vec<usize> = (0..ops.len()).collect();
        let ends = |op: &Op| op.returned.is_some() && op.matters();
        order.sort_unstable_by_key(|&i| (!ends(&ops[i]), ops[i].invoked));
        let mut bits = vec![0; ops.len()];
        for (bit, &i) in (0..).zip(&order) {
            bits[i] = bit;
        }
        let returned = ops.iter().filter(|op| ends(op)).count() as u32;
        Done { bits, words: vec![0; ops.len().div_ceil(64)], returned, full: 0 }
    }

    fn has(&self, op: usize) -> bool {
        let bit = self.bits[op];
        self.words[bit as usize / 64] >> (bit % 64) & 1 == 1
    }

    fn set(&mut self, op: usize, done: bool) {
        let bit = self.bits[op];
        let word = bit as usize / 64;
        if done {
            self.words[word] |= 1 << (bit % 64);
            while self.full < self.returned as usize / 64 && self.words[self.full] == u64::MAX {
                self.full += 1;
            }
        } else {
            self.words[word] &= !(1 << (bit % 64));
            self.full = self.full.min(word);
        }
    }

    /// The set, with the full words at its beginning as a number and the empty ones at its end left out.
    fn key(&self) -> Box<[u64]> {
        let end = self.words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1).max(self.full);
        std::iter::once(self.full as u64).chain(self.words[self.full..end].iter().copied()).collect()
    }
}

/// How far back a twin is looked for: more only costs.
const TWINS: usize = 64;

/// For each operation that is not certain, one like it that was invoked earlier and ends no later.
fn twins(ops: &[Op]) -> Vec<Option<usize>> {
    let mut unsure: Vec<usize> = (0..ops.len()).filter(|&i| !ops[i].certain && ops[i].matters()).collect();
    unsure.sort_unstable_by_key(|&i| ops[i].invoked);
    let ends = |i: usize| ops[i].returned.unwrap_or(Place(u32::MAX));
    let mut twins = vec![None; ops.len()];
    for (at, &i) in unsure.iter().enumerate() {
        let before = unsure[at.saturating_sub(TWINS)..at].iter().rev().copied();
        twins[i] = before.into_iter().find(|&other| ops[other].deed == ops[i].deed && ends(other) <= ends(i));
    }
    twins
}

/// One step of the search: what was done or passed over, and what to return to.
struct Step {
    op: usize,
    passed_over: bool,
    state: State,
    helped: Option<State>,
}

/// Whether a certain operation found a value that nobody set: no order can be right, and the search for one, which may be long, is
/// spared. (Strings that grow are left to the search.)
fn finds_what_nobody_wrote(ops: &[Op], initial: &State) -> bool {
    let State::Value(first) = initial else { return false };
    let mut set: BTreeSet<&Option<Word>> = BTreeSet::from([first]);
    for op in ops {
        match &op.deed {
            Deed::Write(value) | Deed::Swap(_, value) => drop(set.insert(value)),
            Deed::Append(_) => return false,
            Deed::Read(_) | Deed::Differs(_) | Deed::Acquire | Deed::Release => {}
        }
    }
    ops.iter().filter(|op| op.certain).any(|op| match &op.deed {
        Deed::Read(found) | Deed::Swap(found, _) => !set.contains(found),
        Deed::Write(_) | Deed::Differs(_) | Deed::Append(_) | Deed::Acquire | Deed::Release => false,
    })
}

/// Whether the operations on one object, which began as `initial`, can be put in an order. Each attempt to do an operation, or to pass
/// it over, takes one of `steps`; a search that would need more ends as [`Verdict::Unknown`].
///
/// # Panics
/// Every event has a place of its own, an operation returns after its invocation, and one that is certain has returned.
pub fn check(ops: &[Op], initial: &State, steps: &mut u64) -> Verdict {
    for op in ops {
        assert!(op.returned.is_none_or(|returned| op.invoked < returned), "an operation returned before it was asked for: {op:?}");
        assert!(op.returned.is_some() || !op.certain, "an operation is certain, and nobody was told: {op:?}");
    }
    if finds_what_nobody_wrote(ops, initial) {
        return Verdict::NotLinearizable;
    }
    let mut list = List::new(ops);
    let mut done = Done::new(ops);
    let twins = twins(ops);
    let mut left = ops.iter().filter(|op| op.certain).count();
    let mut tried: BTreeSet<Config> = BTreeSet::new();
    let mut way: Vec<Step> = Vec::new();
    let (mut state, mut helped): (State, Option<State>) = (initial.clone(), None);
    let mut entry = list.first;
    while left > 0 {
        assert!(entry != NONE, "operations are left that are certain, and no return is");
        let (op, ends) = (entry as usize / 2, entry % 2 == 1);
        let certain = ops[op].certain;
        let after = match (ends, certain) {
            (false, _) => next(ops, op, &state, helped.as_ref(), &done, &twins),
            (true, true) => None,
            (true, false) => Some(state.clone()),
        };
        if *steps == 0 {
            return Verdict::Unknown;
        }
        *steps -= 1;
        if let Some(after) = after {
            let help = match (ends, certain) {
                (true, _) => helped.clone(),
                (false, true) => None,
                (false, false) => Some(state.clone()),
            };
            done.set(op, true);
            if tried.insert((done.key(), after.clone(), help.clone())) {
                let (state, helped) = (std::mem::replace(&mut state, after), std::mem::replace(&mut helped, help));
                way.push(Step { op, passed_over: ends, state, helped });
                list.lift(op, ops);
                left -= usize::from(certain);
                entry = list.first;
                continue;
            }
            done.set(op, false);
        }
        if !ends {
            entry = list.next[entry as usize];
            continue;
        }
        // Nothing that may be done next leads anywhere: back to the last choice. To pass over was none, it came last of all.
        loop {
            let Some(step) = way.pop() else { return Verdict::NotLinearizable };
            (state, helped) = (step.state, step.helped);
            done.set(step.op, false);
            list.unlift(step.op, ops);
            left += usize::from(ops[step.op].certain);
            if !step.passed_over {
                entry = list.next[2 * step.op];
                break;
            }
        }
    }
    Verdict::Linearizable(way.into_iter().filter(|step| !step.passed_over).map(|step| step.op).collect())
}

/// The state after `op` is done next; `None` if it cannot be done, or need not be tried.
fn next(ops: &[Op], op: usize, state: &State, helped: Option<&State>, done: &Done, twins: &[Option<usize>]) -> Option<State> {
    if twins[op].is_some_and(|twin| !done.has(twin)) {
        return None;
    }
    let after = state.after(&ops[op].deed)?;
    if let Some(before) = helped {
        let alone = before.after(&ops[op].deed);
        let useless = alone.as_ref() == Some(&after);
        let swaps = alone.as_ref() == Some(before) && after == *state;
        if useless || swaps {
            return None;
        }
    }
    Some(after)
}
