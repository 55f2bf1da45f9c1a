//! What a majority has agreed on.

use crate::proto::log::Index;

/// How many of `n` members are a majority.
pub const fn majority(n: usize) -> usize {
    n / 2 + 1
}

/// The largest index that at least `need` of the members have stored, by what is known of each (0 for nothing).
///
/// # Panics
/// If `need` is zero or more than there are members.
pub fn committed(stored: impl Iterator<Item = Index>, need: usize) -> Index {
    let mut row: Vec<Index> = Vec::new();
    for index in stored {
        let at = row.partition_point(|&other| other > index);
        row.insert(at, index);
    }
    row[need - 1]
}

/// What the votes say so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Enough are for it.
    Won,
    /// So many are against it that it cannot be won any more.
    Lost,
    /// Nobody can say yet.
    Pending,
}

/// Counts votes: `Some(true)` for, `Some(false)` against, `None` not heard.
pub fn count(votes: impl Iterator<Item = Option<bool>>, need: usize) -> Outcome {
    let (mut members, mut ayes, mut noes) = (0, 0, 0);
    for vote in votes {
        members += 1;
        ayes += usize::from(vote == Some(true));
        noes += usize::from(vote == Some(false));
    }
    if ayes >= need {
        Outcome::Won
    } else if members - noes < need {
        Outcome::Lost
    } else {
        Outcome::Pending
    }
}
