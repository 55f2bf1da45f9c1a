//! `headless soak`: many seeds, random hands, every promise checked after every event; then rest, and a check that the
//! cluster has healed itself.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use ringside::cluster::note::Note;
use ringside::cluster::rules::Rule;
use ringside::session::chaos::{Chaos, heal_everything, unrest};
use ringside::session::export::{Value, fields, kind, put_text};
use ringside::session::siege::Siege;
use ringside::session::{Session, link};
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};

/// How long a cluster has to come to rest after the last fault has healed: to elect, to catch up, and to move every copy
/// to where the ring wants it, two shards at a time.
const REST: Span = Span::secs(120);
/// How often it is looked at in the meantime.
const LOOK: Span = Span::secs(10);

thread_local! {
    /// The run this thread is at, for the report of a panic.
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Lets random hands interfere with many clusters and checks every promise after every event.
///
/// For every kind of fact it tells how often it occurred, and in how many seeds; facts that have a reason are told apart by it
/// once more: `view-changed: backup-lost`.
///
/// Exit status: 0; 1 if any seed failed.
#[derive(Args)]
pub struct Soak {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Simulated seconds of faults for each.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1_700))]
    seconds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// A rule to switch off; may be given several times.
    #[arg(long, value_parser = rule)]
    off: Vec<Rule>,
    /// Hands strike only at coordinators, at the very instants at which something happens among them.
    #[arg(long)]
    siege: bool,
    /// Many workers on few nodes, and hands that mostly disturb them and their way to the coordinators.
    #[arg(long, conflicts_with = "siege")]
    locks: bool,
    /// How many threads.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=64))]
    threads: u64,
    /// One JSON object instead of a table; for each kind, how often and in how many seeds. Failures go to standard error as they occur, too.
    #[arg(long)]
    json: bool,
}

/// Whose hands they are.
enum Hands {
    Chaos(Chaos),
    Siege(Siege),
}

/// What became of one seed.
#[derive(Default)]
struct Outcome {
    seed: u64,
    /// One line a failure: what, and a link to it.
    failures: Vec<String>,
    events: u64,
    facts: BTreeMap<Sort, Count>,
}

