//! The ring's section: the hash circle, those who sit in it, and those who come to it.

use std::rc::Rc;

use ringside::cluster::observe::view::{ClusterView, Role};
use ringside::cluster::setup::name::{Kind, Name};
use ringside::scene::control::{self, Post};
use ringside::scene::copies::STORY_Y;
use ringside::scene::geom::{Point, pair, trace};
use ringside::scene::layout::Layout;
use ringside::scene::motion::Lane;
use ringside::scene::ring;
use ringside::scene::state::{self, Look};
use ringside::sim::id::Pid;
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::StageModel;
use super::band::{self, Slice, Tie, Tokens};
use super::cuts;
use super::process_glyph::{Face, Map, ProcessGlyph, queue_length};
use super::shapes;

/// What a section of the stage is drawn from.
#[derive(Clone, PartialEq, Properties)]
pub struct SectionProps {
    /// What it shows.
    pub model: Rc<StageModel>,
    /// A process was chosen, by click or by key.
    pub on_select: Callback<Name>,
    /// The pointer or the focus came to a process, or left it.
    pub on_hover: Callback<Option<Name>>,
}

/// The ring. What moves every frame is painted by `paint` on a canvas that lies over it.
#[component]
pub fn Ring(props: &SectionProps) -> Html {
    let SectionProps { model, on_select, on_hover } = props;
    let map = Map(Rc::new(Layout::new(model.plan())));
    let (view, story) = (&*model.view, model.story);
    let down = downs(view);
    let slice = |shard: &ringside::cluster::observe::view::ShardView| {
        let owner = state::owner(shard).and_then(|pid| state::name(view, pid));
        html! { <Slice key={shard.id.0} map={map.clone()} id={shard.id} {owner} served={shard.server.is_some()} story={shard.id == story} /> }
    };
    // Tab comes to the ring once: to the selected process, or to the first. Arrows go on from there.
    let stop = model.selected.filter(|&name| view.present().any(|it| it.name == name)).or(Some(Name { kind: Kind::Coordinator, n: 0 }));
    let seat = |face: Face, pid: Pid, key: String| {
        let stop = stop == Some(face.name);
        html! { <ProcessGlyph key={key} map={map.clone()} seat={pid.0} {face} {stop} {story} lang={model.lang} on_select={on_select.clone()} on_hover={on_hover.clone()} /> }
    };
    let seats = |kind: Kind| -> Html {
        state::of_kind(view, kind).map(|process| seat(face(model, process.pid), process.pid, process.name.to_string())).collect()
    };
    let ties = state::shard(view, story).map(|shard| ties(view, shard)).unwrap_or_default();
    let (others, in_story): (Vec<_>, Vec<_>) = view.shards.iter().partition(|shard| shard.id != story);
    html! {
        <svg class="stage-svg ring" viewBox={format!("0 0 {} {}", model.size.0, model.size.1)} role="group"
            aria-label={StageWords::of(model.lang).ring} data-lit={lit(model)}>
            { hatches() }
            <Tokens map={map.clone()} ring={view.ring.clone()} keys={view.keys.clone()} {down} />
            <g class="slices">{ for others.into_iter().map(slice) }</g>
            <g>{ hairline(model, &map.0) }</g>
            { band::gates(&map.0) }
            <g key={u64::from(map.0.plan.nodes)} class="links" aria-hidden="true">{ band::links(&map.0, story, ties) }</g>
            <g class="slices">{ for in_story.into_iter().map(slice) }</g>
            { cuts::cuts(&map.0, &cut(view)) }
            <g class="doubts">{ doubts(model, &map.0) }</g>
            <g class="words" aria-hidden="true">{ words(model, &map.0) }</g>
            <g>{ seats(Kind::Coordinator) }</g>
            <g class="votes" aria-hidden="true">{ votes(model, &map.0) }</g>
            <g>{ seats(Kind::Node) }</g>
            <g class="queues" aria-hidden="true">{ queues(view, &map.0) }</g>
            <g>{ seats(Kind::Balancer) }</g>
            <g>{ seats(Kind::Client) }</g>
            { band::moves(&map.0, &state::moves(view)) }
        </svg>
    }
}

/// How many requests are at each node that runs.
fn queues(view: &ClusterView, map: &Layout) -> Html {
    let queued = state::of_kind(view, Kind::Node).filter_map(|it| Some((it, it.queued?.0)));
    queued.map(|(it, queued)| queue_length(map, it.pid, it.name, queued)).collect()
}

