//! What can be wrong with a run, and how it is told.

use crate::cluster::property::{Broken, Promise};
use crate::cluster::setup::name::Roster;
use crate::proto::replica::view::ShardId;
use crate::session::nemesis::demand::Demand;
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// Something that is wrong with what a run says of itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Oddity {
    /// A node without a lease still says that it serves.
    Claims(Pid),
    /// The ring changed more often for a node's wishes than it wished anything.
    Restless(Pid),
    /// An acknowledged write is on no disk any more, and nobody has noticed.
    Unnoticed(ShardId),
}

/// What is wrong with a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A promise was broken that was still to be kept.
    Broken(Promise, Broken),
    /// It says something of itself that is not so.
    Odd(Oddity, Time),
    /// The core has not brought this about in time; and how things stand around it.
    Unmet(Vec<Demand>, String),
}

impl Failure {
    /// It, in words.
    pub fn tell(&self, roster: &Roster) -> String {
        match self {
            Failure::Broken(promise, broken) => format!("{} broken at {} s", promise.word(), broken.at),
            Failure::Odd(Oddity::Claims(pid), at) => format!("{} says at {at} s that it serves, but has no lease", roster.name(*pid)),
            Failure::Odd(Oddity::Restless(pid), at) => {
                format!("the ring has changed more often by {at} s than {} wished anything", roster.name(*pid))
            }
            Failure::Odd(Oddity::Unnoticed(shard), at) => {
                format!("a write of shard {} is on no disk at {at} s, and nobody has noticed", shard.0)
            }
            Failure::Unmet(demands, scene) => {
                let few: Vec<String> = demands.iter().take(5).map(|it| it.tell(roster)).collect();
                let more = demands.len() - few.len();
                let more = if more > 0 { format!("; and {more} more") } else { String::new() };
                format!("the core is not live: {}{more} ({scene})", few.join("; "))
            }
        }
    }

    pub(super) fn in_rhythm(self) -> Failure {
        match self {
            Failure::Unmet(demands, scene) => Failure::Unmet(demands, format!("while one leader after the other died; {scene}")),
            Failure::Broken(..) | Failure::Odd(..) => self,
        }
    }

    /// What kind it is: failures of one kind have one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Broken(promise, _) => promise.word(),
            Failure::Odd(Oddity::Claims(_), _) => "claims",
            Failure::Odd(Oddity::Restless(_), _) => "restless",
            Failure::Odd(Oddity::Unnoticed(_), _) => "unnoticed",
            Failure::Unmet(demands, _) => demands.first().map_or("unmet", |it| it.word()),
        }
    }
}
