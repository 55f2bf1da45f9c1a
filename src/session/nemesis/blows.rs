//! What the nemesis does: single actions, and blows of several that fall together or nearly so, since it is between two faults
//! that protocols err.

use crate::cluster::observe::view::{ClusterView, Health, Office, ProcessView, Standing};
use crate::cluster::setup::name::{Kind, Name};
use crate::session::Session;
use crate::session::action::{Action, SLOW_MAX};
use crate::session::link::print_action;
use crate::session::nemesis::harm::{Reckless, may_be_wiped};
use crate::session::nemesis::ledger::Ledger;
use crate::session::nemesis::mends::mend_all;
use crate::session::nemesis::recipe::{Aim, one};
use crate::sim::id::Pid;
use crate::sim::rng::Rng;
use crate::sim::time::{Span, Time};

/// Bytes of a link that it leaves to whoever mends what it did.
const ROOM: usize = 3_000;
/// Actions of one run at most, for the same reason.
const ACTIONS: usize = 300;

/// How it goes about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Temper {
    /// One fault after the other, and mends among them: much is broken at a time.
    Restless,
    /// One blow to a cluster that is whole, time to see what comes of it, and everything is mended before the next: what two or three
    /// faults bring about is not lost in the noise of others.
    Patient {
        /// Whether what the last blow broke is still to be mended.
        mends: bool,
    },
}

/// Interferes at random (the word is Jepsen's).
#[derive(Clone, Debug)]
pub struct Nemesis {
    rng: Rng,
    aim: Aim,
    /// When it will do one thing that goes too far, and which; but for this it does only what can be survived.
    reckless: Option<(Time, Reckless)>,
    /// In this run the control plane loses its memory, and has to learn from the nodes what it knew: they keep their disks.
    forgets: bool,
    /// What it did that went too far.
    went_too_far: Vec<Reckless>,
    temper: Temper,
    /// The rest of a blow, each with its pause before it.
    blow: Vec<(Span, Action)>,
    /// In some runs nodes answer errors, for a while: drawn by itself, so that the rest of a run is what it was.
    errors: Option<Rng>,
    /// Bytes of the link so far.
    written: usize,
    counted: usize,
}

impl Nemesis {
    /// A nemesis of this aim, which will interfere for about so long.
    pub(super) fn new(mut rng: Rng, aim: Aim, during: Span) -> Nemesis {
        let late = Time::ZERO + rng.between(during.scale(1, 4), during);
        let blow = one(&mut rng, &Reckless::ALL);
        let reckless = rng.per_mille(150).then_some((late, blow));
        let temper = if rng.per_mille(400) { Temper::Patient { mends: false } } else { Temper::Restless };
        let mut own = rng.clone();
        let errors = own.per_mille(200).then_some(own);
        let forgets = reckless.is_some_and(|(_, blow)| blow == Reckless::Control);
        Nemesis { rng, aim, reckless, forgets, went_too_far: Vec::new(), temper, blow: Vec::new(), errors, written: 0, counted: 0 }
    }

    /// What it did that the cluster has not promised to survive.
    pub fn went_too_far(&self) -> &[Reckless] {
        &self.went_too_far
    }

    pub(super) fn rng(&mut self) -> &mut Rng {
        &mut self.rng
    }

    /// How long it rests before it acts again.
    pub fn rest(&mut self) -> Span {
        if let Some(&(pause, _)) = self.blow.first() {
            return pause;
        }
        if let Temper::Patient { mends } = self.temper {
            return if mends { self.rng.between(Span::secs(1), Span::secs(9)) } else { self.rng.between(Span::secs(1), Span::secs(6)) };
        }
        if self.rng.per_mille(150) {
            // Two faults at once, or nearly so.
            return self.rng.between(Span::ZERO, Span::millis(20));
        }
        self.rng.between(Span::millis(100), Span::millis(2_400))
    }

    /// Clocks do not run alike from the beginning, in half of all runs.
    pub(super) fn set_clocks(&mut self, session: &mut Session) {
        if self.rng.per_mille(500) {
            for _ in 0..1 + self.rng.below(6) {
                let name = self.pick(&session.view(), |p| p.present);
                let _ = name.map(|name| session.dispatch(Action::Drift(name, self.drift(session))));
            }
        }
    }

    /// Within the bound.
    fn drift(&mut self, session: &Session) -> i32 {
        let bound = session.setup().config.drift_bound;
        self.rng.below(2 * bound + 1) as i32 - bound as i32
    }

