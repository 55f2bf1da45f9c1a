//! Every kind of fact that a process can note and every message happens in some run, and has a name.

use std::collections::BTreeSet;

use ringside::cluster::observe::view::Office;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::asking::WITHOUT_END;
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::cluster::setup::detection::Detection;
use ringside::cluster::setup::rules::Rules;
use ringside::sim::fault::Fault;
use ringside::sim::journal::What;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::message_names::message_name;

use crate::engine::Run;

/// What can happen among coordinators: the leader is cut off from the others and goes on writing, another is dead for long, a
/// third loses its disk, and a node can no longer reach the leader alone.
fn council() -> Run {
    let mut run = Run::new(4127, Rules::ALL_ON);
    run.watch_until(Time::from_millis(2_000));
    let leads = |run: &Run, yes: bool| {
        let view = run.cluster.view();
        view.coordinators.iter().find(|it| (it.office == Some(Office::Leader)) == yes).expect("one leads, others follow").pid
    };
    let (leader, others) = (leads(&run, true), run.cluster.env().coordinators.clone());
    let others = || others.iter().copied().filter(|&pid| pid != leader);
    others().for_each(|other| [Fault::Cut(leader, other), Fault::Cut(other, leader)].into_iter().for_each(|it| run.inject(it)));
    run.watch_until(Time::from_millis(5_000));
    others().for_each(|other| [Fault::Heal(leader, other), Fault::Heal(other, leader)].into_iter().for_each(|it| run.inject(it)));
    run.watch_until(Time::from_millis(6_000));
    let away = leads(&run, false);
    run.inject(Fault::Kill(away));
    run.until(Time::from_millis(36_000));
    run.inject(Fault::Revive(away));
    run.watch_until(Time::from_millis(38_000));
    let wiped = leads(&run, false);
    [Fault::Wipe(wiped), Fault::Revive(wiped)].into_iter().for_each(|it| run.inject(it));
    run.watch_until(Time::from_millis(42_000));
    let (leader, node) = (leads(&run, true), run.cluster.env().nodes[0]);
    run.inject(Fault::Cut(node, leader));
    run.watch_until(Time::from_millis(46_000));
    assert!(run.promises.states().iter().all(|(_, broken)| broken.is_none()), "{:?}", run.promises.states());
    run
}

/// What can happen among members that probe each other: one is slow and speaks up, another dies and comes back.
fn group() -> Run {
    let mut setup = Setup::new(4127);
    setup.config.detector = Detection::Lifeguard;
    let mut run = Run::of(setup);
    let (slow, dead) = (run.cluster.env().nodes[2], run.cluster.env().nodes[3]);
    run.watch_until(Time::from_millis(2_000));
    run.inject(Fault::Slow(slow, 10));
    run.watch_until(Time::from_millis(6_000));
    run.inject(Fault::Kill(dead));
    run.watch_until(Time::from_millis(12_000));
    run.inject(Fault::Revive(dead));
    run.watch_until(Time::from_millis(15_000));
    run
}

/// What can happen where any node can do what clients ask for.
fn fleet() -> Run {
    let mut setup = Setup::new(4127);
    (setup.config.asking.any, setup.config.hedge) = (50, Span::millis(60));
    let mut run = Run::of(setup);
    let slow = run.cluster.env().nodes[2];
    run.watch_until(Time::from_millis(2_000));
    run.inject(Fault::Slow(slow, 10));
    run.watch_until(Time::from_millis(4_000));
    run
}

