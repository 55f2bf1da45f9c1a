//! What a server does with work that comes faster than it is done: who waits, who is next, who is turned away.
//!
//! A server has `workers` that serve one job each, and one queue. Turning away at the door is cheap and tells the client at once;
//! work that was thrown out of the queue later was waited for in vain. Work whose client has left is served all the same unless
//! something here forbids it: that is what keeps an overload alive after its cause is gone.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::hash::Hash;

use crate::sim::time::{Span, Time};

/// Who is served next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Order {
    /// Who came first.
    Fifo,
    /// Who came last: under overload some are served in time, instead of all too late (Maurer, "Fail at Scale", 2015).
    Lifo,
}

/// Who is thrown out of the queue, when a worker is free and looks for the next job.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Shed {
    /// Nobody.
    Never,
    /// Whoever has waited for longer than this.
    Older(Span),
    /// Controlled delay as for servers (Maurer 2015, after CoDel, Nichols and Jacobson 2012): whoever has waited for longer than
    /// `interval`; but only `target` if the queue was last empty more than `interval` ago. A burst may wait, a standing queue not.
    Controlled {
        /// How long one may wait in a queue that does not empty: 5 ms there.
        target: Span,
        /// How long a queue may take to empty: 100 ms there.
        interval: Span,
    },
}

/// How a server deals with work.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Discipline {
    /// Jobs served at once, at least 1.
    pub workers: u16,
    /// Jobs that may wait. One more is turned away at the door: `Busy`.
    pub waiting_max: u32,
    /// Who is next.
    pub order: Order,
    /// Who is thrown out.
    pub shed: Shed,
    /// Whether a job whose deadline has passed is thrown out instead of served.
    pub deadlines: bool,
}

impl Discipline {
    /// One worker, first come first served, and everybody may wait: the textbook's.
    pub const PLAIN: Discipline = Discipline { workers: 1, waiting_max: u32::MAX, order: Order::Fifo, shed: Shed::Never, deadlines: false };
}

/// What becomes of a job at the door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// A worker has it: it is done after its work.
    Begins,
    /// It waits.
    Waits,
    /// The queue is full, and it is turned away at once.
    Busy,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Job<T> {
    what: T,
    work: Span,
    came: Time,
    until: Option<Time>,
}

/// A server: its workers and its queue. `T` names a job.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Server<T> {
    discipline: Discipline,
    waiting: VecDeque<Job<T>>,
    busy: u16,
    /// When nobody waited for the last time.
    empty_at: Time,
}

impl<T: Clone + Eq + Hash + Debug> Server<T> {
    /// A server without work.
    ///
    /// # Panics
    /// Without workers.
    pub fn new(discipline: Discipline) -> Server<T> {
        assert!(discipline.workers > 0, "a server without workers serves nobody");
        Server { discipline, waiting: VecDeque::new(), busy: 0, empty_at: Time::ZERO }
    }

    /// Jobs that wait.
    pub fn waiting(&self) -> u32 {
        self.waiting.len() as u32
    }

    /// Jobs that wait or are served: the requests in flight here.
    pub fn load(&self) -> u32 {
        self.waiting() + u32::from(self.busy)
    }

    /// A job comes that needs a worker for `work`, and is of no use after `until`. If it begins, tell [`Server::done`] when that
    /// has passed.
    pub fn offer(&mut self, now: Time, what: T, work: Span, until: Option<Time>) -> Offer {
        if self.waiting.is_empty() {
            self.empty_at = now;
        }
        if self.busy < self.discipline.workers {
            assert!(self.waiting.is_empty(), "a job waits while a worker is free");
            self.busy += 1;
            return Offer::Begins;
        }
        if self.waiting() >= self.discipline.waiting_max {
            return Offer::Busy;
        }
        self.waiting.push_back(Job { what, work, came: now, until });
        Offer::Waits
    }

    /// A worker has done its job. Gives the job that it begins and its work; those that are thrown out are added to `shed`.
    ///
    /// # Panics
    /// If no worker had a job.
    pub fn done(&mut self, now: Time, shed: &mut Vec<T>) -> Option<(T, Span)> {
        assert!(self.busy > 0, "a worker without a job is done with it");
        self.busy -= 1;
        let patience = self.patience(now);
        loop {
            if self.waiting.is_empty() {
                self.empty_at = now;
                return None;
            }
            let job = match self.discipline.order {
                Order::Fifo => self.waiting.pop_front(),
                Order::Lifo => self.waiting.pop_back(),
            };
            let job = job.expect("somebody waits, as was just seen");
            let old = patience.is_some_and(|most| now.since(job.came) > most);
            let late = self.discipline.deadlines && job.until.is_some_and(|until| until <= now);
            if old || late {
                shed.push(job.what);
                continue;
            }
            self.busy += 1;
            return Some((job.what, job.work));
        }
    }

