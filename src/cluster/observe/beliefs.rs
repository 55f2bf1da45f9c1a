//! Who believes whom dead, at one instant: what the detectors of the processes hold, beside which the page puts the truth.

use crate::cluster::Cluster;
use crate::cluster::group::Group;
use crate::cluster::setup::detection::Detection;
use crate::proto::detector::swim::machine::Standing;
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// What one process believes of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Belief {
    /// Whose belief it is.
    pub observer: Pid,
    /// Of whom.
    pub about: Pid,
    /// What.
    pub stance: Stance,
}

/// Why it is believed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// By the length of a silence alone.
    Silence {
        /// For how long there has been no sign, by the observer's clock.
        silence: Span,
        /// What is borne.
        limit: Span,
    },
    /// By how unusual it is.
    Phi(Phi),
    /// By probes.
    Probes(Probes),
}

/// A silence, and what three estimators make of it that have seen the same gaps between heartbeats.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phi {
    /// For how long there has been no sign, by the observer's clock.
    pub silence: Span,
    /// Gaps that are remembered, and their mean.
    pub gaps: (u32, Span),
    /// Each estimator with its level now, in thousandths of phi.
    pub now: [(Detection, u32); 3],
    /// Each one's levels at silences of one [`Phi::STEP`], two, and so on.
    pub curves: [Vec<u32>; 3],
}

impl Phi {
    /// Between two points of a curve.
    pub const STEP: Span = Span::millis(50);
    /// Points of a curve: up to four seconds.
    pub const POINTS: u64 = 80;
}

/// What a member of the group knows of another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Probes {
    /// The incarnation by which it knows it.
    pub incarnation: u32,
    /// For how long it has suspected it, by whose word, and how long the accused may still speak up.
    pub suspected: Option<(Span, Vec<Pid>, Span)>,
    /// Whom it probes in this period.
    pub target: Option<Pid>,
    /// How ill it feels itself: 0 is well, 8 is as ill as it gets.
    pub score: u8,
}

/// What is believed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stance {
    /// It lives.
    Trusts,
    /// It may be dead; whoever hears of it may still speak up.
    Doubts,
    /// It is taken for dead.
    Dead,
}

impl Cluster {
    /// What every running process believes of every node that takes part or has, in the order of pids. Coordinators hear heartbeats and have
    /// an opinion, whether they lead or not; where members probe each other, nodes have one too, and coordinators are among those of
    /// whom one is had.
    pub fn beliefs(&self) -> Vec<Belief> {
        let env = self.env();
        let probing = env.setup.config.swim().is_some();
        let nodes = || env.nodes.iter().copied().filter(|&pid| self.is_there(pid));
        let coordinators = || env.coordinators.iter().copied();
        let about: Vec<Pid> = coordinators().filter(|_| probing).chain(nodes()).collect();
        let observers = coordinators().chain(nodes().filter(|_| probing));
        observers.flat_map(|observer| about.iter().filter_map(move |&about| self.belief(observer, about))).collect()
    }

    fn belief(&self, observer: Pid, about: Pid) -> Option<Belief> {
        let stance = if let Some(node) = self.node(observer) {
            in_group(node.group(), about)
        } else {
            let coordinator = self.coordinator(observer)?;
            let told = in_group(coordinator.group(), about);
            let watched = coordinator.contacts().any(|(pid, _)| pid == about);
            let heard = watched.then(|| if coordinator.suspects(about).is_some() { Stance::Dead } else { Stance::Trusts });
            // Beyond the longest silence a coordinator suspects without the group.
            told.max(heard)
        };
        stance.filter(|_| observer != about).map(|stance| Belief { observer, about, stance })
    }

    /// Why one process believes of another what it does; `None` if it does not run, or has no opinion of it.
    pub fn reason(&self, observer: Pid, about: Pid) -> Option<Reason> {
        let now = self.world.local(observer);
        let group = self.node(observer).map(|node| node.group()).or_else(|| Some(self.coordinator(observer)?.group()))?;
        if let (Some(swim), Some(config)) = (group.swim(), self.env().setup.config.swim()) {
            let suspected = match swim.standing(about) {
                Standing::Suspect { since, by } => {
                    let left = swim.buries_at(about, &config).map_or(Span::ZERO, |at| at.since(now));
                    Some((now.since(*since), by.clone(), left))
                }
                Standing::Alive | Standing::Dead => None,
            };
            let (incarnation, target, score) = (swim.incarnation(about).0, swim.target(), swim.score());
            return Some(Reason::Probes(Probes { incarnation, suspected, target, score }));
        }
        let (_, contact) = self.coordinator(observer)?.contacts().find(|(pid, _)| *pid == about)?;
        let (silence, config) = (now.since(contact.heard()), &self.env().setup.config);
        let Some(accrual) = contact.accrual() else { return Some(Reason::Silence { silence, limit: config.suspect_after }) };
        let three = config.estimators().map(|(detection, estimator)| (detection, estimator, accrual.as_seen_by(estimator)));
        let own = accrual.window();
        Some(Reason::Phi(Phi {
            silence,
            gaps: (own.len() as u32, Span(own.sum() / own.len().max(1))),
            now: [0, 1, 2].map(|i| (three[i].0, three[i].1.level(silence, &three[i].2).0)),
            curves: [0, 1, 2].map(|i| (1..=Phi::POINTS).map(|n| three[i].1.level(Phi::STEP.scale(n, 1), &three[i].2).0).collect()),
        }))
    }
}

/// By the group's word; `None` without a group.
fn in_group(group: &Group, about: Pid) -> Option<Stance> {
    Some(match group.swim()?.standing(about) {
        Standing::Alive => Stance::Trusts,
        Standing::Suspect { .. } => Stance::Doubts,
        Standing::Dead => Stance::Dead,
    })
}
