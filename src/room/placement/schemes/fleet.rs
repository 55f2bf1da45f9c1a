//! The members that share the keys: who is alive, how heavy, and in which order they left.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::proto::ring::MemberNo;
use crate::proto::ring::circle::TOKENS_MAX;

use super::scheme::{Error, KETAMA_POINTS, WEIGHT_MAX};

/// The most members a fleet may have: 104,857, whose points Ketama's circle can just hold.
pub const MEMBERS_MAX: u32 = TOKENS_MAX / KETAMA_POINTS;

/// Seats that [`super::Algorithm::Anchor`] is set up for in a fleet that will never have more members.
pub const SEATS: u32 = 1_024;

/// Seats of a larger fleet: enough for the largest.
const SEATS_LARGE: u32 = 1 << 17;

/// A name for people: control characters as `\u{1b}`, so that none reaches a terminal; bytes that are no UTF-8 as `�`.
pub fn printable(name: &[u8]) -> Cow<'_, str> {
    let name = String::from_utf8_lossy(name);
    if !name.contains(char::is_control) {
        return name;
    }
    let shown = |c: char| if c.is_control() { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(name.chars().map(shown).collect())
}

/// One node that may hold keys.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Member {
    name: Vec<u8>,
    weight: u16,
    seat: Option<u32>,
}

impl Member {
    /// Its name, as it is hashed.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Its name, for people: see [`printable`].
    pub fn label(&self) -> Cow<'_, str> {
        printable(&self.name)
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
    pub fn seat(&self) -> Option<u32> {
        self.seat
    }
}

/// Up to [`MEMBERS_MAX`] members, numbered in the order in which they were added. A number is never given twice.
///
/// Each living member has a *seat*, a number below [`Fleet::seats`]. Who leaves frees his seat; who comes, new or back, takes the one
/// that was freed last. Only AnchorHash asks for seats: its paper (Mendelson et al. 2020, section 4) needs buckets to return
/// in the opposite order of their leaving.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Fleet {
    members: Vec<Member>,
    /// Free seats; the last is taken next.
    free: Vec<u32>,
    /// How many seats there are.
    seats: u32,
}

impl Fleet {
    /// A fleet of these names, all alive and of weight 1, to which nobody will be added beyond [`SEATS`], or beyond
    /// [`MEMBERS_MAX`] if it is larger now.
    ///
    /// # Errors
    /// A name that is empty or given twice; more than [`MEMBERS_MAX`] names.
    pub fn new<N: AsRef<[u8]>>(names: impl IntoIterator<Item = N>) -> Result<Fleet, Error> {
        Fleet::with_room(names, 0)
    }

