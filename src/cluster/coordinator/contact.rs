//! What a coordinator knows of each node and balancer by its own ears: see [`crate::cluster::wire::reach`] for what counts.

use crate::cluster::control::record::Version;
use crate::cluster::note::{ControlNote, Note, SuspectWhy};
use crate::cluster::setup::config::Config;
use crate::cluster::setup::env::Env;
use crate::proto::detector::Watch;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What a coordinator knows of one node or balancer by its own ears.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::cluster) struct Contact {
    pub(super) pid: Pid,
    pub(super) is_node: bool,
    /// Counts the signs that this coordinator reaches it.
    pub(super) watch: Watch,
    /// When it was last heard, sign or not.
    heard: Time,
    /// The present row of signs without a longer gap: when the first one came, and the last. `None` before any.
    pub(super) signs: Option<(Time, Time)>,
    /// Leader: when it last renewed its lease.
    pub(super) leased: Time,
    /// The decisions it knows, by its latest heartbeat.
    pub(super) known: Version,
    /// Leader: a decision about it is under way: until it is made, its lease is not renewed.
    pub(super) pending: bool,
}

impl Contact {
    pub(super) fn new(pid: Pid, is_node: bool, now: Time) -> Contact {
        Contact { pid, is_node, watch: Watch::new(now), heard: now, signs: None, leased: Time::ZERO, known: 0, pending: false }
    }

    /// A heartbeat has come. Gives back whether it was a sign of reach.
    pub(super) fn hear(&mut self, known: Version, sign: bool, gap: Span, now: Time) -> bool {
        assert!(self.heard <= now, "a coordinator's clock has gone back");
        (self.known, self.heard) = (known, now);
        if sign {
            let first = self.signs.filter(|&(_, last)| now.since(last) <= gap).map_or(now, |(first, _)| first);
            self.signs = Some((first, now));
            self.watch.hear(now);
        }
        sign
    }

    /// Whether it has shown no sign for so long that it seems out of reach.
    pub(super) fn is_missed(&self, now: Time, config: &Config) -> bool {
        now.since(self.watch.heard()) > config.suspect_after
    }

    /// Why it is suspected, if it is.
    pub(super) fn why(&self, now: Time, config: &Config) -> SuspectWhy {
        if now.since(self.heard) > config.suspect_after { SuspectWhy::Silent } else { SuspectWhy::Deaf }
    }

    pub(super) fn suspicion(&self, now: Time, config: &Config) -> Note {
        Note::Control(ControlNote::Suspected { node: self.pid, silent: now.since(self.watch.heard()), why: self.why(now, config) })
    }
}

/// The longest gap between two signs of reach by which a coordinator counts as reaching a node without doubt.
pub(super) fn longest_gap(env: &Env) -> Span {
    env.setup.config.suspect_after.scale(1, 2)
}
