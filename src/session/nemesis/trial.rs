//! One seed's trial: its recipe, its faults, its core, and the verdict.

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster::observe::view::{ClusterView, Health, Office, Waiting};
use crate::cluster::property::Promise;
use crate::cluster::setup::Setup;
use crate::cluster::setup::deadlines::{convergence, notice, served, turn};
use crate::cluster::setup::rules::Rule;
use crate::session::Session;
use crate::session::action::Action;
use crate::session::nemesis::blows::Nemesis;
use crate::session::nemesis::core::{Core, NotWhole};
use crate::session::nemesis::demand::{Circumstances, Demand, Excuse, Judge, must_be_calm};
use crate::session::nemesis::failure::{Failure, Oddity};
use crate::session::nemesis::harm::{Reckless, forgiven, may_be_wiped, too_far};
use crate::session::nemesis::ledger::Ledger;
use crate::session::nemesis::recipe::{self, Aim, is_stormy};
use crate::session::nemesis::scene::scene;
use crate::session::siege::Siege;
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// How often a core is looked at.
const LOOK: Span = Span::secs(1);
/// How long a node may go without a lease before it has to have said that it serves no longer: a good deal more than a timer is late.
const GRACE: Span = Span::millis(250);

/// What came of a trial.
#[derive(Debug)]
pub struct Verdict {
    /// What is wrong, if anything is.
    pub failure: Option<Failure>,
    /// What was not demanded, and why.
    pub excuses: BTreeSet<Excuse>,
    /// By what it was judged.
    pub case: Case,
}

/// How a trial is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the nemesis disturbs.
    pub aim: Aim,
    /// For how long.
    pub during: Span,
    /// Rules that are off.
    pub off: Vec<Rule>,
}

enum Whose {
    Random(Box<Nemesis>),
    Besiegers(Siege, Box<Nemesis>),
}

/// Tries a seed. `watch` sees the run before time goes on, so that whoever reports a panic knows the link.
pub fn run(seed: u64, plan: &Plan, watch: &mut dyn FnMut(&Session)) -> (Session, Verdict) {
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let setup = recipe::draw(seed, plan.aim, &plan.off, &mut rng);
    let mut session = Session::sparse(setup);
    let mut ledger = Ledger::new(&session);
    let mut nemesis = Box::new(Nemesis::new(rng, plan.aim, plan.during));
    nemesis.set_clocks(&mut session);
    let mut whose = match plan.aim {
        Aim::Anything | Aim::Locks => Whose::Random(nemesis),
        Aim::Coordinators => Whose::Besiegers(Siege::on(nemesis.rng().clone()), nemesis),
    };
    let end = Time::ZERO + plan.during;
    let mut oddities = Oddities::default();
    let mut failure = None;
    while session.now() < end && !session.is_over() && failure.is_none() {
        watch(&session);
        match &mut whose {
            Whose::Random(nemesis) => {
                let rest = nemesis.rest().min(end.since(session.now()));
                session.advance(rest, u32::MAX);
                ledger.read(&session);
                nemesis.act(&mut session, &ledger);
            }
            Whose::Besiegers(siege, _) => siege.strike(&mut session, end),
        }
        ledger.read(&session);
        let far = whose.nemesis().went_too_far();
        failure = first_broken(&session, far).or_else(|| oddities.look(&session, &ledger, far));
    }
    let mut nemesis = whose.into_nemesis();
    let went_too_far = nemesis.went_too_far().to_vec();
    if failure.is_some() {
        let case = Case { until: session.now(), core: None, rhythm: None, operator: false, went_too_far };
        return (session, Verdict { failure, excuses: BTreeSet::new(), case });
    }
    let core = Core::draw(&session, &ledger, went_too_far.contains(&Reckless::Control), nemesis.rng());
    core.scar_the_rest(&mut session, nemesis.rng());
    let whole = core.mend(&mut session, &ledger);
    watch(&session);
    let since = session.now();
    let rhythm = Rhythm::draw(&session, &core, plan.aim, nemesis.rng());
    let operator = nemesis.rng().per_mille(500);
    let case = Case { until: since, core: Some(core), rhythm, operator, went_too_far };
    let (failure, excuses) = match whole {
        _ if is_stormy(&session.setup().config) => (None, BTreeSet::from([Excuse::Storm])),
        Ok(()) => case.attend(&mut session, &mut ledger, &mut oddities),
        Err(NotWhole(_)) => (None, BTreeSet::from([Excuse::NoRoom])),
    };
    (session, Verdict { failure, excuses, case })
}

