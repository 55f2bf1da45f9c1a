//! How things stand around what a core has not brought about.

use crate::cluster::observe::view::{Health, Office, ShardView};
use crate::session::Session;
use crate::session::nemesis::core::Core;
use crate::session::nemesis::demand::Demand;
use crate::session::nemesis::ledger::Ledger;
use crate::sim::id::Pid;

/// Those around what was not brought about, for whoever looks for the reason: the leader, the core, whoever of the rest lives, and
/// the first shard concerned.
pub(super) fn scene(session: &Session, ledger: &Ledger, core: &Core, demands: &[Demand]) -> String {
    let view = session.view();
    let name = |pid: &Pid| session.setup().roster.name(*pid).to_string();
    let list = |pids: &[Pid]| pids.iter().map(name).collect::<Vec<_>>().join("");
    let leaders = view.coordinators.iter().filter(|it| it.office == Some(Office::Leader));
    let leader = leaders.max_by_key(|it| it.term).map_or("nobody".to_owned(), |it| name(&it.pid));
    let inside: Vec<Pid> = view.present().filter(|p| core.has(p.pid)).map(|p| p.pid).collect();
    let outside = view.present().filter(|p| !core.has(p.pid) && p.health != Health::Down);
    let outside = outside.map(|p| {
        let deaf_to: Vec<Pid> = inside.iter().copied().filter(|pid| view.processes[pid.index()].cut_to.contains(&p.pid)).collect();
        let mute_to: Vec<Pid> = inside.iter().copied().filter(|pid| p.cut_to.contains(pid)).collect();
        let mut said = name(&p.pid);
        for (word, so) in [
            (" frozen".to_owned(), p.health == Health::Frozen),
            (format!(" slow {}", p.slow), p.slow > 1),
            (format!(" hears not {}", list(&deaf_to)), !deaf_to.is_empty()),
            (format!(" reaches not {}", list(&mute_to)), !mute_to.is_empty()),
        ] {
            said.push_str(if so { &word } else { "" });
        }
        said
    });
    let outside: Vec<String> = outside.collect();
    let shard = demands.iter().find_map(|demand| match demand {
        Demand::Served(shard) | Demand::Copies(shard) => Some(*shard),
        Demand::Answered(_) | Demand::Passed(_) | Demand::Granted(_) | Demand::Trusted(_) | Demand::Arrived(_) => None,
    });
    let shard = shard.map_or(String::new(), |id| {
        let ShardView { view, wanted, .. } = &view.shards[usize::from(id.0)];
        let (in_sync, learners, wanted) = (list(&view.in_sync), list(&view.learners), list(wanted));
        let primary = view.primary.as_ref().map_or("nobody".to_owned(), name);
        let (lost, heirs) = ledger.losses(id);
        let (lost, heirs) = (list(lost), list(heirs));
        format!("; shard {}: {primary} of {in_sync}, learning {learners}, wanted on {wanted}, lost {lost}, heirs {heirs}", id.0)
    });
    format!("{leader} leads; core {}; outside {}{shard}", list(&inside), outside.join(", "))
}
