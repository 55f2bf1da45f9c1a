//! The counting behind the room, in slices, so that it can be done beside a page that goes on: a [`Job`] counts one lane, an
//! [`Answer`] is what is known so far, and passes between threads as a row of numbers.

use std::rc::Rc;

use crate::proto::ring::MemberNo;
use crate::room::placement::schemes::study::NOBODY;
use crate::room::placement::schemes::{Error, Fleet, Options, Study};

use super::PlacementRoom;

/// Stands for "nobody" in a [`Cell`]. Numbers of nodes are below 1,000.
const NONE: u32 = 1_023;
/// Numbers at the head of an answer.
const HEAD: usize = 11;

/// One lane of a room, counted slice by slice.
#[derive(Debug)]
pub struct Job {
    study: Study,
    changed: bool,
}

impl Job {
    /// Builds the scheme of lane 0 or 1, before and after the last change. No key is placed yet.
    ///
    /// A scheme that cannot weigh nodes is given equal weights: it is then measured against the ideal it misses.
    ///
    /// # Errors
    /// What the scheme refuses.
    ///
    /// # Panics
    /// For any other lane.
    pub fn new(room: &PlacementRoom, lane: usize) -> Result<Job, Error> {
        let algorithm = room.schemes[lane];
        let options = Options { vnodes: room.vnodes(), hash: room.hash, ..Options::default() };
        let fit = |fleet: &Fleet| if algorithm.weighs() { Ok(fleet.clone()) } else { levelled(fleet) };
        let mut study = Study::new(algorithm, &fit(room.before())?, &options, room.keys())?;
        let changed = !room.changes().is_empty();
        if changed {
            study.then(&fit(room.now())?)?;
        }
        Ok(Job { study, changed })
    }

    /// Places up to `budget` more keys. True: all are placed.
    pub fn step(&mut self, budget: u32) -> bool {
        self.study.step(budget)
    }

    /// What is known now, with a picture of the keys in at most so many cells.
    pub fn answer(&self, cells: u32) -> Answer {
        let (now, members) = (self.study.owners(), self.study.counts().len());
        let before = if self.changed { &self.study.owners_before()[..now.len()] } else { now };
        let (mut came, mut left) = (vec![0; members], vec![0; members]);
        for (&was, &is) in before.iter().zip(now).filter(|(was, is)| was != is) {
            came.get_mut(is as usize).into_iter().for_each(|n: &mut u32| *n += 1);
            left.get_mut(was as usize).into_iter().for_each(|n: &mut u32| *n += 1);
        }
        Answer {
            done: self.study.done(),
            keys: self.study.keys(),
            moved: self.study.moved(),
            minimum: self.study.minimum(),
            spilled: self.study.spilled(),
            memory: u32::try_from(self.study.memory()).unwrap_or(u32::MAX),
            steps: u32::try_from(self.study.steps().0).unwrap_or(u32::MAX),
            sample: self.study.steps().1,
            counts: self.study.counts().to_vec(),
            came,
            left,
            cells: picture(before, now, members, cells.min(self.study.keys())).into(),
        }
    }
}

/// The fleet with every weight 1. Seats stay as they are.
fn levelled(fleet: &Fleet) -> Result<Fleet, Error> {
    let mut level = fleet.clone();
    (0..fleet.members().len() as MemberNo).try_for_each(|node| level.reweigh(node, 1))?;
    Ok(level)
}

/// What is known of one lane.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Answer {
    /// Keys placed so far.
    pub done: u32,
    /// Keys to place in all.
    pub keys: u32,
    /// Keys that the last change moved.
    pub moved: u32,
    /// The least that any scheme moves between the same loads.
    pub minimum: u32,
    /// Keys that went past a full node; 0 where loads are not bounded.
    pub spilled: u32,
    /// Bytes of the tables that a lookup reads.
    pub memory: u32,
    /// Steps of the first lookups, all together.
    pub steps: u32,
    /// How many lookups those are.
    pub sample: u32,
    /// Keys of each node.
    pub counts: Vec<u32>,
    /// Keys that the last change brought it.
    pub came: Vec<u32>,
    /// Keys that the last change took from it.
    pub left: Vec<u32>,
    /// The keys, in the order of who held them before the change: see [`Cell`]. Shared, for it is long.
    pub cells: Rc<[u32]>,
}

