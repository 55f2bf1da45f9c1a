//! What a visitor, a key or a script can command.

use ringside::cluster::setup::name::Name;
use ringside::proto::lock::token::LockId;
use ringside::session::StepUnit;
use ringside::session::action::Action;
use ringside::session::lens::{Lens, Pane};
use ringside::session::playback::Speed;
use ringside::sim::time::Time;
use ringside::text::words::ActionKind;

use super::room::Room;

/// A dialog that lies over the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialog {
    /// The list of keys.
    Keys,
    /// The recipe of the run.
    Settings,
    /// The link.
    Share,
    /// The ready runs of the lock.
    Cases,
}

/// What a visitor, a key or a script commands.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// An action of the one grammar.
    Act(Action),
    /// What a button or key does to the selected process: an action of this kind.
    ActOnSelected(ActionKind),
    /// Select a process, or choose the other end of a cut.
    Select(Name),
    /// Select nothing.
    Deselect,
    /// The pointer or the focus came to a process, or left it.
    Hover(Option<Name>),
    /// Let time run.
    Play,
    /// Stop it.
    Pause,
    /// The other of the two.
    Toggle,
    /// One step on, of this unit or of the chosen one.
    StepOn(Option<StepUnit>),
    /// One step back.
    StepBack(Option<StepUnit>),
    /// To an instant.
    Seek(Time),
    /// Another speed.
    Speed(Speed),
    /// What a step is.
    Unit(StepUnit),
    /// Show this lens in that pane.
    Lens(Pane, Lens),
    /// Show another lens in that pane: the next one that is not shown.
    NextLens(Pane),
    /// Show why this one believes what it does, of that one; either may stay as it is.
    Belief(Option<Name>, Option<Name>),
    /// Show another lock.
    Lock(LockId),
    /// The other language.
    Language,
    /// The next theme.
    Theme,
    /// Whether heartbeats are drawn.
    Heartbeats(bool),
    /// Whether single keys act.
    SingleKeys(bool),
    /// A field of the settings has a new value.
    Write {
        /// Which.
        field: String,
        /// Its text.
        value: String,
        /// Whether it is ticked.
        checked: bool,
    },
    /// A run of these settings.
    Begin,
    /// What a link says.
    Open(String),
    /// A dialog, or none.
    Dialog(Option<Dialog>),
    /// Into a room, or back from it.
    Room(Room),
    /// Back from a room that could not be fetched.
    NoRoom,
}
