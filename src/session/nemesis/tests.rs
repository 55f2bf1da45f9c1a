//! What the nemesis draws, what it spares, and what is left as it was.

use std::collections::BTreeSet;

use crate::cluster::observe::view::{ClusterView, Health, ProcessView};
use crate::cluster::property::Promise;
use crate::cluster::setup::Setup;
use crate::cluster::setup::config::{Ack, Reads};
use crate::cluster::setup::deadlines::convergence;
use crate::session::Session;
use crate::session::action::Action;
use crate::session::nemesis::blows::Nemesis;
use crate::session::nemesis::core::Core;
use crate::session::nemesis::demand::{Circumstances, Demand, Excuse, Judge};
use crate::session::nemesis::harm::{Reckless, bearable, forgiven};
use crate::session::nemesis::ledger::Ledger;
use crate::session::nemesis::recipe::{Aim, draw};
use crate::session::recipe::PARAMETERS;
use crate::sim::id::Pid;
use crate::sim::rng::{Rng, Stream};
use crate::sim::time::{Span, Time};

const AIMS: [Aim; 3] = [Aim::Anything, Aim::Locks, Aim::Coordinators];

/// A run after so many seconds of the nemesis, and what it remembers.
fn troubled(seed: u64, aim: Aim, seconds: u64) -> (Session, Ledger, Box<Nemesis>) {
    let mut rng = Rng::stream(seed, Stream::Nemesis);
    let mut session = Session::sparse(draw(seed, aim, &[], &mut rng));
    let (mut ledger, mut nemesis) = (Ledger::new(&session), Box::new(Nemesis::new(rng, aim, Span::secs(seconds))));
    nemesis.set_clocks(&mut session);
    while session.now() < Time::ZERO + Span::secs(seconds) {
        session.advance(nemesis.rest(), u32::MAX);
        ledger.read(&session);
        nemesis.act(&mut session, &ledger);
        ledger.read(&session);
    }
    (session, ledger, nemesis)
}

#[test]
fn recipes_say_everything_that_a_link_can_say_of_a_cluster() {
    for aim in AIMS {
        let recipe = |seed| draw(seed, aim, &[], &mut Rng::stream(seed, Stream::Nemesis));
        let recipes: Vec<Setup> = (0..400).map(recipe).collect();
        let all = |figure: &dyn Fn(&Setup) -> u64| recipes.iter().map(figure).collect::<BTreeSet<u64>>();
        let modes = |mode: Ack| recipes.iter().any(|it| it.config.ack == mode);
        assert!(Ack::ALL.into_iter().all(modes) && Reads::ALL.into_iter().all(|reads| recipes.iter().any(|it| it.config.reads == reads)));
        assert_eq!(all(&|it| it.config.min_in_sync.into()), BTreeSet::from([1, 2, 3]));
        assert_eq!(all(&|it| it.config.locks.into()), BTreeSet::from([1, 2, 3]));
        assert_eq!(all(&|it| it.roster.balancers.into()), BTreeSet::from([1, 2]));
        assert!(all(&|it| it.config.service.0).len() == 9 && all(&|it| it.config.queue.into()).len() == 5, "{aim:?}: work takes time");
        for lossy in [&|it: &Setup| u64::from(it.config.loss), &|it: &Setup| u64::from(it.config.duplicates)] as [&dyn Fn(&Setup) -> u64; 2]
        {
            assert!(all(lossy).contains(&0) && all(lossy).iter().any(|it| (200..=300).contains(it)), "{aim:?}: {:?}", all(lossy));
        }
        let storms = recipes.iter().filter(|it| it.config.loss > 300).count();
        assert!((10..50).contains(&storms) && recipes.iter().any(|it| it.config.loss > 900), "{aim:?}: {storms}");
        for some in [|it: &Setup| it.config.lock_delay, |it: &Setup| it.config.lock_patience, |it: &Setup| it.config.lock_lease] {
            assert!(all(&|it| some(it).0).len() >= 3);
        }
        let (coordinators, nodes, clients) =
            (all(&|it| it.roster.coordinators.into()), all(&|it| it.roster.nodes.into()), all(&|it| it.roster.clients.into()));
        match aim {
            Aim::Anything => {
                for it in &PARAMETERS {
                    assert!(all(&|setup| it.get(setup)).len() > 1, "{} is never drawn", it.key);
                }
                assert_eq!((coordinators, nodes), (BTreeSet::from([1, 3, 5]), (3..=8).collect()));
                assert!(clients.contains(&1) && clients.contains(&24), "{clients:?}");
                let shares =
                    [recipes.iter().any(|it| it.config.workers == 0), recipes.iter().any(|it| it.config.workers == it.roster.clients)];
                assert_eq!(shares, [true, true]);
            }
            Aim::Locks => assert!(recipes.iter().all(|it| it.config.workers == it.roster.clients && it.roster.clients > 1)),
            Aim::Coordinators => assert_eq!(coordinators, BTreeSet::from([3, 5]), "one coordinator cannot be besieged"),
        }
        for it in &recipes {
            let link = crate::session::link::print(&crate::session::link::Opened { setup: it.clone(), ..Default::default() });
            assert_eq!(&crate::session::link::parse(&link).expect("it is a link").setup, it, "{link}");
        }
    }
}

