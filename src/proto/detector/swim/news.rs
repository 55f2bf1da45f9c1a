//! Rumours that are still being told. Of each member the latest only, so there are never more than members.

use crate::proto::detector::swim::words::Rumour;
use crate::sim::id::Pid;
use crate::sim::sorted::sorted_by_key;

/// A rumour and how often it was told.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Told {
    rumour: Rumour,
    times: u32,
}

/// Rumours that are still being told, the oldest first.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct News(Vec<Told>);

impl News {
    /// Begins to tell a rumour; an older one about that member is told no more.
    pub fn add(&mut self, rumour: Rumour) {
        self.0.retain(|it| it.rumour.about != rumour.about);
        self.0.push(Told { rumour, times: 0 });
    }

    /// What goes with a message: the rumours told least often, the newest of them first (section 4.1 prefers those told less). Each
    /// then counts as told once more, and is forgotten when it was told `times_max` times.
    pub fn take(&mut self, most: usize, times_max: u32) -> Vec<Rumour> {
        let mut order = sorted_by_key((0..self.0.len()).rev(), |&i| self.0[i].times);
        order.truncate(most);
        let taken = order.iter().map(|&i| {
            self.0[i].times += 1;
            self.0[i].rumour
        });
        let taken = taken.collect();
        self.0.retain(|it| it.times < times_max);
        taken
    }

    /// Whether something about a member is still being told.
    pub fn tells_of(&self, member: Pid) -> bool {
        self.0.iter().any(|it| it.rumour.about == member)
    }

    /// How many rumours are still being told.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::detector::swim::words::{Claim, Incarnation};

    fn rumour(about: u16, incarnation: u32) -> Rumour {
        Rumour { about: Pid(about), incarnation: Incarnation(incarnation), claim: Claim::Alive }
    }

    #[test]
    fn what_was_told_least_goes_first_and_the_newest_of_it() {
        let mut news = News::default();
        (0..3).for_each(|i| news.add(rumour(i, 0)));
        assert_eq!(news.take(2, 9), [rumour(2, 0), rumour(1, 0)]);
        news.add(rumour(3, 0));
        assert_eq!(news.take(3, 9), [rumour(3, 0), rumour(0, 0), rumour(2, 0)]);
    }

    #[test]
    fn a_rumour_is_forgotten_when_told_often_enough_or_replaced() {
        let mut news = News::default();
        news.add(rumour(1, 0));
        news.add(rumour(1, 1));
        assert_eq!(news.len(), 1);
        assert_eq!((0..5).map(|_| news.take(6, 3).len()).collect::<Vec<_>>(), [1, 1, 1, 0, 0]);
        assert!(news.is_empty() && !news.tells_of(Pid(1)));
    }
}
