//! Spreading requests over servers, and asking again without making things worse. Each part is a machine of its own, and no
//! part knows how a message travels: whoever drives it tells the time, hands in the chance, and carries out what it says.
//!
//! | module | decides |
//! |---|---|
//! | [`policy`] | which server gets a request, by what *this* balancer has sent and heard; [`prequal`], [`ewma`] are the two that keep more than counts |
//! | [`health`] | which servers get none, or few: ejection, trial, slow start; [`checks`]: by asking them |
//! | [`backoff`], [`budget`], [`breaker`] | when a failed request may be sent again, and whether |
//! | [`deadline`], [`hedge`] | until when an answer is worth having; a second copy of what takes long |
//! | [`queue`] | what a server does with work: who waits, who is served next, who is turned away |
//! | [`work`] | how long work takes: exponential, log-normal, Pareto by whole numbers only ([`crate::sim::number`]) |
//!
//! # What is simplified
//!
//! A balancer holds no connections, so a request that was given up costs it nothing more; whether the server still works on
//! it is for the driver to say. Weights do not change during a run: only shares do ([`policy::Balancer::set_share`]).

pub mod backoff;
pub mod breaker;
pub mod budget;
pub mod checks;
pub mod deadline;
pub mod ewma;
pub mod health;
pub mod hedge;
pub mod policy;
pub mod prequal;
pub mod queue;
pub mod work;

/// A server behind a balancer: its place in the balancer's list, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Backend(pub u16);

impl Backend {
    /// The index into tables with one row a backend.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
