//! What can be done to the cluster, in ONE text grammar: links, attributes, keys, headless and lessons all use it.

use std::fmt;
use std::str::FromStr;

use crate::cluster::NoEffect;
use crate::cluster::setup::name::{Kind, Name, Roster};
use crate::session::limits::excerpt;
use crate::sim::fault::Fault;

/// The most a process can be slowed down.
pub const SLOW_MAX: u16 = 1_000;
/// The most a clock can be made to drift, in parts per million, either way.
pub const DRIFT_MAX: i32 = 500_000;

/// An action. Text: `kill C`, `revive C`, `wipe C`, `add G`, `drain C`, `salvage C`, `freeze c2`, `thaw c2`, `slow C 10`, `cut A B` (both ways), `cut A>B` (one way),
/// `heal A B`, `heal A>B`, `isolate C`, `heal C` (all links of C), `drift C 20000`, `fail C`, `mend C`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// `kill C`
    Kill(Name),
    /// `revive C`
    Revive(Name),
    /// `wipe C`
    Wipe(Name),
    /// `add G`
    Add(Name),
    /// `drain C`
    Drain(Name),
    /// `salvage C`: an operator's choice. Shards that nobody may lead are served with what C has of them.
    Salvage(Name),
    /// `freeze C`
    Freeze(Name),
    /// `thaw C`
    Thaw(Name),
    /// `slow C 10`
    Slow(Name, u16),
    /// `drift C -20000`
    Drift(Name, i32),
    /// `cut A B`
    Cut(Name, Name),
    /// `heal A B`
    Heal(Name, Name),
    /// `cut A>B`
    CutOneWay(Name, Name),
    /// `heal A>B`
    HealOneWay(Name, Name),
    /// `isolate C`
    Isolate(Name),
    /// `heal C`
    Rejoin(Name),
    /// `fail C`: from now on it answers every request with an error, at once.
    Fail(Name),
    /// `mend C`: it serves again.
    Mend(Name),
}

/// Why an action cannot be carried out now. Nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No such process in this run.
    Nobody(Name),
    /// It would change nothing.
    NoEffect(Name, NoEffect),
    /// Only nodes join, leave, serve, and have copies to serve with.
    NotANode(Name),
    /// Both ends are the same process.
    SameTwice(Name),
    /// The figure lies outside its bounds: `SLOW_MAX`, `DRIFT_MAX`.
    OutOfBounds(Name),
    /// The list of actions is full (the limit).
    TooMany(usize),
}

impl Action {
    /// The process the action names first.
    pub const fn subject(self) -> Name {
        match self {
            Action::Kill(name)
            | Action::Revive(name)
            | Action::Wipe(name)
            | Action::Add(name)
            | Action::Drain(name)
            | Action::Salvage(name)
            | Action::Freeze(name)
            | Action::Thaw(name)
            | Action::Slow(name, _)
            | Action::Drift(name, _)
            | Action::Cut(name, _)
            | Action::Heal(name, _)
            | Action::CutOneWay(name, _)
            | Action::HealOneWay(name, _)
            | Action::Isolate(name)
            | Action::Rejoin(name)
            | Action::Fail(name)
            | Action::Mend(name) => name,
        }
    }

    /// The processes the action names: one or two.
    pub const fn names(self) -> [Option<Name>; 2] {
        match self {
            Action::Cut(a, b) | Action::Heal(a, b) | Action::CutOneWay(a, b) | Action::HealOneWay(a, b) => [Some(a), Some(b)],
            Action::Kill(_)
            | Action::Revive(_)
            | Action::Wipe(_)
            | Action::Add(_)
            | Action::Drain(_)
            | Action::Salvage(_)
            | Action::Freeze(_)
            | Action::Thaw(_)
            | Action::Slow(..)
            | Action::Drift(..)
            | Action::Isolate(_)
            | Action::Rejoin(_)
            | Action::Fail(_)
            | Action::Mend(_) => [Some(self.subject()), None],
        }
    }

