//! What a leader does: it sends, counts, and knows for how long it surely leads (Raft, sections 5.3 and 5.4.2; Ongaro's thesis,
//! section 6.4.1).

use crate::proto::consensus::leading::{Leading, Progress};
use crate::proto::consensus::quorum::committed;
use crate::proto::consensus::raft::{Draw, Raft, Role};
use crate::proto::consensus::words::{Entry, Fact, RaftConfig, RaftEffect, RaftMsg, SaveId, Saving};
use crate::proto::log::Index;
use crate::sim::id::Pid;
use crate::sim::time::Time;

/// Entries in one message.
const BATCH: usize = 64;

impl<T: Clone + Eq, S: Clone + Eq> Raft<T, S> {
    /// The election is won.
    pub(super) fn lead(&mut self, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        let Role::Candidate { pre: false, votes, .. } = &self.role else { panic!("member {} leads without an election", self.me.0) };
        let ayes = votes.iter().filter(|&&vote| vote == Some(true)).count();
        assert!(ayes >= self.need(config), "member {} leads term {} with {ayes} votes", self.me.0, self.term.0);
        assert!(self.voted == Some(self.me), "member {} leads term {} without its own vote", self.me.0, self.term.0);
        assert!(self.commit <= self.log.last(), "member {} leads, and lacks what it knows to be decided", self.me.0);
        let next = self.log.last().next();
        let others = self.members.iter().filter(|&&pid| pid != self.me);
        let peer =
            |&pid: &Pid| Progress { pid, life: 0, newcomer: false, matched: Index(0), next, probing: true, followed: None, sent: now };
        let begins = if config.current_term_only { next } else { self.log.last() };
        self.role = Role::Leader(Leading { peers: others.map(peer).collect(), begins, since: now, beat: now });
        out.push(RaftEffect::Tell(Fact::Leads(self.term)));
        if config.current_term_only {
            self.append(None, now, config, out);
        }
        self.send_all(now, out);
        // A group of one waits for nobody.
        self.advance_commit(config, out);
    }

    pub(super) fn append(&mut self, op: Option<T>, now: Time, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) -> Index {
        let entry = Entry { mark: self.term, op };
        let (before, latest) = self.last();
        assert!(self.is_leader(), "member {} follows, and adds to the log", self.me.0);
        assert!(latest <= self.term || !config.is_safe(), "an entry of term {} after one of term {}", self.term.0, latest.0);
        let index = self.log.push(entry.clone());
        let mark = SaveId::Log { upto: index, generation: self.generation, answer: None };
        out.push(RaftEffect::Save { change: Saving::Log(before, vec![entry], self.commit), mark });
        self.send_news(now, out);
        self.advance_commit(config, out);
        index
    }

    /// Speaks to everybody if it is time. A leader that nobody answers gives way (Ongaro's thesis, section 6.2): its messages may
    /// still arrive, and keep the others from electing one that can decide.
    pub(super) fn beat(&mut self, now: Time, config: RaftConfig, draw: Draw<'_>, out: &mut Vec<RaftEffect<T, S>>) {
        let followed = self.followed(config).max(self.leads_since());
        if config.check_quorum && followed.is_some_and(|at| now.since(at) > config.election_max) {
            out.push(RaftEffect::Tell(Fact::Resigns(self.term)));
            self.deadline = now + draw(config.election_min, config.election_max);
            self.role = Role::Follower(None);
            return;
        }
        let Role::Leader(leading) = &mut self.role else { return };
        if now >= leading.beats_at(config) {
            leading.beat = now;
            for peer in &mut leading.peers {
                // What was not answered since the last time is sent again.
                peer.next = peer.next.min(peer.matched.next()).max(if peer.probing { peer.next } else { Index(1) });
            }
            self.send_all(now, out);
        }
    }

    fn send_all(&mut self, now: Time, out: &mut Vec<RaftEffect<T, S>>) {
        let Role::Leader(leading) = &self.role else { return };
        for i in 0..leading.peers.len() {
            self.send(i, now, out);
        }
    }

    /// New entries to those whose logs agree.
    fn send_news(&mut self, now: Time, out: &mut Vec<RaftEffect<T, S>>) {
        let Role::Leader(leading) = &self.role else { return };
        let due: Vec<usize> = (0..leading.peers.len()).filter(|&i| !leading.peers[i].probing).collect();
        due.into_iter().for_each(|i| self.send(i, now, out));
    }

