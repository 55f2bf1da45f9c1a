//! What both lanes share: how many nodes, virtual nodes, keys, and which hash.

use std::rc::Rc;

use ringside::proto::ring::hash::Hash;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::numbers::grouped;
use ringside::room::placement::{KEYS, NODES, PlacementRoom, VNODES};
use ringside::text::Lang;
use yew::prelude::*;

use crate::placement::state::Command;

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct ControlsProps {
    /// The page's language.
    pub lang: Lang,
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The settings, each as a row of steps.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let (w, room) = (room_words(props.lang), &*props.room);
    let step = |act: String, text: String, on: bool, command: Command, reason: Option<&'static str>| {
        let command = props.on_command.reform(move |_: MouseEvent| command);
        html! {
            <button key={act.clone()} type="button" data-act={act} aria-pressed={on.to_string()} onclick={command} title={reason}>{text}</button>
        }
    };
    let nodes = NODES.map(|n| step(format!("nodes {n}"), grouped(n.into()), room.nodes() == n, Command::Nodes(n), None));
    // They stay, for the next scheme may ask for them.
    let idle = (!room.schemes.iter().any(|scheme| scheme.has_vnodes())).then_some(w.no_vnodes);
    let vnodes = VNODES.map(|n| step(format!("vnodes {n}"), n.to_string(), room.vnodes() == n, Command::Vnodes(n), idle));
    let keys = KEYS.map(|n| step(format!("keys {n}"), grouped(n), room.keys() == n, Command::Keys(n), None));
    let hashes = [Hash::Xxh3, Hash::Weak]
        .map(|hash| step(format!("hash {}", hash.word()), (w.hash)(hash).to_owned(), room.hash == hash, Command::Hash(hash), None));
    let group = |n: usize, steps: Vec<Html>, idle: bool| {
        html! {
            <div class={if idle { "group idle" } else { "group" }} role="group" aria-label={w.settings[n]} key={n}>
                <span>{w.settings[n]}</span>{ for steps }
            </div>
        }
    };
    html! {
        <div class="settings">
            { group(0, nodes.into(), false) }
            { group(1, vnodes.into(), idle.is_some()) }
            { group(2, keys.into(), false) }
            { group(3, hashes.into(), false) }
        </div>
    }
}
