//! Every figure of the cluster: its unit, its bounds, and how it relates to the others.

use crate::cluster::setup::asking::Asking;
use crate::cluster::setup::detection::Detection;
use crate::proto::balance::backoff::{Backoff, Jitter};
use crate::proto::balance::queue::{Discipline, Order, Shed};
use crate::proto::balance::work::Work;
use crate::proto::lock::table::LockTimes;
use crate::sim::time::Span;

/// How many copies have stored a write when the client hears that it is done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ack {
    /// The primary's alone (asynchronous replication): a write can be lost that was acknowledged.
    Primary,
    /// More than half of the copies that a shard should have.
    Majority,
    /// Every copy of the in-sync set.
    InSync,
}

impl Ack {
    /// All of them, the weakest first.
    pub const ALL: [Ack; 3] = [Ack::Primary, Ack::Majority, Ack::InSync];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Ack::Primary => "primary",
            Ack::Majority => "majority",
            Ack::InSync => "in-sync",
        }
    }

    /// The mode of this word.
    pub fn parse(word: &str) -> Option<Ack> {
        Ack::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// Who answers reads of the plain clients.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reads {
    /// The primary, under its lease: never stale.
    Primary,
    /// Any copy of the in-sync set: may be stale.
    InSync,
}

impl Reads {
    /// Both.
    pub const ALL: [Reads; 2] = [Reads::Primary, Reads::InSync];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Reads::Primary => "primary",
            Reads::InSync => "in-sync",
        }
    }

    /// The mode of this word.
    pub fn parse(word: &str) -> Option<Reads> {
        Reads::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// How a balancer picks the copy that answers a read, where any copy of the in-sync set may.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Spread {
    /// Evenly at random.
    Random,
    /// One after the other.
    RoundRobin,
    /// Of two drawn at random the one with fewer requests of this balancer under way.
    TwoChoices,
    /// The one with the fewest requests of this balancer under way.
    Least,
    /// Of two drawn at random the one that answers sooner, by a moving average that rises at once, times the requests under way.
    PeakEwma,
}

impl Spread {
    /// All of them, the simplest first.
    pub const ALL: [Spread; 5] = [Spread::Random, Spread::RoundRobin, Spread::TwoChoices, Spread::Least, Spread::PeakEwma];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Spread::Random => "random",
            Spread::RoundRobin => "round-robin",
            Spread::TwoChoices => "two-choices",
            Spread::Least => "least",
            Spread::PeakEwma => "peak-ewma",
        }
    }
}

/// The laws by which the time of a request may vary, each with its word in links.
pub const LAWS: [(&str, Work); 3] =
    [("exponential", Work::Exponential), ("fixed", Work::Fixed), ("log-normal", Work::LogNormal { sigma_milli: 1_000 })];

/// Who may be served next, each with its word in links.
pub const ORDERS: [(&str, Order); 2] = [("first", Order::Fifo), ("last", Order::Lifo)];

/// What a balancer makes of the answers to the reads that it spreads.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Health {
    /// Nothing.
    Unknown,
    /// It asks a node no more for a while that has failed it several times: outlier detection.
    Passive,
}

impl Health {
    /// Both.
    pub const ALL: [Health; 2] = [Health::Unknown, Health::Passive];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Health::Unknown => "unknown",
            Health::Passive => "passive",
        }
    }
}

/// Whom a node throws out of its queue, when it looks for the next request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shedding {
    /// Nobody.
    Never,
    /// Whoever has waited for half of a client's patience.
    Older,
    /// The same; but a tenth of it is enough where the queue has not been empty for that long (controlled delay).
    Controlled,
}

impl Shedding {
    /// All of them.
    pub const ALL: [Shedding; 3] = [Shedding::Never, Shedding::Older, Shedding::Controlled];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Shedding::Never => "never",
            Shedding::Older => "older",
            Shedding::Controlled => "controlled",
        }
    }
}

