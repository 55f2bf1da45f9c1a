//! How many requests become of one.
//!
//! * `retry_sim` (Brooker, "Fixing retries with token buckets and circuit breakers", 2022): 100 clients, 10 requests a second each, 30 s;
//!   either three retries, or a bucket of 5 tokens to which each request adds a tenth. Success and amplification by failure rate; his
//!   program's own figures, with another generator, are within the noise that 30,000 requests leave. His breaker is none
//!   of ours (it forbids retries, and never requests), and is not compared.
//! * Three retries at each of three layers: "Site Reliability Engineering", chapter 22, "64 attempts".

use ringside::proto::balance::budget::{Budget, BudgetConfig};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::Time;

const TENTH: BudgetConfig = BudgetConfig { per_mille: 100, per_second: 0, most: 5 };

/// Success and amplification.
fn retry_sim(fails_per_mille: u16, budget: Option<BudgetConfig>) -> (f64, f64) {
    let mut rng = Rng::stream(7, Stream::Nemesis);
    let (mut good, mut sent) = (0u32, 0u32);
    for _ in 0..100 {
        let mut bucket = budget.map(|config| Budget::new(config, Time(0)));
        for _ in 0..300 {
            if let Some(bucket) = &mut bucket {
                bucket.asked();
            }
            let mut retries = 0;
            loop {
                sent += 1;
                if !rng.per_mille(fails_per_mille) {
                    good += 1;
                    break;
                }
                let may = bucket.as_mut().map_or(retries < 3, |bucket| bucket.spend(Time(0)));
                if !may {
                    break;
                }
                retries += 1;
            }
        }
    }
    (f64::from(good) / 30_000.0, f64::from(sent) / 30_000.0)
}

/// For r retries and failure probability p: `1 - p^(r+1)` and `(1 - p^(r+1)) / (1 - p)`.
#[test]
fn three_retries_amplify_as_the_closed_form_says() {
    for (per_mille, success, amplification) in [(100, 0.9998, 1.112), (300, 0.992, 1.420), (500, 0.941, 1.869), (1_000, 0.0, 4.0)] {
        let (good, sent) = retry_sim(per_mille, None);
        let p = f64::from(per_mille) / 1e3;
        let exact = if per_mille == 1_000 { 4.0 } else { (1.0 - p.powi(4)) / (1.0 - p) };
        assert!(
            (sent - exact).abs() < 0.02 && (sent - amplification).abs() < 0.025,
            "{per_mille}: {sent}, theory {exact}, published {amplification}"
        );
        assert!((good - (1.0 - p.powi(4))).abs() < 0.006 && (good - success).abs() < 0.008, "{per_mille}: {good}, published {success}");
    }
    assert_eq!(retry_sim(1_000, None), (0.0, 4.0));
}

#[test]
fn a_bucket_holds_amplification_whatever_fails() {
    for (per_mille, success, amplification) in [(100, 0.987, 1.097), (300, 0.780, 1.113), (500, 0.555, 1.114), (1_000, 0.0, 1.114)] {
        let (good, sent) = retry_sim(per_mille, Some(TENTH));
        assert!((sent - amplification).abs() < 0.007, "{per_mille}: {sent}, published {amplification}");
        assert!((good - success).abs() < 0.012, "{per_mille}: {good}, published {success}");
        assert!(sent <= 1.0 + 0.1 + 5.0 / 300.0, "the bound");
    }
}

/// Requests at the bottom, which fails: each layer retries three times what the layer below it has failed to get.
fn bottom(layers: &mut [Option<Budget>]) -> u64 {
    let Some((top, below)) = layers.split_first_mut() else { return 1 };
    if let Some(budget) = top {
        budget.asked();
    }
    let mut requests = bottom(below);
    for _ in 0..3 {
        if top.as_mut().is_none_or(|budget| budget.spend(Time(0))) {
            requests += bottom(below);
        }
    }
    requests
}

#[test]
fn three_retries_at_three_layers_are_sixty_four_requests_and_budgets_make_them_one() {
    assert_eq!(bottom(&mut [None; 3]), 64);
    let amplification = |per_mille| {
        let mut layers = [Some(Budget::new(BudgetConfig { per_mille, per_second: 0, most: 10 }, Time(0))); 3];
        (0..10_000).map(|_| bottom(&mut layers)).sum::<u64>() as f64 / 1e4
    };
    // Budgets multiply, too: `1.05^3`, and `1.1^3`. So 20 % at most takes a twentieth at each of three layers.
    let (twentieth, tenth) = (amplification(50), amplification(100));
    assert!((1.157..1.2).contains(&twentieth), "{twentieth}");
    assert!((1.33..1.35).contains(&tenth), "{tenth}");
}
