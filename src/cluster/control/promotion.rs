//! Who may lead a shard, as part of the control plane's deterministic machine: in-sync sets, fail-over, and what is left to do when
//! no copy can be trusted to hold everything that was acknowledged.
//!
//! *What is known of a shard.* [`ShardRecord::may_lack`] bounds how many members of the in-sync set may lack any one committed
//! entry: none where every copy must store it, f where all but f must (`proto/replica/gather` has the argument). So any
//! `may_lack + 1` members hold everything together, and that many must live, with their disks, before one of them leads. A primary
//! that has settled holds everything by itself. A disk that was lost holds nothing: its copy leaves the in-sync set at once. When
//! fewer than `may_lack + 1` members are left, nobody knows what is gone: the shard is *orphaned*, and waits for an operator's choice.
//!
//! *Copies let go too early to forget.* A set that has shrunk below the number of copies is not level at once: some entry may be on
//! the copy that was let go and on only one of those that are left. So that copy is remembered as a *former* member until the
//! rest is level: of the members and it together at most `may_lack` lack any committed entry, as before, since whatever is committed
//! later is on every member that is left. Together they lead, or save a shard whose member lost its disk.
//!
//! *Remembered copies.* Below `min` in-sync copies nothing more is committed. So a copy that had everything when the set fell below
//! `min` goes on having everything: it is *eligible*, and leads should the in-sync copies be dead or lost (KIP-966, eligible leader
//! replicas). That ends when enough copies are in sync again, or when a new primary has found operations that it must commit before
//! it can serve: it asks first ([`Control::level`]).

use crate::cluster::control::record::ShardRecord;
use crate::cluster::control::waiting::Waiting;
use crate::cluster::control::{Control, Decided};
use crate::cluster::note::ViewWhy;
use crate::cluster::setup::env::Env;
use crate::cluster::setup::rules::Rule;
use crate::proto::replica::view::{ShardId, View, ViewNo};
use crate::proto::replica::words::Commit;
use crate::sim::id::Pid;
use crate::sim::sorted::sorted;
use crate::sim::time::Time;

impl Control {
    /// A new view after the loss of primary `old` (which may lead again if `again`), or for a shard that nobody leads. Candidates are
    /// the members of the in-sync set, in the ring's order, if enough of them live; then copies that are remembered. If there is
    /// none, the shard waits.
    pub(super) fn fail_over(&mut self, i: usize, old: Pid, again: bool, env: &Env, out: &mut Vec<Decided>) {
        let record = &self.shards[i];
        let mut view = record.view.clone();
        let lives = |&pid: &Pid| (self.is_up(pid) && pid != old) || (again && pid == old);
        let living: Vec<Pid> = view.in_sync.iter().copied().filter(lives).collect();
        let mut heirs = Vec::new();
        if !record.orphaned && living.len() >= record.together() {
            heirs = living;
        }
        if !record.orphaned && heirs.is_empty() {
            // With those that were let go, at most as many as before lack anything.
            let all: Vec<Pid> = view.in_sync.iter().chain(&record.former).copied().filter(lives).collect();
            if !record.former.is_empty() && all.len() >= record.together() {
                heirs = all;
            }
        }
        if !record.orphaned && heirs.is_empty() {
            heirs = record.eligible.iter().copied().filter(lives).collect();
        }
        let mut chosen = self.arranged(i, &heirs).first().copied();
        if !env.setup.rules.on(Rule::InSyncPromotion) && !record.orphaned {
            // Without the rule, whoever was not in sync comes first.
            let stale_first = self.arranged(i, &view.learners).into_iter().chain(self.arranged(i, &view.in_sync));
            chosen = stale_first.into_iter().find(lives);
            heirs = view.in_sync.iter().copied().filter(lives).chain(chosen.filter(|pid| !view.in_sync.contains(pid))).collect();
        }
        match chosen {
            Some(primary) => {
                assert!(self.is_up(primary), "shard {i}: a dead node is promoted");
                assert!(heirs.contains(&primary), "shard {i}: whoever is promoted is no heir");
                view.primary = Some(primary);
                let all: Vec<Pid> = view.in_sync.iter().chain(&view.learners).chain(&heirs).copied().collect();
                let (in_sync, learners) = self.arranged(i, &all).into_iter().partition(|pid| heirs.contains(pid));
                (view.in_sync, view.learners) = (in_sync, learners);
                self.install(i, view, ViewWhy::Promotion, out);
            }
            None if view.primary.is_some() => {
                view.primary = None;
                let why = if record.orphaned { ViewWhy::Orphaned } else { ViewWhy::NoPrimary };
                self.install(i, view, why, out);
            }
            None => {}
        }
    }

