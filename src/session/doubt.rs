//! Who was suspected, whether rightly, and how long a silence lasted before it was noticed. Read off the facts, each once; every figure is
//! of an instant, whatever was read beyond it.
//!
//! An accusation is *false* if the accused ran at that instant: it was slow, cut off, or unlucky with its messages. Who stands still is
//! accused rightly, though it may go on later. Where the detector is a time-out only the leading coordinator tells whom it suspects; elsewhere everybody
//! does, and what counts is what each has found out itself, not what it was told.

use crate::cluster::note::{BeliefNote, ControlNote, Note};
use crate::cluster::observe::chronicle::Chronicle;
use crate::cluster::setup::Setup;
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::name::Kind;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// Somebody suspects somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Accusation {
    /// When.
    pub at: Time,
    /// Who.
    pub by: Pid,
    /// Whom.
    pub who: Pid,
    /// Whether the accused did not run.
    pub deserved: bool,
}

/// A node, or where members probe each other a coordinator, that fell silent: it was killed, wiped or frozen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Crash {
    /// Who.
    pub who: Pid,
    /// When.
    pub at: Time,
    /// When it ran again.
    pub over: Option<Time>,
    /// Who suspected it, and when, in that order: whether found out or told.
    pub noticed: Vec<(Time, Pid)>,
    /// How many ran that might notice, when it fell silent.
    observers: usize,
}

impl Crash {
    /// How long it took until somebody suspected it, as of an instant.
    pub fn first(&self, now: Time) -> Option<Span> {
        self.noticed.first().filter(|(at, _)| *at <= now).map(|(at, _)| at.since(self.at))
    }

    /// Until everybody did who ran when it fell silent; `None` too where only the leader tells.
    pub fn all(&self, now: Time) -> Option<Span> {
        let last = self.noticed.get(self.observers.checked_sub(1)?)?;
        (last.0 <= now).then(|| last.0.since(self.at))
    }
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubts {
    detection: Detection,
    told: Chronicle,
    observers: Vec<Pid>,
    watched: Vec<Pid>,
    /// Who has ever booted, by pid: nodes that may still join have not.
    there: Vec<bool>,
    read: usize,
    accusations: Vec<Accusation>,
    crashes: Vec<Crash>,
}

/// The figures of an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures {
    /// Accusations so far.
    pub accused: u32,
    /// False ones among them.
    pub falsely: u32,
    /// The latest crash.
    pub crash: Option<Crash>,
    /// The latest accusations, the newest first.
    pub latest: Vec<Accusation>,
}

/// Accusations that are listed.
const LISTED: usize = 6;

impl Doubts {
    /// Nothing read yet.
    pub fn new(setup: &Setup) -> Doubts {
        let (roster, detection) = (setup.roster, setup.config.detector);
        let probing = setup.config.swim().is_some();
        let of = |kind: Kind| roster.of(kind).collect::<Vec<Pid>>();
        let both = [of(Kind::Coordinator), of(Kind::Node)].concat();
        Doubts {
            detection,
            told: Chronicle::new(roster),
            observers: if probing { both.clone() } else { of(Kind::Coordinator) },
            watched: if probing { both } else { of(Kind::Node) },
            there: roster.pids().map(|pid| roster.begins(pid)).collect(),
            read: 0,
            accusations: Vec::new(),
            crashes: Vec::new(),
        }
    }

    /// Reads those of these facts, all from the beginning, that it has not read yet.
    pub fn read(&mut self, facts: &[Record<Note>]) {
        for fact in facts.get(self.read..).unwrap_or_default() {
            self.after(fact);
        }
        self.read = self.read.max(facts.len());
    }

    fn after(&mut self, fact: &Record<Note>) {
        self.told.after(fact);
        match &fact.what {
            What::Fault(fault) => self.fault(*fault, fact.at),
            What::Note(Note::Belief(BeliefNote::Suspects { who, first })) => self.suspects(fact, *who, *first),
            What::Note(Note::Control(ControlNote::Suspected { node, .. })) if self.detection == Detection::TimeOut => {
                self.suspects(fact, *node, true);
            }
            What::Note(_) => {}
        }
    }

    fn fault(&mut self, fault: Fault, at: Time) {
        match fault {
            // Whoever is struck twice has fallen silent once.
            Fault::Kill(who) | Fault::Wipe(who) | Fault::Freeze(who) if self.watched.contains(&who) && !self.is_silent(who) => {
                let tells = |pid: &&Pid| **pid != who && self.told.condition(**pid).runs() && self.there[pid.index()];
                let observers = if self.detection == Detection::TimeOut { 0 } else { self.observers.iter().filter(tells).count() };
                self.crashes.push(Crash { who, at, over: None, noticed: Vec::new(), observers });
            }
            Fault::Revive(who) | Fault::Join(who) | Fault::Thaw(who) => {
                self.there[who.index()] = true;
                let runs = self.told.condition(who).runs();
                if let Some(crash) = self.crashes.iter_mut().find(|it| it.who == who && it.over.is_none()).filter(|_| runs) {
                    crash.over = Some(at);
                }
            }
            _ => {}
        }
    }

    fn is_silent(&self, who: Pid) -> bool {
        self.crashes.iter().any(|it| it.who == who && it.over.is_none())
    }

    fn suspects(&mut self, fact: &Record<Note>, who: Pid, first: bool) {
        let deserved = !self.told.condition(who).runs();
        if first {
            self.accusations.push(Accusation { at: fact.at, by: fact.who, who, deserved });
        }
        if let Some(crash) = self.crashes.iter_mut().find(|it| it.who == who && it.over.is_none())
            && !crash.noticed.iter().any(|(_, by)| *by == fact.who)
        {
            crash.noticed.push((fact.at, fact.who));
        }
    }

    /// The figures of an instant.
    pub fn at(&self, now: Time) -> Figures {
        let so_far = &self.accusations[..self.accusations.partition_point(|it| it.at <= now)];
        let crashes = &self.crashes[..self.crashes.partition_point(|it| it.at <= now)];
        Figures {
            accused: so_far.len() as u32,
            falsely: so_far.iter().filter(|it| !it.deserved).count() as u32,
            crash: crashes.last().cloned(),
            latest: so_far.iter().rev().take(LISTED).copied().collect(),
        }
    }

    /// Accusations from one instant to another, that one included.
    pub fn between(&self, from: Time, to: Time) -> &[Accusation] {
        &self.accusations[self.accusations.partition_point(|it| it.at < from)..self.accusations.partition_point(|it| it.at <= to)]
    }
}
