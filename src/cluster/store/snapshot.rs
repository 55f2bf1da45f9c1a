//! The state of a shard as a list of items, to be carried to another node in pieces, and what a copy starts from.

use crate::cluster::setup::key::Key;
use crate::cluster::store::Store;
use crate::cluster::store::document::Document;
use crate::cluster::store::results::Results;
use crate::proto::replica::view::Index;
use crate::sim::id::Pid;

/// One piece of a shard's state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Item {
    /// A key's value, and the entry that wrote it.
    Value(Key, (u64, Index)),
    /// The latest operations of a client and what came of them: exactly-once goes with the data.
    Result(Pid, Results),
    /// A document, and the largest fencing token seen: without it an old one would be let in again.
    Document(Key, Document),
    /// How many items came before: the last one, so that an empty shard has something to send, too.
    End(u32),
}

/// What a copy starts from: the state after its log's base.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Base {
    /// The state.
    pub store: Store,
}

impl Base {
    /// The state as a list. Never empty.
    pub fn items(&self) -> Vec<Item> {
        let values = self.store.values.iter().map(|(&key, &value)| Item::Value(key, value));
        let results = self.store.results.iter().map(|(&client, result)| Item::Result(client, result.clone()));
        let documents = self.store.documents.iter().map(|(&key, document)| Item::Document(key, document.clone()));
        let mut items: Vec<Item> = values.chain(results).chain(documents).collect();
        items.push(Item::End(items.len() as u32));
        items
    }

    /// The state that such a list describes.
    pub fn of(items: &[Item]) -> Base {
        let mut base = Base::default();
        for item in items {
            match item {
                Item::Value(key, value) => drop(base.store.values.insert(*key, *value)),
                Item::Result(client, result) => drop(base.store.results.insert(*client, result.clone())),
                Item::Document(key, document) => drop(base.store.documents.insert(*key, document.clone())),
                Item::End(before) => assert_eq!(*before as usize + 1, items.len(), "a snapshot is whole when its last item comes"),
            }
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::store::document::{Line, Text};
    use crate::cluster::store::op::OpId;
    use crate::cluster::store::results::{Behind, Known};
    use crate::cluster::store::{Outcome, Protection, Request};
    use crate::proto::lock::token::FencingToken;
    use crate::proto::replica::view::ShardId;
    use crate::sim::id::Boot;

    #[test]
    fn a_snapshot_carries_all_of_the_state() {
        let key = |id| Key { id, shard: ShardId(3) };
        let op = |client: u16, n| OpId { client: Pid(client), boot: Boot(1), n };
        let mut base = Base::default();
        let text = Text::default().with(Line { who: Pid(3), token: FencingToken(6) });
        let done = [
            (op(1, 1), Request::Put(key(4), 40)),
            (op(2, 7), Request::Put(key(5), 50)),
            (op(3, 1), Request::Open(key(9), FencingToken(6))),
            (op(3, 2), Request::Edit(key(9), FencingToken(6), text.clone())),
        ];
        for ((op, request), index) in done.into_iter().zip(1..) {
            base.store.apply(Index(index), (op, Behind(0)), &request, Protection { fencing: true, results: true });
        }
        assert_eq!(Base::of(&base.items()), base);
        // A retry after the snapshot carried it finds its result.
        let there = Base::of(&base.items()).store;
        assert_eq!(there.known(op(2, 7)), Known::Done(Outcome::Written));
        assert_eq!((there.known(op(3, 1)), there.known(op(1, 2))), (Known::Past, Known::New));
        assert_eq!(there.written_at(key(5)), Index(2));
        let document = there.document(key(9)).expect("it was opened");
        assert_eq!((&document.text, document.seen, document.by), (&text, FencingToken(6), Some((Pid(3), Boot(1)))));
        assert_eq!(Base::default().items().len(), 1, "an empty shard has something to send, too");
    }
}
