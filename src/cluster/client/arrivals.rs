//! When an open-loop client asks: a Poisson process whose rate may rise for a while. Nothing that becomes of its requests changes it, nor
//! what happens to anybody else: it has a random stream of its own.
//!
//! The rate that changes is made by thinning (Lewis and Shedler, 1979): instants come at the highest rate there is, and each counts with the
//! probability of the present rate to the highest.
//!
//! *Simplification.* Clients share no clock. A client reckons the start of the run from its own boot; one that boots again does not know
//! how long it was away, and asks at the usual rate from then on.

use crate::cluster::setup::asking::Asking;
use crate::cluster::wire::{Context, Timer};
use crate::proto::balance::work::Work;
use crate::sim::id::Boot;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// A client's arrivals.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Arrivals {
    rng: Rng,
    /// The start of the run by its own clock, if it knows.
    began: Option<Time>,
}

impl Arrivals {
    /// Of a new life.
    pub(super) fn boot(ctx: &Context<'_>) -> Arrivals {
        let rng = Rng::stream(ctx.env().setup.seed, Stream::Arrivals(ctx.me(), ctx.boot()));
        Arrivals { rng, began: (ctx.boot() == Boot(1)).then(|| ctx.now()) }
    }

    /// Its own chance.
    pub(super) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// Sets the timer for the next instant.
    pub(super) fn arm(&mut self, ctx: &mut Context<'_>) {
        let asking = &ctx.env().setup.config.asking;
        let gap = Work::Exponential.draw(gap(asking), &mut self.rng);
        ctx.arm(Timer::Work, gap);
    }

    /// Whether something is asked at this instant.
    pub(super) fn comes(&mut self, ctx: &Context<'_>) -> bool {
        let asking = &ctx.env().setup.config.asking;
        let elapsed = self.began.map_or(Span(u64::MAX), |began| ctx.now().since(began));
        asking.surge == 1 || self.rng.below(u32::from(asking.surge) * 1_000) < asking.pressure(elapsed)
    }
}

/// The mean gap at the highest rate.
fn gap(asking: &Asking) -> Span {
    Span::secs(1).scale(1, u64::from(asking.rate) * u64::from(asking.surge))
}
