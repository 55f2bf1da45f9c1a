//! One seed's trial: its recipe, its faults, its core, and the verdict.

use std::collections::BTreeSet;

use crate::cluster::name::Roster;
use crate::cluster::property::{Broken, Promise};
use crate::cluster::rules::Rule;
use crate::cluster::setup::Setup;
use crate::cluster::view::Health;
use crate::proto::replica::view::ShardId;
use crate::session::Session;
use crate::session::action::Action;
use crate::session::hands::core::{Core, NotWhole};
use crate::session::hands::deeds::Hands;
use crate::session::hands::demand::{Demand, Excuse, Judge, must_be_calm, patience, scene};
use crate::session::hands::harm::{Reckless, forgiven};
use crate::session::hands::ledger::Ledger;
use crate::session::hands::recipe::{self, Aim};
use crate::session::siege::Siege;
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

/// How often a core is looked at.
const LOOK: Span = Span::secs(1);
/// How long a node may go without a lease before it has to have said that it serves no longer: a good deal more than a timer is late.
const GRACE: Span = Span::millis(250);

/// Something that is wrong with what a run says of itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Oddity {
    /// A node without a lease still says that it serves.
    Claims(Pid),
    /// The ring changed more often for a node's wishes than it wished anything.
    Restless(Pid),
    /// An acknowledged write is on no disk any more, and nobody has noticed.
    Unnoticed(ShardId),
}

/// What is wrong with a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// A promise was broken that was still to be kept.
    Broken(Promise, Broken),
    /// It says something of itself that is not so.
    Odd(Oddity, Time),
    /// The core has not brought this about in time; and how things stand around it.
    Unmet(Vec<Demand>, String),
}

impl Failure {
    /// It, in words.
    pub fn tell(&self, roster: &Roster) -> String {
        match self {
            Failure::Broken(promise, broken) => format!("{} broken at {} s", promise.word(), broken.at),
            Failure::Odd(Oddity::Claims(pid), at) => format!("{} says at {at} s that it serves, but has no lease", roster.name(*pid)),
            Failure::Odd(Oddity::Restless(pid), at) => {
                format!("the ring has changed more often by {at} s than {} wished anything", roster.name(*pid))
            }
            Failure::Odd(Oddity::Unnoticed(shard), at) => {
                format!("a write of shard {} is on no disk at {at} s, and nobody has noticed", shard.0)
            }
            Failure::Unmet(demands, scene) => {
                let few: Vec<String> = demands.iter().take(5).map(|it| it.tell(roster)).collect();
                let more = demands.len() - few.len();
                let more = if more > 0 { format!("; and {more} more") } else { String::new() };
                format!("the core is not live: {}{more} ({scene})", few.join("; "))
            }
        }
    }

    /// What kind it is: failures of one kind have one word.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Broken(promise, _) => promise.word(),
            Failure::Odd(Oddity::Claims(_), _) => "claims",
            Failure::Odd(Oddity::Restless(_), _) => "restless",
            Failure::Odd(Oddity::Unnoticed(_), _) => "unnoticed",
            Failure::Unmet(demands, _) => demands.first().map_or("unmet", |it| it.word()),
        }
    }
}

/// What came of a trial.
#[derive(Debug)]
pub struct Verdict {
    /// What is wrong, if anything is.
    pub failure: Option<Failure>,
    /// What was not demanded, and why.
    pub excuses: BTreeSet<Excuse>,
    /// What hands did that the cluster has not promised to survive.
    pub went_too_far: Vec<Reckless>,
    /// The core that was mended, and when; none if the run had failed before.
    pub core: Option<(Core, Time)>,
}

/// How a trial is made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What hands disturb.
    pub aim: Aim,
    /// For how long.
    pub during: Span,
    /// Rules that are off.
    pub off: Vec<Rule>,
}

enum Whose {
    Random(Box<Hands>),
    Besiegers(Siege, Box<Hands>),
}

/// Tries a seed. `watch` sees the run before time goes on, so that whoever reports a panic knows the link.
pub fn run(seed: u64, plan: &Plan, watch: &mut dyn FnMut(&Session)) -> (Session, Verdict) {
    let mut rng = Rng::stream(seed, Stream::Hand);
    let setup = recipe::draw(seed, plan.aim, &plan.off, &mut rng);
    let mut session = Session::sparse(setup);
    let mut ledger = Ledger::new(&session);
    let mut hands = Box::new(Hands::new(rng, plan.aim, plan.during));
    hands.set_clocks(&mut session);
    let mut whose = match plan.aim {
        Aim::Anything | Aim::Locks => Whose::Random(hands),
        Aim::Coordinators => Whose::Besiegers(Siege::on(hands.rng().clone()), hands),
    };
    let end = Time::ZERO + plan.during;
    let mut oddities = Oddities::default();
    let mut failure = None;
    while session.now() < end && !session.is_full() && failure.is_none() {
        watch(&session);
        match &mut whose {
            Whose::Random(hands) => {
                let rest = hands.rest().min(end.since(session.now()));
                session.advance(rest, u32::MAX);
                ledger.read(&session);
                hands.act(&mut session, &ledger);
            }
            Whose::Besiegers(siege, _) => siege.strike(&mut session, end),
        }
        ledger.read(&session);
        let far = whose.hands().went_too_far();
        failure = first_broken(&session, far).or_else(|| oddities.look(&session, &ledger, far));
    }
    let hands = whose.into_hands();
    let went_too_far = hands.went_too_far().to_vec();
    if failure.is_some() {
        return (session, Verdict { failure, excuses: BTreeSet::new(), went_too_far, core: None });
    }
    let mut hands = hands;
    let core = Core::draw(&session, &ledger, hands.rng());
    core.scar_the_rest(&mut session, hands.rng());
    let whole = core.mend(&mut session, &ledger);
    watch(&session);
    let since = session.now();
    let (failure, excuses) = match whole {
        Ok(()) => attend(&mut session, &mut ledger, &core, &went_too_far, &mut oddities),
        Err(NotWhole(_)) => (None, BTreeSet::from([Excuse::NoRoom])),
    };
    (session, Verdict { failure, excuses, went_too_far, core: Some((core, since)) })
}

