//! The placement room: the same keys under two schemes side by side, and what one change of the nodes moves. Its whole state is
//! a [`PlacementRoom`], which is also its link; what there is to see of it is counted by a [`job::Job`]. Integers only.

pub mod catalogue;
pub mod job;
pub mod link;
pub mod numbers;
pub mod scene;
pub mod schemes;
pub mod words;
mod words_en;
mod words_zh;

use crate::proto::ring::hash::Hash;
use crate::room::placement::schemes::{Algorithm, Fleet};

/// The most nodes of the room: a bar for each, and no more than a person can look over. Commands go further.
pub const NODES_MAX: u16 = 1_000;
/// The most keys of the room: counted while a person waits, and kept in a browser.
pub const KEYS_MAX: u32 = 1_000_000;
/// The most virtual nodes of all nodes together: 16 MB for each lane.
pub const TOKENS_MAX: u32 = 1 << 20;
/// Steps of the number of nodes, as the room offers them; a link may name any number in 1..=[`NODES_MAX`].
pub const NODES: [u16; 6] = [3, 6, 8, 24, 100, 1_000];
/// Steps of virtual nodes; a link may name any number in [`crate::room::placement::schemes::VNODES`].
pub const VNODES: [u16; 5] = [1, 4, 16, 64, 256];
/// Steps of the number of keys; a link may name any number in 1..=[`KEYS_MAX`].
pub const KEYS: [u32; 4] = [1_000, 25_000, 100_000, 1_000_000];
/// The heaviest that a node of the room may be.
pub const HEAVIEST: u16 = 9;
/// The most changes that a room remembers, so that its link stays short enough to send.
pub const CHANGES_MAX: usize = 64;

/// One change of the nodes, which are numbered from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Change {
    /// A node dies.
    Kill(u16),
    /// It is back.
    Revive(u16),
    /// One more node, of weight 1.
    Add,
    /// A node gets another weight, 1..=[`HEAVIEST`].
    Weigh(u16, u16),
}

impl Change {
    /// The node it is about: for a new one the number it gets, which is how many there were.
    pub fn node(self, count: usize) -> u16 {
        match self {
            Change::Kill(node) | Change::Revive(node) | Change::Weigh(node, _) => node,
            Change::Add => count as u16,
        }
    }
}

/// Why a change cannot be made. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// There is no node of this number.
    Nobody(u16),
    /// The node is dead already.
    Dead(u16),
    /// The node is alive already.
    Alive(u16),
    /// The node is the last one alive: without it nobody would hold a key.
    LastOne(u16),
    /// The node has this weight already.
    SameWeight(u16),
    /// A weight out of 1..=[`HEAVIEST`].
    Weight(u16),
    /// There are [`NODES_MAX`] nodes.
    Full,
    /// A ring of these nodes would have more than [`TOKENS_MAX`] virtual nodes.
    TooManyTokens,
    /// [`CHANGES_MAX`] changes are made: go back to the start first.
    TooManyChanges,
}

/// Everything the room shows is a function of this.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PlacementRoom {
    /// The scheme of each lane.
    pub schemes: [Algorithm; 2],
    /// Nodes before any change.
    nodes: u16,
    /// Virtual nodes of a node of weight 1, where the scheme has any.
    vnodes: u16,
    /// Keys, called `key0`, `key1`, ...
    keys: u32,
    /// What keys and tokens are hashed with, where the scheme leaves the choice.
    pub hash: Hash,
    changes: Vec<Change>,
    /// The nodes after all changes but the last, and after all.
    before: Fleet,
    now: Fleet,
}

impl Default for PlacementRoom {
    /// Modulo beside the ring: six nodes with 64 virtual nodes each, 25,000 keys, the good hash, no change.
    fn default() -> PlacementRoom {
        let fleet = numbered(6);
        PlacementRoom {
            schemes: [Algorithm::Modulo, Algorithm::Ring],
            nodes: 6,
            vnodes: 64,
            keys: 25_000,
            hash: Hash::Xxh3,
            changes: Vec::new(),
            before: fleet.clone(),
            now: fleet,
        }
    }
}

