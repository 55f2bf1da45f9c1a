//! Placement against the crates a user would pick, in the same run and on the same keys.
//!
//! Both sides hash the key in the measured time, each with the hash it comes with; rings have the same number of points, each hashed from
//! the name of its node and its own number. Rounds of the two take turns, and the medians are compared, so that a busy machine slows
//! both. A missed bound makes the exit status 1.
//!
//! `cargo xtask bench` prints it; nothing is written.

use std::hint::black_box;
use std::process::ExitCode;

use criterion::measurement::{Measurement, WallTime};
use hrw_hash::{HrwNode, HrwNodes};
use maglev::ConsistentHasher;
use ringside::proto::ring::circle::Circle;
use ringside::proto::ring::hash::Hash;
use ringside::room::placement::schemes::{self, Algorithm, Fleet, Options, Study};

/// Points a node on every ring.
const POINTS: u32 = 100;
/// Keys looked up in one round.
const KEYS: usize = 20_000;

/// A point of `hashring`.
#[derive(Hash, Clone, Copy)]
struct PeerPoint<'a> {
    node: &'a str,
    number: u32,
}

/// A node of `hrw-hash`.
#[derive(Hash, PartialEq, Eq)]
struct PeerNode(u16);

impl HrwNode for PeerNode {}

/// Nanoseconds of a piece of work.
fn time<R>(work: impl FnOnce() -> R) -> f64 {
    let from = WallTime.start();
    black_box(work());
    WallTime.end(from).as_nanos() as f64
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// What must hold, and whether all of it did.
struct Bounds {
    held: bool,
}

impl Bounds {
    /// Both medians, how many times as fast ours is, and what is asked for: 0 if nothing is.
    fn faster(&mut self, what: &str, per: f64, ours: Vec<f64>, peer: Vec<f64>, asked: f64) {
        let (ours, peer) = (median(ours) / per, median(peer) / per);
        let ratio = peer / ours;
        let asked_for = if asked > 0.0 { format!(", at least {asked} asked: {}", self.judge(ratio >= asked)) } else { String::new() };
        println!("{what:44} ours {ours:12.1} ns   peer {peer:12.1} ns   {ratio:6.1} x as fast{asked_for}");
    }

    fn judge(&mut self, holds: bool) -> &'static str {
        self.held &= holds;
        if holds { "held" } else { "MISSED" }
    }
}

fn names(nodes: u32) -> Vec<String> {
    (0..nodes).map(|i| format!("node{i}")).collect()
}

fn points(node: &str) -> impl Iterator<Item = PeerPoint<'_>> {
    (0..POINTS).map(move |number| PeerPoint { node, number })
}

fn circle(names: &[String]) -> Circle {
    Circle::new((0..).zip(names).map(|(i, name)| (i, name.as_bytes(), POINTS)), Hash::Xxh3)
}

fn hashring(names: &[String]) -> hashring::HashRing<PeerPoint<'_>> {
    let mut ring = hashring::HashRing::new();
    ring.batch_add(names.iter().flat_map(|name| points(name)).collect());
    ring
}

/// Build, lookup and change of a ring.
fn ring(bounds: &mut Bounds, nodes: u32, keys: &[String]) {
    let names = names(nodes);
    let rounds = if nodes == 1_000 { 25 } else { 101 };
    let (mut ours, mut peer) = (vec![], vec![]);
    for _ in 0..rounds {
        ours.push(time(|| circle(&names)));
        peer.push(time(|| hashring(&names)));
    }
    bounds.faster(&format!("ring of {nodes} x {POINTS}: build"), 1.0, ours, peer, 2.0);

    let new = format!("node{nodes}");
    let (mut our_ring, mut peer_ring) = (circle(&names), hashring(&names));
    let (mut ours, mut peer) = (vec![], vec![]);
    for _ in 0..75 {
        ours.push(time(|| keys.iter().map(|key| u64::from(our_ring.owner(Hash::Xxh3.of(key.as_bytes())).unwrap_or(0))).sum::<u64>()));
        peer.push(time(|| keys.iter().map(|key| peer_ring.get(key).map_or(0, |point| point.node.len() as u64)).sum::<u64>()));
    }
    bounds.faster(&format!("ring of {nodes} x {POINTS}: lookup"), KEYS as f64, ours, peer, 2.0);

    let (mut our_add, mut peer_add, mut our_remove, mut peer_remove) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        our_add.push(time(|| our_ring.insert(nodes, new.as_bytes(), POINTS, Hash::Xxh3)));
        peer_add.push(time(|| peer_ring.batch_add(points(&new).collect())));
        our_remove.push(time(|| our_ring.remove(nodes)));
        peer_remove.push(time(|| points(&new).filter(|point| peer_ring.remove(point).is_some()).count()));
    }
    bounds.faster(&format!("ring of {nodes} x {POINTS}: a node comes"), 1.0, our_add, peer_add, 2.0);
    bounds.faster(&format!("ring of {nodes} x {POINTS}: a node leaves"), 1.0, our_remove, peer_remove, 2.0);
}

