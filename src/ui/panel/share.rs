//! The link of this instant.

use ringside::text::Lang;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::state::Command;

/// How the copying went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copied {
    /// Not asked for yet.
    NotYet,
    /// It is in the clipboard.
    Yes,
    /// The browser would not.
    No,
}

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct ShareProps {
    /// The page's language.
    pub lang: Lang,
    /// The whole address.
    pub link: AttrValue,
    /// How the copying went.
    pub copied: Copied,
    /// Copy it, please.
    pub on_copy: Callback<MouseEvent>,
    /// The dialog was closed.
    pub on_close: Callback<Event>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The dialog with the link.
#[component]
pub fn Share(props: &ShareProps) -> Html {
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
