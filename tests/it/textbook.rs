//! The textbook's lock and its three repairs, explored exhaustively: every order in which the threads can run, and one kill, or
//! one freeze with its thaw, at any point; always with all five threads. Two states are one if they decide the same to come
//! ([`Machine::essence`], by a digest of 64 bits).
//!
//! What each repair protects, and what is broken without it, is `each_repair_protects_what_the_table_says_and_nothing_else`.
//!
//! Mutants made by hand, and the test that killed each:
//!
//! | mutant | killed by |
//! |---|---|
//! | `wait` keeps the mutex | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | `notify` wakes nobody | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | `notify` wakes whoever came last | a_sign_goes_to_whoever_has_waited_longest (unit) |
//! | `if` for `while`: who was woken does not ask again | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | a mutex that is taken can be taken | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | the textbook's loop asks whether another has the mutex | in_the_textbook_nobody_ever_gets_past_the_loop_and_one_line_is_printed |
//! | a release leaves the flag | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | a release leaves the lease | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | a release by anybody frees the lock | each_repair_protects_what_the_table_says_and_nothing_else |
//! | a lease is over at once; `<=` for `<` at its end | each_repair_protects_what_the_table_says_and_nothing_else |
//! | waiting for a lease has no time-out | each_repair_protects_what_the_table_says_and_nothing_else |
//! | the document refuses an equal number (`>` for `>=`) | each_repair_protects_what_the_table_says_and_nothing_else |
//! | the document sees the number at the write alone | under_tokens_every_line_that_was_written_is_still_there |
//! | the document forgets the highest number | the_holder_of_the_highest_number_is_admitted_again_and_a_lower_one_is_not (unit) |
//! | numbers do not grow | under_tokens_every_line_that_was_written_is_still_there |
//! | a write wipes out nothing | a_write_from_an_old_copy_wipes_out_what_it_had_not_read (unit), and the table's test |
//! | a killed thread keeps the mutex | a_killed_thread_gives_the_mutex_back_and_nothing_else (unit) |
//! | a killed thread goes on waiting | each_repair_protects_what_the_table_says_and_nothing_else (the dead stay dead) |
//! | a frozen thread runs | an_action_that_can_do_nothing_says_why_and_changes_nothing (unit) |
//! | the clock waits for frozen threads too | the_clock_moves_for_nobody_who_is_frozen (unit) |
//! | the clock passes over the nearest deadline | with_each_repair_all_five_get_in_one_at_a_time_and_end |
//! | a step back goes on with the draws of where it stood | steps_forwards_and_as_many_back_come_to_the_equal_state |
//! | a new action leaves the later ones | an_action_forgets_what_was_to_come_and_a_refused_one_does_not |
//! | the seed is not used | the_seed_decides_the_order_and_nothing_else_does |
//!
//! States found: textbook 357 without faults, 4,057 with a kill, 3,967 with a freeze; condition 18,552, 149,312, 262,772; lease
//! 19,992, 489,872, 1,213,132; token 21,112, 614,512, 1,095,052. (`cargo nextest run --no-capture textbook` prints them.)

use std::collections::{BTreeMap, VecDeque};

use ringside::room::textbook::machine::{Action, Choice, Doing, Machine, Op, Part, Saying, State, ThreadId, Variant};
use ringside::room::textbook::{Lesson, STEPS_MAX, Stop, Story};
use ringside::sim::digest::Digest;
use ringside::sim::time::Time;

/// What is done in an exploration, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    Never,
    Kill,
    /// And a thaw, any time later; a run never ends before it.
    Freeze,
}

/// A state of an exploration: the machine, and whom the one fault has hit.
#[derive(Clone)]
struct Moment {
    machine: Machine,
    hurt: Option<ThreadId>,
}

impl Moment {
    fn key(&self, prints: bool) -> u64 {
        let printed = if prints { self.machine.output() } else { &[] };
        Digest::of(&(self.machine.essence(), self.hurt, printed))
    }

