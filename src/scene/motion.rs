//! Where a message is at an instant. A lane runs from seat to seat, bowed to its own right so that the two directions stay
//! apart; outside lanes cross the band through a gap between slices. A message's place on its lane is a function of
//! (sent at, arrives at, now) and of nothing else.

use litemap::LiteMap;

use crate::cluster::observe::view::Flight;
use crate::cluster::setup::name::Kind;
use crate::scene::geom::Point;
use crate::scene::layout::{Layout, ProcessPlace};
use crate::scene::tone::Tone;
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// How far a lane's control point lies to its right.
const BOW: f64 = 22.0;
/// How far a lane keeps to its own right inside a gate.
const SIDE: f64 = 2.5;
/// Room that a lane leaves around what it does not lead to.
const CLEAR: f64 = 6.0;
/// How often a lane is pushed and smoothed in turn; it ends with a push.
const ROUNDS: u32 = 14;
/// Samples of one curve.
const SAMPLES: u32 = 28;

/// The way from one seat to another, as a line of short pieces.
#[derive(Clone, PartialEq, Debug)]
pub struct Lane {
    points: Vec<Point>,
    /// Length of the lane up to each point.
    along: Vec<f64>,
}

impl Lane {
    /// The lane between two seats. `None` if either does not take part, or they are one.
    pub fn between(layout: &Layout, from: Pid, to: Pid) -> Option<Lane> {
        if from == to {
            return None;
        }
        let (a, b) = (layout.seat(from)?, layout.seat(to)?);
        let mut points = match (is_inside(a), is_inside(b)) {
            (true, true) | (false, false) => direct(a, b),
            (false, true) => inward(layout, a, b, 1.0),
            (true, false) => {
                let mut points = inward(layout, b, a, -1.0);
                points.reverse();
                points
            }
        };
        go_around(layout, a, b, &mut points);
        Some(Lane::through(points))
    }

    fn through(points: Vec<Point>) -> Lane {
        let mut length = 0.0;
        let mut along = Vec::with_capacity(points.len());
        for (i, point) in points.iter().enumerate() {
            if i > 0 {
                length += point.distance(points[i - 1]);
            }
            along.push(length);
        }
        Lane { points, along }
    }

    /// Its points, the first at the sender.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Its length.
    pub fn length(&self) -> f64 {
        self.along.last().copied().unwrap_or(0.0)
    }

    /// The point `part` of the way along, and the direction there in radians, zero to the right.
    pub fn at(&self, part: f64) -> (Point, f64) {
        let want = self.length() * part.clamp(0.0, 1.0);
        let end = self.along.partition_point(|&along| along < want).clamp(1, self.points.len() - 1);
        let (a, b) = (self.points[end - 1], self.points[end]);
        let piece = self.along[end] - self.along[end - 1];
        let here = if piece > 0.0 { (want - self.along[end - 1]) / piece } else { 0.0 };
        (a.toward(b, here), (b.y - a.y).atan2(b.x - a.x))
    }

    /// Calls `visit` with every point of the stretch between two parts of the way, its ends included, in order.
    pub fn stretch(&self, from: f64, to: f64, mut visit: impl FnMut(Point)) {
        let (start, end) = (self.length() * from, self.length() * to);
        visit(self.at(from).0);
        for (point, &along) in self.points.iter().zip(&self.along) {
            if along > start && along < end {
                visit(*point);
            }
        }
        visit(self.at(to).0);
    }
}

/// Lanes of one layout, each worked out when first needed.
#[derive(Clone, Debug)]
pub struct Lanes {
    layout: Layout,
    known: LiteMap<(Pid, Pid), Option<Lane>>,
}

impl Lanes {
    /// No lanes yet.
    pub fn new(layout: Layout) -> Lanes {
        Lanes { layout, known: LiteMap::new() }
    }

