//! The driver behind the README's two commands. Next to no dependencies, so that it starts in seconds on a bare machine.
//!
//! Everything it needs and does not find it installs itself, pinned, into the user's cache folder, and says what and how long.
//! Nothing here is part of the simulation.

mod bench;
mod dist;
mod finish;
mod gate;
mod paths;
mod room;
mod run;
mod serve;
mod setup;
mod size;
mod tally;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--open] [--port N]   build and serve the page on 127.0.0.1 (port 8080), rebuilding on change; needs only Rust
  test                        every check there is, from format to browser; the last line counts passes and failures
  build                       the release page in dist/, ready for any static host
  finish                      what Trunk runs at the end of a release build: names with checksums for the room, content policy
  size                        what a first load of dist/ weighs, compressed
  bench [ARGS]                events a second of the engine; ARGS go to criterion
  soak [ARGS]                 random faults over many seeds, natively; ARGS go to `headless soak` (--seeds N --seconds S)";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match command {
        "serve" => serve::serve(rest),
        "test" => none(rest).and_then(|()| gate::test()),
        "build" => none(rest).and_then(|()| dist::build()).and_then(|()| size::check().map(|_| ())),
        "finish" => none(rest).and_then(|()| finish::finish()),
        "size" => none(rest).and_then(|()| size::check().map(|_| ())),
        "bench" => bench::bench(rest),
        "soak" => bench::soak(rest),
        "help" | "-h" | "--help" => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("there is no command `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) if why.is_empty() => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// For commands without arguments: a stray one is an error, not a silent no-op.
fn none(rest: &[String]) -> Result<(), String> {
    match rest.first() {
        Some(arg) => Err(format!("this command takes no `{arg}`\n\n{USAGE}")),
        None => Ok(()),
    }
}
