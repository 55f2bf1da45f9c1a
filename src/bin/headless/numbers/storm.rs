//! Overload that outlives its cause: clients that ask again, at one server or a few, and a trigger. The machines are [`queue`] and
//! [`budget`]; everything is equal (gaps, work) unless a seed is given.
//!
//! An instant is a fraction of a second that may make every gap a whole number, so that "exactly at capacity" is exact.
//!
//! [`queue`]: ringside::proto::balance::queue
//! [`budget`]: ringside::proto::balance::budget

use ringside::proto::balance::budget::{Budget, BudgetConfig};
use ringside::proto::balance::queue::{Discipline, Offer, Server};
use ringside::proto::balance::work::Work;
use ringside::sim::queue::Queue;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

/// What happens, in units of a fraction of a second.
#[derive(Clone, Copy)]
pub struct Setting {
    /// Units of time in a second.
    pub second: u64,
    /// Between two requests: from when on, and how long; the first from 0.
    pub gaps: [(u64, u64); 6],
    /// What a request takes a worker.
    pub work: u64,
    /// How long a copy is waited for.
    pub patience: u64,
    /// Copies of a request beside the first.
    pub retries: u32,
    /// From the end of patience to the retry.
    pub wait: u64,
    /// When nothing arrives: from, to. What was sent meanwhile arrives at the end.
    pub outage: (u64, u64),
    /// When the first server begins nothing: from, and for how long. What it has begun it ends.
    pub pause: (u64, u64),
    /// When the first server turns everything away at once, and has forgotten what it had: from, to.
    pub down: (u64, u64),
    /// When what begins takes longer: from, to, and how many thousandths.
    pub slow: (u64, u64, u64),
    /// What holds retries, if anything does.
    pub budget: Option<BudgetConfig>,
    /// What each server does with work.
    pub discipline: Discipline,
    /// Servers, which copies go to in turn.
    pub servers: u16,
    /// Gaps and work are exponential, with this seed.
    pub seed: Option<u64>,
    /// The end.
    pub until: u64,
}

impl Setting {
    /// Requests at equal gaps at a plain server, each of which is waited for for a second and not sent again. Nothing happens to it.
    pub fn calm(second: u64, gap: u64, work: u64, until: u64) -> Setting {
        Setting {
            second,
            gaps: [(0, gap); 6],
            work,
            patience: second,
            retries: 0,
            wait: 0,
            outage: (0, 0),
            pause: (0, 0),
            down: (0, 0),
            slow: (0, 0, 1_000),
            budget: None,
            discipline: Discipline::PLAIN,
            servers: 1,
            seed: None,
            until,
        }
    }

    fn gap(&self, now: u64) -> u64 {
        self.gaps.iter().rev().find(|it| it.0 <= now).expect("the first is from 0").1
    }
}

/// What was seen in a second.
#[derive(Clone, Copy, Default, Debug)]
pub struct Second {
    /// Requests that came.
    pub came: u64,
    /// Requests that were answered while they were waited for.
    pub good: u64,
    /// Copies that reached a server.
    pub copies: u64,
}

/// What was seen.
#[derive(Debug)]
pub struct Outcome {
    /// The last end of patience, in units.
    pub last_timeout: u64,
    /// By second.
    pub seconds: Vec<Second>,
}

impl Outcome {
    /// Of the seconds from one to another.
    pub fn sum(&self, from: u64, to: u64) -> Second {
        let some = &self.seconds[from as usize..(to as usize).min(self.seconds.len())];
        some.iter().fold(Second::default(), |sum, it| Second {
            came: sum.came + it.came,
            good: sum.good + it.good,
            copies: sum.copies + it.copies,
        })
    }
    /// Of the last tenth.
    pub fn end(&self) -> Second {
        let n = self.seconds.len() as u64;
        self.sum(n * 9 / 10, n)
    }
    /// Whether at the end all requests are answered in time, or none; `None`: some are.
    pub fn recovers(&self) -> Option<bool> {
        let end = self.end();
        if end.good.abs_diff(end.came) <= 1 { Some(true) } else { (end.good == 0).then_some(false) }
    }
}

/// A copy of a request; a pause has none.
type Copy = Option<(u32, u32)>;

#[derive(Clone, PartialEq, Debug)]
enum Event {
    Come,
    Send(u32, u32),
    Reach(u32, u32),
    /// Which server, in which of its lives, and what it was.
    Done(usize, u32, Copy),
    /// Patience ends, or the copy was turned away.
    Fails(u32, u32),
    Pause,
    Crash,
}

struct Run {
    it: Setting,
    queue: Queue<(u64, u64), Event>,
    scheduled: u64,
    servers: Vec<Server<Copy>>,
    life: u32,
    next_server: usize,
    budget: Option<Budget>,
    /// Of each request the copy that is waited for.
    awaited: Vec<Option<u32>>,
    rng: Option<Rng>,
    out: Outcome,
}

