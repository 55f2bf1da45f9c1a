//! One member, told what arrives.

use super::machine::{SCORE_MAX, Standing, Swim};
use super::words::{Ask, Claim, Fact, Incarnation, Lifeguard, Rumour, SwimConfig, SwimEffect, SwimMsg, SwimRules};
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

const ME: Pid = Pid(0);

/// A member of a group whose others do what the test says.
struct Lone {
    swim: Swim,
    config: SwimConfig,
    rng: Rng,
    now: Time,
}

impl Lone {
    fn new(seed: u64, n: u16, config: SwimConfig) -> Lone {
        let mut rng = Rng::stream(seed, Stream::Process(ME));
        let swim = Swim::new(ME, n, Incarnation(0), |_| false, Time(0), &config, &mut |n| rng.below(n));
        Lone { swim, config, rng, now: Time(0) }
    }

    /// Goes on to when it wakes, and gives what it asks for.
    fn wake(&mut self) -> Vec<SwimEffect> {
        self.now = self.swim.wakes_at(&self.config);
        let (mut out, rng) = (Vec::new(), &mut self.rng);
        self.swim.tick(self.now, &self.config, &mut |n| rng.below(n), &mut out);
        out
    }

    fn hear(&mut self, from: u16, ask: Ask, news: &[Rumour]) -> Vec<SwimEffect> {
        let mut out = Vec::new();
        self.swim.receive(Pid(from), SwimMsg { ask, news: news.to_vec() }, self.now, &self.config, &mut out);
        out
    }

    /// Goes on to the next ping of a period of its own.
    fn next_ping(&mut self) -> (Pid, u32, SwimMsg) {
        loop {
            let before = self.swim.number;
            let sent = self.wake().into_iter().find_map(|it| match it {
                SwimEffect::Send(to, msg) => match msg.ask {
                    Ask::Ping(number) if number > before => Some((to, number, msg)),
                    Ask::Ping(_) | Ask::PingReq(..) | Ask::Ack(_) | Ask::Nack(_) => None,
                },
                SwimEffect::Tell(_) => None,
            });
            if let Some(sent) = sent {
                return sent;
            }
        }
    }
}

fn rumour(about: u16, incarnation: u32, claim: Claim) -> Rumour {
    Rumour { about: Pid(about), incarnation: Incarnation(incarnation), claim }
}

fn by(member: u16) -> Claim {
    Claim::Suspect(Pid(member))
}

/// The longest wait, in periods, between two pings of the same member while everybody answers.
fn longest_wait(n: u16, rounds: u32, rules: SwimRules) -> u32 {
    let mut it = Lone::new(7, n, SwimConfig { rules, ..SwimConfig::default() });
    let (mut last, mut longest) = (vec![0; usize::from(n)], 0);
    for period in 1..=rounds * u32::from(n) {
        let (target, number, _) = it.next_ping();
        longest = longest.max(period - last[target.index()]);
        last[target.index()] = period;
        it.hear(target.0, Ask::Ack(number), &[]);
    }
    longest
}

/// The paper's list has the others only: with m of them the bound is 2m - 1, and it is reached.
#[test]
fn in_turn_nobody_waits_longer_than_2n_minus_1_periods() {
    for n in [3, 5, 10, 30] {
        let others = u32::from(n) - 1;
        let rounds = 200;
        let longest = longest_wait(n, rounds, SwimRules::ALL);
        assert!(longest < 2 * others, "{n}: {longest}");
        if n < 10 {
            assert_eq!(longest, 2 * others - 1, "{n}: the bound is reached");
        }
        assert!(longest_wait(n, rounds, SwimRules { round_robin: false, ..SwimRules::ALL }) >= 2 * others, "{n}: drawn each time");
    }
}

#[test]
fn the_order_of_a_round_is_another_in_the_next() {
    let mut it = Lone::new(3, 9, SwimConfig::default());
    let mut round = || {
        let targets = (0..8).map(|_| {
            let (target, number, _) = it.next_ping();
            it.hear(target.0, Ask::Ack(number), &[]);
            target
        });
        targets.collect::<Vec<_>>()
    };
    let (first, second) = (round(), round());
    assert_ne!(first, second);
    for mut row in [first, second] {
        row.sort();
        assert_eq!(row, (1..9).map(Pid).collect::<Vec<_>>());
    }
}

