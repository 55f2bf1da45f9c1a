//! The recipe of the next run while somebody is still writing it.

use ringside::cluster::config::{Ack, Reads};
use ringside::cluster::name::{Kind, LOCKS};
use ringside::cluster::rules::{Rule, Rules};
use ringside::cluster::setup::Setup;
use ringside::sim::time::Span;

/// Bounds of the counts of a kind, as `cluster::setup` names them.
pub const fn bounds(kind: Kind) -> (u8, u8) {
    match kind {
        Kind::Coordinator => (1, 5),
        Kind::Node => (3, 8),
        Kind::Balancer => (1, 2),
        Kind::Client => (1, 24),
    }
}

/// A figure of the locks' part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockFigure {
    /// Clients that are workers.
    Workers,
    /// Locks.
    Locks,
    /// A lease, in seconds.
    Lease,
    /// For how long a lock rests, in seconds.
    Delay,
    /// For how long a worker waits, in seconds; 0: for ever.
    Patience,
}

impl LockFigure {
    /// All of them, in the order of the form.
    pub const ALL: [LockFigure; 5] = [LockFigure::Workers, LockFigure::Locks, LockFigure::Lease, LockFigure::Delay, LockFigure::Patience];

    /// Its field, named as in links.
    pub const fn field(self) -> &'static str {
        match self {
            LockFigure::Workers => "workers",
            LockFigure::Locks => "locks",
            LockFigure::Lease => "lease",
            LockFigure::Delay => "delay",
            LockFigure::Patience => "patience",
        }
    }

    /// Its bounds among so many clients, as `session::link` has them.
    pub const fn bounds(self, clients: u8) -> (u8, u8) {
        match self {
            LockFigure::Workers => (0, clients),
            LockFigure::Locks => (1, LOCKS.len() as u8),
            LockFigure::Lease => (1, 60),
            LockFigure::Delay | LockFigure::Patience => (0, 60),
        }
    }
}

/// A recipe in the making.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The seed as it is typed.
    pub seed: String,
    /// Members of the control plane: 1, 3 or 5.
    pub coordinators: u8,
    /// Storage servers.
    pub nodes: u8,
    /// Front doors.
    pub balancers: u8,
    /// Clients.
    pub clients: u8,
    /// When a write is acknowledged.
    pub ack: Ack,
    /// How many copies must be in sync for a write.
    pub min: u8,
    /// Who answers reads.
    pub reads: Reads,
    /// The locks' figures, in the order of `LockFigure`. Spans in seconds; one that the link gave a part of a second is rounded
    /// down, and stays as it was unless somebody writes another.
    locks: [u8; 5],
    /// The rules.
    pub rules: Rules,
    /// Whether the seed could not be read.
    pub bad_seed: bool,
    /// Whether the number of workers was chosen, and not only of clients.
    chosen: bool,
    origin: Setup,
}

impl Draft {
    /// A draft that begins with a run's recipe.
    pub fn of(setup: &Setup) -> Draft {
        Draft {
            seed: setup.seed.to_string(),
            coordinators: setup.roster.coordinators,
            nodes: setup.roster.nodes,
            balancers: setup.roster.balancers,
            clients: setup.roster.clients,
            ack: setup.config.ack,
            min: setup.config.min_in_sync,
            reads: setup.config.reads,
            locks: locks_of(setup),
            rules: setup.rules,
            bad_seed: false,
            chosen: false,
            origin: setup.clone(),
        }
    }

    /// How many of a kind.
    pub fn count(&self, kind: Kind) -> u8 {
        match kind {
            Kind::Coordinator => self.coordinators,
            Kind::Node => self.nodes,
            Kind::Balancer => self.balancers,
            Kind::Client => self.clients,
        }
    }

    /// The most copies that can be asked for.
    pub fn most(&self) -> u8 {
        self.origin.config.replicas
    }

