//! Where everything on the ring's section stands. A function of the section's size and of who takes part, and of nothing
//! else: seats move when a node joins, and never otherwise, whatever happens to those who sit there.

use crate::cluster::observe::view::ClusterView;
use crate::cluster::setup::name::{Kind, Name, Roster};
use crate::scene::geom::{Point, around, bearing, polar_at};
use crate::scene::state;
use crate::sim::id::Pid;
use crate::sim::sorted::sorted;

/// What a layout is a function of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Plan {
    /// Width of the section, in sixteenths of the root's font size (CSS pixels at 16 px).
    pub width: u32,
    /// Its height, in the same unit.
    pub height: u32,
    /// Whether people stand in a row above the ring instead of a column at its left.
    pub thin: bool,
    /// How many of each kind take part.
    pub roster: Roster,
    /// Which nodes do: bit 0 is A. They need not be the first ones.
    pub nodes: u8,
    /// Equal slices of the circle.
    pub shards: u16,
}

impl Plan {
    /// The plan for a cluster's picture.
    pub fn new(size: (u32, u32), thin: bool, view: &ClusterView) -> Plan {
        let mut roster = Roster { coordinators: 0, nodes: 0, balancers: 0, clients: 0 };
        for process in view.present() {
            match process.name.kind {
                Kind::Coordinator => roster.coordinators += 1,
                Kind::Node => roster.nodes += 1,
                Kind::Balancer => roster.balancers += 1,
                Kind::Client => roster.clients += 1,
            }
        }
        Plan { width: size.0, height: size.1, thin, roster, nodes: state::nodes(view), shards: view.shards.len() as u16 }
    }

    /// Whether the clients stand in two columns, or in two rows.
    fn in_two(&self) -> bool {
        self.roster.clients > if self.thin { LINE } else { COLUMN }
    }
}

/// Where one process sits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProcessPlace {
    /// Who.
    pub name: Name,
    /// Its middle.
    pub at: Point,
    /// Where its lanes begin and end: around this point...
    pub door: Point,
    /// ...at this distance.
    pub reach: f64,
    /// For those outside the ring: where their lanes cross the band, between two slices.
    pub gate: Option<f64>,
}

/// The most clients that stand in one column; more stand in two, and the ring makes room.
const COLUMN: u8 = 12;
/// The most that stand in one row, on a phone; more stand in two.
const LINE: u8 = 8;
/// Height of such a row.
const ROW: f64 = 48.0;

/// Every fixed place of the ring's section. Radii are from outside in.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// What it was made from.
    pub plan: Plan,
    /// The ring's middle.
    pub centre: Point,
    /// The ring's outer edge, and that of the token arcs.
    pub radius: f64,
    /// Inner edge of the token arcs.
    pub token_in: f64,
    /// The circle on which the keys' beads sit.
    pub keys: f64,
    /// Outer edge of the slices.
    pub band_out: f64,
    /// Inner edge of the slices.
    pub band_in: f64,
    /// The circle along which links run.
    pub link: f64,
    /// Radius of the circle on which the nodes sit.
    pub orbit: f64,
    /// Radius of a node.
    pub node_r: f64,
    /// Radius of a coordinator's hexagon.
    pub hex_r: f64,
    /// How far the slice in the story steps out.
    pub step_out: f64,
    /// By pid; whoever does not take part has none.
    seats: Vec<Option<ProcessPlace>>,
}

impl Layout {
    /// The layout of a plan. Sections too small to draw in give a ring of the smallest size, never a panic.
    pub fn new(plan: Plan) -> Layout {
        let (w, h) = (f64::from(plan.width), f64::from(plan.height));
        let thin = plan.thin;
        let aside = if !plan.in_two() {
            0.0
        } else if thin {
            ROW
        } else {
            60.0
        };
        let radius = if thin { (w / 2.0 - 4.0).min((h - 120.0 - aside) / 2.0) } else { (h / 2.0 - 5.0).min((w - 96.0 - aside) / 2.0) };
        let radius = radius.max(if thin { 120.0 } else { 170.0 });
        let centre = if thin { Point::new(w / 2.0, h - radius - 6.0) } else { Point::new(w - radius - 14.0, h / 2.0 + 2.0) };
        let grown = (radius / 170.0).clamp(1.0, 1.5);
        let scale = (radius / 228.0).max(1.0);
        let token_in = radius - 8.0;
        let band_out = radius - if thin { 18.0 } else { 24.0 };
        let band_in = band_out - if thin { 26.0 } else { 31.0 };
        let link = band_in - if thin { 9.0 } else { 12.0 };
        let node_r = if thin { 19.0 * grown } else { 25.0 * scale }.round();
        let orbit = link - node_r - if thin { 8.0 } else { 20.0 };
        let hex_r = if thin { 16.0 * grown } else { 25.0 * (scale * 0.9).max(1.0) };
        let hex_r = if plan.roster.coordinators > 3 { hex_r * if thin { 0.9 } else { 0.82 } } else { hex_r };
        let step_out = if thin { 5.0 } else { 9.0 };
        let keys = (token_in + band_out) / 2.0;
        let mut layout = Layout {
            plan,
            centre,
            radius,
            token_in,
            keys,
            band_out,
            band_in,
            link,
            orbit,
            node_r,
            hex_r,
            step_out,
            seats: Vec::with_capacity(plan.roster.len()),
        };
        let takes_part = |name: &Name| name.kind != Kind::Node || plan.nodes >> name.n & 1 == 1;
        let seat = |pid| Some(plan.roster.name(pid)).filter(takes_part).map(|name| layout.make_seat(name));
        let seats = plan.roster.pids().map(seat).collect();
        layout.seats = seats;
        layout
    }

