//! A coordinator: hears heartbeats, suspects the silent, decides views, runs the lock. Every decision is on its disk
//! before anybody hears of it.
//!
//! *Simplification.* There is one coordinator: the textbook's central server, and a single point of failure. While it is
//! down, leases end and nothing is served.

use std::rc::Rc;

use crate::cluster::Env;
use crate::cluster::control::{Command, Control, Decided};
use crate::cluster::msg::{Msg, Version};
use crate::cluster::note::Note;
use crate::cluster::process::{Change, Context, Ticket, Timer};
use crate::cluster::rules::Rule;
use crate::proto::detector::Watch;
use crate::proto::lock::table::{LockCommand, LockOutcome};
use crate::proto::lock::token::Session;
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

/// How often it looks at its clock for silent nodes.
const LOOK_EVERY: Span = Span::millis(50);

/// What it knows of one node or balancer without asking its disk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Peer {
    pid: Pid,
    is_node: bool,
    watch: Watch,
    /// The decisions it knows, by its latest heartbeat.
    known: Version,
    /// A decision about it is on its way to the disk: until it is there, its lease is not renewed.
    pending: bool,
}

/// A coordinator's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Coordinator {
    control: Control,
    peers: Vec<Peer>,
    /// The end of a lease for which a logged command is under way already.
    expiring: Option<(Session, Time)>,
    /// When it last looked at its clock.
    looked: Time,
    /// When it last asked primaries to make way.
    asked: Time,
}

impl Coordinator {
    /// A new life. It heard nobody yet, and any node may hold a lease it gave in its last life: silence counts from now.
    pub fn boot(control: &Control, ctx: &mut Context<'_>) -> Coordinator {
        let env = ctx.env();
        let mut control = control.clone();
        if !env.setup.rules.on(Rule::TokenSurvives) {
            control.lock.forget_token();
        }
        let now = ctx.now();
        let peer = |pid, is_node| Peer { pid, is_node, watch: Watch::new(now), known: 0, pending: false };
        let nodes = env.nodes.iter().map(|&pid| peer(pid, true));
        let peers = nodes.chain(env.balancers.iter().map(|&pid| peer(pid, false))).collect();
        let mut me = Coordinator { control, peers, expiring: None, looked: now, asked: now };
        ctx.arm(Timer::Look, LOOK_EVERY);
        if ctx.boot() > Boot(1) {
            me.propose(Command::Lock(LockCommand::Grace), ctx);
        }
        me
    }

