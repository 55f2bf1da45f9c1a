//! The words on the stage and those that its processes are called by.

use crate::cluster::observe::view::{ClusterView, Role, ShardView, Standing, Waiting};
use crate::cluster::setup::config::{Ack, Reads};
use crate::cluster::setup::name::{Kind, Name};
use crate::scene::control::{self, Post};
use crate::scene::copies::Groups;
use crate::scene::state::{self, Fare, Look, Part};
use crate::sim::time::Span;
use crate::text::Lang;

/// Words that do not depend on anything.
#[derive(Debug)]
pub struct StageWords {
    /// Name of the ring's section.
    pub ring: &'static str,
    /// Heading of the table.
    pub copies: &'static str,
    /// Heading of the lock; its name follows.
    pub lock: &'static str,
    /// Beside the clients.
    pub clients: &'static str,
    /// Beside two or more balancers.
    pub balancers: &'static str,
    /// Beside one balancer.
    pub balancer: &'static str,
    /// Beside one coordinator.
    pub coordinator: &'static str,
    /// Names the commit line.
    pub committed: &'static str,
    /// Heading of the coordinators' table.
    pub control: &'static str,
    /// Its rows: what each is, ...
    pub office: &'static str,
    /// ...the latest term it knows, ...
    pub term: &'static str,
    /// ...whom it voted for in that term, ...
    pub vote: &'static str,
    /// ...and up to where a snapshot stands for its log.
    pub snapshot: &'static str,
    /// What a coordinator is, in the order of `Post`.
    pub posts: [&'static str; 7],
    /// The same in full.
    pub posts_long: [&'static str; 7],
    /// Before those it hears nothing from.
    pub suspects: &'static str,
    /// Said of the only coordinator.
    pub alone: &'static str,
}

const EN: StageWords = StageWords {
    ring: "Ring",
    copies: "Replicas",
    lock: "Lock",
    clients: "clients",
    balancers: "balancers",
    balancer: "balancer",
    coordinator: "coordinator",
    committed: "committed",
    control: "Control",
    office: "role",
    term: "term",
    vote: "vote for",
    snapshot: "snapshot",
    posts: ["leads", "unsure", "stands", "asks", "follows", "new", "down"],
    posts_long: [
        "leader",
        "believes it leads, out of touch with most",
        "candidate: stands for election",
        "pre-candidate: asks whether it could win",
        "follower",
        "lost its disk, does not count yet",
        "down",
    ],
    suspects: "suspects",
    alone: "the only one, as in the textbook: a single point of failure",
};

const ZH: StageWords = StageWords {
    ring: "环",
    copies: "副本",
    lock: "锁",
    clients: "客户端",
    balancers: "均衡器",
    balancer: "均衡器",
    coordinator: "协调者",
    committed: "已提交",
    control: "协调者",
    office: "角色",
    term: "任期",
    vote: "投票给",
    snapshot: "快照",
    posts: ["领导", "存疑", "参选", "探询", "跟随", "新来", "宕机"],
    posts_long: ["领导者", "自认领导者，但已与多数失联", "候选人", "正在探询能否当选", "跟随者", "磁盘丢失，暂无表决权", "已宕机"],
    suspects: "怀疑",
    alone: "只有它一个，正是教科书里的中心服务器：单点故障",
};

impl StageWords {
    /// The words of a language.
    pub const fn of(lang: Lang) -> &'static StageWords {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// A length of time with two decimals of a second.
pub fn seconds(lang: Lang, span: Span) -> String {
    let hundredths = span.0 / 10_000;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match lang {
        Lang::En => format!("{whole}.{part:02} s left"),
        Lang::Zh => format!("剩 {whole}.{part:02} 秒"),
    }
}

/// The lease in per cent.
pub fn lease(lang: Lang, percent: u64) -> String {
    match lang {
        Lang::En => format!("lease {percent} %"),
        Lang::Zh => format!("租约 {percent}%"),
    }
}

/// Beside somebody whose messages are slowed down.
pub fn slow(lang: Lang, times: u16) -> String {
    match lang {
        Lang::En => format!("{times}× slow"),
        Lang::Zh => format!("慢 {times}×"),
    }
}

/// Behind what a process is called: how many requests are at it.
pub fn more(lang: Lang, queued: u16) -> String {
    match (lang, queued) {
        (_, 0) => String::new(),
        (Lang::En, 1) => ", 1 request at it".to_owned(),
        (Lang::En, n) => format!(", {n} requests at it"),
        (Lang::Zh, n) => format!("，正有 {n} 个请求"),
    }
}

/// The view of the shard in the story.
pub fn view(lang: Lang, no: u32) -> String {
    match lang {
        Lang::En => format!("view {no}"),
        Lang::Zh => format!("视图 {no}"),
    }
}

/// The new primary makes its backups agree before it serves.
pub fn settles(lang: Lang, who: Name) -> String {
    match lang {
        Lang::En => format!("{who} settles"),
        Lang::Zh => format!("{who} 正补齐"),
    }
}

/// The commit line's name when it stands under the log.
pub fn committed_up_to(lang: Lang, index: u32) -> String {
    match lang {
        Lang::En => format!("committed up to {index}"),
        Lang::Zh => format!("已提交至 {index}"),
    }
}

/// The title of a group of shards, which may wait for some nodes. Shards that want nothing have none.
pub fn fare(lang: Lang, fare: Fare, waited_for: &[Name]) -> String {
    let names = waited_for.iter().map(Name::to_string).collect::<Vec<_>>();
    match (lang, fare) {
        (Lang::En, Fare::Choice) => "disks lost: choose a copy (U)".to_owned(),
        (Lang::En, Fare::Waits) if names.is_empty() => "no primary".to_owned(),
        (Lang::En, Fare::Waits) => format!("no primary, waiting for {}", names.join(", ")),
        (Lang::En, Fare::NoPrimary) => "no primary".to_owned(),
        (Lang::En, Fare::BackupLost) => "backup lost".to_owned(),
        (Lang::En, Fare::Behind) => "a copy on its way".to_owned(),
        (Lang::En, Fare::Whole) => "untouched".to_owned(),
        (Lang::Zh, Fare::Choice) => "磁盘已丢，请选定副本（U）".to_owned(),
        (Lang::Zh, Fare::Waits) if names.is_empty() => "暂无主".to_owned(),
        (Lang::Zh, Fare::Waits) => format!("暂无主，等 {} 回来", names.join("、")),
        (Lang::Zh, Fare::NoPrimary) => "暂无主".to_owned(),
        (Lang::Zh, Fare::BackupLost) => "失去一个备".to_owned(),
        (Lang::Zh, Fare::Behind) => "一个副本正在补齐".to_owned(),
        (Lang::Zh, Fare::Whole) => "未受影响".to_owned(),
    }
}

/// The sentence that closes the table.
pub fn rest(lang: Lang, groups: &Groups) -> String {
    let (more, whole) = (groups.more, groups.whole);
    let waiting = match (lang, groups.waiting) {
        (_, 0) => String::new(),
        (Lang::En, n) => format!(" · {n} to move"),
        (Lang::Zh, n) => format!(" · {n} 个待搬"),
    };
    let rest = match (lang, more, groups.groups.is_empty()) {
        (Lang::En, 0, true) => format!("{whole} more shards, all served"),
        (Lang::En, 0, false) => format!("{whole} shards untouched"),
        (Lang::En, _, _) => format!("{more} more, {whole} untouched"),
        (Lang::Zh, 0, true) => format!("另有 {whole} 个分片，均正常服务"),
        (Lang::Zh, 0, false) => format!("{whole} 个分片未受影响"),
        (Lang::Zh, _, _) => format!("另有 {more} 个；{whole} 个未受影响"),
    };
    rest + &waiting
}

/// A shard's row, for those who listen: who serves it, or whom it waits for.
pub fn shard_row(lang: Lang, shard: &ShardView, server: Option<Name>, waited_for: &[Name]) -> String {
    let (id, view) = (shard.id.0, shard.view.no.0);
    let names = waited_for.iter().map(Name::to_string).collect::<Vec<_>>();
    let choice = shard.waiting == Some(Waiting::Choice);
    match (lang, server) {
        (Lang::En, Some(who)) => format!("shard {id}, view {view}, served by {who}"),
        (Lang::En, None) if choice => format!("shard {id}, view {view}, not served: an operator has to choose whose copy counts"),
        (Lang::En, None) if !names.is_empty() => format!("shard {id}, view {view}, not served: it waits for {}", names.join(", ")),
        (Lang::En, None) => format!("shard {id}, view {view}, not served"),
        (Lang::Zh, Some(who)) => format!("分片 {id}，视图 {view}，由 {who} 服务"),
        (Lang::Zh, None) if choice => format!("分片 {id}，视图 {view}，无人服务：要由操作员决定以哪份副本为准"),
        (Lang::Zh, None) if !names.is_empty() => format!("分片 {id}，视图 {view}，无人服务：在等 {}", names.join("、")),
        (Lang::Zh, None) => format!("分片 {id}，视图 {view}，无人服务"),
    }
}

const fn kind(lang: Lang, kind: Kind) -> &'static str {
    match (lang, kind) {
        (Lang::En, Kind::Coordinator) => "coordinator",
        (Lang::En, Kind::Node) => "node",
        (Lang::En, Kind::Balancer) => "balancer",
        (Lang::En, Kind::Client) => "client",
        (Lang::Zh, Kind::Coordinator) => "协调者",
        (Lang::Zh, Kind::Node) => "节点",
        (Lang::Zh, Kind::Balancer) => "均衡器",
        (Lang::Zh, Kind::Client) => "客户端",
    }
}

const fn look(lang: Lang, look: Look) -> &'static str {
    match (lang, look) {
        (Lang::En, Look::Up) => "up",
        (Lang::En, Look::Suspected) => "up, but suspected",
        (Lang::En, Look::Frozen) => "frozen",
        (Lang::En, Look::Down) => "down",
        (Lang::Zh, Look::Up) => "运行中",
        (Lang::Zh, Look::Suspected) => "运行中，但被怀疑",
        (Lang::Zh, Look::Frozen) => "已冻结",
        (Lang::Zh, Look::Down) => "已宕机",
    }
}

/// A node's part in the ring. A plain member's goes without saying.
pub const fn standing(lang: Lang, standing: Standing) -> Option<&'static str> {
    Some(match (lang, standing) {
        (_, Standing::Member) => return None,
        (Lang::En, Standing::Joining | Standing::Receiving) => "receiving copies",
        (Lang::En, Standing::Draining) => "draining",
        (Lang::En, Standing::Out) => "off the ring: down for too long",
        (Lang::En, Standing::None) => "not on the ring",
        (Lang::Zh, Standing::Joining | Standing::Receiving) => "正在接收副本",
        (Lang::Zh, Standing::Draining) => "正在排空",
        (Lang::Zh, Standing::Out) => "宕机太久，已移出环",
        (Lang::Zh, Standing::None) => "不在环上",
    })
}

