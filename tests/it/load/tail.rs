//! "The Tail at Scale" (Dean, Barroso 2013): what waits for many is slow when one is, and a second copy of the slow one helps.

use ringside::proto::balance::Backend;
use ringside::proto::balance::hedge::{Answer, Copies, HedgeConfig};
use ringside::proto::balance::work::Work;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

/// How often the slowest of `fan_out` answers is among the slowest one in `of`, in `n` requests.
fn slow_share(n: u32, fan_out: u32, of: f64) -> f64 {
    let mut rng = Rng::stream(1, Stream::Nemesis);
    let mean = Span::secs(10);
    let slow = Span((mean.0 as f64 * of.ln()) as u64);
    let requests = (0..n).filter(|_| {
        let slowest = (0..fan_out).map(|_| Work::Exponential.draw(mean, &mut rng)).max();
        slowest.is_some_and(|slowest| slowest > slow)
    });
    requests.count() as f64 / f64::from(n)
}

/// `1 - 0.99^100` = 0.63397 and `1 - 0.9999^2000` = 0.18127; they write 63 % and "almost one in five".
#[test]
fn what_waits_for_a_hundred_is_slow_when_one_in_a_hundred_is() {
    let one_in_a_hundred = slow_share(20_000, 100, 100.0);
    assert!((one_in_a_hundred - 0.63397).abs() < 2.58 * 0.00341, "{one_in_a_hundred}");
    let of_two_thousand = slow_share(3_000, 2_000, 10_000.0);
    assert!((of_two_thousand - 0.18127).abs() < 2.58 * 0.00703, "{of_two_thousand}");
}

/// One request by the book: its latency and its copies.
fn hedged(config: HedgeConfig, work: Work, rng: &mut Rng) -> (Span, u8) {
    let mean = Span::millis(10);
    let first = work.draw(mean, rng);
    let mut copies = Copies::new(Time(0), Backend(0));
    let due = copies.due(config).filter(|&due| due < Time(first.0));
    let Some(due) = due else {
        assert_eq!(copies.answered(Backend(0), true), Answer::First(Vec::new()));
        return (first, 1);
    };
    copies.hedge(due, Backend(1));
    let second = due.since(Time(0)) + work.draw(mean, rng);
    let (winner, loser, took) = if second < first { (1, 0, second) } else { (0, 1, first) };
    assert_eq!(copies.answered(Backend(winner), true), Answer::First(vec![Backend(loser)]));
    assert_eq!(copies.answered(Backend(loser), true), Answer::Late);
    (took, copies.sent())
}

/// Latency beyond t with a second copy after d: both must be slow, `P(X > t) P(X > t - d)`. Exponential: `e^-t e^-(t - d)` for t above d. A copy
/// sent at the 95th percentile is sent for one in twenty.
#[test]
fn a_second_copy_after_the_95th_percentile_costs_a_twentieth_and_squares_the_tail() {
    let d = 20f64.ln();
    let config = HedgeConfig { after: Span((d * 10_000.0) as u64), copies_max: 2, tied: false };
    let mut rng = Rng::stream(2, Stream::Nemesis);
    let n = 400_000;
    let rows: Vec<(Span, u8)> = (0..n).map(|_| hedged(config, Work::Exponential, &mut rng)).collect();
    let share = |fits: &dyn Fn(&(Span, u8)) -> bool| rows.iter().filter(|it| fits(it)).count() as f64 / f64::from(n);
    let near = |what: &str, got: f64, theory: f64| {
        let deviation = (theory * (1.0 - theory) / f64::from(n)).sqrt();
        assert!((got - theory).abs() < 2.58 * deviation, "{what}: {got}, theory {theory}");
    };
    near("extra copies", share(&|it| it.1 == 2), 0.05);
    for t in [3.5, 4.0, 4.605, 5.0] {
        near(&format!("later than {t} means"), share(&|it| it.0.0 as f64 > t * 10_000.0), (-t - (t - d)).exp());
    }
}

/// With a heavy tail the 99.9th percentile falls to a fraction, for one copy in fifty (they report 1,800 to 74 ms for 2 %, of a real system).
#[test]
fn a_heavy_tail_is_cut_by_few_copies() {
    let work = Work::Two { slow_per_mille: 20, times: 100 };
    let p999 = |after| {
        let config = HedgeConfig { after, copies_max: 2, tied: false };
        let mut rng = Rng::stream(3, Stream::Nemesis);
        let mut rows: Vec<(Span, u8)> = (0..100_000).map(|_| hedged(config, work, &mut rng)).collect();
        rows.sort_unstable();
        let extra = rows.iter().filter(|it| it.1 == 2).count();
        (rows[99_900].0, extra)
    };
    let ((without, none), (with, extra)) = (p999(Span::secs(100)), p999(Span::millis(10)));
    assert!(none == 0 && extra.abs_diff(2_000) < 120, "{extra} copies");
    assert!(without.0 > 20 * with.0, "{without} and {with}");
}
