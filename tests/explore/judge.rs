//! What the promises have to remember. Nothing here knows how a lock is granted or a write checked.

use ringside::cluster::note::{LockNote, Note, Text};
use ringside::proto::lock::token::{FencingToken, LockSession};

/// The past, as far as it matters, and what was broken in it.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Judge {
    waiting: Vec<LockSession>,
    holds: Option<LockSession>,
    last: FencingToken,
    /// The latest write that took effect: its token, and what it left.
    written: (FencingToken, Text),
    /// Writes took effect in the order of tokens, and each was made from what was there.
    pub effects_broken: bool,
    /// One holder at a time, tokens that grow, first come first served.
    pub grants_broken: bool,
    /// Somebody gave up waiting when it had just been granted the lock.
    pub given_up: bool,
}

impl Judge {
    /// The lock service has told something.
    pub fn hears(&mut self, note: &Note) {
        match note {
            Note::Lock(LockNote::Queued { session, .. }) => self.waiting.push(*session),
            Note::Lock(LockNote::Granted { session, token, .. }) => {
                let skipped = self.waiting.first().is_some_and(|first| first != session);
                self.grants_broken |= skipped || *token <= self.last || self.holds.is_some();
                self.waiting.retain(|it| it != session);
                (self.holds, self.last) = (Some(*session), *token);
            }
            Note::Lock(LockNote::Released { session, .. })
            | Note::Lock(LockNote::Cancelled { session, .. })
            | Note::Lock(LockNote::SessionEnded { session, .. }) => {
                self.given_up |= matches!(note, Note::Lock(LockNote::Cancelled { held: Some(_), .. }));
                self.waiting.retain(|it| it != session);
                self.holds.take_if(|it| it == session);
            }
            other => panic!("no fact of a lock service: {other:?}"),
        }
    }

    /// A write took effect.
    pub fn sees(&mut self, token: FencingToken, text: &Text) {
        let (last, old) = &self.written;
        let made_from_it = text.len() == old.len() + 1 && text.lines().starts_with(old.lines());
        self.effects_broken |= token < *last || !made_from_it;
        self.written = (token, text.clone());
    }

    /// Writes that are in the text.
    pub fn lines(&self) -> u32 {
        self.written.1.len()
    }
}
