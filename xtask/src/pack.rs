//! The page's module, packed: it is fetched as an LZMA file, which is 15 % smaller than the gzip that a host would make of it
//! (measured: 200 of 236 KB), and which is as small on a host that compresses nothing. A script of 900 bytes that the page
//! carries unpacks it, in 30 to 45 ms where the tests run.
//!
//! The packing is npm's `lzma`, in which also a decoder is: 3 KB compressed, so the page has its own.

use crate::{paths, run, setup};
use std::fs;

/// Packs the module that the page starts.
pub fn pack() -> Result<(), String> {
    let page = paths::dist().join("index.html");
    let fail = |why: std::io::Error| format!("{}: {why}", page.display());
    let html = fs::read_to_string(&page).map_err(fail)?;
    let sources = paths::root().join("xtask").join("src");
    // Beside the packages, so that what it asks for is found there.
    let script = paths::e2e().join("node_modules").join(".unpack.min.js");
    let mut esbuild = run::command(&setup::esbuild().to_string_lossy(), &["--minify", "--allow-overwrite", "--log-level=warning"]);
    let done = esbuild.arg(format!("--outfile={}", script.display())).arg(sources.join("unpack.js")).status();
    let done = done.map_err(|why| format!("esbuild: {why}"))?;
    if !done.success() {
        return Err(format!("esbuild ended with {done}"));
    }
    let unpack = fs::read_to_string(&script).map_err(|why| format!("{}: {why}", script.display()))?;
    let (html, module) = rewritten(&html, unpack.trim_end())?;
    let file = paths::dist().join(format!("{module}.wasm"));
    let mut node = run::command("node", &[]);
    let done = node.arg(sources.join("pack.mjs")).arg(&script).arg(&file).arg(file.with_extension("pack")).status();
    let done = done.map_err(|why| format!("node: {why}"))?;
    if !done.success() {
        return Err(format!("packing {} ended with {done}", file.display()));
    }
    fs::remove_file(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    fs::write(&page, html).map_err(fail)
}

/// The page that fetches the packed module and unpacks it by this script, and what the module is called, without its ending.
fn rewritten(html: &str, unpack: &str) -> Result<(String, String), String> {
    let from = "module_or_path: './";
    let at = html.find(from).ok_or("index.html does not start a module")? + from.len();
    let module = html[at..].split_once(".wasm'").map(|(name, _)| name.to_owned()).ok_or("index.html names no wasm module")?;
    let html = html.replace(&format!("{from}{module}.wasm'"), "module_or_path: self.packed.then(unpack)");
    // Fetched beside the glue, and as a whole: what is preloaded and then read as a stream is broken off by browsers now and then.
    let link = html.find(&format!("{module}.wasm\"")).and_then(|at| Some((html[..at].rfind('<')?, at + html[at..].find('>')? + 1)));
    let (begins, ends) = link.ok_or("index.html does not preload its module")?;
    let early = format!("<script>self.packed = fetch('./{module}.pack').then((it) => it.arrayBuffer());{unpack}</script>");
    let html = format!("{}{early}{}", &html[..begins], &html[ends..]);
    if html.contains(&format!("{module}.wasm")) {
        return Err(format!("index.html still names {module}.wasm"));
    }
    Ok((html, module))
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    #[test]
    fn the_page_fetches_the_packed_module_and_nothing_else_of_it() {
        let page = "await init({ module_or_path: './x_bg.wasm' });<link rel=\"preload\" href=\"./x_bg.wasm\" as=\"fetch\" type=\"application/wasm\">";
        let (html, module) = rewritten(page, "function unpack(){}").expect("it starts a module");
        assert_eq!(module, "x_bg");
        assert_eq!(html.matches("./x_bg.pack").count(), 1, "{html}");
        let early = "<script>self.packed = fetch('./x_bg.pack').then((it) => it.arrayBuffer());function unpack(){}</script>";
        assert!(html.ends_with(early) && html.contains("init({ module_or_path: self.packed.then(unpack) })"), "{html}");
        assert!(!html.contains(".wasm") && !html.contains("preload"), "{html}");
        assert!(rewritten("<p>", "").is_err());
    }
}
