//! The words of the placement room: one record a language. A field that a language lacks does not compile.

use crate::proto::placement::{Algorithm, Limit};
use crate::proto::ring::hash::Hash;
use crate::session::room::{Change, PlacementRoom, Refusal, RoomError};
use crate::text::{Lang, room_en, room_zh};

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
    /// Verbs of the selected node, as buttons: kill, revive, lighter, heavier, add, undo, start again.
    pub verbs: [&'static str; 7],
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
    pub opening: fn(usize, &str, &str) -> String,
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

/// The words of a language.
pub const fn room_words(lang: Lang) -> &'static RoomWords {
    match lang {
        Lang::En => &room_en::EN,
        Lang::Zh => &room_zh::ZH,
    }
}

/// A node's name: a letter while letters and colours suffice for all of them, else its number, as `node17` is hashed.
pub fn node_name(room: &PlacementRoom, node: u16, lang: Lang) -> String {
    letter(room, node).map_or_else(|| (room_words(lang).node)(node), |letter| letter.to_string())
}

/// The letter of a node, if the room has at most eight.
pub fn letter(room: &PlacementRoom, node: u16) -> Option<char> {
    let few = room.now().members().len() <= 8;
    (few && node < 8).then(|| char::from(b'A' + node as u8))
}

/// A whole number with a comma for each thousand.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the largest unit that leaves a whole number of at least ten: `98,304 B` stays, `1,048,576 B` is `1,024 KiB`.
pub fn bytes(number: u32) -> String {
    match number {
        0..100_000 => format!("{} B", grouped(number)),
        100_000..100_000_000 => format!("{} KiB", grouped(number >> 10)),
        _ => format!("{} MiB", grouped(number >> 20)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (25_000, "25,000"), (1_000_000, "1,000,000")];
        assert!(cases.into_iter().all(|(number, text)| grouped(number) == text));
        assert_eq!([0, 99_999, 2_097_152, 200 << 20].map(bytes), ["0 B", "99,999 B", "2,048 KiB", "200 MiB"]);
    }

    #[test]
    fn the_sentence_says_what_moved_and_what_would_have_sufficed() {
        let bills = [
            Bill { scheme: Algorithm::Modulo, moved: 20_811, minimum: 4_170, deaf: false },
            Bill { scheme: Algorithm::Ring, moved: 4_166, minimum: 4_166, deaf: false },
        ];
        let en = room_words(Lang::En);
        let said = format!("{} {}", (en.changed)(Change::Kill(2), "C"), (en.moved)(&bills, 25_000));
        let wanted = "C died. Modulo moved 20,811 of 25,000 keys where 4,170 would do; the ring moved 4,166, the least possible.";
        assert_eq!(said, wanted);
        let zh = room_words(Lang::Zh);
        let said = format!("{}{}", (zh.changed)(Change::Kill(2), "C"), (zh.moved)(&bills, 25_000));
        assert_eq!(said, "C 宕机。25,000 个键中，取模移动了 20,811 个，其实移动 4,170 个就够；哈希环移动了 4,166 个，已是最少。");
    }

    #[test]
    fn a_scheme_that_cannot_weigh_is_not_praised_for_moving_nothing() {
        let bills = [
            Bill { scheme: Algorithm::Modulo, moved: 0, minimum: 0, deaf: true },
            Bill { scheme: Algorithm::Ring, moved: 5_000, minimum: 5_000, deaf: false },
        ];
        let said = (room_words(Lang::En).moved)(&bills, 25_000);
        assert!(said.starts_with("Modulo cannot weigh nodes, so its keys stayed"), "{said}");
        assert!((room_words(Lang::Zh).moved)(&bills, 25_000).contains("不识别权重"));
    }

    #[test]
    fn every_scheme_and_limit_has_its_own_words_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            let w = room_words(lang);
            let mut names: Vec<&str> = Algorithm::ALL.into_iter().map(w.algorithm).chain(Limit::ALL.into_iter().map(w.limit)).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "two of them are called the same");
            assert!(names.iter().all(|name| !name.is_empty() && !name.ends_with(['.', '。'])));
        }
    }

    #[test]
    fn eight_nodes_have_letters_and_nine_have_numbers() {
        let mut room = PlacementRoom::default();
        assert_eq!((node_name(&room, 2, Lang::En), letter(&room, 5)), ("C".to_owned(), Some('F')));
        room.set_nodes(9);
        assert_eq!((node_name(&room, 2, Lang::En), letter(&room, 2)), ("node 2".to_owned(), None));
        assert_eq!(node_name(&room, 2, Lang::Zh), "节点 2");
    }
}