/// A fleet of so many nodes; never more than the room may have.
fn numbered(count: u16) -> Fleet {
    Fleet::numbered(u32::from(count.clamp(1, NODES_MAX))).expect("within the bound, and numbers differ")
}

impl PlacementRoom {
    /// Nodes before any change.
    pub fn nodes(&self) -> u16 {
        self.nodes
    }

    /// Virtual nodes of a node of weight 1.
    pub fn vnodes(&self) -> u16 {
        self.vnodes
    }

    /// How many keys are placed.
    pub fn keys(&self) -> u32 {
        self.keys
    }

    /// The changes so far, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The nodes as they are.
    pub fn now(&self) -> &Fleet {
        &self.now
    }

    /// The nodes before the last change; as they are, if there was none.
    pub fn before(&self) -> &Fleet {
        &self.before
    }

    /// Makes a change.
    ///
    /// # Errors
    /// What cannot be: see [`Refusal`]. Nothing has changed then.
    pub fn change(&mut self, change: Change) -> Result<(), Refusal> {
        self.refusal(change).map_or(Ok(()), Err)?;
        let mut next = self.now.clone();
        let done = match change {
            Change::Kill(node) => next.kill(u32::from(node)),
            Change::Revive(node) => next.revive(u32::from(node)),
            Change::Add => next.add(format!("node{}", next.members().len()), 1).map(|_| ()),
            Change::Weigh(node, weight) => next.reweigh(u32::from(node), weight),
        };
        assert_eq!(done, Ok(()), "{change:?} was not refused");
        if tokens(&next, self.vnodes) > u64::from(TOKENS_MAX) {
            return Err(Refusal::TooManyTokens);
        }
        self.before = std::mem::replace(&mut self.now, next);
        self.changes.push(change);
        Ok(())
    }

    /// Why a change could not be made now, tokens aside.
    pub fn refusal(&self, change: Change) -> Option<Refusal> {
        let members = self.now.members();
        let node = change.node(members.len());
        let member = members.get(usize::from(node));
        if self.changes.len() >= CHANGES_MAX {
            return Some(Refusal::TooManyChanges);
        }
        match (change, member) {
            (Change::Add, _) => (members.len() >= usize::from(NODES_MAX)).then_some(Refusal::Full),
            (_, None) => Some(Refusal::Nobody(node)),
            (Change::Kill(_), Some(member)) if !member.is_alive() => Some(Refusal::Dead(node)),
            (Change::Kill(_), Some(_)) => (self.now.living().count() == 1).then_some(Refusal::LastOne(node)),
            (Change::Revive(_), Some(member)) => member.is_alive().then_some(Refusal::Alive(node)),
            (Change::Weigh(_, weight), Some(_)) if !(1..=HEAVIEST).contains(&weight) => Some(Refusal::Weight(weight)),
            (Change::Weigh(_, weight), Some(member)) if !member.is_alive() || member.weight() == weight => {
                Some(if member.is_alive() { Refusal::SameWeight(node) } else { Refusal::Dead(node) })
            }
            (Change::Weigh(..), Some(_)) => None,
        }
    }

    /// Takes the last change back. False: there was none.
    pub fn undo(&mut self) -> bool {
        let Some(_) = self.changes.pop() else { return false };
        self.replay();
        true
    }

    /// Takes all changes back. False: there was none.
    pub fn reset(&mut self) -> bool {
        let any = !self.changes.is_empty();
        self.changes.clear();
        self.replay();
        any
    }

    /// So many nodes, 1..=[`NODES_MAX`], and no change yet. False, and nothing has changed: out of bounds.
    pub fn set_nodes(&mut self, nodes: u16) -> bool {
        let fits = (1..=NODES_MAX).contains(&nodes) && u64::from(nodes) * u64::from(self.vnodes) <= u64::from(TOKENS_MAX);
        if fits {
            self.nodes = nodes;
            self.reset();
        }
        fits
    }

    /// So many virtual nodes. False, and nothing has changed: out of bounds, or more than a ring may have in all.
    pub fn set_vnodes(&mut self, vnodes: u16) -> bool {
        let in_bounds = crate::room::placement::schemes::VNODES.contains(&vnodes);
        let fits = in_bounds && [&self.before, &self.now].iter().all(|fleet| tokens(fleet, vnodes) <= u64::from(TOKENS_MAX));
        if fits {
            self.vnodes = vnodes;
        }
        fits
    }

