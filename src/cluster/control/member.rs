//! A node as the control plane has it on record, and what it intends.

use crate::sim::id::{Boot, Pid};
use crate::sim::time::Time;

/// What a node intends. It says so with every heartbeat, and heartbeats overtake each other: what was said later counts, and not
/// what arrives last.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Intent {
    /// When it said so: in which life, and by its own clock. A life's clock does not go back, and lives are counted.
    pub said: (Boot, Time),
    /// Whether to leave; otherwise to take part.
    pub leaving: bool,
}

/// A node's part in the ring.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// None: it has never joined, or has left.
    Spare,
    /// It owns arcs of the ring.
    In,
    /// It is leaving: off the ring already, and its copies are on their way to others.
    Draining,
    /// It was down for too long: off the ring, and its copies are made elsewhere.
    Out,
}

/// A node by the control plane's record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NodeRecord {
    /// Who.
    pub pid: Pid,
    /// Which life is on record.
    pub boot: Boot,
    /// Whether it counts as alive.
    pub up: bool,
    /// Its part in the ring.
    pub part: Part,
    /// Since it joined it has not had every copy that the ring wants on it.
    pub joining: bool,
    /// When it said what it intended when it was last heeded: see [`Intent`].
    pub intended: (Boot, Time),
}

impl NodeRecord {
    /// A node at the beginning: there, in its first life, or not there yet.
    pub fn new(pid: Pid, part: Part) -> NodeRecord {
        let up = part != Part::Spare;
        NodeRecord { pid, boot: Boot(up.into()), up, part, joining: false, intended: (Boot(0), Time::ZERO) }
    }
}
