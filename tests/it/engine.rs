//! The engine as a whole: runs of the default cluster under faults, with every promise checked after every event.

use std::rc::Rc;

use ringside::cluster::note::Note;
use ringside::cluster::property::Promises;
use ringside::cluster::rules::{Rule, Rules};
use ringside::cluster::setup::Setup;
use ringside::cluster::{Cluster, Facts};
use ringside::sim::fault::Fault;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::time::Time;

struct Run {
    cluster: Cluster,
    promises: Promises,
    facts: Facts,
}

impl Run {
    fn new(seed: u64, rules: Rules) -> Run {
        let cluster = Cluster::new(Rc::new(Setup { rules, ..Setup::new(seed) }));
        Run { cluster, promises: Promises::new(), facts: Facts::new() }
    }

    fn until(&mut self, at: Time) {
        while self.cluster.next_at().is_some_and(|next| next <= at) {
            let from = self.facts.len();
            self.cluster.step(&mut self.facts);
            self.promises.after(&self.cluster, &self.facts[from..]);
        }
        self.cluster.idle_until(at);
    }

    fn hand(&mut self, fault: Fault) {
        let from = self.facts.len();
        self.cluster.inject(fault, &mut self.facts);
        self.promises.after(&self.cluster, &self.facts[from..]);
    }

    fn dump(&self) {
        let roster = self.cluster.setup().roster;
        for record in &self.facts {
            if let What::Note(note) = &record.what
                && !note.is_headline()
            {
                continue;
            }
            println!("{} {} {:?}", record.at, roster.name(record.who), record.what);
        }
    }
}

#[test]
fn a_killed_primary_is_replaced_and_nothing_acknowledged_is_lost() {
    let mut run = Run::new(4127, Rules::ALL_ON);
    run.until(Time::from_millis(3_000));
    let view = run.cluster.view();
    assert!(view.shards.iter().all(|shard| shard.server.is_some()), "every shard serves");
    let old = view.shards[7].view.primary.expect("shard 7 has a primary");
    run.hand(Fault::Kill(old));
    run.until(Time::from_millis(6_000));
    let view = run.cluster.view();
    let new = view.shards[7].server;
    run.dump();
    assert!(new.is_some() && new != Some(old), "another node serves shard 7, not {new:?}");
    run.hand(Fault::Revive(old));
    run.until(Time::from_millis(12_000));
    let view = run.cluster.view();
    for shard in &view.shards {
        assert!(shard.server.is_some() && shard.view.in_sync.len() == 3, "{shard:?}");
    }
    assert!(run.promises.states().iter().all(|(_, broken)| broken.is_none()), "{:?}", run.promises.states());
    println!("{} events, {} facts", run.cluster.events(), run.facts.len());
    assert!(run.facts.iter().any(|r| matches!(r.what, What::Note(Note::FencedWrite { .. }))));
    let _ = (Rule::ALL, Pid(0));
}
