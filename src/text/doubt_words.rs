//! What is said of detectors and of what processes believe of each other.

use crate::cluster::observe::beliefs::Stance;
use crate::cluster::setup::detection::Detection;
use crate::text::Lang;

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
};
