//! What coordinators promise: one leader a term, and decisions that stay (Raft, figure 3: election safety, leader completeness,
//! state machine safety). What came of them is compared as well: whoever has carried out as many has the same state, however it came
//! by it.

use litemap::LiteMap;

use crate::cluster::observe::view::Sight;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::replica::view::Index;
use crate::sim::id::Pid;
use crate::sim::pages::Pages;
use crate::sim::sorted::Set;

/// What the checker remembers of the coordinators.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Decisions {
    /// Who was elected, by term.
    leaders: LiteMap<u32, Pid>,
    /// By index: the latest term that had a leader when something was first decided there, by anybody, and what it was: the
    /// entry's term and fingerprint.
    made: Pages<(u32, (u32, u64))>,
    /// The digest of the first state that somebody had after so many decisions; only the latest [`KEPT`].
    states: LiteMap<u32, u64>,
    /// Coordinators that have lost their disks and were not readmitted.
    emptied: Set<Pid>,
}

/// States that are remembered: a coordinator further behind than this is compared again once it has caught up.
const KEPT: usize = 128;

/// After every eighth decision the whole state is compared: it is large, and what went another way stays there to be seen.
/// (Measured: of the whole after every decision the engine lost a sixth of its speed.)
const WHOLE: u32 = 8;

impl Decisions {
    /// A coordinator has lost its disk. With the last one that had any, all that was decided is lost.
    pub(super) fn emptied(&mut self, sight: &impl Sight, who: Pid, verdicts: &mut Verdicts) {
        let all = sight.coordinators();
        if all.contains(&who) {
            self.emptied.insert(who);
        }
        if self.made.end() > 0 && all.iter().all(|pid| self.emptied.contains(pid)) {
            verdicts.breaks(Promise::DecisionsSurvive);
        }
    }

    /// A coordinator has learned from the others what it had lost.
    pub(super) fn readmitted(&mut self, who: Pid) {
        self.emptied.remove(&who);
    }

    /// A coordinator was elected.
    pub(super) fn elected(&mut self, sight: &impl Sight, who: Pid, term: u32, verdicts: &mut Verdicts) {
        if *self.leaders.entry(term).or_insert(who) != who {
            verdicts.breaks(Promise::OneLeader);
        }
        // Whatever was decided in a lower term must be in its log, as far as a snapshot does not stand for it. A candidate that
        // slept may count its votes late, when a newer term has decided more: it leads nobody any more.
        let mut rest = sight.decisions_from(who).0..self.made.end();
        if rest.any(|n| self.made.get(n).is_some_and(|(by, made)| *by < term && sight.decision(who, Index(n)) != Some(*made))) {
            verdicts.breaks(Promise::DecisionsSurvive);
        }
    }

    /// A coordinator has carried out decisions, or taken a state over.
    pub(super) fn carried_out(&mut self, sight: &impl Sight, who: Pid, index: Index, verdicts: &mut Verdicts) {
        // Of several in one instant only the last one's state can be seen.
        let Some((_, state)) = sight.outcome(who, index.0.is_multiple_of(WHOLE)).filter(|&(applied, _)| applied == index) else { return };
        if *self.states.entry(index.0).or_insert(state) != state {
            verdicts.breaks(Promise::DecisionsSurvive);
        }
        if self.states.len() > KEPT {
            let oldest = self.states.iter().next().map(|(&index, _)| index);
            oldest.map(|index| self.states.remove(&index));
        }
    }

    /// A coordinator says that an entry is decided.
    pub(super) fn decided(&mut self, sight: &impl Sight, who: Pid, index: Index, term: u32, verdicts: &mut Verdicts) {
        // In the same instant a snapshot may have taken its place: then only the term is known.
        let found = sight.decision(who, index);
        let before = self.made.get(index.0).map(|&(_, made)| made);
        if let (None, Some(found)) = (before, found) {
            let by = self.leaders.iter().next_back().map_or(term, |(&latest, _)| latest);
            self.made.set(index.0, (by, found));
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::cluster::observe::view::{Logged, Write};
    use crate::proto::lock::token::LockId;
    use crate::proto::replica::view::ShardId;
    use crate::sim::time::Time;

    /// Logs of coordinators: the terms of their entries, from index 1.
    struct Logs(Vec<Vec<u32>>);

    impl Sight for Logs {
        fn decision(&self, coordinator: Pid, index: Index) -> Option<(u32, u64)> {
            let term = self.0[coordinator.index()].get(index.0.checked_sub(1)? as usize)?;
            Some((*term, u64::from(*term)))
        }
        fn decisions_from(&self, _: Pid) -> Index {
            Index(1)
        }
        fn now(&self) -> Time {
            Time::ZERO
        }
        fn serves(&self, _: Pid, _: ShardId) -> bool {
            false
        }
        fn logged(&self, _: Pid, _: ShardId, _: Index) -> Logged {
            Logged::Nothing
        }
        fn has(&self, _: Pid, _: ShardId, _: &Write) -> bool {
            false
        }
        fn kept(&self, _: Pid, _: ShardId, _: &Write) -> bool {
            false
        }
        fn state(&self, _: Pid, _: ShardId) -> Option<(Index, u64)> {
            None
        }
        fn nodes(&self) -> Vec<Pid> {
            Vec::new()
        }
        fn coordinators(&self) -> Vec<Pid> {
            Vec::new()
        }
        fn balancers(&self) -> Vec<Pid> {
            Vec::new()
        }
        fn founders(&self) -> Vec<Pid> {
            Vec::new()
        }
        fn tokens(&self) -> Rc<[(u64, Pid)]> {
            Rc::default()
        }
        fn outcome(&self, _: Pid, _: bool) -> Option<(Index, u64)> {
            None
        }
        fn believers(&self) -> Vec<(Pid, LockId)> {
            Vec::new()
        }
        fn shards(&self) -> u16 {
            0
        }
        fn copies(&self) -> usize {
            0
        }
    }

    /// The leader of term 2 has decided index 1; then somebody with an empty log is elected in this term.
    fn breaks(term: u32) -> bool {
        let (logs, mut decisions, mut verdicts) = (Logs(vec![vec![2], vec![]]), Decisions::default(), Verdicts::default());
        decisions.elected(&logs, Pid(0), 2, &mut verdicts);
        decisions.decided(&logs, Pid(0), Index(1), 2, &mut verdicts);
        decisions.elected(&logs, Pid(1), term, &mut verdicts);
        verdicts != Verdicts::default()
    }

    #[test]
    fn only_leaders_of_higher_terms_must_know_what_was_decided() {
        assert!(breaks(3), "leader completeness");
        assert!(!breaks(1), "a candidate that slept counted its votes late: it is of an older term");
    }
}
