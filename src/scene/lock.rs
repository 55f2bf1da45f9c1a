//! The lock as a place. Above, what the lock service says: a doorway with the holder in it, and people in line on the same floor.
//! Below, what comes of it: those who act as holders, each with its own lease, stand before the fence; behind it is the document.

use crate::cluster::client::worker::Step;
use crate::cluster::note::{LockNote, Note};
use crate::cluster::observe::view::LockView;
use crate::proto::lock::token::{FencingToken, LockId};
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

/// The latest refusal at the fence of a lock's document, if it happened lately. `facts` are in order.
pub fn latest_refusal(facts: &[Record<Note>], of: LockId, now: Time) -> Option<Refusal> {
    let lately = facts.iter().rev().take_while(|record| now.since(record.at) <= TOLD);
    lately.into_iter().find_map(|record| match &record.what {
        What::Note(Note::Lock(LockNote::FenceRefused { op, lock, token, .. })) if *lock == of => {
            Some(Refusal { who: op.client, token: *token })
        }
        What::Note(_) | What::Fault(_) => None,
    })
}

/// What somebody before the fence believes, against what the lock service says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Belief {
    /// It holds the lock, and so says the lock service.
    Holds,
    /// Its lease runs by its own clock, but the lock service says otherwise.
    Wrong,
    /// Its lease has run out by its own clock; it would know if it looked, and does not look.
    Over,
    /// Its write came too late, and it has been told.
    Refused,
}

/// Somebody before the fence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Actor {
    /// Who.
    pub who: Pid,
    /// Under which token it acts, or acted.
    pub token: FencingToken,
    /// What it is about; `None` once it was refused.
    pub step: Option<Step>,
    /// What is left of its lease by its own clock.
    pub left: Span,
    /// What it believes.
    pub belief: Belief,
}

/// Everybody before the fence, in the order of their tokens, so that nobody changes places with anybody.
pub fn actors(lock: &LockView, refused: Option<Refusal>) -> Vec<Actor> {
    let mut all: Vec<Actor> = Vec::new();
    let mut put = |actor: Actor| {
        let place = all.partition_point(|other| other.token < actor.token);
        all.insert(place, actor);
    };
    for it in &lock.inside {
        let holds = lock.holder.as_ref().is_some_and(|held| (held.session.client, held.token) == (it.who, it.token));
        let belief = match (it.left, holds) {
            (Span::ZERO, _) => Belief::Over,
            (_, true) => Belief::Holds,
            (_, false) => Belief::Wrong,
        };
        put(Actor { who: it.who, token: it.token, step: Some(it.step), left: it.left, belief });
    }
    if let Some(late) = refused.filter(|late| lock.inside.iter().all(|it| it.token != late.token)) {
        put(Actor { who: late.who, token: late.token, step: None, left: Span::ZERO, belief: Belief::Refused });
    }
    all
}

/// Closest that two people in line may stand, with their names below.
const SHOULDER: f64 = 38.0;
/// Height of what is said of somebody before the fence: two lines.
pub const SLOT: f64 = 46.0;
/// Height of a line of the document.
pub const LINE: f64 = 18.0;
/// The least height in which everything has its place.
const LEAST: f64 = 270.0;

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
    /// Where the holder stands: its feet.
    pub holder: Point,
    /// The middle of its ticket, from there.
    pub ticket: Point,
    /// Where the first in line stands; others right of it.
    pub line_from: f64,
    /// Baseline of what the lock service says, under the names.
    pub server: f64,
    /// Top of the lease bar.
    pub lease: f64,
    /// The middle of the line that heads the lower half.
    pub heads: f64,
    /// Top of the first of those who act.
    pub rows: f64,
    /// How many of them there is room for.
    pub slots: usize,
    /// The fence.
    pub fence: f64,
    /// The document's left edge; its top is `rows`.
    pub page: f64,
    /// How many lines of it there is room for.
    pub lines: usize,
    /// Baseline of the last line.
    pub said: f64,
}

impl Place {
    /// The place in a section of this size.
    pub fn new(width: u32, height: u32) -> Place {
        let (w, h) = (f64::from(width).max(220.0), f64::from(height));
        let spare = (h - LEAST).max(0.0);
        let give = (LEAST - h).clamp(0.0, 20.0);
        let person = (1.45 + spare / 200.0).min(1.75);
        let floor = 66.0 + (spare * 0.3).min(24.0) - give * 0.2;
        let holder_x = 17.0 * person;
        let ticket_x = 12.0 * person + 26.0;
        let door_right = holder_x + ticket_x + 25.0;
        let half = (door_right - 1.0) / 2.0;
        // The arch is half as high as the doorway is wide, or less.
        let rise = (floor - 26.0).min(36.0);
        let (foot, wall, wide) = (num(floor), num(rise + 2.0), num(door_right - 1.0));
        let door = format!("M1,{foot}V{wall}a{},{} 0 0 1 {wide},0V{foot}", num(half), num(rise));
        let lease = floor + 46.0 - give * 0.2;
        let heads = lease + 30.0 + (spare * 0.2).min(10.0) - give * 0.25;
        let rows = heads + 17.0 - give * 0.15;
        let high = (h - 20.0 - rows).max(2.0 * SLOT);
        let slots = (high / SLOT).floor();
        let lines = ((high - 8.0) / LINE).floor();
        let fence = (w * 0.66).min(w - 98.0);
        Place {
            width: w,
            person,
            floor,
            door,
            door_right,
            holder: Point::new(holder_x, floor),
            ticket: Point::new(ticket_x, -18.0),
            line_from: door_right + 12.0 * person + 14.0,
            server: lease - 6.0,
            lease,
            heads,
            rows,
            slots: slots as usize,
            fence,
            page: fence + 9.0,
            lines: lines as usize,
            said: rows + (slots * SLOT).max(lines * LINE + 8.0) + 17.0,
        }
    }

