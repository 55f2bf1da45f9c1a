//! Which variant, which step, and what the visitor can do.

use ringside::room::textbook::Story;
use ringside::room::textbook::catalogue::textbook_words;
use ringside::room::textbook::catalogue::{count, no_action, secs};
use ringside::room::textbook::machine::{Action, Variant};
use yew::prelude::*;

use super::app::press;
use super::state::{Command, State};
use super::threads::chip;

/// The four variants, one of which is chosen.
pub fn variants(state: &State, on: &Callback<Command>) -> Html {
    let w = textbook_words(state.lang);
    let one = |variant: Variant| {
        let [name, says] = (w.variant)(variant);
        let chosen = state.lesson.variant() == variant;
        html! {
            <label key={variant.word()}>
                <input type="radio" name="variant" data-act={variant.word()} checked={chosen}
                    onchange={on.reform(move |_: Event| Command::Variant(variant))} />
                <b>{name}</b>
                <span>{says}</span>
            </label>
        }
    };
    html! {
        <fieldset class="variants">
            <legend class="unseen">{w.variants}</legend>
            { for Variant::ALL.into_iter().map(one) }
        </fieldset>
    }
}

/// Time, and the actions. What cannot be done now is greyed and says why.
pub fn dock(state: &State, on: &Callback<Command>) -> Html {
    let (w, lesson) = (textbook_words(state.lang), &state.lesson);
    let button = |act: &'static str, text: &'static str, key: &'static str, command: Command, why: Option<String>| {
        html! {
            <button key={act} type="button" data-act={act} aria-keyshortcuts={if key == "␣" { "Space" } else { key }} aria-disabled={why.is_some().to_string()}
                data-reason={why.clone()} title={why} onclick={press(on, command)}>{text}<kbd aria-hidden="true">{key}</kbd></button>
        }
    };
    let begun = || Some(w.at_start.to_owned()).filter(|_| lesson.step() == 0);
    let stopped = || lesson.stop().map(|stop| (w.stop)(stop).to_owned());
    let refusal = |action: Action| lesson.refusal(action).map(|why| no_action(why, action, state.lang));
    let who = state.selected;
    let seed = |at: usize, by: i32, text: &'static str, act: &'static str| {
        html! {
            <button key={act} type="button" class="arrow" data-act={act} aria-label={w.seeds[at]} title={w.seeds[at]}
                aria-keyshortcuts={if by < 0 { "-" } else { "=" }}
                onclick={press(on, Command::Seed(by))}>{text}</button>
        }
    };
    let play = w.transport[if state.playing { 3 } else { 2 }];
    html! {
        <div class="dock">
            <div class="acts" role="group" aria-label={w.heads[0]}>
                { button("restart", w.transport[0], "0", Command::Restart, begun()) }
                { button("step back", w.transport[1], ",", Command::Back, begun()) }
                { button("play", play, "␣", Command::Toggle, stopped()) }
                { button("step", w.transport[4], ".", Command::Step, stopped()) }
                { button("fact", w.transport[5], ">", Command::Fact, stopped()) }
            </div>
            <p class="now"><span>{count(w.step, &[lesson.step().into()])}</span><span>{count(w.clock, &[secs(lesson.machine().now())])}</span></p>
            <div class="acts seed">
                { seed(0, -1, "‹", "seed back") }
                <span>{count(w.seed, &[lesson.seed().into()])}</span>
                { seed(1, 1, "›", "seed on") }
            </div>
            <div class="acts" role="group" aria-label={count(w.thread, &[who.0.into()])}>
                { chip(state, who) }
                { button("kill", w.actions[0], "K", Command::Kill, refusal(Action::Kill(who))) }
                { button("freeze", w.actions[1], "F", Command::Freeze, refusal(Action::Freeze(who))) }
                { button("thaw", w.actions[2], "T", Command::Thaw, refusal(Action::Thaw(who))) }
            </div>
            <div class="acts">
                { button("dies", (w.story)(Story::Dies), "D", Command::Story(Story::Dies), None) }
                { button("sleeps", (w.story)(Story::Sleeps), "S", Command::Story(Story::Sleeps), None) }
                { button("undo", w.undo, "U", Command::Undo, Some(w.nothing_to_undo.to_owned()).filter(|_| !state.can_undo())) }
            </div>
        </div>
    }
}
