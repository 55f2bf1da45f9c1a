//! Sorting short lists, and small sets.
//!
//! The general sorts of the standard library weigh about 4 KB in the page for each kind of item, 35 KB in all, which is a thirtieth of it. What is
//! sorted here has a few dozen items, a few hundred at most and then once a run; inserting one after the other is as fast, and weighs next to
//! nothing.

/// Items in the order of a key; those with equal keys stay as they came.
pub fn sorted_by_key<T, K: PartialOrd>(items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for item in items {
        let at = out.partition_point(|before| key(before) <= key(&item));
        out.insert(at, item);
    }
    out
}

/// Items in their order.
pub fn sorted<T: PartialOrd + Copy>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    sorted_by_key(items, |item| *item)
}

/// A set as a sorted list: for sets that stay small, or are mostly looked at. Each kind of tree weighs about 5 KB in the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Set<T>(Vec<T>);

impl<T> Default for Set<T> {
    fn default() -> Set<T> {
        Set(Vec::new())
    }
}

impl<T: Ord> Set<T> {
    /// Adds one. False if it is there already.
    pub fn insert(&mut self, item: T) -> bool {
        let place = self.0.binary_search(&item);
        if let Err(at) = place {
            self.0.insert(at, item);
        }
        place.is_err()
    }

    /// Takes one out. False if it is not there.
    pub fn remove(&mut self, item: &T) -> bool {
        let place = self.0.binary_search(item);
        if let Ok(at) = place {
            self.0.remove(at);
        }
        place.is_ok()
    }

    /// Whether one is there.
    pub fn contains(&self, item: &T) -> bool {
        self.0.binary_search(item).is_ok()
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Set<T> {
        let mut set = Set::default();
        for item in items {
            set.insert(item);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Rng, Stream};

    #[test]
    fn it_does_what_a_stable_sort_does() {
        let mut rng = Rng::stream(1, Stream::Nemesis);
        for n in 0..60 {
            let items: Vec<(u32, u32)> = (0..n).map(|i| (rng.below(9), i)).collect();
            let mut other = items.clone();
            other.sort_by_key(|it| it.0);
            assert_eq!(sorted_by_key(items.clone(), |it| it.0), other);
            let mut plain: Vec<u32> = items.iter().map(|it| it.0).collect();
            assert_eq!(sorted(plain.clone()), {
                plain.sort_unstable();
                plain
            });
        }
    }

    #[test]
    fn a_set_does_what_a_tree_does() {
        let (mut set, mut tree, mut rng) = (Set::default(), std::collections::BTreeSet::new(), Rng::stream(2, Stream::Nemesis));
        for _ in 0..2_000 {
            let n = rng.below(40);
            if rng.per_mille(500) {
                assert_eq!(set.insert(n), tree.insert(n));
            } else {
                assert_eq!(set.remove(&n), tree.remove(&n));
            }
            assert_eq!((set.contains(&7), set.len(), set.is_empty()), (tree.contains(&7), tree.len(), tree.is_empty()));
            assert!(set.iter().eq(tree.iter()));
        }
        assert_eq!(tree.iter().rev().copied().collect::<Set<u32>>(), set);
    }
}
