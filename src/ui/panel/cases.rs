//! The ready runs of the lock.

use ringside::session::cases::Case;
use ringside::text::Lang;
use ringside::text::cases;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::state::Command;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct CasesProps {
    /// The page's language.
    pub lang: Lang,
    /// The dialog was closed.
    pub on_close: Callback<Event>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The dialog of ready runs.
#[component]
pub fn Cases(props: &CasesProps) -> Html {
    let (title, says) = cases::heading(props.lang);
    let close = || props.on_command.reform(|_: MouseEvent| Command::Dialog(None));
    // Ordinary links to runs: the page opens them as it opens any other.
    let one = |case: Case| {
        let (title, watch) = cases::case(props.lang, case);
        html! {
            <li key={case.word()}>
                <a href={format!("#{}", case.link())} data-case={case.word()} onclick={close()}>{title}</a>
                <p>{watch}</p>
            </li>
        }
    };
    html! {
        <dialog id="cases-dialog" aria-labelledby="cases-title" onclose={props.on_close.clone()}>
            <h2 id="cases-title">{title}</h2>
            <p>{says}</p>
            <ul class="cases">{ for Case::ALL.into_iter().map(one) }</ul>
            <p class="answer"><button type="button" onclick={close()}>{words(props.lang).close}</button></p>
        </dialog>
    }
}
