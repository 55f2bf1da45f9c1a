//! Which key commands what. One table, so that the list under `?` can be checked against it.

use ringside::cluster::setup::name::{Kind, Name};
use ringside::session::lens::Pane;
use ringside::sim::time::Span;
use ringside::text::words::ActionKind;

use super::room::Room;
use super::state::{Command, Dialog, State};

/// A key, as the browser names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key<'a> {
    /// Its name, as `latin` reads it: `k`, `K`, ` `, `ArrowLeft`...
    pub name: &'a str,
    /// Whether Ctrl, Alt or Meta is held: such keys are the browser's.
    pub chorded: bool,
    /// Whether Shift is held.
    pub shift: bool,
    /// What has the focus.
    pub focus: Focus,
}

/// What has the focus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// Nothing that wants keys.
    Page,
    /// A button or link: Space and Enter are its own.
    Button,
    /// A field, or the speed: every key is its own.
    Field,
    /// The time bar.
    Slider,
    /// A process on the stage.
    Process(Name),
}

/// What a key does.
#[derive(Clone, PartialEq, Debug)]
pub enum Meaning {
    /// A command.
    Command(Command),
    /// The focus goes to another process: this many on.
    Neighbour(i32),
}

/// What a key means now. `None`: it is not ours.
pub fn meaning(state: &State, key: Key<'_>) -> Option<Meaning> {
    if key.chorded || key.focus == Focus::Field || state.dialog.is_some() {
        return None;
    }
    let command = |command| Some(Meaning::Command(command));
    // Shift with a letter selects a node.
    match key.name {
        "p" | "P" if state.single_keys => return command(Command::Room(Room::Place)),
        "b" | "B" if state.single_keys && !key.shift => return command(Command::Room(Room::Textbook)),
        _ => {}
    }
    // A room has keys of its own.
    if state.away.is_some() {
        return None;
    }
    if let Some(found) = arrows(state, key) {
        return Some(found);
    }
    if key.name == "Escape" {
        return command(Command::Deselect);
    }
    if !state.single_keys {
        return None;
    }
    match key.name {
        " " if key.focus == Focus::Button => None,
        " " => command(Command::Toggle),
        "," => command(Command::StepBack(None)),
        "." => command(Command::StepOn(None)),
        "-" => command(Command::Speed(state.playback.speed().slower())),
        "=" | "+" => command(Command::Speed(state.playback.speed().faster())),
        "l" | "L" => command(Command::Dialog(Some(Dialog::Cases))),
        "1" => command(Command::NextLens(Pane::First)),
        "2" => command(Command::NextLens(Pane::Second)),
        "?" => command(Command::Dialog(Some(Dialog::Keys))),
        name => letter(state, name, key.shift).and_then(command),
    }
}

fn letter(state: &State, name: &str, shift: bool) -> Option<Command> {
    let mut chars = name.chars();
    let (Some(letter), None) = (chars.next().map(|c| c.to_ascii_uppercase()), chars.next()) else { return None };
    if shift {
        let n = (letter as u32).checked_sub('A' as u32)?;
        let name = Name { kind: Kind::Node, n: u8::try_from(n).ok()? };
        return state.is_there(name).then_some(Command::Select(name));
    }
    ActionKind::ALL.into_iter().find(|kind| kind.key() == letter).map(Command::ActOnSelected)
}

fn arrows(state: &State, key: Key<'_>) -> Option<Meaning> {
    let forward = match key.name {
        "ArrowRight" | "ArrowDown" => true,
        "ArrowLeft" | "ArrowUp" => false,
        _ => return (key.focus == Focus::Slider).then(|| jumps(state, key.name)).flatten(),
    };
    match key.focus {
        Focus::Process(_) => Some(Meaning::Neighbour(if forward { 1 } else { -1 })),
        Focus::Slider => {
            // On a slider, up is more.
            let more = matches!(key.name, "ArrowRight" | "ArrowUp");
            Some(by(state, Span::millis(100), more))
        }
        Focus::Page | Focus::Button if matches!(key.name, "ArrowRight" | "ArrowLeft") => {
            Some(Meaning::Command(if forward { Command::StepOn(None) } else { Command::StepBack(None) }))
        }
        Focus::Page | Focus::Button | Focus::Field => None,
    }
}

fn jumps(state: &State, name: &str) -> Option<Meaning> {
    Some(match name {
        "PageUp" => by(state, Span::secs(1), true),
        "PageDown" => by(state, Span::secs(1), false),
        "Home" => Meaning::Command(Command::Seek(ringside::sim::time::Time::ZERO)),
        "End" => Meaning::Command(Command::Seek(state.session.horizon())),
        _ => return None,
    })
}

fn by(state: &State, span: Span, more: bool) -> Meaning {
    let now = state.session.now();
    Meaning::Command(Command::Seek(if more { now + span } else { now - span }))
}
