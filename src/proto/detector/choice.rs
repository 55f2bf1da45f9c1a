//! A detector chosen by data: a run's configuration says which.

use crate::proto::detector::accrual::Accrual;
use crate::proto::detector::accrual::estimator::{Akka, Cassandra, Chitchat, Estimator};
use crate::proto::detector::timeout::TimeOut;
use crate::proto::detector::words::{Detector, MilliPhi};
use crate::sim::time::{Span, Time};

/// Which detector, with its figures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DetectorKind {
    /// Suspects when the silence is longer than this.
    TimeOut(Span),
    /// Phi by a normal distribution.
    Akka(Akka),
    /// Phi by an exponential distribution, over ln 10.
    Cassandra(Cassandra),
    /// Silence over mean interval, with a prior.
    Chitchat(Chitchat),
}

impl DetectorKind {
    /// An observer of this kind that begins to watch now.
    ///
    /// # Panics
    /// If the figures are outside their bounds, with the reason.
    pub fn watch(self, now: Time) -> Opinion {
        match self {
            DetectorKind::TimeOut(max) => Opinion::TimeOut(TimeOut::new(max, now)),
            DetectorKind::Akka(it) => Opinion::Accrual(Accrual::new(Estimator::Akka(it), now)),
            DetectorKind::Cassandra(it) => Opinion::Accrual(Accrual::new(Estimator::Cassandra(it), now)),
            DetectorKind::Chitchat(it) => Opinion::Accrual(Accrual::new(Estimator::Chitchat(it), now)),
        }
    }
}

/// What one observer thinks of one peer, by whichever detector was chosen.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Opinion {
    /// By a fixed limit.
    TimeOut(TimeOut),
    /// By phi.
    Accrual(Accrual),
}

impl Opinion {
    /// The one by phi, if it is one.
    pub fn accrual(&self) -> Option<&Accrual> {
        match self {
            Opinion::TimeOut(_) => None,
            Opinion::Accrual(it) => Some(it),
        }
    }

    fn it(&self) -> &dyn Detector {
        match self {
            Opinion::TimeOut(it) => it,
            Opinion::Accrual(it) => it,
        }
    }
    fn it_mut(&mut self) -> &mut dyn Detector {
        match self {
            Opinion::TimeOut(it) => it,
            Opinion::Accrual(it) => it,
        }
    }
}

impl Detector for Opinion {
    fn hear(&mut self, now: Time) -> bool {
        self.it_mut().hear(now)
    }
    fn look(&mut self, now: Time) -> Option<Span> {
        self.it_mut().look(now)
    }
    fn resume(&mut self, now: Time) {
        self.it_mut().resume(now);
    }
    fn heard(&self) -> Time {
        self.it().heard()
    }
    fn suspected(&self) -> Option<Time> {
        self.it().suspected()
    }
    fn level(&self, now: Time) -> MilliPhi {
        self.it().level(now)
    }
    fn threshold(&self) -> MilliPhi {
        self.it().threshold()
    }
    fn patience(&self) -> Span {
        self.it().patience()
    }
}
