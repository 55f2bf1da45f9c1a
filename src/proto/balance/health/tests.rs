//! Ejection, trial and return.

use super::*;
use crate::sim::rng::{Rng, Stream};

const CONFIG: OutlierConfig = OutlierConfig { interval: Span(100), base: Span(1_000), longest: Span(2_500), ..OutlierConfig::ENVOY };

fn outliers(servers: u16, change: impl FnOnce(&mut OutlierConfig)) -> Outliers {
    let mut config = CONFIG;
    change(&mut config);
    Outliers::new(config, servers, Time(0))
}

fn fail(it: &mut Outliers, backend: u16, at: u64, n: u32) -> Option<Why> {
    (0..n).fold(None, |before, _| {
        if !it.is_out(Backend(backend)) {
            it.sent(Backend(backend), Time(at));
        }
        it.answered(Backend(backend), Time(at), false).or(before)
    })
}

#[test]
fn errors_in_a_row_eject_and_a_success_begins_anew() {
    let mut it = outliers(10, |_| {});
    assert_eq!(fail(&mut it, 3, 0, 4), None);
    it.answered(Backend(3), Time(0), true);
    assert_eq!(fail(&mut it, 3, 0, 4), None);
    assert_eq!(fail(&mut it, 3, 0, 1), Some(Why::InARow));
    assert!(it.is_out(Backend(3)) && it.share(Backend(3), Time(999)) == 0);
    assert_eq!(it.answered(Backend(3), Time(5), true), None, "an answer to an earlier request changes nothing");
    assert!(it.is_out(Backend(3)));
}

#[test]
fn a_server_on_trial_comes_back_slowly_or_is_ejected_for_longer() {
    let mut it = outliers(10, |config| config.slow_start = Span(400));
    fail(&mut it, 3, 0, 5);
    let (host, share) = (Backend(3), |it: &Outliers, at| it.share(Backend(3), Time(at)));
    assert_eq!([share(&it, 999), share(&it, 1_000)], [0, 1_000]);
    it.sent(host, Time(1_000));
    assert_eq!(share(&it, 1_000), 0, "one on trial");
    assert_eq!(it.answered(host, Time(1_100), false), Some(Why::Trial));
    assert_eq!([share(&it, 3_099), share(&it, 3_100)], [0, 1_000], "twice as long");
    it.sent(host, Time(3_100));
    it.answered(host, Time(3_100), false);
    assert_eq!([share(&it, 5_599), share(&it, 5_600)], [0, 1_000], "and never longer than the longest");
    it.sent(host, Time(5_600));
    assert_eq!(it.answered(host, Time(5_700), true), None);
    assert_eq!([5_700, 5_800, 5_900, 6_000, 6_100].map(|at| share(&it, at)), [100, 250, 500, 750, 1_000]);
    it.sweep(Time(6_100));
    assert!(!it.is_out(host) && it.hosts[3].state == State::In);
    assert_eq!(it.hosts[3].times, 2, "one of three ejections is forgiven");
}

#[test]
fn a_trial_that_is_given_up_has_failed() {
    let mut it = outliers(10, |_| {});
    fail(&mut it, 3, 0, 5);
    it.sent(Backend(3), Time(1_000));
    // Whoever gives a request up says so: a request that nobody answers must not stay on trial for ever.
    assert_eq!(it.answered(Backend(3), Time(1_500), false), Some(Why::Trial));
    assert_eq!(it.share(Backend(3), Time(3_500)), 1_000);
}

#[test]
fn never_more_than_the_cap_are_out() {
    for (servers, percent, most) in [(10, 10, 1), (10, 50, 5), (3, 10, 1), (10, 0, 1), (4, 100, 4), (19, 10, 1), (20, 10, 2)] {
        let mut it = outliers(servers, |config| config.out_max_percent = percent);
        let ejected = (0..servers).filter(|&i| fail(&mut it, i, 0, 20).is_some()).count();
        assert_eq!(ejected, most, "{servers} servers, {percent} %");
    }
}

/// Feeds a thousand answers a server, so many of them good, and sweeps.
fn swept(ok: &[u32], change: impl FnOnce(&mut OutlierConfig)) -> Vec<Backend> {
    let mut it = outliers(ok.len() as u16, |config| {
        (config.in_a_row, config.out_max_percent) = (0, 100);
        change(config);
    });
    for (i, &ok) in ok.iter().enumerate() {
        (0..1_000).for_each(|n| assert_eq!(it.answered(Backend(i as u16), Time(0), n < ok), None));
    }
    it.sweep(Time(100))
}

/// Samuelson 1968: no number lies more than `sqrt(n - 1)` deviations from the mean, and one does exactly if all others are equal.
#[test]
fn five_servers_can_eject_one_and_four_never() {
    assert_eq!(swept(&[1_000, 1_000, 1_000, 1_000, 0], |_| {}), [Backend(4)], "z = 2");
    assert_eq!(swept(&[1_000, 1_000, 1_000, 0], |_| {}), [], "too few to be judged");
    assert_eq!(swept(&[1_000, 1_000, 1_000, 0], |config| config.hosts_min = 1), [], "and judged, z = 1.732");
    assert_eq!(swept(&[1_000, 1_000, 1_000, 0], |config| (config.hosts_min, config.factor_milli) = (1, 1_732)), [Backend(3)]);
    assert_eq!(swept(&[1_000, 1_000, 1_000, 0], |config| (config.hosts_min, config.factor_milli) = (1, 1_733)), []);
    // Every four rates in steps of a twentieth, and many at random: the rule is silent, whatever they are.
    for n in 0..21u64.pow(4) {
        let rates = [1, 21, 441, 9_261].map(|by| n / by % 21 * 50);
        assert!(low(&rates, 1_900).is_empty(), "{rates:?}");
    }
    let mut rng = Rng::stream(1, Stream::Nemesis);
    for _ in 0..200_000 {
        let rates = [0; 4].map(|_: u64| u64::from(rng.below(1 << 20)) >> rng.below(20));
        assert!(low(&rates, 1_900).is_empty(), "{rates:?}");
    }
}

#[test]
fn no_number_lies_further_out_than_the_square_root_of_the_others() {
    for n in 2..40u64 {
        let mut rates = vec![1 << 20; n as usize];
        rates[0] = 0;
        let root = ((n - 1) * 1_000_000).isqrt() as u32;
        assert_eq!(low(&rates, root - 1), [0], "{n}");
        assert!(low(&rates, root + 1).is_empty(), "{n}");
    }
}

#[test]
fn too_few_requests_are_not_judged_and_equal_servers_never_ejected() {
    assert_eq!(swept(&[990; 12], |_| {}), []);
    let mut it = outliers(10, |config| config.in_a_row = 0);
    for i in 0..10 {
        (0..99).for_each(|_| assert_eq!(it.answered(Backend(i), Time(0), i != 0), None));
    }
    assert_eq!(it.sweep(Time(100)), [], "99 requests are below the volume");
}
