//! The ring from outside in: token arcs, keys' beads, slices, and the links from the slice in the story to its copies.

use std::fmt::Write;

use crate::proto::replica::view::ShardId;
use crate::scene::geom::{Point, around, num, pair, polar, sector};
use crate::scene::layout::Layout;
use crate::sim::id::Pid;

/// Half of the gap between two slices, in degrees.
const HALF_GAP: f64 = 0.45;
/// Tokens that own less than this many degrees are not drawn.
const TOO_SMALL: f64 = 0.12;

/// A position on the hash circle, in degrees.
pub fn degrees(position: u64) -> f64 {
    position as f64 / 18_446_744_073_709_551_616.0 * 360.0
}

/// The arcs that tokens own: each ends at its token. In clockwise order.
pub fn token_arcs(layout: &Layout, ring: &[(u64, Pid)]) -> Vec<(Pid, String)> {
    let Some(&(last, _)) = ring.last() else { return Vec::new() };
    let mut from = degrees(last) - 360.0;
    let mut arcs = Vec::with_capacity(ring.len());
    for &(position, owner) in ring {
        let to = degrees(position);
        if to - from >= TOO_SMALL {
            let half = (0.25f64).min((to - from) * 0.15);
            arcs.push((owner, sector(layout.centre, layout.token_in, layout.radius, from + half, to - half)));
        }
        from = to;
    }
    arcs
}

/// All keys as one path of points, for a round line cap.
pub fn key_beads(layout: &Layout, keys: &[u64]) -> String {
    let mut path = String::with_capacity(keys.len() * 20);
    for &key in keys {
        let _ = write!(path, "M{}h0", pair(layout.polar(layout.keys, degrees(key))));
    }
    path
}

/// Where one slice is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Slice {
    /// Its outline.
    pub path: String,
    /// An outline a little inside it, for a dashed edge.
    pub inner: String,
    /// By how much all of it steps out.
    pub shift: Point,
    /// The middle of its number.
    pub label: Point,
    /// The angles it covers.
    pub angles: (f64, f64),
}

/// One slice; the one in the story steps out.
pub fn slice(layout: &Layout, id: ShardId, in_story: bool) -> Slice {
    let step = layout.slice_step();
    let start = f64::from(id.0) * step;
    let (from, to, middle) = (start + HALF_GAP, start + step - HALF_GAP, start + step / 2.0);
    let (r0, r1) = (layout.band_in, layout.band_out);
    Slice {
        path: sector(layout.centre, r0, r1, from, to),
        inner: sector(layout.centre, r0 + 1.0, r1 - 1.0, from + 0.25, to - 0.25),
        shift: if in_story { polar(layout.step_out, middle) } else { Point::default() },
        label: layout.polar((r0 + r1) / 2.0, middle),
        angles: (from, to),
    }
}

/// Where the hairline to the table leaves the slice in the story: an angle.
fn anchor(layout: &Layout, story: ShardId) -> f64 {
    (f64::from(story.0) + 0.5) * layout.slice_step()
}

/// A hairline from the slice in the story to `goal`, which lies right of the ring. From the far side it runs around the
/// ring, never across it.
pub fn hairline(layout: &Layout, story: ShardId, goal: Point) -> String {
    let angle = anchor(layout, story);
    let r = layout.radius + 6.0;
    let start = layout.polar(layout.radius + 2.0, angle);
    let (leave, sweep) = match angle {
        a if (40.0..=140.0).contains(&a) => (a, None),
        a if (140.0..250.0).contains(&a) => (130.0, Some(0)),
        _ => (50.0, Some(1)),
    };
    let mut path = format!("M{}", pair(start));
    let from = match sweep {
        Some(sweep) => {
            let end = layout.polar(r, leave);
            let _ = write!(path, "L{}A{r},{r} 0 0 {sweep} {}", pair(layout.polar(r, angle)), pair(end), r = num(r));
            end
        }
        None => start,
    };
    // Leaves along the circle, or straight out, and arrives level.
    let (dx, dy) = match sweep {
        Some(0) => (30.0, -36.0),
        Some(_) => (30.0, 36.0),
        None => (48.0, 16.0),
    };
    let (out, back) = (from.shift(dx, dy), goal.shift(-46.0, 0.0));
    let _ = write!(path, "C{} {} {}", pair(out), pair(back), pair(goal));
    path
}

