//! What becomes of the plain clients' requests: how long they wait, who answers them, how many are turned away, and what an outage
//! costs them. Read off the facts, each once; every figure is of an instant, whatever was read beyond it.
//!
//! The documents under the locks are not in it: their workers wait for the lock, not for a node.

use litemap::LiteMap;

use crate::cluster::note::{ClientNote, Note, OpId, ShardNote};
use crate::cluster::observe::chronicle::Chronicle;
use crate::cluster::setup::name::Roster;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::sorted::sorted;
use crate::sim::time::{Span, Time};

/// How far back the figures of an instant look.
pub const RECENT: Span = Span::secs(5);
/// How long before and after an outage is compared with it.
pub const AROUND: Span = Span::secs(10);
/// The time of one column on the time bar.
pub const COLUMN: Span = Span::millis(500);

/// Upper ends of the histogram's columns in milliseconds, the last of which is open: six in each power of ten, as resistors have them.
pub const EDGES: [u64; 18] = [15, 22, 33, 47, 68, 100, 150, 220, 330, 470, 680, 1_000, 1_500, 2_200, 3_300, 4_700, 6_800, 10_000];

/// One request of a plain client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Call {
    asked: Time,
    /// When it was answered, and by which node; or when its client died, and nobody waits any more.
    over: Option<(Time, Option<Pid>)>,
}

/// The requests of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Traffic {
    roster: Roster,
    read: usize,
    told: Chronicle,
    /// Whether anything was done to the cluster yet: before, nobody misses a server.
    harmed: bool,
    /// In the order in which they were asked.
    calls: Vec<Call>,
    /// Those that wait, with their places in `calls`.
    waiting: LiteMap<OpId, usize>,
    /// Places in `calls` in the order in which they were answered.
    answered: Vec<(Time, usize)>,
    /// When requests ended without an answer.
    given_up: Vec<Time>,
    /// When a request was sent again.
    again: Vec<Time>,
    /// When one was turned away.
    refused: Vec<Time>,
    /// When some shard had no server, in order; the last may be open.
    outages: Vec<(Time, Option<Time>)>,
}

/// The figures of an instant: of the last [`RECENT`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Load {
    /// Over how long they were counted: less than [`RECENT`] at the beginning.
    pub over: Span,
    /// Requests that clients sent, those that they sent again among them.
    pub offered: u32,
    /// Those among them that were sent again.
    pub again: u32,
    /// Requests that were answered.
    pub answered: u32,
    /// Requests that were turned away.
    pub refused: u32,
    /// Requests that wait for their answer now.
    pub waiting: u32,
    /// How long the answered ones took, the quickest first.
    pub took: Vec<Span>,
    /// How many each node answered, in the order of nodes.
    pub by: Vec<(Pid, u32)>,
}

/// A column of the time bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its beginning.
    pub from: Time,
    /// Requests sent in it.
    pub offered: u32,
    /// Requests answered in it.
    pub answered: u32,
    /// Requests turned away in it.
    pub refused: u32,
}

/// What the latest outage has cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Toll {
    /// How long the slowest of a hundred took: of those asked and answered in the [`AROUND`] before it.
    pub before: Option<Span>,
    /// Of those that waited in it. One that still waits counts as long as it has waited.
    pub during: Option<Span>,
    /// Of those asked in the [`AROUND`] after it; `None`, too, while it goes on.
    pub after: Option<Span>,
    /// Requests that would have been answered in it at the rate before, less those that were.
    pub missed: u32,
}

impl Load {
    /// So many requests a second, in tenths.
    pub fn rate(&self, requests: u32) -> u32 {
        (u64::from(requests) * 10_000_000).checked_div(self.over.0).map_or(0, |tenths| tenths as u32)
    }

    /// How many answers each column of the histogram has.
    pub fn histogram(&self) -> [u32; EDGES.len() + 1] {
        let mut columns = [0; EDGES.len() + 1];
        for took in &self.took {
            columns[EDGES.partition_point(|&edge| Span::millis(edge) <= *took)] += 1;
        }
        columns
    }

    /// How long it took so many of a thousand at most. `None`: nobody was answered.
    pub fn quantile(&self, per_mille: usize) -> Option<Span> {
        quantile(&self.took, per_mille)
    }
}

