//! `headless lock-loss`: what share of acknowledged updates is lost under a lock whose workers are frozen now and then.
//!
//! # What was published
//!
//! Jepsen's analysis of etcd 3.4.3 (Kingsbury 2020) updated a shared set under etcd's lock: leases of two seconds, five
//! processes, pauses every five seconds; about 18 % of acknowledged updates were lost. One cause was a mistake: who had waited
//! for the lock was told that it held it without a look at its lease (etcd issue 11456, mended since). The other cannot be
//! mended by the lock service: a lease may run out between the look and the write. Their advice, and ours: a token that the
//! resource checks.
//!
//! # Our experiment
//!
//! The default cluster with five workers and no other clients, leases of two seconds. Each worker is frozen every five seconds, beginning at an instant
//! of its own, for one to four seconds, evenly drawn: half of these pauses outlast a lease. Sixty seconds; then all go on, and
//! ten seconds later the document is read. An update is a line; it is acknowledged when the primary has answered it (`Acknowledged`), and lost if
//! it is not in the document at the end.
//!
//! It is the same experiment in kind, not in figures: they paused etcd's own processes, and their clients' critical sections,
//! waits and network were others. So no share of ours should be expected to be 18 %; what carries over is the order, and the zero.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use ringside::cluster::note::{Line, LockNote, Note, OpId, ShardNote};
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::name::{Kind, Name};
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::session::Session;
use ringside::session::action::Action;
use ringside::session::chaos::heal_everything;
use ringside::sim::journal::What;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};
use serde_json::json;

use crate::stats::{Estimate, ratio};

/// How long workers are frozen now and then.
const DISTURBED: Span = Span::secs(60);
/// And how long they are left alone afterwards.
const REST: Span = Span::secs(10);
/// How long a pause is: shortest and longest.
const PAUSE: (Span, Span) = (Span::secs(1), Span::secs(4));

/// What is switched off in each row, and what the row is called.
const ROWS: [(&str, &[Rule]); 4] = [
    ("no fencing, no re-check", &[Rule::Fencing, Rule::Recheck]),
    ("no fencing", &[Rule::Fencing]),
    ("fencing, no re-check", &[Rule::Recheck]),
    ("fencing", &[]),
];

/// Freezes workers that hold a lock or wait for it, and counts acknowledged updates that are lost: without fencing tokens, with
/// and without a look at the lease before a grant is believed; and with fencing tokens.
///
/// Exit status: 0; 1 if an update was lost in spite of fencing.
#[derive(Args)]
pub struct LockLoss {
    /// How many seeds for each row.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// The lease, in seconds.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=60))]
    lease: u64,
    /// How many workers.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=24))]
    workers: u8,
    /// Each worker is frozen every so many seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(5..=60))]
    every: u64,
    /// One JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
}

