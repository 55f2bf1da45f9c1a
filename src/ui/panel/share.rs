//! The link of this instant.

use ringside::text::words;
use yew::prelude::*;

use super::dialog_props::{Copied, DialogsProps};
use crate::ui::state::Command;

/// The dialog with the link.
pub(super) fn share(props: &DialogsProps) -> Html {
    let w = words(props.lang);
    let close = props.on_command.reform(|_: MouseEvent| Command::Dialog(None));
    let told = match props.copied {
        Copied::NotYet => "",
        Copied::Yes => w.copied,
        Copied::No => w.copy_failed,
    };
    html! {
        <dialog id="share-dialog" aria-labelledby="share-title" onclose={props.on_close.clone()}>
            <h2 id="share-title">{w.share_title}</h2>
            <p>{w.share_says}</p>
            <p class="field"><input id="link" type="text" readonly=true value={props.link.clone()} aria-labelledby="share-title" /></p>
            <p role="status" class="told">{told}</p>
            <p class="answer">
                <button id="copy" class="main" type="button" onclick={props.on_copy.clone()}>{w.copy}</button>
                <button type="button" onclick={close}>{w.close}</button>
            </p>
        </dialog>
    }
}
