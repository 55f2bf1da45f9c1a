//! The shard in the story, opened: who has which entries, and up to where they are committed.

use std::rc::Rc;

use ringside::cluster::observe::view::{ClusterView, Role, ShardView};
use ringside::cluster::setup::name::Name;
use ringside::proto::replica::view::ShardId;
use ringside::scene::copies::{self, Cell, Columns, LINES, LOG_TOP, Log, Naming, PITCH, STORY_Y};
use ringside::scene::geom::{Point, num};
use ringside::scene::state::{self, Crown};
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::rows::glyph;
use super::{StageModel, shapes};

/// What the open shard is drawn from. Two are the same if this shard is, and what else the drawing shows.
#[derive(Clone, Properties)]
pub struct OpenLogProps {
    /// The table's model.
    pub model: Rc<StageModel>,
    /// The shard.
    pub shard: ShardId,
}

impl PartialEq for OpenLogProps {
    fn eq(&self, other: &OpenLogProps) -> bool {
        let (a, b) = (state::shard(&self.model.view, self.shard), state::shard(&other.model.view, other.shard));
        self.shard == other.shard && self.model.same_page(&other.model) && self.model.cuts == other.model.cuts && a == b
    }
}

/// The row of the shard in the story, with its log below.
#[component]
pub fn OpenLog(props: &OpenLogProps) -> Html {
    let model = &*props.model;
    let view = &*model.view;
    let Some(shard) = state::shard(view, props.shard) else {
        return html! { <g /> };
    };
    let columns = Columns::new(model.size.0, state::nodes(view));
    let log = Log::of(view, shard, &model.cuts);
    let server = shard.server.and_then(|pid| state::name(view, pid));
    let number = shard.id.0.to_string();
    let beside = 6.0 + 12.5 * number.len() as f64;
    let index = |i: u32| {
        let at = Point::new(66.0, LOG_TOP + PITCH * f64::from(i) + 16.0);
        html! { <g key={i}>{ shapes::text(at, "e s", (log.first.0 + i).to_string()) }</g> }
    };
    html! {
        <g class="row story" role="img" data-shard={number.clone()} data-view={shard.view.no.0.to_string()}
            data-primary={server.map(|name| name.to_string())}
            data-waiting={super::rows::waiting(shard)}
            aria-label={stage_words::shard_row(model.lang, shard, server, &state::waited_for(view, &[shard.id]))}>
            { shapes::text(Point::new(0.0, STORY_Y + 6.0), "b big", number) }
            { shapes::text(Point::new(beside, STORY_Y + 5.5), "s", stage_words::view(model.lang, shard.view.no.0)) }
            <g>{ for (0..LINES).filter(|i| log.first.0 + i <= log.last.0).map(index) }</g>
            <g>{ for shard.replicas.iter().filter_map(|replica| head(view, shard, replica, columns)) }</g>
            <g>{ for log.copies.iter().filter_map(|copy| column(view, shard, copy, columns)) }</g>
            { commit(model, view, shard, &log, columns) }
        </g>
    }
}

/// A copy's role above its log. A crown is a belief: whoever believes wears one.
fn head(view: &ClusterView, shard: &ShardView, replica: &ringside::cluster::observe::view::ReplicaView, columns: Columns) -> Option<Html> {
    let name = state::name(view, replica.node)?;
    let at = Point::new(columns.x(name.n), STORY_Y);
    let lost = state::is_down(view, replica.node);
    let percent = || state::progress(shard, replica);
    let drawn = match (state::crown(view, shard, replica.node), replica.role) {
        (Some(Crown::Real), _) => shapes::crown(at, 1.1, "real"),
        (Some(Crown::Believed), _) => shapes::crown(at, 1.1, "believed"),
        // Where there is no room for both, the figure says more than the glyph.
        (None, Some(Role::Learner)) if !lost && columns.width < 56.0 && percent() < 100 => {
            shapes::text(at.shift(0.0, 5.6), "m", format!("{}%", percent()))
        }
        (None, Some(Role::Learner)) if !lost && percent() < 100 => html! {
            <>
                { glyph(at.shift(-14.0, 0.0), 1.1, replica.role, lost, percent) }
                { shapes::text(at.shift(-4.0, 5.6), "", format!("{}%", percent())) }
            </>
        },
        (None, role) => glyph(at, 1.1, role, lost, percent),
    };
    Some(html! { <g key={name.to_string()} data-n={shapes::letter(name)}>{ drawn }</g> })
}

