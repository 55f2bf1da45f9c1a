//! At most one node serves a shard, judged from the answers that were given: what counts is not what a node takes itself for.
//!
//! Every answer to a read, and every acknowledgement of a write, is by a node that the control plane had named. Once a node has
//! answered that was named later, or has announced that it does from now on, nobody answers any more who was named before. (A node that
//! is named again may answer again.)

use litemap::LiteMap;

use crate::cluster::property::{Promise, Verdicts};
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;

/// Who was named, and who has answered.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Serving {
    shards: LiteMap<ShardId, Shard>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// Views decided so far.
    views: u32,
    /// The latest of them that names each node as primary. Those of the founding views are not told: 0.
    named: LiteMap<Pid, u32>,
    /// The latest node to answer, by when it was named.
    latest: Option<(u32, Pid)>,
}

impl Serving {
    /// A view was decided.
    pub(super) fn view(&mut self, shard: ShardId, primary: Option<Pid>) {
        let it = self.shards.entry(shard).or_default();
        it.views += 1;
        if let Some(primary) = primary {
            it.named.insert(primary, it.views);
        }
    }

    /// A node answers, or announces that it does.
    pub(super) fn answers(&mut self, shard: ShardId, who: Pid, verdicts: &mut Verdicts) {
        let it = self.shards.entry(shard).or_default();
        let named = it.named.get(&who).copied().unwrap_or_default();
        match it.latest {
            Some((latest, other)) if named < latest || (named == latest && other != who) => verdicts.breaks(Promise::OneServing),
            Some(_) | None => it.latest = Some((named, who)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: ShardId = ShardId(3);

    /// Names of nodes, `n` for a view that names it, an answer by it otherwise.
    fn is_broken(story: &[(bool, u16)]) -> bool {
        let (mut serving, mut verdicts) = (Serving::default(), Verdicts::default());
        for &(view, who) in story {
            if view {
                serving.view(SHARD, Some(Pid(who)));
            } else {
                serving.answers(SHARD, Pid(who), &mut verdicts);
            }
        }
        verdicts != Verdicts::default()
    }

    #[test]
    fn whoever_was_named_before_answers_no_more_once_another_has() {
        assert!(!is_broken(&[(false, 1), (true, 2), (false, 1), (false, 2)]), "until then it may: nobody has relied on the other");
        assert!(is_broken(&[(false, 1), (true, 2), (false, 2), (false, 1)]));
        assert!(!is_broken(&[(false, 1), (true, 2), (false, 2), (true, 1), (false, 1)]), "it was named again");
        assert!(is_broken(&[(false, 1), (false, 2)]), "of two that nobody has named since the beginning one at most was named then");
    }
}
