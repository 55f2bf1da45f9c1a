//! What can be done to the fake world.

use crate::sim::id::Pid;

/// One change from outside, of which actions are made. `cut` and `heal` are one-way; the session composes the two-way ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fault {
    /// Stops a process: its memory is gone, its disk stays, saves under way are lost.
    Kill(Pid),
    /// Boots a killed process from its disk, in a new life.
    Revive(Pid),
    /// Kills a process (if it lives) and empties its disk.
    Wipe(Pid),
    /// Asks a process to take part, and starts it if it does not run. What that means is the process's business.
    Join(Pid),
    /// Asks a process to leave in an orderly way, as an operating system does before it switches off. Nothing if it does not
    /// run.
    Leave(Pid),
    /// Tells a process to go on with what it has, though others may have had more. What that means is the process's business.
    /// Nothing if it does not run.
    Proceed(Pid),
    /// Stops a process without killing it, as a machine is paused: messages, timers and saves wait and come late.
    Freeze(Pid),
    /// Lets a frozen process go on; what waited arrives now, in order.
    Thaw(Pid),
    /// Multiplies the delay of every message a process sends or receives. 1 is normal speed; at most 1,000.
    Slow(Pid, u16),
    /// Messages from the first to the second are lost from now on, those under way too.
    Cut(Pid, Pid),
    /// Undoes `Cut` for this direction.
    Heal(Pid, Pid),
    /// Lets the clock of a process run fast (positive) or slow, in parts per million, within ±500,000.
    Drift(Pid, i32),
    /// Makes a process answer whatever it is asked with an error, at once, or lets it serve as usual again. What that means is the process's
    /// business; it dies with its life. Nothing if it does not run.
    Fail(Pid, bool),
}
