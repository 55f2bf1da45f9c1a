//! Who has the mutex and the lock, what was printed, and what has become of the document.

use ringside::room::textbook::catalogue::textbook_words;
use ringside::room::textbook::catalogue::{count, secs};
use ringside::room::textbook::machine::{LEASE, Printed, ThreadId, Variant, Written};
use ringside::sim::time::Time;
use ringside::text::joined;
use yew::prelude::*;

use super::state::State;
use super::threads::chip;

/// Some threads' chips, in order.
fn chips(state: &State, who: &[ThreadId]) -> Html {
    if who.is_empty() {
        return html! { <span class="none">{textbook_words(state.lang).nobody}</span> };
    }
    html! { <span class="chips">{ for who.iter().map(|who| chip(state, *who)) }</span> }
}

fn ids(who: &[ThreadId]) -> String {
    joined(who.iter().map(|who| who.0.to_string()), " ")
}

/// The lock, the output and the document; for the textbook's lock, what is wrong with it.
pub fn lock(state: &State) -> Html {
    let w = textbook_words(state.lang);
    let variant = state.lesson.variant();
    let faults = if variant == Variant::Textbook {
        let [head, faults @ ..] = &w.faults;
        // What is wrong is told when it has shown; until then a class may guess.
        let shown = state.has_looped();
        html! {
            <div class="faults" key="faults" data-shown={shown.to_string()}>
                <h2>{*head}</h2>
                <ol>{ for faults.iter().enumerate().map(|(at, fault)| html! { <li key={at}>{*fault}</li> }) }</ol>
            </div>
        }
    } else {
        let first = (variant == Variant::Condition).then(|| html! { <p>{w.mended[0]}</p> });
        html! { <div class="faults" key="mended">{ first }<p>{w.mended[1]}</p></div> }
    };
    html! {
        <div class="below">
            <div class="lock"><h2>{w.heads[2]}</h2>{ rows(state) }</div>
            <div class="output"><h2>{w.heads[3]}</h2>{ output(state) }</div>
            <div class="document"><h2>{w.heads[4]}</h2>{ document(state) }</div>
            { faults }
        </div>
    }
}

fn rows(state: &State) -> Html {
    let (w, machine) = (textbook_words(state.lang), state.lesson.machine());
    let variant = machine.variant();
    let row = |at: usize, name: &'static str, value: String, inside: Html| {
        html! { <div key={at}><dt>{w.rows[at]}</dt><dd data-row={name} data-value={value}>{ inside }</dd></div> }
    };
    let one = |who: Option<ThreadId>| who.into_iter().collect::<Vec<_>>();
    let (mutex, holder) = (one(machine.mutex()), one(machine.holder()));
    let mut all = vec![row(0, "mutex", ids(&mutex), chips(state, &mutex))];
    if variant >= Variant::Condition {
        all.push(row(1, "holder", ids(&holder), chips(state, &holder)));
        all.push(row(2, "waiters", ids(machine.waiters()), chips(state, machine.waiters())));
    }
    if variant >= Variant::Lease {
        let left = secs(Time(machine.ends().since(machine.now()).0));
        let words = match left {
            0 if machine.was_leased() => w.lease_over.to_owned(),
            0 => w.none_yet.to_owned(),
            _ => count(w.lease, &[secs(machine.ends()), left]),
        };
        let view = format!("0 0 {} 1", secs(Time(LEASE.0)));
        let bar = html! {
            <span class="lease">
                <svg viewBox={view} preserveAspectRatio="none" aria-hidden="true">
                    <rect x="0" y="0" width={secs(Time(LEASE.0)).to_string()} height="1" class="whole" />
                    <rect x="0" y="0" width={left.to_string()} height="1" class="left" />
                </svg>
                <span>{words}</span>
            </span>
        };
        all.push(row(3, "lease", left.to_string(), bar));
    }
    if variant >= Variant::Token {
        let token = machine.token().to_string();
        all.push(row(4, "token", token.clone(), html! { <b>{token}</b> }));
    }
    html! { <dl>{ for all }</dl> }
}

fn output(state: &State) -> Html {
    let w = textbook_words(state.lang);
    let lines = state.lesson.machine().output();
    if lines.is_empty() {
        return html! { <p class="none">{w.empty[0]}</p> };
    }
    let line = |(at, line): (usize, &Printed)| html! { <li key={at}><code>{line.to_string()}</code></li> };
    // Turned round, so that the newest line is the one to be seen when there is no room for all.
    html! { <div class="end" tabindex="0" role="region" aria-label={w.heads[3]}><ol>{ for lines.iter().enumerate().map(line) }</ol></div> }
}

fn document(state: &State) -> Html {
    let (w, machine) = (textbook_words(state.lang), state.lesson.machine());
    let document = machine.document();
    let line = |(at, write): (usize, &Written)| {
        let said = count(w.wrote[usize::from(write.token > 0)], &[write.who.0.into(), write.token.into()]);
        let (fate, text, why) = match write.lost {
            Some(by) => ("lost", html! { <del>{said}</del> }, Some(count(w.lost, &[by.0.into()]))),
            None if write.refused => ("refused", html! { <del>{said}</del> }, Some(w.refused.to_owned())),
            None => ("kept", html! { <span>{said}</span> }, None),
        };
        html! {
            <li key={at} data-who={write.who.0.to_string()} data-fate={fate}>
                { chip(state, write.who) }
                <span>{ text }{ why.map(|why| html! { <b>{why}</b> }) }</span>
            </li>
        }
    };
    let seen = (machine.variant() == Variant::Token)
        .then(|| html! { <p class="seen" data-highest={document.highest.to_string()}>{count(w.highest, &[document.highest.into()])}</p> });
    let none = document.writes.is_empty().then(|| html! { <p class="none">{w.empty[1]}</p> });
    html! { <>{ seen }{ none }<ol>{ for document.writes.iter().enumerate().map(line) }</ol></> }
}
