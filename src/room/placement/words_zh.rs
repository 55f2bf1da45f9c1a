//! The placement room in Simplified Chinese.

use crate::proto::ring::hash::Hash;
use crate::room::placement::link::RoomError;
use crate::room::placement::numbers::grouped;
use crate::room::placement::schemes::{Algorithm, Limit};
use crate::room::placement::words::{Bill, Figure, RoomWords};
use crate::room::placement::{CHANGES_MAX, Change, HEAVIEST, NODES_MAX, Refusal, TOKENS_MAX};

/// The words.
pub const ZH: RoomWords = RoomWords {
    title: "放置",
    back: "回到运行",
    theme: "浅色或深色",
    keys_title: ["按键", "关闭"],
    keys: &[
        ("K  R", "杀死、复活选中的节点"),
        ("−  +", "减轻、加重它"),
        ("← →  Home  End", "在柱子上：选另一个节点"),
        ("Enter  空格", "在柱子上：杀死或复活选中的节点"),
        ("A", "增加节点"),
        ("U", "撤销上一步改动"),
        ("0", "重新开始"),
        ("?", "这张表"),
        ("Esc", "回到运行"),
    ],
    other_language: "English",
    lane: |n| format!("方案 {n}"),
    scheme: "方案",
    algorithm,
    limit,
    settings: ["节点", "虚拟节点", "键", "哈希函数"],
    hash: |hash| match hash {
        Hash::Xxh3 => "好",
        Hash::Xxh64 => "XXH64",
        Hash::Weak => "差",
    },
    no_vnodes: "两个方案都没有可选的虚拟节点数",
    figure: |figure| match figure {
        Figure::Moved => "移动的键",
        Figure::Minimum => "最少需移动",
        Figure::Peak => "最满与理想之比",
        Figure::Cv => "变异系数",
        Figure::Memory => "内存",
        Figure::Lookup => "查找",
    },
    theory: |value| format!("理论值 {value}"),
    steps: |steps| format!("{steps} 步"),
    node: |n| format!("节点 {n}"),
    load: |name, weight, keys, share, ideal| format!("{name}，权重 {weight}：{} 个键，占 {share}%（理想 {ideal}%）", grouped(keys)),
    dead: |name, weight| format!("{name}，权重 {weight}：已宕机，没有键"),
    bars: "各节点所占的键",
    ideal: "理想",
    keys_picture: |changed| {
        if changed { "全部的键，按原持有者排列；亮色：刚刚移动过" } else { "全部的键，按持有者排列" }
    },
    actions: ["杀死", "复活", "减轻", "加重", "增加节点", "撤销", "重新开始"],
    neighbours: ["上一个节点", "下一个节点"],
    weight: |weight| format!("权重 {weight}"),
    hint: "点击柱子：杀死或复活该节点",
    table: "全部节点的表格",
    columns: ["节点", "权重", "键", "占比", "移入", "移出"],
    rows: |from, to, of| format!("第 {from} 到 {to} 个，共 {of} 个"),
    counting: |percent| format!("正在统计……{percent}%"),
    cannot_count: |why| format!("无法统计：{why}。"),
    opening: |nodes, keys, who| format!("{nodes} 个节点分担 {keys} 个键。按 K 杀死{}：哪些键必须搬家？", apart(who)),
    changed: |change, who| match change {
        Change::Kill(_) => format!("{who} 宕机。"),
        Change::Revive(_) => format!("{who} 回来了。"),
        Change::Add => format!("新增了{}。", apart(who)),
        Change::Weigh(_, weight) => format!("{who} 的权重改为 {weight}。"),
    },
    moved,
    refusal,
    bad_link: |why| format!("无法读取这个放置页的链接：{why}。下面是默认的放置页。"),
    error,
};

fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Modulo => "取模",
        Algorithm::Ring => "哈希环",
        Algorithm::RingBounded => "有界负载哈希环",
        Algorithm::Rendezvous => "最高随机权重",
        Algorithm::Jump => "跳跃哈希",
        Algorithm::Maglev => "Maglev 查表",
        Algorithm::MultiProbe => "多探针哈希",
        Algorithm::Anchor => "锚点哈希",
        Algorithm::Ketama => "Ketama 环",
    }
}

fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::NoWeights => "不识别权重：节点份额相同",
        Limit::MovesNearlyAll => "节点一有变化，几乎所有键都要移动",
        Limit::MovesMoreThanLeast => "留下的节点之间也会移动一些键",
        Limit::RemovesOnlyLast => "只有最后一个节点能低代价退出",
        Limit::CapacityIsFixed => "建立时就定死最多 1,024 个节点",
        Limit::ReturnsInOrder => "回来的节点接手最后离开者的键",
        Limit::UnevenWithFewPoints => "虚拟节点少时不均匀",
        Limit::MemoryPerPoint => "内存随节点数乘虚拟节点数增长",
        Limit::AsksEveryMember => "每次查找要对每个节点算哈希",
        Limit::ManyProbes => "每次查找要在环上搜索 21 次",
        Limit::TableIsPrime => "表长必须是质数，且远大于节点数",
        Limit::RebuildsWhole => "每次变化都要重建整张表",
        Limit::NeedsLoads => "键放在哪儿还取决于负载",
    }
}

fn moved(bills: &[Bill; 2], keys: u32) -> String {
    let clause = |bill: &Bill| {
        let (who, moved, minimum) = (algorithm(bill.scheme), grouped(bill.moved), grouped(bill.minimum));
        match bill {
            Bill { deaf: true, moved: 0, .. } => format!("{who}不识别权重，键都没动"),
            Bill { moved: 0, .. } => format!("{who}一个键也没移动"),
            _ if bill.moved == bill.minimum => format!("{who}移动了 {moved} 个，已是最少"),
            _ => format!("{who}移动了 {moved} 个，其实移动 {minimum} 个就够"),
        }
    };
    format!("{} 个键中，{}；{}。", grouped(keys), clause(&bills[0]), clause(&bills[1]))
}

fn refusal(refusal: Refusal, who: &str) -> String {
    match refusal {
        Refusal::Nobody(_) => format!("没有{who}。"),
        Refusal::Dead(_) => format!("{who} 已宕机，请先复活它。"),
        Refusal::Alive(_) => format!("{who} 本来就在运行。"),
        Refusal::LastOne(_) => format!("{who} 是最后一个活着的节点：没有它，键就无人持有了。"),
        Refusal::SameWeight(_) => format!("{who} 已经是这个权重。"),
        Refusal::Weight(_) => format!("权重只能是 1 到 {HEAVIEST}。"),
        Refusal::Full => format!("最多 {} 个节点。", grouped(u32::from(NODES_MAX))),
        Refusal::TooManyTokens => format!("整个环最多 {} 个虚拟节点，请减少每个节点的虚拟节点数。", grouped(TOKENS_MAX)),
        Refusal::TooManyChanges => format!("已有 {CHANGES_MAX} 次变化，链接里放不下更多了，请重新开始。"),
    }
}

fn error(error: &RoomError) -> String {
    match error {
        RoomError::TooLong(len) => format!("长 {len} 字节，太长了"),
        RoomError::Escape => "其中的转义不是有效文字".to_owned(),
        RoomError::Scheme(word) => format!("没有叫“{word}”的方案"),
        RoomError::Part(part, word) => format!("第 {part} 段“{word}”没有意义"),
        RoomError::Number { part, word, min, max } => format!("第 {part} 段：“{word}”需要 {min} 到 {max} 之间的整数"),
        RoomError::Twice(part, word) => format!("第 {part} 段：“{word}”写了两次"),
        RoomError::Order(part) => format!("第 {part} 段：设置必须写在变化之前，且环的虚拟节点总数有上限"),
        RoomError::Refused(part, _) => format!("第 {part} 段：这些节点做不了这个变化"),
    }
}

/// A name behind a Chinese character: apart from it if it begins with a letter, as `A` does and `节点 9` does not.
fn apart(who: &str) -> String {
    if who.starts_with(|c: char| c.is_ascii()) { format!(" {who}") } else { who.to_owned() }
}
