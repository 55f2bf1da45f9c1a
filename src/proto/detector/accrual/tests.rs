//! What phi does over time. Scenarios named after Akka's are from AccrualFailureDetectorSpec.scala of akka/akka at 9892c5e4.

use super::estimator::{Akka, Cassandra, Chitchat};
use super::*;

fn ms(n: u64) -> Time {
    Time::from_millis(n)
}

/// Akka's own tests allow no pause unless they say so.
const NO_PAUSE: Akka =
    Akka { threshold: MilliPhi(8_000), samples: 1_000, deviation_min: Span::millis(100), pause: Span::ZERO, estimate: Span::secs(1) };

fn akka(figures: Akka) -> Accrual {
    Accrual::new(Estimator::Akka(figures), ms(0))
}

fn hear_all(it: &mut Accrual, heartbeats: &[u64]) {
    for &at in heartbeats {
        it.hear(ms(at));
    }
}

fn available(it: &Accrual, at: u64) -> bool {
    it.level(ms(at)) < it.threshold()
}

#[test]
fn akka_guesses_by_one_heartbeat() {
    let mut it = akka(NO_PAUSE);
    it.hear(ms(0));
    for (at, low, high) in [(1_000, 100, 500), (2_000, 4_200, 4_800), (3_000, 15_000, u32::MAX)] {
        let level = it.level(ms(at)).0;
        assert!((low..=high).contains(&level), "{at}: {level}");
    }
}

#[test]
fn akka_marks_a_peer_dead_if_heartbeats_are_missed() {
    let mut it = akka(Akka { threshold: MilliPhi(3_000), ..NO_PAUSE });
    hear_all(&mut it, &[0, 1_000, 1_100]);
    assert!(available(&it, 1_200) && !available(&it, 8_200));
    assert_eq!(it.look(ms(8_200)), Some(Span::millis(7_100)));
    assert_eq!(it.look(ms(8_300)), None, "one suspicion, not one a look");
    assert!(it.hear(ms(8_400)) && !it.hear(ms(8_500)), "heard again");
}

#[test]
fn akka_accepts_some_missing_heartbeats() {
    let mut it = akka(Akka::default());
    hear_all(&mut it, &[0, 1_000, 2_000, 3_000]);
    assert!(available(&it, 7_000));
    it.hear(ms(8_000));
    assert!(available(&it, 9_000));
}