/// Runs to the end.
pub fn run(it: Setting) -> Outcome {
    let mut run = Run {
        queue: Queue::default(),
        scheduled: 0,
        servers: vec![Server::new(it.discipline); usize::from(it.servers)],
        life: 0,
        next_server: 0,
        budget: it.budget.map(|config| Budget::new(config, Time(0))),
        awaited: Vec::new(),
        rng: it.seed.map(|seed| Rng::stream(seed, Stream::Nemesis)),
        out: Outcome { last_timeout: 0, seconds: vec![Second::default(); it.until.div_ceil(it.second) as usize + 1] },
        it,
    };
    if it.pause.1 > 0 {
        run.add(it.pause.0, Event::Pause);
    }
    if it.down.1 > 0 {
        run.add(it.down.0, Event::Crash);
    }
    run.add(0, Event::Come);
    let mut before = 0;
    while let Some(((now, _), event)) = run.queue.pop() {
        assert!(now >= before, "time goes on");
        before = now;
        if now > it.until {
            break;
        }
        run.step(now, event);
    }
    run.out.seconds.truncate(it.until.div_ceil(it.second) as usize);
    run.out
}

impl Run {
    fn add(&mut self, at: u64, event: Event) {
        self.queue.add((at, self.scheduled), event);
        self.scheduled += 1;
    }

    /// This, or something of which this is the mean.
    fn about(&mut self, mean: u64) -> u64 {
        self.rng.as_mut().map_or(mean, |rng| Work::Exponential.draw(Span(mean), rng).0)
    }

    fn begin(&mut self, now: u64, server: usize, what: Copy, work: u64) {
        let slow = if (self.it.slow.0..self.it.slow.1).contains(&now) { self.it.slow.2 } else { 1_000 };
        self.add(now + work * slow / 1_000, Event::Done(server, self.life, what));
    }

    fn offer(&mut self, now: u64, server: usize, what: Copy, work: u64) {
        match self.servers[server].offer(Time(now), what, Span(work), None) {
            Offer::Begins => self.begin(now, server, what, work),
            Offer::Waits => {}
            Offer::Busy => {
                if let Some((request, copy)) = what {
                    self.add(now, Event::Fails(request, copy));
                }
            }
        }
    }

    fn step(&mut self, now: u64, event: Event) {
        let it = self.it;
        let second = (now / it.second) as usize;
        match event {
            Event::Pause => (0..it.discipline.workers).for_each(|_| self.offer(now, 0, None, it.pause.1)),
            Event::Crash => {
                self.servers[0] = Server::new(it.discipline);
                self.life += 1;
            }
            Event::Come => {
                let request = self.awaited.len() as u32;
                self.awaited.push(None);
                self.out.seconds[second].came += 1;
                if let Some(budget) = &mut self.budget {
                    budget.asked();
                }
                self.add(now, Event::Send(request, 0));
                let gap = self.about(it.gap(now));
                self.add(now + gap, Event::Come);
            }
            Event::Send(request, copy) => {
                let arrives = if (it.outage.0..it.outage.1).contains(&now) { it.outage.1 } else { now };
                self.awaited[request as usize] = Some(copy);
                self.add(arrives, Event::Reach(request, copy));
                self.add(now + it.patience, Event::Fails(request, copy));
            }
            Event::Reach(request, copy) => {
                self.out.seconds[second].copies += 1;
                let server = self.next_server;
                self.next_server = (server + 1) % self.servers.len();
                if server == 0 && (it.down.0..it.down.1).contains(&now) {
                    self.add(now, Event::Fails(request, copy));
                } else {
                    let work = self.about(it.work);
                    self.offer(now, server, Some((request, copy)), work);
                }
            }
            Event::Done(server, life, what) => self.done(now, server, life, what),
            Event::Fails(request, copy) => {
                // An answer counts while its own copy is waited for.
                if self.awaited[request as usize] != Some(copy) {
                    return;
                }
                self.awaited[request as usize] = None;
                self.out.last_timeout = now;
                let micros = Time((u128::from(now) * 1_000_000 / u128::from(it.second)) as u64);
                if copy < it.retries && self.budget.as_mut().is_none_or(|budget| budget.spend(micros)) {
                    self.add(now + it.wait, Event::Send(request, copy + 1));
                }
            }
        }
    }

    fn done(&mut self, now: u64, server: usize, life: u32, what: Copy) {
        // What a server had begun before it crashed is lost.
        if server == 0 && life != self.life {
            return;
        }
        if let Some((next, work)) = self.servers[server].done(Time(now), &mut Vec::new()) {
            self.begin(now, server, next, work.0);
        }
        if let Some((request, copy)) = what
            && self.awaited[request as usize] == Some(copy)
        {
            self.awaited[request as usize] = None;
            self.out.seconds[(now / self.it.second) as usize].good += 1;
        }
    }
}
