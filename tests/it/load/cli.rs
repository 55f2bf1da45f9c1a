//! `headless load`: the fake world agrees with theory and with the farm that has no network, and shows what is known of balancers.

use std::process::{Command, Output};

use ringside::proto::balance::policy::Policy;
use serde_json::Value;

use super::lab::{Farm, Run};

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

fn half(row: &Value, name: &str) -> f64 {
    row[name]["half"].as_f64().unwrap_or_else(|| panic!("{name} of {row}"))
}

/// Without a network's delay the world and the farm are the same system: 30 servers, random and two choices, at 80 %.
#[test]
fn the_world_agrees_with_the_farm_and_with_theory() {
    let args = ["--servers", "30", "--load", "80", "--delay-us", "0", "--timeout-ms", "600000", "--queue", "1000000"];
    let rows = run(&[&args[..], &["--policy", "random,two", "--seconds", "30", "--seeds", "6", "--clients", "6"]].concat());
    for (row, policy) in rows.iter().zip([Policy::Random, Policy::Choices(2)]) {
        let farm = Farm { servers: 30, policy, warm_up: 20_000, measured: 80_000, ..Farm::plain(800) };
        let (mean, its_half) = farm.estimate(6, Run::mean);
        let (world, world_half) = (figure(row, "mean_ms") / 10.0, half(row, "mean_ms") / 10.0);
        assert!((world - mean).abs() <= world_half.hypot(its_half), "{policy:?}: world {world} +- {world_half}, farm {mean} +- {its_half}");
        assert!(world_half < 0.1 * world, "{policy:?}: {world} +- {world_half} is vague");
        if policy == Policy::Random {
            assert!((world - 5.0).abs() <= world_half, "M/M/1: {world} +- {world_half}");
        }
    }
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
