//! The time bar as data: what can stand on it, and where an instant stands. `history` reads it off the journal. Integers,
//! but for the last step from an instant to a place.

use crate::proto::lock::token::{FencingToken, LockId};
use crate::proto::replica::view::ViewNo;
use crate::session::doubt::Accusation;
use crate::session::load::Column;
use crate::sim::id::{Pid, Seq};
use crate::sim::time::{Span, Time};

/// How much time the bar shows at once.
pub const LENGTH: Span = Span::secs(14);
/// From one label of the axis to the next.
pub const TICK: Span = Span::secs(2);

/// The part of the run that the bar shows. It stands still while now lies well inside, so that the visitor can scrub in it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Window {
    /// Its beginning; a multiple of `TICK`.
    pub from: Time,
}

impl Window {
    /// The window's end.
    pub fn to(self) -> Time {
        self.from + LENGTH
    }

    /// The window to show once it is `now`: this one if now is comfortably inside, else one in which it is.
    #[must_use]
    pub fn follow(self, now: Time) -> Window {
        let early = now < self.from;
        let late = now + Span::secs(1) > self.to();
        if !early && !late {
            return self;
        }
        // Coming from the left, room behind now; coming from the right, room before it.
        let behind = if early { Span::secs(4) } else { Span::secs(10) };
        let from = (now - behind).0 / TICK.0 * TICK.0;
        Window { from: Time(from) }
    }

    /// Where an instant stands: 0 at the beginning, 1 at the end, beyond them outside.
    pub fn place(self, at: Time) -> f64 {
        (at.0 as f64 - self.from.0 as f64) / LENGTH.0 as f64
    }

    /// The instant at a place, to the millisecond, within the window.
    pub fn instant(self, place: f64) -> Time {
        let micros = place.clamp(0.0, 1.0) * LENGTH.0 as f64;
        Time(self.from.0 + (micros / 1_000.0).round() as u64 * 1_000)
    }

    /// The instants that the axis names.
    pub fn ticks(self) -> impl Iterator<Item = Time> {
        (0..=LENGTH.0 / TICK.0).map(move |i| Time(self.from.0 + i * TICK.0))
    }

    /// Whether any of a span lies in the window; what is open does.
    pub fn shows(self, from: Time, to: Option<Time>) -> bool {
        from <= self.to() && to.is_none_or(|to| to >= self.from)
    }
}

/// A view of the shard while its primary ran.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    /// The view.
    pub view: ViewNo,
    /// Its primary.
    pub primary: Pid,
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
}

/// A time in which nobody served the shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
}

/// A grant of a lock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grant {
    /// Of which.
    pub lock: LockId,
    /// Its token.
    pub token: FencingToken,
    /// To whom.
    pub client: Pid,
    /// Since when.
    pub from: Time,
    /// Until when; `None`: as far as the journal reaches.
    pub to: Option<Time>,
    /// When the holder stood still.
    pub frozen: Vec<Outage>,
}

/// A coordinator's time as leader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leadership {
    /// The term in which it was elected.
    pub term: u32,
    /// Who.
    pub leader: Pid,
    /// Since when.
    pub from: Time,
    /// Until it died, stood still, heard of a higher term, or another was elected; `None`: as far as the journal reaches.
    pub to: Option<Time>,
}

/// What a mark stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sign {
    /// A process was killed.
    Killed(Pid),
    /// Its disk was emptied.
    Wiped(Pid),
    /// It was booted again.
    Revived(Pid),
    /// It was asked to join.
    Joins(Pid),
    /// It was asked to leave.
    Leaves(Pid),
    /// An operator has chosen what it has.
    Salvages(Pid),
    /// It was made to stand still.
    Frozen(Pid),
    /// It goes on.
    Thawed(Pid),
    /// Its messages were made slower, or as fast as before.
    Slowed(Pid),
    /// Its clock drifts.
    Drifts(Pid),
    /// It fails whatever it is asked for.
    Fails(Pid),
    /// It serves again.
    Serves(Pid),
    /// A link was cut; without a second end, several of the first one's.
    Cut(Pid, Option<Pid>),
    /// A link was healed; without a second end, several of the first one's.
    Healed(Pid, Option<Pid>),
    /// The first suspects the second.
    Suspected(Pid, Pid),
    /// A process that was suspected is back.
    Returned(Pid),
    /// It was down for too long and was taken off the ring.
    Out(Pid),
    /// It holds nothing any more.
    Left(Pid),
    /// A new primary leads the shard, in this view.
    Promoted(ViewNo, Pid),
    /// So many acknowledged writes of a shard were dropped.
    Lost(u16, u32),
    /// Who was elected to lead the coordinators, in which term.
    Elected(u32, Pid),
}

/// A mark on the bar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// The fact it stands for; of several in one instant, the first.
    pub seq: Seq,
    /// When.
    pub at: Time,
    /// What.
    pub sign: Sign,
}

/// What a window shows.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Slice {
    /// The window.
    pub window: Window,
    /// Views, in order.
    pub bands: Vec<Band>,
    /// Outages, in order.
    pub outages: Vec<Outage>,
    /// Leaders of the coordinators, in order.
    pub leaderships: Vec<Leadership>,
    /// Grants, in order.
    pub grants: Vec<Grant>,
    /// Marks, in order.
    pub marks: Vec<Mark>,
    /// What became of requests, in order; nothing unless it is shown.
    pub columns: Vec<Column>,
    /// Suspicions, where the lens Doubt is shown.
    pub accusations: Vec<Accusation>,
}
