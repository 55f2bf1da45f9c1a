//! Balancing, queues and retries against theory and against what was published.
//!
//! Mutants of the machines, each applied by hand and seen to fail, beside those that `proto::balance::{policy, health}` list:
//!
//! | mutant | killed by (in `proto::balance`) |
//! |---|---|
//! | full jitter is dropped | `backoff::each_kind_of_jitter_reaches_both_ends_…` |
//! | decorrelated jitter begins at the last wait instead of the base | the same |
//! | the budget is asked and not spent | `budget::a_tenth_of_requests_may_be_sent_again_…` |
//! | the budget saves without limit | the same |
//! | while a breaker tries one request all pass | `breaker::a_breaker_opens_rests_tries_one_and_closes` |
//! | what a client refused itself does not count as asked | `breaker::a_client_asks_twice_of_what_is_accepted` |
//! | last come first served for first come | `queue::who_is_next_is_the_order_…` |
//! | work whose deadline has passed is served | `queue::work_that_nobody_waits_for_is_served_unless_deadlines_count` |
//! | one more than may wait is let in | `queue::who_is_next_is_the_order_…` |
//! | a peak of latency counts as slowly as a lull | `ewma::a_peak_counts_at_once_…` |
//! | hot and cold probes are alike | `prequal::the_fastest_cold_one_is_taken_…` |
//! | a probe is never used up | `prequal::a_probe_is_used_as_often_as_the_formula_says` |
//! | the worst probe is never removed | `prequal::old_probes_leave_…` |
//! | a server's estimate remembers an overload for ever | `prequal::a_server_expects_what_those_took_…` |
//! | the slower copy is not cancelled | `hedge::the_first_good_answer_counts_…` |
//! | a deadline grows on its way | `deadline::a_deadline_travels_as_what_is_left_and_never_grows` |
//! | the mean of a log-normal law is that of its logarithm | `work::every_law_has_the_mean_it_was_given` |
//! | a late answer to a check counts | `checks::three_failures_in_a_row_are_down_…` |

mod cli;
mod jitter;
mod lab;
mod overload;
mod retries;
mod tail;
mod theory;
