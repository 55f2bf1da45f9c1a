//! A process in a line of text: a node wears its disc, others their name in a frame.

use ringside::cluster::name::{Kind, Name};
use ringside::scene::state::Look;
use yew::prelude::*;

/// What it shows.
#[derive(Clone, PartialEq, Eq, Properties)]
pub struct DiscProps {
    /// Who.
    pub name: Name,
    /// Its state.
    pub look: Look,
}

/// A process's mark.
#[component]
pub fn Disc(props: &DiscProps) -> Html {
    let node = props.name.kind == Kind::Node;
    let letter = node.then(|| AttrValue::from(props.name.to_string()));
    let kind = match props.name.kind {
        Kind::Node => "node",
        Kind::Coordinator => "coordinator",
        Kind::Balancer => "balancer",
        Kind::Client => "client",
    };
    html! { <b class={classes!("who", kind)} data-n={letter} data-look={props.look.word()}>{props.name.to_string()}</b> }
}