impl Answer {
    /// Whether every key is placed.
    pub fn is_whole(&self) -> bool {
        self.done == self.keys
    }

    /// The answer as a row of numbers, for another thread.
    pub fn pack(&self) -> Vec<u32> {
        let head = [
            self.done,
            self.keys,
            self.moved,
            self.minimum,
            self.spilled,
            self.memory,
            self.steps,
            self.sample,
            self.counts.len() as u32,
            self.cells.len() as u32,
            0,
        ];
        [&head[..], &self.counts, &self.came, &self.left, &self.cells].concat()
    }

    /// The answer of such a row; `None` if it is none.
    pub fn unpack(row: &[u32]) -> Option<Answer> {
        let (head, rest) = row.split_at_checked(HEAD)?;
        let (members, cells) = (head[8] as usize, head[9] as usize);
        if rest.len() != members.checked_mul(3)?.checked_add(cells)? {
            return None;
        }
        let (counts, rest) = rest.split_at(members);
        let (came, rest) = rest.split_at(members);
        let (left, cells) = rest.split_at(members);
        Some(Answer {
            done: head[0],
            keys: head[1],
            moved: head[2],
            minimum: head[3],
            spilled: head[4],
            memory: head[5],
            steps: head[6],
            sample: head[7],
            counts: counts.to_vec(),
            came: came.to_vec(),
            left: left.to_vec(),
            cells: cells.into(),
        })
    }
}

/// One cell of the picture of the keys: one key, or several neighbours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// Who held its first key before the change; `None`: nobody.
    pub before: Option<u16>,
    /// Who holds its first moved key now; if none moved, as before.
    pub now: Option<u16>,
    /// How many of its keys moved, in 255ths.
    pub moved: u8,
}

impl Cell {
    /// The cell of a number in [`Answer::cells`].
    pub fn of(packed: u32) -> Cell {
        let node = |n: u32| (n != NONE).then_some(n as u16);
        Cell { before: node(packed & 1_023), now: node((packed >> 10) & 1_023), moved: (packed >> 20) as u8 }
    }

    fn pack(before: MemberNo, now: MemberNo, moved: u32) -> u32 {
        let node = |n: MemberNo| if n == NOBODY { NONE } else { n };
        node(before) | node(now) << 10 | moved << 20
    }
}

