//! What the control plane notes: who is heard, who leads, what was decided, who belongs to the ring.

use serde_json::Value;

use crate::cluster::note::fields::{Field, Names, number, text};
use crate::cluster::note::reasons::{RingWhy, SuspectWhy, YieldWhy};
use crate::proto::replica::view::Index;
use crate::sim::id::{Boot, Pid};
use crate::sim::time::Span;

/// A fact of the control plane. It happened at a coordinator, or at a node where that is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ControlNote {
    /// A coordinator has had no sign for `silent` that it reaches `node`, and takes it for dead.
    Suspected {
        /// The silent one.
        node: Pid,
        /// For how long.
        silent: Span,
        /// Whether it is not heard, or does not hear.
        why: SuspectWhy,
    },
    /// A coordinator hears again from a node it had suspected, or from a new life of a node.
    Returned {
        /// Who is back.
        node: Pid,
        /// In which life.
        boot: Boot,
        /// Whether its disk was empty.
        fresh: bool,
    },
    /// A coordinator stands for election: it hears no leader and has found that it could win, or the leader has asked it to.
    Stands {
        /// In this term.
        term: u32,
        /// The leader that has asked it to.
        asked: Option<Pid>,
    },
    /// A coordinator gave its vote of a term.
    Voted {
        /// The term.
        term: u32,
        /// To whom.
        candidate: Pid,
    },
    /// A coordinator was elected.
    Elected {
        /// In this term.
        term: u32,
    },
    /// A coordinator that led leads no more.
    SteppedDown {
        /// The term it has heard of; its own if it has given way by itself.
        term: u32,
        /// The reason.
        why: YieldWhy,
    },
    /// A coordinator has learned that everything up to `index` is decided, and applied that entry.
    Decided {
        /// Where in the coordinators' log.
        index: Index,
        /// The term that wrote it.
        term: u32,
    },
    /// A coordinator dropped the end of its log, which its leader does not have.
    DecisionsCut {
        /// The first entry dropped.
        from: Index,
        /// How many.
        dropped: u32,
    },
    /// A coordinator that was far behind has taken over its leader's state.
    StateTaken {
        /// It stands for everything up to here.
        upto: Index,
    },
    /// A coordinator that had lost its disk counts again.
    Readmitted {
        /// Which.
        who: Pid,
    },
    /// The ring was computed anew, and with it who should hold what.
    RingChanged {
        /// Because of this node.
        node: Pid,
        /// The reason.
        why: RingWhy,
        /// Copies that have to be made.
        moves: u32,
        /// The least with which any placement could have arrived at the same number of copies on every node.
        minimum: u32,
    },
    /// A node that wished to leave holds nothing any more.
    Left {
        /// Which.
        node: Pid,
    },
}

impl ControlNote {
    /// Its kind, in kebab case.
    pub const fn kind(&self) -> &'static str {
        match self {
            ControlNote::Suspected { .. } => "suspected",
            ControlNote::Returned { .. } => "returned",
            ControlNote::Stands { .. } => "stands",
            ControlNote::Voted { .. } => "voted",
            ControlNote::Elected { .. } => "elected",
            ControlNote::SteppedDown { .. } => "stepped-down",
            ControlNote::Decided { .. } => "decided",
            ControlNote::DecisionsCut { .. } => "decisions-cut",
            ControlNote::StateTaken { .. } => "state-taken",
            ControlNote::Readmitted { .. } => "readmitted",
            ControlNote::RingChanged { .. } => "ring-changed",
            ControlNote::Left { .. } => "left",
        }
    }

    /// Whether a fact step stops here and the sentence tells it. The rest is the daily work.
    pub(super) const fn is_headline(&self) -> bool {
        match self {
            ControlNote::Suspected { .. }
            | ControlNote::Returned { .. }
            | ControlNote::Stands { .. }
            | ControlNote::Elected { .. }
            | ControlNote::SteppedDown { .. }
            | ControlNote::DecisionsCut { .. }
            | ControlNote::StateTaken { .. }
            | ControlNote::Readmitted { .. }
            | ControlNote::RingChanged { .. }
            | ControlNote::Left { .. } => true,
            ControlNote::Voted { .. } | ControlNote::Decided { .. } => false,
        }
    }

    /// Its fields, in a fixed order.
    pub(super) fn fields(&self, names: &Names<'_>) -> Vec<Field> {
        match self {
            ControlNote::Suspected { node, silent, why } => {
                vec![("node", names.one(*node)), ("silent_us", number(silent.0)), ("why", text(why.word()))]
            }
            ControlNote::Returned { node, boot, fresh } => {
                vec![("node", names.one(*node)), ("boot", number(boot.0)), ("fresh", Value::from(*fresh))]
            }
            ControlNote::Stands { term, asked } => {
                vec![("term", number(*term)), ("asked_by", asked.map_or(Value::Null, |pid| names.one(pid)))]
            }
            ControlNote::Elected { term } => vec![("term", number(*term))],
            ControlNote::SteppedDown { term, why } => {
                let to = match why {
                    YieldWhy::ReachesMore(to) => names.one(*to),
                    YieldWhy::HigherTerm | YieldWhy::Unheard => Value::Null,
                };
                vec![("term", number(*term)), ("why", text(why.word())), ("to", to)]
            }
            ControlNote::Voted { term, candidate } => vec![("term", number(*term)), ("candidate", names.one(*candidate))],
            ControlNote::Decided { index, term } => vec![("index", number(index.0)), ("term", number(*term))],
            ControlNote::DecisionsCut { from, dropped } => vec![("from", number(from.0)), ("dropped", number(*dropped))],
            ControlNote::StateTaken { upto } => vec![("upto", number(upto.0))],
            ControlNote::Readmitted { who } => vec![("coordinator", names.one(*who))],
            ControlNote::RingChanged { node, why, moves, minimum } => {
                vec![("node", names.one(*node)), ("why", text(why.word())), ("moves", number(*moves)), ("minimum", number(*minimum))]
            }
            ControlNote::Left { node } => vec![("node", names.one(*node))],
        }
    }
}
