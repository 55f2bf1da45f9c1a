//! At most one node serves a shard, judged from the answers that were given: what counts is not what a node takes itself for.
//!
//! Every answer to a read or a retry, and every acknowledgement of a write, is by a node that the control plane had named. Once a
//! node has answered that was named later, or has announced that it does from now on, nobody answers any more who was named before.
//! (A node that is named again may answer again.)
//!
//! Each answer also says in which view it is given. Once a node has answered in a view, no other answers in it or in an earlier one:
//! so a node that was named again does not answer from its earlier term.

use litemap::LiteMap;

use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::replica::view::{ShardId, ViewNo};
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
    /// The latest of them: its number, and whom it names.
    decided: Option<(ViewNo, Option<Pid>)>,
    /// The latest of them that names each node as primary. Those of the founding views are not told: 0.
    named: LiteMap<Pid, u32>,
    /// The latest node to answer, by when it was named.
    latest: Option<(u32, Pid)>,
    /// The highest view in which anybody has answered, and who.
    highest: Option<(ViewNo, Pid)>,
}

impl Serving {
    /// A view was decided.
    pub(super) fn view(&mut self, shard: ShardId, no: ViewNo, primary: Option<Pid>) {
        let it = self.shards.entry(shard).or_default();
        it.views += 1;
        it.decided = Some((no, primary));
        if let Some(primary) = primary {
            it.named.insert(primary, it.views);
        }
    }

    /// A node answers in a view, or announces that it does.
    pub(super) fn answers(&mut self, shard: ShardId, who: Pid, view: ViewNo, verdicts: &mut Verdicts) {
        let it = self.shards.entry(shard).or_default();
        let named = it.named.get(&who).copied().unwrap_or_default();
        match it.latest {
            Some((latest, other)) if named < latest || (named == latest && other != who) => verdicts.breaks(Promise::OneServing),
            Some(_) | None => it.latest = Some((named, who)),
        }
        let names_another = it.decided.is_some_and(|(no, primary)| no == view && primary != Some(who));
        if names_another || it.highest.is_some_and(|(highest, other)| other != who && view <= highest) {
            verdicts.breaks(Promise::OneServing);
        }
        it.highest = it.highest.max(Some((view, who)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARD: ShardId = ShardId(3);

    #[derive(Clone, Copy)]
    enum Step {
        /// A view names a node.
        View(u32, u16),
        /// A node answers in a view.
        Answers(u32, u16),
    }
    use Step::{Answers, View};

    fn is_broken(story: &[Step]) -> bool {
        let (mut serving, mut verdicts) = (Serving::default(), Verdicts::default());
        for &step in story {
            match step {
                View(no, who) => serving.view(SHARD, ViewNo(no), Some(Pid(who))),
                Answers(view, who) => serving.answers(SHARD, Pid(who), ViewNo(view), &mut verdicts),
            }
        }
        verdicts != Verdicts::default()
    }

    #[test]
    fn whoever_was_named_before_answers_no_more_once_another_has() {
        let until_then = [Answers(1, 1), View(2, 2), Answers(1, 1), Answers(2, 2)];
        assert!(!is_broken(&until_then), "until then it may: nobody has relied on the other");
        assert!(is_broken(&[Answers(1, 1), View(2, 2), Answers(2, 2), Answers(1, 1)]));
        let again = [Answers(1, 1), View(2, 2), Answers(2, 2), View(3, 1), Answers(3, 1)];
        assert!(!is_broken(&again), "it was named again");
        assert!(is_broken(&[Answers(1, 1), Answers(1, 2)]), "of two that nobody has named since the beginning one at most was named then");
    }

    #[test]
    fn a_node_that_is_named_again_does_not_answer_from_its_earlier_term() {
        let story = |late| [Answers(1, 1), View(2, 2), Answers(2, 2), View(3, 1), Answers(late, 1)];
        assert!(is_broken(&story(1)) && !is_broken(&story(3)));
    }

    #[test]
    fn nobody_answers_in_a_view_that_names_another() {
        assert!(is_broken(&[View(2, 2), Answers(2, 1)]));
        assert!(!is_broken(&[View(2, 2), Answers(2, 2), Answers(2, 2)]));
    }
}
