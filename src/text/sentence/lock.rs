//! The sentences of locks.

use crate::cluster::note::{Asked, LockNote};
use crate::sim::id::Pid;
use crate::text::line::Line;

/// A lock passes to the next from one who gave it back.
pub(super) const PASSED_EN: &str = "{} is granted the lock @ after {}, with token #.";
/// A lock passes from one whose session has ended to the next.
pub(super) const LOST_EN: &str = "{}'s session has ended: {} is granted the lock @, with token #.";
/// A lock passes to the next from one who gave it back.
pub(super) const PASSED_ZH: &str = "{} 接过 {} 释放的锁 @，令牌是 #。";
/// A lock passes from one whose session has ended to the next.
pub(super) const LOST_ZH: &str = "{} 的会话已结束：锁 @ 归 {}，令牌是 #。";

/// What `who` noted, in English.
pub(super) fn en(line: &mut Line, note: &LockNote, who: Pid) {
    match note {
        LockNote::Queued { session, lock, place } => {
            line.on("{} waits for the lock @, at place #.", &[session.client], *lock, &[(*place).into()]);
        }
        LockNote::Granted { session, lock, token } => {
            line.on("{} is granted the lock @, with token #.", &[session.client], *lock, &[token.0]);
        }
        LockNote::Released { session, lock, token } => {
            line.on("{} releases the lock @, which it held with token #.", &[session.client], *lock, &[token.0]);
        }
        LockNote::Cancelled { session, lock, held: None } => {
            line.on("{} has waited long enough: it leaves the queue of the lock @.", &[session.client], *lock, &[]);
        }
        LockNote::Cancelled { session, lock, held: Some(token) } => {
            line.on("{} has waited long enough, and gives the lock @ back unused (token #).", &[session.client], *lock, &[token.0]);
        }
        LockNote::SessionEnded { session, lock, held: Some(token) } => {
            line.on("{}'s session has ended: it loses the lock @ that it held with token #.", &[session.client], *lock, &[token.0]);
        }
        LockNote::SessionEnded { session, lock, held: None } => {
            line.on("{}'s session has ended: it no longer waits for the lock @.", &[session.client], *lock, &[]);
        }
        LockNote::HoldBegins { lock, token } => {
            line.on("{} learns that it holds the lock @, with token #.", &[who], *lock, &[token.0]);
        }
        LockNote::GrantTooLate { lock, token } => {
            line.on(
                "{} hears that the lock @ is its own, with token #; but its lease has run out, and it does not believe it.",
                &[who],
                *lock,
                &[token.0],
            );
        }
        LockNote::HoldEnds { lock, token } => {
            line.on("{} is done with the lock @ (token #).", &[who], *lock, &[token.0]);
        }
        LockNote::FencedWrite { shard, op, token, text, .. } => {
            line.say(
                "Shard # took {}'s write with token #: the document has # lines.",
                &[op.client],
                &[shard.0.into(), token.0, text.len().into()],
            );
        }
        LockNote::FenceRefused { shard, op, asked, lock: _, token, seen } => {
            let what = match asked {
                Asked::Read | Asked::Work => "Shard # turned {} away",
                Asked::Write => "Shard # refused {}'s write",
            };
            line.say(what, &[op.client], &[shard.0.into()]);
            if token == seen {
                line.say(": token # is another's.", &[], &[token.0]);
            } else {
                line.say(": its token # is smaller than #.", &[], &[token.0, seen.0]);
            }
        }
    }
}

/// What `who` noted, in Chinese.
pub(super) fn zh(line: &mut Line, note: &LockNote, who: Pid) {
    match note {
        LockNote::Queued { session, lock, place } => {
            line.on("{} 排队等锁 @，排在第 # 位。", &[session.client], *lock, &[(*place).into()]);
        }
        LockNote::Granted { session, lock, token } => {
            line.on("{} 获得锁 @，令牌是 #。", &[session.client], *lock, &[token.0]);
        }
        LockNote::Released { session, lock, token } => {
            line.on("{} 释放锁 @（令牌 #）。", &[session.client], *lock, &[token.0]);
        }
        LockNote::Cancelled { session, lock, held: None } => {
            line.on("{} 等得够久了，不再排队等锁 @。", &[session.client], *lock, &[]);
        }
        LockNote::Cancelled { session, lock, held: Some(token) } => {
            line.on("{} 不再等待：刚授予它的锁 @（令牌 #）未用即释放。", &[session.client], *lock, &[token.0]);
        }
        LockNote::SessionEnded { session, lock, held: Some(token) } => {
            line.on("{} 的会话已结束：它失去了锁 @（令牌 #）。", &[session.client], *lock, &[token.0]);
        }
        LockNote::SessionEnded { session, lock, held: None } => {
            line.on("{} 的会话已结束：它不再排队等锁 @。", &[session.client], *lock, &[]);
        }
        LockNote::HoldBegins { lock, token } => line.on("{} 得知自己持有锁 @，令牌是 #。", &[who], *lock, &[token.0]),
        LockNote::GrantTooLate { lock, token } => {
            line.on("{} 这才收到锁 @ 的授予通知（令牌 #），但自己的租约已经到期，所以不当真。", &[who], *lock, &[token.0]);
        }
        LockNote::HoldEnds { lock, token } => line.on("{} 用完了锁 @（令牌 #）。", &[who], *lock, &[token.0]),
        LockNote::FencedWrite { shard, op, token, text, .. } => {
            line.say("分片 # 接受了 {} 凭令牌 # 的写入：文档现有 # 行。", &[op.client], &[shard.0.into(), token.0, text.len().into()]);
        }
        LockNote::FenceRefused { shard, op, asked, lock: _, token, seen } => {
            let what = match asked {
                Asked::Read | Asked::Work => "分片 # 不让 {} 读文档",
                Asked::Write => "分片 # 拒绝了 {} 的写入",
            };
            line.say(what, &[op.client], &[shard.0.into()]);
            if token == seen {
                line.say("：令牌 # 是别人的。", &[], &[token.0]);
            } else {
                line.say("：它的令牌 # 小于 #。", &[], &[token.0, seen.0]);
            }
        }
    }
}
