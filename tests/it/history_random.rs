//! Our checker of histories against stateright's, which shares nothing with it: it keeps no memory of what it tried, knows no
//! open operations but those in flight at the end, and judges all keys at once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::parse;
use ringside::cluster::history::model::{Deed, Model};
use ringside::cluster::history::{Op, Place};
use ringside::sim::rng::{Rng, Stream};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};

use crate::history::{explains, obeys};

/// Attempts that suffice for any small history.
const STEPS: u64 = 100_000;

/// What is asked of the lone object.
#[derive(Clone, PartialEq, Debug)]
enum Ask {
    Read,
    Write(u32),
    Cas(Option<u32>, u32),
    Acquire,
    Release,
    Get(u32),
    Put(u32, u32),
    Append(u32, u32),
}

/// What it answers.
#[derive(Clone, PartialEq, Debug)]
enum Answer {
    Value(Option<u32>),
    Text(String),
    Done,
    /// A compare-and-set that found another value, a lock that was not to be had, or not to be released.
    No,
}

/// All objects in one, as stateright's tester wants them.
#[derive(Clone, Default, Debug)]
struct Lone {
    value: Option<u32>,
    held: bool,
    texts: BTreeMap<u32, String>,
}

impl SequentialSpec for Lone {
    type Op = Ask;
    type Ret = Answer;

    fn invoke(&mut self, ask: &Ask) -> Answer {
        match *ask {
            Ask::Read => Answer::Value(self.value),
            Ask::Write(value) => {
                self.value = Some(value);
                Answer::Done
            }
            Ask::Cas(old, new) if self.value == old => {
                self.value = Some(new);
                Answer::Done
            }
            Ask::Acquire if !self.held => {
                self.held = true;
                Answer::Done
            }
            Ask::Release if self.held => {
                self.held = false;
                Answer::Done
            }
            Ask::Cas(..) | Ask::Acquire | Ask::Release => Answer::No,
            Ask::Get(key) => Answer::Text(self.texts.get(&key).cloned().unwrap_or_default()),
            Ask::Put(key, value) => {
                self.texts.insert(key, value.to_string());
                Answer::Done
            }
            Ask::Append(key, value) => {
                self.texts.entry(key).or_default().push_str(&value.to_string());
                Answer::Done
            }
        }
    }
}

/// How an operation ended.
#[derive(Clone, PartialEq, Debug)]
enum End {
    Ok(Answer),
    Fail,
    Info,
    /// Not at all.
    Open,
}

#[derive(Clone, Debug)]
struct Made {
    process: u32,
    ask: Ask,
    end: End,
}

/// A history: its operations, and its events in order, each the number of its operation; the second is its end.
struct History {
    ops: Vec<Made>,
    events: Vec<usize>,
}

fn ask(model: Model, rng: &mut Rng) -> Ask {
    let (a, b) = (rng.below(3), rng.below(3));
    match model {
        Model::CasRegister | Model::RegisterNil => match rng.below(4) {
            0 | 1 => Ask::Read,
            2 => Ask::Write(a),
            _ => Ask::Cas((a < 2).then_some(a), b),
        },
        Model::Mutex => [Ask::Acquire, Ask::Release][rng.below(2) as usize].clone(),
        Model::Kv => match rng.below(4) {
            0 | 1 => Ask::Get(a % 2),
            2 => Ask::Put(a % 2, b),
            _ => Ask::Append(a % 2, b),
        },
    }
}

/// What some object might have answered that was not asked.
fn lie(ask: &Ask, rng: &mut Rng) -> Answer {
    match ask {
        Ask::Read => Answer::Value([None, Some(0), Some(1), Some(2)][rng.below(4) as usize]),
        Ask::Get(_) => Answer::Text(["", "0", "1", "10", "2"][rng.below(5) as usize].to_owned()),
        Ask::Cas(..) | Ask::Acquire | Ask::Release => [Answer::Done, Answer::No][rng.below(2) as usize].clone(),
        Ask::Write(_) | Ask::Put(..) | Ask::Append(..) => Answer::Done,
    }
}

/// A process by its name, with the operation that it has under way and what will be answered.
type Process = (u32, Option<(usize, Option<Answer>)>);

/// At most nine operations of three processes at a time on a lone object, done at random instants; in three of four histories, an
/// answer is made up now and then.
fn make(model: Model, rng: &mut Rng) -> History {
    let mut lone = Lone::default();
    let lies = rng.below(4) != 0;
    let mut made = History { ops: Vec::new(), events: Vec::new() };
    // Each process: its name, and its operation with its answer, once it is done.
    let mut processes: Vec<Process> = (0..3).map(|name| (name, None)).collect();
    let size = 4 + rng.below(6) as usize;
    for _ in 0..60 {
        let at = rng.below(3) as usize;
        let (name, doing) = processes[at].clone();
        processes[at] = match doing {
            None if made.ops.len() == size => (name, None),
            None => {
                let op = made.ops.len();
                made.ops.push(Made { process: name, ask: ask(model, rng), end: End::Open });
                made.events.push(op);
                (name, Some((op, None)))
            }
            Some((op, None)) if rng.below(12) == 0 => {
                // Nothing is heard of it, and the process is not heard of again.
                made.ops[op].end = End::Info;
                made.events.push(op);
                (name + 3, None)
            }
            Some((op, None)) => (name, Some((op, Some(lone.invoke(&made.ops[op].ask))))),
            Some((op, Some(answer))) => {
                let answer = if lies && rng.below(3) == 0 { lie(&made.ops[op].ask, rng) } else { answer };
                made.ops[op].end = match answer {
                    Answer::No => End::Fail,
                    answer => End::Ok(answer),
                };
                made.events.push(op);
                (name, None)
            }
        };
    }
    made
}

