//! What the exhaustive search (`tests/it/textbook.rs`) cannot reach: lines that nobody ever gets to, and single steps.

use super::*;

/// The textbook's machine with thread 1 put where nobody ever comes: past the loop.
fn past_the_loop() -> Machine {
    let mut machine = Machine::new(Variant::Textbook, 2);
    let one = ThreadId(1);
    machine.take(Choice::Run(one));
    machine.take(Choice::Run(one));
    machine.threads[0].line = Variant::Textbook.find(Op::SayHas).expect("the listing says it");
    machine
}

fn run(machine: &mut Machine, who: u8, steps: usize) -> Event {
    for _ in 0..steps {
        machine.take(Choice::Run(ThreadId(who)));
    }
    machine.event()
}

#[test]
fn even_past_the_loop_the_textbooks_thread_would_hold_nothing() {
    let mut machine = past_the_loop();
    assert_eq!(run(&mut machine, 1, 2), Event::Left(ThreadId(1), false));
    assert_eq!((machine.mutex(), machine.doing(ThreadId(1))), (None, Doing::Reads));
}

#[test]
fn the_textbooks_release_gives_back_twice_and_the_second_time_is_an_exception() {
    let mut machine = past_the_loop();
    run(&mut machine, 1, 4);
    machine.act(Action::Freeze(ThreadId(2))).expect("it runs");
    machine.take(Choice::Clock(crate::sim::time::Time::ZERO + WORK));
    machine.act(Action::Thaw(ThreadId(2))).expect("it is frozen");
    assert_eq!(run(&mut machine, 1, 6), Event::Freed(ThreadId(1)));
    let quick = machine.clone();
    assert_eq!(run(&mut machine, 1, 1), Event::Raised(ThreadId(1)));
    assert_eq!(machine.output().last().map(ToString::to_string).as_deref(), Some("1 RuntimeError: release unlocked lock"));
    // Another thread was quicker: its mutex is freed by one that does not have it.
    let mut machine = quick;
    run(&mut machine, 2, 2);
    assert_eq!(machine.mutex(), Some(ThreadId(2)));
    assert_eq!(run(&mut machine, 1, 1), Event::Left(ThreadId(1), true));
    assert_eq!(machine.mutex(), None);
}

#[test]
fn waiting_gives_the_mutex_up_and_comes_back_to_the_question() {
    let mut machine = Machine::new(Variant::Condition, 2);
    // Thread 1 has the lock, thread 2 comes to wait.
    run(&mut machine, 1, 7);
    assert_eq!((machine.doing(ThreadId(1)), machine.holder()), (Doing::Reads, Some(ThreadId(1))));
    assert_eq!(run(&mut machine, 2, 5), Event::Waited(ThreadId(2)));
    assert_eq!((machine.mutex(), machine.waiters()), (None, &[ThreadId(2)][..]));
    assert_eq!(run(&mut machine, 1, 2), Event::Slept(ThreadId(1), crate::sim::time::Time::ZERO + WORK));
    machine.take(Choice::Clock(crate::sim::time::Time::ZERO + WORK));
    assert_eq!(run(&mut machine, 1, 7), Event::Notified(ThreadId(1), Some(ThreadId(2))));
    assert_eq!(machine.choices(), [Choice::Run(ThreadId(1))], "the sign alone does not give the mutex");
    run(&mut machine, 1, 1);
    assert_eq!(run(&mut machine, 2, 1), Event::Took(ThreadId(2), Taken::Woken));
    assert_eq!(machine.thread(ThreadId(2)).map(|thread| thread.line), Variant::Condition.find(Op::While));
}

#[test]
fn the_clock_moves_for_nobody_who_is_frozen() {
    let mut machine = Machine::new(Variant::Condition, 1);
    run(&mut machine, 1, 9);
    assert_eq!(machine.choices(), [Choice::Clock(crate::sim::time::Time::ZERO + WORK)]);
    machine.act(Action::Freeze(ThreadId(1))).expect("it lives");
    assert_eq!(machine.choices(), []);
}

