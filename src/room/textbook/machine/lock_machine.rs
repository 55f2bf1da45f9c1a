//! The machine: five threads, a mutex, a condition, the lock built of them, a document, and the printed output. Who goes next is
//! chosen elsewhere: [`Machine::choices`] says who can, [`Machine::take`] lets one go.

use crate::sim::time::Time;

use super::document::Document;
use super::event::{Action, Choice, Event, Had, Printed, Refusal};
use super::figures::THREADS;
use super::source::Variant;
use super::thread::{Doing, State, Thread, ThreadId};

/// All there is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Machine {
    pub(super) variant: Variant,
    pub(super) now: Time,
    pub(super) threads: Vec<Thread>,
    pub(super) mutex: Option<ThreadId>,
    pub(super) waiters: Vec<ThreadId>,
    pub(super) held: bool,
    pub(super) owner: Option<ThreadId>,
    pub(super) ends: Time,
    pub(super) token: u32,
    pub(super) document: Document,
    pub(super) output: Vec<Printed>,
    event: Event,
    ran: Option<u8>,
}

impl Machine {
    /// So many threads, 1..=[`THREADS`], all about to ask for the lock.
    pub fn new(variant: Variant, threads: u8) -> Machine {
        assert!((1..=THREADS).contains(&threads), "{threads} threads, of 1 to {THREADS}");
        Machine {
            variant,
            now: Time::ZERO,
            threads: (0..threads).map(|_| Thread::new(variant)).collect(),
            mutex: None,
            waiters: Vec::new(),
            held: false,
            owner: None,
            ends: Time::ZERO,
            token: 0,
            document: Document::default(),
            output: Vec::new(),
            event: Event::Start,
            ran: None,
        }
    }

    /// Which listing it runs.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// Simulated time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// All threads, by number.
    pub fn threads(&self) -> impl Iterator<Item = (ThreadId, &Thread)> {
        self.threads.iter().enumerate().map(|(at, thread)| (ThreadId(at as u8 + 1), thread))
    }

    /// One thread.
    pub fn thread(&self, who: ThreadId) -> Option<&Thread> {
        self.threads.get(usize::from(who.0).checked_sub(1)?)
    }

    /// What a thread is doing. There is no thread: it is done.
    pub fn doing(&self, who: ThreadId) -> Doing {
        self.thread(who).map_or(Doing::Done, |thread| thread.doing(self.variant, self.mutex.is_none()))
    }

    /// Who has the mutex.
    pub fn mutex(&self) -> Option<ThreadId> {
        self.mutex
    }

    /// Who waits for a sign, longest first. One whose time-out is over still stands here until it runs.
    pub fn waiters(&self) -> &[ThreadId] {
        &self.waiters
    }

    /// Who has the lock: it made it its own last, has not freed it, and its lease, if there are leases, is not over. The textbook's
    /// lock has no such.
    pub fn holder(&self) -> Option<ThreadId> {
        self.owner.filter(|_| self.held && (!self.is_leased() || self.now < self.ends))
    }

    fn is_leased(&self) -> bool {
        matches!(self.variant, Variant::Lease | Variant::Token)
    }

    /// Whether a lease was ever given.
    pub fn was_leased(&self) -> bool {
        self.is_leased() && self.owner.is_some()
    }

    /// When the lease ends, or ended.
    pub fn ends(&self) -> Time {
        self.ends
    }

