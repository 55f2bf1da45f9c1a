//! The shares: a bar for each of up to eight nodes; above that one canvas, and one element that stands for the node in focus.

use std::rc::Rc;

use ringside::room::placement::PlacementRoom;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::catalogue::{letter, node_name};
use ringside::room::placement::job::Answer;
use ringside::room::placement::scene::{self as scene, Bar};
use ringside::text::Lang;
use yew::prelude::*;

use crate::placement::app::is_few;
use crate::placement::state::Command;
use crate::web::page;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct BarsProps {
    /// The page's language.
    pub lang: Lang,
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// What is known of this lane.
    pub answer: Rc<Answer>,
    /// The share that the full height stands for.
    pub top: f64,
    /// The selected node.
    pub selected: u16,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The bars.
#[component]
pub fn Bars(props: &BarsProps) -> Html {
    let w = room_words(props.lang);
    let count = props.room.now().members().len();
    let weights = props.room.now().weights();
    let mut bars = scene::bars(&props.answer, &weights, props.top);
    // Before a new node is counted it has no keys.
    bars.resize(count, Bar::default());
    let option = |node: u16, inside: Html, class: &'static str| option(props, &bars, node, inside, class);
    let inside = if is_few(&props.room) {
        html! {
            <div class="few" role="listbox" aria-label={w.bars} aria-orientation="horizontal">
                { for (0..count as u16).map(|node| option(node, bar(props, bars[usize::from(node)], node), "bar")) }
            </div>
        }
    } else {
        let on_move =
            props.on_command.reform(move |event: PointerEvent| Command::Hover(page::along(&event).and_then(|x| scene::node_at(x, count))));
        let on_leave = props.on_command.reform(|_: PointerEvent| Command::Hover(None));
        html! {
            <div class="many" role="listbox" aria-label={w.bars} aria-orientation="horizontal" onpointermove={on_move} onpointerleave={on_leave}>
                <canvas class="bars" aria-hidden="true"></canvas>
                { option(props.selected, html! { <span class="unseen">{node_name(&props.room, props.selected, props.lang)}</span> }, "over") }
            </div>
        }
    };
    html! { <div class="shares">{inside}</div> }
}

/// The element of one node: what has the focus, what a click means, what tests and readers see of it.
fn option(props: &BarsProps, bars: &[Bar], node: u16, inside: Html, class: &'static str) -> Html {
    let members = props.room.now().members();
    let at = usize::from(node);
    let alive = members.get(at).is_some_and(|member| member.is_alive());
    let share = f64::from(props.answer.counts.get(at).copied().unwrap_or(0)) / f64::from(props.answer.done.max(1));
    let many = class == "over";
    let count = members.len();
    let click = props.on_command.reform(move |event: PointerEvent| {
        let pointed = page::along(&event).filter(|_| many).and_then(|x| scene::node_at(x, count));
        Command::Toggle(pointed.unwrap_or(node))
    });
    let (enter, leave) = (
        props.on_command.reform(move |_: PointerEvent| Command::Hover(Some(node))),
        props.on_command.reform(|_: PointerEvent| Command::Hover(None)),
    );
    // Over many bars the whole of them listens.
    let (enter, leave) = if many { (Callback::noop(), Callback::noop()) } else { (enter, leave) };
    let focused = props.on_command.reform(move |_: FocusEvent| Command::Select(node));
    let press = {
        let on_command = props.on_command.clone();
        move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                on_command.emit(Command::Toggle(node));
            }
        }
    };
    let selected = node == props.selected;
    let height = bars.get(at).map_or(0.0, |bar| bar.height());
    html! {
        <div key={if many { "one".to_owned() } else { node.to_string() }} {class} role="option" tabindex={if selected { "0" } else { "-1" }}
            aria-selected={selected.to_string()} aria-posinset={(at + 1).to_string()} aria-setsize={count.to_string()}
            data-node={node.to_string()} data-share={scene::fixed(share, 9)} data-height={scene::fixed(height, 4)}
            data-health={if alive { "up" } else { "down" }} data-n={letter(&props.room, node).map(|letter| letter.to_string())}
            data-act={format!("{} {node}", if alive { "kill" } else { "revive" })}
            onpointerup={click} onkeydown={press} onfocus={focused} onpointerenter={enter} onpointerleave={leave}>
            {inside}
        </div>
    }
}

/// One of up to eight bars. The picture is stretched, the words are not.
fn bar(props: &BarsProps, bar: Bar, node: u16) -> Html {
    let changed = !props.room.changes().is_empty();
    let y = |part: f64| scene::fixed((1.0 - part) * 100.0, 2);
    let tall = |part: f64| scene::fixed(part * 100.0, 2);
    let done = f64::from(props.answer.done.max(1));
    let count = props.answer.counts.get(usize::from(node)).copied().unwrap_or(0);
    let name = node_name(&props.room, node, props.lang);
    let alive = props.room.now().members().get(usize::from(node)).is_some_and(|member| member.is_alive());
    html! {
        <>
            <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                <rect class={if changed { "kept back" } else { "kept" }} x="1" width="8" y={y(bar.kept)} height={tall(bar.kept)} />
                <rect class="came" x="1" width="8" y={y(bar.height())} height={tall(bar.came)} />
                <rect class="was" x="1" width="8" y={y(bar.was)} height={tall(if changed { bar.was } else { 0.0 })} />
                <path class="ideal" d={if bar.ideal > 0.0 { format!("M0,{0}H10", y(bar.ideal)) } else { String::new() }} />
            </svg>
            <span class="who node" data-look={if alive { "up" } else { "down" }}>{name}</span>
            <span class="share">{format!("{} %", scene::fixed(f64::from(count) / done * 100.0, 1))}</span>
        </>
    }
}
