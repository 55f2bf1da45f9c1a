//! Why a link cannot be opened and why an action cannot be done, in words that say what to do.

use crate::cluster::NoEffect;
use crate::session::action::{Action, ActionError, DRIFT_MAX, Refusal, SLOW_MAX};
use crate::session::link::{LIMITS, LinkError, VERSION};
use crate::sim::time::Time;
use crate::text::sentence::seconds;
use crate::text::{Lang, joined};

/// Why a link cannot be opened: a clause without a full stop.
pub fn link_error(error: &LinkError, lang: Lang) -> String {
    match lang {
        Lang::En => error.to_string(),
        Lang::Zh => link_error_zh(error),
    }
}

/// Why a text is no action: a clause without a full stop.
pub fn action_error(error: &ActionError, lang: Lang) -> String {
    match lang {
        Lang::En => error.to_string(),
        Lang::Zh => action_error_zh(error),
    }
}

/// Why an action cannot be done now: a clause without a full stop. Nothing has changed.
pub fn refusal(refusal: &Refusal, lang: Lang) -> String {
    match (lang, refusal) {
        (Lang::En, Refusal::Nobody(name)) => format!("{name} does not take part in this run"),
        (Lang::Zh, Refusal::Nobody(name)) => format!("本次运行里没有 {name}"),
        (Lang::En, Refusal::SameTwice(name)) => format!("{name} cannot be cut off from itself; name two processes"),
        (Lang::Zh, Refusal::SameTwice(name)) => format!("{name} 不能与自己断开，请选两个进程"),
        (Lang::En, Refusal::NotANode(name)) => format!("{name} is no node; only nodes join, leave and hold copies"),
        (Lang::Zh, Refusal::NotANode(name)) => format!("{name} 不是节点，只有节点才能加入、退出和保存副本"),
        (Lang::En, Refusal::OutOfBounds(name)) => {
            format!("{name} can be slowed 1 to {SLOW_MAX} times, and its clock can drift by {DRIFT_MAX} ppm at most")
        }
        (Lang::Zh, Refusal::OutOfBounds(name)) => {
            format!("{name} 最多放慢 {SLOW_MAX} 倍，时钟漂移最多百万分之 {DRIFT_MAX}")
        }
        (Lang::En, Refusal::TooMany(n)) => format!("this run has {n} actions, and its link has no room for more"),
        (Lang::Zh, Refusal::TooMany(n)) => format!("本次运行已有 {n} 个操作，链接里放不下更多了"),
        (Lang::En, Refusal::NoEffect(name, why)) => match why {
            NoEffect::Down => format!("{name} is down"),
            NoEffect::Up => format!("{name} is running"),
            NoEffect::Frozen => format!("{name} is frozen already"),
            NoEffect::NotFrozen => format!("{name} is not frozen"),
            NoEffect::Cut => format!("this link of {name} is cut already"),
            NoEffect::Whole => format!("no such link of {name} is cut"),
            NoEffect::Same => format!("{name} has this setting already"),
            NoEffect::Absent => format!("{name} is not there yet; add it first"),
            NoEffect::Member => format!("{name} is in the cluster already"),
            NoEffect::Leaving => format!("{name} is leaving or has left"),
            NoEffect::Needed => format!("without {name} there would be fewer nodes than copies"),
            NoEffect::NothingWaits => format!("no shard of which {name} has a copy waits for somebody to lead it"),
        },
        (Lang::Zh, Refusal::NoEffect(name, why)) => match why {
            NoEffect::Down => format!("{name} 已宕机"),
            NoEffect::Up => format!("{name} 正在运行"),
            NoEffect::Frozen => format!("{name} 已经冻结"),
            NoEffect::NotFrozen => format!("{name} 没有冻结"),
            NoEffect::Cut => format!("{name} 的这条链路已经切断"),
            NoEffect::Whole => format!("{name} 的这条链路没有切断"),
            NoEffect::Same => format!("{name} 已经是这个设置"),
            NoEffect::Absent => format!("{name} 还不存在，请先添加"),
            NoEffect::Member => format!("{name} 已在集群里"),
            NoEffect::Leaving => format!("{name} 正在排空或已经退出"),
            NoEffect::Needed => format!("少了 {name}，节点就比副本还少"),
            NoEffect::NothingWaits => format!("{name} 保存的分片都有主副本，没有要抢救的"),
        },
    }
}

