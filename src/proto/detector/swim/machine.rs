//! One member: its state, and the way in for everything that happens to it.

use crate::proto::detector::swim::news::News;
use crate::proto::detector::swim::patience;
use crate::proto::detector::swim::words::{Ask, Claim, Incarnation, Rumour, SwimConfig, SwimEffect, SwimMsg};
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// Lifeguard's highest score.
pub const SCORE_MAX: u8 = 8;
/// A member asks on behalf of others at most so often at a time; further requests are as good as lost.
const ERRANDS_MAX: usize = 256;

/// Draws a number below a bound, evenly.
pub type Draw<'a> = &'a mut dyn FnMut(u32) -> u32;

/// What a member believes of another.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Standing {
    /// It lives.
    Alive,
    /// It does not answer.
    Suspect {
        /// Since when it is suspected here.
        since: Time,
        /// Who could not reach it, without repetition, the first one first.
        by: Vec<Pid>,
    },
    /// It is dead.
    Dead,
}

/// What a member knows of another.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Member {
    pub(super) standing: Standing,
    pub(super) incarnation: Incarnation,
}

/// The probe of the present period.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Probe {
    /// Nobody, if all others are dead.
    pub(super) target: Option<Pid>,
    pub(super) number: u32,
    /// When others are asked.
    pub(super) asks_at: Time,
    /// When the period ends.
    pub(super) ends_at: Time,
    /// Who was asked and has not answered at all; nobody before `asks_at`.
    pub(super) silent: Vec<Pid>,
    pub(super) asked: bool,
    pub(super) acked: bool,
}

/// A ping on behalf of another.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Errand {
    pub(super) asker: Pid,
    /// The asker's number.
    pub(super) theirs: u32,
    /// My number.
    pub(super) mine: u32,
    /// When the asker is told that nothing was heard, unless it was.
    pub(super) nacks_at: Option<Time>,
    /// When it is forgotten.
    pub(super) ends_at: Time,
}

/// One member of the group `0..n`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Swim {
    pub(super) me: Pid,
    /// By pid, myself among them.
    pub(super) members: Vec<Member>,
    /// The order of this round, and how much of it is done.
    pub(super) order: Vec<Pid>,
    pub(super) done: usize,
    pub(super) probe: Probe,
    pub(super) errands: Vec<Errand>,
    pub(super) news: News,
    pub(super) number: u32,
    /// Lifeguard's local health: 0 is well, [`SCORE_MAX`] is as ill as it gets.
    pub(super) score: u8,
}

impl Swim {
    /// A member of a group of `n`. Its first period begins at an instant that is even within one, so that the group is not in step.
    /// `incarnation` must be higher than any of an earlier life; above zero, the member tells that it is back. Its numbers begin there too, so
    /// that no late answer to an earlier life is taken for one to this. Whoever is `absent` is held for dead until it tells.
    ///
    /// # Panics
    /// If `me` is not below `n`, `n` is less than 2, or a figure is outside its bounds.
    pub fn new(
        me: Pid,
        n: u16,
        incarnation: Incarnation,
        absent: impl Fn(Pid) -> bool,
        now: Time,
        config: &SwimConfig,
        draw: Draw<'_>,
    ) -> Swim {
        config.check();
        assert!(n >= 2 && me.0 < n, "member {} of a group of {n}", me.0);
        let unheard = |it: Pid| {
            let standing = if it != me && absent(it) { Standing::Dead } else { Standing::Alive };
            Member { standing, incarnation: Incarnation(0) }
        };
        let mut members: Vec<Member> = (0..n).map(|i| unheard(Pid(i))).collect();
        members[me.index()].incarnation = incarnation;
        let begins = now + Span(u64::from(draw(config.period.0 as u32)));
        let probe = Probe { target: None, number: 0, asks_at: begins, ends_at: begins, silent: Vec::new(), asked: true, acked: true };
        let mut news = News::default();
        if incarnation > Incarnation(0) {
            news.add(Rumour { about: me, incarnation, claim: Claim::Alive });
        }
        Swim { me, members, order: Vec::new(), done: 0, probe, errands: Vec::new(), news, number: incarnation.0, score: 0 }
    }

