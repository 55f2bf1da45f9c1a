//! Golden traces: a claim, commands, then facts in the words of the page.
//!
//! ```text
//! # One claim, which the facts below show.
//! seed 7 ; run 3s ; watch kill suspected view-changed serving ; call old primary 7 ; kill old ; run 4s
//! ---
//! 3.00 kill C was killed…
//! ```
//!
//! Commands: `seed N`, `coordinators N`, `nodes N`, `clients N`, `workers N`, `ack MODE`, `reads MODE`, `min N`, `locks N`, `delay S`, `patience S`, `off RULE` (these first) ·
//! `run 300ms`, `run 3s` · `until KIND [ROLE]` (the
//! next fact of this kind, at this process, about the shard looked at) · `watch KIND…` (from here on, show these kinds; `faults` is all of them) ·
//! `only shard N` (facts about other shards are not shown) · `call NAME ROLE` (a role's present process gets a name) · any
//! action, with a role or a called name for a process. Roles: `primary N`, `backup N`, `leader` (of the coordinators),
//! `follower` (another of them), `holder`, `waiter` (next in the queue). The last line of a trace is the bill. `UPDATE_GOLDEN=1` writes the traces anew: read them before you keep them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use ringside::cluster::note::Note;
use ringside::cluster::observe::view::Office;
use ringside::cluster::setup::name::{Name, Roster};
use ringside::proto::replica::view::ShardId;
use ringside::session::export::{fields, kind};
use ringside::session::link::parse;
use ringside::session::recipe::Parameter;
use ringside::session::{Session, StepUnit};
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
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
    /// Parts of the link that gives the recipe, and rules that are off.
    recipe: Vec<String>,
    off: Vec<String>,
    session: Option<Session>,
    called: BTreeMap<String, Name>,
    watched: BTreeSet<String>,
    shard: Option<u64>,
    /// Facts shown or passed over so far.
    seen: usize,
    trace: String,
    shown: BTreeSet<&'static str>,
}

impl Stage {
    fn session(&mut self) -> &mut Session {
        let Stage { session, recipe, off, .. } = self;
        session.get_or_insert_with(|| {
            let off = (!off.is_empty()).then(|| format!("off={}", off.join(",")));
            let link = recipe.iter().cloned().chain(off).collect::<Vec<_>>().join("&");
            Session::open(parse(&link).unwrap_or_else(|why| panic!("“{link}”: {why}")))
        })
    }

