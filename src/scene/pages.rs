//! What became of the documents, line by line: who wrote under which token, what somebody overwrote who had not read it, and who
//! was refused. Read off the facts alone; what a row looks like at an instant is a function of the facts up to then.

use crate::cluster::note::{Line, LockNote, Note, OpId};
use crate::proto::lock::token::LockId;
use crate::proto::replica::view::Index;
use crate::sim::journal::{Record, What};
use crate::sim::sorted::Set;

/// What became of a row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fate {
    /// The line stands in the document.
    Stands,
    /// It was overwritten by somebody who had not read it.
    Lost,
    /// It never was: the fence refused it.
    Refused,
}

/// One write, or one refusal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Row {
    /// Its number among everything that was written or refused, for telling rows apart.
    pub n: u32,
    /// Who, and under which token.
    pub line: Line,
    /// What became of it.
    pub fate: Fate,
}

/// A row with the facts that decide its fate, each as the number of facts that are known once it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    known_at: usize,
    lock: LockId,
    line: Line,
    /// Its place in the document; `None` if it was refused.
    place: Option<u32>,
    gone_at: Option<usize>,
}

/// The history of every lock's document; reads each fact once.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pages {
    read: usize,
    entries: Vec<Entry>,
    /// What was told already, and where it stands in the log: a new primary tells again what its predecessor may have told.
    told: Set<(OpId, Index)>,
}

impl Pages {
    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin anew.
    pub fn read(&mut self, facts: &[Record<Note>]) {
        if facts.len() < self.read {
            *self = Pages::default();
        }
        for (i, fact) in facts.iter().enumerate().skip(self.read) {
            let known_at = i + 1;
            let entry = match &fact.what {
                What::Note(Note::Lock(LockNote::FencedWrite { op, index, again, lock, token, text, .. }))
                    if self.is_news(*op, *index, *again) =>
                {
                    let last = text.len().saturating_sub(1);
                    let first = text.len() - text.lines().len() as u32;
                    // Of lines that the text no longer shows nothing can be said.
                    let stand = self.entries.iter_mut().filter(|it| it.lock == *lock && it.gone_at.is_none());
                    for (place, it) in stand.filter_map(|it| Some((it.place.filter(|&place| place >= first)?, it))) {
                        if place >= last || text.lines().get((place - first) as usize) != Some(&it.line) {
                            it.gone_at = Some(known_at);
                        }
                    }
                    Entry { known_at, lock: *lock, line: Line { who: op.client, token: *token }, place: Some(last), gone_at: None }
                }
                What::Note(Note::Lock(LockNote::FenceRefused { op, lock, token, .. })) if self.is_news(*op, Index(0), true) => {
                    Entry { known_at, lock: *lock, line: Line { who: op.client, token: *token }, place: None, gone_at: None }
                }
                What::Note(_) | What::Fault(_) => continue,
            };
            self.entries.push(entry);
        }
        self.read = facts.len();
    }

    /// Whether this was not told before: a new primary tells what its predecessor told, and what took effect from another place.
    fn is_news(&mut self, op: OpId, index: Index, again: bool) -> bool {
        let told = again && self.told.iter().any(|&(other, _)| other == op);
        self.told.insert((op, index)) && !told
    }

