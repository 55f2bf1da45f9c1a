//! A node that answers every request with an error, at once, while its heart beats: what a detector that listens for heartbeats cannot see.
//!
//! | what may be wrong | what would tell |
//! |---|---|
//! | it fails heartbeats too, and is replaced | `who_fails_requests_is_not_missed_and_stays_in_its_place` |
//! | it stores what it has refused | the promises, in every test here |
//! | mended, or booted again, it goes on failing | `mended_or_booted_again_it_serves` |

use ringside::cluster::note::{ClientNote, ControlNote, Note, RefusedWhy, ShardNote};
use ringside::cluster::setup::name::Name;
use ringside::session::Session;
use ringside::session::action::{Action, Refusal};
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

use crate::opened::opened;

fn pid(session: &Session, name: &str) -> Pid {
    session.setup().roster.pid(name.parse().expect("a name")).expect("it is in the roster")
}

fn notes(session: &Session, from: u64) -> impl Iterator<Item = (Pid, &Note)> {
    session.facts().iter().filter(move |fact| fact.at >= Time::from_millis(from)).filter_map(|fact| match &fact.what {
        What::Note(note) => Some((fact.who, note)),
        What::Fault(_) => None,
    })
}

fn errors(session: &Session, from: u64) -> usize {
    let error = |note: &Note| matches!(note, Note::Shard(ShardNote::Refused { why: RefusedWhy::Fails, .. }));
    notes(session, from).filter(|(_, note)| error(note)).count()
}

#[test]
fn who_fails_requests_is_not_missed_and_stays_in_its_place() {
    let session = opened("v=9&seed=4127&do=3:fail:C&at=20");
    let c = pid(&session, "C");
    assert!(session.view().processes[c.index()].fails);
    assert!(errors(&session, 3_000) > 20, "{}", errors(&session, 3_000));
    let missed = |note: &Note| matches!(note, Note::Control(ControlNote::Suspected { .. }));
    assert!(!notes(&session, 0).any(|(_, note)| missed(note)), "its heart beats");
    assert!(session.view().shards.iter().any(|shard| shard.server == Some(c)), "nobody has taken its shards");
    let answers =
        |(who, note): (Pid, &Note)| who == c && matches!(note, Note::Shard(ShardNote::ReadServed { .. } | ShardNote::Acknowledged { .. }));
    assert!(!notes(&session, 3_200).any(answers), "it answers nobody");
}

#[test]
fn mended_or_booted_again_it_serves() {
    for cure in ["8:mend:C", "8:kill:C,8.2:revive:C"] {
        let session = opened(&format!("v=9&seed=4127&do=3:fail:C,{cure}&at=30"));
        assert!(errors(&session, 3_000) > 0 && errors(&session, 8_000) == 0, "{cure}");
        assert!(!session.view().processes[pid(&session, "C").index()].fails);
        let answered = notes(&session, 10_000).filter(|(_, note)| matches!(note, Note::Client(ClientNote::Answered { .. })));
        assert!(answered.count() > 50, "{cure}: everybody is answered again");
    }
}

#[test]
fn only_a_node_that_runs_can_begin_to_fail_and_once() {
    let mut session = opened("v=9&seed=4127&at=5");
    let name = |text: &str| -> Name { text.parse().expect("a name") };
    assert_eq!(session.dispatch(Action::Fail(name("K1"))), Err(Refusal::NotANode(name("K1"))));
    session.dispatch(Action::Fail(name("C"))).expect("C runs");
    session.seek(Time::from_millis(5_010));
    assert!(matches!(session.dispatch(Action::Fail(name("C"))), Err(Refusal::NoEffect(..))), "it fails already");
    session.dispatch(Action::Kill(name("D"))).expect("D runs");
    assert!(matches!(session.dispatch(Action::Fail(name("D"))), Err(Refusal::NoEffect(..))), "the dead fail nobody");
    assert!(matches!(session.dispatch(Action::Mend(name("A"))), Err(Refusal::NoEffect(..))), "A serves");
    assert!(session.link().contains("fail:C"), "{}", session.link());
}
