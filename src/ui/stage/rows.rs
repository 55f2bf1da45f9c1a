//! The shards that are not in the story but in need: one row each.

use std::rc::Rc;

use ringside::cluster::observe::view::{ClusterView, Role, ShardView, Waiting};
use ringside::scene::copies::{Columns, Groups, ROW};
use ringside::scene::geom::{Point, num};
use ringside::scene::state::{self, Fare};
use ringside::text::stage_words;
use yew::prelude::*;

use super::{StageModel, shapes};

/// What the rows are drawn from. Two are the same if every shard has the same view, server and copies, whatever is in
/// their logs.
#[derive(Clone, Properties)]
pub struct RowsProps {
    /// The table's model.
    pub model: Rc<StageModel>,
}

impl PartialEq for RowsProps {
    fn eq(&self, other: &RowsProps) -> bool {
        let (a, b) = (&self.model.view.shards, &other.model.view.shards);
        self.model.same_page(&other.model) && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_row(a, b))
    }
}

fn same_row(a: &ShardView, b: &ShardView) -> bool {
    let copies = |shard: &ShardView| shard.replicas.len();
    let learners = |shard: &ShardView| shard.view.learners.len();
    a.server == b.server
        && a.view == b.view
        && copies(a) == copies(b)
        && a.replicas.iter().zip(&b.replicas).all(|(a, b)| a.node == b.node && a.role == b.role)
        // A learner's progress is drawn, and that is in the logs.
        && (learners(a) == 0 || a == b)
}

/// The rows, in groups.
#[component]
pub fn Rows(props: &RowsProps) -> Html {
    let model = &*props.model;
    let view = &*model.view;
    let columns = Columns::new(model.size.0, state::nodes(view));
    let groups = Groups::of(view, model.story, model.table());
    let group = |((fare, shards), (title, first)): ((Fare, &Vec<_>), (f64, f64))| {
        let rows = shards.iter().enumerate().filter_map(|(i, &id)| {
            let shard = state::shard(view, id)?;
            Some(row(model, view, columns, shard, first + ROW * i as f64))
        });
        html! {
            <g key={format!("{fare:?}")}>
                { shapes::text(Point::new(0.0, title + 5.0), "s", stage_words::fare(model.lang, fare, &state::waited_for(view, shards))) }
                <g>{ for rows }</g>
            </g>
        }
    };
    let listed = groups.groups.iter().map(|group| (group.fare, &group.shards)).zip(groups.tops());
    html! { <g>{ for listed.map(group) }</g> }
}

/// A shard's row: its number, and on each node that has a copy the role and three cells of log.
fn row(model: &StageModel, view: &ClusterView, columns: Columns, shard: &ShardView, y: f64) -> Html {
    let server = shard.server.and_then(|pid| state::name(view, pid));
    let copy = |replica: &ringside::cluster::observe::view::ReplicaView| {
        let name = state::name(view, replica.node)?;
        let lost = state::is_down(view, replica.node);
        let (glyph_at, cells_at, pitch) = columns.small();
        let x = columns.x(name.n);
        let at = Point::new(x + glyph_at, y);
        let cell = |i: u8| {
            html! {
                <rect x={num(x + cells_at + pitch * f64::from(i))} y={num(y - 6.5)} width={num(pitch - 1.6)} height="13" rx="1"
                    class={if lost { "small-cell lost" } else { "small-cell" }} />
            }
        };
        let percent = state::progress(shard, replica);
        // What arrives has no log to show yet, but a part of a whole.
        let arriving = replica.role == Some(Role::Learner) && !lost;
        let bar = |part: f64, class: &'static str| {
            html! {
                <rect x={num(x + cells_at)} y={num(y - 6.5)} width={num((3.0 * pitch - 1.6) * part)} height="13" rx="1" {class} />
            }
        };
        Some(html! {
            <g key={name.to_string()} data-n={shapes::letter(name)} data-percent={arriving.then(|| percent.to_string())}>
                { glyph(at, 0.72, replica.role, lost, || percent) }
                if arriving {
                    { bar(1.0, "small-cell lost") }
                    { bar(f64::from(percent) / 100.0, "small-cell") }
                } else {
                    { for (0..3).map(cell) }
                }
            </g>
        })
    };
    html! {
        <g key={shard.id.0} class="row" role="img" data-shard={shard.id.0.to_string()} data-view={shard.view.no.0.to_string()}
            data-primary={server.map(|name| name.to_string())}
            data-waiting={waiting(shard)}
            aria-label={stage_words::shard_row(model.lang, shard, server, &state::waited_for(view, &[shard.id]))}>
            { shapes::text(Point::new(66.0, y + 5.8), "e b", shard.id.0.to_string()) }
            { for shard.replicas.iter().filter_map(copy) }
        </g>
    }
}

/// What a shard that nobody leads waits for, as an attribute.
pub fn waiting(shard: &ShardView) -> Option<&'static str> {
    shard.waiting.as_ref().map(|it| match it {
        Waiting::For { .. } => "nodes",
        Waiting::Choice => "choice",
    })
}

/// The glyph of a role: crown, ring, part-filled disc; hollow when its node is down.
pub fn glyph(at: Point, k: f64, role: Option<Role>, lost: bool, percent: impl Fn() -> u8) -> Html {
    let r = if k > 1.0 { 6.5 } else { 6.0 };
    let ring = |class: &'static str| html! { <circle cx={num(at.x)} cy={num(at.y)} r={num(r)} {class} /> };
    match (role, lost) {
        (Some(Role::Primary), false) => shapes::crown(at, k, "real"),
        (Some(Role::Primary), true) => shapes::crown(at, k, if k > 1.0 { "lost" } else { "lost small" }),
        (Some(Role::Backup), false) => ring("role-ring"),
        (Some(Role::Learner), false) => {
            // Filled from below, up to a chord.
            let part = f64::from(percent().min(100)) / 100.0;
            let level = at.y + r - 2.0 * r * part;
            let half = (r * r - (level - at.y).powi(2)).max(0.0).sqrt();
            let large = u8::from(part > 0.5);
            let (left, right, level, r) = (num(at.x - half), num(at.x + half), num(level), num(r));
            let d = format!("M{left},{level}A{r},{r} 0 {large} 0 {right},{level}Z");
            html! { <><path {d} class="role-fill" />{ ring("role-ring thin") }</> }
        }
        (Some(Role::Backup | Role::Learner) | None, true) => ring("role-ring lost"),
        (None, false) => ring("role-ring former"),
    }
}
