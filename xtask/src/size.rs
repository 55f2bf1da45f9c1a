//! `size`: what a first load weighs. Static hosts compress with gzip, so gzip is what counts.

use crate::{paths, run};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// The most that a first load may weigh, compressed.
const LIMIT: u64 = 450_000;

/// The most that the placement room may weigh, compressed, on top of it.
const ROOM_LIMIT: u64 = 300_000;

/// Prints the tables. Err: too heavy.
pub fn check() -> Result<u64, String> {
    let first = closure("index.html", &[])?;
    let weight = table("fetched by a first load", &first, LIMIT)?;
    println!();
    let mut room = Vec::new();
    for start in room_files()? {
        let more = closure(&start, &first)?;
        room.extend(more.into_iter().filter(|name| !room.contains(name)).collect::<Vec<_>>());
    }
    table("fetched when the placement room is opened", &room, ROOM_LIMIT)?;
    Ok(weight)
}

/// Prints what these files weigh. Err: more than the limit.
fn table(what: &str, names: &[String], limit: u64) -> Result<u64, String> {
    let mut rows = Vec::new();
    for name in names {
        let file = paths::dist().join(name);
        let raw = fs::metadata(&file).map_err(|why| format!("{}: {why}", file.display()))?.len();
        rows.push((name, raw, gzip(&file)?));
    }
    let (raw, packed) = rows.iter().fold((0, 0), |(raw, packed), row| (raw + row.1, packed + row.2));
    println!("{:>10}  {:>10}  {what}", "bytes", "gzip");
    for (name, raw, packed) in &rows {
        println!("{raw:>10}  {packed:>10}  {name}");
    }
    println!("{raw:>10}  {packed:>10}  in all; the limit is {limit}");
    if packed > limit { Err(format!("what is {what} weighs {packed} bytes compressed; the limit is {limit}")) } else { Ok(packed) }
}

/// The line of the page that names the room. Nothing fetches what stands there until the room is opened; a browser test watches.
fn room_line(page: &str) -> &str {
    page.split('<').find(|tag| tag.starts_with("meta name=\"room\"")).unwrap_or("")
}

/// The files that this line names.
fn room_files() -> Result<Vec<String>, String> {
    let file = paths::dist().join("index.html");
    let page = fs::read_to_string(&file).map_err(|why| format!("{}: {why}; build it first: cargo xtask build", file.display()))?;
    let files: Vec<String> =
        room_line(&page).split('"').filter(|value| value.ends_with(".js") || value.ends_with(".css")).map(str::to_owned).collect();
    if files.len() == 2 { Ok(files) } else { Err("index.html does not say where the placement room is".to_owned()) }
}

/// Everything that opening a file fetches: it, and every file of ours that it, its scripts or its styles name, but for what is
/// `here` already and for the room. A file that nothing names is not counted, and nothing loads it.
fn closure(start: &str, here: &[String]) -> Result<Vec<String>, String> {
    let dist = paths::dist();
    let mut all = Vec::new();
    collect(&dist, "", &mut all)?;
    all.sort();
    let mut seen = vec![start.to_owned()];
    let mut next = 0;
    while let Some(name) = seen.get(next).cloned() {
        next += 1;
        if !["html", "js", "css", "webmanifest"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let file = dist.join(&name);
        let text = fs::read_to_string(&file).map_err(|why| format!("{}: {why}; build it first: cargo xtask build", file.display()))?;
        let text = if name == "index.html" { text.replace(room_line(&text), "") } else { text };
        for other in &all {
            let base = other.rsplit('/').next().unwrap_or(other);
            if !seen.contains(other) && !here.contains(other) && text.contains(base) {
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

#[cfg(test)]
mod tests {
    use super::room_line;

    #[test]
    fn the_line_of_the_room_is_found_and_nothing_else() {
        let page = "<meta charset=\"utf-8\"><meta name=\"room\" content=\"r.js\" data-style=\"r.css\"><p>";
        assert_eq!(room_line(page), "meta name=\"room\" content=\"r.js\" data-style=\"r.css\">");
        assert_eq!(room_line("<p>"), "");
    }
}