    /// So many keys. False, and nothing has changed: out of 1..=[`KEYS_MAX`].
    pub fn set_keys(&mut self, keys: u32) -> bool {
        let fits = (1..=KEYS_MAX).contains(&keys);
        if fits {
            self.keys = keys;
        }
        fits
    }

    /// Whether the living nodes differ in weight, which some schemes cannot regard.
    pub fn is_weighted(&self) -> bool {
        let mut weights = self.now.living().map(|(_, member)| member.weight());
        let first = weights.next();
        weights.any(|weight| Some(weight) != first)
    }

    /// The nodes after the first changes: they were possible once, so they are again.
    fn replay(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.now = numbered(self.nodes);
        self.before = self.now.clone();
        for change in changes {
            assert_eq!(self.change(change), Ok(()), "{change:?} was possible before");
        }
    }
}

/// Tokens of a ring of these nodes, dead ones too: they may return.
fn tokens(fleet: &Fleet, vnodes: u16) -> u64 {
    fleet.members().iter().map(|member| u64::from(member.weight()) * u64::from(vnodes)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_remembers_the_nodes_before_its_last_change() {
        let mut room = PlacementRoom::default();
        room.change(Change::Kill(2)).unwrap();
        room.change(Change::Weigh(3, 4)).unwrap();
        assert_eq!(room.before().weights(), [1, 1, 0, 1, 1, 1]);
        assert_eq!(room.now().weights(), [1, 1, 0, 4, 1, 1]);
        assert!(room.is_weighted());
        room.change(Change::Add).unwrap();
        assert_eq!(room.now().members()[6].name(), b"node6");
        assert!(room.undo() && room.undo() && room.undo() && !room.undo());
        assert_eq!(room, PlacementRoom::default());
    }

    #[test]
    fn a_refused_change_changes_nothing() {
        let mut room = PlacementRoom::default();
        room.set_nodes(2);
        room.change(Change::Kill(0)).unwrap();
        let before = room.clone();
        let refused = [
            (Change::Kill(0), Refusal::Dead(0)),
            (Change::Kill(1), Refusal::LastOne(1)),
            (Change::Revive(1), Refusal::Alive(1)),
            (Change::Revive(2), Refusal::Nobody(2)),
            (Change::Weigh(0, 2), Refusal::Dead(0)),
            (Change::Weigh(1, 1), Refusal::SameWeight(1)),
            (Change::Weigh(1, 0), Refusal::Weight(0)),
            (Change::Weigh(1, HEAVIEST + 1), Refusal::Weight(HEAVIEST + 1)),
        ];
        for (change, why) in refused {
            assert_eq!((change, room.change(change)), (change, Err(why)));
        }
        assert_eq!(room, before);
    }

    #[test]
    fn every_limit_is_said_where_it_binds() {
        let mut room = PlacementRoom::default();
        assert!(room.set_nodes(NODES_MAX) && !room.set_nodes(NODES_MAX + 1) && !room.set_nodes(0));
        assert_eq!(room.change(Change::Add), Err(Refusal::Full));
        assert!(!room.set_keys(0) && !room.set_keys(1_000_001) && room.set_keys(1_000_000));
        assert!(room.set_vnodes(512) && !room.set_vnodes(513) && !room.set_vnodes(0));
        // 1,048,576 tokens are the most of a ring; 512,000 are there, and each step of weight adds 512.
        for node in 0..CHANGES_MAX as u16 {
            room.change(Change::Weigh(node, 9)).unwrap();
        }
        assert_eq!(room.change(Change::Kill(0)), Err(Refusal::TooManyChanges));
        assert!(room.reset() && !room.reset());
        assert_eq!(room.now(), &Fleet::numbered(u32::from(NODES_MAX)).unwrap());
    }

    #[test]
    fn other_nodes_are_another_beginning() {
        let mut room = PlacementRoom::default();
        room.change(Change::Kill(2)).unwrap();
        assert!(room.set_nodes(8));
        assert_eq!((room.changes().len(), room.now().living().count()), (0, 8));
    }
}
