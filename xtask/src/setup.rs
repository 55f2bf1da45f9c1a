//! Setting up what is missing, each thing pinned, once a machine.

use crate::{paths, run};
use std::fs;
use std::path::{Path, PathBuf};

const TARGET: &str = "wasm32-unknown-unknown";
const TRUNK: Tool =
    Tool { package: "trunk", program: "trunk", version: "0.21.14", minutes: "about 4 minutes", features: &["--no-default-features"] };
const BINDGEN: Tool =
    Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version: "0.2.129", minutes: "about 2 minutes", features: &[] };
const FONT: &str = "fonts-wqy-microhei";

/// A program installed by cargo, at one version.
struct Tool {
    package: &'static str,
    program: &'static str,
    version: &'static str,
    minutes: &'static str,
    features: &'static [&'static str],
}

impl Tool {
    fn home(&self) -> Result<PathBuf, String> {
        Ok(paths::cache()?.join(format!("{}-{}", self.program, self.version)))
    }

    fn bin(&self) -> Result<PathBuf, String> {
        Ok(self.home()?.join("bin"))
    }

    /// Installs the tool unless it is there. Speed of the tool matters less than the time to build it, so it is built unoptimised.
    fn install(&self) -> Result<(), String> {
        if self.bin()?.join(format!("{}{}", self.program, std::env::consts::EXE_SUFFIX)).is_file() {
            return Ok(());
        }
        let what = format!("install {} {} into {} ({} on 2 cores, once)", self.package, self.version, self.home()?.display(), self.minutes);
        let build = paths::cache()?.join("build");
        let mut install = run::cargo(&["install", self.package, "--version", self.version, "--locked"]);
        install.args(self.features).arg("--root").arg(self.home()?);
        // The folder is shared by the tools and removed afterwards; the repository's own target is left alone.
        install.env("CARGO_TARGET_DIR", &build);
        install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        // A profile of this repository's own must not reach the tool.
        install.current_dir(std::env::temp_dir()).env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTFLAGS");
        // Outside the repository its `rust-toolchain.toml` does not hold, so the toolchain that runs us is named.
        if let Some(toolchain) = std::env::var_os("RUSTUP_TOOLCHAIN") {
            install.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        let done = run::step(&what, &mut install);
        let _ = fs::remove_dir_all(&build);
        done
    }
}

/// What building the page needs: the wasm target, trunk, wasm-bindgen.
pub fn page() -> Result<(), String> {
    target()?;
    TRUNK.install()?;
    BINDGEN.install()
}

/// What checking the source needs besides: rustfmt and clippy.
pub fn linters() -> Result<(), String> {
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .iter()
        .filter(|(sub, _)| run::ask("cargo", &[sub, "--version"]).is_none())
        .map(|&(_, name)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    run::step(&format!("add {}", missing.join(" and ")), run::command("rustup", &["component", "add"]).args(missing))
}

/// The folders in which the page's tools are.
pub fn tools() -> Result<Vec<PathBuf>, String> {
    Ok(vec![TRUNK.bin()?, BINDGEN.bin()?])
}

/// The folder in which npm puts wasm-opt.
pub fn wasm_opt() -> PathBuf {
    paths::e2e().join("node_modules/.bin")
}

/// The browser of the browser tests.
pub fn chromium() -> Option<PathBuf> {
    paths::find(&["chromium", "chromium-browser", "google-chrome"])
}

/// Node and the npm packages: wasm-opt for the release, playwright and axe for the browser tests.
pub fn npm() -> Result<(), String> {
    let missing: Vec<&str> = [("node", "nodejs"), ("npm", "npm")]
        .iter()
        .filter(|(name, _)| paths::find(&[name]).is_none())
        .map(|&(_, package)| package)
        .collect();
    system("Node, for wasm-opt and the browser tests", &missing)?;
    let (lock, done) = (paths::e2e().join("package-lock.json"), paths::e2e().join("node_modules/.package-lock.json"));
    if modified(&done)?.is_some_and(|done| modified(&lock).is_ok_and(|lock| lock.is_some_and(|lock| lock <= done))) {
        return Ok(());
    }
    run::step(
        "npm ci in tests/e2e (playwright-core, axe-core, binaryen)",
        run::command("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(paths::e2e()),
    )
}

/// The browser, and a font with Chinese in it.
pub fn browser() -> Result<(), String> {
    let mut missing = Vec::new();
    if chromium().is_none() {
        missing.push("chromium");
    }
    let named = run::ask("fc-list", &[":lang=zh"]).is_some_and(|list| !list.is_empty());
    if !named && !Path::new("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc").is_file() {
        missing.push(FONT);
    }
    system("the browser tests", &missing)
}

fn target() -> Result<(), String> {
    let there = run::ask("rustc", &["--print", "target-libdir", "--target", TARGET]).is_some_and(|dir| Path::new(&dir).is_dir());
    if there {
        return Ok(());
    }
    run::step(&format!("add the target {TARGET}"), &mut run::command("rustup", &["target", "add", TARGET]))
}

/// Debian packages: installed where we may, named exactly where we may not.
fn system(why: &str, packages: &[&str]) -> Result<(), String> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if paths::find(&["apt-get"]).is_none() {
        return Err(format!(
            "{why}: not found: {list}. Install them with your system's package manager (Debian's names are given), then run this again."
        ));
    }
    if run::ask("id", &["-u"]).as_deref() != Some("0") {
        return Err(format!(
            "{why}: not found: {list}. Run this, then try again:\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends {list}"
        ));
    }
    run::step("refresh the package lists", &mut run::command("apt-get", &["update", "-q"]))?;
    let mut install = run::command("apt-get", &["install", "-y", "-q", "--no-install-recommends"]);
    run::step(&format!("install {list}"), install.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// When a file was last written; `None` if there is no such file.
#[expect(clippy::disallowed_types, reason = "which of two files is newer decides whether npm runs; no simulation is near")]
fn modified(file: &Path) -> Result<Option<std::time::SystemTime>, String> {
    match fs::metadata(file).and_then(|about| about.modified()) {
        Ok(at) => Ok(Some(at)),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(format!("{}: {why}", file.display())),
    }
}
