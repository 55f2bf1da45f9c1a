//! The state of a shard as a list of items, to be carried to another node in pieces, and what a copy starts from.

use std::rc::Rc;

use crate::cluster::note::OpId;
use crate::cluster::store::{Key, Outcome, Store};
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::view::Index;
use crate::sim::id::{Boot, Pid};

/// Which operation stood at each index that a snapshot stands for, from index 1. Evidence for the promises' checker, which
/// must be able to tell whether an acknowledged write is there: no protocol reads it, and no real system would carry it.
pub type Evidence = Rc<Vec<Option<OpId>>>;

/// One piece of a shard's state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Item {
    /// A key's value.
    Value(Key, u64),
    /// The latest operation of a client and what came of it: exactly-once goes with the data.
    Result(Pid, (Boot, u32, Outcome)),
    /// The largest fencing token seen, and the evidence.
    Seen(FencingToken, Evidence),
}

/// What a copy starts from: the state after its log's base.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Base {
    /// The state.
    pub store: Store,
    /// What stood at each index up to the base.
    pub evidence: Evidence,
}

impl Base {
    /// The state as a list. Never empty.
    pub fn items(&self) -> Vec<Item> {
        let values = self.store.values.iter().map(|(&key, &value)| Item::Value(key, value));
        let results = self.store.results.iter().map(|(&client, &result)| Item::Result(client, result));
        let seen = Item::Seen(self.store.seen, self.evidence.clone());
        values.chain(results).chain([seen]).collect()
    }

    /// The state that such a list describes.
    pub fn of(items: &[Item]) -> Base {
        let mut base = Base::default();
        for item in items {
            match item {
                Item::Value(key, value) => drop(base.store.values.insert(*key, *value)),
                Item::Result(client, result) => drop(base.store.results.insert(*client, *result)),
                Item::Seen(token, evidence) => (base.store.seen, base.evidence) = (*token, evidence.clone()),
            }
        }
        base
    }

    /// The operation at an index that the base stands for.
    pub fn at(&self, index: Index) -> Option<OpId> {
        *self.evidence.get((index.0 as usize).checked_sub(1)?)?
    }
}
