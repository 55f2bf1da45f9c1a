//! The lock explored exhaustively, by `stateright` over our own machines: two workers, one lock, the coordinators abstracted to
//! one table (their agreement is explored elsewhere: `consensus`), the shard to one store.
//!
//! | clocks | states | effects in order | granted to one | one believes |
//! |---|---|---|---|---|
//! | none: any timer at any moment | 18,013 | holds | holds | breaks |
//! | none, and a death; a new leader; a duplicate; keep-alives | 241,240; 38,990; 227,670; 792,074 | holds | holds | breaks |
//! | within the bound, every combination of its ends | 145,016 | holds | holds | holds |
//! | the hardest, and a death; a new leader; a duplicate | 460,125; 48,826; 271,433 | holds | holds | holds |
//! | a worker's beyond the bound | 23,161 | holds | holds | breaks |
//!
//! and with a rule off, or the bound not waited out, exactly what it protects breaks. Bounded are: work (each worker takes the
//! lock once and writes once), and, one at a time, a death, a change of leader, a duplicate, keep-alives; true time, with clocks
//! (five instants a third of a lease apart). With clocks, extension of leases is left to the soaks
//! (there were more than a million states). Numbers of states are printed. Without clocks the counterexample is `Case::SlowClock`'s
//! story: the service ends a lease that its worker still believes in.

mod machine;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use ringside::cluster::rules::Rule;
use stateright::{Checker, Model, Property};

use machine::{Act, Bounds, Machine, Seen};

thread_local! {
    /// States seen by this thread. A state is known by its digest; whoever has forgotten what stands behind it goes the way again.
    static KNOWN: RefCell<BTreeMap<u64, Machine>> = const { RefCell::new(BTreeMap::new()) };
}

/// A state as the checker carries it about: plain data.
#[derive(Clone, Debug)]
struct State {
    digest: u64,
    bounds: Bounds,
    way: Vec<Act>,
    seen: Judged,
}

/// What is judged in a state.
#[derive(Clone, Copy, Debug)]
struct Judged {
    damaged: bool,
    granted_twice: bool,
    believers: u8,
    written: bool,
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        self.digest == other.digest
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digest.hash(state);
    }
}

impl State {
    fn of(machine: Machine, bounds: Bounds, way: Vec<Act>) -> State {
        let Seen { damaged, granted_twice, believers, written, .. } = machine.seen;
        let digest = machine.digest();
        KNOWN.with_borrow_mut(|known| known.insert(digest, machine));
        State { digest, bounds, way, seen: Judged { damaged, granted_twice, believers, written } }
    }

    fn machine(&self) -> Machine {
        let known = KNOWN.with_borrow(|known| known.get(&self.digest).cloned());
        known.unwrap_or_else(|| {
            let mut machine = Machine::new(self.bounds);
            self.way.iter().for_each(|&act| machine.act(act));
            machine
        })
    }
}

struct Lock {
    beginnings: Vec<Bounds>,
}

impl Model for Lock {
    type State = State;
    type Action = Act;

    fn init_states(&self) -> Vec<State> {
        self.beginnings.iter().map(|&bounds| State::of(Machine::new(bounds), bounds, Vec::new())).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Act>) {
        state.machine().acts(actions);
    }

    fn next_state(&self, last: &State, act: Act) -> Option<State> {
        let mut machine = last.machine();
        machine.act(act);
        // Nothing has changed: an old message that says nothing new.
        if machine.digest() == last.digest {
            return None;
        }
        let mut way = last.way.clone();
        way.push(act);
        Some(State::of(machine, last.bounds, way))
    }

    fn properties(&self) -> Vec<Property<Lock>> {
        vec![
            Property::always("effects in order", |_, state: &State| !state.seen.damaged),
            Property::always("granted to one", |_, state: &State| !state.seen.granted_twice),
            Property::always("one believes", |_, state: &State| state.seen.believers < 2),
            Property::sometimes("somebody writes", |_, state: &State| state.seen.written),
        ]
    }
}

