//! `headless load` as an outsider runs it: it shows what is known of balancers. How its world agrees with theory, and what else was
//! published, stands in `src/bin/headless/numbers`.
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

use std::process::{Command, Output};

use serde_json::Value;

fn output(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headless")).arg("load").args(args).output().expect("the binary starts")
}

fn run(args: &[&str]) -> Vec<Value> {
    let output = output(&[args, &["--json"]].concat());
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("figures are UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn figure(row: &Value, name: &str) -> f64 {
    row[name]["mean"].as_f64().unwrap_or_else(|| panic!("{name} of {row}"))
}

/// Mitzenmacher 2000: with old reports the least loaded is everybody's choice, and two random choices are better; fresh, it is the other way round.
#[test]
fn with_old_reports_the_least_loaded_herds_and_two_choices_do_not() {
    let common = ["--policy", "random,two,least", "--load", "80", "--servers", "20", "--balancers", "2", "--seconds", "20", "--seeds", "3"];
    let p99 = |args: &[&str]| -> Vec<f64> { run(&[&common, args].concat()).iter().map(|row| figure(row, "p99_ms")).collect() };
    let (own, old) = (p99(&[]), p99(&["--stale-ms", "200"]));
    assert!(own[2] < own[1] && own[1] < own[0], "own counts: {own:?}");
    assert!(old[2] > 1.5 * old[1] && old[2] > old[0], "reports of 200 ms: {old:?}");
}

/// More balancers know less each: own counts of one in ten requests are a poor guess.
#[test]
fn ten_balancers_that_do_not_know_each_other_balance_worse_than_one() {
    let mean = |balancers| figure(&run(&["--policy", "least", "--load", "90", "--balancers", balancers, "--seconds", "20"])[0], "mean_ms");
    let (one, ten) = (mean("1"), mean("10"));
    assert!(ten > 1.5 * one, "{one} and {ten}");
}

/// A server that is four times as slow gets more than it can do from whoever does not look.
#[test]
fn a_slow_server_is_avoided_by_those_who_look() {
    let rows = run(&["--policy", "round-robin,two,least,ewma,prequal", "--load", "70", "--slow", "4", "--seconds", "20", "--seeds", "3"]);
    let errors: Vec<f64> = rows.iter().map(|row| figure(row, "errors_percent")).collect();
    assert!(errors[0] > 5.0 && errors[1..].iter().all(|&percent| percent < 0.5), "{errors:?}");
}

/// Dean, Barroso 2013: a second copy for few requests cuts the tail.
#[test]
fn second_copies_for_a_few_requests_cut_the_tail() {
    let common = [
        "--policy",
        "two",
        "--load",
        "20",
        "--work",
        "two-speeds",
        "--workers",
        "8",
        "--seconds",
        "20",
        "--seeds",
        "3",
        "--timeout-ms",
        "60000",
    ];
    let (plain, hedged) = (run(&common), run(&[&common[..], &["--hedge-ms", "50"]].concat()));
    let (without, with) = (figure(&plain[0], "p999_ms"), figure(&hedged[0], "p999_ms"));
    assert!(with * 3.0 < without, "{without} and {with}");
    assert!(figure(&hedged[0], "copies") < 0.03 && figure(&plain[0], "copies") == 0.0, "{hedged:?}");
}

/// A server that fails at once looks idle, and attracts requests: worse than round robin, until it is ejected.
#[test]
fn a_server_that_fails_fast_is_a_black_hole_until_it_is_ejected() {
    let common = ["--policy", "round-robin,least", "--load", "70", "--bad", "1000", "--seconds", "30", "--seeds", "3"];
    let errors = |args: &[&str]| -> Vec<f64> { run(&[&common, args].concat()).iter().map(|row| figure(row, "errors_percent")).collect() };
    let (plain, health) = (errors(&[]), errors(&["--health"]));
    assert!((9.0..11.0).contains(&plain[0]) && plain[1] > 2.0 * plain[0], "{plain:?}");
    assert!(health.iter().all(|&percent| percent < 0.2), "{health:?}");
}

/// Above capacity retries make it worse, and a budget does not.
#[test]
fn retries_above_capacity_cost_goodput_and_a_budget_gives_it_back() {
    let common = ["--policy", "two", "--load", "105", "--timeout-ms", "300", "--seconds", "20", "--seeds", "3"];
    let row = |args: &[&str]| run(&[&common, args].concat()).remove(0);
    let (storm, budget) = (row(&["--retries", "3"]), row(&["--retries", "3", "--budget", "10", "--deadlines"]));
    assert!(figure(&storm, "retries") > 1.0 && figure(&budget, "retries") < 0.12, "{storm} {budget}");
    assert!(figure(&budget, "goodput") > 2.0 * figure(&storm, "goodput"), "{storm} {budget}");
}

#[test]
fn the_same_arguments_give_the_same_table_and_another_seed_another() {
    let table = |seed| output(&["--seconds", "2", "--seeds", "3", "--load", "80", "--hedge-ms", "20", "--health", "--first", seed]).stdout;
    assert_eq!(table("3"), table("3"));
    assert_ne!(table("3"), table("4"));
    assert_eq!(table("3").split(|&byte| byte == b'\n').count(), 10, "a head, eight ways, and the end");
}

#[test]
fn what_cannot_be_run_is_refused_and_the_reason_told() {
    for (args, why) in [
        (&["--load", "0"][..], "not in 1..=300"),
        (&["--load", "80,x"], "invalid"),
        (&["--servers", "501"], "not in 1..=500"),
        (&["--policy", "best"], "invalid value 'best'"),
        (&["--seeds", "2"], "not in 3..=100"),
        (&["--seconds", "36000"], "requests: 5000000 are the most"),
        (&["--seconds", "1", "--service-ms", "1000"], "too few for a percentile"),
        (&["--service-ms", "1", "--servers", "500", "--clients", "1"], "20 is the least"),
    ] {
        let output = output(args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), text.contains(why)), (Some(2), true), "{args:?}: {text}");
    }
}
