//! What the store accepts: the fence, and behind it the document with its last lines.

use ringside::cluster::observe::view::LockView;
use ringside::scene::geom::{Point, num, pair};
use ringside::scene::lock::{LINE, Place};
use ringside::scene::pages::{Fate, Row};
use ringside::scene::state;
use ringside::text::lock_words::LockWords;
use yew::prelude::*;

use crate::ui::stage::{StageModel, shapes};

/// The fence, and the document that the lock protects in the colours of the node that serves its shard. Who is refused leaves
/// no line in it.
pub(super) fn document(model: &StageModel, place: &Place, lock: &LockView) -> Html {
    let view = &*model.view;
    let owner = state::shard(view, lock.shard).and_then(state::owner).and_then(|pid| state::name(view, pid));
    let (x, top, high) = (place.page, place.rows, place.page_height());
    let wide = place.width - x - 1.0;
    let sheet = format!("M{}v{}h{}v{}l-12,-12Z", pair(Point::new(x, top)), num(high), num(wide), num(12.0 - high));
    let written = || model.lines.iter().filter(|row| row.fate != Fate::Refused);
    let skip = written().count().saturating_sub(place.lines);
    let line = |(i, row): (usize, &Row)| {
        let name = state::name(view, row.line.who).map(|name| name.to_string()).unwrap_or_default();
        let at = Point::new(x + 6.0, top + LINE * i as f64 + 18.0);
        // A line is lost only by a broken promise, and wears its colour.
        let (state, fate) = if row.fate == Fate::Lost { (Some("broken"), "lost") } else { (None, "stands") };
        let (token, who) = (row.line.token.0.to_string(), format!(" {name}"));
        html! {
            <g key={row.n} class="somebody page-line" data-state={state} transform={format!("translate({})", pair(at))} data-line={token.clone()} data-by={name} data-fate={fate}>
                <text><tspan class="b">{token}</tspan>{who}</text>
            </g>
        }
    };
    html! {
        <>
            <path d={format!("M{}V{}", pair(Point::new(place.fence, top)), num(top + high))} class={if model.fenced { "fence" } else { "fence off" }} />
            <g data-n={owner.and_then(shapes::letter)} data-document={lock.text.len().to_string()}>
                <path d={sheet} class="document" />
                // A copy that has lost its disk is blank, and yet lines have been written.
                if lock.text.is_empty() && written().next().is_none() {
                    { shapes::text(Point::new(x + wide / 2.0, top + 24.0), "m s", LockWords::of(model.lang).blank) }
                }
                <g>{ for written().skip(skip).enumerate().map(line) }</g>
            </g>
        </>
    }
}
