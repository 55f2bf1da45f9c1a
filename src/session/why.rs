//! Why a fact came about: the chain of causes, back to the action that began it.

use crate::cluster::note::{ControlNote, Note, ShardNote, SuspectWhy, ViewWhy};
use crate::proto::replica::view::View;
use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::time::Time;

/// The causes of fact `seq`, the nearest first. `facts` is a journal from its beginning.
///
/// A suspicion is brought about by messages that did *not* come, which no message's past can show: its cause is the
/// fault that silenced the node, as far as there is one. And between a suspicion and the view that follows from it lies
/// the wait for the end of a lease, in which nothing happens either: the view's cause is the suspicion.
pub fn causes(facts: &[Record<Note>], seq: Seq) -> Vec<Seq> {
    let mut chain = Vec::new();
    let mut here = facts.get(seq.0 as usize);
    while let Some(record) = here {
        let past = &facts[..record.seq.0 as usize];
        let silence = match &record.what {
            What::Note(Note::Control(ControlNote::Suspected { node, silent, why })) => {
                silenced_by(past, record.who, *node, record.at - *silent, *why)
            }
            What::Note(Note::Shard(ShardNote::ViewChanged { view, why, .. })) => match why {
                ViewWhy::Promotion | ViewWhy::NoPrimary => suspicion_behind(past, record.who, view),
                ViewWhy::BackupLost if record.cause.is_none() => suspicion_behind(past, record.who, view),
                ViewWhy::BackupLost
                | ViewWhy::CaughtUp
                | ViewWhy::Recruited(_)
                | ViewWhy::Orphaned
                | ViewWhy::Resumed
                | ViewWhy::Renumbered
                | ViewWhy::BetterLog
                | ViewWhy::Salvaged
                | ViewWhy::HandedOver
                | ViewWhy::Dismissed
                | ViewWhy::Cancelled => None,
            },
            What::Note(_) | What::Fault(_) => None,
        };
        // A cause is always an earlier fact, so that the walk ends.
        let next = silence.or(record.cause).filter(|cause| cause.0 < record.seq.0);
        chain.extend(next);
        here = next.and_then(|cause| facts.get(cause.0 as usize));
    }
    chain
}

/// The coordinator's latest suspicion in `past` of a member of `view` that it has not heard again since.
fn suspicion_behind(past: &[Record<Note>], coordinator: Pid, view: &View) -> Option<Seq> {
    let mut back: Vec<Pid> = Vec::new();
    for record in past.iter().rev().filter(|record| record.who == coordinator) {
        match record.what {
            What::Note(Note::Control(ControlNote::Returned { node, .. })) => back.push(node),
            What::Note(Note::Control(ControlNote::Suspected { node, .. }))
                if !back.contains(&node) && (view.learners.contains(&node) || view.in_sync.contains(&node)) =>
            {
                return Some(record.seq);
            }
            What::Note(_) | What::Fault(_) => {}
        }
    }
    None
}

/// The last fault in `past` that kept `node` from being heard by `ear`, or from hearing it, unless it was undone before
/// `heard`, when the last sign came that they reach each other.
fn silenced_by(past: &[Record<Note>], ear: Pid, node: Pid, heard: Time, why: SuspectWhy) -> Option<Seq> {
    let way = match why {
        SuspectWhy::Silent | SuspectWhy::Told => (node, ear),
        SuspectWhy::Deaf => (ear, node),
    };
    for record in past.iter().rev() {
        let What::Fault(fault) = record.what else { continue };
        match fault {
            Fault::Kill(who) | Fault::Wipe(who) | Fault::Freeze(who) if who == node => return Some(record.seq),
            Fault::Slow(who, times) if who == node && times > 1 => return Some(record.seq),
            Fault::Drift(who, ppm) if who == node && ppm != 0 => return Some(record.seq),
            Fault::Cut(from, to) if (from, to) == way => return Some(record.seq),
            Fault::Revive(who) | Fault::Join(who) | Fault::Thaw(who) | Fault::Slow(who, _) if who == node => {
                if record.at < heard {
                    return None;
                }
            }
            Fault::Heal(from, to) if (from, to) == way => {
                if record.at < heard {
                    return None;
                }
            }
            Fault::Kill(_)
            | Fault::Wipe(_)
            | Fault::Freeze(_)
            | Fault::Slow(..)
            | Fault::Drift(..)
            | Fault::Cut(..)
            | Fault::Revive(_)
            | Fault::Join(_)
            | Fault::Leave(_)
            | Fault::Proceed(_)
            | Fault::Thaw(_)
            | Fault::Fail(..)
            | Fault::Heal(..) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::sim::time::Span;

    const K1: Pid = Pid(0);
    const A: Pid = Pid(1);

    type Fact = (u64, Pid, Option<u64>, What<Note>);

    fn journal(facts: &[Fact]) -> Vec<Record<Note>> {
        let record = |(i, (at, who, cause, what)): (usize, &Fact)| Record {
            seq: Seq(i as u64),
            at: Time::from_millis(*at),
            who: *who,
            cause: cause.map(Seq),
            what: what.clone(),
        };
        facts.iter().enumerate().map(record).collect()
    }

    fn suspected() -> What<Note> {
        What::Note(Note::Control(ControlNote::Suspected { node: A, silent: Span::millis(1_000), why: SuspectWhy::Silent }))
    }

    fn back() -> What<Note> {
        What::Note(Note::Control(ControlNote::Returned { node: A, boot: crate::sim::id::Boot(2), fresh: false }))
    }

    #[test]
    fn a_suspicion_leads_to_the_fault_that_silenced_the_node() {
        let facts = journal(&[
            (100, K1, None, back()),
            (5_000, A, None, What::Fault(Fault::Kill(A))),
            (5_100, A, None, What::Fault(Fault::Kill(Pid(2)))),
            (6_000, K1, Some(0), suspected()),
            (6_010, K1, Some(3), back()),
        ]);
        assert_eq!(causes(&facts, Seq(4)), [Seq(3), Seq(1)]);
    }

    #[test]
    fn a_fault_undone_long_before_silences_nobody() {
        let facts = journal(&[
            (1_000, A, None, What::Fault(Fault::Kill(A))),
            (2_000, A, None, What::Fault(Fault::Revive(A))),
            (3_000, K1, Some(1), back()),
            (9_000, K1, Some(2), suspected()),
        ]);
        assert_eq!(causes(&facts, Seq(3)), [Seq(2), Seq(1)]);
    }
}
