//! Why a link cannot be opened, in words that name what is wrong.

use std::fmt;

use crate::cluster::setup::name::Name;
use crate::session::action::ActionError;
use crate::session::limits::{LIMITS, VERSION};

/// Why a link cannot be opened. Foreign text in it is an excerpt, at most 32 characters long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// The link is longer than `LIMITS.link` bytes: so many.
    TooLong(usize),
    /// A percent escape is broken, or the bytes it stands for are no text; the position is in bytes, from 1.
    Escape(usize),
    /// A newer version wrote it.
    Newer(u64),
    /// A part is not `key=value`.
    NoValue(String),
    /// Nobody knows this key.
    UnknownKey(String),
    /// The key stands there twice.
    Twice(String),
    /// A number is malformed.
    Number {
        /// Of which key.
        key: &'static str,
        /// What was written.
        text: String,
        /// Where the value begins in the link, in bytes, from 1.
        position: usize,
    },
    /// A number lies outside its bounds.
    OutOfBounds {
        /// Of which key.
        key: &'static str,
        /// The smallest number allowed.
        min: u64,
        /// The largest number allowed.
        max: u64,
    },
    /// A word is none of those that the key knows.
    UnknownWord {
        /// Of which key.
        key: &'static str,
        /// What was written.
        text: String,
        /// What it may be.
        known: Vec<&'static str>,
    },
    /// What is written are not two lenses that differ: what stands there.
    Lenses(String),
    /// The number of coordinators must be odd: an even one tolerates no more failures than the odd one below it.
    Even,
    /// There is no such rule to switch off.
    UnknownRule(String),
    /// An instant is malformed: seconds with at most six decimals are wanted.
    Instant {
        /// What was written.
        text: String,
        /// Where the value begins in the link, in bytes, from 1.
        position: usize,
    },
    /// An instant lies after the last one a run may reach.
    TooLate(String),
    /// An action is malformed: its number, from 1.
    Action(usize, ActionError),
    /// An action names a process that does not take part: its number, from 1, the process.
    Nobody(usize, Name),
    /// Only nodes join and leave: the action's number, the process.
    NotANode(usize, Name),
    /// An action has the same process at both ends: its number, from 1, the process.
    SameTwice(usize, Name),
    /// An action comes before the one it follows: its number, from 1.
    Unordered(usize),
    /// More actions than `LIMITS.actions`.
    TooManyActions,
    /// A value of one of the page's keys is too long.
    PageValue(&'static str),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::TooLong(len) => write!(f, "the link is {len} bytes long; at most {} are read", LIMITS.link),
            LinkError::Escape(position) => write!(f, "the escape at byte {position} does not stand for text"),
            LinkError::Newer(version) => {
                write!(f, "made by a newer Ringside: version {version}, this page reads {VERSION}")
            }
            LinkError::NoValue(part) => write!(f, "“{part}” is not of the form key=value"),
            LinkError::UnknownKey(key) => write!(f, "“{key}” means nothing in a link"),
            LinkError::Twice(key) => write!(f, "“{key}” stands there twice"),
            LinkError::Number { key, text, position } => {
                write!(f, "“{text}” at byte {position} is no whole number, but “{key}” wants one")
            }
            LinkError::OutOfBounds { key, min, max } => write!(f, "“{key}” must lie between {min} and {max}"),
            LinkError::UnknownWord { key, text, known } => {
                write!(f, "“{key}” is not “{text}”, but one of")?;
                known.iter().try_for_each(|word| write!(f, " {word}"))
            }
            LinkError::Lenses(text) => write!(f, "“lens” wants two that differ, such as replicas,lock, not “{text}”"),
            LinkError::Even => write!(f, "“coordinators” must be 1, 3 or 5"),
            LinkError::UnknownRule(word) => write!(f, "there is no rule “{word}” to switch off"),
            LinkError::Instant { text, position } => {
                write!(f, "“{text}” at byte {position} is no instant: seconds with at most six decimals are wanted")
            }
            LinkError::TooLate(text) => write!(f, "{text} s is too late: a run ends at {} s", LIMITS.run.0 / 1_000_000),
            LinkError::Action(no, error) => write!(f, "action {no}: {error}"),
            LinkError::Nobody(no, name) => write!(f, "action {no}: {name} does not take part in this run"),
            LinkError::NotANode(no, name) => write!(f, "action {no}: {name} is no node; only nodes join and leave"),
            LinkError::SameTwice(no, name) => write!(f, "action {no}: {name} stands at both ends"),
            LinkError::Unordered(no) => write!(f, "action {no} comes before action {}: they must be in order", no - 1),
            LinkError::TooManyActions => write!(f, "more than {} actions", LIMITS.actions),
            LinkError::PageValue(key) => write!(f, "the value of “{key}” is too long"),
        }
    }
}

impl std::error::Error for LinkError {}
