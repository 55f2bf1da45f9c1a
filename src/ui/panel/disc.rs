//! A process in a line of text: a node wears its disc, others their name in a frame.

use ringside::cluster::setup::name::{Kind, Name};
use ringside::scene::state::Look;
use yew::prelude::*;

/// A process's mark, in its state. No component of its own: it is as cheap to draw as to compare.
pub fn disc(name: Name, look: Look) -> Html {
    let node = name.kind == Kind::Node;
    let letter = node.then(|| AttrValue::from(name.to_string()));
    let kind = match name.kind {
        Kind::Node => "node",
        Kind::Coordinator => "coordinator",
        Kind::Balancer => "balancer",
        Kind::Client => "client",
    };
    html! { <b class={format!("who {kind}")} data-n={letter} data-look={look.word()}>{name.to_string()}</b> }
}