impl Whose {
    fn nemesis(&self) -> &Nemesis {
        match self {
            Whose::Random(nemesis) | Whose::Besiegers(_, nemesis) => nemesis,
        }
    }

    fn into_nemesis(self) -> Box<Nemesis> {
        match self {
            Whose::Random(nemesis) | Whose::Besiegers(_, nemesis) => nemesis,
        }
    }
}

/// The first broken promise that was still to be kept.
fn first_broken(session: &Session, went_too_far: &[Reckless]) -> Option<Failure> {
    let counts = |promise: Promise| !went_too_far.iter().any(|&blow| forgiven(blow, promise));
    let broken = session.promises().into_iter().filter(|&(promise, _)| counts(promise));
    let broken = broken.filter_map(|(promise, broken)| Some((promise, broken?)));
    broken.min_by_key(|(_, broken)| (broken.at, broken.seq)).map(|(promise, broken)| Failure::Broken(promise, broken))
}

/// What a run says of itself, and since when it does not fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Oddities {
    /// Nodes that claim to serve without a lease, and since when they were seen to.
    bare: Vec<(Pid, Time)>,
    wiped: usize,
}

impl Oddities {
    pub(super) fn look(&mut self, session: &Session, ledger: &Ledger, went_too_far: &[Reckless]) -> Option<Failure> {
        let (view, now) = (session.view(), session.now());
        let odd = |oddity| Some(Failure::Odd(oddity, now));
        let leased = session.setup().rules.on(Rule::PrimaryLease) && !went_too_far.contains(&Reckless::Clock);
        let claims = |pid: Pid| ledger.claims(pid);
        let bare = view.processes.iter().filter(|p| leased && p.health == Health::Up && p.lease_left == Span::ZERO && claims(p.pid));
        let bare: Vec<(Pid, Time)> =
            bare.map(|p| (p.pid, self.bare.iter().find(|(pid, _)| *pid == p.pid).map_or(now, |&(_, since)| since))).collect();
        self.bare = bare;
        if let Some(&(pid, _)) = self.bare.iter().find(|(_, since)| now.since(*since) > GRACE) {
            return odd(Oddity::Claims(pid));
        }
        // A control plane that has forgotten everything learns of the ring anew.
        if let Some(pid) = ledger.restless().filter(|_| !went_too_far.contains(&Reckless::Control)) {
            return odd(Oddity::Restless(pid));
        }
        let bill = session.bill();
        if ledger.disks_lost() > self.wiped {
            self.wiped = ledger.disks_lost();
            if bill.lost == 0
                && let Some(shard) = ledger.gone(session)
            {
                return odd(Oddity::Unnoticed(shard));
            }
        }
        None
    }
}

/// By what a run is judged.
#[derive(Clone, Debug)]
pub struct Case {
    /// The run's last instant, or that at which the core was mended.
    pub until: Time,
    /// The core, if one was mended: none if the run had failed before.
    pub core: Option<Core>,
    /// What goes on even then.
    pub rhythm: Option<Rhythm>,
    /// Whether an operator looks after it: where copies are lost, the core serves with what it has.
    pub operator: bool,
    /// What had been done that goes too far.
    pub went_too_far: Vec<Reckless>,
}

impl Case {
    fn circumstances(&self) -> Circumstances {
        Circumstances { forgot: self.went_too_far.contains(&Reckless::Control), operator: self.operator }
    }

