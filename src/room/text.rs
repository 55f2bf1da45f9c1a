//! What the links of rooms have in common.

/// Bytes of foreign text that a complaint repeats.
const EXCERPT: usize = 32;

/// The beginning of foreign text, cut between characters.
pub(in crate::room) fn excerpt(text: &str) -> String {
    text.chars().scan(0, |len, c| Some((*len, *len += c.len_utf8(), c))).take_while(|it| it.0 < EXCERPT).map(|it| it.2).collect()
}

/// The text without percent escapes. `None`: one is broken, or they stand for no text.
pub(in crate::room) fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        out.push((digit()? * 16 + digit()?) as u8);
    }
    String::from_utf8(out).ok()
}
