//! `size`: what a first load weighs. Static hosts compress with gzip, so gzip is what counts.

use crate::{paths, run};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The most that a first load may weigh, compressed.
const LIMIT: u64 = 250_000;

/// Prints the table. Err: too heavy.
pub fn check() -> Result<u64, String> {
    let mut rows = Vec::new();
    for name in first_load()? {
        let file = paths::dist().join(&name);
        let raw = fs::metadata(&file).map_err(|why| format!("{}: {why}", file.display()))?.len();
        rows.push((name, raw, gzip(&file)?));
    }
    let (raw, packed) = rows.iter().fold((0, 0), |(raw, packed), row| (raw + row.1, packed + row.2));
    println!("{:>10}  {:>10}  fetched by a first load", "bytes", "gzip");
    for (name, raw, packed) in &rows {
        println!("{raw:>10}  {packed:>10}  {name}");
    }
    println!("{raw:>10}  {packed:>10}  in all; the limit is {LIMIT}");
    if packed > LIMIT { Err(format!("a first load weighs {packed} bytes compressed; the limit is {LIMIT}")) } else { Ok(packed) }
}

/// Everything a first load fetches: the page, and every file of ours that the page, its scripts or its styles name.
/// A file that nothing names is not counted, and nothing loads it.
fn first_load() -> Result<Vec<String>, String> {
    let dist = paths::dist();
    let mut all = Vec::new();
    collect(&dist, "", &mut all)?;
    all.sort();
    let mut seen = vec!["index.html".to_owned()];
    let mut next = 0;
    while let Some(name) = seen.get(next).cloned() {
        next += 1;
        if !["html", "js", "css", "webmanifest"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let file = dist.join(&name);
        let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}; build it first: cargo xtask build", file.display()))?;
        for other in &all {
            let base = other.rsplit('/').next().unwrap_or(other);
            if !seen.contains(other) && text.contains(base) {
                seen.push(other.clone());
            }
        }
    }
    Ok(seen)
}

fn collect(dir: &Path, prefix: &str, into: &mut Vec<String>) -> Result<(), String> {
    let entries = fs::read_dir(dir).map_err(|why| format!("{}: {why}; build it first: cargo xtask build", dir.display()))?;
    for entry in entries {
        let entry = entry.map_err(|why| why.to_string())?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), into)?;
        } else {
            into.push(name);
        }
    }
    Ok(())
}

fn gzip(file: &Path) -> Result<u64, String> {
    let mut gzip = run::command("gzip", &["-6", "-n", "-c"]);
    let out = gzip
        .arg(file)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|why| format!("gzip, which measures the size, cannot be started: {why}"))?;
    if out.status.success() { Ok(out.stdout.len() as u64) } else { Err(format!("gzip ended with {}", out.status)) }
}
