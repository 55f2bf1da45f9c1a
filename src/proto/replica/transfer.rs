//! A snapshot on its way to a replica that entries cannot help: in chunks, each answered before the next one goes.
//! The receiver counts what it has, so a lost, doubled or late chunk harms nothing, and a new life begins from the start.

use std::rc::Rc;

use crate::proto::replica::view::{Index, ViewNo};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What the two ends say to each other. Both name the sender's view.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SnapshotMsg<I> {
    /// Primary to learner: a piece.
    Chunk {
        /// The primary's view.
        view: ViewNo,
        /// The snapshot stands for everything up to this entry: index and view.
        upto: (Index, ViewNo),
        /// How many items came before this piece.
        first: u32,
        /// How many there are in all.
        total: u32,
        /// The piece.
        items: Vec<I>,
    },
    /// Answer: so many items of that snapshot are here.
    Got {
        /// The view of the chunk.
        view: ViewNo,
        /// The snapshot.
        upto: (Index, ViewNo),
        /// How many.
        have: u32,
    },
}

/// A snapshot being sent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Outgoing<I> {
    upto: (Index, ViewNo),
    items: Rc<[I]>,
    /// The receiver has said that it has so many.
    have: u32,
    /// When the next piece was sent; `None`: not yet.
    sent: Option<Time>,
}

impl<I: Clone> Outgoing<I> {
    /// The state of a shard after entry `upto`, as a list of items. Not empty.
    pub fn new(upto: (Index, ViewNo), items: Vec<I>) -> Outgoing<I> {
        Outgoing { upto, items: items.into(), have: 0, sent: None }
    }

    /// Whether the receiver would need another one after it, since the log begins after `base` now.
    pub fn is_useless(&self, base: Index) -> bool {
        self.upto.0 < base
    }

    /// The same, while the receiver has nothing of it yet.
    pub fn is_outdated(&self, base: Index) -> bool {
        self.have == 0 && self.is_useless(base)
    }

    /// The entry up to which the receiver will have everything, if it has begun to receive: it needs the log from there on.
    pub fn begun(&self) -> Option<Index> {
        (self.have > 0).then_some(self.upto.0)
    }

    /// The next piece of at most `chunk` items, unless it was sent less than `again` ago.
    pub fn piece(&mut self, view: ViewNo, chunk: u32, now: Time, again: Span) -> Option<SnapshotMsg<I>> {
        if self.sent.is_some_and(|sent| now.since(sent) < again) {
            return None;
        }
        self.sent = Some(now);
        let total = self.items.len() as u32;
        assert!(self.have <= total, "more of a snapshot has arrived than there is");
        let (first, end) = (self.have.min(total), (self.have + chunk).min(total));
        let items = self.items[first as usize..end as usize].to_vec();
        Some(SnapshotMsg::Chunk { view, upto: self.upto, first, total, items })
    }

    /// The receiver has `have` items of snapshot `upto`. True: the next piece may go.
    pub fn got(&mut self, upto: (Index, ViewNo), have: u32) -> bool {
        // The same count again is the answer to a chunk that was sent twice: the next piece is under way already.
        let news = upto == self.upto && have != self.have && have <= self.items.len() as u32;
        if news {
            (self.have, self.sent) = (have, None);
        }
        news
    }
}

/// A snapshot being received.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Incoming<I> {
    from: Pid,
    upto: (Index, ViewNo),
    total: u32,
    items: Vec<I>,
}

impl<I> Incoming<I> {
    /// Takes a chunk into `slot`. Returns how many items of its snapshot are here now.
    pub fn take(slot: &mut Option<Incoming<I>>, from: Pid, upto: (Index, ViewNo), first: u32, total: u32, items: Vec<I>) -> u32 {
        let same = slot.as_ref().is_some_and(|it| (it.from, it.upto, it.total) == (from, upto, total));
        if !same {
            if first > 0 {
                return 0; // the beginning is missing: from the start, please
            }
            *slot = Some(Incoming { from, upto, total, items: Vec::new() });
        }
        let Some(it) = slot else { return 0 };
        if first == it.items.len() as u32 {
            it.items.extend(items);
        }
        assert!(it.items.len() <= it.total as usize, "a snapshot is longer than it was said to be");
        it.items.len() as u32
    }

    /// How many items are here, and how many there will be.
    pub fn progress(&self) -> (u32, u32) {
        (self.items.len() as u32, self.total)
    }

    /// Whether all of it is here.
    pub fn is_whole(&self) -> bool {
        self.items.len() as u32 == self.total
    }

    /// The snapshot: what it stands for, and its items.
    pub fn open(self) -> ((Index, ViewNo), Vec<I>) {
        assert!(self.is_whole(), "a part of a snapshot is taken for the whole");
        (self.upto, self.items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPTO: (Index, ViewNo) = (Index(9), ViewNo(3));
    const AGAIN: Span = Span(100);

    fn chunk(out: &mut Outgoing<u32>, now: u64) -> Option<(u32, u32, Vec<u32>)> {
        match out.piece(ViewNo(4), 2, Time(now), AGAIN)? {
            SnapshotMsg::Chunk { first, total, items, .. } => Some((first, total, items)),
            SnapshotMsg::Got { .. } => None,
        }
    }

    #[test]
    fn a_snapshot_arrives_whole_though_chunks_are_lost_doubled_and_late() {
        let mut out = Outgoing::new(UPTO, vec![1, 2, 3, 4, 5]);
        let mut slot = None;
        let mut late = None;
        for now in 0..200 {
            let Some((first, total, items)) = chunk(&mut out, now * 50) else { continue };
            if now % 3 == 0 {
                continue; // lost
            }
            for _ in 0..2 {
                let have = Incoming::take(&mut slot, Pid(1), UPTO, first, total, items.clone());
                out.got(UPTO, have);
            }
            if let Some((first, items)) = late.replace((first, items)) {
                Incoming::take(&mut slot, Pid(1), UPTO, first, total, items);
            }
        }
        let it = slot.expect("something arrived");
        assert!(it.is_whole());
        assert_eq!(it.open(), (UPTO, vec![1, 2, 3, 4, 5]));
    }

    #[test]
    fn a_receiver_that_forgot_everything_gets_everything_again() {
        let mut out = Outgoing::new(UPTO, vec![1, 2, 3]);
        let mut slot = None;
        let (first, total, items) = chunk(&mut out, 0).expect("the first piece");
        let have = Incoming::take(&mut slot, Pid(1), UPTO, first, total, items);
        assert!(out.got(UPTO, have));
        slot = None;
        let (first, total, items) = chunk(&mut out, 1).expect("the second piece");
        assert_eq!(first, 2);
        let have = Incoming::take(&mut slot, Pid(1), UPTO, first, total, items);
        assert_eq!(have, 0);
        assert!(out.got(UPTO, have));
        assert_eq!(chunk(&mut out, 2).map(|piece| piece.0), Some(0));
    }

    #[test]
    fn pieces_of_two_snapshots_never_mix() {
        let mut slot = None;
        Incoming::take(&mut slot, Pid(1), UPTO, 0, 4, vec![1, 2]);
        assert_eq!(Incoming::take(&mut slot, Pid(2), UPTO, 2, 4, vec![8, 9]), 0, "another sender's list may be in another order");
        assert_eq!(Incoming::take(&mut slot, Pid(1), (Index(10), ViewNo(3)), 2, 4, vec![8, 9]), 0);
        assert_eq!(slot.as_ref().map(|it: &Incoming<i32>| it.progress()), Some((2, 4)));
    }
}
