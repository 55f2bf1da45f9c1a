//! Times in system against queueing theory. Little's law is asserted in every run, to the microsecond ([`Farm::run`]).

use ringside::proto::balance::policy::Policy;
use ringside::proto::balance::queue::{Discipline, Order};
use ringside::proto::balance::work::Work;

use super::farm::{Farm, Run, over};
use super::table::{Row, Section, sure};

/// Runs of each row.
const SEEDS: u64 = 6;

/// Loads in thousandths of capacity, requests to warm up and requests measured.
type Loads = [(u64, u64, u64); 4];

/// Mean time in system with d choices among infinitely many servers: with the share of queues of at least i requests, summed over i, by Little's
/// law over rho.
fn supermarket(d: u32, rho: f64) -> f64 {
    let share = |i: u32| rho.powf((f64::from(d).powi(i as i32) - 1.0) / (f64::from(d) - 1.0));
    (1..30).map(share).sum::<f64>() / rho
}

/// Erlang C: the chance to wait, and the mean time in system, with c workers and one queue.
fn mmc(c: u32, rho: f64) -> (f64, f64) {
    let load = f64::from(c) * rho;
    // Erlang B by its recursion, then C.
    let b = (1..=c).fold(1.0, |b, k| load * b / (f64::from(k) + load * b));
    let waits = b / (1.0 - rho * (1.0 - b));
    (waits, 1.0 + waits / (f64::from(c) * (1.0 - rho)))
}

fn rho(milli: u64) -> f64 {
    milli as f64 / 1e3
}

/// A queue each, and nobody looks.
pub fn random() -> Section {
    // At 0.95 a queue forgets its beginning only in some 1,500 service times, so that it takes more patience.
    const LOADS: Loads = [(500, 20_000, 80_000), (800, 50_000, 150_000), (900, 250_000, 250_000), (950, 1_000_000, 400_000)];
    let mut rows = Vec::new();
    for (milli, warm_up, measured) in LOADS {
        let runs = Farm { servers: 500, warm_up, measured, ..Farm::plain(milli) }.runs(4);
        let mean = 1.0 / (1.0 - rho(milli));
        rows.push(Row::new(format!("mean at {}", rho(milli)), format!("{mean:.3}"), sure(over(&runs, Run::mean), 3)));
        let p99 = over(&runs, |run| run.per_mille(990));
        rows.push(Row::new(format!("99th percentile at {}", rho(milli)), format!("{:.3}", mean * 100f64.ln()), sure(p99, 3)));
    }
    Section {
        title: "One random choice among 500 servers",
        about: "Time in system, in mean service times, by load. M/M/1: `1 / (1 - ρ)`, and `ln 100` times that at the 99th percentile (any textbook, \
                such as Harchol-Balter 2013, chapter 13). Arrivals at random, exponential work, four runs a load.",
        rows,
        rest: String::new(),
    }
}

fn choices(d: u8, loads: Loads) -> Vec<Row> {
    let row = |(milli, warm_up, measured)| {
        let farm = Farm { servers: 500, policy: Policy::Choices(d), warm_up, measured, ..Farm::plain(milli) };
        let ours = over(&farm.runs(SEEDS), Run::mean);
        Row::new(format!("mean at {}", rho(milli)), format!("{:.6}", supermarket(u32::from(d), rho(milli))), sure(ours, 4))
    };
    loads.into_iter().map(row).collect()
}

const LOADS: Loads = [(500, 10_000, 80_000), (800, 20_000, 120_000), (900, 40_000, 160_000), (950, 80_000, 250_000)];

/// The shorter of two queues.
pub fn two() -> Section {
    Section {
        title: "Two choices among 500 servers",
        about: "Mean time in system, in mean service times, by load. The supermarket model (Mitzenmacher 1996; Vvedenskaya, Dobrushin, Karpelevich \
                1996): with d choices among infinitely many servers the share of queues with at least i requests is `ρ^((d^i - 1) / (d - 1))`. Six runs a load.",
        rows: choices(2, LOADS),
        rest: String::new(),
    }
}

/// The shortest of three queues.
pub fn three() -> Section {
    Section { title: "Three choices among 500 servers", about: "As above, with d = 3.", rows: choices(3, LOADS), rest: String::new() }
}

