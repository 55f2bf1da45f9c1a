//! The distributed locks of a central lock service (Chubby, Burrows 2006, sections 2.4 and 2.8; fencing tokens after
//! Kleppmann 2016). [`table`] is the server's state, a deterministic machine; nothing here sends a message or knows a store.

pub mod table;
pub mod token;

#[cfg(test)]
mod tests;