    /// Where everything stands.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The lane from one process to another.
    pub fn get(&mut self, from: Pid, to: Pid) -> Option<&Lane> {
        let Lanes { layout, known } = self;
        known.entry((from, to)).or_insert_with(|| Lane::between(layout, from, to)).as_ref()
    }
}

/// What there is to see of a message.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Sight {
    /// Under way, this part of its lane behind it.
    Flying(f64),
    /// It was lost: a cross half-way.
    Lost,
    /// Nothing: not sent yet, arrived, or lost a while ago.
    Nothing,
}

/// Part of the way at which a lost message dies.
pub const DEATH: f64 = 0.5;
/// Part of its time at which the cross it leaves is gone.
const CROSS_GONE: f64 = 0.9;
/// Part of a lane that a message's trail covers.
pub const TRAIL: f64 = 0.34;

/// What there is to see of a message at an instant.
pub fn sight(flight: &Flight, now: Time) -> Sight {
    if now < flight.sent_at || now > flight.arrives_at {
        return Sight::Nothing;
    }
    let whole = flight.arrives_at.since(flight.sent_at).0.max(1);
    let part = now.since(flight.sent_at).0 as f64 / whole as f64;
    match flight.lost {
        false => Sight::Flying(part),
        true if part < DEATH => Sight::Flying(part),
        true if part < CROSS_GONE => Sight::Lost,
        true => Sight::Nothing,
    }
}

/// Where a message rests when nothing may glide: its middle, from its sending to its arrival.
pub fn at_rest(flight: &Flight, now: Time) -> Sight {
    match sight(flight, now) {
        Sight::Flying(_) if flight.lost => Sight::Lost,
        Sight::Flying(_) => Sight::Flying(0.5),
        Sight::Lost => Sight::Lost,
        Sight::Nothing => Sight::Nothing,
    }
}

/// The tone of what a process sends.
pub fn tone(layout: &Layout, from: Pid) -> Tone {
    match layout.seat(from) {
        Some(ProcessPlace { name, .. }) if name.kind == Kind::Node => Tone::NodeInk(name.n),
        Some(_) | None => Tone::Ink,
    }
}

fn is_inside(seat: &ProcessPlace) -> bool {
    match seat.name.kind {
        Kind::Coordinator | Kind::Node => true,
        Kind::Balancer | Kind::Client => false,
    }
}

/// `offset` to the right of the way from `a` to `b`, from the middle between them.
fn beside(a: Point, b: Point, offset: f64) -> Point {
    let middle = a.toward(b, 0.5);
    let length = a.distance(b).max(1e-9);
    middle.shift(-(b.y - a.y) / length * offset, (b.x - a.x) / length * offset)
}

fn curve(out: &mut Vec<Point>, from: Point, by: Point, to: Point) {
    let first = u32::from(!out.is_empty());
    for i in first..=SAMPLES {
        let t = f64::from(i) / f64::from(SAMPLES);
        out.push(from.toward(by, t).toward(by.toward(to, t), t));
    }
}

/// A lane that crosses nothing.
fn direct(a: &ProcessPlace, b: &ProcessPlace) -> Vec<Point> {
    let by = beside(a.door, b.door, BOW.min(a.door.distance(b.door) / 5.0));
    let mut points = Vec::with_capacity(SAMPLES as usize + 1);
    curve(&mut points, a.door.step_toward(by, a.reach), by, b.door.step_toward(by, b.reach));
    points
}

