//! The ring's section: the hash circle, those who sit in it, and those who come to it.

use std::rc::Rc;

use ringside::cluster::setup::name::{Kind, Name};
use ringside::proto::replica::view::ShardId;
use ringside::scene::copies::STORY_Y;
use ringside::scene::geom::{Point, pair, trace};
use ringside::scene::layout::Layout;
use ringside::scene::motion::Lane;
use ringside::scene::ring;
use ringside::sim::id::Pid;
use ringside::text::stage_words::StageWords;
use yew::prelude::*;

use super::StageModel;
use super::band::{self, Slice, Tokens};
use super::cuts;
use super::process_glyph::{Face, Map, ProcessGlyph, queue_length};
use super::ring_figure::RingFigure;
use super::shapes;

/// What a section of the stage is drawn from.
pub struct SectionProps {
    /// What it shows.
    pub model: Rc<StageModel>,
    /// A process was chosen, by click or by key.
    pub on_select: Callback<Name>,
    /// The pointer or the focus came to a process, or left it.
    pub on_hover: Callback<Option<Name>>,
}

/// What the ring is drawn from.
#[derive(Clone, PartialEq, Properties)]
pub struct RingProps {
    /// What it shows.
    pub shown: RingFigure,
    /// A process was chosen, by click or by key.
    pub on_select: Callback<Name>,
    /// The pointer or the focus came to a process, or left it.
    pub on_hover: Callback<Option<Name>>,
}

/// The ring. What moves every frame is painted by `paint` on a canvas that lies over it.
#[component]
pub fn Ring(props: &RingProps) -> Html {
    let RingProps { shown, on_select, on_hover } = props;
    let map = Map(Rc::new(Layout::new(shown.plan)));
    let slice = |&(id, owner, served): &(ShardId, Option<Name>, bool)| {
        html! { <Slice key={id.0} map={map.clone()} {id} {owner} {served} story={id == shown.story} /> }
    };
    let seat = |(pid, face): (Pid, &Face)| {
        let (key, stop) = (face.name.to_string(), face.name == shown.stop);
        html! { <ProcessGlyph {key} map={map.clone()} seat={pid.0} face={face.clone()} {stop} story={shown.story} lang={shown.lang} on_select={on_select.clone()} on_hover={on_hover.clone()} /> }
    };
    let seats = |kind: Kind| -> Html { shown.of_kind(kind).map(seat).collect() };
    let slices = |in_story: bool| -> Html { shown.shards.iter().filter(|shard| (shard.0 == shown.story) == in_story).map(slice).collect() };
    html! {
        <svg class="stage-svg ring" viewBox={format!("0 0 {} {}", shown.plan.width, shown.plan.height)} role="group"
            aria-label={StageWords::of(shown.lang).ring} data-lit={shown.lit.clone()}>
            { hatches() }
            <Tokens map={map.clone()} ring={shown.tokens.clone()} keys={shown.keys.clone()} down={shown.down} />
            <g class="slices">{ slices(false) }</g>
            <g>{ hairline(&map.0, shown.story) }</g>
            { band::gates(&map.0) }
            <g key={u64::from(map.0.plan.nodes)} class="links" aria-hidden="true">{ band::links(&map.0, shown.story, shown.ties.clone()) }</g>
            <g class="slices">{ slices(true) }</g>
            { cuts::cuts(&map.0, &shown.cuts) }
            <g class="doubts">{ doubts(shown, &map.0) }</g>
            <g class="words" aria-hidden="true">{ words(shown, &map.0) }</g>
            <g>{ seats(Kind::Coordinator) }</g>
            <g class="votes" aria-hidden="true">{ votes(shown, &map.0) }</g>
            <g>{ seats(Kind::Node) }</g>
            <g class="queues" aria-hidden="true">{ for shown.of_kind(Kind::Node).map(|(pid, face)| queue_length(&map.0, pid, face.name, face.queued)) }</g>
            <g>{ seats(Kind::Balancer) }</g>
            <g>{ seats(Kind::Client) }</g>
            { band::moves(&map.0, &shown.moves) }
        </svg>
    }
}