#[test]
fn every_kind_of_fact_and_message_happens_in_some_run() {
    let (mut kinds, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let mut flights = Vec::new();
    for seed in 0..16 {
        let mut setup = Setup::new(seed);
        // Every way of acknowledging and reading, and logs short enough to be trimmed.
        setup.config.ack = Ack::ALL[seed as usize % 3];
        setup.config.reads = Reads::ALL[seed as usize % 2];
        (setup.config.log_max, setup.config.log_keep) = (24, 8);
        // And workers that do not wait for ever.
        setup.config.lock_patience = Span::millis([0, 0, 0, 1_500][seed as usize % 4]);
        // Some clients give up, and some ask without waiting for answers.
        setup.config.asking.retries = [WITHOUT_END, 1][seed as usize / 8];
        setup.config.asking.rate = if seed == 7 { 20 } else { 0 };
        let mut run = Run::of(setup);
        let node = |run: &Run, i: usize| run.cluster.env().nodes[i % 6];
        let mut at = Time::from_millis(1_000);
        for round in 0..40 {
            while run.cluster.now() < at {
                run.until(at.min(run.cluster.now() + Span::millis(8)));
                run.cluster.flights(&mut flights);
                labels.extend(flights.iter().map(|flight| flight.label));
            }
            let (a, b) = (node(&run, seed as usize), node(&run, seed as usize + 1));
            let others = |run: &Run| run.cluster.env().nodes[..6].iter().copied().filter(|&to| to != a).collect::<Vec<_>>();
            match round {
                4 => run.inject(Fault::Cut(a, b)),
                // Alone with its clients, then dead: what it acknowledges on its own disk alone is lost.
                8 => others(&run).into_iter().for_each(|to| run.inject(Fault::Cut(a, to))),
                10 => {
                    run.inject(Fault::Kill(a));
                    others(&run).into_iter().for_each(|to| run.inject(Fault::Heal(a, to)));
                    // Somebody in line, and whoever is at work.
                    run.inject(Fault::Freeze(run.cluster.env().workers[seed as usize % 5]));
                    let inside = run.cluster.view().locks[0].inside.first().map(|it| it.who);
                    inside.into_iter().for_each(|who| run.inject(Fault::Freeze(who)));
                }
                20 => {
                    run.inject(Fault::Revive(a));
                    run.cluster.env().workers.clone().into_iter().for_each(|worker| run.inject(Fault::Thaw(worker)));
                }
                24 => run.inject(Fault::Freeze(b)),
                28 => run.inject(Fault::Join(run.cluster.env().nodes[6])),
                30 => run.inject(Fault::Leave(node(&run, seed as usize + 3))),
                34 => run.inject(Fault::Thaw(b)),
                _ => {}
            }
            at += Span::millis(200) + Span(seed * 7_001);
        }
        for record in &run.facts {
            if let What::Note(_) = &record.what {
                kinds.insert(ringside::session::export::kind(&record.what));
            }
        }
    }
    for mut run in [council(), group(), fleet()] {
        for record in &run.facts {
            if let What::Note(_) = &record.what {
                kinds.insert(ringside::session::export::kind(&record.what));
            }
        }
        labels.append(&mut run.labels);
    }
    let expected = [
        "acknowledged",
        "answered",
        "applied",
        "appended",
        "buries",
        "called",
        "committed",
        "decided",
        "decisions-cut",
        "dropped",
        "elected",
        "fence-refused",
        "fenced-write",
        "gave-up",
        "hedged",
        "held-back",
        "hold-begins",
        "hold-ends",
        "learner-ready",
        "left",
        "grant-too-late",
        "lock-cancelled",
        "lock-granted",
        "lock-queued",
        "lock-released",
        "invoked",
        "answered-again",
        "read-served",
        "refutes",
        "readmitted",
        "refused",
        "replica-read",
        "retried",
        "returned",
        "ring-changed",
        "serving",
        "session-ended",
        "snapshot-sent",
        "snapshot-taken",
        "stale-view",
        "stands",
        "state-taken",
        "stepped-down",
        "stopped",
        "suspected",
        "suspects",
        "trimmed",
        "truncated",
        "trusts",
        "view-changed",
        "voted",
        "worked",
        "writes-lost",
        "yielded",
    ];
    let missing: Vec<_> = expected.iter().filter(|kind| !kinds.contains(*kind)).collect();
    assert!(missing.is_empty() && kinds.len() == expected.len(), "never happened: {missing:?}; happened: {kinds:?}");
    let expected = [
        "Acquire",
        "Ack",
        "Any",
        "Append",
        "Cancel",
        "AppendEntries",
        "Appended",
        "Ask",
        "AskReach",
        "Chunk",
        "Commit",
        "Done",
        "Edit",
        "Get",
        "Got",
        "Granted",
        "Heartbeat",
        "HeartbeatOk",
        "InstallSnapshot",
        "KeepAlive",
        "Lagging",
        "LeaderBeat",
        "Mismatch",
        "Nack",
        "NoVote",
        "NotAppended",
        "Open",
        "Ping",
        "PingReq",
        "PreVote",
        "Put",
        "Reach",
        "Ready",
        "Refused",
        "Release",
        "RequestVote",
        "SessionOk",
        "SessionOver",
        "Stale",
        "Stored",
        "Tail",
        "TimeoutNow",
        "Views",
        "Vote",
        "Yield",
        "Yielded",
    ];
    let missing: Vec<_> = expected.iter().filter(|label| !labels.contains(*label)).collect();
    assert!(missing.is_empty(), "never seen under way: {missing:?}; seen: {labels:?}");
    for label in labels {
        let name = message_name(label, Lang::Zh);
        assert!(!name.is_ascii(), "the message {label} has no Chinese name");
    }
}
