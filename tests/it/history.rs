//! Histories of clients: given ones with known verdicts, small ones that show what each event means, and files that are none.
//! (`history_random` compares with another checker.)
//!
//! Mutants of the checker and of what surrounds it, each made by hand, and what does not let them live: *given* (the first test
//! below), *small* (the tables of small histories), *piece* (what is asserted of every shortest piece, here and there),
//! *command* (the two tests that start the binary), *random* (`history_random`).
//!
//! | mutant | falls to |
//! |---|---|
//! | real time ignored: every return at the end | given, small, command, random |
//! | memory without the state; without who is done | given, random; small, too |
//! | memory without the state before an idle help | given, random |
//! | memory without the number of full words left out | given |
//! | `info` read as `fail`; as certain; as ended there | given, small, random |
//! | an invocation without an end left out | small |
//! | only the first key kept; all keys one object | given, small, command, random |
//! | the command judges the first key only | command |
//! | lifting leaves the return in the list; putting back leaves it out | given, random; small |
//! | putting back in the other order | none: the same list, also where the two are neighbours |
//! | after going back, the next candidate but one; the state kept; the count kept | given, small, random |
//! | a failed `cas` a success; not run; run where it was not; fitting any state | small, random |
//! | a failed write never open; always open | small; given and random, too |
//! | a `cas` that does not look; a lock taken twice, or released free; `append` in front; a register that begins as 0 | small, random |
//! | nothing passed over | small, given |
//! | what is certain passed over | given, small, random |
//! | twins without a look at their end; at their deed; the later first | given, piece, random |
//! | help refused for whatever would also go without it; forgotten when another is passed over | given, random |
//! | piece not cut off; cut one return early; without what is not certain; looks kept; nothing dropped; halves end at two | piece |
//! | a read must return what its invocation says | given, small |
//! | an answer may be to anything | command |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::{Object, parse};
use ringside::cluster::history::model::Model;
use ringside::cluster::history::shrink::shortest;
use ringside::cluster::history::{Op, Place};

/// Every given history, its model, and whether it is linearizable.
const GIVEN: [(&str, Model, bool); 28] = [
    ("etcd_000", Model::RegisterNil, false),
    ("etcd_001", Model::RegisterNil, false),
    ("etcd_002", Model::RegisterNil, true),
    ("etcd_003", Model::RegisterNil, false),
    ("etcd_004", Model::RegisterNil, false),
    ("etcd_005", Model::RegisterNil, true),
    ("etcd_006", Model::RegisterNil, false),
    ("etcd_007", Model::RegisterNil, true),
    ("etcd_008", Model::RegisterNil, false),
    ("etcd_009", Model::RegisterNil, false),
    ("etcd_010", Model::RegisterNil, false),
    ("etcd_011", Model::RegisterNil, false),
    ("etcd_012", Model::RegisterNil, false),
    ("etcd_013", Model::RegisterNil, false),
    ("etcd_014", Model::RegisterNil, false),
    ("etcd_015", Model::RegisterNil, false),
    ("etcd_016", Model::RegisterNil, false),
    ("etcd_017", Model::RegisterNil, false),
    ("etcd_018", Model::RegisterNil, true),
    ("etcd_019", Model::RegisterNil, false),
    ("knossos_cas-register_bad_bad-analysis", Model::CasRegister, false),
    ("knossos_cas-register_bad_cas-failure", Model::CasRegister, false),
    ("knossos_cas-register_bad_immediate-failure", Model::CasRegister, false),
    ("knossos_cas-register_good_cas-register-bug", Model::CasRegister, true),
    ("knossos_cas-register_good_memstress3-0", Model::CasRegister, true),
    ("knossos_cas-register_good_memstress3-1", Model::CasRegister, true),
    ("kv_c01-bad", Model::Kv, false),
    ("kv_c01-ok", Model::Kv, true),
];

/// Attempts that suffice for any of them: a fraction of a second.
const STEPS: u64 = 100_000;

fn given(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/histories/{name}.tsv"))
}

fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().map(|line| line.as_bytes().to_vec()).collect()
}

