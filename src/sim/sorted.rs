//! Ordered maps and sets as one sorted row each: what a process remembers is small, cloned often and read in order.
//!
//! A clone is one allocation, a lookup halves its way, and the page carries a fraction of the machine code that a tree needs
//! for every type it holds. Inserting in the middle moves what lies behind it, so this is no place for a crowd: the world's
//! queue is a tree.

use std::cmp::Ordering;

/// These items in ascending order, equal ones in the order in which they came. One by one into place: for short rows, and a
/// tenth of the machine code of a general sort.
pub fn in_order<T>(items: impl IntoIterator<Item = T>, compare: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut row = Vec::new();
    for item in items {
        let at = row.partition_point(|other| compare(other, &item) != Ordering::Greater);
        row.insert(at, item);
    }
    row
}

/// Puts a row in ascending order, equal items as it comes: for crowds, in n log n steps whatever the order before, and with a
/// tenth of the machine code of the library's sort. (Heapsort: Williams 1964.)
pub fn sort<T: Ord>(row: &mut [T]) {
    // First a heap is made, from its last parent to its root; then the greatest goes to the end again and again.
    for step in (0..row.len() + row.len() / 2).rev() {
        let (mut at, end) = if step < row.len() { (0, step) } else { (step - row.len(), row.len()) };
        if step < row.len() {
            row.swap(0, step);
        }
        loop {
            let mut child = 2 * at + 1;
            if child + 1 < end && row[child] < row[child + 1] {
                child += 1;
            }
            if child >= end || row[at] >= row[child] {
                break;
            }
            row.swap(at, child);
            at = child;
        }
    }
}

/// A map, in the order of its keys.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SortedMap<K, V> {
    /// Strictly ascending by key.
    row: Vec<(K, V)>,
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> SortedMap<K, V> {
        SortedMap::new()
    }
}

impl<K, V> SortedMap<K, V> {
    /// Nothing yet.
    pub const fn new() -> SortedMap<K, V> {
        SortedMap { row: Vec::new() }
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.row.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.row.clear();
    }

    /// Keys with their values, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.row.iter().map(|(key, value)| (key, value))
    }

    /// Keys with their values, ascending; the values can be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.row.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.row.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Where the key stands, or else where it would.
    fn find(&self, key: &K) -> Result<usize, usize> {
        // Most rows grow at their end: indices, operations and times only go up.
        match self.row.last() {
            Some((last, _)) if last < key => Err(self.row.len()),
            _ => self.row.binary_search_by(|(other, _)| other.cmp(key)),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|at| &self.row[at].1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.find(key).ok().map(|at| &mut self.row[at].1)
    }

    /// Whether the key is there.
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_ok()
    }

    /// Puts a value there. What stood there before comes back.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.row[at].1, value)),
            Err(at) => {
                self.row.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes a key and its value out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|at| self.row.remove(at).1)
    }

    /// The value of a key; one that is new gets the value that `make` makes.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        let at = match self.find(&key) {
            Ok(at) => at,
            Err(at) => {
                self.row.insert(at, (key, make()));
                at
            }
        };
        &mut self.row[at].1
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    /// Of two values of one key the later stays.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> SortedMap<K, V> {
        let mut map = SortedMap::new();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

/// A set, in the order of its members.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SortedSet<T> {
    map: SortedMap<T, ()>,
}

impl<T> Default for SortedSet<T> {
    fn default() -> SortedSet<T> {
        SortedSet { map: SortedMap::new() }
    }
}

impl<T: Ord> SortedSet<T> {
    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.map.iter().map(|(member, ())| member)
    }

    /// Whether it is a member.
    pub fn contains(&self, member: &T) -> bool {
        self.map.contains_key(member)
    }

    /// Makes it a member. False: it was one.
    pub fn insert(&mut self, member: T) -> bool {
        self.map.insert(member, ()).is_none()
    }

    /// Makes it none. False: it was none.
    pub fn remove(&mut self, member: &T) -> bool {
        self.map.remove(member).is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_sorted_map_does_what_a_tree_does() {
        let (mut row, mut tree) = (SortedMap::new(), BTreeMap::new());
        let mut draw = 12_345u32;
        for _ in 0..4_000 {
            draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (key, value) = (draw >> 16 & 63, draw >> 8);
            match draw >> 28 {
                0..=8 => assert_eq!(row.insert(key, value), tree.insert(key, value)),
                9..=12 => assert_eq!(row.remove(&key), tree.remove(&key)),
                13 => assert_eq!(row.get_or_insert_with(key, || value), tree.entry(key).or_insert(value)),
                _ => assert_eq!((row.get(&key), row.contains_key(&key)), (tree.get(&key), tree.contains_key(&key))),
            }
            assert_eq!(row.len(), tree.len());
            assert!(row.iter().eq(tree.iter()), "the same pairs in the same order");
        }
    }

    #[test]
    fn of_two_values_of_one_key_the_later_stays() {
        let map: SortedMap<u8, char> = [(2, 'a'), (1, 'b'), (2, 'c')].into_iter().collect();
        assert!(map.iter().eq([(&1, &'b'), (&2, &'c')]));
    }

    #[test]
    fn items_stand_in_order_and_equal_ones_as_they_came() {
        let pairs = in_order([(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd')], |a, b| a.0.cmp(&b.0));
        assert_eq!(pairs, [(0, 'd'), (1, 'b'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn a_crowd_is_sorted() {
        let mut draw = 1u32;
        for len in (0..40).chain([1_000, 4_321]) {
            let mut row: Vec<u32> = Vec::new();
            for _ in 0..len {
                draw = draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                row.push(draw >> 22);
            }
            let mut expected = row.clone();
            expected.sort_unstable();
            for _ in 0..2 {
                sort(&mut row);
                assert_eq!(row, expected, "of {len}; the second time they are in order already");
            }
            row.reverse();
            sort(&mut row);
            assert_eq!(row, expected, "backwards");
        }
    }

    #[test]
    fn a_set_has_each_member_once() {
        let mut set = SortedSet::default();
        assert!(set.insert(3) && set.insert(1) && !set.insert(3));
        assert!(set.iter().eq([&1, &3]));
        assert!(set.remove(&3) && !set.remove(&3) && set.contains(&1));
    }
}
