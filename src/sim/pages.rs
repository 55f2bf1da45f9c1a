//! A long table by number that is cheap to clone: full pages are shared between clones, so a checkpoint costs little.

use std::rc::Rc;

/// Rows of a page.
const PAGE: usize = 256;

/// Rows by number, from 0. What was never set is `None`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pages<T> {
    pages: Vec<Rc<Vec<Option<T>>>>,
    /// One more than the largest number set.
    end: u32,
}

impl<T> Default for Pages<T> {
    fn default() -> Pages<T> {
        Pages { pages: Vec::new(), end: 0 }
    }
}

impl<T: Clone> Pages<T> {
    /// One more than the largest number that was set.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// The row of a number.
    pub fn get(&self, n: u32) -> Option<&T> {
        self.pages.get(n as usize / PAGE)?.get(n as usize % PAGE)?.as_ref()
    }

    /// Sets the row of a number, and gives what stood there.
    pub fn set(&mut self, n: u32, row: T) -> Option<T> {
        let (page, at) = (n as usize / PAGE, n as usize % PAGE);
        while self.pages.len() <= page {
            self.pages.push(Rc::default());
        }
        let page = Rc::make_mut(&mut self.pages[page]);
        if page.len() <= at {
            page.resize(at + 1, None);
        }
        self.end = self.end.max(n + 1);
        page[at].replace(row)
    }

    /// All rows that are set, by number.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &T)> {
        (0..self.end).filter_map(|n| Some((n, self.get(n)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_where_they_were_set_and_nowhere_else() {
        let mut pages = Pages::default();
        for n in [0, 255, 256, 1_000, 3] {
            assert_eq!(pages.set(n, n * 2), None);
        }
        let before = pages.clone();
        assert_eq!(pages.set(255, 7), Some(510));
        assert_eq!(before.get(255), Some(&510), "a clone keeps what it had");
        assert_eq!((pages.get(254), pages.get(999), pages.get(5_000), pages.end()), (None, None, None, 1_001));
        assert_eq!(pages.iter().collect::<Vec<_>>(), [(0, &0), (3, &6), (255, &7), (256, &512), (1_000, &2_000)]);
    }
}