/// One copy's cells.
fn column(view: &ClusterView, shard: &ShardView, copy: &copies::Copy, columns: Columns) -> Option<Html> {
    let name = state::name(view, copy.node)?;
    let lost = state::is_down(view, copy.node);
    let x = columns.x(name.n);
    if let Some(replica) = state::replica(shard, copy.node).filter(|replica| replica.arriving.is_some() && !lost) {
        return Some(arrival(name, x, columns.cell, state::progress(shard, replica)));
    }
    let cell = |(i, cell): (usize, &Option<Cell>)| {
        let y = LOG_TOP + PITCH * i as f64;
        let (class, words, no) = match (*cell)? {
            Cell::Committed(no) if lost => ("cell lost", "m inked", Some(no)),
            Cell::Committed(no) => ("cell", "m on", Some(no)),
            Cell::Open(no) => ("cell open", "m inked", Some(no)),
            Cell::Stray(no) => ("cell stray", "m inked", Some(no)),
            Cell::Folded => (if lost { "cell lost" } else { "cell" }, "m", None),
            Cell::Missing => ("cell missing", "m", None),
        };
        Some(html! {
            <g key={i}>
                { plate(x, y, columns.cell, class) }
                { for no.map(|no| shapes::text(Point::new(x, y + 15.8), words, no.0.to_string())) }
                if no.is_none() && class != "cell missing" { { stack(x, y + 6.0, "fold in") } }
            </g>
        })
    };
    // What was cut off lies behind, struck out, where it was.
    let ghost = |i: u32| {
        let (x, y) = (x + 4.0, LOG_TOP + PITCH * f64::from(i) + 3.0);
        let half = columns.cell / 2.0;
        html! {
            <g key={format!("cut{i}")} class="cut-off">
                { plate(x, y, columns.cell, "cell open") }
                { shapes::line(Point::new(x - half, y + 20.0), Point::new(x + half, y), "strike") }
            </g>
        }
    };
    Some(html! {
        <g key={name.to_string()} data-n={shapes::letter(name)} data-cut={(!copy.cut.is_empty()).then(|| copy.cut.len().to_string())}>
            if copy.folded { { stack(x, LOG_TOP - 7.0, "fold") } }
            { for copy.cut.clone().filter(|&i| i < LINES).map(ghost) }
            { for copy.cells.iter().enumerate().filter_map(cell) }
        </g>
    })
}

/// A cell's ground; that of a stray entry is torn at its foot.
fn plate(x: f64, y: f64, width: f64, class: &'static str) -> Html {
    let left = x - width / 2.0;
    if class == "cell stray" {
        let step = num(width / 4.0);
        let d = format!("M{},{}h{}v20l-{step},-5l-{step},5l-{step},-5l-{step},5z", num(left), num(y), num(width));
        return html! { <path {d} {class} /> };
    }
    html! { <rect x={num(left)} y={num(y)} width={num(width)} height="20" rx="3" {class} /> }
}

/// Sheets on a pile, edge on: entries that a snapshot stands for.
fn stack(x: f64, y: f64, class: &'static str) -> Html {
    html! { <path d={format!("M{},{}h20m-20,4h20", num(x - 10.0), num(y))} {class} /> }
}

/// A snapshot that arrives: instead of a log, a vessel that fills.
fn arrival(name: Name, x: f64, width: f64, percent: u8) -> Html {
    let whole = PITCH * f64::from(LINES) - 5.0;
    let bar = |height: f64, class: &'static str| {
        html! {
            <rect x={num(x - width / 2.0)} y={num(LOG_TOP + whole - height)} width={num(width)} height={num(height)} rx="3" {class} />
        }
    };
    html! {
        <g key={name.to_string()} data-n={shapes::letter(name)}>
            { bar(whole, "cell open") }
            { bar(whole * f64::from(percent) / 100.0, "cell") }
        </g>
    }
}

/// The commit line across the copies, and its name.
fn commit(model: &StageModel, view: &ClusterView, shard: &ShardView, log: &Log, columns: Columns) -> Html {
    let words = StageWords::of(model.lang);
    let letters: Vec<u8> = log.copies.iter().filter_map(|copy| state::name(view, copy.node)).map(|name| name.n).collect();
    let (end, naming) = copies::naming(columns, &letters);
    let y = log.commit_y();
    let settling = shard.server.is_none().then_some(shard.view.primary).flatten();
    let settling = settling.filter(|&pid| state::crown(view, shard, pid).is_some());
    let settles = settling.and_then(|pid| state::name(view, pid)).map(|who| stage_words::settles(model.lang, who));
    let (name, at, class, below, dim) = match naming {
        Naming::After(x) => (words.committed.into(), Point::new(x, y + 5.5), "n", 21.0, "s"),
        Naming::Before(x) => (words.committed.into(), Point::new(x, y + 5.5), "e n", 21.0, "e s"),
        Naming::Below => {
            let at = Point::new(0.0, LOG_TOP + PITCH * f64::from(LINES) + 15.0);
            (stage_words::committed_up_to(model.lang, log.commit.0), at, "", 0.0, "s e")
        }
    };
    let second = match naming {
        Naming::Below => Point::new(f64::from(model.size.0), at.y),
        Naming::After(_) | Naming::Before(_) => at.shift(0.0, below),
    };
    html! {
        <g class="commit">
            { shapes::line(Point::new(34.0, y), Point::new(end, y), "commit-line") }
            { shapes::text(at, class, name) }
            <g>{ for settles.map(|words| shapes::text(second, dim, words)) }</g>
        </g>
    }
}
