//! What can happen, what did, and what is printed.

use std::fmt::{self, Display, Formatter};

use crate::sim::time::Time;

use super::source::{Part, Variant};
use super::thread::ThreadId;

/// What can happen next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choice {
    /// This thread runs its line.
    Run(ThreadId),
    /// No thread can: the clock goes on to this instant, when the first can again.
    Clock(Time),
}

/// What can be done to a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// Ends it, as an exception would that nobody catches.
    Kill(ThreadId),
    /// Stops it where it stands; it keeps what it has.
    Freeze(ThreadId),
    /// Lets it go on.
    Thaw(ThreadId),
}

impl Action {
    /// The thread it is about.
    pub const fn who(self) -> ThreadId {
        match self {
            Action::Kill(who) | Action::Freeze(who) | Action::Thaw(who) => who,
        }
    }
}

/// Why an action cannot be carried out. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// There is no such thread.
    Nobody,
    /// The thread has ended.
    Over,
    /// It is frozen already.
    Frozen,
    /// It is not frozen.
    Awake,
}

/// What a thread prints; its number stands before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Saying {
    /// It wants the lock.
    Wants,
    /// It has the lock, under this number if grants are numbered.
    Has(Option<u32>),
    /// It gives the lock back.
    Frees,
    /// The exception that ended it: its number is below the highest that the document has seen.
    TooLate(u32, u32),
    /// The exception that ended it: it gave back a mutex that nobody had.
    Unlocked,
}

/// A line of the output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Printed {
    /// Whose.
    pub who: ThreadId,
    /// What.
    pub saying: Saying,
}

impl Display for Printed {
    /// As the program prints it, in every language of the page.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let who = self.who.0;
        match self.saying {
            Saying::Wants => write!(f, "{who} wants the lock"),
            Saying::Has(None) => write!(f, "{who} has the lock"),
            Saying::Has(Some(token)) => write!(f, "{who} has the lock, token {token}"),
            Saying::Frees => write!(f, "{who} gives the lock back"),
            Saying::TooLate(token, highest) => write!(f, "{who} TooLate: token {token} < {highest}"),
            Saying::Unlocked => write!(f, "{who} RuntimeError: release unlocked lock"),
        }
    }
}

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Event {
    /// Nothing has happened yet.
    Start,
    /// The clock went on.
    Clock(Time),
    /// A thread called a function.
    Called(ThreadId, Part),
    /// It took the mutex; whether it is back from waiting, and in time for a sign.
    Took(ThreadId, Taken),
    /// Its block ended and gave the mutex back; whether that was all it had to do.
    Left(ThreadId, bool),
    /// It printed.
    Said(ThreadId, Saying),
    /// It asked whether it has to wait: yes or no.
    Asked(ThreadId, bool),
    /// It fell asleep until then.
    Slept(ThreadId, Time),
    /// It woke.
    Woke(ThreadId),
    /// It gave the mutex up and waits.
    Waited(ThreadId),
    /// It made the lock its own, until then if there is a lease.
    Held(ThreadId, Option<Time>),
    /// Its grant has this number.
    Numbered(ThreadId, u32),
    /// It is about to answer the number.
    Returned(ThreadId, u32),
    /// It asked whether the lock is still its own.
    Mine(ThreadId, bool),
    /// It freed the lock.
    Freed(ThreadId),
    /// It gave a sign, to this one if any waited.
    Notified(ThreadId, Option<ThreadId>),
    /// It read so many lines.
    Read(ThreadId, u8),
    /// It wrote; the lines of these threads are lost by it, a bit each.
    Wrote(ThreadId, u8),
    /// The document refused its number, having seen a higher one.
    Refused(ThreadId, u32, u32),
    /// It gave back a mutex that nobody had: an exception.
    Raised(ThreadId),
    /// It was killed.
    Killed(ThreadId, Had),
    /// It was frozen.
    Frozen(ThreadId),
    /// It was thawed.
    Thawed(ThreadId),
}

impl Event {
    /// Whether it shows outside: printed, read, written, refused, or done by an action. The textbook's threads do nothing of the kind
    /// for ever; there it is the question that they ask again and again.
    pub fn is_fact(self, variant: Variant) -> bool {
        match self {
            Event::Asked(..) => variant == Variant::Textbook,
            Event::Said(..)
            | Event::Read(..)
            | Event::Wrote(..)
            | Event::Refused(..)
            | Event::Raised(_)
            | Event::Killed(..)
            | Event::Frozen(_)
            | Event::Thawed(_) => true,
            Event::Start
            | Event::Clock(_)
            | Event::Called(..)
            | Event::Took(..)
            | Event::Left(..)
            | Event::Slept(..)
            | Event::Woke(_)
            | Event::Waited(_)
            | Event::Held(..)
            | Event::Numbered(..)
            | Event::Returned(..)
            | Event::Mine(..)
            | Event::Freed(_)
            | Event::Notified(..) => false,
        }
    }

    /// The thread that did it, or to which it was done.
    pub const fn who(self) -> Option<ThreadId> {
        match self {
            Event::Start | Event::Clock(_) => None,
            Event::Called(who, _)
            | Event::Took(who, _)
            | Event::Left(who, _)
            | Event::Said(who, _)
            | Event::Asked(who, _)
            | Event::Slept(who, _)
            | Event::Woke(who)
            | Event::Waited(who)
            | Event::Held(who, _)
            | Event::Numbered(who, _)
            | Event::Returned(who, _)
            | Event::Mine(who, _)
            | Event::Freed(who)
            | Event::Notified(who, _)
            | Event::Read(who, _)
            | Event::Wrote(who, _)
            | Event::Refused(who, _, _)
            | Event::Raised(who)
            | Event::Killed(who, _)
            | Event::Frozen(who)
            | Event::Thawed(who) => Some(who),
        }
    }
}

/// What a thread had when it was killed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Had {
    /// Nothing that anybody else misses.
    Nothing,
    /// The mutex: its block gave it back.
    Mutex,
    /// A sign that woke it, and that nobody else is given now.
    Sign,
}

/// From where a thread came to the mutex.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Taken {
    /// From the head of the block.
    AtWith,
    /// Woken by a sign.
    Woken,
    /// Its time-out was over.
    InVain,
}
