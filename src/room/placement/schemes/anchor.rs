//! AnchorHash (Mendelson, Vargaftik, Barabash, Lorenz, Keslassy, Orda 2020, "AnchorHash: A Scalable Consistent Hash", IEEE/ACM
//! Transactions on Networking; algorithm 3 of section 4).
//!
//! Buckets `0..a` are set up once; those without a member count as removed. A key hashes among all; while its bucket is removed, it
//! hashes again among those that were there just after the removal. So every key of a removed bucket finds its way, and
//! the others never notice. Buckets come back in the opposite order of their leaving: [`Fleet`] gives seats so.

use crate::proto::ring::MemberNo;
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::{Scheme, mix};

/// No member sits in this bucket.
const EMPTY: MemberNo = MemberNo::MAX;

/// The four arrays of the paper, by bucket, beside who sits where.
#[derive(Debug)]
pub(super) struct Anchor {
    /// How many buckets worked just after this one was removed; 0 if it works.
    removed: Vec<u32>,
    /// Who took the bucket's place when it was removed.
    successor: Vec<u32>,
    /// Who sits in the bucket.
    members: Vec<MemberNo>,
    living: usize,
    hash: Hash,
}

impl Anchor {
    pub(super) fn new(fleet: &Fleet, hash: Hash) -> Anchor {
        let mut members = vec![EMPTY; fleet.seats() as usize];
        for (number, member) in fleet.living() {
            if let Some(seat) = member.seat() {
                members[seat as usize] = number;
            }
        }
        let (removed, successor) = remove_in_order(fleet.free_seats(), fleet.seats());
        Anchor { removed, successor, members, living: fleet.living().count(), hash }
    }

    /// The bucket, and how many hash values and successors it took.
    fn bucket(&self, key: u64) -> (usize, u32) {
        let mut bucket = below(mix(key), self.members.len() as u32);
        let mut steps = 1;
        while self.removed[bucket] > 0 {
            let was = self.removed[bucket];
            let mut next = below(mix(key ^ mix(bucket as u64 + 1)), was);
            steps += 1;
            // Removed before: whoever took its place by then.
            while self.removed[next] >= was {
                next = self.successor[next] as usize;
                steps += 1;
            }
            bucket = next;
        }
        (bucket, steps)
    }
}

/// Removes these buckets, the first one first, from a full anchor: REMOVEBUCKET of the paper for each. The state is the same
/// whatever was removed and added back in between, because adding undoes the last removal exactly.
fn remove_in_order(buckets: &[u32], seats: u32) -> (Vec<u32>, Vec<u32>) {
    let mut removed = vec![0; seats as usize];
    let mut successor: Vec<u32> = (0..seats).collect();
    // Where each bucket stands among those that work, and who stands there.
    let (mut place, mut working) = (successor.clone(), successor.clone());
    for (&bucket, left) in buckets.iter().zip((0..seats).rev()) {
        let (bucket, last) = (bucket as usize, working[left as usize]);
        removed[bucket] = left;
        successor[bucket] = last;
        working[place[bucket] as usize] = last;
        place[last as usize] = place[bucket];
    }
    (removed, successor)
}

/// A number below `n`, in proportion to the hash: even to within n / 2^64.
fn below(hash: u64, n: u32) -> usize {
    ((u128::from(hash) * u128::from(n)) >> 64) as usize
}

impl Scheme for Anchor {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        if self.living == 0 {
            return None;
        }
        Some(self.members[self.bucket(self.hash.of(key)).0])
    }

    fn memory(&self) -> usize {
        size_of_val(self.removed.as_slice()) + size_of_val(self.successor.as_slice()) + size_of_val(self.members.as_slice())
    }

    fn steps(&self, key: &[u8]) -> u32 {
        if self.living == 0 { 0 } else { self.bucket(self.hash.of(key)).1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::placement::schemes::SEATS;

    /// The paper's algorithm 1: a row of who works, kept as it was after each removal.
    fn bucket_by_rows(rows: &[(usize, Vec<u32>)], key: u64) -> usize {
        let mut bucket = below(mix(key), SEATS);
        while let Some((_, row)) = rows.iter().find(|(removed, _)| *removed == bucket) {
            bucket = row[below(mix(key ^ mix(bucket as u64 + 1)), row.len() as u32)] as usize;
        }
        bucket
    }

    #[test]
    fn four_arrays_answer_as_all_the_rows_would() {
        let mut fleet = Fleet::numbered(40).expect("few enough");
        // All but two, in an order in which those that took a place leave it again.
        for dead in (0..38).map(|i| (3 + i * 27) % 40) {
            fleet.kill(dead).expect("it is alive");
        }
        let mut row: Vec<u32> = (0..SEATS).collect();
        let rows: Vec<(usize, Vec<u32>)> = fleet
            .free_seats()
            .iter()
            .map(|&seat| {
                let place = row.iter().position(|&other| other == seat).expect("it works");
                row.swap_remove(place);
                (seat as usize, row.clone())
            })
            .collect();
        let anchor = Anchor::new(&fleet, Hash::Xxh3);
        for key in (0..20_000u64).map(mix) {
            assert_eq!(anchor.bucket(key).0, bucket_by_rows(&rows, key));
        }
    }
}
