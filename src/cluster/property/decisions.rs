//! What coordinators promise: one leader a term, and decisions that stay (Raft, figure 3: election safety, leader completeness,
//! state machine safety).

use crate::cluster::view::Sight;
use crate::proto::replica::view::Index;
use crate::sim::id::Pid;
use crate::sim::pages::Pages;
use crate::sim::sorted::SortedMap;

/// What the checker remembers of the coordinators.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Decisions {
    /// Who was elected, by term.
    leaders: SortedMap<u32, Pid>,
    /// By index, the term and the fingerprint of whatever was decided there first, by anybody.
    made: Pages<(u32, u64)>,
}

impl Decisions {
    /// A coordinator was elected. False: so was another, in the same term.
    pub(super) fn is_only_leader(&mut self, who: Pid, term: u32) -> bool {
        *self.leaders.get_or_insert_with(term, || who) == who
    }

    /// Whether a coordinator has in its log whatever was decided, as far as a snapshot does not stand for it.
    pub(super) fn has_all(&self, sight: &impl Sight, who: Pid) -> bool {
        let begins = sight.decisions_from(who).0;
        (begins..self.made.end()).all(|n| self.made.get(n).is_none_or(|made| sight.decision(who, Index(n)) == Some(*made)))
    }

    /// A coordinator says that an entry is decided. False: it was decided otherwise before.
    pub(super) fn is_made(&mut self, sight: &impl Sight, who: Pid, index: Index, term: u32) -> bool {
        // In the same instant a snapshot may have taken its place: then only the term is known.
        let found = sight.decision(who, index);
        match (self.made.get(index.0), found) {
            (None, Some(found)) => {
                self.made.set(index.0, found);
                found.0 == term
            }
            (Some(made), Some(found)) => *made == found,
            (Some(made), None) => made.0 == term,
            (None, None) => true,
        }
    }
}