    /// The state it acts on.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Since when it suspects a node.
    pub fn suspects(&self, pid: Pid) -> Option<Time> {
        self.peers.iter().find(|peer| peer.pid == pid)?.watch.suspected()
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Heartbeat { sent, boot, fresh, leaving, known } => {
                if let Some(peer) = self.peers.iter_mut().find(|peer| peer.pid == from) {
                    peer.watch.hear(ctx.now());
                    peer.known = known;
                    self.heartbeat(from, sent, boot, fresh, leaving, ctx);
                }
            }
            Msg::Lagging { shard, view, node } => self.propose(Command::Shrink(shard, view, node), ctx),
            Msg::Ready { shard, view, node } => self.propose(Command::Expand(shard, view, node), ctx),
            Msg::Yielded { shard, view } => self.propose(Command::HandOver(shard, view), ctx),
            Msg::Acquire { session, sent } => self.propose(Command::Lock(LockCommand::Acquire { session, sent }), ctx),
            Msg::KeepAlive { session, sent } => self.propose(Command::Lock(LockCommand::KeepAlive { session, sent }), ctx),
            Msg::Release { session, token } => self.propose(Command::Lock(LockCommand::Release { session, token }), ctx),
            Msg::Decisions { .. }
            | Msg::Yield { .. }
            | Msg::Snapshot { .. }
            | Msg::Replica { .. }
            | Msg::Request { .. }
            | Msg::Done { .. }
            | Msg::Refused { .. }
            | Msg::SessionOk { .. }
            | Msg::SessionOver { .. } => {} // not for a coordinator
        }
    }

    fn heartbeat(&mut self, from: Pid, sent: Time, boot: Boot, fresh: bool, leaving: bool, ctx: &mut Context<'_>) {
        let Some(member) = self.control.member(from) else {
            self.tell(from, Some(sent), false, Boot(0), ctx); // a balancer
            return;
        };
        let (on_record, up) = (member.boot, member.up);
        let Some(peer) = self.peers.iter_mut().find(|peer| peer.pid == from) else { return };
        let pending = peer.pending;
        if boot > on_record || (boot == on_record && !up) {
            peer.pending = true;
            if !pending {
                self.propose(Command::NodeUp { node: from, boot, fresh, leaving }, ctx);
            }
            return;
        }
        if !pending && self.control.heeds(from, leaving, ctx.env()) {
            self.propose(Command::Wish(from, leaving), ctx);
        }
        let lease = up && !pending && boot == on_record;
        self.tell(from, Some(sent), lease, on_record, ctx);
    }

    /// Sends what the receiver does not know yet.
    fn tell(&self, to: Pid, answers: Option<Time>, lease: bool, admitted: Boot, ctx: &mut Context<'_>) {
        let Some(peer) = self.peers.iter().find(|peer| peer.pid == to) else { return };
        let changes = Rc::new(self.control.since(peer.known));
        let (since, version) = (peer.known, self.control.version());
        ctx.send(to, Msg::Decisions { answers, lease, admitted, since, version, changes });
    }

    fn propose(&mut self, command: Command, ctx: &mut Context<'_>) {
        let at = ctx.now();
        ctx.save(Change::Decide(command.clone(), at), Ticket::Decided(command, at));
    }

    /// The clock is looked at.
    pub fn look(&mut self, ctx: &mut Context<'_>) {
        ctx.arm(Timer::Look, LOOK_EVERY);
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        if now.since(self.looked) > LOOK_EVERY.scale(4, 1) {
            // It was itself that stood still: what it did not hear in the meantime says nothing about anybody.
            self.peers.iter_mut().for_each(|peer| peer.watch.resume(now));
        }
        self.looked = now;
        for peer in self.peers.iter_mut().filter(|peer| peer.is_node && self.control.counts_on(peer.pid)) {
            if let Some(silent) = peer.watch.look(now, config.suspect_after) {
                ctx.note(Note::Suspected { node: peer.pid, silent });
                // Armed right after the note, so that what follows has the suspicion as its cause.
                ctx.arm(Timer::WaitOut(peer.pid), Span(env.wait_out().0.saturating_sub(silent.0)));
            }
        }
        self.expire_leases(ctx);
        self.move_on(now, ctx);
    }

    /// Rebalancing: what has to wait for time to pass, and the hand-overs, which need the primary's help.
    fn move_on(&mut self, now: Time, ctx: &mut Context<'_>) {
        let env = ctx.env();
        let config = &env.setup.config;
        let silent = |peer: &&mut Peer| {
            !peer.pending && now.since(peer.watch.heard()) >= config.out_after && self.control.is_long_gone(peer.pid, env)
        };
        let gone = self.peers.iter_mut().find(silent).map(|peer| {
            peer.pending = true;
            peer.pid
        });
        if let Some(node) = gone {
            self.propose(Command::NodeOut(node), ctx);
        }
        if now.since(self.asked) < config.resend_after {
            return;
        }
        self.asked = now;
        if self.control.has_waited(now, env) {
            self.propose(Command::GoOn, ctx);
        }
        let moves = usize::from(config.moves_in_flight);
        for (shard, view, primary) in self.control.to_hand_over(now, env).take(moves) {
            ctx.send(primary, Msg::Yield { shard, view });
        }
    }

    /// The lease of a suspected node has surely ended: it may be declared down, and others promoted.
    ///
    /// Deaths that begin together are decided together (see [`Command::NodesDown`]): while somebody else's fate is open, the
    /// decision waits, but not for ever.
    pub fn wait_out(&mut self, suspect: Pid, ctx: &mut Context<'_>) {
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        let (mut down, mut open, mut overdue) = (Vec::new(), false, false);
        for peer in self.peers.iter().filter(|peer| peer.is_node && !peer.pending) {
            let silent = now.since(peer.watch.heard());
            let up = self.control.member(peer.pid).is_some_and(|member| member.up);
            if up && peer.watch.suspected().is_some() && silent >= env.wait_out() {
                down.push(peer.pid);
                overdue |= silent > env.wait_out() + config.suspect_after;
            } else {
                open |= up && silent > config.suspect_after.scale(1, 2);
            }
        }
        let counted = self.control.member(suspect).is_some_and(|member| member.up);
        if !counted || self.suspects(suspect).is_none() {
            return; // it is down already, or was heard again
        }
        if down.is_empty() || (open && !overdue) {
            ctx.arm(Timer::WaitOut(suspect), LOOK_EVERY);
            return;
        }
        for peer in self.peers.iter_mut().filter(|peer| down.contains(&peer.pid)) {
            peer.pending = true;
        }
        self.propose(Command::NodesDown(down), ctx);
    }

    fn expire_leases(&mut self, ctx: &mut Context<'_>) {
        if !ctx.env().setup.rules.on(Rule::LockLease) {
            return;
        }
        if let Some((session, ends)) = self.control.lock.next_end()
            && ends <= ctx.now()
            && self.expiring != Some((session, ends))
        {
            self.expiring = Some((session, ends));
            self.propose(Command::Lock(LockCommand::Expire { session }), ctx);
        }
    }

    /// A decision has reached the disk: it takes effect.
    pub fn decided(&mut self, command: Command, at: Time, ctx: &mut Context<'_>) {
        let mut decided = Vec::new();
        self.control.apply(&command, at, ctx.env(), &mut decided);
        let mut views = false;
        for outcome in decided {
            match outcome {
                Decided::Returned(node, boot, fresh) => ctx.note(Note::Returned { node, boot, fresh }),
                Decided::Ring { node, why, moves, minimum } => ctx.note(Note::RingChanged { node, why, moves, minimum }),
                Decided::Left(node) => ctx.note(Note::Left { node }),
                Decided::View(shard, view, why) => {
                    views = true;
                    ctx.note(Note::ViewChanged { shard, view, why });
                }
                Decided::Lock(outcome) => lock_outcome(outcome, ctx),
            }
        }
        let about = match command {
            Command::NodeUp { node, .. } | Command::NodeOut(node) => vec![node],
            Command::NodesDown(pids) => pids,
            Command::Wish(..) | Command::Shrink(..) | Command::Expand(..) | Command::HandOver(..) | Command::GoOn | Command::Lock(_) => {
                Vec::new()
            }
        };
        for peer in self.peers.iter_mut().filter(|peer| about.contains(&peer.pid)) {
            peer.pending = false;
        }
        for i in 0..self.peers.len() {
            let pid = self.peers[i].pid;
            if views || about.contains(&pid) {
                let admitted = self.control.member(pid).map_or(Boot(0), |member| member.boot);
                self.tell(pid, None, false, admitted, ctx);
            }
        }
    }
}

