//! A thread: where it stands, and in which state.

use crate::sim::time::Time;

use super::source::{Op, Part, Variant};

/// A thread's number, 1..=[`super::THREADS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ThreadId(pub u8);

/// What keeps a thread, if anything does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// It can run its line, unless that takes a mutex that another has.
    Ready,
    /// It sleeps until then.
    Asleep(Time),
    /// It waits for a sign, until then at the latest.
    Waiting(Option<Time>),
    /// It was given a sign and wants the mutex back.
    Woken,
    /// It has run to its end.
    Done,
    /// It was killed.
    Dead,
    /// The document refused it, and the exception ended it.
    Refused,
    /// It gave back a mutex that nobody had, and the exception ended it.
    Raised,
}

impl State {
    /// Whether there is nothing more to come.
    pub const fn is_over(self) -> bool {
        matches!(self, State::Done | State::Dead | State::Refused | State::Raised)
    }
}

/// What a thread is doing, as a reader would say it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Doing {
    /// It is about to ask for the lock.
    Starts,
    /// It stands before a mutex that another has.
    Blocked,
    /// It stands before a free mutex.
    Enters,
    /// It is inside and holds the mutex.
    Inside,
    /// It is at the end of its block, which is about to give the mutex back.
    Leaves,
    /// It holds the mutex and waits for it to be free.
    Loops,
    /// It waits for a sign, without the mutex.
    Waits,
    /// It was woken and wants the mutex back.
    Woken,
    /// It has the lock, or believes so, and is about to read.
    Reads,
    /// It has read and works.
    Works,
    /// It is about to write.
    Writes,
    /// It is about to give the lock back.
    Returns,
    /// It has run to its end.
    Done,
    /// It was killed.
    Dead,
    /// The document refused it.
    Refused,
    /// An exception ended it.
    Raised,
}

impl Doing {
    /// Its name in attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Doing::Starts => "starts",
            Doing::Blocked => "blocked",
            Doing::Enters => "enters",
            Doing::Inside => "inside",
            Doing::Leaves => "leaves",
            Doing::Loops => "loops",
            Doing::Waits => "waits",
            Doing::Woken => "woken",
            Doing::Reads => "reads",
            Doing::Works => "works",
            Doing::Writes => "writes",
            Doing::Returns => "returns",
            Doing::Done => "done",
            Doing::Dead => "dead",
            Doing::Refused => "refused",
            Doing::Raised => "raised",
        }
    }

    /// Whether it works under the lock, as far as it knows.
    pub const fn is_work(self) -> bool {
        matches!(self, Doing::Reads | Doing::Works | Doing::Writes)
    }
}

/// A thread.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Thread {
    /// The line it stands on: the next it will run, or the one it sleeps or waits in.
    pub line: u8,
    /// The line to go on with when the function it is in returns.
    pub(super) back: u8,
    /// The line of the `with` block it is in; 0 outside.
    pub(super) block: u8,
    /// It is at the end of that block.
    pub(super) leaving: bool,
    /// What keeps it.
    pub state: State,
    /// Whether an action has frozen it.
    pub frozen: bool,
    /// Which lines of the document it has read: a bit each, the first written first.
    pub(super) copy: u8,
    /// The number of its grant; 0 before it has one.
    pub token: u32,
}

impl Thread {
    pub(super) fn new(variant: Variant) -> Thread {
        let line = variant.start(Part::Work);
        Thread { line, back: 0, block: 0, leaving: false, state: State::Ready, frozen: false, copy: 0, token: 0 }
    }

    /// Whether it stands at the head of a `with` block, outside.
    pub(super) fn is_before(&self, variant: Variant) -> bool {
        self.state == State::Ready && variant.line(self.line).op == Op::With && !self.leaving
    }

    /// When it wakes by itself.
    pub(super) const fn deadline(&self) -> Option<Time> {
        match self.state {
            State::Asleep(until) => Some(until),
            State::Waiting(until) => until,
            State::Ready | State::Woken | State::Done | State::Dead | State::Refused | State::Raised => None,
        }
    }

    /// What it is doing, while the mutex is free or not.
    pub(super) fn doing(&self, variant: Variant, free: bool) -> Doing {
        let at = variant.line(self.line).op;
        match self.state {
            State::Done => Doing::Done,
            State::Dead => Doing::Dead,
            State::Refused => Doing::Refused,
            State::Raised => Doing::Raised,
            State::Waiting(_) => Doing::Waits,
            State::Woken => Doing::Woken,
            State::Ready if self.leaving => Doing::Leaves,
            State::Ready | State::Asleep(_) if self.block != 0 => {
                let loops = variant == Variant::Textbook && matches!(at, Op::While | Op::Sleep(_));
                if loops { Doing::Loops } else { Doing::Inside }
            }
            State::Ready | State::Asleep(_) => match at {
                Op::Call(Part::Release) => Doing::Returns,
                Op::Read => Doing::Reads,
                Op::Sleep(_) => Doing::Works,
                Op::Write => Doing::Writes,
                Op::With if free => Doing::Enters,
                Op::With => Doing::Blocked,
                // All other lines stand in `with` blocks.
                Op::Call(Part::Acquire | Part::Work)
                | Op::Head
                | Op::SayWants
                | Op::SayHas
                | Op::SayFrees
                | Op::While
                | Op::Wait
                | Op::Hold
                | Op::Number
                | Op::Return
                | Op::IfMine
                | Op::Free
                | Op::Notify => Doing::Starts,
            },
        }
    }
}
