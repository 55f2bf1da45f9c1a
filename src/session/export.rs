//! Facts as data for programs: one JSON object a fact, for the headless binary and for `window.ringside.journal(n)`.
//!
//! Every object has `seq`, `at_us`, `who`, `kind` and, where it has one, `cause`; the fields of its kind follow. Processes
//! stand under their names, numbers as numbers.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::cluster::note::{Asked, Found, Note, OpId, RefusedWhy, RingWhy, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
use crate::cluster::setup::name::{LOCKS, Roster};
use crate::proto::lock::token::{LockId, Session};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};

/// The kind of a fact, in kebab case. Faults are called by their actions' verbs, one-way.
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
            Fault::Cut(..) => "cut",
            Fault::Heal(..) => "heal",
            Fault::Drift(..) => "drift",
        },
        What::Note(note) => match note {
            Note::Suspected { .. } => "suspected",
            Note::Returned { .. } => "returned",
            Note::Stands { .. } => "stands",
            Note::Voted { .. } => "voted",
            Note::Elected { .. } => "elected",
            Note::SteppedDown { .. } => "stepped-down",
            Note::Decided { .. } => "decided",
            Note::DecisionsCut { .. } => "decisions-cut",
            Note::StateTaken { .. } => "state-taken",
            Note::Readmitted { .. } => "readmitted",
            Note::RingChanged { .. } => "ring-changed",
            Note::Left { .. } => "left",
            Note::SnapshotSent { .. } => "snapshot-sent",
            Note::SnapshotTaken { .. } => "snapshot-taken",
            Note::Yielded { .. } => "yielded",
            Note::Dropped { .. } => "dropped",
            Note::ViewChanged { .. } => "view-changed",
            Note::Serving { .. } => "serving",
            Note::Stopped { .. } => "stopped",
            Note::Appended { .. } => "appended",
            Note::Committed { .. } => "committed",
            Note::Truncated { .. } => "truncated",
            Note::WritesLost { .. } => "writes-lost",
            Note::Trimmed { .. } => "trimmed",
            Note::Applied { .. } => "applied",
            Note::Invoked { .. } => "invoked",
            Note::ReadServed { .. } => "read-served",
            Note::AnsweredAgain { .. } => "answered-again",
            Note::ReplicaRead { .. } => "replica-read",
            Note::StaleView { .. } => "stale-view",
            Note::LearnerReady { .. } => "learner-ready",
            Note::Acknowledged { .. } => "acknowledged",
            Note::Refused { .. } => "refused",
            Note::Answered { .. } => "answered",
            Note::Retried { .. } => "retried",
            Note::LockQueued { .. } => "lock-queued",
            Note::LockGranted { .. } => "lock-granted",
            Note::LockReleased { .. } => "lock-released",
            Note::LockCancelled { .. } => "lock-cancelled",
            Note::SessionEnded { .. } => "session-ended",
            Note::GrantTooLate { .. } => "grant-too-late",
            Note::HoldBegins { .. } => "hold-begins",
            Note::HoldEnds { .. } => "hold-ends",
            Note::FencedWrite { .. } => "fenced-write",
            Note::FenceRefused { .. } => "fence-refused",
        },
    }
}

/// The fields that facts of this kind have, in a fixed order.
pub fn fields(what: &What<Note>, roster: &Roster) -> Vec<(&'static str, Value)> {
    match what {
        What::Fault(fault) => fault_fields(*fault, roster),
        What::Note(note) => note_fields(note, roster),
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
        | Fault::Freeze(who)
        | Fault::Thaw(who) => vec![("process", name(roster, who))],
        Fault::Slow(who, times) => vec![("process", name(roster, who)), ("times", Value::from(times))],
        Fault::Cut(from, to) | Fault::Heal(from, to) => vec![("from", name(roster, from)), ("to", name(roster, to))],
        Fault::Drift(who, ppm) => vec![("process", name(roster, who)), ("ppm", Value::from(ppm))],
    }
}

