//! What is going to happen, in the order in which it will.

/// Things by key, the smallest first out. The rows stand in falling order: what comes next is taken from the end, and what is
/// added mostly comes soon, so little has to move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queue<K, T> {
    rows: Vec<(K, T)>,
}

impl<K, T> Default for Queue<K, T> {
    fn default() -> Queue<K, T> {
        Queue { rows: Vec::new() }
    }
}

impl<K: Ord + Copy, T> Queue<K, T> {
    /// When the next thing happens.
    pub fn first(&self) -> Option<K> {
        self.rows.last().map(|&(key, _)| key)
    }

    /// Takes out the next thing.
    pub fn pop(&mut self) -> Option<(K, T)> {
        self.rows.pop()
    }

    /// Adds a thing. No two have the same key.
    pub fn add(&mut self, key: K, thing: T) {
        let at = self.rows.partition_point(|row| row.0 > key);
        self.rows.insert(at, (key, thing));
    }

    /// Takes out the thing of a key.
    pub fn remove(&mut self, key: K) -> Option<T> {
        let at = self.rows.binary_search_by(|row| key.cmp(&row.0)).ok()?;
        Some(self.rows.remove(at).1)
    }

    /// Keeps what fits.
    pub fn retain(&mut self, mut fits: impl FnMut(&T) -> bool) {
        self.rows.retain(|(_, thing)| fits(thing));
    }

    /// Everything, in order.
    pub fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.rows.iter().rev().map(|(key, thing)| (*key, thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_out_by_key_and_a_removed_one_does_not() {
        let mut queue = Queue::default();
        for key in [5, 1, 9, 3, 7] {
            queue.add(key, key * 10);
        }
        assert_eq!((queue.remove(3), queue.remove(4)), (Some(30), None));
        queue.retain(|&thing| thing != 70);
        assert_eq!(queue.iter().map(|(key, _)| key).collect::<Vec<_>>(), [1, 5, 9]);
        assert_eq!((queue.first(), queue.pop(), queue.pop()), (Some(1), Some((1, 10)), Some((5, 50))));
    }
}