    /// A primary that has not settled waits for answers that cannot come: of its in-sync set too few live to hold everything
    /// together. If they do together with a copy that was let go, that one counts again. (Should the primary have settled just now,
    /// it has committed on every copy of the smaller set, and at most as many as before lack anything.)
    pub(super) fn reinforce(&mut self, i: usize, out: &mut Vec<Decided>) {
        let record = &self.shards[i];
        let lives = |pid: &&Pid| self.is_up(**pid);
        let living = record.view.in_sync.iter().filter(lives).count();
        let waits = !record.settled && !record.orphaned && living < record.together() && !record.former.is_empty();
        let Some(primary) = record.view.primary.filter(|&pid| waits && self.is_up(pid)) else { return };
        let heirs: Vec<Pid> = record.view.in_sync.iter().chain(&record.former).filter(lives).copied().collect();
        if heirs.len() < record.together() {
            return;
        }
        let mut view = record.view.clone();
        let all: Vec<Pid> = view.in_sync.iter().chain(&view.learners).chain(&heirs).copied().collect();
        let (in_sync, learners) = self.arranged(i, &all).into_iter().partition(|pid| heirs.contains(pid));
        (view.in_sync, view.learners) = (in_sync, learners);
        assert!(view.in_sync.contains(&primary), "shard {i}: a primary that lives does not count");
        self.install(i, view, ViewWhy::Promotion, out);
    }

    /// What a shard waits for; `None` if somebody is to lead it.
    pub fn waiting(&self, shard: ShardId) -> Option<Waiting> {
        let record = &self.shards[usize::from(shard.0)];
        match record.view.primary {
            Some(_) if record.view.unknown => Some(Waiting::For { nodes: record.view.in_sync.clone(), enough: record.view.in_sync.len() }),
            Some(_) => None,
            None if record.orphaned => Some(Waiting::Choice),
            None => {
                let remembered = record.former.iter().chain(&record.eligible);
                let nodes = sorted(record.view.in_sync.iter().chain(remembered).copied());
                Some(Waiting::For { nodes, enough: record.together() })
            }
        }
    }

    /// A node is back with an empty disk: what it held of a shard is gone, whatever it was.
    pub(super) fn lost_disk(&mut self, i: usize, pid: Pid, env: &Env, out: &mut Vec<Decided>) {
        let record = &mut self.shards[i];
        record.eligible.retain(|&it| it != pid);
        record.former.retain(|&it| it != pid);
        let led = record.view.primary;
        if !record.view.in_sync.contains(&pid) {
            if record.view.learners.contains(&pid) {
                // What its primary knows of this learner, and may have proposed, is about the disk it has lost.
                self.remove(i, pid, ViewWhy::BackupLost, out);
            }
            return;
        }
        record.view.in_sync.retain(|&it| it != pid);
        record.view.level = false;
        // A primary that lives and has settled holds everything, and goes on.
        let safe = record.settled && led.is_some_and(|primary| primary != pid && self.is_up(primary));
        let record = &mut self.shards[i];
        if !safe && record.view.in_sync.len() < record.together() {
            record.view.in_sync.append(&mut record.former);
        }
        let lost = record.view.in_sync.len() < record.together() && record.eligible.is_empty();
        record.orphaned |= lost && !safe;
        if record.view.in_sync.is_empty() {
            record.view.in_sync = std::mem::take(&mut record.eligible);
        }
        if record.view.in_sync.is_empty() {
            // The view cannot be without a copy that counts: this one stays, and counts for nothing.
            record.view.in_sync.push(pid);
        } else {
            record.view.learners.push(pid);
        }
        let ShardRecord { view: View { in_sync, learners, .. }, .. } = record;
        learners.retain(|it| !in_sync.contains(it));
        let before = record.view.no;
        if record.orphaned || led.is_none_or(|primary| primary == pid) {
            self.fail_over(i, pid, false, env, out);
        }
        if self.shards[i].view.no == before {
            let view = self.shards[i].view.clone();
            let why = if lost && !safe { ViewWhy::Orphaned } else { ViewWhy::BackupLost };
            self.install(i, view, why, out);
        }
        let ShardRecord { view, orphaned, .. } = &self.shards[i];
        assert!(!view.in_sync.contains(&pid) || *orphaned, "shard {i}: a copy counts though its disk is lost");
    }

