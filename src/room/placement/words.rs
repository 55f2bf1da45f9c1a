//! The words of the placement room: one record a language. A field that a language lacks does not compile.

use crate::proto::ring::hash::Hash;
use crate::room::placement::link::RoomError;
use crate::room::placement::schemes::{Algorithm, Limit};
use crate::room::placement::{Change, Refusal};

/// A figure of a lane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Figure {
    /// Keys that the last change moved.
    Moved,
    /// The least that any scheme moves.
    Minimum,
    /// The fullest node over its ideal.
    Peak,
    /// Coefficient of variation.
    Cv,
    /// Bytes of the tables.
    Memory,
    /// The mean cost of a lookup.
    Lookup,
}

impl Figure {
    /// All of them, in the order of the page.
    pub const ALL: [Figure; 6] = [Figure::Moved, Figure::Minimum, Figure::Peak, Figure::Cv, Figure::Memory, Figure::Lookup];

    /// Its name in attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Figure::Moved => "moved",
            Figure::Minimum => "minimum",
            Figure::Peak => "peak",
            Figure::Cv => "cv",
            Figure::Memory => "memory",
            Figure::Lookup => "lookup",
        }
    }
}

/// What a lane's scheme moved, for the sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bill {
    /// The scheme.
    pub scheme: Algorithm,
    /// Keys it moved.
    pub moved: u32,
    /// The least possible between the same loads.
    pub minimum: u32,
    /// Whether it cannot regard the weights that now differ.
    pub deaf: bool,
}

/// The words. Functions where a word has to be fitted to a figure or a name.
#[derive(Debug)]
pub struct RoomWords {
    /// The room's name.
    pub title: &'static str,
    /// Back to the run.
    pub back: &'static str,
    /// Switches the theme.
    pub theme: &'static str,
    /// Heading of the list of keys, and what closes it.
    pub keys_title: [&'static str; 2],
    /// Keys and what they do.
    pub keys: &'static [(&'static str, &'static str)],
    /// The other language, in its own words.
    pub other_language: &'static str,
    /// What a lane holds, `1` or `2`.
    pub lane: fn(usize) -> String,
    /// Names the choice of a scheme.
    pub scheme: &'static str,
    /// The name of a scheme, as a heading.
    pub algorithm: fn(Algorithm) -> &'static str,
    /// What it cannot do: short, without a full stop.
    pub limit: fn(Limit) -> &'static str,
    /// Settings, in order: nodes, virtual nodes, keys, hash.
    pub settings: [&'static str; 4],
    /// A hash, as the room names it.
    pub hash: fn(Hash) -> &'static str,
    /// The scheme does not ask for virtual nodes.
    pub no_vnodes: &'static str,
    /// A figure's name.
    pub figure: fn(Figure) -> &'static str,
    /// Theory's value beside a measured one.
    pub theory: fn(&str) -> String,
    /// So many steps.
    pub steps: fn(&str) -> String,
    /// A node's name where letters do not suffice.
    pub node: fn(u16) -> String,
    /// A node's load: name, weight, keys, share, ideal.
    pub load: fn(&str, u16, u32, &str, &str) -> String,
    /// A dead node: name, weight.
    pub dead: fn(&str, u16) -> String,
    /// Names the bars.
    pub bars: &'static str,
    /// Beside the ideal line.
    pub ideal: &'static str,
    /// Names the picture of the keys, before a change and after one.
    pub keys_picture: fn(bool) -> &'static str,
    /// Actions on the selected node, as buttons: kill, revive, lighter, heavier, add, undo, start again.
    pub actions: [&'static str; 7],
    /// Previous and next node.
    pub neighbours: [&'static str; 2],
    /// A node's weight.
    pub weight: fn(u16) -> String,
    /// What clicking a bar does.
    pub hint: &'static str,
    /// Names the table.
    pub table: &'static str,
    /// Its columns: node, weight, then keys, share, came and left of a lane.
    pub columns: [&'static str; 6],
    /// Which rows of the table: from, to, of.
    pub rows: fn(usize, usize, usize) -> String,
    /// Counting goes on: per cent.
    pub counting: fn(u32) -> String,
    /// A lane cannot be counted: the reason follows.
    pub cannot_count: fn(&str) -> String,
    /// Nothing has been changed: nodes, keys, the selected node.
    pub opening: fn(&str, &str, &str) -> String,
    /// A change in a sentence: the node's name and weight.
    pub changed: fn(Change, &str) -> String,
    /// What it moved: the lanes' bills, and how many keys there are.
    pub moved: fn(&[Bill; 2], u32) -> String,
    /// Why a change cannot be made: a sentence.
    pub refusal: fn(Refusal, &str) -> String,
    /// A link could not be read: the reason follows.
    pub bad_link: fn(&str) -> String,
    /// Why: a clause without a full stop.
    pub error: fn(&RoomError) -> String,
}
