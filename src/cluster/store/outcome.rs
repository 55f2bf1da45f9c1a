//! What a node answers.

use crate::cluster::store::document::Text;
use crate::proto::lock::token::FencingToken;
use crate::sim::id::Pid;

/// What came of a request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The value; 0 for a key never written.
    Value(u64),
    /// What the document says.
    Text(Text),
    /// Written.
    Written,
    /// Neither read nor written: this token has been seen, a larger one or the same from another client.
    Fenced(FencingToken),
    /// Work that any node can do: this one has done it.
    Worked(Pid),
}
