//! The four listings. What a thread does next is read off the line it stands on, so the page shows the program that runs.

use crate::sim::time::Span;

use super::figures::{NAP, WORK};

/// The class as the textbook has it, and with one repair more each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum Variant {
    /// As it is printed.
    #[default]
    Textbook,
    /// With a condition variable.
    Condition,
    /// And a lease.
    Lease,
    /// And a token.
    Token,
}

impl Variant {
    /// All of them, each with one repair more than the one before.
    pub const ALL: [Variant; 4] = [Variant::Textbook, Variant::Condition, Variant::Lease, Variant::Token];

    /// Its name in links and attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Variant::Textbook => "textbook",
            Variant::Condition => "condition",
            Variant::Lease => "lease",
            Variant::Token => "token",
        }
    }

    /// The variant of this name.
    pub fn parse(word: &str) -> Option<Variant> {
        Variant::ALL.into_iter().find(|variant| variant.word() == word)
    }

    /// Its listing. Lines are counted from 1.
    pub const fn lines(self) -> &'static [Line] {
        match self {
            Variant::Textbook => TEXTBOOK,
            Variant::Condition => CONDITION,
            Variant::Lease => LEASED,
            Variant::Token => NUMBERED,
        }
    }

    /// The line of this number.
    pub fn line(self, number: u8) -> Line {
        self.lines()[usize::from(number) - 1]
    }

    /// The number of the first line that does this, if any does.
    pub fn find(self, op: Op) -> Option<u8> {
        self.lines().iter().position(|line| line.op == op).map(|at| at as u8 + 1)
    }

    /// Where a part begins. The listings have every part.
    pub(super) fn start(self, part: Part) -> u8 {
        let withs = self.lines().iter().enumerate().filter(|(_, line)| line.op == Op::With);
        let calls = self.lines().iter().enumerate().filter(|(_, line)| line.op == Op::Call(Part::Acquire));
        let found = match part {
            Part::Acquire => withs.min_by_key(|(at, _)| *at),
            Part::Release => withs.max_by_key(|(at, _)| *at),
            Part::Work => calls.min_by_key(|(at, _)| *at),
        };
        found.map_or(1, |(at, _)| at as u8 + 1)
    }
}

/// A function of the listing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// `acquire`.
    Acquire,
    /// `release`.
    Release,
    /// What each thread runs.
    Work,
}

/// What a line does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Nothing at run time: a head, an empty line, or what is done once before the threads start.
    Head,
    /// Calls a function; the thread goes on with the line after this one.
    Call(Part),
    /// Takes the mutex, and gives it back when the block ends.
    With,
    /// Prints that it wants the lock.
    SayWants,
    /// Prints that it has it.
    SayHas,
    /// Prints that it gives it back.
    SayFrees,
    /// Whether the next line, the loop's body, is run.
    While,
    /// Sleeps so long.
    Sleep(Span),
    /// Gives the mutex up, waits for a sign, takes the mutex again.
    Wait,
    /// Makes the lock its own.
    Hold,
    /// Takes the next number.
    Number,
    /// Answers it.
    Return,
    /// Goes on only if the lock is still its own.
    IfMine,
    /// Frees the lock.
    Free,
    /// Wakes who waits.
    Notify,
    /// Reads the document.
    Read,
    /// Writes back what it read, and a line of its own.
    Write,
}

/// A comment beside a line, in the reader's language.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Remark {
    /// The mutex is locked by the very thread that asks.
    ByMe,
    /// Waiting gives the mutex up.
    GivesUp,
    /// The hold ends by itself.
    EndsByItself,
    /// Reading shows the document the number.
    Shows,
    /// The document looks at the number.
    Checked,
}

/// A line of a listing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Line {
    /// The code. A tab is a level.
    pub code: &'static str,
    /// What it does.
    pub op: Op,
    /// Whether it differs from the variant before.
    pub changed: bool,
    /// What is said beside it.
    pub remark: Option<Remark>,
}

const fn old(code: &'static str, op: Op) -> Line {
    Line { code, op, changed: false, remark: None }
}

const fn new(code: &'static str, op: Op) -> Line {
    Line { code, op, changed: true, remark: None }
}

const fn noted(code: &'static str, op: Op, changed: bool, remark: Remark) -> Line {
    Line { code, op, changed, remark: Some(remark) }
}

