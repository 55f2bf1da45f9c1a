//! Who holds a key, and what a change moves. Each mutant below was applied by hand, and the named test failed.
//!
//! | mutant | killed by |
//! |---|---|
//! | modulo by all instead of the living | whoever_holds_a_key_is_alive and three more |
//! | jump: `<=` for `<` | whoever_holds_a_key_is_alive, vectors_placement::jump_is_the_one_of_the_reference_and_of_guava |
//! | jump: the exact quotient instead of the rounded one | unit test a_leap_lands_where_doubles_land |
//! | jump over all instead of the living | whoever_holds_a_key_is_alive and three more |
//! | Maglev with a composite table size | options_out_of_bounds_are_refused |
//! | Maglev: members in the order given | vectors_placement::maglev_fills_the_tables_of_envoy |
//! | Maglev: `<` for `<=` at a turn; no weights | vectors_placement::maglev_fills_the_tables_of_envoy, placement_odds::keys_go_by_weight |
//! | Maglev: a skip of 0 | the same tests do not end |
//! | multi-probe: counter-clockwise; farthest; 20 probes; one hash for both | the_least_clockwise_distance_wins_among_all_probes, the_compatible_schemes_answer_as_their_definitions_do |
//! | anchor ignores the order of leaving | a_minimal_scheme_moves_the_keys_of_who_left_or_to_who_came_and_no_other |
//! | anchor: `>` for `>=` among those removed before | a_minimal_scheme_moves_the_keys_of_who_left_or_to_who_came_and_no_other |
//! | rendezvous: no weights; lowest draw; a lost digit | placement_odds::keys_go_by_weight |
//! | ketama: big-endian words; 39 digests | the_compatible_schemes_answer_as_their_definitions_do |
//! | study: minimum off by one; keys that stay are counted | a_minimal_scheme_moves_the_keys_of_who_left_or_to_who_came_and_no_other |
//! | study: what the past owes is forgotten | a_study_in_slices_finds_what_a_study_at_once_finds |
//! | a returning member takes another free seat | who_comes_back_gets_its_own_keys_back |
//! | weights are accepted and ignored; tokens do not go by weight | weights_are_regarded_or_refused |

use ringside::room::placement::schemes::{Algorithm, Error, Fleet, Limit, NOBODY, Options, Study, TABLE_MAX, build};

fn fleet(count: u32) -> Fleet {
    Fleet::numbered(count).expect("few enough")
}

/// A finished study.
fn study(algorithm: Algorithm, fleet: &Fleet, keys: u32) -> Study {
    let mut study = Study::new(algorithm, fleet, &Options::default(), keys).expect("it can be built");
    assert!(study.step(keys));
    study
}

/// The study after one more change.
fn changed(mut study: Study, fleet: &Fleet) -> Study {
    study.then(fleet).expect("it can be built");
    assert!(study.step(study.keys()));
    study
}

#[test]
fn whoever_holds_a_key_is_alive() {
    for algorithm in Algorithm::ALL {
        let mut fleet = fleet(12);
        for dead in [0, 5, 11, 6] {
            fleet.kill(dead).expect("it is alive");
            let study = study(algorithm, &fleet, 3_000);
            for (count, member) in study.counts().iter().zip(fleet.members()) {
                assert_eq!(*count > 0, member.is_alive(), "{algorithm:?}: every living member holds keys, and no other");
            }
        }
    }
}

#[test]
fn without_a_living_member_nobody_holds_a_key() {
    for algorithm in Algorithm::ALL {
        let mut fleet = fleet(2);
        let mut study = study(algorithm, &fleet, 100);
        fleet.kill(0).expect("it is alive");
        fleet.kill(1).expect("it is alive");
        study = changed(study, &fleet);
        assert_eq!((study.moved(), study.minimum()), (100, 100), "{algorithm:?}");
        assert!(study.owners().iter().all(|&owner| owner == NOBODY));
        fleet.revive(1).expect("it is dead");
        study = changed(study, &fleet);
        assert_eq!((study.moved(), study.minimum(), study.counts()), (100, 100, &[0, 100][..]), "{algorithm:?}");
        assert_eq!(build(algorithm, &Fleet::numbered(0).expect("none"), &Options::default()).expect("it can be built").owner(b"k"), None);
    }
}

