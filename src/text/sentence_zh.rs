//! The sentences of facts, in Simplified Chinese.

use crate::cluster::note::{Asked, Note, RefusedWhy, RingWhy, StopWhy, SuspectWhy, ViewWhy, YieldWhy};
use crate::cluster::setup::name::Roster;
use crate::proto::replica::view::{Index, ShardId, View};
use crate::session::action::Action;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::text::line::{Line, has_disk, percent, seconds};

/// A lock passes to the next from one who gave it back.
pub(super) const PASSED: &str = "{} 接过 {} 释放的锁 @，令牌是 #。";
/// A lock passes from one whose session has ended to the next.
pub(super) const LOST: &str = "{} 的会话已结束：锁 @ 归 {}，令牌是 #。";

/// What a hand did to the world.
pub(super) fn fault(line: &mut Line, fault: Fault, roster: &Roster) {
    match fault {
        Fault::Kill(who) if !has_disk(who, roster) => line.put("{} 被杀死：它知道的一切都丢失了。", &[who]),
        Fault::Kill(who) => line.put("{} 被杀死：内存中的一切丢失，磁盘还在。", &[who]),
        Fault::Revive(who) if !has_disk(who, roster) => line.put("{} 重新启动，一切从头开始。", &[who]),
        Fault::Revive(who) => line.put("{} 重新启动，只有磁盘上的内容还在。", &[who]),
        Fault::Wipe(who) => line.put("{} 的磁盘被清空：什么都没有留下。", &[who]),
        Fault::Join(who) => line.put("{} 受命加入集群。", &[who]),
        Fault::Leave(who) => line.put("{} 受命排空：它保存的数据要先搬走，然后退出集群。", &[who]),
        Fault::Proceed(who) => {
            line.put("操作员决定以 {} 现有的数据为准：没有主副本的分片由它提供服务，别处多出的数据就此放弃。", &[who]);
        }
        Fault::Freeze(who) => line.put("{} 被冻结：发给它的一切都只能等着。", &[who]),
        Fault::Thaw(who) => line.put("{} 解冻，积压的消息这时才送到。", &[who]),
        Fault::Slow(who, 1) => line.put("{} 的消息恢复正常速度。", &[who]),
        Fault::Slow(who, times) => line.say("{} 的消息延迟变为原来的 # 倍。", &[who], &[times.into()]),
        Fault::Cut(from, to) => line.put("从现在起，{} 发给 {} 的消息都会丢失。", &[from, to]),
        Fault::Heal(from, to) => line.put("{} 发给 {} 的消息又能送到了。", &[from, to]),
        Fault::Drift(who, 0) => line.put("{} 的时钟恢复准确。", &[who]),
        Fault::Drift(who, ppm) => {
            let way = if ppm > 0 { "快" } else { "慢" };
            line.put(&format!("{{}} 的时钟从现在起{way} {}%。", percent(ppm)), &[who]);
        }
    }
}

/// What a hand did, where that is more than one fault.
pub(super) fn action(line: &mut Line, action: Action, who: &[Pid]) {
    match action {
        Action::Cut(..) => line.put("{} 与 {} 之间的链路被切断。", who),
        Action::Heal(..) => line.put("{} 与 {} 之间的链路恢复。", who),
        Action::Isolate(_) => line.put("{} 被隔离，与所有进程失去联系。", who),
        Action::Rejoin(_) => line.put("{} 的所有链路恢复。", who),
        Action::Kill(_)
        | Action::Revive(_)
        | Action::Add(_)
        | Action::Drain(_)
        | Action::Salvage(_)
        | Action::Wipe(_)
        | Action::Freeze(_)
        | Action::Thaw(_)
        | Action::Slow(..)
        | Action::Drift(..)
        | Action::CutOneWay(..)
        | Action::HealOneWay(..) => unreachable!("one fault, one sentence: {action}"),
    }
}