    /// How many of a line there is room for, side by side.
    pub fn room(&self) -> usize {
        1 + ((self.width - self.line_from - 14.0) / SHOULDER).floor().max(0.0) as usize
    }

    /// How many of a line of `n` stand side by side, with their names: the others close up behind them.
    pub fn at_ease(&self, n: usize) -> usize {
        if n > self.room() { self.room() - 1 } else { n }
    }

    /// Where number `i` of a line of `n` stands: its feet. Three or fewer stand at ease; more close up; what is too many for
    /// that is a crowd in the place of the last.
    pub fn in_line(&self, i: usize, n: usize) -> Point {
        let (ease, end) = (self.at_ease(n), self.width - 20.0);
        let gaps = n.clamp(3, self.room().max(3)) - 1;
        let step = (end - self.line_from) / gaps as f64;
        let x = if i < ease { self.line_from + step * i as f64 } else { end - 14.0 + 22.0 * (i - ease) as f64 / (n - ease) as f64 };
        Point::new(x, self.floor)
    }

    /// How large people in a line of `n` are drawn: smaller when they have to close up.
    pub fn size_in_line(&self, n: usize) -> f64 {
        if n <= 3 { self.person * 0.92 } else { (self.person * 0.84).min(1.35) }
    }

    /// Where the `i`th of `n` who act is told of: the upper left corner.
    pub fn slot(&self, i: usize, n: usize) -> Point {
        Point::new(0.0, self.rows + if self.is_brief(n) { SLOT / 2.0 } else { SLOT } * i as f64)
    }

    /// Whether there are so many who act that each has one line instead of two.
    pub fn is_brief(&self, n: usize) -> bool {
        n > self.slots
    }

    /// How many of those who act there is room for, a line each.
    pub fn most(&self) -> usize {
        2 * self.slots
    }

    /// Height of the document.
    pub fn page_height(&self) -> f64 {
        LINE * self.lines as f64 + 8.0
    }
}

/// The height of a person of this size, from feet to the middle of the body: where a glyph is drawn for feet at zero.
pub fn stands(size: f64) -> Point {
    Point::new(0.0, -glyph::FEET * size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;

    const SIZES: [(u32, u32); 6] = [(264, 230), (264, 252), (264, 290), (320, 420), (328, 320), (248, 260)];

    #[test]
    fn the_line_stays_on_its_floor_and_within_the_section() {
        for (w, h) in SIZES {
            let place = Place::new(w, h);
            for n in 1..=23 {
                let mut before = place.door_right;
                for i in 0..n {
                    let at = place.in_line(i, n);
                    let shoulder = if i < place.at_ease(n) { 12.0 } else { 0.0 };
                    assert!(at.x > before + shoulder, "{w}x{h}: {i} of {n} stands on the one before");
                    assert!(at.x <= f64::from(w) - 10.0, "{w}x{h}: {i} of {n} has left");
                    before = at.x;
                }
            }
        }
    }

    #[test]
    fn nothing_in_the_section_touches_anything_else() {
        for (w, h) in SIZES {
            let place = Place::new(w, h);
            assert!(place.floor - 31.0 * place.person >= 0.0, "{w}x{h}: the holder's head is outside");
            assert!(place.server - 13.0 >= place.floor + 21.0, "{w}x{h}: the service's words are on the names");
            assert!(place.heads - 12.0 >= place.lease + 12.0, "{w}x{h}: the heading is on the lease");
            let foot = place.rows + (place.slots as f64 * SLOT).max(place.page_height());
            assert!(foot <= place.said - 11.0, "{w}x{h}: the last line is on what is above");
            assert!(place.said <= f64::from(h).max(LEAST) + 4.0, "{w}x{h}: the last line is below the section");
            assert!(place.page + 78.0 <= place.width, "{w}x{h}: no room for a token and a name");
        }
    }

    #[test]
    fn those_who_act_stand_in_the_order_of_their_tokens_with_what_they_believe() {
        let mut lock = fixture::view().locks.remove(0);
        let told = |lock: &LockView, refused| actors(lock, refused).iter().map(|it| (it.token.0, it.belief)).collect::<Vec<_>>();
        assert_eq!(told(&lock, None), [(33, Belief::Over), (34, Belief::Holds)]);
        let late = |who, token| Some(Refusal { who: fixture::pid(who), token: FencingToken(token) });
        assert_eq!(told(&lock, late("c3", 33)).len(), 2, "it still acts");
        assert_eq!(told(&lock, late("c6", 31))[0], (31, Belief::Refused));
        lock.inside[1].left = Span::millis(5);
        assert_eq!(told(&lock, None), [(33, Belief::Wrong), (34, Belief::Holds)]);
        lock.holder = None;
        assert_eq!(told(&lock, None), [(33, Belief::Wrong), (34, Belief::Wrong)]);
    }
}
