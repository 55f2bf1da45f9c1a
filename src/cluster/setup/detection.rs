//! By which detector coordinators suspect nodes: see [`crate::cluster::setup::suspicion`] for its figures.

/// Which detector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Detection {
    /// A silence of `suspect_after`.
    TimeOut,
    /// Phi as Akka has it: by a normal distribution.
    Akka,
    /// Phi as Cassandra has it: by an exponential distribution.
    Cassandra,
    /// Phi as chitchat has it: by the mean alone.
    Chitchat,
    /// Nodes and coordinators probe each other.
    Swim,
    /// The same, and whoever is slow itself accuses less.
    Lifeguard,
}

impl Detection {
    /// All of them, the simplest first.
    pub const ALL: [Detection; 6] =
        [Detection::TimeOut, Detection::Akka, Detection::Cassandra, Detection::Chitchat, Detection::Swim, Detection::Lifeguard];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Detection::TimeOut => "time-out",
            Detection::Akka => "akka",
            Detection::Cassandra => "cassandra",
            Detection::Chitchat => "chitchat",
            Detection::Swim => "swim",
            Detection::Lifeguard => "lifeguard",
        }
    }
}
