//! Html as it reaches the browser, for tests of what is no component of its own.

use futures_executor::block_on;
use yew::LocalServerRenderer;
use yew::prelude::*;

#[derive(PartialEq, Properties)]
struct ShownProps {
    html: Html,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    props.html.clone()
}

/// The markup, rendered natively.
pub fn text(html: Html) -> String {
    block_on(LocalServerRenderer::<Shown>::with_props(ShownProps { html }).hydratable(false).render())
}
