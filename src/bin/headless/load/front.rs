//! A balancer: the machines of `proto::balance`, and a book of what is under way.

use std::collections::BTreeMap;

use ringside::proto::balance::Backend;
use ringside::proto::balance::deadline::Deadline;
use ringside::proto::balance::health::Outliers;
use ringside::proto::balance::hedge::{Answer, Copies, HedgeConfig};
use ringside::proto::balance::policy::Balancer;
use ringside::sim::process::{Ctx, Input};
use ringside::sim::time::{Span, Time};

use super::words::{Id, Msg, Note, Timer, Verdict};
use super::world::Member;

/// How often another server is looked for before a second copy is dropped.
const DRAWS: usize = 8;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Asked {
    key: u64,
    deadline: Deadline,
    copies: Copies,
    sent: Vec<(Backend, Time)>,
    /// The number of its timer.
    serial: u32,
}

/// A balancer.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Front {
    balancer: Balancer,
    outliers: Option<Outliers>,
    asked: BTreeMap<Id, Asked>,
    hedges: BTreeMap<u32, Id>,
    serial: u32,
}

impl Front {
    /// Nothing is under way.
    pub fn boot(ctx: &mut Ctx<'_, Member>) -> Front {
        let (now, env) = (ctx.now(), ctx.env());
        let weights: Vec<u16> = (0..env.servers).map(|i| if i == 0 { 1 } else { env.slow }).collect();
        let balancer = Balancer::new(env.policy, env.counts, &weights);
        let outliers = env.health.map(|config| Outliers::new(config, env.servers, now));
        if let Some(health) = env.health {
            ctx.arm(Timer::Sweep, health.interval);
        }
        Front { balancer, outliers, asked: BTreeMap::new(), hedges: BTreeMap::new(), serial: 0 }
    }

    /// Its requests in flight, by the balancer's counts and by the book.
    pub fn in_flight(&self) -> (u32, usize) {
        (self.balancer.in_flight(), self.asked.values().map(|asked| asked.copies.out().len()).sum())
    }

    /// Handles one input.
    pub fn step(&mut self, input: Input<Member>, ctx: &mut Ctx<'_, Member>) {
        match input {
            Input::Message { msg: Msg::Ask { id, key, left }, .. } => self.ask(id, key, left, ctx),
            Input::Message { from, msg: Msg::Answer { id, verdict } } => {
                let backend = ctx.env().backend(from);
                self.answered(id, backend, verdict, ctx);
            }
            Input::Message { msg: Msg::Forget(id), .. } => self.forget(id, ctx),
            Input::Message { from, msg: Msg::Probed(in_flight, latency) } => {
                let (now, backend) = (ctx.now(), ctx.env().backend(from));
                self.balancer.probed(now, backend, in_flight, latency, ctx.rng());
            }
            Input::Message { from, msg: Msg::Report(load) } => self.balancer.reported(ctx.env().backend(from), load),
            Input::Timer(Timer::Hedge(serial)) => self.hedge(serial, ctx),
            Input::Timer(Timer::Sweep) => {
                if let Some((outliers, health)) = self.outliers.as_mut().zip(ctx.env().health) {
                    outliers.sweep(ctx.now());
                    ctx.arm(Timer::Sweep, health.interval);
                }
            }
            Input::Message { .. } | Input::Timer(_) | Input::Stored(()) | Input::Signal(_) => {}
        }
    }

    fn choose(&mut self, key: u64, ctx: &mut Ctx<'_, Member>) -> Option<Backend> {
        let now = ctx.now();
        if let Some(outliers) = &self.outliers {
            for backend in (0..ctx.env().servers).map(Backend) {
                self.balancer.set_share(backend, outliers.share(backend, now));
            }
        }
        self.balancer.choose(now, key, ctx.rng())
    }

    fn send(&mut self, id: Id, key: u64, left: Span, backend: Backend, ctx: &mut Ctx<'_, Member>) {
        self.balancer.sent(backend);
        if let Some(outliers) = &mut self.outliers {
            outliers.sent(backend, ctx.now());
        }
        ctx.send(ctx.env().server(backend), Msg::Ask { id, key, left });
        for probed in self.balancer.probes(ctx.rng()) {
            ctx.send(ctx.env().server(probed), Msg::Probe);
        }
    }

