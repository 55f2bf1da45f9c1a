//! What is said of detectors and of what processes believe of each other.

use crate::cluster::observe::beliefs::{Phi, Reason, Stance};
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::name::Roster;
use crate::scene::doubt::{Picture, So};
use crate::scene::state::Look;
use crate::session::doubt::Accusation;
use crate::sim::id::Pid;
use crate::sim::time::Span;
use crate::text::Lang;
use crate::text::sentence::seconds;

/// Words that do not depend on anything.
#[derive(Debug)]
pub struct DoubtWords {
    /// Heading of the settings.
    pub heading: &'static str,
    /// Heading of the detectors.
    pub detector_by: &'static str,
    /// A detector, in the settings.
    pub detector: fn(Detection) -> &'static str,
    /// What the fields say: the limit of the time-out, the threshold of phi.
    pub figures: [&'static str; 2],
    /// What is believed.
    pub stance: fn(Stance) -> &'static str,
    /// How that compares with the truth; nothing if it is so.
    pub is_so: fn(So) -> &'static str,
    /// The truth about a process.
    pub truth: fn(Look) -> &'static str,
    /// By which detector, with the threshold of phi and the limit of the time-out.
    pub detects: fn(Detection, u8, Span) -> String,
    /// Names the table.
    pub caption: &'static str,
    /// Heads the names of those of whom something is believed.
    pub of: &'static str,
    /// Heads the truth.
    pub so: &'static str,
    /// What the table's signs mean.
    pub legend: &'static str,
    /// Names the list of those who believe.
    pub observer: &'static str,
    /// Between the two of a pair.
    pub on: &'static str,
    /// Names the list of those of whom something is believed.
    pub about: &'static str,
    /// Names the list of the latest accusations.
    pub latest: &'static str,
    /// The time bar's row.
    pub row: &'static str,
    /// On the bill: how long it took until the latest death was noticed; and, unseen, what the two figures are.
    pub noticed: &'static str,
    /// What the two figures are.
    pub noticed_order: &'static str,
    /// On the bill: accusations, and false ones.
    pub suspected: &'static str,
    /// On the bill: messages a second.
    pub messages: &'static str,
    /// On an axis.
    pub seconds: fn(u64) -> String,
}

impl DoubtWords {
    /// In a language.
    pub const fn of(lang: Lang) -> &'static DoubtWords {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

static EN: DoubtWords = DoubtWords {
    heading: "Who is taken for dead",
    detector_by: "A node is suspected",
    detector: |it| match it {
        Detection::TimeOut => "after a silence of fixed length",
        Detection::Akka => "by phi as in Akka: what would be a rare gap if gaps vary as they did (normal)",
        Detection::Cassandra => "by phi as in Cassandra: 2.3 mean gaps for each phi (exponential)",
        Detection::Chitchat => "by phi as in chitchat: one mean gap for each phi",
        Detection::Swim => "by SWIM: all probe each other, ask others to try, and pass on what they hear",
        Detection::Lifeguard => "by SWIM with Lifeguard: whoever is slow itself accuses less",
    },
    figures: ["seconds of silence are suspicious, for the fixed length", "is the phi from which on a node is suspected"],
    stance: |it| match it {
        Stance::Trusts => "lives",
        Stance::Doubts => "may be dead",
        Stance::Dead => "is dead",
    },
    is_so: |it| match it {
        So::Right => "",
        So::Falsely => ", and that is wrong",
        So::NotYet => ", though it does not run",
    },
    truth: |look| match look {
        Look::Up | Look::Suspected => "runs",
        Look::Frozen => "stands",
        Look::Down => "dead",
    },
    detects: |it, phi, limit| match it {
        Detection::TimeOut => format!("A silence of {} s is suspicious.", seconds(limit)),
        Detection::Akka | Detection::Cassandra | Detection::Chitchat => {
            format!("By {}'s reckoning φ = {phi} is suspicious.", called(it))
        }
        Detection::Swim | Detection::Lifeguard => {
            format!("{}: who answers no probe is suspicious.", called(it))
        }
    },
    caption: "Who believes whom dead, and the truth",
    of: "of",
    so: "truth",
    legend: "· lives  ? doubted  ✕ dead  ! wrongly  … unnoticed",
    observer: "Whose belief",
    on: " of ",
    about: "Of whom",
    latest: "The latest accusations",
    row: "suspicions",
    noticed: "noticed by first → all",
    noticed_order: " (by the first, and by the last of those who ran)",
    suspected: "suspicions · wrong",
    messages: "messages a second",
    seconds: |s| format!("{s} s"),
};

static ZH: DoubtWords = DoubtWords {
    heading: "谁被当作宕机",
    detector_by: "怀疑一个节点的依据",
    detector: |it| match it {
        Detection::TimeOut => "沉默超过固定时长",
        Detection::Akka => "Akka 的 φ：按过往间隔的起伏看，这么长的沉默有多罕见（正态）",
        Detection::Cassandra => "Cassandra 的 φ：每 1 φ 约为 2.3 个平均间隔（指数）",
        Detection::Chitchat => "chitchat 的 φ：每 1 φ 为 1 个平均间隔",
        Detection::Swim => "SWIM：大家互相探测，请别人代为一试，并转告听到的消息",
        Detection::Lifeguard => "SWIM 加 Lifeguard：自己反应迟钝的成员少指责别人",
    },
    figures: ["秒：固定时长的判定里，沉默多久算可疑", "：φ 达到多少就怀疑该节点"],
    stance: |it| match it {
        Stance::Trusts => "在运行",
        Stance::Doubts => "可能已宕机",
        Stance::Dead => "已宕机",
    },
    is_so: |it| match it {
        So::Right => "",
        So::Falsely => "，其实不然",
        So::NotYet => "，其实已经停了",
    },
    truth: |look| match look {
        Look::Up | Look::Suspected => "运行",
        Look::Frozen => "停顿",
        Look::Down => "宕机",
    },
    detects: |it, phi, limit| match it {
        Detection::TimeOut => format!("沉默满 {} 秒就受怀疑。", seconds(limit)),
        Detection::Akka | Detection::Cassandra | Detection::Chitchat => format!("按 {} 的算法，沉默的 φ 达到 {phi} 就受怀疑。", called(it)),
        Detection::Swim | Detection::Lifeguard => format!("{}：探测没有回应就受怀疑。", called(it)),
    },
    caption: "谁认为谁已宕机，以及真相",
    of: "对象",
    so: "真相",
    legend: "· 运行  ? 存疑  ✕ 宕机  ! 错怪  … 未察觉",
    observer: "谁的看法",
    on: " 看 ",
    about: "对谁的看法",
    latest: "最近的怀疑",
    row: "怀疑",
    noticed: "察觉：最先 → 全体",
    noticed_order: "（最先察觉者，以及当时在运行的最后一个）",
    suspected: "怀疑 · 错怪",
    messages: "每秒消息数",
    seconds: |s| format!("{s} 秒"),
};

/// What a detector is called.
pub const fn called(it: Detection) -> &'static str {
    match it {
        Detection::TimeOut => "time-out",
        Detection::Akka => "Akka",
        Detection::Cassandra => "Cassandra",
        Detection::Chitchat => "chitchat",
        Detection::Swim => "SWIM",
        Detection::Lifeguard => "SWIM + Lifeguard",
    }
}

/// An estimator and its level, beside its curve.
pub fn level(it: Detection, milli: u32) -> String {
    format!("{} φ {}", called(it), tenths(milli))
}

/// Thousandths with one decimal, cut off; from a hundred on, without.
fn tenths(milli: u32) -> String {
    if milli >= 100_000 { "> 99".to_owned() } else { format!("{}.{}", milli / 1_000, milli / 100 % 10) }
}

fn names(roster: &Roster, pids: &[Pid], comma: &str) -> String {
    pids.iter().map(|&pid| roster.name(pid).to_string()).collect::<Vec<_>>().join(comma)
}

/// What the plot of three curves says, for who cannot see it.
pub fn phi(lang: Lang, threshold: u8, phi: &Phi) -> String {
    let levels = phi.now.map(|(it, milli)| level(it, milli)).join(", ");
    match lang {
        Lang::En => format!("After {} s of silence: {levels}; suspicious at {threshold}", seconds(phi.silence)),
        Lang::Zh => format!("沉默 {} 秒：{levels}；达到 {threshold} 就可疑", seconds(phi.silence)),
    }
}

/// Why one believes of another what it does.
pub fn reason(lang: Lang, roster: &Roster, reason: Option<&Reason>) -> String {
    match (lang, reason) {
        (Lang::En, None) => "It does not run, and believes nothing.".to_owned(),
        (Lang::Zh, None) => "它没有在运行，没有看法。".to_owned(),
        (Lang::En, Some(Reason::Silence { silence, limit })) => format!("Silent for {} of {} s.", seconds(*silence), seconds(*limit)),
        (Lang::Zh, Some(Reason::Silence { silence, limit })) => {
            format!("已沉默 {} 秒，满 {} 秒就可疑。", seconds(*silence), seconds(*limit))
        }
        (Lang::En, Some(Reason::Phi(it))) => {
            format!("Silent {} s; the last {} gaps: {} s on average.", seconds(it.silence), it.gaps.0, seconds(it.gaps.1))
        }
        (Lang::Zh, Some(Reason::Phi(it))) => {
            format!("已沉默 {} 秒；最近 {} 个间隔平均 {} 秒。", seconds(it.silence), it.gaps.0, seconds(it.gaps.1))
        }
        (Lang::En, Some(Reason::Probes(it))) => {
            let suspicion = it.suspected.as_ref().map(|(since, by, left)| {
                format!(
                    "Suspected for {} s, by word of {}; dead in {} s unless it speaks up. ",
                    seconds(*since),
                    names(roster, by, ", "),
                    seconds(*left)
                )
            });
            let probes = it.target.map_or("It probes nobody now.".to_owned(), |pid| format!("It probes {} now.", roster.name(pid)));
            let ill = if it.score == 0 { String::new() } else { format!(" It feels slow itself: {} of 8.", it.score) };
            format!("{}{probes}{ill}", suspicion.unwrap_or_default())
        }
        (Lang::Zh, Some(Reason::Probes(it))) => {
            let suspicion = it.suspected.as_ref().map(|(since, by, left)| {
                format!("已怀疑 {} 秒，消息来自 {}；再过 {} 秒不澄清就认定宕机。", seconds(*since), names(roster, by, "、"), seconds(*left))
            });
            let probes = it.target.map_or("现在没有探测谁。".to_owned(), |pid| format!("现在正探测 {}。", roster.name(pid)));
            let ill = if it.score == 0 { String::new() } else { format!("它也觉得自己反应迟钝：{} / 8。", it.score) };
            format!("{}{probes}{ill}", suspicion.unwrap_or_default())
        }
    }
}

/// Under the table: how many were accused, and how long the latest crash took to be noticed.
pub fn accused(lang: Lang, roster: &Roster, picture: &Picture) -> String {
    let (it, now) = (&picture.figures, picture.now);
    let crash = it.crash.as_ref().map(|crash| {
        let who = roster.name(crash.who);
        let (first, all) = (crash.first(now).map(seconds), crash.all(now).map(seconds));
        match (lang, first, all) {
            (Lang::En, None, _) if picture.is_doubted(who) => format!(" {who} fell silent, and was suspected already."),
            (Lang::En, None, _) => format!(" {who} fell silent {} s ago: nobody has noticed.", seconds(now.since(crash.at))),
            (Lang::En, Some(first), None) => format!(" {who} fell silent: noticed after {first} s."),
            (Lang::En, Some(first), Some(all)) => {
                format!(" {who} fell silent: noticed by the first after {first} s, by all after {all} s.")
            }
            (Lang::Zh, None, _) if picture.is_doubted(who) => format!("{who} 停下之前就已经受到怀疑。"),
            (Lang::Zh, None, _) => format!("{who} 已沉默 {} 秒，还没有谁察觉。", seconds(now.since(crash.at))),
            (Lang::Zh, Some(first), None) => format!("{who} 停下后，{first} 秒被察觉。"),
            (Lang::Zh, Some(first), Some(all)) => format!("{who} 停下后，{first} 秒首次被察觉，{all} 秒后人人皆知。"),
        }
    });
    let crash = crash.unwrap_or_default();
    match lang {
        Lang::En => format!("Suspicions raised: {}, {} of them wrongly.{crash}", it.accused, it.falsely),
        Lang::Zh => format!("共怀疑 {} 次，其中错怪 {} 次。{crash}", it.accused, it.falsely),
    }
}

/// One accusation, in the list.
pub fn accusation(lang: Lang, roster: &Roster, it: &Accusation) -> String {
    let (by, who, at) = (roster.name(it.by), roster.name(it.who), seconds(Span(it.at.0)));
    match (lang, it.deserved) {
        (Lang::En, true) => format!("{at} s: {by} suspects {who}, rightly"),
        (Lang::En, false) => format!("{at} s: {by} suspects {who}, which runs"),
        (Lang::Zh, true) => format!("{at} 秒：{by} 怀疑 {who}，没有看错"),
        (Lang::Zh, false) => format!("{at} 秒：{by} 怀疑 {who}，其实它在运行"),
    }
}
