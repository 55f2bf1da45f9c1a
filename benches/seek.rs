//! How fast any instant of a long run is reached, and what such a run keeps in memory.
//!
//! A run of ten minutes of the default cluster with a few faults; 200 instants drawn from a seed, sought one after the other, far back and
//! forth. A missed bound makes the exit status 1. `cargo xtask bench` prints it; nothing is written.

use std::hint::black_box;
use std::process::ExitCode;

use criterion::measurement::{Measurement, WallTime};
use ringside::session::{Session, link};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

/// Ten minutes in which nodes, coordinators and workers die, sleep and come back.
const SCRIPT: &str = "v=9&seed=4127&do=20:kill:C,40:revive:C,75:kill:K1,95:revive:K1,140:freeze:c1,146:thaw:c1,200:isolate:B,\
                      230:heal:B,300:add:G,420:drain:A,500:kill:K2,520:revive:K2&at=600";
/// Instants sought.
const SEEKS: usize = 200;
/// 95 of 100 take at most this long, in milliseconds.
const P95_MS: f64 = 16.0;

/// Milliseconds of a piece of work.
fn time<R>(work: impl FnOnce() -> R) -> f64 {
    let from = WallTime.start();
    black_box(work());
    WallTime.end(from).as_nanos() as f64 / 1e6
}

/// Memory of this process that is in use, in MiB; none where the system does not say it as Linux does.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

fn main() -> ExitCode {
    let before = resident();
    let mut session = Session::open(link::parse(SCRIPT).expect("the link of this bench is well formed"));
    let (end, digest) = (session.now(), session.digest());
    println!(
        "ten minutes: {} events, {} facts, {} checkpoints, {:.1} events a second of the run",
        session.events(),
        session.facts().len(),
        session.checkpoints(),
        session.events() as f64 / 600.0
    );
    match (before, resident()) {
        (Some(before), Some(after)) => println!("memory kept: {:.1} MiB", after - before),
        _ => println!("memory kept: not told by this system"),
    }
    let mut rng = Rng::stream(1, Stream::Nemesis);
    let mut spans: Vec<f64> = (0..SEEKS)
        .map(|_| {
            let to = Time(rng.between(Span::ZERO, Span(end.0)).0);
            time(|| session.seek(to))
        })
        .collect();
    spans.sort_by(f64::total_cmp);
    let (p50, p95, worst) = (spans[SEEKS / 2], spans[SEEKS * 95 / 100], spans[SEEKS - 1]);
    let held = p95 <= P95_MS;
    println!(
        "{SEEKS} seeks: p50 {p50:.2} ms, p95 {p95:.2} ms, worst {worst:.2} ms; at most {P95_MS} at p95 asked: {}",
        if held { "held" } else { "MISSED" }
    );
    session.seek(end);
    assert_eq!(session.digest(), digest, "ten minutes are the same ten minutes after all that");
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("memory kept after the seeks: {:.1} MiB", after - before);
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
