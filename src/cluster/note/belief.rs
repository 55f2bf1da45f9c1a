//! What processes note of their beliefs about each other, where the recipe has another detector than a time-out.

use serde_json::Value;

use crate::cluster::note::fields::{Field, Names};
use crate::sim::id::Pid;

/// A fact of belief. It happened at whoever believes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BeliefNote {
    /// It suspects somebody.
    Suspects {
        /// Whom.
        who: Pid,
        /// Whether by what it has found out itself, and not by what another told it.
        first: bool,
    },
    /// It holds somebody for dead, after a suspicion that nobody refuted.
    Buries {
        /// Whom.
        who: Pid,
    },
    /// It takes back what it held against somebody.
    Trusts {
        /// Whom.
        who: Pid,
    },
    /// It has heard that it is suspected itself, and tells the others that it lives.
    Refutes,
}

impl BeliefNote {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            BeliefNote::Suspects { .. } => "suspects",
            BeliefNote::Buries { .. } => "buries",
            BeliefNote::Trusts { .. } => "trusts",
            BeliefNote::Refutes => "refutes",
        }
    }

    /// Whether a fact step stops here and the sentence tells it: what somebody has found out, not what it was told.
    pub(super) const fn is_headline(&self) -> bool {
        match self {
            BeliefNote::Suspects { first, .. } => *first,
            BeliefNote::Refutes => true,
            BeliefNote::Buries { .. } | BeliefNote::Trusts { .. } => false,
        }
    }

    /// Its fields, in a fixed order.
    pub(super) fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            BeliefNote::Suspects { who, first } => vec![("who", names.one(*who)), ("first_hand", Value::from(*first))],
            BeliefNote::Buries { who } | BeliefNote::Trusts { who } => vec![("who", names.one(*who))],
            BeliefNote::Refutes => Vec::new(),
        }
    }
}