    /// The word the action begins with.
    pub const fn word(self) -> &'static str {
        match self {
            Action::Kill(_) => "kill",
            Action::Revive(_) => "revive",
            Action::Wipe(_) => "wipe",
            Action::Add(_) => "add",
            Action::Drain(_) => "drain",
            Action::Salvage(_) => "salvage",
            Action::Freeze(_) => "freeze",
            Action::Thaw(_) => "thaw",
            Action::Slow(..) => "slow",
            Action::Drift(..) => "drift",
            Action::Cut(..) | Action::CutOneWay(..) => "cut",
            Action::Heal(..) | Action::HealOneWay(..) | Action::Rejoin(_) => "heal",
            Action::Isolate(_) => "isolate",
            Action::Fail(_) => "fail",
            Action::Mend(_) => "mend",
        }
    }

    /// The world's faults that the action is made of, in the order in which they are done. Never empty.
    pub fn faults(self, roster: &Roster) -> Result<Vec<Fault>, Refusal> {
        let pid = |name| roster.pid(name).ok_or(Refusal::Nobody(name));
        let pair = |a: Name, b: Name| {
            let ends = (pid(a)?, pid(b)?);
            if a == b { Err(Refusal::SameTwice(a)) } else { Ok(ends) }
        };
        let with_all = |name, fault: fn(_, _) -> Fault| {
            let one = pid(name)?;
            let others = roster.pids().filter(move |&other| other != one);
            Ok(others.flat_map(move |other| [fault(one, other), fault(other, one)]).collect())
        };
        Ok(match self {
            Action::Kill(name) => vec![Fault::Kill(pid(name)?)],
            Action::Revive(name) => vec![Fault::Revive(pid(name)?)],
            Action::Wipe(name) => vec![Fault::Wipe(pid(name)?)],
            Action::Add(name) | Action::Drain(name) | Action::Salvage(name) | Action::Fail(name) | Action::Mend(name)
                if name.kind != Kind::Node =>
            {
                return Err(Refusal::NotANode(name));
            }
            Action::Add(name) => vec![Fault::Join(pid(name)?)],
            Action::Drain(name) => vec![Fault::Leave(pid(name)?)],
            Action::Salvage(name) => vec![Fault::Proceed(pid(name)?)],
            Action::Freeze(name) => vec![Fault::Freeze(pid(name)?)],
            Action::Thaw(name) => vec![Fault::Thaw(pid(name)?)],
            Action::Slow(name, times) if times == 0 || times > SLOW_MAX => return Err(Refusal::OutOfBounds(name)),
            Action::Slow(name, times) => vec![Fault::Slow(pid(name)?, times)],
            Action::Drift(name, ppm) if ppm.unsigned_abs() > DRIFT_MAX as u32 => {
                return Err(Refusal::OutOfBounds(name));
            }
            Action::Drift(name, ppm) => vec![Fault::Drift(pid(name)?, ppm)],
            Action::Cut(a, b) => pair(a, b).map(|(a, b)| vec![Fault::Cut(a, b), Fault::Cut(b, a)])?,
            Action::Heal(a, b) => pair(a, b).map(|(a, b)| vec![Fault::Heal(a, b), Fault::Heal(b, a)])?,
            Action::CutOneWay(a, b) => pair(a, b).map(|(a, b)| vec![Fault::Cut(a, b)])?,
            Action::HealOneWay(a, b) => pair(a, b).map(|(a, b)| vec![Fault::Heal(a, b)])?,
            Action::Isolate(name) => with_all(name, Fault::Cut)?,
            Action::Rejoin(name) => with_all(name, Fault::Heal)?,
            Action::Fail(name) => vec![Fault::Fail(pid(name)?, true)],
            Action::Mend(name) => vec![Fault::Fail(pid(name)?, false)],
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match self {
            Action::Kill(name)
            | Action::Revive(name)
            | Action::Wipe(name)
            | Action::Add(name)
            | Action::Drain(name)
            | Action::Salvage(name)
            | Action::Freeze(name)
            | Action::Thaw(name)
            | Action::Isolate(name)
            | Action::Rejoin(name)
            | Action::Fail(name)
            | Action::Mend(name) => write!(f, "{word} {name}"),
            Action::Slow(name, times) => write!(f, "{word} {name} {times}"),
            Action::Drift(name, ppm) => write!(f, "{word} {name} {ppm}"),
            Action::Cut(a, b) | Action::Heal(a, b) => write!(f, "{word} {a} {b}"),
            Action::CutOneWay(a, b) | Action::HealOneWay(a, b) => write!(f, "{word} {a}>{b}"),
        }
    }
}

/// Why a text is no action. Each piece of foreign text in it is an excerpt, at most 32 characters long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ActionError {
    /// There is no text.
    Empty,
    /// The first word is no action.
    Word(String),
    /// The action wants more words.
    Incomplete(String),
    /// There is text after the action's end.
    Extra(String),
    /// This is no process's name.
    Name(String),
    /// This is no whole number within the bounds.
    Number {
        /// What was written.
        text: String,
        /// The smallest number allowed.
        min: i32,
        /// The largest number allowed.
        max: i32,
    },
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActionError::Empty => write!(f, "an action is missing"),
            ActionError::Word(word) => {
                write!(
                    f,
                    "“{word}” is no action; there are kill, revive, wipe, add, drain, salvage, freeze, thaw, slow, drift, cut, heal, isolate, fail, mend"
                )
            }
            ActionError::Incomplete(text) => write!(f, "“{text}” wants another word"),
            ActionError::Extra(text) => write!(f, "“{text}” is one word too many"),
            ActionError::Name(text) => write!(f, "“{text}” is no process; processes are called K1, A to H, L1, c1"),
            ActionError::Number { text, min, max } => {
                write!(f, "“{text}” is no whole number from {min} to {max}")
            }
        }
    }
}

