//! The sentences of shards.

use crate::cluster::note::{RefusedWhy, ShardNote, StopWhy, ViewWhy};
use crate::proto::replica::view::{ShardId, View};
use crate::sim::id::Pid;
use crate::text::line::Line;

/// What `who` noted, in English.
pub(super) fn en(line: &mut Line, note: &ShardNote, who: Pid) {
    match note {
        ShardNote::SnapshotSent { shard, to, upto } => {
            line.say("{} sends {} a snapshot of shard #, up to entry #.", &[who, *to], &[shard.0.into(), upto.0.into()]);
        }
        ShardNote::SnapshotTaken { shard, upto } => {
            line.say("{} has the whole snapshot of shard #; the log goes on after entry #.", &[who], &[shard.0.into(), upto.0.into()]);
        }
        ShardNote::Yielded { shard } => {
            line.say("{} lets requests for shard # wait, so that another node can become its primary.", &[who], &[shard.0.into()]);
        }
        ShardNote::Dropped { shard } => line.say("{} deletes its copy of shard #: enough others hold it.", &[who], &[shard.0.into()]),
        ShardNote::ViewChanged { shard, view, why } => view_changed_en(line, *shard, view, *why, who),
        ShardNote::Serving { shard, view } => {
            line.say("{} serves shard # from now on, in view #.", &[who], &[shard.0.into(), view.0.into()]);
        }
        ShardNote::Stopped { shard, view: _, why: StopWhy::LeaseEnded } => {
            line.say("{} stops serving shard #: its lease has ended.", &[who], &[shard.0.into()]);
        }
        ShardNote::Stopped { shard, view, why: StopWhy::HigherView } => {
            line.say("{} stops serving shard #: its view # is no longer the latest.", &[who], &[shard.0.into(), view.0.into()]);
        }
        ShardNote::Appended { shard, index, view } => {
            line.say("{} adds entry # to its log of shard #, in view #.", &[who], &[index.0.into(), shard.0.into(), view.0.into()]);
        }
        ShardNote::Committed { shard, index } => {
            line.say("{} learns that shard # is committed up to entry #.", &[who], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::Truncated { shard, from, dropped: 1 } => {
            line.say("{} drops entry # of shard #: the new view does not have it.", &[who], &[from.0.into(), shard.0.into()]);
        }
        ShardNote::Truncated { shard, from, dropped } => {
            line.say(
                "{} drops # entries of shard # from entry # on: the new view does not have them.",
                &[who],
                &[(*dropped).into(), shard.0.into(), from.0.into()],
            );
        }
        ShardNote::WritesLost { shard, from: _, lost: 1 } => {
            line.say("{} had committed an operation on shard # that no other copy has: it is lost.", &[who], &[shard.0.into()]);
        }
        ShardNote::WritesLost { shard, from: _, lost } => {
            line.say(
                "{} had committed # operations on shard # that no other copy has: they are lost.",
                &[who],
                &[(*lost).into(), shard.0.into()],
            );
        }
        ShardNote::Trimmed { shard, upto } => {
            line.say(
                "{} trims its log of shard #: a snapshot stands for everything up to entry #.",
                &[who],
                &[shard.0.into(), upto.0.into()],
            );
        }
        ShardNote::Applied { shard, op, index } => {
            line.say("{} carries out {}'s write to shard #, entry #.", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::ReadServed { shard, op, view: _ } => line.say("{} answers {}'s read of shard #.", &[who, op.client], &[shard.0.into()]),
        ShardNote::StaleView { shard, from, theirs, ours } => {
            line.say(
                "{} refuses a message about shard # from {}: view # is older than view #.",
                &[who, *from],
                &[shard.0.into(), theirs.0.into(), ours.0.into()],
            );
        }
        ShardNote::LearnerReady { shard, learner } => {
            line.say("{} has caught up on shard #, says {}.", &[*learner, who], &[shard.0.into()]);
        }
        ShardNote::AnsweredAgain { shard, op, view: _ } => {
            line.say("{} answers {}'s retry about shard # from memory: it was done before.", &[who, op.client], &[shard.0.into()]);
        }
        ShardNote::Acknowledged { shard, op, index, view: _, key: _ } => {
            line.say("{} acknowledges {}'s write to shard #: it is entry #.", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::Refused { shard: None, op, why } => {
            let because = match why {
                RefusedWhy::Busy => "its queue is full",
                RefusedWhy::Old => "this one has waited for too long",
                RefusedWhy::Late => return line.put("{} drops a request of {}: nobody waits for it any more.", &[who, op.client]),
                RefusedWhy::Fails => "it fails whatever it is asked for",
                RefusedWhy::NoRoute => "it knows of no node that is up",
                RefusedWhy::NotPrimary | RefusedWhy::NoLease | RefusedWhy::Settling | RefusedWhy::TooFew => {
                    unreachable!("work that is about no shard is turned away like a shard's")
                }
            };
            line.put(&format!("{{}} turns {{}} away: {because}."), &[who, op.client]);
        }
        ShardNote::Refused { shard: Some(shard), op, why } => {
            let because = match why {
                RefusedWhy::NotPrimary => format!("it is not the primary of shard {}", shard.0),
                RefusedWhy::NoLease => format!("without a lease it may not serve shard {}", shard.0),
                RefusedWhy::Settling => format!("it is still settling what the last primary of shard {} left", shard.0),
                RefusedWhy::TooFew => format!("too few copies of shard {} are in sync for a write", shard.0),
                RefusedWhy::Busy => format!("its queue is full, and this one asks about shard {}", shard.0),
                RefusedWhy::Old => format!("this one, about shard {}, has waited for too long", shard.0),
                RefusedWhy::Fails => format!("it fails whatever it is asked for, this one about shard {} too", shard.0),
                RefusedWhy::Late => {
                    return line.say(
                        "{} drops a request of {} about shard #: nobody waits for it any more.",
                        &[who, op.client],
                        &[shard.0.into()],
                    );
                }
                RefusedWhy::NoRoute => format!("it knows no primary of shard {}", shard.0),
            };
            line.put(&format!("{{}} turns {{}} away: {because}."), &[who, op.client]);
        }
    }
}

fn view_changed_en(line: &mut Line, shard: ShardId, view: &View, why: ViewWhy, who: Pid) {
    let (shard, no) = (shard.0, view.no.0);
    match (why, view.primary) {
        (ViewWhy::Promotion, Some(primary)) => {
            line.say("{} makes {} the primary of shard #: view # begins.", &[who, primary], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Promotion | ViewWhy::NoPrimary, _) => {
            line.say(
                "Shard # has no primary in view #: no live copy is sure to have all its writes. It waits for ",
                &[],
                &[shard.into(), no.into()],
            );
            line.list(&view.in_sync, ", ", " or ");
            line.put(".", &[]);
            return;
        }
        (ViewWhy::Orphaned, _) => {
            let words =
                "Shard # has lost too many disks (view #): nobody can say what is gone, and an operator has to choose whose copy counts.";
            line.say(words, &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Renumbered, _) => {
            let words = "{} hears of a view from before it forgot: for shard # it goes on behind it, with view #.";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Resumed, _) => {
            let words = "{} has forgotten all it had decided: for shard # it begins anew with view #, and every copy has to be looked at.";
            line.say(words, &[who], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BetterLog, primary) => {
            let words = "{}'s log of shard # goes further than its new primary's: it leads instead, in view #.";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Salvaged, primary) => {
            let words = "Shard # is served with what {} has, by an operator's choice: view # begins.";
            line.say(words, &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Recruited(node), _) => {
            line.say("{} begins to copy shard # (view #).", &[node], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::HandedOver, primary) => {
            line.say("Shard # is handed over, without a gap, to {}: view # begins.", &[primary.unwrap_or(who)], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::Dismissed, _) => {
            line.say("Every wanted copy of shard # is there: from view # on, only ", &[], &[shard.into(), no.into()]);
            line.list(&view.in_sync, ", ", " and ");
            line.put(" hold it.", &[]);
            return;
        }
        (ViewWhy::Cancelled, _) => {
            line.say("The copy of shard # that was being made is not wanted any more (view #).", &[], &[shard.into(), no.into()]);
            return;
        }
        (ViewWhy::BackupLost, _) => {
            line.say("From view # of shard # on, only ", &[], &[no.into(), shard.into()]);
        }
        (ViewWhy::CaughtUp, _) => {
            line.say("A copy of shard # has caught up: from view # on, ", &[], &[shard.into(), no.into()]);
        }
    }
    line.list(&view.in_sync, ", ", " and ");
    line.put(if view.in_sync.len() == 1 { " is in sync." } else { " are in sync." }, &[]);
}

/// What `who` noted, in Chinese.
pub(super) fn zh(line: &mut Line, note: &ShardNote, who: Pid) {
    match note {
        ShardNote::SnapshotSent { shard, to, upto } => {
            line.say("{} 向 {} 发送分片 # 的快照，截至第 # 条。", &[who, *to], &[shard.0.into(), upto.0.into()]);
        }
        ShardNote::SnapshotTaken { shard, upto } => {
            line.say("{} 收齐了分片 # 的快照，日志从第 # 条之后接着写。", &[who], &[shard.0.into(), upto.0.into()]);
        }
        ShardNote::Yielded { shard } => line.say("{} 让分片 # 的请求稍候，好让别的节点接任主副本。", &[who], &[shard.0.into()]),
        ShardNote::Dropped { shard } => line.say("{} 删除分片 # 的副本：其他节点上的副本已经足够。", &[who], &[shard.0.into()]),
        ShardNote::ViewChanged { shard, view, why } => view_changed_zh(line, *shard, view, *why, who),
        ShardNote::Serving { shard, view } => {
            line.say("{} 开始为分片 # 提供服务（视图 #）。", &[who], &[shard.0.into(), view.0.into()]);
        }
        ShardNote::Stopped { shard, view: _, why: StopWhy::LeaseEnded } => {
            line.say("{} 停止为分片 # 提供服务：租约已到期。", &[who], &[shard.0.into()]);
        }
        ShardNote::Stopped { shard, view, why: StopWhy::HigherView } => {
            line.say("{} 停止为分片 # 提供服务：它的视图 # 已不是最新的。", &[who], &[shard.0.into(), view.0.into()]);
        }
        ShardNote::Appended { shard, index, view } => {
            line.say("{} 把第 # 条记录写进分片 # 的日志（视图 #）。", &[who], &[index.0.into(), shard.0.into(), view.0.into()]);
        }
        ShardNote::Committed { shard, index } => {
            line.say("{} 得知分片 # 的记录已提交到第 # 条。", &[who], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::Truncated { shard, from, dropped } => {
            line.say(
                "{} 从第 # 条起丢弃分片 # 的 # 条记录：新视图里没有它们。",
                &[who],
                &[from.0.into(), shard.0.into(), (*dropped).into()],
            );
        }
        ShardNote::WritesLost { shard, from: _, lost } => {
            line.say("{} 在分片 # 上提交过的 # 个操作，别的副本都没有：它们丢失了。", &[who], &[shard.0.into(), (*lost).into()]);
        }
        ShardNote::Trimmed { shard, upto } => {
            line.say("{} 裁剪分片 # 的日志：第 # 条及以前改由快照保存。", &[who], &[shard.0.into(), upto.0.into()]);
        }
        ShardNote::Applied { shard, op, index } => {
            line.say("{} 执行 {} 对分片 # 的写入，即第 # 条记录。", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::ReadServed { shard, op, view: _ } => line.say("{} 回答 {} 对分片 # 的读取。", &[who, op.client], &[shard.0.into()]),
        ShardNote::StaleView { shard, from, theirs, ours } => {
            line.say(
                "{} 拒绝了 {} 关于分片 # 的消息：视图 # 已过时，现在是视图 #。",
                &[who, *from],
                &[shard.0.into(), theirs.0.into(), ours.0.into()],
            );
        }
        ShardNote::LearnerReady { shard, learner } => {
            line.say("{} 确认：{} 已追上分片 # 的全部记录。", &[who, *learner], &[shard.0.into()]);
        }
        ShardNote::AnsweredAgain { shard, op, view: _ } => {
            line.say("{} 按已记下的结果答复 {} 对分片 # 的重发：这次操作先前已经完成。", &[who, op.client], &[shard.0.into()]);
        }
        ShardNote::Acknowledged { shard, op, index, view: _, key: _ } => {
            line.say("{} 向 {} 确认：对分片 # 的写入已完成，是第 # 条记录。", &[who, op.client], &[shard.0.into(), index.0.into()]);
        }
        ShardNote::Refused { shard: None, op, why } => {
            let because = match why {
                RefusedWhy::Busy => "它的队列满了",
                RefusedWhy::Old => "这个请求排队太久了",
                RefusedWhy::Late => return line.put("{} 丢弃了 {} 的一个请求：已经没人在等它了。", &[who, op.client]),
                RefusedWhy::Fails => "它对什么请求都报错",
                RefusedWhy::NoRoute => "它不知道哪个节点在运行",
                RefusedWhy::NotPrimary | RefusedWhy::NoLease | RefusedWhy::Settling | RefusedWhy::TooFew => {
                    unreachable!("work that is about no shard is turned away like a shard's")
                }
            };
            line.put(&format!("{{}} 没有受理 {{}} 的请求：{because}。"), &[who, op.client]);
        }
        ShardNote::Refused { shard: Some(shard), op, why } => {
            let because = match why {
                RefusedWhy::NotPrimary => format!("它不是分片 {} 的主副本", shard.0),
                RefusedWhy::NoLease => format!("没有租约，它不能为分片 {} 提供服务", shard.0),
                RefusedWhy::Settling => format!("它还在处理分片 {} 的前任主副本留下的记录", shard.0),
                RefusedWhy::TooFew => format!("分片 {} 的同步副本太少，不能写入", shard.0),
                RefusedWhy::Busy => format!("它的队列满了，而这个请求要的是分片 {}", shard.0),
                RefusedWhy::Old => format!("对分片 {} 的这个请求排队太久了", shard.0),
                RefusedWhy::Fails => format!("它对什么请求都报错，对分片 {} 的这个也是", shard.0),
                RefusedWhy::Late => {
                    return line.say("{} 丢弃了 {} 对分片 # 的一个请求：已经没人在等它了。", &[who, op.client], &[shard.0.into()]);
                }
                RefusedWhy::NoRoute => format!("它不知道谁是分片 {} 的主副本", shard.0),
            };
            line.put(&format!("{{}} 没有受理 {{}} 的请求：{because}。"), &[who, op.client]);
        }
    }
}

fn view_changed_zh(line: &mut Line, shard: ShardId, view: &View, why: ViewWhy, who: Pid) {
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
