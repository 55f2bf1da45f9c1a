//! What the pictures say about each process and shard, read off the cluster's view. Integers and words only, so that a
//! part of the page whose part of the picture has not changed can be left alone.

use crate::cluster::observe::view::{ClusterView, Health, LockView, ProcessView, ReplicaView, Role, ShardView, Waiting};
use crate::cluster::setup::name::{Kind, Name};
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;
use crate::sim::sorted::sorted;

/// A process's state as the page words it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Look {
    /// It runs, and nobody doubts it.
    Up,
    /// It runs, and a coordinator takes it for dead.
    Suspected,
    /// It stands still.
    Frozen,
    /// It was killed.
    Down,
}

impl Look {
    /// Its word in `data-health`.
    pub const fn word(self) -> &'static str {
        match self {
            Look::Up => "up",
            Look::Suspected => "suspected",
            Look::Frozen => "frozen",
            Look::Down => "down",
        }
    }

    /// The look of a process: the truth first, then what others believe.
    pub fn of(process: &ProcessView) -> Look {
        match (process.health, process.suspected) {
            (Health::Down, _) => Look::Down,
            (Health::Frozen, _) => Look::Frozen,
            (Health::Up, Some(_)) => Look::Suspected,
            (Health::Up, None) => Look::Up,
        }
    }
}

/// What a client is to the lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// Nothing.
    Idle,
    /// It holds the lock, by the control plane.
    Holder,
    /// It waits for it.
    Waiting,
    /// It believes that it holds the lock, and does not.
    Zombie,
}

impl Part {
    /// Its word in `data-role`, if it has one.
    pub const fn word(self) -> Option<&'static str> {
        match self {
            Part::Idle => None,
            Part::Holder => Some("holder"),
            Part::Waiting => Some("waiting"),
            Part::Zombie => Some("zombie"),
        }
    }
}

/// The word of a replica's role in `data-role`.
pub const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Backup => "backup",
        Role::Learner => "learner",
    }
}

/// Where a node stands with one shard.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Crown {
    /// It believes itself the primary, and the control plane agrees.
    Real,
    /// It believes itself the primary, and the control plane has moved on.
    Believed,
}

/// How a shard fares, for its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fare {
    /// Nobody may lead it before an operator has chosen whose copy counts.
    Choice,
    /// Nobody may lead it before others are back.
    Waits,
    /// Nobody serves it, for the moment.
    NoPrimary,
    /// It is served, with fewer copies than it should have.
    BackupLost,
    /// It is served, and a copy catches up.
    Behind,
    /// All is well.
    Whole,
}

/// The process, if it is in the picture.
pub fn process(view: &ClusterView, pid: Pid) -> Option<&ProcessView> {
    view.processes.get(pid.index())
}

/// The name of a process that is in the picture.
pub fn name(view: &ClusterView, pid: Pid) -> Option<Name> {
    process(view, pid).map(|process| process.name)
}

/// The shard, if there is one of this number.
pub fn shard(view: &ClusterView, id: ShardId) -> Option<&ShardView> {
    view.shards.get(usize::from(id.0))
}

/// Every process of one kind, in order.
pub fn of_kind(view: &ClusterView, kind: Kind) -> impl Iterator<Item = &ProcessView> {
    view.present().filter(move |process| process.name.kind == kind)
}

/// The nodes that are there, as bits: bit 0 is A.
pub fn nodes(view: &ClusterView) -> u8 {
    of_kind(view, Kind::Node).fold(0, |bits, process| bits | 1 << process.name.n)
}

/// How many of `nodes` come before node `n`: its place among them.
pub fn rank(nodes: u8, n: u8) -> u8 {
    (nodes & ((1u8 << n) - 1)).count_ones() as u8
}

/// Whether a process was killed.
pub fn is_down(view: &ClusterView, pid: Pid) -> bool {
    process(view, pid).is_some_and(|process| process.health == Health::Down)
}

/// The copy of a shard on a node, if it is in the picture.
pub fn replica(shard: &ShardView, node: Pid) -> Option<&ReplicaView> {
    shard.replicas.iter().find(|replica| replica.node == node)
}

/// The node that owns a shard, or did last: who serves it, else the primary decided, else the first that is in sync.
pub fn owner(shard: &ShardView) -> Option<Pid> {
    shard.server.or(shard.view.primary).or_else(|| shard.view.in_sync.first().copied())
}

/// Whether a node wears a crown for a shard, and which.
pub fn crown(view: &ClusterView, shard: &ShardView, node: Pid) -> Option<Crown> {
    let believes = replica(shard, node)?.believes == Some(Role::Primary) && !is_down(view, node);
    let decided = shard.view.primary == Some(node);
    believes.then_some(if decided { Crown::Real } else { Crown::Believed })
}

/// A learner's progress in per cent: what has arrived of its snapshot, else its last index against the primary's.
pub fn progress(shard: &ShardView, learner: &ReplicaView) -> u8 {
    if let Some((have, total)) = learner.arriving {
        return (u64::from(have.min(total)) * 100 / u64::from(total.max(1))) as u8;
    }
    let goal = shard.view.primary.and_then(|primary| replica(shard, primary)).map_or(0, |primary| primary.last.0);
    if goal == 0 { 100 } else { (u64::from(learner.last.0.min(goal)) * 100 / u64::from(goal)) as u8 }
}

