//! A leader that reaches fewer nodes than another coordinator yields to it.
//!
//! *The rule.* A leader that misses a node, for longer than `missed_after`, asks the other coordinators how many they reach.
//! One of them reaches a node if signs of reach (see [`crate::cluster::wire::reach`]) have come from it for at least twice
//! `missed_after` without a gap of more than half of it, and still do; the leader itself counts whom it does not miss. So
//! neither a node that has just died tips the scales, nor one that is heard now and then. When the leader has waited out a node's
//! last lease and would declare it down, but has just heard of a coordinator that reaches strictly more nodes than itself, it
//! asks that one to lead instead; so it does later, if it learns of one later.
//!
//! A leader that has not been sure for the wait-out of a lease that it still leads, since its own messages take too long, renews
//! no lease: it reaches nobody, and yields likewise. So does one that is sure and unsure by turns, more than a third of the time
//! unsure: under it every primary stops and begins again.
//!
//! The other can be elected only if its log is level with the leader's. So while the leader would yield and it is not, it takes
//! nothing new to be decided, as the thesis of Raft has it (section 3.10): for three times `missed_after` at most, and not again
//! before `out_after`. Without that a leader with slow messages and a busy lock would never find the other's log level.
//!
//! *No duels.* Each yielding is to one that reaches strictly more: while links stay as they are there are at most as many
//! yieldings as nodes. While links change, or the other cannot be elected, whoever has yielded, or was yielded to, does not yield
//! for `out_after`; and nobody does before it has led for the wait-out of a lease. Whoever yielded stands back: while it reaches
//! fewer nodes than the one to whom it yielded did, it waits longer before it stands for election, by the longest time-out. It
//! does stand at last: it may be the only one that can lead.
//!
//! Whoever yielded because it was not sure says for a while that it reaches nobody, to a leader that is sure: it hears the nodes,
//! but has shown that what it sends comes too late to lead them. Otherwise a leader that misses somebody would soon yield to it
//! again, and the lead would swing between the two for ever. The while is `out_after`, and twice as long each time, up to eight
//! times `out_after`: it may have become fast.
//!
//! *Simplifications.* A leader compares itself only with coordinators that it asks and hears: nobody passes on what a third one
//! reaches. Nodes are counted, whatever they hold. Balancers and workers do not count. Who yielded is forgotten by a
//! new life.

