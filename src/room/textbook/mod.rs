//! The textbook's lock as a lesson: a run of [`crate::room::textbook::machine`] that goes forwards and backwards. Everything to be seen
//! is a function of (variant, seed, actions, step), and so is the lesson's link.

pub mod catalogue;
pub mod link;
pub mod machine;
pub mod words;
mod words_en;
mod words_zh;

use crate::room::textbook::machine::{Action, Doing, Machine, Refusal, THREADS, ThreadId, Variant};
use crate::sim::rng::{Rng, Stream};

/// The most steps of a run: the textbook's threads go round for ever, and somebody has to end it.
pub const STEPS_MAX: u32 = 2_000;
/// The most actions in a run, so that its link stays short enough to send.
pub const ACTIONS_MAX: usize = 24;
/// The largest seed.
pub const SEED_MAX: u32 = 999_999;

/// Why a run does not go on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stop {
    /// All threads have ended.
    Over,
    /// Threads are left, and none of them will ever go on.
    Stuck,
    /// None goes on unless an action thaws one that then can.
    Frozen,
    /// [`STEPS_MAX`] steps are done.
    Limit,
}

impl Stop {
    /// Its name in attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Stop::Over => "over",
            Stop::Stuck => "stuck",
            Stop::Frozen => "frozen",
            Stop::Limit => "limit",
        }
    }
}

/// Why an action was not carried out. Nothing has changed then.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoAction {
    /// It can do nothing to this thread now.
    Refused(Refusal),
    /// There are [`ACTIONS_MAX`] actions or [`STEPS_MAX`] steps.
    Full,
}

/// What happens to whoever has the lock, in a ready run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Story {
    /// It dies between its read and its write.
    Dies,
    /// It is frozen there, until another has read or nobody goes on any more.
    Sleeps,
}

impl Story {
    /// Both.
    pub const ALL: [Story; 2] = [Story::Dies, Story::Sleeps];

    /// Its name in attributes.
    pub const fn word(self) -> &'static str {
        match self {
            Story::Dies => "dies",
            Story::Sleeps => "sleeps",
        }
    }
}

/// A run, at one of its steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lesson {
    seed: u32,
    /// In order: how many steps were done before, and what was done then, a step of its own.
    actions: Vec<(u32, Action)>,
    step: u32,
    machine: Machine,
    turns: Rng,
}

impl Default for Lesson {
    fn default() -> Lesson {
        Lesson::new(Variant::Textbook, 1)
    }
}

impl Lesson {
    /// A run at its beginning, without any action.
    pub fn new(variant: Variant, seed: u32) -> Lesson {
        let turns = Rng::stream(seed.into(), Stream::Turn);
        Lesson { seed, actions: Vec::new(), step: 0, machine: Machine::new(variant, THREADS), turns }
    }

    /// A ready run, just after its first accident; the rest of it lies ahead.
    pub fn story(variant: Variant, seed: u32, story: Story) -> Lesson {
        let mut lesson = Lesson::new(variant, seed);
        // The textbook's holder is the one that loops; it never gets to work.
        let holds = |doing| matches!(doing, Doing::Works | Doing::Loops);
        let mut holder = None;
        while holder.is_none() && lesson.forward() {
            holder = lesson.find(|_, doing| holds(doing));
        }
        let Some(holder) = holder else { return lesson };
        let told = match story {
            Story::Dies => lesson.act(Action::Kill(holder)),
            Story::Sleeps => lesson.act(Action::Freeze(holder)),
        };
        assert!(told.is_ok(), "the holder lives, and nothing was done before");
        let first = lesson.step;
        if story == Story::Sleeps {
            let taken = |lesson: &Lesson| lesson.find(|who, doing| who != holder && holds(doing)).is_some();
            while !taken(&lesson) && lesson.forward() {}
            assert!(lesson.act(Action::Thaw(holder)).is_ok(), "it is frozen, and one action was done before");
        }
        lesson.go(first);
        lesson
    }

