//! Maglev hashing (Eisenbud et al. 2016, "Maglev: A Fast and Reliable Software Network Load Balancer", section 3.4), as Envoy
//! does it (`maglev_lb.cc`): positions by XXH64, weighted turns, members in the order of their names.

use xxhash_rust::xxh64::xxh64;

use crate::proto::ring::MemberNo;
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::{Error, Options, Scheme, TABLE_MAX};

/// An entry that nobody has taken yet.
const FREE: u32 = u32::MAX;

/// A member while the table is filled.
struct Filler {
    number: u32,
    weight: u64,
    /// The turns taken so far, times the greatest weight.
    taken: u64,
    /// Where it looks next.
    at: u32,
    skip: u32,
}

/// The table of these `(name, weight)`: each entry the index of a member. In turn `t`, counted from 1, a member takes the next
/// free entry of its own permutation if `t x weight` has reached the greatest weight times the turns it has taken.
///
/// Envoy divides the weights by their sum first and compares doubles; here the comparison is exact.
///
/// # Errors
/// A size that is not prime, above [`TABLE_MAX`], or below the number of members. A composite size would let a member whose skip
/// divides it visit a part of the table only, and look for a free entry there for ever.
pub fn table(members: &[(&[u8], u16)], size: u32) -> Result<Vec<u32>, Error> {
    if size > TABLE_MAX || (size as usize) < members.len() {
        return Err(Error::TableSize { size, living: members.len() as u32 });
    }
    if !is_prime(size) {
        return Err(Error::TableNotPrime { size });
    }
    let mut order: Vec<(&[u8], u32)> = (0..).zip(members).filter(|(_, member)| member.1 > 0).map(|(i, member)| (member.0, i)).collect();
    order.sort_unstable();
    let mut fillers: Vec<Filler> = order.into_iter().map(|(_, number)| filler(members[number as usize], number, size)).collect();
    let mut table = vec![FREE; size as usize];
    let Some(heaviest) = fillers.iter().map(|filler| filler.weight).max() else { return Ok(table) };
    let mut left = size;
    for turn in 1.. {
        for filler in &mut fillers {
            if turn * filler.weight < filler.taken {
                continue;
            }
            filler.taken += heaviest;
            while table[filler.at as usize] != FREE {
                filler.step(size);
            }
            table[filler.at as usize] = filler.number;
            filler.step(size);
            left -= 1;
            if left == 0 {
                return Ok(table);
            }
        }
    }
    Ok(table)
}

fn filler((name, weight): (&[u8], u16), number: u32, size: u32) -> Filler {
    let at = (xxh64(name, 0) % u64::from(size)) as u32;
    let skip = (xxh64(name, 1) % u64::from(size - 1)) as u32 + 1;
    Filler { number, weight: u64::from(weight), taken: 0, at, skip }
}

impl Filler {
    fn step(&mut self, size: u32) {
        let at = self.at + self.skip;
        self.at = if at >= size { at - size } else { at };
    }
}

/// Whether only 1 and itself divide it; for sizes up to [`TABLE_MAX`].
fn is_prime(n: u32) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

/// A filled table.
#[derive(Debug)]
pub(super) struct Maglev {
    table: Vec<MemberNo>,
}

impl Maglev {
    pub(super) fn new(fleet: &Fleet, options: &Options) -> Result<Maglev, Error> {
        let (numbers, members): (Vec<MemberNo>, Vec<(&[u8], u16)>) =
            fleet.living().map(|(number, member)| (number, (member.name(), member.weight()))).unzip();
        let mut table = table(&members, options.table)?;
        for entry in &mut table {
            *entry = numbers.get(*entry as usize).copied().unwrap_or(FREE);
        }
        Ok(Maglev { table })
    }
}

impl Scheme for Maglev {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        let entry = self.table[(Hash::Xxh64.of(key) % self.table.len() as u64) as usize];
        if entry == FREE { None } else { Some(entry) }
    }

    fn memory(&self) -> usize {
        size_of_val(self.table.as_slice())
    }

    fn steps(&self, _: &[u8]) -> u32 {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_told_from_the_others() {
        let primes: Vec<u32> = (0..30).filter(|&n| is_prime(n)).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert!(is_prime(65_537) && is_prime(655_373) && !is_prime(65_535) && !is_prime(251 * 251));
    }
}
