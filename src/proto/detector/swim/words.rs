//! What members say to each other, and by which figures and rules.

use crate::sim::id::Pid;
use crate::sim::time::Span;

/// Which word of a member about itself is newer. Only the member itself raises it, to refute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Incarnation(pub u32);

impl Incarnation {
    /// The one after this.
    #[must_use]
    pub const fn next(self) -> Incarnation {
        Incarnation(self.0 + 1)
    }
}

/// What is said of a member. Stronger claims stand further down: of one incarnation, the stronger one holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Claim {
    /// It lives. Only the member itself says so first.
    Alive,
    /// It did not answer this member.
    Suspect(Pid),
    /// It is dead ("confirm" in the paper).
    Dead,
}

/// A piece of gossip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rumour {
    /// Of whom.
    pub about: Pid,
    /// Of which incarnation.
    pub incarnation: Incarnation,
    /// What.
    pub claim: Claim,
}

/// What a message is for. Numbers are the sender's own, from 1; an answer gives them back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ask {
    /// Are you there?
    Ping(u32),
    /// Ask this member on my behalf.
    PingReq(u32, Pid),
    /// I am here; or, of one who was asked on behalf: it is.
    Ack(u32),
    /// Of one who was asked on behalf: I am here, and have not heard it (Lifeguard).
    Nack(u32),
}

/// A message. The network may lose, delay, double and reorder it; each is understood alone.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SwimMsg {
    /// What it is for.
    pub ask: Ask,
    /// Gossip that travels with it, at most [`SwimConfig::news_max`] pieces.
    pub news: Vec<Rumour>,
}

/// What a member wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SwimEffect {
    /// To send this.
    Send(Pid, SwimMsg),
    /// A fact worth telling.
    Tell(Fact),
}

/// A fact, as one member sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// It suspects a member: the first number is the incarnation, the other process is who could not reach it first.
    Suspects(Pid, Incarnation, Pid),
    /// It holds a member for dead.
    Buries(Pid, Incarnation),
    /// It takes back either, since the member has spoken.
    Acquits(Pid, Incarnation),
    /// It was suspected itself, and speaks.
    Refutes(Incarnation),
}

/// Rules, each consulted in one place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SwimRules {
    /// Others are asked to ping who does not answer. Off: one lost message is enough for a suspicion.
    pub indirect: bool,
    /// Targets come in a random order without repetition. Off: each is drawn alone, and nobody's turn is certain.
    pub round_robin: bool,
    /// Who does not answer is suspected first. Off: it is declared dead at once.
    pub suspicion: bool,
    /// A claim holds only against an older incarnation. Off: the latest heard holds.
    pub incarnations: bool,
    /// A suspect tells that it lives. Off: it knows better and is silent.
    pub refutes: bool,
    /// What a member hears it tells others. Off: only what it found out itself.
    pub gossips: bool,
    /// A suspector counts once. Off: as often as it is heard.
    pub counts_once: bool,
}

impl SwimRules {
    /// As published.
    pub const ALL: SwimRules = SwimRules {
        indirect: true,
        round_robin: true,
        suspicion: true,
        incarnations: true,
        refutes: true,
        gossips: true,
        counts_once: true,
    };
}

/// Lifeguard's three parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Lifeguard {
    /// Local health aware probe: a score of 0 to 8 multiplies period and time-out by one more; who is asked on behalf answers
    /// in any case.
    pub probe: bool,
    /// Local health aware suspicion: a suspicion lasts long, and the shorter the more others share it.
    pub suspicion: bool,
    /// Buddy system: who pings a suspect tells it so with the ping, before any other gossip.
    pub buddy: bool,
}

impl Lifeguard {
    /// SWIM alone.
    pub const OFF: Lifeguard = Lifeguard { probe: false, suspicion: false, buddy: false };
    /// All of it.
    pub const FULL: Lifeguard = Lifeguard { probe: true, suspicion: true, buddy: true };
}

/// Figures. Spans are of a member's own clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SwimConfig {
    /// Length of a period: one probe each. More than twice the time-out.
    pub period: Span,
    /// How long a ping may take before others are asked: about the longest round trip.
    pub time_out: Span,
    /// How many others are asked (k): 0 to 16.
    pub helpers: u8,
    /// A suspicion lasts this many periods, times log10 n (at least 1); with Lifeguard it is the least: 1 to 100.
    pub suspicion: u8,
    /// With Lifeguard, a suspicion that nobody shares lasts this many times as long: 1 to 100.
    pub stretch: u8,
    /// With Lifeguard, a suspicion that so many others share lasts the least (K): 0 to 16.
    pub confirmations: u8,
    /// A rumour is told lambda times ln n times: 1 to 100.
    pub lambda: u8,
    /// Pieces of gossip in one message: 1 to 100.
    pub news_max: u8,
    /// Rules.
    pub rules: SwimRules,
    /// Lifeguard's parts.
    pub lifeguard: Lifeguard,
}

impl Default for SwimConfig {
    /// memberlist's figures for a local network, as the Lifeguard paper uses them: 1 s, 500 ms, 3, 4, 6, 3; lambda 3, 6 rumours; Lifeguard off.
    fn default() -> SwimConfig {
        SwimConfig {
            period: Span::secs(1),
            time_out: Span::millis(500),
            helpers: 3,
            suspicion: 4,
            stretch: 6,
            confirmations: 3,
            lambda: 3,
            news_max: 6,
            rules: SwimRules::ALL,
            lifeguard: Lifeguard::OFF,
        }
    }
}

impl SwimConfig {
    /// Whether the figures lie within their bounds.
    ///
    /// # Panics
    /// If one does not, with the reason.
    pub fn check(&self) {
        assert!(self.time_out > Span::ZERO, "a ping takes some time");
        assert!(self.period.0 >= 2 * self.time_out.0, "a period of {} is shorter than two time-outs of {}", self.period, self.time_out);
        assert!(self.period <= Span::secs(3_600), "a period of {} is longer than an hour", self.period);
        assert!(self.helpers <= 16 && self.confirmations <= 16, "at most 16 helpers and confirmations");
        let figures = [self.suspicion, self.stretch, self.lambda, self.news_max];
        assert!(figures.iter().all(|it| (1..=100).contains(it)), "suspicion, stretch, lambda and news: 1 to 100, not {figures:?}");
    }
}
