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

/// The tables are published data: etcd-io/raft `quorum/testdata/majority_{commit,vote}.txt` at cdfbeed.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etcds_table_of_commits() {
        const UNKNOWN: u32 = 0;
        for (stored, expected) in [
            (&[UNKNOWN][..], 0),
            (&[12], 12),
            (&[UNKNOWN, UNKNOWN], 0),
            (&[12, UNKNOWN], 0),
            (&[12, 5], 5),
            (&[UNKNOWN, UNKNOWN, UNKNOWN], 0),
            (&[12, UNKNOWN, UNKNOWN], 0),
            (&[12, 5, UNKNOWN], 5),
            (&[12, 5, 6], 6),
            (&[12, 5, 4], 5),
            (&[5, 5, UNKNOWN], 5),
            (&[5, 5, 12], 5),
            (&[100, 101, 103], 101),
            (&[101, 104, 103, 103, UNKNOWN], 103),
        ] {
            assert_eq!(committed(stored.iter().map(|&i| Index(i)), majority(stored.len())), Index(expected), "{stored:?}");
        }
    }

    #[test]
    fn etcds_table_of_votes() {
        use Outcome::{Lost, Pending, Won};
        for (votes, expected) in [
            ("_", Pending),
            ("n", Lost),
            ("y", Won),
            ("__", Pending),
            ("n_", Lost),
            ("y_", Pending),
            ("ny", Lost),
            ("yy", Won),
            ("___", Pending),
            ("n__", Pending),
            ("y__", Pending),
            ("nn_", Lost),
            ("yn_", Pending),
            ("yy_", Won),
            ("yyn", Won),
            ("nyn", Lost),
            ("yyny___", Pending),
            ("_yy_nyn", Pending),
            ("yyny_ny", Won),
            ("yy_nynn", Pending),
        ] {
            let each = votes.chars().map(|vote| match vote {
                'y' => Some(true),
                'n' => Some(false),
                _ => None,
            });
            assert_eq!(count(each, majority(votes.len())), expected, "{votes}");
        }
    }
}
