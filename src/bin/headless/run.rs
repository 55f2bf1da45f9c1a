//! `headless run`: one link, told as data.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use ringside::session::Session;
use ringside::session::export;
use ringside::session::link::{self, LIMITS};
use ringside::session::script::{Problem, Script, span};
use ringside::session::told;
use ringside::sim::time::Time;
use ringside::text::{Lang, complaint};
use serde::Serialize;

/// Replays a link, or carries out a script, and prints its facts as JSON lines, then the digest of its last instant.
///
/// Exit status: 0; 1 if a promise was broken; 2 if the link or the script cannot be read, or the history not be written.
#[derive(Args)]
pub struct Run {
    /// The link, or the part of it after the `#`.
    #[arg(long, required_unless_present = "script", conflicts_with = "script")]
    link: Option<String>,
    /// A file of commands: `seed 7 ; run 3s ; kill primary 7 ; run 4s`. README tells how to write one.
    #[arg(long, conflicts_with = "until")]
    script: Option<PathBuf>,
    /// The instant to run to, such as `60s` or `1500ms`; the link's own instant if left out.
    #[arg(long, value_parser = instant)]
    until: Option<Time>,
    /// Writes to this file what clients asked for and were told, for `headless check-history --model kv`.
    #[arg(long)]
    history: Option<PathBuf>,
    /// Only the last line: digest, instant, events.
    #[arg(long)]
    quiet: bool,
}

impl Run {
    /// The run of a link.
    fn replay(&self, link: &str) -> Result<Session, String> {
        let fragment = link.split_once('#').map_or(link, |(_, fragment)| fragment);
        let mut opened = link::parse(fragment).map_err(|error| format!("The link cannot be opened: {error}."))?;
        if link::is_older(fragment) {
            eprintln!("An earlier version made this link: same recipe, same actions, but the run may differ in detail.");
        }
        opened.at = self.until.unwrap_or(opened.at);
        Ok(Session::open(opened))
    }

    /// Runs and prints; what an action of the link failed to do goes to standard error. A broken promise makes the exit status 1, a link that cannot be read 2.
    pub fn main(self) -> ExitCode {
        let session = match (&self.link, &self.script) {
            (Some(link), _) => self.replay(link),
            (None, Some(file)) => carry_out(file),
            (None, None) => unreachable!("one of the two is required"),
        };
        let session = match session {
            Ok(session) => session,
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::from(2);
            }
        };
        for (no, at, action, why) in session.refused() {
            eprintln!("{}", complaint::refused(no, at, action, why, Lang::En));
        }
        let history = self.history.as_ref().map(|file| (file, told::history(&session)));
        if history.as_ref().is_some_and(|(_, text)| text.is_empty()) {
            eprintln!(
                "Nobody has asked for a key yet: the history is empty, and there is nothing to check. (Workers ask for documents only.)"
            );
        }
        if let Some((file, text)) = history
            && let Err(error) = std::fs::write(file, text)
        {
            eprintln!("The history cannot be written to {}: {error}.", file.display());
            return ExitCode::from(2);
        }
        match print(&session, self.quiet) {
            Ok(()) if session.promises().iter().all(|(_, broken)| broken.is_none()) => ExitCode::SUCCESS,
            Ok(()) => ExitCode::FAILURE,
            // The reader has seen enough: `headless run … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("The journal cannot be printed: {error}.");
                ExitCode::FAILURE
            }
        }
    }
}

/// Carries out a file of commands.
fn carry_out(file: &Path) -> Result<Session, String> {
    let text = std::fs::read_to_string(file).map_err(|why| format!("The script {} cannot be read: {why}.", file.display()))?;
    Script::run(&text).map_err(|error| match &error.problem {
        Problem::Refused(why) => format!("The script stops at {error}: {}.", complaint::refusal(why, Lang::En)),
        _ => format!("The script stops at {error}."),
    })
}

/// The last line.
#[derive(Serialize)]
struct End {
    digest: String,
    at_us: u64,
    events: u64,
    facts: usize,
    /// Promises, separated by commas.
    broken: String,
    link: String,
}

fn print(session: &Session, quiet: bool) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    if !quiet {
        for fact in session.facts() {
            writeln!(out, "{}", export::json(fact, &session.setup().roster))?;
        }
    }
    let broken = session.promises().into_iter().filter(|(_, broken)| broken.is_some());
    let end = End {
        digest: format!("{:016x}", session.digest()),
        at_us: session.now().0,
        events: session.events(),
        facts: session.facts().len(),
        broken: broken.map(|(promise, _)| promise.word()).collect::<Vec<_>>().join(","),
        link: session.link(),
    };
    writeln!(out, "{}", export::line(&end))?;
    out.flush()
}

fn instant(text: &str) -> Result<Time, String> {
    let at = Time::ZERO + span(text).ok_or("an instant is a whole number of `s` or `ms`")?;
    if at > LIMITS.run { Err(format!("a run ends at {} s", LIMITS.run)) } else { Ok(at) }
}
