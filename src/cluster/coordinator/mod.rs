//! A coordinator: one member of the Raft group that decides views and runs the lock. It hears heartbeats and has an opinion
//! about who is silent, whether it leads or not; only the leader acts on it (see [`crate::cluster::coordinator::leadership`]).

mod contact;
mod leader_state;
pub mod leadership;
mod succession;

use std::rc::Rc;

use crate::cluster::control::beyond::Beyond;
use crate::cluster::control::{Command, Control, Decided, Decision};
use crate::cluster::coordinator::contact::Contact;
use crate::cluster::coordinator::leader_state::LeaderState;
use crate::cluster::group::Group;
use crate::cluster::note::{BeliefNote, ControlNote, YieldWhy};
use crate::cluster::setup::detection::Detection;
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::reach::is_sign;
use crate::cluster::wire::{Change, Context, Ticket, Timer};
use crate::proto::consensus::raft::{Draw, Raft, RaftDisk};
use crate::proto::consensus::words::{Fact, RaftConfig, RaftEffect, RaftMsg, SaveId, Term};
use crate::proto::lock::token::LockCommand;
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

/// How often it looks at its clock for silent nodes.
pub(super) const LOOK_EVERY: Span = Span::millis(50);

/// What a coordinator's disk holds.
pub type ControlDisk = RaftDisk<Decision, Control>;

pub(super) type RaftEffects = Vec<RaftEffect<Decision, Control>>;

/// A coordinator's memory.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Coordinator {
    pub(super) raft: Raft<Decision, Control>,
    /// The state after everything applied.
    pub(super) control: Control,
    /// Applied up to here.
    applied: Index,
    /// A state for the next snapshot, and after which entry it was taken.
    ripe: Option<(Index, Rc<Control>)>,
    pub(super) contacts: Vec<Contact>,
    /// What only a leader has.
    leader_state: Option<LeaderState>,
    /// When it last yielded the lead, and how many nodes the one reached to whom it did.
    pub(super) yielded: Option<(Time, u16)>,
    /// When it last yielded since it was not sure to lead, and how often it has.
    pub(super) gave_up: Option<(Time, u32)>,
    /// When it last stood for election because a leader had yielded to it.
    pub(super) asked: Option<Time>,
    /// When it last looked at its clock.
    pub(super) looked: Time,
    /// When its Raft timer fires.
    armed: Option<Time>,
    /// The only coordinator, after it has lost its disk: what it has heard of what it has forgotten, until it begins anew.
    pub(super) forgotten: Option<Beyond>,
    /// Its part in the group that probes.
    pub(super) group: Group,
}

impl Coordinator {
    /// A new life.
    pub fn boot(disk: &ControlDisk, ctx: &mut Context<'_>) -> Coordinator {
        let (me, life, now, env) = (ctx.me(), ctx.boot().0, ctx.now(), ctx.env());
        let raft_config = env.raft_config();
        // Each life of an only coordinator has had one term at most: so this one's is new, though its disk knows of none.
        let emptied = env.coordinators.len() == 1 && life > 1 && !disk.member;
        let later = emptied.then(|| ControlDisk { term: disk.term.max(Term(life)), ..disk.clone() });
        let disk = later.as_ref().unwrap_or(disk);
        let rng = ctx.rng();
        let raft = Raft::new(me, life, env.coordinators.clone(), disk, now, raft_config, &mut |min, max| rng.between(min, max));
        let contact = |pid, is_node| Contact::new(pid, is_node, now, &env.setup.config);
        let nodes = env.nodes.iter().map(|&pid| contact(pid, true));
        let contacts = nodes.chain(env.balancers.iter().map(|&pid| contact(pid, false))).collect();
        let (applied, control) = state_of(disk, raft.commit(), env);
        let forgotten = (emptied && !control.has_resumed()).then(Beyond::default);
        let (ripe, leader_state, yielded, gave_up, asked, armed) = (None, None, None, None, None, None);
        let group = Group::boot(ctx);
        let mut it = Coordinator {
            raft,
            control,
            applied,
            ripe,
            contacts,
            leader_state,
            yielded,
            gave_up,
            asked,
            looked: now,
            armed,
            forgotten,
            group,
        };
        ctx.arm(Timer::Look, LOOK_EVERY);
        it.afterwards(ctx);
        it
    }

