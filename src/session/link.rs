//! The versioned link: a run as a readable URL fragment.
//!
//! `v=9&seed=4127&nodes=6&clients=8&off=fencing&loss=10&do=11.2:kill:C,14:cut:A%3EB&at=12.48`; whatever has its default
//! value is left out. An action is its own text with colons for spaces, after the instant at which it is done; a `>` is
//! written `%3E`, because chats end a link at a bare one. Both are read, as is any other escape, wherever it stands.

use std::fmt;

use crate::cluster::setup::Setup;
use crate::cluster::setup::name::{Name, Roster};
use crate::cluster::setup::rules::{Rule, Rules};
use crate::session::action::{Action, ActionError, Refusal};
use crate::session::lens::Lenses;
use crate::session::limits::excerpt;
pub use crate::session::link_error::LinkError;
use crate::session::recipe::{Form, PARAMETERS, Parameter};
use crate::sim::time::{Span, Time};

pub use crate::session::limits::{LIMITS, VERSION};

/// The seed of a run whose link names none.
pub const DEFAULT_SEED: u64 = 4127;
/// Keys that belong to the page: how a run is looked at, never what happens in it.
pub const PAGE_KEYS: [&str; 4] = ["lang", "theme", "sel", "speed"];

/// What a link opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// The recipe.
    pub setup: Setup,
    /// Actions with their instants, in order.
    pub actions: Vec<(Time, Action)>,
    /// The instant to open at. Actions after it are done when the run gets there.
    pub at: Time,
    /// What the panes beside the ring show.
    pub lenses: Lenses,
    /// The page's own keys and values, each key at most once.
    pub page: Vec<(String, String)>,
}

impl Default for Opened {
    fn default() -> Opened {
        Opened { setup: Setup::new(DEFAULT_SEED), actions: Vec::new(), at: Time::ZERO, lenses: Lenses::default(), page: Vec::new() }
    }
}

/// Whether an earlier version made this link: its recipe and actions are read as they were meant, but what comes of them may
/// differ, and whoever opens it has to be told.
pub fn is_older(fragment: &str) -> bool {
    parts(fragment).and_then(|parts| made_by(&parts)).is_ok_and(|version| version < VERSION)
}

/// The version that made a link; this one if it names none.
fn made_by(parts: &[Part<'_>]) -> Result<u64, LinkError> {
    parts.iter().find(|part| part.key == "v").map_or(Ok(VERSION), |part| number("v", part, 1, u64::MAX))
}

/// Reads a fragment, with or without its `#`. An empty one is the default run.
pub fn parse(fragment: &str) -> Result<Opened, LinkError> {
    if fragment.len() > LIMITS.link {
        return Err(LinkError::TooLong(fragment.len()));
    }
    let parts = parts(fragment)?;
    // The version first: a newer link may hold keys and forms that this code would complain about in the wrong words.
    let version = made_by(&parts)?;
    if version > VERSION {
        return Err(LinkError::Newer(version));
    }
    if let Some((_, part)) = parts.iter().enumerate().find(|(i, p)| parts[..*i].iter().any(|q| q.key == p.key)) {
        return Err(LinkError::Twice(excerpt(&part.key)));
    }
    let mut opened = Opened::default();
    let mut script = None;
    let setup = &mut opened.setup;
    if version < 3 {
        // Before there could be three of them.
        setup.roster.coordinators = 1;
    }
    for part in &parts {
        match part.key.as_str() {
            "v" => {}
            "seed" => setup.seed = number("seed", part, 0, u64::MAX)?,
            "off" => setup.rules = off(&part.value)?,
            "do" => script = Some(part),
            "at" => opened.at = instant(&part.value, part.position)?,
            "lens" => opened.lenses = Lenses::parse(&part.value)?,
            key if Parameter::of(key).is_some() => {} // in their own order, since one may depend on another
            key => match PAGE_KEYS.into_iter().find(|&known| known == key) {
                Some(known) if part.value.len() > LIMITS.page / PAGE_KEYS.len() - 8 => {
                    return Err(LinkError::PageValue(known));
                }
                Some(_) => opened.page.push((part.key.clone(), part.value.clone())),
                None => return Err(LinkError::UnknownKey(excerpt(key))),
            },
        }
    }
    for it in &PARAMETERS {
        let value = match parts.iter().find(|part| part.key == it.key) {
            Some(part) => value(it, part, setup)?,
            None => it.within(setup, it.get(setup)),
        };
        it.set(setup, value);
    }
    if let Some(part) = script {
        opened.actions = actions(part, &setup.roster)?;
    }
    Ok(opened)
}

/// Writes a fragment, without its `#`. Of the configuration it carries what `parse` reads.
pub fn print(opened: &Opened) -> String {
    use fmt::Write;
    let setup = &opened.setup;
    let mut out = format!("v={VERSION}&seed={}", setup.seed);
    // Writing to a string cannot fail.
    let mut put = |key: &str, value: &dyn fmt::Display| write!(out, "&{key}={value}").expect("a string grows");
    for it in &PARAMETERS {
        let value = it.get(setup);
        if value != it.usual(setup) {
            put(it.key, &self::write(it, value));
        }
    }
    let off: Vec<&str> = setup.rules.off().map(Rule::word).collect();
    if !off.is_empty() {
        put("off", &off.join(","));
    }
    if !opened.actions.is_empty() {
        let script: Vec<String> = opened.actions.iter().map(|&(at, action)| print_action(at, action)).collect();
        put("do", &script.join(","));
    }
    if opened.at > Time::ZERO {
        put("at", &seconds(opened.at));
    }
    if opened.lenses != Lenses::default() {
        put("lens", &opened.lenses);
    }
    for (key, value) in &opened.page {
        put(key, &escape(value));
    }
    out
}

/// One action as it stands in a link.
pub fn print_action(at: Time, action: Action) -> String {
    format!("{}:{}", seconds(at), action.to_string().replace(' ', ":").replace('>', "%3E"))
}

/// One `key=value`, unescaped.
struct Part<'a> {
    key: String,
    value: String,
    /// The value as it stands in the link.
    written: &'a str,
    /// Where the value begins in the link, in bytes, from 1.
    position: usize,
}