const WANTS: Line = old("\t\t\tprint(me, \"wants the lock\")", Op::SayWants);
const HAS: Line = old("\t\t\tprint(me, \"has the lock\")", Op::SayHas);
const FREES: Line = old("\t\t\tprint(me, \"gives the lock back\")", Op::SayFrees);
const EMPTY: Line = old("", Op::Head);
const INIT: Line = old("\tdef __init__(self):", Op::Head);
const ACQUIRE: Line = old("\tdef acquire(self, me):", Op::Head);
const RELEASE: Line = old("\tdef release(self, me):", Op::Head);
const CONDITION_IS: Line = old("\t\tself.changed = Condition()", Op::Head);
const WITH: Line = old("\t\twith self.changed:", Op::With);
const NOTIFY: Line = old("\t\t\t\tself.changed.notify()", Op::Notify);
const WORKER: Line = old("def work(lock, me):", Op::Head);
const TAKES: Line = old("\tlock.acquire(me)", Op::Call(Part::Acquire));
const READS: Line = old("\tlines = document.read()", Op::Read);
const THINKS: Line = old("\tsleep(2)", Op::Sleep(WORK));
const WRITES: Line = old("\tdocument.write(lines + [me])", Op::Write);
const GIVES: Line = old("\tlock.release(me)", Op::Call(Part::Release));
const CLASS: Line = old("class Lock:", Op::Head);
const UNTIL: Line = old("\t\t\twhile now() < self.ends:", Op::While);
const WAITS: Line = old("\t\t\t\tself.changed.wait(self.ends - now())", Op::Wait);
const ENDS_NOW: Line = old("\t\t\t\tself.ends = now()", Op::Free);

const TEXTBOOK: &[Line] = &[
    CLASS,
    INIT,
    old("\t\tself.mutex = Mutex()", Op::Head),
    EMPTY,
    ACQUIRE,
    old("\t\twith self.mutex:", Op::With),
    WANTS,
    noted("\t\t\twhile self.mutex.locked():", Op::While, false, Remark::ByMe),
    old("\t\t\t\tsleep(1)", Op::Sleep(NAP)),
    HAS,
    EMPTY,
    RELEASE,
    old("\t\twith self.mutex:", Op::With),
    FREES,
    old("\t\t\tself.mutex.release()", Op::Free),
    EMPTY,
    WORKER,
    TAKES,
    READS,
    THINKS,
    WRITES,
    GIVES,
];

const CONDITION: &[Line] = &[
    CLASS,
    INIT,
    new("\t\tself.changed = Condition()", Op::Head),
    new("\t\tself.held = False", Op::Head),
    EMPTY,
    ACQUIRE,
    new("\t\twith self.changed:", Op::With),
    WANTS,
    new("\t\t\twhile self.held:", Op::While),
    noted("\t\t\t\tself.changed.wait()", Op::Wait, true, Remark::GivesUp),
    new("\t\t\tself.held = True", Op::Hold),
    HAS,
    EMPTY,
    RELEASE,
    new("\t\twith self.changed:", Op::With),
    FREES,
    new("\t\t\tself.held = False", Op::Free),
    new("\t\t\tself.changed.notify()", Op::Notify),
    EMPTY,
    WORKER,
    TAKES,
    READS,
    THINKS,
    WRITES,
    GIVES,
];

const LEASED: &[Line] = &[
    CLASS,
    INIT,
    CONDITION_IS,
    new("\t\tself.owner, self.ends = None, 0", Op::Head),
    EMPTY,
    ACQUIRE,
    WITH,
    WANTS,
    noted(UNTIL.code, Op::While, true, Remark::EndsByItself),
    Line { changed: true, ..WAITS },
    new("\t\t\tself.owner, self.ends = me, now() + 5", Op::Hold),
    HAS,
    EMPTY,
    RELEASE,
    WITH,
    FREES,
    new("\t\t\tif self.owner == me:", Op::IfMine),
    Line { changed: true, ..ENDS_NOW },
    Line { changed: true, ..NOTIFY },
    EMPTY,
    WORKER,
    TAKES,
    READS,
    THINKS,
    WRITES,
    GIVES,
];

const NUMBERED: &[Line] = &[
    CLASS,
    INIT,
    CONDITION_IS,
    new("\t\tself.token, self.ends = 0, 0", Op::Head),
    EMPTY,
    ACQUIRE,
    WITH,
    WANTS,
    UNTIL,
    WAITS,
    new("\t\t\tself.ends = now() + 5", Op::Hold),
    new("\t\t\tself.token += 1", Op::Number),
    new("\t\t\tprint(me, \"has the lock, token\", self.token)", Op::SayHas),
    new("\t\t\treturn self.token", Op::Return),
    EMPTY,
    new("\tdef release(self, me, token):", Op::Head),
    WITH,
    FREES,
    new("\t\t\tif self.token == token:", Op::IfMine),
    ENDS_NOW,
    NOTIFY,
    EMPTY,
    WORKER,
    new("\ttoken = lock.acquire(me)", Op::Call(Part::Acquire)),
    noted("\tlines = document.read(token)", Op::Read, true, Remark::Shows),
    THINKS,
    noted("\tdocument.write(lines + [me], token)", Op::Write, true, Remark::Checked),
    new("\tlock.release(me, token)", Op::Call(Part::Release)),
];
