//! Overload that outlives its cause: worked examples that are exact, and what other simulators claim.

use ringside::proto::balance::budget::BudgetConfig;
use ringside::proto::balance::queue::Discipline;

use super::storm::{Setting, run};
use super::table::{Row, Section};

/// `load` requests a second at a database that does 300. A unit of time makes both gaps whole numbers.
fn bronson(load: u64, seconds: u64) -> Setting {
    let second = 300 * load;
    Setting { retries: 1, outage: (20 * second, 30 * second), ..Setting::calm(second, 300, load, seconds * second) }
}

/// HotOS 2021.
pub fn outage() -> Section {
    let mut rows = Vec::new();
    for (load, published) in
        [(100, "47"), (120, "64"), (140, "149"), (145, "277"), (148, "659"), (149, "1,297"), (150, "never"), (151, "never"), (280, "never")]
    {
        let setting = bronson(load, published.replace(',', "").parse::<u64>().map_or(1_500, |last| last + 100));
        let last = run(setting).last_timeout as f64 / setting.second as f64;
        // Patience ends to the end of the run.
        let ours = if last * setting.second as f64 > (setting.until - 2 * setting.second) as f64 {
            "never".to_owned()
        } else {
            format!("{last:.1}")
        };
        rows.push(Row::new(format!("last time-out at {load} requests a second, s"), published, ours));
    }
    let storm = run(bronson(280, 200)).end();
    rows.push(Row::new("demand at 280, requests a second", "560", format!("{}", storm.copies * 280 / storm.came)));
    rows.push(Row::new("goodput at 280 after the outage, requests a second", "0", format!("{}", storm.good)));
    for (per_second, published) in [(15, "recovers"), (20, "never recovers")] {
        let budget = Some(BudgetConfig { per_mille: 0, per_second, most: 1 });
        let ours = if fate(Setting { budget, ..bronson(280, 1_000) }) == "recovers" { "recovers" } else { "never recovers" };
        rows.push(
            Row::new(format!("at 280, with a budget of {per_second} retries a second"), published, ours).why("fewer than 300 − 280 = 20"),
        );
    }
    Section {
        title: "An outage of the network that a database does not recover from",
        about: "Bronson, Aghayev, Charapko, Zhu, \"Metastable Failures in Distributed Systems\", HotOS 2021, section 5: 300 requests a second at most, \
                one more try after a second, an outage from 20 to 30 s after which everything arrives at once. Last time-outs were recomputed from these rules apart from our queue; the slowing \
                down towards 150 is that of arXiv 2510.03551. All gaps are equal, nothing is drawn.",
        rows,
        rest: String::new(),
    }
}

const SECOND: u64 = 2_730_000;

/// Requests a second in tenths, at a worker that takes 100 ms for each.
fn pause(tenths: u64, millis: u64, retries: u32) -> Setting {
    let ms = SECOND / 1_000;
    Setting {
        patience: 500 * ms,
        retries,
        wait: 50 * ms,
        pause: (30 * SECOND, millis * ms),
        ..Setting::calm(SECOND, SECOND * 10 / tenths, 100 * ms, 600 * SECOND)
    }
}

fn fate(setting: Setting) -> &'static str {
    match run(setting).recovers() {
        Some(true) => "recovers",
        Some(false) => "never recovers",
        None => "some requests are answered",
    }
}

/// One pause of a collector.
pub fn collector() -> Section {
    let mut rows = Vec::new();
    for (millis, published) in [(100, "recovers"), (450, "recovers"), (500, "never recovers"), (1_000, "never recovers")] {
        rows.push(Row::new(
            format!("7 a second, pause of 0.{:02} s", millis / 10).replace("0.100", "1.00"),
            published,
            fate(pause(70, millis, 3)),
        ));
    }
    rows.push(Row::new("7 a second, pause of 10 s, no retries", "recovers", fate(pause(70, 10_000, 0))));
    for (tenths, published) in [(26, "recovers"), (30, "never recovers")] {
        rows.push(Row::new(format!("{}.{} a second, pause of 1.00 s", tenths / 10, tenths % 10), published, fate(pause(tenths, 1_000, 3))));
    }
    Section {
        title: "A pause of a collector",
        about: "happy-simulator, `examples/queuing/gc_caused_collapse.py`: requests at equal gaps, 100 ms of work each, 500 ms of patience, three retries after \
                50 ms, one pause at 30 s. That a pause of a second is the end is theirs; the thresholds were recomputed from its rules apart from our queue.",
        rows,
        rest: String::new(),
    }
}

