//! A balancer: the front door. It knows which node leads which shard, by the control plane's decisions, and passes
//! requests there and answers back; reads go to any in-sync copy, where the recipe says so: see [`spread`]. Work that any node can do goes
//! to one of those that hold an in-sync copy of any shard that is led, as far as it knows: who is down does not. Of other requests it
//! keeps no state.
//!
//! What has a choice of nodes and is not answered for a while is sent to a second one, where the recipe says so: see [`spread`].

mod spread;

pub use crate::cluster::balancer::spread::Choice;
use crate::cluster::balancer::spread::Spreading;
use crate::cluster::control::record::Version;
use crate::cluster::note::{ClientNote, RefusedWhy, ShardNote};
use crate::cluster::setup::config::{Config, Reads};
use crate::cluster::setup::env::Env;
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
    /// Copies in sync, if the recipe lets others than the primary answer anything.
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
        let spreading = Spreading::before(nodes, config, ctx.now()).filter(|_| lets_others(config));
        Balancer { known: 0, routes: vec![Route::default(); usize::from(config.shards)], spreading }
    }

    /// Where it has sent the latest reads, the oldest first; nowhere if it does not compare or count.
    pub fn choices(&self) -> &[Choice] {
        self.spreading.as_ref().map_or(&[], Spreading::latest)
    }

    /// How many requests it counts as under way; none if it counts none.
    pub fn in_flight(&self) -> u32 {
        self.spreading.as_ref().map_or(0, Spreading::in_flight)
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

    /// Sends to a second node what has not been answered for long.
    pub fn hedge(&mut self, ctx: &mut Context<'_>) {
        let Balancer { routes, spreading: Some(spreading), .. } = self else { return };
        while let Some((op, request, terms)) = spreading.due(ctx) {
            let open = open_to(routes, &request, ctx.env());
            if let Some(to) = spreading.hedge(op, &request, open, ctx) {
                ctx.note(ClientNote::Hedged { op, to });
                ctx.send(to, Msg::Request { op, request, passed: None, terms });
            }
        }
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Decisions { since, version, changes, .. } if since <= self.known => {
                let spread = lets_others(&ctx.env().setup.config);
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
                let (shard, open) = (request.shard(), open_to(&self.routes, &request, ctx.env()));
                let node = match &mut self.spreading {
                    _ if open.is_empty() => shard.and_then(|shard| self.routes[usize::from(shard.0)].primary),
                    Some(spreading) => Some(spreading.send(op, (&request, terms), &open, ctx)),
                    None => Some(open[ctx.rng().below(open.len() as u32) as usize]),
                };
                match node {
                    Some(node) => ctx.send(node, Msg::Request { op, request, passed: None, terms }),
                    None => {
                        let why = RefusedWhy::NoRoute;
                        ctx.note(ShardNote::Refused { shard, op, why });
                        ctx.send(from, Msg::Refused { op, why });
                    }
                }
            }
            Msg::Done { op, .. } | Msg::Refused { op, .. } => {
                let well = matches!(msg, Msg::Done { .. });
                if self.spreading.as_mut().is_none_or(|spreading| spreading.answered(op, from, well, ctx)) {
                    ctx.send(op.client, msg);
                }
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

/// Whether others than primaries answer anything.
fn lets_others(config: &Config) -> bool {
    config.reads == Reads::InSync || config.asking.any > 0
}

/// Who may answer a request, where there is a choice.
fn open_to(routes: &[Route], request: &Request, env: &Env) -> Vec<Pid> {
    match request {
        Request::Get(key) if env.setup.config.reads == Reads::InSync => routes[usize::from(key.shard.0)].readers.clone(),
        Request::Any => {
            // Nobody tells a balancer who is up. Those that are not have left the views of shards that somebody leads.
            let led = |node| routes.iter().any(|route| route.primary.is_some() && route.readers.contains(node));
            env.nodes.iter().filter(|node| led(node)).copied().collect()
        }
        Request::Get(_) | Request::Put(..) | Request::Open(..) | Request::Edit(..) => Vec::new(),
    }
}