    /// The seat of a process, if it takes part.
    pub fn seat(&self, pid: Pid) -> Option<&ProcessPlace> {
        self.seats.get(pid.index())?.as_ref()
    }

    /// Every seat, in the order of pids.
    pub fn seats(&self) -> impl Iterator<Item = &ProcessPlace> {
        self.seats.iter().flatten()
    }

    /// Degrees of one slice.
    pub fn slice_step(&self) -> f64 {
        360.0 / f64::from(self.plan.shards.max(1))
    }

    /// The angle of node `n` among those that take part, the first on top.
    pub fn node_angle(&self, n: u8) -> f64 {
        360.0 * f64::from(state::rank(self.plan.nodes, n)) / f64::from(self.plan.nodes.count_ones().max(1))
    }

    /// The point at `r` and `angle` from the ring's middle.
    pub fn polar(&self, r: f64, angle: f64) -> Point {
        polar_at(self.centre, r, angle)
    }

    /// The gates that stand open, each once: those of the balancers, and those of clients who speak to servers directly.
    pub fn gates(&self) -> Vec<f64> {
        let mut gates = sorted(self.seats().filter_map(|seat| seat.gate));
        gates.dedup();
        gates
    }

    /// Where stands who leads the coordinators: the middle of its baseline. Between them and the first node if there is room, else
    /// above the ring.
    pub fn leader_at(&self) -> Point {
        let above = Point::new(self.centre.x, self.centre.y - self.radius - if self.plan.thin { 34.0 } else { 14.0 });
        let is = |seat: &&ProcessPlace| seat.name.kind == Kind::Coordinator;
        let top = self.seats().filter(is).fold(self.centre.y, |top, seat| top.min(seat.at.y)) - self.hex_r - 11.0;
        let first = self.centre.y - self.orbit + self.node_r;
        if self.plan.thin || (top - 12.0 < first && above.y > 14.0) { above } else { Point::new(self.centre.x, top) }
    }

    /// Whether clients stand so close that there is room for a number only, not for a name.
    pub fn is_crowded(&self) -> bool {
        self.plan.thin
            && self.plan.in_two()
            && (f64::from(self.plan.width) - 28.0) * 2.0 / (f64::from(self.plan.roster.clients) - 1.0) < 36.0
    }

    /// The boundary between two slices that is nearest to `angle`.
    fn gap_near(&self, angle: f64) -> f64 {
        let step = self.slice_step();
        around((angle / step).round() * step)
    }

    fn make_seat(&self, name: Name) -> ProcessPlace {
        match name.kind {
            Kind::Coordinator => {
                let of = self.plan.roster.coordinators;
                let angle = 90.0 + 360.0 * f64::from(name.n) / f64::from(of.max(1));
                // Apart, so that votes and messages between them are seen.
                let apart = self.hex_r
                    * if of < 4 {
                        1.52
                    } else if self.plan.thin {
                        1.9
                    } else {
                        2.05
                    };
                let at = if of == 1 { self.centre } else { self.polar(apart, angle) };
                ProcessPlace { name, at, door: at, reach: self.hex_r + 1.0, gate: None }
            }
            Kind::Node => {
                let at = self.polar(self.orbit, self.node_angle(name.n));
                ProcessPlace { name, at, door: at, reach: self.node_r + 2.0, gate: None }
            }
            Kind::Balancer => {
                let (at, wanted) = self.balancer_at(name.n);
                ProcessPlace { name, at, door: at, reach: 23.0, gate: Some(self.gap_near(wanted)) }
            }
            Kind::Client => {
                let (at, door) = self.client_at(name.n);
                let gate = match self.plan.thin {
                    false => 270.0,
                    true if at.x < self.centre.x => 330.0,
                    true => 30.0,
                };
                ProcessPlace { name, at, door, reach: 4.0, gate: Some(self.gap_near(gate)) }
            }
        }
    }

