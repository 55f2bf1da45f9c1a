//! Groups in the fake world.

use super::lab::Group;
use super::machine::{Standing, Swim};
use super::words::{Fact, Incarnation, Lifeguard, SwimConfig, SwimRules};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

fn without(change: impl Fn(&mut SwimRules)) -> SwimConfig {
    let mut config = SwimConfig::default();
    change(&mut config.rules);
    config
}

#[test]
fn a_dead_member_is_known_to_all_soon_and_nobody_else_is_accused() {
    for lifeguard in [Lifeguard::OFF, Lifeguard::FULL] {
        let mut group = Group::new(5, 12, 0, SwimConfig { lifeguard, ..SwimConfig::default() });
        group.run(Span::secs(20));
        assert!(group.told.is_empty(), "{:?}", group.told);
        group.inject(Fault::Kill(Pid(3)));
        group.run(Span::secs(60));
        assert_eq!(group.members().filter(|it| *it.standing(Pid(3)) == Standing::Dead).count(), 11, "{lifeguard:?}");
        assert!(group.suspected().iter().chain(&group.buried()).all(|it| *it == Pid(3)));
    }
}

#[test]
fn two_halves_that_were_cut_off_find_each_other_again() {
    for seed in 0..5 {
        let mut group = Group::new(seed, 8, 50, SwimConfig::default());
        let cut = |group: &mut Group, heals: bool| {
            for (a, b) in (0..3).flat_map(|a| (3..8).flat_map(move |b| [(a, b), (b, a)])) {
                let (a, b) = (Pid(a), Pid(b));
                group.inject(if heals { Fault::Heal(a, b) } else { Fault::Cut(a, b) });
            }
        };
        cut(&mut group, false);
        group.run(Span::secs(120));
        let dead = |group: &Group| {
            let dead = |it: &Swim| (0..8).filter(|i| *it.standing(Pid(*i)) == Standing::Dead).count();
            group.members().map(dead).collect::<Vec<_>>()
        };
        assert_eq!(dead(&group), [5, 5, 5, 3, 3, 3, 3, 3], "each half has buried the other");
        cut(&mut group, true);
        group.run(Span::secs(120));
        assert_eq!(dead(&group), [0; 8], "seed {seed}");
    }
}

/// In the paper's model, targets drawn each period, the periods until somebody pings the dead are geometric with mean
/// 1 / (1 - (1 - 1/(n-1))^(n-1)), which tends to e/(e-1) = 1.582 (section 3.1). Taking turns is no slower.
#[test]
fn the_first_detection_takes_e_over_e_minus_1_periods() {
    let trials = 3_000;
    for (n, expected) in [(3, 1.333333), (5, 1.462857), (10, 1.530080), (50, 1.572558), (100, 1.577321)] {
        let drawn = first_pings(n, trials, false);
        let (mean, half) = interval(&drawn);
        assert!((mean - expected).abs() <= half, "{n}: {mean} ± {half}, expected {expected}");
        if n <= 10 {
            let (in_turn, half) = interval(&first_pings(n, trials, true));
            assert!(in_turn <= expected + half, "{n}: {in_turn} ± {half} in turn");
        }
    }
}

/// Periods from a crash until the first ping of the dead one, counted as begun, one a trial.
fn first_pings(n: u16, trials: u32, round_robin: bool) -> Vec<f64> {
    use super::words::{Ask, SwimEffect, SwimMsg};
    let config = without(|rules| rules.round_robin = round_robin);
    let mut rng = Rng::stream(u64::from(n), Stream::Nemesis);
    let dead = Pid(0);
    let trial = |_| {
        let periods = if round_robin { 2 * u32::from(n) } else { 2 };
        let crash = Time(config.period.0 + u64::from(rng.below(periods * config.period.0 as u32)));
        let mut first = Time(u64::MAX);
        for me in (1..n).map(Pid) {
            let mut swim = Swim::new(me, n, Incarnation(0), |_| false, Time(0), &config, &mut |n| rng.below(n));
            // Everybody else answers at once, so members know nothing of each other and can be run one by one.
            loop {
                let now = swim.wakes_at(&config);
                if now >= first {
                    break;
                }
                let mut out = Vec::new();
                swim.tick(now, &config, &mut |n| rng.below(n), &mut out);
                let Some(SwimEffect::Send(to, SwimMsg { ask: Ask::Ping(number), .. })) = out.pop() else { continue };
                if to == dead && now > crash {
                    first = now;
                    break;
                }
                swim.receive(to, SwimMsg { ask: Ask::Ack(number), news: Vec::new() }, now, &config, &mut out);
            }
        }
        first.since(crash).0.div_ceil(config.period.0) as f64
    };
    (0..trials).map(trial).collect()
}

/// The mean and half its 99 % interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|it| (it - mean) * (it - mean)).sum::<f64>() / (n - 1.0);
    (mean, 2.576 * (variance / n).sqrt())
}

/// After lambda ln n periods all but n^-(2 lambda - 2) of the group should know (section 4.1): with lambda 3 and 50 members, 2·10^-5 of one.
#[test]
fn a_rumour_reaches_all_in_lambda_log_n_periods() {
    let (n, lambda) = (50, 3);
    let periods = f64::from(lambda) * f64::from(n).ln();
    let informed = |seed, config| {
        let mut group = Group::new(seed, n, 0, config);
        group.run(Span::secs(2));
        group.inject(Fault::Proceed(Pid(0)));
        group.run(Span((periods * 1e6) as u64));
        group.members().filter(|it| it.incarnation(Pid(0)) > Incarnation(0)).count()
    };
    for seed in 0..40 {
        assert_eq!(informed(seed, SwimConfig::default()), usize::from(n), "seed {seed}");
        let alone = informed(seed, without(|rules| rules.gossips = false));
        assert!(alone < usize::from(n), "seed {seed}: without gossip only those whom it met: {alone}");
    }
}