/// From the slice in the story to its row in the table, which lies right of this section and begins at the same height.
fn hairline(map: &Layout, story: ShardId) -> Html {
    if map.plan.thin {
        return html! { <g /> };
    }
    let goal = Point::new(f64::from(map.plan.width) + 22.0, STORY_Y);
    html! { <path d={ring::hairline(map, story, goal)} class="hairline" /> }
}

/// The letter of the node that is lit, if one is: the stylesheet dims the others.
pub fn lit(model: &StageModel) -> Option<AttrValue> {
    model.hovered.and_then(shapes::letter)
}

/// The two hatches: not served, and frozen.
fn hatches() -> Html {
    html! {
        <defs>
            <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <path d="M3,0V6" class="hatch-line" />
            </pattern>
            <pattern id="stall" width="6" height="8" patternUnits="userSpaceOnUse">
                <path d="M1.5,0V8" class="stall-line" />
            </pattern>
            <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" markerHeight="5" orient="auto">
                <path d="M0,0L8,4L0,8Z" class="tip" />
            </marker>
        </defs>
    }
}

/// Dotted lines from those who suspect to those they suspect.
fn doubts(shown: &RingFigure, map: &Layout) -> Html {
    let doubt = |&(by, pid, name): &(Pid, Pid, Name)| {
        let (from, to) = (map.seat(by)?, map.seat(pid)?);
        let d = if name.kind == Kind::Node {
            format!("M{}L{}", pair(from.at.step_toward(to.at, from.reach)), pair(to.at.step_toward(from.at, to.reach + 11.0)))
        } else {
            let lane = Lane::between(map, by, pid)?;
            trace(lane.points())
        };
        Some(html! { <path key={name.to_string()} {d} class="doubt-line" /> })
    };
    shown.doubts.iter().filter_map(doubt).collect()
}

/// In each coordinator the latest term it knows, where there is room, and from it a tip to the one it gave its vote of that
/// term; a vote for oneself is not drawn.
fn votes(shown: &RingFigure, map: &Layout) -> Html {
    let vote = |pid: Pid, voted: Option<Pid>| {
        let (from, to) = (map.seat(pid)?.at, voted.and_then(|to| map.seat(to))?.at);
        let reach = map.hex_r * 0.87;
        let d = format!("M{}L{}", pair(from.step_toward(to, reach)), pair(to.step_toward(from, reach)));
        (from != to).then(|| html! { <path {d} class="vote" marker-end="url(#tip)" /> })
    };
    let term = |pid: Pid, term: u32, leads: bool| {
        let class = if leads { "m onink" } else { "m" };
        Some(shapes::text(map.seat(pid)?.at.shift(0.0, 14.0), class, term.to_string()))
    };
    let roomy = !map.plan.thin && shown.votes.len() > 1;
    let one =
        |&(pid, voted, latest, leads): &_| html! { <g>{ for vote(pid, voted) }{ for term(pid, latest, leads).filter(|_| roomy) }</g> };
    shown.votes.iter().map(one).collect()
}

/// Names of kinds stand once. Over several coordinators stands who leads them.
fn words(shown: &RingFigure, map: &Layout) -> Html {
    let (words, thin) = (StageWords::of(shown.lang), map.plan.thin);
    let roster = map.plan.roster;
    let (mut coordinators, mut at) = (AttrValue::from(words.coordinator), map.centre.shift(0.0, map.hex_r + 16.0));
    if roster.coordinators > 1 {
        coordinators = shown.leads.clone().into();
        at = map.leader_at();
    } else if thin {
        return html! { <g /> };
    }
    let first = map.seats().find(|seat| seat.name.kind == Kind::Balancer).filter(|_| !thin);
    let balancers = if roster.balancers > 1 { words.balancers } else { words.balancer };
    html! {
        <>
            if !thin { { shapes::text(Point::new(0.0, 16.0), "s", words.clients) } }
            if let Some(seat) = first { { shapes::text(seat.at.shift(0.0, -22.0), "m s", balancers) } }
            { shapes::text(at, "m s n", coordinators) }
        </>
    }
}
