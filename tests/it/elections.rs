//! Figure 16 of the Raft paper, as `headless elections` reproduces it: what was published lies where our Raft says.

use std::process::Command;

use serde_json::Value;

fn run(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_headless")).arg("elections").args(args).output().expect("the binary starts");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("figures are UTF-8")
}

/// The figures under `key` in the line of these time-outs: one, or an estimate with its interval; none where it says `null`.
fn figures(lines: &str, timeout: &str, key: &str) -> Vec<f64> {
    let mut lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let timeout: Value = serde_json::from_str(&format!("[{timeout}]")).expect("two figures");
    let line = lines.find(|line| line["timeout_ms"] == timeout).expect("a line of these time-outs");
    match line.get(key).expect("a figure of this name") {
        Value::Null => Vec::new(),
        Value::Array(figures) => figures.iter().map(|it| it.as_f64().expect("a number")).collect(),
        figure => vec![figure.as_f64().expect("a number")],
    }
}

#[test]
fn what_was_published_of_figure_16_lies_near_what_our_raft_does() {
    let lines = run(&["--json"]);
    let median = figures(&lines, "150,155", "median_ms");
    assert!((287.0 * 0.85..=287.0 * 1.15).contains(&median[0]), "5 ms of randomness: median {median:?}, published 287");
    assert!(median[1] < median[0] && median[0] < median[2] && median[2] - median[1] < 40.0, "{median:?}");
    let mean = figures(&lines, "12,24", "mean_ms");
    assert!((35.0 * 0.75..=35.0 * 1.25).contains(&mean[0]), "12-24 ms: mean {mean:?}, published 35");
    // The worst of a thousand is one trial more or less in which a vote was split twice.
    let worst = figures(&lines, "12,24", "worst_ms");
    assert!((152.0 * 0.5..=152.0 * 1.5).contains(&worst[0]), "12-24 ms: worst {worst:?}, published 152");
    let worst = figures(&lines, "150,200", "worst_ms");
    assert!((513.0 * 0.7..=513.0 * 1.3).contains(&worst[0]), "50 ms of randomness: worst {worst:?}, published 513");
}

#[test]
fn without_randomness_votes_are_split_for_longer_than_ten_seconds() {
    let lines = run(&["--trials", "300", "--json"]);
    assert_eq!(figures(&lines, "150,150", "trials"), [30.0], "a tenth of the trials, as in the paper");
    assert!(figures(&lines, "150,150", "longer_than_10_s")[0] >= 27.0, "{lines}");
    assert_eq!(figures(&lines, "150,155", "longer_than_10_s"), [0.0], "{lines}");
}

#[test]
fn more_randomness_splits_fewer_votes() {
    let lines = run(&["--trials", "300", "--json"]);
    let terms = |timeout| figures(&lines, timeout, "terms")[0];
    let row = ["150,150", "150,151", "150,155", "150,200"].map(terms);
    assert!(row.is_sorted_by(|a, b| *a > 1.5 * *b), "{row:?}");
}

/// So the broadcast time of 15 ms that they state cannot be the time of a vote.
#[test]
fn with_votes_of_fifteen_milliseconds_nobody_is_elected_at_12_to_24() {
    let lines = run(&["--trials", "100", "--save-us", "14000-15000", "--json"]);
    assert_eq!(figures(&lines, "12,24", "longer_than_10_s"), [100.0], "{lines}");
    assert_eq!(figures(&lines, "12,24", "mean_ms"), Vec::<f64>::new(), "a mean would hide those that were given up");
    assert!(figures(&lines, "150,155", "median_ms")[0] > 2_000.0, "{lines}");
}

#[test]
fn the_same_seed_gives_the_same_table_and_another_seed_another() {
    let table = |seed| run(&["--trials", "100", "--seed", seed]);
    assert_eq!(table("3"), table("3"));
    assert_ne!(table("3"), table("4"));
    assert_eq!(table("3").lines().count(), 11, "a head and ten lines");
}

#[test]
fn a_range_upside_down_is_refused() {
    for wrong in ["5-4", "7", "a-b", "0-2000000"] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_headless")).args(["elections", "--save-us", wrong]).output().expect("the binary starts");
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}
