//! Where things are.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The repository: the folder above this package.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// The release page.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Browser tests and their packages.
pub fn e2e() -> PathBuf {
    root().join("tests/e2e")
}

/// Where pinned tools live, shared by every clone on the machine.
pub fn cache() -> Result<PathBuf, String> {
    if let Some(dir) = env::var_os("XDG_CACHE_HOME").filter(|dir| Path::new(dir).is_absolute()) {
        return Ok(PathBuf::from(dir).join("ringside"));
    }
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).filter(|home| !home.is_empty());
    let home = home.ok_or("neither XDG_CACHE_HOME nor HOME is set, so there is no place for the tools; set one of them")?;
    Ok(PathBuf::from(home).join(".cache").join("ringside"))
}

/// The first of these programs that is on the search path.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| dirs.iter().map(move |dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX))))
        .find(|file| file.is_file())
}

/// The search path with these folders before it.
pub fn path_with(first: &[PathBuf]) -> Result<OsString, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = first.iter().cloned().chain(env::split_paths(&path));
    env::join_paths(all).map_err(|why| format!("a folder's name does not fit into PATH: {why}"))
}