/// Small histories are written with spaces for tabs; `_` is a tab with nothing behind it.
fn written(text: &str) -> Vec<Object> {
    let text: Vec<String> = text.split(';').map(|line| line.trim().replace(" _", "\t").replace(' ', "\t").replace('+', " ")).collect();
    parse(&lines(&text.join("\n")), MODEL.get()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

thread_local! {
    /// The model of the small histories of this test.
    static MODEL: std::cell::Cell<Model> = const { std::cell::Cell::new(Model::CasRegister) };
}

fn is_linearizable(objects: &[Object], model: Model) -> bool {
    objects.iter().all(|object| match check(&object.ops, &model.initial(), &mut STEPS.clone()) {
        Verdict::Linearizable(order) => {
            obeys(&object.ops, &order, model);
            true
        }
        Verdict::NotLinearizable => false,
        Verdict::Unknown => panic!("more than {STEPS} steps"),
    })
}

/// Asserts, without the checker, that an order is one: every answer fits, real time is kept, and nothing certain is missing.
pub fn obeys(ops: &[Op], order: &[usize], model: Model) {
    let mut state = model.initial();
    for (at, &i) in order.iter().enumerate() {
        state = state.after(&ops[i].deed).unwrap_or_else(|| panic!("{:?} cannot follow in {order:?}", ops[i]));
        for &later in &order[at + 1..] {
            assert!(ops[later].returned.is_none_or(|returned| returned > ops[i].invoked), "{later} ended before {i} began: {order:?}");
            assert_ne!(i, later, "done twice: {order:?}");
        }
    }
    assert!((0..ops.len()).all(|i| !ops[i].certain || order.contains(&i)), "something is missing: {order:?}");
}

/// Asserts what is promised of the shortest failing piece.
pub fn explains(ops: &[Op], model: Model) {
    let piece = shortest(ops, &model.initial(), 10 * STEPS);
    assert!(piece.shortest);
    let verdict = |ops: &[Op]| check(ops, &model.initial(), &mut STEPS.clone());
    let at = |place: Place| -> Vec<Op> {
        let begun = ops.iter().filter(|op| op.invoked <= place);
        let ended = |op: &Op| op.returned.is_some_and(|returned| returned <= place);
        begun.map(|op| if ended(op) { op.clone() } else { Op::open(op.deed.clone(), op.invoked) }).collect()
    };
    assert_eq!(verdict(&at(piece.upto)), Verdict::NotLinearizable, "up to {:?}", piece.upto);
    assert!(matches!(verdict(&at(Place(piece.upto.0 - 1))), Verdict::Linearizable(_)), "before {:?}", piece.upto);
    let alone: Vec<Op> = piece.ops.iter().map(|(_, op)| op.clone()).collect();
    assert_eq!(verdict(&alone), Verdict::NotLinearizable, "{alone:?}");
    // As an outsider reads the lines: what has returned is certain.
    let plain: Vec<Op> = alone.iter().map(|op| Op { certain: op.returned.is_some(), ..op.clone() }).collect();
    assert_eq!(verdict(&plain), Verdict::NotLinearizable, "{plain:?}");
    // Whatever else happened or did not.
    let mut whole = at(piece.upto);
    whole.iter_mut().for_each(|op| op.certain = piece.ops.iter().any(|(_, kept)| kept.certain && kept.invoked == op.invoked));
    assert_eq!(verdict(&whole), Verdict::NotLinearizable, "{whole:?}");
    for i in 0..alone.len() {
        let mut less = alone.clone();
        if less[i].certain {
            less[i].certain = false;
            assert!(matches!(verdict(&less), Verdict::Linearizable(_)), "{:?} can be spared in {alone:?}", alone[i]);
        } else {
            less.remove(i);
            let spared = |j: usize| {
                let mut fewer = less.clone();
                fewer[j].certain = false;
                verdict(&fewer) == Verdict::NotLinearizable
            };
            let needed = (0..less.len()).any(|j| less[j].certain && spared(j));
            assert!(needed, "{:?} explains nothing in {alone:?}", alone[i]);
        }
    }
}

#[test]
fn given_histories_have_their_known_verdicts_and_a_piece_explains_each_that_fails() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/histories");
    let files = fs::read_dir(folder).expect("the histories are there").filter(|entry| {
        let entry = entry.as_ref().expect("an entry can be read");
        entry.path().extension().is_some_and(|ext| ext == "tsv")
    });
    assert_eq!(files.count(), GIVEN.len(), "every file has a verdict");
    for (name, model, verdict) in GIVEN {
        let text = fs::read_to_string(given(name)).expect("a history can be read");
        let objects = parse(&lines(&text), model).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(is_linearizable(&objects, model), verdict, "{name}");
        for object in objects {
            if !is_linearizable(std::slice::from_ref(&object), model) {
                explains(&object.ops, model);
            }
        }
    }
}

/// Each small history with its verdict.
fn verdicts(model: Model, table: &[(&str, bool)]) {
    MODEL.set(model);
    for &(text, verdict) in table {
        let objects = written(text);
        assert_eq!(is_linearizable(&objects, model), verdict, "{}: {text}", model.word());
        for object in objects.iter().filter(|object| !is_linearizable(std::slice::from_ref(object), model)) {
            explains(&object.ops, model);
        }
    }
}

#[test]
fn a_register_answers_with_what_was_written_last() {
    for model in [Model::CasRegister, Model::RegisterNil] {
        verdicts(
            model,
            &[
                ("0 invoke read nil; 0 ok read nil", true),
                ("0 invoke read nil; 0 ok read 1", false),
                ("0 invoke write 1; 0 ok write 1; 0 invoke read nil; 0 ok read 1", true),
                ("0 invoke write 1; 0 ok write 1; 0 invoke read nil; 0 ok read nil", false),
                ("0 invoke write 1; 0 ok write 1; 0 invoke write nil; 0 ok write nil; 0 invoke read nil; 0 ok read nil", true),
                // At the same time: either way.
                ("0 invoke write 1; 1 invoke read nil; 1 ok read nil; 0 ok write 1", true),
                ("0 invoke write 1; 1 invoke read nil; 1 ok read 1; 0 ok write 1", true),
                // Once seen, it stays seen.
                ("0 invoke write 1; 1 invoke read nil; 1 ok read 1; 1 invoke read nil; 1 ok read nil; 0 ok write 1", false),
                ("0 invoke cas [nil+1]; 0 ok cas [nil+1]; 0 invoke cas [1+2]; 0 ok cas [1+2]; 0 invoke read nil; 0 ok read 2", true),
                ("0 invoke cas [1+2]; 0 ok cas [1+2]", false),
                // Open: later, or never.
                ("0 invoke write 1; 0 info write 1; 1 invoke read nil; 1 ok read nil; 1 invoke read nil; 1 ok read 1", true),
                ("0 invoke write 1; 1 invoke read nil; 1 ok read nil; 1 invoke read nil; 1 ok read nil", true),
                ("0 invoke write 1; 0 info write 1; 1 invoke read nil; 1 ok read 1; 1 invoke read nil; 1 ok read nil", false),
                ("1 invoke read nil; 1 ok read 1; 0 invoke write 1; 0 info write :timed-out", false),
                ("0 invoke cas [nil+1]; 0 info cas :timed-out; 1 invoke read nil; 1 ok read 1", true),
                ("0 invoke read nil; 0 info read nil; 1 invoke read nil; 1 fail read nil; 1 invoke read 7", true),
                // Two open writes of one value help twice, not three times.
                (
                    "a invoke write 1; b invoke write 1; c invoke write 2; c ok write 2; c invoke read nil; c ok read 1; \
                     c invoke write 2; c ok write 2; c invoke read nil; c ok read 1",
                    true,
                ),
                (
                    "a invoke write 1; b invoke write 1; c invoke write 2; c ok write 2; c invoke read nil; c ok read 1; \
                     c invoke write 2; c ok write 2; c invoke read nil; c ok read 1; c invoke write 2; c ok write 2; \
                     c invoke read nil; c ok read 1",
                    false,
                ),
            ],
        );
    }
}

#[test]
fn what_failed_is_read_as_the_model_says() {
    let found_it = "0 invoke write 1; 0 ok write 1; 0 invoke cas [1+2]; 0 fail cas [1+2]";
    let failed_write = "0 invoke write 1; 0 fail write 1; 0 invoke read nil; 0 ok read 1";
    let swapped = "0 invoke cas [nil+2]; 0 fail cas [nil+2]; 0 invoke read nil; 0 ok read 2";
    verdicts(Model::CasRegister, &[(found_it, true), (failed_write, false), (swapped, false)]);
    verdicts(Model::RegisterNil, &[(found_it, false), (failed_write, true), (swapped, false)]);
    verdicts(Model::RegisterNil, &[("0 invoke cas [1+2]; 0 fail cas [1+2]; 0 invoke read nil; 0 ok read nil", true)]);
    // A failed compare-and-set needs another value at some instant of its own, and an open write can give it.
    verdicts(Model::RegisterNil, &[("1 invoke write 2; 0 invoke write 1; 0 ok write 1; 0 invoke cas [1+3]; 0 fail cas [1+3]", true)]);
    verdicts(Model::Kv, &[("0 invoke put a 1; 0 fail put a 1; 0 invoke get a _; 0 ok get a 1", false)]);
    verdicts(Model::Mutex, &[("0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 1 fail acquire nil", true)]);
}

#[test]
fn a_lock_is_held_by_one_at_a_time() {
    verdicts(
        Model::Mutex,
        &[
            (
                "0 invoke acquire nil; 0 ok acquire nil; 0 invoke release nil; 0 ok release nil; 1 invoke acquire nil; 1 ok acquire nil",
                true,
            ),
            ("0 invoke acquire nil; 0 ok acquire nil; 1 invoke acquire nil; 1 ok acquire nil", false),
            ("0 invoke release nil; 0 ok release nil", false),
            ("0 invoke acquire nil; 0 ok acquire nil; 0 invoke release nil; 1 invoke acquire nil; 1 ok acquire nil", true),
            ("0 invoke acquire nil; 1 invoke acquire nil; 1 ok acquire nil; 0 info acquire nil", true),
            ("0 invoke acquire nil; 0 info acquire nil; 1 invoke release nil; 1 ok release nil", true),
        ],
    );
}

#[test]
fn strings_grow_and_every_key_is_judged_by_itself() {
    verdicts(
        Model::Kv,
        &[
            ("0 invoke get a _; 0 ok get a _", true),
            ("0 invoke get a _; 0 ok get a nil", true),
            ("0 invoke append a x; 0 ok append a x; 0 invoke append a y+z; 0 ok append a y+z; 0 invoke get a _; 0 ok get a xy+z", true),
            ("0 invoke append a x; 1 invoke append a y; 1 ok append a y; 0 ok append a x; 0 invoke get a _; 0 ok get a xy", true),
            ("0 invoke append a x; 0 ok append a x; 1 invoke append a y; 1 ok append a y; 0 invoke get a _; 0 ok get a yx", false),
            ("0 invoke put a 1; 0 ok put a 1; 0 invoke get b _; 0 ok get b _", true),
            ("0 invoke put a 1; 0 ok put a 1; 0 invoke get b _; 0 ok get b 1", false),
            ("0 invoke get a _; 0 ok get a _; 0 invoke get b _; 0 ok get b x", false),
            ("0 invoke append a x; 0 info append a x; 1 invoke append a y; 1 ok append a y; 1 invoke get a _; 1 ok get a yx", true),
        ],
    );
}

#[test]
fn the_shortest_piece_of_a_stale_read_is_the_write_the_next_write_and_the_read() {
    MODEL.set(Model::CasRegister);
    let long = "0 invoke write 1; 0 ok write 1; 1 invoke write 1; 1 ok write 1; 2 invoke write 9; 3 invoke read nil; 3 ok read 1; \
                0 invoke write 2; 0 ok write 2; 3 invoke read nil; 3 ok read 2; 1 invoke read nil; 1 ok read 1; \
                0 invoke write 3; 0 ok write 3; 1 invoke read nil; 1 ok read 2";
    let object = &written(long)[0];
    let piece = shortest(&object.ops, &Model::CasRegister.initial(), STEPS);
    let places: Vec<u32> = piece.ops.iter().map(|(_, op)| op.invoked.0).collect();
    assert_eq!((piece.upto, piece.shortest), (Place(13), true));
    assert!(places == [1, 8, 12] || places == [3, 8, 12], "{places:?}");
}

fn judge(path: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headless")).arg("check-history").arg(path).args(more).output().expect("the binary starts")
}

#[test]
fn the_first_line_and_the_exit_status_tell_the_verdict() {
    let first = |output: &Output| String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned);
    for (name, model, verdict) in [GIVEN[2], GIVEN[6], GIVEN[26], GIVEN[27]] {
        let output = judge(&given(name), &["--model", model.word()]);
        let (word, status) = if verdict { ("linearizable", 0) } else { ("not linearizable", 1) };
        assert_eq!((first(&output).as_deref(), output.status.code()), (Some(word), Some(status)), "{name}");
        if !verdict {
            // The piece is a history itself, its first column aside, and fails, too.
            let said = String::from_utf8(output.stdout).expect("these are UTF-8");
            let piece: Vec<&str> = said.lines().skip(2).filter_map(|line| line.split_once('\t')).map(|(_, line)| line).collect();
            assert!((2..20).contains(&piece.len()), "{said}");
            let objects = parse(&lines(&piece.join("\n")), model).expect("the piece is a history");
            assert!(!is_linearizable(&objects, model), "{said}");
        }
    }
    let output = judge(&given("etcd_000"), &["--model", "register-nil", "--steps", "10"]);
    assert_eq!((first(&output).as_deref(), output.status.code()), (Some("unknown"), Some(2)));
}

