//! `headless check-history`: whether what clients were told can be true of one copy.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ringside::cluster::history::check::{Verdict, check};
use ringside::cluster::history::file::{self, Object};
use ringside::cluster::history::model::{Model, Word};
use ringside::cluster::history::shrink::{Piece, shortest};

use crate::lines;

/// Its name on the command line.
pub const NAME: &str = "check-history";
/// The exit status when there is no answer because there is no history.
pub const CANNOT: u8 = 3;
/// The longest history, in lines.
const LINES_MAX: u32 = 1_000_000;

/// Judges a history: can all operations be put in an order that agrees with real time and with every answer?
///
/// The file has one event a line, in the order in which they happened, columns separated by tabs: `process type f value`, and
/// for kv `process type f key value`. type: invoke, ok (it happened; the value is the result), fail (it did not happen), info
/// (unknown: it may take effect at any later time, or never). An invocation without a completion counts as info. A value is any
/// text, nil is none, and a cas has `[old new]`.
///
/// Models: cas-register (read, write, cas; begins as nil; what failed says nothing), register-nil (the same, as etcd's clients
/// saw it: a cas that failed did run and found another value than the old one, a write that failed may happen all the same, a read
/// that failed says nothing), mutex (acquire, release; begins free), kv (get, put, append; every key is judged by itself and
/// begins as the empty string).
///
/// The first line printed is `linearizable`, `not linearizable` or `unknown`. A history that is not linearizable is followed by
/// its shortest failing piece, each line with its number in the file: the history is cut off at the first completion with which
/// no order is left, and of what remains every operation is left out that explains nothing, that is, there is no order whether
/// it happened or not. So the piece has no order by itself, and the whole has none because of it.
///
/// Exit status: 0 linearizable; 1 not linearizable; 2 unknown, the steps ran out; 3 there is no answer: the file cannot be read or
/// is no history, or an option is wrong; standard error tells why, with the line.
#[derive(Args)]
pub struct CheckHistory {
    /// The history.
    file: PathBuf,
    /// cas-register, register-nil, mutex or kv.
    #[arg(long, value_parser = model)]
    model: Model,
    /// How many attempts to put an operation next the search may make for each key, and as many again to shorten what fails.
    #[arg(long, default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
}

impl CheckHistory {
    /// Judges and prints; the verdict is the exit status.
    pub fn main(self) -> ExitCode {
        let (text, objects) = match self.read() {
            Ok(read) => read,
            Err(error) => {
                eprintln!("The history cannot be judged: {error}.");
                return ExitCode::from(CANNOT);
            }
        };
        let (answer, status) = self.judge(&text, &objects);
        match io::stdout().lock().write_all(answer.as_bytes()) {
            Ok(()) => ExitCode::from(status),
            // The reader has seen enough: `headless check-history … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(status),
            Err(error) => {
                eprintln!("The verdict cannot be printed: {error}.");
                ExitCode::from(CANNOT)
            }
        }
    }

    fn read(&self) -> Result<(Vec<Vec<u8>>, Vec<Object>), String> {
        let text: Vec<Vec<u8>> = lines::read(&self.file, LINES_MAX)?.iter().map(<[u8]>::to_vec).collect();
        let objects = file::parse(&text, self.model).map_err(|error| format!("{}: {error}", self.file.display()))?;
        Ok((text, objects))
    }

    /// What is to be printed, and the exit status.
    fn judge(&self, text: &[Vec<u8>], objects: &[Object]) -> (String, u8) {
        let initial = self.model.initial();
        let mut unknown: Vec<&Object> = Vec::new();
        for object in objects {
            match check(&object.ops, &initial, &mut self.steps.clone()) {
                Verdict::Linearizable(_) => {}
                Verdict::NotLinearizable => return (failure(text, object, &shortest(&object.ops, &initial, self.steps)), 1),
                Verdict::Unknown => unknown.push(object),
            }
        }
        if unknown.is_empty() {
            return ("linearizable\n".to_owned(), 0);
        }
        let mut answer = format!("unknown\nno verdict within {} steps", self.steps);
        if unknown.iter().any(|object| object.key.is_some()) {
            let keys: Vec<String> = unknown.iter().map(|object| name(object.key.as_ref())).collect();
            let _ = write!(answer, " on {}", keys.join(", "));
        }
        answer.push_str("; give more with --steps\n");
        (answer, 2)
    }
}

fn failure(text: &[Vec<u8>], object: &Object, piece: &Piece) -> String {
    let mut answer = "not linearizable\n".to_owned();
    let on = object.key.as_ref().map_or(String::new(), |key| format!(" on {}", name(Some(key))));
    let more = if piece.shortest { "" } else { ", perhaps not the shortest: the steps ran out" };
    let _ = writeln!(answer, "no order is left at line {}{on}; these lines alone have none{more}:", piece.upto.0);
    let mut places: Vec<u32> =
        piece.ops.iter().flat_map(|(_, op)| [Some(op.invoked), op.returned]).flatten().map(|place| place.0).collect();
    places.sort_unstable();
    for place in places {
        let _ = writeln!(answer, "{place}\t{}", String::from_utf8_lossy(&text[place as usize - 1]));
    }
    answer
}

fn name(key: Option<&Word>) -> String {
    key.map_or(String::new(), |key| format!("key {key:?}"))
}

fn model(word: &str) -> Result<Model, String> {
    let words: Vec<&str> = Model::ALL.into_iter().map(Model::word).collect();
    Model::parse(word).ok_or_else(|| format!("the models are {}", words.join(", ")))
}
