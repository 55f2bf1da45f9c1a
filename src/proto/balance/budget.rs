//! How many retries all requests of a client may have together: a bucket of tokens.
//!
//! A limit for each request multiplies over layers: three retries at each of three layers are `4^3 = 64` requests at the bottom (Google,
//! "Site Reliability Engineering", chapter 22). A budget for all of them holds each layer to `1 + share`.
//!
//! Three systems, one machine: Finagle's `RetryBudget` (20 % of requests, and ten a second), gRPC's throttling (a tenth for each success; one
//! is taken by each failure, and no retry below half) and AWS's SDK (500 tokens, a retry costs 5). They differ in who pays in: here
//! each first try does, as in Finagle and in Brooker's `retry_sim` (2022). gRPC's half-full rule is not modelled.

use crate::sim::time::{Span, Time};

/// A token, in the unit of the bucket.
const TOKEN: u64 = 1_000_000;

/// What the bucket gets and holds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct BudgetConfig {
    /// Retries that each thousand first tries pay for: 200 in Finagle, 100 in `retry_sim`.
    pub per_mille: u16,
    /// Retries that every second pays for, whatever is asked: Finagle's 10. Without it, a client that seldom asks could never retry.
    pub per_second: u32,
    /// The most that is saved, in retries: a burst that is always allowed. The bucket is full at the start.
    pub most: u32,
}

/// The bucket.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Budget {
    config: BudgetConfig,
    tokens: u64,
    filled: Time,
}

impl Budget {
    /// A full bucket.
    pub fn new(config: BudgetConfig, now: Time) -> Budget {
        Budget { config, tokens: u64::from(config.most) * TOKEN, filled: now }
    }

    /// Retries that could be sent now.
    pub fn left(&self) -> u64 {
        self.tokens / TOKEN
    }

    fn put(&mut self, tokens: u64) {
        self.tokens = self.tokens.saturating_add(tokens).min(u64::from(self.config.most) * TOKEN);
    }

    /// A request is sent for the first time: it pays in.
    pub fn asked(&mut self) {
        self.put(u64::from(self.config.per_mille) * (TOKEN / 1_000));
    }

    /// Whether one more retry may be sent; it is then paid for.
    pub fn spend(&mut self, now: Time) -> bool {
        // A token is a million and a second a million microseconds: so many tokens a second are so many units a microsecond.
        self.put(now.since(self.filled).0.saturating_mul(u64::from(self.config.per_second)));
        self.filled = self.filled.max(now);
        let left = self.tokens.checked_sub(TOKEN);
        self.tokens = left.unwrap_or(self.tokens);
        left.is_some()
    }

    /// The most retries that so many first tries within `span` can have: what was saved, and what they and the time pay.
    pub fn bound(config: BudgetConfig, asked: u64, span: Span) -> u64 {
        u64::from(config.most) + (asked * u64::from(config.per_mille) * 1_000 + span.0 * u64::from(config.per_second)) / TOKEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Rng, Stream};

    #[test]
    fn a_tenth_of_requests_may_be_sent_again_after_what_was_saved_is_gone() {
        let mut budget = Budget::new(BudgetConfig { per_mille: 100, per_second: 0, most: 5 }, Time(0));
        let mut retries = 0;
        for _ in 0..1_000 {
            budget.asked();
            while budget.spend(Time(0)) {
                retries += 1;
            }
        }
        // The first one pays into a full bucket in vain.
        assert_eq!(retries, 5 + 99);
    }

    #[test]
    fn who_seldom_asks_may_retry_after_a_while() {
        let mut budget = Budget::new(BudgetConfig { per_mille: 0, per_second: 10, most: 3 }, Time(0));
        let spent = |budget: &mut Budget, ms| (0..10).filter(|_| budget.spend(Time::from_millis(ms))).count();
        assert_eq!([spent(&mut budget, 0), spent(&mut budget, 99), spent(&mut budget, 100), spent(&mut budget, 9_000)], [3, 0, 1, 3]);
    }

    #[test]
    fn no_order_of_asking_and_spending_goes_beyond_the_bound() {
        let config = BudgetConfig { per_mille: 173, per_second: 7, most: 11 };
        for seed in 0..200 {
            let (mut rng, mut budget) = (Rng::stream(seed, Stream::Nemesis), Budget::new(config, Time(0)));
            let (mut now, mut asked, mut spent) = (Time(0), 0, 0);
            for _ in 0..2_000 {
                now += Span(u64::from(rng.below(20_000)));
                if rng.per_mille(500) {
                    budget.asked();
                    asked += 1;
                } else {
                    spent += u64::from(budget.spend(now));
                }
                assert!(spent <= Budget::bound(config, asked, now.since(Time(0))), "seed {seed}");
            }
        }
    }
}
