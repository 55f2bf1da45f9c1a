//! The lock as a place: a doorway with the holder in it, people in line on the same floor, and below, the fence before
//! the document.

use crate::cluster::note::Note;
use crate::proto::lock::token::FencingToken;
use crate::scene::geom::{Point, num};
use crate::scene::glyph;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// For how long a refusal at the fence is told.
const TOLD: Span = Span::secs(4);

/// A write that came too late: the document's shard had seen a larger token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Refusal {
    /// Who wrote.
    pub who: Pid,
    /// With which token.
    pub token: FencingToken,
}

/// The latest refusal at the fence, if it happened lately. `facts` are in order.
pub fn latest_refusal(facts: &[Record<Note>], now: Time) -> Option<Refusal> {
    let lately = facts.iter().rev().take_while(|record| now.since(record.at) <= TOLD);
    lately.into_iter().find_map(|record| match &record.what {
        What::Note(Note::FenceRefused { op, token, .. }) => Some(Refusal { who: op.client, token: *token }),
        What::Note(_) | What::Fault(_) => None,
    })
}

/// Closest that two people in line may stand, with their names below.
const SHOULDER: f64 = 38.0;

/// Where everything in the lock's section stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Place {
    /// Width of the section.
    pub width: f64,
    /// How large people are drawn.
    pub person: f64,
    /// The floor on which the holder and the line stand.
    pub floor: f64,
    /// The doorway.
    pub door: String,
    /// The door's right edge.
    pub door_right: f64,
    /// The holder's middle.
    pub holder: Point,
    /// The middle of its ticket.
    pub ticket: Point,
    /// Where the first in line stands; others right of it.
    pub line_from: f64,
    /// Top of the lease bar.
    pub lease: f64,
    /// The floor before the fence.
    pub fence_floor: f64,
    /// The fence.
    pub fence: f64,
    /// Who is turned away at the fence.
    pub turned_away: Point,
    /// The middle of its ticket.
    pub stale_ticket: Point,
    /// The lower left corner of the document.
    pub document: Point,
    /// The middle of the ticket that the store has seen.
    pub seen: Point,
}

impl Place {
    /// The place in a section of this size.
    pub fn new(width: u32, height: u32) -> Place {
        let (w, h) = (f64::from(width).max(220.0), f64::from(height));
        let give = (312.0 - h).clamp(0.0, 28.0);
        let person = (1.55 * w / 264.0).min(1.8);
        let floor = 108.0 - give * 0.6 + (glyph::FEET + 0.5) * person;
        let holder_x = 17.0 * person;
        let ticket_x = holder_x + 12.0 * person + 26.0;
        let door_right = ticket_x + 25.0;
        let half = (door_right - 1.0) / 2.0;
        let wall = 58.0 - give * 0.4;
        let (foot, top, wide) = (num(floor), num(floor - wall), num(door_right - 1.0));
        let door = format!("M1,{foot}V{top}a{},36 0 0 1 {wide},0V{foot}", num(half));
        let lease = floor + 36.0;
        let fence_floor = lease + 106.0 - give * 0.4 + (h - 320.0).clamp(0.0, 24.0);
        let fence = ticket_x + 64.0;
        Place {
            width: w,
            person,
            floor,
            door,
            door_right,
            holder: Point::new(holder_x, floor - glyph::FEET * person),
            ticket: Point::new(ticket_x, floor - 18.0),
            line_from: door_right + 12.0 * person + 14.0,
            lease,
            fence_floor,
            fence,
            turned_away: Point::new(holder_x, fence_floor - glyph::FEET * person),
            stale_ticket: Point::new(ticket_x, fence_floor - 18.0),
            document: Point::new(fence + 16.0, fence_floor + 1.0),
            seen: Point::new(w - 20.0, fence_floor - 18.0),
        }
    }

    /// How many of a line there is room for.
    pub fn room(&self) -> usize {
        1 + ((self.width - self.line_from - 14.0) / SHOULDER).floor().max(0.0) as usize
    }

    /// Where number `i` of a line of `n` stands. Three or fewer stand at ease; more close up.
    pub fn in_line(&self, i: usize, n: usize) -> Point {
        let gaps = n.clamp(3, self.room().max(3)) - 1;
        let step = (self.width - self.line_from - 20.0) / gaps as f64;
        Point::new(self.line_from + step * i as f64, self.floor - glyph::FEET * self.person)
    }

    /// How large people in a line of `n` are drawn: smaller when they have to close up.
    pub fn size_in_line(&self, n: usize) -> f64 {
        if n <= 3 { self.person } else { (self.person * 0.84).min(1.35) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_stays_on_its_floor_and_within_the_section() {
        for (w, h) in [(264, 290), (320, 420), (328, 320), (252, 300)] {
            let place = Place::new(w, h);
            for n in 1..=7 {
                let shown = n.min(place.room());
                let mut before = place.door_right;
                for i in 0..shown {
                    let at = place.in_line(i, n);
                    assert!(at.x > before + 12.0, "{w}x{h}: {i} of {n} stands on the one before");
                    assert!(at.x <= f64::from(w) - 12.0, "{w}x{h}: {i} of {n} has left");
                    before = at.x;
                }
            }
            assert!(place.document.x + 36.0 < place.seen.x - 19.0, "{w}x{h}: the document and the ticket touch");
            assert!(place.fence_floor + 26.0 <= f64::from(h).max(290.0) + 10.0, "{w}x{h}: no room for the last line");
        }
    }
}