    fn nexts(&self, fault: Fault) -> Vec<Moment> {
        let mut out: Vec<Moment> = self.machine.choices().into_iter().map(|choice| self.after(choice)).collect();
        for (who, thread) in self.machine.threads() {
            let action = match fault {
                Fault::Kill if self.hurt.is_none() => Action::Kill(who),
                Fault::Freeze if self.hurt.is_none() => Action::Freeze(who),
                Fault::Freeze if thread.frozen => Action::Thaw(who),
                Fault::Never | Fault::Kill | Fault::Freeze => continue,
            };
            let mut machine = self.machine.clone();
            if machine.act(action).is_ok() {
                out.push(Moment { machine, hurt: Some(who) });
            }
        }
        out
    }

    fn after(&self, choice: Choice) -> Moment {
        let mut machine = self.machine.clone();
        machine.take(choice);
        Moment { machine, hurt: self.hurt }
    }
}

/// What an exploration found.
#[derive(Default, Debug)]
struct Found {
    states: usize,
    /// States that nothing follows: in how many all have ended, and in how many somebody has not.
    finished: usize,
    stuck: usize,
    /// Whether every run ends: no state comes back.
    ends: bool,
    lost: usize,
    refused: usize,
    /// States in which two work under the lock at once.
    together: usize,
}

/// Every state that can be, each seen by `check` once.
fn explore(variant: Variant, threads: u8, fault: Fault, prints: bool, mut check: impl FnMut(&Machine)) -> Found {
    let first = Moment { machine: Machine::new(variant, threads), hurt: None };
    let mut ids = BTreeMap::from([(first.key(prints), 0u32)]);
    let mut todo = VecDeque::from([first]);
    let mut edges: Vec<Vec<u32>> = Vec::new();
    let mut found = Found::default();
    while let Some(state) = todo.pop_front() {
        let machine = &state.machine;
        check(machine);
        let dead = machine.threads().filter(|(_, thread)| thread.state == State::Dead).count();
        assert_eq!(dead, usize::from(state.hurt.is_some() && fault == Fault::Kill), "the dead stay dead");
        let late = machine.threads().find(|(who, _)| state.hurt != Some(*who) && machine.is_late(*who));
        assert_eq!(late, None, "nobody takes the lock from one that keeps its time");
        found.lost += usize::from(machine.document().writes.iter().any(|write| write.lost.is_some()));
        found.refused += usize::from(machine.threads().any(|(_, thread)| thread.state == State::Refused));
        found.together += usize::from(machine.threads().filter(|(who, _)| machine.doing(*who).is_work()).count() > 1);
        let nexts = state.nexts(fault);
        if nexts.is_empty() || nexts.iter().all(|next| next.hurt != state.hurt) {
            // Nothing follows by itself.
            let over = machine.threads().all(|(_, thread)| thread.state.is_over());
            if over || machine.threads().all(|(_, thread)| !thread.frozen) {
                *(if over { &mut found.finished } else { &mut found.stuck }) += 1;
            }
        }
        let mut out = Vec::with_capacity(nexts.len());
        for next in nexts {
            let fresh = ids.len() as u32;
            let id = *ids.entry(next.key(prints)).or_insert(fresh);
            out.push(id);
            if id == fresh {
                todo.push_back(next);
            }
        }
        edges.push(out);
    }
    found.states = edges.len();
    found.ends = is_acyclic(&edges);
    println!("{:<9} {threads} threads, {fault:?}: {found:?}", variant.word());
    found
}

/// Takes away what nothing leads to, again and again (Kahn 1962).
fn is_acyclic(edges: &[Vec<u32>]) -> bool {
    let mut into = vec![0u32; edges.len()];
    edges.iter().flatten().for_each(|to| into[*to as usize] += 1);
    let mut bare: Vec<usize> = (0..edges.len()).filter(|at| into[*at] == 0).collect();
    let mut gone = 0;
    while let Some(at) = bare.pop() {
        gone += 1;
        for to in &edges[at] {
            into[*to as usize] -= 1;
            if into[*to as usize] == 0 {
                bare.push(*to as usize);
            }
        }
    }
    gone == edges.len()
}

