//! A balancer: the front door. It knows which node leads which shard, by the control plane's decisions, and passes
//! requests there and answers back. It keeps no state about requests.

use crate::cluster::msg::{Msg, Version};
use crate::cluster::note::{Note, RefusedWhy};
use crate::cluster::process::{Context, Timer};
use crate::proto::replica::view::ViewNo;
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// A balancer's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Balancer {
    known: Version,
    /// For each shard, its primary, and the view that made it so.
    routes: Vec<(ViewNo, Option<Pid>)>,
}

impl Balancer {
    /// A new life: it knows no route until the coordinator answers.
    pub fn boot(ctx: &mut Context<'_>) -> Balancer {
        ctx.arm(Timer::Heartbeat, Span::ZERO);
        Balancer { known: 0, routes: vec![(ViewNo(0), None); usize::from(ctx.env().setup.config.shards)] }
    }

    /// Asks for news.
    pub fn report(&mut self, ctx: &mut Context<'_>) {
        let env = ctx.env();
        ctx.arm(Timer::Heartbeat, env.setup.config.heartbeat_every);
        let beat = Msg::Heartbeat { sent: ctx.now(), boot: ctx.boot(), fresh: false, leaving: false, known: self.known };
        for &to in &env.coordinators {
            ctx.send(to, beat.clone());
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Decisions { since, version, changes, .. } if since <= self.known => {
                self.known = self.known.max(version);
                for (shard, view) in changes.iter() {
                    let route = &mut self.routes[usize::from(shard.0)];
                    if view.no > route.0 {
                        *route = (view.no, view.primary);
                    }
                }
            }
            Msg::Request { op, request, .. } => {
                let shard = request.shard();
                match self.routes[usize::from(shard.0)].1 {
                    Some(node) => ctx.send(node, Msg::Request { op, request, passed: None }),
                    None => {
                        let why = RefusedWhy::NoRoute;
                        ctx.note(Note::Refused { shard, op, why });
                        ctx.send(from, Msg::Refused { op, why });
                    }
                }
            }
            Msg::Done { op, .. } | Msg::Refused { op, .. } => ctx.send(op.client, msg),
            Msg::Raft(_)
            | Msg::Decisions { .. }
            | Msg::Heartbeat { .. }
            | Msg::Lagging { .. }
            | Msg::Ready { .. }
            | Msg::Yield { .. }
            | Msg::Yielded { .. }
            | Msg::Snapshot { .. }
            | Msg::Replica { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Release { .. }
            | Msg::SessionOk { .. }
            | Msg::SessionOver { .. } => {} // not for a balancer
        }
    }
}
