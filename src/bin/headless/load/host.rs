//! A server: a queue and its workers.

use std::collections::BTreeMap;

use ringside::proto::balance::deadline::Deadline;
use ringside::proto::balance::prequal::Sensor;
use ringside::proto::balance::queue::{Offer, Server};
use ringside::sim::id::Pid;
use ringside::sim::process::{Ctx, Input};
use ringside::sim::time::{Span, Time};

use super::words::{Id, Msg, Timer, Verdict};
use super::world::Member;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Task {
    from: Pid,
    id: Id,
    came: Time,
    /// Requests in flight that it found here.
    found: u32,
}

/// A server.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Host {
    server: Server<Task>,
    running: BTreeMap<u64, Task>,
    begun: u64,
    sensor: Sensor,
}

impl Host {
    /// Without work.
    pub fn boot(ctx: &mut Ctx<'_, Member>) -> Host {
        if let Some(every) = ctx.env().report_every {
            // Servers were not started at one instant.
            let first = ctx.rng().between(Span::ZERO, every);
            ctx.arm(Timer::Report, first);
        }
        Host { server: Server::new(ctx.env().discipline), running: BTreeMap::new(), begun: 0, sensor: Sensor::default() }
    }

    /// Jobs that wait or are served.
    pub fn load(&self) -> u32 {
        self.server.load()
    }

    /// Handles one input.
    pub fn step(&mut self, input: Input<Member>, ctx: &mut Ctx<'_, Member>) {
        match input {
            Input::Message { from, msg: Msg::Ask { id, left, .. } } => self.ask(from, id, left, ctx),
            Input::Message { msg: Msg::Cancel(id), .. } => {
                self.server.cancel(|task| task.id == id);
            }
            Input::Message { from, msg: Msg::Probe } => {
                let load = self.load();
                ctx.send(from, Msg::Probed(load, self.sensor.latency(load)));
            }
            Input::Timer(Timer::Done(number)) => self.done(number, ctx),
            Input::Timer(Timer::Report) => {
                let load = self.load();
                ctx.env().all_balancers().for_each(|to| ctx.send(to, Msg::Report(load)));
                if let Some(every) = ctx.env().report_every {
                    ctx.arm(Timer::Report, every);
                }
            }
            Input::Message { .. } | Input::Timer(_) | Input::Stored(()) | Input::Signal(_) => {}
        }
    }

    fn ask(&mut self, from: Pid, id: Id, left: Span, ctx: &mut Ctx<'_, Member>) {
        let (now, env) = (ctx.now(), ctx.env());
        let (first, law, mean, slow, bad) = (env.backend(ctx.me()).0 == 0, env.work, env.mean, env.slow, env.bad_per_mille);
        if first && ctx.rng().per_mille(bad) {
            ctx.send(from, Msg::Answer { id, verdict: Verdict::Error });
            return;
        }
        let work = law.draw(mean, ctx.rng()).scale(if first { u64::from(slow) } else { 1 }, 1);
        let task = Task { from, id, came: now, found: self.load() };
        match self.server.offer(now, task.clone(), work, Some(Deadline::after(now, left).at())) {
            Offer::Begins => self.begin(task, work, ctx),
            Offer::Waits => {}
            Offer::Busy => ctx.send(from, Msg::Answer { id, verdict: Verdict::Busy }),
        }
    }

    fn begin(&mut self, task: Task, work: Span, ctx: &mut Ctx<'_, Member>) {
        self.running.insert(self.begun, task);
        ctx.arm(Timer::Done(self.begun), work);
        self.begun += 1;
    }

    fn done(&mut self, number: u64, ctx: &mut Ctx<'_, Member>) {
        let task = self.running.remove(&number).expect("what is done was begun");
        self.sensor.finished(task.found, ctx.now().since(task.came));
        ctx.send(task.from, Msg::Answer { id: task.id, verdict: Verdict::Ok });
        let mut shed = Vec::new();
        if let Some((next, work)) = self.server.done(ctx.now(), &mut shed) {
            self.begin(next, work, ctx);
        }
        for task in shed {
            ctx.send(task.from, Msg::Answer { id: task.id, verdict: Verdict::Busy });
        }
        assert_eq!(self.load(), self.server.waiting() + self.running.len() as u32, "a job is neither served nor waits");
    }
}
