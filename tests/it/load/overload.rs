//! Overload that outlives its cause, against worked examples. All is deterministic: one server, one queue, requests at equal gaps.
//!
//! * Bronson, Aghayev, Charapko, Zhu, "Metastable Failures in Distributed Systems", HotOS 2021, section 5 (an example that the authors
//!   call idealised): a database does 300 requests a second; a client asks once more after a second. The network is out for ten seconds
//!   and then delivers everything at once. Above 150 requests a second it never recovers.
//! * happy-simulator, `examples/queuing/gc_caused_collapse.py`: 7 requests a second, each 100 ms of work, 500 ms of patience, three
//!   retries after 50 ms; the server pauses once, at 30 s.
//!
//! The instants and thresholds were worked out from these rules before our queue existed. An instant of our clock is a fraction of a
//! second here that makes every gap a whole number, so that "exactly at capacity" is exact.

use ringside::proto::balance::budget::{Budget, BudgetConfig};
use ringside::proto::balance::queue::{Discipline, Offer, Order, Server, Shed};
use ringside::sim::queue::Queue;
use ringside::sim::time::{Span, Time};

#[derive(Clone, Copy)]
struct Setting {
    /// Units of time in a second.
    second: u64,
    gap: u64,
    work: u64,
    patience: u64,
    retries: u32,
    /// From the end of patience to the retry.
    wait: u64,
    /// When nothing arrives: from, to. What was sent meanwhile arrives at the end.
    outage: (u64, u64),
    /// When the server does nothing: from, and for how long.
    pause: (u64, u64),
    budget: Option<BudgetConfig>,
    discipline: Discipline,
    until: u64,
}

