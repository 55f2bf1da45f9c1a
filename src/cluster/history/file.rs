//! Histories as text: one event a line, in the order in which they happened, columns separated by tabs.
//!
//! ```text
//! process  type  f  value           registers (read, write, cas) and locks (acquire, release)
//! process  type  f  key  value      strings by key (get, put, append)
//! ```
//!
//! `type` is `invoke`, `ok` (it happened, and the value is the result), `fail` (it did not happen; see [`Model::RegisterNil`] for the
//! one that differs) or `info` (nobody knows: it may take effect at any later time, or never). An invocation without a completion
//! is left open like one with `info`. `cas` has the value `[old new]`; `nil` is no value, and an empty string for a key.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::cluster::history::model::{Deed, Model, Word};
use crate::cluster::history::{Op, Place};

/// The operations on one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Object {
    /// Its key; `None` where the history has only one object.
    pub key: Option<Word>,
    /// The operations, in the order of their invocation. Those that did not happen, and looks that nobody answered, are left out.
    pub ops: Vec<Op>,
}

/// Why a line, or the whole, is no history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// There is no line.
    Empty,
    /// A line, counted from 1, and what is wrong with it.
    Line(u32, Flaw),
}

/// What is wrong with a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// It is not UTF-8.
    NotUtf8,
    /// It has so many columns, and needs so many.
    Columns(usize, usize),
    /// The process has no name.
    NoProcess,
    /// No event has this type.
    Type(String),
    /// The model has no such operation.
    Function(String, Model),
    /// An operation cannot have this value: `[old new]`, or some value at all, is missing.
    Value(&'static str, String),
    /// The process asks, and still waits for what it asked in this line.
    Busy(u32),
    /// The process is answered and has asked nothing.
    NotAsked,
    /// The answer is to something else than what was asked in this line.
    Other(u32),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, flaw) = match self {
            Malformed::Empty => return write!(f, "it is empty: one event a line is needed"),
            Malformed::Line(line, flaw) => (line, flaw),
        };
        write!(f, "line {line}: ")?;
        match flaw {
            Flaw::NotUtf8 => write!(f, "it is not UTF-8"),
            Flaw::Columns(found, needed) => write!(f, "{needed} columns separated by tabs are needed, {found} found"),
            Flaw::NoProcess => write!(f, "the first column, the process, is empty"),
            Flaw::Type(found) => write!(f, "`{}` is no type: invoke, ok, fail or info", found.escape_debug()),
            Flaw::Function(found, model) => {
                write!(f, "`{}` is nothing that {} does: {}", found.escape_debug(), model.word(), names(*model).join(", "))
            }
            Flaw::Value(name, found) if *name == "cas" => write!(f, "`{}` is no value of a cas: write [old new]", found.escape_debug()),
            Flaw::Value(name, _) => write!(f, "a {name} needs a value"),
            Flaw::Busy(since) => write!(f, "the process still waits for what it asked in line {since}"),
            Flaw::NotAsked => write!(f, "the process has asked nothing that could end here"),
            Flaw::Other(asked) => write!(f, "what ends here is not what the process asked in line {asked}"),
        }
    }
}

/// What the model calls its operations.
const fn names(model: Model) -> &'static [&'static str] {
    match model {
        Model::CasRegister | Model::RegisterNil => &["read", "write", "cas"],
        Model::Mutex => &["acquire", "release"],
        Model::Kv => &["get", "put", "append"],
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Invoke,
    Ok,
    Fail,
    Info,
}

/// One line.
struct Event<'a> {
    process: &'a str,
    type_: Type,
    f: &'a str,
    key: Option<&'a str>,
    value: &'a str,
}

