//! What chance says about placement: every figure lies within three standard errors of its exact expectation.
//!
//! Formulas: a ring's shares are Beta(V, (n-1)V), hence CV = sqrt((n-1)/(nV+1)); n -> n+1 moves 1/(n+1) of the keys at least and
//! n/(n+1) by modulo; jump from n to m moves 1 - n/m; a perfect hash gives multinomial counts, CV = sqrt((n-1)/m). Names and keys
//! differ from trial to trial and are fixed for ever, so a test that passes once always passes.

use ringside::proto::ring::circle::Circle;
use ringside::proto::ring::hash::Hash;
use ringside::room::placement::schemes::jump::jump;
use ringside::room::placement::schemes::{Algorithm, Fleet, Options, Study, maglev, stats};

/// The mean of these lies within three standard errors, estimated from themselves, of what is expected.
fn within_three_errors(values: &[f64], expected: f64, of_what: &str) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!((mean - expected).abs() <= 3.0 * error, "{of_what}: {mean} +- {error}, expected {expected}");
    // A wide error would make the test toothless.
    assert!(error < 0.1 * expected, "{of_what}: {error} is too uncertain to tell {expected}");
}

/// The shares of a ring of `n` members with `v` tokens each, over their ideal.
fn loads(trial: u32, n: u32, v: u32) -> Vec<f64> {
    let names: Vec<String> = (0..n).map(|i| format!("trial{trial}-node{i}")).collect();
    let circle = Circle::new((0..).zip(&names).map(|(i, name)| (i, name.as_bytes(), v)), Hash::Xxh3);
    circle.arcs(n).into_iter().map(|arc| arc as f64 / 2f64.powi(64) * f64::from(n)).collect()
}

#[test]
fn shares_of_a_ring_vary_as_beta_says() {
    for (n, v, trials) in [(3, 1, 500), (5, 16, 400), (10, 1, 400), (10, 100, 200), (20, 64, 100), (100, 16, 60)] {
        let squares: Vec<f64> =
            (0..trials).map(|trial| loads(trial, n, v).iter().map(|load| (load - 1.0).powi(2)).sum::<f64>() / f64::from(n)).collect();
        let expected = f64::from(n - 1) / f64::from(n * v + 1);
        within_three_errors(&squares, expected, &format!("squared CV of {n} members x {v}"));
    }
}

#[test]
fn the_peak_of_a_ring_is_that_of_ideal_rings() {
    // Mean peak of 2,000 ideal rings, whose own error is less than a third of ours with a ninth of the trials.
    for (n, v, expected) in [(3, 1, 1.8296), (5, 16, 1.3036), (10, 1, 2.9493), (10, 100, 1.161), (20, 64, 1.2484)] {
        let peaks: Vec<f64> = (0..200).map(|trial| loads(trial, n, v).into_iter().fold(0.0, f64::max)).collect();
        within_three_errors(&peaks, expected, &format!("peak of {n} members x {v}"));
    }
}

/// A fleet of `n`, and the study of `keys` keys, all named after the trial.
fn trial(algorithm: Algorithm, trial: u32, n: u32, keys: u32) -> (Fleet, Study) {
    let fleet = Fleet::new((0..n).map(|i| format!("trial{trial}-node{i}"))).expect("names differ");
    let mut study = Study::new(algorithm, &fleet, &Options::default(), keys).expect("it can be built");
    put(&mut study, trial);
    (fleet, study)
}

fn put(study: &mut Study, trial: u32) {
    for i in 0..study.keys() {
        study.put(format!("trial{trial}-key{i}").as_bytes());
    }
}

/// The parts of the keys that move when `more` members join `n`, by trial.
fn moved(algorithm: Algorithm, n: u32, more: u32, trials: u32) -> Vec<f64> {
    let one = |number| {
        let (mut fleet, mut study) = trial(algorithm, number, n, 1_000);
        for i in 0..more {
            fleet.add(format!("trial{number}-more{i}"), 1).expect("there is room");
        }
        study.then(&fleet).expect("it can be built");
        put(&mut study, number);
        f64::from(study.moved()) / 1_000.0
    };
    (0..trials).map(one).collect()
}

#[test]
fn a_new_member_takes_its_part_and_modulo_moves_the_rest() {
    use Algorithm::{Anchor, Jump, Ketama, Modulo, MultiProbe, Rendezvous, Ring};
    for n in [3, 9, 20] {
        for algorithm in [Ring, Rendezvous, Jump, MultiProbe, Anchor, Ketama] {
            within_three_errors(&moved(algorithm, n, 1, 40), 1.0 / f64::from(n + 1), &format!("{algorithm:?}, {n} and one more"));
        }
        within_three_errors(&moved(Modulo, n, 1, 40), f64::from(n) / f64::from(n + 1), &format!("modulo, {n} and one more"));
    }
}

#[test]
fn jump_from_n_to_m_moves_what_the_new_ones_hold() {
    for (n, more) in [(4, 4), (10, 5)] {
        within_three_errors(&moved(Algorithm::Jump, n, more, 40), 1.0 - f64::from(n) / f64::from(n + more), "jump");
    }
}

#[test]
fn jump_runs_as_often_as_the_harmonic_number_says() {
    for (n, expected) in [(10, 2.928_968), (100, 5.187_378), (1_000, 7.485_471), (10_000, 9.787_606)] {
        let steps: Vec<f64> = (0..20_000u64).map(|i| f64::from(jump(Hash::Xxh3.of(&i.to_le_bytes()), n).1)).collect();
        within_three_errors(&steps, expected, &format!("iterations among {n}"));
    }
    assert_eq!(jump(7, 1).1, 1);
}

