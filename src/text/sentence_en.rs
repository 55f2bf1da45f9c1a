//! The sentences of facts, in English.

use crate::cluster::note::{Asked, Note, RefusedWhy, RingWhy, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
use crate::cluster::setup::name::Roster;
use crate::proto::replica::view::{Index, ShardId, View};
use crate::session::action::Action;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::text::line::{Line, has_disk, percent, seconds};

/// A lock passes to the next from one who gave it back.
pub(super) const PASSED: &str = "{} is granted the lock @ after {}, with token #.";
/// A lock passes from one whose session has ended to the next.
pub(super) const LOST: &str = "{}'s session has ended: {} is granted the lock @, with token #.";

/// What a hand did to the world.
pub(super) fn fault(line: &mut Line, fault: Fault, roster: &Roster) {
    match fault {
        Fault::Kill(who) if !has_disk(who, roster) => line.put("{} was killed, and everything it knew is gone.", &[who]),
        Fault::Kill(who) => line.put("{} was killed: its memory is gone, its disk remains.", &[who]),
        Fault::Revive(who) if !has_disk(who, roster) => line.put("{} starts again, knowing nothing.", &[who]),
        Fault::Revive(who) => line.put("{} boots again from what its disk holds.", &[who]),
        Fault::Wipe(who) => line.put("{} lost its disk: nothing of it is left.", &[who]),
        Fault::Join(who) => line.put("{} is asked to join the cluster.", &[who]),
        Fault::Leave(who) => line.put("{} is asked to leave: what it holds has to move first.", &[who]),
        Fault::Proceed(who) => {
            line.put(
                "An operator chooses what {} has: shards that nobody may lead are served with it, and what others had is given up.",
                &[who],
            );
        }
        Fault::Freeze(who) => line.put("{} is frozen: whatever reaches it has to wait.", &[who]),
        Fault::Thaw(who) => line.put("{} is thawed, and what had waited reaches it now.", &[who]),
        Fault::Slow(who, 1) => line.put("{}'s messages travel at normal speed again.", &[who]),
        Fault::Slow(who, times) => line.say("{}'s messages now take # times as long.", &[who], &[times.into()]),
        Fault::Cut(from, to) => line.put("Messages from {} to {} are lost from now on.", &[from, to]),
        Fault::Heal(from, to) => line.put("Messages from {} to {} get through again.", &[from, to]),
        Fault::Drift(who, 0) => line.put("{}'s clock keeps true time again.", &[who]),
        Fault::Drift(who, ppm) => {
            let way = if ppm > 0 { "fast" } else { "slow" };
            line.put(&format!("{{}}'s clock now runs {} % {way}.", percent(ppm)), &[who]);
        }
    }
}

/// What a hand did, where that is more than one fault.
pub(super) fn action(line: &mut Line, action: Action, who: &[Pid]) {
    match action {
        Action::Cut(..) => line.put("{} and {} can no longer reach each other.", who),
        Action::Heal(..) => line.put("{} and {} can reach each other again.", who),
        Action::Isolate(_) => line.put("{} is cut off from everyone.", who),
        Action::Rejoin(_) => line.put("All links of {} work again.", who),
        Action::Kill(_)
        | Action::Revive(_)
        | Action::Add(_)
        | Action::Drain(_)
        | Action::Salvage(_)
        | Action::Wipe(_)
        | Action::Freeze(_)
        | Action::Thaw(_)
        | Action::Slow(..)
        | Action::Drift(..)
        | Action::CutOneWay(..)
        | Action::HealOneWay(..) => unreachable!("one fault, one sentence: {action}"),
    }
}

/// What `who` noted.
pub(super) fn note(line: &mut Line, note: &Note, who: Pid) {
    match note {
        Note::Suspected { node, silent, why: SuspectWhy::Silent } => {
            let words = format!("{{}} has been silent for {} s: {{}} suspects it.", seconds(*silent));
            line.put(&words, &[*node, who]);
        }
        Note::Suspected { node, silent, why: SuspectWhy::Deaf } => {
            let words = format!("{{}} speaks, but for {} s has shown no sign that it hears {{}}: {{}} suspects it.", seconds(*silent));
            line.put(&words, &[*node, who, who]);
        }
        Note::Returned { node, boot, fresh: false } if boot.0 > 1 => {
            line.say("{} hears from {} again (its boot number #).", &[who, *node], &[boot.0.into()]);
        }
        Note::Returned { node, fresh: false, .. } => line.put("{} hears from {} again.", &[who, *node]),
        Note::Returned { node, boot, fresh: true } => {
            line.say("{} hears from {} again (its boot number #, with an empty disk).", &[who, *node], &[boot.0.into()]);
        }
        Note::Stands { term, asked: None } => {
            line.say("{} hears no leader and stands for election, in term #.", &[who], &[(*term).into()]);
        }
        Note::Stands { term, asked: Some(leader) } => {
            line.say("{} stands for election in term #, as {} has asked it to.", &[who, *leader], &[(*term).into()]);
        }
        Note::Voted { term, candidate } => line.say("{} gives its vote of term # to {}.", &[who, *candidate], &[(*term).into()]),
        Note::Elected { term } => line.say("{} is elected: it leads the coordinators in term #.", &[who], &[(*term).into()]),
        Note::SteppedDown { term, why: YieldWhy::HigherTerm } => {
            line.say("{} hears of term # and leads no more.", &[who], &[(*term).into()]);
        }
        Note::SteppedDown { why: YieldWhy::Unheard, .. } => {
            line.put("{} has not been answered by a majority for too long and leads no more.", &[who]);
        }
        Note::SteppedDown { why: YieldWhy::ReachesMore(to), .. } => {
            line.put("{} reaches fewer nodes than {}: it leads no more and asks {} to lead.", &[who, *to, *to]);
        }
        Note::Decided { index, term } => {
            line.say("{} learns that decision # of term # is made.", &[who], &[index.0.into(), (*term).into()]);
        }
        Note::DecisionsCut { from, dropped: 1 } => {
            line.say("{} drops entry # of its log of decisions: the leader does not have it.", &[who], &[from.0.into()]);
        }
        Note::DecisionsCut { from, dropped } => {
            line.say(
                "{} drops # entries of its log of decisions from # on: the leader does not have them.",
                &[who],
                &[(*dropped).into(), from.0.into()],
            );
        }
        Note::StateTaken { upto } => {
            line.say("{} was far behind and takes over the leader's state, up to decision #.", &[who], &[upto.0.into()]);
        }
        Note::Readmitted { who: back } => line.put("{} had lost its disk and has learned everything anew: it counts again.", &[*back]),
        Note::RingChanged { node, why, moves, minimum } => ring_changed(line, *node, *why, *moves, *minimum),
        Note::Left { node } => line.put("Every copy that {} held is elsewhere now: it has left the cluster.", &[*node]),
        Note::SnapshotSent { shard, to, upto } => {
            line.say("{} sends {} a snapshot of shard #, up to entry #.", &[who, *to], &[shard.0.into(), upto.0.into()]);
        }
        Note::SnapshotTaken { shard, upto } => {
            line.say("{} has the whole snapshot of shard #; the log goes on after entry #.", &[who], &[shard.0.into(), upto.0.into()]);
        }
        Note::Yielded { shard } => {
            line.say("{} lets requests for shard # wait, so that another node can become its primary.", &[who], &[shard.0.into()]);
        }
        Note::Dropped { shard } => line.say("{} deletes its copy of shard #: enough others hold it.", &[who], &[shard.0.into()]),
        Note::ViewChanged { shard, view, why } => view_changed(line, *shard, view, *why, who),
        Note::Serving { shard, view } => {
            line.say("{} serves shard # from now on, in view #.", &[who], &[shard.0.into(), view.0.into()]);
        }
        Note::Stopped { shard, view: _, why: StopWhy::LeaseEnded } => {
            line.say("{} stops serving shard #: its lease has ended.", &[who], &[shard.0.into()]);
        }
        Note::Stopped { shard, view, why: StopWhy::HigherView } => {
            line.say("{} stops serving shard #: its view # is no longer the latest.", &[who], &[shard.0.into(), view.0.into()]);
        }
        Note::Appended { shard, index, view } => {
            line.say("{} adds entry # to its log of shard #, in view #.", &[who], &[index.0.into(), shard.0.into(), view.0.into()]);
        }
        Note::Committed { shard, index } => {
            line.say("{} learns that shard # is committed up to entry #.", &[who], &[shard.0.into(), index.0.into()]);
        }
        Note::Truncated { shard, from, dropped: 1 } => {
            line.say("{} drops entry # of shard #: the new view does not have it.", &[who], &[from.0.into(), shard.0.into()]);
        }
        Note::Truncated { shard, from, dropped } => {
            line.say(
                "{} drops # entries of shard # from entry # on: the new view does not have them.",
                &[who],
                &[(*dropped).into(), shard.0.into(), from.0.into()],
            );
        }
        Note::WritesLost { shard, from: _, lost: 1 } => {
            line.say("{} had committed an operation on shard # that no other copy has: it is lost.", &[who], &[shard.0.into()]);
        }
        Note::WritesLost { shard, from: _, lost } => {
            line.say(
                "{} had committed # operations on shard # that no other copy has: they are lost.",
                &[who],
                &[(*lost).into(), shard.0.into()],
            );
        }
        Note::Trimmed { shard, upto } => {
            line.say(
                "{} trims its log of shard #: a snapshot stands for everything up to entry #.",
                &[who],
                &[shard.0.into(), upto.0.into()],
            );
        }
        Note::Applied { shard, op, index } => {
            line.say("{} carries out {}'s write to shard #, entry #.", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        Note::Invoked { shard, op, key, put: None } => {
            line.say("{} asks to read key# of shard #.", &[op.client], &[(*key).into(), shard.0.into()]);
        }
        Note::Invoked { shard, op, key, put: Some(_) } => {
            line.say("{} asks to write key# of shard #.", &[op.client], &[(*key).into(), shard.0.into()]);
        }
        Note::ReadServed { shard, op, view: _ } => line.say("{} answers {}'s read of shard #.", &[who, op.client], &[shard.0.into()]),
        Note::ReplicaRead { shard: _, op, from, key, index: Index(0) } => {
            line.say("{} reads key# from backup {}, which knows of no write to it.", &[op.client, *from], &[(*key).into()]);
        }
        Note::ReplicaRead { shard: _, op, from, key, index } => {
            line.say("{} reads key# from backup {}, as entry # wrote it.", &[op.client, *from], &[(*key).into(), index.0.into()]);
        }
        Note::StaleView { shard, from, theirs, ours } => {
            line.say(
                "{} refuses a message about shard # from {}: view # is older than view #.",
                &[who, *from],
                &[shard.0.into(), theirs.0.into(), ours.0.into()],
            );
        }
        Note::LearnerReady { shard, learner } => {
            line.say("{} has caught up on shard #, says {}.", &[*learner, who], &[shard.0.into()]);
        }
        Note::AnsweredAgain { shard, op, view: _ } => {
            line.say("{} answers {}'s retry about shard # from memory: it was done before.", &[who, op.client], &[shard.0.into()]);
        }
        Note::Acknowledged { shard, op, index, view: _, key: _ } => {
            line.say("{} acknowledges {}'s write to shard #: it is entry #.", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        Note::Refused { shard, op, why } => {
            let because = match why {
                RefusedWhy::NotPrimary => format!("it is not the primary of shard {}", shard.0),
                RefusedWhy::NoLease => format!("without a lease it may not serve shard {}", shard.0),
                RefusedWhy::Settling => format!("it is still settling what the last primary of shard {} left", shard.0),
                RefusedWhy::TooFew => format!("too few copies of shard {} are in sync for a write", shard.0),
                RefusedWhy::NoRoute => format!("it knows no primary of shard {}", shard.0),
            };
            line.put(&format!("{{}} turns {{}} away: {because}."), &[who, op.client]);
        }
        Note::Answered { op: _, asked: Asked::Read, .. } => line.put("{} has its answer: the read is done.", &[who]),
        Note::Answered { op: _, asked: Asked::Write, .. } => line.put("{} has its answer: the write is done.", &[who]),
        Note::Retried { op: _, attempt } => {
            line.say("{} sends its request again: attempt #.", &[who], &[(*attempt).into()]);
        }
        Note::LockQueued { session, lock, place } => {
            line.on("{} waits for the lock @, at place #.", &[session.client], *lock, &[(*place).into()]);
        }
        Note::LockGranted { session, lock, token } => {
            line.on("{} is granted the lock @, with token #.", &[session.client], *lock, &[token.0]);
        }
        Note::LockReleased { session, lock, token } => {
            line.on("{} releases the lock @, which it held with token #.", &[session.client], *lock, &[token.0]);
        }
        Note::LockCancelled { session, lock, held: None } => {
            line.on("{} has waited long enough: it leaves the queue of the lock @.", &[session.client], *lock, &[]);
        }
        Note::LockCancelled { session, lock, held: Some(token) } => {
            line.on("{} has waited long enough, and gives the lock @ back unused (token #).", &[session.client], *lock, &[token.0]);
        }
        Note::SessionEnded { session, lock, held: Some(token) } => {
            line.on("{}'s session has ended: it loses the lock @ that it held with token #.", &[session.client], *lock, &[token.0]);
        }
        Note::SessionEnded { session, lock, held: None } => {
            line.on("{}'s session has ended: it no longer waits for the lock @.", &[session.client], *lock, &[]);
        }
        Note::HoldBegins { lock, token } => {
            line.on("{} learns that it holds the lock @, with token #.", &[who], *lock, &[token.0]);
        }
        Note::GrantTooLate { lock, token } => {
            line.on(
                "{} hears that the lock @ is its own, with token #; but its lease has run out, and it does not believe it.",
                &[who],
                *lock,
                &[token.0],
            );
        }
        Note::HoldEnds { lock, token } => {
            line.on("{} is done with the lock @ (token #).", &[who], *lock, &[token.0]);
        }
        Note::FencedWrite { shard, op, token, text, .. } => {
            line.say(
                "Shard # took {}'s write with token #: the document has # lines.",
                &[op.client],
                &[shard.0.into(), token.0, text.len().into()],
            );
        }
        Note::FenceRefused { shard, op, asked, lock: _, token, seen } => {
            let what = match asked {
                Asked::Read => "Shard # turned {} away",
                Asked::Write => "Shard # refused {}'s write",
            };
            line.say(what, &[op.client], &[shard.0.into()]);
            if token == seen {
                line.say(": token # is another's.", &[], &[token.0]);
            } else {
                line.say(": its token # is smaller than #.", &[], &[token.0, seen.0]);
            }
        }
    }
}

fn ring_changed(line: &mut Line, node: Pid, why: RingWhy, moves: u32, minimum: u32) {
    line.put(
        match why {
            RingWhy::Joined => "{} joins the ring: ",
            RingWhy::Draining => "{} leaves the ring in good order: ",
            RingWhy::Out => "{} has been down for too long and is taken off the ring: ",
            RingWhy::Returned => "{} is back and joins the ring again: ",
        },
        &[node],
    );
    let words = match moves {
        0 => "no copy has to move.".to_owned(),
        1 => format!("1 copy has to move, and no placement could do with fewer than {minimum}."),
        _ => format!("{moves} copies have to move, and no placement could do with fewer than {minimum}."),
    };
    line.put(&words, &[]);
}

fn view_changed(line: &mut Line, shard: ShardId, view: &View, why: ViewWhy, who: Pid) {
    let (shard, no) = (shard.0, view.no.0);
    match (why, view.primary) {
        (ViewWhy::Promotion, Some(primary)) => {
            line.say("{} makes {} the primary of shard #: view # begins.", &[who, primary], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Promotion | ViewWhy::NoPrimary, _) => {
            line.say(
                "Shard # has no primary in view #: no live copy is sure to have all its writes. It waits for ",
                &[],
                &[shard.into(), no.into()],
            );
            line.list(&view.in_sync, ", ", " or ");
            line.put(".", &[]);
            return;
        }
        (ViewWhy::Orphaned, _) => {
            let words =
                "Shard # has lost too many disks (view #): nobody can say what is gone, and an operator has to choose whose copy counts.";
            line.say(words, &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Renumbered, _) => {
            let words = "{} hears of a view from before it forgot: for shard # it goes on behind it, with view #.";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Resumed, _) => {
            let words = "{} has forgotten all it had decided: for shard # it begins anew with view #, and every copy has to be looked at.";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BetterLog, primary) => {
            let words = "{}'s log of shard # goes further than its new primary's: it leads instead, in view #.";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Salvaged, primary) => {
            let words = "Shard # is served with what {} has, by an operator's choice: view # begins.";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Recruited(node), _) => {
            line.say("{} begins to copy shard # (view #).", &[node], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::HandedOver, primary) => {
            line.say("Shard # is handed over, without a gap, to {}: view # begins.", &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Dismissed, _) => {
            line.say("Every wanted copy of shard # is there: from view # on, only ", &[], &[shard.into(), no.into()]);
            line.list(&view.in_sync, ", ", " and ");
            line.put(" hold it.", &[]);
            return;
        }
        (ViewWhy::Cancelled, _) => {
            line.say("The copy of shard # that was being made is not wanted any more (view #).", &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BackupLost, _) => {
            line.say("From view # of shard # on, only ", &[], &[no.into(), shard.into()]);
        }
        (ViewWhy::CaughtUp, _) => {
            line.say("A copy of shard # has caught up: from view # on, ", &[], &[shard.into(), no.into()]);
        }
    }
    line.list(&view.in_sync, ", ", " and ");
    line.put(if view.in_sync.len() == 1 { " is in sync." } else { " are in sync." }, &[]);
}