    fn command(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("“{line}”: no number"));
        match words[..] {
            [key, value] if ["seed", "off"].contains(&key) || Parameter::of(key).is_some() => {
                assert!(self.session.is_none(), "the recipe comes first");
                if key == "off" {
                    self.off.push(value.to_owned());
                } else {
                    self.recipe.push(format!("{key}={value}"));
                }
            }
            ["run", span] => {
                let span = match span.strip_suffix("ms") {
                    Some(ms) => Span::millis(number(ms)),
                    None => Span::secs(number(span.trim_end_matches('s'))),
                };
                assert_eq!(self.session().advance(span, u32::MAX), span, "“{line}”: the run is over");
            }
            ["until", kind, ref role @ ..] => {
                let who = (!role.is_empty()).then(|| self.who(role));
                self.until(kind, who);
            }
            ["watch", ref kinds @ ..] => {
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
            }
            ["only", "shard", n] => self.shard = Some(number(n)),
            ["call", name, ref role @ ..] => {
                let who = self.who(role);
                self.called.insert(name.to_owned(), who);
            }
            [verb, ref rest @ ..] => {
                let text = match rest {
                    [pair] if pair.contains('>') => {
                        let (a, b) = pair.split_once('>').expect("looked at just now");
                        format!("{verb} {}>{}", self.who(&[a]), self.who(&[b]))
                    }
                    _ => self.spell(verb, rest),
                };
                let action = text.parse().unwrap_or_else(|e| panic!("“{line}”, that is “{text}”: {e}"));
                self.session().dispatch(action).unwrap_or_else(|e| panic!("“{line}”: {e:?}"));
            }
            [] => {}
        }
    }

    /// An action with its roles and called names replaced.
    fn spell(&mut self, verb: &str, mut rest: &[&str]) -> String {
        let mut out = verb.to_owned();
        while let Some((first, after)) = rest.split_first() {
            let taken = if matches!(*first, "primary" | "backup") { 2 } else { 1 };
            let word = if first.trim_start_matches('-').parse::<u32>().is_ok() {
                (*first).to_owned()
            } else {
                self.who(&rest[..taken]).to_string()
            };
            write!(out, " {word}").expect("a string grows");
            rest = &after[taken - 1..];
        }
        out
    }

    fn who(&mut self, role: &[&str]) -> Name {
        let view = self.session().view();
        let roster = self.session().setup().roster;
        let shard = |n: &str| {
            let id = ShardId(n.parse().unwrap_or_else(|_| panic!("no shard “{n}”")));
            &view.shards[usize::from(id.0)]
        };
        let lead = || view.coordinators.iter().filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term);
        let found: Option<Pid> = match role {
            ["primary", n] => shard(n).view.primary,
            ["backup", n] => {
                let view = &shard(n).view;
                view.in_sync.iter().copied().find(|&pid| view.primary != Some(pid))
            }
            ["leader"] => lead().map(|it| it.pid),
            ["follower"] => {
                let leader = lead().map(|it| it.pid);
                view.coordinators.iter().find(|it| it.office == Some(Office::Follower) && Some(it.pid) != leader).map(|it| it.pid)
            }
            ["holder"] => view.locks[0].holder.as_ref().map(|holder| holder.session.client),
            ["waiter"] => view.locks[0].queue.first().map(|session| session.client),
            [name] => match self.called.get(*name) {
                Some(&name) => return name,
                None => return name.parse().unwrap_or_else(|_| panic!("nobody is called “{name}”")),
            },
            _ => panic!("no role {role:?}"),
        };
        roster.name(found.unwrap_or_else(|| panic!("there is no {role:?} now")))
    }

    fn until(&mut self, wanted: &str, who: Option<Name>) {
        let shard = self.shard;
        let roster = self.session().setup().roster;
        let pid = who.map(|name| roster.pid(name).expect("it takes part"));
        let session = self.session();
        let end = session.now() + Span::secs(30);
        while session.now() < end {
            let from = session.facts().len();
            assert!(session.step(StepUnit::Event), "the run is over");
            let fits =
                |fact: &Record<Note>| kind(&fact.what) == wanted && pid.is_none_or(|pid| pid == fact.who) && concerns(fact, shard, &roster);
            if session.facts()[from..].iter().any(fits) {
                return;
            }
        }
        panic!("no “{wanted}” within 30 s: {}", session.link());
    }

    /// Writes what has happened since the last time, as far as it is watched.
    fn show(&mut self) {
        let (seen, shard, watched) = (self.seen, self.shard, std::mem::take(&mut self.watched));
        let session = self.session();
        let roster = session.setup().roster;
        let mut lines = String::new();
        let mut shown = BTreeSet::new();
        let mut hand = None;
        for fact in &session.facts()[seen..] {
            let kind = kind(&fact.what);
            if watched.contains(kind) && concerns(fact, shard, &roster) {
                shown.insert(kind);
                // What a hand did is told once, however many faults it is made of.
                let words = match session.hand(fact.seq) {
                    Some(done) if matches!(fact.what, What::Fault(_)) => {
                        if hand.replace(done) == Some(done) {
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

/// Whether the fact is about this shard, or about none.
fn concerns(fact: &Record<Note>, shard: Option<u64>, roster: &Roster) -> bool {
    let about = fields(&fact.what, roster).into_iter().find(|(key, _)| *key == "shard").map(|(_, value)| value);
    match (shard, about) {
        (Some(shard), Some(it)) => it == shard,
        _ => true,
    }
}

fn check(path: &Path, shown: &mut BTreeSet<&'static str>) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let (script, expected) = text.split_once("---\n").ok_or(format!("{}: no line of three dashes", path.display()))?;
    if !script.starts_with("# ") {
        return Err(format!("{}: a trace begins with a claim", path.display()));
    }
    let mut stage = Stage::default();
    for command in script.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split(';')) {
        stage.command(command.trim());
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
