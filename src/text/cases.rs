//! The words of the ready runs: what each is called, and what is to be watched.

use crate::session::cases::Case;
use crate::text::Lang;

/// Heading of the dialog, and what is said under it.
pub const fn heading(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::En => ("Cases", "Each opens a run that stands still just before it happens."),
        Lang::Zh => ("案例", "每个案例都停在出事之前的那一刻。"),
    }
}

/// A case's title, and what to watch.
pub const fn case(lang: Lang, case: Case) -> (&'static str, &'static str) {
    match (lang, case) {
        (Lang::En, Case::Release) => {
            ("Given back", "The holder is done and gives the lock back; the first in line walks in with a larger token.")
        }
        (Lang::En, Case::HolderDies) => (
            "The holder dies",
            "c2 dies with the lock in its hand. Nobody can take it away before its lease has run out; then the next gets it.",
        ),
        (Lang::En, Case::Zombie) => (
            "The zombie",
            "c2 freezes with the lock, sleeps through its lease, and wakes up to write as if nothing had happened. Watch the fence.",
        ),
        (Lang::En, Case::Unfenced) => {
            ("The zombie, and no fence", "The same sleeper, but the store takes any token: see which lines of the document are struck out.")
        }
        (Lang::En, Case::LeaderDies) => (
            "The leading coordinator dies",
            "It dies with everybody in line. Another one leads, and the line stands as it stood: the queue is in the log.",
        ),
        (Lang::En, Case::WaiterDies) => (
            "Somebody in line dies",
            "c5 dies while it waits. It keeps its place until its session ends; then the line closes up and passes it over.",
        ),
        (Lang::En, Case::CutOff) => (
            "The holder is cut off",
            "c2 cannot reach the lock service, but it can reach the store. It works on; its lease runs out behind its back.",
        ),
        (Lang::En, Case::StaleGrant) => (
            "The grant that came too late",
            "c2 sleeps while the news of its grant waits. It wakes up and does not look at its lease: two believe that they hold the lock.",
        ),
        (Lang::En, Case::SlowClock) => (
            "A clock that runs slow",
            "c2's clock is far slower than the bound allows, so its lease lasts longer for it than for the server. Compare the two bars.",
        ),
        (Lang::En, Case::LockDelay) => (
            "Lock-delay in place of a fence",
            "No fencing, but the lock rests for 3 s after its holder's lease has run out. This time the late write still comes in time.",
        ),
        (Lang::En, Case::Eager) => (
            "An eager detector",
            "One message in seven is lost, and half a second of silence is suspicious: see how often those that run are accused.",
        ),
        (Lang::En, Case::Lazy) => (
            "A lazy detector",
            "The same losses, but four seconds of silence are borne. Nobody is accused wrongly; now C dies, and everybody waits.",
        ),
        (Lang::En, Case::Adaptive) => (
            "A detector that learns",
            "The same losses once more. This one knows which gaps are usual, accuses nobody wrongly, and misses C after about a second.",
        ),
        (Lang::En, Case::Pause) => (
            "A long pause",
            "C stands still for three seconds, as in a long garbage collection. When it wakes up, others lead its shards: it must not serve.",
        ),
        (Lang::En, Case::SomeSee) => (
            "Some see it, some do not",
            "Only K3, which leads, cannot hear C. The others can. Watch who is taken for dead, and who gives up the lead.",
        ),
        (Lang::En, Case::SlowAccuser) => (
            "The slow one accuses all",
            "C's messages take ten times as long. The others suspect C; and C, to which all answers come late, suspects the others.",
        ),
        (Lang::En, Case::SlowAndKnowsIt) => {
            ("Slow, and aware of it", "The same with Lifeguard: who gets no answers doubts itself first, and gives the others more time.")
        }
        (Lang::En, Case::SlowNode) => (
            "One slow node",
            "C begins to answer twenty times more slowly. Reads still go to it as often as to others. See its share of the answers.",
        ),
        (Lang::En, Case::SlowNodeSeen) => (
            "One slow node, and seen",
            "The same, but balancers ask who has answered soon. C's share of the reads shrinks; writes have to wait for it all the same.",
        ),
        (Lang::En, Case::SlowNodeHedged) => (
            "One slow node, and hedged requests",
            "C slows down. What any node can do goes to a second one too if no answer has come in a tenth of a second: see p99, and try without.",
        ),
        (Lang::En, Case::FastErrors) => (
            "Errors come quickly",
            "C begins to fail whatever it is asked, at once, and its heart beats. Balancers go where answers come soon, and errors come soonest.",
        ),
        (Lang::En, Case::FastErrorsSeen) => (
            "Errors come quickly, and count",
            "The same, but who fails a few times in a row is left out for a while, and then tried with one request.",
        ),
        (Lang::En, Case::HotKey) => (
            "A hot key",
            "Four of ten requests go to one key. D leads its shard, and is asked for more than it can do; the others rest. More nodes would not help.",
        ),
        (Lang::En, Case::HotKeySpread) => (
            "A hot key, read from copies",
            "The same, but a read goes to the less busy of two copies in sync. Only the writes are left to D alone, and all are answered.",
        ),
        (Lang::En, Case::Storm) => (
            "The storm that stays",
            "At 20 s clients ask for six times as much, for ten seconds, and repeat what is not answered. Watch what goes on after 30 s.",
        ),
        (Lang::En, Case::StormJitter) => (
            "The storm, with jitter",
            "Pauses before a retry are drawn by chance, so that clients do not come in step. It spreads the load, and does not lessen it.",
        ),
        (Lang::En, Case::StormBudget) => (
            "The storm, with a retry budget",
            "A hundred requests pay for ten retries, and no more. The same surge, and a few seconds after its end all are answered.",
        ),
        (Lang::En, Case::StormDeadlines) => (
            "The storm, with deadlines",
            "A request says until when its answer is worth having; nodes drop what nobody waits for any more, and catch up.",
        ),
        (Lang::Zh, Case::Release) => ("正常释放", "持有者做完事，释放锁；排在最前的人拿着更大的令牌进门。"),
        (Lang::Zh, Case::HolderDies) => ("持有者宕机", "c2 拿着锁宕机。租约没到期，谁也不能收走这把锁；到期后才轮到下一位。"),
        (Lang::Zh, Case::Zombie) => ("僵尸", "c2 拿着锁被冻结，一觉睡过了租约，醒来照写不误。看栅栏（fencing）怎么拦住它。"),
        (Lang::Zh, Case::Unfenced) => ("僵尸，且没有栅栏", "还是那个睡过头的 c2，可是存储来者不拒：看文档里哪几行被划掉。"),
        (Lang::Zh, Case::LeaderDies) => {
            ("协调者的领导者宕机", "大家正排着队，领导者宕机了。换一位领导者，队伍原样不动：排队的次序记在日志里。")
        }
        (Lang::Zh, Case::WaiterDies) => ("排队的人宕机", "c5 排着队宕机了。会话没结束，位置先给它留着；一结束，后面的人就补上来。"),
        (Lang::Zh, Case::CutOff) => ("持有者失联", "c2 连不上锁服务，却连得上存储。它照常干活，不知道租约正在到期。"),
        (Lang::Zh, Case::StaleGrant) => {
            ("迟到的授予", "授予的消息到了，c2 却冻结着。它醒来不看租约就当真：同一刻有两个人都以为锁是自己的。")
        }
        (Lang::Zh, Case::SlowClock) => ("走得太慢的钟", "c2 的钟慢得超出了约定的界限，同一份租约在它那里更长。比一比上下两条租约。"),
        (Lang::Zh, Case::LockDelay) => ("用锁延迟代替栅栏", "没有栅栏，但租约到期后，锁还要闲置 3 秒。这一回，迟到的写入赶上了。"),
        (Lang::Zh, Case::Eager) => ("性急的检测", "七条消息里丢一条，沉默半秒就算可疑：看看还在运行的节点多么频繁地被错怪。"),
        (Lang::Zh, Case::Lazy) => ("迟钝的检测", "丢包一样多，但容忍四秒沉默。没有谁被错怪；可是这回 C 真的宕机，大家只好干等。"),
        (Lang::Zh, Case::Adaptive) => ("会学习的检测", "丢包还是一样多。它知道平时间隔多长，不错怪谁，C 宕机后一秒多就察觉。"),
        (Lang::Zh, Case::Pause) => ("一次长停顿", "C 停顿三秒，好比一次很长的垃圾回收。等它醒来，它的分片已归别人：它不可以再应答。"),
        (Lang::Zh, Case::SomeSee) => {
            ("有人看得见，有人看不见", "只有担任领导者的 K3 听不到 C，别人都听得到。看谁被当作宕机，又是谁让出领导权。")
        }
        (Lang::Zh, Case::SlowAccuser) => {
            ("反应慢的指责所有人", "C 的消息慢了十倍。别人怀疑 C；而 C 收到的回应全都迟到，于是它也怀疑别人。")
        }
        (Lang::Zh, Case::SlowAndKnowsIt) => ("慢，但有自知之明", "还是这样，加上 Lifeguard：收不到回应的先怀疑自己，多给别人一点时间。"),
        (Lang::Zh, Case::SlowNode) => ("一个慢节点", "C 的应答开始慢二十倍，读请求照样随机分给它。看它应答了其中几成。"),
        (Lang::Zh, Case::SlowNodeHedged) => {
            ("一个慢节点，对冲请求", "C 变慢。任何节点都能做的工作，十分之一秒没有答复就再问一个节点。看 p99，再去掉对冲比一比。")
        }
        (Lang::Zh, Case::FastErrors) => ("报错最快", "C 开始对什么请求都立刻报错，心跳照常。均衡器专挑答得快的节点，而报错最快。"),
        (Lang::Zh, Case::FastErrorsSeen) => ("报错最快，但会被记住", "同样的故障，但连续出错的节点会被搁置一会儿，再用一个请求试探。"),
        (Lang::Zh, Case::HotKey) => {
            ("热点键", "十个请求里有四个落在同一个键上。D 领导它的分片，忙不过来，别的节点却闲着。再添节点也没有用。")
        }
        (Lang::Zh, Case::HotKeySpread) => {
            ("热点键，副本分担读取", "同样的请求，但每次读取从两个同步副本里挑较闲的一个。D 只剩写入要独自承担，请求全都答得上。")
        }
        (Lang::Zh, Case::SlowNodeSeen) => {
            ("慢节点被识破", "还是这样，但均衡器优先问近来答得快的。C 分到的读请求变少；写请求却照样得等它。")
        }
        (Lang::Zh, Case::Storm) => ("不肯散去的重试风暴", "第 20 秒起的十秒里，客户端多问六倍，没得到应答就重发。看 30 秒以后发生什么。"),
        (Lang::Zh, Case::StormJitter) => ("风暴，加上抖动", "重试前的停顿随机抽取，大家不再步调一致。负载被摊开了，却没有减少。"),
        (Lang::Zh, Case::StormBudget) => ("风暴，加上重试预算", "每一百个请求只够付十次重试。同样的高峰，结束几秒后就都有应答了。"),
        (Lang::Zh, Case::StormDeadlines) => ("风暴，带上截止时间", "请求带着“过时作废”的时刻；没人等的活节点直接丢掉，于是赶得上来。"),
    }
}

/// The sentence over a ready run that nobody has touched yet: what to watch, and what to do.
pub fn todo(lang: Lang, of: Case) -> String {
    let (_, watch) = case(lang, of);
    match lang {
        Lang::En => format!("{watch} Step forward or play."),
        Lang::Zh => format!("{watch}请点“前进一步”或“播放”。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_title_and_words_of_its_own_in_both_languages() {
        for lang in [Lang::En, Lang::Zh] {
            for (i, of) in Case::ALL.into_iter().enumerate() {
                let (title, watch) = case(lang, of);
                let han = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                assert!(han(title) == (lang == Lang::Zh) && han(watch) == (lang == Lang::Zh), "{title}: {watch}");
                assert!(Case::ALL[..i].iter().all(|&other| case(lang, other).0 != title && case(lang, other).1 != watch), "{title}");
                assert!(watch.chars().count() <= 140, "{title}: the sentence has two lines, no more");
            }
        }
    }
}
