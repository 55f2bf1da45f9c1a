//! What the rooms take of the page: its way of reading keys.

#[path = "../../ui/latin.rs"]
pub mod latin;
