//! The controls of time.

use ringside::session::StepUnit;
use ringside::session::playback::Speed;
use ringside::text::Lang;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::state::{Command, Dialog};

use super::icon::{Icon, icon};

/// What it shows.
pub struct TransportProps {
    /// The page's language.
    pub lang: Lang,
    /// Whether time runs.
    pub playing: bool,
    /// What a step is.
    pub unit: StepUnit,
    /// How fast it runs.
    pub speed: Speed,
    /// The run's seed.
    pub seed: u64,
    /// How many rules are off.
    pub rules_off: usize,
    /// The clock's element; its text is written each frame, not here.
    pub clock: NodeRef,
    /// A command was given.
    pub on_command: Callback<Command>,
    /// The slider was moved.
    pub on_speed: Callback<InputEvent>,
}

/// Steps, play, the clock, speed, seed, share.
pub fn transport(props: &TransportProps) -> Html {
    let w = words(props.lang);
    let to = |command: Command| props.on_command.reform(move |_: MouseEvent| command.clone());
    let (play, picture) = if props.playing { (w.pause, Icon::Pause) } else { (w.play, Icon::Play) };
    let unit = |unit: StepUnit, id: &'static str, name: &'static str| {
        html! {
            <button {id} type="button" aria-pressed={(props.unit == unit).to_string()} onclick={to(Command::Unit(unit))}>{name}</button>
        }
    };
    let speed = format!("{}×", props.speed.to_string().trim_end_matches('x'));
    html! {
        <footer aria-label={w.transport}>
            <span class="keys">
                <button id="back" type="button" aria-label={w.step_back} title={w.step_back} onclick={to(Command::StepBack(None))}>{ icon(Icon::Back) }</button>
                <button id="play" class="play" type="button" aria-label={play} title={play} data-playing={props.playing.to_string()}
                    onclick={to(Command::Toggle)}>{ icon(picture) }</button>
                <button id="on" type="button" aria-label={w.step_on} title={w.step_on} onclick={to(Command::StepOn(None))}>{ icon(Icon::On) }</button>
            </span>
            <span class="unit wide" role="group" aria-label={w.step_by}>
                <span aria-hidden="true">{w.step_by}</span>
                { unit(StepUnit::Event, "unit-event", w.event) }
                { unit(StepUnit::Fact, "unit-fact", w.fact) }
            </span>
            <span class="clock" id="clock" ref={props.clock.clone()}></span>
            <label class="speed">
                <span class="wide">{w.speed}</span>
                <input id="speed" type="range" min="0" max={(Speed::NOTCHES.len() - 1).to_string()} step="1"
                    value={props.speed.notch().to_string()} aria-label={w.speed} aria-valuetext={speed.clone()} oninput={props.on_speed.clone()} />
                <output for="speed">{speed}</output>
            </label>
            <button id="seed" class="seed push wide" type="button" onclick={to(Command::Dialog(Some(Dialog::Settings)))}>
                {w.seed}{" "}<b>{props.seed.to_string()}</b>
                <span id="modified" class="badge">
                    { if props.rules_off > 0 { format!("{}: {}", w.modified, (w.rules_off)(props.rules_off)) } else { String::new() } }
                </span>
            </button>
            <button id="share" type="button" aria-label={w.share} title={w.share} onclick={to(Command::Dialog(Some(Dialog::Share)))}>{ icon(Icon::Share) }</button>
        </footer>
    }
}