impl History {
    /// As a file.
    fn text(&self) -> Vec<Vec<u8>> {
        let nil = |value: &Option<u32>| value.map_or("nil".to_owned(), |value| value.to_string());
        let mut begun = vec![false; self.ops.len()];
        let mut lines = Vec::new();
        for &op in &self.events {
            let Made { process, ask, end } = &self.ops[op];
            let (f, mut value) = match ask {
                Ask::Read => ("read", "nil".to_owned()),
                Ask::Write(value) => ("write", value.to_string()),
                Ask::Cas(old, new) => ("cas", format!("[{} {new}]", nil(old))),
                Ask::Acquire => ("acquire", "nil".to_owned()),
                Ask::Release => ("release", "nil".to_owned()),
                Ask::Get(key) => ("get", format!("{key}\t")),
                Ask::Put(key, value) => ("put", format!("{key}\t{value}")),
                Ask::Append(key, value) => ("append", format!("{key}\t{value}")),
            };
            let type_ = match (begun[op], end) {
                (false, _) => "invoke",
                (true, End::Ok(answer)) => {
                    match answer {
                        Answer::Value(found) => value = nil(found),
                        Answer::Text(found) => value.push_str(found),
                        Answer::Done | Answer::No => {}
                    }
                    "ok"
                }
                (true, End::Fail) => "fail",
                (true, End::Info) => "info",
                (true, End::Open) => unreachable!("it has no second event"),
            };
            begun[op] = true;
            let mut line = String::new();
            let _ = write!(line, "{process}\t{type_}\t{f}\t{value}");
            lines.push(line.into_bytes());
        }
        lines
    }

    /// Stateright's verdict. What failed did not happen, but for a compare-and-set where the model says that it did run.
    fn theirs(&self, model: Model) -> bool {
        let mut tester: LinearizabilityTester<u32, Lone> = LinearizabilityTester::new(Lone::default());
        let ran = |made: &Made| match (&made.end, &made.ask) {
            (End::Fail, Ask::Cas(..)) => model == Model::RegisterNil,
            (End::Fail, _) => false,
            (End::Ok(_) | End::Info | End::Open, _) => true,
        };
        let mut begun = vec![false; self.ops.len()];
        for &op in self.events.iter().filter(|&&op| ran(&self.ops[op])) {
            let Made { process, ask, end } = &self.ops[op];
            let told = if begun[op] {
                match end {
                    End::Ok(answer) => tester.on_return(*process, answer.clone()).map(drop),
                    End::Fail => tester.on_return(*process, Answer::No).map(drop),
                    End::Info | End::Open => Ok(()),
                }
            } else {
                tester.on_invoke(*process, ask.clone()).map(drop)
            };
            told.expect("a process does one thing after the other");
            begun[op] = true;
        }
        tester.is_consistent()
    }
}

/// Compares on so many histories; at least a fifth of them must be linearizable, and a fifth not.
fn agree(model: Model, count: u32) {
    let mut linearizable = 0;
    for seed in 0..count {
        let history = make(model, &mut Rng::stream(u64::from(seed), Stream::Nemesis));
        let text = history.text();
        let told = || text.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n");
        let objects = parse(&text, model).unwrap_or_else(|error| panic!("seed {seed}: {error}:\n{}", told()));
        let mut ours = true;
        for object in &objects {
            match check(&object.ops, &model.initial(), &mut STEPS.clone()) {
                Verdict::Linearizable(order) => obeys(&object.ops, &order, model),
                Verdict::NotLinearizable => {
                    ours = false;
                    explains(&object.ops, model);
                }
                Verdict::Unknown => panic!("seed {seed} takes more than {STEPS} steps"),
            }
        }
        assert_eq!(ours, history.theirs(model), "seed {seed}, {}:\n{}", model.word(), told());
        linearizable += u32::from(ours);
    }
    let share = linearizable * 100 / count;
    assert!((20..=80).contains(&share), "{}: {share} % are linearizable", model.word());
}

#[test]
fn registers_agree_with_stateright() {
    agree(Model::CasRegister, 10_000);
    agree(Model::RegisterNil, 10_000);
}

#[test]
fn locks_agree_with_stateright() {
    agree(Model::Mutex, 10_000);
}

#[test]
fn strings_agree_with_stateright() {
    agree(Model::Kv, 10_000);
}

#[test]
fn a_value_that_nobody_wrote_needs_no_search() {
    let write = |i: u32| Op::answered(Deed::Write(Some(i.to_string().into())), Place(i), Place(100 + i));
    let ops = |found: &str, writes: u32| {
        let read = Op::answered(Deed::Read(Some(found.into())), Place(200), Place(201));
        (1..=writes).map(write).chain([read]).collect::<Vec<_>>()
    };
    let mut steps = 1_000;
    assert_eq!(check(&ops("77", 40), &Model::CasRegister.initial(), &mut steps), Verdict::NotLinearizable);
    assert_eq!(steps, 1_000, "nothing was tried");
    assert!(matches!(check(&ops("3", 5), &Model::CasRegister.initial(), &mut steps), Verdict::Linearizable(_)));
    let grows =
        [Op::answered(Deed::Append("ab".into()), Place(1), Place(2)), Op::answered(Deed::Read(Some("ab".into())), Place(3), Place(4))];
    assert!(matches!(check(&grows, &Model::Kv.initial(), &mut steps), Verdict::Linearizable(_)), "nobody wrote it, and there it is");
}
