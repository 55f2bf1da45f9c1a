//! With which figures the detector of a recipe works.
//!
//! Every detector only says who is suspected. What follows is the same for all: a suspected node is declared down when no lease that it
//! may hold can last any longer. So an eager detector accuses more often and promotes nobody too early, and a lazy one only costs time.
//!
//! *Bound.* Whatever the detector thinks, a silence of `out_after` is suspicious. SWIM may hold a node for living that no coordinator hears,
//! and which therefore has no lease: without that bound its shards would be served by nobody for ever. A learnt limit may grow as long.
//!
//! *Scale.* Heartbeats come every 0.2 s here and about every second in the systems whose names the detectors bear, so all their spans
//! are a fifth of what they are there, and so is what they remember. The thresholds are theirs, or what the recipe says.

use crate::cluster::setup::config::Config;
use crate::cluster::setup::detection::Detection;
use crate::proto::detector::accrual::estimator::{Akka, Cassandra, Chitchat, Estimator};
use crate::proto::detector::choice::DetectorKind;
use crate::proto::detector::swim::words::{Lifeguard, SwimConfig, SwimRules};
use crate::proto::detector::words::MilliPhi;
use crate::sim::time::Span;

/// Intervals that an accrual detector remembers: twenty seconds of them.
const SAMPLES: u32 = 100;

impl Config {
    /// The detector of heartbeats, if it is one that learns.
    pub fn accrual(&self) -> Option<DetectorKind> {
        let (every, threshold, samples) = (self.heartbeat_every, MilliPhi(u32::from(self.phi) * 1_000), SAMPLES);
        match self.detector {
            Detection::Akka => {
                let (deviation_min, pause) = (every.scale(1, 10), every.scale(3, 1));
                Some(DetectorKind::Akka(Akka { threshold, samples, deviation_min, pause, estimate: every }))
            }
            Detection::Cassandra => {
                let twice = every.scale(2, 1);
                Some(DetectorKind::Cassandra(Cassandra { threshold, samples, initial: twice, longest: twice }))
            }
            Detection::Chitchat => {
                let (initial, longest) = (every.scale(5, 1), every.scale(10, 1));
                Some(DetectorKind::Chitchat(Chitchat { threshold, samples, initial, weight: 5, longest }))
            }
            Detection::TimeOut | Detection::Swim | Detection::Lifeguard => None,
        }
    }

    /// The three estimators of phi with this recipe's figures, for comparison.
    pub fn estimators(&self) -> [(Detection, Estimator); 3] {
        let of = |detector: Detection| match (Config { detector, ..self.clone() }).accrual() {
            Some(DetectorKind::Akka(it)) => (detector, Estimator::Akka(it)),
            Some(DetectorKind::Cassandra(it)) => (detector, Estimator::Cassandra(it)),
            Some(DetectorKind::Chitchat(it)) => (detector, Estimator::Chitchat(it)),
            Some(DetectorKind::TimeOut(_)) | None => unreachable!("these three are estimators of phi"),
        };
        [Detection::Akka, Detection::Cassandra, Detection::Chitchat].map(of)
    }

    /// The figures of the group in which members probe each other, if there is one.
    pub fn swim(&self) -> Option<SwimConfig> {
        let lifeguard = match self.detector {
            Detection::Swim => Lifeguard::OFF,
            Detection::Lifeguard => Lifeguard::FULL,
            Detection::TimeOut | Detection::Akka | Detection::Cassandra | Detection::Chitchat => return None,
        };
        let (period, time_out) = (self.heartbeat_every, self.heartbeat_every.scale(1, 2));
        Some(SwimConfig { period, time_out, rules: SwimRules::ALL, lifeguard, ..SwimConfig::default() })
    }

    /// Whether a living node that is well reached must be suspected at some time soon, since two of its heartbeats may well lie as far
    /// apart as this detector bears: without losses two periods and the longest ways, with losses five periods. Those that learn bear the longer the
    /// more is lost; but three means are a silence that one in twenty gaps reaches, and two and a third one in ten.
    pub fn is_eager(&self) -> bool {
        let late = (self.delay + self.jitter).scale(2, 1);
        let periods = if self.loss == 0 { self.heartbeat_every.scale(2, 1) + late } else { self.heartbeat_every.scale(5, 1) };
        match self.detector {
            Detection::TimeOut => self.suspect_after < periods,
            Detection::Cassandra => self.phi < 2,
            Detection::Chitchat => self.phi < 4,
            Detection::Akka | Detection::Swim | Detection::Lifeguard => false,
        }
    }

    /// Within this time a silence is suspicious, whatever was learnt, and coordinators have found out who of them reaches more.
    pub fn suspected_within(&self) -> Span {
        match self.detector {
            Detection::TimeOut => self.suspect_after.max(self.missed_after),
            Detection::Akka | Detection::Cassandra | Detection::Chitchat | Detection::Swim | Detection::Lifeguard => self.out_after,
        }
    }
}
