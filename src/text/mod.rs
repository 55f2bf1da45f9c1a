//! Everything the page says, in every language it speaks. A missing sentence does not compile.

pub mod complaint;
pub mod sentence;
mod sentence_en;
mod sentence_zh;
pub mod stage_words;

/// A language of the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}
