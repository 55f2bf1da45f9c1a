//! One style sheet for the page: five small files share most of their words, and gzip sees that only in one.

use crate::{paths, sha256};
use std::fs;

/// Joins the sheets that the page links, in their order, into one where the first was linked.
pub fn join() -> Result<(), String> {
    let dist = paths::dist();
    let told = |name: &str, why: std::io::Error| format!("{}: {why}", dist.join(name).display());
    let page = fs::read_to_string(dist.join("index.html")).map_err(|why| told("index.html", why))?;
    let (rest, names) = taken(&page);
    let [first, ..] = &names[..] else { return Err("index.html links no style sheet".to_owned()) };
    let mut sheet = String::new();
    for name in &names {
        sheet.push_str(fs::read_to_string(dist.join(name)).map_err(|why| told(name, why))?.trim_end());
        sheet.push('\n');
        fs::remove_file(dist.join(name)).map_err(|why| told(name, why))?;
    }
    let name = format!("style-{}.css", &sha256::hex_digest(sheet.as_bytes())[..16]);
    fs::write(dist.join(&name), sheet).map_err(|why| told(&name, why))?;
    let at = page.find(&link(first)).ok_or("index.html has lost its first sheet")?;
    let linked = format!("{}{}{}", &rest[..at], link(&name), &rest[at..]);
    fs::write(dist.join("index.html"), linked).map_err(|why| told("index.html", why))
}

/// A link as Trunk writes it.
fn link(name: &str) -> String {
    format!("<link rel=\"stylesheet\" href=\"./{name}\"/>")
}

/// The page without its links to sheets, and what they linked.
fn taken(page: &str) -> (String, Vec<String>) {
    let (before, after) = ("<link rel=\"stylesheet\" href=\"./", "\"/>");
    let mut pieces = page.split(before);
    let (mut rest, mut names) = (pieces.next().unwrap_or_default().to_owned(), Vec::new());
    for piece in pieces {
        let (name, more) = piece.split_once(after).unwrap_or((piece, ""));
        names.push(name.to_owned());
        // The line break and the blanks that stood between two links go with them.
        rest.push_str(more.strip_prefix("\n    ").unwrap_or(more));
    }
    (rest, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_sheets_are_taken_out_and_nothing_else() {
        let page = format!("<head>\n    {}\n    {}\n    <link rel=\"icon\" href=\"./i.svg\"/>", link("a.css"), link("b.css"));
        assert_eq!(
            taken(&page),
            ("<head>\n    <link rel=\"icon\" href=\"./i.svg\"/>".to_owned(), vec!["a.css".to_owned(), "b.css".to_owned()])
        );
        assert_eq!(page.find(&link("a.css")), Some(11), "where the one link will stand");
        assert_eq!(taken("<p>"), ("<p>".to_owned(), Vec::new()));
    }
}
