//! The ring's parts that hold nobody: token arcs and keys, slices, links to the copies.

use std::rc::Rc;

use ringside::cluster::setup::name::Name;
use ringside::proto::replica::view::ShardId;
use ringside::scene::geom::{Point, num, pair, sin_cos, trace, translate};
use ringside::scene::layout::Layout;
use ringside::scene::motion::Lane;
use ringside::scene::ring;
use ringside::scene::state::Move;
use ringside::sim::id::Pid;
use ringside::sim::sorted::sorted_by_key;
use yew::prelude::*;

use super::process_glyph::Map;
use super::shapes;

/// What the token arcs and keys are drawn from.
#[derive(Clone, PartialEq, Properties)]
pub struct TokensProps {
    /// Where everything stands.
    pub map: Map,
    /// Tokens with their owners.
    pub ring: Rc<[(u64, Pid)]>,
    /// Keys.
    pub keys: Rc<[u64]>,
    /// The pids of nodes that are down, as bits.
    pub down: u64,
}

/// Who owns which stretch of the circle, and where the keys lie on it. Never changes but when a node falls or rises.
#[component]
pub fn Tokens(props: &TokensProps) -> Html {
    let map = &props.map.0;
    let arc = |(i, (owner, d)): (usize, (Pid, String))| {
        let name = map.plan.roster.name(owner);
        let down = props.down >> owner.0.min(63) & 1 == 1;
        html! { <path key={i} data-n={shapes::letter(name)} {d} class={if down { "token down" } else { "token" }} /> }
    };
    html! {
        <g class="tokens" aria-hidden="true">
            <g>{ for ring::token_arcs(map, &props.ring).into_iter().enumerate().map(arc) }</g>
            <path d={ring::key_beads(map, &props.keys)} class="keys" />
        </g>
    }
}

/// What a slice is drawn from.
#[derive(Clone, PartialEq, Properties)]
pub struct SliceProps {
    /// Where everything stands.
    pub map: Map,
    /// Which shard.
    pub id: ShardId,
    /// Who owns it, or did last.
    pub owner: Option<Name>,
    /// Whether it is served.
    pub served: bool,
    /// Whether it is the one in the story.
    pub story: bool,
}

/// One shard on the ring, in the colour of the node that serves it; hatched when nobody does.
#[component]
pub fn Slice(props: &SliceProps) -> Html {
    let slice = ring::slice(&props.map.0, props.id, props.story);
    let label = slice.label.shift(0.0, 5.8);
    let (class, words) = if props.story { ("slice story", "m b on") } else { ("slice", "m b on") };
    html! {
        <g data-n={props.owner.and_then(shapes::letter)} data-slice={props.id.0.to_string()} data-served={props.served.to_string()}
            transform={translate(slice.shift)}>
            if props.served {
                <path d={slice.path} {class} />
                { shapes::text(label, words, props.id.0.to_string()) }
            } else {
                <path d={slice.path.clone()} class="slice unserved" />
                <path d={slice.path} class="hatch" fill="url(#hatch)" />
                <path d={slice.inner} class="slice-edge" />
                { shapes::text(label, "m b n", props.id.0.to_string()) }
            }
        </g>
    }
}

/// How strong a link is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tie {
    /// To the primary.
    Primary,
    /// To a copy in sync.
    Backup,
    /// To one that catches up, or is down.
    Loose,
}

/// From the slice in the story to its copies, along the band.
pub fn links(map: &Layout, story: ShardId, ties: Vec<(Name, Tie)>) -> Html {
    // The primary first: it gets the inner track; it is drawn last, above the others.
    let ties = sorted_by_key(ties, |&(name, tie)| (tie != Tie::Primary, name));
    let link = |(track, (name, tie)): (usize, &(Name, Tie))| {
        let d = ring::link(map, story, name.n, track as u8, if *tie == Tie::Loose { 11.0 } else { 1.0 });
        let class = match tie {
            Tie::Primary => "link primary",
            Tie::Backup => "link",
            Tie::Loose => "link loose",
        };
        html! { <path key={name.to_string()} data-n={shapes::letter(*name)} {d} {class} /> }
    };
    ties.iter().enumerate().rev().map(link).collect()
}