/// The figures. Defaults are chosen so that a class can follow a fail-over at a tenth of the speed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// Equal slices of the hash circle.
    pub shards: u16,
    /// Copies of each shard. At most the number of nodes.
    pub replicas: u8,
    /// When a write is acknowledged.
    pub ack: Ack,
    /// A primary refuses writes while fewer copies than this are in sync, itself among them, and commits none that is under way
    /// (unless `ack` is [`Ack::Primary`]). 1..=`replicas`. Where a majority acknowledges, at least a majority is needed anyway.
    pub min_in_sync: u8,
    /// Who answers plain reads.
    pub reads: Reads,
    /// Which copy answers a read, where any may.
    pub spread: Spread,
    /// What a balancer makes of the answers to the reads that it spreads.
    pub health: Health,
    /// After how long without an answer a balancer sends a request to a second node, where there is a choice. Zero: it does not.
    pub hedge: Span,
    /// Tokens of a node on the ring (virtual nodes).
    pub vnodes: u16,
    /// Keys that the plain clients read and write, the lock's document not among them.
    pub keys: u16,
    /// How long a node works on one request of a client, on average: see `cluster::node`. Zero: no time, and nothing waits.
    pub service: Span,
    /// By which law the time varies: one of [`LAWS`].
    pub law: Work,
    /// Who is served next: one of [`ORDERS`].
    pub order: Order,
    /// Requests that may wait at a node while it serves one; more are turned away at once.
    pub queue: u16,
    /// Requests that a node serves at a time, at least 1.
    pub servers: u8,
    /// Whom it throws out of its queue.
    pub shed: Shedding,
    /// How many of the clients are workers that take the lock. At most the number of clients.
    pub workers: u8,
    /// A message's delay without jitter.
    pub delay: Span,
    /// Upper bound of what is added to a message's delay, evenly.
    pub jitter: Span,
    /// Messages lost, per thousand.
    pub loss: u16,
    /// Messages delivered twice, per thousand.
    pub duplicates: u16,
    /// Shortest time a disk takes to save.
    pub save_min: Span,
    /// Longest time a disk takes to save.
    pub save_max: Span,
    /// Silence of the leading coordinator after which another stands for election: shortest. Much longer than a message takes to
    /// all of them and back, and shorter than `primary_lease`, so that most changes of leader are not noticed by clients.
    pub election_min: Span,
    /// And longest.
    pub election_max: Span,
    /// How often the leading coordinator speaks to the others. Several times in `election_min`.
    pub beat_every: Span,
    /// Decisions after which a coordinator lets a snapshot stand for the older ones. As many again stay in its log, for
    /// those that are a little behind.
    pub decisions_kept: u32,
    /// How often a node and a balancer report to the coordinators.
    pub heartbeat_every: Span,
    /// Who suspects nodes.
    pub detector: Detection,
    /// Silence after which a detector by time-out takes a node for dead. Several heartbeats long, at most `out_after`.
    pub suspect_after: Span,
    /// The level from which on a detector by phi suspects.
    pub phi: u8,
    /// Silence after which a coordinator counts a node as out of its own reach, when it compares itself with others. That is no
    /// suspicion, and no matter of the detector.
    pub missed_after: Span,
    /// A primary's lease, counted from the send time of an answered heartbeat. Longer than the usual `suspect_after`,
    /// so that the wait for its end is seen.
    pub primary_lease: Span,
    /// How far a clock may drift from true time, in parts per million. Leases are waited out by this bound.
    pub drift_bound: u32,
    /// Silence of a backup after which its primary sends again.
    pub resend_after: Span,
    /// Silence of a backup after which its primary asks for a view without it.
    pub lag_max: Span,
    /// Silence after which a node that is down is taken off the ring and its copies are made elsewhere. Much longer than
    /// `suspect_after`: most of those that fall silent come back.
    pub out_after: Span,
    /// A copy whose log is longer than this many entries makes a snapshot of its beginning, as far as every copy that counts has
    /// it. More than `log_keep`.
    pub log_max: u32,
    /// Entries that stay in the log then, so that whoever missed no more catches up without a snapshot. At least 8, which the page
    /// shows.
    pub log_keep: u32,
    /// Shards that may have a learner at a time.
    pub moves_in_flight: u8,
    /// Items of a snapshot in one message.
    pub chunk: u32,
    /// Pause between two pieces of a snapshot: moving must leave room for serving.
    pub chunk_every: Span,
    /// How long a primary lets requests wait for a hand-over before it serves them itself. Less than `client_timeout`.
    pub yield_max: Span,
    /// Requests of a shard that may wait for a hand-over or for a new primary to settle; more are refused.
    pub held_max: u8,
    /// Locks, each with a document of its own: 1..=3. Which one a worker wants next is left to chance.
    pub locks: u8,
    /// A lock session's lease, as its client counts it: from before it sent what was answered. The service waits a little longer.
    /// At least 1 s, so that several `KeepAlive`s fall into it.
    pub lock_lease: Span,
    /// Lock-delay: after a holder has fallen silent, nobody is granted its lock for so long. Zero: none.
    pub lock_delay: Span,
    /// How long a worker waits in the queue before it gives up and rests. Zero: for ever.
    pub lock_patience: Span,
    /// A worker's thinking time between reading the document and writing it: shortest.
    pub think_min: Span,
    /// And longest.
    pub think_max: Span,
    /// Pause of a worker or client between two pieces of work: shortest.
    pub pause_min: Span,
    /// And longest.
    pub pause_max: Span,
    /// A client's patience with one attempt. Zero: without end; an answer that is lost is then waited for for ever.
    pub client_timeout: Span,
    /// First pause before a retry; doubles with each attempt, with jitter.
    pub backoff_min: Span,
    /// Longest pause before a retry.
    pub backoff_max: Span,
    /// How plain clients ask.
    pub asking: Asking,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            shards: 24,
            replicas: 3,
            ack: Ack::InSync,
            min_in_sync: 1,
            reads: Reads::Primary,
            spread: Spread::Random,
            health: Health::Unknown,
            hedge: Span::ZERO,
            vnodes: 16,
            keys: 190,
            service: Span::ZERO,
            law: Work::Exponential,
            order: Order::Fifo,
            queue: 16,
            servers: 1,
            shed: Shedding::Never,
            workers: 5,
            delay: Span::millis(8),
            jitter: Span::millis(8),
            loss: 0,
            duplicates: 0,
            save_min: Span::millis(1),
            save_max: Span::millis(4),
            election_min: Span::millis(400),
            election_max: Span::millis(800),
            beat_every: Span::millis(100),
            decisions_kept: 64,
            heartbeat_every: Span::millis(200),
            detector: Detection::TimeOut,
            suspect_after: Span::millis(1_000),
            phi: 8,
            missed_after: Span::millis(1_000),
            primary_lease: Span::millis(1_200),
            drift_bound: 10_000,
            resend_after: Span::millis(200),
            lag_max: Span::millis(1_000),
            out_after: Span::millis(10_000),
            log_max: 96,
            log_keep: 32,
            moves_in_flight: 2,
            chunk: 1,
            chunk_every: Span::millis(50),
            yield_max: Span::millis(300),
            held_max: 64,
            locks: 1,
            lock_lease: Span::millis(3_000),
            lock_delay: Span::ZERO,
            lock_patience: Span::ZERO,
            think_min: Span::millis(300),
            think_max: Span::millis(900),
            pause_min: Span::millis(150),
            pause_max: Span::millis(650),
            client_timeout: Span::millis(500),
            backoff_min: Span::millis(50),
            backoff_max: Span::millis(800),
            asking: Asking::default(),
        }
    }
}

