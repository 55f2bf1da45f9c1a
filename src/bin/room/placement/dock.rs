//! The selected node, and what can be done to it.

use std::rc::Rc;

use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::catalogue::{letter, node_name};
use ringside::room::placement::{Change, HEAVIEST, PlacementRoom};
use ringside::text::Lang;
use yew::prelude::*;

use crate::placement::state::Command;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct DockProps {
    /// The page's language.
    pub lang: Lang,
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// The selected node.
    pub selected: u16,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The line below the lanes. What cannot be done now is greyed and says why.
#[component]
pub fn Dock(props: &DockProps) -> Html {
    let (w, room, node) = (room_words(props.lang), &*props.room, props.selected);
    let member = &room.now().members()[usize::from(node)];
    let name = node_name(room, node, props.lang);
    let weight = member.weight();
    let lighter = weight.saturating_sub(1);
    let heavier = (weight + 1).min(HEAVIEST + 1);
    let button = |i: usize, key: &'static str, act: String, command: Command, change: Option<Change>, possible: bool| {
        let refusal = change.and_then(|change| room.refusal(change));
        let reason = refusal.map(|why| (w.refusal)(why, &name));
        let off = refusal.is_some() || !possible;
        html! {
            <button key={i} type="button" data-act={act} aria-disabled={off.to_string()} title={reason.clone()} data-reason={reason}
                onclick={props.on_command.reform(move |_: MouseEvent| command)}>{w.actions[i]}<kbd>{key}</kbd></button>
        }
    };
    let arrow = |i: usize, text: &'static str, on: i32| {
        html! {
            <button key={i} type="button" class="arrow" data-act={if on < 0 { "previous" } else { "next" }} aria-label={w.neighbours[i]}
                title={w.neighbours[i]} onclick={props.on_command.reform(move |_: MouseEvent| Command::Neighbour(on))}>{text}</button>
        }
    };
    let any = !room.changes().is_empty();
    let few = letter(room, node);
    html! {
        <div class="dock" role="toolbar" aria-label={name.clone()}>
            <div class="subject">
                { arrow(0, "‹", -1) }
                <span class={if few.is_some() { "who node" } else { "long" }} data-n={few.map(|letter| letter.to_string())}
                    data-look={if member.is_alive() { "up" } else { "down" }}>{name.clone()}</span>
                { arrow(1, "›", 1) }
                <span class="weight">{(w.weight)(weight)}</span>
            </div>
            <div class="acts">
                { button(0, "K", format!("kill {node}"), Command::Kill, Some(Change::Kill(node)), true) }
                { button(1, "R", format!("revive {node}"), Command::Revive, Some(Change::Revive(node)), true) }
                { button(2, "−", format!("weigh {node} {lighter}"), Command::Weigh(-1), Some(Change::Weigh(node, lighter)), true) }
                { button(3, "+", format!("weigh {node} {heavier}"), Command::Weigh(1), Some(Change::Weigh(node, heavier)), true) }
                { button(4, "A", "add".to_owned(), Command::Add, Some(Change::Add), true) }
                { button(5, "U", "undo".to_owned(), Command::Undo, None, any) }
                { button(6, "0", "reset".to_owned(), Command::Reset, None, any) }
            </div>
            <p class="hint">{w.hint}</p>
        </div>
    }
}
