//! The listing, each thread beside the line it stands on.

use ringside::proto::textbook::{Doing, ThreadId};
use ringside::text::textbook_words::textbook_words;
use yew::Html;

use super::state::State;
use super::threads::chip;
use crate::ui::markup::html;

/// The listing.
pub fn program(state: &State) -> Html {
    let w = textbook_words(state.lang);
    let machine = state.lesson.machine();
    // Who has run to its end stands nowhere.
    let here: Vec<(ThreadId, u8)> =
        machine.threads().filter(|(who, _)| machine.doing(*who) != Doing::Done).map(|(who, thread)| (who, thread.line)).collect();
    let last = machine.event().who().and_then(|who| here.iter().find(|one| one.0 == who)).map(|one| one.1);
    let line = |(at, line): (usize, &ringside::proto::textbook::Line)| {
        let number = at as u8 + 1;
        let chips = here.iter().filter(|one| one.1 == number).map(|one| chip(state, one.0));
        let remark = line.remark.map(|remark| html! { <i>{format!("  # {}", (w.remark)(remark))}</i> });
        let changed = line.changed.then(|| html! { <span class="unseen">{w.changed}</span> });
        html! {
            <li key={at} data-line={number.to_string()} aria-current={(last == Some(number)).then_some("step")}
                class={if line.changed { "changed" } else { "" }}>
                <span class="at">{ for chips }</span>
                <span class="no">{number.to_string()}</span>
                <code>{line.code}{ remark }</code>
                { changed }
            </li>
        }
    };
    html! {
        <div class="program">
            <h2>{w.heads[0]}</h2>
            <ol class="code">{ for state.lesson.variant().lines().iter().enumerate().map(line) }</ol>
        </div>
    }
}
