//! Recipes drawn from a seed: everything that a link can say of a cluster, so that no mode goes untried.

use crate::cluster::setup::Setup;
use crate::cluster::setup::asking::{BREAKER_WINDOW, Door, JITTERS, WITHOUT_END};
use crate::cluster::setup::config::{Ack, Config, Health, LAWS, ORDERS, Reads, Shedding, Spread};
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::name::{LOCKS, NODES_MAX, Roster};
use crate::cluster::setup::rules::{Rule, Rules};
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::Span;

/// What the nemesis mostly disturbs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aim {
    /// Everything alike.
    Anything,
    /// Those that take locks, and the way between them and the coordinators.
    Locks,
    /// The coordinators, at the very instants at which something happens among them.
    Coordinators,
}

/// Losses beyond which nothing is demanded of a core but that it keeps its promises: whoever is there falls silent by chance all the
/// time. Per thousand.
const STORMY: u16 = 301;

/// Whether so many messages are lost that a core need not come to work.
pub(super) fn is_stormy(config: &Config) -> bool {
    config.loss >= STORMY
}

/// Draws a recipe.
pub fn draw(seed: u64, aim: Aim, off: &[Rule], rng: &mut Rng) -> Setup {
    let mut setup = Setup::new(seed);
    setup.rules = off.iter().fold(Rules::ALL_ON, |rules, &rule| rules.without(rule));
    let roster = Roster {
        coordinators: one(rng, &[1, 3, 3, 3, 5]),
        nodes: 3 + rng.below(u32::from(NODES_MAX) - 2) as u8,
        balancers: 1 + rng.below(2) as u8,
        // Mostly few: they only make a run longer to read.
        clients: 1 + if rng.per_mille(700) { rng.below(9) } else { rng.below(24) } as u8,
    };
    setup.roster = match aim {
        Aim::Anything => roster,
        Aim::Locks => Roster { nodes: 3 + rng.below(2) as u8, clients: 2 + rng.below(11) as u8, ..roster },
        // Little is decided, so that what is under way when it strikes matters.
        Aim::Coordinators => Roster { coordinators: one(rng, &[3, 3, 5]), nodes: 3 + rng.below(2) as u8, clients: 2, ..roster },
    };
    figures(&mut setup.config, setup.roster, aim, rng);
    let mut crowd = Rng::stream(seed, Stream::Crowd);
    if aim == Aim::Anything && crowd.per_mille(120) {
        // So much is written that a copy which hears nothing for a moment lacks something.
        setup.roster.clients = 8 + crowd.below(9) as u8;
        (setup.config.workers, setup.config.ack) = (0, one(&mut crowd, &[Ack::Majority, Ack::Majority, Ack::InSync]));
    }
    let mut work = Rng::stream(seed, Stream::Work);
    if work.per_mille(200) {
        setup.config.service = Span::millis(one(&mut work, &[1, 2, 5, 10, 20, 50, 100, 300]));
        setup.config.queue = one(&mut work, &[0, 1, 4, 16, 64, 64]);
        (setup.config.law, setup.config.order) = (one(&mut work, &LAWS).1, one(&mut work, &ORDERS).1);
    }
    setup.config.spread = one(&mut work, &Spread::ALL);
    let mut doubt = Rng::stream(seed, Stream::Doubt);
    if doubt.per_mille(300) {
        setup.config.detector = one(&mut doubt, &Detection::ALL);
        setup.config.suspect_after = Span::millis(one(&mut doubt, &[0, 50, 250, 500, 1_000, 2_000, 5_000, 10_000]));
        setup.config.phi = 1 + doubt.below(20) as u8;
    }
    ask(&mut setup, &mut Rng::stream(seed, Stream::Asking));
    let mut copies = Rng::stream(seed, Stream::Copies);
    if copies.per_mille(300) {
        setup.config.asking.any = one(&mut copies, &[0, 10, 50, 100]);
        setup.config.hedge = Span::millis(one(&mut copies, &[0, 5, 50, 200, 1_000]));
    }
    let mut storm = Rng::stream(seed, Stream::Storm);
    if storm.per_mille(60) {
        setup.config.loss = STORMY + storm.below(1_001 - u32::from(STORMY)) as u16;
    }
    setup
}

/// How clients ask: in half of the runs in another way than usually.
fn ask(setup: &mut Setup, rng: &mut Rng) {
    let config = &mut setup.config;
    if rng.per_mille(500) {
        return;
    }
    config.client_timeout = Span::millis(one(rng, &[200, 500, 500, 1_000, 2_000]));
    (config.servers, config.shed) = (one(rng, &[1, 1, 2, 8]), one(rng, &Shedding::ALL));
    config.health = one(rng, &Health::ALL);
    let asking = &mut config.asking;
    asking.jitter = one(rng, &JITTERS).1;
    asking.retries = one(rng, &[WITHOUT_END, WITHOUT_END, 0, 1, 3, 10]);
    asking.budget = one(rng, &[0, 0, 0, 10, 50]);
    asking.breaker = one(rng, &[0, 0, 0, 5, 10, BREAKER_WINDOW]);
    asking.throttle = one(rng, &[0, 0, 0, 1, 2]);
    asking.deadlines = rng.per_mille(300);
    // Whoever may not ask twice and begins at its own door each time is not answered while that is closed.
    asking.door = if asking.retries == 0 || asking.budget > 0 { Door::Sticky } else { one(rng, &Door::ALL) };
    if rng.per_mille(400) {
        asking.rate = one(rng, &[1, 2, 4]);
        asking.surge = one(rng, &[1, 1, 3, 8]);
        (asking.surge_from, asking.surge_for) = (Span::secs(rng.below(40).into()), Span::secs(rng.below(20).into()));
        asking.surge_ramp = Span::secs(one(rng, &[0, 0, 5]));
        // Many who ask on and on only make a run longer.
        setup.roster.clients = setup.roster.clients.min(10);
        setup.config.workers = setup.config.workers.min(setup.roster.clients);
    }
    if rng.per_mille(200) {
        setup.config.asking.hot = one(rng, &[20, 60, 95]);
    }
}

fn figures(config: &mut Config, roster: Roster, aim: Aim, rng: &mut Rng) {
    let clients = u32::from(roster.clients);
    config.workers = match aim {
        Aim::Anything => rng.below(clients + 1) as u8,
        Aim::Locks => roster.clients,
        Aim::Coordinators => rng.below(clients + 1) as u8,
    };
    config.ack = one(rng, &Ack::ALL);
    config.min_in_sync = one(rng, &[1, 1, 1, 2, 2, 3]).min(config.replicas);
    config.reads = one(rng, &Reads::ALL);
    config.locks = one(rng, &[1, 1, 1, 2, LOCKS.len() as u8]);
    config.lock_lease = Span::secs(one(rng, &[1, 2, 3, 3, 3, 5, 8]));
    config.lock_delay = Span::secs(one(rng, &[0, 0, 0, 1, 3]));
    config.lock_patience = Span::secs(one(rng, &[0, 0, 0, 4, 6, 15]));
    config.loss = one(rng, &[0, 0, 0, 30, 100, 300]);
    config.duplicates = one(rng, &[0, 0, 30, 100, 300]);
    for figure in [&mut config.loss, &mut config.duplicates] {
        *figure = rng.below(u32::from(*figure) + 1) as u16;
    }
}

/// One of several; whatever stands there twice is drawn twice as often.
pub(super) fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.below(of.len() as u32) as usize]
}
