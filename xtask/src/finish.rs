//! `finish`: what Trunk runs when it has built a release (`Trunk.toml`, hook `post_build`): the content policy, whose hash of Trunk's
//! inline script can be known only now, and names with checksums for the placement room.

use crate::room;
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Finishes the page in the folder in which Trunk gathers it. What `serve` builds is left as it is.
pub fn finish() -> Result<(), String> {
    let told =
        |name: &str| std::env::var_os(name).ok_or_else(|| format!("`finish` is run by trunk, which sets {name}: trunk build --release"));
    if told("TRUNK_PROFILE")? != "release" {
        return Ok(());
    }
    let dist = PathBuf::from(told("TRUNK_STAGING_DIR")?);
    room::name(&dist)?;
    policy(&dist)
}

/// Writes a strict policy into the page: our own files, the one inline script by its hash, nothing from elsewhere.
fn policy(dist: &Path) -> Result<(), String> {
    let file = dist.join("index.html");
    let html = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let html = with_policy(&html)?;
    fs::write(&file, html).map_err(|why| format!("{}: {why}", file.display()))
}

fn with_policy(html: &str) -> Result<String, String> {
    let hashes: String =
        inline_scripts(html)?.iter().map(|script| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script)))).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'none'"
    );
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    // The policy holds for what comes after it. The charset must stay within the first 1,024 bytes, so it goes first.
    let charset = html.find("<meta charset").ok_or("index.html has no <meta charset=…>")?;
    let end = charset + html[charset..].find('>').ok_or("index.html: <meta charset is not closed")? + 1;
    if html[..end].contains("<script") || html[..end].contains("<link") {
        return Err("index.html: <meta charset=…> must come before every link and script".to_owned());
    }
    Ok(format!("{}\n{meta}{}", &html[..end], &html[end..]))
}

/// The text of every script that has no `src`.
fn inline_scripts(html: &str) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let open = start + rest[start..].find('>').ok_or("a script tag is not closed")? + 1;
        let close = open + rest[open..].find("</script>").ok_or("a script has no end")?;
        if !rest[start..open].contains(" src=") {
            found.push(&rest[open..close]);
        }
        rest = &rest[close..];
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_inline_script_and_comes_before_it() {
        let html = "<html><head><meta charset=\"utf-8\"><script type=\"module\">abc</script><script src=\"x.js\"></script></head>";
        let out = with_policy(html).unwrap();
        let hash = "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='";
        assert_eq!(out.matches("'sha256-").count(), 1);
        assert!(out.find(hash).unwrap() < out.find("<script").unwrap());
    }

    #[test]
    fn a_link_before_the_policy_would_escape_it() {
        assert!(with_policy("<link href=x><meta charset=\"utf-8\">").is_err());
    }
}
