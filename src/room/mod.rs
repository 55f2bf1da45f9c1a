//! Rooms: what is not the run itself. Each is a folder of its own with everything that belongs to it but what draws it in a browser: what
//! it computes, its state, its link, its words in both languages. A room knows nothing of the cluster, nor of other rooms.
//!
//! One more room is one more folder here, one more under `src/bin/room`, and an arm in `ui::room`.

pub mod placement;
mod text;
pub mod textbook;

use std::fmt::Display;
use std::str::FromStr;

/// A room's whole state. It prints as the link that opens it, and an empty link opens the usual one.
pub trait Room: Default + Display + FromStr {
    /// Its word in an address, `?WORD=LINK`, and in attributes.
    const WORD: &'static str;
}