/// Without clocks: each worker takes the lock once and writes once.
const ASYNCHRONOUS: Bounds =
    Bounds { ticks: None, drifts: [0; 3], waited_out: 0, off: None, work: 2, keep_alives: 0, kills: 0, reigns: 0, twins: 0 };
/// The same with clocks that keep to 10 %, for a lease and a tick.
const TIMED: Bounds = Bounds { ticks: Some(4), waited_out: 100_000, ..ASYNCHRONOUS };
/// The hardest case within the bound: the service's clock runs fast, the workers' slow.
const HARDEST: [i32; 3] = [100_000, -100_000, -100_000];

/// What can go wrong besides, each by itself: a death, a change of leader, a message that arrives twice, a worker that keeps its session alive.
fn each(bounds: Bounds) -> [(&'static str, Bounds); 5] {
    [
        ("", bounds),
        (" + a death", Bounds { kills: 1, ..bounds }),
        (" + a new leader", Bounds { reigns: 1, ..bounds }),
        (" + a duplicate", Bounds { twins: 1, ..bounds }),
        (" + keep-alives", Bounds { keep_alives: 1, ..bounds }),
    ]
}

/// Explores everything, and tells what breaks.
fn breaks(what: &str, beginnings: Vec<Bounds>) -> Vec<&'static str> {
    let checker = Lock { beginnings }.checker().threads(1).spawn_bfs().join();
    assert!(checker.is_done(), "{what}: not all was explored");
    let states = checker.unique_state_count();
    println!("{what}: {states} states, {} steps deep", checker.max_depth());
    assert!(states > 1_000 && checker.discovery("somebody writes").is_some(), "{what}: hardly anything was explored");
    let mut broken = Vec::new();
    for name in ["effects in order", "granted to one", "one believes"] {
        if let Some(path) = checker.discovery(name) {
            println!("  “{name}” breaks: {:?}", path.into_actions());
            broken.push(name);
        }
    }
    broken
}

#[test]
fn without_clocks_the_resource_is_safe_and_belief_is_not() {
    for (also, bounds) in each(ASYNCHRONOUS) {
        assert_eq!(breaks(&format!("asynchronous{also}"), vec![bounds]), ["one believes"]);
    }
}

#[test]
fn within_the_bound_of_clocks_one_believes_at_most_and_the_resource_is_safe() {
    let ends = [-100_000, 100_000];
    let all = ends.into_iter().flat_map(|a| ends.into_iter().flat_map(move |b| ends.into_iter().map(move |c| [a, b, c])));
    let every_rate = all.map(|drifts| Bounds { drifts, ..TIMED }).collect();
    assert_eq!(breaks("timed, every rate", every_rate), [""; 0]);
    for (also, bounds) in each(Bounds { drifts: HARDEST, ..TIMED }).into_iter().skip(1).take(3) {
        assert_eq!(breaks(&format!("timed, hardest rates{also}"), vec![bounds]), [""; 0]);
    }
}

#[test]
fn a_clock_beyond_the_bound_breaks_belief_and_nothing_else() {
    assert_eq!(breaks("timed, a clock beyond the bound", vec![Bounds { drifts: [0, -400_000, 0], ..TIMED }]), ["one believes"]);
}

#[test]
fn leases_that_are_not_waited_out_by_the_bound_break_belief_within_it() {
    let bounds = Bounds { waited_out: 0, drifts: HARDEST, ..TIMED };
    assert_eq!(breaks("timed, hardest rates, bound not waited out", vec![bounds]), ["one believes"]);
}

#[test]
fn without_the_look_at_its_lease_a_worker_believes_too_late() {
    assert_eq!(breaks("timed, no re-check", vec![Bounds { off: Some(Rule::Recheck), ..TIMED }]), ["one believes"]);
}

#[test]
fn without_fencing_a_late_write_takes_effect_whatever_the_clocks_do() {
    assert_eq!(breaks("timed, no fencing", vec![Bounds { off: Some(Rule::Fencing), ..TIMED }]), ["effects in order"]);
    let unfenced = breaks("asynchronous, no fencing", vec![Bounds { off: Some(Rule::Fencing), ..ASYNCHRONOUS }]);
    assert_eq!(unfenced, ["effects in order", "one believes"]);
}