#[test]
fn the_nemesis_does_everything_that_can_be_done_but_what_only_mends() {
    let mut words = BTreeSet::new();
    let mut one_way = 0;
    let mut reckless = BTreeSet::new();
    for seed in 0..200 {
        let (session, _, nemesis) = troubled(seed, AIMS[(seed % 2) as usize], 20);
        words.extend(session.actions().iter().map(|(_, action)| action.word()));
        one_way += session.actions().iter().filter(|(_, action)| matches!(action, Action::CutOneWay(..))).count();
        reckless.extend(nemesis.went_too_far().iter().copied());
    }
    let all = ["add", "cut", "drain", "drift", "freeze", "heal", "isolate", "kill", "revive", "salvage", "slow", "thaw", "wipe"];
    assert_eq!(words.into_iter().filter(|word| all.contains(word)).count(), all.len());
    assert!(one_way > 20, "{one_way} cuts in one direction");
    assert_eq!(reckless, Reckless::ALL.into_iter().collect(), "every way to go too far");
}

#[test]
fn a_nemesis_that_does_not_go_too_far_leaves_every_acknowledged_write_on_some_disk() {
    let mut wiped = 0;
    for seed in 0..60 {
        let (session, ledger, nemesis) = troubled(seed, Aim::Anything, 30);
        wiped += ledger.disks_lost();
        if nemesis.went_too_far().is_empty() && session.setup().config.ack != Ack::Primary {
            assert_eq!(ledger.gone(&session), None, "#{}", session.link());
        }
    }
    assert!(wiped > 40, "{wiped} disks were emptied");
}

/// How somebody outside the core is: health, slowness, and whom it cannot send to or hear.
type State = (Pid, Health, u16, Vec<Pid>, Vec<Pid>);

/// What must not change outside a core: everything about those outside, and how they reach those inside and are reached by them.
fn outside(view: &ClusterView, core: &Core) -> Vec<State> {
    let reached = |p: &ProcessView| view.present().filter(|other| other.cut_to.contains(&p.pid)).map(|other| other.pid).collect();
    let row = |p: &ProcessView| {
        let there = |pid: &&Pid| view.processes[pid.index()].present;
        (p.pid, p.health, p.slow, p.cut_to.iter().filter(there).copied().collect(), reached(p))
    };
    view.present().filter(|p| !core.has(p.pid)).map(row).collect()
}

#[test]
fn everything_inside_a_core_is_mended_and_nothing_outside_is_touched() {
    let (mut left, mut one_way) = (0, 0);
    for seed in 0..60 {
        let (mut session, ledger, mut nemesis) = troubled(seed, AIMS[(seed % 2) as usize], 25);
        let core = Core::draw(&session, &ledger, false, nemesis.rng());
        core.scar_the_rest(&mut session, nemesis.rng());
        let before = outside(&session.view(), &core);
        assert_eq!(core.mend(&mut session, &ledger), Ok(()), "#{}", session.link());
        let view = session.view();
        assert_eq!(outside(&view, &core), before, "#{}", session.link());
        for p in view.processes.iter().filter(|p| core.has(p.pid)) {
            assert_eq!((p.health, p.slow), (Health::Up, 1), "{}: #{}", p.name, session.link());
            assert!(!p.cut_to.iter().any(|&to| core.has(to)), "{}: #{}", p.name, session.link());
        }
        left += before.iter().filter(|it| it.1 != Health::Up || it.2 > 1 || !it.3.is_empty() || !it.4.is_empty()).count();
        one_way += before.iter().filter(|it| it.3 != it.4).count();
        let sure = view.coordinators.iter().filter(|it| core.has(it.pid)).count();
        assert!(sure > view.coordinators.len() / 2 || !nemesis.went_too_far().is_empty(), "a majority of the coordinators");
    }
    assert!(left > 100 && one_way > 30, "{left} stay broken, {one_way} of them in one direction");
}

