//! Each policy by itself.

use super::*;
use crate::sim::rng::Stream;

fn balancer(policy: Policy, n: usize) -> (Balancer, Rng) {
    (Balancer::new(policy, Counts::Own, &vec![1; n]), Rng::stream(5, Stream::Nemesis))
}

fn row(it: &mut Balancer, rng: &mut Rng, n: usize) -> Vec<u16> {
    (0..n).map(|_| it.choose(Time(0), 0, rng).expect("all are open").0).collect()
}

const ALL: [Policy; 9] = [
    Policy::RoundRobin,
    Policy::Weighted,
    Policy::Random,
    Policy::Choices(2),
    Policy::Choices(3),
    Policy::LeastOutstanding,
    Policy::PeakEwma { tau: Span::secs(10) },
    Policy::Ring { vnodes: 64, bound_per_mille: 1_250 },
    Policy::Prequal(Probing::PAPER),
];

/// nginx, commit 52327e0627f4 (Dounin 2012): `{5, 1, 1}` gives a a b a c a a.
#[test]
fn smooth_weights_give_the_row_that_nginx_gives() {
    let mut it = Balancer::new(Policy::Weighted, Counts::Own, &[5, 1, 1]);
    let mut rng = Rng::stream(1, Stream::Nemesis);
    assert_eq!(row(&mut it, &mut rng, 14), [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
    let (mut it, mut rng) = balancer(Policy::RoundRobin, 3);
    assert_eq!(row(&mut it, &mut rng, 5), [0, 1, 2, 0, 1]);
}

#[test]
fn what_is_sent_is_over_once_answered_or_given_up() {
    for policy in ALL {
        let (mut it, mut rng) = balancer(policy, 7);
        let mut sent = Vec::new();
        for i in 0..2_000u64 {
            let backend = it.choose(Time(i), i << 53, &mut rng).expect("all are open");
            it.sent(backend);
            sent.push(backend);
            for probed in it.probes(&mut rng) {
                it.probed(Time(i), probed, it.outstanding(probed), Span(1), &mut rng);
            }
            if sent.len() > 20 {
                let over = sent.swap_remove(rng.below(20) as usize);
                if rng.per_mille(300) { it.gave_up(Time(i), over, Span(500)) } else { it.answered(Time(i), over, Span(100)) }
            }
            let counted: u32 = (0..7).map(|i| it.outstanding(Backend(i))).sum();
            assert_eq!((counted, it.in_flight()), (sent.len() as u32, sent.len() as u32), "{policy:?}");
        }
    }
}

#[test]
#[should_panic(expected = "answers what it was not asked")]
fn a_second_answer_is_refused() {
    let (mut it, _) = balancer(Policy::Random, 2);
    it.sent(Backend(1));
    it.answered(Time(1), Backend(1), Span(1));
    it.gave_up(Time(2), Backend(1), Span(2));
}

#[test]
fn of_equal_servers_none_is_preferred() {
    for policy in [Policy::Random, Policy::Choices(2), Policy::Choices(3), Policy::LeastOutstanding, Policy::PeakEwma { tau: Span(1) }] {
        let (mut it, mut rng) = balancer(policy, 5);
        let mut counts = [0u32; 5];
        row(&mut it, &mut rng, 50_000).into_iter().for_each(|host| counts[usize::from(host)] += 1);
        // A deviation is 89; no policy may be off by more than four.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 360), "{policy:?}: {counts:?}");
    }
}

#[test]
fn two_choices_are_two_servers() {
    let (mut it, mut rng) = balancer(Policy::Choices(2), 2);
    it.sent(Backend(0));
    assert_eq!(row(&mut it, &mut rng, 100), [1; 100], "of both the emptier, always");
    it.counts = Counts::Reported;
    it.reported(Backend(1), 3);
    assert_eq!(row(&mut it, &mut rng, 100), [0; 100], "by what was reported, the other");
}

#[test]
fn the_least_loaded_of_all_is_taken() {
    let (mut it, mut rng) = balancer(Policy::LeastOutstanding, 50);
    for _ in 0..500 {
        let backend = it.choose(Time(0), 0, &mut rng).expect("all are open");
        it.sent(backend);
    }
    assert!((0..50).all(|i| it.outstanding(Backend(i)) == 10));
}

#[test]
fn a_full_server_of_the_ring_passes_on_to_the_next() {
    let (mut it, mut rng) = balancer(Policy::Ring { vnodes: 16, bound_per_mille: 1_250 }, 4);
    let names = ["s0", "s1", "s2", "s3"];
    let owners = Ring::new(names, 16).owners(77, 4);
    // One key only: its owner may hold ceil(1.25 (k + 1) / 4) of k + 1 requests in flight.
    for k in 0..40u32 {
        let backend = it.choose(Time(0), 77, &mut rng).expect("all are open");
        it.sent(backend);
        let cap = (5 * (k + 1)).div_ceil(16);
        assert!((0..4).all(|i| it.outstanding(Backend(i)) <= cap), "{k}");
        assert_eq!(it.outstanding(Backend(owners[0] as u16)), cap, "its owner is full, {k}");
    }
    assert!(it.outstanding(Backend(owners[1] as u16)) > it.outstanding(Backend(owners[3] as u16)));
}

#[test]
fn a_server_without_a_share_gets_nothing_and_a_small_share_gets_little() {
    for policy in ALL {
        let (mut it, mut rng) = balancer(policy, 4);
        it.set_share(Backend(2), 0);
        it.set_share(Backend(0), 100);
        let mut counts = [0u32; 4];
        for i in 0..4_000u64 {
            let backend = it.choose(Time(i), i.wrapping_mul(0x9e37_79b9_7f4a_7c15), &mut rng).expect("three are open");
            counts[backend.index()] += 1;
            it.sent(backend);
            it.answered(Time(i), backend, Span(10));
            for probed in it.probes(&mut rng) {
                it.probed(Time(i), probed, 0, Span(1), &mut rng);
            }
        }
        assert_eq!(counts[2], 0, "{policy:?}");
        assert!((40..600).contains(&counts[0]), "{policy:?}: {counts:?}");
        (0..4).for_each(|i| it.set_share(Backend(i), 0));
        assert_eq!(it.choose(Time(0), 0, &mut rng), None, "{policy:?}");
        (0..4).for_each(|i| it.set_share(Backend(i), 1_000));
        assert_eq!(it.partial, 0);
    }
}
