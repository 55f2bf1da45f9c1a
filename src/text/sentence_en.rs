//! The sentences of facts, in English.

use crate::cluster::name::Roster;
use crate::cluster::note::{Asked, Note, RefusedWhy, RingWhy, StopWhy, ViewWhy, YieldWhy};
use crate::proto::replica::view::{Index, ShardId, View};
use crate::session::action::Action;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::text::sentence::{Line, has_disk, percent, seconds};

/// What a hand did to the world.
pub(super) fn fault(line: &mut Line, fault: Fault, roster: &Roster) {
    match fault {
        Fault::Kill(who) if !has_disk(who, roster) => line.put("{} was killed, and everything it knew is gone.", &[who]),
        Fault::Kill(who) => line.put("{} was killed: its memory is gone, its disk remains.", &[who]),
        Fault::Revive(who) if !has_disk(who, roster) => line.put("{} starts again, knowing nothing.", &[who]),
        Fault::Revive(who) => line.put("{} boots again from its disk.", &[who]),
        Fault::Wipe(who) => line.put("{} lost its disk: nothing of it is left.", &[who]),
        Fault::Join(who) => line.put("{} is asked to join the cluster.", &[who]),
        Fault::Leave(who) => line.put("{} is asked to leave: what it holds has to move first.", &[who]),
        Fault::Freeze(who) => line.put("{} stands still: whatever reaches it has to wait.", &[who]),
        Fault::Thaw(who) => line.put("{} goes on, and what had waited reaches it now.", &[who]),
        Fault::Slow(who, 1) => line.put("{}'s messages travel at normal speed again.", &[who]),
        Fault::Slow(who, times) => line.put(&format!("{{}}'s messages now take {times} times as long."), &[who]),
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
        Note::Suspected { node, silent } => {
            let words = format!("{{}} has been silent for {} s: {{}} suspects it.", seconds(*silent));
            line.put(&words, &[*node, who]);
        }
        Note::Returned { node, boot, fresh: false } if boot.0 > 1 => {
            line.put(&format!("{{}} hears from {{}} again, which is in its life {}.", boot.0), &[who, *node]);
        }
        Note::Returned { node, fresh: false, .. } => line.put("{} hears from {} again.", &[who, *node]),
        Note::Returned { node, boot, fresh: true } => {
            let words = format!("{{}} hears from {{}} again, which is in its life {} with an empty disk.", boot.0);
            line.put(&words, &[who, *node]);
        }
        Note::Stands { term } => line.put(&format!("{{}} hears no leader and stands for election, in term {term}."), &[who]),
        Note::Voted { term, candidate } => line.put(&format!("{{}} gives its vote of term {term} to {{}}."), &[who, *candidate]),
        Note::Elected { term } => line.put(&format!("{{}} is elected: it leads the coordinators in term {term}."), &[who]),
        Note::SteppedDown { term, why: YieldWhy::HigherTerm } => {
            line.put(&format!("{{}} hears of term {term} and leads no more."), &[who]);
        }
        Note::SteppedDown { why: YieldWhy::Unheard, .. } => {
            line.put("{} has not been answered by a majority for too long and leads no more.", &[who]);
        }
        Note::Decided { index, term } => {
            line.put(&format!("{{}} knows that decision {} of term {term} is made.", index.0), &[who]);
        }
        Note::DecisionsCut { from, dropped: 1 } => {
            line.put(&format!("{{}} drops entry {} of its log of decisions: the leader does not have it.", from.0), &[who]);
        }
        Note::DecisionsCut { from, dropped } => {
            let words = format!("{{}} drops {dropped} entries of its log of decisions from {} on: the leader does not have them.", from.0);
            line.put(&words, &[who]);
        }
        Note::StateTaken { upto } => {
            line.put(&format!("{{}} was far behind and takes over the leader's state, up to decision {}.", upto.0), &[who]);
        }
        Note::Readmitted { who: back } => line.put("{} had lost its disk and has learned everything anew: it counts again.", &[*back]),
        Note::RingChanged { node, why, moves, minimum } => ring_changed(line, *node, *why, *moves, *minimum),
        Note::Left { node } => line.put("Every copy that {} held is elsewhere now: it has left the cluster.", &[*node]),
        Note::SnapshotSent { shard, to, upto } => {
            line.put(&format!("{{}} sends {{}} a snapshot of shard {}, up to entry {}.", shard.0, upto.0), &[who, *to]);
        }
        Note::SnapshotTaken { shard, upto } => {
            line.put(&format!("{{}} has the whole snapshot of shard {}; the log goes on after entry {}.", shard.0, upto.0), &[who]);
        }
        Note::Yielded { shard } => {
            line.put(&format!("{{}} lets requests for shard {} wait, so that another node can lead.", shard.0), &[who]);
        }
        Note::Dropped { shard } => line.put(&format!("{{}} deletes its copy of shard {}: enough others hold it.", shard.0), &[who]),
        Note::ViewChanged { shard, view, why } => view_changed(line, *shard, view, *why, who),
        Note::Serving { shard, view } => {
            line.put(&format!("{{}} serves shard {} from now on, in view {}.", shard.0, view.0), &[who]);
        }
        Note::Stopped { shard, view: _, why: StopWhy::LeaseEnded } => {
            line.put(&format!("{{}} stops serving shard {}: its lease has ended.", shard.0), &[who]);
        }
        Note::Stopped { shard, view, why: StopWhy::HigherView } => {
            let words = format!("{{}} stops serving shard {}: its view {} is no longer the latest.", shard.0, view.0);
            line.put(&words, &[who]);
        }
        Note::Appended { shard, index, view } => {
            let words = format!("{{}} adds entry {} to its log of shard {}, in view {}.", index.0, shard.0, view.0);
            line.put(&words, &[who]);
        }
        Note::Committed { shard, index } => {
            let words = format!("{{}} knows that shard {} is committed up to entry {}.", shard.0, index.0);
            line.put(&words, &[who]);
        }
        Note::Truncated { shard, from, dropped: 1 } => {
            let words = format!("{{}} drops entry {} of shard {}: the new view does not have it.", from.0, shard.0);
            line.put(&words, &[who]);
        }
        Note::Truncated { shard, from, dropped } => {
            let words =
                format!("{{}} drops {dropped} entries of shard {} from entry {} on: the new view does not have them.", shard.0, from.0);
            line.put(&words, &[who]);
        }
        Note::WritesLost { shard, from: _, lost: 1 } => {
            line.put(&format!("{{}} had committed an operation on shard {} that no other copy has: it is lost.", shard.0), &[who]);
        }
        Note::WritesLost { shard, from: _, lost } => {
            line.put(&format!("{{}} had committed {lost} operations on shard {} that no other copy has: they are lost.", shard.0), &[who]);
        }
        Note::Trimmed { shard, upto } => {
            let words = format!("{{}} trims its log of shard {}: a snapshot stands for everything up to entry {}.", shard.0, upto.0);
            line.put(&words, &[who]);
        }
        Note::Applied { shard, op, index } => {
            line.put(&format!("{{}} carries out {{}}'s write to shard {}, entry {}.", shard.0, index.0), &[who, op.client]);
        }
        Note::ReadAsked { shard, op, key } => {
            line.put(&format!("{{}} asks any copy of shard {} for key{key}.", shard.0), &[op.client]);
        }
        Note::ReplicaRead { shard: _, op, from, key, index: Index(0) } => {
            line.put(&format!("{{}} reads key{key} from backup {{}}, which knows of no write to it."), &[op.client, *from]);
        }
        Note::ReplicaRead { shard: _, op, from, key, index } => {
            line.put(&format!("{{}} reads key{key} from backup {{}}, as entry {} wrote it.", index.0), &[op.client, *from]);
        }
        Note::StaleView { shard, from, theirs, ours } => {
            let words =
                format!("{{}} refuses a message about shard {} from {{}}: view {} is older than view {}.", shard.0, theirs.0, ours.0);
            line.put(&words, &[who, *from]);
        }
        Note::LearnerReady { shard, learner } => {
            line.put(&format!("{{}} has caught up on shard {}, says {{}}.", shard.0), &[*learner, who]);
        }
        Note::Acknowledged { shard, op, index, key: _ } => {
            let words = format!("{{}} confirms {{}}'s write to shard {}: it is entry {}.", shard.0, index.0);
            line.put(&words, &[who, op.client]);
        }
        Note::Refused { shard, op, why } => {
            let because = match why {
                RefusedWhy::NotPrimary => format!("it is not the primary of shard {}", shard.0),
                RefusedWhy::NoLease => format!("without a lease it may not serve shard {}", shard.0),
                RefusedWhy::Settling => format!("it still settles what the last primary of shard {} left", shard.0),
                RefusedWhy::TooFew => format!("too few copies of shard {} are in sync for a write", shard.0),
                RefusedWhy::NoRoute => format!("it knows no primary of shard {}", shard.0),
            };
            line.put(&format!("{{}} turns {{}} away: {because}."), &[who, op.client]);
        }
        Note::Answered { op: _, asked: Asked::Read } => line.put("{} has its answer: the read is done.", &[who]),
        Note::Answered { op: _, asked: Asked::Write } => line.put("{} has its answer: the write is done.", &[who]),
        Note::Retried { op: _, attempt } => {
            line.put(&format!("{{}} sends its request again: attempt {attempt}."), &[who]);
        }
        Note::LockQueued { session, place } => {
            line.put(&format!("{{}} waits for the lock, at place {place}."), &[session.client]);
        }
        Note::LockGranted { session, token } => {
            line.put(&format!("{{}} is granted the lock, with token {}.", token.0), &[session.client]);
        }
        Note::LockReleased { session, token } => {
            line.put(&format!("{{}} gives the lock back, and token {} with it.", token.0), &[session.client]);
        }
        Note::SessionEnded { session, held: Some(token) } => {
            let words = format!("{{}}'s session has ended: it loses the lock it held with token {}.", token.0);
            line.put(&words, &[session.client]);
        }
        Note::SessionEnded { session, held: None } => {
            line.put("{}'s session has ended: it no longer waits for the lock.", &[session.client]);
        }
        Note::HoldBegins { token } => {
            line.put(&format!("{{}} learns that it holds the lock, with token {}.", token.0), &[who]);
        }
        Note::HoldEnds { token } => {
            line.put(&format!("{{}} no longer believes that it holds the lock (token {}).", token.0), &[who]);
        }
        Note::FencedWrite { shard, op, token, value } => {
            let words = format!("Shard {} took {{}}'s write with token {}: it is edit {value}.", shard.0, token.0);
            line.put(&words, &[op.client]);
        }
        Note::FenceRefused { shard, op, token, seen } => {
            let words = format!("Shard {} refused {{}}: its token {} is smaller than {}.", shard.0, token.0, seen.0);
            line.put(&words, &[op.client]);
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
            let words = format!("{{}} makes {{}} the primary of shard {shard}: view {no} begins.");
            line.put(&words, &[who, primary]);
            return;
        }
        (ViewWhy::Promotion | ViewWhy::NoPrimary, _) => {
            let words = format!("Shard {shard} has no primary in view {no}: nobody who has all its writes is alive.");
            line.put(&words, &[]);
            return;
        }
        (ViewWhy::Recruited(node), _) => {
            line.put(&format!("{{}} begins to copy shard {shard} (view {no})."), &[node]);
            return;
        }
        (ViewWhy::HandedOver, primary) => {
            let words = format!("Shard {shard} is handed over, without a gap, to {{}}: view {no} begins.");
            line.put(&words, &[primary.unwrap_or(who)]);
            return;
        }
        (ViewWhy::Dismissed, _) => {
            line.put(&format!("Every wanted copy of shard {shard} is there: from view {no} on, only "), &[]);
            line.list(&view.in_sync, ", ", " and ");
            line.put(" hold it.", &[]);
            return;
        }
        (ViewWhy::Cancelled, _) => {
            line.put(&format!("The copy of shard {shard} that was being made is not wanted any more (view {no})."), &[]);
            return;
        }
        (ViewWhy::BackupLost, _) => {
            line.put(&format!("From view {no} of shard {shard} on, in sync only "), &[]);
        }
        (ViewWhy::CaughtUp, _) => {
            line.put(&format!("A replica of shard {shard} has caught up: in sync from view {no} on "), &[]);
        }
    }
    line.put(if view.in_sync.len() == 1 { "is " } else { "are " }, &[]);
    line.list(&view.in_sync, ", ", " and ");
    line.put(".", &[]);
}