    /// Judges a run again, with these of its actions: the failure, if there is one still. Those that come after the case's last
    /// instant do not matter, since what goes on after it is done anew.
    pub fn again(&self, setup: &Setup, actions: &[(Time, Action)]) -> Option<(Session, Failure)> {
        let mut session = Session::sparse(setup.clone());
        let (mut ledger, mut oddities) = (Ledger::new(&session), Oddities::default());
        for &(at, action) in actions.iter().take_while(|&&(at, _)| at <= self.until) {
            if let Some(failure) = self.go_on(&mut session, at, &mut ledger, &mut oddities) {
                return Some((session, failure));
            }
            if let Action::Wipe(name) = action
                && !self.went_too_far.contains(&too_far(name))
                && !may_be_wiped(&session, &ledger, name)
            {
                return None; // without those that were left out this one goes too far
            }
            // What would change nothing without those that were left out is left out as well.
            let _ = session.dispatch(action);
        }
        if let Some(failure) = self.go_on(&mut session, self.until, &mut ledger, &mut oddities) {
            return Some((session, failure));
        }
        let is_whole = self.core.as_ref().is_some_and(|core| core.is_whole(&session).is_ok());
        let failure = if is_whole { self.attend(&mut session, &mut ledger, &mut oddities).0 } else { None };
        failure.map(|failure| (session, failure))
    }

    fn go_on(&self, session: &mut Session, to: Time, ledger: &mut Ledger, oddities: &mut Oddities) -> Option<Failure> {
        session.advance(to.since(session.now()), u32::MAX);
        ledger.read(session);
        first_broken(session, &self.went_too_far).or_else(|| oddities.look(session, ledger, &self.went_too_far))
    }

    /// Looks on until the core has brought about everything, or its time is over.
    fn attend(&self, session: &mut Session, ledger: &mut Ledger, oddities: &mut Oddities) -> (Option<Failure>, BTreeSet<Excuse>) {
        let Some(core) = &self.core else { return (None, BTreeSet::new()) };
        if let Some(failure) = self.rhythm.as_ref().and_then(|rhythm| self.dance(rhythm, core, session, ledger, oddities)) {
            return (Some(failure), BTreeSet::new());
        }
        let allowed = convergence(session.setup());
        let (end, last) = (session.now() + allowed, session.now() + allowed + allowed);
        let mut excused: BTreeMap<Demand, (Time, Excuse)> = BTreeMap::new();
        let calm = must_be_calm(&session.setup().config);
        let mut met: BTreeSet<Demand> = BTreeSet::new();
        let mut before: BTreeSet<Demand> = BTreeSet::new();
        let mut chance: Option<BTreeSet<Demand>> = None;
        loop {
            if let Some(failure) = self.go_on(session, session.now() + LOOK, ledger, oddities) {
                return (Some(failure), BTreeSet::new());
            }
            let elapsed = session.now().since(self.until);
            // Every ten seconds: a choice takes some time to be heard.
            if self.operator && elapsed > notice(&session.setup().config) && elapsed.0 % 10_000_000 < LOOK.0 {
                self.choose(session, core);
            }
            let view = session.view();
            let mut unmet = Judge::new(self.until, self.circumstances(), session, ledger, core, &view).unmet();
            if !calm {
                // Each thing at some instant: whatever was unmet once and is not any more has been brought about.
                let now: BTreeSet<Demand> = unmet.iter().map(|&(demand, _)| demand).collect();
                met.extend(before.difference(&now).copied());
                unmet.retain(|(demand, _)| !met.contains(demand));
                before = now;
                // What is unmet at the end may have been met all the while: then it is so again before long.
                if session.now() >= end {
                    let chance = chance.get_or_insert_with(|| unmet.iter().map(|&(demand, _)| demand).collect());
                    unmet.retain(|(demand, _)| chance.contains(demand));
                    chance.retain(|demand| unmet.iter().any(|(other, _)| other == demand));
                    if !unmet.is_empty() && session.now() < end + served(&session.setup().config) && !session.is_over() {
                        continue;
                    }
                }
            }
            if unmet.is_empty() {
                return (None, BTreeSet::new());
            }
            let now = session.now();
            excused.extend(unmet.iter().filter_map(|&(demand, excuse)| Some((demand, (now, excuse?)))));
            if now >= end || session.is_over() {
                // Time is allowed from when nothing stood in the way any more: a new leader may just have taken a hindrance away.
                let late = |demand: &Demand| excused.get(demand).filter(|(at, _)| now.since(*at) < allowed).map(|&(_, excuse)| excuse);
                let waits = unmet.iter().any(|(demand, excuse)| excuse.is_none() && late(demand).is_some());
                // Another leader has just taken over: one outside may try again every minute or so to lead, in vain. Between two tries
                // everything has to be in order.
                let stirred = ledger.elected().is_some_and(|at| now.since(at) < served(&session.setup().config));
                if (waits || stirred) && now < last && !session.is_over() {
                    continue;
                }
                let unmet: Vec<_> = unmet.into_iter().map(|(demand, excuse)| (demand, excuse.or_else(|| late(&demand)))).collect();
                let excuses = unmet.iter().filter_map(|&(_, excuse)| excuse).collect();
                return (self.unmet(session, ledger, core, unmet), excuses);
            }
        }
    }

