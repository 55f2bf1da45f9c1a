//! Sorting short lists.
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
}
