//! The words of the lens Load.

use crate::cluster::balancer::Choice;
use crate::cluster::setup::config::Spread;
use crate::cluster::setup::name::Roster;
use crate::proto::balance::policy::Weight;
use crate::scene::load::Way;
use crate::session::load::EDGES;
use crate::sim::time::Span;
use crate::text::Lang;
use crate::text::sentence::seconds;
use crate::text::{joined, words};

/// Words that do not depend on anything, or on a figure alone.
#[derive(Debug)]
pub struct LoadWords {
    /// Names the bars of what goes in and comes out.
    pub rates: &'static str,
    /// Requests that clients send.
    pub sent: &'static str,
    /// Requests that are answered.
    pub answered: &'static str,
    /// Requests that are turned away.
    pub refused: &'static str,
    /// So many a second.
    pub per_second: fn(&str) -> String,
    /// Under the rates: how many wait, and how often one is sent again, in hundredths.
    pub waiting: fn(u32, &str) -> String,
    /// Per cent.
    pub percent: fn(u32) -> String,
    /// Names the table of nodes.
    pub nodes: &'static str,
    /// Its columns: the node, ...
    pub node: &'static str,
    /// ...what is at it, ...
    pub at_it: &'static str,
    /// ...and its part of the answers.
    pub part: &'static str,
    /// In place of that: work takes no time, so there are none.
    pub no_queues: &'static str,
    /// Over the histogram: of so many answers.
    pub took: fn(u32) -> String,
    /// The histogram's table: its columns.
    pub table: [&'static str; 2],
    /// Heading of what balancers chose.
    pub choices: &'static str,
    /// The time bar's row.
    pub row: &'static str,
    /// On the bill, under the outage: the slowest of a hundred before, in and after it.
    pub toll: &'static str,
    /// For who listens: in which order they stand.
    pub toll_order: &'static str,
    /// On the bill: answers that the outage cost.
    pub missed: &'static str,
}

const EN: LoadWords = LoadWords {
    rates: "Requests of plain clients a second, over the last 5 s",
    sent: "sent",
    answered: "answered",
    refused: "turned away",
    per_second: |n| format!("{n} /s"),
    waiting: |waiting, again| format!("{waiting} waiting · {again} repeats each"),
    percent: |n| format!("{n} %"),
    nodes: "What each node has to do, and does",
    node: "node",
    at_it: "at it",
    part: "of the answers",
    no_queues: "no queues",
    took: |n| format!("time to answer · {n} in 5 s"),
    table: ["took", "answers"],
    choices: "Where reads went last",
    row: "answered",
    toll: "p99",
    toll_order: "before the outage, in it, after it",
    missed: "answers missed",
};

const ZH: LoadWords = LoadWords {
    rates: "普通客户端最近 5 秒的请求，每秒",
    sent: "发出",
    answered: "答复",
    refused: "拒绝",
    per_second: |n| format!("{n} /秒"),
    waiting: |waiting, again| format!("{waiting} 个在等 · 平均重发 {again} 次"),
    percent: |n| format!("{n}%"),
    nodes: "各节点要做的和做完的",
    node: "节点",
    at_it: "积压",
    part: "答复占比",
    no_queues: "没有排队",
    took: |n| format!("答复用时 · 5 秒内 {n} 个"),
    table: ["用时", "答复数"],
    choices: "最近的读请求发给了谁",
    row: "答复",
    toll: "p99",
    toll_order: "中断之前、期间、之后",
    missed: "少答复的请求",
};

impl LoadWords {
    /// Of a language.
    pub const fn of(lang: Lang) -> &'static LoadWords {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// A span that may be short: `45 ms`, `1.22 s`.
pub fn took(lang: Lang, span: Span) -> String {
    if span < Span::secs(1) { format!("{} ms", (span.0 + 500) / 1_000) } else { (words(lang).seconds)(&seconds(span)) }
}

/// Tenths: `12.4`.
pub fn tenths(n: u32) -> String {
    format!("{}.{}", n / 10, n % 10)
}

/// Hundredths: `0.05`.
pub fn hundredths(n: u32) -> String {
    format!("{}.{:02}", n / 100, n % 100)
}

/// The latencies of a column of the histogram.
pub fn column(lang: Lang, i: usize) -> String {
    let edge = |i: usize| took(lang, Span::millis(EDGES[i]));
    match (lang, i) {
        (Lang::En, 0) => format!("less than {}", edge(0)),
        (Lang::Zh, 0) => format!("不到 {}", edge(0)),
        (Lang::En, i) if i == EDGES.len() => format!("{} or more", edge(i - 1)),
        (Lang::Zh, i) if i == EDGES.len() => format!("{} 以上", edge(i - 1)),
        (Lang::En, i) => format!("{} to {}", edge(i - 1), edge(i)),
        (Lang::Zh, i) => format!("{} 到 {}", edge(i - 1), edge(i)),
    }
}

/// How reads are spread, where there is no choice to tell.
pub fn way(lang: Lang, way: Way) -> &'static str {
    match (lang, way) {
        (Lang::En, Way::Primary) => "a read goes to its shard’s primary",
        (Lang::Zh, Way::Primary) => "读请求发给分片的主副本",
        (Lang::En, Way::Spread(Spread::Random)) => "a read goes to a copy drawn at random",
        (Lang::Zh, Way::Spread(Spread::Random)) => "读请求随机发给一个副本",
        (Lang::En, Way::Spread(_)) => "no read was sent yet",
        (Lang::Zh, Way::Spread(_)) => "还没有发过读请求",
    }
}

/// Where a read was sent, and why: by what was compared.
pub fn choice(lang: Lang, roster: &Roster, choice: &Choice) -> String {
    let name = |pid| roster.name(pid).to_string();
    let weight = |weight: Weight| match (lang, weight) {
        (Lang::En, Weight::InFlight(n)) => format!("{n} under way"),
        (Lang::Zh, Weight::InFlight(n)) => format!("{n} 个未答"),
        (Lang::En, Weight::Cost(cost)) => format!("cost {}", took(lang, cost)),
        (Lang::Zh, Weight::Cost(cost)) => format!("代价 {}", took(lang, cost)),
        (Lang::En, Weight::Unheard) => "not heard yet".to_owned(),
        (Lang::Zh, Weight::Unheard) => "还没听到过".to_owned(),
    };
    let bare = |weight: Weight| match (lang, weight) {
        (_, Weight::InFlight(n)) => n.to_string(),
        (_, Weight::Cost(cost)) => took(lang, cost),
        (Lang::En, Weight::Unheard) => "not heard".to_owned(),
        (Lang::Zh, Weight::Unheard) => "没听到过".to_owned(),
    };
    let to = name(choice.node);
    let key = choice.key.map_or(String::new(), |key| format!("key{key} "));
    let own = choice.compared.iter().find(|(pid, _)| *pid == choice.node).map(|(_, it)| weight(*it));
    let others = choice.compared.iter().filter(|(pid, _)| *pid != choice.node);
    let others = joined(others.map(|&(pid, it)| format!("{} {}", name(pid), bare(it))), " · ");
    match (lang, own) {
        (Lang::En, None) => format!("{key}→ {to}: its turn"),
        (Lang::Zh, None) => format!("{key}→ {to}：轮到它"),
        (Lang::En, Some(own)) if others.is_empty() => format!("{key}→ {to}: {own}, no other choice"),
        (Lang::Zh, Some(own)) if others.is_empty() => format!("{key}→ {to}：{own}，别无选择"),
        (Lang::En, Some(own)) => format!("{key}→ {to}: {own} · {others}"),
        (Lang::Zh, Some(own)) => format!("{key}→ {to}：{own} · {others}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::note::OpId;
    use crate::cluster::setup::Setup;
    use crate::sim::id::{Boot, Pid};

    #[test]
    fn a_choice_says_who_had_what() {
        let roster = Setup::new(1).roster;
        let node = |name: &str| roster.pid(name.parse().expect("a name")).expect("it takes part");
        let op = OpId { client: Pid(0), boot: Boot(1), n: 1 };
        let told = |lang, compared: &[(&str, Weight)]| {
            let compared = compared.iter().map(|&(name, weight)| (node(name), weight)).collect();
            choice(lang, &roster, &Choice { op, key: Some(12), node: node("C"), compared })
        };
        let two = [("E", Weight::InFlight(4)), ("C", Weight::InFlight(1))];
        assert_eq!(told(Lang::En, &two), "key12 → C: 1 under way · E 4");
        assert_eq!(told(Lang::Zh, &two), "key12 → C：1 个未答 · E 4");
        assert_eq!(told(Lang::En, &[]), "key12 → C: its turn");
        let quick = [("C", Weight::Cost(Span::millis(45))), ("A", Weight::Cost(Span::millis(1_220)))];
        assert_eq!(told(Lang::En, &quick), "key12 → C: cost 45 ms · A 1.22 s");
        assert_eq!(told(Lang::Zh, &[("C", Weight::Unheard)]), "key12 → C：还没听到过，别无选择");
    }

    #[test]
    fn every_column_says_from_where_to_where() {
        let of = |lang| (0..=EDGES.len()).map(|i| column(lang, i)).collect::<Vec<_>>();
        let (en, zh) = (of(Lang::En), of(Lang::Zh));
        assert_eq!((en[0].as_str(), en[6].as_str(), en[18].as_str()), ("less than 15 ms", "100 ms to 150 ms", "10.00 s or more"));
        assert_eq!((zh[0].as_str(), zh[12].as_str(), zh[18].as_str()), ("不到 15 ms", "1.00 秒 到 1.50 秒", "10.00 秒 以上"));
        assert_eq!((tenths(124), hundredths(105)), ("12.4".to_owned(), "1.05".to_owned()));
    }
}
