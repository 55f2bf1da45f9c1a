//! How a member asks: directly, then through others, one target a period.

use crate::proto::detector::swim::machine::{Draw, Probe, Standing, Swim};
use crate::proto::detector::swim::words::{Ask, Claim, Rumour, SwimConfig, SwimEffect};
use crate::sim::id::Pid;
use crate::sim::time::Time;

impl Swim {
    /// The present period goes on, or ends and the next begins.
    pub(super) fn go_on(&mut self, now: Time, config: &SwimConfig, draw: Draw<'_>, out: &mut Vec<SwimEffect>) {
        if !self.probe.acked && !self.probe.asked && now >= self.probe.asks_at {
            self.ask_others(config, &mut *draw, out);
        }
        if now < self.probe.ends_at {
            return;
        }
        if let (Some(target), false) = (self.probe.target, self.probe.acked) {
            self.feels(1);
            if !self.probe.silent.is_empty() {
                self.feels(1); // those who were asked are well as a rule: so it may be me who hears nothing
            }
            let incarnation = self.members[target.index()].incarnation;
            let claim = if config.rules.suspicion { Claim::Suspect(self.me) } else { Claim::Dead };
            self.believe(Rumour { about: target, incarnation, claim }, true, now, config, out);
        }
        self.begin(now, config, draw, out);
    }

    /// A new period.
    fn begin(&mut self, now: Time, config: &SwimConfig, draw: Draw<'_>, out: &mut Vec<SwimEffect>) {
        let number = self.next_number();
        if number.is_multiple_of(self.n()) {
            self.knock(&mut *draw, config, out);
        }
        let target = if config.rules.round_robin { self.next_in_turn(draw) } else { self.some_living(1, self.me, draw).pop() };
        let (asks_at, ends_at) = (now + self.stretched(config.time_out, config), now + self.stretched(config.period, config));
        self.probe = Probe { target, number, asks_at, ends_at, silent: Vec::new(), asked: target.is_none(), acked: target.is_none() };
        if let Some(target) = target {
            self.say(target, Ask::Ping(number), config, out);
        }
    }

    /// Once in about n periods one of the dead is pinged too, and nothing depends on its answer: two halves of a group that were cut
    /// off from each other hold each other for dead, and would for ever (memberlist leaves that to its users' rejoining).
    fn knock(&mut self, draw: Draw<'_>, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        let dead = |it: &Pid| self.members[it.index()].standing == Standing::Dead;
        let dead: Vec<Pid> = (0..self.n() as u16).map(Pid).filter(dead).collect();
        if !dead.is_empty() {
            self.say(dead[draw(dead.len() as u32) as usize], Ask::Ping(0), config, out);
        }
    }

    /// The next of the order that is not dead; a new order when it is done.
    fn next_in_turn(&mut self, draw: Draw<'_>) -> Option<Pid> {
        for _ in 0..2 * self.members.len() {
            if self.done == self.order.len() {
                self.order = (0..self.n() as u16).map(Pid).filter(|it| *it != self.me).collect();
                for i in (1..self.order.len()).rev() {
                    self.order.swap(i, draw(i as u32 + 1) as usize);
                }
                self.done = 0;
            }
            self.done += 1;
            let next = self.order[self.done - 1];
            if self.members[next.index()].standing != Standing::Dead {
                return Some(next);
            }
        }
        None
    }

    /// So many others at random that are not dead, myself and one excepted; fewer if there are not as many.
    fn some_living(&self, most: usize, but: Pid, draw: Draw<'_>) -> Vec<Pid> {
        let fits = |it: &Pid| *it != self.me && *it != but && self.members[it.index()].standing != Standing::Dead;
        let mut all: Vec<Pid> = (0..self.n() as u16).map(Pid).filter(fits).collect();
        (0..most.min(all.len())).map(|_| all.swap_remove(draw(all.len() as u32) as usize)).collect()
    }

    /// The target did not answer in time: others are to ask it.
    fn ask_others(&mut self, config: &SwimConfig, draw: Draw<'_>, out: &mut Vec<SwimEffect>) {
        self.probe.asked = true;
        let Some(target) = self.probe.target.filter(|_| config.rules.indirect) else { return };
        let helpers = self.some_living(usize::from(config.helpers), target, draw);
        for &helper in &helpers {
            self.say(helper, Ask::PingReq(self.probe.number, target), config, out);
        }
        // Without nacks, silence of a helper says nothing.
        self.probe.silent = if config.lifeguard.probe { helpers } else { Vec::new() };
    }

    /// An ack arrives: of my own target, from whomever, or of one whom I pinged on behalf.
    pub(super) fn acked(&mut self, from: Pid, number: u32, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        if number == self.probe.number && !self.probe.acked {
            let of_target = self.probe.target == Some(from);
            assert!(of_target || self.probe.asked, "an ack from {}, whom nobody asked", from.0);
            self.probe.acked = true;
            self.feels(-1);
        }
        if let Some(i) = self.errands.iter().position(|it| it.mine == number) {
            let errand = self.errands.remove(i);
            self.say(errand.asker, Ask::Ack(errand.theirs), config, out);
        }
    }

    /// Those on whose behalf I asked are told when nothing was heard for long.
    pub(super) fn run_errands(&mut self, now: Time, config: &SwimConfig, out: &mut Vec<SwimEffect>) {
        let due = |it: &Option<Time>| it.is_some_and(|at| at <= now);
        for i in 0..self.errands.len() {
            if due(&self.errands[i].nacks_at) {
                self.errands[i].nacks_at = None;
                let (asker, theirs) = (self.errands[i].asker, self.errands[i].theirs);
                self.say(asker, Ask::Nack(theirs), config, out);
            }
        }
        self.errands.retain(|it| it.ends_at > now);
    }
}
