//! Runs as text: a recipe, then the actions and when they are done, told by roles. Tests, ready runs and `headless run --script` read it.
//!
//! ```text
//! # Anything after a number sign at the beginning of a line is for readers.
//! seed 7 ; nodes 5 ; off fencing
//! run 3s ; call old primary 7 ; kill old ; until serving primary 7 ; revive old ; run 4s
//! ```
//!
//! Commands stand on lines, or are parted by `;`. First the recipe, figures by the keys and forms of links (`seed 4127`, `ack
//! majority`, `lease 2.5`), `off RULE`. Then:
//!
//! * `run 300ms`, `run 3s`: time passes.
//! * `until KIND [ROLE]`: up to the next fact of this kind, at this process, about the shard looked at; within thirty seconds.
//! * `only shard N`: the shard that is looked at.
//! * `call NAME ROLE`: whoever has a role now gets a name.
//! * any action of the one grammar, with a role or a called name for a process: `kill leader`, `cut holder primary 7`.
//!
//! Roles: `primary N`, `backup N` (of a shard), `leader` (of the coordinators), `follower` (another of them), `holder`, `waiter` (of the
//! first lock: who has it, and who is next).

use std::collections::BTreeMap;
use std::fmt;

use crate::cluster::note::Note;
use crate::cluster::observe::view::Office;
use crate::cluster::setup::name::{Name, Roster};
use crate::proto::replica::view::ShardId;
use crate::session::action::{ActionError, Refusal};
use crate::session::export::{fields, kind};
use crate::session::link::parse;
use crate::session::link_error::LinkError;
use crate::session::recipe::Parameter;
use crate::session::{Session, StepUnit};
use crate::sim::id::Pid;
use crate::sim::journal::Record;
use crate::sim::time::Span;

/// How long `until` waits.
const WAITS: Span = Span::secs(30);

/// What is wrong with a command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// The recipe comes first.
    Late,
    /// The recipe cannot be read.
    Recipe(LinkError),
    /// A span is a whole number of `s` or `ms`.
    NoSpan(String),
    /// There is no such shard.
    NoShard(String),
    /// There is no such role, and nobody is called so.
    Nobody(String),
    /// Nobody has this role now.
    Vacant(String),
    /// It is no command and no action.
    Action(ActionError),
    /// The action would change nothing now.
    Refused(Refusal),
    /// The run ends before.
    Over,
    /// No such fact within thirty seconds.
    InVain(String),
}

/// A command that could not be carried out. Everything before it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    /// The command.
    pub command: String,
    /// Why not.
    pub problem: Problem,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”: ", self.command)?;
        match &self.problem {
            Problem::Late => write!(f, "the recipe comes before everything else"),
            Problem::Recipe(error) => write!(f, "{error}"),
            Problem::NoSpan(text) => write!(f, "“{text}” is no span: a whole number of s or ms is wanted"),
            Problem::NoShard(text) => write!(f, "there is no shard “{text}”"),
            Problem::Nobody(role) => write!(f, "“{role}” is no role, and nobody is called so"),
            Problem::Vacant(role) => write!(f, "there is no {role} now"),
            Problem::Action(error) => write!(f, "{error}"),
            Problem::Refused(_) => write!(f, "it would change nothing now"),
            Problem::Over => write!(f, "the run ends before"),
            Problem::InVain(kind) => write!(f, "no “{kind}” within {} s", WAITS.0 / 1_000_000),
        }
    }
}

impl std::error::Error for ScriptError {}

/// A script that is being carried out.
#[derive(Debug, Default)]
pub struct Script {
    /// Parts of the link that gives the recipe, and rules that are off.
    recipe: Vec<String>,
    off: Vec<String>,
    session: Option<Session>,
    called: BTreeMap<String, Name>,
    shard: Option<ShardId>,
}

/// The commands of a text, in order.
pub fn commands(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split(';')).map(str::trim).filter(|command| !command.is_empty())
}

impl Script {
    /// Carries out all commands of a text.
    pub fn run(text: &str) -> Result<Session, ScriptError> {
        let mut script = Script::default();
        let mut latest = "";
        for command in commands(text) {
            script.command(command)?;
            latest = command;
        }
        // A script may be a recipe and nothing else.
        script.session().map_err(|problem| ScriptError { command: latest.to_owned(), problem })?;
        Ok(script.session.expect("it was made just now"))
    }

