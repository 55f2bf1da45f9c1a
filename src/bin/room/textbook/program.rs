//! The listing: the line that the last step ran is lit, and each thread stands beside the line it will run next.

use ringside::room::textbook::catalogue::textbook_words;
use ringside::room::textbook::machine::{Doing, ThreadId, Variant};
use yew::prelude::*;

use super::state::State;
use super::threads::chip;

/// The listing.
pub fn program(state: &State) -> Html {
    let w = textbook_words(state.lang);
    let machine = state.lesson.machine();
    // Who has run to its end stands nowhere.
    let here: Vec<(ThreadId, u8)> =
        machine.threads().filter(|(who, _)| machine.doing(*who) != Doing::Done).map(|(who, thread)| (who, thread.line)).collect();
    let shown = state.lesson.variant() != Variant::Textbook || state.has_looped();
    let line = |(at, line): (usize, &ringside::room::textbook::machine::Line)| {
        let number = at as u8 + 1;
        let chips = here.iter().filter(|one| one.1 == number).map(|one| chip(state, one.0));
        let remark = line.remark.filter(|_| shown).map(|remark| html! { <i>{format!("  # {}", (w.remark)(remark))}</i> });
        let changed = line.changed.then(|| html! { <span class="unseen">{w.changed}</span> });
        html! {
            <li key={at} data-line={number.to_string()} aria-current={(machine.ran() == Some(number)).then_some("step")}
                data-level={line.code.bytes().take_while(|byte| *byte == b'\t').count().to_string()}
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
