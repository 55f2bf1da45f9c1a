//! What can be done to a process, as the page offers it.

/// What a hand can do to a process, as the page's buttons name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
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
    /// Let another node join, or take back the selected one.
    Add,
}

impl Verb {
    /// All of them, in the order of the page.
    pub const ALL: [Verb; 12] = [
        Verb::Kill,
        Verb::Revive,
        Verb::Freeze,
        Verb::Thaw,
        Verb::Slow,
        Verb::Isolate,
        Verb::Cut,
        Verb::Heal,
        Verb::Wipe,
        Verb::Drain,
        Verb::Salvage,
        Verb::Add,
    ];

    /// The key that does it.
    pub const fn key(self) -> char {
        match self {
            Verb::Kill => 'K',
            Verb::Revive => 'R',
            Verb::Freeze => 'F',
            Verb::Thaw => 'T',
            Verb::Slow => 'S',
            Verb::Isolate => 'I',
            Verb::Cut => 'X',
            Verb::Heal => 'H',
            Verb::Wipe => 'W',
            Verb::Drain => 'D',
            Verb::Salvage => 'U',
            Verb::Add => 'N',
        }
    }
}
