//! One plain sentence for each fact.

use crate::cluster::name::{Kind, LOCKS, Roster};
use crate::cluster::note::Note;
use crate::proto::lock::token::LockId;
use crate::session::action::Action;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::Span as Passed;
use crate::text::pieces;
use crate::text::{Lang, sentence_en, sentence_zh};

/// A piece of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Span {
    /// Words.
    Text(String),
    /// A process: the page draws its disc, others write its name.
    Who(Pid),
}

/// What a fact says, in one sentence.
pub fn sentence(record: &Record<Note>, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    match (lang, &record.what) {
        (Lang::En, What::Fault(fault)) => sentence_en::fault(&mut line, *fault, roster),
        (Lang::Zh, What::Fault(fault)) => sentence_zh::fault(&mut line, *fault, roster),
        (Lang::En, What::Note(note)) => sentence_en::note(&mut line, note, record.who),
        (Lang::Zh, What::Note(note)) => sentence_zh::note(&mut line, note, record.who),
    }
    line.spans
}

/// What the latest of some facts says. Who gets a lock gets it in the very instant in which another lost it: one sentence says both.
pub fn latest(facts: &[Record<Note>], roster: &Roster, lang: Lang) -> Vec<Span> {
    let Some(last) = facts.last() else { return Vec::new() };
    let What::Note(Note::LockGranted { session: next, lock, token }) = &last.what else { return sentence(last, roster, lang) };
    let mut same_instant = facts.iter().rev().skip(1).take_while(|fact| fact.at == last.at);
    let handover = same_instant.find_map(|fact| match &fact.what {
        What::Note(Note::LockReleased { session, lock: of, .. } | Note::LockCancelled { session, lock: of, held: Some(_) })
            if of == lock =>
        {
            Some((session.client, false))
        }
        What::Note(Note::SessionEnded { session, lock: of, held: Some(_) }) if of == lock => Some((session.client, true)),
        What::Note(_) | What::Fault(_) => None,
    });
    let Some((from, lost)) = handover else { return sentence(last, roster, lang) };
    let form = match (lang, lost) {
        (Lang::En, false) => sentence_en::PASSED,
        (Lang::En, true) => sentence_en::LOST,
        (Lang::Zh, false) => sentence_zh::PASSED,
        (Lang::Zh, true) => sentence_zh::LOST,
    };
    let mut line = Line::default();
    line.on(form, &if lost { [from, next.client] } else { [next.client, from] }, *lock, &[token.0]);
    line.spans
}

/// What a hand did, in one sentence. An isolation is dozens of faults and one action.
pub fn action(action: Action, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    let who: Vec<Pid> = action.names().into_iter().flatten().filter_map(|name| roster.pid(name)).collect();
    match (lang, action.faults(roster).as_deref()) {
        (Lang::En, Ok(&[fault])) => sentence_en::fault(&mut line, fault, roster),
        (Lang::Zh, Ok(&[fault])) => sentence_zh::fault(&mut line, fault, roster),
        (Lang::En, Ok(_)) => sentence_en::action(&mut line, action, &who),
        (Lang::Zh, Ok(_)) => sentence_zh::action(&mut line, action, &who),
        // Not an action of this run: its own text is all there is to say.
        (Lang::En | Lang::Zh, Err(_)) => line.put(&action.to_string(), &[]),
    }
    line.spans
}

/// The sentence as plain text, processes by their names.
pub fn plain(spans: &[Span], roster: &Roster) -> String {
    spans.iter().fold(String::new(), |mut out, span| {
        match span {
            Span::Text(text) => out.push_str(text),
            Span::Who(pid) => out.push_str(&roster.name(*pid).to_string()),
        }
        out
    })
}

/// Seconds with two decimals, rounded: `1.11`.
pub fn seconds(span: Passed) -> String {
    let hundredths = (span.0 + 5_000) / 10_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Whether the process keeps anything on a disk: clients and balancers do not.
pub(super) fn has_disk(who: Pid, roster: &Roster) -> bool {
    matches!(roster.name(who).kind, Kind::Coordinator | Kind::Node)
}

/// Parts per million as per cent, without sign: `2`, `0.5`.
pub(super) fn percent(ppm: i32) -> String {
    let (whole, rest) = (ppm.unsigned_abs() / 10_000, ppm.unsigned_abs() % 10_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{rest:04}").trim_end_matches('0').to_owned()
}

/// A sentence in the making.
#[derive(Default)]
pub(super) struct Line {
    spans: Vec<Span>,
}

impl Line {
    /// Writes words, with `{}` for each process of `who` in turn.
    pub(super) fn put(&mut self, words: &str, who: &[Pid]) {
        let mut pieces = pieces(words);
        self.text(pieces.next().unwrap_or(""));
        for (piece, pid) in pieces.zip(who) {
            self.spans.push(Span::Who(*pid));
            self.text(piece);
        }
        debug_assert_eq!(words.matches("{}").count(), who.len(), "one process for each place in “{words}”");
    }

    /// The same, with `#` for each of some numbers in turn.
    pub(super) fn say(&mut self, words: &str, who: &[Pid], numbers: &[u64]) {
        let mut written = String::new();
        let mut left = numbers.iter();
        for c in words.chars() {
            match left.as_slice().first() {
                Some(n) if c == '#' => {
                    written.push_str(&n.to_string());
                    left.next();
                }
                Some(_) | None => written.push(c),
            }
        }
        debug_assert!(left.as_slice().is_empty(), "one place for each number in “{words}”");
        self.put(&written, who);
    }

    /// The same about a lock: `@` is its name.
    pub(super) fn on(&mut self, words: &str, who: &[Pid], lock: LockId, numbers: &[u64]) {
        self.say(&words.replace('@', LOCKS[usize::from(lock.0)]), who, numbers);
    }

    /// Writes a list of processes, `between` two and `last` before the last.
    pub(super) fn list(&mut self, who: &[Pid], between: &str, last: &str) {
        for (i, pid) in who.iter().enumerate() {
            if i > 0 {
                self.text(if i + 1 == who.len() { last } else { between });
            }
            self.spans.push(Span::Who(*pid));
        }
    }

    fn text(&mut self, words: &str) {
        match self.spans.last_mut() {
            Some(Span::Text(before)) => before.push_str(words),
            Some(Span::Who(_)) | None if words.is_empty() => {}
            Some(Span::Who(_)) | None => self.spans.push(Span::Text(words.to_owned())),
        }
    }
}