/// A lane from outside the ring to its inside, through the gate of the seat outside. `side` is 1 for a message that goes
/// this way, -1 for one that comes back, which keeps to its own right.
fn inward(layout: &Layout, outside: &ProcessPlace, inside: &ProcessPlace, side: f64) -> Vec<Point> {
    let gate = outside.gate.unwrap_or_default();
    let (far, near) = (layout.polar(10.0, gate), layout.polar(0.0, gate));
    let (dx, dy) = ((near.x - far.x) / 10.0, (near.y - far.y) / 10.0);
    let beside = |r, offset| layout.polar(r, gate).shift(-dy * offset * side, dx * offset * side);
    let at = |r| beside(r, SIDE);
    let outer = at(layout.radius + 5.0);
    let inner = at(layout.band_in - 3.0);
    let by = beside(layout.radius + 24.0, 3.0 * SIDE);
    let aim = beside((layout.band_in - 40.0).max(0.0), 4.0 * SIDE);
    let mut points = Vec::with_capacity(2 * SAMPLES as usize + 2);
    curve(&mut points, outside.door.step_toward(by, outside.reach), by, outer);
    curve(&mut points, inner, aim, inside.door.step_toward(aim, inside.reach));
    points
}

/// Extra room around something on a lane's left: the lane back has it on its right, and so the two stay apart.
fn keep_right(points: &[Point], middle: Point) -> f64 {
    let (Some(a), Some(b)) = (points.first(), points.last()) else { return 0.0 };
    let on_the_left = (b.x - a.x) * (middle.y - a.y) - (b.y - a.y) * (middle.x - a.x) < 0.0;
    if on_the_left { 3.0 * SIDE } else { 0.0 }
}