#[test]
fn a_sign_goes_to_whoever_has_waited_longest() {
    let mut machine = Machine::new(Variant::Condition, 3);
    run(&mut machine, 1, 7);
    run(&mut machine, 3, 5);
    run(&mut machine, 2, 5);
    assert_eq!(machine.waiters(), [ThreadId(3), ThreadId(2)]);
    run(&mut machine, 1, 2);
    machine.take(Choice::Clock(crate::sim::time::Time::ZERO + WORK));
    assert_eq!(run(&mut machine, 1, 7), Event::Notified(ThreadId(1), Some(ThreadId(3))));
    assert_eq!(machine.waiters(), [ThreadId(2)]);
}

#[test]
fn a_killed_thread_gives_the_mutex_back_and_nothing_else() {
    let mut machine = Machine::new(Variant::Condition, 2);
    run(&mut machine, 1, 5);
    assert_eq!((machine.mutex(), machine.holder()), (Some(ThreadId(1)), Some(ThreadId(1))));
    machine.act(Action::Kill(ThreadId(1))).expect("it lives");
    assert_eq!((machine.mutex(), machine.holder()), (None, Some(ThreadId(1))));
    assert_eq!(machine.event(), Event::Killed(ThreadId(1), Had::Mutex));
}

#[test]
fn an_action_that_can_do_nothing_says_why_and_changes_nothing() {
    let mut machine = Machine::new(Variant::Token, 2);
    machine.act(Action::Kill(ThreadId(1))).expect("it lives");
    machine.act(Action::Freeze(ThreadId(2))).expect("it runs");
    let before = machine.clone();
    let refused = [
        (Action::Kill(ThreadId(0)), Refusal::Nobody),
        (Action::Thaw(ThreadId(3)), Refusal::Nobody),
        (Action::Freeze(ThreadId(1)), Refusal::Over),
        (Action::Freeze(ThreadId(2)), Refusal::Frozen),
    ];
    for (action, why) in refused {
        assert_eq!((action, machine.act(action)), (action, Err(why)));
    }
    assert_eq!(machine, before);
    assert_eq!(machine.choices(), [], "nobody is left to go on");
    machine.act(Action::Thaw(ThreadId(2))).expect("it is frozen");
    assert_eq!(machine.act(Action::Thaw(ThreadId(2))), Err(Refusal::Awake));
}

#[test]
fn the_holder_of_the_highest_number_is_admitted_again_and_a_lower_one_is_not() {
    let mut document = Document::default();
    assert!(document.admits(2) && document.admits(2) && document.admits(3) && !document.admits(2));
    assert_eq!(document.highest, 3);
}

#[test]
fn a_write_from_an_old_copy_wipes_out_what_it_had_not_read() {
    let mut document = Document::default();
    let (one, two, three) = (ThreadId(1), ThreadId(2), ThreadId(3));
    assert_eq!(document.write(one, 0, 0), 0);
    assert_eq!(document.write(two, 0, 0), 0b1, "two had read before one wrote");
    assert_eq!(document.writes.iter().map(|write| write.lost).collect::<Vec<_>>(), [Some(two), None]);
    assert_eq!(document.write(three, 0, 0b1), 0b10, "three had read what one wrote, and puts it back");
    assert_eq!(document.writes.iter().map(|write| write.lost).collect::<Vec<_>>(), [None, Some(three), None]);
}

#[test]
fn every_listing_is_short_and_says_what_the_repair_changed() {
    for variant in Variant::ALL {
        let lines = variant.lines();
        assert!((20..=28).contains(&lines.len()), "{}: {} lines", variant.word(), lines.len());
        let changed = lines.iter().filter(|line| line.changed).count();
        assert_eq!(changed == 0, variant == Variant::Textbook, "{}", variant.word());
        let remarks = if variant == Variant::Token { 2 } else { 1 };
        assert_eq!(lines.iter().filter(|line| line.remark.is_some()).count(), remarks, "{}", variant.word());
        for (i, line) in lines.iter().enumerate() {
            // Marked are the lines that are not in the listing before, and no others.
            let before = Variant::ALL.into_iter().take_while(|one| *one < variant).last();
            let known = before.is_none_or(|before| before.lines().iter().any(|old| old.code == line.code));
            assert!(line.changed != known, "{} {}: {}", variant.word(), i + 1, line.code);
        }
        assert_eq!(Variant::parse(variant.word()), Some(variant));
    }
    assert_eq!(Variant::parse("mutex"), None);
}