/// The link from the slice in the story to the copy on a node: along the band, never across the middle. Links of one
/// slice run on tracks of their own, the primary's on track 0. The link ends `apart` from the node's edge.
pub fn link(layout: &Layout, story: ShardId, node: u8, track: u8, apart: f64) -> String {
    let to = layout.node_angle(node);
    let middle = (f64::from(story.0) + 0.5) * layout.slice_step();
    let turn = around(to - middle + 540.0) - 180.0;
    let side = if turn < 0.0 { -1.0 } else { 1.0 };
    let gap = (layout.band_in - layout.link) / 3.0;
    let r = layout.link + gap * f64::from(track.min(2));
    let from = middle + side * 1.3 * f64::from(track);
    let at = |r: f64, angle: f64| pair(layout.polar(r, angle));
    let start = at(layout.band_in + layout.step_out, from);
    let end = at(layout.orbit + layout.node_r + apart, to);
    if turn.abs() < 9.0 {
        let bend = (layout.band_in + layout.orbit + layout.node_r) / 2.0;
        return format!("M{start}C{} {} {end}", at(bend, from), at(bend, to));
    }
    // Fillets of 9: 3 degrees of the circle, 9 of the radius.
    let (ease, fillet) = (side * 3.0, 9.0);
    let upper = (r + fillet).min(layout.band_in + layout.step_out);
    let sweep = u8::from(side > 0.0);
    format!(
        "M{start}L{}Q{} {}A{radius},{radius} 0 0 {sweep} {}Q{} {}L{end}",
        at(upper, from),
        at(r, from),
        at(r, from + ease),
        at(r, to - ease),
        at(r, to),
        at(r - fillet, to),
        radius = num(r),
    )
}

/// A gate: the stretch of the band that a lane crosses, kept free.
pub fn gate(layout: &Layout, angle: f64) -> (Point, Point) {
    (layout.polar(layout.radius + 3.0, angle), layout.polar(layout.band_in - 3.0, angle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;
    use crate::scene::layout::Plan;

    fn layout(w: u32, h: u32, thin: bool) -> Layout {
        Layout::new(Plan::new((w, h), thin, &fixture::view()))
    }

    #[test]
    fn slices_do_not_overlap_and_cover_the_circle_but_for_the_gaps() {
        let layout = layout(560, 478, false);
        let slices: Vec<_> = (0..24).map(|i| slice(&layout, ShardId(i), i == 7)).collect();
        for pair in slices.windows(2) {
            let gap = pair[1].angles.0 - pair[0].angles.1;
            assert!((gap - 0.9).abs() < 1e-9, "{gap}");
        }
        assert!((slices[23].angles.1 + 0.9 - 360.0 - slices[0].angles.0).abs() < 1e-9);
        let covered: f64 = slices.iter().map(|s| s.angles.1 - s.angles.0).sum();
        assert!((covered - (360.0 - 24.0 * 0.9)).abs() < 1e-6);
    }

    #[test]
    fn a_number_of_two_digits_fits_its_slice_at_16_px() {
        for (w, h, thin) in [(560, 478, false), (328, 448, true)] {
            let layout = layout(w, h, thin);
            let (a, b) = (slice(&layout, ShardId(22), false).label, slice(&layout, ShardId(23), false).label);
            assert!(a.distance(b) > 20.0, "{w}: numbers of neighbours touch: {}", a.distance(b));
            assert!(layout.band_out - layout.band_in >= 22.0);
        }
    }

    #[test]
    fn tokens_own_the_arcs_that_end_at_them() {
        let layout = layout(560, 478, false);
        let quarter = u64::MAX / 4;
        let ring = [(quarter, Pid(3)), (quarter * 3, Pid(4))];
        let arcs = token_arcs(&layout, &ring);
        assert_eq!(arcs.iter().map(|arc| arc.0).collect::<Vec<_>>(), [Pid(3), Pid(4)]);
        // The first arc runs from 270 degrees over twelve o'clock to 90: it starts at the left.
        let start: f64 = arcs[0].1[1..].split(',').next().unwrap().parse().unwrap();
        assert!(start < layout.centre.x - layout.radius + 2.0);
        assert!(token_arcs(&layout, &[]).is_empty());
    }

    #[test]
    fn the_hairline_never_crosses_the_ring() {
        let layout = layout(560, 478, false);
        for story in 0..24 {
            let path = hairline(&layout, ShardId(story), Point::new(582.0, 58.0));
            let turns_left = path.contains(" 0 0 0 ");
            let angle = anchor(&layout, ShardId(story));
            assert_eq!(path.contains('A'), !(40.0..=140.0).contains(&angle), "{story}: {path}");
            assert_eq!(turns_left, (140.0..250.0).contains(&angle), "{story}: {path}");
            assert!(path.ends_with("582,58"), "{path}");
        }
    }

    #[test]
    fn links_stay_between_the_slices_and_the_nodes() {
        let layout = layout(560, 478, false);
        for story in 0..24 {
            for node in 0..6 {
                for track in 0..3 {
                    let path = link(&layout, ShardId(story), node, track, 1.0);
                    assert!(path.starts_with('M') && !path.contains("NaN"), "{path}");
                }
            }
        }
        assert!(layout.link < layout.band_in && layout.link > layout.orbit + layout.node_r);
    }
}
