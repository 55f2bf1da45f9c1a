//! The sentences of clients.

use crate::cluster::note::{Asked, ClientNote, GaveUpWhy};
use crate::proto::replica::view::Index;
use crate::sim::id::Pid;
use crate::text::line::Line;

/// What `who` noted, in English.
pub(super) fn en(line: &mut Line, note: &ClientNote, who: Pid) {
    match note {
        ClientNote::Invoked { shard, op, key, put: None } => {
            line.say("{} asks to read key# of shard #.", &[op.client], &[(*key).into(), shard.0.into()]);
        }
        ClientNote::Invoked { shard, op, key, put: Some(_) } => {
            line.say("{} asks to write key# of shard #.", &[op.client], &[(*key).into(), shard.0.into()]);
        }
        ClientNote::ReplicaRead { shard: _, op, from, key, index: Index(0) } => {
            line.say("{} reads key# from backup {}, which knows of no write to it.", &[op.client, *from], &[(*key).into()]);
        }
        ClientNote::ReplicaRead { shard: _, op, from, key, index } => {
            line.say("{} reads key# from backup {}, as entry # wrote it.", &[op.client, *from], &[(*key).into(), index.0.into()]);
        }
        ClientNote::Answered { op: _, asked: Asked::Read, .. } => line.put("{} has its answer: the read is done.", &[who]),
        ClientNote::Answered { op: _, asked: Asked::Write, .. } => line.put("{} has its answer: the write is done.", &[who]),
        ClientNote::Answered { op: _, asked: Asked::Work, .. } => line.put("{} has its answer: the work is done.", &[who]),
        ClientNote::Called { op } => line.put("{} asks for work that any node can do.", &[op.client]),
        ClientNote::Worked { op, from } => line.put("{} has done what {} asked for.", &[*from, op.client]),
        ClientNote::Hedged { op, to } => line.put("{} has no answer for {} yet, and asks {}, too.", &[who, op.client, *to]),
        ClientNote::Retried { op: _, attempt } => {
            line.say("{} sends its request again: attempt #.", &[who], &[(*attempt).into()]);
        }
        ClientNote::GaveUp { op: _, asked, attempts, why } => {
            let what = match asked {
                Asked::Read => "read",
                Asked::Write => "write",
                Asked::Work => "request",
            };
            let because = match why {
                GaveUpWhy::Retries => "that was its last attempt",
                GaveUpWhy::Budget => "its budget for retries is spent",
                GaveUpWhy::Breaker => "its circuit breaker is open",
                GaveUpWhy::Throttle => "too little of what it asks is accepted",
            };
            if *attempts == 0 {
                return line.put(&format!("{{}} gives up its {what} before it is sent: {because}."), &[who]);
            }
            let tries = if *attempts == 1 { "attempt" } else { "attempts" };
            let after = format!("{{}} gives up its {what} after # {tries}: {because}. It does not learn what became of it.");
            line.say(&after, &[who], &[(*attempts).into()]);
        }
        ClientNote::HeldBack { waits } => {
            line.say(
                "{} waits for # answers and asks for nothing more: the oldest of them is as far behind as may be.",
                &[who],
                &[(*waits).into()],
            );
        }
    }
}

/// What `who` noted, in Chinese.
pub(super) fn zh(line: &mut Line, note: &ClientNote, who: Pid) {
    match note {
        ClientNote::Invoked { shard, op, key, put: None } => {
            line.say("{} 请求读分片 # 的 key#。", &[op.client], &[shard.0.into(), (*key).into()]);
        }
        ClientNote::Invoked { shard, op, key, put: Some(_) } => {
            line.say("{} 请求写分片 # 的 key#。", &[op.client], &[shard.0.into(), (*key).into()]);
        }
        ClientNote::ReplicaRead { shard: _, op, from, key, index: Index(0) } => {
            line.say("{} 从备副本 {} 读 key#，它还没见过对这个键的写入。", &[op.client, *from], &[(*key).into()]);
        }
        ClientNote::ReplicaRead { shard: _, op, from, key, index } => {
            line.say("{} 从备副本 {} 读 key#，读到的是第 # 条记录写下的值。", &[op.client, *from], &[(*key).into(), index.0.into()]);
        }
        ClientNote::Answered { op: _, asked: Asked::Read, .. } => line.put("{} 收到答复：读取完成。", &[who]),
        ClientNote::Answered { op: _, asked: Asked::Write, .. } => line.put("{} 收到答复：写入完成。", &[who]),
        ClientNote::Answered { op: _, asked: Asked::Work, .. } => line.put("{} 收到答复：请求已处理完。", &[who]),
        ClientNote::Called { op } => line.put("{} 发出一个任何节点都能处理的请求。", &[op.client]),
        ClientNote::Worked { op, from } => line.put("{} 处理完了 {} 的请求。", &[*from, op.client]),
        ClientNote::Hedged { op, to } => line.put("{} 还没等到给 {} 的答复，再去问 {}。", &[who, op.client, *to]),
        ClientNote::Retried { op: _, attempt } => line.say("{} 重发请求，这是第 # 次尝试。", &[who], &[(*attempt).into()]),
        ClientNote::GaveUp { op: _, asked, attempts, why } => {
            let what = match asked {
                Asked::Read => "读取",
                Asked::Write => "写入",
                Asked::Work => "请求",
            };
            let because = match why {
                GaveUpWhy::Retries => "重试次数已用完",
                GaveUpWhy::Budget => "重试预算已用完",
                GaveUpWhy::Breaker => "断路器已断开",
                GaveUpWhy::Throttle => "被受理的请求太少，它自行限流",
            };
            if *attempts == 0 {
                return line.put(&format!("{{}} 没有发出就放弃了这次{what}：{because}。"), &[who]);
            }
            line.say(&format!("{{}} 尝试 # 次后放弃这次{what}：{because}。结果如何，它无从得知。"), &[who], &[(*attempts).into()]);
        }
        ClientNote::HeldBack { waits } => {
            line.say("{} 有 # 个请求在等答复，其中最早的已经落后到上限，这次先不发。", &[who], &[(*waits).into()]);
        }
    }
}
