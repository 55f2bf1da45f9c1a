//! A shard's log: entries from index 1, each marked with the view that wrote it.

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
    full: Vec<Rc<Vec<Entry<T>>>>,
    tail: Vec<Entry<T>>,
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log { full: Vec::new(), tail: Vec::new() }
    }
}

impl<T: Clone> Log<T> {
    /// The last index; 0 if the log is empty.
    pub fn last(&self) -> Index {
        Index((self.full.len() * SEGMENT + self.tail.len()) as u32)
    }

    /// The entry at an index.
    pub fn get(&self, index: Index) -> Option<&Entry<T>> {
        let at = (index.0 as usize).checked_sub(1)?;
        match self.full.get(at / SEGMENT) {
            Some(segment) => segment.get(at % SEGMENT),
            None => self.tail.get(at - self.full.len() * SEGMENT),
        }
    }

    /// The view that wrote an index; view 0 for index 0, where every log agrees.
    pub fn view_at(&self, index: Index) -> Option<ViewNo> {
        if index == Index(0) { Some(ViewNo(0)) } else { self.get(index).map(|entry| entry.view) }
    }

    /// Appends an entry and gives its index.
    pub fn push(&mut self, entry: Entry<T>) -> Index {
        self.tail.push(entry);
        if self.tail.len() == SEGMENT {
            self.full.push(Rc::new(std::mem::take(&mut self.tail)));
        }
        self.last()
    }

    /// Drops everything after `index`. Returns how many entries went.
    pub fn truncate(&mut self, index: Index) -> u32 {
        let dropped = self.last().0.saturating_sub(index.0);
        let keep = index.0 as usize;
        while self.full.len() * SEGMENT > keep {
            let segment = self.full.pop().expect("longer than keep");
            self.tail = segment.to_vec();
        }
        self.tail.truncate(keep - self.full.len() * SEGMENT);
        dropped
    }

    /// Entries from `from` on, at most `max`.
    pub fn from(&self, from: Index, max: usize) -> Vec<Entry<T>> {
        (from.0..=self.last().0).take(max).filter_map(|i| self.get(Index(i)).cloned()).collect()
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
}
