//! Hygiene as a test: who may import whom, how long a file may be, what may not be left behind.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lines of code in one file, its tests aside.
const LONGEST: usize = 400;

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut todo = vec![root.join(dir)];
    let mut found = Vec::new();
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).expect("a folder of the project can be read") {
            let path = entry.expect("an entry of it too").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path.strip_prefix(root).expect("below the root").to_path_buf(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources in {dir}");
    found
}

/// A file without its unit tests, which stand at its end.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// No file of `folder` names any of these.
fn never(folder: &str, names: &[&str], why: &str) {
    never_but(folder, &[], names, why);
}

/// No file of `folder` but the exceptions names any of these.
fn never_but(folder: &str, exceptions: &[&str], names: &[&str], why: &str) {
    for (path, text) in sources(folder).into_iter().filter(|(path, _)| !exceptions.iter().any(|it| path == Path::new(it))) {
        for (i, line) in code(&text).lines().enumerate() {
            let line = line.split("//").next().unwrap_or(line);
            for name in names {
                assert!(!line.contains(name), "{}:{}: `{name}`: {why}", path.display(), i + 1);
            }
        }
    }
}

#[test]
fn imports_go_one_way() {
    let above = ["crate::proto", "crate::room", "crate::cluster", "crate::session", "crate::scene", "crate::text", "crate::ui"];
    never("src/sim", &above, "the fake world knows no protocol");
    never("src/proto", &above[1..], "a protocol knows the world and nothing else");
    never("src/cluster", &above[3..], "the cluster does not know who looks at it");
    never("src/session", &above[4..], "a run does not know how it is drawn or told");
    never("src/scene", &["crate::ui", "yew", "web_sys", "js_sys"], "pictures are data");
    never("src/text", &["crate::ui", "yew", "web_sys", "js_sys"], "words are data");
    let subjects = ["balance", "consensus", "detector", "lock", "replica", "ring"];
    for one in subjects {
        // One of the ways to balance is a ring with bounded loads.
        let knows = |other: &str| other == one || (one, other) == ("balance", "ring");
        let others: Vec<String> = subjects.iter().filter(|other| !knows(other)).map(|other| format!("crate::proto::{other}")).collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        never(&format!("src/proto/{one}"), &others, "subjects do not know each other");
    }
    let run = ["crate::cluster", "crate::session", "crate::scene"];
    never("src/room", &run, "a room is not the run");
    never("src/room/placement", &["crate::room::textbook"], "rooms do not know each other");
    never("src/room/textbook", &["crate::room::placement", "crate::proto"], "rooms do not know each other");
    let others = ["crate::proto::detector", "crate::proto::lock", "crate::proto::replica"];
    never("src/room/placement", &others, "the ring is one of the rivals, the other subjects are not");
}

/// The modules of the library: each one's name, as a path below the crate, and its code.
fn modules() -> BTreeMap<String, String> {
    let of_library = |path: &Path| !["src/bin", "src/ui", "src/main.rs", "src/lib.rs"].iter().any(|other| path.starts_with(other));
    let all = sources("src").into_iter().filter(|(path, _)| of_library(path));
    let name = |path: &Path| path.with_extension("").to_string_lossy().replace("src/", "").replace('/', "::");
    let bare = |text: &str| code(text).lines().filter_map(|line| line.split("//").next()).collect::<Vec<_>>().join("\n");
    all.map(|(path, text)| (name(&path).trim_end_matches("::mod").to_owned(), bare(&text))).collect()
}

/// Which of these modules one imports, or names as its own below it.
fn imports(name: &str, text: &str, modules: &BTreeMap<String, String>) -> BTreeSet<String> {
    let above = name.rsplit_once("::").map_or(String::new(), |(above, _)| format!("{above}::"));
    let uses = |way: &str, base: &str| {
        let paths = text.split(way).skip(1).filter_map(|rest| rest.split(';').next());
        paths.map(|path| format!("{base}{path}")).collect::<Vec<_>>()
    };
    let uses = [uses("use crate::", ""), uses("use super::", &above), uses("use self::", &format!("{name}::"))].concat();
    let paths = uses.into_iter().flat_map(|path| match path.split_once('{') {
        Some((base, names)) => {
            names.split([',', '}']).map(str::trim).filter(|name| !name.is_empty()).map(|name| format!("{base}{name}")).collect()
        }
        None => vec![path],
    });
    let inside = |path: String| {
        let mut names: Vec<&str> = path.split("::").collect();
        while !names.is_empty() && !modules.contains_key(&names.join("::")) {
            names.pop();
        }
        (!names.is_empty()).then(|| names.join("::"))
    };
    let own = text.lines().filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';')).filter(|own| {
        text.match_indices(&format!("{own}::")).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c)))
    });
    paths.filter_map(inside).chain(own.map(|own| format!("{name}::{own}"))).collect()
}

