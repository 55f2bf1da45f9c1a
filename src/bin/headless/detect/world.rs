//! One run: nodes that watch each other, by heartbeats or by SWIM, for a while and then after a crash.

use std::rc::Rc;

use ringside::proto::detector::Detector;
use ringside::proto::detector::choice::{DetectorKind, Opinion};
use ringside::proto::detector::swim::machine::Swim;
use ringside::proto::detector::swim::words::{Fact, Incarnation, SwimConfig, SwimEffect, SwimMsg};
use ringside::sim::digest::Digest;
use ringside::sim::fault::Fault;
use ringside::sim::id::Pid;
use ringside::sim::journal::{Record, What};
use ringside::sim::net::NetConfig;
use ringside::sim::process::{Ctx, Input, Process, Protocol};
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};
use ringside::sim::world::{World, WorldConfig};

/// Not measured: detectors learn what is usual.
const WARM_UP: Span = Span::secs(120);
/// When a crash that nobody notices is given up.
const GIVE_UP: Span = Span::secs(600);
/// Clocks differ by at most this many parts per million: what good quartz does.
const DRIFT_MAX: u32 = 50;

/// How nodes watch each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Watching {
    /// Each tells all others that it lives, once a period; each looks at what it has heard ten times a period.
    Heartbeats(DetectorKind),
    /// They probe.
    Swim(SwimConfig),
}

/// What a run is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setting {
    /// How many nodes.
    pub nodes: u16,
    /// Between two heartbeats, or probes.
    pub period: Span,
    /// Messages lost, per thousand.
    pub loss: u16,
    /// How long nodes stand still at times; zero for never.
    pub pause: Span,
    /// How often each does, on average.
    pub pause_every: Span,
    /// So many, from the first on, take in and give out every message 20 to 200 times later, which changes every 2 to 12 s. Standing still for a
    /// while is not the same: this world hands a node what waited in the order in which it came, an ack before the end of the
    /// period, as a real machine may not.
    pub slow: u16,
    /// Whether a node that stood still knows it and counts silence from then.
    pub notices: bool,
    /// How long they are watched before the crash.
    pub watched: Span,
    /// How they watch.
    pub watching: Watching,
}