fn note_fields(note: &Note, roster: &Roster) -> Vec<(&'static str, Value)> {
    let name = |pid: Pid| name(roster, pid);
    let names = |pids: &[Pid]| Value::from_iter(pids.iter().map(|&pid| roster.name(pid).to_string()));
    let op = |op: &OpId| Value::from(op_text(op, roster));
    let session = |s: &Session| Value::from(format!("{}.{}.{}", roster.name(s.client), s.boot.0, s.n));
    match note {
        Note::Suspected { node, silent, why } => {
            vec![("node", name(*node)), ("silent_us", number(silent.0)), ("why", text(suspect_why(*why)))]
        }
        Note::Returned { node, boot, fresh } => {
            vec![("node", name(*node)), ("boot", number(boot.0)), ("fresh", Value::from(*fresh))]
        }
        Note::Stands { term, asked } => vec![("term", number(*term)), ("asked_by", asked.map_or(Value::Null, name))],
        Note::Elected { term } => vec![("term", number(*term))],
        Note::SteppedDown { term, why } => {
            let to = match why {
                YieldWhy::ReachesMore(to) => name(*to),
                YieldWhy::HigherTerm | YieldWhy::Unheard => Value::Null,
            };
            vec![("term", number(*term)), ("why", text(yield_why(*why))), ("to", to)]
        }
        Note::Voted { term, candidate } => vec![("term", number(*term)), ("candidate", name(*candidate))],
        Note::Decided { index, term } => vec![("index", number(index.0)), ("term", number(*term))],
        Note::DecisionsCut { from, dropped } => vec![("from", number(from.0)), ("dropped", number(*dropped))],
        Note::StateTaken { upto } => vec![("upto", number(upto.0))],
        Note::Readmitted { who } => vec![("coordinator", name(*who))],
        Note::RingChanged { node, why, moves, minimum } => {
            vec![("node", name(*node)), ("why", text(ring_why(*why))), ("moves", number(*moves)), ("minimum", number(*minimum))]
        }
        Note::Left { node } => vec![("node", name(*node))],
        Note::SnapshotSent { shard, to, upto } => vec![("shard", number(shard.0)), ("to", name(*to)), ("upto", number(upto.0))],
        Note::SnapshotTaken { shard, upto } => vec![("shard", number(shard.0)), ("upto", number(upto.0))],
        Note::Yielded { shard } | Note::Dropped { shard } => vec![("shard", number(shard.0))],
        Note::ViewChanged { shard, view, why } => vec![
            ("shard", number(shard.0)),
            ("view", number(view.no.0)),
            ("primary", view.primary.map_or(Value::Null, name)),
            ("in_sync", names(&view.in_sync)),
            ("learners", names(&view.learners)),
            ("why", text(view_why(*why))),
        ],
        Note::Serving { shard, view } => vec![("shard", number(shard.0)), ("view", number(view.0))],
        Note::Stopped { shard, view, why } => {
            vec![("shard", number(shard.0)), ("view", number(view.0)), ("why", text(stop_why(*why)))]
        }
        Note::Appended { shard, index, view } => {
            vec![("shard", number(shard.0)), ("index", number(index.0)), ("view", number(view.0))]
        }
        Note::Committed { shard, index } => vec![("shard", number(shard.0)), ("index", number(index.0))],
        Note::Truncated { shard, from, dropped } => {
            vec![("shard", number(shard.0)), ("from", number(from.0)), ("dropped", number(*dropped))]
        }
        Note::StaleView { shard, from, theirs, ours } => {
            vec![("shard", number(shard.0)), ("from", name(*from)), ("theirs", number(theirs.0)), ("ours", number(ours.0))]
        }
        Note::LearnerReady { shard, learner } => vec![("shard", number(shard.0)), ("learner", name(*learner))],
        Note::WritesLost { shard, from, lost } => {
            vec![("shard", number(shard.0)), ("from", number(from.0)), ("lost", number(*lost))]
        }
        Note::Trimmed { shard, upto } => vec![("shard", number(shard.0)), ("upto", number(upto.0))],
        Note::Applied { shard, op: o, index } => vec![("shard", number(shard.0)), ("op", op(o)), ("index", number(index.0))],
        Note::Invoked { shard, op: o, key, put } => {
            let mut out = vec![("shard", number(shard.0)), ("op", op(o)), ("key", number(*key))];
            out.extend(put.map(|value| ("put", number(value))));
            out
        }
        Note::ReadServed { shard, op: o, view } | Note::AnsweredAgain { shard, op: o, view } => {
            vec![("shard", number(shard.0)), ("op", op(o)), ("view", number(view.0))]
        }
        Note::ReplicaRead { shard, op: o, from, key, index } => {
            vec![("shard", number(shard.0)), ("op", op(o)), ("from", name(*from)), ("key", number(*key)), ("index", number(index.0))]
        }
        Note::Acknowledged { shard, op: o, view, index, key } => {
            vec![("shard", number(shard.0)), ("op", op(o)), ("view", number(view.0)), ("index", number(index.0)), ("key", number(*key))]
        }
        Note::Refused { shard, op: o, why } => {
            vec![("shard", number(shard.0)), ("op", op(o)), ("why", text(refused_why(*why)))]
        }
        Note::Answered { op: o, asked, found } => {
            let mut out = vec![("op", op(o)), ("asked", text(asked_word(*asked)))];
            match found {
                Found::Nothing => {}
                Found::Value(value) => out.push(("found", number(*value))),
                Found::Document(lock, text) => out.extend([("lock", named(*lock)), ("lines", number(text.len()))]),
            }
            out
        }
        Note::Retried { op: o, attempt } => vec![("op", op(o)), ("attempt", number(*attempt))],
        Note::LockQueued { session: s, lock, place } => vec![("session", session(s)), ("lock", named(*lock)), ("place", number(*place))],
        Note::LockGranted { session: s, lock, token } | Note::LockReleased { session: s, lock, token } => {
            vec![("session", session(s)), ("lock", named(*lock)), ("token", number(token.0))]
        }
        Note::LockCancelled { session: s, lock, held } | Note::SessionEnded { session: s, lock, held } => {
            vec![("session", session(s)), ("lock", named(*lock)), ("held", held.map_or(Value::Null, |token| number(token.0)))]
        }
        Note::HoldBegins { lock, token } | Note::GrantTooLate { lock, token } | Note::HoldEnds { lock, token } => {
            vec![("lock", named(*lock)), ("token", number(token.0))]
        }
        Note::FencedWrite { shard, index, op: o, lock, token, text, .. } => {
            let (index, token, lines) = (number(index.0), number(token.0), number(text.len()));
            vec![("shard", number(shard.0)), ("op", op(o)), ("index", index), ("lock", named(*lock)), ("token", token), ("lines", lines)]
        }
        Note::FenceRefused { shard, op: o, asked, lock, token, seen } => {
            let (token, seen) = (number(token.0), number(seen.0));
            let asked = text(asked_word(*asked));
            vec![("shard", number(shard.0)), ("op", op(o)), ("asked", asked), ("lock", named(*lock)), ("token", token), ("seen", seen)]
        }
    }
}

