//! The shortest piece of a history that cannot be put in order, so that a reader sees why.
//!
//! First the history is cut off behind the first return with which no order is left: what came later is not needed. Then, one
//! operation after the other is no longer taken for certain (it may have been done in its time, or not at all) as long as there
//! is still no order. That only gives more freedom, so whatever is left is a contradiction in the whole history, and not in one
//! that nobody saw: to leave a write out altogether would make nonsense of a read that returned its value. Last, those go that
//! explain nothing: without them, still nothing that is certain can be spared.

use crate::cluster::history::check::{Verdict, check};
use crate::cluster::history::model::State;
use crate::cluster::history::{Op, Place};

/// A piece of a history that cannot be put in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// The history up to here has no order; up to any earlier place it has one.
    pub upto: Place,
    /// The operations that cannot be put in order, in the order of their invocation, each with its number in the history. Those
    /// that are not certain may be done or not, and there is no order; as soon as any other may as well not have been done, there
    /// is one.
    pub ops: Vec<(usize, Op)>,
    /// Whether none of them can be spared. False if the steps ran out on the way.
    pub shortest: bool,
}

/// The shortest piece of operations on one object that [`check`] has found not to be linearizable; at most `steps` are taken on the way.
pub fn shortest(ops: &[Op], initial: &State, steps: u64) -> Piece {
    let mut search = Search { initial, steps, ran_out: false };
    let upto = search.cut(ops);
    let mut piece: Vec<(usize, Op)> = up_to(ops, upto);
    // Those that only look can go altogether; once they have, fewer writes are worth a try.
    for looks in [true, false] {
        let numbers: Vec<usize> = (0..piece.len()).filter(|&i| piece[i].1.certain && piece[i].1.deed.only_looks() == looks).collect();
        by_halves(&numbers, &mut |some| {
            let mut freer = piece.clone();
            some.iter().for_each(|&i| freer[i].1.certain = false);
            let fails = search.fails(&freer);
            if fails {
                piece = freer;
            }
            fails
        });
    }
    piece.retain(|(_, op)| op.matters());
    let unsure: Vec<Place> = piece.iter().filter(|(_, op)| !op.certain).map(|(_, op)| op.invoked).collect();
    let numbers: Vec<usize> = (0..unsure.len()).collect();
    by_halves(&numbers, &mut |some| {
        let goes = |op: &Op| unsure[some[0]..=some[some.len() - 1]].binary_search(&op.invoked).is_ok();
        let fewer: Vec<(usize, Op)> = piece.iter().filter(|(_, op)| !goes(op)).cloned().collect();
        let none_to_spare = (0..fewer.len()).all(|i| !fewer[i].1.certain || search.is_needed(&fewer, i));
        if none_to_spare {
            piece = fewer;
        }
        none_to_spare
    });
    Piece { upto, ops: piece, shortest: !search.ran_out }
}

struct Search<'a> {
    initial: &'a State,
    steps: u64,
    ran_out: bool,
}

impl Search<'_> {
    fn verdict(&mut self, ops: &[Op]) -> Verdict {
        if self.ran_out {
            return Verdict::Unknown; // once is enough: the rest stays as it is
        }
        let verdict = check(ops, self.initial, &mut self.steps);
        self.ran_out |= verdict == Verdict::Unknown;
        verdict
    }

    /// Whether a piece surely has no order.
    fn fails(&mut self, piece: &[(usize, Op)]) -> bool {
        let ops: Vec<Op> = piece.iter().map(|(_, op)| op.clone()).collect();
        self.verdict(&ops) == Verdict::NotLinearizable
    }

    /// Whether there surely is an order as soon as one operation is no longer certain.
    fn is_needed(&mut self, piece: &[(usize, Op)], i: usize) -> bool {
        let mut ops: Vec<Op> = piece.iter().map(|(_, op)| op.clone()).collect();
        ops[i].certain = false;
        matches!(self.verdict(&ops), Verdict::Linearizable(_))
    }

    /// The first return with which no order is left. The longer the history, the less freedom: so it is halved.
    fn cut(&mut self, ops: &[Op]) -> Place {
        let mut returns: Vec<Place> = ops.iter().filter(|op| op.certain).filter_map(|op| op.returned).collect();
        returns.sort_unstable();
        let (mut low, mut high) = (0, returns.len() - 1);
        while low < high {
            let middle = low.midpoint(high);
            if self.fails(&up_to(ops, returns[middle])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        returns[high]
    }
}

/// What had happened by a place of the history.
fn up_to(ops: &[Op], place: Place) -> Vec<(usize, Op)> {
    let begun = ops.iter().enumerate().filter(|(_, op)| op.invoked <= place);
    let mut begun: Vec<(usize, Op)> = begun
        .map(|(i, op)| match op.returned {
            Some(returned) if returned <= place => (i, op.clone()),
            Some(_) | None => (i, Op::open(op.deed.clone(), op.invoked)),
        })
        .collect();
    begun.sort_unstable_by_key(|(_, op)| op.invoked);
    begun
}

/// Offers all items at once, and as long as an offer is refused, each half of it, down to each item alone.
fn by_halves(items: &[usize], offer: &mut impl FnMut(&[usize]) -> bool) {
    if items.is_empty() || offer(items) || items.len() == 1 {
        return;
    }
    let (one, other) = items.split_at(items.len() / 2);
    by_halves(one, offer);
    by_halves(other, offer);
}
