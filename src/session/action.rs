//! What a hand can do, in ONE text grammar: links, attributes, keys, headless and lessons all use it. STUB.
use crate::cluster::NoEffect;
use crate::cluster::name::Name;

/// An action. Text: `kill C`, `revive C`, `wipe C`, `freeze c2`, `thaw c2`, `slow C 10`, `cut A B` (both ways), `cut A>B` (one way),
/// `heal A B`, `heal A>B`, `isolate C`, `heal C` (all links of C), `drift C 20000`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Action {
    /// `kill C`
    Kill(Name),
    /// `revive C`
    Revive(Name),
    /// `wipe C`
    Wipe(Name),
    /// `freeze C`
    Freeze(Name),
    /// `thaw C`
    Thaw(Name),
    /// `slow C 10`
    Slow(Name, u16),
    /// `drift C -20000`
    Drift(Name, i32),
    /// `cut A B`
    Cut(Name, Name),
    /// `heal A B`
    Heal(Name, Name),
    /// `cut A>B`
    CutOneWay(Name, Name),
    /// `heal A>B`
    HealOneWay(Name, Name),
    /// `isolate C`
    Isolate(Name),
    /// `heal C`
    Rejoin(Name),
}

/// Why an action cannot be carried out now. Nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No such process in this run.
    Nobody(Name),
    /// It would change nothing.
    NoEffect(Name, NoEffect),
    /// Both ends are the same process.
    SameTwice(Name),
    /// The list of actions is full (the limit).
    TooMany(usize),
}