    /// Carries out one command.
    pub fn command(&mut self, command: &str) -> Result<(), ScriptError> {
        self.carry_out(command).map_err(|problem| ScriptError { command: command.to_owned(), problem })
    }

    /// The run as far as it has come. Err: its recipe cannot be read.
    pub fn session(&mut self) -> Result<&mut Session, Problem> {
        if self.session.is_none() {
            let off = (!self.off.is_empty()).then(|| format!("off={}", self.off.join(",")));
            let link = self.recipe.iter().cloned().chain(off).collect::<Vec<_>>().join("&");
            self.session = Some(Session::open(parse(&link).map_err(Problem::Recipe)?));
        }
        Ok(self.session.as_mut().expect("it was made just now"))
    }

    /// The shard that is looked at.
    pub fn looks_at(&self) -> Option<ShardId> {
        self.shard
    }

    fn carry_out(&mut self, command: &str) -> Result<(), Problem> {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words[..] {
            [] => {}
            [key, value] if ["seed", "off"].contains(&key) || Parameter::of(key).is_some() => {
                if self.session.is_some() {
                    return Err(Problem::Late);
                }
                if key == "off" {
                    self.off.push(value.to_owned());
                } else {
                    self.recipe.push(format!("{key}={value}"));
                }
            }
            ["run", text] => {
                let span = span(text).ok_or_else(|| Problem::NoSpan(text.to_owned()))?;
                if self.session()?.advance(span, u32::MAX) != span {
                    return Err(Problem::Over);
                }
            }
            ["until", kind, ref role @ ..] => {
                let who = if role.is_empty() { None } else { Some(self.who(role)?) };
                self.until(kind, who)?;
            }
            ["only", "shard", n] => self.shard = Some(self.shard(n)?),
            ["call", name, ref role @ ..] => {
                let who = self.who(role)?;
                self.called.insert(name.to_owned(), who);
            }
            [word, ref rest @ ..] => {
                let text = match rest {
                    [pair] if pair.contains('>') => {
                        let (a, b) = pair.split_once('>').expect("looked at just now");
                        format!("{word} {}>{}", self.who(&[a])?, self.who(&[b])?)
                    }
                    _ => self.spell(word, rest)?,
                };
                let action = text.parse().map_err(Problem::Action)?;
                self.session()?.dispatch(action).map_err(Problem::Refused)?;
            }
        }
        Ok(())
    }

    /// An action with its roles and called names replaced.
    fn spell(&mut self, word: &str, mut rest: &[&str]) -> Result<String, Problem> {
        let mut words = vec![word.to_owned()];
        while let Some((first, after)) = rest.split_first() {
            let taken = if matches!(*first, "primary" | "backup") { 2.min(rest.len()) } else { 1 };
            let figure = first.trim_start_matches('-').parse::<u32>().is_ok();
            words.push(if figure { (*first).to_owned() } else { self.who(&rest[..taken])?.to_string() });
            rest = &after[taken - 1..];
        }
        Ok(words.join(" "))
    }

    fn shard(&mut self, n: &str) -> Result<ShardId, Problem> {
        let shards = self.session()?.setup().config.shards;
        let id = n.parse().ok().filter(|&id| id < shards);
        id.map(ShardId).ok_or_else(|| Problem::NoShard(n.to_owned()))
    }

