//! The document that all work on.

use super::thread::ThreadId;

/// A write that reached the document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Written {
    /// Whose line.
    pub who: ThreadId,
    /// Under which number; 0 where there are none.
    pub token: u32,
    /// Who wiped the line out, having read the document before it stood there.
    pub lost: Option<ThreadId>,
    /// Whether it was refused; the line never stood there then.
    pub refused: bool,
}

/// The document that all work on. It is elsewhere, and knows nothing of the lock but the numbers.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Document {
    /// All writes, in their order.
    pub writes: Vec<Written>,
    /// The highest number seen, with a read or a write.
    pub highest: u32,
}

impl Document {
    /// The lines that stand there, a bit each.
    pub(super) fn lines(&self) -> u8 {
        let stands = |(at, write): (usize, &Written)| u8::from(write.lost.is_none() && !write.refused) << at;
        self.writes.iter().enumerate().map(stands).fold(0, |all, bit| all | bit)
    }

    /// Looks at a number. False: it is refused. The holder of the highest may come again and again.
    pub(super) fn admits(&mut self, token: u32) -> bool {
        let admitted = token >= self.highest;
        self.highest = self.highest.max(token);
        admitted
    }

    /// Replaces the document by the lines in `copy` and a new one. The lines that are lost by it, a bit each.
    pub(super) fn write(&mut self, who: ThreadId, token: u32, copy: u8) -> u8 {
        let lost = self.lines() & !copy;
        for (at, write) in self.writes.iter_mut().enumerate().filter(|(_, write)| !write.refused) {
            // A line that was lost meanwhile comes back with a copy that still has it.
            write.lost = if copy >> at & 1 == 1 { None } else { write.lost.or(Some(who)) };
        }
        self.writes.push(Written { who, token, lost: None, refused: false });
        lost
    }
}
