//! The table of copies. The shard in the story is open, with its log; those in need have a row; the rest is a sentence.

use ringside::cluster::name::{Kind, Name};
use ringside::cluster::view::{ClusterView, Health, Role, ShardView};
use ringside::scene::copies::{Columns, Groups, ROW};
use ringside::scene::geom::Point;
use ringside::scene::state::{self, Fare, Look};
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::kit;
use super::log::OpenLog;
use super::ring::{SectionProps, lit};

/// The table of copies.
#[component]
pub fn Copies(props: &SectionProps) -> Html {
    let SectionProps { model, on_select, on_hover } = props;
    let view = &*model.view;
    let nodes: Vec<_> = state::of_kind(view, Kind::Node).collect();
    let columns = Columns::new(model.size.0, nodes.len());
    let groups = Groups::of(view, model.story, model.size);
    let closing = groups.closing();
    let words = StageWords::of(model.lang);
    let dead = |process: &&&ringside::cluster::view::ProcessView| process.health == Health::Down;
    let gone = |process: &&ringside::cluster::view::ProcessView| {
        html! {
            <rect key={process.name.to_string()} x={kit::n(columns.x(process.name.n) - columns.width / 2.0 + 1.0)} y="-4"
                width={kit::n(columns.width - 2.0)} height={kit::n(closing - 6.0)} rx="5" class="gone" />
        }
    };
    let head = |process: &&ringside::cluster::view::ProcessView| {
        html! {
            <Head key={process.name.to_string()} name={process.name} look={Look::of(process)} width={model.size.0} nodes={nodes.len()}
                on_select={on_select.clone()} on_hover={on_hover.clone()} />
        }
    };
    let open = state::shard(view, model.story).map(|shard| html! { <OpenLog model={model.clone()} shard={shard.id} /> });
    let group = |((fare, shards), (title, first)): ((Fare, &Vec<_>), (f64, f64))| {
        let rows = shards.iter().enumerate().filter_map(|(i, &id)| {
            let shard = state::shard(view, id)?;
            Some(row(model, view, columns, shard, first + ROW * i as f64))
        });
        html! {
            <g key={format!("{fare:?}")}>
                { kit::text(Point::new(0.0, title + 5.0), "s", stage_words::fare(model.lang, fare)) }
                <g>{ for rows }</g>
            </g>
        }
    };
    let listed = groups.groups.iter().map(|group| (group.fare, &group.shards)).zip(groups.tops());
    html! {
        <svg class="stage-svg copies" viewBox={format!("0 0 {} {}", model.size.0, model.size.1)} role="group"
            aria-label={words.copies} data-lit={lit(model)}>
            <g>{ for nodes.iter().filter(dead).map(gone) }</g>
            { kit::text(Point::new(0.0, 16.0), "b", words.copies) }
            <g aria-hidden="true">{ for nodes.iter().map(head) }</g>
            <g>{ for open }</g>
            <g>{ for listed.map(group) }</g>
            { kit::text(Point::new(0.0, closing + 8.0), "s", stage_words::rest(model.lang, &groups)) }
        </svg>
    }
}

/// A shard's row: its number, and on each node that has a copy the role and three cells of log.
fn row(model: &super::StageModel, view: &ClusterView, columns: Columns, shard: &ShardView, y: f64) -> Html {
    let server = shard.server.and_then(|pid| state::name(view, pid));
    let copy = |replica: &ringside::cluster::view::ReplicaView| {
        let name = state::name(view, replica.node)?;
        let lost = state::is_down(view, replica.node);
        let (glyph_at, cells_at, pitch) = columns.small();
        let x = columns.x(name.n);
        let at = Point::new(x + glyph_at, y);
        let cell = |i: u8| {
            html! {
                <rect x={kit::n(x + cells_at + pitch * f64::from(i))} y={kit::n(y - 6.5)} width={kit::n(pitch - 1.6)} height="13" rx="1"
                    class={if lost { "small-cell lost" } else { "small-cell" }} />
            }
        };
        Some(html! {
            <g key={name.to_string()} data-n={kit::letter(name)}>
                { glyph(at, 0.72, replica.role, lost, || state::progress(shard, replica)) }
                { for (0..3).map(cell) }
            </g>
        })
    };
    html! {
        <g key={shard.id.0} class="row" role="img" data-shard={shard.id.0.to_string()} data-view={shard.view.no.0.to_string()}
            data-primary={server.map(|name| name.to_string())}
            aria-label={stage_words::shard_row(model.lang, shard.id.0, shard.view.no.0, server)}>
            { kit::text(Point::new(66.0, y + 5.8), "e b", shard.id.0.to_string()) }
            { for shard.replicas.iter().filter_map(copy) }
        </g>
    }
}

/// The glyph of a role: crown, ring, part-filled disc; hollow when its node is down.
pub fn glyph(at: Point, k: f64, role: Option<Role>, lost: bool, percent: impl Fn() -> u8) -> Html {
    let r = if k > 1.0 { 6.5 } else { 6.0 };
    let ring = |class: &'static str| html! { <circle cx={kit::n(at.x)} cy={kit::n(at.y)} r={kit::n(r)} {class} /> };
    match (role, lost) {
        (Some(Role::Primary), false) => kit::crown(at, k, "real"),
        (Some(Role::Primary), true) => kit::crown(at, k, if k > 1.0 { "lost" } else { "lost small" }),
        (Some(Role::Backup), false) => ring("role-ring"),
        (Some(Role::Learner), false) => {
            // Filled from below, up to a chord.
            let part = f64::from(percent().min(100)) / 100.0;
            let level = at.y + r - 2.0 * r * part;
            let half = (r * r - (level - at.y).powi(2)).max(0.0).sqrt();
            let large = u8::from(part > 0.5);
            let d = format!("M{:.2},{level:.2}A{r},{r} 0 {large} 0 {:.2},{level:.2}Z", at.x - half, at.x + half);
            html! { <><path {d} class="role-fill" />{ ring("role-ring thin") }</> }
        }
        (Some(Role::Backup | Role::Learner) | None, true) => ring("role-ring lost"),
        (None, false) => ring("role-ring former"),
    }
}

/// What a column's head is drawn from.
#[derive(Clone, PartialEq, Properties)]
struct HeadProps {
    name: Name,
    look: Look,
    width: u32,
    nodes: usize,
    on_select: Callback<Name>,
    on_hover: Callback<Option<Name>>,
}

/// A column's head: the node's disc again. It can be clicked; for keys and readers the ring's own element stands.
#[component]
fn Head(props: &HeadProps) -> Html {
    let name = props.name;
    let x = Columns::new(props.width, props.nodes).x(name.n);
    let onclick = props.on_select.reform(move |_: MouseEvent| name);
    let onpointerenter = props.on_hover.reform(move |_: PointerEvent| Some(name));
    let onpointerleave = props.on_hover.reform(|_: PointerEvent| None);
    html! {
        <g class="head" data-n={kit::letter(name)} data-head={name.to_string()} {onclick} {onpointerenter} {onpointerleave}>
            { kit::disc(Point::new(x, 16.0), 13.0, name, props.look) }
        </g>
    }
}
