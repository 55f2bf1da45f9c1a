//! What a disk's loss may cost: how far the nemesis may go while the cluster has still promised to survive.
//!
//! A death, a pause, a cut, a slow link and a clock within its bound take nothing away that has been promised, however many
//! of them there are at a time. A disk's loss does, and how many a shard can bear follows from what its mode promises:
//!
//! | mode | an acknowledged write is on the disks of | so a disk may go while |
//! |---|---|---|
//! | in-sync | every copy that counts | another copy has its disk and everything on it that counts, or counted until there were too few for a write (`min`): that one counts here as well. Where none that counts has its disk, whoever has everything counts |
//! | majority | more than half of all copies, whichever those are | no more disks are lost, since all copies last had everything, than a majority always outlives: R − (R / 2 + 1), one of three |
//! | primary | the primary of its time | always: nothing is promised. But where no copy that counts is left, nobody may lead either: such a loss is left to reckless blows |
//!
//! *Counts* is a matter of what was decided, and *has everything* is looked up on the disk itself. A copy that lost its disk
//! does not count again before it is decided anew that it does. A coordinator's disk may go while a majority of them has never
//! lost one, or was readmitted since (Raft counts a lost disk as a member that is down for good, until then).
//!
//! Reckless blows go further, and then [`forgiven`] says which promises they have ended. Everything else still holds.

use crate::cluster::observe::view::ClusterView;
use crate::cluster::property::Promise;
use crate::cluster::setup::config::Ack;
use crate::cluster::setup::name::{Kind, Name};
use crate::session::Session;
use crate::session::nemesis::ledger::Ledger;
use crate::sim::id::Pid;

/// A blow beyond what the cluster has promised to survive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reckless {
    /// A node's disk was emptied that may have been the last to hold something.
    Node,
    /// Coordinators' disks were emptied until too few were left to be sure of anything.
    Control,
    /// A clock was made to drift beyond the bound that leases allow for.
    Clock,
}

impl Reckless {
    /// Every kind of such a blow.
    pub const ALL: [Reckless; 3] = [Reckless::Node, Reckless::Control, Reckless::Clock];
}

/// Whether a reckless blow has ended a promise: it may break from now on, and need not be kept.
///
/// * A lost disk takes writes with it that were acknowledged, those under a lock among them, so reads go back; and whoever then deletes a copy deletes
///   one that nobody else can have in full.
/// * A control plane that forgets knows neither who was told that he leads, nor which tokens were given: nothing that rests on its
///   memory holds.
/// * A clock beyond its bound ends leases too late or too early: two may serve, two may believe. What the store accepts does not
///   depend on any clock.
pub const fn forgiven(blow: Reckless, promise: Promise) -> bool {
    match blow {
        Reckless::Node => matches!(promise, Promise::AckedSurvive | Promise::OneEffective | Promise::CopiesKept | Promise::ReadsFresh),
        Reckless::Control => true,
        Reckless::Clock => matches!(promise, Promise::OneServing | Promise::OneBelieves | Promise::ReadsFresh),
    }
}

/// Whether the cluster has promised to survive that this process loses its disk now, if it has one.
pub(super) fn may_be_wiped(session: &Session, ledger: &Ledger, name: Name) -> bool {
    let (view, pid) = (session.view(), session.setup().roster.pid(name));
    pid.is_some_and(|pid| match name.kind {
        Kind::Node => may_lose_disk(session, ledger, &view, pid),
        Kind::Coordinator => may_forget(&view, pid),
        Kind::Balancer | Kind::Client => false,
    })
}

/// The reckless blow that it would be otherwise.
pub(super) const fn too_far(name: Name) -> Reckless {
    match name.kind {
        Kind::Coordinator => Reckless::Control,
        Kind::Node | Kind::Balancer | Kind::Client => Reckless::Node,
    }
}

/// Whether the cluster has promised to survive that this node loses its disk now.
fn may_lose_disk(session: &Session, ledger: &Ledger, view: &ClusterView, node: Pid) -> bool {
    let config = &session.setup().config;
    let copies = usize::from(config.replicas);
    view.shards.iter().all(|shard| {
        let another = |has_all: bool| {
            let mut others = shard.view.in_sync.iter().filter(|&&pid| pid != node && ledger.is_whole(pid, shard.id));
            others.any(|&pid| !has_all || ledger.holds(session, pid, shard.id))
        };
        let counts = shard.view.in_sync.contains(&node) || ledger.has_heir(shard.id, |pid| pid == node);
        match config.ack {
            Ack::Primary => !counts || another(false),
            // None that counts has its disk: whoever was let go before that was noticed may hold what nobody else does.
            Ack::InSync if !shard.view.in_sync.iter().any(|&pid| ledger.is_whole(pid, shard.id)) => {
                let holds = |pid: Pid| ledger.holds(session, pid, shard.id);
                let mut nodes = view.processes.iter().filter(|it| it.name.kind == Kind::Node && it.pid != node);
                !holds(node) || nodes.any(|it| holds(it.pid))
            }
            Ack::InSync => !counts || another(true) || ledger.has_heir(shard.id, |pid| pid != node),
            Ack::Majority => {
                let again = !ledger.is_whole(node, shard.id);
                let lost = ledger.lost(shard.id) + usize::from(!again);
                !ledger.has_counted(node, shard.id) || (lost <= bearable(copies) && another(false))
            }
        }
    })
}

/// How many of so many disks can be lost while one of every majority is left.
pub(super) const fn bearable(copies: usize) -> usize {
    copies - (copies / 2 + 1)
}

/// Whether the control plane has promised to survive that this coordinator loses its disk now.
fn may_forget(view: &ClusterView, coordinator: Pid) -> bool {
    let all = view.coordinators.len();
    let sure = view.coordinators.iter().filter(|it| it.pid != coordinator && !it.newcomer).count();
    sure > all / 2
}
