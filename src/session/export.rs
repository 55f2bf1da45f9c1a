//! Facts as data for programs: one JSON object a fact, for the headless binary and for `window.ringside.journal(n)`.
//!
//! Every object has `seq`, `at_us`, `who`, `kind` and, where it has one, `cause`; the fields of its kind follow. Processes
//! stand under their names, numbers as numbers.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::cluster::note::Note;
use crate::cluster::note::fields::Names;
use crate::cluster::setup::name::Roster;
use crate::sim::fault::Fault;
use crate::sim::journal::{Record, What};

/// The kind of a fact, in kebab case. Faults are called by their actions' words, one-way.
pub const fn kind(what: &What<Note>) -> &'static str {
    match what {
        What::Fault(fault) => match fault {
            Fault::Kill(_) => "kill",
            Fault::Revive(_) => "revive",
            Fault::Wipe(_) => "wipe",
            Fault::Join(_) => "add",
            Fault::Leave(_) => "drain",
            Fault::Proceed(_) => "salvage",
            Fault::Freeze(_) => "freeze",
            Fault::Thaw(_) => "thaw",
            Fault::Slow(..) => "slow",
            Fault::Fail(_, true) => "fail",
            Fault::Fail(_, false) => "mend",
            Fault::Cut(..) => "cut",
            Fault::Heal(..) => "heal",
            Fault::Drift(..) => "drift",
        },
        What::Note(note) => note.kind(),
    }
}

/// The fields that facts of this kind have, in a fixed order.
pub fn fields(what: &What<Note>, roster: &Roster) -> Vec<(&'static str, Value)> {
    match what {
        What::Fault(fault) => fault_fields(*fault, roster),
        What::Note(note) => note.fields(&Names(roster)),
    }
}

/// A fact as one object.
struct Object<'a> {
    record: &'a Record<Note>,
    roster: &'a Roster,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Object { record, roster } = self;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("seq", &record.seq.0)?;
        map.serialize_entry("at_us", &record.at.0)?;
        map.serialize_entry("who", &roster.name(record.who).to_string())?;
        map.serialize_entry("kind", kind(&record.what))?;
        if let Some(cause) = record.cause {
            map.serialize_entry("cause", &cause.0)?;
        }
        for (key, value) in fields(&record.what, roster) {
            map.serialize_entry(key, &value)?;
        }
        map.end()
    }
}

/// The fact, to be written in whatever form programs read.
pub fn object<'a>(record: &'a Record<Note>, roster: &'a Roster) -> impl Serialize + 'a {
    Object { record, roster }
}

/// The fact as one line of JSON.
pub fn json(record: &Record<Note>, roster: &Roster) -> String {
    line(&Object { record, roster })
}

/// Data as one line of JSON that any terminal can show: JSON itself lets the control characters from U+007F to U+009F pass.
///
/// # Panics
/// If a map in it has keys that are no texts.
pub fn line(data: &impl Serialize) -> String {
    let line = serde_json::to_string(data).expect("its keys are texts, and a string grows");
    if !line.contains(char::is_control) {
        return line;
    }
    line.chars().map(|c| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

fn fault_fields(fault: Fault, roster: &Roster) -> Vec<(&'static str, Value)> {
    match fault {
        Fault::Kill(who)
        | Fault::Revive(who)
        | Fault::Wipe(who)
        | Fault::Join(who)
        | Fault::Leave(who)
        | Fault::Proceed(who)
        | Fault::Fail(who, _)
        | Fault::Freeze(who)
        | Fault::Thaw(who) => vec![("process", Names(roster).one(who))],
        Fault::Slow(who, times) => vec![("process", Names(roster).one(who)), ("times", Value::from(times))],
        Fault::Cut(from, to) | Fault::Heal(from, to) => vec![("from", Names(roster).one(from)), ("to", Names(roster).one(to))],
        Fault::Drift(who, ppm) => vec![("process", Names(roster).one(who)), ("ppm", Value::from(ppm))],
    }
}
