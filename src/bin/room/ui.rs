//! What the rooms take of the page: its way of writing markup, of drawing anew only what has changed, and of reading keys.

#[path = "../../ui/latin.rs"]
pub mod latin;
#[path = "../../ui/markup.rs"]
#[expect(dead_code, reason = "the page has more kinds of markup than the rooms")]
pub mod markup;
#[path = "../../ui/piece.rs"]
pub mod piece;
