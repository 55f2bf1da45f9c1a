//! What the rooms take of the page: its way of writing markup, and of drawing anew only what has changed.

#[path = "../../ui/markup.rs"]
#[expect(dead_code, reason = "the page has more kinds of markup than the rooms")]
pub mod markup;
#[path = "../../ui/piece.rs"]
pub mod piece;