    fn ask(&mut self, id: Id, key: u64, left: Span, ctx: &mut Ctx<'_, Member>) {
        let Some(backend) = self.choose(key, ctx) else {
            ctx.send(id.0, Msg::Answer { id, verdict: Verdict::Busy });
            return;
        };
        let (now, serial) = (ctx.now(), self.serial);
        self.serial += 1;
        self.asked.insert(
            id,
            Asked { key, deadline: Deadline::after(now, left), copies: Copies::new(now, backend), sent: vec![(backend, now)], serial },
        );
        self.send(id, key, left, backend, ctx);
        if let Some(after) = ctx.env().hedge {
            self.hedges.insert(serial, id);
            ctx.arm(Timer::Hedge(serial), after);
        }
    }

    fn hedge(&mut self, serial: u32, ctx: &mut Ctx<'_, Member>) {
        let (Some(id), Some(after)) = (self.hedges.remove(&serial), ctx.env().hedge) else { return };
        let config = HedgeConfig { after, copies_max: 2, tied: false };
        let Some(asked) = self.asked.get(&id).filter(|asked| asked.copies.due(config).is_some()) else { return };
        let (key, first, left) = (asked.key, asked.sent[0].0, asked.deadline.left(ctx.now()));
        let Some(left) = left else { return };
        let Some(other) = (0..DRAWS).find_map(|_| self.choose(key, ctx).filter(|&it| it != first)) else { return };
        let asked = self.asked.get_mut(&id).expect("it was there a moment ago");
        asked.copies.hedge(ctx.now(), other);
        asked.sent.push((other, ctx.now()));
        self.send(id, key, left, other, ctx);
        ctx.note(Note::Hedged);
    }

    fn answered(&mut self, id: Id, backend: Backend, verdict: Verdict, ctx: &mut Ctx<'_, Member>) {
        // Of what was forgotten no answer is waited for.
        let Some(asked) = self.asked.get_mut(&id).filter(|asked| asked.copies.out().contains(&backend)) else { return };
        let now = ctx.now();
        let ok = verdict == Verdict::Ok;
        let sent = asked.sent.iter().find(|it| it.0 == backend).expect("who answers was asked").1;
        let answer = asked.copies.answered(backend, ok);
        self.balancer.answered(now, backend, now.since(sent));
        if let Some(outliers) = &mut self.outliers {
            outliers.answered(backend, now, ok);
        }
        match answer {
            Answer::First(others) => {
                for other in others {
                    ctx.send(ctx.env().server(other), Msg::Cancel(id));
                    self.let_go(id, other, false, ctx);
                }
            }
            Answer::Failed => {}
            Answer::Wait | Answer::Late => return,
        }
        self.close(id, ctx);
        ctx.send(id.0, Msg::Answer { id, verdict });
    }

    /// A client waits no longer. The server is not told: it works in vain, as most do.
    fn forget(&mut self, id: Id, ctx: &mut Ctx<'_, Member>) {
        let Some(asked) = self.asked.get_mut(&id) else { return };
        for backend in asked.copies.gave_up() {
            self.let_go(id, backend, true, ctx);
        }
        self.close(id, ctx);
    }

    /// A copy is given up. That is a server's fault unless another was merely faster; one on trial has failed in any case.
    fn let_go(&mut self, id: Id, backend: Backend, fault: bool, ctx: &mut Ctx<'_, Member>) {
        let now = ctx.now();
        let sent = self.asked[&id].sent.iter().find(|it| it.0 == backend).expect("what is given up was sent").1;
        self.balancer.gave_up(now, backend, now.since(sent));
        if let Some(outliers) = &mut self.outliers
            && (fault || outliers.is_out(backend))
        {
            outliers.answered(backend, now, false);
        }
    }

    fn close(&mut self, id: Id, ctx: &mut Ctx<'_, Member>) {
        let asked = self.asked.remove(&id).expect("it is closed once");
        if self.hedges.remove(&asked.serial).is_some() {
            ctx.disarm(Timer::Hedge(asked.serial));
        }
    }
}
