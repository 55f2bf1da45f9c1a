//! What a change of placement moves, and the least that any placement would have to move.

use super::MemberNo;

/// One copy that a change makes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Move {
    /// Of which shard.
    pub shard: u16,
    /// Whose copy is dropped for it; `None` if the shard gains a copy.
    pub from: Option<MemberNo>,
    /// Who gets the copy; `None` if the shard only loses one: then nothing is copied.
    pub to: Option<MemberNo>,
}

/// The difference of two placements.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What has to be moved, by shard. Owners that leave and come are paired in the order of their places.
    pub moves: Vec<Move>,
    /// The least number of copies that any scheme could make on the way from the old loads to the new ones.
    ///
    /// *Proof.* One copy raises the load of one member by one. The members whose load grows need at least the sum of their
    /// growth, whoever chooses the shards. Where a shard has one owner the bound is always met: take that many shards from members
    /// whose load shrinks or from nobody, and give them to those that grow. With several owners that must differ it may be out of reach by a few copies,
    /// so a plan that meets it is proven least, one above it is not proven wasteful.
    pub minimum: u32,
}

impl Plan {
    /// How many copies are made.
    pub fn copies(&self) -> u32 {
        self.moves.iter().filter(|it| it.to.is_some()).count() as u32
    }
}

/// The moves between two placements: `old[shard]` and `new[shard]` are the members that hold a copy, each once. A change of
/// order among them (another primary) moves nothing. A shard that only one of the two knows has no owners in the other.
pub fn plan<O: AsRef<[MemberNo]>, N: AsRef<[MemberNo]>>(old: &[O], new: &[N]) -> Plan {
    let mut moves = Vec::new();
    let mut grown: Vec<i64> = Vec::new();
    let mut load = |member: MemberNo, by: i64| {
        let member = member as usize;
        if grown.len() <= member {
            grown.resize(member + 1, 0);
        }
        grown[member] += by;
    };
    for shard in 0..old.len().max(new.len()) {
        let before = old.get(shard).map_or(&[][..], AsRef::as_ref);
        let after = new.get(shard).map_or(&[][..], AsRef::as_ref);
        before.iter().for_each(|&member| load(member, -1));
        after.iter().for_each(|&member| load(member, 1));
        let mut leaving = before.iter().copied().filter(|member| !after.contains(member));
        let mut coming = after.iter().copied().filter(|member| !before.contains(member));
        loop {
            let (from, to) = (leaving.next(), coming.next());
            if from.is_none() && to.is_none() {
                break;
            }
            moves.push(Move { shard: shard as u16, from, to });
        }
    }
    Plan { moves, minimum: grown.into_iter().filter(|&by| by > 0).sum::<i64>() as u32 }
}
