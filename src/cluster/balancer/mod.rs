//! A balancer: the front door. It knows which node leads which shard, by the control plane's decisions, and passes
//! requests there and answers back; reads go to any in-sync copy, where the recipe says so: see [`spread`]. Of other requests it keeps no
//! state.

mod spread;

pub use crate::cluster::balancer::spread::Choice;
use crate::cluster::balancer::spread::Spreading;
use crate::cluster::control::record::Version;
use crate::cluster::note::{RefusedWhy, ShardNote};
use crate::cluster::setup::config::Reads;
use crate::cluster::store::Request;
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Context, Timer};
use crate::proto::replica::view::ViewNo;
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// Where a shard is served.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug)]
struct Route {
    view: ViewNo,
    primary: Option<Pid>,
    /// Copies that may answer reads, if the recipe lets others than the primary answer.
    readers: Vec<Pid>,
}

/// A balancer's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Balancer {
    known: Version,
    /// For each shard, its latest view.
    routes: Vec<Route>,
    /// What it keeps to spread reads, where anything is to be kept.
    spreading: Option<Spreading>,
}

impl Balancer {
    /// A new life: it knows no route until the coordinator answers.
    pub fn boot(ctx: &mut Context<'_>) -> Balancer {
        ctx.arm(Timer::Heartbeat, Span::ZERO);
        let (config, nodes) = (&ctx.env().setup.config, ctx.env().nodes.len());
        let spreading = Spreading::before(nodes, config, ctx.now()).filter(|_| config.reads == Reads::InSync);
        Balancer { known: 0, routes: vec![Route::default(); usize::from(config.shards)], spreading }
    }

    /// Where it has sent the latest reads, the oldest first; nowhere if it does not compare or count.
    pub fn choices(&self) -> &[Choice] {
        self.spreading.as_ref().map_or(&[], Spreading::latest)
    }

    /// Asks for news.
    pub fn report(&mut self, ctx: &mut Context<'_>) {
        let env = ctx.env();
        ctx.arm(Timer::Heartbeat, env.setup.config.heartbeat_every);
        let beat = Msg::Heartbeat {
            sent: ctx.now(),
            boot: ctx.boot(),
            fresh: false,
            leaving: false,
            known: self.known,
            answered: None,
            latest: Default::default(),
        };
        for &to in &env.coordinators {
            ctx.send(to, beat.clone());
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Decisions { since, version, changes, .. } if since <= self.known => {
                let spread = ctx.env().setup.config.reads == Reads::InSync;
                self.known = self.known.max(version);
                for (shard, view) in changes.iter() {
                    let route = &mut self.routes[usize::from(shard.0)];
                    if view.no > route.view {
                        let whole = view.primary.is_none_or(|primary| view.in_sync.contains(&primary));
                        assert!(whole, "shard {}: a route leads to a copy that does not count", shard.0);
                        let readers = if spread { view.in_sync.clone() } else { Vec::new() };
                        *route = Route { view: view.no, primary: view.primary, readers };
                    }
                }
            }
            Msg::Request { op, request, terms, .. } => {
                let shard = request.shard();
                let route = &self.routes[usize::from(shard.0)];
                let reader = match request {
                    Request::Get(key) if !route.readers.is_empty() => Some(match &mut self.spreading {
                        Some(spreading) => spreading.choose(op, key.id, &route.readers, ctx),
                        None => route.readers[ctx.rng().below(route.readers.len() as u32) as usize],
                    }),
                    Request::Get(_) | Request::Put(..) | Request::Open(..) | Request::Edit(..) => None,
                };
                match reader.or(route.primary) {
                    Some(node) => ctx.send(node, Msg::Request { op, request, passed: None, terms }),
                    None => {
                        let why = RefusedWhy::NoRoute;
                        ctx.note(ShardNote::Refused { shard, op, why });
                        ctx.send(from, Msg::Refused { op, why });
                    }
                }
            }
            Msg::Done { op, .. } | Msg::Refused { op, .. } => {
                if let Some(spreading) = &mut self.spreading {
                    spreading.answered(op, from, matches!(msg, Msg::Done { .. }), ctx);
                }
                ctx.send(op.client, msg);
            }
            Msg::Raft(_)
            | Msg::Decisions { .. }
            | Msg::Heartbeat { .. }
            | Msg::AskReach { .. }
            | Msg::Reach { .. }
            | Msg::Lagging { .. }
            | Msg::Stalled { .. }
            | Msg::Ready { .. }
            | Msg::Yield { .. }
            | Msg::Yielded { .. }
            | Msg::Level { .. }
            | Msg::Defer { .. }
            | Msg::Offer { .. }
            | Msg::Snapshot { .. }
            | Msg::Replica { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Cancel { .. }
            | Msg::Release { .. }
            | Msg::SessionOk { .. }
            | Msg::SessionOver { .. }
            | Msg::Swim(_) => {} // not for a balancer
        }
    }
}
