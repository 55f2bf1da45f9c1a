//! `hash(key) mod n`.

use crate::proto::ring::MemberNo;
use crate::proto::ring::hash::Hash;

use super::fleet::Fleet;
use super::scheme::Scheme;

/// The living members in a row. When one leaves, those behind it close up.
#[derive(Debug)]
pub(super) struct Modulo {
    living: Vec<MemberNo>,
    hash: Hash,
}

impl Modulo {
    pub(super) fn new(fleet: &Fleet, hash: Hash) -> Modulo {
        Modulo { living: fleet.living().map(|(number, _)| number).collect(), hash }
    }
}

impl Scheme for Modulo {
    fn owner(&self, key: &[u8]) -> Option<MemberNo> {
        let place = self.hash.of(key).checked_rem(self.living.len() as u64)?;
        Some(self.living[place as usize])
    }

    fn memory(&self) -> usize {
        size_of_val(self.living.as_slice())
    }

    fn steps(&self, _: &[u8]) -> u32 {
        1
    }
}
