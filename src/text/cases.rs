//! The words of the lock's ready runs: what each is called, and what is to be watched.

use crate::session::cases::Case;
use crate::text::Lang;

/// Heading of the dialog, and what is said under it.
pub const fn heading(lang: Lang) -> (&'static str, &'static str) {
    match lang {
        Lang::En => ("Lock cases", "Each opens a run that stands still just before it happens."),
        Lang::Zh => ("锁的案例", "每个案例都停在出事之前的那一刻。"),
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
