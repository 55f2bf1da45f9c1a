//! The list of keys.

use ringside::text::Lang;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::state::Command;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct HelpProps {
    /// The page's language.
    pub lang: Lang,
    /// The dialog was closed.
    pub on_close: Callback<Event>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The dialog of keys.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let w = words(props.lang);
    let close = props.on_command.reform(|_: MouseEvent| Command::Dialog(None));
    let line = |(key, does): &(&'static str, &'static str)| {
        html! {
            <div key={*key}><dt><kbd>{*key}</kbd></dt><dd>{*does}</dd></div>
        }
    };
    html! {
        <dialog id="help-dialog" aria-labelledby="help-title" onclose={props.on_close.clone()}>
            <h2 id="help-title" tabindex="-1" autofocus=true>{w.keys_title}</h2>
            <dl class="keys-list">{ for w.keys.iter().map(line) }</dl>
            <p class="answer"><button type="button" onclick={close}>{w.close}</button></p>
        </dialog>
    }
}