    /// Does one thing, if one of a few tries can be done now and there is room for it.
    pub fn act(&mut self, session: &mut Session, ledger: &Ledger) {
        if !self.has_room(session) {
            self.blow.clear();
            return;
        }
        if !self.blow.is_empty() {
            let (_, action) = self.blow.remove(0);
            self.dispatch(action, session, ledger);
            return;
        }
        if let Some((_, blow)) = self.reckless.take_if(|(at, _)| session.now() >= *at) {
            return self.go_too_far(blow, session);
        }
        if let Some(action) = self.error(&session.view()) {
            self.dispatch(action, session, ledger);
            return;
        }
        match &mut self.temper {
            Temper::Patient { mends } if *mends => {
                *mends = false;
                self.blow = mend_all(&session.view());
                return;
            }
            Temper::Patient { mends } => {
                *mends = true;
                self.blow = self.pair(session);
                return;
            }
            Temper::Restless if self.rng.per_mille(200) => {
                self.blow = self.strike(&session.view()).unwrap_or_default();
                return;
            }
            Temper::Restless => {}
        }
        for _ in 0..8 {
            let view = session.view();
            if let Some(action) = self.draw(&view, session)
                && self.dispatch(action, session, ledger)
            {
                return;
            }
        }
    }

    /// Now and then a node begins to answer errors, or serves again.
    fn error(&mut self, view: &ClusterView) -> Option<Action> {
        let rng = self.errors.as_mut()?;
        if !rng.per_mille(150) {
            return None;
        }
        let nodes: Vec<_> = view.present().filter(|p| p.name.kind == Kind::Node && p.health == Health::Up).collect();
        let failing = nodes.iter().find(|p| p.fails).map(|p| Action::Mend(p.name));
        failing.or_else(|| (!nodes.is_empty()).then(|| Action::Fail(one(rng, &nodes).name)))
    }

    fn has_room(&mut self, session: &Session) -> bool {
        let actions = session.actions();
        self.written += actions[self.counted..].iter().map(|&(at, action)| print_action(at, action).len() + 1).sum::<usize>();
        self.counted = actions.len();
        self.counted < ACTIONS && self.written + ROOM < crate::session::link::LIMITS.link
    }

    /// What cannot be done now, or would go too far, is not done.
    fn dispatch(&mut self, action: Action, session: &mut Session, ledger: &Ledger) -> bool {
        if let Action::Wipe(name) = action
            && (!may_be_wiped(session, ledger, name) || (self.forgets && name.kind == Kind::Node))
        {
            return false;
        }
        session.dispatch(action).is_ok()
    }

    fn go_too_far(&mut self, blow: Reckless, session: &mut Session) {
        let view = session.view();
        let done = match blow {
            Reckless::Node => {
                // Every copy of one shard, or a single disk.
                let shard = &view.shards[self.rng.below(view.shards.len() as u32) as usize];
                let mut victims: Vec<Name> = shard.view.in_sync.iter().map(|&pid| session.setup().roster.name(pid)).collect();
                if self.rng.per_mille(300) {
                    victims.truncate(1);
                }
                victims.into_iter().filter(|&name| session.dispatch(Action::Wipe(name)).is_ok()).count() > 0
            }
            Reckless::Control => {
                let most = 1 + view.coordinators.len() / 2;
                let roster = session.setup().roster;
                let names = view.coordinators.iter().take(most).map(|it| roster.name(it.pid));
                names.filter(|&name| session.dispatch(Action::Wipe(name)).is_ok()).count() > 0
            }
            Reckless::Clock => {
                let far = self.rng.below(480_000) as i32 + 20_000;
                let far = if self.rng.per_mille(500) { far } else { -far };
                let name = self.pick(&view, |p| p.present);
                name.is_some_and(|name| session.dispatch(Action::Drift(name, far)).is_ok())
            }
        };
        if done {
            self.went_too_far.push(blow);
        }
    }

    /// A blow, or any two faults close to each other.
    fn pair(&mut self, session: &Session) -> Vec<(Span, Action)> {
        let view = session.view();
        let blow = if self.rng.per_mille(500) { self.strike(&view) } else { None };
        blow.unwrap_or_else(|| {
            let pause = self.rng.between(Span::ZERO, Span::millis(600));
            let pair = [self.draw(&view, session), self.draw(&view, session)].into_iter().flatten();
            pair.zip([Span::ZERO, pause]).map(|(action, pause)| (pause, action)).collect()
        })
    }

