//! One plain sentence for each fact.

use crate::cluster::note::Note;
use crate::cluster::setup::name::Roster;
use crate::session::action::Action;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::text::line::Line;
pub use crate::text::line::{Span, seconds};
use crate::text::{Lang, sentence_en, sentence_zh};

/// What a fact says, in one sentence.
pub fn sentence(record: &Record<Note>, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    match (lang, &record.what) {
        (Lang::En, What::Fault(fault)) => sentence_en::fault(&mut line, *fault, roster),
        (Lang::Zh, What::Fault(fault)) => sentence_zh::fault(&mut line, *fault, roster),
        (Lang::En, What::Note(note)) => sentence_en::note(&mut line, note, record.who),
        (Lang::Zh, What::Note(note)) => sentence_zh::note(&mut line, note, record.who),
    }
    line.spans
}

/// What the latest of some facts says. Who gets a lock gets it in the very instant in which another lost it: one sentence says both.
pub fn latest(facts: &[Record<Note>], roster: &Roster, lang: Lang) -> Vec<Span> {
    let Some(last) = facts.last() else { return Vec::new() };
    let What::Note(Note::LockGranted { session: next, lock, token }) = &last.what else { return sentence(last, roster, lang) };
    let mut same_instant = facts.iter().rev().skip(1).take_while(|fact| fact.at == last.at);
    let handover = same_instant.find_map(|fact| match &fact.what {
        What::Note(Note::LockReleased { session, lock: of, .. } | Note::LockCancelled { session, lock: of, held: Some(_) })
            if of == lock =>
        {
            Some((session.client, false))
        }
        What::Note(Note::SessionEnded { session, lock: of, held: Some(_) }) if of == lock => Some((session.client, true)),
        What::Note(_) | What::Fault(_) => None,
    });
    let Some((from, lost)) = handover else { return sentence(last, roster, lang) };
    let form = match (lang, lost) {
        (Lang::En, false) => sentence_en::PASSED,
        (Lang::En, true) => sentence_en::LOST,
        (Lang::Zh, false) => sentence_zh::PASSED,
        (Lang::Zh, true) => sentence_zh::LOST,
    };
    let mut line = Line::default();
    line.on(form, &if lost { [from, next.client] } else { [next.client, from] }, *lock, &[token.0]);
    line.spans
}

/// What a hand did, in one sentence. An isolation is dozens of faults and one action.
pub fn action(action: Action, roster: &Roster, lang: Lang) -> Vec<Span> {
    let mut line = Line::default();
    let who: Vec<Pid> = action.names().into_iter().flatten().filter_map(|name| roster.pid(name)).collect();
    match (lang, action.faults(roster).as_deref()) {
        (Lang::En, Ok(&[fault])) => sentence_en::fault(&mut line, fault, roster),
        (Lang::Zh, Ok(&[fault])) => sentence_zh::fault(&mut line, fault, roster),
        (Lang::En, Ok(_)) => sentence_en::action(&mut line, action, &who),
        (Lang::Zh, Ok(_)) => sentence_zh::action(&mut line, action, &who),
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
