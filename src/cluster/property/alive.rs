//! Something good happens in time: a shard that can be served is served, a lock that somebody waits for is passed on, copies are made
//! anew. The other promises say what never happens; a cluster that does nothing keeps all of those.
//!
//! *When the clock runs.* A deadline is counted from the latest fault on, and only while nothing is in the way: nobody is frozen, no
//! link is cut or slow, no clock beyond its bound, more than half of the coordinators run and count: one that has lost its disk counts
//! again when the others have readmitted it. Nodes may be dead: a shard can be served
//! while a copy that counted last runs or, where a majority acknowledges, all of them or all but one of three; while all of them do, where
//! nobody remembers who has what; and its copies return if everybody on the ring runs. A lock is
//! passed on if, besides, every shard is served and whole and every balancer runs: its holder has to write. A disk that was emptied may have taken what a shard needs:
//! then nothing is demanded of that shard before it is whole and served again. (A nemesis that mends a core and leaves the rest as it is
//! demands more, but knows more: `session::nemesis`.)
//!
//! It is looked at once a second, so a deadline is kept to within a second.

use litemap::LiteMap;

use crate::cluster::note::RingWhy;
use crate::cluster::observe::view::Sight;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::cluster::setup::config::Ack;
use crate::proto::lock::token::{LockId, LockSession};
use crate::proto::replica::view::{ShardId, View};
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::sim::sorted::Set;
use crate::sim::time::{Span, Time};

/// How long things may take: see `cluster::patience`, which computes it from the recipe.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Deadlines {
    /// Until a shard is served again. Zero: nothing is demanded in time.
    pub served: Span,
    /// Until a lock is passed on to somebody who waits. `None`: the nodes may have more work than they can do, and its holder wait
    /// for them.
    pub passed: Option<Span>,
    /// Until every shard has its copies again.
    pub copied: Span,
    /// Parts per million by which a clock may be wrong.
    pub drift: u32,
}

/// How often it is looked at.
const EVERY: Span = Span(1_000_000);

/// What is known of who could do what, and since when it has not been done.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Alive {
    deadlines: Deadlines,
    down: Set<Pid>,
    /// Coordinators that have lost their disks and were not readmitted.
    emptied: Set<Pid>,
    frozen: Set<Pid>,
    slow: Set<Pid>,
    failing: Set<Pid>,
    astray: Set<Pid>,
    cut: Set<(Pid, Pid)>,
    /// The latest fault.
    since: Time,
    looked: Time,
    shards: LiteMap<ShardId, Shard>,
    locks: LiteMap<LockId, Lock>,
    /// Who is on the ring; `None` before the first change.
    ring: Option<Set<Pid>>,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Shard {
    /// The latest view's in-sync set; `None` before the first change: all copies.
    counted: Option<Vec<Pid>>,
    /// Nobody remembers which of them has what: all of them must run.
    unknown: bool,
    served: Time,
    whole: Time,
    /// A disk was emptied that may be missed.
    spoilt: bool,
}

#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Lock {
    waiting: Vec<LockSession>,
    /// When it was last granted, or somebody began to wait for it whom nobody waited before.
    passed: Time,
}

impl Alive {
    pub(super) fn within(deadlines: Deadlines) -> Alive {
        Alive { deadlines, ..Alive::default() }
    }

    /// A fault came from outside.
    pub(super) fn fault(&mut self, sight: &impl Sight, fault: Fault) {
        self.since = sight.now();
        let _news = match fault {
            // The dead do not stand still, and fail nobody.
            Fault::Kill(pid) => (self.down.insert(pid), self.frozen.remove(&pid), self.failing.remove(&pid)).0,
            Fault::Wipe(pid) => {
                self.spoil(sight, pid);
                if sight.coordinators().contains(&pid) && sight.coordinators().len() > 1 {
                    self.emptied.insert(pid);
                }
                (self.down.insert(pid), self.frozen.remove(&pid), self.failing.remove(&pid)).0
            }
            Fault::Revive(pid) | Fault::Join(pid) => self.down.remove(&pid),
            Fault::Freeze(pid) => self.frozen.insert(pid),
            Fault::Thaw(pid) => self.frozen.remove(&pid),
            Fault::Slow(pid, times) if times > 1 => self.slow.insert(pid),
            Fault::Slow(pid, _) => self.slow.remove(&pid),
            Fault::Fail(pid, true) => self.failing.insert(pid),
            Fault::Fail(pid, false) => self.failing.remove(&pid),
            Fault::Cut(from, to) => self.cut.insert((from, to)),
            Fault::Heal(from, to) => self.cut.remove(&(from, to)),
            Fault::Drift(pid, ppm) if ppm.unsigned_abs() > self.deadlines.drift => self.astray.insert(pid),
            Fault::Drift(pid, _) => self.astray.remove(&pid),
            Fault::Leave(_) | Fault::Proceed(_) => false,
        };
    }

    fn spoil(&mut self, sight: &impl Sight, pid: Pid) {
        let control = sight.coordinators().contains(&pid);
        for shard in (0..sight.shards()).map(ShardId) {
            let it = self.shards.entry(shard).or_default();
            it.spoilt |= control || it.counted.as_ref().is_none_or(|counted| counted.contains(&pid) || counted.len() < sight.copies());
        }
    }