    /// The last rows of a lock's document, oldest first, as they are when so many facts are known.
    pub fn rows(&self, known: usize, lock: LockId, most: usize) -> Vec<Row> {
        let row = |(n, it): (usize, &Entry)| {
            let fate = match it.place {
                None => Fate::Refused,
                Some(_) if it.gone_at.is_some_and(|at| at <= known) => Fate::Lost,
                Some(_) => Fate::Stands,
            };
            Row { n: n as u32, line: it.line, fate }
        };
        let there = |(_, it): &(usize, &Entry)| it.known_at <= known && it.lock == lock;
        let mut rows: Vec<_> = self.entries.iter().enumerate().rev().filter(there).take(most).map(row).collect();
        rows.reverse();
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::note::{Asked, Text};
    use crate::proto::lock::token::FencingToken;
    use crate::proto::replica::view::ShardId;
    use crate::sim::id::{Boot, Pid, Seq};
    use crate::sim::time::Time;

    const ORDERS: LockId = LockId(0);
    const STOCK: LockId = LockId(1);

    fn line(who: u16, token: u64) -> Line {
        Line { who: Pid(who), token: FencingToken(token) }
    }

    fn op(who: u16, n: u32) -> OpId {
        OpId { client: Pid(who), boot: Boot(1), n }
    }

    fn text(lines: &[(u16, u64)]) -> Text {
        lines.iter().fold(Text::default(), |text, &(who, token)| text.with(line(who, token)))
    }

    fn wrote(lock: LockId, who: u16, n: u32, lines: &[(u16, u64)]) -> Note {
        let token = FencingToken(lines.last().expect("a line").1);
        Note::Lock(LockNote::FencedWrite {
            shard: ShardId(3),
            index: Index(n),
            op: op(who, n),
            again: false,
            lock,
            token,
            text: text(lines),
        })
    }

    fn refused(who: u16, n: u32, token: u64, seen: u64) -> Note {
        let (token, seen) = (FencingToken(token), FencingToken(seen));
        Note::Lock(LockNote::FenceRefused { shard: ShardId(3), op: op(who, n), asked: Asked::Write, lock: ORDERS, token, seen })
    }

    fn facts(notes: Vec<Note>) -> Vec<Record<Note>> {
        let record = |(i, note)| Record { seq: Seq(i as u64), at: Time(i as u64), who: Pid(9), cause: None, what: What::Note(note) };
        notes.into_iter().enumerate().map(record).collect()
    }

    fn shown(pages: &Pages, known: usize) -> Vec<(u16, u64, Fate)> {
        pages.rows(known, ORDERS, 9).iter().map(|row| (row.line.who.0, row.line.token.0, row.fate)).collect()
    }

    #[test]
    fn a_line_is_lost_from_the_write_on_that_had_not_read_it_and_not_before() {
        let mut pages = Pages::default();
        // 2 read before 1 wrote its second line, and wrote after.
        pages.read(&facts(vec![
            wrote(ORDERS, 1, 1, &[(1, 1)]),
            wrote(ORDERS, 1, 2, &[(1, 1), (1, 3)]),
            wrote(ORDERS, 2, 1, &[(1, 1), (2, 2)]),
            wrote(ORDERS, 1, 3, &[(1, 1), (2, 2), (1, 4)]),
        ]));
        assert_eq!(shown(&pages, 2), [(1, 1, Fate::Stands), (1, 3, Fate::Stands)], "a step back undoes the loss");
        let lost = [(1, 1, Fate::Stands), (1, 3, Fate::Lost), (2, 2, Fate::Stands)];
        assert_eq!(shown(&pages, 3), lost);
        assert_eq!(shown(&pages, 4)[..3], lost, "who reads what is left loses nothing more");
    }

    #[test]
    fn a_write_that_forgets_several_lines_strikes_them_all() {
        let mut pages = Pages::default();
        pages.read(&facts(vec![
            wrote(ORDERS, 1, 1, &[(1, 1)]),
            wrote(ORDERS, 1, 2, &[(1, 1), (1, 3)]),
            wrote(ORDERS, 3, 1, &[(1, 1), (1, 3), (3, 4)]),
            wrote(ORDERS, 2, 1, &[(2, 2)]),
        ]));
        assert_eq!(shown(&pages, 4), [(1, 1, Fate::Lost), (1, 3, Fate::Lost), (3, 4, Fate::Lost), (2, 2, Fate::Stands)]);
    }

    #[test]
    fn refusals_stand_in_the_order_of_what_happened_and_cost_no_line() {
        let mut pages = Pages::default();
        pages.read(&facts(vec![wrote(ORDERS, 1, 1, &[(1, 2)]), refused(2, 1, 1, 2), wrote(ORDERS, 1, 2, &[(1, 2), (1, 3)])]));
        assert_eq!(shown(&pages, 3), [(1, 2, Fate::Stands), (2, 1, Fate::Refused), (1, 3, Fate::Stands)]);
        assert_eq!(pages.rows(3, ORDERS, 2).len(), 2);
        assert_eq!(pages.rows(3, ORDERS, 2)[1].n, 2, "a row keeps its number");
    }

    #[test]
    fn what_a_new_primary_tells_again_is_no_second_line() {
        let mut pages = Pages::default();
        let once = wrote(ORDERS, 1, 1, &[(1, 1)]);
        pages.read(&facts(vec![once.clone(), once.clone(), wrote(ORDERS, 1, 2, &[(1, 1), (1, 2)]), once]));
        assert_eq!(shown(&pages, 4), [(1, 1, Fate::Stands), (1, 2, Fate::Stands)]);
    }

    #[test]
    fn each_lock_has_its_own_document_and_reading_in_pieces_changes_nothing() {
        let all = facts(vec![wrote(ORDERS, 1, 1, &[(1, 1)]), wrote(STOCK, 2, 1, &[(2, 2)]), wrote(STOCK, 1, 2, &[(1, 3)])]);
        let (mut whole, mut pieces) = (Pages::default(), Pages::default());
        whole.read(&all);
        for n in 0..=all.len() {
            pieces.read(&all[..n]);
        }
        assert_eq!(whole, pieces);
        assert_eq!(shown(&whole, 3), [(1, 1, Fate::Stands)]);
        assert_eq!(whole.rows(3, STOCK, 9).iter().map(|row| row.fate).collect::<Vec<_>>(), [Fate::Lost, Fate::Stands]);
        pieces.read(&all[..1]);
        assert_eq!(pieces.rows(9, STOCK, 9), [], "a shorter journal is read anew");
    }
}
