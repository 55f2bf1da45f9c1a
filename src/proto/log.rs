//! A log of operations: entries from index 1, each marked with who wrote it: a view (replication) or a term (consensus). What
//! a snapshot stands for is not in it: the log then begins after the snapshot's index, its *base*.

use std::rc::Rc;

/// Position in a log, from 1. 0 means: nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Index(pub u32);

impl Index {
    /// The position after this one.
    #[must_use]
    pub const fn next(self) -> Index {
        Index(self.0 + 1)
    }
}

/// One entry. `op` is `None` for what a new primary or leader sets at the beginning of its view or term.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry<M, T> {
    /// Who wrote it: the view or term.
    pub mark: M,
    /// The operation.
    pub op: Option<T>,
}

/// Entries in a full segment. Full segments are shared between clones, so a checkpoint costs little.
const SEGMENT: usize = 64;

/// A log that is cheap to clone: full segments never change and are shared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Log<M, T> {
    /// The index and mark of the last entry that a snapshot stands for; zeros without one.
    base: (Index, M),
    full: Vec<Rc<Vec<Entry<M, T>>>>,
    tail: Vec<Entry<M, T>>,
}

impl<M: Default, T> Default for Log<M, T> {
    fn default() -> Log<M, T> {
        Log { base: (Index(0), M::default()), full: Vec::new(), tail: Vec::new() }
    }
}

impl<M: Copy + Default, T: Clone> Log<M, T> {
    /// An empty log after a snapshot that stands for everything up to an index, whose mark is given.
    pub fn after(index: Index, mark: M) -> Log<M, T> {
        Log { base: (index, mark), ..Log::default() }
    }

    /// The last index that a snapshot stands for; 0 without one.
    pub fn base(&self) -> Index {
        self.base.0
    }

    /// The last index; 0 if there is neither entry nor snapshot.
    pub fn last(&self) -> Index {
        Index(self.base.0.0 + (self.full.len() * SEGMENT + self.tail.len()) as u32)
    }

    /// The entry at an index; none at or before the base.
    pub fn get(&self, index: Index) -> Option<&Entry<M, T>> {
        let at = (index.0 as usize).checked_sub(self.base.0.0 as usize + 1)?;
        match self.full.get(at / SEGMENT) {
            Some(segment) => segment.get(at % SEGMENT),
            None => self.tail.get(at - self.full.len() * SEGMENT),
        }
    }

    /// The mark of an index; zero for index 0, where every log agrees. None before the base: that is not known any more.
    pub fn mark_at(&self, index: Index) -> Option<M> {
        if index == self.base.0 { Some(self.base.1) } else { self.get(index).map(|entry| entry.mark) }
    }

    /// Appends an entry and gives its index.
    pub fn push(&mut self, entry: Entry<M, T>) -> Index {
        self.tail.push(entry);
        if self.tail.len() == SEGMENT {
            self.full.push(Rc::new(std::mem::take(&mut self.tail)));
        }
        self.last()
    }

    /// Drops everything after `index`, but nothing that a snapshot stands for. Returns how many entries went.
    pub fn truncate(&mut self, index: Index) -> u32 {
        let index = index.max(self.base.0);
        let dropped = self.last().0.saturating_sub(index.0);
        let keep = (index.0 - self.base.0.0) as usize;
        while self.full.len() * SEGMENT > keep {
            let segment = self.full.pop().expect("longer than keep");
            self.tail = segment.to_vec();
        }
        self.tail.truncate(keep - self.full.len() * SEGMENT);
        dropped
    }

    /// What follows `index`, with that as its base: the log after a snapshot has been taken. Nothing if it ends before.
    #[must_use]
    pub fn since(&self, index: Index) -> Log<M, T> {
        let mark = self.mark_at(index).unwrap_or_default();
        let mut log = Log::after(index, mark);
        for entry in self.from(index.next(), usize::MAX) {
            log.push(entry);
        }
        log
    }

    /// Entries from `from` on, at most `max`.
    pub fn from(&self, from: Index, max: usize) -> Vec<Entry<M, T>> {
        (from.max(self.base.0.next()).0..=self.last().0).take(max).filter_map(|i| self.get(Index(i)).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Log<u32, u32>;

    #[test]
    fn truncation_across_segments_keeps_exactly_the_beginning() {
        for keep in [0, 1, 63, 64, 65, 127, 128, 129, 200] {
            let mut log = Numbers::default();
            for i in 1..=200 {
                assert_eq!(log.push(Entry { mark: i, op: Some(i) }), Index(i));
            }
            assert_eq!(log.truncate(Index(keep)), 200 - keep);
            assert_eq!(log.last(), Index(keep));
            assert!((1..=keep).all(|i| log.mark_at(Index(i)) == Some(i)));
            assert_eq!(log.get(Index(keep + 1)), None);
            assert_eq!(log.push(Entry { mark: 9, op: None }), Index(keep + 1));
        }
    }

    #[test]
    fn a_log_after_a_snapshot_knows_its_base_and_nothing_before() {
        for base in [1, 63, 64, 65, 200] {
            let mut log = Numbers::after(Index(base), 7);
            assert_eq!((log.last(), log.mark_at(Index(base)), log.mark_at(Index(0))), (Index(base), Some(7), None));
            for i in 1..=100 {
                assert_eq!(log.push(Entry { mark: 8, op: Some(i) }), Index(base + i));
            }
            assert_eq!(log.get(Index(base)), None);
            assert_eq!(log.get(Index(base + 1)).and_then(|entry| entry.op), Some(1));
            assert_eq!(log.from(Index(1), 2).len(), 2);
            assert_eq!(log.truncate(Index(base + 64)), 36);
            assert_eq!(log.truncate(Index(0)), 64, "a snapshot is never cut");
            assert_eq!(log.last(), Index(base));
        }
    }
}