    /// A coordinator that had lost its disk counts again.
    pub(super) fn readmitted(&mut self, sight: &impl Sight, who: Pid) {
        self.emptied.remove(&who);
        self.since = sight.now();
    }

    /// A view was decided.
    pub(super) fn view(&mut self, shard: ShardId, view: &View) {
        let it = self.shards.entry(shard).or_default();
        (it.counted, it.unknown) = (Some(view.in_sync.clone()), view.unknown);
    }

    /// The ring has changed.
    pub(super) fn ring(&mut self, sight: &impl Sight, node: Pid, why: RingWhy) {
        let ring = self.ring.get_or_insert_with(|| founders(sight));
        match why {
            RingWhy::Joined | RingWhy::Returned => drop(ring.insert(node)),
            RingWhy::Draining | RingWhy::Out => drop(ring.remove(&node)),
        }
        self.since = sight.now();
    }

    /// A session waits for a lock.
    pub(super) fn queued(&mut self, lock: LockId, session: LockSession, now: Time) {
        let it = self.locks.entry(lock).or_default();
        if it.waiting.is_empty() {
            it.passed = now;
        }
        it.waiting.push(session);
    }

    /// A lock is granted.
    pub(super) fn granted(&mut self, lock: LockId, session: LockSession, now: Time) {
        self.ended(session);
        self.locks.entry(lock).or_default().passed = now;
    }

    /// A session waits for nothing any more.
    pub(super) fn ended(&mut self, session: LockSession) {
        self.locks.iter_mut().for_each(|(_, lock)| lock.waiting.retain(|&it| it != session));
    }

    /// The lock service has lost its memory: whoever waited has to ask again.
    pub(super) fn forgotten(&mut self) {
        self.locks.iter_mut().for_each(|(_, lock)| lock.waiting.clear());
    }

    /// Time has passed.
    pub(super) fn look(&mut self, sight: &impl Sight, verdicts: &mut Verdicts) {
        let now = sight.now();
        if self.deadlines.served == Span::ZERO || now.since(self.looked) < EVERY {
            return;
        }
        self.looked = now;
        let coordinators = sight.coordinators();
        let counting = coordinators.iter().filter(|pid| !self.down.contains(pid) && !self.emptied.contains(pid)).count();
        let clear =
            self.frozen.is_empty() && self.slow.is_empty() && self.failing.is_empty() && self.astray.is_empty() && self.cut.is_empty();
        let free = clear && counting > coordinators.len() / 2;
        if !free {
            self.since = now; // as if the fault were now
        }
        let nodes = sight.nodes();
        let ring = self.ring.clone().unwrap_or_else(|| founders(sight));
        let everybody = ring.iter().all(|pid| !self.down.contains(pid));
        let copies = sight.copies().min(ring.len());
        let mut dark = false;
        for shard in (0..sight.shards()).map(ShardId) {
            let it = self.shards.entry(shard).or_default();
            let is_served = nodes.iter().any(|&node| sight.serves(node, shard));
            let running =
                it.counted.as_ref().map_or(sight.copies(), |counted| counted.iter().filter(|pid| !self.down.contains(pid)).count());
            let dead = it.counted.as_ref().map_or(0, Vec::len).saturating_sub(running);
            // Before the first change of view nobody is counted: all copies are those of the beginning.
            let all_but_one = dead == 1 && it.counted.as_ref().is_some_and(|all| all.len() > 2);
            let enough = dead == 0 || (!it.unknown && (verdicts.ack != Ack::Majority || all_but_one));
            let can = it.counted.is_some() && running > 0 && enough;
            let is_whole = it.counted.as_ref().is_none_or(|counted| counted.len() >= copies);
            dark |= !is_served;
            if is_served || it.spoilt || !can {
                it.served = now;
            }
            if is_whole || it.spoilt || !everybody || !is_served {
                it.whole = now;
            }
            it.spoilt &= !(is_served && is_whole);
            if now.since(it.served.max(self.since)) > self.deadlines.served {
                verdicts.breaks(Promise::ServedAgain);
            }
            if now.since(it.whole.max(self.since)) > self.deadlines.copied {
                verdicts.breaks(Promise::CopiesReturn);
            }
        }
        // Whoever holds a lock reads and writes its document before it gives it back: that takes copies, too, and a way to them.
        let ways = sight.balancers().iter().all(|pid| !self.down.contains(pid));
        let spoilt = !everybody || !ways || dark || self.shards.values().any(|it| it.spoilt || it.served < now || it.whole < now);
        for (_, it) in self.locks.iter_mut() {
            if it.waiting.is_empty() || spoilt {
                it.passed = now;
            }
            if self.deadlines.passed.is_some_and(|passed| now.since(it.passed.max(self.since)) > passed) {
                verdicts.breaks(Promise::LockPasses);
            }
        }
    }
}

fn founders(sight: &impl Sight) -> Set<Pid> {
    let mut all = Set::default();
    for pid in sight.founders() {
        all.insert(pid);
    }
    all
}
