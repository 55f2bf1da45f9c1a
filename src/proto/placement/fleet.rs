//! The members that share the keys: who is alive, how heavy, and in which order they left.

use crate::sim::sorted::in_order;
use std::borrow::Cow;

use super::Error;

/// The most members a fleet may have.
pub const MEMBERS_MAX: u16 = 1_000;

/// The heaviest a member may be. The lightest is 1: one that shall have no key is killed.
pub const WEIGHT_MAX: u16 = 1_000;

/// Seats that [`super::Algorithm::Anchor`] is set up for: enough for the largest fleet, so that it never has to start afresh.
pub const SEATS: u16 = 1_024;

/// One node that may hold keys.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Member {
    name: Vec<u8>,
    weight: u16,
    seat: Option<u16>,
}

impl Member {
    /// Its name, as it is hashed.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its name, for people.
    pub fn label(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.name)
    }

    /// How many shares of the keys it should hold: 1..=[`WEIGHT_MAX`].
    pub fn weight(&self) -> u16 {
        self.weight
    }

    /// Whether it can hold keys now.
    pub fn is_alive(&self) -> bool {
        self.seat.is_some()
    }

    /// Which seat it has while it is alive: see [`Fleet`].
    pub fn seat(&self) -> Option<u16> {
        self.seat
    }
}

/// Up to [`MEMBERS_MAX`] members, numbered in the order in which they were added. A number is never given twice.
///
/// Each living member has a *seat*, a number below [`SEATS`]. Who leaves frees his seat; who comes, new or back, takes the one
/// that was freed last. Only AnchorHash asks for seats: its paper (Mendelson et al. 2020, section 4) needs buckets to return
/// in the opposite order of their leaving.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fleet {
    members: Vec<Member>,
    /// Free seats; the last is taken next.
    free: Vec<u16>,
}