    /// The same with seats for `room` more members.
    ///
    /// # Errors
    /// As [`Fleet::new`].
    pub fn with_room<N: AsRef<[u8]>>(names: impl IntoIterator<Item = N>, room: u32) -> Result<Fleet, Error> {
        let members: Vec<Member> = names.into_iter().map(|name| Member { name: name.as_ref().to_vec(), weight: 1, seat: None }).collect();
        if members.len() > MEMBERS_MAX as usize {
            return Err(Error::TooManyMembers { most: MEMBERS_MAX });
        }
        if members.iter().any(|member| member.name.is_empty()) {
            return Err(Error::NameEmpty);
        }
        let seats = if members.len() as u64 + u64::from(room) <= u64::from(SEATS) { SEATS } else { SEATS_LARGE };
        let mut fleet = Fleet { members, free: (0..seats).rev().collect(), seats };
        for member in &mut fleet.members {
            member.seat = fleet.free.pop();
        }
        let twice = fleet.by_name().windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| printable(pair[0].0).into_owned());
        twice.map_or(Ok(fleet), |name| Err(Error::NameTwice { name }))
    }

    /// A fleet of `count` members called `node0`, `node1`, ...
    ///
    /// # Errors
    /// More than [`MEMBERS_MAX`].
    pub fn numbered(count: u32) -> Result<Fleet, Error> {
        Fleet::new((0..count).map(|i| format!("node{i}")))
    }

    /// The members, by number.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The living members with their numbers, ascending.
    pub fn living(&self) -> impl Iterator<Item = (MemberNo, &Member)> {
        (0..).zip(&self.members).filter(|(_, member)| member.is_alive())
    }

    /// The living members with their numbers, in the order of their names.
    pub(super) fn by_name(&self) -> Vec<(&[u8], MemberNo)> {
        let mut row: Vec<(&[u8], MemberNo)> = self.living().map(|(number, member)| (member.name(), number)).collect();
        row.sort_unstable();
        row
    }

    /// The weight of each member; 0 if it is dead.
    pub fn weights(&self) -> Vec<u16> {
        self.members.iter().map(|member| if member.is_alive() { member.weight } else { 0 }).collect()
    }

    /// The free seats in the order in which they were freed; those that were never taken stand first, the lowest last.
    pub fn free_seats(&self) -> &[u32] {
        &self.free
    }

    /// How many seats there are, taken and free.
    pub fn seats(&self) -> u32 {
        self.seats
    }

    /// Adds a member, alive. Its number.
    ///
    /// # Errors
    /// A name that is empty or taken, a weight out of bounds, a fleet that is full. Nothing has changed then.
    pub fn add(&mut self, name: impl AsRef<[u8]>, weight: u16) -> Result<MemberNo, Error> {
        let name = name.as_ref();
        if self.members.iter().any(|member| member.name == name) {
            return Err(Error::NameTwice { name: printable(name).into_owned() });
        }
        self.push(name, weight)
    }

    /// Adds `count` members called `node{n}`, alive: `n` counts on from the number of members, and names that are taken are passed
    /// over.
    ///
    /// # Errors
    /// A weight out of bounds, a fleet that is full. Those that still fitted have been added then.
    pub fn add_numbered(&mut self, count: u32, weight: u16) -> Result<(), Error> {
        let taken: BTreeSet<Vec<u8>> = self.members.iter().map(|member| member.name.clone()).collect();
        let names = (self.members.len()..).map(|n| format!("node{n}").into_bytes()).filter(|name| !taken.contains(name));
        names.take(count as usize).try_for_each(|name| self.push(&name, weight).map(|_| ()))
    }

    fn push(&mut self, name: &[u8], weight: u16) -> Result<MemberNo, Error> {
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        if !(1..=WEIGHT_MAX).contains(&weight) {
            return Err(Error::Weight { weight: u32::from(weight) });
        }
        let number = self.members.len() as MemberNo;
        let most = self.seats.min(MEMBERS_MAX);
        if number >= most {
            return Err(Error::TooManyMembers { most });
        }
        let seat = self.free.pop();
        self.members.push(Member { name: name.to_vec(), weight, seat });
        Ok(number)
    }

    /// Takes a member's keys away.
    ///
    /// # Errors
    /// No such member, or it is dead. Nothing has changed then.
    pub fn kill(&mut self, number: MemberNo) -> Result<(), Error> {
        let seat = self.member(number)?.seat.take().ok_or(Error::Dead { number })?;
        self.free.push(seat);
        Ok(())
    }

    /// Lets a dead member hold keys again.
    ///
    /// # Errors
    /// No such member, or it is alive. Nothing has changed then.
    pub fn revive(&mut self, number: MemberNo) -> Result<(), Error> {
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
    pub fn reweigh(&mut self, number: MemberNo, weight: u16) -> Result<(), Error> {
        if !(1..=WEIGHT_MAX).contains(&weight) {
            return Err(Error::Weight { weight: u32::from(weight) });
        }
        self.member(number)?.weight = weight;
        Ok(())
    }

    fn member(&mut self, number: MemberNo) -> Result<&mut Member, Error> {
        let count = self.members.len() as u32;
        self.members.get_mut(number as usize).ok_or(Error::NoSuchMember { number, count })
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
        assert_eq!(Fleet::numbered(MEMBERS_MAX + 1), Err(Error::TooManyMembers { most: MEMBERS_MAX }));
        let mut full = Fleet::numbered(SEATS).unwrap();
        assert_eq!(full.add("one more", 1), Err(Error::TooManyMembers { most: SEATS }));
        assert_eq!(Fleet::new(["a", "b", "a"]), Err(Error::NameTwice { name: "a".to_owned() }));
    }

    #[test]
    fn the_largest_fleet_has_a_seat_for_everyone() {
        let fleet = Fleet::numbered(MEMBERS_MAX).unwrap();
        assert_eq!(fleet.living().count(), 104_857);
        assert_eq!((fleet.seats(), Fleet::numbered(1_000).unwrap().seats()), (1 << 17, SEATS));
        let mut roomy = Fleet::with_room(["a"], 2_000).unwrap();
        roomy.add_numbered(2_000, 1).unwrap();
        assert_eq!(roomy.living().count(), 2_001);
    }

    #[test]
    fn numbered_newcomers_pass_over_names_that_are_taken() {
        let mut fleet = Fleet::new(["node2", "node4", "x"]).unwrap();
        fleet.add_numbered(3, 7).unwrap();
        let names: Vec<_> = fleet.members()[3..].iter().map(|member| (member.label(), member.weight())).collect();
        assert_eq!(names, [("node3".into(), 7), ("node5".into(), 7), ("node6".into(), 7)]);
    }

    #[test]
    fn no_control_character_is_shown() {
        assert_eq!(printable(b"a\x1b[2J\tb\x7f"), "a\\u{1b}[2J\\u{9}b\\u{7f}");
        assert_eq!(printable("é\u{85}".as_bytes()), "é\\u{85}");
        assert_eq!(printable(b"a\\b \xff"), "a\\b �");
    }
}
