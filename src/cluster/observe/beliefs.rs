//! Who believes whom dead, at one instant: what the detectors of the processes hold, beside which the page puts the truth.

use crate::cluster::Cluster;
use crate::cluster::group::Group;
use crate::cluster::setup::detection::Detection;
use crate::proto::detector::swim::machine::Standing;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// What one process believes of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Belief {
    /// Whose belief it is.
    pub observer: Pid,
    /// Of whom.
    pub about: Pid,
    /// What.
    pub stance: Stance,
    /// For how long the observer has had no sign, by its own clock, where it goes by heartbeats.
    pub silence: Option<Span>,
    /// How suspicious that is and from where on it would be suspected, in thousandths of phi or of the limit; of detectors by silence.
    pub level: Option<(u32, u32)>,
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
        let there = |pid: &Pid| self.is_there(*pid);
        let nodes = env.nodes.iter().copied().filter(there);
        let coordinators = env.coordinators.iter().copied();
        let about: Vec<Pid> = if probing { coordinators.clone().chain(nodes.clone()).collect() } else { nodes.clone().collect() };
        let observers = coordinators.chain(nodes.filter(|_| probing));
        observers.flat_map(|observer| about.iter().filter_map(move |&about| self.belief(observer, about))).collect()
    }

    /// What one process believes of another; `None` if it does not run, or has no opinion of it.
    pub fn belief(&self, observer: Pid, about: Pid) -> Option<Belief> {
        if observer == about {
            return None;
        }
        if let Some(node) = self.node(observer) {
            let stance = in_group(node.group(), about)?;
            return Some(Belief { observer, about, stance, silence: None, level: None });
        }
        let (coordinator, now) = (self.coordinator(observer)?, self.world.local(observer));
        let contact = coordinator.contacts().find(|(pid, _)| *pid == about).map(|(_, contact)| contact);
        let silence = contact.map(|contact| now.since(contact.heard()));
        let by_heartbeats = coordinator.suspects(about).map_or(Stance::Trusts, |_: Time| Stance::Dead);
        let stance = match in_group(coordinator.group(), about) {
            // Beyond the longest silence a coordinator suspects without the group.
            Some(stance) => stance.max(by_heartbeats),
            None => contact.map(|_| by_heartbeats)?,
        };
        let config = &self.env().setup.config;
        let level = match config.detector {
            Detection::TimeOut => silence.map(|silence| (thousandths(silence, config.suspect_after), 1_000)),
            Detection::Akka | Detection::Cassandra | Detection::Chitchat => contact.and_then(|contact| contact.level(now)),
            Detection::Swim | Detection::Lifeguard => None,
        };
        Some(Belief { observer, about, stance, silence, level })
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

fn thousandths(part: Span, of: Span) -> u32 {
    u32::try_from(u128::from(part.0) * 1_000 / u128::from(of.0.max(1))).unwrap_or(u32::MAX)
}
