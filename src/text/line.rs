//! A sentence in the making: words, processes, numbers.

use crate::cluster::setup::name::{Kind, LOCKS, Roster};
use crate::proto::lock::token::LockId;
use crate::sim::id::Pid;
use crate::sim::time::Span as Passed;
use crate::text::pieces;

/// A piece of a sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Span {
    /// Words.
    Text(String),
    /// A process: the page draws its disc, others write its name.
    Who(Pid),
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
    pub(super) spans: Vec<Span>,
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
