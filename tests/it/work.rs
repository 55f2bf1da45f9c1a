//! Work takes time: queues at nodes, what they cost, and what they do when more comes than nodes can do.
//!
//! Mutants, each applied by hand, and a test that was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | a full queue takes one more | `a_full_queue_turns_away_and_never_grows_beyond_its_bound` |
//! | after a service nobody is served before the next one comes | `nodes_are_busy_for_as_long_as_what_they_do_takes` |
//! | the next one is served at once, beside the one that is in service | `nodes_are_busy_for_as_long_as_what_they_do_takes` |
//! | the last one to come is served first | `who_came_first_is_served_first` |
//! | every request takes the mean, whatever the law | `a_request_takes_as_long_as_its_law_says` |
//! | a balancer forgets to give up what is not answered | `a_slow_node_costs_the_less_the_more_a_balancer_sees` |
//! | a balancer does not notice answers | `a_slow_node_costs_the_less_the_more_a_balancer_sees` |

use ringside::cluster::balancer::Choice;
use ringside::cluster::note::{ClientNote, Note, RefusedWhy, ShardNote};
use ringside::cluster::observe::view::Health;
use ringside::proto::balance::policy::Weight;
use ringside::session::link::parse;
use ringside::session::{Session, StepUnit};
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

fn opened(link: &str) -> Session {
    Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")))
}

fn notes(session: &Session) -> impl Iterator<Item = (&Record<Note>, &Note)> {
    session.facts().iter().filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact, note)),
        What::Fault(_) => None,
    })
}

/// Answers in these seconds.
fn answers(session: &Session, from: u64, to: u64) -> usize {
    let within = |at: Time| at >= Time::from_millis(from * 1_000) && at < Time::from_millis(to * 1_000);
    notes(session).filter(|(fact, note)| within(fact.at) && matches!(note, Note::Client(ClientNote::Answered { .. }))).count()
}

fn busy(session: &Session) -> usize {
    notes(session).filter(|(_, note)| matches!(note, Note::Shard(ShardNote::Refused { why: RefusedWhy::Busy, .. }))).count()
}

/// What is at each node, from one instant to another, every so often.
fn queues(session: &mut Session, from: Time, to: Time, every: Span) -> Vec<Vec<u16>> {
    let mut out = Vec::new();
    let mut at = from;
    while at < to {
        session.seek(at);
        out.push(session.view().processes.iter().filter_map(|it| it.queued).map(|(queued, _)| queued).collect());
        at += every;
    }
    out
}

#[test]
fn usually_work_takes_no_time_and_nothing_waits() {
    let session = opened("v=9&seed=4127&at=5");
    assert!(session.view().processes.iter().all(|it| it.queued.is_none()));
    let session = opened("v=9&seed=4127&service=0.05&do=4:kill:C&at=5");
    for it in &session.view().processes {
        let runs = it.name.kind == ringside::cluster::setup::name::Kind::Node && it.present && it.health == Health::Up;
        assert_eq!(it.queued.is_some(), runs, "{}: a queue is at nodes that run, and nowhere else", it.name);
    }
}

/// The utilisation law (Denning and Buzen 1978): a server is busy for throughput times service time. Clients ask for so little that nobody
/// asks twice.
#[test]
fn nodes_are_busy_for_as_long_as_what_they_do_takes() {
    let mut session = opened("v=9&seed=4127&clients=16&workers=0&service=0.05&law=fixed&at=70");
    let (asked, done) =
        (notes(&session).filter(|(_, note)| matches!(note, Note::Client(ClientNote::Retried { .. }))).count(), answers(&session, 10, 70));
    assert!(asked < done / 40, "{asked} retries");
    let seen = queues(&mut session, Time::from_millis(10_000), Time::from_millis(70_000), Span::millis(20));
    let busy: usize = seen.iter().map(|nodes| nodes.iter().filter(|&&queued| queued > 0).count()).sum();
    let (busy, law) = (busy as f64 / seen.len() as f64, done as f64 / 60.0 * 0.05);
    assert!((busy / law - 1.0).abs() < 0.05, "{busy} nodes are busy on average; {law} by the law");
}

#[test]
fn a_full_queue_turns_away_and_never_grows_beyond_its_bound() {
    let mut session = opened("v=9&seed=4127&clients=24&workers=0&service=0.3&queue=3&at=30");
    assert!(busy(&session) > 500, "{}", busy(&session));
    let seen = queues(&mut session, Time::from_millis(5_000), Time::from_millis(30_000), Span::millis(50));
    assert_eq!(seen.iter().flatten().max(), Some(&4), "three wait and one is served");
    assert!(session.promises().iter().all(|(_, broken)| broken.is_none()));
}

