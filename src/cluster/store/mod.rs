//! What a shard's operations mean: a small key-value store, and the document that the lock protects. Applied in log order
//! on every replica, so all of it is deterministic.

pub mod document;
pub mod op;
pub mod outcome;
pub mod results;
pub mod snapshot;

use litemap::LiteMap;

use crate::cluster::setup::key::Key;
use crate::cluster::setup::rules::{Rule, Rules};
use crate::cluster::store::document::{Document, Text};
use crate::cluster::store::op::{Asked, OpId};
pub use crate::cluster::store::outcome::Outcome;
use crate::cluster::store::results::Results;
pub use crate::cluster::store::results::{Behind, Known};
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;

/// What is asked of a shard.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Request {
    /// To read a key: answered without the log, by the primary under its lease or, if the recipe says so, by any in-sync copy.
    Get(Key),
    /// To write a key.
    Put(Key, u64),
    /// To read the document under the lock. Goes through the log: the token must be seen by every copy, or the next
    /// holder could read, and an older one still write.
    Open(Key, FencingToken),
    /// To write the document under the lock: all of it.
    Edit(Key, FencingToken, Text),
    /// Work that is about no key, and that any node can do: nothing changes by it.
    Any,
}

impl Request {
    /// The shard it goes to, if it is about one.
    pub fn shard(&self) -> Option<ShardId> {
        self.key().map(|key| key.shard)
    }

    /// The key it is about.
    pub fn key(&self) -> Option<Key> {
        match self {
            Request::Get(key) | Request::Put(key, _) | Request::Open(key, _) | Request::Edit(key, _, _) => Some(*key),
            Request::Any => None,
        }
    }

    /// What the reader needs to know of it.
    pub fn asked(&self) -> Asked {
        match self {
            Request::Get(_) | Request::Open(..) => Asked::Read,
            Request::Put(..) | Request::Edit(..) => Asked::Write,
            Request::Any => Asked::Work,
        }
    }

    /// Its name.
    pub fn label(&self) -> &'static str {
        match self {
            Request::Get(_) => "Get",
            Request::Put(..) => "Put",
            Request::Open(..) => "Open",
            Request::Edit(..) => "Edit",
            Request::Any => "Any",
        }
    }
}

/// The rules that a shard's operations are carried out under.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Protection {
    /// A token smaller than the largest seen is refused, and the same from another client.
    pub fencing: bool,
    /// The result of each client's latest operation is remembered.
    pub results: bool,
}

impl Protection {
    /// What these rules ask for.
    pub fn of(rules: Rules) -> Protection {
        Protection { fencing: rules.on(Rule::Fencing), results: rules.on(Rule::OpResults) }
    }
}

/// The state of one shard.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
pub struct Store {
    /// Each key's value, and the index of the entry that wrote it.
    pub(super) values: LiteMap<Key, (u64, Index)>,
    /// The latest operations of each client and what came of them: a retried write happens once.
    pub(super) results: LiteMap<Pid, Results>,
    /// What the locks protect.
    pub(super) documents: LiteMap<Key, Document>,
}

impl Store {
    /// The value of a key.
    pub fn get(&self, key: Key) -> u64 {
        self.values.get(&key).map_or(0, |&(value, _)| value)
    }

    /// The entry that wrote a key last; 0 if none did.
    pub fn written_at(&self, key: Key) -> Index {
        self.values.get(&key).map_or(Index(0), |&(_, index)| index)
    }

    /// Whether the state can stand for a write of this operation to this key: something has been written there, and results, where
    /// they are kept, know the operation or a later one of its client.
    pub fn stands_for(&self, op: OpId, key: u16) -> bool {
        let written = self.values.iter().map(|(it, _)| it).chain(self.documents.iter().map(|(it, _)| it)).any(|it| it.id == key);
        written && (self.results.is_empty() || self.known(op) != Known::New)
    }

    /// A document; `None` if nobody has come for it yet.
    pub fn document(&self, key: Key) -> Option<&Document> {
        self.documents.get(&key)
    }

    /// The largest fencing token that any of its documents has seen.
    pub fn latest_token(&self) -> FencingToken {
        self.documents.values().map(|document| document.seen).max().unwrap_or_default()
    }

    /// Whether an operation was done before.
    pub fn known(&self, op: OpId) -> Known {
        self.results.get(&op.client).map_or(Known::New, |results| results.known(op))
    }

