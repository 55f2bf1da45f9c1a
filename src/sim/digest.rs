//! A digest of state that is the same on every target: integers enter as little-endian bytes of fixed width, lengths and
//! discriminants as 64 bits. It rests on `derive(Hash)` visiting fields in their order, so the pinned compiler is part of
//! a link's promise; the golden digests would show a change.

use std::hash::{Hash, Hasher};

/// A running digest: multiply and fold, 64 bits. Not for keys, not against an adversary.
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest(0x9e37_79b9_7f4a_7c15)
    }
}

/// Something that came later than links that do without it: while it has its default value it leaves no trace in a digest, so that
/// those links keep theirs.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Later<T>(pub T);

impl<T: Hash + Default + PartialEq> Hash for Later<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0 != T::default() {
            self.0.hash(state);
        }
    }
}

impl Digest {
    /// The digest of one value.
    pub fn of(value: &impl Hash) -> u64 {
        let mut digest = Digest::default();
        value.hash(&mut digest);
        digest.finish()
    }

    fn word(&mut self, w: u64) {
        let wide = u128::from(self.0 ^ w) * 0xd6e8_feb8_6659_fd93;
        self.0 = (wide as u64) ^ ((wide >> 64) as u64).rotate_left(29) ^ w.rotate_left(32);
    }
}

impl Hasher for Digest {
    fn finish(&self) -> u64 {
        let mut last = *self;
        last.word(0xff);
        last.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut w = [0; 8];
            w[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(w));
        }
        self.word(bytes.len() as u64);
    }
    fn write_u8(&mut self, n: u8) {
        self.word(n.into());
    }
    fn write_u16(&mut self, n: u16) {
        self.word(n.into());
    }
    fn write_u32(&mut self, n: u32) {
        self.word(n.into());
    }
    fn write_u64(&mut self, n: u64) {
        self.word(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.word(n as u64);
    }
    fn write_i32(&mut self, n: i32) {
        self.word(n as i64 as u64);
    }
    fn write_isize(&mut self, n: isize) {
        self.word(n as i64 as u64);
    }
}
