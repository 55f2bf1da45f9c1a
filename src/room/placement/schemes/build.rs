//! A scheme of its kind, made for a fleet.

use crate::room::placement::schemes::fleet::Fleet;
use crate::room::placement::schemes::scheme::{Algorithm, Error, Options, Scheme};
use crate::room::placement::schemes::{anchor, jump, ketama, maglev, modulo, probing, rendezvous, ringed};

/// The scheme of an algorithm for a fleet as it is now. A fleet without a living member makes a scheme that owns nothing.
///
/// # Errors
/// Weights the algorithm cannot regard, options out of bounds.
pub fn build(algorithm: Algorithm, fleet: &Fleet, options: &Options) -> Result<Box<dyn Scheme>, Error> {
    let mut weights = fleet.living().map(|(_, member)| member.weight());
    if let Some(first) = weights.next()
        && !algorithm.weighs()
        && weights.any(|weight| weight != first)
    {
        return Err(Error::CannotWeigh { algorithm });
    }
    Ok(match algorithm {
        Algorithm::Modulo => Box::new(modulo::Modulo::new(fleet, options.hash)),
        Algorithm::Ring => Box::new(ringed::Ringed::new(fleet, options)?),
        Algorithm::RingBounded => Box::new(ringed::RingBounded::new(fleet, options)?),
        Algorithm::Rendezvous => Box::new(rendezvous::Rendezvous::new(fleet, options.hash)),
        Algorithm::Jump => Box::new(jump::Jump::new(fleet, options.hash)),
        Algorithm::Maglev => Box::new(maglev::Maglev::new(fleet, options)?),
        Algorithm::MultiProbe => Box::new(probing::MultiProbe::new(fleet)),
        Algorithm::Anchor => Box::new(anchor::Anchor::new(fleet, options.hash)),
        Algorithm::Ketama => Box::new(ketama::Ketama::new(fleet)),
    })
}
