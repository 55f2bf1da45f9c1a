//! What coordinators promise: one leader a term, and decisions that stay (Raft, figure 3: election safety, leader completeness,
//! state machine safety).

use crate::cluster::property::{Promise, Verdicts};
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
    /// A coordinator was elected.
    pub(super) fn elected(&mut self, sight: &impl Sight, who: Pid, term: u32, verdicts: &mut Verdicts) {
        if *self.leaders.get_or_insert_with(term, || who) != who {
            verdicts.breaks(Promise::OneLeader);
        }
        // Whatever was decided must be in its log, as far as a snapshot does not stand for it.
        let mut rest = sight.decisions_from(who).0..self.made.end();
        if rest.any(|n| self.made.get(n).is_some_and(|made| sight.decision(who, Index(n)) != Some(*made))) {
            verdicts.breaks(Promise::DecisionsSurvive);
        }
    }

    /// A coordinator says that an entry is decided.
    pub(super) fn decided(&mut self, sight: &impl Sight, who: Pid, index: Index, term: u32, verdicts: &mut Verdicts) {
        // In the same instant a snapshot may have taken its place: then only the term is known.
        let found = sight.decision(who, index);
        let before = self.made.get(index.0).copied();
        if let (None, Some(found)) = (before, found) {
            self.made.set(index.0, found);
        }
        let agrees = match (before, found) {
            (Some(made), Some(found)) => made == found,
            (Some((made, _)), None) | (None, Some((made, _))) => made == term,
            (None, None) => true,
        };
        if !agrees {
            verdicts.breaks(Promise::DecisionsSurvive);
        }
    }
}
