//! Which message lies under a point. Everything else on the stage is an element of its own.

use crate::cluster::observe::view::Flight;
use crate::scene::geom::Point;
use crate::scene::motion::{DEATH, Lanes, Sight};
use crate::sim::time::Time;

/// How far from a dart a point may be to touch it: targets are at least 24 wide.
pub const REACH: f64 = 13.0;

/// The index of the message nearest to `at`, if one is within reach. `sight` says what is seen of each (in motion, or at
/// rest). Of two at the same distance the earlier in the list.
pub fn message_at(lanes: &mut Lanes, flights: &[Flight], now: Time, at: Point, sight: impl Fn(&Flight, Time) -> Sight) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (i, flight) in flights.iter().enumerate() {
        let part = match sight(flight, now) {
            Sight::Flying(part) => part,
            Sight::Lost => DEATH,
            Sight::Nothing => continue,
        };
        let Some(lane) = lanes.get(flight.from, flight.to) else { continue };
        let away = lane.at(part).0.distance(at);
        if away <= REACH && best.is_none_or(|(_, nearest)| away < nearest) {
            best = Some((i, away));
        }
    }
    best.map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;
    use crate::scene::layout::{Layout, Plan};
    use crate::scene::motion::sight;

    #[test]
    fn a_point_on_a_dart_finds_it_and_a_point_far_off_finds_nothing() {
        let (view, flights) = (fixture::view(), fixture::flights());
        let mut lanes = Lanes::new(Layout::new(Plan::new((560, 478), false, &view)));
        for (i, flight) in flights.iter().enumerate() {
            let Sight::Flying(part) = sight(flight, view.now) else { continue };
            let at = lanes.get(flight.from, flight.to).unwrap().at(part).0;
            assert_eq!(message_at(&mut lanes, &flights, view.now, at, sight), Some(i));
        }
        assert_eq!(message_at(&mut lanes, &flights, view.now, Point::new(-99.0, -99.0), sight), None);
    }
}
