//! The table of copies. The shard in the story is open, with its log; those in need have a row; the rest is a sentence.

use ringside::cluster::observe::view::Health;
use ringside::cluster::setup::name::{Kind, Name};
use ringside::scene::copies::{Columns, Groups};
use ringside::scene::geom::{Point, num};
use ringside::scene::state::{self, Look};
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::control::Control;
use super::log::OpenLog;
use super::ring::{SectionProps, lit};
use super::rows::Rows;
use super::shapes;

/// The table of copies.
#[component]
pub fn Copies(props: &SectionProps) -> Html {
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
        html! { <Head key={process.name.to_string()} name={process.name} look={Look::of(process)} x={columns.x(process.name.n)} on_select={on_select.clone()} on_hover={on_hover.clone()} /> }
    };
    let open = state::shard(view, model.story).map(|shard| html! { <OpenLog model={model.clone()} shard={shard.id} /> });
    let control = model.control().then(|| html! { <Control model={model.clone()} /> });
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

/// What a column's head is drawn from.
#[derive(Clone, PartialEq, Properties)]
struct HeadProps {
    name: Name,
    look: Look,
    x: f64,
    on_select: Callback<Name>,
    on_hover: Callback<Option<Name>>,
}

/// A column's head: the node's disc again. It can be clicked; for keys and readers the ring's own element stands.
#[component]
fn Head(props: &HeadProps) -> Html {
    let name = props.name;
    let onclick = props.on_select.reform(move |_: MouseEvent| name);
    let onpointerenter = props.on_hover.reform(move |_: PointerEvent| Some(name));
    let onpointerleave = props.on_hover.reform(|_: PointerEvent| None);
    html! {
        <g class="head" data-n={shapes::letter(name)} data-head={name.to_string()} {onclick} {onpointerenter} {onpointerleave}>
            { shapes::disc(Point::new(props.x, 16.0), 13.0, name, props.look) }
        </g>
    }
}