    /// The state it acts on.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// How much of the log is in that state.
    pub fn applied(&self) -> Index {
        self.applied
    }

    /// Its part in the group.
    pub fn raft(&self) -> &Raft<Decision, Control> {
        &self.raft
    }

    /// Since when it suspects a node.
    pub fn suspects(&self, pid: Pid) -> Option<Time> {
        self.contacts.iter().find(|contact| contact.pid == pid)?.watch.suspected()
    }

    /// What it knows of each node by its own ears.
    pub(in crate::cluster) fn contacts(&self) -> impl Iterator<Item = (Pid, &Contact)> {
        self.contacts.iter().filter(|contact| contact.is_node).map(|contact| (contact.pid, contact))
    }

    /// Its part in the group that probes.
    pub(in crate::cluster) fn group(&self) -> &Group {
        &self.group
    }

    /// Its part in the group wants to be told the time.
    pub fn probe(&mut self, ctx: &mut Context<'_>) {
        self.group.tick(ctx);
    }

    /// Whether it leads, and its own first decision is made: it knows all that was decided before, and acts.
    pub fn is_in_charge(&self) -> bool {
        self.leader_state.as_ref().is_some_and(|leader_state| leader_state.begun)
    }

    /// A message arrives.
    pub fn receive(&mut self, from: Pid, msg: Msg, ctx: &mut Context<'_>) {
        match msg {
            Msg::Raft(msg) => self.hear(from, *msg, ctx),
            Msg::Heartbeat { sent, boot, fresh, leaving, known, answered, latest } => {
                if let Some(beyond) = &mut self.forgotten {
                    beyond.hear(known, latest);
                    return; // it does not know yet what to say
                }
                if self.control.is_behind(known, latest) {
                    self.asked(Command::Resume(Beyond::of(known, latest)), ctx);
                }
                let config = &ctx.env().setup.config;
                if let Some(contact) = self.contacts.iter_mut().find(|contact| contact.pid == from) {
                    let (sign, suspected) = (!contact.is_node || is_sign(answered, sent, config.primary_lease), contact.watch.suspected());
                    contact.hear(known, sign, ctx.now(), config);
                    if config.detector != Detection::TimeOut && suspected.is_some() && contact.watch.suspected().is_none() {
                        ctx.note(BeliefNote::Trusts { who: from });
                    }
                    if self.raft.is_newcomer() {
                        return; // it has forgotten what was decided, and does not know it again yet
                    }
                    self.heartbeat(from, sent, sign.then_some((boot, fresh, leaving)), ctx);
                }
            }
            Msg::Swim(msg) => self.group.receive(from, *msg, ctx),
            Msg::AskReach { sent, sure } => self.tell_reach(from, sent, sure, ctx),
            Msg::Reach { sent, nodes } => self.hear_reach(from, sent, nodes, ctx),
            Msg::Lagging { shard, view, node } => self.asked(Command::Shrink(shard, view, node), ctx),
            Msg::Stalled { shard, node, .. } if self.control.is_stalled(shard, node) => {}
            Msg::Stalled { shard, view, node } => self.asked(Command::Stalled(shard, view, node), ctx),
            Msg::Ready { shard, view, node } => self.asked(Command::Expand(shard, view, node), ctx),
            Msg::Yielded { shard, view } => self.asked(Command::HandOver(shard, view), ctx),
            Msg::Level { shard, view, open } => self.asked(Command::Level(shard, view, open), ctx),
            Msg::Defer { shard, view, node } => self.asked(Command::Defer(shard, view, node), ctx),
            Msg::Offer { shard, view } => self.asked(Command::Salvage(shard, view, from), ctx),
            Msg::Acquire { session, lock, sent } => self.asked(Command::Lock(LockCommand::Acquire { session, lock, sent }), ctx),
            Msg::KeepAlive { session, sent } => self.asked(Command::Lock(LockCommand::KeepAlive { session, sent }), ctx),
            Msg::Cancel { session } => self.asked(Command::Lock(LockCommand::Cancel { session }), ctx),
            Msg::Release { session, token } => self.asked(Command::Lock(LockCommand::Release { session, token }), ctx),
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

    /// Another coordinator speaks.
    fn hear(&mut self, from: Pid, msg: RaftMsg<Decision, Control>, ctx: &mut Context<'_>) {
        self.act(ctx, |raft, now, raft_config, draw, out| raft.receive(from, msg, now, raft_config, draw, out));
    }

    /// The Raft timer fires.
    pub fn tick(&mut self, ctx: &mut Context<'_>) {
        self.armed = None;
        self.act(ctx, |raft, now, raft_config, draw, out| raft.tick(now, raft_config, draw, out));
    }

    /// A save is done.
    pub fn stored(&mut self, mark: SaveId, ctx: &mut Context<'_>) {
        self.act(ctx, |raft, now, raft_config, _, out| raft.stored(mark, now, raft_config, out));
    }

    /// Leader: sets a decision on its way.
    pub(super) fn propose(&mut self, command: Command, ctx: &mut Context<'_>) {
        assert!(self.is_in_charge(), "something is put to be decided by whoever is not in charge");
        self.act(ctx, |raft, now, raft_config, _, out| {
            raft.propose(Decision { command, at: now }, now, raft_config, out);
        });
    }

    pub(super) fn act(
        &mut self,
        ctx: &mut Context<'_>,
        act: impl FnOnce(&mut Raft<Decision, Control>, Time, RaftConfig, Draw<'_>, &mut RaftEffects),
    ) {
        let (now, raft_config) = (ctx.now(), ctx.env().raft_config());
        let mut effects = RaftEffects::new();
        let waits = self.stands_back(now, ctx.env());
        let rng = ctx.rng();
        act(&mut self.raft, now, raft_config, &mut |min, max| rng.between(min, max) + if waits { max } else { Span::ZERO }, &mut effects);
        self.carry_out(effects, ctx);
        self.afterwards(ctx);
    }

    fn carry_out(&mut self, effects: RaftEffects, ctx: &mut Context<'_>) {
        for effect in effects {
            match effect {
                RaftEffect::Send(to, msg) => ctx.send(to, Msg::Raft(Box::new(msg))),
                RaftEffect::Save { change, mark } => ctx.save(Change::Raft(change), Ticket::Raft(mark)),
                RaftEffect::Commit(upto) => self.apply(upto, ctx),
                RaftEffect::Restore(snapshot) => {
                    assert!(snapshot.upto.0 >= self.applied, "a snapshot takes back what was applied");
                    self.applied = snapshot.upto.0;
                    self.control = (*snapshot.state).clone();
                    self.ripe = None;
                    ctx.note(ControlNote::StateTaken { upto: self.applied });
                }
                RaftEffect::Tell(fact) => self.tell_fact(fact, ctx),
            }
        }
    }

    fn tell_fact(&mut self, fact: Fact, ctx: &mut Context<'_>) {
        match fact {
            Fact::Stands(term, asked) => {
                self.asked = asked.map(|_| ctx.now()).or(self.asked);
                ctx.note(ControlNote::Stands { term: term.0, asked });
            }
            Fact::Votes(term, candidate) => ctx.note(ControlNote::Voted { term: term.0, candidate }),
            Fact::Leads(term) => {
                ctx.note(ControlNote::Elected { term: term.0 });
                assert!(self.leader_state.is_none(), "a leader is elected that leads already");
                self.leader_state = Some(LeaderState::new(ctx.now()));
            }
            Fact::StepsDown(term) => self.step_down(term, YieldWhy::HigherTerm, ctx),
            Fact::Resigns(term) => self.step_down(term, YieldWhy::Unheard, ctx),
            Fact::Yields(term, to) => self.step_down(term, YieldWhy::ReachesMore(to), ctx),
            Fact::Truncated(from, dropped) => ctx.note(ControlNote::DecisionsCut { from, dropped }),
        }
    }

    fn step_down(&mut self, term: Term, why: YieldWhy, ctx: &mut Context<'_>) {
        ctx.note(ControlNote::SteppedDown { term: term.0, why });
        assert!(self.leader_state.is_some(), "whoever does not lead steps down");
        self.leader_state = None;
        self.contacts.iter_mut().for_each(|contact| contact.pending = false);
    }

    /// What is decided takes effect.
    fn apply(&mut self, upto: Index, ctx: &mut Context<'_>) {
        assert!(upto <= self.raft.commit(), "what is not decided takes effect");
        while self.applied < upto {
            let index = self.applied.next();
            let Some(entry) = self.raft.log().get(index) else { return };
            let (term, op) = (entry.mark, entry.op.clone());
            self.applied = index;
            ctx.note(ControlNote::Decided { index, term: term.0 });
            let Some(Decision { command, at }) = op else { continue };
            let mut decided: Vec<Decided> = Vec::new();
            self.control.apply(&command, at, ctx.env(), &mut decided);
            if self.raft.is_leader() {
                // A predecessor may have told it before it was succeeded.
                self.decided(&command, decided, (term.0, index.0), ctx);
                if command == Command::Lead(ctx.me()) && term == self.raft.term() {
                    self.begin(ctx);
                }
            }
        }
    }

    /// What follows from any change: a leader that knows all begins, a newcomer counts again, an old log gives way to a
    /// snapshot, the timer is set.
    pub(super) fn afterwards(&mut self, ctx: &mut Context<'_>) {
        loop {
            let (now, raft_config) = (ctx.now(), ctx.env().raft_config());
            let mut effects = RaftEffects::new();
            if let Some(leader_state) = self.leader_state.as_mut().filter(|leader_state| !leader_state.announced)
                && self.raft.is_settled()
                && (self.forgotten.is_none() || now.since(leader_state.since) >= ctx.env().until_forgotten())
            {
                leader_state.announced = true;
                if let Some(beyond) = self.forgotten.take() {
                    assert!(ctx.env().coordinators.len() == 1, "one of several coordinators begins anew by itself");
                    self.raft.propose(Decision { command: Command::Resume(beyond), at: now }, now, raft_config, &mut effects);
                }
                self.raft.propose(Decision { command: Command::Lead(ctx.me()), at: now }, now, raft_config, &mut effects);
            }
            if self.raft.is_newcomer() && self.control.has_readmitted(ctx.me(), ctx.boot().0) {
                self.raft.admit(&mut effects);
            }
            self.ripen(ctx.env().setup.config.decisions_kept, &mut effects);
            if effects.is_empty() {
                break;
            }
            self.carry_out(effects, ctx);
        }
        let wakes = self.raft.wakes_at(ctx.env().raft_config());
        if self.armed.is_none_or(|armed| wakes < armed) {
            self.armed = Some(wakes);
            ctx.arm(Timer::Raft, wakes.since(ctx.now()));
        }
    }

    /// A snapshot is taken some entries before it replaces them, so that the log always has some for those a little behind.
    fn ripen(&mut self, keep: u32, effects: &mut RaftEffects) {
        match self.ripe.take() {
            Some((upto, state)) if self.applied.0 >= upto.0 + keep => self.raft.compact(upto, (*state).clone(), effects),
            None if self.applied.0 >= self.raft.log().base().0 + keep => self.ripe = Some((self.applied, Rc::new(self.control.clone()))),
            other => self.ripe = other,
        }
    }
}

/// The state that a disk's snapshot and log give up to an index, and that index.
pub(super) fn state_of(disk: &ControlDisk, upto: Index, env: &crate::cluster::setup::env::Env) -> (Index, Control) {
    assert!(upto >= disk.log.base(), "a state is asked for that the snapshot is beyond");
    let mut control = disk.snapshot.as_ref().map_or_else(|| Control::founding(env), |snapshot| (*snapshot.state).clone());
    let mut unheard = Vec::new();
    for entry in disk.log.from(disk.log.base().next(), (upto.0 - disk.log.base().0) as usize) {
        if let Some(Decision { command, at }) = entry.op {
            control.apply(&command, at, env, &mut unheard);
        }
    }
    (upto, control)
}
