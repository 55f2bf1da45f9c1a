//! The line about the selected process, with everything that can be done to it.

use ringside::text::Lang;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::describe::{Act, Inspected};
use crate::ui::state::Command;

use super::disc::disc;

/// What it shows.
pub struct InspectorProps {
    /// The page's language.
    pub lang: Lang,
    /// The selected process.
    pub inspected: Option<Inspected>,
    /// The one thing to do that needs no selection: another node.
    pub add: Act,
    /// What has to be said before anything else: why something did not happen, or what is asked.
    pub notice: Option<String>,
    /// Whether a cut waits for its other end.
    pub cutting: bool,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The inspector.
pub fn inspector(props: &InspectorProps) -> Html {
    let w = words(props.lang);
    let asked = props.inspected.as_ref().filter(|_| props.cutting).map(|who| (w.cut_to_whom)(who.name));
    let loud = props.notice.clone().or(asked);
    let told = match (&loud, &props.inspected) {
        (Some(_), _) => String::new(),
        (None, Some(who)) => ringside::text::joined(&who.facts, " · "),
        (None, None) => w.select_anything.to_owned(),
    };
    let acts = props.inspected.as_ref().map(|who| who.acts.as_slice()).unwrap_or_default();
    html! {
        <section id="inspector" aria-label={w.inspector}>
            <span class="subject">
                { for props.inspected.as_ref().map(|who| disc(who.name, who.look)) }
            </span>
            // Only what has to be heard is announced: the rest changes with every beat.
            <p id="notice" role="status" class="told loud">{loud.unwrap_or_default()}</p>
            <p id="about" class="told">{told}</p>
            <div class="acts" role="group" aria-label={w.inspector}>
                { for acts.iter().chain([&props.add]).map(|act| button(props, act)) }
            </div>
        </section>
    }
}

/// One thing to do. When it cannot be done it stays where it is, greyed, and says why.
fn button(props: &InspectorProps, act: &Act) -> Html {
    let w = words(props.lang);
    let kind = act.kind;
    let onclick = props.on_command.reform(move |_: MouseEvent| Command::ActOnSelected(kind));
    html! {
        <button key={kind.key().to_string()} type="button" data-act={act.text.clone()} aria-keyshortcuts={kind.key().to_string()}
            aria-disabled={act.refused.is_some().then_some("true")} data-reason={act.refused.clone()}
            title={act.refused.is_none().then(|| act.long.clone())} {onclick}>
            {(w.action)(kind)}{act.whom.map(|whom| format!(" {whom}")).unwrap_or_default()}<kbd aria-hidden="true">{kind.key()}</kbd>
            <span class="reason unseen">{act.refused.clone().unwrap_or_default()}</span>
        </button>
    }
}
