//! What the dialogs show.

use ringside::text::Lang;
use yew::prelude::*;

use crate::ui::settings_form::SettingsForm;
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

/// What they show.
#[derive(Clone, PartialEq, Properties)]
pub struct DialogsProps {
    /// The page's language.
    pub lang: Lang,
    /// The recipe in the making.
    pub form: SettingsForm,
    /// Whether single keys act.
    pub single_keys: bool,
    /// The whole address of this instant.
    pub link: AttrValue,
    /// How the copying of it went.
    pub copied: Copied,
    /// A field of the settings was changed.
    pub on_write: Callback<Event>,
    /// A seed by chance, please.
    pub on_random: Callback<MouseEvent>,
    /// Copy the link, please.
    pub on_copy: Callback<MouseEvent>,
    /// A dialog was closed.
    pub on_close: Callback<Event>,
    /// A command was given.
    pub on_command: Callback<Command>,
}