#[test]
fn an_old_rumour_does_not_clear_a_new_suspicion() {
    for incarnations in [true, false] {
        let mut it = Lone::new(1, 5, SwimConfig { rules: SwimRules { incarnations, ..SwimRules::ALL }, ..SwimConfig::default() });
        it.hear(1, Ask::Ack(99), &[rumour(2, 3, Claim::Alive), rumour(2, 3, by(1))]);
        it.hear(3, Ask::Ack(99), &[rumour(2, 3, Claim::Alive)]);
        assert_eq!(*it.swim.standing(Pid(2)) == Standing::Alive, !incarnations, "suspected in 3, said to live in 3");
        it.hear(1, Ask::Ack(99), &[rumour(2, 4, Claim::Alive)]);
        assert_eq!(*it.swim.standing(Pid(2)), Standing::Alive);
        it.hear(3, Ask::Ack(99), &[rumour(2, 3, Claim::Dead)]);
        assert_eq!(*it.swim.standing(Pid(2)) == Standing::Alive, incarnations, "dead in 3, alive in 4");
    }
}

#[test]
fn the_dead_are_no_suspects_and_return_by_their_own_word() {
    let mut it = Lone::new(1, 5, SwimConfig::default());
    it.hear(1, Ask::Ack(99), &[rumour(2, 0, Claim::Dead)]);
    assert_eq!(it.hear(1, Ask::Ack(99), &[rumour(2, 0, by(3)), rumour(2, 0, Claim::Alive)]), [], "nothing new");
    assert_eq!(*it.swim.standing(Pid(2)), Standing::Dead);
    let told = it.hear(1, Ask::Ack(99), &[rumour(2, 1, Claim::Alive)]);
    assert_eq!(told, [SwimEffect::Tell(Fact::Acquits(Pid(2), Incarnation(1)))]);
}

#[test]
fn who_is_suspected_refutes_with_a_newer_word() {
    let mut it = Lone::new(1, 5, SwimConfig::default());
    let out = it.hear(1, Ask::Ping(7), &[rumour(0, 0, by(3))]);
    let news = vec![rumour(0, 1, Claim::Alive)];
    assert_eq!(out[0], SwimEffect::Tell(Fact::Refutes(Incarnation(1))));
    assert_eq!(out[1], SwimEffect::Send(Pid(1), SwimMsg { ask: Ask::Ack(7), news }), "with the very ack");
    assert_eq!(it.swim.score(), 1, "it must have been slow");
    it.hear(2, Ask::Ack(99), &[rumour(0, 0, by(4))]);
    assert_eq!(it.swim.incarnation(ME), Incarnation(1), "refuted already");
}

#[test]
fn one_suspector_counts_once() {
    for counts_once in [true, false] {
        let rules = SwimRules { counts_once, ..SwimRules::ALL };
        let mut it = Lone::new(1, 10, SwimConfig { rules, lifeguard: Lifeguard::FULL, ..SwimConfig::default() });
        (0..9).for_each(|_| {
            it.hear(1, Ask::Ack(99), &[rumour(2, 0, by(1))]);
        });
        let ends = it.swim.buries_at(Pid(2), &it.config);
        assert_eq!(ends, Some(Time(if counts_once { 24_000_000 } else { 4_000_000 })));
        for (suspector, secs) in [(3, 14_000), (4, 8_150), (5, 4_000), (6, 4_000)] {
            it.hear(1, Ask::Ack(99), &[rumour(2, 0, by(suspector))]);
            let ends = it.swim.buries_at(Pid(2), &it.config).expect("it is suspected").0 / 10_000 * 10;
            assert!(!counts_once || ends.abs_diff(secs) <= 10, "{suspector}: {ends}");
        }
    }
}

