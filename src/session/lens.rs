//! What the two panes beside the ring show. The run does not depend on it; links carry it, so the words stand here.
//!
//! A lens is a row of [`Lens::ALL`], its picture as data in `scene`, its words in `text`, and its component in `ui`. Whatever
//! else must know it has a full match, which does not compile without it.

use std::fmt;

use crate::session::limits::excerpt;
use crate::session::link_error::LinkError;

/// What a pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lens {
    /// The copies of every shard, and who leads it.
    Replicas,
    /// A lock: who holds it, who waits, who believes what, and its document.
    Lock,
    /// What the nodes have to do, how long clients wait, and how much of what they ask is answered.
    Load,
    /// Who believes whom dead, beside the truth, and why.
    Doubt,
}

impl Lens {
    /// All lenses, in the order in which they are offered.
    pub const ALL: [Lens; 4] = [Lens::Replicas, Lens::Lock, Lens::Load, Lens::Doubt];

    /// Its word in links.
    pub const fn word(self) -> &'static str {
        match self {
            Lens::Replicas => "replicas",
            Lens::Lock => "lock",
            Lens::Load => "load",
            Lens::Doubt => "doubt",
        }
    }

    /// The lens of a word.
    pub fn of(word: &str) -> Option<Lens> {
        Lens::ALL.into_iter().find(|lens| lens.word() == word)
    }
}

/// One of the two panes beside the ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pane {
    /// The one next to the ring; on a page of one column the only one.
    First,
    /// The one beyond it, over the bill.
    Second,
}

impl Pane {
    /// Both.
    pub const ALL: [Pane; 2] = [Pane::First, Pane::Second];

    /// Its word: the id of its section.
    pub const fn id(self) -> &'static str {
        match self {
            Pane::First => "first",
            Pane::Second => "second",
        }
    }

    /// The id of its picture.
    pub const fn pic(self) -> &'static str {
        match self {
            Pane::First => "first-pic",
            Pane::Second => "second-pic",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Pane {
        match self {
            Pane::First => Pane::Second,
            Pane::Second => Pane::First,
        }
    }
}

/// The lenses of the two panes: never the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lenses {
    shown: [Lens; 2],
}

impl Default for Lenses {
    fn default() -> Lenses {
        Lenses { shown: [Lens::Replicas, Lens::Lock] }
    }
}

impl Lenses {
    /// What a pane shows.
    pub const fn of(self, pane: Pane) -> Lens {
        self.shown[pane as usize]
    }

    /// Whether one of the panes shows it.
    pub fn shows(self, lens: Lens) -> bool {
        self.shown.contains(&lens)
    }

    /// With this lens in that pane. What the other pane shows changes places with it.
    #[must_use]
    pub fn with(mut self, pane: Pane, lens: Lens) -> Lenses {
        let before = self.of(pane);
        if self.of(pane.other()) == lens {
            self.shown[pane.other() as usize] = before;
        }
        self.shown[pane as usize] = lens;
        self
    }

    /// The lens after that of a pane which the other pane does not show.
    pub fn next(self, pane: Pane) -> Lens {
        let after = |lens: Lens| Lens::ALL[(lens as usize + 1) % Lens::ALL.len()];
        let next = after(self.of(pane));
        if self.of(pane.other()) == next { after(next) } else { next }
    }

    /// Reads `replicas,lock`.
    pub fn parse(text: &str) -> Result<Lenses, LinkError> {
        let known = || Lens::ALL.map(Lens::word).to_vec();
        let unknown = |word: &str| LinkError::UnknownWord { key: "lens", text: excerpt(word), known: known() };
        let lenses = text.split(',').map(|word| Lens::of(word).ok_or_else(|| unknown(word))).collect::<Result<Vec<_>, _>>()?;
        match lenses[..] {
            [first, second] if first != second => Ok(Lenses { shown: [first, second] }),
            _ => Err(LinkError::Lenses(excerpt(text))),
        }
    }
}

impl fmt::Display for Lenses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.shown[0].word(), self.shown[1].word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_written_and_read_back_and_no_lens_is_shown_twice() {
        for pane in Pane::ALL {
            for (i, lens) in Lens::ALL.into_iter().enumerate() {
                assert_eq!((lens as usize, Lens::of(lens.word())), (i, Some(lens)), "the table is in the order of the lenses");
                for before in [Lenses::default(), Lenses::default().with(Pane::First, Lens::Lock)] {
                    let after = before.with(pane, lens);
                    assert_eq!(after.of(pane), lens);
                    assert_ne!(after.of(Pane::First), after.of(Pane::Second));
                    assert_eq!(Lenses::parse(&after.to_string()), Ok(after));
                    assert!(after.shows(lens) && after.shows(after.of(pane.other())));
                }
            }
        }
    }

    #[test]
    fn choosing_what_the_other_pane_shows_changes_their_places() {
        assert_eq!(Lenses::default().with(Pane::First, Lens::Lock).to_string(), "lock,replicas");
        assert_eq!(Lenses::default().with(Pane::Second, Lens::Replicas).to_string(), "lock,replicas");
        assert_eq!(Lenses::default().with(Pane::Second, Lens::Load).to_string(), "replicas,load");
    }

    #[test]
    fn the_next_lens_is_one_that_is_not_shown_and_all_of_them_come() {
        for pane in Pane::ALL {
            let mut lenses = Lenses::default();
            let (kept, first) = (lenses.of(pane.other()), lenses.of(pane));
            for _ in 0..Lens::ALL.len() - 1 {
                lenses = lenses.with(pane, lenses.next(pane));
                assert_eq!(lenses.of(pane.other()), kept);
            }
            assert_eq!(lenses.of(pane), first, "once round");
        }
    }

    #[test]
    fn what_is_no_pair_of_lenses_is_named() {
        let said = |text: &str| Lenses::parse(text).expect_err(text).to_string();
        assert_eq!(said("replicas,bananas"), "“lens” is not “bananas”, but one of replicas lock load doubt");
        for text in ["load", "load,load", "load,lock,replicas"] {
            assert_eq!(said(text), format!("“lens” wants two that differ, such as replicas,lock, not “{text}”"));
        }
        assert_eq!(said(""), "“lens” is not “”, but one of replicas lock load doubt");
    }
}
