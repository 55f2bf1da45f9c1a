//! `build`: the release page, ready for any static host, under any path.

use crate::{paths, run, serve, setup};
use std::fs;
use std::path::PathBuf;

/// Builds `dist/`: Trunk does it all, with what was set up.
pub fn build() -> Result<(), String> {
    setup::page()?;
    setup::npm()?;
    let mut trunk = serve::trunk(&["build", "--release"])?;
    let path = paths::path_with(&[setup::tools()?, vec![setup::wasm_opt()]].concat())?;
    run::step("release build", trunk.env("PATH", path).env(FLAGS, web_flags()))
}

/// The variable by which cargo hands flags to the compiler of the page alone, and not to that of the hook.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Places in panic messages begin at the package, not at this machine's folders: the same page wherever it is built. `trunk build`
/// alone builds the same but for them. A path with a space in it cannot be said here, and stays as it is.
fn web_flags() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let remap = |from: PathBuf, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let sources = home.join("registry").join("src");
    let mut flags = vec![remap(paths::root(), ".")];
    // Below it a folder for each registry, in it the packages.
    let registries = fs::read_dir(&sources).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    flags.extend(registries.map(|registry| remap(registry, "")));
    flags.retain(|flag| !flag.contains(' '));
    flags.sort();
    flags.join(" ")
}