    fn who(&mut self, role: &[&str]) -> Result<Name, Problem> {
        let view = self.session()?.view();
        let roster = self.session()?.setup().roster;
        let lead = || view.coordinators.iter().filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term);
        let found: Option<Pid> = match role {
            ["primary", n] => view.shards[usize::from(self.shard(n)?.0)].view.primary,
            ["backup", n] => {
                let view = &view.shards[usize::from(self.shard(n)?.0)].view;
                view.in_sync.iter().copied().find(|&pid| view.primary != Some(pid))
            }
            ["leader"] => lead().map(|it| it.pid),
            ["follower"] => {
                let leader = lead().map(|it| it.pid);
                view.coordinators.iter().find(|it| it.office == Some(Office::Follower) && Some(it.pid) != leader).map(|it| it.pid)
            }
            ["holder"] => view.locks[0].holder.as_ref().map(|holder| holder.session.client),
            ["waiter"] => view.locks[0].queue.first().map(|session| session.client),
            [name] => match self.called.get(*name) {
                Some(&name) => return Ok(name),
                None => return name.parse().map_err(|_| Problem::Nobody((*name).to_owned())),
            },
            _ => return Err(Problem::Nobody(role.join(" "))),
        };
        found.map(|pid| roster.name(pid)).ok_or_else(|| Problem::Vacant(role.join(" ")))
    }

    fn until(&mut self, wanted: &str, who: Option<Name>) -> Result<(), Problem> {
        let roster = self.session()?.setup().roster;
        let pid = match who {
            Some(name) => Some(roster.pid(name).ok_or_else(|| Problem::Nobody(name.to_string()))?),
            None => None,
        };
        let (shard, session) = (self.shard, self.session()?);
        let end = session.now() + WAITS;
        loop {
            if session.now() >= end {
                return Err(Problem::InVain(wanted.to_owned()));
            }
            let from = session.facts().len();
            if !session.step(StepUnit::Event) {
                return Err(Problem::Over);
            }
            let fits =
                |fact: &Record<Note>| kind(&fact.what) == wanted && pid.is_none_or(|pid| pid == fact.who) && concerns(fact, shard, &roster);
            if session.facts()[from..].iter().any(fits) {
                return Ok(());
            }
        }
    }
}

/// Whether a fact is about this shard, or about none.
pub fn concerns(fact: &Record<Note>, shard: Option<ShardId>, roster: &Roster) -> bool {
    let Some(shard) = shard else { return true };
    let about = fields(&fact.what, roster).into_iter().find(|(key, _)| *key == "shard");
    about.is_none_or(|(_, value)| value == u64::from(shard.0))
}

/// A span as commands have it: a whole number of `s`, which may be left out, or `ms`.
pub fn span(text: &str) -> Option<Span> {
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1_000),
        None => (text.strip_suffix('s').unwrap_or(text), 1_000_000),
    };
    // Beyond any run, and far from where instants overflow.
    digits.parse::<u64>().ok().map(|n| Span(n.saturating_mul(unit).min(1 << 52)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_carried_out_by_roles_and_names() {
        let session = Script::run("# for readers\nseed 7 ; nodes 5\nrun 3s ; call old primary 7 ; kill old ; until serving ; revive old")
            .expect("reads");
        assert_eq!(session.setup().roster.nodes, 5);
        let actions: Vec<String> = session.actions().iter().map(|(_, action)| action.to_string()).collect();
        assert!(actions.len() == 2 && actions[0].starts_with("kill ") && actions[1] == actions[0].replace("kill", "revive"), "{actions:?}");
        let plain = Script::run("seed 9").expect("a recipe alone");
        assert_eq!((plain.setup().seed, plain.now()), (9, crate::sim::time::Time::ZERO));
    }

    #[test]
    fn what_is_wrong_names_its_command() {
        for (text, command, says) in [
            ("run 3s ; nodes 5", "nodes 5", "the recipe comes before"),
            ("nodes 99 ; run 1s", "run 1s", "“nodes” must lie between 3 and 8"),
            ("nodes 99", "nodes 99", "“nodes” must lie between 3 and 8"),
            ("off nonsense ; run 1s", "run 1s", "no rule “nonsense”"),
            ("run soon", "run soon", "no span"),
            ("run 9999999s", "run 9999999s", "the run ends before"),
            ("only shard 99", "only shard 99", "no shard “99”"),
            ("kill primary 99", "kill primary 99", "no shard “99”"),
            ("kill primary", "kill primary", "“primary” is no role"),
            ("call x king", "call x king", "“king” is no role"),
            ("kill holder", "kill holder", "there is no holder now"),
            ("explode A", "explode A", "explode"),
            ("kill", "kill", "kill"),
            ("revive A", "revive A", "would change nothing"),
            ("kill Z", "kill Z", "“Z” is no role"),
            ("until serving H", "until serving H", "no “serving” within 30 s"),
            ("until nonsense", "until nonsense", "no “nonsense” within 30 s"),
        ] {
            let error = Script::run(text).expect_err(text);
            assert_eq!(error.command, command, "{text}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
    }
}