fn maglev_build(bounds: &mut Bounds) {
    let names = names(1_000);
    let members: Vec<(&[u8], u16)> = names.iter().map(|name| (name.as_bytes(), 1)).collect();
    let (mut ours, mut peer) = (vec![], vec![]);
    for _ in 0..5 {
        ours.push(time(|| schemes::maglev::table(&members, 65_537)));
        peer.push(time(|| maglev::Maglev::with_capacity(names.iter(), 65_537).capacity()));
    }
    bounds.faster("maglev, 1000 nodes, 65537 entries: build", 1.0, ours, peer, 10.0);
}

/// Who holds the key, as a number of some kind.
type Lookup<'a> = &'a dyn Fn(&String) -> usize;

/// Lookups of the rivals at 100 nodes, without a bound.
fn rivals(bounds: &mut Bounds, keys: &[String]) {
    let fleet = Fleet::new(names(100)).expect("names differ");
    let scheme = |algorithm| schemes::build(algorithm, &fleet, &Options::default()).expect("it can be built");
    let jump = jumphash::JumpHasher::new_with_keys(0, 0);
    let hrw = HrwNodes::new((0..100).map(PeerNode));
    let probing = mpchash::HashRing::new();
    names(100).into_iter().for_each(|name| probing.add(name));
    let table = maglev::Maglev::with_capacity(names(100), 65_537);
    let peers: [(Algorithm, &str, Lookup); 4] = [
        (Algorithm::Jump, "jumphash", &|key| jump.slot(key, 100) as usize),
        (Algorithm::Maglev, "maglev", &|key| table.get(key).map_or(0, String::len)),
        (Algorithm::Rendezvous, "hrw-hash, which sorts all", &|key| hrw.sorted(key).next().map_or(0, |node| usize::from(node.0))),
        (Algorithm::MultiProbe, "mpchash, 23 probes", &|key| probing.node(key).map_or(0, |token| token.node().len())),
    ];
    for (algorithm, name, lookup) in peers {
        let scheme = scheme(algorithm);
        let (mut ours, mut peer) = (vec![], vec![]);
        let some = &keys[..2_000];
        for _ in 0..15 {
            ours.push(time(|| some.iter().map(|key| scheme.owner(key.as_bytes()).unwrap_or(0) as usize).sum::<usize>()));
            peer.push(time(|| some.iter().map(lookup).sum::<usize>()));
        }
        bounds.faster(&format!("{} ({name}): lookup", algorithm.word()), 2_000.0, ours, peer, 0.0);
    }
}

/// Memory and lookup of every scheme, the figures of ours alone.
fn memory(keys: &[String]) {
    println!("\n{:13} {:>12} {:>14} {:>13} {:>15}", "scheme", "bytes at 100", "bytes at 1000", "ns at 100", "ns at 1000");
    for algorithm in Algorithm::ALL {
        let [(small, fast), (large, slow)] = [100, 1_000].map(|nodes| {
            let fleet = Fleet::numbered(nodes).expect("few enough");
            let scheme = schemes::build(algorithm, &fleet, &Options::default()).expect("it can be built");
            let some = &keys[..5_000];
            let rounds = (0..7).map(|_| time(|| some.iter().map(|key| u64::from(scheme.owner(key.as_bytes()).unwrap_or(0))).sum::<u64>()));
            (scheme.memory(), median(rounds.collect()) / some.len() as f64)
        });
        println!("{:13} {small:12} {large:14} {fast:13.1} {slow:15.1}", algorithm.word());
    }
    println!();
}

fn evenness(bounds: &mut Bounds) {
    let fleet = Fleet::numbered(100).expect("few enough");
    let mut study = Study::new(Algorithm::MultiProbe, &fleet, &Options::default(), 1_000_000).expect("it can be built");
    study.step(1_000_000);
    let peak = study.peak();
    println!("multiprobe, 100 nodes, 1000000 keys: peak-to-mean {peak:.4}, at most 1.15 asked: {}", bounds.judge(peak <= 1.15));
}

fn main() -> ExitCode {
    let keys: Vec<String> = (0..KEYS).map(|i| format!("key{i}")).collect();
    let mut bounds = Bounds { held: true };
    memory(&keys);
    for nodes in [10, 100, 1_000] {
        ring(&mut bounds, nodes, &keys);
    }
    maglev_build(&mut bounds);
    evenness(&mut bounds);
    rivals(&mut bounds, &keys);
    if bounds.held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