#[test]
fn a_minimal_scheme_moves_the_keys_of_who_left_or_to_who_came_and_no_other() {
    let minimal = Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_minimal());
    assert!(minimal.clone().count() == 5, "ring, rendezvous, multi-probe, anchor, ketama");
    for algorithm in minimal {
        let mut fleet = fleet(9);
        let mut study = study(algorithm, &fleet, 4_000);
        for dead in [3, 8, 0, 7, 1, 5, 4, 2] {
            fleet.kill(dead).expect("it is alive");
            let held = study.counts()[dead as usize];
            study = changed(study, &fleet);
            assert_eq!((study.moved(), study.minimum()), (held, held), "{algorithm:?} without {dead}");
        }
        let added = fleet.add("new", 1).expect("there is room");
        study = changed(study, &fleet);
        let taken = study.counts()[added as usize];
        assert_eq!((study.moved(), study.minimum()), (taken, taken), "{algorithm:?}");
        assert!(taken > 0);
        let to_it = study.owners().iter().zip(study.owners_before()).all(|(is, was)| is == was || *is == added);
        assert!(to_it, "{algorithm:?}: what moves goes to the new member");
    }
}

#[test]
fn the_others_move_more_than_they_must_and_say_so() {
    let mut fleet = fleet(9);
    fleet.kill(3).expect("it is alive");
    for algorithm in [Algorithm::Modulo, Algorithm::Jump, Algorithm::Maglev] {
        let study = changed(study(algorithm, &Fleet::numbered(9).expect("few"), 4_000), &fleet);
        assert!(!algorithm.is_minimal() && study.moved() > study.minimum(), "{algorithm:?}");
    }
    // A bound that binds: few tokens, so that some are full before and after.
    let few = Options { vnodes: 1, ..Options::default() };
    let mut study = Study::new(Algorithm::RingBounded, &Fleet::numbered(9).expect("few"), &few, 4_000).expect("it can be built");
    study.step(4_000);
    study = changed(study, &fleet);
    assert!(!Algorithm::RingBounded.is_minimal() && study.moved() > study.minimum() && study.spilled() > 0);
    // The last bucket is the one jump can remove.
    let mut last = Fleet::numbered(9).expect("few");
    let whole = self::study(Algorithm::Jump, &last, 4_000);
    let held = whole.counts()[8];
    last.kill(8).expect("it is alive");
    let without = changed(whole, &last);
    assert_eq!((without.moved(), without.minimum()), (held, held));
}

#[test]
fn who_comes_back_gets_its_own_keys_back() {
    for algorithm in Algorithm::ALL {
        let mut fleet = fleet(9);
        let before = study(algorithm, &fleet, 2_000).owners().to_vec();
        fleet.kill(2).expect("it is alive");
        fleet.kill(6).expect("it is alive");
        assert_ne!(study(algorithm, &fleet, 2_000).owners(), before);
        for back in [6, 2] {
            fleet.revive(back).expect("it is dead");
        }
        assert_eq!(study(algorithm, &fleet, 2_000).owners(), before, "{algorithm:?}: in the opposite order of leaving");
        // In any other order one scheme puts it into the wrong seat, and says so.
        fleet.kill(2).expect("it is alive");
        fleet.kill(6).expect("it is alive");
        for back in [2, 6] {
            fleet.revive(back).expect("it is dead");
        }
        let forgets = algorithm.cannot().contains(&Limit::ReturnsInOrder);
        assert_eq!(study(algorithm, &fleet, 2_000).owners() != before, forgets, "{algorithm:?}");
    }
}