    /// A figure of the locks' part.
    pub fn lock(&self, figure: LockFigure) -> u8 {
        self.locks[figure as usize]
    }

    /// A field of the form has a new value; what is no figure leaves it as it was, what is out of bounds goes to the bound.
    pub fn write(&mut self, field: &str, value: &str, checked: bool) {
        let within =
            |(low, high): (u8, u8), old: u8| value.trim().parse::<u32>().map_or(old, |n| n.clamp(u32::from(low), u32::from(high)) as u8);
        let figure = |kind: Kind, old: u8| within(bounds(kind), old);
        match field {
            "seed" => {
                self.seed = value.to_owned();
                self.bad_seed = false;
            }
            // An even number of them survives no more deaths than one less.
            "coordinator" => self.coordinators = (figure(Kind::Coordinator, self.coordinators) - 1) / 2 * 2 + 1,
            "ack" => self.ack = Ack::parse(value).unwrap_or(self.ack),
            "min" => self.min = within((1, self.most()), self.min),
            "reads" => self.reads = Reads::parse(value).unwrap_or(self.reads),
            "node" => self.nodes = figure(Kind::Node, self.nodes),
            "balancer" => self.balancers = figure(Kind::Balancer, self.balancers),
            "client" => self.clients = figure(Kind::Client, self.clients),
            other => {
                if let Some(figure) = LockFigure::ALL.into_iter().find(|figure| figure.field() == other) {
                    self.locks[figure as usize] = within(figure.bounds(self.clients), self.lock(figure));
                    self.chosen |= figure == LockFigure::Workers;
                }
                if let Some(rule) = other.strip_prefix("rule-").and_then(Rule::parse) {
                    self.rules = with(self.rules, rule, checked);
                }
            }
        }
    }

    /// The recipe. `None`, and said so, if the seed is no number.
    pub fn setup(&mut self) -> Option<Setup> {
        let seed = self.seed.trim().parse().ok();
        self.bad_seed = seed.is_none();
        let mut setup = self.origin.clone();
        setup.seed = seed?;
        setup.roster.coordinators = self.coordinators;
        setup.roster.nodes = self.nodes;
        setup.roster.balancers = self.balancers;
        setup.roster.clients = self.clients;
        // Unless somebody chose: the usual number of workers, or everybody, as a link has it.
        let usual = self.origin.config.workers == Setup::new(0).config.workers.min(self.origin.roster.clients) && !self.chosen;
        let workers = if usual { Setup::new(0).config.workers } else { self.lock(LockFigure::Workers) };
        setup.config.workers = workers.min(self.clients);
        setup.config.locks = self.lock(LockFigure::Locks);
        let was = locks_of(&self.origin);
        let config = &mut setup.config;
        let spans = [&mut config.lock_lease, &mut config.lock_delay, &mut config.lock_patience];
        for (span, figure) in spans.into_iter().zip([LockFigure::Lease, LockFigure::Delay, LockFigure::Patience]) {
            if self.lock(figure) != was[figure as usize] {
                *span = Span::secs(u64::from(self.lock(figure)));
            }
        }
        (setup.config.ack, setup.config.min_in_sync, setup.config.reads) = (self.ack, self.min, self.reads);
        setup.rules = self.rules;
        Some(setup)
    }
}

/// The locks' figures of a run, in the order of `LockFigure`.
fn locks_of(setup: &Setup) -> [u8; 5] {
    let config = &setup.config;
    let secs = |span: Span| (span.0 / 1_000_000).min(60) as u8;
    [config.workers, config.locks, secs(config.lock_lease), secs(config.lock_delay), secs(config.lock_patience)]
}

