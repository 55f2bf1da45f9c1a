//! `build`: the release page, ready for any static host, under any path.

use crate::{paths, run, serve, setup, sha256};
use std::fs;
use std::path::PathBuf;

/// Builds `dist/`: trunk, then wasm-opt, then the content policy.
pub fn build() -> Result<(), String> {
    setup::page()?;
    setup::npm()?;
    let mut trunk = serve::trunk(&["build", "--release", "--cargo-profile", "web"])?;
    run::step("release build", trunk.env(FLAGS, web_flags()))?;
    run::timed("wasm-opt", shrink)?;
    run::timed("scripts and styles without their comments", minify)?;
    run::timed("names of the room", name_room)?;
    run::timed("content policy", policy)
}

/// What the placement room is made of, each after what it names; the page names the last and the styles.
const ROOM: [&str; 4] = ["room_bg.wasm", "room.js", "room_loader.js", "room.css"];

/// Gives the files of the placement room names with checksums, as Trunk does for the page's: a cache never mixes two versions.
fn name_room() -> Result<(), String> {
    let dist = paths::dist();
    let at = |name: &str| dist.join(name);
    let told = |name: &str, why: std::io::Error| format!("{}: {why}", at(name).display());
    let mut names: Vec<(&str, String)> = Vec::new();
    for old in ROOM {
        let mut bytes = fs::read(at(old)).map_err(|why| told(old, why))?;
        if !old.ends_with(".wasm") {
            let text = String::from_utf8(bytes).map_err(|why| format!("{old}: {why}"))?;
            bytes = renamed(text, &names).into_bytes();
        }
        let (stem, ending) = old.split_once('.').ok_or("a file of the room has no ending")?;
        let new = format!("{stem}-{}.{ending}", &sha256::hex_digest(&bytes)[..16]);
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

/// The text with new names for old ones. An old name counts only as a whole: behind a quotation mark or a slash.
fn renamed(mut text: String, names: &[(&str, String)]) -> String {
    for (old, new) in names {
        for before in ['"', '\'', '/'] {
            text = text.replace(&format!("{before}{old}"), &format!("{before}{new}"));
        }
    }
    text
}

/// The variable by which cargo hands flags to every compiler, apart by a character that no path has.
pub const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

/// Flags of what visitors load. Places in panic messages begin at the package, not at this machine's folders: shorter, and the
/// same page wherever it is built.
pub fn web_flags() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let remap = |from: PathBuf, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let sources = home.join("registry").join("src");
    let mut flags = vec![remap(paths::root(), ".")];
    // Below it a folder for each registry, in it the packages.
    let registries = fs::read_dir(&sources).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    flags.extend(registries.map(|registry| remap(registry, "")));
    flags.sort();
    flags.join("\u{1f}")
}

/// Optimises each module in place. Only the features that the module says it uses are enabled, so no browser is lost.
/// Flattened and built up again, then twice for size: 1 % smaller than `-Oz --converge`, measured after compression.
fn shrink() -> Result<(), String> {
    let modules = files("wasm")?;
    if modules.is_empty() {
        return Err("dist/ holds no wasm module".to_owned());
    }
    for module in modules {
        let mut opt = run::command(
            &setup::wasm_opt().to_string_lossy(),
            &["--flatten", "--rereloop", "-Oz", "-Oz", "--strip-debug", "--strip-producers"],
        );
        let done = opt.arg(&module).arg("-o").arg(&module).status().map_err(|why| format!("wasm-opt: {why}"))?;
        if !done.success() {
            return Err(format!("wasm-opt ended with {done}"));
        }
    }
    Ok(())
}

/// Rewrites glue and styles in place: what they do stays, words for people go.
fn minify() -> Result<(), String> {
    for file in files("js")?.into_iter().chain(files("css")?) {
        let mut esbuild = run::command(&setup::esbuild().to_string_lossy(), &["--minify", "--allow-overwrite", "--log-level=warning"]);
        let done = esbuild.arg(format!("--outfile={}", file.display())).arg(&file).status().map_err(|why| format!("esbuild: {why}"))?;
        if !done.success() {
            return Err(format!("esbuild ended with {done}"));
        }
    }
    Ok(())
}

/// Writes a strict policy into the page: our own files, the one inline script by its hash, nothing from elsewhere.
fn policy() -> Result<(), String> {
    let file = paths::dist().join("index.html");
    let html = fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let html = with_policy(&html)?;
    fs::write(&file, html).map_err(|why| format!("{}: {why}", file.display()))
}

fn with_policy(html: &str) -> Result<String, String> {
    let hashes: String =
        inline_scripts(html)?.iter().map(|script| format!(" 'sha256-{}'", sha256::base64_digest(script.as_bytes()))).collect();
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

/// The files in `dist/` with this ending.
pub fn files(ending: &str) -> Result<Vec<PathBuf>, String> {
    let dist = paths::dist();
    let entries = fs::read_dir(&dist).map_err(|why| format!("{}: {why}; build it first: cargo xtask build", dist.display()))?;
    let mut found: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    found.sort();
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
    fn only_a_whole_name_is_another_name() {
        let names = [("room.js", "room-1.js".to_owned())];
        assert_eq!(
            renamed("import './room.js';\"room.js\" ballroom.js".to_owned(), &names),
            "import './room-1.js';\"room-1.js\" ballroom.js"
        );
    }

    #[test]
    fn a_link_before_the_policy_would_escape_it() {
        assert!(with_policy("<link href=x><meta charset=\"utf-8\">").is_err());
    }
}