    /// These replicas of a shard in the ring's order, each once; those that the ring does not want come last.
    pub(super) fn arranged(&self, i: usize, pids: &[Pid]) -> Vec<Pid> {
        let order = &self.shards[i].order;
        let wanted = order.iter().filter(|pid| pids.contains(pid)).copied();
        let mut arranged: Vec<Pid> = wanted.collect();
        for &pid in pids {
            if !arranged.contains(&pid) {
                arranged.push(pid);
            }
        }
        arranged
    }

    /// A backup or learner is a learner from now on.
    pub(super) fn remove(&mut self, i: usize, pid: Pid, why: ViewWhy, out: &mut Vec<Decided>) {
        let mut view = self.shards[i].view.clone();
        assert!(view.primary != Some(pid), "shard {i}: a primary is to learn from itself");
        view.in_sync.retain(|&member| member != pid);
        if !view.learners.contains(&pid) {
            view.learners.push(pid);
        }
        self.install(i, view, why, out);
    }

    /// The one door through which a view changes.
    pub(super) fn install(&mut self, i: usize, mut view: View, why: ViewWhy, out: &mut Vec<Decided>) {
        assert!(!view.in_sync.is_empty(), "shard {i}: a view without any copy that counts");
        assert!(view.primary.is_none_or(|pid| view.in_sync.contains(&pid)), "shard {i}: a primary that is not in sync");
        assert!(view.in_sync.iter().all(|pid| !view.learners.contains(pid)), "shard {i}: a copy counts and does not count");
        assert!((1..view.in_sync.len()).all(|n| !view.in_sync[..n].contains(&view.in_sync[n])), "shard {i}: a copy counts twice");
        let (version, durability) = (self.version, self.durability);
        let record = &mut self.shards[i];
        let goes_on = view.primary.is_some() && view.primary == record.view.primary;
        let begins = view.primary.is_some() && !goes_on;
        let same = view.in_sync == record.view.in_sync;
        assert!(view.no >= record.view.no, "shard {i}: views are counted backwards");
        assert!(!begins || !record.orphaned, "shard {i}: somebody is to lead though nobody knows what is gone");
        record.settled &= goes_on;
        let all_hold = record.may_lack == 0 && durability.commit != Commit::Own;
        // One copy more may lack something when the set grows, since commits need not wait for all of the larger one.
        let size = view.in_sync.len();
        record.may_lack = record.may_lack.max(durability.lack(size));
        if record.settled {
            record.may_lack = record.may_lack.min(size - 1);
        }
        record.eligible.retain(|pid| !view.in_sync.contains(pid));
        if size >= durability.min {
            record.eligible.clear();
        } else if all_hold {
            let gone = record.view.in_sync.iter().filter(|pid| !view.in_sync.contains(pid)).copied();
            record.eligible.extend(gone);
        }
        view.level = record.settled && (same && record.view.level || durability.lack(size) == record.may_lack);
        if view.level || size >= durability.copies || durability.commit.spare() == 0 {
            record.former.clear();
        } else {
            let gone = record.view.in_sync.iter().filter(|pid| !view.in_sync.contains(pid)).copied();
            record.former.extend(gone);
            record.former.retain(|pid| !view.in_sync.contains(pid));
        }
        assert!(record.eligible.is_empty() || record.may_lack == 0, "shard {i}: a copy passes for whole while one that counts may not be");
        assert!(!record.former.iter().any(|pid| view.in_sync.contains(pid)), "shard {i}: a copy that counts was let go");
        view.no = view.no.next();
        record.stalled.clear();
        record.view = view.clone();
        record.since = version;
        out.push(Decided::View(ShardId(i as u16), view, why));
    }