/// Requests at random.
fn phases(seed: u64) -> Setting {
    let second = 1_000_000;
    let at = |s: u64, a_second: u64| (s * second, second / a_second);
    Setting {
        patience: second / 2,
        retries: 5,
        gaps: [at(0, 9), at(20, 20), at(30, 9), at(60, 7), at(75, 5), at(90, 3)],
        seed: Some(seed),
        ..Setting::calm(second, second / 9, second / 10, 120 * second)
    }
}

/// Two servers with five workers each, of which one is away from 5 to 10 s.
fn crash(seed: u64, retries: u32, forgets: bool) -> Setting {
    let second = 1_000_000;
    let away = (5 * second, if forgets { 10 } else { 5 } * second);
    let discipline = Discipline { workers: 5, waiting_max: 10_000, ..Discipline::PLAIN };
    Setting {
        retries,
        discipline,
        servers: 2,
        seed: Some(seed),
        pause: if forgets { (0, 0) } else { away },
        down: if forgets { away } else { (0, 0) },
        ..Setting::calm(second, second / 70, second / 10, 60 * second)
    }
}

/// A worker of a hundredth of MongoDB's requests: `gap_us` microseconds between two, `x` hundredths of a processor of two for `seconds`.
/// `capacity` is what it does with both, in thousandths of a request every 75 us.
fn mongo(capacity: u64, gap_us: u64, x: u64, seconds: u64) -> Setting {
    let second = 1_000_000;
    Setting {
        patience: 3 * second,
        retries: 4,
        slow: (60 * second, (60 + seconds) * second, 200_000 / x),
        ..Setting::calm(second, gap_us * 100, 7_500 * 1_000 / capacity, 120 * second)
    }
}

/// Gap, hundredths of a processor, seconds, and what became of it.
const CORNERS: [(u64, u64, u64, &str); 4] =
    [(75, 45, 10, "recovers"), (75, 40, 10, "never recovers"), (75, 40, 9, "recovers"), (100, 40, 10, "recovers")];

/// Capacities that were tried, in thousandths of the demand.
fn capacities() -> impl Iterator<Item = u64> {
    (150..=400).step_by(10).map(|percent| percent * 10)
}

/// How many requests are answered in time from one second to another, in percent, over twenty seeds.
fn percent(from: u64, to: u64, setting: impl Fn(u64) -> Setting) -> f64 {
    let sums = (1..=20).map(|seed| run(setting(seed)).sum(from, to));
    let (came, good) = sums.fold((0, 0), |sum, it| (sum.0 + it.came, sum.1 + it.good));
    100.0 * good as f64 / came as f64
}

/// Whether it is up.
fn shape(what: impl Into<String>, published: &str, percent: f64) -> Row {
    Row::new(what, published, if percent > 50.0 { "up" } else { "down" }).why(format!("{percent:.0} % of requests are answered"))
}

