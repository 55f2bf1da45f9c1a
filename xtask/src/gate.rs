//! `test`: everything that must hold before a change is kept.

use crate::run::{self, Said};
use crate::tally::Tally;
use crate::{dist, paths, setup, size};

/// Runs every check. A failed check does not stop the ones that can still say something.
pub fn test() -> Result<(), String> {
    let mut sum = Tally::default();
    let mut broken = Vec::new();
    let mut count = |what: &str, done: Result<Tally, String>| -> bool {
        let (tally, why) = match done {
            Ok(tally) => (tally, None),
            Err(why) => (Tally::one(false), Some(why)),
        };
        if tally.failed > 0 {
            broken.push(why.map_or_else(|| what.to_owned(), |why| if why.starts_with(what) { why } else { format!("{what}: {why}") }));
        }
        sum.add(tally);
        tally.failed == 0
    };

    let source = count("set-up for the source", setup::linters().and_then(|()| setup::page()).and(none()));
    if source {
        count("format", cargo("format", &["fmt", "--all", "--check"]));
        count("clippy, native", cargo("clippy, native", &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]));
        let page = ["clippy", "--locked", "--target", "wasm32-unknown-unknown", "--lib", "--bins", "--", "-D", "warnings"];
        count("clippy, wasm", cargo("clippy, wasm", &page));
        count("native tests", native());
        count("soak", soak());
        count("doc tests", cargo("doc tests", &["test", "--locked", "--quiet", "--doc"]));
    }
    if count("set-up for the browser tests", setup::npm().and_then(|()| setup::browser()).and(none())) && source {
        let built = count("release build", dist::build().map(|()| Tally::one(true)));
        if built {
            count("size of a first load", size::check().map(|_| Tally::one(true)));
        }
        if built {
            count("browser tests", browser());
        }
    }

    if !broken.is_empty() {
        println!("\nfailed:");
        broken.iter().for_each(|why| println!("  {why}"));
    }
    println!("\nminutes and seconds:\n{}", run::times());
    println!("{} passed, {} failed", sum.passed, sum.failed);
    // The last line is the count, so there is nothing more to say.
    if broken.is_empty() { Ok(()) } else { Err(String::new()) }
}

/// Set-up counts only when it fails.
fn none() -> Result<Tally, String> {
    Ok(Tally::default())
}

fn cargo(what: &str, args: &[&str]) -> Result<Tally, String> {
    run::listen(what, &mut run::cargo(args)).map(|said| Tally::of(&said))
}

/// With nextest where it is installed: it runs tests in processes of their own. Otherwise the same tests by cargo.
fn native() -> Result<Tally, String> {
    if run::ask("cargo", &["nextest", "--version"]).is_some() {
        cargo(
            "native tests (nextest)",
            &["nextest", "run", "--locked", "--workspace", "--no-fail-fast", "--status-level", "slow", "--final-status-level", "fail"],
        )
    } else {
        cargo("native tests", &["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"])
    }
}

/// With the program that the native tests have just built beside this one: their profile checks arithmetic and debug assertions
/// as well, and another build of everything would take longer than the soak.
fn soak() -> Result<Tally, String> {
    let here = std::env::current_exe().map_err(|why| format!("soak: this program does not know where it is: {why}"))?;
    let headless = here.with_file_name(format!("headless{}", std::env::consts::EXE_SUFFIX));
    let mut soak = run::command(&headless.to_string_lossy(), &["soak", "--seeds", "200", "--seconds", "30"]);
    run::step("soak", &mut soak).map(|()| Tally::one(true))
}

fn browser() -> Result<Tally, String> {
    let mut node = run::command("node", &["run.mjs"]);
    node.current_dir(paths::e2e());
    if let Some(chromium) = setup::chromium() {
        node.env("CHROMIUM", chromium);
    }
    run::listen("browser tests", &mut node).map(|said| counted(&said))
}

/// For programs that always print a count: without one, nothing ran, and that is a failure.
fn counted(said: &Said) -> Tally {
    let tally = Tally::of(said);
    let ran = said.lines.iter().any(|line| line.contains(" passed"));
    if ran && tally.passed + tally.failed > 0 { tally } else { Tally::one(false) }
}
