//! The table of copies. The shard in the story is open, with its log; those in need have a row; the rest is a sentence.

use ringside::cluster::observe::view::Health;
use ringside::cluster::setup::name::Kind;
use ringside::scene::copies::{Columns, Groups};
use ringside::scene::geom::{Point, num};
use ringside::scene::state::{self, Look};
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::control::control;
use super::log::OpenLog;
use super::ring::{SectionProps, lit};
use super::rows::Rows;
use super::shapes;

/// The table of copies.
pub fn copies(props: &SectionProps) -> Html {
    let SectionProps { model, on_select, on_hover } = props;
    let view = &*model.view;
    let nodes: Vec<_> = state::of_kind(view, Kind::Node).collect();
    let columns = Columns::new(model.size.0, state::nodes(view));
    let groups = Groups::of(view, model.story, model.table());
    let closing = groups.closing();
    let words = StageWords::of(model.lang);
    let dead = |process: &&&ringside::cluster::observe::view::ProcessView| process.health == Health::Down;
    let gone = |process: &&ringside::cluster::observe::view::ProcessView| {
        html! {
            <rect key={process.name.to_string()} x={num(columns.x(process.name.n) - columns.width / 2.0 + 1.0)} y="-4"
                width={num(columns.width - 2.0)} height={num(closing - 6.0)} rx="5" class="gone" />
        }
    };
    let head = |process: &&ringside::cluster::observe::view::ProcessView| {
        let (name, x) = (process.name, columns.x(process.name.n));
        let onclick = on_select.reform(move |_: MouseEvent| name);
        let onpointerenter = on_hover.reform(move |_: PointerEvent| Some(name));
        let onpointerleave = on_hover.reform(|_: PointerEvent| None);
        // The node's disc again. It can be clicked; for keys and readers the ring's own element stands.
        html! {
            <g key={name.to_string()} class="head" data-n={shapes::letter(name)} data-head={name.to_string()} {onclick} {onpointerenter} {onpointerleave}>
                { shapes::disc(Point::new(x, 16.0), 13.0, name, Look::of(process)) }
            </g>
        }
    };
    let open = state::shard(view, model.story).map(|shard| html! { <OpenLog model={model.clone()} shard={shard.id} /> });
    let control = model.control().then(|| control(model));
    html! {
      <>
        <svg class="stage-svg copies" viewBox={format!("0 0 {} {}", model.size.0, model.size.1)} role="group"
            aria-label={words.copies} data-lit={lit(model)}>
            <g>{ for nodes.iter().filter(dead).map(gone) }</g>
            <g aria-hidden="true">{ for nodes.iter().map(head) }</g>
            <g>{ for open }</g>
            <Rows model={model.clone()} />
            { shapes::text(Point::new(0.0, closing + 8.0), "s", stage_words::rest(model.lang, &groups)) }
            // In a narrow pane it would reach beyond its picture.
            if control.is_none() && model.size.0 >= 320 {
                { shapes::text(Point::new(0.0, closing + 28.0), "s", stage_words::acked(model.lang, model.writes)) }
            }
        </svg>
        { for control }
      </>
    }
}