impl Part<'_> {
    /// Where byte `at` of the unescaped value stands in the link, in bytes, from 1: an escape is three bytes of the link.
    fn position_of(&self, at: usize) -> usize {
        let mut bytes = self.written.bytes();
        let escapes = (0..at).filter(|_| bytes.next() == Some(b'%') && bytes.nth(1).is_some()).count();
        self.position + at + 2 * escapes
    }
}

fn parts(fragment: &str) -> Result<Vec<Part<'_>>, LinkError> {
    let (text, mut start) = match fragment.strip_prefix('#') {
        Some(rest) => (rest, 2),
        None => (fragment, 1),
    };
    let mut parts = Vec::new();
    for part in text.split('&') {
        if !part.is_empty() {
            let (key, value) = part.split_once('=').ok_or_else(|| LinkError::NoValue(excerpt(part)))?;
            let position = start + key.len() + 1;
            parts.push(Part { key: unescape(key, start)?, value: unescape(value, position)?, written: value, position });
        }
        start += part.len() + 1;
    }
    Ok(parts)
}

fn unescape(text: &str, position: usize) -> Result<String, LinkError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
        let here = LinkError::Escape(position + text.len() - rest.len() - 1);
        let (&[high, low], after) = rest.split_first_chunk().ok_or(here.clone())?;
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Err(here) };
        bytes.push(high << 4 | low);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| LinkError::Escape(position))
}

/// Escapes what would end a value or be rewritten on the way through an address bar.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b',' | b'/' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn number(key: &'static str, part: &Part<'_>, min: u64, max: u64) -> Result<u64, LinkError> {
    let text = &part.value;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(LinkError::Number { key, text: excerpt(text), position: part.position });
    }
    // Only too large a number still fails here.
    match text.parse::<u64>() {
        Ok(n) if (min..=max).contains(&n) => Ok(n),
        _ => Err(LinkError::OutOfBounds { key, min, max }),
    }
}

/// A figure's value from text, in such a recipe: whole numbers, seconds, or words.
pub fn read(of: &Parameter, text: &str, setup: &Setup) -> Result<u64, LinkError> {
    value(of, &Part { key: of.key.to_owned(), value: text.to_owned(), written: text, position: 1 }, setup)
}

