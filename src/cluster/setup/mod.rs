//! The recipe of a run, without the actions that are done during it.

pub mod asking;
pub mod config;
pub mod deadlines;
pub mod detection;
pub mod durability;
pub mod env;
pub mod key;
pub mod name;
pub mod rules;
pub mod suspicion;

use crate::cluster::setup::config::Config;
use crate::cluster::setup::name::Roster;
use crate::cluster::setup::rules::Rules;

/// Everything that decides a run before any action.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Setup {
    /// From which every random stream is derived.
    pub seed: u64,
    /// Who takes part. Bounds: coordinators 1, 3 or 5, nodes 3..=8, balancers 1..=2, clients 1..=24.
    pub roster: Roster,
    /// Which protective measures are on.
    pub rules: Rules,
    /// The figures.
    pub config: Config,
}

impl Setup {
    /// The default cluster under a given seed: three coordinators, six nodes, one balancer, eight clients.
    pub fn new(seed: u64) -> Setup {
        Setup {
            seed,
            roster: Roster { coordinators: 3, nodes: 6, balancers: 1, clients: 8 },
            rules: Rules::ALL_ON,
            config: Config::default(),
        }
    }
}
