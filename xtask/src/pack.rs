//! The page's module, packed: it is fetched as a gzip file of our own making, which zopfli makes some 4 % smaller than a host
//! would, and which is as small on a host that compresses nothing. The browser unpacks it
//! (`DecompressionStream`, in every browser that knows nested CSS, which the page needs anyway).
//!
//! The file does not end in `.gz`: some hosts would say that it is compressed for the way, and it would be unpacked twice.

use crate::{paths, run, setup};
use std::fs;
use std::process::Stdio;

/// Packs the module that the page starts.
pub fn pack() -> Result<(), String> {
    let page = paths::dist().join("index.html");
    let fail = |why: std::io::Error| format!("{}: {why}", page.display());
    let html = fs::read_to_string(&page).map_err(fail)?;
    let (html, module) = rewritten(&html)?;
    let file = paths::dist().join(format!("{module}.wasm"));
    let zopfli = setup::zopfli()?;
    let done = run::command(&zopfli.to_string_lossy(), &[]).arg(&file).stdout(Stdio::null()).status();
    let done = done.map_err(|why| format!("zopfli: {why}"))?;
    if !done.success() {
        return Err(format!("zopfli ended with {done}"));
    }
    let packed = file.with_extension("wasm.gz");
    fs::rename(&packed, file.with_extension("pack")).map_err(|why| format!("{}: {why}", packed.display()))?;
    fs::remove_file(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    fs::write(&page, html).map_err(fail)
}

/// The page that fetches the packed module, and what that is called, without its ending.
fn rewritten(html: &str) -> Result<(String, String), String> {
    let from = "module_or_path: './";
    let at = html.find(from).ok_or("index.html does not start a module")? + from.len();
    let module = html[at..].split_once(".wasm'").map(|(name, _)| name.to_owned()).ok_or("index.html names no wasm module")?;
    let unpacked = "module_or_path: self.packed.then((it) => new Response(it.stream().pipeThrough(new DecompressionStream('gzip')), \
                    { headers: { 'Content-Type': 'application/wasm' } }))";
    let html = html.replace(&format!("{from}{module}.wasm'"), unpacked);
    // Fetched beside the glue, and as a whole: what is preloaded and then read as a stream is broken off by browsers now and then.
    let link = html.find(&format!("{module}.wasm\"")).and_then(|at| Some((html[..at].rfind('<')?, at + html[at..].find('>')? + 1)));
    let (begins, ends) = link.ok_or("index.html does not preload its module")?;
    let early = format!("<script>self.packed = fetch('./{module}.pack').then((it) => it.blob())</script>");
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
        let (html, module) = rewritten(page).expect("it starts a module");
        assert_eq!(module, "x_bg");
        assert_eq!(html.matches("./x_bg.pack").count(), 1, "{html}");
        assert!(html.ends_with("<script>self.packed = fetch('./x_bg.pack').then((it) => it.blob())</script>"), "{html}");
        assert!(!html.contains(".wasm") && !html.contains("preload"), "{html}");
        assert!(rewritten("<p>").is_err());
    }
}