/// What a link's action came to that changed nothing: a sentence. `no` counts from 1; the reason is the refusal's.
pub fn refused(no: usize, at: Time, action: Action, why: &Refusal, lang: Lang) -> String {
    let (at, why) = (seconds(at.since(Time::ZERO)), refusal(why, lang));
    match lang {
        Lang::En => format!("Action {no} of this link, {action} at {at} s, changed nothing: {why}."),
        Lang::Zh => format!("链接里的第 {no} 个操作（{at} 秒时的 {action}）没有生效：{why}。"),
    }
}

fn link_error_zh(error: &LinkError) -> String {
    match error {
        LinkError::TooLong(len) => format!("链接长 {len} 字节，最多只能读 {} 字节", LIMITS.link),
        LinkError::Escape(position) => format!("第 {position} 字节处的转义不是有效文字"),
        LinkError::Newer(version) => format!("链接由更新版本的环视生成：版本 {version}，本页面只能读版本 {VERSION}"),
        LinkError::NoValue(part) => format!("“{part}”不是“键=值”的形式"),
        LinkError::UnknownKey(key) => format!("链接里的“{key}”没有意义"),
        LinkError::Twice(key) => format!("“{key}”出现了两次"),
        LinkError::Number { key, text, position } => {
            format!("第 {position} 字节处的“{text}”不是整数，而“{key}”需要整数")
        }
        LinkError::OutOfBounds { key, min, max } => format!("“{key}”必须在 {min} 到 {max} 之间"),
        LinkError::UnknownWord { key, text, known } => format!("“{key}”可以是 {}，不能是“{text}”", joined(known, "、")),
        LinkError::Lenses(text) => format!("“lens”要写两个不同的视角，例如 replicas,lock，不能是“{text}”"),
        LinkError::Even => "“coordinators”只能是 1、3 或 5".to_owned(),
        LinkError::UnknownRule(word) => format!("没有叫“{word}”的规则可以关闭"),
        LinkError::Instant { text, position } => {
            format!("第 {position} 字节处的“{text}”不是时刻：应为秒数，最多六位小数")
        }
        LinkError::TooLate(text) => format!("{text} 秒太晚：一次运行到 {} 秒为止", LIMITS.run.0 / 1_000_000),
        LinkError::Action(no, error) => format!("第 {no} 个操作：{}", action_error_zh(error)),
        LinkError::Nobody(no, name) => format!("第 {no} 个操作：本次运行里没有 {name}"),
        LinkError::NotANode(no, name) => format!("第 {no} 个操作：{name} 不是节点，只有节点才能加入、退出和保存副本"),
        LinkError::SameTwice(no, name) => format!("第 {no} 个操作：两端都是 {name}"),
        LinkError::Unordered(no) => format!("第 {no} 个操作早于第 {} 个：操作必须按时间排列", no - 1),
        LinkError::TooManyActions => format!("操作超过 {} 个", LIMITS.actions),
        LinkError::PageValue(key) => format!("“{key}”的值太长"),
    }
}

fn action_error_zh(error: &ActionError) -> String {
    match error {
        ActionError::Empty => "缺少操作".to_owned(),
        ActionError::Word(word) => {
            format!("“{word}”不是操作；可用的有 kill、revive、wipe、add、drain、freeze、thaw、slow、drift、cut、heal、isolate")
        }
        ActionError::Incomplete(text) => format!("“{text}”还缺一个词"),
        ActionError::Extra(text) => format!("多了一个词“{text}”"),
        ActionError::Name(text) => format!("“{text}”不是进程；进程叫 K1、A 到 H、L1、c1"),
        ActionError::Number { text, min, max } => format!("“{text}”不是 {min} 到 {max} 之间的整数"),
    }
}