/// A figure's value as text, as `read` reads it.
pub fn write(of: &Parameter, value: u64) -> String {
    match of.form {
        Form::Count | Form::Odd => value.to_string(),
        Form::Span => seconds(Time(value)),
        Form::Word(words) => words[value as usize].to_owned(),
    }
}

/// A figure's value in such a recipe, as a part of a link.
fn value(of: &Parameter, part: &Part<'_>, setup: &Setup) -> Result<u64, LinkError> {
    let (key, (min, max)) = (of.key, of.bounds(setup));
    match of.form {
        Form::Count => number(key, part, min, max),
        Form::Odd => number(key, part, min, max).and_then(|n| if n % 2 == 1 { Ok(n) } else { Err(LinkError::Even) }),
        Form::Span => match instant(&part.value, part.position)? {
            Time(span) if (Span::secs(min).0..=Span::secs(max).0).contains(&span) => Ok(span),
            _ => Err(LinkError::OutOfBounds { key, min, max }),
        },
        Form::Word(words) => {
            let unknown = || LinkError::UnknownWord { key, text: excerpt(&part.value), known: words.to_vec() };
            words.iter().position(|&word| word == part.value).map(|at| at as u64).ok_or_else(unknown)
        }
    }
}

fn off(text: &str) -> Result<Rules, LinkError> {
    text.split(',').try_fold(Rules::ALL_ON, |rules, word| {
        Rule::parse(word).map(|rule| rules.without(rule)).ok_or_else(|| LinkError::UnknownRule(excerpt(word)))
    })
}

/// Seconds with as many decimals as it takes, and no more.
fn seconds(at: Time) -> String {
    let (whole, micros) = (at.0 / 1_000_000, at.0 % 1_000_000);
    if micros == 0 {
        return whole.to_string();
    }
    format!("{whole}.{micros:06}").trim_end_matches('0').to_owned()
}

fn instant(text: &str, position: usize) -> Result<Time, LinkError> {
    let malformed = || LinkError::Instant { text: excerpt(text), position };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
        return Err(malformed());
    }
    let micros: u64 = format!("{decimals:0<6}").parse().map_err(|_| malformed())?;
    let late = || LinkError::TooLate(excerpt(text));
    let whole: u64 = whole.parse().map_err(|_| late())?;
    let at = whole.checked_mul(1_000_000).and_then(|n| n.checked_add(micros)).ok_or_else(late)?;
    if Time(at) > LIMITS.run { Err(late()) } else { Ok(Time(at)) }
}

fn actions(script: &Part<'_>, roster: &Roster) -> Result<Vec<(Time, Action)>, LinkError> {
    let mut out: Vec<(Time, Action)> = Vec::new();
    let mut begins = 0;
    // Nodes that are not there from the beginning have to be added before anything else can be done to them.
    let mut added: Vec<Name> = Vec::new();
    for (i, text) in script.value.split(',').enumerate() {
        let no = i + 1;
        if no > LIMITS.actions {
            return Err(LinkError::TooManyActions);
        }
        let (when, what) = text.split_once(':').ok_or(LinkError::Action(no, ActionError::Empty))?;
        let at = instant(when, script.position_of(begins))?;
        begins += text.len() + 1;
        let action: Action = what.replace(':', " ").parse().map_err(|error| LinkError::Action(no, error))?;
        match action.faults(roster) {
            Ok(_) => {}
            Err(Refusal::Nobody(name)) => return Err(LinkError::Nobody(no, name)),
            Err(Refusal::NotANode(name)) => return Err(LinkError::NotANode(no, name)),
            Err(Refusal::SameTwice(name)) => return Err(LinkError::SameTwice(no, name)),
            Err(Refusal::NoEffect(..) | Refusal::OutOfBounds(_) | Refusal::TooMany(_)) => {
                unreachable!("the grammar keeps the bounds, and a roster knows no effects or limits")
            }
        }
        if let Action::Add(name) = action {
            added.push(name);
        }
        let there = |name: &Name| roster.pid(*name).is_some_and(|pid| roster.begins(pid)) || added.contains(name);
        if let Some(name) = action.names().into_iter().flatten().find(|name| !there(name)) {
            return Err(LinkError::Nobody(no, name));
        }
        if out.last().is_some_and(|&(before, _)| before > at) {
            return Err(LinkError::Unordered(no));
        }
        out.push((at, action));
    }
    Ok(out)
}