/// What somebody has to do with the story, for those who listen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stake {
    /// Nothing.
    None,
    /// A copy of the shard in the story.
    Copy(Role, u16),
    /// A client of the lock.
    Client(Part),
    /// What a coordinator is, and in which term.
    Post(Post, u32),
}

/// What a coordinator is, in the words of its table.
pub const fn post(lang: Lang, post: Post) -> &'static str {
    StageWords::of(lang).posts[post as usize]
}

/// The same in full, for the line about it and for those who listen.
pub const fn post_long(lang: Lang, post: Post) -> &'static str {
    StageWords::of(lang).posts_long[post as usize]
}

/// Who leads the coordinators, in one line that fits between the nodes; `term`: in which term, too.
pub fn leads(lang: Lang, view: &ClusterView, term: bool) -> String {
    let leaders = control::leaders(view);
    let name = |i: usize| leaders.get(i).and_then(|it| state::name(view, it.pid)).map_or(String::new(), |name| name.to_string());
    match (lang, &leaders[..]) {
        (Lang::En, []) => "no leader".to_owned(),
        (Lang::Zh, []) => "暂无领导者".to_owned(),
        (Lang::En, [one]) if term => format!("{} leads term {}", name(0), one.term),
        (Lang::Zh, [one]) if term => format!("{} 领导任期 {}", name(0), one.term),
        (Lang::En, [_]) => name(0) + " leads",
        (Lang::Zh, [_]) => name(0) + " 领导",
        (Lang::En, _) => format!("{} and {} lead", name(0), name(1)),
        (Lang::Zh, _) => format!("{} 与 {} 都在领导", name(0), name(1)),
    }
}