/// One queue for several workers.
pub fn workers() -> Section {
    let mut rows = Vec::new();
    for (c, milli) in [(2, 500), (2, 900), (5, 500), (5, 800), (10, 500), (10, 900)] {
        let discipline = Discipline { workers: c, ..Discipline::PLAIN };
        let runs = Farm { servers: 10, discipline, warm_up: 15_000, measured: 80_000, ..Farm::plain(milli) }.runs(SEEDS);
        let (waits, time) = mmc(u32::from(c), rho(milli));
        let name = |what| format!("{what}, {c} workers at {}", rho(milli));
        rows.push(Row::new(name("mean"), format!("{time:.6}"), sure(over(&runs, Run::mean), 3)));
        let published = match (c, milli) {
            (5, 500) => "13".to_owned(),
            (10, 500) => "3.6".to_owned(),
            _ => format!("{:.2}", 100.0 * waits),
        };
        rows.push(Row::new(name("who wait, in percent"), published, sure(over(&runs, Run::waited), 2)));
    }
    Section {
        title: "Workers that share a queue",
        about: "Mean time in system in mean service times, and how many have to wait: M/M/c (Erlang C); 13 and 3.6 % as Brooker (2020) has them. Ten \
                servers, a random one for each request, six runs a row.",
        rows,
        rest: String::new(),
    }
}

/// Work that varies more, or less, than exponential work does, and another order.
pub fn laws() -> Section {
    // The mean square of the service time.
    let laws = [
        ("always the mean (M/D/1)", Work::Fixed, 1.0),
        ("log-normal, deviation 1", Work::LogNormal { sigma_milli: 1_000 }, 1f64.exp()),
        ("one in ten takes five times as long", Work::Two { slow_per_mille: 100, times: 5 }, 3.4 / 1.96),
    ];
    let mut rows = Vec::new();
    for (name, work, square) in laws {
        for milli in [500, 800] {
            let farm = Farm { servers: 50, work, warm_up: 20_000, measured: 80_000, ..Farm::plain(milli) };
            let mean = 1.0 + rho(milli) * square / (2.0 * (1.0 - rho(milli)));
            rows.push(Row::new(format!("{name}, at {}", rho(milli)), format!("{mean:.3}"), sure(over(&farm.runs(SEEDS), Run::mean), 3)));
        }
    }
    for (name, order) in [("first come first served", Order::Fifo), ("last come first served", Order::Lifo)] {
        let discipline = Discipline { order, ..Discipline::PLAIN };
        let farm = Farm { servers: 50, discipline, warm_up: 30_000, measured: 100_000, ..Farm::plain(800) };
        rows.push(Row::new(format!("exponential, {name}, at 0.8"), "5.000", sure(over(&farm.runs(SEEDS), Run::mean), 3)));
    }
    Section {
        title: "Work that varies, and who is next",
        about: "Mean time in system in mean service times. M/G/1 (Pollaczek, Khinchine): waiting is `ρ / (1 - ρ)` times half of the mean square of the \
                service time. Who is next changes who waits, and not how long all wait together (Kleinrock's conservation law). Fifty servers, a random one for each request, six runs a row.",
        rows,
        rest: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_give_the_published_figures() {
        // Mitzenmacher's limits as they stand in the design, and Erlang C for 2, 5 and 10 workers.
        let near = |got: f64, published: f64| assert!((got - published).abs() < 6e-7 * published.max(1.0), "{got} {published}");
        for (rho, two, three) in
            [(0.5, 1.265686, 1.125244), (0.8, 1.947363, 1.580886), (0.9, 2.614057, 2.027856), (0.95, 3.383046, 2.535133)]
        {
            near(supermarket(2, rho), two);
            near(supermarket(3, rho), three);
        }
        for (c, rho, t) in [(2, 0.5, 1.333333), (2, 0.9, 5.263158), (5, 0.8, 1.554113), (10, 0.9, 1.668732), (10, 0.95, 2.651171)] {
            near(mmc(c, rho).1, t);
        }
    }

    /// Who waits is another matter than how long all wait together: the unlucky wait longer.
    #[test]
    fn last_come_first_served_has_a_longer_tail() {
        let p99 = |order| {
            let discipline = Discipline { order, ..Discipline::PLAIN };
            let farm = Farm { servers: 50, discipline, warm_up: 50_000, measured: 150_000, ..Farm::plain(800) };
            over(&farm.runs(3), |run| run.per_mille(990)).0
        };
        let (fifo, lifo) = (p99(Order::Fifo), p99(Order::Lifo));
        assert!(lifo > 1.5 * fifo, "p99 {lifo} and {fifo}");
    }

    /// What a policy knows is worth more than how it is used: at 0.9 each of these beats the one before.
    #[test]
    fn the_more_a_balancer_knows_the_shorter_its_queues() {
        let policies = [Policy::Random, Policy::RoundRobin, Policy::Choices(2), Policy::Choices(3), Policy::LeastOutstanding];
        let row = policies.map(|policy| {
            let farm = Farm { servers: 40, policy, warm_up: 50_000, measured: 100_000, ..Farm::plain(900) };
            over(&farm.runs(3), Run::mean).0
        });
        assert!(row.is_sorted_by(|a, b| *a > 1.1 * b), "{row:?}");
    }
}
