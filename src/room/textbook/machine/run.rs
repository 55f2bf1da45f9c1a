//! What each line does.

use super::document::Written;
use super::event::{Event, Printed, Saying, Taken};
use super::figures::LEASE;
use super::lock_machine::Machine;
use super::source::{Op, Variant};
use super::thread::{State, ThreadId};

impl Machine {
    /// Runs a thread's line.
    pub(super) fn run(&mut self, who: ThreadId) -> Event {
        let (variant, now) = (self.variant, self.now);
        let thread = self.of(who).clone();
        match thread.state {
            State::Asleep(_) => {
                self.of(who).state = State::Ready;
                self.pass(who);
                return Event::Woke(who);
            }
            State::Waiting(_) | State::Woken => return self.come_back(who, thread.state),
            State::Ready | State::Done | State::Dead | State::Refused | State::Raised => {}
        }
        match variant.line(thread.line).op {
            Op::Call(part) => {
                let to = self.of(who);
                (to.back, to.line) = (thread.line + 1, variant.start(part));
                return Event::Called(who, part);
            }
            Op::With if thread.leaving => return self.leave(who),
            Op::With => {
                self.mutex = Some(who);
                self.of(who).block = thread.line;
                self.of(who).line += 1;
                return Event::Took(who, Taken::AtWith);
            }
            Op::While => {
                let waits = match variant {
                    Variant::Textbook => self.mutex.is_some(),
                    Variant::Condition => self.held,
                    Variant::Lease | Variant::Token => now < self.ends,
                };
                self.of(who).line += if waits { 1 } else { 2 };
                return Event::Asked(who, waits);
            }
            Op::Sleep(span) => {
                self.of(who).state = State::Asleep(now + span);
                return Event::Slept(who, now + span);
            }
            Op::Wait => {
                self.mutex = None;
                self.waiters.push(who);
                let until = (variant != Variant::Condition).then_some(self.ends);
                self.of(who).state = State::Waiting(until);
                return Event::Waited(who);
            }
            Op::IfMine => {
                let mine = if variant == Variant::Token { thread.token == self.token } else { self.owner == Some(who) };
                if mine {
                    self.pass(who);
                } else {
                    self.end_block(who);
                }
                return Event::Mine(who, mine);
            }
            Op::Read | Op::Write if !self.document.admits(thread.token) => return self.refuse(who, thread.token),
            Op::Head
            | Op::SayWants
            | Op::SayHas
            | Op::SayFrees
            | Op::Hold
            | Op::Number
            | Op::Return
            | Op::Free
            | Op::Notify
            | Op::Read
            | Op::Write => {}
        }
        let event = self.plain(who, thread.copy);
        self.pass(who);
        event
    }

    /// A line after which the next one follows.
    fn plain(&mut self, who: ThreadId, copy: u8) -> Event {
        let (variant, token) = (self.variant, self.token);
        match variant.line(self.of(who).line).op {
            Op::SayWants => self.say(who, Saying::Wants),
            Op::SayHas => self.say(who, Saying::Has((variant == Variant::Token).then_some(token))),
            Op::SayFrees => self.say(who, Saying::Frees),
            Op::Hold => {
                (self.held, self.owner) = (true, Some(who));
                let leased = variant != Variant::Condition;
                if leased {
                    self.ends = self.now + LEASE;
                }
                Event::Held(who, leased.then_some(self.ends))
            }
            Op::Number => {
                self.token += 1;
                Event::Numbered(who, self.token)
            }
            Op::Return => {
                self.of(who).token = token;
                Event::Returned(who, token)
            }
            Op::Free => {
                self.held = false;
                match variant {
                    Variant::Textbook => self.mutex = None,
                    Variant::Condition => {}
                    Variant::Lease | Variant::Token => self.ends = self.now,
                }
                Event::Freed(who)
            }
            Op::Notify => {
                let first = (!self.waiters.is_empty()).then(|| self.waiters.remove(0));
                if let Some(first) = first {
                    self.of(first).state = State::Woken;
                }
                Event::Notified(who, first)
            }
            Op::Read => {
                let lines = self.document.lines();
                self.of(who).copy = lines;
                Event::Read(who, lines.count_ones() as u8)
            }
            Op::Write => {
                let token = self.of(who).token;
                let lost = self.document.write(who, token, copy);
                let of = |at: usize| 1 << (self.document.writes[at].who.0 - 1);
                Event::Wrote(who, (0..8).filter(|at| lost >> at & 1 == 1).fold(0, |all, at| all | of(at)))
            }
            Op::Head | Op::Call(_) | Op::With | Op::While | Op::Sleep(_) | Op::Wait | Op::IfMine => Event::Start,
        }
    }

    fn say(&mut self, who: ThreadId, saying: Saying) -> Event {
        self.output.push(Printed { who, saying });
        Event::Said(who, saying)
    }

    /// Back from waiting, with the mutex, to the question of the loop: somebody may have been quicker.
    fn come_back(&mut self, who: ThreadId, from: State) -> Event {
        self.waiters.retain(|one| *one != who);
        self.mutex = Some(who);
        let thread = self.of(who);
        thread.state = State::Ready;
        thread.line -= 1;
        Event::Took(who, if from == State::Woken { Taken::Woken } else { Taken::InVain })
    }

    /// To the line after this one: back to the loop's question behind its body, to the end of the block behind its last line.
    fn pass(&mut self, who: ThreadId) {
        let variant = self.variant;
        let thread = self.of(who);
        let looped = variant.line(thread.line - 1).op == Op::While;
        let last = variant.lines().get(usize::from(thread.line)).is_none_or(|next| next.op == Op::Head);
        match (looped, last) {
            (true, _) => thread.line -= 1,
            (false, false) => thread.line += 1,
            (false, true) => self.end_block(who),
        }
    }

    fn end_block(&mut self, who: ThreadId) {
        let thread = self.of(who);
        (thread.line, thread.leaving) = (thread.block, true);
    }

    /// Out of the `with` block and of the function: the mutex is given back, whoever has it.
    fn leave(&mut self, who: ThreadId) -> Event {
        let free = self.mutex.take().is_none();
        let end = self.variant.lines().len();
        let thread = self.of(who);
        (thread.block, thread.leaving) = (0, false);
        if free {
            thread.state = State::Raised;
            self.output.push(Printed { who, saying: Saying::Unlocked });
            return Event::Raised(who);
        }
        let done = usize::from(thread.back) > end;
        if done {
            thread.state = State::Done;
        } else {
            thread.line = thread.back;
        }
        Event::Left(who, done)
    }

    fn refuse(&mut self, who: ThreadId, token: u32) -> Event {
        let highest = self.document.highest;
        let writes = self.variant.line(self.of(who).line).op == Op::Write;
        if writes {
            self.document.writes.push(Written { who, token, lost: None, refused: true });
        }
        self.output.push(Printed { who, saying: Saying::TooLate(token, highest) });
        self.of(who).state = State::Refused;
        Event::Refused(who, token, highest)
    }
}