/// Both ways: with the rules the living refute in time, and without either of three they are buried. A suspicion lasts ten periods here:
/// memberlist's four are for a group that also gossips five times a second, and too few where rumours travel with probes alone.
#[test]
fn a_living_member_that_is_suspected_refutes() {
    let buried = |seed, config| {
        let mut group = Group::new(seed, 10, 0, SwimConfig { suspicion: 10, ..config });
        group.run(Span::secs(3));
        group.inject(Fault::Leave(Pid(4)));
        group.run(Span::secs(60));
        let refuted = group.members().filter(|it| it.incarnation(Pid(5)) == Incarnation(1)).count();
        (group.buried().len(), refuted)
    };
    let runs = |config: SwimConfig| (0..20).map(|seed| buried(seed, config)).collect::<Vec<_>>();
    for lifeguard in [Lifeguard::OFF, Lifeguard::FULL] {
        for (dead, refuted) in runs(SwimConfig { lifeguard, ..SwimConfig::default() }) {
            assert_eq!((dead, refuted), (0, 10), "{lifeguard:?}: everybody has heard the refutation");
        }
    }
    let buried = |config| runs(config).iter().filter(|(dead, _)| *dead > 0).count();
    assert_eq!(buried(without(|rules| rules.refutes = false)), 20, "it lives, and is silent");
    assert_eq!(buried(without(|rules| rules.suspicion = false)), 0, "a rumour of a suspicion alone kills nobody");
}

/// A port of SWIM was found to mark live nodes dead "intermittently throughout the run" when it probed without passing rumours on.
#[test]
fn without_dissemination_the_living_are_buried_now_and_then() {
    let buried = |gossips| {
        let runs = (0..8).map(|seed| {
            let mut group = Group::new(seed, 10, 100, without(|rules| rules.gossips = gossips));
            group.run(Span::secs(300));
            group.buried().len()
        });
        runs.collect::<Vec<_>>()
    };
    let (with, without): (Vec<_>, Vec<_>) = (buried(true), buried(false));
    assert!(with.iter().sum::<usize>() * 3 < without.iter().sum::<usize>() && without.iter().all(|it| *it > 0), "{with:?} {without:?}");
}

#[test]
fn without_suspicion_a_lost_message_kills() {
    let dead = |config| {
        let mut group = Group::new(9, 10, 150, config);
        group.run(Span::secs(120));
        group.buried().len()
    };
    let (with, rash) = (dead(SwimConfig::default()), dead(without(|rules| rules.suspicion = false)));
    assert!(rash >= 10 && with * 10 <= rash, "{with} with suspicion, {rash} without");
}

#[test]
fn a_member_that_one_other_cannot_reach_is_not_suspected() {
    for (indirect, suspected) in [(true, false), (false, true)] {
        let mut group = Group::new(2, 6, 0, without(|rules| rules.indirect = indirect));
        group.inject(Fault::Cut(Pid(0), Pid(1)));
        group.inject(Fault::Cut(Pid(1), Pid(0)));
        group.run(Span::secs(60));
        assert_eq!(!group.suspected().is_empty(), suspected, "{:?}", group.told);
    }
}

/// What became of the healthy in groups with slow members: times that somebody suspected one of them first hand or declared one dead.
///
/// A slow member takes in and gives out every message 20 to 200 times later than others do (0.1 to 5 s), and that changes every 2 to
/// 12 s. A member that only stands still for a while is not enough: this world hands it what waited in the order in which it came, an
/// ack before the end of the period, as a real machine may not.
fn accused(seed: u64, lifeguard: Lifeguard) -> (usize, usize) {
    let (n, slow) = (24, 4);
    let mut group = Group::new(seed, n, 0, SwimConfig { lifeguard, ..SwimConfig::default() });
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut next = vec![Time::ZERO + Span::secs(5); usize::from(slow)];
    let end = Time::ZERO + Span::secs(240);
    while let Some(i) = (0..next.len()).min_by_key(|&i| next[i]).filter(|&i| next[i] < end) {
        group.run(next[i].since(group.world.now()));
        group.inject(Fault::Slow(Pid(i as u16), 20 + rng.below(181) as u16));
        next[i] += rng.between(Span::secs(2), Span::secs(12));
    }
    let healthy = |who: &Pid| who.0 >= slow;
    let first_hand = |(_, me, fact): &&(Time, Pid, Fact)| matches!(fact, Fact::Suspects(who, _, by) if healthy(who) && by == me);
    (group.told.iter().filter(first_hand).count(), group.buried().iter().filter(|it| healthy(it)).count())
}

/// Lifeguard's own claim is 50 to 100 times fewer. Here: at least ten, over eight seeds.
#[test]
fn with_slow_members_local_health_accuses_the_healthy_at_least_ten_times_more_rarely() {
    let sum = |lifeguard| (0..8).map(|seed| accused(seed, lifeguard)).fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    let (off, full) = (sum(Lifeguard::OFF), sum(Lifeguard::FULL));
    let parts = [
        sum(Lifeguard { probe: true, ..Lifeguard::OFF }),
        sum(Lifeguard { suspicion: true, ..Lifeguard::OFF }),
        sum(Lifeguard { buddy: true, ..Lifeguard::OFF }),
    ];
    let told = format!("(suspected, declared dead): off {off:?}, full {full:?}, probe, suspicion, buddy alone {parts:?}");
    assert!(off.1 >= 100 && full.1 * 10 <= off.1, "{told}");
    assert!(parts[0].0 < off.0 && parts[1].1 < off.1, "{told}");
}
