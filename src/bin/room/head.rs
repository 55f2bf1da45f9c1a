//! The head of a room: its one sentence, and the page's own buttons.

use ringside::room::placement::catalogue::room_words;
use ringside::text::Lang;
use yew::prelude::*;

use crate::web::page;

/// What one room's head has of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct Head {
    /// The page's language.
    pub lang: Lang,
    /// The sentence's place.
    pub id: &'static str,
    /// The sentence.
    pub said: String,
    /// Whether a reader hears each new sentence.
    pub aloud: bool,
    /// The room's name.
    pub title: &'static str,
    /// The page's button that opens and closes it.
    pub back: &'static str,
    /// Keys and what they do.
    pub keys: &'static [(&'static str, &'static str)],
}

/// The list of keys of a room, by its word.
pub fn keys_id(room: &str) -> String {
    format!("{room}-keys")
}

/// The head.
pub fn head(of: Head) -> Html {
    let w = room_words(of.lang);
    let list = keys_id(of.back);
    let show = {
        let list = list.clone();
        move |_: MouseEvent| page::show(&list)
    };
    let line = |(key, does): &(&'static str, &'static str)| html! { <div key={*key}><dt><kbd>{*key}</kbd></dt><dd>{*does}</dd></div> };
    let to = |id: &'static str| Callback::from(move |_: MouseEvent| page::press(id));
    html! {
        <header>
            <h1 id={of.id} class="say" aria-live={if of.aloud { "polite" } else { "off" }} tabindex="-1">{of.said}</h1>
            <nav aria-label={of.title}>
                <button type="button" class="back" data-act="back" onclick={to(of.back)}>{w.back}<kbd>{"Esc"}</kbd></button>
                <button type="button" data-act="keys" aria-label={w.keys_title[0]} title={w.keys_title[0]} aria-keyshortcuts="?" onclick={show}>{"?"}</button>
                <button type="button" lang={of.lang.other().tag()} data-act="language" onclick={to("language")}>{w.other_language}</button>
                <button type="button" data-act="theme" aria-label={w.theme} title={w.theme} onclick={to("theme")}>
                    <svg class="icon" viewBox="-10 -10 20 20" aria-hidden="true" focusable="false">
                        <path d="M7.5,0A7.5,7.5 0 1 1 -7.5,0A7.5,7.5 0 1 1 7.5,0Z" class="icon-line" />
                        <path d="M0,-7.5A7.5,7.5 0 0 1 0,7.5Z" class="icon-fill" />
                    </svg>
                </button>
            </nav>
            <dialog id={list} aria-label={w.keys_title[0]}>
                <h2 tabindex="-1" autofocus=true>{w.keys_title[0]}</h2>
                <dl class="keys-list">{ for of.keys.iter().map(line) }</dl>
                <form method="dialog" class="answer"><button>{w.keys_title[1]}</button></form>
            </dialog>
        </header>
    }
}