    /// An operator's choice for every shard that waits for one.
    fn choose(&self, session: &mut Session, core: &Core) {
        let (view, roster) = (session.view(), session.setup().roster);
        for shard in view.shards.iter().filter(|shard| shard.waiting == Some(Waiting::Choice)) {
            if let Some(copy) = shard.replicas.iter().find(|copy| core.has(copy.node)) {
                // It may have been chosen for another shard just now, and offers all it has.
                let _ = session.dispatch(Action::Salvage(roster.name(copy.node)));
            }
        }
    }

    fn unmet(&self, session: &Session, ledger: &Ledger, core: &Core, unmet: Vec<(Demand, Option<Excuse>)>) -> Option<Failure> {
        let demands: Vec<Demand> = unmet.iter().filter(|(_, excuse)| excuse.is_none()).map(|&(demand, _)| demand).collect();
        let scene = scene(session, ledger, core, &demands);
        (!demands.is_empty()).then_some(Failure::Unmet(demands, scene))
    }

    /// While one leader after the other dies, locks must go on from one to the next.
    fn dance(&self, rhythm: &Rhythm, core: &Core, session: &mut Session, ledger: &mut Ledger, oddities: &mut Oddities) -> Option<Failure> {
        let begun = session.now();
        let end = begun + turn(session.setup());
        while session.now() < end && !session.is_over() {
            let broken = self.go_on(session, session.now() + rhythm.every, ledger, oddities);
            if broken.is_some() {
                return broken;
            }
            if let Some(leader) = leader(&session.view()).map(|pid| session.setup().roster.name(pid)) {
                let _ = session.dispatch(Action::Kill(leader));
                let broken = self.go_on(session, session.now() + rhythm.down, ledger, oddities);
                if broken.is_some() {
                    return broken;
                }
                let _ = session.dispatch(Action::Revive(leader));
            }
        }
        let view = session.view();
        let unmet = Judge::new(self.until, self.circumstances(), session, ledger, core, &view).unmet();
        let passed = unmet.into_iter().filter(|(demand, _)| matches!(demand, Demand::Passed(_)));
        self.unmet(session, ledger, core, passed.collect()).map(Failure::in_rhythm)
    }
}

/// What goes on even when the core is mended: whoever leads the coordinators dies, again and again, and is soon back.
#[derive(Clone, Debug)]
pub struct Rhythm {
    /// So long one may lead before he dies, at least.
    every: Span,
    /// So long he is dead.
    down: Span,
}

impl Rhythm {
    /// In some runs, and only where all coordinators are in the core and it need not go on for long.
    fn draw(session: &Session, core: &Core, aim: Aim, rng: &mut Rng) -> Option<Rhythm> {
        let often = match aim {
            Aim::Locks => 300,
            Aim::Anything | Aim::Coordinators => 80,
        };
        let (drawn, every) = (rng.per_mille(often), rng.between(Span::millis(1_200), Span::millis(2_400)));
        let view = session.view();
        let all = view.coordinators.len() > 1 && view.coordinators.iter().all(|it| core.has(it.pid) && !it.newcomer);
        let config = &session.setup().config;
        let short = turn(session.setup()) <= Span::secs(60) && config.workers > 0;
        (drawn && all && short).then_some(Rhythm { every, down: Span::millis(700) })
    }
}

fn leader(view: &ClusterView) -> Option<Pid> {
    let leaders = view.coordinators.iter().filter(|it| it.office == Some(Office::Leader));
    leaders.max_by_key(|it| it.term).map(|it| it.pid)
}
