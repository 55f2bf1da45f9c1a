//! Golden traces: a claim, commands, then facts in the words of the page.
//!
//! ```text
//! # One claim, which the facts below show.
//! seed 7 ; run 3s ; watch kill suspected view-changed serving ; call old primary 7 ; kill old ; run 4s
//! ---
//! 3.00 kill C was killed…
//! ```
//!
//! The commands are those of scripts (`session::script`), and `watch KIND…`: from here on, show these kinds; `faults` is all of them.
//! The last line of a trace is the bill. `UPDATE_GOLDEN=1` writes the traces anew: read them before you keep them.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use ringside::session::Session;
use ringside::session::export::kind;
use ringside::session::link::parse;
use ringside::session::script::{Script, ScriptError, commands, concerns};
use ringside::sim::journal::What;
use ringside::sim::time::Span;
use ringside::text::Lang;
use ringside::text::sentence::{action, plain, seconds, sentence};

/// Every kind of fact there is.
const KINDS: &str = "kill revive wipe add drain freeze thaw slow cut heal drift stands voted elected stepped-down \
    decided decisions-cut state-taken readmitted suspected returned ring-changed left snapshot-sent \
    snapshot-taken yielded dropped view-changed serving stopped \
    appended committed truncated writes-lost trimmed applied invoked read-served replica-read stale-view learner-ready acknowledged \
    refused answered retried lock-queued lock-granted \
    lock-released lock-cancelled session-ended hold-begins grant-too-late hold-ends fenced-write fence-refused";
const FAULTS: [&str; 11] = ["kill", "revive", "wipe", "add", "drain", "freeze", "thaw", "slow", "cut", "heal", "drift"];

#[derive(Default)]
struct Stage {
    script: Script,
    watched: BTreeSet<String>,
    /// Facts shown or passed over so far.
    seen: usize,
    trace: String,
    shown: BTreeSet<&'static str>,
}

impl Stage {
    fn session(&mut self) -> &mut Session {
        self.script.session().unwrap_or_else(|why| panic!("{why:?}"))
    }

    /// `watch` is about the trace; everything else is the script's.
    fn command(&mut self, line: &str) -> Result<(), ScriptError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["watch", ref kinds @ ..] = words[..] else { return self.script.command(line) };
        self.show();
        self.watched.clear();
        for &kind in kinds {
            if kind == "faults" {
                self.watched.extend(FAULTS.map(str::to_owned));
            } else {
                assert!(KINDS.split_whitespace().any(|known| known == kind), "no kind “{kind}”");
                self.watched.insert(kind.to_owned());
            }
        }
        Ok(())
    }

    /// Writes what has happened since the last time, as far as it is watched.
    fn show(&mut self) {
        let (seen, shard, watched) = (self.seen, self.script.looks_at(), std::mem::take(&mut self.watched));
        let session = self.session();
        let roster = session.setup().roster;
        let mut lines = String::new();
        let mut shown = BTreeSet::new();
        let mut told = None;
        for fact in &session.facts()[seen..] {
            let kind = kind(&fact.what);
            if watched.contains(kind) && concerns(fact, shard, &roster) {
                shown.insert(kind);
                // An action is told once, however many faults it is made of.
                let words = match session.action_of(fact.seq) {
                    Some(done) if matches!(fact.what, What::Fault(_)) => {
                        if told.replace(done) == Some(done) {
                            continue;
                        }
                        plain(&action(done.1, &roster, Lang::En), &roster)
                    }
                    _ => plain(&sentence(fact, &roster, Lang::En), &roster),
                };
                let at = seconds(Span(fact.at.0));
                writeln!(lines, "{at:>6} {:<3}{kind:<15}{words}", roster.name(fact.who).to_string()).expect("a string grows");
            }
        }
        self.seen = session.facts().len();
        self.watched = watched;
        self.trace.push_str(&lines);
        self.shown.extend(shown);
    }

    /// The trace of a whole script.
    fn finish(&mut self) -> String {
        self.show();
        let session = self.session();
        let bill = session.bill();
        let figure = |span: Option<Span>| span.map_or("none".to_owned(), |span| format!("{} s", seconds(span)));
        let broken: Vec<&str> = session.promises().iter().filter(|(_, b)| b.is_some()).map(|(p, _)| p.word()).collect();
        let stale = match bill.replica_reads {
            0 => String::new(),
            all => format!(", {} of {all} reads from backups stale", bill.stale_reads),
        };
        let overwritten = match bill.overwritten {
            0 => String::new(),
            n => format!(", {n} lines overwritten"),
        };
        let line = format!(
            "bill: detected after {}, outage {}{}, {} shards unserved, {} refused, {} retried, {} lost{stale}{overwritten}; broken: {}\n",
            figure(bill.detected_after),
            figure(bill.outage),
            if bill.outage_open { " and open" } else { "" },
            bill.unserved,
            bill.refused,
            bill.retried,
            bill.lost,
            if broken.is_empty() { "none".to_owned() } else { broken.join(", ") },
        );
        let replay = Session::open(parse(&session.link()).expect("its own link"));
        assert_eq!(replay.digest(), session.digest(), "its link replays it: {}", session.link());
        self.trace.push_str(&line);
        std::mem::take(&mut self.trace)
    }
}

fn check(path: &Path, shown: &mut BTreeSet<&'static str>) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (script, expected) = text.split_once("---\n").ok_or(format!("{}: no line of three dashes", path.display()))?;
    if !script.starts_with("# ") {
        return Err(format!("{}: a trace begins with a claim", path.display()));
    }
    let mut stage = Stage::default();
    for command in commands(script) {
        stage.command(command).map_err(|why| format!("{}: {why}", path.display()))?;
    }
    let got = stage.finish();
    shown.extend(&stage.shown);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(path, format!("{script}---\n{got}")).map_err(|e| e.to_string());
    }
    if got == expected {
        return Ok(());
    }
    let first = got.lines().zip(expected.lines()).position(|(a, b)| a != b);
    let first = first.unwrap_or(got.lines().count().min(expected.lines().count()));
    Err(format!(
        "{}, line {} of the facts\n  was  {}\n  is   {}\n  run  {}",
        path.display(),
        first + 1,
        expected.lines().nth(first).unwrap_or("(the end)"),
        got.lines().nth(first).unwrap_or("(the end)"),
        stage.session().link(),
    ))
}

#[test]
fn every_golden_trace_is_as_it_was_and_every_kind_of_fact_is_in_one() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of golden traces")
        .map(|entry| entry.expect("an entry").path())
        // Traces are numbered; the folder also holds the digests of links.
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(|c: char| c.is_ascii_digit())))
        .collect();
    paths.sort();
    let mut shown = BTreeSet::new();
    let wrong: Vec<String> = paths.iter().filter_map(|path| check(path, &mut shown).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&str> = KINDS.split_whitespace().filter(|kind| !shown.contains(kind)).collect();
    assert!(missing.is_empty(), "no trace shows {missing:?}");
}