impl Config {
    /// How long the lock service waits. Its clock may run fast by the bound and the client's slow by it, and a little is added for
    /// rounding: a lease has surely ended when it says so.
    pub fn lock_times(&self) -> LockTimes {
        LockTimes { lease: self.lock_lease.scale(1_000_000 + 3 * u64::from(self.drift_bound), 1_000_000), delay: self.lock_delay }
    }

    /// In-sync copies without which a primary takes no write: what the recipe asks for, and what the mode needs to commit one at all.
    pub fn copies_needed(&self) -> usize {
        let needed = match self.ack {
            Ack::Primary | Ack::InSync => 1,
            Ack::Majority => self.replicas / 2 + 1,
        };
        usize::from(needed.max(self.min_in_sync))
    }

    /// Within this time after it was given a lease of a primary has surely ended, whatever clocks within the bound have done: the node's may
    /// run slow by it and the coordinator's fast, and a little is added for rounding.
    pub fn lease_ends(&self) -> Span {
        self.primary_lease.scale(1_000_000 + 3 * u64::from(self.drift_bound), 1_000_000).max(self.missed_after)
    }

    /// How long a client waits for an answer, in reckonings that need a figure even where there is no end to it.
    pub fn patience(&self) -> Span {
        if self.client_timeout == Span::ZERO { Span::secs(60) } else { self.client_timeout }
    }

    /// How a node deals with requests.
    pub fn discipline(&self) -> Discipline {
        let (half, tenth) = (self.patience().scale(1, 2), self.patience().scale(1, 10));
        let shed = match self.shed {
            Shedding::Never => Shed::Never,
            Shedding::Older => Shed::Older(half),
            Shedding::Controlled => Shed::Controlled { target: tenth, interval: half },
        };
        let deadlines = self.asking.deadlines;
        Discipline { workers: self.servers.into(), waiting_max: self.queue.into(), order: self.order, shed, deadlines }
    }

    /// The pauses before a request is sent again. (The machine doubles the base before the first retry, too.)
    pub fn backoff(&self, jitter: Jitter) -> Backoff {
        Backoff { base: self.backoff_min.scale(1, 2), cap: self.backoff_max, jitter }
    }

    /// How often a session is kept alive: four times in a lease.
    pub fn keep_alive_every(&self) -> Span {
        self.lock_lease.scale(1, 4)
    }
}
