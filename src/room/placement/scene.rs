//! The picture of one lane of the placement room: a bar for each node, cut at what it kept, what came and what left.

use crate::room::placement::job::Answer;
use crate::room::placement::schemes::{Algorithm, stats};

/// Points of a member of Ketama's ring (Jones 2007): 40 digests of four points.
const KETAMA_POINTS: u16 = 160;
/// The room above the tallest bar, as a part of the height.
const HEADROOM: f64 = 1.08;

/// One bar; every length is a part of the picture's height, 0 to 1.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Bar {
    /// Keys that were there before the change and still are.
    pub kept: f64,
    /// Keys that came, on top of them.
    pub came: f64,
    /// How high the bar was before the change.
    pub was: f64,
    /// How high it should be, by weight; 0 for the dead.
    pub ideal: f64,
}

impl Bar {
    /// How high it is.
    pub fn height(self) -> f64 {
        self.kept + self.came
    }
}

/// The share of all keys, 0 to 1, that the picture's height stands for: a little more than the tallest bar of both lanes.
pub fn top<'a>(lanes: impl IntoIterator<Item = (&'a Answer, &'a [u16])>) -> f64 {
    let tallest = lanes.into_iter().flat_map(|(answer, weights)| {
        let bars = bars(answer, weights, 1.0);
        bars.into_iter().map(|bar| bar.height().max(bar.was).max(bar.ideal))
    });
    tallest.fold(0.0, f64::max) * HEADROOM
}

/// A bar for each node. `weights`: 0 for the dead; `top`: the share that the full height stands for.
pub fn bars(answer: &Answer, weights: &[u16], top: f64) -> Vec<Bar> {
    let all: f64 = weights.iter().map(|&weight| f64::from(weight)).sum();
    let done = f64::from(answer.done);
    let part = |keys: u32| if done > 0.0 && top > 0.0 { f64::from(keys) / done / top } else { 0.0 };
    let ideal = |weight: u16| if all > 0.0 && top > 0.0 { f64::from(weight) / all / top } else { 0.0 };
    let nodes = answer.counts.iter().zip(&answer.came).zip(&answer.left).zip(weights);
    let bar = |(((&count, &came), &left), &weight): (((&u32, &u32), &u32), &u16)| {
        let kept = count.saturating_sub(came);
        Bar { kept: part(kept), came: part(came), was: part(kept + left), ideal: ideal(weight) }
    };
    nodes.map(bar).collect()
}

/// The bars for a picture of `width` pixels. With more nodes than pixels a pixel shows the highest of its nodes.
pub fn columns(bars: &[Bar], width: u32) -> Vec<Bar> {
    let n = bars.len();
    let first = |x: u32| (u64::from(x) * n as u64 / u64::from(width.max(1))) as usize;
    let of = |x: u32| {
        let from = first(x).min(n.saturating_sub(1));
        let some = &bars[from.min(n)..first(x + 1).max(from + 1).min(n)];
        some.iter().copied().reduce(|a, b| if b.height() > a.height() { b } else { a }).unwrap_or_default()
    };
    (0..width).map(of).collect()
}

/// The node under a point, `along` being 0 to 1 from left to right. `None`: there is no node.
pub fn node_at(along: f64, nodes: usize) -> Option<u16> {
    // Casts of floats saturate, and no NaN comes from a division by a width of at least 1.
    let node = (along * nodes as f64).floor().max(0.0) as usize;
    (nodes > 0).then(|| node.min(nodes - 1) as u16)
}

/// A number of at least 0 with so many decimals, at most nine. Written digit by digit: the tables by which Rust prints any
/// float would weigh more than the picture.
pub fn fixed(value: f64, decimals: u32) -> String {
    let decimals = decimals.min(9);
    let one = 10u64.pow(decimals);
    // Casts of floats saturate, and NaN becomes 0.
    let scaled = (value * one as f64).round() as u64;
    let (whole, part) = (scaled / one, scaled % one);
    if decimals == 0 { whole.to_string() } else { format!("{whole}.{part:0width$}", width = decimals as usize) }
}

/// The fullest node over its ideal, and the coefficient of variation: see [`stats`].
pub fn evenness(answer: &Answer, weights: &[u16]) -> (f64, f64) {
    stats::evenness(&answer.counts, weights)
}