/// A kind of fact; alone, or with one of its reasons.
type Sort = (&'static str, Option<String>);

/// How often a sort of fact occurred.
#[derive(Clone, Copy, Default)]
struct Count {
    facts: u64,
    /// In how many seeds it did at all.
    seeds: u64,
}

impl Soak {
    /// Soaks and reports. The exit status is 1 if any seed failed.
    pub fn main(self) -> ExitCode {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            report(info);
            HERE.with_borrow(|link| eprintln!("in this run: {link}"));
        }));
        #[expect(clippy::disallowed_types, reason = "measures the machine, not the run")]
        let begun = std::time::Instant::now();
        let total = self.soak();
        let wall = begun.elapsed().as_millis().max(1);
        let speed = u128::from(total.events) * 1_000 / wall;
        if self.json {
            say(&json(self.seeds, &total, speed));
        } else {
            say(&format!("{:>12} {:>8}", "facts", "seeds"));
            for (sort, count) in &total.facts {
                say(&format!("{:>12} {:>8} {}", count.facts, count.seeds, name(sort)));
            }
            say(&format!("{} seeds, {} events, {speed} events/s, {} failed", self.seeds, total.events, total.failures.len()));
        }
        if total.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Works through all seeds; results are taken in the order of seeds, whichever thread was faster.
    fn soak(&self) -> Outcome {
        let next = AtomicU64::new(0);
        let (done, outcomes) = mpsc::channel();
        let mut total = Outcome::default();
        thread::scope(|scope| {
            for _ in 0..self.threads {
                let (next, done) = (&next, done.clone());
                scope.spawn(move || {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        // Nobody listens any more only if the main thread has panicked.
                        if i >= self.seeds || done.send((i, self.one(self.first.wrapping_add(i)))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(done);
            let mut early = BTreeMap::new();
            let mut at = 0;
            for (i, outcome) in outcomes {
                early.insert(i, outcome);
                while let Some(outcome) = early.remove(&at) {
                    at += 1;
                    total.take(outcome, self.json);
                }
            }
        });
        total
    }

    fn one(&self, seed: u64) -> Outcome {
        let (setup, mut hands) = if self.siege {
            let (setup, siege) = Siege::new(seed, &self.off);
            (setup, Hands::Siege(siege))
        } else {
            let (setup, chaos) = if self.locks { Chaos::at_locks(seed, &self.off) } else { Chaos::new(seed, &self.off) };
            (setup, Hands::Chaos(chaos))
        };
        let mut session = Session::sparse(setup);
        let mut outcome = Outcome { seed, ..Outcome::default() };
        let end = Time::ZERO + Span::secs(self.seconds);
        while session.now() < end && !broken(&session) {
            HERE.set(session.link());
            match &mut hands {
                Hands::Siege(siege) => siege.strike(&mut session, end),
                Hands::Chaos(chaos) => {
                    let rest = chaos.rest().min(end.since(session.now()));
                    session.advance(rest, u32::MAX);
                    chaos.act(&mut session);
                }
            }
        }
        heal_everything(&mut session);
        HERE.set(session.link());
        let end = session.now() + REST;
        while !broken(&session) && session.now() < end {
            session.advance(LOOK, u32::MAX);
            if unrest(&session).is_empty() {
                break;
            }
        }
        let mut recipe = session.recipe();
        for (promise, broken) in session.promises() {
            if let Some(broken) = broken {
                recipe.at = broken.at;
                outcome.failures.push(format!("{} broken at {} s: #{}", promise.word(), broken.at, link::print(&recipe)));
            }
        }
        if outcome.failures.is_empty() {
            let unrest = unrest(&session);
            if !unrest.is_empty() {
                outcome.failures.push(format!("no rest: {}: #{}", unrest.join("; "), session.link()));
            }
        }
        outcome.events = session.events();
        outcome.facts = census(&session);
        outcome
    }
}

/// Every sort of fact of one run.
fn census(session: &Session) -> BTreeMap<Sort, Count> {
    let mut facts: BTreeMap<Sort, Count> = BTreeMap::new();
    // Whether facts of a kind have a reason is a matter of the kind.
    let mut reasoned: BTreeMap<&'static str, bool> = BTreeMap::new();
    for fact in session.facts() {
        let kind = kind(&fact.what);
        let mut tally = |sort: Sort| {
            let count = facts.entry(sort).or_default();
            *count = Count { facts: count.facts + 1, seeds: 1 };
        };
        tally((kind, None));
        if reasoned.get(kind) == Some(&false) {
            continue;
        }
        let why = why(&fact.what, session);
        reasoned.insert(kind, why.is_some());
        if let Some(why) = why {
            tally((kind, Some(why)));
        }
    }
    facts
}

/// The reason that stands in a fact.
fn why(what: &What<Note>, session: &Session) -> Option<String> {
    fields(what, &session.setup().roster).into_iter().find_map(|field| match field {
        ("why", Value::Text(why)) => Some(why),
        _ => None,
    })
}

impl Outcome {
    fn take(&mut self, other: Outcome, quiet: bool) {
        for failure in &other.failures {
            let line = format!("seed {}: {failure}", other.seed);
            if quiet {
                eprintln!("{line}");
            } else {
                say(&line);
            }
        }
        self.failures.extend(other.failures);
        self.events += other.events;
        for (sort, more) in other.facts {
            let count = self.facts.entry(sort).or_default();
            *count = Count { facts: count.facts + more.facts, seeds: count.seeds + more.seeds };
        }
    }
}

/// What a sort is called: its kind, and the reason after a colon.
fn name((kind, why): &Sort) -> String {
    why.as_ref().map_or_else(|| (*kind).to_owned(), |why| format!("{kind}: {why}"))
}

fn json(seeds: u64, total: &Outcome, speed: u128) -> String {
    let mut facts = String::new();
    for (i, (sort, count)) in total.facts.iter().enumerate() {
        facts.push_str(if i > 0 { "," } else { "" });
        put_text(&mut facts, &name(sort));
        facts.push_str(&format!(":[{},{}]", count.facts, count.seeds));
    }
    let mut failures = String::new();
    for (i, failure) in total.failures.iter().enumerate() {
        failures.push_str(if i > 0 { "," } else { "" });
        put_text(&mut failures, failure);
    }
    format!("{{\"seeds\":{seeds},\"events\":{},\"events_per_s\":{speed},\"facts\":{{{facts}}},\"failures\":[{failures}]}}", total.events)
}

/// One line for the reader, who may have seen enough and gone: the exit status tells the rest.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn broken(session: &Session) -> bool {
    session.promises().iter().any(|(_, broken)| broken.is_some())
}

fn rule(word: &str) -> Result<Rule, String> {
    Rule::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Rule::ALL.into_iter().map(Rule::word).collect();
        format!("the rules are {}", words.join(", "))
    })
}