#[test]
fn a_shared_suspicion_is_told_on_with_lifeguard_only_and_only_while_it_counts() {
    let told = |lifeguard| {
        let mut it = Lone::new(1, 10, SwimConfig { lifeguard, lambda: 1, ..SwimConfig::default() });
        let mut rows = Vec::new();
        for suspector in [1, 3, 4, 5, 6] {
            it.hear(1, Ask::Ack(99), &[rumour(2, 0, by(suspector))]);
            rows.push(it.swim.news().tells_of(Pid(2)));
            (0..9).for_each(|_| {
                it.hear(1, Ask::Ping(1), &[]);
            });
            assert!(!it.swim.news().tells_of(Pid(2)), "told often enough");
        }
        rows
    };
    assert_eq!(told(Lifeguard::OFF), [true, false, false, false, false]);
    assert_eq!(told(Lifeguard::FULL), [true, true, true, true, false], "the first and K = 3 more");
}

/// With a period of 1 s and a time-out of 0.5 s: at the highest score 9 s and 4.5 s.
#[test]
fn a_member_that_hears_nothing_asks_nine_times_as_slowly() {
    for (probe, times) in [(true, 9), (false, 1)] {
        let lifeguard = Lifeguard { probe, ..Lifeguard::OFF };
        // So patient with suspects that nobody is dead while this goes on.
        let mut it = Lone::new(1, 12, SwimConfig { lifeguard, suspicion: 100, ..SwimConfig::default() });
        (0..12).for_each(|_| {
            it.next_ping();
        });
        assert_eq!(it.swim.score(), SCORE_MAX);
        let first = it.now;
        let asks = it.wake();
        assert_eq!(it.now.since(first), Span::millis(500 * times));
        assert!(asks.iter().all(|it| matches!(it, SwimEffect::Send(_, SwimMsg { ask: Ask::PingReq(..), .. }))) && asks.len() == 3);
        it.next_ping();
        assert_eq!(it.now.since(first), Span::secs(times));
        // What is answered makes it well again, one step a time.
        for score in (0..SCORE_MAX).rev() {
            let (target, number, _) = it.next_ping();
            it.hear(target.0, Ask::Ack(number), &[]);
            it.hear(target.0, Ask::Ack(number), &[]);
            assert_eq!(it.swim.score(), score.max(it.swim.score().min(score)), "an ack counts once");
        }
    }
}

#[test]
fn a_nack_clears_only_the_one_who_asks() {
    for nacks in 0..=3 {
        let lifeguard = Lifeguard { probe: true, ..Lifeguard::OFF };
        let mut it = Lone::new(1, 12, SwimConfig { lifeguard, ..SwimConfig::default() });
        let (target, number, _) = it.next_ping();
        let helpers: Vec<Pid> = it.wake().iter().filter_map(|it| if let SwimEffect::Send(to, _) = it { Some(*to) } else { None }).collect();
        for helper in &helpers[..nacks] {
            it.hear(helper.0, Ask::Nack(number), &[]);
        }
        it.next_ping();
        assert_ne!(*it.swim.standing(target), Standing::Alive, "it has not answered");
        assert_eq!(it.swim.score(), if nacks == 3 { 1 } else { 2 }, "{nacks} of 3 helpers were heard");
    }
}

#[test]
fn who_asks_for_another_hears_in_any_case_with_lifeguard() {
    for (probe, nacks) in [(true, 1), (false, 0)] {
        let mut it = Lone::new(1, 5, SwimConfig { lifeguard: Lifeguard { probe, ..Lifeguard::OFF }, ..SwimConfig::default() });
        it.next_ping();
        let out = it.hear(3, Ask::PingReq(40, Pid(4)), &[]);
        let [SwimEffect::Send(Pid(4), SwimMsg { ask: Ask::Ping(mine), .. })] = out[..] else { panic!("{out:?}") };
        let sent: Vec<SwimEffect> = (0..6).flat_map(|_| it.wake()).collect();
        let to_asker = |it: &&SwimEffect| matches!(it, SwimEffect::Send(Pid(3), SwimMsg { ask: Ask::Nack(40), .. }));
        assert_eq!(sent.iter().filter(to_asker).count(), nacks);
        assert_eq!(it.hear(4, Ask::Ack(mine), &[]), [], "forgotten after a period");
    }
    let mut it = Lone::new(1, 5, SwimConfig::default());
    let out = it.hear(3, Ask::PingReq(40, Pid(4)), &[]);
    let [SwimEffect::Send(_, SwimMsg { ask: Ask::Ping(mine), .. })] = out[..] else { panic!("{out:?}") };
    let out = it.hear(4, Ask::Ack(mine), &[]);
    assert!(matches!(out[..], [SwimEffect::Send(Pid(3), SwimMsg { ask: Ask::Ack(40), .. })]), "{out:?}");
}