impl<'a> Event<'a> {
    fn parse(line: &'a [u8], model: Model) -> Result<Event<'a>, Flaw> {
        let line = str::from_utf8(line).map_err(|_| Flaw::NotUtf8)?;
        let columns: Vec<&str> = line.split('\t').collect();
        let (process, type_, f, key, value) = match (model, columns.as_slice()) {
            (Model::Kv, &[process, type_, f, key, value]) => (process, type_, f, Some(key), value),
            (Model::CasRegister | Model::RegisterNil | Model::Mutex, &[process, type_, f, value]) => (process, type_, f, None, value),
            (Model::Kv, _) => return Err(Flaw::Columns(columns.len(), 5)),
            (Model::CasRegister | Model::RegisterNil | Model::Mutex, _) => return Err(Flaw::Columns(columns.len(), 4)),
        };
        if process.is_empty() {
            return Err(Flaw::NoProcess);
        }
        let type_ = match type_ {
            "invoke" => Type::Invoke,
            "ok" => Type::Ok,
            "fail" => Type::Fail,
            "info" => Type::Info,
            other => return Err(Flaw::Type(other.to_owned())),
        };
        if !names(model).contains(&f) {
            return Err(Flaw::Function(f.to_owned(), model));
        }
        Ok(Event { process, type_, f, key, value })
    }

    /// What it asks for, or did, if it happened. A look is one at this event's value.
    fn deed(&self) -> Result<Deed, Flaw> {
        let some = |name| if self.value.is_empty() { Err(Flaw::Value(name, String::new())) } else { Ok(word(self.value)) };
        let text = || if self.value == "nil" { Word::from("") } else { Word::from(self.value) };
        Ok(match self.f {
            "read" => Deed::Read(some("read")?),
            "write" => Deed::Write(some("write")?),
            "cas" => {
                let pair = self.value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(|pair| pair.split_once(' '));
                let (old, new) = pair
                    .filter(|(old, new)| !old.is_empty() && !new.is_empty() && !new.contains(' '))
                    .ok_or_else(|| Flaw::Value("cas", self.value.to_owned()))?;
                Deed::Swap(word(old), word(new))
            }
            "acquire" => Deed::Acquire,
            "release" => Deed::Release,
            "get" => Deed::Read(Some(text())),
            "put" => Deed::Write(Some(text())),
            "append" => Deed::Append(text()),
            other => unreachable!("{other} is no operation of any model, and was refused"),
        })
    }
}

fn word(text: &str) -> Option<Word> {
    (text != "nil").then(|| Word::from(text))
}

/// What a process has asked and not been told.
struct Asked {
    line: u32,
    f: String,
    key: Option<Word>,
    deed: Deed,
}

impl Asked {
    /// What is known of it after an event that ends it, in this line; `None`: nothing that binds anybody.
    fn ended(self, event: &Event<'_>, line: u32, model: Model) -> Result<Option<Op>, Flaw> {
        if event.f != self.f || event.key != self.key.as_deref() {
            return Err(Flaw::Other(self.line));
        }
        let (asked, now) = (Place(self.line), Place(line));
        match event.type_ {
            Type::Invoke => unreachable!("an invocation ends nothing"),
            Type::Ok => {
                let deed = event.deed()?;
                if !deed.only_looks() && deed != self.deed {
                    return Err(Flaw::Other(self.line));
                }
                Ok(Some(Op::answered(deed, asked, now)))
            }
            Type::Info => Ok(Some(Op::open(self.deed, asked))),
            Type::Fail => Ok(match (model, self.deed) {
                (Model::RegisterNil, Deed::Swap(old, _)) => Some(Op::answered(Deed::Differs(old), asked, now)),
                (Model::RegisterNil, deed @ Deed::Write(_)) => Some(Op::open(deed, asked)),
                (Model::CasRegister | Model::RegisterNil | Model::Mutex | Model::Kv, _) => None,
            }),
        }
    }
}

/// Reads a history, line by line (without their ends), and parts it by key. Objects come in the order of their keys.
///
/// # Errors
/// The first line that is wrong, and why; or that there is none.
pub fn parse(lines: &[Vec<u8>], model: Model) -> Result<Vec<Object>, Malformed> {
    if lines.is_empty() {
        return Err(Malformed::Empty);
    }
    let mut asked: BTreeMap<Rc<str>, Asked> = BTreeMap::new();
    let mut objects: BTreeMap<Option<Word>, Vec<Op>> = BTreeMap::new();
    let mut keep = |key: Option<Word>, op: Option<Op>| {
        let ops = objects.entry(key).or_default();
        ops.extend(op.filter(Op::matters));
    };
    for (line, text) in (1..).zip(lines) {
        let flaw = |flaw| Malformed::Line(line, flaw);
        let event = Event::parse(text, model).map_err(flaw)?;
        let before = asked.remove(event.process);
        match (event.type_, before) {
            (Type::Invoke, Some(before)) => return Err(flaw(Flaw::Busy(before.line))),
            (Type::Invoke, None) => {
                let deed = event.deed().map_err(flaw)?;
                let key = event.key.map(Word::from);
                asked.insert(Rc::from(event.process), Asked { line, f: event.f.to_owned(), key, deed });
            }
            (Type::Ok | Type::Fail | Type::Info, None) => return Err(flaw(Flaw::NotAsked)),
            (Type::Ok | Type::Fail | Type::Info, Some(before)) => {
                let key = before.key.clone();
                keep(key, before.ended(&event, line, model).map_err(flaw)?);
            }
        }
    }
    for it in asked.into_values() {
        keep(it.key, Some(Op::open(it.deed, Place(it.line))));
    }
    let sorted = |(key, mut ops): (Option<Word>, Vec<Op>)| {
        ops.sort_unstable_by_key(|op| op.invoked);
        Object { key, ops }
    };
    Ok(objects.into_iter().map(sorted).collect())
}
