//! `headless place` as an outsider runs it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn place(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headless")).arg("place").args(args).output().expect("the binary starts")
}

/// A file of this test's own.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, bytes).expect("the folder for tests can be written to");
    path
}

/// It is refused, and the reason says so.
fn refused(args: &[&str], reason: &str) {
    let output = place(args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(said.contains(reason), "{args:?}: {said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn owners_come_in_the_order_of_the_keys() {
    // The last line lacks its end, one ends as on Windows, one is empty, one is no UTF-8.
    let names = file("names", b"node0\r\nnode1\nnode2\nnode3\nnode4\nnode5\nnode6\nnode7\nnode8\nnode9");
    let keys = file("keys", b"key0\r\nkey1\n\n\xff\xfe\nkey2\nkey1");
    let (names, keys) = (names.to_string_lossy(), keys.to_string_lossy());
    for (algorithm, known) in [("ketama", ["node7", "node6", "node1"]), ("multiprobe", ["node1", "node8", "node4"])] {
        let output = place(&["--algorithm", algorithm, "--names", &names, "--keys-file", &keys, "--owners"]);
        let owners = String::from_utf8(output.stdout).expect("these names are UTF-8");
        let owners: Vec<&str> = owners.lines().collect();
        assert_eq!(owners.len(), 6, "{algorithm}: one owner a line");
        assert_eq!([owners[0], owners[1], owners[4]], known, "{algorithm}");
        assert_eq!(owners[5], owners[1], "{algorithm}: the same key, the same owner");
    }
}

#[test]
fn the_figures_fit_each_other() {
    for algorithm in ["modulo", "ring", "ring-bounded", "rendezvous", "jump", "maglev", "multiprobe", "anchor", "ketama"] {
        let output = place(&["--algorithm", algorithm, "--nodes", "4", "--keys", "5000", "--kill", "3", "--json"]);
        let line = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let field = |name: &str| {
            let from = line.split_once(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{algorithm} has no {name}: {line}")).1;
            let to = if from.starts_with('[') { from.find(']') } else { from.find([',', '}']) };
            from[..to.expect("it ends")].trim_start_matches('[').to_owned()
        };
        let row = |name: &str| -> Vec<f64> { field(name).split(", ").map(|it| it.parse().expect("a number")).collect() };
        let number = |name: &str| -> f64 { field(name).parse().expect("a number") };
        let (counts, shares) = (row("counts"), row("shares"));
        assert_eq!((counts.len(), counts[3], counts.iter().sum::<f64>()), (4, 0.0, 5_000.0), "{algorithm}");
        assert!(counts.iter().zip(&shares).all(|(count, share)| (count / 5_000.0 - share).abs() < 1e-12));
        assert!((number("peak") - counts.iter().fold(0.0, |a, &b| f64::max(a, b)) * 3.0 / 5_000.0).abs() < 1e-12);
        assert!(number("moved") >= number("minimum") && number("minimum") > 1_000.0 && number("cv") < 0.3, "{line}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_with_a_reason() {
    let twice = file("twice", b"a\nb\na\n");
    let hole = file("hole", b"a\n\nb\n");
    let none = file("none", b"");
    refused(&["--algorithm", "ring", "--names", &twice.to_string_lossy()], "two nodes are called `a`");
    refused(&["--algorithm", "ring", "--names", &hole.to_string_lossy()], "line 2 is empty");
    refused(&["--algorithm", "ring", "--names", &none.to_string_lossy()], "at least one node");
    refused(&["--algorithm", "ring", "--keys-file", "/no/such/file"], "cannot be read");
    refused(&["--algorithm", "magic"], "the algorithms are");
    refused(&["--algorithm", "jump", "--nodes", "2", "--weights", "1,2"], "cannot weigh");
    refused(&["--algorithm", "ring", "--nodes", "3", "--weights", "1,2"], "2 weights for 3 nodes");
    refused(&["--algorithm", "ring", "--weights", "0"], "0 is not in 1..=1000");
    refused(&["--algorithm", "maglev", "--table", "65536"], "prime");
    refused(&["--algorithm", "ring", "--kill", "10"], "there is no node 10");
    refused(&["--algorithm", "ring", "--kill", "1,1"], "dead already");
    refused(&["--algorithm", "ring", "--nodes", "1000", "--add", "1"], "at most 1000 nodes");
    refused(&["--algorithm", "ring", "--nodes", "1", "--kill", "0", "--owners"], "no node is alive");
    refused(&["--algorithm", "ring", "--keys", "1000001"], "1000001 is not in");
    refused(&["--algorithm", "ring", "--vnodes", "513"], "513 is not in");
}
