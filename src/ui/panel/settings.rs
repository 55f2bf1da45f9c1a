//! The recipe of the run: seed, cast, rules.

use ringside::cluster::setup::config::{Ack, Reads, Spread};
use ringside::cluster::setup::detection::Detection;
use ringside::cluster::setup::name::Kind;
use ringside::cluster::setup::rules::Rule;
use ringside::session::recipe::{Form, Parameter};
use ringside::session::scenario::scenario;
use ringside::text::asking_words::{AskingWords, FIGURES};
use ringside::text::doubt_words::DoubtWords;
use ringside::text::lock_words::LockWords;
use ringside::text::words;
use yew::prelude::*;

use super::dialog_props::DialogsProps;
use crate::ui::state::Command;

/// Figures that say how many there are of a kind.
const CAST: [(&str, Kind); 3] = [("nodes", Kind::Node), ("balancers", Kind::Balancer), ("clients", Kind::Client)];
/// The figures of nodes' work, in the order of their words.
const WORK: [&str; 3] = ["service", "queue", "servers"];
/// The detectors' figures, in the order of their words.
const DOUBT: [&str; 2] = ["suspect", "phi"];
/// The locks' figures, in the order of their words.
const LOCKS: [&str; 5] = ["workers", "locks", "lease", "delay", "patience"];

/// The dialog of settings.
pub(super) fn settings(props: &DialogsProps) -> Html {
    let (w, form, locks, asking) = (words(props.lang), &props.form, LockWords::of(props.lang), AskingWords::of(props.lang));
    let doubt = DoubtWords::of(props.lang);
    let begin = props.on_command.reform(|_: MouseEvent| Command::Begin);
    let close = props.on_command.reform(|_: MouseEvent| Command::Dialog(None));
    let keys = !props.single_keys;
    let toggle = props.on_command.reform(move |_: Event| Command::SingleKeys(keys));
    html! {
        <dialog id="settings-dialog" aria-labelledby="settings-title" onclose={props.on_close.clone()}>
            <h2 id="settings-title">{w.settings_title}</h2>
            <p class="field">
                <label for="draft-seed">{w.seed}</label>
                <input id="draft-seed" data-field="seed" type="text" inputmode="numeric" autocomplete="off" value={form.seed.clone()}
                    aria-invalid={form.bad_seed.to_string()} aria-describedby="seed-problem" onchange={props.on_write.clone()} />
                <button id="random-seed" type="button" onclick={props.on_random.clone()}>{w.random_seed}</button>
            </p>
            <p id="seed-problem" class="problem" role="alert">{ if form.bad_seed { w.bad_seed } else { "" } }</p>
            <h3>{w.cast}</h3>
            <div class="cast">{ for CAST.map(|(key, kind)| html! {
                <label key={key}>{ number(props, key) }{" "}{(w.how_many)(kind)}</label>
            }) }</div>
            { problem(props, &CAST.map(|(key, _)| key)) }
            { choice(props, "coordinators", (w.how_many)(Kind::Coordinator), &|i| (w.coordinators)(2 * i as u8 + 1)) }
            <h3>{locks.heading}</h3>
            { fields(props, &LOCKS, &locks.figures) }
            <h3>{w.writes}</h3>
            { choice(props, "ack", w.acks, &|i| (w.ack)(Ack::ALL[i])) }
            { fields(props, &["min"], &[w.min_in_sync]) }
            { choice(props, "reads", w.reads_from, &|i| (w.reads)(Reads::ALL[i])) }
            { choice(props, "spread", w.spread_by, &|i| (w.spread)(Spread::ALL[i])) }
            { choice(props, "health", asking.health_by, &|i| asking.healths[i]) }
            <h3>{w.work}</h3>
            { fields(props, &WORK, &[w.work_figures[0], w.work_figures[1], asking.servers]) }
            { choice(props, "law", w.law_by, &|i| w.laws[i]) }
            { choice(props, "order", w.order_by, &|i| w.orders[i]) }
            { choice(props, "shed", asking.shed_by, &|i| asking.sheds[i]) }
            <h3>{asking.heading}</h3>
            { fields(props, &FIGURES, &asking.figures) }
            { choice(props, "jitter", asking.jitter_by, &|i| asking.jitters[i]) }
            { choice(props, "door", asking.door_is, &|i| asking.doors[i]) }
            { choice(props, "deadlines", asking.deadlines_are, &|i| asking.deadlines[i]) }
            <h3>{doubt.heading}</h3>
            { choice(props, "detector", doubt.detector_by, &|i| (doubt.detector)(Detection::ALL[i])) }
            { fields(props, &DOUBT, &doubt.figures) }
            <h3>{w.rules}</h3>
            <ul class="rules">{ for Rule::ALL.into_iter().map(|rule| switch(props, rule)) }</ul>
            <h3>{w.looks}</h3>
            <p class="field"><label><input id="single-keys" type="checkbox" checked={props.single_keys} onchange={toggle} />{w.single_keys}</label></p>
            <p class="answer">
                <button id="begin" class="main" type="button" onclick={begin}>{w.new_run}</button>
                <button type="button" onclick={close}>{w.close}</button>
            </p>
        </dialog>
    }
}

