//! What a coordinator does while it leads: it answers heartbeats, declares the silent down, sets decisions on their way, and
//! tells what was decided.
//!
//! *Leases across a change of leader.* A leader extends a node's lease only while it is sure to lead ([`Raft::leads_until`]:
//! nobody else can have been elected yet). So whatever leases its predecessors gave, they gave before its election, and it
//! counts every silence from its election on before it declares anybody down.
//!
//! [`Raft::leads_until`]: crate::proto::consensus::raft::Raft::leads_until

use std::rc::Rc;

use crate::cluster::control::record::Version;
use crate::cluster::control::{Command, Decided, Intent};
use crate::cluster::coordinator::contact::Contact;
use crate::cluster::coordinator::{Coordinator, LOOK_EVERY};
use crate::cluster::group::Verdict;
use crate::cluster::note::{BeliefNote, ControlNote, LockNote, Note, ShardNote};
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::rules::Rule;
use crate::cluster::wire::msg::Msg;
use crate::cluster::wire::{Context, Timer};
use crate::proto::consensus::words::RaftConfig;
use crate::proto::lock::token::{LockCommand, LockOutcome, LockSession};
use crate::proto::replica::view::{ShardId, ViewNo};
use crate::sim::id::{Boot, Pid};
use crate::sim::time::{Span, Time};

impl Coordinator {
    /// Its first decision is made: it acts from now on.
    pub(super) fn begin(&mut self, ctx: &mut Context<'_>) {
        let Some(leader_state) = &mut self.leader_state else { return };
        leader_state.begun = true;
        let (since, wait_out) = (leader_state.since, ctx.env().wait_out());
        let now = ctx.now();
        for contact in
            self.contacts.iter().filter(|contact| contact.is_node && self.control.is_up(contact.pid) && contact.watch.suspected().is_some())
        {
            // It has had an opinion all the while.
            ctx.note(contact.suspicion(now, self.group.verdict(contact.pid), &ctx.env().setup.config));
            ctx.arm(Timer::WaitOut(contact.pid), Span(wait_out.0.saturating_sub(now.since(since).0)));
        }
        for i in 0..self.contacts.len() {
            if self.contacts[i].known > 0 && !self.control.since(self.contacts[i].known).is_empty() {
                self.inform(self.contacts[i].pid, ctx);
            }
        }
    }

    /// For how long a node has been silent, as far as that means anything: a predecessor may have heard it.
    pub(super) fn silence(&self, contact: &Contact, now: Time) -> Span {
        let since = self.leader_state.as_ref().map_or(now, |leader_state| leader_state.since);
        now.since(contact.watch.heard().max(since))
    }

    /// A node or worker asks for a decision.
    pub(super) fn asked(&mut self, command: Command, ctx: &mut Context<'_>) {
        if self.takes_proposals(ctx) {
            self.propose(command, ctx);
        }
    }

    /// A node or balancer has been heard. Whether it leads or not, a coordinator tells what it knows to be decided: whoever cannot
    /// reach the leader hears of new views all the same. Views are numbered, so old news does no harm; and a lease is the
    /// leader's alone to give. What the sender says of itself, its life and whether its disk is empty and whether it wishes to
    /// leave, is acted on only if it `says` so with a sign of reach.
    pub(super) fn heartbeat(&mut self, from: Pid, sent: Time, says: Option<(Boot, bool, bool)>, ctx: &mut Context<'_>) {
        // A balancer has no record.
        let on_record = self.control.member(from).map_or(Boot(0), |member| member.boot);
        let lease = match says {
            Some((boot, fresh, leaving)) if self.is_in_charge() => {
                self.heed(from, boot, fresh, Intent { said: (boot, sent), leaving }, ctx)
            }
            Some(_) | None => false,
        };
        self.tell(from, Some(sent), lease, on_record, ctx);
    }

