//! Times in system against queueing theory. Each figure is the mean of independent runs, and theory has to lie within its 99 %
//! interval, which has to be narrow. Little's law is asserted in every run, to the microsecond (`lab::Farm::run`).
//!
//! Sources: M/M/1, M/M/c (Erlang C) and M/D/1, M/G/1 (Pollaczek, Khinchine): any textbook, such as Harchol-Balter, "Performance
//! Modeling and Design of Computer Systems" (2013), chapters 13, 14, 23. The supermarket model: Mitzenmacher 1996; Vvedenskaya,
//! Dobrushin, Karpelevich 1996: with d choices among infinitely many servers the share of queues with at least i requests is
//! `rho^((d^i - 1) / (d - 1))`. It is a limit: 500 servers are off by less than the intervals here.

use ringside::proto::balance::policy::Policy;
use ringside::proto::balance::queue::Discipline;
use ringside::proto::balance::work::Work;

use super::lab::{Farm, Run, interval};

/// `figures` agrees with `theory`, and its interval is no wider than `within` of it to either side.
fn agrees(what: &str, (mean, half): (f64, f64), theory: f64, within: f64) {
    assert!(half <= within * theory, "{what}: {mean:.4} +- {half:.4} is too vague to be compared with {theory:.4}");
    assert!((mean - theory).abs() <= half, "{what}: {mean:.4} +- {half:.4}, theory {theory:.4}");
}

/// Mean time in system with d choices among infinitely many servers: by Little's law the sum of those shares over rho.
fn supermarket(d: u32, rho: f64) -> f64 {
    let share = |i: u32| rho.powf((f64::from(d).powi(i as i32) - 1.0) / (f64::from(d) - 1.0));
    (1..30).map(share).sum::<f64>() / rho
}

/// Erlang C: mean time in system with c workers and one queue.
fn mmc(c: u32, rho: f64) -> f64 {
    let load = f64::from(c) * rho;
    // Erlang B by its recursion, then C.
    let b = (1..=c).fold(1.0, |b, k| load * b / (f64::from(k) + load * b));
    let waits = b / (1.0 - rho * (1.0 - b));
    1.0 + waits / (f64::from(c) * (1.0 - rho))
}

#[test]
fn the_formulas_give_the_published_figures() {
    // Mitzenmacher's limits as they stand in the design, and Erlang C for 2, 5 and 10 workers.
    let near = |got: f64, published: f64| assert!((got - published).abs() < 6e-7 * published.max(1.0), "{got} {published}");
    for (rho, two, three) in [(0.5, 1.265686, 1.125244), (0.8, 1.947363, 1.580886), (0.9, 2.614057, 2.027856), (0.95, 3.383046, 2.535133)] {
        near(supermarket(2, rho), two);
        near(supermarket(3, rho), three);
    }
    for (c, rho, t) in [(2, 0.5, 1.333333), (2, 0.9, 5.263158), (5, 0.8, 1.554113), (10, 0.9, 1.668732), (10, 0.95, 2.651171)] {
        near(mmc(c, rho), t);
    }
}

/// A queue each, and nobody looks: M/M/1, `1 / (1 - rho)` on average and `ln 100` times that at the 99th percentile. Arrivals that are split at
/// random are independent, so how many servers there are does not matter here.
#[test]
fn random_choice_makes_every_server_an_m_m_1() {
    for (rho_milli, within) in [(500, 0.02), (800, 0.03), (900, 0.06)] {
        let farm = Farm { servers: 100, warm_up: 100_000, measured: 250_000, ..Farm::plain(rho_milli) };
        let runs: Vec<Run> = (1..=6).map(|seed| farm.run(seed)).collect();
        let mean = 1.0 / (1.0 - rho_milli as f64 / 1e3);
        agrees(&format!("mean at {rho_milli}"), interval(&runs.iter().map(Run::mean).collect::<Vec<_>>()), mean, within);
        let p99 = interval(&runs.iter().map(|run| run.per_mille(990)).collect::<Vec<_>>());
        agrees(&format!("p99 at {rho_milli}"), p99, mean * 100f64.ln(), 2.0 * within);
    }
}

/// At 0.95 a queue forgets its beginning only in some 1,500 service times, so that it takes more patience.
#[test]
fn random_choice_at_95_percent_waits_twenty_times_as_long_as_it_is_served() {
    let farm = Farm { servers: 50, warm_up: 300_000, measured: 600_000, ..Farm::plain(950) };
    agrees("mean at 950", farm.estimate(6, Run::mean), 20.0, 0.08);
}

