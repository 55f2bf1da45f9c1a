//! Which words a language has.

use crate::room::placement::numbers::grouped;
use crate::room::placement::words::RoomWords;
use crate::room::placement::{PlacementRoom, words_en, words_zh};
use crate::text::Lang;

/// The words of a language.
pub const fn room_words(lang: Lang) -> &'static RoomWords {
    match lang {
        Lang::En => &words_en::EN,
        Lang::Zh => &words_zh::ZH,
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
    use crate::room::placement::Change;
    use crate::room::placement::schemes::{Algorithm, Limit};
    use crate::room::placement::words::Bill;

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
