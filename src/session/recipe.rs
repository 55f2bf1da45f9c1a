//! The recipe of a run as a table: a row for each figure that can be chosen. Links, the settings' form and scripts read and write
//! recipes by it, so that a new figure is one row here and its words in the catalogue.

use crate::cluster::setup::Setup;
use crate::cluster::setup::asking::{BREAKER_WINDOW, Door, JITTERS, WITHOUT_END};
use crate::cluster::setup::config::{Ack, Health, LAWS, ORDERS, Reads, Shedding, Spread};
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::name::LOCKS;
use crate::sim::time::Span;

/// A figure of a recipe.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// What it is called in links, forms and scripts.
    pub key: &'static str,
    /// What its values are.
    pub form: Form,
    /// The least and the greatest value in such a recipe; of spans in seconds.
    bounds: fn(&Setup) -> (u64, u64),
    get: fn(&Setup) -> u64,
    set: fn(&mut Setup, u64),
}

/// What the values of a figure are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Whole numbers.
    Count,
    /// Odd numbers: an even number of coordinators survives no more deaths than one less.
    Odd,
    /// Spans in microseconds. They are written in seconds, with up to six decimals.
    Span,
    /// These words, each known by its place among them.
    Word(&'static [&'static str]),
}

/// The words of ways to acknowledge.
const ACKS: [&str; Ack::ALL.len()] = [Ack::ALL[0].word(), Ack::ALL[1].word(), Ack::ALL[2].word()];
/// The words of ways to read.
const READS: [&str; Reads::ALL.len()] = [Reads::ALL[0].word(), Reads::ALL[1].word()];
/// The words of ways to spread reads.
const SPREADS: [&str; Spread::ALL.len()] =
    [Spread::ALL[0].word(), Spread::ALL[1].word(), Spread::ALL[2].word(), Spread::ALL[3].word(), Spread::ALL[4].word()];
/// The words of detectors.
const DETECTORS: [&str; Detection::ALL.len()] = [
    Detection::ALL[0].word(),
    Detection::ALL[1].word(),
    Detection::ALL[2].word(),
    Detection::ALL[3].word(),
    Detection::ALL[4].word(),
    Detection::ALL[5].word(),
];
/// The words of laws by which work varies.
const LAW_WORDS: [&str; LAWS.len()] = [LAWS[0].0, LAWS[1].0, LAWS[2].0];
/// The words of orders in which it is done.
const ORDER_WORDS: [&str; ORDERS.len()] = [ORDERS[0].0, ORDERS[1].0];
/// The words of doors, and of what balancers make of answers.
const DOORS: [&str; Door::ALL.len()] = [Door::ALL[0].word(), Door::ALL[1].word()];
const HEALTHS: [&str; Health::ALL.len()] = [Health::ALL[0].word(), Health::ALL[1].word()];
/// The words of ways to shed load.
const SHED_WORDS: [&str; Shedding::ALL.len()] = [Shedding::ALL[0].word(), Shedding::ALL[1].word(), Shedding::ALL[2].word()];
/// What nodes know of how long a client waits.
pub const DEADLINE_WORDS: [&str; 2] = ["unknown", "carried"];
/// The words of kinds of jitter.
const JITTER_WORDS: [&str; JITTERS.len()] = [JITTERS[0].0, JITTERS[1].0, JITTERS[2].0, JITTERS[3].0];

/// A row of the table.
const fn row(
    key: &'static str,
    form: Form,
    bounds: fn(&Setup) -> (u64, u64),
    get: fn(&Setup) -> u64,
    set: fn(&mut Setup, u64),
) -> Parameter {
    Parameter { key, form, bounds, get, set }
}

