//! The placement room's files in `dist/`: Trunk gives the module of a worker no checksum in its name, so we do.

use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// What the placement room is made of, each after what it names; the page names the last and the styles.
const FILES: [&str; 4] = ["room_bg.wasm", "room.js", "room_loader.js", "room.css"];

/// Gives the files of the placement room names with checksums, as Trunk does for the page's: a cache never mixes two versions.
pub fn name(dist: &Path) -> Result<(), String> {
    let at = |name: &str| dist.join(name);
    let told = |name: &str, why: std::io::Error| format!("{}: {why}", at(name).display());
    let mut names: Vec<(&str, String)> = Vec::new();
    for old in FILES {
        let mut bytes = fs::read(at(old)).map_err(|why| told(old, why))?;
        if !old.ends_with(".wasm") {
            let text = String::from_utf8(bytes).map_err(|why| format!("{old}: {why}"))?;
            bytes = renamed(text, &names).into_bytes();
        }
        let (stem, ending) = old.split_once('.').ok_or("a file of the room has no ending")?;
        let new = format!("{stem}-{}.{ending}", checksum(&bytes));
        fs::write(at(&new), bytes).map_err(|why| told(&new, why))?;
        fs::remove_file(at(old)).map_err(|why| told(old, why))?;
        names.push((old, new));
    }
    let page = fs::read_to_string(at("index.html")).map_err(|why| told("index.html", why))?;
    let named = renamed(page, &names);
    for (_, new) in &names[2..] {
        if !named.contains(new.as_str()) {
            return Err(format!("index.html does not name {new}: its <meta name=\"room\"> is missing"));
        }
    }
    fs::write(at("index.html"), named).map_err(|why| told("index.html", why))
}

/// The first 64 bits of a file's SHA-256, in hexadecimal.
fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The text with new names for old ones. An old name counts only as a whole: behind a quotation mark or a slash.
fn renamed(mut text: String, names: &[(&str, String)]) -> String {
    for (old, new) in names {
        for before in ['"', '\'', '/'] {
            text = text.replace(&format!("{before}{old}"), &format!("{before}{new}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn only_a_whole_name_is_another_name() {
        let names = [("room.js", "room-1.js".to_owned())];
        assert_eq!(
            renamed("import './room.js';\"room.js\" ballroom.js".to_owned(), &names),
            "import './room-1.js';\"room-1.js\" ballroom.js"
        );
    }
}