    /// Grants so far: the last number given.
    pub fn token(&self) -> u32 {
        self.token
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// What was printed.
    pub fn output(&self) -> &[Printed] {
        &self.output
    }

    /// What the last step did.
    pub fn event(&self) -> Event {
        self.event
    }

    /// The line that the last step ran; `None` if none did: the clock went on, or it was an action.
    pub fn ran(&self) -> Option<u8> {
        self.ran
    }

    /// Whether a thread works under a lease that is over, or was given to another since.
    pub fn is_late(&self, who: ThreadId) -> bool {
        let doing = self.doing(who);
        self.is_leased() && (doing.is_work() || doing == Doing::Returns) && (self.owner != Some(who) || self.now >= self.ends)
    }

    /// What decides all that is to come: no output, no last step, and time counted from now. Two machines of one essence go on alike.
    pub fn essence(&self) -> Machine {
        let after = |at: Time| Time::ZERO + at.since(self.now);
        let mut bare = self.clone();
        for thread in &mut bare.threads {
            thread.state = match thread.state {
                State::Asleep(until) => State::Asleep(after(until)),
                State::Waiting(until) => State::Waiting(until.map(after)),
                State::Ready | State::Woken | State::Done | State::Dead | State::Refused | State::Raised => thread.state,
            };
        }
        (bare.now, bare.ends, bare.event, bare.ran) = (Time::ZERO, after(self.ends), Event::Start, None);
        bare.output.clear();
        bare
    }

    /// What can happen next: one of the threads that can run, or else the clock. Empty: all have ended, or nobody ever goes on
    /// unless an action thaws somebody.
    pub fn choices(&self) -> Vec<Choice> {
        let ready: Vec<Choice> = self.threads().filter(|(_, thread)| self.can_run(thread)).map(|(who, _)| Choice::Run(who)).collect();
        if !ready.is_empty() {
            return ready;
        }
        let later = self.threads.iter().filter(|thread| !thread.frozen).filter_map(Thread::deadline).filter(|at| *at > self.now);
        later.min().map(Choice::Clock).into_iter().collect()
    }

    fn can_run(&self, thread: &Thread) -> bool {
        let free = self.mutex.is_none();
        let awake = match thread.state {
            State::Ready => free || !thread.is_before(self.variant),
            State::Asleep(until) => until <= self.now,
            State::Waiting(until) => free && until.is_some_and(|until| until <= self.now),
            State::Woken => free,
            State::Done | State::Dead | State::Refused | State::Raised => false,
        };
        awake && !thread.frozen
    }

    /// Lets it happen. Only what [`Machine::choices`] offers can.
    pub fn take(&mut self, choice: Choice) {
        assert!(self.choices().contains(&choice), "a choice that cannot happen now");
        self.ran = match choice {
            Choice::Run(who) => self.thread(who).map(|thread| thread.line),
            Choice::Clock(_) => None,
        };
        self.event = match choice {
            Choice::Run(who) => self.run(who),
            Choice::Clock(to) => {
                self.now = to;
                Event::Clock(to)
            }
        };
    }

    /// Whether this action can be carried out. `Some` says why not.
    pub fn refusal(&self, action: Action) -> Option<Refusal> {
        let Some(thread) = self.thread(action.who()) else { return Some(Refusal::Nobody) };
        if thread.state.is_over() {
            return Some(Refusal::Over);
        }
        match action {
            Action::Kill(_) => None,
            Action::Freeze(_) => thread.frozen.then_some(Refusal::Frozen),
            Action::Thaw(_) => (!thread.frozen).then_some(Refusal::Awake),
        }
    }

    /// Carries out an action.
    ///
    /// # Errors
    /// Why it cannot be done; nothing has changed then.
    pub fn act(&mut self, action: Action) -> Result<(), Refusal> {
        if let Some(why) = self.refusal(action) {
            return Err(why);
        }
        self.ran = None;
        self.event = match action {
            Action::Kill(who) => {
                let woken = self.thread(who).is_some_and(|thread| thread.state == State::Woken);
                let had = match self.mutex.take_if(|owner| *owner == who) {
                    Some(_) => Had::Mutex,
                    None if woken => Had::Sign,
                    None => Had::Nothing,
                };
                self.waiters.retain(|one| *one != who);
                let thread = self.of(who);
                thread.state = State::Dead;
                thread.frozen = false;
                Event::Killed(who, had)
            }
            Action::Freeze(who) => {
                self.of(who).frozen = true;
                Event::Frozen(who)
            }
            Action::Thaw(who) => {
                self.of(who).frozen = false;
                Event::Thawed(who)
            }
        };
        Ok(())
    }

    pub(super) fn of(&mut self, who: ThreadId) -> &mut Thread {
        &mut self.threads[usize::from(who.0) - 1]
    }
}
