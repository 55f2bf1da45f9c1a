//! SWIM and Lifeguard.

use ringside::proto::detector::swim::machine::{SCORE_MAX, Swim};
use ringside::proto::detector::swim::patience::suspicion;
use ringside::proto::detector::swim::words::{Ask, Incarnation, Lifeguard, SwimConfig, SwimEffect, SwimMsg, SwimRules};
use ringside::sim::id::Pid;
use ringside::sim::rng::{Rng, Stream};
use ringside::sim::time::{Span, Time};

use super::table::{Row, Section, sure};
use crate::detect::world::{Outcome, Setting, Watching, run};
use crate::stats::over_runs;

/// A member whose pings are all answered at once: it knows nothing of what others know, and can be run alone.
struct Prober {
    swim: Swim,
    config: SwimConfig,
}

impl Prober {
    fn new(me: Pid, n: u16, config: SwimConfig, rng: &mut Rng) -> Prober {
        Prober { swim: Swim::new(me, n, Incarnation(0), |_| false, Time(0), &config, &mut |n| rng.below(n)), config }
    }

    /// Its next ping before `end`.
    fn ping(&mut self, end: Time, rng: &mut Rng) -> Option<(Time, Pid)> {
        let mut out = Vec::new();
        loop {
            let now = self.swim.wakes_at(&self.config);
            if now >= end {
                return None;
            }
            self.swim.tick(now, &self.config, &mut |n| rng.below(n), &mut out);
            if let Some(SwimEffect::Send(to, SwimMsg { ask: Ask::Ping(number), .. })) = out.pop() {
                self.swim.receive(to, SwimMsg { ask: Ask::Ack(number), news: Vec::new() }, now, &self.config, &mut out);
                return Some((now, to));
            }
        }
    }
}

/// Periods from a crash until the first ping of the dead one, counted as begun, one a trial.
fn first_pings(n: u16, trials: u32, round_robin: bool) -> Vec<f64> {
    let config = SwimConfig { rules: SwimRules { round_robin, ..SwimRules::ALL }, ..SwimConfig::default() };
    let mut rng = Rng::stream(u64::from(n), Stream::Nemesis);
    let dead = Pid(0);
    let trial = |_| {
        let periods = if round_robin { 2 * u32::from(n) } else { 2 };
        let crash = Time(config.period.0 + u64::from(rng.below(periods * config.period.0 as u32)));
        let mut first = Time(u64::MAX);
        for me in (1..n).map(Pid) {
            let mut it = Prober::new(me, n, config, &mut rng);
            while let Some((at, to)) = it.ping(first, &mut rng) {
                if to == dead && at > crash {
                    first = at;
                }
            }
        }
        first.since(crash).0.div_ceil(config.period.0) as f64
    };
    (0..trials).map(trial).collect()
}

/// The longest wait, in periods, between two pings of the same member by one that takes turns.
fn longest_wait(n: u16) -> u64 {
    let (mut rng, config) = (Rng::stream(7, Stream::Nemesis), SwimConfig::default());
    let mut it = Prober::new(Pid(0), n, config, &mut rng);
    let (mut last, mut longest) = (vec![0; usize::from(n)], 0);
    for period in 1..=400 * u64::from(n) {
        let (_, target) = it.ping(Time(u64::MAX), &mut rng).expect("it pings for ever");
        longest = longest.max(period - last[target.index()]);
        last[target.index()] = period;
    }
    longest
}

