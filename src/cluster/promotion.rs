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

use crate::cluster::config::{Ack, Config};
use crate::cluster::control::{Control, Decided};
use crate::cluster::env::Env;
use crate::cluster::msg::Version;
use crate::cluster::note::ViewWhy;
use crate::cluster::rules::Rule;
use crate::cluster::view::Waiting;
use crate::proto::replica::view::{ShardId, View, ViewNo};
use crate::proto::replica::words::Commit;
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// How many copies hold what is acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Durability {
    /// When an entry is committed.
    pub commit: Commit,
    /// With fewer copies in sync nothing more is committed.
    pub min: usize,
    /// Copies that a shard should have.
    copies: usize,
}

impl Durability {
    /// What a recipe asks for.
    pub fn of(config: &Config) -> Durability {
        let (commit, min) = match config.ack {
            Ack::Primary => (Commit::Own, 1),
            Ack::Majority => (Commit::Majority(config.replicas), config.copies_needed()),
            Ack::InSync => (Commit::All, config.copies_needed()),
        };
        Durability { commit, min, copies: config.replicas.into() }
    }

    /// Members of an in-sync set of this size that may lack a committed entry, once all have had everything.
    fn lack(self, in_sync: usize) -> usize {
        match self.commit {
            // Any of them may lack anything, and no promise is made.
            Commit::Own => 0,
            Commit::All | Commit::Majority(_) => in_sync.saturating_sub(self.commit.holders(in_sync)),
        }
    }
}

/// A shard by the control plane's record.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct ShardRecord {
    pub(super) view: View,
    /// The version at which the view came to be.
    pub(super) since: Version,
    /// The ring's answer: who should hold copies, the preferred primary first.
    pub(super) order: Vec<Pid>,
    /// The view's primary has told that all that was committed before it led is on its disk, in this view or in an earlier one that
    /// it led without a break.
    pub(super) settled: bool,
    /// At most so many of the in-sync copies lack any one committed entry.
    pub(super) may_lack: usize,
    /// Copies that were let go before those that are left were known to hold everything: they still count towards `may_lack`.
    former: Vec<Pid>,
    /// Copies outside the in-sync set that hold everything committed, in the order in which they were let go.
    pub(super) eligible: Vec<Pid>,
    /// Learners that answer nothing, in this view: no other copy waits for them.
    stalled: Vec<Pid>,
    /// The copies left in the in-sync set cannot be known to hold everything committed: nobody may lead as if they did.
    pub(super) orphaned: bool,
    /// Who handed the shard over last, and when. Until its lease has surely ended it stays in the in-sync set: the new primary
    /// cannot settle without its answer, and with that answer it has stepped down.
    pub(super) handed: Option<(Pid, Time)>,
}

impl ShardRecord {
    /// A shard that was just set up: every copy is there, nothing is in it.
    pub(super) fn founding(order: Vec<Pid>, durability: Durability) -> ShardRecord {
        let view =
            View { no: ViewNo(1), primary: Some(order[0]), in_sync: order.clone(), learners: Vec::new(), level: true, unknown: false };
        let may_lack = durability.lack(order.len());
        ShardRecord {
            view,
            since: 1,
            order,
            settled: true,
            may_lack,
            former: Vec::new(),
            eligible: Vec::new(),
            stalled: Vec::new(),
            orphaned: false,
            handed: None,
        }
    }

    /// So many in-sync copies hold everything committed together, whichever they are: so many must live for one of them to lead.
    /// Where a majority commits a single one may do; it commits nothing before others have joined it.
    fn together(&self) -> usize {
        self.may_lack + 1
    }

    /// Whether the in-sync set may do without one more copy, though that one's disk may hold what others lack.
    fn may_shrink(&self) -> bool {
        self.view.in_sync.len() > self.together()
    }
}

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
                let mut nodes: Vec<Pid> = record.view.in_sync.iter().chain(remembered).copied().collect();
                nodes.sort_unstable();
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
        record.former.clear();
        record.eligible.clear();
    }
}