#[test]
fn no_imports_go_round_in_a_circle() {
    let modules = modules();
    let all = modules.iter().map(|(name, text)| (name.clone(), imports(name, text, &modules)));
    let mut left: BTreeMap<String, BTreeSet<String>> = all.collect();
    assert!(
        left["cluster::node"].contains("cluster::wire::msg") && left["cluster::property"].contains("cluster::property::lock"),
        "imports are seen"
    );
    // Whoever imports only what is done is done.
    while let Some(done) = left.iter().find(|(name, of)| of.iter().all(|it| it == *name || !left.contains_key(it))).map(|it| it.0.clone()) {
        left.remove(&done);
    }
    let among: Vec<_> = left.iter().map(|(name, of)| (name, of.iter().filter(|it| left.contains_key(*it)).collect::<Vec<_>>())).collect();
    assert!(left.is_empty(), "in a circle, or above one, each with what it imports there: {among:#?}");
}

#[test]
fn rooms_of_the_cluster_stand_one_above_the_other() {
    let floors =
        [&["setup"][..], &["store"], &["note"], &["control"], &["wire"], &["node", "coordinator", "balancer", "client"], &["process"]];
    for (i, rooms) in floors.iter().enumerate() {
        for room in *rooms {
            let beside = rooms.iter().filter(|other| other != &room).chain(floors[i + 1..].iter().copied().flatten());
            for other in beside.chain(&["observe", "property", "history"]) {
                for (name, text) in modules().iter().filter(|(name, _)| name.starts_with(&format!("cluster::{room}"))) {
                    assert!(
                        !text.contains(&format!("use crate::cluster::{other}")),
                        "{name} imports {other}, which stands above or beside it"
                    );
                }
            }
        }
    }
}

#[test]
fn promises_share_no_code_with_what_they_judge() {
    for (path, text) in sources("src/cluster/property") {
        for line in code(&text).lines().filter(|line| line.starts_with("use crate::")) {
            let names_only = [
                "cluster::setup::config::Ack;",
                "cluster::setup::config::{Ack, Reads as From};",
                "cluster::note::",
                "cluster::property::",
                "cluster::observe::view::",
                "sim::",
                "proto::lock::token::",
                "proto::replica::view::",
            ];
            let known = names_only.iter().any(|it| line.contains(it));
            assert!(known, "{}: the checker may see facts, names and the view only: {line}", path.display());
        }
    }
}

#[test]
fn the_checker_of_histories_knows_nothing_of_the_cluster() {
    for (path, text) in sources("src/cluster/history") {
        for line in code(&text).lines().filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::cluster::history"), "{}: it judges what was seen from outside: {line}", path.display());
        }
    }
}

#[test]
fn what_breaks_replay_is_not_in_the_core() {
    let clocks = ["SystemTime", "std::time", "HashMap", "HashSet", "RandomState"];
    let floats = ["f32", "f64"];
    for folder in ["src/sim", "src/proto", "src/cluster", "src/session"] {
        never(folder, &clocks, "replay must not depend on the machine");
        // Phi by a normal distribution: within one function, by the portable `libm`; thousandths come out.
        // The other is unit tests in a file of their own, which do statistics.
        let but = ["src/proto/detector/accrual/phi.rs", "src/proto/detector/swim/tests_group.rs"];
        never_but(folder, &but, &floats, "floats never sit in a run's state");
    }
}

