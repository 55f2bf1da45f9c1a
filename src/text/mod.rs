//! Everything the page says, in every language it speaks. A missing sentence does not compile.

pub mod action;
pub mod asking_words;
pub mod cases;
pub mod complaint;
pub mod doubt_words;
pub mod latin;
mod line;
pub mod load_words;
pub mod lock_words;
pub mod message_names;
pub mod sentence;
pub mod stage_words;
pub mod words;
mod words_en;
mod words_zh;

/// The pieces of a form in which `{}` marks the places of what is filled in. (Searching for a text of several bytes weighs more
/// than all of this, in every first load.)
pub fn pieces(form: &str) -> impl Iterator<Item = &str> {
    form.split('{').map(|piece| piece.strip_prefix('}').unwrap_or(piece))
}

/// Texts one after the other, with something between.
pub fn joined(texts: impl IntoIterator<Item = impl AsRef<str>>, between: &str) -> String {
    let mut out = String::new();
    for text in texts {
        if !out.is_empty() {
            out.push_str(between);
        }
        out.push_str(text.as_ref());
    }
    out
}

/// A language of the page.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Its tag, as in `<html lang>` and in links.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// The language of a tag such as `zh-CN`; `None` if the page does not speak it.
    pub fn parse(tag: &str) -> Option<Lang> {
        let main = tag.split(['-', '_']).next().unwrap_or(tag);
        match main.to_ascii_lowercase().as_str() {
            "en" => Some(Lang::En),
            "zh" => Some(Lang::Zh),
            _ => None,
        }
    }

    /// The other language.
    #[must_use]
    pub const fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Zh,
            Lang::Zh => Lang::En,
        }
    }
}

/// The words of a language.
pub const fn words(lang: Lang) -> &'static words::Words {
    match lang {
        Lang::En => &words_en::WORDS,
        Lang::Zh => &words_zh::WORDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_tag_and_by_its_regions() {
        for lang in [Lang::En, Lang::Zh] {
            assert_eq!(Lang::parse(lang.tag()), Some(lang));
            assert_eq!(lang.other().other(), lang);
        }
        assert_eq!(Lang::parse("zh-Hans-CN"), Some(Lang::Zh));
        assert_eq!(Lang::parse("EN_gb"), Some(Lang::En));
        assert_eq!(Lang::parse("fr"), None);
        assert_eq!(Lang::parse(""), None);
    }
}
