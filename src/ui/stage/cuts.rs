//! Links that are cut: a dashed lane with a gap in it.

use ringside::scene::geom::{Point, num, sin_cos, trace};
use ringside::scene::layout::Layout;
use ringside::scene::motion::Lane;
use ringside::sim::id::Pid;
use yew::prelude::*;

/// Every cut link, each direction on the lane that its messages would take.
pub fn cuts(map: &Layout, cuts: &[(Pid, Pid)]) -> Html {
    let cut = |&(from, to): &(Pid, Pid)| {
        let lane = Lane::between(map, from, to)?;
        let way = trace(lane.points());
        let (middle, angle) = lane.at(0.5);
        let ticks = ticks(middle, angle);
        Some(html! {
            <g key={format!("{}-{}", from.0, to.0)} class="cut" data-cut={format!("{} {}", map.plan.roster.name(from), map.plan.roster.name(to))}>
                <path d={way} class="cut-line" />
                <path d={ticks.clone()} class="behind" />
                <path d={ticks} class="ticks" />
            </g>
        })
    };
    html! { <g class="cuts">{ for cuts.iter().filter_map(cut) }</g> }
}

/// Two short strokes across a lane, with a gap between them.
fn ticks(at: Point, angle: f64) -> String {
    let (sin, cos) = sin_cos(angle);
    let stroke = |along: f64| {
        let corner = |across: f64| {
            let (dx, dy) = (along + across * 0.35, across);
            format!("{},{}", num(at.x + dx * cos - dy * sin), num(at.y + dx * sin + dy * cos))
        };
        format!("M{}L{}", corner(-7.0), corner(7.0))
    };
    format!("{}{}", stroke(-3.0), stroke(3.0))
}