use crate::cluster::coordinator::contact::Contact;
use crate::cluster::coordinator::contact::longest_gap;
use crate::cluster::coordinator::leader_state::{Better, Comparison};
use crate::cluster::coordinator::{Coordinator, LOOK_EVERY, RaftEffects};
use crate::cluster::setup::env::Env;
use crate::cluster::wire::Context;
use crate::cluster::wire::msg::Msg;
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl Coordinator {
    /// The nodes that count.
    fn counted(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(|contact| contact.is_node && self.control.counts_on(contact.pid))
    }

    /// How many of them it surely reaches.
    fn reaches(&self, now: Time, env: &Env) -> u16 {
        let (gap, row) = (longest_gap(&env.setup.config), env.setup.config.missed_after.scale(2, 1));
        let surely = |contact: &&Contact| contact.signs.is_some_and(|(first, last)| now.since(last) <= gap && now.since(first) >= row);
        self.counted().filter(surely).count() as u16
    }

    /// Whether it leaves it to the others to stand for election, if they can.
    pub(super) fn stands_back(&self, now: Time, env: &Env) -> bool {
        self.yielded.is_some_and(|(_, nodes)| self.reaches(now, env) < nodes)
    }

    /// How much doubt is too much: of a leader that is not sure for the wait-out of a lease, or for more than a third of a longer time.
    pub(super) fn most_doubt(&self, env: &Env) -> u32 {
        (2 * env.setup.config.lease_ends().0.div_ceil(LOOK_EVERY.0)) as u32
    }

    /// Whether it leads without being sure of it for so long, or so often, that the leases it gives do not last.
    fn is_unsure(&self, env: &Env) -> bool {
        self.leader_state.as_ref().is_some_and(|leader_state| leader_state.doubt >= self.most_doubt(env))
    }

    /// Whether it has yielded not long ago because it was not sure to lead.
    fn has_given_up(&self, now: Time, env: &Env) -> bool {
        let rest = |times: u32| env.setup.config.out_after.scale(1 << (times - 1).min(3), 1);
        self.gave_up.is_some_and(|(at, times)| now.since(at) < rest(times))
    }

    /// Leader: asks the others, if it misses anybody: often while it has to decide whether a node is down.
    pub(super) fn compare(&mut self, ctx: &mut Context<'_>) {
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        let missed = || self.counted().filter(|contact| contact.is_missed(now, config));
        // While it would yield an answer must not grow stale, or it would take up its work again in between.
        let makes_way = self.leader_state.as_ref().is_some_and(|leader_state| leader_state.comparison.makes_way);
        let urgent = makes_way || self.is_unsure(env) || missed().any(|contact| self.control.is_up(contact.pid));
        let every = if urgent { config.beat_every } else { config.missed_after };
        let calm = missed().next().is_none() && !self.is_unsure(env);
        if makes_way && self.give_way(ctx).0 {
            return;
        }
        if calm {
            return;
        }
        let Some(leader_state) = self.leader_state.as_mut().filter(|it| it.comparison.asked.is_none_or(|at| now.since(at) >= every)) else {
            return;
        };
        leader_state.comparison.asked = Some(now);
        let (me, sure) = (ctx.me(), !self.is_unsure(env));
        for &to in env.coordinators.iter().filter(|&&to| to != me) {
            ctx.send(to, Msg::AskReach { sent: now, sure });
        }
    }

    /// The leader wants to know how many nodes this coordinator reaches. One that does not count, or follows another, says nothing:
    /// it could not take the lead.
    pub(super) fn tell_reach(&self, leader: Pid, sent: Time, sure: bool, ctx: &mut Context<'_>) {
        if self.raft.leader() == Some(leader) && !self.raft.is_newcomer() {
            let nodes = if sure && self.has_given_up(ctx.now(), ctx.env()) { 0 } else { self.reaches(ctx.now(), ctx.env()) };
            ctx.send(leader, Msg::Reach { sent, nodes });
        }
    }

    /// Leader: another coordinator reaches so many nodes. Of several that reach equally many the one heard first is kept.
    pub(super) fn hear_reach(&mut self, from: Pid, sent: Time, nodes: u16, ctx: &mut Context<'_>) {
        let Some(leader_state) = self.leader_state.as_mut().filter(|leader_state| leader_state.begun) else { return };
        let heard = ctx.now();
        let stays = leader_state.comparison.best.is_some_and(|it| {
            if it.who == from { it.asked > sent } else { it.nodes >= nodes && heard.since(it.heard) <= ctx.env().setup.config.missed_after }
        });
        if !stays {
            leader_state.comparison.best = Some(Better { who: from, nodes, asked: sent, heard });
        }
        self.give_way(ctx);
    }

    /// Leader: whether something may be put to be decided now: it is in charge, and not making way for another.
    pub(super) fn takes_proposals(&self, ctx: &Context<'_>) -> bool {
        let (now, most) = (ctx.now(), ctx.env().setup.config.missed_after.scale(3, 1));
        let makes_way = |it: &Comparison| it.makes_way && it.began.is_some_and(|began| now.since(began) <= most);
        self.leader_state.as_ref().is_some_and(|leader_state| leader_state.begun && !makes_way(&leader_state.comparison))
    }

    /// Leader: yields, if that is called for. Gives whether it has; and if not, whether it would have if the other's log were
    /// level with its own.
    pub(super) fn give_way(&mut self, ctx: &mut Context<'_>) -> (bool, bool) {
        let (given, soon) = self.try_to_yield(ctx);
        let (now, rest) = (ctx.now(), ctx.env().setup.config.out_after);
        if let Some(leader_state) = &mut self.leader_state {
            let it = &mut leader_state.comparison;
            it.makes_way = soon;
            it.began = it.began.filter(|&began| now.since(began) < rest).or(soon.then_some(now));
        }
        (given, soon)
    }

    fn try_to_yield(&mut self, ctx: &mut Context<'_>) -> (bool, bool) {
        let (now, env) = (ctx.now(), ctx.env());
        let config = &env.setup.config;
        let unsure = self.is_unsure(env);
        // It counts from when it was heard, as long as it is no story from long ago.
        let fresh = |it: &Better| now.since(it.heard) <= longest_gap(config) && now.since(it.asked) <= config.out_after;
        let best =
            self.leader_state.as_ref().filter(|leader_state| leader_state.begun).and_then(|leader_state| leader_state.comparison.best);
        let Some(Better { who: to, nodes, .. }) = best.filter(fresh) else { return (false, false) };
        let lost = |contact: &Contact| contact.is_missed(now, config) && self.silence(contact, now) >= env.wait_out();
        let mine = if unsure { 0 } else { self.counted().filter(|contact| !contact.is_missed(now, config)).count() };
        let rested = self.yielded.map(|(at, _)| at).max(self.asked).is_none_or(|at| now.since(at) >= config.out_after);
        if usize::from(nodes) <= mine || !rested || !(unsure || self.counted().any(lost)) {
            return (false, false);
        }
        assert!(to != ctx.me(), "a leader yields to itself");
        let before = self.yielded.replace((now, nodes));
        let mut given = false;
        self.act(ctx, |raft, now, raft_config, draw, out: &mut RaftEffects| given = raft.yield_to(to, now, raft_config, draw, out));
        if !given {
            self.yielded = before;
        } else if unsure {
            self.gave_up = Some((now, self.gave_up.map_or(1, |(_, times)| times + 1)));
        }
        assert!(given != self.leader_state.is_some(), "whoever has yielded leads on, or whoever has not does not");
        (given, !given)
    }
}
