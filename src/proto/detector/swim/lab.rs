//! A group of members in the fake world, for tests.

use std::rc::Rc;

use super::machine::Swim;
use super::words::{Claim, Fact, Incarnation, Rumour, SwimConfig, SwimEffect, SwimMsg};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::net::NetConfig;
use crate::sim::process::{Ctx, Input, Process, Protocol, Signal};
use crate::sim::time::{Span, Time};
use crate::sim::world::{World, WorldConfig};

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Peer(pub Swim);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Wake;

impl Protocol for Peer {
    type Msg = SwimMsg;
    type Timer = Wake;
    type Ticket = ();
    type Note = Fact;
    type Change = ();
    type Env = (u16, SwimConfig);
}

impl Peer {
    fn carry_out(&mut self, effects: Vec<SwimEffect>, ctx: &mut Ctx<'_, Peer>) {
        for effect in effects {
            match effect {
                SwimEffect::Send(to, msg) => ctx.send(to, msg),
                SwimEffect::Tell(fact) => ctx.note(fact),
            }
        }
        let after = self.0.wakes_at(&ctx.env().1).since(ctx.now());
        ctx.arm(Wake, after);
    }
}

impl Process for Peer {
    type Protocol = Peer;
    type Disk = ();

    fn boot(_: &(), ctx: &mut Ctx<'_, Peer>) -> Peer {
        let (me, now, (n, config)) = (ctx.me(), ctx.now(), *ctx.env());
        let rng = ctx.rng();
        let mut peer = Peer(Swim::new(me, n, Incarnation(0), |_| false, now, &config, &mut |n| rng.below(n)));
        peer.carry_out(Vec::new(), ctx);
        peer
    }

    /// Two signals stand for what would otherwise have to be waited for: `Leave` makes it suspect the next member for no reason,
    /// `Proceed` raises its own incarnation.
    fn step(&mut self, input: Input<Peer>, ctx: &mut Ctx<'_, Peer>) {
        let (me, now, (n, config)) = (ctx.me(), ctx.now(), *ctx.env());
        let mut out = Vec::new();
        match input {
            Input::Message { from, msg } => self.0.receive(from, msg, now, &config, &mut out),
            Input::Timer(Wake) => {
                let rng = ctx.rng();
                self.0.tick(now, &config, &mut |n| rng.below(n), &mut out);
            }
            Input::Signal(Signal::Leave) => {
                let (about, claim) = (Pid((me.0 + 1) % n), Claim::Suspect(me));
                let incarnation = self.0.incarnation(about);
                self.0.believe(Rumour { about, incarnation, claim }, true, now, &config, &mut out);
            }
            Input::Signal(Signal::Proceed) => {
                let incarnation = self.0.incarnation(me);
                self.0.believe(Rumour { about: me, incarnation, claim: Claim::Suspect(me) }, false, now, &config, &mut out);
            }
            Input::Signal(Signal::Join | Signal::Fail(_)) | Input::Stored(()) => {}
        }
        self.carry_out(out, ctx);
    }

    fn save(_: &mut (), _: &(), _: &(u16, SwimConfig)) {}
}

/// A group and what its members have told.
pub struct Group {
    pub world: World<Peer>,
    pub told: Vec<(Time, Pid, Fact)>,
}

impl Group {
    /// `n` members over a network that loses so many messages in a thousand.
    pub fn new(seed: u64, n: u16, loss: u16, config: SwimConfig) -> Group {
        let net = NetConfig { delay: Span::millis(5), jitter: Span::millis(20), loss, duplicates: 5 };
        let world_config = WorldConfig { seed, net, save: (Span(0), Span(0)), drift_max: 50 };
        let disks = (0..n).map(|_| Some(())).collect();
        Group { world: World::new(Rc::new((n, config)), &world_config, disks, &mut Vec::new()), told: Vec::new() }
    }

    pub fn inject(&mut self, fault: Fault) {
        self.world.inject(fault, &mut Vec::new());
    }

    /// Runs so long.
    pub fn run(&mut self, span: Span) {
        let end = self.world.now() + span;
        let mut out = Vec::new();
        while self.world.next_at().is_some_and(|at| at <= end) {
            self.world.step(&mut out);
        }
        self.world.idle_until(end);
        let told = |it: Record<Fact>| match it.what {
            What::Note(fact) => Some((it.at, it.who, fact)),
            What::Fault(_) => None,
        };
        self.told.extend(out.into_iter().filter_map(told));
    }

    pub fn members(&self) -> impl Iterator<Item = &Swim> {
        (0..self.world.len()).filter_map(|i| Some(&self.world.process(Pid(i as u16))?.0))
    }

    /// Who was declared dead, once a member that did.
    pub fn buried(&self) -> Vec<Pid> {
        self.told.iter().filter_map(|(_, _, fact)| if let Fact::Buries(who, _) = fact { Some(*who) } else { None }).collect()
    }

    /// Who was suspected, once a member that did.
    pub fn suspected(&self) -> Vec<Pid> {
        self.told.iter().filter_map(|(_, _, fact)| if let Fact::Suspects(who, _, _) = fact { Some(*who) } else { None }).collect()
    }
}
