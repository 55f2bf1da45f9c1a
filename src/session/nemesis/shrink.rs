//! Makes a failing run smaller: actions are left out as long as the same goes wrong.

use crate::session::action::Action;
use crate::sim::time::Time;

/// A failing run, as small as it could be made.
#[derive(Debug)]
pub struct Small<T> {
    /// The actions that are left.
    pub actions: Vec<(Time, Action)>,
    /// What came of them.
    pub outcome: T,
    /// How many runs it took.
    pub tries: u32,
}

/// Leaves out pieces of the list of actions, half of it first and in the end one by one, as long as it still `fails` (Zeller and
/// Hildebrandt's ddmin, without its complements), in at most so many tries. `None` if it does not fail even as it is.
pub fn shrink<T>(actions: &[(Time, Action)], most: u32, fails: impl Fn(&[(Time, Action)]) -> Option<T>) -> Option<Small<T>> {
    let mut small = Small { actions: actions.to_vec(), outcome: fails(actions)?, tries: 1 };
    let mut piece = actions.len().div_ceil(2).max(1);
    loop {
        let (mut from, mut left_out) = (0, false);
        while from < small.actions.len() && small.tries < most {
            let upto = (from + piece).min(small.actions.len());
            let fewer: Vec<(Time, Action)> = small.actions[..from].iter().chain(&small.actions[upto..]).copied().collect();
            small.tries += 1;
            match fails(&fewer) {
                Some(outcome) => (small.actions, small.outcome, left_out) = (fewer, outcome, true),
                None => from = upto,
            }
        }
        if small.tries >= most || small.actions.is_empty() || (piece == 1 && !left_out) {
            return Some(small);
        }
        piece = piece.div_ceil(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::setup::name::{Kind, Name};

    /// Kills of so many coordinators; only their number matters here.
    fn kills(n: u8) -> Vec<(Time, Action)> {
        (0..n).map(|n| (Time::from_millis(n.into()), Action::Kill(Name { kind: Kind::Coordinator, n }))).collect()
    }

    #[test]
    fn what_is_not_needed_is_left_out_and_what_is_needed_stays_in_order() {
        let all = kills(23);
        let needed = [all[3], all[17], all[18]];
        let fails = |actions: &[(Time, Action)]| needed.iter().all(|it| actions.contains(it)).then_some(actions.len());
        let small = shrink(&all, 1_000, fails).expect("it fails as it is");
        assert_eq!((small.actions.as_slice(), small.outcome), (&needed[..], 3));
        assert!(small.tries < 60, "{} tries", small.tries);
    }

    #[test]
    fn tries_are_bounded_and_what_does_not_fail_is_not_shrunk() {
        let whole = |actions: &[(Time, Action)]| (actions.len() == 40).then_some(());
        let small = shrink(&kills(40), 5, whole).expect("it fails as it is");
        assert_eq!((small.tries, small.actions.len()), (5, 40));
        assert!(shrink(&kills(4), 100, |_| None::<()>).is_none());
        assert!(shrink(&[], 100, |_| Some(())).expect("it always fails").actions.is_empty());
    }
}