/// Of two requests of the same kind that come to a node one after the other, the first is answered first, whoever asks.
#[test]
fn who_came_first_is_served_first() {
    let session = opened("v=9&seed=4127&clients=12&workers=0&service=0.1&at=60");
    let reads: Vec<(Time, Time, u16)> = answered_reads(&session);
    let overtaken = reads
        .iter()
        .enumerate()
        .map(|(i, a)| reads[i + 1..].iter().filter(|b| b.2 == a.2 && b.0 > a.0 + Span::millis(60) && b.1 + Span::millis(60) < a.1).count());
    let overtaken: usize = overtaken.sum();
    assert!(reads.len() > 300 && overtaken == 0, "{overtaken} of {}", reads.len());
}

/// Reads that were asked for once: when, when they were answered, and of which shard. A message takes 40 ms through a balancer at most.
fn answered_reads(session: &Session) -> Vec<(Time, Time, u16)> {
    let mut asked = std::collections::BTreeMap::new();
    let mut out = Vec::new();
    for (fact, note) in notes(session) {
        match note {
            Note::Client(ClientNote::Invoked { shard, op, put: None, .. }) => drop(asked.insert(*op, (fact.at, shard.0))),
            Note::Client(ClientNote::Retried { op, .. }) => drop(asked.remove(op)),
            Note::Client(ClientNote::Answered { op, .. }) => out.extend(asked.remove(op).map(|(at, shard)| (at, fact.at, shard))),
            _ => {}
        }
    }
    out.sort();
    out
}

/// When nodes get more than they can do, a long queue keeps requests until their clients have given up and asked again: nodes work on
/// what nobody waits for any more. A short one turns away at once, and more is answered in time.
#[test]
fn under_overload_a_short_queue_answers_more_than_a_long_one() {
    let goodput = |queue: u16| answers(&opened(&format!("v=9&seed=4127&clients=16&workers=0&service=0.2&queue={queue}&at=120")), 20, 120);
    let (short, long) = (goodput(1), goodput(64));
    assert!(short > 3 * long, "{short} answers with one place to wait, {long} with 64");
    let alone = answers(&opened("v=9&seed=4127&clients=4&workers=0&service=0.2&queue=64&at=120"), 20, 120);
    assert!(alone > long, "four clients get {alone} answers, sixteen {long}");
}

#[test]
fn a_node_that_dies_forgets_who_waited() {
    let link = "v=9&seed=4127&clients=16&workers=0&service=0.2&queue=64";
    let before = opened(&format!("{link}&at=30")).view().processes.clone();
    let (name, most) = before.iter().filter_map(|it| Some((it.name, it.queued?.0))).max_by_key(|&(_, queued)| queued).expect("nodes run");
    assert!(most > 10, "{name}: {most}");
    let after = opened(&format!("{link}&do=30:kill:{name},30.2:revive:{name}&at=30.21")).view().processes.clone();
    let left = after.iter().find(|it| it.name == name).and_then(|it| it.queued).map(|(queued, _)| queued);
    assert!(left < Some(5), "{name}: {most} before, {left:?} after");
}

/// One client alone: what varies is the law, and little else.
#[test]
fn a_request_takes_as_long_as_its_law_says() {
    let waits = |law: &str| {
        let session = opened(&format!("v=9&seed=4127&clients=1&workers=0&service=0.1&law={law}&at=200"));
        let mut waits: Vec<u64> = answered_reads(&session).iter().map(|(asked, answered, _)| answered.since(*asked).0 / 1_000).collect();
        waits.sort_unstable();
        assert!(waits.len() > 60, "{law}: {}", waits.len());
        waits
    };
    // Four messages of 8 to 16 ms each.
    let fixed = waits("fixed");
    assert!(fixed[0] >= 132 && fixed[fixed.len() - 1] <= 165, "{fixed:?}");
    for law in ["exponential", "log-normal"] {
        let waits = waits(law);
        let mean = waits.iter().sum::<u64>() / waits.len() as u64;
        assert!(waits[0] < 80 && waits[waits.len() - 1] > 250 && (110..190).contains(&mean), "{law}: mean {mean}, {waits:?}");
    }
}

/// How long reads waited on average, in milliseconds, over some seeds, where any copy in sync answers; from 10 s on.
fn mean_wait(spread: &str, rest: &str) -> u64 {
    let waits = [1, 2, 3, 4].into_iter().flat_map(|seed| {
        let session = opened(&format!("v=9&seed={seed}&clients=24&workers=0&reads=in-sync&spread={spread}&service=0.03&{rest}"));
        let late = answered_reads_again(&session).into_iter().filter(|(asked, _)| *asked > Time::from_millis(10_000));
        late.map(|(asked, answered)| answered.since(asked).0).collect::<Vec<u64>>()
    });
    let waits: Vec<u64> = waits.collect();
    waits.iter().sum::<u64>() / waits.len() as u64 / 1_000
}

