//! Failure detection by silence: a fixed timeout over heartbeats.

use crate::sim::time::{Span, Time};

/// What one observer knows of one peer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Watch {
    heard: Time,
    suspected: Option<Time>,
}

impl Watch {
    /// An observer that begins to watch now: the peer's silence counts from here.
    pub fn new(now: Time) -> Watch {
        Watch { heard: now, suspected: None }
    }

    /// When the peer was heard last.
    pub fn heard(&self) -> Time {
        self.heard
    }

    /// Since when the peer is suspected.
    pub fn suspected(&self) -> Option<Time> {
        self.suspected
    }

    /// The peer was heard. True if it had been suspected.
    pub fn hear(&mut self, now: Time) -> bool {
        self.heard = self.heard.max(now);
        self.suspected.take().is_some()
    }

    /// The observer was away: silence counts from now, as after a start. A suspicion stays.
    pub fn resume(&mut self, now: Time) {
        self.heard = self.heard.max(now);
    }

    /// Looks at the clock. Gives the length of the silence if it is this look that raises the suspicion:
    /// when the silence is *longer* than `max`.
    pub fn look(&mut self, now: Time, max: Span) -> Option<Span> {
        let silent = now.since(self.heard);
        if self.suspected.is_some() || silent <= max {
            return None;
        }
        self.suspected = Some(now);
        Some(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_as_long_as_the_limit_is_not_yet_suspicious() {
        let mut watch = Watch::new(Time(10));
        assert_eq!(watch.look(Time(110), Span(100)), None);
        assert_eq!(watch.look(Time(111), Span(100)), Some(Span(101)));
        assert_eq!(watch.look(Time(112), Span(100)), None, "one suspicion, not one a look");
        assert!(watch.hear(Time(113)) && !watch.hear(Time(114)));
    }
}