/// A copy of a shard on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move {
    /// Which shard.
    pub shard: ShardId,
    /// The primary: it sends.
    pub from: Pid,
    /// The learner: it receives.
    pub to: Pid,
    /// How much of it is there, in per cent.
    pub percent: u8,
}

/// Every copy on its way to a node that runs, in the order of shards.
pub fn moves(view: &ClusterView) -> Vec<Move> {
    let of = |shard: &ShardView| {
        let from = shard.view.primary?;
        let to = *shard.view.learners.iter().find(|&&to| !is_down(view, to))?;
        let percent = replica(shard, to).map_or(0, |learner| progress(shard, learner));
        Some(Move { shard: shard.id, from, to, percent })
    };
    view.shards.iter().filter_map(of).collect()
}

/// Whether the ring wants a copy on a node that has none yet, and nobody has begun to make it.
pub fn waits(shard: &ShardView) -> bool {
    let named = |node: &Pid| shard.view.in_sync.contains(node) || shard.view.learners.contains(node);
    shard.view.learners.is_empty() && !shard.wanted.iter().all(named)
}

/// How a shard fares.
pub fn fare(view: &ClusterView, shard: &ShardView) -> Fare {
    let wanted = shard.wanted.len();
    let members = || shard.view.in_sync.iter().chain(&shard.view.learners);
    if shard.server.is_none() {
        match shard.waiting {
            Some(Waiting::Choice) => Fare::Choice,
            Some(Waiting::For { .. }) => Fare::Waits,
            None => Fare::NoPrimary,
        }
    } else if members().count() < wanted || members().any(|&node| is_down(view, node)) {
        Fare::BackupLost
    } else if !shard.view.learners.is_empty() {
        Fare::Behind
    } else {
        Fare::Whole
    }
}

/// The nodes that these shards wait for, each once, in the order of pids; those that are there are not among them.
pub fn waited_for(view: &ClusterView, shards: &[ShardId]) -> Vec<Name> {
    let waiting = shards.iter().filter_map(|&id| shard(view, id)?.waiting.as_ref());
    let nodes = waiting.flat_map(|it| match it {
        Waiting::For { nodes, .. } => nodes.as_slice(),
        Waiting::Choice => &[],
    });
    let mut nodes = sorted(nodes.copied().filter(|&pid| process(view, pid).is_none_or(|it| it.health != Health::Up)));
    nodes.dedup();
    nodes.into_iter().filter_map(|pid| name(view, pid)).collect()
}

/// What a client is to the lock.
pub fn part(view: &ClusterView, client: Pid) -> Part {
    let holds = |lock: &LockView| lock.holder.as_ref().is_some_and(|holder| holder.session.client == client);
    if view.locks.iter().any(holds) {
        Part::Holder
    } else if view.locks.iter().any(|lock| lock.inside.iter().any(|it| it.who == client)) {
        Part::Zombie
    } else if view.locks.iter().any(|lock| lock.queue.iter().any(|session| session.client == client)) {
        Part::Waiting
    } else {
        Part::Idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;

    #[test]
    fn the_instant_after_the_promotion_reads_as_it_should() {
        let view = fixture::view();
        let pid = fixture::pid;
        assert_eq!(Look::of(process(&view, pid("C")).unwrap()), Look::Down);
        let seven = shard(&view, ShardId(7)).unwrap();
        assert_eq!(owner(seven), Some(pid("D")));
        assert_eq!(crown(&view, seven, pid("D")), Some(Crown::Real));
        assert_eq!(crown(&view, seven, pid("C")), None, "the dead wear no crown");
        assert_eq!([part(&view, pid("c2")), part(&view, pid("c3"))], [Part::Holder, Part::Zombie]);
        assert_eq!([part(&view, pid("c5")), part(&view, pid("c6"))], [Part::Waiting, Part::Idle]);
        let fares: Vec<_> = view.shards.iter().map(|shard| fare(&view, shard)).collect();
        assert_eq!(fares.iter().filter(|&&fare| fare == Fare::NoPrimary).count(), 3);
        assert_eq!(fares[0], Fare::BackupLost);
        assert_eq!(fares[1], Fare::Whole);
    }

    #[test]
    fn a_copy_on_its_way_has_an_origin_a_goal_and_a_part_that_is_there() {
        let view = fixture::moving();
        let (b, h) = (fixture::pid("B"), fixture::pid("H"));
        assert_eq!(moves(&view), [Move { shard: ShardId(1), from: b, to: h, percent: 60 }]);
        assert_eq!(moves(&fixture::view()), []);
        assert_eq!(fare(&view, &view.shards[1]), Fare::Behind);
        // Three copies are there and the fourth is on its way: nobody has lost anything.
        assert_eq!(fare(&view, &view.shards[21]), Fare::Whole);
        assert_eq!([waits(&view.shards[1]), waits(&view.shards[21]), waits(&view.shards[2])], [false, true, false]);
        assert_eq!([0, 1, 5, 7].map(|n| rank(0b1000_0011, n)), [0, 1, 2, 2]);
    }

    #[test]
    fn two_that_believe_are_two_crowns() {
        let mut view = fixture::view();
        let c = fixture::pid("C");
        view.processes[c.index()].health = Health::Frozen;
        for replica in &mut view.shards[7].replicas {
            if replica.node == c {
                replica.believes = Some(Role::Primary);
            }
        }
        let seven = &view.shards[7];
        assert_eq!(crown(&view, seven, c), Some(Crown::Believed));
        assert_eq!(crown(&view, seven, fixture::pid("D")), Some(Crown::Real));
    }
}
