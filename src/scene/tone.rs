//! Tones: what a stroke or a ground means. The page gives each a colour, per theme; nothing here knows which.

/// A meaning that has a colour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tone {
    /// A node's own ground. Always with `NodeInk` as its outline.
    NodeFill(u8),
    /// A node's outline, thin strokes and text on paper.
    NodeInk(u8),
    /// Text on a node's own ground.
    NodeOn(u8),
    /// First ink.
    Ink,
    /// Second ink.
    Ink2,
    /// Lines and marks: shapes only, never text.
    Line,
    /// What may vanish: the lanes of messages.
    Hair,
    /// The ground of the page.
    Paper,
    /// The ground of a dead column.
    Gone,
    /// A broken promise, and nothing else.
    Promise,
}

/// How many nodes have tones of their own.
pub const NODE_TONES: u8 = 8;