#[test]
fn even_schemes_vary_as_a_perfect_hash_does() {
    use Algorithm::{Anchor, Jump, Maglev, Modulo, Rendezvous};
    for algorithm in [Modulo, Rendezvous, Jump, Anchor, Maglev] {
        // A table is filled once a trial, so that one has fewer.
        let squares: Vec<f64> =
            (0..if algorithm == Maglev { 100 } else { 150 }).map(|i| trial(algorithm, i, 10, 1_000).1.cv().powi(2)).collect();
        within_three_errors(&squares, 9.0 / 1_000.0, &format!("squared CV of {algorithm:?}"));
    }
}

#[test]
fn keys_go_by_weight() {
    for algorithm in [Algorithm::Ring, Algorithm::Rendezvous, Algorithm::Maglev] {
        let weights = [1, 2, 4, 1, 2];
        let shares = (0..60).map(|number| {
            let mut fleet = Fleet::new((0..5).map(|i| format!("trial{number}-node{i}"))).expect("names differ");
            for (i, weight) in (0..).zip(weights) {
                fleet.reweigh(i, weight).expect("a fair weight");
            }
            let mut study = Study::new(algorithm, &fleet, &Options::default(), 1_000).expect("it can be built");
            put(&mut study, number);
            study.shares()
        });
        let shares: Vec<Vec<f64>> = shares.collect();
        for (i, weight) in weights.into_iter().enumerate() {
            let of_one: Vec<f64> = shares.iter().map(|shares| shares[i]).collect();
            within_three_errors(&of_one, f64::from(weight) / 10.0, &format!("{algorithm:?}: share of member {i}, weight {weight}"));
        }
    }
}

#[test]
fn maglev_gives_members_of_one_weight_the_same_entries_or_one_more() {
    let names: Vec<String> = (0..100).map(|i| format!("node{i}")).collect();
    let members: Vec<(&[u8], u16)> = names.iter().map(|name| (name.as_bytes(), 1)).collect();
    let mut held = [0; 100];
    for entry in maglev::table(&members, 65_537).expect("65537 is prime") {
        held[entry as usize] += 1;
    }
    assert!(held.iter().all(|held| [655, 656].contains(held)), "{held:?}");
}

#[test]
fn twenty_one_probes_are_as_even_as_the_paper_says() {
    let mut study =
        Study::new(Algorithm::MultiProbe, &Fleet::numbered(100).expect("few"), &Options::default(), 300_000).expect("it can be built");
    study.step(300_000);
    assert!(study.peak() <= 1.15, "{}", study.peak());
    // One probe is a ring of one token each, whose peak is about 5.
    let points = Options { vnodes: 1, ..Options::default() };
    let mut one = Study::new(Algorithm::Ring, &Fleet::numbered(100).expect("few"), &points, 20_000).expect("it can be built");
    one.step(20_000);
    assert!(one.peak() > 3.0, "{}", one.peak());
}

#[test]
fn probes_are_as_even_as_ideal_ones() {
    // 40 ideal fleets of 100 members, 21 independent probes, 40,000 keys: mean peak and mean CV. Theirs is as uncertain as ours.
    // (The prescribed probes stand at equal distances, so they are not independent. With 10 members that shows: a mean peak of
    // 1.12 against 1.07. With 100 it does not.)
    let studies: Vec<Study> = (0..40).map(|number| trial(Algorithm::MultiProbe, number, 100, 40_000).1).collect();
    for (of_what, expected, values) in
        [("peak", 1.176, studies.iter().map(Study::peak).collect::<Vec<f64>>()), ("cv", 0.1609, studies.iter().map(Study::cv).collect())]
    {
        let mean = values.iter().sum::<f64>() / 40.0;
        let error = (2.0 * values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (39.0 * 40.0)).sqrt();
        assert!((mean - expected).abs() <= 3.0 * error, "{of_what}: {mean} +- {error}, expected {expected}");
        assert!(error < 0.1 * mean, "{of_what}: {error} is too uncertain");
    }
}

#[test]
fn bounded_loads_stay_below_the_bound_where_the_ring_does_not() {
    let few = Options { vnodes: 4, ..Options::default() };
    for n in [5, 20, 100] {
        let fleet = Fleet::numbered(n).expect("few enough");
        let mut free = Study::new(Algorithm::Ring, &fleet, &few, 20_000).expect("it can be built");
        let mut bound = Study::new(Algorithm::RingBounded, &fleet, &few, 20_000).expect("it can be built");
        free.step(20_000);
        bound.step(20_000);
        let cap = (20_000 * 5u32).div_ceil(4 * n);
        assert!(free.counts().iter().any(|&count| count > cap), "{n}: the plain ring passes the bound");
        assert!(bound.counts().iter().all(|&count| count <= cap), "{n}: {:?}", bound.counts());
        assert!(bound.counts().contains(&cap), "{n}: and the bound binds");
        assert!(bound.spilled() > 0 && bound.spilled() < 20_000);
        assert_eq!(bound.counts().iter().sum::<u32>(), 20_000, "no key is lost");
    }
}

#[test]
fn a_weak_hash_makes_clusters() {
    let fleet = Fleet::numbered(10).expect("few");
    let cv = |hash| {
        let mut study = Study::new(Algorithm::Ring, &fleet, &Options { hash, ..Options::default() }, 20_000).expect("it can be built");
        study.step(20_000);
        stats::cv(study.counts(), study.weights())
    };
    let (good, weak) = (cv(Hash::Xxh3), cv(Hash::Weak));
    assert!(good < 0.2 && weak > 3.0 * good, "{good} and {weak}");
}
