//! The heading of a pane, by which its lens is chosen; and, where one lens is shown at a time, the row of all.

use ringside::proto::lock::token::LockId;
use ringside::session::lens::{Lens, Pane};
use ringside::text::Lang;
use ringside::text::words;
use yew::prelude::*;

use super::lock_tools::{cases_button, lock_tools};
use crate::ui::state::Command;

/// What a heading shows.
pub struct LensHeadProps {
    /// The page's language.
    pub lang: Lang,
    /// Of which pane.
    pub pane: Pane,
    /// What the pane shows.
    pub lens: Lens,
    /// Whether one lens is shown at a time.
    pub thin: bool,
    /// How many locks there are, and which is shown.
    pub locks: (u8, LockId),
    /// Another lens was chosen.
    pub on_choose: Callback<Event>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The heading, and beside it what belongs to the lens.
pub fn lens_head(props: &LensHeadProps) -> Html {
    let tools = match props.lens {
        Lens::Lock => lock_tools(props.lang, props.locks, &props.on_command),
        Lens::Doubt | Lens::Load => cases_button(props.lang, props.lens, &props.on_command),
        Lens::Replicas => html! {},
    };
    html! { <div class="pane-head">{ if props.thin { tabs(props) } else { list(props) } }{tools}</div> }
}

/// A heading that is a list: what it says is what is chosen.
fn list(props: &LensHeadProps) -> Html {
    let w = words(props.lang);
    let option =
        |lens: Lens| html! { <option key={lens.word()} value={lens.word()} selected={lens == props.lens}>{(w.lens)(lens)}</option> };
    html! {
        <div class="lens-head">
            <h2 class="unseen">{(w.lens)(props.lens)}</h2>
            <select name={props.pane.id()} aria-label={(w.pane)(props.pane)} aria-keyshortcuts={key(props.pane)}
                onchange={props.on_choose.clone()}>{ for Lens::ALL.map(option) }</select>
        </div>
    }
}

/// The key that shows another lens there.
const fn key(pane: Pane) -> &'static str {
    match pane {
        Pane::First => "1",
        Pane::Second => "2",
    }
}

/// All lenses in a row.
fn tabs(props: &LensHeadProps) -> Html {
    let w = words(props.lang);
    let tab = |lens: Lens| {
        let choose = props.on_command.reform(move |_: MouseEvent| Command::Lens(Pane::First, lens));
        let pressed = (lens == props.lens).to_string();
        html! { <button key={lens.word()} type="button" data-lens={lens.word()} aria-pressed={pressed} onclick={choose}>{(w.lens)(lens)}</button> }
    };
    html! { <div class="lens-tabs" role="group" aria-label={w.lenses}>{ for Lens::ALL.map(tab) }</div> }
}