#[test]
fn what_is_no_history_is_refused_with_the_line_and_the_cause() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-history");
    let refused = |model: &str, text: &[u8], cause: &str| {
        fs::write(&path, text).expect("the folder for tests can be written to");
        let output = judge(&path, &["--model", model]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(cause) && output.stdout.is_empty(), "{said}");
    };
    for (text, cause) in [
        (&b""[..], "it is empty"),
        (b"0\tinvoke\tread\tnil\n\n", "line 2: 4 columns separated by tabs are needed, 1 found"),
        (b"0 invoke read nil\n", "line 1: 4 columns separated by tabs are needed, 1 found"),
        (b"0\tinvoke\twrite\tk\t1\n", "line 1: 4 columns separated by tabs are needed, 5 found"),
        (b"\tinvoke\tread\tnil\n", "line 1: the first column, the process, is empty"),
        (b"0\tinvoked\tread\tnil\n", "line 1: `invoked` is no type"),
        (b"0\tinvoke\tget\tnil\n", "line 1: `get` is nothing that cas-register does: read, write, cas"),
        (b"0\tinvoke\twrite\t\n", "line 1: a write needs a value"),
        (b"0\tinvoke\tcas\t1 2\n", "line 1: `1 2` is no value of a cas: write [old new]"),
        (b"0\tinvoke\tcas\t[1 2 3]\n", "is no value of a cas"),
        (b"0\tinvoke\tcas\t[1]\n", "is no value of a cas"),
        (b"0\tok\tread\t1\n", "line 1: the process has asked nothing"),
        (b"0\tinvoke\tread\tnil\n0\tinvoke\tread\tnil\n", "line 2: the process still waits for what it asked in line 1"),
        (b"0\tinvoke\tread\tnil\n0\tok\tread\tnil\n0\tinfo\tread\tnil\n", "line 3: the process has asked nothing"),
        (b"0\tinvoke\tread\tnil\n0\tok\twrite\t1\n", "line 2: what ends here is not what the process asked in line 1"),
        (b"0\tinvoke\twrite\t2\n0\tok\twrite\t1\n", "line 2: what ends here is not what the process asked in line 1"),
        (b"0\tinvoke\twrite\t2\r\n0\tok\twrite\t2\r\n0\tok\twrite\t1", "line 3: the process has asked nothing"),
        (b"0\tinvoke\twrite\t\xff\n", "line 1: it is not UTF-8"),
        (b"0\tinvoke\tread\tnil\x1b[2J\n0\tok\tread\x1b[2J\tnil\n", "line 2: `read\\u{1b}[2J` is nothing"),
    ] {
        refused("cas-register", text, cause);
    }
    refused("mutex", b"0\tinvoke\tread\tnil\n", "line 1: `read` is nothing that mutex does: acquire, release");
    refused("kv", b"0\tinvoke\tget\ta\n", "line 1: 5 columns separated by tabs are needed, 4 found");
    refused("kv", b"0\tinvoke\tput\ta\t1\n0\tok\tput\tb\t1\n", "line 2: what ends here is not what the process asked in line 1");
    let output = judge(Path::new("no such file"), &["--model", "kv"]);
    assert_eq!(output.status.code(), Some(3));
    let output = judge(&path, &["--model", "register"]);
    assert_eq!(output.status.code(), Some(3), "2 would mean unknown");
    assert!(String::from_utf8_lossy(&output.stderr).contains("the models are cas-register, register-nil, mutex, kv"));
}