/// Expectations of the paper, and Lifeguard's formulas.
pub fn expectations() -> Section {
    let mut rows = Vec::new();
    for (n, published, trials) in
        [(3, "1.333333", 3_000), (5, "1.462857", 3_000), (10, "1.530080", 3_000), (50, "1.572558", 1_500), (100, "1.577321", 1_000)]
    {
        let ours = over_runs(&first_pings(n, trials, false));
        rows.push(Row::new(format!("periods until the first ping of the dead, {n} members, drawn each time"), published, sure(ours, 3)));
        if n <= 10 {
            let ours = over_runs(&first_pings(n, trials, true));
            let row = Row::new(format!("the same, {n} members in turn"), format!("≤ {published}"), sure(ours, 3));
            rows.push(row.why("no slower, by section 4.3"));
        }
    }
    for n in [3, 5] {
        let bound = 2 * (n - 1) - 1;
        let what = format!("longest wait between two pings of one of {} others, in periods", n - 1);
        rows.push(Row::new(what, bound.to_string(), longest_wait(n).to_string()).why("2m − 1 for m others"));
    }
    let full = SwimConfig { lifeguard: Lifeguard::FULL, ..SwimConfig::default() };
    for (n, published) in [(10, ["24", "14", "8.15", "4"]), (100, ["48", "28", "16.30", "8"]), (1_000, ["72", "42", "24.45", "12"])] {
        for (shared, published) in (0..).zip(published) {
            let ours = suspicion(n, shared, &full).0 as f64 / 1e6;
            rows.push(Row::new(format!("suspicion among {n} that {shared} others share, s"), published, format!("{ours:.2}")));
        }
    }
    let times = u64::from(SCORE_MAX) + 1;
    rows.push(Row::new("longest period, of 1 s, and time-out, of 0.5 s", "9 s, 4.5 s", format!("{} s, {} s", times, 0.5 * times as f64)));
    Section {
        title: "SWIM and Lifeguard: expectations",
        about: "Das, Gupta, Motivala, \"SWIM\", 2002, section 3.1: `1 / (1 − (1 − 1/(n−1))^(n−1))`, which tends to e/(e−1) = 1.582. Lifeguard (Dadgar, Phillips, Currey, 2018; arXiv 1707.00788), sections IV-A and \
                IV-B: recomputed from its formulas with memberlist's figures.",
        rows,
        rest: String::new(),
    }
}

/// Groups of 24 with four slow members, watched for four minutes, four times: declared dead and healthy, by anybody and by the healthy.
fn accused(lifeguard: Lifeguard) -> Vec<Outcome> {
    let setting = Setting {
        nodes: 24,
        period: Span::secs(1),
        loss: 0,
        pause: Span::ZERO,
        pause_every: Span::secs(60),
        slow: 4,
        notices: false,
        watched: Span::secs(240),
        watching: Watching::Swim(SwimConfig { lifeguard, ..SwimConfig::default() }),
    };
    (0..4).map(|i| run(1, i, &setting)).collect()
}

/// Slow members accuse the healthy.
pub fn slow_members() -> Section {
    let sums = |lifeguard| {
        let runs = accused(lifeguard);
        let sum = |of: fn(&Outcome) -> u64| runs.iter().map(of).sum::<u64>();
        (sum(|it| it.wrong_of_healthy), sum(|it| it.wrong_at_healthy))
    };
    let (off, full) = (sums(Lifeguard::OFF), sums(Lifeguard::FULL));
    let times = |it: (u64, u64)| if it.0 == 0 { format!("≥ {}", off.0) } else { format!("{:.0}", off.0 as f64 / it.0 as f64) };
    let told = |it: (u64, u64)| format!("{} instead of {}", it.0, off.0);
    let group = "24 nodes here and 100 there, four slow ones, and our slowness is delay, not a processor that is taken away";
    let rows = vec![
        Row::new("Lifeguard: healthy members declared dead, so many times fewer", "50–100", times(full))
            .why(format!("{}; {group}", told(full))),
        Row::new("the same, as our own test asks", "≥ 10", times(full)),
        Row::new("of those, by healthy members, % of SWIM's", "1.9", format!("{:.1}", 100.0 * full.1 as f64 / off.1.max(1) as f64))
            .why(format!("{} instead of {}", full.1, off.1)),
    ];
    let parts = [
        ("probe", Lifeguard { probe: true, ..Lifeguard::OFF }),
        ("suspicion", Lifeguard { suspicion: true, ..Lifeguard::OFF }),
        ("buddy", Lifeguard { buddy: true, ..Lifeguard::OFF }),
    ];
    let parts = parts.map(|(name, part)| format!("*{name}* {}", sums(part).0));
    Section {
        title: "Lifeguard: slow members accuse the healthy",
        about: "The world of `headless detect --slow 4`, SWIM without and with Lifeguard: four members of 24 take in and give out every message 0.1 to 5 s late; four minutes, four runs. Lifeguard (transcribed, Table IV).",
        rows,
        rest: format!(
            "With one of its three parts alone, instead of {}: {}. The paper's figures for parts are not in the transcription.",
            off.0,
            parts.join(", ")
        ),
    }
}
