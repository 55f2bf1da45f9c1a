//! What the processes of a load experiment say, and what they may read.

use ringside::proto::balance::Backend;
use ringside::proto::balance::backoff::Backoff;
use ringside::proto::balance::budget::BudgetConfig;
use ringside::proto::balance::health::OutlierConfig;
use ringside::proto::balance::policy::{Counts, Policy};
use ringside::proto::balance::queue::Discipline;
use ringside::proto::balance::work::Work;
use ringside::sim::id::Pid;
use ringside::sim::time::Span;

/// A request as its client sends it: who, which of its requests, which try.
pub type Id = (Pid, u32, u8);

/// What became of a try.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// It was done.
    Ok,
    /// It was turned away, at the door or out of the queue.
    Busy,
    /// The server failed.
    Error,
}

/// What is said. The network here loses and duplicates nothing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Msg {
    /// A client to a balancer, and a balancer to a server.
    Ask {
        /// Which request.
        id: Id,
        /// What it is about: a point of the hash circle.
        key: u64,
        /// How long the client waits.
        left: Span,
    },
    /// The way back.
    Answer {
        /// Which request.
        id: Id,
        /// What became of it.
        verdict: Verdict,
    },
    /// A client to a balancer: it waits no longer.
    Forget(Id),
    /// A balancer to a server: another server was faster.
    Cancel(Id),
    /// A balancer asks how busy a server is.
    Probe,
    /// So many requests in flight; one more would take about so long.
    Probed(u32, Span),
    /// A server tells all balancers how many requests it has.
    Report(u32),
}

/// Timers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timer {
    /// A client's next request.
    Come,
    /// A client's patience with a try.
    Patience(u32, u8),
    /// A client sends a request again.
    Retry(u32),
    /// A balancer sends a second copy.
    Hedge(u32),
    /// A balancer looks at success rates.
    Sweep,
    /// A server's worker has done a job.
    Done(u64),
    /// A server tells how busy it is.
    Report,
}

/// A fact that is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// A client has done with a request.
    Over {
        /// Since it came.
        took: Span,
        /// Whether it was answered well, in time.
        ok: bool,
        /// How often it was sent.
        tries: u8,
    },
    /// A balancer has sent a second copy.
    Hedged,
}

/// The experiment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setup {
    /// How many of each kind there are.
    pub clients: u16,
    /// Balancers; a client's requests go to them in turn.
    pub balancers: u16,
    /// Servers.
    pub servers: u16,
    /// Mean time between two requests of one client.
    pub gap: Span,
    /// For how long requests come.
    pub lasts: Span,
    /// How servers are picked.
    pub policy: Policy,
    /// Whose counts are compared.
    pub counts: Counts,
    /// From one report of a server to the next, if there are any.
    pub report_every: Option<Span>,
    /// When servers are ejected, if ever.
    pub health: Option<OutlierConfig>,
    /// After how long a second copy is sent, if ever.
    pub hedge: Option<Span>,
    /// The law of the work.
    pub work: Work,
    /// Its mean.
    pub mean: Span,
    /// What servers do with it.
    pub discipline: Discipline,
    /// The first server takes so many times as long.
    pub slow: u16,
    /// The first server fails so many of a thousand, at once.
    pub bad_per_mille: u16,
    /// How long a client waits for a try.
    pub timeout: Span,
    /// How often it tries again.
    pub retries: u8,
    /// How long it waits before.
    pub backoff: Backoff,
    /// How many retries all its requests may have.
    pub budget: Option<BudgetConfig>,
}

impl Setup {
    /// The balancer for this try of this request: a retry goes to another.
    pub fn balancer(&self, request: u32, tries: u8) -> Pid {
        Pid(self.clients + ((request + u32::from(tries)) % u32::from(self.balancers)) as u16)
    }
    /// All balancers.
    pub fn all_balancers(&self) -> impl Iterator<Item = Pid> + use<> {
        (self.clients..self.clients + self.balancers).map(Pid)
    }
    /// A server's name.
    pub fn server(&self, backend: Backend) -> Pid {
        Pid(self.clients + self.balancers + backend.0)
    }
    /// A server's place in the balancers' lists.
    pub fn backend(&self, server: Pid) -> Backend {
        Backend(server.0 - self.clients - self.balancers)
    }
}