/// Simulators and experiments of others.
pub fn others() -> Section {
    let mut rows = Vec::new();
    let before = percent(5, 20, phases);
    let why =
        format!("with us it is down before the trigger, too ({before:.0} % are answered): at nine of ten a queue takes twice the patience");
    rows.push(
        shape("happy-simulator `metastable_state.py`: 9 a second, after 20 a second for 10 s", "down", percent(45, 60, phases)).why(why),
    );
    let why = "our queue has no end, and a request has six copies, so that even 3 a second are 18 for a server of 10; what theirs does otherwise is not known to us";
    rows.push(shape("the same: then 7, 5 and, here, 3", "up", percent(90, 120, phases)).why(why));
    for (forgets, how) in [(false, "begins nothing"), (true, "turns everything away")] {
        let what = format!("stability-sim `metastable-retry`, 30 to 60 s: the first server {how} from 5 to 10 s");
        rows.push(shape(what, "down", percent(30, 60, |seed| crash(seed, 3, forgets))));
    }
    let holds = |capacity: &u64| CORNERS.iter().all(|&(gap, x, d, fate_of)| fate(mongo(*capacity, gap, x, d)) == fate_of);
    let all: Vec<u64> = capacities().filter(holds).collect();
    let at = all.get(all.len() / 2).copied().unwrap_or(2_000);
    for (gap, x, d, published) in CORNERS {
        let ours = fate(mongo(at, gap, x, d));
        rows.push(Row::new(format!("MongoDB, an insert every {gap} µs, 0.{x} of 2 processors for {d} s"), published, ours));
    }
    let span = match (all.first(), all.last()) {
        (Some(low), Some(high)) => {
            format!("{:.2} to {:.2} times the demand of an insert every 75 µs give all four corners", *low as f64 / 1e3, *high as f64 / 1e3)
        }
        _ => "none between 1.5 and 4 times the demand gives all four corners at once; the rows are for 2".to_owned(),
    };
    Section {
        title: "Simulators and experiments of others",
        about: "Runs at random: 20 seeds together; *up* is more than half of the requests answered in time. happy-simulator: ten a second, exponential, patience 0.5 s, at \
                most five retries at once (how long it waits before one is not known to us). stability-sim: 70 a second by turns to two servers with five workers of 0.1 s and 10,000 \
                places, patience 1 s, three retries. MongoDB: `Retry_Metastability` of the OSDI 2022 artefact (Huang et al.): patience 3 s, four resends, from 60 s on less processor; a figure of \
                shape, four corners around a point. We have no MongoDB: one worker with a queue, a hundredth of the requests at equal gaps, and its capacity, which is not published, is fitted.",
        rows,
        rest: format!(
            "MongoDB, fitted: capacities of {span}. stability-sim without retries, where its first server begins nothing: {:.0} % are answered.",
            percent(30, 60, |seed| crash(seed, 0, false))
        ),
    }
}

#[cfg(test)]
mod tests {
    use ringside::proto::balance::queue::{Order, Shed};
    use ringside::sim::time::Span;

    use super::*;

    #[test]
    fn without_a_trigger_nothing_happens() {
        let calm = run(Setting { outage: (0, 0), ..bronson(280, 200) });
        assert_eq!((calm.last_timeout, calm.recovers()), (0, Some(true)));
        let out = run(bronson(150, 400));
        let end = out.end();
        assert!(end.copies.abs_diff(2 * end.came) <= 2, "every request is asked twice: {end:?}");
    }

    /// What ends the storm, each by itself: a budget, a short queue, throwing out what is old, serving the newest first.
    #[test]
    fn each_cure_ends_the_storm() {
        let storm = pause(70, 1_000, 3);
        let with = |discipline| Setting { discipline, ..storm };
        let ms = |n: u64| Span(n * SECOND / 1_000);
        assert_eq!(fate(storm), "never recovers");
        let budget = Some(BudgetConfig { per_mille: 100, per_second: 0, most: 10 });
        assert_eq!(fate(Setting { budget, ..storm }), "recovers", "a tenth of retries");
        assert_eq!(fate(with(Discipline { waiting_max: 3, ..Discipline::PLAIN })), "recovers", "three may wait");
        assert_eq!(fate(with(Discipline { shed: Shed::Older(ms(300)), ..Discipline::PLAIN })), "recovers", "none for longer than 300 ms");
        let newest = run(with(Discipline { order: Order::Lifo, ..Discipline::PLAIN })).end();
        assert!(newest.good * 10 > newest.came * 9, "newest first: {newest:?}");
    }
}