    /// A balancer's middle, and the angle at which it is seen from the ring's.
    fn balancer_at(&self, n: u8) -> (Point, f64) {
        if self.plan.thin {
            let w = f64::from(self.plan.width);
            let away = self.radius + 20.0;
            let x = if n == 0 { (self.centre.x - away).max(36.0) } else { (self.centre.x + away).min(w - 36.0) };
            let at = Point::new(x, if self.plan.in_two() { 96.0 + ROW } else { 96.0 });
            (at, bearing(self.centre, at))
        } else {
            let angle = if n == 0 { 315.0 } else { 225.0 };
            (self.polar(self.radius + 40.0, angle), angle)
        }
    }

    /// A client's middle, and where its lanes begin: beyond its label.
    fn client_at(&self, n: u8) -> (Point, Point) {
        let clients = self.plan.roster.clients;
        if self.plan.thin {
            let width = f64::from(self.plan.width);
            if !self.plan.in_two() {
                let x = width * (f64::from(n) + 0.5) / f64::from(clients.max(1));
                return (Point::new(x, 16.0), Point::new(x, 52.0));
            }
            // Each stands between two of the other row, so that lanes from the upper row pass between those of the lower.
            let x = 17.0 + (width - 34.0) * f64::from(n) / (f64::from(clients) - 1.0);
            let y = if n.is_multiple_of(2) { 14.0 } else { 14.0 + ROW };
            return (Point::new(x, y), Point::new(x, 50.0 + ROW));
        }
        // More than a column holds stand in two.
        let two = self.plan.in_two();
        let rows = if two { clients.div_ceil(2) } else { clients };
        let (column, row) = if two { (n % 2, n / 2) } else { (0, n) };
        let x = 14.0 + 60.0 * f64::from(column);
        let y = 44.0 + f64::from(row) * (f64::from(self.plan.height) - 66.0) / (f64::from(rows.max(8)) - 1.0);
        (Point::new(x, y), Point::new(x + 34.0, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;

    #[test]
    fn up_to_24_clients_have_room_above_the_ring_of_a_phone() {
        for clients in [8, 9, 12, 20, 24] {
            for size in [(328, 448), (296, 416)] {
                let mut plan = Plan::new(size, true, &fixture::view());
                plan.roster.clients = clients;
                let layout = Layout::new(plan);
                let at: Vec<Point> = (0..clients).map(|n| layout.client_at(n).0).collect();
                let wide = if layout.is_crowded() { 20.0 } else { 27.0 };
                for (i, a) in at.iter().enumerate() {
                    assert!((wide / 2.0..=f64::from(size.0) - wide / 2.0).contains(&a.x), "{clients}: {i} is outside");
                    let close = |b: &Point| (a.x - b.x).abs() < wide && (a.y - b.y).abs() < ROW;
                    assert!(at[..i].iter().all(|b| !close(b)), "{clients}: {i} stands too close");
                    assert!(a.y + 36.0 < layout.leader_at().y - 12.0, "{clients}: {i} stands on who leads");
                }
            }
        }
    }

    #[test]
    fn who_leads_stands_clear_of_the_first_node() {
        for clients in [8, 13, 24] {
            let mut plan = Plan::new((560, 478), false, &fixture::view());
            plan.roster.clients = clients;
            let layout = Layout::new(plan);
            let (at, a) = (layout.leader_at(), layout.seat(fixture::pid("A")).unwrap().at);
            let clear = at.y - 12.0 >= a.y + layout.node_r || at.y <= layout.centre.y - layout.radius;
            assert!(clear && at.y > 12.0, "{clients}: {at:?}");
        }
    }

    #[test]
    fn up_to_24_clients_have_room_beside_each_other() {
        for clients in [8, 12, 13, 20, 24] {
            let mut plan = Plan::new((560, 478), false, &fixture::view());
            plan.roster.clients = clients;
            let layout = Layout::new(plan);
            let at: Vec<Point> = (0..clients).map(|n| layout.client_at(n).0).collect();
            for (i, a) in at.iter().enumerate() {
                let close = |b: &Point| (a.x - b.x).abs() < 44.0 && (a.y - b.y).abs() < 31.0;
                assert!(at[..i].iter().all(|b| !close(b)), "{clients}: {i} stands too close");
                assert!(a.x + 44.0 <= layout.centre.x - layout.radius + 4.0, "{clients}: {i} stands in the ring");
            }
        }
    }

    const SIZES: [(u32, u32, bool); 5] = [(560, 478, false), (1100, 760, false), (328, 448, true), (296, 416, true), (760, 700, true)];

    #[test]
    fn everything_stands_within_its_section() {
        for (w, h, thin) in SIZES {
            let layout = Layout::new(Plan::new((w, h), thin, &fixture::view()));
            let (w, h) = (f64::from(w), f64::from(h));
            assert!(layout.centre.x - layout.radius >= 0.0, "{w}x{h}: the ring leaves at the left");
            assert!(layout.centre.x + layout.radius <= w, "{w}x{h}: the ring leaves at the right");
            assert!(layout.centre.y + layout.radius <= h, "{w}x{h}: the ring leaves below");
            for seat in layout.seats() {
                assert!((12.0..=w - 12.0).contains(&seat.at.x), "{w}x{h}: {} at {:?}", seat.name, seat.at);
                assert!((12.0..=h - 12.0).contains(&seat.at.y), "{w}x{h}: {} at {:?}", seat.name, seat.at);
            }
        }
    }

    #[test]
    fn nodes_sit_evenly_inside_the_links_and_a_is_on_top() {
        for (w, h, thin) in SIZES {
            let layout = Layout::new(Plan::new((w, h), thin, &fixture::view()));
            let nodes: Vec<_> = layout.seats().filter(|s| s.name.kind == Kind::Node).collect();
            assert!((nodes[0].at.x - layout.centre.x).abs() < 1e-9, "A is not on top");
            assert!(nodes[0].at.y < layout.centre.y, "A is not on top");
            for node in &nodes {
                let out = node.at.distance(layout.centre) + layout.node_r;
                assert!(out < layout.link, "{w}x{h}: {} touches the links", node.name);
            }
            let gap = nodes[0].at.distance(nodes[1].at);
            for pair in nodes.windows(2) {
                assert!((pair[0].at.distance(pair[1].at) - gap).abs() < 1e-6, "nodes are not even");
            }
            assert!(gap > 2.0 * layout.node_r + 8.0, "{w}x{h}: nodes touch");
        }
    }

    #[test]
    fn coordinators_stand_apart_from_each_other_and_from_the_nodes() {
        for (w, h, thin) in SIZES {
            for (of, nodes) in [(1, 0x3f), (3, 0x3f), (5, 0x3f), (3, 0xff), (5, 0xff)] {
                let mut plan = Plan::new((w, h), thin, &fixture::view());
                (plan.roster.coordinators, plan.nodes) = (of, nodes);
                let layout = Layout::new(plan);
                let seats = || layout.seats().filter(|seat| matches!(seat.name.kind, Kind::Coordinator | Kind::Node));
                for a in seats().filter(|seat| seat.name.kind == Kind::Coordinator) {
                    for b in seats().filter(|b| b.name != a.name) {
                        let radius = if b.name.kind == Kind::Node { layout.node_r + 3.0 } else { layout.hex_r };
                        let apart = a.at.distance(b.at);
                        assert!(apart > layout.hex_r + radius, "{w}x{h}, {of}: {} is {apart} from {}", a.name, b.name);
                    }
                }
            }
        }
    }

    #[test]
    fn seats_do_not_depend_on_health() {
        let whole = fixture::view();
        let mut other = whole.clone();
        for process in &mut other.processes {
            process.health = crate::cluster::observe::view::Health::Down;
        }
        let at = |view: &ClusterView| Layout::new(Plan::new((560, 478), false, view));
        assert_eq!(at(&whole), at(&other));
    }

    #[test]
    fn a_node_that_joins_gets_a_seat_and_whoever_may_still_join_has_none() {
        let (before, after) = (fixture::view(), fixture::moving());
        let [six, seven] = [&before, &after].map(|view| Layout::new(Plan::new((560, 478), false, view)));
        let (g, h) = (fixture::pid("G"), fixture::pid("H"));
        assert_eq!([six.seat(g), six.seat(h), seven.seat(g)], [None; 3]);
        assert_eq!((six.seats().count(), seven.seats().count()), (19, 20));
        // H comes after F, on the place that G would have had.
        assert!((seven.node_angle(7) - 360.0 * 6.0 / 7.0).abs() < 1e-9);
        assert_eq!(seven.seat(h).map(|seat| seat.at), Some(seven.polar(seven.orbit, seven.node_angle(7))));
        assert_eq!(six.seat(fixture::pid("A")), seven.seat(fixture::pid("A")), "A stays where it is");
    }

    #[test]
    fn gates_lie_between_two_slices() {
        let layout = Layout::new(Plan::new((328, 448), true, &fixture::view()));
        for gate in layout.seats().filter_map(|seat| seat.gate) {
            let steps = gate / layout.slice_step();
            assert!((steps - steps.round()).abs() < 1e-9, "{gate} is inside a slice");
        }
    }

    #[test]
    fn a_section_of_no_size_is_no_panic() {
        for size in [(0, 0), (1, 5_000), (5_000, 1)] {
            for thin in [false, true] {
                let layout = Layout::new(Plan::new(size, thin, &fixture::view()));
                assert!(layout.orbit > 0.0, "{size:?}");
            }
        }
    }
}