impl Whose {
    fn hands(&self) -> &Hands {
        match self {
            Whose::Random(hands) | Whose::Besiegers(_, hands) => hands,
        }
    }

    fn into_hands(self) -> Box<Hands> {
        match self {
            Whose::Random(hands) | Whose::Besiegers(_, hands) => hands,
        }
    }
}

/// Looks on until the core has brought about everything, or its time is over.
fn attend(
    session: &mut Session,
    ledger: &mut Ledger,
    core: &Core,
    went_too_far: &[Reckless],
    oddities: &mut Oddities,
) -> (Option<Failure>, BTreeSet<Excuse>) {
    let end = session.now() + patience(session.setup());
    let calm = must_be_calm(&session.setup().config);
    let mut met: BTreeSet<Demand> = BTreeSet::new();
    let mut before: BTreeSet<Demand> = BTreeSet::new();
    loop {
        session.advance(LOOK, u32::MAX);
        ledger.read(session);
        if let Some(failure) = first_broken(session, went_too_far).or_else(|| oddities.look(session, ledger, went_too_far)) {
            return (Some(failure), BTreeSet::new());
        }
        let view = session.view();
        let mut unmet = Judge::new(session, ledger, core, &view).unmet();
        if !calm {
            // Each thing at some instant: whatever was unmet once and is not any more has been brought about.
            let now: BTreeSet<Demand> = unmet.iter().map(|&(demand, _)| demand).collect();
            met.extend(before.difference(&now).copied());
            unmet.retain(|(demand, _)| !met.contains(demand));
            before = now;
        }
        if unmet.is_empty() {
            return (None, BTreeSet::new());
        }
        if session.now() >= end || session.is_full() {
            let demands: Vec<Demand> = unmet.iter().filter(|(_, excuse)| excuse.is_none()).map(|&(demand, _)| demand).collect();
            let excuses = unmet.iter().filter_map(|&(_, excuse)| excuse).collect();
            let scene = scene(session, core, &demands);
            return ((!demands.is_empty()).then_some(Failure::Unmet(demands, scene)), excuses);
        }
    }
}

/// The first broken promise that was still to be kept.
fn first_broken(session: &Session, went_too_far: &[Reckless]) -> Option<Failure> {
    let counts = |promise: Promise| !went_too_far.iter().any(|&deed| forgiven(deed, promise));
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
        let bare: Vec<(Pid, Time)> = bare
            .map(|p| (p.pid, self.bare.iter().find(|(pid, _)| *pid == p.pid).map_or(now, |&(_, since)| since)))
            .collect();
        self.bare = bare;
        if let Some(&(pid, _)) = self.bare.iter().find(|(_, since)| now.since(*since) > GRACE) {
            return odd(Oddity::Claims(pid));
        }
        if let Some(pid) = ledger.restless() {
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

/// Judges a run again whose actions are all given: the failure, if it is there still.
pub fn again(setup: &Setup, actions: &[(Time, Action)], case: &Case) -> Option<(Session, Failure)> {
    let mut session = Session::sparse(setup.clone());
    let mut ledger = Ledger::new(&session);
    let mut oddities = Oddities::default();
    let mut done = 0;
    while done <= actions.len() {
        let until = actions.get(done).map_or(case.until, |&(at, _)| at);
        session.advance(until.since(session.now()), u32::MAX);
        while let Some(&(_, action)) = actions.get(done).filter(|&&(at, _)| at <= session.now()) {
            // An action that would change nothing without those that are left out is left out as well.
            let _ = session.dispatch(action);
            done += 1;
        }
        ledger.read(&session);
        let failure = first_broken(&session, &case.went_too_far).or_else(|| oddities.look(&session, &ledger, &case.went_too_far));
        if let Some(failure) = failure {
            return Some((session, failure));
        }
        if session.now() >= case.until && done == actions.len() {
            break;
        }
    }
    let core = case.core.as_ref()?;
    if core.is_whole(&session).is_err() {
        return None;
    }
    let (failure, _) = attend(&mut session, &mut ledger, core, &case.went_too_far, &mut oddities);
    failure.map(|failure| (session, failure))
}

/// By what a run is judged again.
#[derive(Clone, Debug)]
pub struct Case {
    /// The run's last instant, or that at which the core was mended.
    pub until: Time,
    /// The core, if one was mended.
    pub core: Option<Core>,
    /// What had been done that goes too far.
    pub went_too_far: Vec<Reckless>,
}