    /// Leader: a node that hears it speaks. Gives whether its lease is renewed.
    fn heed(&mut self, from: Pid, boot: Boot, fresh: bool, intent: Intent, ctx: &mut Context<'_>) -> bool {
        let Some(member) = self.control.member(from) else { return false };
        let (on_record, up) = (member.boot, member.up);
        let open = self.takes_proposals(ctx);
        let Some(contact) = self.contacts.iter_mut().find(|contact| contact.pid == from) else { return false };
        let pending = contact.pending;
        if boot > on_record || (boot == on_record && !up) {
            if !pending && open {
                contact.pending = true;
                self.propose(Command::NodeUp { node: from, boot, fresh, intent }, ctx);
            }
            return false;
        }
        let sure = self.raft.leads_until(ctx.env().raft_config()).is_some_and(|until| ctx.now() < until);
        let lease = up && !pending && sure && boot == on_record;
        if lease {
            assert!(contact.leased <= ctx.now(), "a lease is renewed before it was given");
            contact.leased = ctx.now();
        }
        if !pending && open && self.control.heeds(from, intent, ctx.env()) {
            self.propose(Command::Intent(from, intent), ctx);
        }
        lease
    }

    /// Sends what the receiver does not know yet.
    fn tell(&self, to: Pid, answers: Option<Time>, lease: bool, admitted: Boot, ctx: &mut Context<'_>) {
        let Some(contact) = self.contacts.iter().find(|contact| contact.pid == to) else { return };
        let changes = Rc::new(self.control.since(contact.known));
        let (since, version) = (contact.known, self.control.version());
        ctx.send(to, Msg::Decisions { answers, lease, admitted, since, version, changes });
    }

    /// The clock is looked at.
    pub fn look(&mut self, ctx: &mut Context<'_>) {
        ctx.arm(Timer::Look, LOOK_EVERY);
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        if now.since(self.looked) > LOOK_EVERY.scale(4, 1) {
            // It was itself that stood still: what it did not hear in the meantime says nothing about anybody.
            self.contacts.iter_mut().for_each(|contact| contact.resume(now));
        }
        self.looked = now;
        if self.forgotten.is_some() {
            self.afterwards(ctx); // it may have waited long enough
        }
        let leader_state = self.leader_state.as_ref().filter(|leader_state| leader_state.begun).map(|leader_state| leader_state.since);
        for contact in self.contacts.iter_mut().filter(|contact| contact.is_node && self.control.counts_on(contact.pid)) {
            let verdict = self.group.verdict(contact.pid);
            let raised = contact.look(now, verdict, config);
            // What it believes by the group's word the group has noted.
            if raised && config.detector != Detection::TimeOut && verdict == Verdict::None {
                ctx.note(BeliefNote::Suspects { who: contact.pid, first: true });
            }
            if let Some(since) = leader_state.filter(|_| raised) {
                ctx.note(contact.suspicion(now, verdict, config));
                // Armed right after the note, so that what follows has the suspicion as its cause.
                let waited = now.since(contact.watch.heard()).0.min(now.since(since).0);
                ctx.arm(Timer::WaitOut(contact.pid), Span(env.wait_out().0.saturating_sub(waited)));
            }
        }
        let sure = self.raft.leads_until(env.raft_config()).is_some_and(|until| now < until);
        let most = self.most_doubt(env);
        if let Some(leader_state) = &mut self.leader_state {
            leader_state.doubt = if sure { leader_state.doubt.saturating_sub(1) } else { (leader_state.doubt + 2).min(most) };
        }
        if self.takes_proposals(ctx) {
            self.lapse(ctx);
            self.readmit(ctx);
            self.move_on(now, ctx);
        }
        if leader_state.is_some() {
            self.compare(ctx);
        }
    }

    fn readmit(&mut self, ctx: &mut Context<'_>) {
        for it in self.raft.newcomers() {
            let Some(leader_state) = self.leader_state.as_mut().filter(|leader_state| !leader_state.readmitting.contains(&it)) else {
                continue;
            };
            leader_state.readmitting.push(it);
            self.propose(Command::Readmit(it.0, it.1), ctx);
        }
    }

