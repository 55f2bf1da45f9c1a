//! What a fault does to a world.

use std::rc::Rc;

use crate::sim::fault::Fault;
use crate::sim::id::{Pid, Seq};
use crate::sim::journal::{Record, What};
use crate::sim::pages::Pages;
use crate::sim::process::{Note, Process, Signal};
use crate::sim::world::{Armed, Event, Happening, World};

impl<P: Process> World<P> {
    /// Carries out a fault now. One that would change nothing changes nothing, and is recorded all the same.
    pub fn inject(&mut self, fault: Fault, out: &mut Vec<Record<Note<P>>>) {
        let (Fault::Kill(who)
        | Fault::Revive(who)
        | Fault::Wipe(who)
        | Fault::Join(who)
        | Fault::Leave(who)
        | Fault::Proceed(who)
        | Fault::Freeze(who)
        | Fault::Thaw(who)
        | Fault::Slow(who, _)
        | Fault::Cut(who, _)
        | Fault::Heal(who, _)
        | Fault::Drift(who, _)
        | Fault::Fail(who, _)) = fault;
        let cause = Some(self.record(who, None, What::Fault(fault), out));
        match fault {
            Fault::Kill(pid) => self.kill(pid),
            Fault::Revive(pid) => {
                if self.slots[pid.index()].up.is_none() {
                    self.start(pid, cause, out);
                }
            }
            Fault::Wipe(pid) => {
                self.kill(pid);
                self.slots[pid.index()].disk = Rc::default();
            }
            Fault::Join(pid) => {
                if self.slots[pid.index()].up.is_none() {
                    self.start(pid, cause, out);
                }
                self.signal(pid, cause, Signal::Join);
            }
            Fault::Leave(pid) => self.signal(pid, cause, Signal::Leave),
            Fault::Proceed(pid) => self.signal(pid, cause, Signal::Proceed),
            Fault::Freeze(pid) => {
                let slot = &mut self.slots[pid.index()];
                slot.frozen = slot.up.is_some();
            }
            Fault::Thaw(pid) => self.thaw(pid),
            Fault::Slow(pid, factor) => self.net.set_slow(pid, factor),
            Fault::Cut(from, to) => self.net.set_cut(from, to, true),
            Fault::Heal(from, to) => self.net.set_cut(from, to, false),
            Fault::Fail(pid, on) => self.signal(pid, cause, Signal::Fail(on)),
            Fault::Drift(pid, ppm) => self.set_drift(pid, ppm.clamp(-500_000, 500_000)),
        }
    }

    fn signal(&mut self, pid: Pid, cause: Option<Seq>, signal: Signal) {
        let event = Event { to: pid, boot: self.slots[pid.index()].boot, cause, what: Happening::Signal(signal) };
        self.schedule(self.now, event);
    }

    fn kill(&mut self, pid: Pid) {
        let slot = &mut self.slots[pid.index()];
        slot.up = None;
        slot.frozen = false;
        slot.held = Pages::default();
        for armed in std::mem::take(&mut slot.timers).values() {
            self.queue.remove(armed.key);
        }
        // Saves under way are lost with the process; they need not wait in the queue.
        self.queue.retain(|event| !(event.to == pid && matches!(event.what, Happening::Saved { .. })));
    }

    fn thaw(&mut self, pid: Pid) {
        let slot = &mut self.slots[pid.index()];
        slot.frozen = false;
        for (_, event) in std::mem::take(&mut slot.held).iter() {
            let event = event.clone();
            let timer = match event.what {
                Happening::Timer(timer) => Some(timer),
                Happening::Message { .. } | Happening::Saved { .. } | Happening::Signal(_) => None,
            };
            let key = self.schedule(self.now, event);
            if let Some(timer) = timer {
                let slot = &mut self.slots[pid.index()];
                slot.timers.insert(timer, Armed { key, due: slot.clock.read(self.now) });
            }
        }
    }

    /// A clock changes its rate, and its timers with it: each is due at an instant of that clock, which has another true time
    /// now. Among events of one instant a timer keeps the place that it had when it was armed.
    fn set_drift(&mut self, pid: Pid, ppm: i32) {
        let slot = &mut self.slots[pid.index()];
        slot.clock.set_drift(self.now, ppm);
        let local = slot.clock.read(self.now);
        for (_, armed) in slot.timers.iter_mut() {
            // One that is held by a frozen process is not in the queue any more: it has fired, and waits.
            let Some(event) = self.queue.remove(armed.key) else { continue };
            armed.key.0 = self.now + slot.clock.true_span(armed.due.since(local));
            self.queue.add(armed.key, event);
        }
    }
}
