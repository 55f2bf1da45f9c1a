//! One plain sentence for each fact.

mod action;
mod belief;
mod client;
mod control;
mod lock;
mod shard;

use crate::cluster::note::{LockNote, Note};
use crate::cluster::setup::name::Roster;
use crate::session::action::Action;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::text::Lang;
use crate::text::line::Line;
pub use crate::text::line::{Span, seconds};

/// What a fact says, in one sentence.
pub fn sentence(record: &Record<Note>, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    match (lang, &record.what) {
        (Lang::En, What::Fault(fault)) => action::fault_en(&mut line, *fault, roster),
        (Lang::Zh, What::Fault(fault)) => action::fault_zh(&mut line, *fault, roster),
        (lang, What::Note(note)) => said(&mut line, note, record.who, lang),
    }
    line.spans
}

/// What `who` noted.
fn said(line: &mut Line, note: &Note, who: Pid, lang: Lang) {
    match (note, lang) {
        (Note::Control(note), Lang::En) => control::en(line, note, who),
        (Note::Control(note), Lang::Zh) => control::zh(line, note, who),
        (Note::Shard(note), Lang::En) => shard::en(line, note, who),
        (Note::Shard(note), Lang::Zh) => shard::zh(line, note, who),
        (Note::Client(note), Lang::En) => client::en(line, note, who),
        (Note::Client(note), Lang::Zh) => client::zh(line, note, who),
        (Note::Lock(note), Lang::En) => lock::en(line, note, who),
        (Note::Lock(note), Lang::Zh) => lock::zh(line, note, who),
        (Note::Belief(note), Lang::En) => belief::en(line, note, who),
        (Note::Belief(note), Lang::Zh) => belief::zh(line, note, who),
    }
}

/// What the latest of some facts says. Who gets a lock gets it in the very instant in which another lost it: one sentence says both.
pub fn latest(facts: &[Record<Note>], roster: &Roster, lang: Lang) -> Vec<Span> {
    let Some(last) = facts.last() else { return Vec::new() };
    let What::Note(Note::Lock(LockNote::Granted { session: next, lock, token })) = &last.what else { return sentence(last, roster, lang) };
    let mut same_instant = facts.iter().rev().skip(1).take_while(|fact| fact.at == last.at);
    let handover = same_instant.find_map(|fact| match &fact.what {
        What::Note(
            Note::Lock(LockNote::Released { session, lock: of, .. }) | Note::Lock(LockNote::Cancelled { session, lock: of, held: Some(_) }),
        ) if of == lock => Some((session.client, false)),
        What::Note(Note::Lock(LockNote::SessionEnded { session, lock: of, held: Some(_) })) if of == lock => Some((session.client, true)),
        What::Note(_) | What::Fault(_) => None,
    });
    let Some((from, lost)) = handover else { return sentence(last, roster, lang) };
    let form = match (lang, lost) {
        (Lang::En, false) => lock::PASSED_EN,
        (Lang::En, true) => lock::LOST_EN,
        (Lang::Zh, false) => lock::PASSED_ZH,
        (Lang::Zh, true) => lock::LOST_ZH,
    };
    let mut line = Line::default();
    line.on(form, &if lost { [from, next.client] } else { [next.client, from] }, *lock, &[token.0]);
    line.spans
}

/// What an action did, in one sentence. An isolation is dozens of faults and one action.
pub fn action(action: Action, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    let who: Vec<Pid> = action.names().into_iter().flatten().filter_map(|name| roster.pid(name)).collect();
    match (lang, action.faults(roster).as_deref()) {
        (Lang::En, Ok(&[fault])) => action::fault_en(&mut line, fault, roster),
        (Lang::Zh, Ok(&[fault])) => action::fault_zh(&mut line, fault, roster),
        (Lang::En, Ok(_)) => action::action_en(&mut line, action, &who),
        (Lang::Zh, Ok(_)) => action::action_zh(&mut line, action, &who),
        // Not an action of this run: its own text is all there is to say.
        (Lang::En | Lang::Zh, Err(_)) => line.put(&action.to_string(), &[]),
    }
    line.spans
}

/// The sentence as plain text, processes by their names.
pub fn plain(spans: &[Span], roster: &Roster) -> String {
    spans.iter().fold(String::new(), |mut out, span| {
        match span {
            Span::Text(text) => out.push_str(text),
            Span::Who(pid) => out.push_str(&roster.name(*pid).to_string()),
        }
        out
    })
}
