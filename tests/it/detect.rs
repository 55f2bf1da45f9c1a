//! `headless detect` as an outsider runs it.

use std::process::{Command, Output};

use serde_json::Value;

fn detect(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headless")).arg("detect").args(args).output().expect("the binary starts")
}

fn run(args: &[&str]) -> String {
    let output = detect(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("figures are UTF-8")
}

/// The figure of a name in the line of this detector: the value and its interval.
fn figure(lines: &str, detector: &str, name: &str) -> [f64; 3] {
    let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let line = lines.find(|line| line["detector"] == detector).expect("a line of this detector");
    [0, 1, 2].map(|i| line[name][i].as_f64().expect("a number"))
}

const HEARTBEATS: [&str; 4] = ["time-out", "akka", "cassandra", "chitchat"];

#[test]
fn phi_8_is_three_detection_times_and_swim_needs_two_messages() {
    let lines = run(&["--json", "--runs", "8", "--minutes", "2", "--loss", "0", "--pause-ms", "0"]);
    // A crash is even within a period, so half of one is saved on average.
    for (detector, patience) in [("time-out", 4_500.0), ("akka", 4_523.0), ("cassandra", 18_420.0), ("chitchat", 8_500.0)] {
        let [mean, low, high] = figure(&lines, detector, "detection_mean_ms");
        assert!((patience - 900.0..patience + 100.0).contains(&mean) && low <= mean && mean <= high, "{detector}: {mean}");
        assert!(figure(&lines, detector, "detection_p99_ms")[0] <= patience + 200.0, "{detector}");
    }
    for detector in HEARTBEATS.into_iter().chain(["swim", "lifeguard"]) {
        let [sent, ..] = figure(&lines, detector, "messages_per_node_second");
        let expected = if HEARTBEATS.contains(&detector) { 7.0 } else { 2.0 };
        assert!((sent - expected).abs() < 0.05, "{detector}: {sent} instead of {expected}");
        let [wrong, _, high] = figure(&lines, detector, "false_per_node_hour");
        // 8 nodes for 2 minutes, 8 times: 2.13 hours.
        assert!(wrong == 0.0 && (high - 5.298 / 2.133).abs() < 0.01, "{detector}: {wrong}, at most {high}");
    }
}

#[test]
fn where_many_messages_are_lost_phi_is_patient_by_itself_and_lifeguard_accuses_more_rarely() {
    let lines = run(&["--json", "--runs", "6", "--minutes", "5", "--loss", "200", "--pause-ms", "0"]);
    let wrong = |detector| figure(&lines, detector, "false_per_node_hour")[0];
    assert!(wrong("time-out") > 10.0 && wrong("akka") * 5.0 < wrong("time-out"), "{lines}");
    assert!(wrong("lifeguard") * 2.0 < wrong("swim"), "{lines}");
    assert!(figure(&lines, "akka", "detection_mean_ms")[0] > figure(&lines, "time-out", "detection_mean_ms")[2], "which costs time");
}

#[test]
fn who_stands_still_accuses_everybody_unless_it_notices() {
    let args = ["--json", "--runs", "4", "--minutes", "2", "--loss", "0", "--pause-ms", "6000"];
    let (unaware, aware) = (run(&args), run(&[&args[..], &["--notices"]].concat()));
    for detector in ["time-out", "akka"] {
        let wrong = |lines| figure(lines, detector, "false_per_node_hour")[0];
        assert!(wrong(&aware) > 0.0 && wrong(&aware) * 1.5 < wrong(&unaware), "{detector}: {} {}", wrong(&aware), wrong(&unaware));
    }
}

#[test]
fn the_same_seed_gives_the_same_table_and_another_seed_another() {
    let table = |seed| run(&["--runs", "2", "--minutes", "1", "--loss", "0,100", "--pause-ms", "1000", "--nodes", "5", "--seed", seed]);
    assert_eq!(table("3"), table("3"));
    assert_ne!(table("3"), table("4"));
    assert_eq!(table("3").lines().count(), 13, "a head, six detectors twice");
}

#[test]
fn figures_outside_their_bounds_are_refused() {
    for (args, reason) in [
        (["--loss", "901"], "901 is not in 0..=900"),
        (["--loss", "10,x"], "invalid value 'x'"),
        (["--pause-ms", "60001"], "not in 0..=60000"),
        (["--nodes", "2"], "not in 3..=64"),
        (["--runs", "1"], "not in 2..=1000"),
        (["--minutes", "0"], "not in 1..=1440"),
        (["--period-ms", "99"], "not in 100..=60000"),
        (["--phi", "0"], "not in 1..=100"),
        (["--slow", "65"], "not in 0..=64"),
        (["--time-out-ms", "0"], "not in 1..=3600000"),
    ] {
        let output = detect(&args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && said.contains(reason), "{args:?}: {said}");
    }
}
