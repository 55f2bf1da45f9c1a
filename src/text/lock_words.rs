//! What is said of the locks: by the lock service, by whoever acts under one, and by the store.

use crate::cluster::client::worker::Step;
use crate::cluster::setup::name::LOCKS;
use crate::proto::lock::token::LockId;
use crate::scene::pages::Fate;
use crate::sim::time::Span;
use crate::text::Lang;
use crate::text::sentence::seconds;

/// What a lock and its document are called.
pub fn lock(id: LockId) -> &'static str {
    LOCKS[usize::from(id.0) % LOCKS.len()]
}

/// Words that do not depend on anything.
#[derive(Debug)]
pub struct LockWords {
    /// Opens the ready runs.
    pub cases: &'static str,
    /// Names the choice between several locks.
    pub which: &'static str,
    /// Over the line of people.
    pub next_in_line: &'static str,
    /// Nobody waits.
    pub nobody_waits: &'static str,
    /// Nobody holds the lock.
    pub free: &'static str,
    /// Before what the lock service says.
    pub server: &'static str,
    /// The lock rests.
    pub rests: &'static str,
    /// Heads those who act.
    pub workers: &'static str,
    /// Before the ticket that the store has seen.
    pub store: &'static str,
    /// Before those who act: so many earlier ones are not drawn.
    pub others: fn(usize) -> String,
    /// The steps of the critical section, in order.
    pub steps: [&'static str; 3],
    /// A lease has run out, in place of the step's time.
    pub over: &'static str,
    /// A write was refused, in the same place.
    pub turned: &'static str,
    /// Somebody believes that it holds the lock, and the lock service says otherwise.
    pub wrong: &'static str,
    /// Somebody's lease is over, and it does not look.
    pub zombie: &'static str,
    /// The same, and its write was refused.
    pub refused_zombie: &'static str,
    /// Somebody's late write was refused, and it knows better by now.
    pub refused: &'static str,
    /// At the fence, while nothing happens there.
    pub fence: &'static str,
    /// The same without fencing.
    pub no_fence: &'static str,
    /// Nothing was written yet.
    pub blank: &'static str,
    /// Heading of the queue, for those who listen.
    pub queue: &'static str,
    /// Heading of the document's history, for those who listen.
    pub document: &'static str,
    /// Heading of the locks' part of the settings.
    pub heading: &'static str,
    /// Its figures: workers, locks, lease, lock-delay, patience.
    pub figures: [&'static str; 5],
}

static EN: LockWords = LockWords {
    cases: "cases",
    which: "Lock",
    next_in_line: "next in line",
    nobody_waits: "nobody waits",
    free: "free",
    server: "server: ",
    rests: "lock-delay",
    workers: "workers think",
    store: "store saw",
    others: |n| format!("{n} earlier ones"),
    steps: ["reads", "thinks", "writes"],
    over: "lease over",
    turned: "refused",
    wrong: "the server says otherwise",
    zombie: "lease over; it has not looked",
    refused_zombie: "refused; it thinks it holds",
    refused: "its late write was refused",
    fence: "no smaller token gets in",
    no_fence: "no fence: any token gets in",
    blank: "blank",
    queue: "Waiting",
    document: "The document's history",
    heading: "Locks and workers",
    figures: [
        "of the clients are workers",
        "locks",
        "seconds a lease lasts",
        "seconds a lock rests after a lease ran out",
        "seconds a worker waits; 0: for ever",
    ],
};

static ZH: LockWords = LockWords {
    cases: "案例",
    which: "锁",
    next_in_line: "依次等待",
    nobody_waits: "无人等待",
    free: "空闲",
    server: "服务端：",
    rests: "锁延迟",
    workers: "工作者以为",
    store: "存储已见",
    others: |n| format!("更早的还有 {n} 个"),
    steps: ["在读", "在想", "在写"],
    over: "租约到期",
    turned: "被拒",
    wrong: "服务端不承认它持有锁",
    zombie: "租约到期，它还没有看",
    refused_zombie: "被拒；它仍以为持有锁",
    refused: "迟到的写入已被拒",
    fence: "更小的令牌进不来",
    no_fence: "没有栅栏：来者不拒",
    blank: "空白",
    queue: "正在等待",
    document: "文档的历史",
    heading: "锁与工作者",
    figures: ["个客户端充当工作者", "把锁", "秒租约", "秒锁延迟：租约到期后，锁先闲置", "秒后放弃排队；0 表示一直等"],
};

impl LockWords {
    /// The words of a language.
    pub const fn of(lang: Lang) -> &'static LockWords {
        match lang {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

/// What a worker is about.
pub fn step(lang: Lang, step: Step) -> &'static str {
    let [reads, thinks, writes] = LockWords::of(lang).steps;
    match step {
        Step::Reads => reads,
        Step::Thinks => thinks,
        Step::Writes => writes,
    }
}

/// What a worker believes that has taken a lock.
pub fn believes(lang: Lang, lock: &str, token: u64, at: Step) -> String {
    let step = step(lang, at);
    match lang {
        Lang::En => format!("believes it holds {lock} with token {token}, {step}"),
        Lang::Zh => format!("以为凭令牌 {token} 持有锁 {lock}，{step}"),
    }
}

/// Its lease, by its own clock.
pub fn own_lease(lang: Lang, left: Span) -> String {
    match (lang, left) {
        (Lang::En, Span::ZERO) => "its lease by its own clock has run out; it has not looked".to_owned(),
        (Lang::Zh, Span::ZERO) => "按自己的钟租约到期，它还没有看".to_owned(),
        (Lang::En, left) => format!("its lease by its own clock: {} s left", seconds(left)),
        (Lang::Zh, left) => format!("按自己的钟租约剩 {} 秒", seconds(left)),
    }
}

/// What the lock service says: who holds the lock, with which token. `agrees`: the one who is told of.
pub fn service(lang: Lang, lock: &str, holder: Option<(String, u64)>, agrees: bool) -> String {
    match (lang, holder) {
        (Lang::En, _) if agrees => "the server says so too".to_owned(),
        (Lang::Zh, _) if agrees => "服务端也这么说".to_owned(),
        (Lang::En, Some((who, token))) => format!("the server says: {who} holds {lock} with token {token}"),
        (Lang::Zh, Some((who, token))) => format!("服务端说：{who} 凭令牌 {token} 持有锁 {lock}"),
        (Lang::En, None) => format!("the server says: nobody holds {lock}"),
        (Lang::Zh, None) => format!("服务端说：锁 {lock} 无人持有"),
    }
}

/// Said of a holder whom the news has not reached, or who is done and gives the lock back.
pub const fn unaware(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "it is not using it",
        Lang::Zh => "它自己没有在用",
    }
}

/// For how long a lock still rests.
pub fn rests(lang: Lang, left: &str) -> String {
    match lang {
        Lang::En => format!("rests {left} s"),
        Lang::Zh => format!("闲置 {left} 秒"),
    }
}

/// A row of a document's history, for those who listen: who, under which token.
pub fn row(lang: Lang, who: &str, token: u64, fate: Fate) -> String {
    match (lang, fate) {
        (Lang::En, Fate::Stands) => format!("{who} wrote a line with token {token}"),
        (Lang::En, Fate::Lost) => format!("{who} wrote a line with token {token}: it is lost, overwritten by somebody who had not read it"),
        (Lang::En, Fate::Refused) => format!("{who} was refused with token {token}"),
        (Lang::Zh, Fate::Stands) => format!("{who} 凭令牌 {token} 写下一行"),
        (Lang::Zh, Fate::Lost) => format!("{who} 凭令牌 {token} 写下的一行丢了：覆盖它的人没有读过它"),
        (Lang::Zh, Fate::Refused) => format!("{who} 凭令牌 {token} 来写，被拒"),
    }
}
