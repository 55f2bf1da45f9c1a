//! What a coordinator knows of each node and balancer by its own ears: see [`crate::cluster::wire::reach`] for what counts.

use crate::cluster::control::record::Version;
use crate::cluster::group::Verdict;
use crate::cluster::note::{ControlNote, Note, SuspectWhy};
use crate::cluster::setup::config::Config;
use crate::cluster::setup::detection::Detection;
use crate::proto::detector::accrual::Accrual;
use crate::proto::detector::choice::Opinion;
use crate::proto::detector::{Detector, Watch};
use crate::sim::digest::Later;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What a coordinator knows of one node or balancer by its own ears.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::cluster) struct Contact {
    pub(super) pid: Pid,
    pub(super) is_node: bool,
    /// When the last sign came that this coordinator reaches it, and whether it is suspected, by whichever detector.
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
    /// What a detector by phi has learnt of its signs.
    opinion: Later<Option<Opinion>>,
}

impl Contact {
    pub(super) fn new(pid: Pid, is_node: bool, now: Time, config: &Config) -> Contact {
        let opinion = Later(config.accrual().filter(|_| is_node).map(|kind| kind.watch(now)));
        let watch = Watch::new(now);
        Contact { pid, is_node, watch, heard: now, signs: None, leased: Time::ZERO, known: 0, pending: false, opinion }
    }

    /// A heartbeat has come, which may be a sign of reach.
    pub(super) fn hear(&mut self, known: Version, sign: bool, now: Time, config: &Config) {
        assert!(self.heard <= now, "a coordinator's clock has gone back");
        (self.known, self.heard) = (known, now);
        if sign {
            let first = self.signs.filter(|&(_, last)| now.since(last) <= longest_gap(config)).map_or(now, |(first, _)| first);
            self.signs = Some((first, now));
            if let Some(opinion) = &mut self.opinion.0 {
                opinion.hear(now);
            }
            if config.swim().is_none() {
                self.watch.hear(now);
            } else {
                self.watch.resume(now); // whether it is dead is for the group to say
            }
        }
    }

    /// The coordinator was away: silence counts from now.
    pub(super) fn resume(&mut self, now: Time) {
        self.watch.resume(now);
        if let Some(opinion) = &mut self.opinion.0 {
            opinion.resume(now);
        }
    }

    /// Whether it has shown no sign for so long that it seems out of reach.
    pub(super) fn is_missed(&self, now: Time, config: &Config) -> bool {
        now.since(self.watch.heard()) > config.missed_after
    }

    /// Whether a silence of this length is suspicious.
    fn is_suspicious(&self, silent: Span, verdict: Verdict, config: &Config) -> bool {
        if config.detector == Detection::TimeOut {
            return silent > config.suspect_after;
        }
        let learnt = |opinion: &Opinion| opinion.level(opinion.heard() + silent) >= opinion.threshold();
        silent > config.out_after || verdict == Verdict::Dead || self.opinion.0.as_ref().is_some_and(learnt)
    }

    /// Why it is suspected, if it is.
    fn why(&self, now: Time, verdict: Verdict, config: &Config) -> SuspectWhy {
        match verdict {
            Verdict::Dead => SuspectWhy::Told,
            Verdict::None if self.is_suspicious(now.since(self.heard), verdict, config) => SuspectWhy::Silent,
            Verdict::None => SuspectWhy::Deaf,
        }
    }

    /// Looks at the clock. Gives whether it is this look that raises the suspicion.
    pub(super) fn look(&mut self, now: Time, verdict: Verdict, config: &Config) -> bool {
        let silent = now.since(self.watch.heard());
        let counts = match self.why(now, verdict, config) {
            SuspectWhy::Silent | SuspectWhy::Told => silent,
            // It is heard again: the next heartbeat may be the sign.
            SuspectWhy::Deaf => Span(silent.0.saturating_sub(config.heartbeat_every.0)),
        };
        if !self.is_suspicious(counts, verdict, config) {
            if config.swim().is_some() {
                self.watch.acquit();
            }
            return false;
        }
        let raised = self.watch.suspected().is_none();
        if raised {
            self.watch.suspect(now);
            if let Some(opinion) = &mut self.opinion.0 {
                opinion.look(now);
            }
        }
        raised
    }

    pub(super) fn suspicion(&self, now: Time, verdict: Verdict, config: &Config) -> Note {
        let (silent, why) = (now.since(self.watch.heard()), self.why(now, verdict, config));
        Note::Control(ControlNote::Suspected { node: self.pid, silent, why })
    }

    /// What a detector by phi has learnt.
    pub(in crate::cluster) fn accrual(&self) -> Option<&Accrual> {
        self.opinion.0.as_ref()?.accrual()
    }

    /// When the last sign of reach came.
    pub(in crate::cluster) fn heard(&self) -> Time {
        self.watch.heard()
    }
}

/// The longest gap between two signs of reach by which a coordinator counts as reaching a node without doubt.
pub(super) fn longest_gap(config: &Config) -> Span {
    config.missed_after.scale(1, 2)
}
