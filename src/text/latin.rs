//! Single keys on keyboards that do not type Latin letters: the key that bears `K` on the other half of its cap is K.

/// The name of a key by which the tables of keys look it up: what it types, or, where that is no Latin letter and no sign that
/// every layout has, what the same place of a Latin keyboard would type. `name` and `code` are the browser's (`л` and `KeyK`).
///
/// A Latin layout is left alone, however it is arranged: who types é has not meant W.
pub fn latin<'a>(name: &'a str, code: &'a str, shift: bool) -> &'a str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let foreign = match name {
        // Hebrew has its apostrophe on W, Turkish a dotless i on I; an input method hides what was typed.
        "'" => code == "KeyW",
        "ı" | "Process" => true,
        _ => !name.is_ascii() && !name.chars().all(is_latin),
    };
    if !foreign {
        return name;
    }
    match (code, shift) {
        ("Comma", false) => ",",
        ("Period", false) => ".",
        ("Period", true) => ">",
        ("Slash", true) => "?",
        ("Minus", false) => "-",
        ("Equal", _) => "+",
        _ => {
            let letter = code.strip_prefix("Key").and_then(|key| LETTERS.find(&key.to_ascii_lowercase()).map(|at| (at, key.len())));
            match (letter, code.strip_prefix("Digit")) {
                (Some((at, 1)), _) => &LETTERS[at..=at],
                (None, Some(digit)) if !shift && digit.len() == 1 => digit,
                _ => name,
            }
        }
    }
}

/// Letters with marks, of Latin-1 and Latin Extended A and B.
fn is_latin(c: char) -> bool {
    c.is_ascii() || ('\u{c0}'..='\u{24f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_latin_letter_is_typed_the_place_of_the_key_counts() {
        for (name, code, shift, meant) in [
            ("л", "KeyK", false, "k"),
            ("Л", "KeyK", true, "k"),
            ("б", "Comma", false, ","),
            ("ю", "Period", false, "."),
            ("Ю", "Period", true, ">"),
            ("κ", "KeyK", false, "k"),
            ("Φ", "KeyF", true, "f"),
            ("ן", "KeyI", false, "i"),
            ("'", "KeyW", false, "w"),
            ("لا", "KeyB", false, "b"),
            ("؟", "Slash", true, "?"),
            ("٣", "Digit3", false, "3"),
            ("ㅏ", "KeyK", false, "k"),
            ("ก", "KeyD", false, "d"),
            ("ı", "KeyI", false, "i"),
            ("Process", "KeyK", false, "k"),
        ] {
            assert_eq!(latin(name, code, shift), meant, "{name} on {code}");
        }
    }

    #[test]
    fn a_latin_layout_keeps_what_it_types_wherever_its_keys_are() {
        for (name, code) in [
            ("k", "KeyK"),
            ("a", "KeyQ"),
            ("K", "KeyV"),
            (",", "KeyW"),
            ("'", "KeyQ"),
            ("é", "KeyW"),
            ("é", "Digit2"),
            ("ö", "Semicolon"),
            (";", "Comma"),
            (".", "Slash"),
            ("?", "Digit7"),
            (" ", "Space"),
            ("ArrowLeft", "ArrowLeft"),
            ("Escape", "Escape"),
            ("Dead", "KeyK"),
            ("Unidentified", ""),
            ("", ""),
        ] {
            assert_eq!(latin(name, code, false), name, "{name} on {code}");
        }
        for code in ["", "Key", "KeyÄ", "KeyAB", "Keyabc", "Backquote", "NumpadAdd", "Digit"] {
            assert_eq!(latin("ё", code, false), "ё", "{code} is no place of a letter");
        }
    }
}