/// When a write is acknowledged, and who answers reads: the line under the table.
pub fn acked(lang: Lang, (ack, min, reads): (Ack, u8, Reads)) -> String {
    let ack = match (lang, ack) {
        (Lang::En, Ack::Primary) => "the primary alone",
        (Lang::En, Ack::Majority) => "a majority",
        (Lang::En, Ack::InSync) => "all in sync",
        (Lang::Zh, Ack::Primary) => "仅主",
        (Lang::Zh, Ack::Majority) => "过半副本",
        (Lang::Zh, Ack::InSync) => "全部同步副本",
    };
    let reads = match (lang, reads) {
        (_, Reads::Primary) => "",
        (Lang::En, Reads::InSync) => " · reads: any",
        (Lang::Zh, Reads::InSync) => " · 读：任一",
    };
    match lang {
        Lang::En => format!("acked by {ack} · min {min}{reads}"),
        Lang::Zh => format!("{ack}存下即确认 · 至少 {min} 份{reads}"),
    }
}

/// A process in words: its kind, its name, its state, a node's part in the ring, and its part in the story.
pub fn process(lang: Lang, name: Name, state: Look, of: Option<Standing>, stake: Stake) -> String {
    let (kind, mut state) = (kind(lang, name.kind), look(lang, state).to_owned());
    if let Some(standing) = of.and_then(|of| standing(lang, of)) {
        state = match lang {
            Lang::En => format!("{state}, {standing}"),
            Lang::Zh => format!("{state}，{standing}"),
        };
    }
    let part = match (lang, stake) {
        (_, Stake::None | Stake::Client(Part::Idle)) => {
            return match lang {
                Lang::En => format!("{kind} {name}, {state}"),
                Lang::Zh => format!("{kind} {name}，{state}"),
            };
        }
        (Lang::En, Stake::Copy(Role::Primary, shard)) => format!("primary of shard {shard}"),
        (Lang::En, Stake::Copy(Role::Backup, shard)) => format!("backup of shard {shard}"),
        (Lang::En, Stake::Copy(Role::Learner, shard)) => format!("catching up with shard {shard}"),
        (Lang::En, Stake::Client(Part::Holder)) => "holds the lock".to_owned(),
        (Lang::En, Stake::Client(Part::Waiting)) => "waits for the lock".to_owned(),
        (Lang::En, Stake::Client(Part::Zombie)) => "wrongly believes it holds the lock".to_owned(),
        (Lang::En, Stake::Post(post, term)) => format!("{}, term {term}", post_long(lang, post)),
        (Lang::Zh, Stake::Copy(Role::Primary, shard)) => format!("分片 {shard} 的主"),
        (Lang::Zh, Stake::Copy(Role::Backup, shard)) => format!("分片 {shard} 的备"),
        (Lang::Zh, Stake::Copy(Role::Learner, shard)) => format!("正在追赶分片 {shard}"),
        (Lang::Zh, Stake::Client(Part::Holder)) => "持有锁".to_owned(),
        (Lang::Zh, Stake::Client(Part::Waiting)) => "等待锁".to_owned(),
        (Lang::Zh, Stake::Client(Part::Zombie)) => "误以为自己持有锁".to_owned(),
        (Lang::Zh, Stake::Post(post, term)) => format!("{}，任期 {term}", post_long(lang, post)),
    };
    match lang {
        Lang::En => format!("{kind} {name}, {state}, {part}"),
        Lang::Zh => format!("{kind} {name}，{state}，{part}"),
    }
}
