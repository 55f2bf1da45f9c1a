//! What a member believes of what it hears, and of what it finds out (sections 4.1 and 4.2).
//!
//! Of two claims about one member the one of the higher incarnation holds; of the same, death over suspicion over life. Only the
//! member itself can raise its incarnation, so a refutation is the member's own word.

use crate::proto::detector::swim::machine::{Standing, Swim};
use crate::proto::detector::swim::patience;
use crate::proto::detector::swim::words::{Claim, Fact, Rumour, SwimConfig, SwimEffect};
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl Swim {
    /// Takes in a claim, heard or its `own`.
    pub(super) fn believe(&mut self, rumour: Rumour, own: bool, now: Time, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        assert!(rumour.about.index() < self.members.len(), "a rumour about {} in a group of {}", rumour.about.0, self.n());
        assert!(!own || rumour.about != self.me, "member {} finds itself silent", self.me.0);
        if rumour.about == self.me {
            self.hear_of_myself(rumour, config, out);
            return;
        }
        let member = &self.members[rumour.about.index()];
        let newer = rumour.incarnation > member.incarnation || !config.rules.incarnations;
        let as_new = newer || rumour.incarnation == member.incarnation;
        match (rumour.claim, &member.standing) {
            (Claim::Alive, Standing::Alive) if newer && rumour.incarnation != member.incarnation => {}
            (Claim::Alive, Standing::Suspect { .. } | Standing::Dead) if newer => {
                out.push(SwimEffect::Tell(Fact::Acquits(rumour.about, rumour.incarnation)));
            }
            (Claim::Suspect(by), Standing::Alive) if as_new => {
                out.push(SwimEffect::Tell(Fact::Suspects(rumour.about, rumour.incarnation, by)));
            }
            (Claim::Suspect(_), Standing::Suspect { .. }) if newer && rumour.incarnation != member.incarnation => {}
            (Claim::Suspect(by), Standing::Suspect { .. }) if as_new => {
                self.share(rumour, by, own, config);
                return;
            }
            (Claim::Dead, Standing::Alive | Standing::Suspect { .. }) if as_new => {
                out.push(SwimEffect::Tell(Fact::Buries(rumour.about, rumour.incarnation)));
            }
            _ => return, // old, or nothing new
        }
        let member = &mut self.members[rumour.about.index()];
        member.incarnation = rumour.incarnation;
        member.standing = match rumour.claim {
            Claim::Alive => Standing::Alive,
            Claim::Suspect(by) => Standing::Suspect { since: now, by: vec![by] },
            Claim::Dead => Standing::Dead,
        };
        self.pass_on(rumour, own, config);
    }

    /// Another suspector, or the same again. With Lifeguard, each that still counts is told on: so a suspicion that many share ends soon.
    fn share(&mut self, rumour: Rumour, by: Pid, own: bool, config: &SwimConfig) {
        let Standing::Suspect { by: suspectors, .. } = &mut self.members[rumour.about.index()].standing else {
            unreachable!("a suspicion of {} is shared that nobody has", rumour.about.0);
        };
        let known = config.rules.counts_once && suspectors.contains(&by);
        if known || suspectors.len() > usize::from(config.confirmations) {
            return;
        }
        suspectors.push(by);
        if config.lifeguard.suspicion {
            self.pass_on(rumour, own, config);
        }
    }

    fn pass_on(&mut self, rumour: Rumour, own: bool, config: &SwimConfig) {
        if own || config.rules.gossips {
            self.news.add(rumour);
        }
    }

    /// Others speak of me: that I live, I know; anything else I refute, with a word newer than theirs.
    fn hear_of_myself(&mut self, rumour: Rumour, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        let mine = self.members[self.me.index()].incarnation;
        if rumour.claim == Claim::Alive {
            assert!(rumour.incarnation <= mine, "somebody speaks for {} of incarnation {}", self.me.0, rumour.incarnation.0);
            return;
        }
        if rumour.incarnation < mine {
            // Refuted already; somebody has not heard it, though everybody may have stopped to tell it.
            if config.rules.refutes && !self.news.tells_of(self.me) {
                self.news.add(Rumour { about: self.me, incarnation: mine, claim: Claim::Alive });
            }
            return;
        }
        assert!(rumour.incarnation == mine, "{} is suspected in incarnation {}, which it never had", self.me.0, rumour.incarnation.0);
        let next = mine.next();
        self.members[self.me.index()].incarnation = next;
        self.feels(1);
        out.push(SwimEffect::Tell(Fact::Refutes(next)));
        if config.rules.refutes {
            self.news.add(Rumour { about: self.me, incarnation: next, claim: Claim::Alive });
        }
    }

    /// When a suspicion ends with death.
    pub fn buries_at(&self, member: Pid, config: &SwimConfig) -> Option<Time> {
        match &self.members[member.index()].standing {
            Standing::Suspect { since, by } => {
                assert!(!by.is_empty(), "{} is suspected by nobody", member.0);
                Some(*since + patience::suspicion(self.n(), by.len() as u32 - 1, config))
            }
            Standing::Alive | Standing::Dead => None,
        }
    }

    /// Suspects that had time enough are dead.
    pub(super) fn bury(&mut self, now: Time, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        for member in (0..self.n() as u16).map(Pid) {
            if self.buries_at(member, config).is_some_and(|at| at <= now) {
                let incarnation = self.members[member.index()].incarnation;
                self.believe(Rumour { about: member, incarnation, claim: Claim::Dead }, true, now, config, out);
            }
        }
    }
}
