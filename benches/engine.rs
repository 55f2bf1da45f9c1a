//! How fast the engine is, with every promise checked after every event, and how fast a run can be sought through.
//!
//! Throughput is printed as `elem/s`; an element is one event of the simulation. The aim is 500,000 a second.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ringside::cluster::setup::Setup;
use ringside::session::action::Action;
use ringside::session::{Session, link};
use ringside::sim::time::{Span, Time};

/// How much simulated time one measured run takes.
const RUN: Span = Span::secs(20);
/// More events than any run here has: the budget never binds.
const NO_LIMIT: u32 = u32::MAX;

/// Events in `RUN` of this session, from where it stands: what one iteration handles.
fn events(mut session: Session) -> u64 {
    let before = session.events();
    session.advance(RUN, NO_LIMIT);
    session.events() - before
}

/// A node dies and comes back, a worker sleeps through its lease: fail-over, catching up and fencing are in the figure.
fn eventful() -> Session {
    let script = "v=1&seed=4127&do=2:kill:C,9:revive:C,12:freeze:c1,17:thaw:c1";
    Session::open(link::parse(script).expect("the link of this bench is well formed"))
}

fn engine(c: &mut Criterion) {
    let mut group = c.benchmark_group("events");
    group.throughput(Throughput::Elements(events(Session::new(Setup::new(4127)))));
    group.bench_function("calm", |b| {
        b.iter_batched(|| Session::new(Setup::new(4127)), |mut session| black_box(session.advance(RUN, NO_LIMIT)), BatchSize::LargeInput);
    });
    group.throughput(Throughput::Elements(events(eventful())));
    group.bench_function("faults", |b| {
        b.iter_batched(eventful, |mut session| black_box(session.advance(RUN, NO_LIMIT)), BatchSize::LargeInput);
    });
    group.finish();
}

fn seek(c: &mut Criterion) {
    let mut session = Session::new(Setup::new(4127));
    session.advance(Span::secs(5), NO_LIMIT);
    let kill: Action = "kill C".parse().expect("the action of this bench is well formed");
    session.dispatch(kill).expect("C is up, so it can be killed");
    session.advance(Span::secs(55), NO_LIMIT);
    let mut group = c.benchmark_group("seek in a minute");
    // Far jumps, back and forth: neither the nearest checkpoint nor going on from here can be the luck of one place.
    let mut to = 0;
    group.bench_function("far", |b| {
        b.iter(|| {
            to = (to + 37_123_457) % 60_000_000;
            session.seek(Time(to));
            black_box(session.now())
        });
    });
    group.bench_function("one step back", |b| {
        b.iter(|| {
            session.seek(Time(session.now().0.checked_sub(20_000).unwrap_or(60_000_000)));
            black_box(session.now())
        });
    });
    group.finish();
}

criterion_group!(benches, engine, seek);
criterion_main!(benches);