/// What `who` noted.
pub(super) fn note(line: &mut Line, note: &Note, who: Pid) {
    match note {
        Note::Suspected { node, silent, why: SuspectWhy::Silent } => {
            let words = format!("{{}} 已 {} 秒没有音讯，{{}} 怀疑它已宕机。", seconds(*silent));
            line.put(&words, &[*node, who]);
        }
        Note::Suspected { node, silent, why: SuspectWhy::Deaf } => {
            let words = format!("{{}} 还在发心跳，但已 {} 秒看不出它听得到 {{}}，{{}} 怀疑它已失联。", seconds(*silent));
            line.put(&words, &[*node, who, who]);
        }
        Note::Returned { node, boot, fresh: false } if boot.0 > 1 => {
            line.say("{} 又收到了 {} 的消息（它的第 # 次启动）。", &[who, *node], &[boot.0.into()]);
        }
        Note::Returned { node, fresh: false, .. } => line.put("{} 又收到了 {} 的消息。", &[who, *node]),
        Note::Returned { node, boot, fresh: true } => {
            line.say("{} 又收到了 {} 的消息（它的第 # 次启动，磁盘为空）。", &[who, *node], &[boot.0.into()]);
        }
        Note::Stands { term, asked: None } => line.say("{} 收不到领导者的心跳，在任期 # 参选。", &[who], &[(*term).into()]),
        Note::Stands { term, asked: Some(leader) } => line.say("{} 应 {} 之请，在任期 # 参选。", &[who, *leader], &[(*term).into()]),
        Note::Voted { term, candidate } => line.say("{} 把任期 # 的一票投给 {}。", &[who, *candidate], &[(*term).into()]),
        Note::Elected { term } => line.say("{} 当选：在任期 # 担任协调者的领导者。", &[who], &[(*term).into()]),
        Note::SteppedDown { term, why: YieldWhy::HigherTerm } => {
            line.say("{} 得知已有任期 #，不再是领导者。", &[who], &[(*term).into()]);
        }
        Note::SteppedDown { why: YieldWhy::Unheard, .. } => line.put("{} 太久得不到过半数协调者的回应，不再是领导者。", &[who]),
        Note::SteppedDown { why: YieldWhy::ReachesMore(to), .. } => {
            line.put("{} 能联系上的节点比 {} 少：它不再是领导者，请 {} 来领导。", &[who, *to, *to]);
        }
        Note::Decided { index, term } => line.say("{} 得知第 # 项决定（任期 #）已成立。", &[who], &[index.0.into(), (*term).into()]),
        Note::DecisionsCut { from, dropped: 1 } => line.say("{} 丢弃决定日志的第 # 条：领导者没有它。", &[who], &[from.0.into()]),
        Note::DecisionsCut { from, dropped } => {
            line.say("{} 丢弃决定日志自第 # 条起的 # 条：领导者没有它们。", &[who], &[from.0.into(), (*dropped).into()]);
        }
        Note::StateTaken { upto } => line.say("{} 落后太多，直接接收领导者的状态，截至第 # 项决定。", &[who], &[upto.0.into()]),
        Note::Readmitted { who: back } => line.put("{} 丢过磁盘，现已重新学到全部决定，恢复表决资格。", &[*back]),
        Note::RingChanged { node, why, moves, minimum } => ring_changed(line, *node, *why, *moves, *minimum),
        Note::Left { node } => line.put("{} 的副本都已在别处，它退出了集群。", &[*node]),
        Note::SnapshotSent { shard, to, upto } => {
            line.say("{} 向 {} 发送分片 # 的快照，截至第 # 条。", &[who, *to], &[shard.0.into(), upto.0.into()]);
        }
        Note::SnapshotTaken { shard, upto } => {
            line.say("{} 收齐了分片 # 的快照，日志从第 # 条之后接着写。", &[who], &[shard.0.into(), upto.0.into()]);
        }
        Note::Yielded { shard } => line.say("{} 让分片 # 的请求稍候，好让别的节点接任主副本。", &[who], &[shard.0.into()]),
        Note::Dropped { shard } => line.say("{} 删除分片 # 的副本：其他节点上的副本已经足够。", &[who], &[shard.0.into()]),
        Note::ViewChanged { shard, view, why } => view_changed(line, *shard, view, *why, who),
        Note::Serving { shard, view } => {
            line.say("{} 开始为分片 # 提供服务（视图 #）。", &[who], &[shard.0.into(), view.0.into()]);
        }
        Note::Stopped { shard, view: _, why: StopWhy::LeaseEnded } => {
            line.say("{} 停止为分片 # 提供服务：租约已到期。", &[who], &[shard.0.into()]);
        }
        Note::Stopped { shard, view, why: StopWhy::HigherView } => {
            line.say("{} 停止为分片 # 提供服务：它的视图 # 已不是最新的。", &[who], &[shard.0.into(), view.0.into()]);
        }
        Note::Appended { shard, index, view } => {
            line.say("{} 把第 # 条记录写进分片 # 的日志（视图 #）。", &[who], &[index.0.into(), shard.0.into(), view.0.into()]);
        }
        Note::Committed { shard, index } => {
            line.say("{} 得知分片 # 的记录已提交到第 # 条。", &[who], &[shard.0.into(), index.0.into()]);
        }
        Note::Truncated { shard, from, dropped } => {
            line.say(
                "{} 从第 # 条起丢弃分片 # 的 # 条记录：新视图里没有它们。",
                &[who],
                &[from.0.into(), shard.0.into(), (*dropped).into()],
            );
        }
        Note::WritesLost { shard, from: _, lost } => {
            line.say("{} 在分片 # 上提交过的 # 个操作，别的副本都没有：它们丢失了。", &[who], &[shard.0.into(), (*lost).into()]);
        }
        Note::Trimmed { shard, upto } => {
            line.say("{} 裁剪分片 # 的日志：第 # 条及以前改由快照保存。", &[who], &[shard.0.into(), upto.0.into()]);
        }
        Note::Applied { shard, op, index } => {
            line.say("{} 执行 {} 对分片 # 的写入，即第 # 条记录。", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        Note::Invoked { shard, op, key, put: None } => {
            line.say("{} 请求读分片 # 的 key#。", &[op.client], &[shard.0.into(), (*key).into()]);
        }
        Note::Invoked { shard, op, key, put: Some(_) } => {
            line.say("{} 请求写分片 # 的 key#。", &[op.client], &[shard.0.into(), (*key).into()]);
        }
        Note::ReadServed { shard, op, view: _ } => line.say("{} 回答 {} 对分片 # 的读取。", &[who, op.client], &[shard.0.into()]),
        Note::ReplicaRead { shard: _, op, from, key, index: Index(0) } => {
            line.say("{} 从备副本 {} 读 key#，它还没见过对这个键的写入。", &[op.client, *from], &[(*key).into()]);
        }
        Note::ReplicaRead { shard: _, op, from, key, index } => {
            line.say("{} 从备副本 {} 读 key#，读到的是第 # 条记录写下的值。", &[op.client, *from], &[(*key).into(), index.0.into()]);
        }
        Note::StaleView { shard, from, theirs, ours } => {
            line.say(
                "{} 拒绝了 {} 关于分片 # 的消息：视图 # 已过时，现在是视图 #。",
                &[who, *from],
                &[shard.0.into(), theirs.0.into(), ours.0.into()],
            );
        }
        Note::LearnerReady { shard, learner } => {
            line.say("{} 确认：{} 已追上分片 # 的全部记录。", &[who, *learner], &[shard.0.into()]);
        }
        Note::AnsweredAgain { shard, op, view: _ } => {
            line.say("{} 按已记下的结果答复 {} 对分片 # 的重发：这次操作先前已经完成。", &[who, op.client], &[shard.0.into()]);
        }
        Note::Acknowledged { shard, op, index, view: _, key: _ } => {
            line.say("{} 向 {} 确认：对分片 # 的写入已完成，是第 # 条记录。", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        Note::Refused { shard, op, why } => {
            let because = match why {
                RefusedWhy::NotPrimary => format!("它不是分片 {} 的主副本", shard.0),
                RefusedWhy::NoLease => format!("没有租约，它不能为分片 {} 提供服务", shard.0),
                RefusedWhy::Settling => format!("它还在处理分片 {} 的前任主副本留下的记录", shard.0),
                RefusedWhy::TooFew => format!("分片 {} 的同步副本太少，不能写入", shard.0),
                RefusedWhy::NoRoute => format!("它不知道谁是分片 {} 的主副本", shard.0),
            };
            line.put(&format!("{{}} 没有受理 {{}} 的请求：{because}。"), &[who, op.client]);
        }
        Note::Answered { op: _, asked: Asked::Read, .. } => line.put("{} 收到答复：读取完成。", &[who]),
        Note::Answered { op: _, asked: Asked::Write, .. } => line.put("{} 收到答复：写入完成。", &[who]),
        Note::Retried { op: _, attempt } => line.say("{} 重发请求，这是第 # 次尝试。", &[who], &[(*attempt).into()]),
        Note::LockQueued { session, lock, place } => {
            line.on("{} 排队等锁 @，排在第 # 位。", &[session.client], *lock, &[(*place).into()]);
        }
        Note::LockGranted { session, lock, token } => {
            line.on("{} 获得锁 @，令牌是 #。", &[session.client], *lock, &[token.0]);
        }
        Note::LockReleased { session, lock, token } => {
            line.on("{} 释放锁 @（令牌 #）。", &[session.client], *lock, &[token.0]);
        }
        Note::LockCancelled { session, lock, held: None } => {
            line.on("{} 等得够久了，不再排队等锁 @。", &[session.client], *lock, &[]);
        }
        Note::LockCancelled { session, lock, held: Some(token) } => {
            line.on("{} 不再等待：刚授予它的锁 @（令牌 #）未用即释放。", &[session.client], *lock, &[token.0]);
        }
        Note::SessionEnded { session, lock, held: Some(token) } => {
            line.on("{} 的会话已结束：它失去了锁 @（令牌 #）。", &[session.client], *lock, &[token.0]);
        }
        Note::SessionEnded { session, lock, held: None } => {
            line.on("{} 的会话已结束：它不再排队等锁 @。", &[session.client], *lock, &[]);
        }
        Note::HoldBegins { lock, token } => line.on("{} 得知自己持有锁 @，令牌是 #。", &[who], *lock, &[token.0]),
        Note::GrantTooLate { lock, token } => {
            line.on("{} 这才收到锁 @ 的授予通知（令牌 #），但自己的租约已经到期，所以不当真。", &[who], *lock, &[token.0]);
        }
        Note::HoldEnds { lock, token } => line.on("{} 用完了锁 @（令牌 #）。", &[who], *lock, &[token.0]),
        Note::FencedWrite { shard, op, token, text, .. } => {
            line.say("分片 # 接受了 {} 凭令牌 # 的写入：文档现有 # 行。", &[op.client], &[shard.0.into(), token.0, text.len().into()]);
        }
        Note::FenceRefused { shard, op, asked, lock: _, token, seen } => {
            let what = match asked {
                Asked::Read => "分片 # 不让 {} 读文档",
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

fn ring_changed(line: &mut Line, node: Pid, why: RingWhy, moves: u32, minimum: u32) {
    line.put(
        match why {
            RingWhy::Joined => "{} 加入哈希环",
            RingWhy::Draining => "{} 有序退出哈希环",
            RingWhy::Out => "{} 宕机太久，被移出哈希环",
            RingWhy::Returned => "{} 回来了，重新加入哈希环",
        },
        &[node],
    );
    let words = match moves {
        0 => "：没有副本需要搬动。".to_owned(),
        _ => format!("：要搬 {moves} 个副本，换任何放置方案也至少要搬 {minimum} 个。"),
    };
    line.put(&words, &[]);
}

fn view_changed(line: &mut Line, shard: ShardId, view: &View, why: ViewWhy, who: Pid) {
    let (shard, no) = (shard.0, view.no.0);
    match (why, view.primary) {
        (ViewWhy::Promotion, Some(primary)) => {
            line.say("{} 把 {} 提升为分片 # 的主副本，视图 # 开始。", &[who, primary], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Promotion | ViewWhy::NoPrimary, _) => {
            line.say("分片 # 在视图 # 中没有主副本：存活的副本都不能保证数据完整，要等 ", &[], &[shard.into(), no.into()]);
            line.list(&view.in_sync, "、", " 或 ");
            line.put(" 回来。", &[]);
            return;
        }
        (ViewWhy::Orphaned, _) => {
            let words = "分片 # 丢失的磁盘太多（视图 #）：谁也说不清少了什么，要由操作员决定以哪份副本为准。";
            line.say(words, &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Renumbered, _) => {
            let words = "{} 这时才听说遗忘之前的一个视图：分片 # 排到它后面，从视图 # 继续。";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Resumed, _) => {
            let words = "{} 忘掉了以前的全部决定：分片 # 从视图 # 重新开始，每份副本都要先看过才能服务。";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BetterLog, primary) => {
            let words = "分片 #：{} 的日志比新的主副本更新，改由它担任主副本，视图 # 开始。";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Salvaged, primary) => {
            let words = "操作员作出选择：分片 # 以 {} 现有的数据恢复服务，视图 # 开始。";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Recruited(node), _) => {
            line.say("{} 开始复制分片 #（视图 #）。", &[node], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::HandedOver, primary) => {
            line.say("分片 # 平稳移交给 {}：视图 # 开始。", &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Dismissed, _) => {
            line.say("分片 # 该有的副本都已到位：从视图 # 起只由 ", &[], &[shard.into(), no.into()]);
            line.list(&view.in_sync, "、", " 和 ");
            line.put(" 保存。", &[]);
            return;
        }
        (ViewWhy::Cancelled, _) => {
            line.say("分片 # 正在复制的那一份不再需要（视图 #）。", &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BackupLost, _) => {
            line.say("分片 # 进入视图 #：保持同步的副本只剩 ", &[], &[shard.into(), no.into()]);
        }
        (ViewWhy::CaughtUp, _) => {
            line.say("分片 # 进入视图 #：有副本追赶完毕，保持同步的副本现在是 ", &[], &[shard.into(), no.into()]);
        }
    }
    line.list(&view.in_sync, "、", "、");
    line.put("。", &[]);
}