/// The keys placed so far in so many cells, in the order of who held each before, and of their numbers.
fn picture(before: &[MemberNo], now: &[MemberNo], members: usize, cells: u32) -> Vec<u32> {
    if before.is_empty() {
        return Vec::new();
    }
    // Counting sort; nobody's keys come last.
    let place = |owner: MemberNo| (owner as usize).min(members);
    let mut next = vec![0usize; members + 2];
    before.iter().for_each(|&owner| next[place(owner) + 1] += 1);
    (1..next.len()).for_each(|i| next[i] += next[i - 1]);
    let mut order = vec![0u32; before.len()];
    for (key, &owner) in (0..).zip(before) {
        let slot = &mut next[place(owner)];
        order[*slot] = key;
        *slot += 1;
    }
    let keys = order.len() as u64;
    let rank = |cell: u32| (u64::from(cell) * keys / u64::from(cells)) as usize;
    let cell = |cell: u32| {
        let from = rank(cell);
        let part = &order[from..rank(cell + 1).max(from + 1)];
        let moved = part.iter().filter(|&&key| before[key as usize] != now[key as usize]);
        let shown = moved.clone().next().copied().unwrap_or(part[0]) as usize;
        let share = (moved.count() * 255).div_ceil(part.len()) as u32;
        Cell::pack(before[part[0] as usize], now[shown], share)
    };
    (0..cells).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::placement::Change;
    use crate::room::placement::schemes::Algorithm;

    fn counted(text: &str, lane: usize, budget: u32) -> Answer {
        let mut job = Job::new(&str::parse::<PlacementRoom>(text).unwrap(), lane).unwrap();
        while !job.step(budget) {}
        job.answer(2_000)
    }

    #[test]
    fn a_lane_counts_what_a_study_counts() {
        let answer = counted("modulo,ring,kill:2", 1, 25_000);
        let mut fleet = Fleet::numbered(6).unwrap();
        let options = Options { vnodes: 64, ..Options::default() };
        let mut study = Study::new(Algorithm::Ring, &fleet, &options, 25_000).unwrap();
        fleet.kill(2).unwrap();
        study.then(&fleet).unwrap();
        assert!(study.step(25_000));
        assert_eq!((answer.moved, answer.minimum, &answer.counts[..]), (study.moved(), study.minimum(), study.counts()));
        assert_eq!(answer.moved, answer.minimum, "the ring moves the least possible");
        let modulo = counted("modulo,ring,kill:2", 0, 25_000);
        assert!(modulo.moved > 4 * modulo.minimum, "{} of {}", modulo.moved, modulo.minimum);
    }

    #[test]
    fn slices_change_nothing() {
        let text = "jump,rendezvous,kill:2,weigh:3:4,revive:2";
        for lane in [0, 1] {
            assert_eq!(counted(text, lane, 25_000), counted(text, lane, 777));
        }
    }

    #[test]
    fn who_came_and_who_left_add_up() {
        let answer = counted("modulo,ring,kill:2", 0, 25_000);
        assert_eq!(answer.came.iter().sum::<u32>(), answer.moved);
        assert_eq!(answer.left.iter().sum::<u32>(), answer.moved);
        assert_eq!((answer.counts[2], answer.came[2]), (0, 0));
        let without = counted("modulo,ring", 0, 25_000);
        for node in 0..6 {
            assert_eq!(answer.counts[node] + answer.left[node] - answer.came[node], without.counts[node]);
        }
        assert_eq!((without.moved, without.minimum, without.came.iter().sum::<u32>()), (0, 0, 0));
    }

    #[test]
    fn an_answer_survives_the_way_between_threads() {
        let answer = counted("modulo,ring,add", 1, 25_000);
        assert_eq!(Answer::unpack(&answer.pack()), Some(answer.clone()));
        let row = answer.pack();
        assert_eq!(Answer::unpack(&row[1..]), None);
        assert_eq!(Answer::unpack(&row[..HEAD - 1]), None);
    }

    #[test]
    fn every_algorithm_counts_every_change() {
        for algorithm in Algorithm::ALL {
            let mut room = PlacementRoom { schemes: [algorithm; 2], ..PlacementRoom::default() };
            room.set_keys(2_000);
            for change in [Change::Kill(2), Change::Weigh(3, 4), Change::Add, Change::Revive(2)] {
                room.change(change).unwrap();
                let mut job = Job::new(&room, 1).unwrap();
                assert!(job.step(2_000));
                let answer = job.answer(500);
                assert_eq!(answer.counts.iter().sum::<u32>(), 2_000, "{algorithm:?}");
                assert!(answer.moved >= answer.minimum, "{algorithm:?}");
                let weighed = change == Change::Weigh(3, 4);
                assert!(!weighed || algorithm.weighs() || answer.moved == 0, "{algorithm:?} cannot weigh, so nothing moves");
            }
        }
    }

    #[test]
    fn the_picture_shows_keys_by_who_held_them_and_which_moved() {
        let answer = counted("modulo,ring,kill:2", 1, 25_000);
        assert_eq!(answer.cells.len(), 2_000);
        let cells: Vec<Cell> = answer.cells.iter().map(|&cell| Cell::of(cell)).collect();
        assert!(cells.is_sorted_by_key(|cell| cell.before), "in the order of their holders");
        let of_the_dead = cells.iter().filter(|cell| cell.before == Some(2));
        assert!(of_the_dead.clone().count() > 200 && of_the_dead.clone().all(|cell| cell.moved > 0 && cell.now != Some(2)));
        let others = cells.iter().filter(|cell| cell.before != Some(2));
        // The last cell before C's first key may hold some of its keys as well.
        assert!(others.filter(|cell| cell.moved > 0).count() <= 1, "nobody else's keys moved");
    }

    #[test]
    fn a_picture_of_a_few_keys_fills_all_its_cells() {
        let cells = picture(&[1, 0, NOBODY], &[1, 1, 0], 2, 6);
        let shown: Vec<_> = cells.iter().map(|&cell| Cell::of(cell)).map(|cell| (cell.before, cell.now, cell.moved)).collect();
        let (a, b, c) = ((Some(0), Some(1), 255), (Some(1), Some(1), 0), (None, Some(0), 255));
        assert_eq!(shown, [a, a, b, b, c, c]);
        assert_eq!(picture(&[], &[], 2, 0), Vec::<u32>::new());
    }
}