/// What the judge says of a run in which everybody is counted as the core.
fn unmet(session: &Session, ledger: &Ledger) -> BTreeSet<&'static str> {
    let (core, view) = (Core::everybody(session), session.view());
    let under = Circumstances { forgot: false, operator: false };
    Judge::new(Time::ZERO, under, session, ledger, &core, &view).unmet().into_iter().map(|(demand, _)| demand.word()).collect()
}

fn after(setup: Setup, actions: &[&str], then: u64) -> BTreeSet<&'static str> {
    let mut session = Session::sparse(setup);
    let mut ledger = Ledger::new(&session);
    session.advance(Span::secs(8), u32::MAX);
    for action in actions {
        session.dispatch(action.parse().expect("an action")).expect("it can be done");
    }
    session.advance(Span::secs(then), u32::MAX);
    ledger.read(&session);
    unmet(&session, &ledger)
}

#[test]
fn every_demand_is_unmet_where_what_it_asks_for_is_not_so() {
    let words = |words: &[&'static str]| words.iter().copied().collect::<BTreeSet<_>>();
    let plain = || Setup::new(4127);
    let patient = turn_of(&plain());
    assert_eq!(after(plain(), &[], patient), words(&[]), "a cluster that is well");
    assert_eq!(after(plain(), &["kill A", "kill B", "kill C", "kill D", "kill E", "kill F"], 5), words(&["served", "copies", "trusted"]));
    assert!(after(plain(), &["cut K1 A", "cut K2 A", "cut K3 A"], 3).is_superset(&words(&["trusted", "copies"])));
    assert_eq!(after(plain(), &["kill L1"], patient), words(&["answered", "granted", "passed"]));
    assert_eq!(after(plain(), &["kill K1", "kill K2"], 2), words(&["served"]));
    assert_eq!(after(plain(), &["add G"], 1), words(&["arrived"]));
}

/// In whole seconds.
fn turn_of(setup: &Setup) -> u64 {
    crate::cluster::setup::deadlines::turn(setup).0 / 1_000_000 + 1
}

#[test]
fn a_core_has_more_time_where_more_is_lost_or_more_wait() {
    let with = |change: &dyn Fn(&mut Setup)| {
        let mut setup = Setup::new(1);
        change(&mut setup);
        convergence(&setup)
    };
    let plain = with(&|_| {});
    assert!(plain > Span::secs(60) && plain < Span::secs(240), "{plain} s");
    let mut slower: [&dyn Fn(&mut Setup); 4] =
        [&|it| it.config.loss = 300, &|it| it.config.workers = 8, &|it| it.config.lock_delay = Span::secs(5), &|it| it.roster.clients = 24];
    assert!(slower.iter_mut().all(|change| with(change) > plain));
}

#[test]
fn what_goes_too_far_ends_only_what_rests_on_it() {
    let left = |blow| Promise::ALL.into_iter().filter(|&promise| !forgiven(blow, promise)).count();
    assert_eq!(Reckless::ALL.map(left), [Promise::COUNT - 4, 0, Promise::COUNT - 3]);
    assert_eq!([3, 4, 5].map(bearable), [1, 1, 2]);
}

#[test]
fn words_of_the_report_differ() {
    assert_eq!(Excuse::ALL.map(Excuse::word).into_iter().collect::<BTreeSet<_>>().len(), Excuse::ALL.len());
    let demands = [Demand::Granted(Pid(0)), Demand::Trusted(Pid(0)), Demand::Arrived(Pid(0)), Demand::Answered(Pid(0))];
    assert_eq!(demands.map(Demand::word).into_iter().collect::<BTreeSet<_>>().len(), demands.len());
}
