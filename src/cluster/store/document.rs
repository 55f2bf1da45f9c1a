//! The document that a lock protects. A worker reads it whole, adds a line, and writes it back whole: what others wrote in the
//! meantime is gone then, as in any read-modify-write that nobody keeps apart.

use std::sync::Arc;

use crate::cluster::store::op::OpId;
use crate::proto::lock::token::FencingToken;
use crate::sim::id::{Boot, Pid};

/// Lines that a text shows; of older ones it has the number only, or a long run would carry a book in every message.
pub const PAGE: usize = 24;

/// One line: who wrote it, under which token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Line {
    /// The writer.
    pub who: Pid,
    /// The token it wrote under.
    pub token: FencingToken,
}

/// A text: its last lines, at most [`PAGE`], and how many there are before them. Cheap to clone, and may pass between threads, as
/// the states of an exhaustive search do.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Text {
    before: u32,
    lines: Arc<Vec<Line>>,
}

impl Text {
    /// How many lines there are.
    pub fn len(&self) -> u32 {
        self.before + self.lines.len() as u32
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last lines, oldest first.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// This text and one line more.
    #[must_use]
    pub fn with(&self, line: Line) -> Text {
        let mut lines = Vec::clone(&self.lines);
        let mut before = self.before;
        if lines.len() == PAGE {
            lines.remove(0);
            before += 1;
        }
        lines.push(line);
        Text { before, lines: Arc::new(lines) }
    }
}

/// A document in the store.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Document {
    /// What it says.
    pub text: Text,
    /// The largest fencing token seen.
    pub seen: FencingToken,
    /// Which life of which client came with that token. A token is given once: whoever else comes with it is an impostor, or the
    /// lock service has forgotten.
    pub by: Option<(Pid, Boot)>,
}

impl Document {
    /// Whether an operation under this token is too late: a larger one has been seen, or another client with the same.
    pub fn refuses(&self, token: FencingToken, op: OpId) -> bool {
        token < self.seen || (token == self.seen && self.by.is_some_and(|by| by != (op.client, op.boot)))
    }

    /// An operation under this token has come.
    pub fn sees(&mut self, token: FencingToken, op: OpId) {
        if token > self.seen || self.by.is_none() {
            (self.seen, self.by) = (token, Some((op.client, op.boot)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(token: u64) -> Line {
        Line { who: Pid(1), token: FencingToken(token) }
    }

    #[test]
    fn a_text_shows_its_last_lines_and_counts_the_rest() {
        let text = |n: u64| (1..=n).fold(Text::default(), |text, token| text.with(line(token)));
        assert!(Text::default().is_empty());
        for (n, first) in [(1, 1), (24, 1), (25, 2), (60, 37)] {
            assert_eq!((text(n).len(), text(n).lines()[0], text(n).lines().last()), (n as u32, line(first), Some(&line(n))));
        }
    }

    /// Kills: an equal token from another holder is let in; an equal token from the same holder is refused.
    #[test]
    fn a_token_lets_in_whoever_came_with_it_first_and_nobody_else() {
        let op = |client, boot, n| OpId { client: Pid(client), boot: Boot(boot), n };
        let mut document = Document::default();
        document.sees(FencingToken(34), op(1, 1, 1));
        assert!(!document.refuses(FencingToken(34), op(1, 1, 2)), "its second step");
        assert!(document.refuses(FencingToken(34), op(2, 1, 1)), "another client");
        assert!(document.refuses(FencingToken(34), op(1, 2, 1)), "another life");
        assert!(document.refuses(FencingToken(33), op(1, 1, 3)) && !document.refuses(FencingToken(35), op(2, 1, 1)));
    }
}
