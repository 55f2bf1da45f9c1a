//! Facts as data for programs: processes stand under their names, numbers as numbers.

use serde_json::Value;

use crate::cluster::setup::name::{LOCKS, Roster};
use crate::cluster::store::op::OpId;
use crate::proto::lock::token::{LockId, LockSession};
use crate::sim::id::Pid;

/// A field: its key and what it holds.
pub type Field = (&'static str, Value);

/// How those of a run are called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a>(pub &'a Roster);

impl Names<'_> {
    /// A process.
    pub fn one(&self, pid: Pid) -> Value {
        Value::from(self.0.name(pid).to_string())
    }

    /// Several.
    pub fn all(&self, pids: &[Pid]) -> Value {
        Value::from_iter(pids.iter().map(|&pid| self.0.name(pid).to_string()))
    }

    /// An operation: client, life, number.
    pub fn op(&self, op: &OpId) -> Value {
        Value::from(format!("{}.{}.{}", self.0.name(op.client), op.boot.0, op.n))
    }

    /// A session: client, life, number.
    pub fn session(&self, it: &LockSession) -> Value {
        Value::from(format!("{}.{}.{}", self.0.name(it.client), it.boot.0, it.n))
    }

    /// A lock.
    pub fn lock(&self, lock: LockId) -> Value {
        text(LOCKS[usize::from(lock.0)])
    }
}

/// A word.
pub fn text(word: &str) -> Value {
    Value::from(word)
}

/// A number.
pub fn number(n: impl Into<u64>) -> Value {
    Value::from(n.into())
}
