//! One lane: a scheme, what it cannot do, its bars, its keys, its figures.

use std::rc::Rc;

use ringside::room::placement::PlacementRoom;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::catalogue::{bytes, node_name};
use ringside::room::placement::job::Answer;
use ringside::room::placement::numbers::grouped;
use ringside::room::placement::scene;
use ringside::room::placement::schemes::{Algorithm, Limit};
use ringside::room::placement::words::Figure;
use ringside::text::Lang;
use yew::prelude::*;

use crate::placement::app::LANES;
use crate::placement::bars::Bars;
use crate::placement::state::Command;
use crate::web::page;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct LaneProps {
    /// 0 or 1.
    pub lane: usize,
    /// The page's language.
    pub lang: Lang,
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// What is known of this lane.
    pub answer: Rc<Answer>,
    /// Why it cannot be counted.
    pub failed: Option<String>,
    /// The share that the height of both lanes' bars stands for.
    pub top: f64,
    /// The selected node.
    pub selected: u16,
    /// The one under the pointer.
    pub hovered: Option<u16>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// A lane.
#[component]
pub fn Lane(props: &LaneProps) -> Html {
    let LaneProps { lane, lang, room, answer, failed, top, selected, hovered, on_command } = props.clone();
    let w = room_words(lang);
    let scheme = room.schemes[lane];
    let choose = on_command.reform(move |event: Event| {
        let chosen = page::chosen(&event).and_then(|word| Algorithm::parse(&word));
        Command::Scheme(lane, chosen.unwrap_or(scheme))
    });
    let option =
        |one: Algorithm| html! { <option key={one.word()} value={one.word()} selected={one == scheme}>{(w.algorithm)(one)}</option> };
    let deaf = |limit: &Limit| *limit == Limit::NoWeights && room.is_weighted();
    let limits = scheme.cannot().iter().map(|limit| {
        html! { <li key={limit.word()} data-limit={limit.word()} class={if deaf(limit) { "loud" } else { "" }}>{(w.limit)(*limit)}</li> }
    });
    let status = match &failed {
        Some(why) => (w.cannot_count)(why),
        None if answer.keys != room.keys() || !answer.is_whole() => {
            let percent = if answer.keys == room.keys() { u64::from(answer.done) * 100 / u64::from(answer.keys.max(1)) } else { 0 };
            (w.counting)(percent as u32)
        }
        None => load(&room, &answer, hovered.unwrap_or(selected), lang),
    };
    let name = (w.algorithm)(scheme);
    html! {
        <section data-lane={LANES[lane].to_string()} data-scheme={scheme.word()} data-done={(answer.keys == room.keys() && answer.is_whole()).to_string()}
            aria-label={format!("{}: {name}", (w.lane)(lane + 1))}>
            <div class="lane-head">
                <select aria-label={(w.lane)(lane + 1)} data-act={format!("scheme {}", LANES[lane])} onchange={choose}>
                    { for Algorithm::ALL.into_iter().map(option) }
                </select>
                <ul class="limits">{ for limits }</ul>
            </div>
            <Bars {lang} room={room.clone()} answer={answer.clone()} {top} {selected} {on_command} />
            <p class="told"><span>{status}</span><span class="line" aria-hidden="true">{w.ideal}</span></p>
            <div class="field">
                <canvas class="keys" role="img" aria-label={(w.keys_picture)(!room.changes().is_empty())}></canvas>
            </div>
            <p class="caption">{(w.keys_picture)(!room.changes().is_empty())}</p>
            { figures(&room, &answer, scheme, lang) }
        </section>
    }
}

/// A node's load in words.
fn load(room: &PlacementRoom, answer: &Answer, node: u16, lang: Lang) -> String {
    let w = room_words(lang);
    let at = usize::from(node);
    let (Some(member), Some(&count)) = (room.now().members().get(at), answer.counts.get(at)) else { return String::new() };
    let name = node_name(room, node, lang);
    if !member.is_alive() {
        return (w.dead)(&name, member.weight());
    }
    let all: u32 = room.now().weights().into_iter().map(u32::from).sum();
    let percent = |part: f64| scene::fixed(part * 100.0, 2);
    let share = percent(f64::from(count) / f64::from(answer.done.max(1)));
    (w.load)(&name, member.weight(), count, &share, &percent(f64::from(member.weight()) / f64::from(all.max(1))))
}

fn figures(room: &PlacementRoom, answer: &Answer, scheme: Algorithm, lang: Lang) -> Html {
    let w = room_words(lang);
    let weights = room.now().weights();
    let (peak, cv) = if weights.len() == answer.counts.len() { scene::evenness(answer, &weights) } else { (0.0, 0.0) };
    let alike = !room.is_weighted();
    let theory = scene::expected_cv(scheme, room.now().living().count(), room.vnodes(), room.keys()).filter(|_| alike);
    let steps = f64::from(answer.steps) / f64::from(answer.sample.max(1));
    let row = |figure: Figure| {
        let (text, value, beside) = match figure {
            Figure::Moved => (grouped(answer.moved), answer.moved.to_string(), String::new()),
            Figure::Minimum => (grouped(answer.minimum), answer.minimum.to_string(), String::new()),
            Figure::Peak => (scene::fixed(peak, 3), scene::fixed(peak, 9), String::new()),
            Figure::Cv => {
                (scene::fixed(cv, 4), scene::fixed(cv, 9), theory.map_or_else(String::new, |theory| (w.theory)(&scene::fixed(theory, 4))))
            }
            Figure::Memory => (bytes(answer.memory), answer.memory.to_string(), String::new()),
            Figure::Lookup => ((w.steps)(&scene::fixed(steps, 1)), scene::fixed(steps, 9), String::new()),
        };
        let wasteful = figure == Figure::Moved && answer.moved > answer.minimum;
        html! {
            <div key={figure.word()}>
                <dt>{(w.figure)(figure)}</dt>
                <dd data-figure={figure.word()} data-value={value} class={if wasteful { "wasteful" } else { "" }}>
                    <span class="beside">{beside}</span><b>{text}</b>
                </dd>
            </div>
        }
    };
    html! { <dl class="figures">{ for Figure::ALL.into_iter().map(row) }</dl> }
}
