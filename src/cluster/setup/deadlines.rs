//! How long things may take, as formulas of the recipe.

use crate::cluster::setup::Setup;
use crate::cluster::setup::asking::WINDOW;
use crate::cluster::setup::asking::{BREAKER_REST, THROTTLE_WINDOW};
use crate::cluster::setup::config::Config;
use crate::sim::time::Span;

/// How much longer everything takes where messages are lost: a question and its answer get through (1 − p)² of the time, and
/// twice that is allowed for.
pub fn hurdle(config: &Config, span: Span) -> Span {
    let through = 1_000 - u64::from(config.loss.min(900));
    let doubled = if config.loss == 0 { 1 } else { 2 };
    span.scale(doubled * 1_000_000, through * through)
}

/// Whether the nodes' work can keep nobody waiting for longer than a client's patience, whatever the clients do: if everything that
/// they may have under way at one instant, and once more as much by retries, waits at one node and takes three times as long as on average. Where it cannot, nobody has promised
/// that clients get answers or locks in time.
pub fn is_light(setup: &Setup) -> bool {
    let config = &setup.config;
    let most = 2 * u64::from(setup.roster.clients) * u64::from(config.asking.window());
    // One after the other they seldom take three times as long as on average.
    config.service == Span::ZERO || (u64::from(config.queue) >= most && config.service.scale(3 * most, 1) <= config.patience())
}

/// How long a worker may wait for its turn: everybody before it uses a whole lease, and once more as long where a leader changed.
pub fn turn(setup: &Setup) -> Span {
    let (config, times) = (&setup.config, setup.config.lock_times());
    hurdle(config, Span::secs(10) + (times.lease + times.delay).scale(2 * u64::from(config.workers), 1))
}

/// How long a client may wait for an answer: it asks again every second or so.
pub fn answer(config: &Config) -> Span {
    // A breaker tries one attempt a second after an outage, and a client that throttles itself asks as if by chance: once in the window that
    // it looks at, on average.
    let asking = &config.asking;
    let breaker = if asking.breaker > 0 { BREAKER_REST.scale(10, 1) } else { Span::ZERO };
    let throttle = if asking.throttle > 0 { THROTTLE_WINDOW.scale(15, 1) } else { Span::ZERO };
    hurdle(config, Span::secs(10) + breaker + throttle)
}

/// Within this time whoever was away is known to be back, or what was asked for because it was away has been decided.
pub fn notice(config: &Config) -> Span {
    config.suspected_within().scale(2, 1) + config.primary_lease.scale(2, 1) + config.lag_max + config.election_max.scale(4, 1)
}

/// Within this time a shard that can be served is served: its primary is suspected and waited out, a leader is found at the eighth
/// attempt, the new primary gives up on two others that are silent, and leases are renewed; longer where messages are lost.
pub fn served(config: &Config) -> Span {
    let wait_out = config.primary_lease.scale(1_000_000 + 3 * u64::from(config.drift_bound), 1_000_000);
    let detected = config.suspected_within() + config.heartbeat_every + wait_out;
    hurdle(config, detected + config.election_max.scale(8, 1) + config.lag_max.scale(4, 1) + config.primary_lease.scale(2, 1))
}

/// Within this time after it was mended a core must have brought about everything:
///
/// * the silent are suspected, waited out and taken off the ring: `suspected_within + lease·(1 + 3·drift) + out_after`,
/// * a leader is found, at the eighth attempt: `8 · election_max`,
/// * every copy is made anew: `⌈shards · replicas / moves_in_flight⌉` times a copy, which is `items` times
///   `chunk_every + 2 · (delay + jitter)`, and twice `lag_max` for whoever has to be given up on the way;
///   `items = 2 · keys / shards + results + 2`, and results are one a client, or a whole window of them where clients ask in an open loop,
/// * everybody gets the lock in turn: see [`turn`],
///
/// all of it longer where messages are lost: divided by (1 − loss)², and doubled.
pub fn convergence(setup: &Setup) -> Span {
    let config = &setup.config;
    let wait_out = config.primary_lease.scale(1_000_000 + 3 * u64::from(config.drift_bound), 1_000_000);
    let silent = config.suspected_within() + wait_out + config.out_after;
    let elected = config.election_max.scale(8, 1);
    let window = if config.asking.rate > 0 { u64::from(WINDOW) } else { 1 };
    let items = 2 * u64::from(config.keys) / u64::from(config.shards) + u64::from(setup.roster.clients) * window + 2;
    let piece = config.chunk_every + (config.delay + config.jitter).scale(2, 1);
    let copy = piece.scale(items.div_ceil(u64::from(config.chunk)), 1) + config.lag_max.scale(2, 1);
    let copies = (u64::from(config.shards) * u64::from(config.replicas)).div_ceil(u64::from(config.moves_in_flight));
    hurdle(config, silent + elected + copy.scale(copies, 1)) + turn(setup)
}