    /// The first thread of which this is true.
    fn find(&self, is: impl Fn(ThreadId, Doing) -> bool) -> Option<ThreadId> {
        let all = self.machine.threads().map(|(who, _)| who);
        all.into_iter().find(|who| is(*who, self.machine.doing(*who)))
    }

    /// The seed, 0..=[`SEED_MAX`].
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// Which listing runs.
    pub fn variant(&self) -> Variant {
        self.machine.variant()
    }

    /// Steps done, 0..=[`STEPS_MAX`].
    pub fn step(&self) -> u32 {
        self.step
    }

    /// All actions, those ahead too.
    pub fn actions(&self) -> &[(u32, Action)] {
        &self.actions
    }

    /// What there is at this step.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Why it does not go on, if it does not.
    pub fn stop(&self) -> Option<Stop> {
        if self.step >= STEPS_MAX {
            return Some(Stop::Limit);
        }
        if self.next_action().is_some() || !self.machine.choices().is_empty() {
            return None;
        }
        let mut left = self.machine.threads().filter(|(_, thread)| !thread.state.is_over()).peekable();
        if left.peek().is_none() {
            return Some(Stop::Over);
        }
        let goes_on = |who| {
            let mut thawed = self.machine.clone();
            thawed.act(Action::Thaw(who)).is_ok() && !thawed.choices().is_empty()
        };
        Some(if left.any(|(who, _)| goes_on(who)) { Stop::Frozen } else { Stop::Stuck })
    }

    fn next_action(&self) -> Option<Action> {
        self.actions.iter().find(|(at, _)| *at == self.step).map(|(_, action)| *action)
    }

    /// One step on. False: [`Lesson::stop`] says why not.
    pub fn forward(&mut self) -> bool {
        if self.stop().is_some() {
            return false;
        }
        if let Some(action) = self.next_action() {
            assert!(self.machine.act(action).is_ok(), "the action at step {} was possible before", self.step);
        } else {
            let choices = self.machine.choices();
            // One draw a step, whoever can run.
            let drawn = self.turns.below(choices.len() as u32);
            self.machine.take(choices[drawn as usize]);
        }
        self.step += 1;
        true
    }

    /// On to the next step that shows outside, or as far as it goes. False: it goes nowhere.
    pub fn to_fact(&mut self) -> bool {
        let from = self.step;
        while self.forward() && !self.machine.event().is_fact(self.variant()) {}
        self.step > from
    }

    /// To a step, or as far as it goes. Backwards is forwards from the beginning.
    pub fn go(&mut self, to: u32) {
        if to < self.step {
            let begin = Lesson::new(self.variant(), self.seed);
            (self.step, self.machine, self.turns) = (begin.step, begin.machine, begin.turns);
        }
        while self.step < to && self.forward() {}
    }

    /// One step back. False: it stands at the beginning.
    pub fn back(&mut self) -> bool {
        let any = self.step > 0;
        self.go(self.step.saturating_sub(1));
        any
    }

    /// Why an action cannot be carried out now, if so.
    pub fn refusal(&self, action: Action) -> Option<NoAction> {
        let before = self.actions.iter().filter(|(at, _)| *at < self.step).count();
        if before >= ACTIONS_MAX || self.step >= STEPS_MAX {
            return Some(NoAction::Full);
        }
        self.machine.refusal(action).map(NoAction::Refused)
    }

    /// Carries out an action: the next step. What was to be done later in this run is forgotten.
    ///
    /// # Errors
    /// Why it cannot be done; nothing has changed then.
    pub fn act(&mut self, action: Action) -> Result<(), NoAction> {
        if let Some(why) = self.refusal(action) {
            return Err(why);
        }
        self.actions.retain(|(at, _)| *at < self.step);
        self.actions.push((self.step, action));
        self.forward();
        Ok(())
    }
}
