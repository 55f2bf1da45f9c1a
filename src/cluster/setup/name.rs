//! The cast: what each process is and what people call it.

use std::fmt;
use std::str::FromStr;

use crate::sim::id::Pid;

/// What a process is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// A member of the control plane, `K1`...
    Coordinator,
    /// A storage server, `A`..`H`.
    Node,
    /// A front door, `L1`...
    Balancer,
    /// A client, `c1`...
    Client,
}

/// What the locks are called, and the documents that they protect.
pub const LOCKS: [&str; 3] = ["orders", "stock", "mail"];

/// A process's name: its kind and its number within the kind, from zero. Prints as `K1`, `A`, `L1`, `c1`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name {
    /// What it is.
    pub kind: Kind,
    /// Its number within the kind, from zero: node 2 prints as `C`.
    pub n: u8,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Coordinator => write!(f, "K{}", self.n + 1),
            Kind::Node => write!(f, "{}", char::from(b'A' + self.n)),
            Kind::Balancer => write!(f, "L{}", self.n + 1),
            Kind::Client => write!(f, "c{}", self.n + 1),
        }
    }
}

/// The text is no process's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAName;

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(s: &str) -> Result<Name, NotAName> {
        let numbered = |kind, digits: &str| {
            let n: u8 = digits.parse().map_err(|_| NotAName)?;
            if digits.starts_with(['0', '+']) || n == 0 {
                return Err(NotAName);
            }
            Ok(Name { kind, n: n - 1 })
        };
        match s.as_bytes() {
            [letter @ b'A'..=b'H'] => Ok(Name { kind: Kind::Node, n: letter - b'A' }),
            [b'K', ..] => numbered(Kind::Coordinator, &s[1..]),
            [b'L', ..] => numbered(Kind::Balancer, &s[1..]),
            [b'c', ..] => numbered(Kind::Client, &s[1..]),
            _ => Err(NotAName),
        }
    }
}

/// Nodes of a run at most, those that join later among them: `A`..`H`.
pub const NODES_MAX: u8 = 8;

/// How many of each kind there are at the beginning, and so which `Pid` is who: coordinators, nodes, balancers, clients, in that order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Roster {
    /// Members of the control plane.
    pub coordinators: u8,
    /// Storage servers at the beginning. Up to [`NODES_MAX`] may join later; every one of those has its pid from the start.
    pub nodes: u8,
    /// Front doors.
    pub balancers: u8,
    /// Clients, workers among them.
    pub clients: u8,
}

impl Roster {
    /// The kinds in the order of their pids, each with its head count.
    const fn counts(&self) -> [(Kind, u8); 4] {
        [(Kind::Coordinator, self.coordinators), (Kind::Node, NODES_MAX), (Kind::Balancer, self.balancers), (Kind::Client, self.clients)]
    }

    /// Whether the process is there from the beginning.
    pub fn begins(&self, pid: Pid) -> bool {
        let name = self.name(pid);
        name.kind != Kind::Node || name.n < self.nodes
    }

    /// How many processes there are or may be.
    pub fn len(&self) -> usize {
        self.counts().iter().map(|&(_, n)| n as usize).sum()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The process called `name`, if there is one.
    pub fn pid(&self, name: Name) -> Option<Pid> {
        let mut first = 0;
        for (kind, n) in self.counts() {
            if kind == name.kind {
                return (name.n < n).then_some(Pid(first + u16::from(name.n)));
            }
            first += u16::from(n);
        }
        None
    }

    /// What the process is called.
    ///
    /// # Panics
    /// If there is no such process.
    pub fn name(&self, pid: Pid) -> Name {
        let mut n = pid.0;
        for (kind, count) in self.counts() {
            if n < u16::from(count) {
                return Name { kind, n: n as u8 };
            }
            n -= u16::from(count);
        }
        panic!("no process has the number {}", pid.0)
    }

    /// All processes, in the order of their pids.
    pub fn pids(&self) -> impl Iterator<Item = Pid> + use<> {
        (0..self.len() as u16).map(Pid)
    }

    /// All processes of one kind, in order.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = Pid> + use<> {
        let mut first = 0;
        for (k, n) in self.counts() {
            if k == kind {
                return (first..first + u16::from(n)).map(Pid);
            }
            first += u16::from(n);
        }
        unreachable!("every kind has a count")
    }
}