impl Fleet {
    /// A fleet of these names, all alive and of weight 1.
    ///
    /// # Errors
    /// A name that is empty or given twice; more than [`MEMBERS_MAX`] names.
    pub fn new<N: AsRef<[u8]>>(names: impl IntoIterator<Item = N>) -> Result<Fleet, Error> {
        let mut fleet = Fleet { members: Vec::new(), free: (0..SEATS).rev().collect() };
        for name in names {
            fleet.push(name.as_ref(), 1)?;
        }
        let names: Vec<&[u8]> = in_order(fleet.members.iter().map(Member::name), Ord::cmp);
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Error::NameTwice { name: String::from_utf8_lossy(pair[0]).into_owned() }),
            None => Ok(fleet),
        }
    }

    /// A fleet of `count` members called `node0`, `node1`, ...
    ///
    /// # Errors
    /// More than [`MEMBERS_MAX`].
    pub fn numbered(count: u16) -> Result<Fleet, Error> {
        Fleet::new((0..count).map(|i| format!("node{i}")))
    }

    /// The members, by number.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The living members with their numbers, ascending.
    pub fn living(&self) -> impl Iterator<Item = (u16, &Member)> {
        (0..).zip(&self.members).filter(|(_, member)| member.is_alive())
    }

    /// The weight of each member; 0 if it is dead.
    pub fn weights(&self) -> Vec<u16> {
        self.members.iter().map(|member| if member.is_alive() { member.weight } else { 0 }).collect()
    }

    /// The free seats in the order in which they were freed; those that were never taken stand first, the lowest last.
    pub fn free_seats(&self) -> &[u16] {
        &self.free
    }

    /// Adds a member, alive. Its number.
    ///
    /// # Errors
    /// A name that is empty or taken, a weight out of bounds, a fleet that is full. Nothing has changed then.
    pub fn add(&mut self, name: impl AsRef<[u8]>, weight: u16) -> Result<u16, Error> {
        let name = name.as_ref();
        if self.members.iter().any(|member| member.name == name) {
            return Err(Error::NameTwice { name: String::from_utf8_lossy(name).into_owned() });
        }
        self.push(name, weight)
    }

    fn push(&mut self, name: &[u8], weight: u16) -> Result<u16, Error> {
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        if !(1..=WEIGHT_MAX).contains(&weight) {
            return Err(Error::Weight { weight: u32::from(weight) });
        }
        let number = self.members.len() as u16;
        if number == MEMBERS_MAX {
            return Err(Error::TooManyMembers);
        }
        let seat = self.free.pop();
        self.members.push(Member { name: name.to_vec(), weight, seat });
        Ok(number)
    }

    /// Takes a member's keys away.
    ///
    /// # Errors
    /// No such member, or it is dead. Nothing has changed then.
    pub fn kill(&mut self, number: u16) -> Result<(), Error> {
        let seat = self.member(number)?.seat.take().ok_or(Error::Dead { number })?;
        self.free.push(seat);
        Ok(())
    }

    /// Lets a dead member hold keys again.
    ///
    /// # Errors
    /// No such member, or it is alive. Nothing has changed then.
    pub fn revive(&mut self, number: u16) -> Result<(), Error> {
        if self.member(number)?.is_alive() {
            return Err(Error::Alive { number });
        }
        let seat = self.free.pop();
        self.member(number)?.seat = seat;
        Ok(())
    }

    /// Changes a member's weight: 1..=[`WEIGHT_MAX`].
    ///
    /// # Errors
    /// No such member, or a weight out of bounds. Nothing has changed then.
    pub fn reweigh(&mut self, number: u16, weight: u16) -> Result<(), Error> {
        if !(1..=WEIGHT_MAX).contains(&weight) {
            return Err(Error::Weight { weight: u32::from(weight) });
        }
        self.member(number)?.weight = weight;
        Ok(())
    }

    fn member(&mut self, number: u16) -> Result<&mut Member, Error> {
        let count = self.members.len() as u16;
        self.members.get_mut(usize::from(number)).ok_or(Error::NoSuchMember { number, count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_takes_the_seat_that_was_freed_last() {
        let mut fleet = Fleet::numbered(4).unwrap();
        fleet.kill(1).unwrap();
        fleet.kill(2).unwrap();
        assert_eq!(fleet.add("new", 1), Ok(4));
        assert_eq!(fleet.members()[4].seat(), Some(2));
        fleet.revive(2).unwrap();
        assert_eq!(fleet.members()[2].seat(), Some(1));
        assert_eq!(fleet.add("newer", 1), Ok(5));
        assert_eq!(fleet.members()[5].seat(), Some(4), "then one that was never taken");
    }

    #[test]
    fn a_refusal_changes_nothing() {
        let mut fleet = Fleet::numbered(2).unwrap();
        let before = fleet.clone();
        assert_eq!(fleet.add("node1", 1), Err(Error::NameTwice { name: "node1".to_owned() }));
        assert_eq!(fleet.add("", 1), Err(Error::NameEmpty));
        assert_eq!(fleet.add("heavy", WEIGHT_MAX + 1), Err(Error::Weight { weight: 1_001 }));
        assert_eq!(fleet.reweigh(0, 0), Err(Error::Weight { weight: 0 }));
        assert_eq!(fleet.revive(0), Err(Error::Alive { number: 0 }));
        assert_eq!(fleet.kill(2), Err(Error::NoSuchMember { number: 2, count: 2 }));
        assert_eq!(fleet, before);
        fleet.kill(0).unwrap();
        assert_eq!(fleet.kill(0), Err(Error::Dead { number: 0 }));
        assert_eq!(Fleet::numbered(1_001), Err(Error::TooManyMembers));
        assert_eq!(Fleet::new(["a", "b", "a"]), Err(Error::NameTwice { name: "a".to_owned() }));
    }

    #[test]
    fn the_largest_fleet_has_a_seat_for_everyone() {
        let fleet = Fleet::numbered(MEMBERS_MAX).unwrap();
        assert_eq!(fleet.living().count(), 1_000);
    }
}
