//! Which function puts labels and keys on the circle.

use xxhash_rust::xxh3::xxh3_64;
use xxhash_rust::xxh64::xxh64;

use super::Point;

/// Digits of the greatest number of a token.
const DIGITS: usize = 10;

/// A hash function of names and keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Hash {
    /// XXH3, 64 bits, seed 0 (Collet 2019): the good one.
    #[default]
    Xxh3,
    /// XXH64, seed 0, with `_` between name and number: the positions of Envoy's ring (`ring_hash_lb.cc`).
    Xxh64,
    /// Deliberately weak: Java's `String.hashCode` (each byte added to 31 times what was before, modulo 2^32) as the upper half.
    /// Labels that differ in their last digit only become neighbours, so tokens and keys stand in clusters.
    Weak,
}

impl Hash {
    /// Every hash, the good one first.
    pub const ALL: [Hash; 3] = [Hash::Xxh3, Hash::Xxh64, Hash::Weak];

    /// Its name in commands and links.
    pub const fn word(self) -> &'static str {
        match self {
            Hash::Xxh3 => "xxh3",
            Hash::Xxh64 => "xxh64",
            Hash::Weak => "weak",
        }
    }

    /// The hash of that name.
    pub fn parse(word: &str) -> Option<Hash> {
        Hash::ALL.into_iter().find(|hash| hash.word() == word)
    }

    /// Where these bytes stand on the circle.
    #[inline]
    pub fn of(self, bytes: &[u8]) -> Point {
        match self {
            Hash::Xxh3 => xxh3_64(bytes),
            Hash::Xxh64 => xxh64(bytes, 0),
            Hash::Weak => u64::from(bytes.iter().fold(0u32, |sum, &byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))) << 32,
        }
    }

    /// What stands between a name and the number of its token. Without it `node1` + `1` would be `node` + `11`.
    pub const fn separator(self) -> u8 {
        match self {
            Hash::Xxh3 | Hash::Weak => b'#',
            Hash::Xxh64 => b'_',
        }
    }

    /// The positions of a name's first `count` tokens, in the order of their numbers.
    pub fn tokens(self, name: &[u8], count: u32) -> impl Iterator<Item = Point> {
        // A label that was written a moment ago is slow to read, so there are ten of them, one for each last digit, and only every
        // tenth token writes: 8 ns a token became 4.
        let stem = name.len() + 1;
        let row = stem + DIGITS;
        let mut labels = vec![0; 10 * row];
        for (digit, label) in (b'0'..).zip(labels.chunks_exact_mut(row)) {
            label[..stem - 1].copy_from_slice(name);
            label[stem - 1] = self.separator();
            label[stem] = digit;
        }
        let mut end = stem + 1;
        (0..count).map(move |i| {
            let digit = (i % 10) as usize;
            if digit == 0 && i > 0 {
                let longer = labels.chunks_exact_mut(row).fold(false, |_, label| next_ten(label, stem, end));
                end += usize::from(longer);
            }
            self.of(&labels[digit * row..][..end])
        })
    }
}

/// Adds ten to the decimal number at `stem..end`. Whether it has one digit more now.
fn next_ten(label: &mut [u8], stem: usize, end: usize) -> bool {
    for digit in label[stem..end - 1].iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return false;
        }
        *digit = b'0';
    }
    label.copy_within(stem..end, stem + 1);
    label[stem] = b'1';
    true
}

/// Appends a number in decimal digits.
pub fn put_number(label: &mut Vec<u8>, number: u32) {
    let mut digits = [0; 10];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    label.extend_from_slice(&digits[first..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_people_write_it() {
        for number in [0, 7, 10, 99, 100, 65_537, u32::MAX] {
            let mut label = b"n".to_vec();
            put_number(&mut label, number);
            assert_eq!(label, format!("n{number}").into_bytes());
        }
    }

    #[test]
    fn tokens_are_numbered_from_0() {
        let tokens: Vec<Point> = Hash::Xxh3.tokens(b"a9", 1_101).collect();
        let labels: Vec<Point> = (0..1_101).map(|i| Hash::Xxh3.of(format!("a9#{i}").as_bytes())).collect();
        assert_eq!(tokens, labels);
    }

    #[test]
    fn every_word_names_its_hash() {
        assert!(Hash::ALL.into_iter().all(|hash| Hash::parse(hash.word()) == Some(hash)));
        assert_eq!(Hash::parse("md4"), None);
    }

    #[test]
    fn the_weak_hash_is_the_one_of_java() {
        // "hello".hashCode() of the Java SE documentation's formula.
        assert_eq!(Hash::Weak.of(b"hello"), 99_162_322 << 32);
    }
}
