//! Raft in small: messages carried by hand, disks that finish when told.

use crate::proto::consensus::raft::{Raft, RaftDisk};
use crate::proto::consensus::words::{Entry, Fact, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving, Term};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::{Span, Time};

pub(super) const PATIENCE: RaftConfig = RaftConfig {
    election_min: Span(1_000),
    election_max: Span(2_000),
    heartbeat_every: Span(200),
    pre_vote: true,
    check_quorum: false,
    drift_bound: 10_000,
    majority: true,
    vote_is_stored: true,
    current_term_only: true,
};

pub(super) type Msg = RaftMsg<u32, u32>;

pub(super) struct Lab {
    pub(super) now: Time,
    pub(super) config: RaftConfig,
    pub(super) members: Vec<Raft<u32, u32>>,
    pub(super) disks: Vec<RaftDisk<u32, u32>>,
    pub(super) mail: Vec<(Pid, Pid, Msg)>,
    pub(super) saves: Vec<(Pid, Saving<u32, u32>, SaveId)>,
    pub(super) facts: Vec<(Pid, Fact)>,
    /// What each has applied: by index.
    pub(super) applied: Vec<Vec<Option<u32>>>,
    pub(super) deaf: Vec<u16>,
}

impl Lab {
    /// Members with logs of these terms (an entry's operation is its index) that have seen these terms.
    pub(super) fn of(logs: &[&[u32]], terms: &[u32]) -> Lab {
        let pids: Vec<Pid> = (0..logs.len() as u16).map(Pid).collect();
        let disks: Vec<_> = logs.iter().zip(terms).map(|(log, &term)| disk(log, term)).collect();
        let boot = |(i, disk): (usize, &RaftDisk<u32, u32>)| {
            Raft::new(Pid(i as u16), 1, pids.clone(), disk, Time(0), PATIENCE, &mut |min, _| min + Span(i as u64 * 100))
        };
        let members = disks.iter().enumerate().map(boot).collect();
        let (n, mail, saves) = (logs.len(), Vec::new(), Vec::new());
        Lab {
            now: Time(0),
            config: PATIENCE,
            members,
            disks,
            mail,
            saves,
            facts: Vec::new(),
            applied: vec![Vec::new(); n],
            deaf: Vec::new(),
        }
    }

    pub(super) fn new(n: usize) -> Lab {
        Lab::of(&vec![&[] as &[u32]; n], &vec![0; n])
    }

    pub(super) fn act(&mut self, who: u16, act: impl FnOnce(&mut Raft<u32, u32>, Time, RaftConfig, &mut Vec<RaftEffect<u32, u32>>)) {
        let mut effects = Vec::new();
        act(&mut self.members[usize::from(who)], self.now, self.config, &mut effects);
        for effect in effects {
            match effect {
                RaftEffect::Send(to, msg) => self.mail.push((Pid(who), to, msg)),
                RaftEffect::Save { change, mark } => self.saves.push((Pid(who), change, mark)),
                RaftEffect::Tell(fact) => self.facts.push((Pid(who), fact)),
                RaftEffect::Commit(index) => {
                    let applied = &mut self.applied[usize::from(who)];
                    let log = self.members[usize::from(who)].log();
                    for i in applied.len() as u32 + 1..=index.0 {
                        applied.push(log.get(Index(i)).expect("what is committed is in the log").op);
                    }
                }
                RaftEffect::Restore(snapshot) => self.applied[usize::from(who)] = vec![None; snapshot.upto.0.0 as usize],
            }
        }
    }

    pub(super) fn tick(&mut self, who: u16) {
        self.act(who, |it, now, config, out| it.tick(now, config, &mut |min, _| min, out));
    }

    pub(super) fn propose(&mut self, who: u16, op: u32) {
        self.act(who, |it, now, config, out| {
            it.propose(op, now, config, out);
        });
    }

    pub(super) fn finish_saves(&mut self, stuck: &[u16]) {
        for (pid, change, mark) in std::mem::take(&mut self.saves) {
            if stuck.contains(&pid.0) {
                self.saves.push((pid, change, mark));
                continue;
            }
            self.disks[usize::from(pid.0)].save(&change);
            self.act(pid.0, |it, now, config, out| it.stored(mark, now, config, out));
        }
    }

    /// Delivers everything until nothing is under way. The disks of `stuck` do not finish.
    pub(super) fn settle_but(&mut self, stuck: &[u16]) {
        for _ in 0..200 {
            self.finish_saves(stuck);
            let mail = std::mem::take(&mut self.mail);
            let quiet = mail.is_empty();
            for (from, to, msg) in mail {
                if !self.deaf.contains(&from.0) && !self.deaf.contains(&to.0) {
                    self.act(to.0, |it, now, config, out| it.receive(from, msg, now, config, &mut |min, _| min, out));
                }
            }
            if quiet && self.saves.iter().all(|(pid, ..)| stuck.contains(&pid.0)) && self.mail.is_empty() {
                return;
            }
        }
        panic!("they never stop talking");
    }

    pub(super) fn settle(&mut self) {
        self.settle_but(&[]);
    }

    /// Lets `who` stand for election now.
    pub(super) fn elect(&mut self, who: u16) {
        self.now += Span(5_000);
        self.tick(who);
        self.settle();
    }

    pub(super) fn terms(&self, who: u16) -> Vec<u32> {
        let log = self.members[usize::from(who)].log();
        (log.base().0 + 1..=log.last().0).filter_map(|i| log.mark_at(Index(i))).map(|term| term.0).collect()
    }

    pub(super) fn leaders(&self) -> Vec<(u16, u32)> {
        self.members.iter().filter(|it| it.is_leader()).map(|it| (it.me.0, it.term().0)).collect()
    }

    /// A new life from the disk; saves under way are lost.
    pub(super) fn reboot(&mut self, who: u16) {
        self.saves.retain(|(pid, ..)| pid.0 != who);
        self.mail.retain(|(from, to, _)| from.0 != who && to.0 != who);
        let pids = self.members[0].members.clone();
        let disk = &self.disks[usize::from(who)];
        let life = self.members[usize::from(who)].life + 1;
        self.members[usize::from(who)] = Raft::new(Pid(who), life, pids, disk, self.now, self.config, &mut |min, _| min);
        let known = |i| disk.log.get(Index(i)).and_then(|entry| entry.op);
        self.applied[usize::from(who)] = (1..=self.members[usize::from(who)].commit().0).map(known).collect();
    }

    /// A new life after the loss of the disk.
    pub(super) fn wipe(&mut self, who: u16) {
        self.disks[usize::from(who)] = RaftDisk::default();
        self.reboot(who);
    }
}

fn disk(log: &[u32], term: u32) -> RaftDisk<u32, u32> {
    let mut disk = RaftDisk { term: Term(term), ..RaftDisk::founding() };
    for (i, &term) in log.iter().enumerate() {
        disk.log.push(Entry { mark: Term(term), op: Some(i as u32 + 1) });
    }
    disk
}
