//! The recipe of a run as a table: a row for each figure that can be chosen. Links, the settings' form and scripts read and write
//! recipes by it, so that a new figure is one row here and its words in the catalogue.

use crate::cluster::config::{Ack, Reads};
use crate::cluster::name::LOCKS;
use crate::cluster::setup::Setup;
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

/// All figures, in the order in which links name them. What the bounds of one depend on stands before it.
pub const PARAMETERS: [Parameter; 14] = [
    Parameter {
        key: "coordinators",
        form: Form::Odd,
        bounds: |_| (1, 5),
        get: |it| it.roster.coordinators.into(),
        set: |it, n| it.roster.coordinators = n as u8,
    },
    Parameter {
        key: "nodes",
        form: Form::Count,
        bounds: |_| (3, 8),
        get: |it| it.roster.nodes.into(),
        set: |it, n| it.roster.nodes = n as u8,
    },
    Parameter {
        key: "balancers",
        form: Form::Count,
        bounds: |_| (1, 2),
        get: |it| it.roster.balancers.into(),
        set: |it, n| it.roster.balancers = n as u8,
    },
    Parameter {
        key: "clients",
        form: Form::Count,
        bounds: |_| (1, 24),
        get: |it| it.roster.clients.into(),
        set: |it, n| it.roster.clients = n as u8,
    },
    Parameter {
        key: "workers",
        form: Form::Count,
        bounds: |it| (0, it.roster.clients.into()),
        get: |it| it.config.workers.into(),
        set: |it, n| it.config.workers = n as u8,
    },
    // Of a thousand messages.
    Parameter {
        key: "loss",
        form: Form::Count,
        bounds: |_| (0, 1_000),
        get: |it| it.config.loss.into(),
        set: |it, n| it.config.loss = n as u16,
    },
    Parameter {
        key: "duplicates",
        form: Form::Count,
        bounds: |_| (0, 1_000),
        get: |it| it.config.duplicates.into(),
        set: |it, n| it.config.duplicates = n as u16,
    },
    Parameter {
        key: "min",
        form: Form::Count,
        bounds: |it| (1, it.config.replicas.into()),
        get: |it| it.config.min_in_sync.into(),
        set: |it, n| it.config.min_in_sync = n as u8,
    },
    Parameter {
        key: "locks",
        form: Form::Count,
        bounds: |_| (1, LOCKS.len() as u64),
        get: |it| it.config.locks.into(),
        set: |it, n| it.config.locks = n as u8,
    },
    Parameter {
        key: "lease",
        form: Form::Span,
        bounds: |_| (1, 60),
        get: |it| it.config.lock_lease.0,
        set: |it, n| it.config.lock_lease = Span(n),
    },
    Parameter {
        key: "delay",
        form: Form::Span,
        bounds: |_| (0, 60),
        get: |it| it.config.lock_delay.0,
        set: |it, n| it.config.lock_delay = Span(n),
    },
    Parameter {
        key: "patience",
        form: Form::Span,
        bounds: |_| (0, 60),
        get: |it| it.config.lock_patience.0,
        set: |it, n| it.config.lock_patience = Span(n),
    },
    Parameter {
        key: "ack",
        form: Form::Word(&ACKS),
        bounds: |_| (0, ACKS.len() as u64 - 1),
        get: |it| it.config.ack as u64,
        set: |it, n| it.config.ack = Ack::ALL[n as usize],
    },
    Parameter {
        key: "reads",
        form: Form::Word(&READS),
        bounds: |_| (0, READS.len() as u64 - 1),
        get: |it| it.config.reads as u64,
        set: |it, n| it.config.reads = Reads::ALL[n as usize],
    },
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
    }
}