    /// Rebalancing: what has to wait for time to pass, and the hand-overs, which need the primary's help.
    fn move_on(&mut self, now: Time, ctx: &mut Context<'_>) {
        let env = ctx.env();
        let config = &env.setup.config;
        let silent = |contact: &&mut Contact| {
            !contact.pending && now.since(contact.watch.heard()) >= config.out_after && self.control.is_long_gone(contact.pid, env)
        };
        let gone = self.contacts.iter_mut().find(silent).map(|contact| {
            contact.pending = true;
            contact.pid
        });
        if let Some(node) = gone {
            self.propose(Command::NodeOut(node), ctx);
        }
        let Some(leader_state) = self.leader_state.as_mut().filter(|leader_state| now.since(leader_state.asked) >= config.resend_after)
        else {
            return;
        };
        leader_state.asked = now;
        let heard = |pid: Pid, since: Version| self.contacts.iter().any(|it| it.pid == pid && it.known >= since && !it.pending);
        let ready: Vec<(ShardId, ViewNo)> = self.control.to_let_go(heard, now, env).collect();
        if !ready.is_empty() {
            self.propose(Command::GoOn(ready), ctx);
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
        if !self.is_in_charge() {
            return;
        }
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        let (mut down, mut open, mut overdue) = (Vec::new(), false, false);
        for contact in self.contacts.iter().filter(|contact| contact.is_node && !contact.pending) {
            let silent = self.silence(contact, now);
            let up = self.control.member(contact.pid).is_some_and(|member| member.up);
            if up && contact.watch.suspected().is_some() && silent >= env.wait_out() {
                down.push(contact.pid);
                overdue |= silent > env.wait_out() + config.missed_after;
            } else {
                open |= up && silent > config.missed_after.scale(1, 2);
            }
        }
        let counted = self.control.member(suspect).is_some_and(|member| member.up);
        if !counted || self.suspects(suspect).is_none() {
            return; // it is down already, or was heard again
        }
        let (mut gone, mut soon) = (false, false);
        if !down.is_empty() {
            (gone, soon) = self.give_way(ctx);
        }
        if gone {
            return; // who is down is for the next leader to say
        }
        // While it makes way it does not decide, and that is bounded.
        if down.is_empty() || !self.takes_proposals(ctx) || ((open || soon) && !overdue) {
            ctx.arm(Timer::WaitOut(suspect), LOOK_EVERY);
            return;
        }
        for contact in self.contacts.iter_mut().filter(|contact| down.contains(&contact.pid)) {
            let since = now.since(contact.leased);
            assert!(since >= env.wait_out(), "{:?} is declared down {since} s after its lease was renewed", contact.pid);
            contact.pending = true;
        }
        self.propose(Command::NodesDown(down), ctx);
    }

    /// Leases of locks end by a decision, so that all coordinators agree on who holds what.
    fn lapse(&mut self, ctx: &mut Context<'_>) {
        if ctx.env().setup.rules.on(Rule::LockLease)
            && let Some(ends) = self.control.locks.next_end().filter(|&ends| ends <= ctx.now())
            && let Some(leader_state) = self.leader_state.as_mut().filter(|leader_state| leader_state.lapsing != Some(ends))
        {
            leader_state.lapsing = Some(ends);
            self.propose(Command::Lock(LockCommand::Lapse), ctx);
        }
    }

    /// Tells what was decided, and whom it concerns. `of` is the entry: its term and index.
    pub(super) fn decided(&mut self, command: &Command, decided: Vec<Decided>, of: (u32, u32), ctx: &mut Context<'_>) {
        let mut views = false;
        for outcome in decided {
            match outcome {
                Decided::Returned(node, boot, fresh) => {
                    ctx.note_once(of, Note::Control(ControlNote::Returned { node, boot, fresh }));
                    // It came back by a sign of its own, of which the group may not have heard yet. If the suspicion stayed, the next one would be
                    // none, and nobody would wait for the end of its lease.
                    if ctx.env().setup.config.swim().is_some()
                        && let Some(contact) = self.contacts.iter_mut().find(|contact| contact.pid == node)
                    {
                        contact.watch.acquit();
                    }
                }
                Decided::Ring { node, why, moves, minimum } => {
                    ctx.note_once(of, Note::Control(ControlNote::RingChanged { node, why, moves, minimum }))
                }
                Decided::Left(node) => ctx.note_once(of, Note::Control(ControlNote::Left { node })),
                Decided::Readmitted(who) => ctx.note_once(of, Note::Control(ControlNote::Readmitted { who })),
                Decided::View(shard, view, why) => {
                    views = true;
                    ctx.note_once(of, Note::Shard(ShardNote::ViewChanged { shard, view, why }));
                }
                Decided::Lock(outcome) => lock_outcome(outcome, of, ctx),
            }
        }
        let about: &[Pid] = match command {
            Command::NodeUp { node, .. } | Command::NodeOut(node) => &[*node],
            Command::NodesDown(pids) => pids,
            Command::Intent(..)
            | Command::Shrink(..)
            | Command::Expand(..)
            | Command::Stalled(..)
            | Command::HandOver(..)
            | Command::Level(..)
            | Command::Defer(..)
            | Command::Salvage(..)
            | Command::Resume(_)
            | Command::GoOn(_)
            | Command::Lead(_)
            | Command::Readmit(..)
            | Command::Lock(_) => &[],
        };
        for contact in self.contacts.iter_mut().filter(|contact| about.contains(&contact.pid)) {
            contact.pending = false;
        }
        for i in 0..self.contacts.len() {
            let pid = self.contacts[i].pid;
            if self.is_in_charge() && (views || about.contains(&pid)) {
                self.inform(pid, ctx);
            }
        }
    }

    /// Sends news that nobody has asked for.
    fn inform(&self, pid: Pid, ctx: &mut Context<'_>) {
        let admitted = self.control.member(pid).map_or(Boot(0), |member| member.boot);
        self.tell(pid, None, false, admitted, ctx);
    }
}

/// Tells what came of a command to the locks: the session's client by a message, the reader by a note about entry `of`.
pub fn lock_outcome(outcome: LockOutcome, of: (u32, u32), ctx: &mut Context<'_>) {
    let over = |session: LockSession, note: Option<Note>, ctx: &mut Context<'_>| {
        if let Some(note) = note {
            ctx.note_once(of, note);
        }
        ctx.send(session.client, Msg::SessionOver { session });
    };
    match outcome {
        LockOutcome::Queued(session, lock, place) => ctx.note_once(of, Note::Lock(LockNote::Queued { session, lock, place })),
        LockOutcome::Alive(session, since, token) => ctx.send(session.client, Msg::SessionOk { session, since, token }),
        LockOutcome::Granted(session, lock, since, token) => {
            ctx.note_once(of, Note::Lock(LockNote::Granted { session, lock, token }));
            ctx.send(session.client, Msg::SessionOk { session, since, token: Some(token) });
        }
        LockOutcome::Released(session, lock, token) => over(session, Some(Note::Lock(LockNote::Released { session, lock, token })), ctx),
        LockOutcome::Cancelled(session, lock, held) => over(session, Some(Note::Lock(LockNote::Cancelled { session, lock, held })), ctx),
        LockOutcome::Ended(session, lock, held) => over(session, Some(Note::Lock(LockNote::SessionEnded { session, lock, held })), ctx),
        LockOutcome::Gone(session) => over(session, None, ctx),
    }
}

impl Env {
    /// How patient coordinators are with each other, and by which rules.
    pub fn raft_config(&self) -> RaftConfig {
        let (config, rules) = (&self.setup.config, self.setup.rules);
        RaftConfig {
            election_min: config.election_min,
            election_max: config.election_max,
            heartbeat_every: config.beat_every,
            pre_vote: true,
            check_quorum: true,
            drift_bound: config.drift_bound,
            majority: rules.on(Rule::Majority),
            vote_is_stored: rules.on(Rule::VotePersisted),
            current_term_only: rules.on(Rule::CurrentTerm),
        }
    }

    /// How long a node must be silent before others are promoted: until every lease that an answered heartbeat gave it has
    /// surely ended, whatever clocks within the bound have done. The node's may run slow by the bound and the coordinator's
    /// fast by it, and a little is added for rounding.
    pub fn wait_out(&self) -> Span {
        let config = &self.setup.config;
        if !self.setup.rules.on(Rule::PrimaryLease) {
            return if config.detector == Detection::TimeOut { config.suspect_after } else { Span::ZERO };
        }
        config.lease_ends()
    }
}