#[test]
fn akka_fails_after_acceptable_missing_heartbeats() {
    let mut it = akka(Akka::default());
    hear_all(&mut it, &[0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    assert!(available(&it, 5_500));
    it.hear(ms(6_000));
    assert!(!available(&it, 11_000));
}

/// Their fake clock: 1,000 heartbeats a second, a pause of five minutes, then these steps, taken by looks and heartbeats in turn.
#[test]
fn akka_does_not_learn_the_gap_after_which_it_was_suspicious() {
    let mut it = akka(Akka::default());
    let mut now = 0;
    (0..1_000).for_each(|i| {
        now = i * 1_000;
        it.hear(ms(now));
    });
    for (step, hears, expected) in [
        (300_000, false, false),
        (100, true, true),
        (900, false, true),
        (100, true, true),
        (7_000, false, false),
        (100, true, true),
        (900, false, true),
        (100, true, true),
        (900, false, true),
    ] {
        now += step;
        if hears {
            it.hear(ms(now));
        } else {
            assert_eq!(available(&it, now), expected, "at {now}");
        }
    }
    // Two more intervals of a second were learnt, which drove out the made-up ones, and none of 300 or 7 s.
    assert_eq!((it.window().sum(), it.window().len()), (1_000_000_000, 1_000));
}

#[test]
fn akka_uses_only_the_last_intervals() {
    let mut it = akka(Akka { samples: 3, ..NO_PAUSE });
    hear_all(&mut it, &[0, 100, 200, 300]);
    let level = it.level(ms(400));
    hear_all(&mut it, &[1_000, 1_500, 2_000, 2_500]);
    let later = it.level(ms(3_000));
    assert!(later.0.abs_diff(level.0) <= 1, "{later:?} instead of {level:?}: both silences are one mean");
}

/// "phi = 8" of the same peer, heard every second without fail, and what each system would call the silence that reaches it.
#[test]
fn phi_8_is_three_silences() {
    let after = |estimator: Estimator| {
        let mut it = Accrual::new(estimator, ms(0));
        // Enough for every made-up interval to have left the window.
        (0..=1_100).for_each(|i| {
            it.hear(ms(i * 1_000));
        });
        let patience = it.patience();
        let last = it.heard();
        assert!(it.level(last + patience) >= it.threshold() && it.level(last + Span(patience.0 - 1)) < it.threshold());
        patience.0
    };
    // 1 s + 3 s + 5.23 x 100 ms (the least deviation). A true normal distribution would say 5.61: see `phi`.
    let akka = after(Estimator::Akka(Akka::default()));
    assert_eq!(akka / 1_000, 4_522, "{akka}");
    // 8 ln 10 = 18.42 means.
    let cassandra = after(Estimator::Cassandra(Cassandra::default()));
    assert_eq!(cassandra / 1_000, 18_420, "{cassandra}");
    // 8 means, of which the prior of 5 x 5 s weighs 5 in 1,005: (1,000 + 25) / 1,005 s.
    let chitchat = after(Estimator::Chitchat(Chitchat::default()));
    assert_eq!(chitchat / 1_000, 8_159, "{chitchat}");
    let light = after(Estimator::Chitchat(Chitchat { initial: Span::secs(1), ..Chitchat::default() }));
    assert_eq!(light, 8_000_000, "with a prior that is right it is 8 means");
}

#[test]
fn an_unknown_peer_is_given_more_time_the_more_is_made_up() {
    let patience = |estimator| Accrual::new(estimator, ms(0)).patience().0 / 1_000;
    assert_eq!(patience(Estimator::Chitchat(Chitchat::default())), 40_000, "8 x 5 s");
    assert_eq!(patience(Estimator::Cassandra(Cassandra::default())), 36_841, "18.42 x 2 s");
    assert_eq!(patience(Estimator::Akka(Akka::default())), 5_306, "1 s + 3 s + 5.23 x 250 ms");
}

#[test]
fn cassandra_and_chitchat_do_not_learn_long_intervals() {
    for (estimator, longest) in [(Estimator::Cassandra(Cassandra::default()), 2_000), (Estimator::Chitchat(Chitchat::default()), 10_000)] {
        let mut it = Accrual::new(estimator, ms(0));
        it.hear(ms(0));
        let before = it.window().len();
        it.hear(ms(longest));
        assert_eq!(it.window().len(), before + 1, "{estimator:?}");
        it.hear(ms(longest + longest + 1));
        assert_eq!(it.window().len(), before + 1, "{estimator:?}");
    }
}

/// The same figures as their `test_sampling_window`, with a prior that weighs one interval, which is what that version does.
#[test]
fn chitchat_is_silence_over_mean() {
    let (initial, longest) = (Span::secs(2), Span::secs(5));
    let figures = Chitchat { samples: 10, initial, weight: 1, longest, ..Chitchat::default() };
    let mut it = Accrual::new(Estimator::Chitchat(figures), ms(0));
    hear_all(&mut it, &[0, 3_000]);
    assert_eq!([3_000, 4_000].map(|at| it.level(ms(at)).0), [0, 400], "0 and 1 s over a mean of 2.5 s");
    it.hear(ms(9_000));
    assert_eq!(it.level(ms(11_000)).0, 800, "an interval of 6 s is ignored");
}

#[test]
fn chitchat_starts_afresh_after_a_suspicion() {
    let mut it = Accrual::new(Estimator::Chitchat(Chitchat::default()), ms(0));
    (0..200).for_each(|i| {
        it.hear(ms(i * 1_000));
    });
    assert!(!it.window().is_empty());
    assert!(it.look(ms(300_000)).is_some());
    assert!(it.window().is_empty() && it.suspected() == Some(ms(300_000)));
    it.hear(ms(301_000));
    assert!(it.window().is_empty(), "the gap is no interval");
    it.hear(ms(302_000));
    assert_eq!((it.window().len(), it.window().sum()), (1, 1_000_000));
}

#[test]
fn what_was_missed_while_away_is_neither_silence_nor_an_interval() {
    for estimator in
        [Estimator::Akka(Akka::default()), Estimator::Cassandra(Cassandra::default()), Estimator::Chitchat(Chitchat::default())]
    {
        let mut it = Accrual::new(estimator, ms(0));
        hear_all(&mut it, &[0, 1_000, 2_000]);
        let window = it.window().clone();
        it.resume(ms(100_000));
        assert_eq!((it.look(ms(100_500)), it.heard()), (None, ms(100_000)), "{estimator:?}");
        it.hear(ms(100_700));
        assert_eq!(*it.window(), window, "{estimator:?}");
        it.hear(ms(101_700));
        assert_eq!(it.window().sum(), window.sum() + 1_000_000, "{estimator:?}");
    }
}

#[test]
fn a_peer_that_was_too_regular_is_not_suspected_for_a_hair() {
    let mut it = akka(NO_PAUSE);
    (0..2_000).for_each(|i| {
        it.hear(ms(i * 1_000));
    });
    assert!(available(&it, 1_999_000 + 1_300), "three deviations of 100 ms");
    assert!(!available(&it, 1_999_000 + 1_600));
}

#[test]
fn phi_never_falls_while_the_silence_grows() {
    for estimator in
        [Estimator::Akka(Akka::default()), Estimator::Cassandra(Cassandra::default()), Estimator::Chitchat(Chitchat::default())]
    {
        let mut it = Accrual::new(estimator, ms(0));
        hear_all(&mut it, &[0, 900, 2_100, 2_800]);
        let levels: Vec<_> = (0..40_000).map(|i| it.level(ms(2_800 + i))).collect();
        assert!(levels.is_sorted(), "{estimator:?}");
        assert!(levels[0] == MilliPhi(0) && levels[39_999] > MilliPhi(8_000), "{estimator:?}");
    }
}
