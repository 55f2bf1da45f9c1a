//! `build`: the release page, ready for any static host, under any path.

use crate::{order, pack, paths, room, run, serve, setup, sha256, sheet};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Builds `dist/`: trunk, then wasm-opt, then what makes it smaller still, then the content policy.
pub fn build() -> Result<(), String> {
    setup::page()?;
    setup::npm()?;
    let mut trunk = serve::trunk(&["build", "--release", "--cargo-profile", "web"])?;
    run::step("release build", trunk.env(FLAGS, web_flags()))?;
    run::timed("wasm-opt", shrink)?;
    run::timed("scripts and styles without their comments", minify)?;
    run::timed("one style sheet", sheet::join)?;
    run::timed("names of the room", room::name)?;
    run::timed("packed module", pack::pack)?;
    run::timed("content policy", policy)
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
/// Flattened and built up again, then twice for size, to the end: 1.5 % smaller than `-Oz` alone, measured after compression. Nothing of
/// Rust's lies in the first kilobyte (it is the far end of the stack), so addresses may be sums that begin there.
const SMALLER: [&str; 11] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "--simplify-locals-notee",
    "-Oz",
    "--low-memory-unused",
    "-ocimfs",
    "25",
    "--converge",
    "--strip-debug",
    "--strip-producers",
];
/// Puts functions in the order of their names, then forgets the names.
const ORDERED: [&str; 3] = ["--reorder-functions-by-name", "--strip-debug", "--minify-imports-and-exports-and-modules"];

/// Optimises each module, and gives what it shares with its glue names of a letter or two: what the names said was for people.
fn shrink() -> Result<(), String> {
    let modules = files("wasm")?;
    if modules.is_empty() {
        return Err("dist/ holds no wasm module".to_owned());
    }
    // Each on a core of its own: wasm-opt takes one.
    let done = std::thread::scope(|scope| {
        let threads: Vec<_> = modules.iter().map(|module| scope.spawn(|| shrink_one(module))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("wasm-opt: its thread has panicked".to_owned())))
            .collect::<Vec<_>>()
    });
    done.into_iter().collect()
}

fn shrink_one(module: &Path) -> Result<(), String> {
    let opt = |flags: &[&str]| {
        let mut opt = run::command(&setup::wasm_opt().to_string_lossy(), flags);
        let opt = opt.arg(module).arg("-o").arg(module);
        let done = opt.stderr(Stdio::inherit()).output().map_err(|why| format!("wasm-opt: {why}"))?;
        if !done.status.success() {
            return Err(format!("wasm-opt ended with {}", done.status));
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    };
    opt(&SMALLER)?;
    let fail = |why: String| format!("{}: {why}", module.display());
    let bytes = fs::read(module).map_err(|why| fail(why.to_string()))?;
    fs::write(module, order::named(&bytes).map_err(fail)?).map_err(|why| fail(why.to_string()))?;
    let names = names(&opt(&ORDERED)?)?;
    // `x_bg.wasm` has its glue in `x.js`.
    let file = PathBuf::from(module.to_string_lossy().replace("_bg.wasm", ".js"));
    let fail = |why| format!("{}: {why}", file.display());
    let text = fs::read_to_string(&file).map_err(|why| fail(why.to_string()))?;
    fs::write(&file, renamed(&text, &names).map_err(fail)?).map_err(|why| fail(why.to_string()))
}

/// What wasm-opt calls a module's imports and exports now.
#[derive(Debug, Default, PartialEq)]
struct Names {
    /// The glue's own name before, which every import carries; it is `a` now.
    glue: String,
    /// Before, and now.
    imports: BTreeMap<String, String>,
    /// Before, and now.
    exports: BTreeMap<String, String>,
}

/// Reads wasm-opt's list: a line for each name, three words for an import, two for an export.
fn names(list: &str) -> Result<Names, String> {
    let mut names = Names::default();
    for line in list.lines() {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match words[..] {
            [glue, before, now] => {
                glue.clone_into(&mut names.glue);
                names.imports.insert(before.to_owned(), now.to_owned());
            }
            [before, now] => drop(names.exports.insert(before.to_owned(), now.to_owned())),
            _ => {}
        }
    }
    if names.imports.is_empty() { Err("wasm-opt named no imports".to_owned()) } else { Ok(names) }
}

/// The glue with the new names. An import is a word that stands nowhere else; an export is always asked of `wasm`.
fn renamed(glue: &str, names: &Names) -> Result<String, String> {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let (mut out, mut rest, mut found) = (String::with_capacity(glue.len()), glue, 0);
    while let Some(at) = rest.find(word) {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(|c| !word(c)).map_or(rest.len(), |n| at + n);
        let before = &rest[at..end];
        let exported = out.ends_with("wasm.").then(|| names.exports.get(before)).flatten();
        let imported = names.imports.get(before).filter(|_| exported.is_none());
        found += usize::from(imported.is_some());
        out.push_str(exported.or(imported).map_or(before, String::as_str));
        rest = &rest[end..];
    }
    out.push_str(rest);
    let quoted = format!("\"{}\"", names.glue);
    if found < names.imports.len() || out.matches(&quoted).count() != 1 {
        return Err(format!("the glue gives {found} of {} imports, or not as {quoted}", names.imports.len()));
    }
    Ok(out.replace(&quoted, "\"a\""))
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
    fn glue_and_module_agree_on_short_names() {
        let list = "{\n \"imports\": [\n  [\"./x_bg.js\", \"__wbg_now_1a\", \"A\"]\n ],\n \"exports\": [\n  [\"memory\", \"b\"]\n ]\n}";
        let names = names(list).unwrap();
        let glue = "/* memory */ wasm.memory.buffer; ({\"./x_bg.js\": { __wbg_now_1a: () => __wbg_now_1ab.memory }})";
        let short = renamed(glue, &names).unwrap();
        assert_eq!(short, "/* memory */ wasm.b.buffer; ({\"a\": { A: () => __wbg_now_1ab.memory }})");
        assert!(renamed("({\"./x_bg.js\": {}})", &names).is_err(), "an import that nobody gives");
        assert!(super::names("").is_err());
    }

    #[test]
    fn a_link_before_the_policy_would_escape_it() {
        assert!(with_policy("<link href=x><meta charset=\"utf-8\">").is_err());
    }
}