/// Reads, asked again or not: when they were asked for first, and when they were answered.
fn answered_reads_again(session: &Session) -> Vec<(Time, Time)> {
    let mut asked = std::collections::BTreeMap::new();
    let mut out = Vec::new();
    for (fact, note) in notes(session) {
        match note {
            Note::Client(ClientNote::Invoked { op, put: None, .. }) => drop(asked.insert(*op, fact.at)),
            Note::Client(ClientNote::Answered { op, .. }) => out.extend(asked.remove(op).map(|at| (at, fact.at))),
            _ => {}
        }
    }
    out
}

/// C's messages take twenty times as long. Whoever counts what is under way sends it less, whoever looks at the clock nearly nothing.
#[test]
fn a_slow_node_costs_the_less_the_more_a_balancer_sees() {
    let slow = "do=8:slow:C:20&at=60";
    let (random, turns, two, least, quick) = (
        mean_wait("random", slow),
        mean_wait("round-robin", slow),
        mean_wait("two-choices", slow),
        mean_wait("least", slow),
        mean_wait("peak-ewma", slow),
    );
    let told = format!("random {random} ms, round-robin {turns}, two-choices {two}, least {least}, peak-ewma {quick}");
    assert!(random.abs_diff(turns) * 10 < random, "neither sees anything: {told}");
    assert!(two * 100 < random * 85 && least * 100 < random * 85, "by counts: {told}");
    assert!(quick * 100 < least * 90 && quick * 100 < two * 90, "by the clock: {told}");
}

/// What a balancer shows of a choice is what the policy went by.
#[test]
fn a_read_goes_where_the_choice_that_is_shown_says_it_should() {
    let weight = |it: &Choice, node| it.compared.iter().find(|(pid, _)| *pid == node).map(|(_, weight)| *weight);
    for (spread, most) in [("least", 3), ("two-choices", 2), ("peak-ewma", 2), ("round-robin", 0)] {
        let link = format!("v=9&seed=5&clients=24&workers=0&reads=in-sync&spread={spread}&service=0.06&do=6:kill:C,9:revive:C");
        let mut session = opened(&link);
        let l1 = session.setup().roster.pid("L1".parse().expect("a name")).expect("it takes part");
        let (mut seen, mut told) = (None, 0);
        while session.now() < Time::from_millis(15_000) {
            session.step(StepUnit::Event);
            let Some(last) = session.cluster().choices(l1).last().filter(|last| seen != Some(last.op)) else { continue };
            (seen, told) = (Some(last.op), told + 1);
            assert!(last.compared.len() <= most && (most == 0) == last.compared.is_empty(), "{spread}: {last:?}");
            let cost = |weight| match weight {
                Weight::InFlight(n) => u64::from(n),
                Weight::Cost(span) => span.0,
                Weight::Unheard => 0,
            };
            if let Some(own) = weight(last, last.node) {
                let unheard = last.compared.iter().any(|(_, weight)| *weight == Weight::Unheard);
                assert!(unheard || last.compared.iter().all(|(_, other)| cost(own) <= cost(*other)), "{spread}: {last:?}");
            } else {
                assert!(last.compared.is_empty(), "{spread}: it went to somebody who was not compared: {last:?}");
            }
        }
        assert!(told > 100, "{spread}: {told} choices");
    }
    let mut plain = opened("v=9&seed=5&reads=in-sync");
    plain.seek(Time::from_millis(5_000));
    let l1 = plain.setup().roster.pid("L1".parse().expect("a name")).expect("it takes part");
    assert!(plain.cluster().choices(l1).is_empty(), "where nothing is kept nothing is shown");
}

/// C dies with reads under way and comes back: what it owed is over for the balancer's counts, and it gets its part again.
#[test]
fn a_node_that_comes_back_gets_its_part_again() {
    let session = opened("v=9&seed=4127&clients=24&workers=0&reads=in-sync&spread=least&service=0.06&do=20:kill:C,26:revive:C&at=120");
    let c = session.setup().roster.pid("C".parse().expect("a name")).expect("it takes part");
    let late = |fact: &Record<Note>| fact.at > Time::from_millis(40_000);
    let by = notes(&session).filter_map(|(fact, note)| match note {
        Note::Client(ClientNote::ReplicaRead { from, .. }) if late(fact) => Some(*from),
        _ => None,
    });
    let by: Vec<_> = by.collect();
    let part = by.iter().filter(|&&from| from == c).count() * 1_000 / by.len();
    assert!(part > 100, "{part} of a thousand reads of backups are answered by C");
}

/// Under overload the last to come may still be waited for; the first has been given up long ago (Maurer, "Fail at Scale", 2015).
#[test]
fn under_overload_last_come_first_served_answers_more() {
    let goodput =
        |order: &str| answers(&opened(&format!("v=9&seed=4127&clients=16&workers=0&service=0.2&queue=64&order={order}&at=120")), 20, 120);
    let (first, last) = (goodput("first"), goodput("last"));
    assert!(last > 2 * first, "{last} answers where the last is next, {first} where the first is");
}