#[test]
fn the_suspect_is_told_first() {
    for (buddy, expected) in [(true, true), (false, false)] {
        let lifeguard = Lifeguard { buddy, ..Lifeguard::OFF };
        let mut it = Lone::new(1, 20, SwimConfig { lifeguard, suspicion: 100, ..SwimConfig::default() });
        it.hear(1, Ask::Ack(99), &[rumour(2, 0, by(1))]);
        // Told often to others, and then come six that are newer.
        (0..8).for_each(|_| {
            it.hear(1, Ask::Ping(1), &[]);
        });
        let newer: Vec<Rumour> = (10..19).map(|about| rumour(about, 1, Claim::Alive)).collect();
        let (target, msg) = loop {
            it.hear(1, Ask::Ack(99), &newer);
            let (target, number, msg) = it.next_ping();
            it.hear(target.0, Ask::Ack(number), &[]);
            if target == Pid(2) {
                break (target, msg);
            }
        };
        assert_eq!(msg.news.first() == Some(&rumour(target.0, 0, by(1))), expected);
        assert!(msg.news.len() <= 6 && msg.news.iter().filter(|it| it.about == target).count() <= 1);
    }
}

#[test]
fn a_rumour_is_told_lambda_log_n_times() {
    let mut it = Lone::new(1, 10, SwimConfig::default());
    it.hear(1, Ask::Ack(99), &[rumour(2, 5, Claim::Alive)]);
    let told =
        (0..20).flat_map(|_| it.hear(1, Ask::Ping(1), &[])).filter(|it| matches!(it, SwimEffect::Send(_, msg) if !msg.news.is_empty()));
    assert_eq!(told.count(), 7, "3 ln 10");
}

/// With q the chance that a message arrives and everybody alive, a probe fails for no reason with (1 - q²)(1 - q⁴)^k: the way to the target
/// and back, and four ways through each helper (section 5.2; there also times the expected number of those who probe a member that somebody probes,
/// which `headless numbers` measures).
#[test]
fn a_probe_fails_for_no_reason_as_often_as_the_paper_says() {
    for (arrives, helpers) in [(900, 0), (900, 1), (800, 3), (600, 2)] {
        let mut it = Lone::new(11, 8, SwimConfig { helpers, ..SwimConfig::default() });
        let mut net = Rng::stream(5, Stream::Nemesis);
        let mut trip = |ways: u32| (0..ways).fold(true, |all, _| net.per_mille(arrives) && all);
        let (periods, mut failed) = (20_000, 0);
        let (mut target, mut number, _) = it.next_ping();
        for period in 1..=periods {
            if trip(2) {
                it.hear(target.0, Ask::Ack(number), &[]);
            } else {
                let helpers = it.wake();
                for (i, _) in helpers.iter().enumerate() {
                    if trip(4) {
                        it.hear(if target == Pid(1) { 2 } else { 1 }, Ask::Ack(number), &[]);
                    }
                    assert!(i < usize::from(it.config.helpers));
                }
            }
            let probed = target;
            (target, number, _) = it.next_ping();
            if *it.swim.standing(probed) != Standing::Alive {
                failed += 1;
                it.hear(1, Ask::Ack(0), &[rumour(probed.0, period, Claim::Alive)]);
            }
        }
        // In millionths. The square of the distance is at most 2.576² times the variance in 99 of 100 cases.
        let (q, n) = (u128::from(arrives), u128::from(periods));
        let (direct, helper) = (1_000_000 - q * q, (1_000_000_000_000 - q.pow(4)) / 1_000_000);
        let expected = (0..helpers).fold(direct, |all, _| all * helper / 1_000_000);
        let off = (u128::from(failed as u32) * 1_000_000).abs_diff(expected * n);
        assert!(
            off * off * 1_000 <= 6_636 * n * expected * (1_000_000 - expected),
            "{arrives} {helpers}: {failed} of {n}, expected {expected} of a million"
        );
    }
}
