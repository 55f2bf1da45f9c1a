//! The textbook's lock: a class of twenty lines that takes a mutex and then, while holding it, waits for that same mutex to be
//! free. Five threads, stepped a line at a time, and the three repairs.
//!
//! The class is often printed as an example of a distributed lock. It has four faults:
//!
//! 1. `acquire` loops until the mutex is free and holds it meanwhile: the first thread loops for ever, the others stand at `with`.
//! 2. Were the loop left, the end of the `with` block would give the mutex back: whoever "has" the lock would hold nothing.
//! 3. `release` gives the mutex back inside a `with` block that gives it back once more: Python raises `RuntimeError: release
//!    unlocked lock`, or, if another thread was quick, frees that one's mutex.
//! 4. It lives in one process: no other machine can ask for it, so nothing about it is distributed.
//!
//! | variant | adds | and still |
//! |---|---|---|
//! | [`Variant::Textbook`] | | nobody gets in |
//! | [`Variant::Condition`] | a flag, and a condition variable (Hoare 1974; here Mesa style: Lampson, Redell 1980) that gives the mutex up while it waits | a thread that dies inside blocks everybody |
//! | [`Variant::Lease`] | the hold ends by itself (Gray, Cheriton 1989), and who waits does so no longer than that | one that slept through its lease works beside the next |
//! | [`Variant::Token`] | each grant is numbered, and the document refuses a number below the highest it has seen (Kleppmann 2016) | |
//!
//! The document sees the token at the read as well as at the write. Told at the write alone, it would take the late one's line
//! after the next one has read, and the next one's write would wipe it out.
//!
//! # What is simplified
//!
//! A line is one step; Python may change threads within one. Lines take no time: the clock goes on only when no thread can.
//! A mutex has no queue: of all threads that stand before a free one any may take it, which is all that `threading.Lock`
//! promises. A condition wakes whoever has waited longest, as CPython does, and nobody without a sign or a time-out. Its mutex
//! could be entered twice by one thread in Python; nothing here does so. A `with` block is left by a step of its own on the line
//! of the `with`, as Python's own tracing shows it. The document is elsewhere, and what is asked of it happens at once.
//!
//! Python cannot kill a thread. Here a thread that is *killed* ends as by an exception that nobody catches: its `with`
//! block gives the mutex back, one that waits waits no longer, and everything else stays as it was: a flag that it set, a lease,
//! a sign that it was given. One that is *frozen* does nothing and keeps what it has.

mod document;
mod event;
mod figures;
mod lock_machine;
mod run;
mod source;
mod thread;

pub use document::{Document, Written};
pub use event::{Action, Choice, Event, Had, Printed, Refusal, Saying, Taken};
pub use figures::{LEASE, NAP, THREADS, WORK};
pub use lock_machine::Machine;
pub use source::{Line, Op, Part, Remark, Variant};
pub use thread::{Doing, State, Thread, ThreadId};

#[cfg(test)]
mod tests;