/// An operation's name: client, life, number.
fn op_text(op: &OpId, roster: &Roster) -> String {
    format!("{}.{}.{}", roster.name(op.client), op.boot.0, op.n)
}

fn named(lock: LockId) -> Value {
    text(LOCKS[usize::from(lock.0)])
}

fn name(roster: &Roster, pid: Pid) -> Value {
    Value::from(roster.name(pid).to_string())
}

fn text(word: &str) -> Value {
    Value::from(word)
}

fn number(n: impl Into<u64>) -> Value {
    Value::from(n.into())
}

const fn view_why(why: ViewWhy) -> &'static str {
    match why {
        ViewWhy::Promotion => "promotion",
        ViewWhy::NoPrimary => "no-primary",
        ViewWhy::Orphaned => "orphaned",
        ViewWhy::BackupLost => "backup-lost",
        ViewWhy::CaughtUp => "caught-up",
        ViewWhy::Recruited(_) => "recruited",
        ViewWhy::Resumed => "resumed",
        ViewWhy::Renumbered => "renumbered",
        ViewWhy::BetterLog => "better-log",
        ViewWhy::Salvaged => "salvaged",
        ViewWhy::HandedOver => "handed-over",
        ViewWhy::Dismissed => "dismissed",
        ViewWhy::Cancelled => "cancelled",
    }
}

const fn ring_why(why: RingWhy) -> &'static str {
    match why {
        RingWhy::Joined => "joined",
        RingWhy::Draining => "draining",
        RingWhy::Out => "out",
        RingWhy::Returned => "returned",
    }
}

const fn suspect_why(why: SuspectWhy) -> &'static str {
    match why {
        SuspectWhy::Silent => "silent",
        SuspectWhy::Deaf => "deaf",
    }
}

const fn yield_why(why: YieldWhy) -> &'static str {
    match why {
        YieldWhy::HigherTerm => "higher-term",
        YieldWhy::Unheard => "unheard",
        YieldWhy::ReachesMore(_) => "reaches-more",
    }
}

const fn stop_why(why: StopWhy) -> &'static str {
    match why {
        StopWhy::LeaseEnded => "lease-ended",
        StopWhy::HigherView => "higher-view",
    }
}

const fn refused_why(why: RefusedWhy) -> &'static str {
    match why {
        RefusedWhy::NotPrimary => "not-primary",
        RefusedWhy::NoLease => "no-lease",
        RefusedWhy::Settling => "settling",
        RefusedWhy::NoRoute => "no-route",
        RefusedWhy::TooFew => "too-few",
    }
}

const fn asked_word(asked: Asked) -> &'static str {
    match asked {
        Asked::Read => "read",
        Asked::Write => "write",
    }
}