    /// Carries out the operation at an index of the log. Gives what came of it, and whether it was carried out now, and not
    /// before. `None`: its client has gone on since, and nothing is done. (It was logged before what the client asked for later
    /// was carried out, and stands behind it. Done now, it would take the later one's place in the memory, and a retry of that
    /// one would be done twice.)
    pub fn apply(&mut self, index: Index, (op, behind): (OpId, Behind), request: &Request, rules: Protection) -> Option<(Outcome, bool)> {
        match self.known(op) {
            Known::New => {}
            Known::Done(outcome) => return Some((outcome, false)), // logged twice: once by the old primary, once again by the new one
            Known::Past => return None,
        }
        let outcome = match request {
            Request::Get(key) => Outcome::Value(self.get(*key)),
            Request::Put(key, value) => {
                self.values.insert(*key, (*value, index));
                Outcome::Written
            }
            Request::Open(key, token) | Request::Edit(key, token, _) => {
                let document = self.documents.entry(*key).or_default();
                if rules.fencing && document.refuses(*token, op) {
                    Outcome::Fenced(document.seen)
                } else {
                    document.sees(*token, op);
                    match request {
                        Request::Edit(_, _, text) => {
                            document.text = text.clone();
                            Outcome::Written
                        }
                        Request::Get(_) | Request::Put(..) | Request::Open(..) | Request::Any => Outcome::Text(document.text.clone()),
                    }
                }
            }
            Request::Any => unreachable!("work that is about no shard is in a log"),
        };
        if rules.results {
            self.results.entry(op.client).or_default().add(op, behind, outcome.clone());
        }
        Some((outcome, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::store::document::Line;
    use crate::sim::id::Boot;

    const RULES: Protection = Protection { fencing: true, results: true };
    const KEY: Key = Key { id: 0, shard: ShardId(3) };

    fn op(client: u16, n: u32) -> OpId {
        OpId { client: Pid(client), boot: Boot(1), n }
    }

    #[test]
    fn a_token_smaller_than_the_largest_seen_is_refused_for_its_own_document_only() {
        let mut store = Store::default();
        let text = Text::default().with(Line { who: Pid(2), token: FencingToken(33) });
        let mut apply = |op, request| store.apply(Index(1), (op, Behind(0)), &request, RULES).expect("in order").0;
        assert_eq!(apply(op(1, 1), Request::Open(KEY, FencingToken(34))), Outcome::Text(Text::default()));
        assert_eq!(apply(op(2, 1), Request::Edit(KEY, FencingToken(33), text.clone())), Outcome::Fenced(FencingToken(34)));
        assert_eq!(apply(op(3, 1), Request::Open(KEY, FencingToken(33))), Outcome::Fenced(FencingToken(34)), "it may not even read");
        assert_eq!(apply(op(1, 2), Request::Edit(KEY, FencingToken(34), text.clone())), Outcome::Written);
        let other = Key { id: 1, shard: ShardId(3) };
        assert_eq!(apply(op(2, 2), Request::Edit(other, FencingToken(33), Text::default())), Outcome::Written);
        assert_eq!(store.document(KEY).map(|document| &document.text), Some(&text));
    }

    #[test]
    fn a_retried_write_happens_once() {
        let mut store = Store::default();
        store.apply(Index(1), (op(1, 1), Behind(0)), &Request::Put(KEY, 5), RULES);
        store.apply(Index(1), (op(2, 1), Behind(0)), &Request::Put(KEY, 6), RULES);
        assert_eq!(store.apply(Index(1), (op(1, 1), Behind(0)), &Request::Put(KEY, 5), RULES), Some((Outcome::Written, false)));
        assert_eq!(store.get(KEY), 6);
    }

    #[test]
    fn what_a_client_asked_for_before_it_went_on_is_not_done_and_does_not_take_the_place_of_what_it_asked_for_since() {
        let mut store = Store::default();
        let reborn = OpId { boot: Boot(2), ..op(1, 1) };
        store.apply(Index(1), (reborn, Behind(0)), &Request::Put(KEY, 5), RULES);
        assert_eq!(store.apply(Index(2), (op(1, 7), Behind(0)), &Request::Put(KEY, 4), RULES), None, "of its former life");
        assert_eq!(store.get(KEY), 5);
        store.apply(Index(3), (op(2, 1), Behind(0)), &Request::Put(KEY, 6), RULES);
        assert_eq!(store.apply(Index(4), (reborn, Behind(0)), &Request::Put(KEY, 5), RULES), Some((Outcome::Written, false)), "its retry");
        assert_eq!(store.get(KEY), 6);
    }
}
