//! A client: requests come to it at random, and it sees each through.

use std::collections::BTreeMap;

use ringside::proto::balance::backoff::Waits;
use ringside::proto::balance::budget::Budget;
use ringside::proto::balance::work::Work;
use ringside::sim::process::{Ctx, Input};
use ringside::sim::time::Time;

use super::words::{Msg, Note, Timer, Verdict};
use super::world::Member;

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Open {
    came: Time,
    key: u64,
    tries: u8,
    under_way: bool,
    waits: Waits,
}

/// A client.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Client {
    stops: Time,
    next: u32,
    open: BTreeMap<u32, Open>,
    budget: Option<Budget>,
}

impl Client {
    /// The first request comes as any other.
    pub fn boot(ctx: &mut Ctx<'_, Member>) -> Client {
        let (now, env) = (ctx.now(), ctx.env());
        let client =
            Client { stops: now + env.lasts, next: 0, open: BTreeMap::new(), budget: env.budget.map(|config| Budget::new(config, now)) };
        Client::arm_next(ctx);
        client
    }

    /// Requests that it has not done with.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    fn arm_next(ctx: &mut Ctx<'_, Member>) {
        let gap = ctx.env().gap;
        let span = Work::Exponential.draw(gap, ctx.rng());
        ctx.arm(Timer::Come, span);
    }

    /// Handles one input.
    pub fn step(&mut self, input: Input<Member>, ctx: &mut Ctx<'_, Member>) {
        match input {
            Input::Timer(Timer::Come) if ctx.now() < self.stops => {
                let request = self.next;
                self.next += 1;
                let mut half = || u64::from(ctx.rng().below(u32::MAX));
                let key = half() << 32 | half();
                self.open.insert(request, Open { came: ctx.now(), key, tries: 0, under_way: false, waits: Waits::new(ctx.env().backoff) });
                if let Some(budget) = &mut self.budget {
                    budget.asked();
                }
                self.send(request, ctx);
                Client::arm_next(ctx);
            }
            Input::Timer(Timer::Patience(request, tries)) => {
                ctx.send(ctx.env().balancer(request, tries), Msg::Forget((ctx.me(), request, tries)));
                self.failed(request, ctx);
            }
            Input::Timer(Timer::Retry(request)) => self.send(request, ctx),
            Input::Message { msg: Msg::Answer { id: (_, request, tries), verdict }, .. } => {
                // An answer to a try that was given up counts no more, be it that the next one is still waited for.
                if !self.open.get(&request).is_some_and(|open| open.tries == tries && open.under_way) {
                    return;
                }
                ctx.disarm(Timer::Patience(request, tries));
                match verdict {
                    Verdict::Ok => self.over(request, true, ctx),
                    Verdict::Busy | Verdict::Error => self.failed(request, ctx),
                }
            }
            Input::Message { .. } | Input::Timer(_) | Input::Stored(()) | Input::Signal(_) => {}
        }
    }

    fn send(&mut self, request: u32, ctx: &mut Ctx<'_, Member>) {
        let open = self.open.get_mut(&request).expect("what is sent is not over");
        open.tries += 1;
        open.under_way = true;
        let (id, key, left) = ((ctx.me(), request, open.tries), open.key, ctx.env().timeout);
        ctx.send(ctx.env().balancer(request, open.tries), Msg::Ask { id, key, left });
        ctx.arm(Timer::Patience(request, open.tries), left);
    }

    fn failed(&mut self, request: u32, ctx: &mut Ctx<'_, Member>) {
        let (now, retries, backoff) = (ctx.now(), ctx.env().retries, ctx.env().backoff);
        let open = self.open.get_mut(&request).expect("what failed was not over");
        assert!(open.under_way, "a try fails twice");
        open.under_way = false;
        let may = open.tries <= retries && self.budget.as_mut().is_none_or(|budget| budget.spend(now));
        if may {
            let wait = open.waits.next(backoff, ctx.rng());
            ctx.arm(Timer::Retry(request), wait);
        } else {
            self.over(request, false, ctx);
        }
    }

    fn over(&mut self, request: u32, ok: bool, ctx: &mut Ctx<'_, Member>) {
        let open = self.open.remove(&request).expect("a request is over once");
        ctx.note(Note::Over { took: ctx.now().since(open.came), ok, tries: open.tries });
    }
}