#[derive(Default, Debug)]
struct Outcome {
    /// The last end of patience, in units.
    last_timeout: u64,
    /// Requests answered in time in the last tenth of the run, and how many came.
    good: u64,
    came: u64,
    /// Copies that reached the server in the same time.
    copies: u64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Event {
    Come,
    Send(u32, u32),
    Reach(u32, u32),
    Done(Option<(u32, u32)>),
    Impatient(u32, u32),
    Pause,
}

fn run(it: Setting) -> Outcome {
    let mut queue: Queue<(u64, u64), Event> = Queue::default();
    let mut scheduled = 0;
    let mut server: Server<Option<(u32, u32)>> = Server::new(it.discipline);
    let mut budget = it.budget.map(|config| Budget::new(config, Time(0)));
    // Of each request: when it was answered in time.
    let mut answered: Vec<bool> = Vec::new();
    let mut out = Outcome::default();
    let mut next = Vec::new();
    if it.pause.1 > 0 {
        next.push((it.pause.0, Event::Pause));
    }
    next.push((0, Event::Come));
    let mut now = 0;
    let micros = |at: u64| Time((u128::from(at) * 1_000_000 / u128::from(it.second)) as u64);
    loop {
        for (at, event) in next.drain(..) {
            queue.add((at, scheduled), event);
            scheduled += 1;
        }
        let Some(((at, _), event)) = queue.pop() else { break };
        assert!(at >= now, "time goes on");
        now = at;
        if now > it.until {
            break;
        }
        let late = now * 10 >= it.until * 9;
        let mut offer = |server: &mut Server<Option<(u32, u32)>>, what: Option<(u32, u32)>, work: u64| match server.offer(
            Time(now),
            what,
            Span(work),
            None,
        ) {
            Offer::Begins => next.push((now + work, Event::Done(what))),
            Offer::Waits | Offer::Busy => {}
        };
        match event {
            Event::Pause => offer(&mut server, None, it.pause.1),
            Event::Come => {
                let request = answered.len() as u32;
                answered.push(false);
                out.came += u64::from(late);
                if let Some(budget) = &mut budget {
                    budget.asked();
                }
                next.push((now, Event::Send(request, 0)));
                next.push((now + it.gap, Event::Come));
            }
            Event::Send(request, copy) => {
                let arrives = if (it.outage.0..it.outage.1).contains(&now) { it.outage.1 } else { now };
                next.push((arrives, Event::Reach(request, copy)));
                next.push((now + it.patience, Event::Impatient(request, copy)));
            }
            Event::Reach(request, copy) => {
                out.copies += u64::from(late);
                offer(&mut server, Some((request, copy)), it.work);
            }
            Event::Done(what) => {
                if let Some((what, work)) = server.done(Time(now), &mut Vec::new()) {
                    next.push((now + work.0, Event::Done(what)));
                }
                // An answer counts while its own copy is waited for.
                if let Some((request, copy)) = what {
                    let waited = queue.iter().any(|(_, event)| *event == Event::Impatient(request, copy));
                    if waited && !answered[request as usize] {
                        answered[request as usize] = true;
                        out.good += u64::from(late);
                    }
                }
            }
            Event::Impatient(request, copy) => {
                if answered[request as usize] {
                    continue;
                }
                out.last_timeout = now;
                if copy < it.retries && budget.as_mut().is_none_or(|budget| budget.spend(micros(now))) {
                    next.push((now + it.wait, Event::Send(request, copy + 1)));
                }
            }
        }
    }
    out
}

/// `load` requests a second at a database that does 300.
fn bronson(load: u64, seconds: u64) -> Setting {
    let second = 300 * load;
    Setting {
        second,
        gap: 300,
        work: load,
        patience: second,
        retries: 1,
        wait: 0,
        outage: (20 * second, 30 * second),
        pause: (0, 0),
        budget: None,
        discipline: Discipline::PLAIN,
        until: seconds * second,
    }
}

#[test]
fn below_half_of_capacity_the_database_recovers_ever_more_slowly_and_from_half_on_never() {
    for (load, recovers) in [(100, 47), (120, 64), (140, 149), (145, 277), (148, 659), (149, 1_297)] {
        let setting = bronson(load, recovers + 100);
        let last = run(setting).last_timeout;
        // Published to the second.
        assert!(last > (recovers - 1) * setting.second && last <= (recovers + 1) * setting.second, "{load}: {}", last / setting.second);
    }
    for load in [150, 151, 280] {
        let setting = bronson(load, 2_000);
        let out = run(setting);
        assert!(out.last_timeout > 1_998 * setting.second && out.good == 0, "{load}: {out:?}");
        assert!(out.copies.abs_diff(2 * out.came) <= 2, "every request is asked twice: {out:?}");
    }
    let calm = run(Setting { outage: (0, 0), ..bronson(280, 200) });
    assert_eq!((calm.last_timeout, calm.good.abs_diff(calm.came) <= 1), (0, true), "without a trigger nothing happens: {calm:?}");
}

/// The same paper: at 280 it recovers if fewer than 20 retries a second are let through, which is what capacity is left.
#[test]
fn a_budget_below_the_spare_capacity_lets_it_recover_and_one_above_does_not() {
    for (per_second, recovers) in [(0, true), (10, true), (15, true), (20, false), (40, false)] {
        let budget = Some(BudgetConfig { per_mille: 0, per_second, most: 1 });
        let out = run(Setting { budget, ..bronson(280, 1_000) });
        assert_eq!(out.good + 1 >= out.came, recovers, "{per_second} retries a second: {out:?}");
    }
}

const SECOND: u64 = 2_730_000;

/// Requests a second in tenths.
fn pause(tenths: u64, millis: u64, retries: u32) -> Setting {
    let ms = SECOND / 1_000;
    Setting {
        second: SECOND,
        gap: SECOND * 10 / tenths,
        work: 100 * ms,
        patience: 500 * ms,
        retries,
        wait: 50 * ms,
        outage: (0, 0),
        pause: (30 * SECOND, millis * ms),
        budget: None,
        discipline: Discipline::PLAIN,
        until: 600 * SECOND,
    }
}

fn full(setting: Setting) -> Option<bool> {
    let out = run(setting);
    if out.good.abs_diff(out.came) <= 1 { Some(true) } else { (out.good == 0).then_some(false) }
}

#[test]
fn a_pause_of_half_a_second_is_the_end_and_a_shorter_one_is_forgotten() {
    for millis in [100, 200, 300, 400, 450] {
        assert_eq!(full(pause(70, millis, 3)), Some(true), "{millis} ms");
    }
    for millis in [500, 600, 1_000, 3_000] {
        assert_eq!(full(pause(70, millis, 3)), Some(false), "{millis} ms");
    }
    assert_eq!(full(pause(70, 10_000, 0)), Some(true), "without retries any pause is forgotten");
}

/// Four copies of each request fit if no more than `10 / 4` come: the safe bound. What really collapses lies a little above.
#[test]
fn after_a_pause_of_a_second_the_load_decides() {
    for (tenths, recovers) in [(25, true), (26, true), (30, false), (35, false)] {
        assert_eq!(full(pause(tenths, 1_000, 3)), Some(recovers), "{tenths} tenths of a request a second");
    }
}

/// What ends the storm, each by itself: a budget, a short queue, throwing out what is old, serving the newest first.
#[test]
fn each_cure_ends_the_storm() {
    let storm = pause(70, 1_000, 3);
    let with = |discipline| Setting { discipline, ..storm };
    let ms = |n: u64| Span(n * SECOND / 1_000);
    assert_eq!(full(storm), Some(false));
    let budget = Some(BudgetConfig { per_mille: 100, per_second: 0, most: 10 });
    assert_eq!(full(Setting { budget, ..storm }), Some(true), "a tenth of retries");
    assert_eq!(full(with(Discipline { waiting_max: 3, ..Discipline::PLAIN })), Some(true), "three may wait");
    assert_eq!(full(with(Discipline { shed: Shed::Older(ms(300)), ..Discipline::PLAIN })), Some(true), "none for longer than 300 ms");
    let newest = run(with(Discipline { order: Order::Lifo, ..Discipline::PLAIN }));
    assert!(newest.good * 10 > newest.came * 9, "newest first: {newest:?}");
}
