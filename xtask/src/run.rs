//! Running other programs: with a line that says what and how long, and, where wanted, with their output kept to be counted.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "seconds of real work are shown to a person; no simulation is near"
)]

use crate::paths;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// What was timed so far, in order, with its seconds.
static TIMES: Mutex<Vec<(String, f64)>> = Mutex::new(Vec::new());

/// What a program said, and whether it ended well.
pub struct Said {
    /// Exit status 0.
    pub ok: bool,
    /// Standard output and standard error, a line each, colours taken out.
    pub lines: Vec<String>,
}

/// A command that runs in the repository's folder.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(paths::root());
    command
}

/// The cargo that runs us.
pub fn cargo(args: &[&str]) -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), args)
}

/// Runs a step, its output passed through, and says how long it took. Err: it failed.
pub fn step(what: &str, command: &mut Command) -> Result<(), String> {
    timed(what, || match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{what}: {} ended with {status}", program(command))),
        Err(why) => Err(cannot_start(command, &why)),
    })
}

/// Runs a step, its output passed through and also kept.
pub fn listen(what: &str, command: &mut Command) -> Result<Said, String> {
    timed(what, || {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|why| cannot_start(command, &why))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let err = thread::spawn(move || err.map_or_else(Vec::new, |pipe| pass_on(pipe, std::io::stderr())));
        let mut lines = out.map_or_else(Vec::new, |pipe| pass_on(pipe, std::io::stdout()));
        lines.extend(err.join().map_err(|_| format!("{what}: its standard error could not be read"))?);
        let status = child.wait().map_err(|why| format!("{what}: {why}"))?;
        Ok(Said { ok: status.success(), lines })
    })
}

/// The standard output of a short question, trimmed; `None` if the program is missing or fails.
pub fn ask(program: &str, args: &[&str]) -> Option<String> {
    let out = command(program, args).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Says what begins, does it, says how long it took.
pub fn timed<T>(what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    println!("==> {what}");
    let began = Instant::now();
    let done = work();
    let word = if done.is_ok() { "done" } else { "failed" };
    let seconds = began.elapsed().as_secs_f64();
    println!("    {word} after {seconds:.1} s: {what}");
    TIMES.lock().unwrap_or_else(PoisonError::into_inner).push((what.to_owned(), seconds));
    done
}

/// Where the time went: a line for each step that took at least a second, the longest first, and all together.
pub fn times() -> String {
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    times.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all: f64 = times.iter().map(|(_, seconds)| seconds).sum();
    let line = |what: &str, seconds: f64| format!("{:>4}:{:02}  {what}\n", seconds as u64 / 60, seconds as u64 % 60);
    let lines: String = times.iter().filter(|(_, seconds)| *seconds >= 1.0).map(|(what, seconds)| line(what, *seconds)).collect();
    lines + &line("in all", all)
}

fn program(command: &Command) -> String {
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(command.get_program().to_string_lossy().into_owned()).chain(args).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, why: &std::io::Error) -> String {
    format!("cannot start `{}`: {why}", program(command))
}

fn pass_on(pipe: impl Read, mut to: impl Write) -> Vec<String> {
    let mut lines = Vec::new();
    let mut reader = BufReader::new(pipe);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        // A closed terminal must not stop the step, so a failed write is passed over.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        lines.push(plain(String::from_utf8_lossy(&line).trim_end()));
        line.clear();
    }
    lines
}

/// The text without terminal colours.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // An escape sequence ends with its first letter.
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn the_longest_step_is_told_first_and_what_takes_no_time_is_not() {
        super::TIMES.lock().expect("no other test times").extend([
            ("quick".to_owned(), 0.2),
            ("short".to_owned(), 61.0),
            ("long".to_owned(), 600.9),
        ]);
        assert_eq!(super::times(), "  10:00  long\n   1:01  short\n  11:02  in all\n");
    }

    #[test]
    fn colours_are_taken_out_of_what_is_counted() {
        assert_eq!(plain("\u{1b}[32;1m     Summary\u{1b}[0m 3 passed"), "     Summary 3 passed");
    }
}
