//! What the marks of the time bar stand for.

use crate::proto::replica::view::ViewNo;
use crate::sim::id::Pid;

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// A process was killed.
    Killed(Pid),
    /// Its disk was emptied.
    Wiped(Pid),
    /// It was booted again.
    Revived(Pid),
    /// It was made to stand still.
    Frozen(Pid),
    /// It goes on.
    Thawed(Pid),
    /// Its messages were made slower, or as fast as before.
    Slowed(Pid),
    /// Its clock drifts.
    Drifts(Pid),
    /// A link was cut; without a second end, several of the first one's.
    Cut(Pid, Option<Pid>),
    /// A link was healed; without a second end, several of the first one's.
    Healed(Pid, Option<Pid>),
    /// The first suspects the second.
    Suspected(Pid, Pid),
    /// A process that was suspected is back.
    Returned(Pid),
    /// A new primary leads the shard, in this view.
    Promoted(ViewNo, Pid),
}

impl Sign {
    /// Whether a hand did it. Everything else the cluster found out or decided.
    pub const fn by_hand(self) -> bool {
        match self {
            Sign::Killed(_)
            | Sign::Wiped(_)
            | Sign::Revived(_)
            | Sign::Frozen(_)
            | Sign::Thawed(_)
            | Sign::Slowed(_)
            | Sign::Drifts(_)
            | Sign::Cut(..)
            | Sign::Healed(..) => true,
            Sign::Suspected(..) | Sign::Returned(_) | Sign::Promoted(..) => false,
        }
    }
}

/// One sign for two of the same instant, if one will do: the two directions of a cut, or all the cuts of one process.
pub(in crate::scene) fn together(a: Sign, b: Sign) -> Option<Sign> {
    let pair = |a1: Pid, a2: Option<Pid>, b1: Pid, b2: Option<Pid>| -> Option<(Pid, Option<Pid>)> {
        let Some(second) = a2 else {
            return (a1 == b1 || b2 == Some(a1)).then_some((a1, None));
        };
        if (b1, b2) == (second, Some(a1)) || (b1, b2) == (a1, Some(second)) {
            return Some((a1, Some(second)));
        }
        [a1, second].into_iter().find(|&x| x == b1 || b2 == Some(x)).map(|common| (common, None))
    };
    match (a, b) {
        (Sign::Cut(a1, a2), Sign::Cut(b1, b2)) => pair(a1, a2, b1, b2).map(|(x, y)| Sign::Cut(x, y)),
        (Sign::Healed(a1, a2), Sign::Healed(b1, b2)) => pair(a1, a2, b1, b2).map(|(x, y)| Sign::Healed(x, y)),
        (one, other) => (one == other).then_some(one),
    }
}
