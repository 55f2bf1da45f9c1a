//! A process's part in the group in which nodes and coordinators probe each other ([`crate::proto::detector::swim`]), where the
//! recipe has that detector: what it sends, when it wakes, what it notes.
//!
//! *Who belongs.* Every coordinator and every node, those that may still join among them: these are held for dead until they come. A
//! node that has left the ring goes on answering as long as it runs.
//!
//! *Lives.* A member has no disk. Its incarnation and its numbers begin anew above all of an earlier life, since the number of its life
//! stands above them: there is room for a million of either in a life, which is more than a run has probes.
//!
//! *Simplification.* Leases still need heartbeats to the coordinators, so the group is an addition to them here, and no saving of messages.

use crate::cluster::note::BeliefNote;
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Context, Timer};
use crate::proto::detector::swim::machine::{Standing, Swim};
use crate::proto::detector::swim::words::{Fact, Incarnation, SwimConfig, SwimEffect, SwimMsg};
use crate::sim::digest::Later;
use crate::sim::id::{Boot, Pid};

/// What the group says of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cluster) enum Verdict {
    /// That it is dead.
    Dead,
    /// Nothing: it lives, is only suspected so far, or there is no group.
    None,
}

/// The part.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(in crate::cluster) struct Group(Later<Option<Box<Swim>>>);

impl Group {
    /// A new life.
    pub fn boot(ctx: &mut Context<'_>) -> Group {
        let (me, boot, now, env) = (ctx.me(), ctx.boot(), ctx.now(), ctx.env());
        let swim = env.setup.config.swim().map(|config| {
            let (n, roster) = ((env.coordinators.len() + env.nodes.len()) as u16, env.setup.roster);
            let first = boot == Boot(1) && roster.begins(me);
            assert!(boot.0 < LIVES, "{me:?} boots for the {}th time: so many lives are not told apart", boot.0);
            let life = Incarnation(if first { 0 } else { boot.0 * PER_LIFE });
            let rng = ctx.rng();
            Box::new(Swim::new(me, n, life, |it| !roster.begins(it), now, &config, &mut |n| rng.below(n)))
        });
        let group = Group(Later(swim));
        group.arm(ctx);
        group
    }

    /// What it says of a process.
    pub fn verdict(&self, of: Pid) -> Verdict {
        match &self.0.0 {
            Some(swim) if *swim.standing(of) == Standing::Dead => Verdict::Dead,
            Some(_) | None => Verdict::None,
        }
    }

    /// The member's whole state.
    pub fn swim(&self) -> Option<&Swim> {
        self.0.0.as_deref()
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: SwimMsg, ctx: &mut Context<'_>) {
        self.act(ctx, |swim, config, ctx, out| swim.receive(from, msg, ctx.now(), config, out));
    }

    /// The timer fires.
    pub fn tick(&mut self, ctx: &mut Context<'_>) {
        self.act(ctx, |swim, config, ctx, out| {
            let (now, rng) = (ctx.now(), ctx.rng());
            swim.tick(now, config, &mut |n| rng.below(n), out);
        });
    }

    fn act(&mut self, ctx: &mut Context<'_>, act: impl FnOnce(&mut Swim, &SwimConfig, &mut Context<'_>, &mut Vec<SwimEffect>)) {
        let (Some(swim), Some(config)) = (self.0.0.as_mut(), ctx.env().setup.config.swim()) else { return };
        let mut effects = Vec::new();
        act(swim, &config, ctx, &mut effects);
        for effect in effects {
            match effect {
                SwimEffect::Send(to, msg) => ctx.send(to, Msg::Swim(Box::new(msg))),
                SwimEffect::Tell(fact) => tell(fact, ctx),
            }
        }
        self.arm(ctx);
    }

    fn arm(&self, ctx: &mut Context<'_>) {
        if let (Some(swim), Some(config)) = (self.0.0.as_ref(), ctx.env().setup.config.swim()) {
            ctx.arm(Timer::Swim, swim.wakes_at(&config).since(ctx.now()));
        }
    }
}

/// Incarnations and numbers of a life.
const PER_LIFE: u32 = 1 << 20;
/// Lives that are told apart: more than a run has actions.
const LIVES: u32 = 1 << 12;

fn tell(fact: Fact, ctx: &mut Context<'_>) {
    let me = ctx.me();
    match fact {
        Fact::Suspects(who, _, by) => ctx.note(BeliefNote::Suspects { who, first: by == me }),
        Fact::Buries(who, _) => ctx.note(BeliefNote::Buries { who }),
        Fact::Acquits(who, _) => ctx.note(BeliefNote::Trusts { who }),
        Fact::Refutes(_) => ctx.note(BeliefNote::Refutes),
    }
}
