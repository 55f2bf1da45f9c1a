//! The five threads: what each is doing, in words. A click selects one.

use ringside::room::textbook::catalogue::count;
use ringside::room::textbook::catalogue::textbook_words;
use ringside::room::textbook::machine::{Doing, ThreadId};
use yew::prelude::*;

use super::app::press;
use super::state::{Command, State};

/// A thread's number in its colour. A letter names the colour.
pub fn chip(state: &State, who: ThreadId) -> Html {
    let doing = state.lesson.machine().doing(who);
    let frozen = state.lesson.machine().thread(who).is_some_and(|thread| thread.frozen);
    let look = match doing {
        Doing::Dead | Doing::Refused | Doing::Raised => "down",
        _ if frozen => "frozen",
        _ => "up",
    };
    let number = count(textbook_words(state.lang).thread, &[who.0.into()]);
    let letter = String::from(char::from(b'A' + (who.0 - 1) % 8));
    html! { <span key={usize::from(who.0)} class="chip" role="img" aria-label={number} data-n={letter} data-look={look}>{who.0.to_string()}</span> }
}

/// Between two things that are set apart by room: for those who listen.
fn apart() -> Html {
    html! { <span class="unseen">{", "}</span> }
}

/// The rows.
pub fn threads(state: &State, on: &Callback<Command>) -> Html {
    let w = textbook_words(state.lang);
    let machine = state.lesson.machine();
    let row = |(who, thread): (ThreadId, &ringside::room::textbook::machine::Thread)| {
        let (doing, late) = (machine.doing(who), machine.is_late(who));
        let selected = state.selected == who;
        let line = if doing == Doing::Done { String::new() } else { count(w.line, &[thread.line.into()]) };
        let token = (thread.token > 0).then(|| html! { <b class="token">{ apart() }{count(w.token, &[thread.token.into()])}</b> });
        html! {
            <button key={usize::from(who.0)} type="button" class="row" aria-keyshortcuts={who.0.to_string()} aria-pressed={selected.to_string()} onclick={press(on, Command::Select(who))}
                data-thread={who.0.to_string()} data-doing={doing.word()} data-line={thread.line.to_string()}
                data-frozen={thread.frozen.to_string()} data-late={late.to_string()}>
                { chip(state, who) }
                <span class="doing">{ if doing.is_work() { w.has[usize::from(late)] } else { "" } }{(w.doing)(doing)}
                    if late { <b>{ apart() }{w.late}</b> }
                    if thread.frozen { <b>{ apart() }{w.frozen}</b> }
                    { token }
                </span>
                <span class="where">{line}</span>
            </button>
        }
    };
    html! {
        <div class="threads" role="group" aria-label={w.heads[1]}>
            <h2>{w.heads[1]}</h2>
            { for machine.threads().map(row) }
        </div>
    }
}