/// Half of a parcel's width, and of its height.
const PARCEL: (f64, f64) = (14.0, 12.0);

/// Copies on their way: from the primary that sends to the node that receives, and on that way, as far along as the copy is,
/// a parcel with the shard's number. What goes the same way goes together.
pub fn moves(map: &Layout, moves: &[Move]) -> Html {
    let one = |(i, it): (usize, &Move)| {
        let lane = Lane::between(map, it.from, it.to)?;
        let (from, to) = (map.plan.roster.name(it.from), map.plan.roster.name(it.to));
        let together = |other: &&Move| (other.from, other.to) == (it.from, it.to);
        let (before, all) = (moves[..i].iter().filter(together).count() as f64, moves.iter().filter(together).count() as f64);
        let sum: u32 = moves.iter().filter(together).map(|other| u32::from(other.percent)).sum();
        let (w, h) = PARCEL;
        // Clear of the discs at both ends, and beside the lane, so that the pieces that fly there do not cover it.
        let free = (w / lane.length().max(1.0)).min(0.5);
        let (at, angle) = lane.at(free + f64::from(sum) / (100.0 * all) * (1.0 - 2.0 * free));
        let (sin, cos) = sin_cos(angle);
        let beside = (sin.abs() * w * all + cos.abs() * h + 7.0) * wide_side(map, &lane);
        let at = at.shift((2.0 * before + 1.0 - all) * w - sin * beside, cos * beside);
        let mut way = Vec::new();
        lane.stretch(0.0, 1.0, |point| way.push(point));
        Some(html! {
            <g key={it.shard.0} class="move" data-n={shapes::letter(from)} data-move={format!("{} {from} {to}", it.shard.0)}
                data-percent={it.percent.to_string()}>
                <path d={trace(&way)} class="move-line" />
                <g transform={translate(at)} class="parcel">
                    <rect x={num(-w)} y={num(-h)} width={num(2.0 * w)} height={num(2.0 * h)} rx="3" />
                    <rect x={num(-w)} y={num(h - 5.0)} width={num(w * f64::from(it.percent) / 50.0)} height="5" class="part" />
                    { shapes::text(Point::new(0.0, 3.5), "m b", it.shard.0.to_string()) }
                </g>
            </g>
        })
    };
    html! { <g aria-hidden="true">{ for moves.iter().enumerate().filter_map(one) }</g> }
}

/// On which side of a lane there is more room for a parcel: 1 on its right, -1 on its left.
fn wide_side(map: &Layout, lane: &Lane) -> f64 {
    let room = |side: f64| {
        let beside = |part: f64| {
            let (at, angle) = lane.at(part);
            let (sin, cos) = sin_cos(angle);
            at.shift(-sin * 19.0 * side, cos * 19.0 * side)
        };
        let clear = |at: Point| map.seats().map(|seat| seat.at.distance(at) - seat.reach).fold(f64::INFINITY, f64::min);
        [0.3, 0.5, 0.7].map(|part| clear(beside(part))).into_iter().fold(f64::INFINITY, f64::min)
    };
    if room(1.0) >= room(-1.0) { 1.0 } else { -1.0 }
}

/// The stretches of the band that stay free for messages from and to the balancers.
pub fn gates(map: &Layout) -> Html {
    let gate = |(i, angle): (usize, f64)| {
        let (outer, inner) = ring::gate(map, angle);
        html! { <path key={i} d={format!("M{}L{}", pair(outer), pair(inner))} class="gate" /> }
    };
    html! { <g aria-hidden="true">{ for map.gates().into_iter().enumerate().map(gate) }</g> }
}
