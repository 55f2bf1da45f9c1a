//! One run: clients, balancers and servers in the fake world.

use std::rc::Rc;

use ringside::proto::balance::Backend;
use ringside::sim::id::Pid;
use ringside::sim::journal::What;
use ringside::sim::net::NetConfig;
use ringside::sim::process::{Ctx, Input, Process, Protocol};
use ringside::sim::time::{Span, Time};
use ringside::sim::world::{World, WorldConfig};

use super::client::Client;
use super::front::Front;
use super::host::Host;
use super::words::{Msg, Note, Setup, Timer};

/// A process of the experiment: clients first, then balancers, then servers.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Member {
    /// Asks.
    Client(Client),
    /// Passes on.
    Front(Front),
    /// Serves.
    Host(Host),
}

impl Protocol for Member {
    type Msg = Msg;
    type Timer = Timer;
    type Ticket = ();
    type Note = Note;
    type Change = ();
    type Env = Setup;
}

impl Process for Member {
    type Protocol = Member;
    type Disk = ();

    fn boot((): &(), ctx: &mut Ctx<'_, Member>) -> Member {
        let (me, clients, fronts) = (ctx.me().0, ctx.env().clients, ctx.env().balancers);
        if me < clients {
            Member::Client(Client::boot(ctx))
        } else if me < clients + fronts {
            Member::Front(Front::boot(ctx))
        } else {
            Member::Host(Host::boot(ctx))
        }
    }

    fn step(&mut self, input: Input<Member>, ctx: &mut Ctx<'_, Member>) {
        match self {
            Member::Client(client) => client.step(input, ctx),
            Member::Front(front) => front.step(input, ctx),
            Member::Host(host) => host.step(input, ctx),
        }
    }

    fn save((): &mut (), (): &(), _: &Setup) {}
}

/// What one run showed of the requests that came after the warm-up.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// How long those took that were answered well, in milliseconds, sorted.
    pub took: Vec<f64>,
    /// How many were not.
    pub errors: u32,
    /// Retries of all of them.
    pub retries: u32,
    /// Second copies that balancers sent, in the whole run.
    pub hedges: u32,
    /// The time in which they came.
    pub over: Span,
}

/// Runs until everybody has done with everything.
///
/// # Panics
/// If Little's law does not hold from empty to empty, or a count of requests in flight is left over.
pub fn trial(setup: &Setup, warm_up: Span, delay: Span, seed: u64) -> Trial {
    let (clients, fronts, servers) = (setup.clients, setup.balancers, setup.servers);
    let net = NetConfig { delay, jitter: Span::ZERO, loss: 0, duplicates: 0 };
    let config = WorldConfig { seed, net, save: (Span::ZERO, Span::ZERO), drift_max: 0 };
    let disks = vec![Some(()); usize::from(clients + fronts + servers)];
    let mut facts = Vec::new();
    let mut world: World<Member> = World::new(Rc::new(setup.clone()), &config, disks, &mut facts);
    let begins = Time::ZERO + warm_up;
    let mut it = Trial { took: Vec::new(), errors: 0, retries: 0, hedges: 0, over: Span(setup.lasts.0 - warm_up.0) };
    let open = |world: &World<Member>| -> u64 {
        let of = |i| match world.process(Pid(i)) {
            Some(Member::Client(client)) => client.open() as u64,
            _ => unreachable!("clients come first, and none crashes"),
        };
        (0..clients).map(of).sum()
    };
    let (mut before, mut in_system, mut area, mut spent) = (Time::ZERO, 0, 0u128, 0u128);
    let stops = Time::ZERO + setup.lasts;
    while world.now() <= stops || in_system > 0 {
        facts.clear();
        assert!(world.step(&mut facts), "nothing happens any more while {in_system} requests are open");
        area += u128::from(in_system) * u128::from(world.now().since(before).0);
        before = world.now();
        in_system = open(&world);
        for fact in &facts {
            match fact.what {
                What::Note(Note::Over { took, ok, tries }) => {
                    spent += u128::from(took.0);
                    if Time(fact.at.0 - took.0) < begins {
                        continue;
                    }
                    it.retries += u32::from(tries) - 1;
                    if ok {
                        it.took.push(took.0 as f64 / 1e3);
                    } else {
                        it.errors += 1;
                    }
                }
                What::Note(Note::Hedged) => it.hedges += 1,
                What::Fault(_) => {}
            }
        }
    }
    assert_eq!(area, spent, "Little's law: requests in the system, over time, are the time that requests spend in it");
    settle(&mut world, setup);
    it.took.sort_by(f64::total_cmp);
    it
}

/// What is still under way comes to its end: no balancer counts a request that is over, and every server is empty.
fn settle(world: &mut World<Member>, setup: &Setup) {
    let busy = |world: &World<Member>| {
        (0..setup.servers).any(|i| match world.process(setup.server(Backend(i))) {
            Some(Member::Host(host)) => host.load() > 0,
            _ => unreachable!("a server stands where servers stand"),
        })
    };
    while busy(world) && world.step(&mut Vec::new()) {}
    let end = world.now() + Span::secs(1);
    while world.next_at().is_some_and(|at| at <= end) {
        world.step(&mut Vec::new());
    }
    for pid in setup.all_balancers() {
        match world.process(pid) {
            Some(Member::Front(front)) => assert_eq!(front.in_flight(), (0, 0), "a count of requests in flight is left over"),
            _ => unreachable!("a balancer stands where balancers stand"),
        }
    }
}