fn faulty(variant: Variant, fault: Fault) -> Found {
    explore(variant, 5, fault, false, |_| ())
}

#[test]
fn in_the_textbook_nobody_ever_gets_past_the_loop_and_one_line_is_printed() {
    let has = Variant::Textbook.find(Op::SayHas).expect("the listing says it");
    let found = explore(Variant::Textbook, 5, Fault::Never, true, |machine| {
        for (who, thread) in machine.threads() {
            assert!(thread.line < has || thread.line == Variant::Textbook.find(Op::Call(Part::Acquire)).unwrap_or(0), "{who:?}");
        }
        assert!(machine.output().iter().all(|line| line.saying == Saying::Wants) && machine.output().len() <= 1);
        assert!(!machine.choices().is_empty(), "it goes round for ever");
    });
    assert!(!found.ends && found.states > 100);
    // Each death gives the mutex back, and lets one more thread in to loop: one line more, and nobody further.
    for fault in [Fault::Kill, Fault::Freeze] {
        let found = explore(Variant::Textbook, 5, fault, true, |machine| {
            assert!(machine.output().iter().all(|line| line.saying == Saying::Wants));
            let dead = machine.threads().filter(|(_, thread)| thread.state == State::Dead).count();
            assert!(machine.output().len() <= 1 + dead && machine.document().writes.is_empty());
        });
        assert!(!found.ends);
    }
}

#[test]
fn with_each_repair_all_five_get_in_one_at_a_time_and_end() {
    for variant in [Variant::Condition, Variant::Lease, Variant::Token] {
        let found = explore(variant, 5, Fault::Never, false, |machine| {
            if machine.threads().all(|(_, thread)| thread.state.is_over()) {
                assert_eq!(machine.document().writes.len(), 5);
                // Five times 2 s of work: a lock that is given back is free at once, and not when its lease ends.
                assert_eq!(machine.now(), Time::from_millis(10_000));
            }
        });
        // In every order there is: 5! ends.
        assert!(found.ends && found.stuck == 0 && found.finished == 120, "{}: {found:?}", variant.word());
        assert_eq!((found.lost, found.refused, found.together), (0, 0, 0), "{}", variant.word());
    }
}

#[test]
fn each_repair_protects_what_the_table_says_and_nothing_else() {
    // Variant, fault: whether somebody may wait for ever, whether a line may be lost.
    let table = [
        (Variant::Condition, Fault::Never, false, false),
        (Variant::Condition, Fault::Kill, true, false),
        (Variant::Condition, Fault::Freeze, false, false),
        (Variant::Lease, Fault::Never, false, false),
        (Variant::Lease, Fault::Kill, false, false),
        (Variant::Lease, Fault::Freeze, false, true),
        (Variant::Token, Fault::Never, false, false),
        (Variant::Token, Fault::Kill, false, false),
        (Variant::Token, Fault::Freeze, false, false),
    ];
    for (variant, fault, stuck, lost) in table {
        let found = faulty(variant, fault);
        assert_eq!((variant, fault, found.stuck > 0, found.lost > 0), (variant, fault, stuck, lost));
        assert!(found.ends && found.finished > 0, "every run ends");
        // Two at once come of a lease that is slept through, and the token does not prevent that: it refuses the late one.
        let slept = fault == Fault::Freeze && variant >= Variant::Lease;
        assert_eq!((found.together > 0, found.refused > 0), (slept, slept && variant == Variant::Token), "{variant:?} {fault:?}");
    }
}

#[test]
fn under_the_condition_a_death_blocks_all_in_two_ways() {
    let (mut holder, mut sign) = (false, false);
    explore(Variant::Condition, 5, Fault::Kill, false, |machine| {
        let left = machine.threads().filter(|(_, thread)| !thread.state.is_over()).count();
        if left > 0 && machine.choices().is_empty() {
            // The dead one had the lock, or the sign to take it.
            let dead = |who| machine.thread(who).is_some_and(|thread| thread.state == State::Dead);
            holder |= machine.holder().is_some_and(dead);
            sign |= machine.holder().is_none();
            assert_eq!(machine.waiters().len(), left);
        }
    });
    assert!(holder && sign);
}