/// From the slice in the story to its row in the table, which lies right of this section and begins at the same height.
fn hairline(model: &StageModel, map: &Layout) -> Html {
    if model.thin {
        return html! { <g /> };
    }
    let goal = Point::new(f64::from(model.size.0) + 22.0, STORY_Y);
    html! { <path d={ring::hairline(map, model.story, goal)} class="hairline" /> }
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

fn downs(view: &ClusterView) -> u64 {
    let bit = |pid: Pid| 1u64.checked_shl(u32::from(pid.0)).unwrap_or_default();
    state::of_kind(view, Kind::Node).filter(|p| state::is_down(view, p.pid)).fold(0, |bits, p| bits | bit(p.pid))
}

/// Whether most of the others cannot be reached from a process.
fn isolated(view: &ClusterView, pid: Pid) -> bool {
    state::process(view, pid).is_some_and(|p| p.cut_to.len() * 2 >= view.present().count().max(2))
}

/// What is to be seen of a process.
fn face(model: &StageModel, pid: Pid) -> Face {
    let view = &*model.view;
    let process = &view.processes[pid.index()];
    let shard = state::shard(view, model.story);
    let copy = shard.and_then(|shard| state::replica(shard, pid).map(|replica| (shard, replica)));
    let role = copy.and_then(|(_, replica)| replica.role);
    let chosen = match Some(process.name) {
        name if name == model.selected => 1,
        name if name == model.second => 2,
        _ => 0,
    };
    Face {
        name: process.name,
        look: Look::of(process),
        standing: process.standing,
        by: control::doubter(view, model.selected, pid).and_then(|by| state::name(view, by)),
        role,
        crown: shard.and_then(|shard| state::crown(view, shard, pid)),
        progress: copy.filter(|_| role == Some(Role::Learner)).map(|(shard, replica)| state::progress(shard, replica)),
        slow: process.slow,
        queued: process.queued.map_or(0, |(queued, _)| queued),
        isolated: isolated(view, pid),
        part: state::part(view, pid),
        post: control::coordinator(view, pid).map(|it| {
            let vote = it.voted.and_then(|vote| state::name(view, vote));
            (Post::of(view, it), it.term, vote)
        }),
        chosen,
    }
}

/// The copies of the shard in the story that the control plane knows of.
fn ties(view: &ClusterView, shard: &ringside::cluster::observe::view::ShardView) -> Vec<(Name, Tie)> {
    let tie = |replica: &ringside::cluster::observe::view::ReplicaView| {
        let name = state::name(view, replica.node)?;
        let tie = match replica.role {
            _ if state::is_down(view, replica.node) => Tie::Loose,
            Some(Role::Primary) => Tie::Primary,
            Some(Role::Backup) => Tie::Backup,
            Some(Role::Learner) | None => Tie::Loose,
        };
        Some((name, tie))
    };
    shard.replicas.iter().filter_map(tie).collect()
}

/// Cut links, but not those of somebody who is cut from most: that one wears a ring of its own.
fn cut(view: &ClusterView) -> Vec<(Pid, Pid)> {
    let of = |process: &ringside::cluster::observe::view::ProcessView| {
        let from = process.pid;
        let to: Vec<_> = process.cut_to.iter().copied().filter(|&to| !isolated(view, to)).collect();
        to.into_iter().map(move |to| (from, to))
    };
    view.present().filter(|process| !isolated(view, process.pid)).flat_map(of).collect()
}

/// Dotted lines from those who suspect to those they suspect.
fn doubts(model: &StageModel, map: &Layout) -> Html {
    let view = &*model.view;
    let doubt = |process: &ringside::cluster::observe::view::ProcessView| {
        let by = control::doubter(view, model.selected, process.pid)?;
        let (from, to) = (map.seat(by)?, map.seat(process.pid)?);
        let d = if process.name.kind == Kind::Node {
            format!("M{}L{}", pair(from.at.step_toward(to.at, from.reach)), pair(to.at.step_toward(from.at, to.reach + 11.0)))
        } else {
            let lane = Lane::between(map, by, process.pid)?;
            trace(lane.points())
        };
        Some(html! { <path key={process.name.to_string()} {d} class="doubt-line" /> })
    };
    view.present().filter_map(doubt).collect()
}

/// In each coordinator the latest term it knows, where there is room, and from it a tip to the one it gave its vote of that
/// term; a vote for oneself is not drawn.
fn votes(model: &StageModel, map: &Layout) -> Html {
    let view = &*model.view;
    let vote = |it: &ringside::cluster::observe::view::CoordinatorView| {
        let (from, to) = (map.seat(it.pid)?.at, it.voted.and_then(|to| map.seat(to))?.at);
        let reach = map.hex_r * 0.87;
        let d = format!("M{}L{}", pair(from.step_toward(to, reach)), pair(to.step_toward(from, reach)));
        (from != to).then(|| html! { <path {d} class="vote" marker-end="url(#tip)" /> })
    };
    let term = |it: &ringside::cluster::observe::view::CoordinatorView| {
        let class = if Post::of(view, it) == Post::Leader { "m onink" } else { "m" };
        Some(shapes::text(map.seat(it.pid)?.at.shift(0.0, 14.0), class, it.term.to_string()))
    };
    let roomy = !model.thin && view.coordinators.len() > 1;
    let one = |it| html! { <g>{ for vote(it) }{ for term(it).filter(|_| roomy) }</g> };
    view.coordinators.iter().map(one).collect()
}

/// Names of kinds stand once. Over several coordinators stands who leads them.
fn words(model: &StageModel, map: &Layout) -> Html {
    let (words, thin) = (StageWords::of(model.lang), model.thin);
    let roster = map.plan.roster;
    let (mut coordinators, mut at) = (AttrValue::from(words.coordinator), map.centre.shift(0.0, map.hex_r + 16.0));
    if roster.coordinators > 1 {
        // Between seven nodes there is no room for the term; it stands in the coordinators.
        let term = thin || map.plan.nodes.count_ones() < 7;
        coordinators = stage_words::leads(model.lang, &model.view, term).into();
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
