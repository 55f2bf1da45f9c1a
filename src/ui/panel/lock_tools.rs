//! What stands beside the heading of a pane: which lock it is, and the way to the ready runs.

use ringside::proto::lock::token::LockId;
use ringside::session::lens::Lens;
use ringside::text::Lang;
use ringside::text::lock_words::{self, LockWords};
use yew::prelude::*;

use crate::ui::state::{Command, Dialog};

/// The name of the lock, or a choice of names; and the way to the ready runs.
pub(super) fn lock_tools(lang: Lang, (locks, shown): (u8, LockId), on_command: &Callback<Command>) -> Html {
    let tab = |n: u8| {
        let lock = LockId(n);
        let choose = on_command.reform(move |_: MouseEvent| Command::Lock(lock));
        let name = lock_words::lock(lock);
        html! { <button key={n} type="button" data-lock={name} aria-pressed={(lock == shown).to_string()} onclick={choose}>{name}</button> }
    };
    html! {
        <div class="lock-tools">
            if locks > 1 {
                <div class="tabs" role="group" aria-label={LockWords::of(lang).which}>{ for (0..locks).map(tab) }</div>
            } else {
                <b>{lock_words::lock(shown)}</b>
            }
            { cases_button(lang, Lens::Lock, on_command) }
        </div>
    }
}

/// The way to the ready runs.
pub(super) fn cases_button(lang: Lang, lens: Lens, on_command: &Callback<Command>) -> Html {
    let cases = on_command.reform(|_: MouseEvent| Command::Dialog(Some(Dialog::Cases)));
    let id = if lens == Lens::Lock { "cases".to_owned() } else { format!("{}-cases", lens.word()) };
    html! { <button {id} class="cases-button" type="button" aria-haspopup="dialog" aria-keyshortcuts="L" onclick={cases}>{LockWords::of(lang).cases}</button> }
}