/// All figures, in the order in which links name them. What the bounds of one depend on stands before it. Values within their
/// bounds fit their fields.
pub const PARAMETERS: [Parameter; 41] = [
    row("coordinators", Form::Odd, |_| (1, 5), |it| it.roster.coordinators.into(), |it, n| it.roster.coordinators = n as u8),
    row("nodes", Form::Count, |_| (3, 8), |it| it.roster.nodes.into(), |it, n| it.roster.nodes = n as u8),
    row("balancers", Form::Count, |_| (1, 2), |it| it.roster.balancers.into(), |it, n| it.roster.balancers = n as u8),
    row("clients", Form::Count, |_| (1, 24), |it| it.roster.clients.into(), |it, n| it.roster.clients = n as u8),
    row("workers", Form::Count, |it| (0, it.roster.clients.into()), |it| it.config.workers.into(), |it, n| it.config.workers = n as u8),
    // Of a thousand messages.
    row("loss", Form::Count, |_| (0, 1_000), |it| it.config.loss.into(), |it, n| it.config.loss = n as u16),
    row("duplicates", Form::Count, |_| (0, 1_000), |it| it.config.duplicates.into(), |it, n| it.config.duplicates = n as u16),
    row(
        "min",
        Form::Count,
        |it| (1, it.config.replicas.into()),
        |it| it.config.min_in_sync.into(),
        |it, n| it.config.min_in_sync = n as u8,
    ),
    row("locks", Form::Count, |_| (1, LOCKS.len() as u64), |it| it.config.locks.into(), |it, n| it.config.locks = n as u8),
    row("lease", Form::Span, |_| (1, 60), |it| it.config.lock_lease.0, |it, n| it.config.lock_lease = Span(n)),
    row("delay", Form::Span, |_| (0, 60), |it| it.config.lock_delay.0, |it, n| it.config.lock_delay = Span(n)),
    row("patience", Form::Span, |_| (0, 60), |it| it.config.lock_patience.0, |it, n| it.config.lock_patience = Span(n)),
    row("ack", Form::Word(&ACKS), |_| (0, ACKS.len() as u64 - 1), |it| it.config.ack as u64, |it, n| it.config.ack = Ack::ALL[n as usize]),
    row(
        "reads",
        Form::Word(&READS),
        |_| (0, READS.len() as u64 - 1),
        |it| it.config.reads as u64,
        |it, n| it.config.reads = Reads::ALL[n as usize],
    ),
    row(
        "spread",
        Form::Word(&SPREADS),
        |_| (0, SPREADS.len() as u64 - 1),
        |it| it.config.spread as u64,
        |it, n| it.config.spread = Spread::ALL[n as usize],
    ),
    row("service", Form::Span, |_| (0, 1), |it| it.config.service.0, |it, n| it.config.service = Span(n)),
    row(
        "law",
        Form::Word(&LAW_WORDS),
        |_| (0, LAW_WORDS.len() as u64 - 1),
        |it| LAWS.iter().position(|(_, law)| *law == it.config.law).expect("a law of the list") as u64,
        |it, n| it.config.law = LAWS[n as usize].1,
    ),
    row("queue", Form::Count, |_| (0, 1_000), |it| it.config.queue.into(), |it, n| it.config.queue = n as u16),
    row(
        "order",
        Form::Word(&ORDER_WORDS),
        |_| (0, ORDER_WORDS.len() as u64 - 1),
        |it| ORDERS.iter().position(|(_, order)| *order == it.config.order).expect("an order of the list") as u64,
        |it, n| it.config.order = ORDERS[n as usize].1,
    ),
    row("servers", Form::Count, |_| (1, 8), |it| it.config.servers.into(), |it, n| it.config.servers = n as u8),
    row(
        "shed",
        Form::Word(&SHED_WORDS),
        |_| (0, SHED_WORDS.len() as u64 - 1),
        |it| it.config.shed as u64,
        |it, n| it.config.shed = Shedding::ALL[n as usize],
    ),
    row("timeout", Form::Span, |_| (0, 60), |it| it.config.client_timeout.0, |it, n| it.config.client_timeout = Span(n)),
    row(
        "jitter",
        Form::Word(&JITTER_WORDS),
        |_| (0, JITTER_WORDS.len() as u64 - 1),
        |it| JITTERS.iter().position(|(_, jitter)| *jitter == it.config.asking.jitter).expect("a jitter of the list") as u64,
        |it, n| it.config.asking.jitter = JITTERS[n as usize].1,
    ),
    row(
        "retries",
        Form::Count,
        |_| (0, WITHOUT_END.into()),
        |it| it.config.asking.retries.into(),
        |it, n| it.config.asking.retries = n as u8,
    ),
    row("budget", Form::Count, |_| (0, 100), |it| it.config.asking.budget.into(), |it, n| it.config.asking.budget = n as u8),
    row(
        "breaker",
        Form::Count,
        |_| (0, BREAKER_WINDOW.into()),
        |it| it.config.asking.breaker.into(),
        |it, n| it.config.asking.breaker = n as u8,
    ),
    row("throttle", Form::Count, |_| (0, 10), |it| it.config.asking.throttle.into(), |it, n| it.config.asking.throttle = n as u8),
    row(
        "deadlines",
        Form::Word(&DEADLINE_WORDS),
        |_| (0, 1),
        |it| it.config.asking.deadlines.into(),
        |it, n| it.config.asking.deadlines = n == 1,
    ),
    row(
        "door",
        Form::Word(&DOORS),
        |_| (0, DOORS.len() as u64 - 1),
        |it| it.config.asking.door as u64,
        |it, n| it.config.asking.door = Door::ALL[n as usize],
    ),
    row(
        "health",
        Form::Word(&HEALTHS),
        |_| (0, HEALTHS.len() as u64 - 1),
        |it| it.config.health as u64,
        |it, n| it.config.health = Health::ALL[n as usize],
    ),
    row("hot", Form::Count, |_| (0, 100), |it| it.config.asking.hot.into(), |it, n| it.config.asking.hot = n as u8),
    row("any", Form::Count, |_| (0, 100), |it| it.config.asking.any.into(), |it, n| it.config.asking.any = n as u8),
    row("hedge", Form::Span, |_| (0, 10), |it| it.config.hedge.0, |it, n| it.config.hedge = Span(n)),
    row("rate", Form::Count, |_| (0, 20), |it| it.config.asking.rate.into(), |it, n| it.config.asking.rate = n as u8),
    row("surge", Form::Count, |_| (1, 10), |it| it.config.asking.surge.into(), |it, n| it.config.asking.surge = n as u8),
    row("surge-from", Form::Span, |_| (0, 1_800), |it| it.config.asking.surge_from.0, |it, n| it.config.asking.surge_from = Span(n)),
    row("surge-for", Form::Span, |_| (0, 1_800), |it| it.config.asking.surge_for.0, |it, n| it.config.asking.surge_for = Span(n)),
    row("surge-ramp", Form::Span, |_| (0, 1_800), |it| it.config.asking.surge_ramp.0, |it, n| it.config.asking.surge_ramp = Span(n)),
    row(
        "detector",
        Form::Word(&DETECTORS),
        |_| (0, DETECTORS.len() as u64 - 1),
        |it| it.config.detector as u64,
        |it, n| it.config.detector = Detection::ALL[n as usize],
    ),
    row("suspect", Form::Span, |_| (0, 10), |it| it.config.suspect_after.0, |it, n| it.config.suspect_after = Span(n)),
    row("phi", Form::Count, |_| (1, 20), |it| it.config.phi.into(), |it, n| it.config.phi = n as u8),
];