fn lock_outcome(outcome: LockOutcome, ctx: &mut Context<'_>) {
    match outcome {
        LockOutcome::Queued(session, place) => {
            ctx.note(Note::LockQueued { session, place });
        }
        LockOutcome::Alive(session, since, token) => ctx.send(session.client, Msg::SessionOk { session, since, token }),
        LockOutcome::Granted(session, since, token) => {
            ctx.note(Note::LockGranted { session, token });
            ctx.send(session.client, Msg::SessionOk { session, since, token: Some(token) });
        }
        LockOutcome::Released(session, token) => {
            ctx.note(Note::LockReleased { session, token });
            ctx.send(session.client, Msg::SessionOver { session });
        }
        LockOutcome::Ended(session, held) => {
            ctx.note(Note::SessionEnded { session, held });
            ctx.send(session.client, Msg::SessionOver { session });
        }
        LockOutcome::Gone(session) => ctx.send(session.client, Msg::SessionOver { session }),
    }
}

impl Env {
    /// How long a node must be silent before others are promoted: until every lease that an answered heartbeat gave it has
    /// surely ended, whatever clocks within the bound have done. The node's may run slow by the bound and the coordinator's
    /// fast by it, and a little is added for rounding.
    pub fn wait_out(&self) -> Span {
        let config = &self.setup.config;
        if !self.setup.rules.on(Rule::PrimaryLease) {
            return config.suspect_after;
        }
        let bound = u64::from(config.drift_bound);
        config.primary_lease.scale(1_000_000 + 3 * bound, 1_000_000).max(config.suspect_after)
    }
}
