//! What is said of how clients ask, and ask again.

use crate::text::Lang;

/// Words that do not depend on anything.
#[derive(Debug)]
pub struct AskingWords {
    /// Heading of this part of the settings.
    pub heading: &'static str,
    /// Its figures, in the order of [`FIGURES`].
    pub figures: [&'static str; FIGURES.len()],
    /// Heading of the kinds of jitter, and the kinds, in the order of `JITTERS`.
    pub jitter_by: &'static str,
    /// The kinds.
    pub jitters: [&'static str; 4],
    /// Heading of what nodes know of deadlines, and the two cases.
    pub deadlines_are: &'static str,
    /// Unknown to nodes, or carried along.
    pub deadlines: [&'static str; 2],
    /// Heading of the doors, and the doors.
    pub door_is: &'static str,
    /// In the order of `Door::ALL`.
    pub doors: [&'static str; 2],
    /// Heading of what balancers make of answers, and what.
    pub health_by: &'static str,
    /// In the order of `Health::ALL`.
    pub healths: [&'static str; 2],
    /// Requests that a node serves at a time.
    pub servers: &'static str,
    /// Heading of the ways to shed load, and the ways, in the order of `Shedding::ALL`.
    pub shed_by: &'static str,
    /// The ways.
    pub sheds: [&'static str; 3],
    /// On the bill: requests given up and held back.
    pub given_up: &'static str,
    /// On the bill: how often each request was sent.
    pub sent: &'static str,
    /// On the bill: requests that were hedged.
    pub hedged: &'static str,
}

/// The figures of the recipe that these words are for.
pub const FIGURES: [&str; 13] = [
    "timeout",
    "retries",
    "budget",
    "breaker",
    "throttle",
    "hot",
    "any",
    "hedge",
    "rate",
    "surge",
    "surge-from",
    "surge-for",
    "surge-ramp",
];

static EN: AskingWords = AskingWords {
    heading: "How clients ask",
    figures: [
        "seconds a client waits for an answer; 0: for ever",
        "times a request is sent again at most; 99: without end",
        "retries for each hundred requests; 0: no budget, as many as it takes",
        "of a client's last 20 attempts fail, and it asks nothing for a second: circuit breaker; 0: none",
        "times what is accepted is what a client asks at most: adaptive throttling; 0: no limit",
        "of a hundred requests go to one and the same key: a hot key",
        "of a hundred requests any node can serve, as behind a web balancer",
        "seconds without an answer, and a balancer asks a second node: hedging; 0: never",
        "requests a second of each client, answered or not; 0: one at a time",
        "times as many during a surge",
        "seconds into the run the surge begins",
        "seconds it lasts",
        "seconds it takes to rise",
    ],
    jitter_by: "Before a retry it pauses",
    jitters: [
        "for twice as long each time",
        "for any part of that: full jitter",
        "for half of that or more: equal jitter",
        "for up to three times the last pause: decorrelated jitter",
    ],
    deadlines_are: "How long a client waits",
    deadlines: ["nodes do not know", "goes along with the request, and nodes drop what comes too late"],
    door_is: "A client asks first through",
    doors: ["its own balancer, each time", "the balancer that has not failed last"],
    health_by: "From how nodes answer reads, a balancer concludes",
    healths: ["nothing", "which of them to ask no more for a while"],
    servers: "requests a node works on at a time",
    shed_by: "A node throws out of its queue",
    sheds: ["nobody", "whoever has waited for half a client's patience", "the same, and sooner while the queue does not empty"],
    given_up: "given up · held back",
    sent: "sent per request",
    hedged: "hedged",
};

static ZH: AskingWords = AskingWords {
    heading: "客户端怎么请求",
    figures: [
        "秒：客户端等待答复的时限；0 表示一直等",
        "次：每个请求最多重试；99 表示不限",
        "次：每一百个请求可用的重试；0 表示不设预算",
        "次：最近 20 次尝试失败这么多，就停发一秒（断路器）；0 表示没有",
        "倍：发出的请求最多是被受理的几倍（自适应限流）；0 表示不限",
        "个：每一百个请求中落在同一个键上的（热点键）",
        "个：每一百个请求中任何节点都能处理的，就像网站的均衡器后面",
        "秒：没有答复，均衡器就再问一个节点（对冲）；0 表示从不",
        "个：每个客户端每秒发出的请求，不管答没答；0 表示一次只发一个",
        "倍：高峰期间请求量",
        "秒：运行开始后多久进入高峰",
        "秒：高峰持续多久",
        "秒：多久升到最高",
    ],
    jitter_by: "重试前的停顿",
    jitters: ["每次加倍", "在零到加倍值之间随机：完全抖动", "至少一半，其余随机：等量抖动", "最多为上次停顿的三倍：去相关抖动"],
    deadlines_are: "客户端等多久",
    deadlines: ["节点不知道", "随请求带上，过期的节点直接丢弃"],
    door_is: "客户端先找",
    doors: ["自己的均衡器，每次如此", "最近没有出错的均衡器"],
    health_by: "看节点怎么答复读取，均衡器",
    healths: ["不作判断", "暂时不再问屡次失败的节点"],
    servers: "个请求可由一个节点同时处理",
    shed_by: "排队时，节点清退",
    sheds: ["谁也不清退", "等了客户端时限一半的", "同上；队列一直不空时更早清退"],
    given_up: "放弃 · 未发",
    sent: "每个请求发送次数",
    hedged: "对冲的请求",
};

impl AskingWords {
    /// In a language.
    pub fn of(lang: Lang) -> &'static AskingWords {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// How often each request was sent, with one decimal.
pub fn times(asked: u32, retried: u32) -> String {
    let tenths = (u64::from(asked) + u64::from(retried)) * 10 / u64::from(asked.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}
