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
    /// On the bill: requests given up and held back.
    pub given_up: &'static str,
    /// On the bill: how often each request was sent.
    pub sent: &'static str,
}

/// The figures of the recipe that these words are for.
pub const FIGURES: [&str; 8] = ["timeout", "retries", "budget", "rate", "surge", "surge-from", "surge-for", "surge-ramp"];

static EN: AskingWords = AskingWords {
    heading: "How clients ask",
    figures: [
        "seconds a client waits for an answer; 0: for ever",
        "times a request is sent again at most; 99: without end",
        "retries for each hundred requests; 0: no budget, as many as it takes",
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
    given_up: "given up · held back",
    sent: "sent per request",
};

static ZH: AskingWords = AskingWords {
    heading: "客户端怎么请求",
    figures: [
        "秒：客户端等待答复的时限；0 表示一直等",
        "次：每个请求最多重试；99 表示不限",
        "次：每一百个请求可用的重试；0 表示不设预算",
        "个：每个客户端每秒发出的请求，不管答没答；0 表示一次只发一个",
        "倍：高峰期间请求量",
        "秒：运行开始后多久进入高峰",
        "秒：高峰持续多久",
        "秒：多久升到最高",
    ],
    jitter_by: "重试前的停顿",
    jitters: ["每次加倍", "在零到加倍值之间随机：完全抖动", "至少一半，其余随机：等量抖动", "最多为上次停顿的三倍：去相关抖动"],
    given_up: "放弃 · 未发",
    sent: "每个请求发送次数",
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
