//! The page's own controls.

use ringside::text::Lang;
use ringside::text::words;
use ringside::text::words::Theme;
use yew::prelude::*;

use crate::ui::room::Room;
use crate::ui::state::{Command, Dialog};

use super::icon::{Icon, icon};

/// What it shows.
pub struct NavProps {
    /// The page's language.
    pub lang: Lang,
    /// The theme.
    pub theme: Theme,
    /// Whether heartbeats are drawn.
    pub heartbeats: bool,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// Language, theme, heartbeats, settings, help.
pub fn nav(props: &NavProps) -> Html {
    let w = words(props.lang);
    let to = |command: Command| props.on_command.reform(move |_: MouseEvent| command.clone());
    let other = props.lang.other();
    html! {
        <nav aria-label={w.page}>
            <button id="placement" type="button" data-act="place" onclick={to(Command::Room(Room::Place))}>{w.placement}</button>
            <button id="textbook" type="button" aria-label={w.textbook} title={w.textbook}
                onclick={to(Command::Room(Room::Textbook))}>{ icon(Icon::Textbook) }</button>
            <button id="language" type="button" lang={other.tag()} onclick={to(Command::Language)}>{w.other_language}</button>
            <button id="theme" type="button" aria-label={(w.theme)(props.theme)} title={(w.theme)(props.theme)}
                onclick={to(Command::Theme)}>{ icon(Icon::Theme) }</button>
            <button id="heartbeats" type="button" aria-pressed={props.heartbeats.to_string()} aria-label={w.heartbeats}
                title={w.heartbeats} onclick={to(Command::Heartbeats(!props.heartbeats))}>{ icon(Icon::Heart) }</button>
            <button id="settings" type="button" aria-label={w.settings} title={w.settings}
                onclick={to(Command::Dialog(Some(Dialog::Settings)))}>{ icon(Icon::Dials) }</button>
            <button id="help" type="button" aria-label={w.help} title={w.help}
                onclick={to(Command::Dialog(Some(Dialog::Keys)))}>{"?"}</button>
        </nav>
    }
}
