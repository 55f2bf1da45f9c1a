//! A run as its clients saw it: a history of operations on keys, as text that `headless check-history --model kv` judges.

use std::collections::BTreeMap;

use crate::cluster::note::{Asked, ClientNote, Found, Note, OpId};
use crate::session::Session;
use crate::sim::journal::What;

/// One event a line, as `cluster::history::file` has it. Each life of a client is a process of its own: what a dead one had asked
/// for stays open. So is each operation of clients that do not wait for one before they ask for the next. A key that nobody has written is the empty string. The documents under the locks are not in it,
/// nor work that any node can do.
pub fn history(session: &Session) -> String {
    let roster = session.setup().roster;
    let one = session.setup().config.asking.is_patient();
    let process = |op: &OpId| {
        let life = format!("{}.{}", roster.name(op.client), op.boot.0);
        if one { life } else { format!("{life}.{}", op.n) }
    };
    let word = |value: u64| if value == 0 { String::new() } else { value.to_string() };
    let mut asked: BTreeMap<OpId, (u16, Option<u64>)> = BTreeMap::new();
    let mut out = String::new();
    for fact in session.facts() {
        match &fact.what {
            What::Note(Note::Client(ClientNote::Invoked { op, key, put, .. })) => {
                asked.insert(*op, (*key, *put));
                let (f, value) = put.map_or(("get", String::new()), |value| ("put", word(value)));
                out.push_str(&format!("{}\tinvoke\t{f}\tkey{key}\t{value}\n", process(op)));
            }
            What::Note(Note::Client(ClientNote::Answered { op, asked: what, found })) => {
                let Some((key, put)) = asked.remove(op) else { continue };
                let (f, value) = match (put, found) {
                    (Some(value), _) => ("put", value),
                    (None, &Found::Value(value)) => ("get", value),
                    (None, Found::Nothing | Found::Document(..)) => panic!("{} is answered, and told nothing: {what:?}", process(op)),
                };
                assert_eq!(put.is_some(), *what == Asked::Write, "an answer to another question");
                out.push_str(&format!("{}\tok\t{f}\tkey{key}\t{}\n", process(op), word(value)));
            }
            What::Note(_) | What::Fault(_) => {}
        }
    }
    out
}