/// Pushes a lane out of everything that it does not lead to.
fn go_around(layout: &Layout, a: &ProcessPlace, b: &ProcessPlace, points: &mut [Point]) {
    let both_outside = !is_inside(a) && !is_inside(b);
    let mut blocks: Vec<(Point, f64)> = Vec::with_capacity(12);
    if both_outside {
        blocks.push((layout.centre, layout.radius + CLEAR + keep_right(points, layout.centre)));
    }
    for seat in layout.seats() {
        let in_the_way = match seat.name.kind {
            Kind::Node => seat.name != a.name && seat.name != b.name,
            Kind::Coordinator => a.name.kind != Kind::Coordinator && b.name.kind != Kind::Coordinator,
            Kind::Balancer | Kind::Client => false,
        };
        if in_the_way {
            blocks.push((seat.at, seat.reach + CLEAR + keep_right(points, seat.at)));
        }
    }
    let last = points.len() - 1;
    for round in 0..=ROUNDS {
        for point in &mut points[1..last] {
            for &(middle, r) in &blocks {
                if point.distance(middle) < r {
                    *point = middle.step_toward(*point, r);
                }
            }
        }
        if round == ROUNDS {
            break;
        }
        // Smooth only what lies inside the ring, or the whole of a lane outside: a gate must stay straight.
        for i in 1..last {
            if both_outside || points[i].distance(layout.centre) < layout.band_in - 12.0 {
                points[i] = points[i - 1].toward(points[i + 1], 0.5).toward(points[i], 0.5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;
    use crate::scene::layout::Plan;

    const SIZES: [(u32, u32, bool); 3] = [(560, 478, false), (328, 448, true), (1100, 760, false)];

    fn layout(size: (u32, u32, bool)) -> Layout {
        Layout::new(Plan::new((size.0, size.1), size.2, &fixture::view()))
    }

    /// Every size, with six nodes and with a seventh that is not the next letter.
    fn layouts() -> Vec<((u32, u32, bool), Layout)> {
        let seven = |size: (u32, u32, bool)| Layout::new(Plan::new((size.0, size.1), size.2, &fixture::moving()));
        SIZES.iter().flat_map(|&size| [(size, layout(size)), (size, seven(size))]).collect()
    }

    fn pairs(layout: &Layout) -> Vec<(Pid, Pid)> {
        let all: Vec<Pid> = layout.plan.roster.pids().filter(|&pid| layout.seat(pid).is_some()).collect();
        all.iter().flat_map(|&a| all.iter().filter(move |&&b| a != b).map(move |&b| (a, b))).collect()
    }

    #[test]
    fn a_message_moves_forward_along_its_lane_and_ends_at_its_goal() {
        let layout = layout(SIZES[0]);
        for flight in fixture::flights().into_iter().filter(|flight| !flight.lost) {
            let lane = Lane::between(&layout, flight.from, flight.to).unwrap();
            let mut before = -1.0;
            for t in flight.sent_at.0..=flight.arrives_at.0 {
                let Sight::Flying(part) = sight(&flight, Time(t)) else { panic!("it vanished at {t}") };
                assert!(part > before, "it stood still or went back at {t}");
                before = part;
            }
            assert!((before - 1.0).abs() < 1e-9);
            let goal = layout.seat(flight.to).unwrap();
            assert!(lane.at(1.0).0.distance(goal.door) <= goal.reach + 1e-6);
            assert_eq!(sight(&flight, Time(flight.arrives_at.0 + 1)), Sight::Nothing);
        }
    }

    #[test]
    fn a_lost_message_dies_half_way_and_leaves_a_cross_that_goes() {
        let flight = fixture::flights().into_iter().find(|flight| flight.lost).unwrap();
        let at = |part: u64| sight(&flight, Time(flight.sent_at.0 + part * 100));
        assert_eq!(at(49), Sight::Flying(0.49));
        assert_eq!(at(50), Sight::Lost);
        assert_eq!(at(95), Sight::Nothing);
        assert_eq!(at_rest(&flight, flight.sent_at), Sight::Lost);
    }

    #[test]
    fn the_two_directions_stay_apart() {
        for (size, layout) in layouts() {
            for (a, b) in pairs(&layout) {
                let (there, back) = (Lane::between(&layout, a, b).unwrap(), Lane::between(&layout, b, a).unwrap());
                let parts = (2..=18).map(|i| f64::from(i) / 20.0);
                let apart: f64 = parts.map(|at| there.at(at).0.distance(back.at(1.0 - at).0)).sum::<f64>() / 17.0;
                assert!(apart > 3.0, "{size:?} {a:?} {b:?}: {apart}");
            }
        }
    }

    #[test]
    fn no_lane_runs_through_somebody_else() {
        for (size, layout) in layouts() {
            for (a, b) in pairs(&layout) {
                let lane = Lane::between(&layout, a, b).unwrap();
                for seat in layout.seats().filter(|seat| seat.name.kind == Kind::Node) {
                    if [a, b].iter().any(|&pid| layout.seat(pid).unwrap().name == seat.name) {
                        continue;
                    }
                    for point in lane.points() {
                        let away = point.distance(seat.at);
                        assert!(away > layout.node_r, "{size:?} {a:?}->{b:?} through {}: {away}", seat.name);
                    }
                }
            }
        }
    }

    #[test]
    fn outside_lanes_cross_the_slices_in_a_gap_only() {
        for (size, layout) in layouts() {
            for (a, b) in pairs(&layout) {
                let lane = Lane::between(&layout, a, b).unwrap();
                for part in 0..=400 {
                    let point = lane.at(f64::from(part) / 400.0).0;
                    let r = point.distance(layout.centre);
                    if r > layout.band_in && r < layout.band_out {
                        let angle = crate::scene::geom::bearing(layout.centre, point);
                        let steps = angle / layout.slice_step();
                        let off = (steps - steps.round()).abs() * layout.slice_step();
                        let sideways = off.to_radians() * r;
                        assert!(sideways < 4.5, "{size:?} {a:?}->{b:?} crosses a slice, {sideways} from the gap");
                    }
                }
            }
        }
    }

    #[test]
    fn lanes_lie_within_the_section() {
        for (size, layout) in layouts() {
            for (a, b) in pairs(&layout) {
                for point in Lane::between(&layout, a, b).unwrap().points() {
                    let (w, h) = (f64::from(size.0), f64::from(size.1));
                    let inside = (-2.0..=w + 2.0).contains(&point.x) && (-2.0..=h + 2.0).contains(&point.y);
                    assert!(inside, "{size:?} {a:?}->{b:?}: {point:?}");
                }
            }
        }
    }
}