#[test]
fn only_the_web_folder_and_the_painter_name_the_browser() {
    for (path, text) in sources("src") {
        let allowed = path.starts_with("src/ui/web") || path.starts_with("src/bin/room/web") || path.ends_with("ui/stage/paint.rs");
        assert!(allowed || !code(&text).contains("web_sys::"), "{} names web_sys", path.display());
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    for folder in ["src", "xtask/src", "tests/it", "tests/explore"] {
        for (path, text) in sources(folder) {
            let lines = code(&text).lines().count();
            assert!(lines <= LONGEST, "{} has {lines} lines; {LONGEST} are the limit", path.display());
        }
    }
}

#[test]
fn nothing_is_left_behind() {
    let left = [concat!("to", "do!("), concat!("unimplemented", "!("), concat!("db", "g!("), concat!("TO", "DO"), concat!("FIX", "ME")];
    for folder in ["src", "xtask/src", "tests/it", "tests/explore"] {
        for (path, text) in sources(folder) {
            for name in left {
                assert!(!text.contains(name), "{}: {name}", path.display());
            }
            assert!(!text.contains(concat!("#[", "ignore")), "{}: a test never skips silently", path.display());
            assert!(!text.contains(concat!("#[", "allow(")), "{}: expect(…, reason) instead of allow", path.display());
        }
    }
}

/// Checks that say in words what holds there and stay in release builds: assertions, `unreachable!` and `expect` with a text of at
/// least three words. `debug_assert!` is none.
fn checks(code: &str) -> usize {
    let told = |rest: &str| {
        let mut depth = 0;
        let end = rest.char_indices().find_map(|(i, c)| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            (depth == 0).then_some(i)
        });
        let words = rest[..end.unwrap_or(rest.len())].split('"').nth(1).map_or(0, |text| text.split_whitespace().count());
        words >= 3
    };
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = lines.join("\n");
    let doors = [" assert!(", " assert_eq!(", " assert_ne!(", " unreachable!(", ".expect("];
    doors.iter().map(|door| code.match_indices(door).filter(|(i, _)| told(&code[i + door.len() - 1..])).count()).sum()
}

#[test]
fn what_must_hold_at_the_doors_is_asserted_in_words() {
    // What counts is told by example; that the facts are worth asserting no test can tell.
    for (code, n) in [
        ("    assert!(a == b, \"one is not the other\");", 1),
        ("    assert!(\n        f(a),\n        \"shard {}: nobody has it\",\n        n\n    );", 1),
        ("    let a = b.expect(\"it was just put there\");", 1),
        ("    assert!(a == b); say(\"one is not the other\");", 0),
        ("    // assert!(a, \"one is not the other\")\n    debug_assert!(a, \"one is not the other\");", 0),
        ("    assert!(a, \"bad\");", 0),
    ] {
        assert_eq!(checks(code), n, "{code}");
    }
    let driven_by = ["control", "coordinator", "node", "client", "balancer.rs", "wire/reach.rs"];
    let is_driven = |path: &Path| driven_by.iter().any(|it| path.starts_with(format!("src/cluster/{it}")));
    let is_protocol =
        |path: &Path| ["consensus", "replica", "lock", "detector"].iter().any(|it| path.starts_with(format!("src/proto/{it}")));
    let is_test = |path: &Path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("tests") || stem == "lab");
    let (mut protocols, mut driven) = ((0, 0), (0, 0));
    for (path, text) in sources("src").into_iter().filter(|(path, _)| !is_test(path)) {
        let of = if is_protocol(&path) {
            &mut protocols
        } else if is_driven(&path) {
            &mut driven
        } else {
            continue;
        };
        *of = (of.0 + checks(code(&text)), of.1 + code(&text).lines().count());
    }
    for (what, (checks, lines)) in [("src/proto", protocols), ("src/cluster", driven)] {
        assert!(lines > 2_500 && checks * 1_000 >= 15 * lines, "{what}: {checks} checks in {lines} lines, comments among them");
    }
}
