//! Reads of the documents under the locks, judged from what took effect and what workers were told.
//!
//! A worker asks for its document when it begins to believe in its grant. What it is told must be what the document said at some
//! instant from then on until the answer: an older text is a stale read, and any other was never there.

use litemap::LiteMap;

use crate::cluster::note::Text;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::cluster::property::reads::Place;
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;

/// Texts that are kept for the sake of a read under way; beyond that the oldest such read is not judged.
const MOST: usize = 64;

/// What the documents have said, and who waits to be told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Documents {
    /// Whose answer is awaited, about which document, and since when.
    open: LiteMap<Pid, (LockId, Place)>,
    documents: LiteMap<LockId, Document>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Document {
    shard: Option<ShardId>,
    /// What it said before, oldest first, each with when that ended.
    before: Vec<(Text, Place)>,
    now: Text,
    /// An operator has given up what the chosen copy lacks: nobody knows what it says until it is written next.
    given_up: bool,
}

impl Documents {
    /// A worker asks for the document of a lock.
    pub(super) fn begins(&mut self, who: Pid, lock: LockId, now: Place) {
        self.open.insert(who, (lock, now));
    }

    /// A worker waits no more.
    pub(super) fn stops(&mut self, who: Pid) {
        self.open.remove(&who);
    }

    /// A document says something else from now on.
    pub(super) fn edited(&mut self, lock: LockId, shard: ShardId, text: &Text, now: Place) {
        let it = self.documents.entry(lock).or_default();
        it.shard = Some(shard);
        let old = std::mem::replace(&mut it.now, text.clone());
        if !std::mem::take(&mut it.given_up) {
            it.before.push((old, now));
        }
        loop {
            let oldest = self.open.iter().filter(|(_, open)| open.0 == lock).map(|(&who, open)| (open.1, who)).min();
            it.before.retain(|(_, until)| oldest.is_some_and(|(since, _)| since < *until));
            match oldest {
                Some((_, who)) if it.before.len() > MOST => self.open.remove(&who), // it is judged no longer
                Some(_) | None => return,
            };
        }
    }

    /// A worker is told what a document says.
    pub(super) fn answered(&mut self, who: Pid, lock: LockId, text: &Text, verdicts: &mut Verdicts) {
        let Some((_, since)) = self.open.remove(&who).filter(|(asked, _)| *asked == lock) else { return };
        let it = self.documents.entry(lock).or_default();
        let said = it.now == *text || it.before.iter().any(|(old, until)| since < *until && old == text);
        if !said && !it.given_up {
            verdicts.breaks(Promise::ReadsFresh);
        }
    }

    /// An operator has given up what others had of a shard; of reads under way nothing is asked.
    pub(super) fn chosen(&mut self, shard: ShardId) {
        let documents = &mut self.documents;
        for (_, it) in documents.iter_mut().filter(|(_, it)| it.shard == Some(shard)) {
            *it = Document { shard: it.shard, given_up: true, ..Document::default() };
        }
        let of_shard = |lock: LockId| documents.get(&lock).is_some_and(|it| it.shard == Some(shard));
        let waiting: Vec<Pid> = self.open.iter().filter(|(_, open)| of_shard(open.0)).map(|(&who, _)| who).collect();
        for who in &waiting {
            self.open.remove(who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::note::Line;
    use crate::proto::lock::token::FencingToken;

    const LOCK: LockId = LockId(0);
    const SHARD: ShardId = ShardId(3);

    fn text(lines: u64) -> Text {
        (1..=lines).fold(Text::default(), |text, token| text.with(Line { who: Pid(1), token: FencingToken(token) }))
    }

    /// What happens: a worker asks, is told so many lines, or the document has so many.
    #[derive(Clone, Copy)]
    enum Step {
        Asks(u16),
        Told(u16, u64),
        Says(u64),
        Chosen,
    }
    use Step::{Asks, Chosen, Says, Told};

    fn is_broken(story: &[Step]) -> bool {
        let (mut documents, mut verdicts) = (Documents::default(), Verdicts::default());
        for (now, &step) in (1..).zip(story) {
            match step {
                Asks(who) => documents.begins(Pid(who), LOCK, now),
                Told(who, lines) => documents.answered(Pid(who), LOCK, &text(lines), &mut verdicts),
                Says(lines) => documents.edited(LOCK, SHARD, &text(lines), now),
                Chosen => documents.chosen(SHARD),
            }
        }
        verdicts != Verdicts::default()
    }

    #[test]
    fn a_worker_is_told_what_the_document_said_while_it_asked() {
        assert!(!is_broken(&[Asks(1), Told(1, 0)]), "nobody has written");
        assert!(!is_broken(&[Says(1), Asks(1), Told(1, 1)]));
        assert!(!is_broken(&[Says(1), Asks(1), Says(2), Told(1, 1)]), "it was so when it asked");
        assert!(!is_broken(&[Says(1), Asks(1), Says(2), Says(3), Told(1, 2)]), "it was so in between");
        assert!(is_broken(&[Says(1), Says(2), Asks(1), Told(1, 1)]), "it was so before");
        assert!(is_broken(&[Asks(2), Says(1), Says(2), Asks(1), Told(1, 1)]), "another who asks does not make it fresh");
        assert!(is_broken(&[Says(1), Asks(1), Told(1, 2)]), "it never was");
    }

    #[test]
    fn what_an_operator_has_given_up_is_nobodys_stale_read() {
        assert!(!is_broken(&[Says(1), Says(2), Chosen, Asks(1), Told(1, 1)]));
        assert!(!is_broken(&[Says(1), Says(2), Asks(1), Chosen, Told(1, 2)]));
        assert!(is_broken(&[Says(1), Says(2), Chosen, Says(2), Asks(1), Told(1, 1)]), "from the next write on it is known again");
    }

    #[test]
    fn what_is_kept_for_a_reader_that_never_ends_is_bounded() {
        let mut documents = Documents::default();
        documents.begins(Pid(1), LOCK, 1);
        for now in 2..1_000 {
            documents.edited(LOCK, SHARD, &text(now % 7), now);
            assert!(documents.documents.values().all(|it| it.before.len() <= MOST));
        }
    }
}