/// What came of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// For each node that was left, milliseconds from the crash until it held the dead for dead. One that was wrong before and happened to be right then: zero.
    pub times: Vec<f64>,
    /// Nodes that did not notice.
    pub missed: u32,
    /// Before the crash: times that a node came to hold a living one for dead.
    pub wrong: u64,
    /// Of these, times that it was not one of the slow nodes.
    pub wrong_of_healthy: u64,
    /// Of these in turn, times that who was wrong was not slow either.
    pub wrong_at_healthy: u64,
    /// Before the crash: messages sent.
    pub sent: u64,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Node {
    mind: Mind,
    sent: u64,
    looked: Time,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Mind {
    /// By pid; of itself nothing.
    Opinions(Vec<Option<Opinion>>),
    Swim(Swim),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Msg {
    Alive,
    Swim(SwimMsg),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Timer {
    /// To send a heartbeat.
    Beat,
    /// To look at what was heard.
    Look,
    /// When SWIM wants to be told the time.
    Wake,
}

/// It has come to hold this node for dead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Verdict(Pid);

impl Protocol for Node {
    type Msg = Msg;
    type Timer = Timer;
    type Ticket = ();
    type Note = Verdict;
    type Change = ();
    type Env = Setting;
}

impl Node {
    fn send(&mut self, to: Pid, msg: Msg, ctx: &mut Ctx<'_, Node>) {
        self.sent += 1;
        ctx.send(to, msg);
    }

    fn carry_out(&mut self, effects: Vec<SwimEffect>, ctx: &mut Ctx<'_, Node>) {
        for effect in effects {
            match effect {
                SwimEffect::Send(to, msg) => self.send(to, Msg::Swim(msg), ctx),
                SwimEffect::Tell(Fact::Buries(who, _)) => ctx.note(Verdict(who)),
                SwimEffect::Tell(Fact::Suspects(..) | Fact::Acquits(..) | Fact::Refutes(_)) => {}
            }
        }
        if let (Mind::Swim(swim), Watching::Swim(config)) = (&self.mind, &ctx.env().watching) {
            let after = swim.wakes_at(config).since(ctx.now());
            ctx.arm(Timer::Wake, after);
        }
    }

    /// Tells all others that it lives.
    fn beat(&mut self, ctx: &mut Ctx<'_, Node>) {
        let Setting { nodes, period, .. } = *ctx.env();
        let me = ctx.me();
        for to in (0..nodes).map(Pid).filter(|to| *to != me) {
            self.send(to, Msg::Alive, ctx);
        }
        ctx.arm(Timer::Beat, period);
    }

    /// Looks at what it has heard.
    fn look(&mut self, ctx: &mut Ctx<'_, Node>) {
        let (now, Setting { period, notices, .. }) = (ctx.now(), *ctx.env());
        let every = period.scale(1, 10);
        // A timer that fires half a period late is the only sign of having stood still that a process has.
        let was_away = notices && now.since(self.looked) > every + period.scale(1, 2);
        self.looked = now;
        if let Mind::Opinions(opinions) = &mut self.mind {
            for (i, opinion) in opinions.iter_mut().enumerate() {
                let Some(opinion) = opinion else { continue };
                if was_away {
                    opinion.resume(now);
                }
                if opinion.look(now).is_some() {
                    ctx.note(Verdict(Pid(i as u16)));
                }
            }
        }
        ctx.arm(Timer::Look, every);
    }

    fn holds_for_dead(&self, other: Pid) -> bool {
        use ringside::proto::detector::swim::machine::Standing;
        match &self.mind {
            Mind::Opinions(opinions) => opinions[other.index()].as_ref().is_some_and(|it| it.suspected().is_some()),
            Mind::Swim(swim) => *swim.standing(other) == Standing::Dead,
        }
    }
}

impl Process for Node {
    type Protocol = Node;
    type Disk = ();

    fn boot(_: &(), ctx: &mut Ctx<'_, Node>) -> Node {
        let (me, now, Setting { nodes, period, watching, .. }) = (ctx.me(), ctx.now(), *ctx.env());
        let rng = ctx.rng();
        let mind = match watching {
            Watching::Heartbeats(kind) => Mind::Opinions((0..nodes).map(|i| (Pid(i) != me).then(|| kind.watch(now))).collect()),
            Watching::Swim(config) => Mind::Swim(Swim::new(me, nodes, Incarnation(0), |_| false, now, &config, &mut |n| rng.below(n))),
        };
        // Nobody is in step with anybody.
        let (beat, look) = (rng.between(Span::ZERO, period), rng.between(Span::ZERO, period.scale(1, 10)));
        let mut node = Node { mind, sent: 0, looked: now };
        match watching {
            Watching::Heartbeats(_) => {
                ctx.arm(Timer::Beat, beat);
                ctx.arm(Timer::Look, look);
            }
            Watching::Swim(_) => node.carry_out(Vec::new(), ctx),
        }
        node
    }

    fn step(&mut self, input: Input<Node>, ctx: &mut Ctx<'_, Node>) {
        let (now, watching) = (ctx.now(), ctx.env().watching);
        let mut out = Vec::new();
        match (input, &mut self.mind, watching) {
            (Input::Message { from, msg: Msg::Alive }, Mind::Opinions(opinions), _) => {
                opinions[from.index()].as_mut().expect("others write, not oneself").hear(now);
            }
            (Input::Message { from, msg: Msg::Swim(msg) }, Mind::Swim(swim), Watching::Swim(config)) => {
                swim.receive(from, msg, now, &config, &mut out);
                self.carry_out(out, ctx);
            }
            (Input::Timer(Timer::Wake), Mind::Swim(swim), Watching::Swim(config)) => {
                let rng = ctx.rng();
                swim.tick(now, &config, &mut |n| rng.below(n), &mut out);
                self.carry_out(out, ctx);
            }
            (Input::Timer(Timer::Beat), Mind::Opinions(_), _) => self.beat(ctx),
            (Input::Timer(Timer::Look), Mind::Opinions(_), _) => self.look(ctx),
            (input, ..) => unreachable!("nobody asks a node that watches otherwise for {input:?}"),
        }
    }

    fn save(_: &mut (), _: &(), _: &Setting) {}
}

/// Run `number` of this seed and setting. Which messages are lost and who stands still when is the same for every way of
/// watching, as far as they send alike.
pub fn run(seed: u64, number: u32, setting: &Setting) -> Outcome {
    let seed = Digest::of(&(seed, number, setting.loss, setting.pause));
    let net = NetConfig { delay: Span::millis(5), jitter: Span::millis(20), loss: setting.loss, duplicates: 0 };
    let config = WorldConfig { seed, net, save: (Span::ZERO, Span::ZERO), drift_max: DRIFT_MAX };
    let disks = vec![Some(()); usize::from(setting.nodes)];
    let mut hand = Rng::stream(seed, Stream::Nemesis);
    let mut run = Run { world: World::new(Rc::new(*setting), &config, disks, &mut Vec::new()), verdicts: Vec::new() };

    let begins = Time::ZERO + WARM_UP;
    let crash = begins + setting.watched + hand.between(Span::ZERO, setting.period);
    let mut faults = faults(setting, crash, &mut hand);
    let before = |run: &mut Run, at: Time, faults: &mut Vec<(Time, Fault)>| {
        while let Some((when, fault)) = faults.pop_if(|next| next.0 <= at) {
            run.until(when);
            run.world.inject(fault, &mut Vec::new());
        }
        run.until(at);
    };
    before(&mut run, begins, &mut faults);
    let sent = run.sent();
    run.verdicts.clear();
    before(&mut run, crash, &mut faults);
    for node in (0..setting.nodes).map(Pid) {
        run.world.inject(Fault::Thaw(node), &mut Vec::new());
        if node.0 < setting.slow {
            run.world.inject(Fault::Slow(node, 1), &mut Vec::new());
        }
    }
    let (wrong, sent) = (run.verdicts.len() as u64, run.sent() - sent);
    let of_healthy = || run.verdicts.iter().filter(|(_, _, Verdict(whom))| whom.0 >= setting.slow);
    let (wrong_of_healthy, wrong_at_healthy) =
        (of_healthy().count() as u64, of_healthy().filter(|it| it.1.0 >= setting.slow).count() as u64);

    let dead = Pid(hand.below(u32::from(setting.nodes)) as u16);
    let mut times = vec![None; usize::from(setting.nodes)];
    for (i, node) in run.nodes() {
        times[i.index()] = node.holds_for_dead(dead).then_some(Span::ZERO);
    }
    run.world.inject(Fault::Kill(dead), &mut Vec::new());
    run.verdicts.clear();
    while run.world.now() < crash + GIVE_UP && run.nodes().any(|(_, node)| !node.holds_for_dead(dead)) {
        run.until(run.world.now() + Span::secs(1));
    }
    // The last verdict is the one that stands: a message of the dead may have been under way.
    for (at, who, Verdict(whom)) in &run.verdicts {
        if *whom == dead {
            times[who.index()] = Some(at.since(crash));
        }
    }
    let left = || (0..usize::from(setting.nodes)).filter(|&i| i != dead.index());
    let found: Vec<f64> = left().filter_map(|i| times[i]).map(|span| span.0 as f64 / 1e3).collect();
    Outcome { missed: (left().count() - found.len()) as u32, times: found, wrong, wrong_of_healthy, wrong_at_healthy, sent }
}

/// When who stands still, goes on, or becomes more or less slow, the latest first; each node by itself.
fn faults(setting: &Setting, end: Time, hand: &mut Rng) -> Vec<(Time, Fault)> {
    let mut all = Vec::new();
    for node in (0..setting.nodes).map(Pid).filter(|_| setting.pause > Span::ZERO) {
        let mut at = Time::ZERO;
        loop {
            // Evenly between no time and twice the average, so that the average is what was asked for.
            at += hand.between(Span::ZERO, setting.pause_every.scale(2, 1));
            if at >= end {
                break;
            }
            all.push((at, Fault::Freeze(node)));
            at += setting.pause;
            all.push((at, Fault::Thaw(node)));
        }
    }
    for node in (0..setting.slow.min(setting.nodes)).map(Pid) {
        let mut at = Time::ZERO + Span::secs(5);
        while at < end {
            all.push((at, Fault::Slow(node, 20 + hand.below(181) as u16)));
            at += hand.between(Span::secs(2), Span::secs(12));
        }
    }
    all.sort_by_key(|it| it.0);
    all.reverse();
    all
}

struct Run {
    world: World<Node>,
    verdicts: Vec<(Time, Pid, Verdict)>,
}

impl Run {
    fn until(&mut self, end: Time) {
        let mut out: Vec<Record<Verdict>> = Vec::new();
        while self.world.next_at().is_some_and(|at| at <= end) {
            self.world.step(&mut out);
        }
        self.world.idle_until(end);
        self.verdicts.extend(out.into_iter().filter_map(|it| match it.what {
            What::Note(verdict) => Some((it.at, it.who, verdict)),
            What::Fault(_) => None,
        }));
    }

    fn nodes(&self) -> impl Iterator<Item = (Pid, &Node)> {
        (0..self.world.len()).filter_map(|i| Some((Pid(i as u16), self.world.process(Pid(i as u16))?)))
    }

    fn sent(&self) -> u64 {
        self.nodes().map(|(_, node)| node.sent).sum()
    }
}