#[test]
fn weights_are_regarded_or_refused() {
    for algorithm in Algorithm::ALL {
        let mut fleet = fleet(4);
        fleet.reweigh(1, 5).expect("a fair weight");
        let built = build(algorithm, &fleet, &Options::default());
        match algorithm.weighs() {
            true => {
                let counts = study(algorithm, &fleet, 8_000).counts().to_vec();
                assert!(counts[1] > 4_000, "{algorithm:?}: 5 of 8 shares, but {counts:?}");
            }
            false => assert_eq!(built.err(), Some(Error::CannotWeigh { algorithm })),
        }
        // Equal weights are no weights, and those of the dead do not matter.
        for number in 0..4 {
            fleet.reweigh(number, 5).expect("a fair weight");
        }
        fleet.reweigh(2, 1).expect("a fair weight");
        fleet.kill(2).expect("it is alive");
        assert!(build(algorithm, &fleet, &Options::default()).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn a_heavier_member_takes_keys_and_nobody_else_does() {
    for algorithm in [Algorithm::Ring, Algorithm::Rendezvous] {
        let mut fleet = fleet(6);
        fleet.reweigh(4, 3).expect("a fair weight");
        let before = study(algorithm, &fleet, 4_000);
        fleet.reweigh(2, 2).expect("a fair weight");
        let after = changed(before, &fleet);
        assert!(after.moved() > 0 && after.moved() == after.minimum(), "{algorithm:?}");
        assert!(after.owners().iter().zip(after.owners_before()).all(|(is, was)| is == was || *is == 2));
    }
}

#[test]
fn options_out_of_bounds_are_refused() {
    let fleet = fleet(8);
    let with = |algorithm, options| build(algorithm, &fleet, &options).map(|_| ()).err();
    let size = |table| with(Algorithm::Maglev, Options { table, ..Options::default() });
    for composite in [9, 65_535, 65_536, 251 * 251, 655_372] {
        assert_eq!(size(composite), Some(Error::TableNotPrime { size: composite }));
    }
    assert_eq!(size(7), Some(Error::TableSize { size: 7, living: 8 }));
    assert_eq!(size(655_379), Some(Error::TableSize { size: 655_379, living: 8 }), "whether prime or not");
    assert_eq!((size(11), size(TABLE_MAX)), (None, None));
    let vnodes = |vnodes| with(Algorithm::Ring, Options { vnodes, ..Options::default() });
    assert_eq!((vnodes(0), vnodes(513)), (Some(Error::Vnodes { vnodes: 0 }), Some(Error::Vnodes { vnodes: 513 })));
    assert_eq!((vnodes(1), vnodes(512)), (None, None));
    let mut heavy = Fleet::numbered(33).expect("few");
    for number in 0..33 {
        heavy.reweigh(number, 1_000).expect("a fair weight");
    }
    let options = Options { vnodes: 512, ..Options::default() };
    assert_eq!(build(Algorithm::Ring, &heavy, &options).err(), Some(Error::TooManyTokens { tokens: 16_896_000 }));
    assert_eq!(Study::new(Algorithm::Jump, &fleet, &options, 10_000_001).err(), Some(Error::TooManyKeys { keys: 10_000_001 }));
    let crowd = Fleet::numbered(2_001).expect("few enough");
    let asked = |keys| Study::new(Algorithm::Rendezvous, &crowd, &options, keys).err();
    assert_eq!(asked(10_000_000), Some(Error::TooManyQuestions { living: 2_001, keys: 10_000_000 }));
    assert_eq!(asked(9_995_002), None);
}

/// Members of `key0` .. `key23` among `node0` .. `node9`, calculated outside by the definition: MD5 of Python's hashlib, all
/// 1,600 points in one sorted row.
const KETAMA: [u32; 24] = [7, 6, 1, 6, 5, 7, 0, 0, 7, 5, 4, 9, 1, 2, 6, 4, 7, 7, 4, 2, 2, 7, 8, 5];

/// The same for multi-probe: SipHash-2-4 written out in Python and checked with its published vector, all distances compared.
const MULTIPROBE: [u32; 24] = [1, 8, 4, 4, 8, 4, 3, 1, 7, 1, 6, 3, 0, 7, 9, 9, 9, 4, 7, 8, 6, 8, 7, 7];

#[test]
fn the_compatible_schemes_answer_as_their_definitions_do() {
    for (algorithm, facts) in [(Algorithm::Ketama, KETAMA), (Algorithm::MultiProbe, MULTIPROBE)] {
        assert_eq!(study(algorithm, &fleet(10), 24).owners(), facts, "{algorithm:?}");
    }
}

#[test]
fn the_least_clockwise_distance_wins_among_all_probes() {
    let sip = |k0, bytes: &[u8]| siphasher::sip::SipHasher24::new_with_keys(k0, 0).hash(bytes);
    let fleet = fleet(50);
    let points: Vec<u64> = fleet.members().iter().map(|member| sip(0, member.name())).collect();
    for (i, &owner) in study(Algorithm::MultiProbe, &fleet, 1_500).owners().iter().enumerate() {
        let key = format!("key{i}");
        let (h1, h2) = (sip(1, key.as_bytes()), sip(2, key.as_bytes()));
        let distance = |point: u64| (0..21u64).map(|i| point.wrapping_sub(h1.wrapping_add(i.wrapping_mul(h2)))).min();
        assert_eq!((0..50u32).min_by_key(|&member| distance(points[member as usize])), Some(owner), "{key}");
    }
}

#[test]
fn a_study_in_slices_finds_what_a_study_at_once_finds() {
    for algorithm in Algorithm::ALL {
        let mut fleet = fleet(7);
        let mut slices = Study::new(algorithm, &fleet, &Options::default(), 1_000).expect("it can be built");
        let whole = study(algorithm, &fleet, 1_000);
        assert!(!slices.step(300));
        assert_eq!((slices.done(), slices.counts().iter().sum::<u32>()), (300, 300));
        // The change comes before all keys are placed: the rest of the past is made up for.
        fleet.kill(4).expect("it is alive");
        slices.then(&fleet).expect("it can be built");
        let whole = changed(whole, &fleet);
        let mut last = 0;
        while !slices.step(137) {
            assert!(slices.moved() >= slices.minimum() && slices.moved() >= last);
            last = slices.moved();
        }
        assert_eq!(slices.owners(), whole.owners(), "{algorithm:?}");
        assert_eq!(slices.owners_before(), whole.owners_before());
        assert_eq!(slices.owners_before().len(), 1_000);
        assert_eq!((slices.moved(), slices.minimum()), (whole.moved(), whole.minimum()));
        assert_eq!((slices.steps(), slices.memory()), (whole.steps(), whole.memory()));
        assert!(slices.step(5), "there is nothing left to do");
    }
}

#[test]
fn a_study_tells_what_a_bound_spills() {
    let few = Options { vnodes: 1, ..Options::default() };
    let of = |algorithm| {
        let mut study = Study::new(algorithm, &fleet(5), &few, 1_000).expect("it can be built");
        study.step(1_000);
        study
    };
    let (free, bound) = (of(Algorithm::Ring), of(Algorithm::RingBounded));
    assert_eq!((free.spilled(), free.caps()), (0, None));
    assert_eq!(bound.caps(), Some(&[250; 5][..]));
    // Without regard to the loads the first choice is the ring's; what differs from it was spilled.
    let scheme = build(Algorithm::RingBounded, &fleet(5), &few).expect("it can be built");
    assert!((0..1_000).all(|i| scheme.owner(format!("key{i}").as_bytes()) == Some(free.owners()[i])));
    let elsewhere = free.owners().iter().zip(bound.owners()).filter(|(first, is)| first != is).count();
    assert_eq!((bound.spilled() as usize, elsewhere > 0), (elsewhere, true));
    let ring = build(Algorithm::Ring, &fleet(5), &few).expect("it can be built");
    let loads = scheme.loads(1_000).expect("loads matter");
    assert_eq!(scheme.memory(), ring.memory() + loads.memory());
}

#[test]
fn a_study_that_cannot_change_stays_as_it_was() {
    let mut fleet = fleet(3);
    let mut study = study(Algorithm::Jump, &fleet, 500);
    let counts = study.counts().to_vec();
    fleet.reweigh(0, 2).expect("a fair weight");
    assert_eq!(study.then(&fleet), Err(Error::CannotWeigh { algorithm: Algorithm::Jump }));
    assert_eq!((study.counts(), study.done()), (&counts[..], 500));
}

#[test]
fn memory_is_that_of_the_tables() {
    let class = size_of::<(u64, Vec<u8>)>();
    for (algorithm, bytes) in [
        (Algorithm::Modulo, 10 * 4),
        (Algorithm::Ring, 1_000 * 16 + 1_025 * 4),
        (Algorithm::RingBounded, 1_000 * 16 + 1_025 * 4 + 1_000 * 4 + 10 * 8),
        (Algorithm::Rendezvous, class + 10 * 16),
        (Algorithm::Jump, 10 * 4),
        (Algorithm::Maglev, 65_537 * 4),
        (Algorithm::MultiProbe, 10 * 16 + 17 * 4),
        (Algorithm::Anchor, 1_024 * 12),
        (Algorithm::Ketama, 1_600 * 16 + 2_049 * 4 + 10 * 4),
    ] {
        assert_eq!(study(algorithm, &fleet(10), 0).memory(), bytes, "{algorithm:?}");
    }
}

#[test]
fn a_lookup_costs_what_its_paper_says() {
    let mean = |algorithm, members| {
        let (steps, keys) = study(algorithm, &fleet(members), 2_000).steps();
        assert_eq!(keys, 1_000, "the first thousand are counted");
        steps as f64 / 1_000.0
    };
    let harmonic = |n: u32| (1..=n).map(|i| 1.0 / f64::from(i)).sum::<f64>();
    let near = |ours: f64, expected: f64, spread: f64| assert!((ours - expected).abs() < 3.0 * spread, "{ours}, expected {expected}");
    for n in [10, 100] {
        assert_eq!((mean(Algorithm::Modulo, n), mean(Algorithm::Maglev, n)), (1.0, 1.0));
        assert_eq!(mean(Algorithm::Rendezvous, n), f64::from(n), "every member draws");
        // Variances of both are below their means; a thousand keys make the error of a mean.
        near(mean(Algorithm::Jump, n), harmonic(n), (harmonic(n) / 1_000.0).sqrt());
        let draws = 1.0 + harmonic(1_024) - harmonic(n);
        near(mean(Algorithm::Anchor, n), draws, (draws / 1_000.0).sqrt());
        for ring in [Algorithm::Ring, Algorithm::RingBounded, Algorithm::Ketama] {
            let steps = mean(ring, n);
            assert!(1.0 < steps && steps < 1.6, "{ring:?}: the index leads next to the token, {steps}");
        }
        assert!((21.0..21.0 * 1.6).contains(&mean(Algorithm::MultiProbe, n)));
    }
    for algorithm in [Algorithm::Jump, Algorithm::Anchor] {
        assert_eq!(study(algorithm, &fleet(0), 10).steps(), (0, 10), "{algorithm:?}: nobody is asked");
    }
}

#[test]
fn every_word_names_its_algorithm() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::parse(algorithm.word()), Some(algorithm));
        assert!(!algorithm.cannot().is_empty(), "{algorithm:?}: nothing is perfect");
    }
    assert_eq!(Algorithm::parse("magic"), None);
    let mut words: Vec<&str> = Limit::ALL.into_iter().map(Limit::word).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Limit::ALL.len());
}