    fn patience(&self, now: Time) -> Option<Span> {
        match self.discipline.shed {
            Shed::Never => None,
            Shed::Older(most) => Some(most),
            Shed::Controlled { target, interval } => Some(if now.since(self.empty_at) > interval { target } else { interval }),
        }
    }

    /// Takes a job out of the queue: its twin has begun elsewhere, or nobody wants it any more. `None` if it does not wait here;
    /// one that has begun is never stopped.
    pub fn cancel(&mut self, which: impl Fn(&T) -> bool) -> Option<T> {
        let found = self.waiting.iter().position(|job| which(&job.what))?;
        self.waiting.remove(found).map(|job| job.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Span = Span::millis(1);

    fn server(change: impl FnOnce(&mut Discipline)) -> Server<u32> {
        let mut discipline = Discipline::PLAIN;
        change(&mut discipline);
        Server::new(discipline)
    }

    fn offer(server: &mut Server<u32>, ms: u64, what: u32) -> Offer {
        server.offer(Time::from_millis(ms), what, MS, Some(Time::from_millis(ms + 50)))
    }

    #[test]
    fn who_is_next_is_the_order_and_one_too_many_is_turned_away_at_once() {
        for (order, next) in [(Order::Fifo, 3), (Order::Lifo, 4)] {
            let mut server = server(|it| (it.order, it.waiting_max, it.workers) = (order, 2, 2));
            let at_the_door: Vec<Offer> = (0..5).map(|i| offer(&mut server, i, i as u32 + 1)).collect();
            assert_eq!(at_the_door, [Offer::Begins, Offer::Begins, Offer::Waits, Offer::Waits, Offer::Busy]);
            assert_eq!((server.waiting(), server.load()), (2, 4));
            let mut shed = Vec::new();
            assert_eq!(server.done(Time::from_millis(9), &mut shed), Some((next, MS)));
            assert!(shed.is_empty());
        }
    }

    #[test]
    fn who_has_waited_too_long_is_thrown_out_when_a_worker_is_free() {
        let mut server = server(|it| it.shed = Shed::Older(MS.scale(10, 1)));
        (0..4).for_each(|i| assert_ne!(offer(&mut server, i * 5, i as u32), Offer::Busy));
        let mut shed = Vec::new();
        assert_eq!(server.done(Time::from_millis(20), &mut shed), Some((2, MS)), "who came at 10 has waited for 10 ms, not longer");
        assert_eq!(shed, [1]);
        assert_eq!(server.load(), 2);
    }

    #[test]
    fn a_burst_may_wait_and_a_standing_queue_may_not() {
        let mut server = server(|it| it.shed = Shed::Controlled { target: MS.scale(5, 1), interval: MS.scale(100, 1) });
        (0..20).for_each(|i| assert_ne!(offer(&mut server, 0, i), Offer::Busy));
        let mut shed = Vec::new();
        assert_eq!(server.done(Time::from_millis(90), &mut shed).map(|it| it.0), Some(1), "90 ms in a burst");
        assert!(shed.is_empty());
        offer(&mut server, 99, 50);
        assert_eq!(server.done(Time::from_millis(101), &mut shed).map(|it| it.0), Some(50), "the queue stands for more than 100 ms");
        assert_eq!(shed, (2..20).collect::<Vec<_>>());
        assert_eq!(server.done(Time::from_millis(102), &mut shed), None);
        (0..3).for_each(|i| assert_ne!(offer(&mut server, 103, i), Offer::Busy));
        assert_eq!(server.done(Time::from_millis(150), &mut shed).map(|it| it.0), Some(1), "it was empty since");
    }

    #[test]
    fn work_that_nobody_waits_for_is_served_unless_deadlines_count() {
        for deadlines in [false, true] {
            let mut server = server(|it| it.deadlines = deadlines);
            (0..3).for_each(|i| assert_ne!(offer(&mut server, i * 20, i as u32), Offer::Busy));
            let mut shed = Vec::new();
            let next = server.done(Time::from_millis(80), &mut shed).map(|it| it.0);
            assert_eq!((next, shed.len()), if deadlines { (Some(2), 1) } else { (Some(1), 0) });
        }
    }

    #[test]
    fn a_twin_is_taken_out_of_the_queue_and_not_from_a_worker() {
        let mut server = server(|_| {});
        (0..3).for_each(|i| assert_ne!(offer(&mut server, 0, i), Offer::Busy));
        let mut cancel = |n| server.cancel(|&it| it == n);
        assert_eq!([cancel(0), cancel(1), cancel(1)], [None, Some(1), None]);
        assert_eq!(server.done(Time::from_millis(1), &mut Vec::new()).map(|it| it.0), Some(2));
    }
}