/// The coefficient of variation to expect of `nodes` equal nodes, where theory has a simple answer.
///
/// A ring of V points a node: `sqrt((n - 1) / (nV + 1))`, the spacings of nV uniform points being Dirichlet distributed. A
/// scheme that gives each key to a node by chance: `sqrt((n - 1) / keys)`, the multinomial's.
pub fn expected_cv(algorithm: Algorithm, nodes: usize, vnodes: u16, keys: u32) -> Option<f64> {
    let n = nodes as f64;
    let ring = |points: u16| ((n - 1.0) / (n * f64::from(points) + 1.0)).sqrt();
    match algorithm {
        _ if nodes == 0 || keys == 0 => None,
        Algorithm::Ring => Some(ring(vnodes)),
        Algorithm::Ketama => Some(ring(KETAMA_POINTS)),
        Algorithm::Modulo | Algorithm::Rendezvous | Algorithm::Jump | Algorithm::Anchor => Some(((n - 1.0) / f64::from(keys)).sqrt()),
        Algorithm::RingBounded | Algorithm::Maglev | Algorithm::MultiProbe => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer {
            done: 100,
            keys: 100,
            moved: 40,
            counts: vec![60, 40, 0],
            came: vec![20, 20, 0],
            left: vec![0, 0, 40],
            ..Answer::default()
        }
    }

    #[test]
    fn a_bar_is_what_was_kept_and_what_came_against_what_it_was() {
        let bars = bars(&answer(), &[2, 1, 0], 0.5);
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(bars[0].kept, 0.8) && near(bars[0].came, 0.4) && near(bars[0].was, 0.8) && near(bars[0].ideal, 4.0 / 3.0));
        assert!(near(bars[2].height(), 0.0) && near(bars[2].was, 0.8) && near(bars[2].ideal, 0.0));
        assert!(near(top([(&answer(), &[2, 1, 0][..])]), 2.0 / 3.0 * HEADROOM), "the ideal of the heavy one is the tallest");
    }

    #[test]
    fn nothing_counted_yet_is_no_height_rather_than_nonsense() {
        let nothing = Answer { counts: vec![0; 3], came: vec![0; 3], left: vec![0; 3], ..Answer::default() };
        assert!(bars(&nothing, &[1, 1, 1], top([(&nothing, &[1, 1, 1][..])])).iter().all(|bar| bar.height() == 0.0));
        assert!(bars(&nothing, &[0, 0, 0], 0.0).iter().all(|bar| bar.ideal == 0.0));
    }

    #[test]
    fn a_pixel_shows_the_highest_of_its_nodes() {
        let bars: Vec<Bar> = (0..1_000).map(|i| Bar { kept: f64::from(i % 10), ..Bar::default() }).collect();
        assert!(columns(&bars, 100).iter().all(|bar| bar.kept == 9.0));
        let wide = columns(&bars[..4], 8);
        assert_eq!(wide.iter().map(|bar| bar.kept).collect::<Vec<_>>(), [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        assert_eq!(columns(&[], 3), [Bar::default(); 3]);
        assert_eq!(columns(&bars, 0), []);
    }

    #[test]
    fn a_point_belongs_to_the_node_it_is_drawn_for() {
        assert_eq!([-0.1, 0.0, 0.24, 0.25, 0.99, 1.0, 7.0].map(|x| node_at(x, 4)), [0, 0, 0, 1, 3, 3, 3].map(Some));
        assert_eq!(node_at(0.5, 0), None);
    }

    #[test]
    fn a_number_is_written_as_people_write_it() {
        let cases =
            [(0.0, 3, "0.000"), (1.0995, 3, "1.100"), (19.8, 1, "19.8"), (0.07, 2, "0.07"), (2.5, 0, "3"), (1.0 / 3.0, 9, "0.333333333")];
        for (value, decimals, text) in cases {
            assert_eq!(fixed(value, decimals), text);
        }
        assert_eq!([f64::NAN, -1.0].map(|value| fixed(value, 1)), ["0.0", "0.0"]);
    }

    #[test]
    fn theory_is_quoted_where_there_is_one() {
        let near = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 5e-4);
        // Ten nodes of 100 points: sqrt(9 / 1001).
        assert!(near(expected_cv(Algorithm::Ring, 10, 100, 1_000), 0.0948));
        assert!(near(expected_cv(Algorithm::Modulo, 10, 100, 10_000), 0.0300));
        assert_eq!(expected_cv(Algorithm::Maglev, 10, 100, 10_000), None);
        assert_eq!(expected_cv(Algorithm::Ring, 0, 100, 10_000), None);
    }
}
