//! What a protocol is to the world: a state machine that gets inputs and asks for effects. Handlers ask, the world acts.

use std::fmt::Debug;
use std::hash::Hash;

use crate::sim::id::{Boot, Pid};
use crate::sim::rng::Rng;
use crate::sim::time::{Span, Time};

/// The vocabulary of a protocol: everything that is said, asked for, noted and written.
pub trait Protocol: Clone + Eq + Hash + Debug {
    /// What processes say to each other. The network may delay, lose, duplicate and reorder it; it never alters it.
    type Msg: Clone + Eq + Hash + Debug;
    /// Names of timers: arming one again replaces it.
    type Timer: Copy + Ord + Hash + Debug;
    /// Names of saves, given back when the save is done.
    type Ticket: Clone + Eq + Hash + Debug;
    /// Facts worth showing.
    type Note: Clone + Eq + Debug;
    /// One atomic change of a disk.
    type Change: Clone + Eq + Hash + Debug;
    /// What every process of the run may read and none may change: the configuration.
    type Env: Clone + Eq + Debug;
}

/// A process that can crash.
pub trait Process: Clone + Eq + Hash + Debug {
    /// The vocabulary it speaks. It lies below the processes, so that handlers need to know nothing of each other.
    type Protocol: Protocol;
    /// All that survives a crash.
    type Disk: Clone + Eq + Hash + Default + Debug;

    /// A new life from what the disk holds.
    fn boot(disk: &Self::Disk, ctx: &mut Ctx<'_, Self::Protocol>) -> Self;
    /// Handles one input.
    fn step(&mut self, input: Input<Self::Protocol>, ctx: &mut Ctx<'_, Self::Protocol>);
    /// Carries out a change that has reached the disk.
    fn save(disk: &mut Self::Disk, change: &Change<Self>, env: &Env<Self>);
}

/// What processes of this kind say to each other.
pub type Msg<P> = <<P as Process>::Protocol as Protocol>::Msg;
/// The facts they note.
pub type Note<P> = <<P as Process>::Protocol as Protocol>::Note;
/// The changes of their disks.
pub type Change<P> = <<P as Process>::Protocol as Protocol>::Change;
/// What they may read and not change.
pub type Env<P> = <<P as Process>::Protocol as Protocol>::Env;

/// What happens to a process.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Input<P: Protocol> {
    /// A message arrives.
    Message {
        /// From whom.
        from: Pid,
        /// What it says.
        msg: P::Msg,
    },
    /// A timer fires.
    Timer(P::Timer),
    /// A save is done: what it asked for now survives a crash.
    Stored(P::Ticket),
    /// Its operator wishes something.
    Signal(Signal),
}

/// What an operator can ask of a process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Signal {
    /// To take part.
    Join,
    /// To leave in an orderly way.
    Leave,
    /// To go on with what it has.
    Proceed,
    /// To fail whatever it is asked for, or to serve as usual again.
    Fail(bool),
}

/// What a handler asks for. Carried out in the order of asking, after the handler has returned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect<P: Protocol> {
    /// To send a message.
    Send {
        /// To whom.
        to: Pid,
        /// What it says.
        msg: P::Msg,
    },
    /// To be woken after a span of its own clock.
    Arm {
        /// Which timer; an armed one of this name is replaced.
        timer: P::Timer,
        /// After how long.
        after: Span,
    },
    /// To forget a timer.
    Disarm(P::Timer),
    /// To change the disk. Saves of one process finish in the order of asking; a crash before that loses them.
    Save {
        /// What to change.
        change: P::Change,
        /// What `Stored` will give back.
        ticket: P::Ticket,
    },
    /// To note a fact. Later effects of the same handler have it as their cause.
    Note(P::Note),
    /// To note a fact about something that several processes learn, unless one has noted it before.
    NoteOnce {
        /// What it is about: the group and the number within it, which only grows.
        of: (u32, u32),
        /// The fact.
        note: P::Note,
    },
}

/// All that a handler sees of the world, and all it can ask of it.
#[derive(Debug)]
pub struct Ctx<'a, P: Protocol> {
    pub(in crate::sim) me: Pid,
    pub(in crate::sim) boot: Boot,
    pub(in crate::sim) now: Time,
    pub(in crate::sim) env: &'a P::Env,
    pub(in crate::sim) rng: &'a mut Rng,
    pub(in crate::sim) effects: &'a mut Vec<Effect<P>>,
}

impl<'a, P: Protocol> Ctx<'a, P> {
    /// For a handler that runs outside a world: whoever calls it says who and when it is, and carries out the effects. An
    /// exhaustive search does so, since it chooses itself what a world draws. `now` is what the process's own clock shows.
    pub fn outside(me: Pid, boot: Boot, now: Time, env: &'a P::Env, rng: &'a mut Rng, effects: &'a mut Vec<Effect<P>>) -> Ctx<'a, P> {
        Ctx { me, boot, now, env, rng, effects }
    }
    /// Who I am.
    pub fn me(&self) -> Pid {
        self.me
    }
    /// Which life this is (kept by whatever starts the process, as a supervisor would).
    pub fn boot(&self) -> Boot {
        self.boot
    }
    /// Now, by my own clock.
    pub fn now(&self) -> Time {
        self.now
    }
    /// The configuration.
    pub fn env(&self) -> &'a P::Env {
        self.env
    }
    /// My own stream of random choices.
    pub fn rng(&mut self) -> &mut Rng {
        self.rng
    }
    /// Asks to send a message.
    pub fn send(&mut self, to: Pid, msg: P::Msg) {
        self.effects.push(Effect::Send { to, msg });
    }
    /// Asks to be woken.
    pub fn arm(&mut self, timer: P::Timer, after: Span) {
        self.effects.push(Effect::Arm { timer, after });
    }
    /// Asks to forget a timer.
    pub fn disarm(&mut self, timer: P::Timer) {
        self.effects.push(Effect::Disarm(timer));
    }
    /// Asks to change the disk.
    pub fn save(&mut self, change: P::Change, ticket: P::Ticket) {
        self.effects.push(Effect::Save { change, ticket });
    }
    /// Notes a fact.
    pub fn note(&mut self, note: impl Into<P::Note>) {
        self.effects.push(Effect::Note(note.into()));
    }
    /// Notes a fact about entry `of` (group, number) of something replicated, unless another handler has told that entry's
    /// facts, or a later one's of the group, before. Only the reader is spared the repetition: no process learns of it.
    pub fn note_once(&mut self, of: (u32, u32), note: impl Into<P::Note>) {
        self.effects.push(Effect::NoteOnce { of, note: note.into() });
    }
}