fn supermarket_of_500(d: u8) {
    // Load, requests to warm up, requests measured, and how narrow the interval has to be.
    let rows =
        [(500, 20_000, 100_000, 0.012), (800, 50_000, 150_000, 0.018), (900, 100_000, 200_000, 0.02), (950, 150_000, 300_000, 0.025)];
    for (rho_milli, warm_up, measured, within) in rows {
        let farm = Farm { servers: 500, policy: Policy::Choices(d), warm_up, measured, ..Farm::plain(rho_milli) };
        let estimate = farm.estimate(6, Run::mean);
        println!("{d} choices at {rho_milli}: {:.4} +- {:.4}", estimate.0, estimate.1);
        agrees(&format!("{d} choices at {rho_milli}"), estimate, supermarket(u32::from(d), rho_milli as f64 / 1e3), within);
    }
}

#[test]
fn two_choices_do_what_mitzenmacher_predicts() {
    supermarket_of_500(2);
}

#[test]
fn three_choices_do_what_mitzenmacher_predicts() {
    supermarket_of_500(3);
}

/// A server with several workers has one queue for them: Erlang C.
#[test]
fn workers_that_share_a_queue_are_an_m_m_c() {
    for (c, rho_milli, within) in [(2, 500, 0.02), (2, 900, 0.08), (5, 800, 0.03), (10, 900, 0.06)] {
        let discipline = Discipline { workers: c, ..Discipline::PLAIN };
        let farm = Farm { servers: 10, discipline, warm_up: 30_000, measured: 170_000, ..Farm::plain(rho_milli) };
        agrees(&format!("{c} workers at {rho_milli}"), farm.estimate(6, Run::mean), mmc(u32::from(c), rho_milli as f64 / 1e3), within);
    }
}

/// Waiting is `rho / (1 - rho)` times half of the mean square of the service time.
#[test]
fn what_is_served_alike_waits_half_as_long_and_what_varies_waits_longer() {
    let laws = [
        (Work::Fixed, 1.0),
        (Work::LogNormal { sigma_milli: 1_000 }, 1f64.exp()),
        (Work::Two { slow_per_mille: 100, times: 5 }, 3.4 / 1.96),
    ];
    for (work, square) in laws {
        for (rho_milli, within) in [(500, 0.03), (800, 0.07)] {
            let rho = rho_milli as f64 / 1e3;
            let farm = Farm { servers: 50, work, warm_up: 30_000, measured: 150_000, ..Farm::plain(rho_milli) };
            agrees(&format!("{work:?} at {rho_milli}"), farm.estimate(6, Run::mean), 1.0 + rho * square / (2.0 * (1.0 - rho)), within);
        }
    }
}

/// Who is next changes who waits, not how long all of them wait together; and the unlucky wait longer (Kleinrock, conservation law).
#[test]
fn last_come_first_served_has_the_same_mean_and_a_longer_tail() {
    let with = |order| {
        let discipline = Discipline { order, ..Discipline::PLAIN };
        let farm = Farm { servers: 50, discipline, warm_up: 50_000, measured: 150_000, ..Farm::plain(800) };
        (farm.estimate(6, Run::mean), farm.estimate(3, |run| run.per_mille(990)).0)
    };
    let (fifo, lifo) = (with(ringside::proto::balance::queue::Order::Fifo), with(ringside::proto::balance::queue::Order::Lifo));
    agrees("first come first served", fifo.0, 5.0, 0.05);
    agrees("last come first served", lifo.0, 5.0, 0.05);
    assert!(lifo.1 > 1.5 * fifo.1, "p99 {} and {}", lifo.1, fifo.1);
}

/// What a policy knows is worth more than how it is used: at 0.9 each of these beats the one before.
#[test]
fn the_more_a_balancer_knows_the_shorter_its_queues() {
    let policies = [Policy::Random, Policy::RoundRobin, Policy::Choices(2), Policy::Choices(3), Policy::LeastOutstanding];
    let row = policies.map(|policy| {
        let farm = Farm { servers: 40, policy, warm_up: 50_000, measured: 200_000, ..Farm::plain(900) };
        farm.estimate(3, Run::mean).0
    });
    assert!(row.is_sorted_by(|a, b| *a > 1.1 * b), "{row:?}");
}