/// Rules with one switched.
fn with(rules: Rules, rule: Rule, on: bool) -> Rules {
    let off = rules.off().filter(|&other| other != rule).chain((!on).then_some(rule));
    off.fold(Rules::ALL_ON, Rules::without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stay_within_their_bounds_and_nonsense_changes_nothing() {
        let mut draft = Draft::of(&Setup::new(1));
        for (text, nodes) in [("5", 5), ("99", 8), ("0", 3), ("4294967296", 3), ("-1", 3), ("x", 3), ("", 3), (" 7 ", 7)] {
            draft.write("node", text, false);
            assert_eq!(draft.nodes, nodes, "{text:?}");
        }
    }

    #[test]
    fn what_is_chosen_reaches_the_link() {
        let mut draft = Draft::of(&Setup::new(1));
        for (field, text) in [("coordinator", "5"), ("ack", "primary"), ("min", "2"), ("reads", "in-sync")] {
            draft.write(field, text, false);
        }
        let opened = ringside::session::link::Opened { setup: draft.setup().expect("a seed"), ..Default::default() };
        let link = ringside::session::link::print(&opened);
        for part in ["coordinators=5", "ack=primary", "min=2", "reads=in-sync"] {
            assert!(link.split('&').any(|it| it == part), "{part} is not in {link}");
        }
        for (field, text) in [("coordinator", "4"), ("ack", "x"), ("min", "9"), ("reads", "")] {
            draft.write(field, text, false);
        }
        assert_eq!((draft.coordinators, draft.ack, draft.min, draft.reads), (3, Ack::Primary, 3, Reads::InSync));
    }

    #[test]
    fn the_locks_figures_reach_the_link_within_their_bounds() {
        let mut draft = Draft::of(&Setup::new(1));
        for (field, text) in [("workers", "6"), ("locks", "9"), ("lease", "0"), ("delay", "5"), ("patience", "99")] {
            draft.write(field, text, false);
        }
        let opened = ringside::session::link::Opened { setup: draft.setup().expect("a seed"), ..Default::default() };
        let link = ringside::session::link::print(&opened);
        for part in ["workers=6", "locks=3", "lease=1", "delay=5", "patience=60"] {
            assert!(link.split('&').any(|it| it == part), "{part} is not in {link}");
        }
        draft.write("client", "4", false);
        assert_eq!(draft.setup().map(|setup| setup.config.workers), Some(4), "no more workers than clients");
    }

    #[test]
    fn a_lease_that_is_no_whole_number_of_seconds_stays_until_somebody_writes_another() {
        let mut setup = Setup::new(1);
        setup.config.lock_lease = Span::millis(2_500);
        let mut draft = Draft::of(&setup);
        assert_eq!(draft.setup().map(|setup| setup.config.lock_lease), Some(Span::millis(2_500)));
        draft.write("lease", "4", false);
        assert_eq!(draft.setup().map(|setup| setup.config.lock_lease), Some(Span::secs(4)));
    }

    #[test]
    fn a_rule_goes_off_and_on_again() {
        let mut draft = Draft::of(&Setup::new(1));
        draft.write("rule-fencing", "on", false);
        draft.write("rule-nonsense", "on", false);
        assert_eq!(draft.rules.off().collect::<Vec<_>>(), [Rule::Fencing]);
        draft.write("rule-fencing", "on", true);
        assert_eq!(draft.rules, Rules::ALL_ON);
    }

    #[test]
    fn a_seed_that_is_no_number_is_no_recipe() {
        let mut draft = Draft::of(&Setup::new(1));
        for bad in ["", "-1", "1.5", "18446744073709551616", "abc"] {
            draft.write("seed", bad, false);
            assert_eq!(draft.setup(), None, "{bad:?}");
            assert!(draft.bad_seed);
        }
        draft.write("seed", " 18446744073709551615 ", false);
        assert_eq!(draft.setup().map(|setup| setup.seed), Some(u64::MAX));
        assert!(!draft.bad_seed);
    }

    #[test]
    fn fewer_clients_than_workers_are_all_workers() {
        let mut draft = Draft::of(&Setup::new(1));
        draft.write("client", "2", false);
        assert_eq!(draft.setup().map(|setup| setup.config.workers), Some(2));
    }
}
