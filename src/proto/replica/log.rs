//! A shard's log: entries from index 1, each marked with the view that wrote it. What a snapshot stands for is not in it: the
//! log then begins after the snapshot's index, its *base*.

use std::rc::Rc;

use crate::proto::replica::view::{Index, ViewNo};

/// One entry. `op` is `None` for the mark that a new primary sets at the beginning of its view.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry<T> {
    /// The view that wrote it.
    pub view: ViewNo,
    /// The operation.
    pub op: Option<T>,
}

/// Entries in a full segment. Full segments are shared between clones, so a checkpoint costs little.
const SEGMENT: usize = 64;

/// A log that is cheap to clone: full segments never change and are shared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Log<T> {
    /// The index and view of the last entry that a snapshot stands for; (0, 0) without one.
    base: (Index, ViewNo),
    full: Vec<Rc<Vec<Entry<T>>>>,
    tail: Vec<Entry<T>>,
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log { base: (Index(0), ViewNo(0)), full: Vec::new(), tail: Vec::new() }
    }
}

impl<T: Clone> Log<T> {
    /// An empty log after a snapshot that stands for everything up to an index, written in a view.
    pub fn after(index: Index, view: ViewNo) -> Log<T> {
        Log { base: (index, view), ..Log::default() }
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
    pub fn get(&self, index: Index) -> Option<&Entry<T>> {
        let at = (index.0 as usize).checked_sub(self.base.0.0 as usize + 1)?;
        match self.full.get(at / SEGMENT) {
            Some(segment) => segment.get(at % SEGMENT),
            None => self.tail.get(at - self.full.len() * SEGMENT),
        }
    }

    /// The view that wrote an index; view 0 for index 0, where every log agrees. None before the base: that is not known
    /// any more.
    pub fn view_at(&self, index: Index) -> Option<ViewNo> {
        if index == self.base.0 { Some(self.base.1) } else { self.get(index).map(|entry| entry.view) }
    }

    /// Appends an entry and gives its index.
    pub fn push(&mut self, entry: Entry<T>) -> Index {
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

    /// Entries from `from` on, at most `max`.
    pub fn from(&self, from: Index, max: usize) -> Vec<Entry<T>> {
        (from.max(self.base.0.next()).0..=self.last().0).take(max).filter_map(|i| self.get(Index(i)).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncation_across_segments_keeps_exactly_the_beginning() {
        for keep in [0, 1, 63, 64, 65, 127, 128, 129, 200] {
            let mut log = Log::default();
            for i in 1..=200 {
                assert_eq!(log.push(Entry { view: ViewNo(i), op: Some(i) }), Index(i));
            }
            assert_eq!(log.truncate(Index(keep)), 200 - keep);
            assert_eq!(log.last(), Index(keep));
            assert!((1..=keep).all(|i| log.view_at(Index(i)) == Some(ViewNo(i))));
            assert_eq!(log.get(Index(keep + 1)), None);
            assert_eq!(log.push(Entry { view: ViewNo(9), op: None }), Index(keep + 1));
        }
    }

    #[test]
    fn a_log_after_a_snapshot_knows_its_base_and_nothing_before() {
        for base in [1, 63, 64, 65, 200] {
            let mut log = Log::after(Index(base), ViewNo(7));
            assert_eq!((log.last(), log.view_at(Index(base)), log.view_at(Index(0))), (Index(base), Some(ViewNo(7)), None));
            for i in 1..=100 {
                assert_eq!(log.push(Entry { view: ViewNo(8), op: Some(i) }), Index(base + i));
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