impl LockLoss {
    /// Runs every row and prints it.
    pub fn main(self) -> ExitCode {
        let mut out = io::stdout().lock();
        if !self.json {
            let _ = writeln!(out, "{:<24} {:>12} {:>8} {:>24}", "", "acknowledged", "lost", "share, 95 % interval");
        }
        let mut holds = true;
        for (what, off) in ROWS {
            let pairs: Vec<(u64, u64)> = (0..self.seeds).map(|i| self.one(self.first.wrapping_add(i), off)).collect();
            let (lost, acknowledged) = pairs.iter().fold((0, 0), |sum, pair| (sum.0 + pair.0, sum.1 + pair.1));
            holds &= lost == 0 || off.contains(&Rule::Fencing);
            let Estimate { value, low, high } = ratio(&pairs, self.first);
            let text = if self.json {
                let [share, low, high] = [value, low, high].map(|figure| (figure * 1e5).round() / 1e5);
                let row = json!({ "row": what, "seeds": self.seeds, "acknowledged": acknowledged, "lost": lost, "share": share, "low": low, "high": high });
                row.to_string()
            } else {
                let mut share = format!("{:.2} %", value * 100.0);
                let _ = write!(share, " [{:.2}, {:.2}]", low * 100.0, high * 100.0);
                format!("{what:<24} {acknowledged:>12} {lost:>8} {share:>24}")
            };
            if writeln!(out, "{text}").is_err() {
                break;
            }
        }
        if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// One run: how many acknowledged updates were lost, of how many.
    fn one(&self, seed: u64, off: &[Rule]) -> (u64, u64) {
        let mut setup = Setup::new(seed);
        setup.roster.clients = self.workers;
        setup.config.workers = self.workers;
        setup.config.lock_lease = Span::secs(self.lease);
        setup.rules = off.iter().fold(Rules::ALL_ON, |rules, &rule| rules.without(rule));
        let mut session = Session::sparse(setup);
        for (at, action) in self.pauses(seed) {
            session.advance(at.since(session.now()), u32::MAX);
            session.dispatch(action).expect("a worker that runs can be frozen, and a frozen one goes on");
        }
        heal_everything(&mut session);
        session.advance(REST, u32::MAX);
        count(&session)
    }

    /// When who is frozen, and goes on, in order. Ties: by worker.
    fn pauses(&self, seed: u64) -> Vec<(Time, Action)> {
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let every = Span::secs(self.every);
        let mut out = Vec::new();
        for n in 0..self.workers {
            let name = Name { kind: Kind::Client, n };
            let mut at = Time::ZERO + rng.between(Span::ZERO, every);
            while at < Time::ZERO + DISTURBED {
                // It goes on before it is frozen anew, whatever is drawn.
                let pause = rng.between(PAUSE.0, PAUSE.1);
                out.extend([(at, Action::Freeze(name)), (at + pause, Action::Thaw(name))]);
                at += every;
            }
        }
        out.sort_by_key(|&(at, _)| at);
        out
    }
}

/// Lost and acknowledged updates of a run, from its facts.
fn count(session: &Session) -> (u64, u64) {
    let (mut document, mut written, mut acknowledged): (Vec<Line>, Vec<(OpId, Line)>, Vec<OpId>) = Default::default();
    for fact in session.facts() {
        match &fact.what {
            // A new primary tells what its predecessor may have told: each edit counts once.
            What::Note(Note::Lock(LockNote::FencedWrite { op, text, .. })) if written.iter().all(|(known, _)| known != op) => {
                let shown = text.lines();
                document.truncate(text.len() as usize - shown.len());
                document.extend(shown);
                written.extend(shown.last().map(|&line| (*op, line)));
            }
            What::Note(Note::Shard(ShardNote::Acknowledged { op, .. })) => acknowledged.push(*op),
            What::Note(_) | What::Fault(_) => {}
        }
    }
    let updates = written.iter().filter(|(op, _)| acknowledged.contains(op));
    let lost = updates.clone().filter(|(_, line)| !document.contains(line)).count();
    (lost as u64, updates.count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fencing_loses_nothing_and_each_protection_that_is_off_loses_more() {
        let it = LockLoss { seeds: 12, first: 1, lease: 2, workers: 5, every: 5, json: false };
        let share = |off: &[Rule]| {
            let sum = (0..it.seeds).map(|seed| it.one(seed, off)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            assert!(sum.1 > 300, "{sum:?}");
            sum.0 * 1_000 / sum.1
        };
        let [worst, unfenced, unchecked, all] = ROWS.map(|(_, off)| share(off));
        assert!(worst > unfenced && unfenced > 0 && unchecked == 0 && all == 0, "{worst} {unfenced} {unchecked} {all} per mille");
    }

    #[test]
    fn every_worker_is_frozen_every_five_seconds_and_goes_on_before_the_next_time() {
        let it = LockLoss { seeds: 1, first: 1, lease: 2, workers: 5, every: 5, json: false };
        let pauses = it.pauses(7);
        assert_eq!(pauses.len(), 5 * 12 * 2);
        assert!(pauses.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        for n in 0..5 {
            let name = Name { kind: Kind::Client, n };
            let own: Vec<_> = pauses.iter().filter(|(_, action)| action.names().contains(&Some(name))).collect();
            let kinds = own.chunks(2).all(|pair| matches!((pair[0].1, pair[1].1), (Action::Freeze(_), Action::Thaw(_))));
            assert!(kinds && own.windows(2).all(|pair| pair[0].0 < pair[1].0), "{own:?}");
        }
    }
}