    /// A blow: several faults that have to do with each other.
    fn strike(&mut self, view: &ClusterView) -> Option<Vec<(Span, Action)>> {
        let rng = &mut self.rng;
        let mut soon = |longest: u64| rng.between(Span::ZERO, Span::millis(longest));
        let (now, soon, later) = (Span::ZERO, soon(600), soon(3_000));
        let node = |p: &ProcessView| p.present && p.name.kind == Kind::Node;
        let member = |p: &ProcessView| node(p) && p.standing == Standing::Member;
        let council = view.coordinators.iter();
        let leader = council.filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term).map(|it| it.pid);
        let leads = |p: &ProcessView| Some(p.pid) == leader;
        let worker = |p: &ProcessView| p.name.kind == Kind::Client;
        Some(match self.rng.below(11) {
            // What was to move is cut off from where it is.
            0..2 => {
                let (leaves, a) = (self.pick(view, member)?, self.pick(view, member)?);
                let far = if self.rng.per_mille(500) { Action::Cut(leaves, a) } else { Action::CutOneWay(a, leaves) };
                vec![(now, Action::Drain(leaves)), (soon, far)]
            }
            2 => {
                let joins = self.pick(view, |p| p.name.kind == Kind::Node && p.standing == Standing::None)?;
                let a = self.pick(view, node)?;
                vec![(now, Action::Add(joins)), (soon, Action::Cut(joins, a))]
            }
            // Deaths one after the other, a disk among them, and all are back.
            3 => {
                let (a, b, c) = (self.pick(view, member)?, self.pick(view, member)?, self.pick(view, member)?);
                let deaths = [(now, Action::Kill(a)), (later, Action::Kill(b)), (later, Action::Wipe(c)), (soon, Action::Revive(c))];
                let backs = [(later, Action::Revive(b)), (soon, Action::Revive(a))];
                deaths.into_iter().chain(backs).collect()
            }
            // All at once, and back at once.
            4 => {
                let (a, b, c) = (self.pick(view, member)?, self.pick(view, member)?, self.pick(view, member)?);
                let deaths = [a, b, c].map(|name| (now, Action::Kill(name)));
                let backs = [a, b, c].map(|name| (now, Action::Revive(name)));
                let pause = self.rng.between(Span::millis(20), Span::millis(400));
                deaths.into_iter().chain([(pause, backs[0].1)]).chain(backs[1..].iter().copied()).collect()
            }
            // The leader is not heard by somebody who waits for its word.
            5 => {
                let (leader, deaf) = (self.pick(view, leads)?, self.pick(view, |p| p.present && p.name.kind != Kind::Coordinator)?);
                vec![(now, Action::CutOneWay(leader, deaf))]
            }
            // The leader hears no node any more, though others do.
            6 => {
                let leader = self.pick(view, leads)?;
                let nodes = view.processes.iter().filter(|p| node(p));
                nodes.map(|p| (now, Action::Cut(leader, p.name))).collect()
            }
            // Somebody slow changes its mind.
            7 => {
                let (node, times) = (self.pick(view, member)?, 20 + self.rng.below(60) as u16);
                vec![
                    (now, Action::Slow(node, times)),
                    (later, Action::Drain(node)),
                    (soon, Action::Add(node)),
                    (later, Action::Slow(node, 1)),
                ]
            }
            // A primary dies while one copy has not heard of the latest and another has only just come to count.
            8..10 => {
                let (begun, lags) = (self.rng.between(now, Span::secs(6)), self.rng.between(Span::millis(300), Span::millis(1_300)));
                let ((leaves, dies, deaf), begun, lags) = if self.rng.per_mille(500) {
                    ((self.pick(view, member)?, self.pick(view, member)?, self.pick(view, member)?), begun, lags)
                } else {
                    // Of one shard, while its copy moves, and as late as may be before nobody waits any longer for who has not heard.
                    (self.three_of_one_shard(view)?, begun.scale(1, 6), Span::millis(750) + lags.scale(1, 5))
                };
                vec![(now, Action::Drain(leaves)), (begun, Action::CutOneWay(dies, deaf)), (lags, Action::Kill(dies))]
            }
            // The leader dies, and dies again.
            _ => {
                let (leader, held) = (self.pick(view, leads)?, self.pick(view, |p| worker(p) && p.present)?);
                vec![(now, Action::Kill(held)), (now, Action::Kill(leader)), (later, Action::Revive(leader))]
            }
        })
    }

    /// Of one shard with its copies: one that may leave, its primary, and another copy.
    fn three_of_one_shard(&mut self, view: &ClusterView) -> Option<(Name, Name, Name)> {
        let name = |pid: Pid| view.processes.iter().find(|p| p.pid == pid).map(|p| p.name);
        let shard = one(&mut self.rng, &view.shards.iter().collect::<Vec<_>>());
        let primary = shard.view.primary?;
        let others: Vec<Pid> = shard.view.in_sync.iter().copied().filter(|&pid| pid != primary).collect();
        let leaves = (!others.is_empty()).then(|| one(&mut self.rng, &others))?;
        let deaf = others.iter().copied().find(|&pid| pid != leaves)?;
        Some((name(leaves)?, name(primary)?, name(deaf)?))
    }

    fn draw(&mut self, view: &ClusterView, session: &Session) -> Option<Action> {
        let there = |p: &ProcessView| p.present;
        let node = |p: &ProcessView| p.present && p.name.kind == Kind::Node;
        let other = |p: &ProcessView| matches!(p.name.kind, Kind::Client | Kind::Balancer);
        let inside = |p: &ProcessView| view.locks.iter().any(|lock| lock.inside.iter().any(|it| it.who == p.pid));
        let control = |p: &ProcessView| p.name.kind == Kind::Coordinator;
        let absent = |p: &ProcessView| p.name.kind == Kind::Node && matches!(p.standing, Standing::None | Standing::Draining);
        match self.aim {
            Aim::Locks if self.rng.per_mille(700) => return self.at_a_lock(view, session),
            Aim::Locks | Aim::Anything | Aim::Coordinators => {}
        }
        let waits =
            |p: &ProcessView| node(p) && view.shards.iter().any(|it| it.waiting.is_some() && it.replicas.iter().any(|r| r.node == p.pid));
        if self.rng.per_mille(15) {
            return Some(Action::Salvage(self.pick(view, waits)?));
        }
        if self.rng.per_mille(60) {
            return Some(if self.rng.per_mille(500) {
                Action::Add(self.pick(view, absent)?)
            } else {
                Action::Drain(self.pick(view, node)?)
            });
        }
        Some(match self.rng.below(100) {
            0..11 => Action::Kill(self.pick(view, node)?),
            11..15 => Action::Kill(self.pick(view, control)?),
            15..17 => Action::Kill(self.pick(view, other)?),
            17..35 => Action::Revive(self.pick(view, |p| p.health == Health::Down)?),
            35..39 => Action::Freeze(self.pick(view, node)?),
            39..41 => Action::Freeze(self.pick(view, other)?),
            // Between two steps of its critical section.
            41..44 => Action::Freeze(self.pick(view, inside)?),
            44..46 => Action::Freeze(self.pick(view, control)?),
            46..59 => Action::Thaw(self.pick(view, |p| p.health == Health::Frozen)?),
            59..63 => Action::Isolate(self.pick(view, there)?),
            63..67 => Action::Cut(self.pick(view, there)?, self.pick(view, there)?),
            67..75 => Action::CutOneWay(self.pick(view, there)?, self.pick(view, there)?),
            75..85 => Action::Rejoin(self.pick(view, |p| !p.cut_to.is_empty())?),
            85..88 => {
                // Mostly so that it can still be worked with.
                let most = if self.rng.per_mille(250) { SLOW_MAX } else { 20 };
                Action::Slow(self.pick(view, there)?, 2 + self.rng.below(u32::from(most) - 1) as u16)
            }
            88..91 => Action::Slow(self.pick(view, |p| p.slow > 1)?, 1),
            91..95 => Action::Drift(self.pick(view, there)?, self.drift(session)),
            95..97 => Action::Wipe(self.pick(view, control)?),
            _ => Action::Wipe(self.pick(view, node)?),
        })
    }

    fn at_a_lock(&mut self, view: &ClusterView, session: &Session) -> Option<Action> {
        let worker = |p: &ProcessView| p.name.kind == Kind::Client;
        let control = |p: &ProcessView| p.name.kind == Kind::Coordinator;
        let inside = |p: &ProcessView| view.locks.iter().any(|lock| lock.inside.iter().any(|it| it.who == p.pid));
        let next = |p: &ProcessView| view.locks.iter().any(|lock| lock.queue.first().is_some_and(|it| it.client == p.pid));
        Some(match self.rng.below(100) {
            0..12 => Action::Freeze(self.pick(view, inside)?),
            12..20 => Action::Freeze(self.pick(view, next)?),
            20..24 => Action::Freeze(self.pick(view, worker)?),
            24..30 => Action::Kill(self.pick(view, inside)?),
            30..34 => Action::Kill(self.pick(view, next)?),
            34..40 => Action::Kill(self.pick(view, control)?),
            40..46 => Action::Cut(self.pick(view, inside)?, self.pick(view, control)?),
            46..52 => Action::CutOneWay(self.pick(view, control)?, self.pick(view, worker)?),
            52..56 => Action::Isolate(self.pick(view, inside)?),
            56..62 => Action::Drift(self.pick(view, |p| worker(p) || control(p))?, self.drift(session)),
            62..76 => Action::Thaw(self.pick(view, |p| p.health == Health::Frozen)?),
            76..88 => Action::Revive(self.pick(view, |p| p.health == Health::Down)?),
            _ => Action::Rejoin(self.pick(view, |p| !p.cut_to.is_empty())?),
        })
    }

    fn pick(&mut self, view: &ClusterView, fits: impl Fn(&ProcessView) -> bool) -> Option<Name> {
        let names: Vec<Name> = view.processes.iter().filter(|p| fits(p)).map(|p| p.name).collect();
        (!names.is_empty()).then(|| one(&mut self.rng, &names))
    }
}
