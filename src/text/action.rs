//! What can be done to a process, as the page offers it.

/// The kind of an action, as the page's buttons name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ActionKind {
    /// Stop it.
    Kill,
    /// Boot it from its disk.
    Revive,
    /// Let it stand still.
    Freeze,
    /// Let it go on.
    Thaw,
    /// Delay its messages.
    Slow,
    /// Cut all its links.
    Isolate,
    /// Cut one link; the other end is chosen next.
    Cut,
    /// Heal its links.
    Heal,
    /// Empty its disk.
    Wipe,
    /// Let it leave: what it holds moves to others first.
    Drain,
    /// Serve shards that nobody may lead with what it has.
    Salvage,
    /// Let it answer errors, or serve again.
    Fail,
    /// Let another node join, or take back the selected one.
    Add,
}

impl ActionKind {
    /// All of them, in the order of the page.
    pub const ALL: [ActionKind; 13] = [
        ActionKind::Kill,
        ActionKind::Revive,
        ActionKind::Freeze,
        ActionKind::Thaw,
        ActionKind::Slow,
        ActionKind::Fail,
        ActionKind::Isolate,
        ActionKind::Cut,
        ActionKind::Heal,
        ActionKind::Wipe,
        ActionKind::Drain,
        ActionKind::Salvage,
        ActionKind::Add,
    ];

    /// The key that does it.
    pub const fn key(self) -> char {
        match self {
            ActionKind::Kill => 'K',
            ActionKind::Revive => 'R',
            ActionKind::Freeze => 'F',
            ActionKind::Thaw => 'T',
            ActionKind::Slow => 'S',
            ActionKind::Fail => 'E',
            ActionKind::Isolate => 'I',
            ActionKind::Cut => 'X',
            ActionKind::Heal => 'H',
            ActionKind::Wipe => 'W',
            ActionKind::Drain => 'D',
            ActionKind::Salvage => 'U',
            ActionKind::Add => 'N',
        }
    }
}