impl Parameter {
    /// The figure of this key.
    pub fn of(key: &str) -> Option<&'static Parameter> {
        PARAMETERS.iter().find(|it| it.key == key)
    }

    /// Its least and greatest value in such a recipe, as they are written: of spans in seconds.
    pub fn bounds(&self, setup: &Setup) -> (u64, u64) {
        (self.bounds)(setup)
    }

    /// Its value.
    pub fn get(&self, setup: &Setup) -> u64 {
        (self.get)(setup)
    }

    /// Gives it a value.
    ///
    /// # Panics
    /// If it lies outside the bounds.
    pub fn set(&self, setup: &mut Setup, value: u64) {
        assert_eq!(self.within(setup, value), value, "{} is out of bounds", self.key);
        (self.set)(setup, value);
    }

    /// The value that it has unless somebody chooses another: the usual one, as far as such a recipe allows for it.
    pub fn usual(&self, setup: &Setup) -> u64 {
        self.within(setup, self.get(&Setup::new(setup.seed)))
    }

    /// This value, or the bound next to it.
    pub fn within(&self, setup: &Setup, value: u64) -> u64 {
        let (low, high) = self.bounds(setup);
        let unit = if self.form == Form::Span { Span::secs(1).0 } else { 1 };
        let value = value.clamp(low * unit, high * unit);
        if self.form == Form::Odd { (value - 1) / 2 * 2 + 1 } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_its_own_and_goes_from_bound_to_bound() {
        for (i, it) in PARAMETERS.iter().enumerate() {
            assert!(PARAMETERS[..i].iter().all(|other| other.key != it.key), "{} stands there twice", it.key);
            let plain = Setup::new(7);
            assert_eq!(it.usual(&plain), it.get(&plain), "{}: what is usual lies within its bounds", it.key);
            for end in [0, u64::MAX] {
                let mut setup = plain.clone();
                it.set(&mut setup, it.within(&plain, end));
                assert_eq!(it.get(&setup), it.within(&plain, end), "{}", it.key);
                let changed = PARAMETERS.iter().filter(|other| other.get(&setup) != other.get(&plain));
                assert!(changed.map(|other| other.key).all(|key| key == it.key), "{} changes another", it.key);
            }
        }
    }

    #[test]
    fn words_stand_in_the_order_of_what_they_mean() {
        assert!(Ack::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == ACKS[i]));
        assert!(Reads::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == READS[i]));
        assert!(Shedding::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == SHED_WORDS[i]));
        assert!(Door::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == DOORS[i]));
        assert!(Health::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == HEALTHS[i]));
        assert!(Spread::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == SPREADS[i]));
        assert!(Detection::ALL.iter().enumerate().all(|(i, it)| *it as usize == i && it.word() == DETECTORS[i]));
    }
}
