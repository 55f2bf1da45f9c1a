//! The bill, and the promises that stand behind its last line.

use ringside::cluster::property::{Broken, Promise};
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::session::bill::Bill as Figures;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::asking_words::{AskingWords, times};
use ringside::text::sentence::seconds;
use ringside::text::words;
use yew::prelude::*;

use super::lens_lines::LensLine;

/// What it shows.
pub struct BillProps {
    /// The page's language.
    pub lang: Lang,
    /// The figures.
    pub bill: Figures,
    /// What the lenses add that are shown.
    pub lenses: Vec<LensLine>,
    /// How writes are acknowledged: not every way allows every promise.
    pub ack: Ack,
    /// Who answers reads.
    pub reads: Reads,
    /// The promises, each with the first moment it was broken.
    pub promises: [(Promise, Option<Broken>); Promise::COUNT],
}

/// Lines for broken promises beside the stage. If there are more, the last line says how many; the stylesheet counts too.
const MOST: usize = 4;

/// What a failure cost.
pub fn bill(props: &BillProps) -> Html {
    let (w, asking) = (words(props.lang), AskingWords::of(props.lang));
    // Field by field, so that a new figure asks for its line. What is kept and promised depends on the mode: see below.
    let Figures {
        since,
        detected_after,
        outage,
        outage_open,
        unserved,
        refused,
        retried,
        asked,
        given_up,
        held_back,
        moved,
        planned,
        minimum,
        at_risk,
        lost,
        overwritten,
        replica_reads,
        stale_reads,
        hedged,
        kept: _,
        promises: _,
    } = props.bill.clone();

    let span = |span: Option<Span>| span.map(|span| (w.seconds)(&seconds(span)));
    // Before the first fault nothing is billed, so that a zero is never taken for a result.
    let counted = |figure: String| since.map(|_| figure);
    let made: Vec<_> = props.promises.iter().filter(|(promise, _)| promise.is_made(props.ack, props.reads)).collect();
    let broken = made.iter().filter(|(_, broken)| broken.is_some()).count();
    let kept = made.iter().filter(|(_, broken)| broken.is_none()).count();
    let line = |name: &'static str, figure: &'static str, value: Option<String>| {
        let bad = figure == "overwritten" && value.as_ref().is_some_and(|value| value != "0");
        let class = match value {
            None => "none",
            Some(_) if bad => "bad",
            Some(_) => "",
        };
        html! {
            <div key={figure}>
                <dt>{name}</dt>
                <dd data-figure={figure} {class}>{value.unwrap_or_else(|| w.none_yet.to_owned())}</dd>
            </div>
        }
    };
    let outage_name = if outage_open { w.outage_open } else { w.outage };
    html! {
        <div class="bill">
            <h2 id="bill-title">{w.bill}</h2>
            <dl aria-labelledby="bill-title">
                if !props.lenses.iter().any(|it| it.figure == "noticed" && it.value.is_some()) { { line(w.detected_after, "detected", span(detected_after)) } }
                { line(outage_name, "outage", span(outage)) }
                { for props.lenses.iter().map(|LensLine { figure, name, unseen, value }| html! {
                    <div key={*figure} class="lens">
                        <dt title={*unseen}>{*name}<span class="unseen">{*unseen}</span></dt>
                        <dd data-figure={*figure} class={value.is_none().then_some("none")}>{value.clone().unwrap_or_else(|| w.none_yet.to_owned())}</dd>
                    </div>
                }) }
                { line(w.unserved, "unserved", counted(unserved.to_string())) }
                { line(w.refused_retried, "refused", counted(format!("{} · {}", refused, retried))) }
                if given_up + held_back > 0 {
                    { line(asking.given_up, "given-up", Some(format!("{given_up} · {held_back}"))) }
                    { line(asking.sent, "sent", Some(times(asked, retried))) }
                }
                if hedged > 0 { { line(asking.hedged, "hedged", Some(hedged.to_string())) } }
                <div key="lost">
                    <dt>{w.at_risk_and_lost}</dt>
                    if at_risk + lost > 0 || since.is_some() {
                        <dd>{ grave("at-risk", at_risk) }{" · "}{ grave("lost", lost) }</dd>
                    } else {
                        <dd class="none"><span data-figure="at-risk"></span><span data-figure="lost" class="none">{w.none_yet}</span></dd>
                    }
                </div>
                if replica_reads > 0 { { line(w.stale_reads, "stale", Some(stale_reads.to_string())) } }
                if overwritten > 0 { { line(w.overwritten, "overwritten", Some(overwritten.to_string())) } }
                <div key="moved">
                    <dt>{w.moved}</dt>
                    if planned > 0 {
                        <dd>{ for figures(w.moved_of, &[("moved", moved), ("planned", planned), ("minimum", minimum)]) }</dd>
                    } else {
                        <dd data-figure="moved" class="none">{w.none_yet}</dd>
                    }
                </div>
                <div key="promises">
                    <dt>{w.promises_kept}</dt>
                    <dd data-figure="promises">{(w.of)(kept as u32, made.len() as u32)}</dd>
                </div>
            </dl>
            <ul class="promises">
                { for made.into_iter().map(|&(promise, broken)| one(props.lang, promise, broken)) }
                // Beside the stage there is room for so many lines; the others are told to readers.
                { for (broken > MOST).then(|| html! { <li key="more" class="more">{(w.and_more)(broken + 1 - MOST)}</li> }) }
            </ul>
        </div>
    }
}

/// A figure that ought to be zero.
fn grave(name: &'static str, figure: u32) -> Html {
    html! { <span data-figure={name} class={(figure > 0).then_some("bad")}>{figure.to_string()}</span> }
}

/// Figures in a form of words.
fn figures<'a>(form: &'a str, figures: &'a [(&'static str, u32)]) -> impl Iterator<Item = Html> + use<'a> {
    ringside::text::pieces(form).zip(figures).map(|(words, (name, figure))| {
        html! { <>{words.to_owned()}<span data-figure={*name}>{figure.to_string()}</span></> }
    })
}

/// One promise: said aloud when it is broken, there for readers while it is kept.
fn one(lang: Lang, promise: Promise, broken: Option<Broken>) -> Html {
    let w = words(lang);
    let (state, said) = match broken {
        Some(broken) => ("broken", (w.promise_broken)(promise, &seconds(broken.at.since(Time::ZERO)))),
        None => ("kept", (w.promise_kept)(promise)),
    };
    let class = if broken.is_some() { "" } else { "unseen" };
    html! { <li key={promise.word()} {class} data-promise={promise.word()} data-state={state}>{said}</li> }
}