/// A figure of the recipe in a field of its own.
fn number(props: &DialogsProps, key: &'static str) -> Html {
    let (value, (low, high)) = props.form.figure(figure(key));
    html! {
        <input data-field={key} type="number" min={low.to_string()} max={high.to_string()} step={if spans(key) { "any" } else { "1" }}
            {value} aria-invalid={(props.form.refused == Some(key)).to_string()} onchange={props.on_write.clone()} />
    }
}

/// What these fields take, if something else was written into one of them.
fn problem(props: &DialogsProps, keys: &[&'static str]) -> Html {
    let refused = keys.iter().find(|&&key| props.form.refused == Some(key));
    let says = refused.map(|key| {
        let (now, (low, high)) = props.form.figure(figure(key));
        (words(props.lang).field_takes)(low, high, spans(key), &now)
    });
    html! { <p class="problem" role="alert">{ says.unwrap_or_default() }</p> }
}

fn spans(key: &str) -> bool {
    figure(key).form == Form::Span
}

/// Figures of the recipe, a field each, with what they mean; and what they take, if something else was written.
fn fields(props: &DialogsProps, keys: &[&'static str], means: &[&'static str]) -> Html {
    let field = |(&key, &means): (&&'static str, &&'static str)| {
        html! { <p key={key} class="field"><label>{ number(props, key) }{means}</label></p> }
    };
    html! { <>{ for keys.iter().zip(means).map(field) }{ problem(props, keys) }</> }
}

/// A figure of the recipe as one of several, each its word and what it means.
fn choice(props: &DialogsProps, key: &'static str, title: &'static str, means: &dyn Fn(usize) -> &'static str) -> Html {
    let (figure, (chosen, _)) = (figure(key), props.form.figure(figure(key)));
    let words = if let Form::Word(words) = figure.form { words } else { &["1", "3", "5"] };
    let option = |(i, &word): (usize, &&'static str)| {
        html! {
            <label key={word}>
                <input type="radio" name={key} data-field={key} value={word} checked={chosen == word} onchange={props.on_write.clone()} />{means(i)}
            </label>
        }
    };
    html! { <fieldset class="choice"><legend>{title}</legend>{ for words.iter().enumerate().map(option) }</fieldset> }
}

fn figure(key: &str) -> &'static Parameter {
    Parameter::of(key).expect("the form asks for what is in the table")
}

fn switch(props: &DialogsProps, rule: Rule) -> Html {
    let w = words(props.lang);
    // An ordinary link to a run: the page opens it as it opens any other.
    let close = props.on_command.reform(|_: MouseEvent| Command::Dialog(None));
    let ready = html! { <a href={format!("#{}", scenario(rule))} data-scenario={rule.word()} onclick={close}>{w.see_it_break}</a> };
    html! {
        <li key={rule.word()}>
            <label>
                <input type="checkbox" data-field={format!("rule-{}", rule.word())} data-rule={rule.word()}
                    checked={props.form.is_on(rule)} onchange={props.on_write.clone()} />
                {(w.rule)(rule)}
            </label>
            {ready}
        </li>
    }
}