    /// How many there are in the group.
    pub fn n(&self) -> u32 {
        self.members.len() as u32
    }
    /// What it believes of a member.
    pub fn standing(&self, member: Pid) -> &Standing {
        &self.members[member.index()].standing
    }
    /// The latest incarnation of a member that it knows; of itself, its own.
    pub fn incarnation(&self, member: Pid) -> Incarnation {
        self.members[member.index()].incarnation
    }
    /// Whom it probes in this period.
    pub fn target(&self) -> Option<Pid> {
        self.probe.target
    }
    /// Lifeguard's local health: 0 is well, 8 is as ill as it gets.
    pub fn score(&self) -> u8 {
        self.score
    }
    /// Rumours that it still tells.
    pub fn news(&self) -> &News {
        &self.news
    }

    /// A span, as much longer as it feels ill.
    pub(super) fn stretched(&self, span: Span, config: &SwimConfig) -> Span {
        assert!(self.score <= SCORE_MAX, "a score of {} is above {SCORE_MAX}", self.score);
        if config.lifeguard.probe { span.scale(u64::from(self.score) + 1, 1) } else { span }
    }

    /// It has noticed something of its own health.
    pub(super) fn feels(&mut self, change: i8) {
        self.score = self.score.saturating_add_signed(change).min(SCORE_MAX);
    }

    /// Sends something, with news.
    pub(super) fn say(&mut self, to: Pid, ask: Ask, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        assert!(to != self.me, "member {} writes to itself", to.0);
        let first = self.what_it_should_know(to, ask, config);
        let most = usize::from(config.news_max) - usize::from(first.is_some());
        let others = self.news.take(most, patience::retransmissions(self.n(), config));
        let news = first.into_iter().chain(others.into_iter().filter(|it| first.is_none_or(|first| it.about != first.about))).collect();
        out.push(SwimEffect::Send(to, SwimMsg { ask, news }));
    }

    /// Whom I hold for dead I tell so whenever I write to it: if it lives it can refute. And Lifeguard's buddy system: who
    /// pings a suspect tells it, however often that was told to others.
    fn what_it_should_know(&self, to: Pid, ask: Ask, config: &SwimConfig) -> Option<Rumour> {
        let member = &self.members[to.index()];
        let claim = match (&member.standing, ask) {
            (Standing::Dead, _) => Claim::Dead,
            (Standing::Suspect { by, .. }, Ask::Ping(_)) if config.lifeguard.buddy => Claim::Suspect(by[0]),
            (Standing::Alive | Standing::Suspect { .. }, _) => return None,
        };
        Some(Rumour { about: to, incarnation: member.incarnation, claim })
    }

    /// Something arrives.
    pub fn receive(&mut self, from: Pid, msg: SwimMsg, now: Time, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        assert!(from != self.me && from.index() < self.members.len(), "a message from {} in a group of {}", from.0, self.n());
        for rumour in msg.news {
            self.believe(rumour, false, now, config, out);
        }
        match msg.ask {
            Ask::Ping(number) => self.say(from, Ask::Ack(number), config, out),
            Ask::PingReq(theirs, target) if target == self.me => self.say(from, Ask::Ack(theirs), config, out),
            Ask::PingReq(theirs, target) => {
                if self.errands.len() < ERRANDS_MAX {
                    let mine = self.next_number();
                    let nacks_at = config.lifeguard.probe.then_some(now + config.time_out.scale(4, 5));
                    self.errands.push(Errand { asker: from, theirs, mine, nacks_at, ends_at: now + config.period });
                    self.say(target, Ask::Ping(mine), config, out);
                }
            }
            Ask::Ack(number) => self.acked(from, number, config, out),
            Ask::Nack(number) => {
                if number == self.probe.number {
                    self.probe.silent.retain(|it| *it != from);
                }
            }
        }
    }

    /// It is told the time: at [`Swim::wakes_at`], or whenever.
    pub fn tick(&mut self, now: Time, config: &SwimConfig, draw: Draw<'_>, out: &mut Vec<SwimEffect>) {
        self.bury(now, config, out);
        self.run_errands(now, config, out);
        self.go_on(now, config, draw, out);
    }

    /// When it next wants to be told the time.
    pub fn wakes_at(&self, config: &SwimConfig) -> Time {
        let probe = if self.probe.asked || self.probe.acked { self.probe.ends_at } else { self.probe.asks_at };
        let errands = self.errands.iter().map(|it| it.nacks_at.unwrap_or(it.ends_at));
        let suspicions = (0..self.n()).filter_map(|i| self.buries_at(Pid(i as u16), config));
        errands.chain(suspicions).fold(probe, Time::min)
    }

    pub(super) fn next_number(&mut self) -> u32 {
        self.number += 1;
        self.number
    }
}