    fn send(&mut self, i: usize, now: Time, out: &mut Vec<RaftEffect<T, S>>) {
        let (term, commit, base) = (self.term, self.commit, self.log.base());
        let Role::Leader(leading) = &mut self.role else { return };
        let peer = &mut leading.peers[i];
        peer.sent = now;
        if peer.next <= base
            && let Some(snapshot) = &self.snapshot
        {
            peer.probing = true;
            out.push(RaftEffect::Send(peer.pid, RaftMsg::InstallSnapshot { term, snapshot: snapshot.clone(), sent: now }));
            return;
        }
        let before = Index(peer.next.0 - 1);
        let Some(mark) = self.log.mark_at(before) else { return };
        let entries = if peer.probing { Vec::new() } else { self.log.from(peer.next, BATCH) };
        peer.next = Index(peer.next.0 + entries.len() as u32);
        out.push(RaftEffect::Send(peer.pid, RaftMsg::AppendEntries { term, prev: (before, mark), entries, commit, sent: now }));
    }

    /// Whether an answer comes from the latest life of a member. The first of a newcomer says that its disk is empty.
    pub(super) fn knows_life(&mut self, from: Pid, life: u32, newcomer: bool) -> bool {
        let next = self.log.last().next();
        let Role::Leader(leading) = &mut self.role else { return false };
        let Some(peer) = leading.peers.iter_mut().find(|peer| peer.pid == from && life >= peer.life) else { return false };
        if newcomer && life > peer.life {
            (peer.matched, peer.next, peer.probing, peer.followed) = (Index(0), next, true, None);
        }
        (peer.life, peer.newcomer) = (life, newcomer);
        true
    }

    /// A follower of this term answers.
    #[expect(clippy::too_many_arguments, reason = "the fields of one message, taken apart")]
    pub(super) fn appended(
        &mut self,
        from: Pid,
        upto: Index,
        matches: bool,
        sent: Time,
        now: Time,
        config: RaftConfig,
        out: &mut Vec<RaftEffect<T, S>>,
    ) {
        let last = self.log.last();
        let Role::Leader(leading) = &mut self.role else { return };
        let Some(i) = leading.peers.iter().position(|peer| peer.pid == from) else { return };
        let peer = &mut leading.peers[i];
        let beyond = matches && upto > last;
        assert!(!beyond || !config.is_safe(), "{} has stored entry {} of a log that ends at {}", from.0, upto.0, last.0);
        assert!(sent <= now, "{} answers what will be sent at {sent:?}", from.0);
        peer.followed = peer.followed.max(Some(sent));
        if matches {
            let upto = upto.min(last);
            let news = peer.probing || upto > peer.matched;
            peer.probing = false;
            peer.matched = peer.matched.max(upto);
            peer.next = peer.next.max(peer.matched.next());
            if news && peer.next <= last {
                self.send(i, now, out);
            }
            self.advance_commit(config, out);
        } else if upto < peer.next && upto >= peer.matched {
            // An answer to an old message says nothing about what was agreed on since.
            peer.probing = true;
            peer.next = upto.min(Index(peer.next.0.saturating_sub(2))).max(peer.matched).next();
            self.send(i, now, out);
        }
    }

    /// Moves the commit point as far as the rules allow.
    pub(super) fn advance_commit(&mut self, config: RaftConfig, out: &mut Vec<RaftEffect<T, S>>) {
        let need = self.need(config);
        let Role::Leader(leading) = &self.role else { return };
        let stored = leading.peers.iter().map(|peer| if peer.newcomer { Index(0) } else { peer.matched }).chain([self.stored]);
        let commit = committed(stored, need);
        let mine = self.log.mark_at(commit) == Some(self.term);
        assert!(commit <= self.log.last(), "more is stored than there is: {} of {}", commit.0, self.log.last().0);
        if commit > self.commit && (mine || !config.current_term_only) {
            self.commit = commit;
            out.push(RaftEffect::Commit(commit));
        }
    }

    /// The latest time, by its own clock, at which a majority surely followed. `None` if that has not been yet.
    fn followed(&self, config: RaftConfig) -> Option<Time> {
        let Role::Leader(leading) = &self.role else { return None };
        let Some(others) = (self.need(config) - 1).checked_sub(1) else { return Some(Time(u64::MAX)) };
        let mut followed: Vec<Option<Time>> = Vec::new();
        for peer in &leading.peers {
            let at = peer.followed.filter(|_| !peer.newcomer);
            let i = followed.partition_point(|&other| other > at);
            followed.insert(i, at);
        }
        followed[others]
    }

    /// Until when, by its own clock, nobody else can have been elected: a majority has followed since, and does not vote for
    /// another before the shortest election time-out has passed on its clock. `None` if it does not lead.
    pub fn leads_until(&self, config: RaftConfig) -> Option<Time> {
        let since = self.followed(config)?;
        let bound = 2 * u64::from(config.drift_bound);
        Some(Time(since.0.saturating_add(config.election_min.scale(1_000_000 - bound, 1_000_000).0)))
    }

    /// Since when it leads, if it does.
    pub fn leads_since(&self) -> Option<Time> {
        match &self.role {
            Role::Leader(leading) => Some(leading.since),
            Role::Follower(_) | Role::Candidate { .. } => None,
        }
    }
}
