//! Until when an answer is worth having. A deadline travels along with a request: whoever gets it after that drops it, and whoever
//! asks others on its behalf gives them no longer (gRPC deadlines; "Site Reliability Engineering", chapter 22).
//!
//! What is sent is the span that is left, not an instant: clocks differ. So the time under way is not taken off, and a deadline
//! at the far end is late by as much.

use crate::sim::time::{Span, Time};

/// An instant by the clock of whoever holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Deadline(Time);

impl Deadline {
    /// So much is left from now.
    pub fn after(now: Time, left: Span) -> Deadline {
        Deadline(now + left)
    }

    /// The instant.
    pub fn at(self) -> Time {
        self.0
    }

    /// What is left, to be sent along; `None` once it has passed: nothing need be sent.
    pub fn left(self, now: Time) -> Option<Span> {
        (now < self.0).then(|| self.0.since(now))
    }

    /// That of a request made on behalf of this one, which would by itself have `own`: whichever is earlier.
    pub fn within(self, now: Time, own: Span) -> Deadline {
        Deadline(self.0.min(now + own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_travels_as_what_is_left_and_never_grows() {
        let client = Deadline::after(Time(1_000), Span(500));
        assert_eq!(client.left(Time(1_100)), Some(Span(400)));
        // The server's clock shows something else.
        let server = Deadline::after(Time(77), Span(400));
        assert_eq!(server.within(Time(100), Span(1_000)), server);
        assert_eq!(server.within(Time(100), Span(50)).at(), Time(150));
        assert_eq!((server.left(Time(477)), server.left(Time(476))), (None, Some(Span(1))));
    }
}
