//! Groups in the fake world.

use super::lab::Group;
use super::machine::{Standing, Swim};
use super::words::{Incarnation, Lifeguard, SwimConfig, SwimRules};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::time::Span;

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
