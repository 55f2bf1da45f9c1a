//! `headless place` as an outsider runs it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

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
        let line: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let number = |name: &str| line[name].as_f64().unwrap_or_else(|| panic!("{algorithm} has no {name}: {line}"));
        let row =
            |name: &str| -> Vec<f64> { line[name].as_array().expect("a row").iter().map(|it| it.as_f64().expect("a number")).collect() };
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
    refused(&["--algorithm", "ring", "--nodes", "104857", "--add", "1", "--vnodes", "1"], "at most 104857 nodes");
    refused(&["--algorithm", "ring", "--nodes", "104858"], "104858 is not in");
    refused(&["--algorithm", "ring", "--nodes", "100000", "--vnodes", "200"], "20000000 tokens in all, at most 16777216");
    refused(&["--algorithm", "maglev", "--nodes", "100000"], "a table of 65537 entries for 100000 nodes");
    refused(&["--algorithm", "rendezvous", "--nodes", "100000", "--keys", "10000000"], "1000000000000 questions; at most 20000000000");
    refused(&["--algorithm", "ring", "--nodes", "1", "--kill", "0", "--owners"], "no node is alive");
    refused(&["--algorithm", "ring", "--keys", "10000001"], "10000001 is not in");
    refused(&["--algorithm", "ring", "--vnodes", "513"], "513 is not in");
}

/// Standard output of a command that succeeds.
fn told(args: &[&str]) -> String {
    let output = place(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_node_that_is_added_takes_the_next_name_that_is_free() {
    let names = file("taken", b"node4\nnode1\nx\ny");
    let line = told(&["--algorithm", "ring", "--names", &names.to_string_lossy(), "--add", "2", "--keys", "100", "--json"]);
    assert!(line.contains(r#""names":["node4","node1","x","y","node5","node6"]"#), "{line}");
}

#[test]
fn a_file_with_cr_alone_is_as_many_names_as_it_has_lines() {
    let ends = [("lf", &b"a\nb\nc"[..]), ("crlf", b"a\r\nb\r\nc\r\n"), ("cr", b"a\rb\rc\r")];
    for told in ends.map(|(name, bytes)| told(&["--algorithm", "jump", "--names", &file(name, bytes).to_string_lossy(), "--json"])) {
        assert!(told.contains(r#""names":["a","b","c"]"#), "{told}");
    }
}

#[test]
fn no_control_character_of_a_name_reaches_the_terminal() {
    let names = file("control", "a\u{1b}[2Jb\nc\td\u{85}".as_bytes());
    let names = names.to_string_lossy();
    let twice = file("control-twice", b"\x07\n\x07");
    refused(&["--algorithm", "jump", "--names", &twice.to_string_lossy()], "called `\\u{7}`");
    for (form, shown) in [("--owners", ["a\\u{1b}[2Jb", "c\\u{9}d\\u{85}"]), ("--json", ["a\\u001b[2Jb", "c\\td\\u0085"])] {
        let out = told(&["--algorithm", "modulo", "--names", &names, "--keys", "50", form]);
        assert!(shown.iter().all(|name| out.contains(name)), "{out}");
        assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{out:?}");
    }
    let table = told(&["--algorithm", "modulo", "--names", &names, "--keys", "50"]);
    assert!(table.contains("a\\u{1b}[2Jb") && !table.contains(|c: char| c.is_control() && c != '\n'), "{table:?}");
}

#[test]
fn a_hundred_thousand_nodes_are_placed_by_every_algorithm() {
    for algorithm in ["modulo", "ring", "ring-bounded", "rendezvous", "jump", "maglev", "multiprobe", "anchor", "ketama"] {
        let line = told(&[
            "--algorithm",
            algorithm,
            "--nodes",
            "100000",
            "--add",
            "1",
            "--vnodes",
            "2",
            "--table",
            "655373",
            "--keys",
            "100",
            "--json",
        ]);
        assert!(line.contains(r#""nodes":100001,"keys":100,"#), "{algorithm}: {line:.200}");
    }
}
