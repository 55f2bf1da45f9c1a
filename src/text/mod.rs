//! Every word that a reader sees, in every language. A missing one does not compile.
pub mod stage_words;

/// A language of the page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}