#[test]
fn under_tokens_every_line_that_was_written_is_still_there() {
    explore(Variant::Token, 5, Fault::Freeze, false, |machine| {
        let written = machine.threads().filter(|(_, thread)| thread.state == State::Done).count();
        let standing = machine.document().writes.iter().filter(|write| !write.refused && write.lost.is_none()).count();
        assert!(written <= standing, "who has finished has its line there");
        let numbers: Vec<u32> = machine.document().writes.iter().filter(|write| !write.refused).map(|write| write.token).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
    });
}

#[test]
fn steps_forwards_and_as_many_back_come_to_the_equal_state() {
    for variant in Variant::ALL {
        for seed in 0..20 {
            let mut lesson = Lesson::story(variant, seed, Story::Sleeps);
            lesson.go(0);
            let mut all = vec![lesson.clone()];
            while lesson.step() < 120 && lesson.forward() {
                all.push(lesson.clone());
            }
            assert!(all.len() > 40 && !lesson.actions().is_empty());
            for before in all.iter().rev().skip(1) {
                assert!(lesson.back());
                assert_eq!(&lesson, before);
            }
            assert!(!lesson.back() && lesson.step() == 0);
        }
    }
}

#[test]
fn the_seed_decides_the_order_and_nothing_else_does() {
    let order = |seed: u32| {
        let mut lesson = Lesson::new(Variant::Condition, seed);
        lesson.go(STEPS_MAX);
        assert_eq!(lesson.stop(), Some(Stop::Over));
        lesson.machine().document().writes.iter().map(|write| write.who.0).collect::<Vec<_>>()
    };
    assert_eq!(order(1), order(1));
    let orders: std::collections::BTreeSet<_> = (0..40).map(order).collect();
    assert!(orders.len() > 20, "{} orders in 40 seeds", orders.len());
}

#[test]
fn every_ready_run_tells_its_story_under_every_seed() {
    for seed in 0..200 {
        let end = |variant, story| {
            let mut lesson = Lesson::story(variant, seed, story);
            let hurt = lesson.actions()[0].1.who();
            assert!(lesson.step() == lesson.actions()[0].0 + 1 && lesson.machine().event().who() == Some(hurt));
            lesson.go(STEPS_MAX);
            let machine = lesson.machine();
            let lost = machine.document().writes.iter().filter(|write| write.lost.is_some()).count();
            (lesson.stop(), lost, machine.doing(hurt))
        };
        assert_eq!(end(Variant::Textbook, Story::Dies), (Some(Stop::Limit), 0, Doing::Dead));
        assert_eq!(end(Variant::Condition, Story::Dies), (Some(Stop::Stuck), 0, Doing::Dead));
        assert_eq!(end(Variant::Condition, Story::Sleeps), (Some(Stop::Over), 0, Doing::Done));
        for variant in [Variant::Lease, Variant::Token] {
            assert_eq!(end(variant, Story::Dies), (Some(Stop::Over), 0, Doing::Dead));
        }
        assert_eq!(end(Variant::Token, Story::Sleeps), (Some(Stop::Over), 0, Doing::Refused));
        let (stop, lost, _) = end(Variant::Lease, Story::Sleeps);
        assert!(stop == Some(Stop::Over) && lost > 0, "seed {seed}");
    }
}

#[test]
fn an_action_forgets_what_was_to_come_and_a_refused_one_does_not() {
    let mut lesson = Lesson::story(Variant::Token, 3, Story::Sleeps);
    let frozen = lesson.actions()[0].1.who();
    let whole = lesson.clone();
    assert!(lesson.act(Action::Freeze(frozen)).is_err());
    assert_eq!(lesson, whole);
    lesson.act(Action::Kill(frozen)).expect("it lives");
    assert_eq!(lesson.actions().len(), 2);
    assert_eq!(lesson.actions()[1], (whole.step(), Action::Kill(frozen)));
}