impl FromStr for Action {
    type Err = ActionError;

    fn from_str(text: &str) -> Result<Action, ActionError> {
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let first = words.next().ok_or(ActionError::Empty)?;
        let mut word = || words.next().ok_or_else(|| ActionError::Incomplete(excerpt(text)));
        let action = match first {
            "kill" => Action::Kill(name(word()?)?),
            "revive" => Action::Revive(name(word()?)?),
            "wipe" => Action::Wipe(name(word()?)?),
            "add" => Action::Add(name(word()?)?),
            "drain" => Action::Drain(name(word()?)?),
            "salvage" => Action::Salvage(name(word()?)?),
            "freeze" => Action::Freeze(name(word()?)?),
            "thaw" => Action::Thaw(name(word()?)?),
            "isolate" => Action::Isolate(name(word()?)?),
            "fail" => Action::Fail(name(word()?)?),
            "mend" => Action::Mend(name(word()?)?),
            "slow" => Action::Slow(name(word()?)?, number(word()?, 1, i32::from(SLOW_MAX))? as u16),
            "drift" => Action::Drift(name(word()?)?, number(word()?, -DRIFT_MAX, DRIFT_MAX)?),
            "cut" => {
                let end = word()?;
                match end.split_once('>') {
                    Some((a, b)) => Action::CutOneWay(name(a)?, name(b)?),
                    None => Action::Cut(name(end)?, name(word()?)?),
                }
            }
            "heal" => {
                let end = word()?;
                match end.split_once('>') {
                    Some((a, b)) => Action::HealOneWay(name(a)?, name(b)?),
                    None => match words.next() {
                        Some(other) => Action::Heal(name(end)?, name(other)?),
                        None => Action::Rejoin(name(end)?),
                    },
                }
            }
            unknown => return Err(ActionError::Word(excerpt(unknown))),
        };
        match words.next() {
            Some(extra) => Err(ActionError::Extra(excerpt(extra))),
            None => Ok(action),
        }
    }
}

fn name(text: &str) -> Result<Name, ActionError> {
    text.parse().map_err(|_| ActionError::Name(excerpt(text)))
}

fn number(text: &str, min: i32, max: i32) -> Result<i32, ActionError> {
    match text.parse::<i32>() {
        // Only the shortest spelling: a printed action is the only text of that action.
        Ok(n) if (min..=max).contains(&n) && n.to_string() == text => Ok(n),
        _ => Err(ActionError::Number { text: excerpt(text), min, max }),
    }
}
