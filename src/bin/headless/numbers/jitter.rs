//! AWS's back-off simulator ("Exponential Backoff and Jitter", Brooker 2015; `aws-arch-backoff-simulator`), rebuilt: clients that all
//! want to change one row at once. Each reads its version, then writes; a write with an old version fails, and is tried again, from
//! the read, after a back-off. Base 5 ms, cap 2 s; a message takes 10 ms, normally spread by 2 ms.

use ringside::proto::balance::backoff::{Backoff, Jitter, Waits};
use ringside::sim::number::{ONE, normal};
use ringside::sim::queue::Queue;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::Span;

use super::table::{Row, Section, sure};
use crate::stats::over_runs;

#[derive(Clone, Copy)]
enum Event {
    Read(usize),
    /// The version arrives at the client.
    Seen(usize, u32),
    Write(usize, u32),
    /// Whether the write was good.
    Said(usize, bool),
}

/// Milliseconds until all are done, and writes. `None`: no back-off.
fn contend(clients: usize, jitter: Option<Jitter>, seed: u64) -> (f64, f64) {
    let backoff = jitter.map(|jitter| Backoff { base: Span::millis(5), cap: Span::secs(2), jitter });
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut waits = vec![backoff.map(Waits::new); clients];
    let trip = |rng: &mut Rng| (10_000 + 2_000 * normal(rng) / ONE as i64).unsigned_abs();
    let (mut queue, mut scheduled) = (Queue::default(), 0u64);
    let (mut version, mut writes, mut now) = (0, 0u32, 0);
    let mut next: Vec<(u64, Event)> = (0..clients).map(|client| (trip(&mut rng), Event::Read(client))).collect();
    loop {
        for (at, event) in next.drain(..) {
            queue.add((at, scheduled), event);
            scheduled += 1;
        }
        let Some(((at, _), event)) = queue.pop() else { break };
        now = at;
        let then = now + trip(&mut rng);
        match event {
            Event::Read(client) => next.push((then, Event::Seen(client, version))),
            Event::Seen(client, seen) => next.push((then, Event::Write(client, seen))),
            Event::Write(client, seen) => {
                writes += 1;
                let good = seen == version;
                version += u32::from(good);
                next.push((then, Event::Said(client, good)));
            }
            Event::Said(_, true) => {}
            Event::Said(client, false) => {
                let wait = backoff.zip(waits[client].as_mut()).map_or(Span::ZERO, |(backoff, waits)| waits.next(backoff, &mut rng));
                next.push((then + wait.0, Event::Read(client)));
            }
        }
    }
    (now as f64 / 1e3, f64::from(writes))
}

/// Milliseconds, their standard error, and writes.
type Published = (f64, f64, f64);

/// Clients, and what their program gave for each way to wait.
const PUBLISHED: [(usize, [Published; 5]); 4] = [
    (10, [(382.0, 3.0, 50.6), (3_590.0, 140.0, 51.0), (733.0, 17.0, 42.4), (465.0, 10.0, 38.6), (435.0, 9.0, 37.9)]),
    (50, [(1_138.0, 4.0, 690.0), (36_033.0, 336.0, 623.0), (4_278.0, 56.0, 347.0), (2_914.0, 56.0, 332.0), (2_195.0, 56.0, 373.0)]),
    (100, [(2_031.0, 4.0, 2_426.0), (63_309.0, 366.0, 1_846.0), (6_540.0, 78.0, 813.0), (4_909.0, 55.0, 796.0), (4_780.0, 83.0, 999.0)]),
    (
        190,
        [
            (3_532.0, 5.0, 7_991.0),
            (100_766.0, 425.0, 5_165.0),
            (9_498.0, 65.0, 1_760.0),
            (7_389.0, 60.0, 1_772.0),
            (8_057.0, 97.0, 2_434.0),
        ],
    ),
];

/// Runs of each row, and Student's t for their 99 % interval.
const RUNS: u64 = 60;
const T_99: f64 = 2.662;

/// Five ways to wait.
pub fn section() -> Section {
    let kinds = [
        ("none", None),
        ("exponential", Some(Jitter::None)),
        ("equal jitter", Some(Jitter::Equal)),
        ("full jitter", Some(Jitter::Full)),
        ("decorrelated", Some(Jitter::Decorrelated)),
    ];
    let mut rows = Vec::new();
    for (clients, published) in PUBLISHED {
        for ((name, jitter), (time, error, calls)) in kinds.into_iter().zip(published) {
            let (times, writes): (Vec<f64>, Vec<f64>) = (0..RUNS).map(|seed| contend(clients, jitter, seed)).unzip();
            let (times, writes) = (over_runs(&times), over_runs(&writes));
            rows.push(Row::new(format!("{clients} clients, {name}: ms"), format!("{time:.0} ± {error:.0} s.e."), sure(times, 0)));
            // Theirs is taken to vary as ours does.
            let calls_error = writes.1 / T_99 * (RUNS as f64).sqrt() / 10.0;
            rows.push(Row::new(
                format!("{clients} clients, {name}: writes"),
                format!("{calls:.1} ± {calls_error:.1} s.e."),
                sure(writes, 1),
            ));
        }
    }
    Section {
        title: "Back-off and jitter",
        about: "AWS's simulator (\"Exponential Backoff and Jitter\", Brooker 2015, `aws-arch-backoff-simulator`): clients that all want to change one row at once. Until all are done, and \
                writes. Base 5 ms, cap 2 s, a message takes 10 ± 2 ms. Their program was run: means of 100 runs and standard errors (of writes 0.2 to 0.4 for 10 clients, else not noted: that of 100 runs of ours is put there). Ours: 60 runs.",
        rows,
        rest: String::new(),
    }
}
