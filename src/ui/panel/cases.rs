//! The ready runs, under the lens by which each is seen.

use ringside::session::cases::Case;
use ringside::session::lens::Lens;
use ringside::text::cases;
use ringside::text::words;
use yew::prelude::*;

use super::dialog_props::DialogsProps;
use crate::ui::state::Command;

/// The dialog of ready runs.
pub(super) fn cases(props: &DialogsProps) -> Html {
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
    let of = |lens: Lens| Case::ALL.into_iter().filter(move |case| case.lens() == lens);
    html! {
        <dialog id="cases-dialog" aria-labelledby="cases-title" onclose={props.on_close.clone()}>
            <h2 id="cases-title">{title}</h2>
            <p>{says}</p>
            { for Lens::ALL.into_iter().filter(|&lens| of(lens).next().is_some()).map(|lens| html! {
                <section key={lens.word()}>
                    <h3>{(words(props.lang).lens)(lens)}</h3>
                    <ul class="cases">{ for of(lens).map(one) }</ul>
                </section>
            }) }
            <p class="answer"><button type="button" onclick={close()}>{words(props.lang).close}</button></p>
        </dialog>
    }
}
