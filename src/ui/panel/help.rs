//! The list of keys.

use ringside::text::words;
use yew::prelude::*;

use super::dialog_props::DialogsProps;
use crate::ui::state::Command;

/// The dialog of keys.
pub(super) fn help(props: &DialogsProps) -> Html {
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
