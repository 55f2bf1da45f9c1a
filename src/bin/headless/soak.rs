//! `headless soak`: many seeds, a nemesis for each, every promise checked after every event; then a core of the cluster is mended,
//! and must come to work again while everything around it stays as broken as it was.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Args;
use ringside::cluster::note::Note;
use ringside::cluster::setup::deadlines::convergence;
use ringside::cluster::setup::rules::Rule;
use ringside::session::action::Action;
use ringside::session::export::{fields, kind, line};
use ringside::session::nemesis::demand::Excuse;
use ringside::session::nemesis::failure::Failure;
use ringside::session::nemesis::recipe::Aim;
use ringside::session::nemesis::shrink::shrink;
use ringside::session::nemesis::trial::{Plan, run};
use ringside::session::{Session, link};
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};
use serde::Serialize;
use serde_json::Value;

thread_local! {
    /// The run this thread is at, for the report of a panic.
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
    /// What the last panic of this thread said, and where.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Lets a nemesis interfere with many clusters and checks every promise after every event. Everything that a recipe can say is
/// drawn by the seed. After the faults a core is mended: a majority of the coordinators, for every shard a copy that has
/// everything, a balancer, some clients. Within a time that follows from the recipe it has to serve every shard, answer its
/// clients, pass on every lock and make R copies where it has the nodes, whatever those outside are and do.
///
/// A failing seed is told with its link, and with the shortest list of actions that was found to fail in the same way.
///
/// For every kind of fact it tells how often it occurred, and in how many seeds; facts that have a reason are told apart by it
/// once more: `view-changed: backup-lost`.
///
/// Exit status: 0; 1 if any seed failed.
#[derive(Args)]
pub struct Soak {
    /// How many seeds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
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
    /// The nemesis strikes only at coordinators, at the very instants at which something happens among them.
    #[arg(long)]
    siege: bool,
    /// Many workers on few nodes, and a nemesis that mostly disturbs them and their way to the coordinators.
    #[arg(long, conflicts_with = "siege")]
    locks: bool,
    /// How many runs at most to spend on making a failing one smaller; only for the first three of each kind.
    #[arg(long, default_value_t = 150)]
    shrink: u32,
    /// How many threads.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=64))]
    threads: u64,
    /// One JSON object instead of a table; for each kind, how often and in how many seeds. Failures go to standard error as they occur, too.
    #[arg(long)]
    json: bool,
}

/// What became of one seed.
#[derive(Default)]
struct Outcome {
    seed: u64,
    /// One line a failure: what, and a link to it.
    failures: Vec<String>,
    /// In how many seeds something was not demanded, and how often for which reason.
    excused: u64,
    excuses: BTreeMap<Excuse, u64>,
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
        std::panic::set_hook(Box::new(|info| SAID.set(info.to_string().replace('\n', " "))));
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
            let excuses: Vec<String> = total.excuses.iter().map(|(excuse, n)| format!("{} {n}", excuse.word())).collect();
            say(&format!("{} seeds in which not all was demanded: {}", total.excused, excuses.join(", ")));
            say(&format!("{} seeds, {} events, {speed} events/s, {} failed", self.seeds, total.events, total.failures.len()));
        }
        if total.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Works through all seeds; results are taken in the order of seeds, whichever thread was faster.
    fn soak(&self) -> Outcome {
        let (next, told) = (AtomicU64::new(0), Told::default());
        let (done, outcomes) = mpsc::channel();
        let mut total = Outcome::default();
        thread::scope(|scope| {
            for _ in 0..self.threads {
                let (next, done, told) = (&next, done.clone(), &told);
                scope.spawn(move || {
                    loop {
                        let i = next.fetch_add(1, Ordering::Relaxed);
                        // Nobody listens any more only if the main thread has panicked.
                        if i >= self.seeds || done.send((i, self.one(self.first.wrapping_add(i), told))).is_err() {
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

    fn one(&self, seed: u64, told: &Told) -> Outcome {
        let aim = match (self.siege, self.locks) {
            (true, _) => Aim::Coordinators,
            (_, true) => Aim::Locks,
            (false, false) => Aim::Anything,
        };
        let plan = Plan { aim, during: Span::secs(self.seconds), off: self.off.clone() };
        let watch = &mut |session: &Session| HERE.set(session.link());
        let Some((session, verdict)) = quietly(|| run(seed, &plan, watch)) else { return self.panicked(seed, told) };
        let mut outcome = Outcome { seed, events: session.events(), facts: census(&session), ..Outcome::default() };
        outcome.excused = u64::from(!verdict.excuses.is_empty());
        outcome.excuses = verdict.excuses.into_iter().map(|excuse| (excuse, 1)).collect();
        let Some(failure) = verdict.failure else { return outcome };
        let (setup, roster) = (session.setup(), session.setup().roster);
        outcome.failures.push(format!("{}: #{}", failure.tell(&roster), session.link()));
        if told.is_new(failure.kind()) {
            let like = |(session, it): (Session, Failure)| (it.kind() == failure.kind()).then_some((session, it));
            let fails = |actions: &[(Time, Action)]| quietly(|| verdict.case.again(setup, actions)).flatten().and_then(like);
            if let Some(small) = shrink(session.actions(), self.shrink, fails) {
                let (session, failure) = small.outcome;
                outcome.failures[0].push_str(&format!(" ; in {} tries: {}: #{}", small.tries, failure.tell(&roster), session.link()));
            }
        }
        outcome
    }

    /// An assertion has failed: which one, and the smallest run in which the same one does.
    fn panicked(&self, seed: u64, told: &Told) -> Outcome {
        let (said, here) = (SAID.take(), HERE.take());
        let mut failure = format!("{said}: after #{here}");
        let place = |said: &str| said.split_whitespace().nth(3).map(str::to_owned);
        if let Ok(opened) = link::parse(&here)
            && told.is_new("panic")
        {
            let fails = |actions: &[(Time, Action)]| {
                let all = || {
                    let recipe = link::Opened { actions: actions.to_vec(), at: Time::ZERO, ..opened.clone() };
                    Session::open(recipe).advance(opened.at.since(Time::ZERO) + convergence(&opened.setup), u32::MAX)
                };
                (quietly(all).is_none() && place(&SAID.take()) == place(&said)).then_some(())
            };
            if let Some(small) = shrink(&opened.actions, self.shrink, fails) {
                let recipe = link::Opened { actions: small.actions, ..opened };
                failure.push_str(&format!(" ; in {} tries: #{}", small.tries, link::print(&recipe)));
            }
        }
        Outcome { seed, failures: vec![failure], ..Outcome::default() }
    }
}

/// How many failures of each kind were told already.
#[derive(Default)]
struct Told(Mutex<BTreeMap<&'static str, u32>>);

impl Told {
    /// Whether a failure of this kind is among the first three.
    fn is_new(&self, kind: &'static str) -> bool {
        let mut told = self.0.lock().expect("nobody panics while holding it");
        let n = told.entry(kind).or_default();
        *n += 1;
        *n <= 3
    }
}

/// What comes of it, or nothing if it panics.
fn quietly<T>(act: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(act)).ok()
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
        ("why", Value::String(why)) => Some(why),
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
        self.excused += other.excused;
        for (excuse, n) in other.excuses {
            *self.excuses.entry(excuse).or_default() += n;
        }
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

/// The report as one object.
#[derive(Serialize)]
struct Report {
    seeds: u64,
    events: u64,
    events_per_s: u128,
    /// Of each sort of fact: how many, and in how many seeds.
    facts: BTreeMap<String, (u64, u64)>,
    excused: u64,
    excuses: BTreeMap<&'static str, u64>,
    failures: Vec<String>,
}

fn json(seeds: u64, total: &Outcome, speed: u128) -> String {
    let report = Report {
        seeds,
        events: total.events,
        events_per_s: speed,
        facts: total.facts.iter().map(|(sort, count)| (name(sort), (count.facts, count.seeds))).collect(),
        excused: total.excused,
        excuses: total.excuses.iter().map(|(excuse, &n)| (excuse.word(), n)).collect(),
        failures: total.failures.clone(),
    };
    line(&report)
}

/// One line for the reader, who may have seen enough and gone: the exit status tells the rest.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

fn rule(word: &str) -> Result<Rule, String> {
    Rule::parse(word).ok_or_else(|| {
        let words: Vec<&str> = Rule::ALL.into_iter().map(Rule::word).collect();
        format!("the rules are {}", words.join(", "))
    })
}
