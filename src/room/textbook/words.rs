//! The words of the textbook's lock: one record a language. A field that a language lacks does not compile. What the program
//! itself says, its lines and its output, is code and the same in all.

use crate::room::textbook::link::LessonError;
use crate::room::textbook::machine::{Doing, Machine, Remark, Variant};
use crate::room::textbook::{NoAction, Stop, Story};

/// The words. `{}` marks the places of what [`fill`](crate::room::textbook::catalogue::fill) puts in.
#[derive(Debug)]
pub struct TextbookWords {
    /// The room's name.
    pub title: &'static str,
    /// Names the choice of a variant.
    pub variants: &'static str,
    /// A variant's name, and what it does in a line.
    pub variant: fn(Variant) -> [&'static str; 2],
    /// What is wrong with the textbook's lock: a heading, then each fault.
    pub faults: [&'static str; 5],
    /// What the repairs have mended of that, and what not.
    pub mended: [&'static str; 2],
    /// Headings: program, threads, lock, output, document.
    pub heads: [&'static str; 5],
    /// A thread's name.
    pub thread: &'static str,
    /// The line that a thread stands on.
    pub line: &'static str,
    /// Beside a line that the repair changed.
    pub changed: &'static str,
    /// A comment beside a line.
    pub remark: fn(Remark) -> &'static str,
    /// What a thread is doing; for work under the lock, what follows `has`.
    pub doing: fn(Doing) -> &'static str,
    /// It has the lock, or only believes so.
    pub has: [&'static str; 2],
    /// It works though its lease is over.
    pub late: &'static str,
    /// It is frozen.
    pub frozen: &'static str,
    /// Rows of the lock: mutex, lock held by, waiting, lease, last token.
    pub rows: [&'static str; 5],
    /// Nobody has it.
    pub nobody: &'static str,
    /// There was none yet.
    pub none_yet: &'static str,
    /// A lease: when it ends, and seconds left.
    pub lease: &'static str,
    /// It is over.
    pub lease_over: &'static str,
    /// Simulated time, in seconds.
    pub clock: &'static str,
    /// Which step this is.
    pub step: &'static str,
    /// The seed, which decides who runs next.
    pub seed: &'static str,
    /// The seed before, and the next.
    pub seeds: [&'static str; 2],
    /// Buttons: restart, step back, play, pause, step forward, to the next fact.
    pub transport: [&'static str; 6],
    /// Buttons: kill, freeze, thaw.
    pub actions: [&'static str; 3],
    /// A button that shows a ready run.
    pub story: fn(Story) -> &'static str,
    /// Brings back the run before it was replaced.
    pub undo: &'static str,
    /// A new run has replaced one with so many actions in it.
    pub replaced: [&'static str; 2],
    /// What was replaced is back.
    pub back_again: &'static str,
    /// Nothing was replaced.
    pub nothing_to_undo: &'static str,
    /// Keys and what they do.
    pub keys: &'static [(&'static str, &'static str)],
    /// Nothing printed yet, nothing written yet.
    pub empty: [&'static str; 2],
    /// Who wrote a line: thread, and the same with a token.
    pub wrote: [&'static str; 2],
    /// A thread's token.
    pub token: &'static str,
    /// Who wiped it out.
    pub lost: &'static str,
    /// It was refused.
    pub refused: &'static str,
    /// The highest token that the document has seen.
    pub highest: &'static str,
    /// What the last step did: a sentence, with places for what [`told`](crate::room::textbook::catalogue::told) fills in.
    pub told: fn(&Machine) -> &'static str,
    /// Between two threads of a list that goes on.
    pub comma: &'static str,
    /// Why it does not go on: a sentence.
    pub stop: fn(Stop) -> &'static str,
    /// Why an action was not carried out: a sentence, with a place for the thread.
    pub no_action: fn(NoAction) -> &'static str,
    /// It stands at the beginning already.
    pub at_start: &'static str,
    /// A link could not be read: the reason follows.
    pub bad_link: &'static str,
    /// Why: a clause without a full stop, with places for [`LessonError::names`].
    pub error: fn(&LessonError) -> &'static str,
}