    pub(super) fn shrink(&mut self, shard: ShardId, no: ViewNo, node: Pid, at: Time, env: &Env, out: &mut Vec<Decided>) {
        let record = &self.shards[usize::from(shard.0)];
        let view = &record.view;
        if record.handed.is_some_and(|(pid, since)| pid == node && at.since(since) < env.wait_out()) {
            return; // it may still believe that it leads: the new primary has to wait for it
        }
        // A learner too: the new number voids any proposal to count it that is still under way.
        let counted = view.in_sync.contains(&node) && record.may_shrink();
        if view.no == no && view.primary != Some(node) && (counted || view.learners.contains(&node)) {
            self.remove(usize::from(shard.0), node, ViewWhy::BackupLost, out);
        }
    }

    /// A learner answers nothing.
    pub(super) fn stalled(&mut self, shard: ShardId, no: ViewNo, node: Pid) {
        let record = &mut self.shards[usize::from(shard.0)];
        if record.view.no == no && record.view.learners.contains(&node) && !record.stalled.contains(&node) {
            record.stalled.push(node);
        }
    }

    /// Whether that is known already.
    pub fn is_stalled(&self, shard: ShardId, node: Pid) -> bool {
        self.shards[usize::from(shard.0)].stalled.contains(&node)
    }

    pub(super) fn expand(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let i = usize::from(shard.0);
        let mut view = self.shards[i].view.clone();
        if view.no != no || !view.learners.contains(&node) || !self.is_up(node) {
            return;
        }
        view.learners.retain(|&pid| pid != node);
        view.in_sync.push(node);
        view.in_sync = self.arranged(i, &view.in_sync);
        self.install(i, view, ViewWhy::CaughtUp, out);
    }

    pub(super) fn can_spare_copy(&self, i: usize) -> bool {
        self.shards[i].may_shrink()
    }

    /// All in-sync copies of a view have what is committed, says its primary; which is to commit what no other copy may have, if `open`.
    pub(super) fn level(&mut self, shard: ShardId, no: ViewNo, open: bool) {
        let (version, durability) = (self.version, self.durability);
        let record = &mut self.shards[usize::from(shard.0)];
        if record.view.no == no && record.view.primary.is_some() {
            (record.settled, record.view.level, record.view.unknown) = (true, true, false);
            record.may_lack = durability.lack(record.view.in_sync.len());
            assert!(!record.orphaned, "shard {}: whoever leads it cannot know what is gone", shard.0);
            record.former.clear();
            if open {
                record.eligible.clear();
            }
            record.since = version; // so that its primary hears that it is known
        }
    }

    /// A new primary says that another in-sync copy has the better log. It has not led yet, so nobody has to be waited for.
    pub(super) fn defer(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let i = usize::from(shard.0);
        let mut view = self.shards[i].view.clone();
        if view.no == no && view.in_sync.contains(&node) && view.primary.is_some_and(|primary| primary != node) && self.is_up(node) {
            view.primary = Some(node);
            self.install(i, view, ViewWhy::BetterLog, out);
        }
    }

    /// An operator has chosen that a shard which nobody may lead is served with what a node has. What others had is given up.
    pub(super) fn salvage(&mut self, shard: ShardId, no: ViewNo, node: Pid, out: &mut Vec<Decided>) {
        let i = usize::from(shard.0);
        let mut view = self.shards[i].view.clone();
        let waits = view.primary.is_none() || view.unknown;
        if view.no != no || !waits || !self.is_up(node) {
            return;
        }
        let others: Vec<Pid> = view.in_sync.iter().chain(&view.learners).copied().filter(|&pid| pid != node).collect();
        (view.primary, view.in_sync, view.learners) = (Some(node), vec![node], self.arranged(i, &others));
        view.unknown = false;
        let record = &mut self.shards[i];
        (record.orphaned, record.may_lack) = (false, 0);
        self.install(i, view, ViewWhy::Salvaged, out);
        // Whatever others had is given up.
        let record = &mut self.shards[i];
        assert!(record.view.in_sync == [node] && !record.orphaned, "shard {i}: an operator's choice counts for others, too");
        record.former.clear();
        record.eligible.clear();
    }
}