/// The nearest rank: the least of these sorted spans that so many of a thousand do not exceed.
fn quantile(sorted: &[Span], per_mille: usize) -> Option<Span> {
    let rank = (sorted.len() * per_mille).div_ceil(1_000);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// How many of these instants, in order, lie in a span: after its beginning, and not after its end.
fn count(of: &[Time], from: Time, to: Time) -> u32 {
    (of.partition_point(|&at| at <= to) - of.partition_point(|&at| at <= from)) as u32
}

impl Traffic {
    /// Nothing read yet.
    pub fn new(roster: Roster) -> Traffic {
        Traffic {
            roster,
            read: 0,
            told: Chronicle::new(roster),
            harmed: false,
            calls: Vec::new(),
            waiting: LiteMap::new(),
            answered: Vec::new(),
            given_up: Vec::new(),
            again: Vec::new(),
            refused: Vec::new(),
            outages: Vec::new(),
        }
    }

    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin anew.
    pub fn read(&mut self, facts: &[Record<Note>]) {
        if facts.len() < self.read {
            *self = Traffic::new(self.roster);
        }
        for fact in &facts[self.read..] {
            self.after(fact, facts);
        }
        self.read = facts.len();
    }

    fn after(&mut self, fact: &Record<Note>, facts: &[Record<Note>]) {
        let at = fact.at;
        match &fact.what {
            What::Fault(fault) => {
                self.harmed = true;
                if let Fault::Kill(who) = fault {
                    self.hang_up(*who, at);
                }
            }
            What::Note(Note::Client(ClientNote::Invoked { op, .. } | ClientNote::Called { op })) => {
                self.waiting.insert(*op, self.calls.len());
                self.calls.push(Call { asked: at, over: None });
            }
            What::Note(Note::Client(ClientNote::Retried { op, .. })) if self.waiting.contains_key(op) => self.again.push(at),
            What::Note(Note::Client(ClientNote::Answered { op, .. })) => {
                if let Some(place) = self.waiting.remove(op) {
                    self.calls[place].over = Some((at, Some(answerer(fact, *op, facts))));
                    self.answered.push((at, place));
                }
            }
            What::Note(Note::Client(ClientNote::GaveUp { op, .. })) => {
                if let Some(place) = self.waiting.remove(op) {
                    self.calls[place].over = Some((at, None));
                    self.given_up.push(at);
                }
            }
            What::Note(Note::Shard(ShardNote::Refused { op, .. })) if self.waiting.contains_key(op) => self.refused.push(at),
            What::Note(
                Note::Client(
                    ClientNote::Retried { .. }
                    | ClientNote::ReplicaRead { .. }
                    | ClientNote::Worked { .. }
                    | ClientNote::Hedged { .. }
                    | ClientNote::HeldBack { .. },
                )
                | Note::Shard(_),
            )
            | What::Note(Note::Control(_) | Note::Lock(_) | Note::Belief(_)) => {}
        }
        self.told.after(fact);
        self.measure(at);
    }

    /// A client dies: nobody waits for its answers.
    fn hang_up(&mut self, who: Pid, at: Time) {
        let theirs: Vec<OpId> = self.waiting.keys().filter(|op| op.client == who).copied().collect();
        for op in theirs {
            let place = self.waiting.remove(&op).expect("it was just seen there");
            self.calls[place].over = Some((at, None));
            self.given_up.push(at);
        }
    }

    /// Opens or closes the outage. One that begins and ends in the same instant was none.
    fn measure(&mut self, at: Time) {
        let dark = self.harmed && self.told.unserved() > 0;
        match self.outages.last_mut().filter(|(_, to)| to.is_none()) {
            None if dark => self.outages.push((at, None)),
            Some((from, _)) if !dark && *from == at => drop(self.outages.pop()),
            Some((_, to)) if !dark => *to = Some(at),
            Some(_) | None => {}
        }
    }

    /// When requests were answered, in a span, and their places.
    fn answers(&self, from: Time, to: Time) -> &[(Time, usize)] {
        let place = |at: Time| self.answered.partition_point(|&(when, _)| when <= at);
        &self.answered[place(from)..place(to)]
    }

    fn asked(&self, from: Time, to: Time) -> u32 {
        let place = |at: Time| self.calls.partition_point(|call| call.asked <= at);
        (place(to) - place(from)) as u32
    }

    /// The figures of an instant.
    pub fn at(&self, now: Time, nodes: &[Pid]) -> Load {
        let from = now - RECENT;
        let again = count(&self.again, from, now);
        let answers = self.answers(from, now);
        let calls = || answers.iter().map(|&(at, place)| (at, self.calls[place]));
        let took = sorted(calls().map(|(at, call)| at.since(call.asked)));
        let of = |node: Pid| calls().filter(|(_, call)| call.over.is_some_and(|(_, by)| by == Some(node))).count() as u32;
        let place = |at: Time| self.calls.partition_point(|call| call.asked <= at);
        let over = self.answered.partition_point(|&(at, _)| at <= now) + self.given_up.partition_point(|&at| at <= now);
        Load {
            over: now.since(from),
            offered: self.asked(from, now) + again,
            again,
            answered: answers.len() as u32,
            refused: count(&self.refused, from, now),
            waiting: (place(now) - over) as u32,
            took,
            by: nodes.iter().map(|&node| (node, of(node))).collect(),
        }
    }

    /// The columns of a stretch of the time bar, as far as facts are known.
    pub fn columns(&self, from: Time, to: Time) -> Vec<Column> {
        let mut columns = Vec::new();
        let mut at = from;
        while at < to {
            let end = at + COLUMN;
            columns.push(Column {
                from: at,
                offered: self.asked(at, end) + count(&self.again, at, end),
                answered: self.answers(at, end).len() as u32,
                refused: count(&self.refused, at, end),
            });
            at = end;
        }
        columns
    }

    /// What the latest outage up to an instant has cost until then. `None`: there was none.
    pub fn toll(&self, now: Time) -> Option<Toll> {
        let &(from, to) = self.outages.iter().rev().find(|(from, _)| *from <= now)?;
        let to = to.filter(|&to| to <= now);
        let end = to.unwrap_or(now);
        let (mut before, mut during, mut after) = (Vec::new(), Vec::new(), Vec::new());
        for call in self.calls.iter().filter(|call| call.asked <= now) {
            let over = call.over.filter(|&(at, _)| at <= now);
            // Whoever died did not wait to the end.
            if over.is_some_and(|(_, by)| by.is_none()) {
                continue;
            }
            let took = over.map_or(now, |(at, _)| at).since(call.asked);
            if over.is_some_and(|(at, _)| at <= from) {
                if call.asked + AROUND > from {
                    before.push(took);
                }
            } else if call.asked < end || to.is_none() {
                during.push(took);
            } else if call.asked < end + AROUND {
                after.push(took);
            }
        }
        let worst = |took: Vec<Span>| quantile(&sorted(took), 990);
        let earlier = from - AROUND;
        let usual = self.answers(earlier, from).len() as u64 * end.since(from).0;
        let usual = usual.checked_div(from.since(earlier).0).unwrap_or(0);
        let missed = usual.saturating_sub(self.answers(from, end).len() as u64) as u32;
        Some(Toll { before: worst(before), during: worst(during), after: worst(after), missed })
    }
}

/// Which node gave an answer: the one that noted so, in the past of the answer.
fn answerer(answer: &Record<Note>, of: OpId, facts: &[Record<Note>]) -> Pid {
    let before = |fact: &Record<Note>| fact.cause.map(|cause| &facts[cause.0 as usize]);
    let by = |fact: &Record<Note>| match &fact.what {
        What::Note(Note::Client(ClientNote::ReplicaRead { op, from, .. } | ClientNote::Worked { op, from })) if *op == of => Some(*from),
        What::Note(Note::Shard(
            ShardNote::ReadServed { op, .. } | ShardNote::Acknowledged { op, .. } | ShardNote::AnsweredAgain { op, .. },
        )) if *op == of => Some(fact.who),
        What::Note(_) | What::Fault(_) => None,
    };
    let mut past = std::iter::successors(before(answer), |fact| before(fact));
    past.find_map(by).expect("whoever answers notes it")
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
