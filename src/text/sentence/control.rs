//! The sentences of the control plane.

use crate::cluster::note::{ControlNote, RingWhy, SuspectWhy, YieldWhy};
use crate::sim::id::Pid;
use crate::text::line::Line;
use crate::text::line::seconds;

/// What `who` noted, in English.
pub(super) fn en(line: &mut Line, note: &ControlNote, who: Pid) {
    match note {
        ControlNote::Suspected { node, silent, why: SuspectWhy::Silent } => {
            let words = format!("{{}} has been silent for {} s: {{}} suspects it.", seconds(*silent));
            line.put(&words, &[*node, who]);
        }
        ControlNote::Suspected { node, silent, why: SuspectWhy::Deaf } => {
            let words = format!("{{}} speaks, but for {} s has shown no sign that it hears {{}}: {{}} suspects it.", seconds(*silent));
            line.put(&words, &[*node, who, who]);
        }
        ControlNote::Suspected { node, why: SuspectWhy::Told, .. } => {
            line.put("Nobody who was asked could reach {}, and it has not spoken up: {} takes it for dead.", &[*node, who]);
        }
        ControlNote::Returned { node, boot, fresh: false } if boot.0 > 1 => {
            line.say("{} hears from {} again (its boot number #).", &[who, *node], &[boot.0.into()]);
        }
        ControlNote::Returned { node, fresh: false, .. } => line.put("{} hears from {} again.", &[who, *node]),
        ControlNote::Returned { node, boot, fresh: true } => {
            line.say("{} hears from {} again (its boot number #, with an empty disk).", &[who, *node], &[boot.0.into()]);
        }
        ControlNote::Stands { term, asked: None } => {
            line.say("{} hears no leader and stands for election, in term #.", &[who], &[(*term).into()]);
        }
        ControlNote::Stands { term, asked: Some(leader) } => {
            line.say("{} stands for election in term #, as {} has asked it to.", &[who, *leader], &[(*term).into()]);
        }
        ControlNote::Voted { term, candidate } => line.say("{} gives its vote of term # to {}.", &[who, *candidate], &[(*term).into()]),
        ControlNote::Elected { term } => line.say("{} is elected: it leads the coordinators in term #.", &[who], &[(*term).into()]),
        ControlNote::SteppedDown { term, why: YieldWhy::HigherTerm } => {
            line.say("{} hears of term # and leads no more.", &[who], &[(*term).into()]);
        }
        ControlNote::SteppedDown { why: YieldWhy::Unheard, .. } => {
            line.put("{} has not been answered by a majority for too long and leads no more.", &[who]);
        }
        ControlNote::SteppedDown { why: YieldWhy::ReachesMore(to), .. } => {
            line.put("{} reaches fewer nodes than {}: it leads no more and asks {} to lead.", &[who, *to, *to]);
        }
        ControlNote::Decided { index, term } => {
            line.say("{} learns that decision # of term # is made.", &[who], &[index.0.into(), (*term).into()]);
        }
        ControlNote::DecisionsCut { from, dropped: 1 } => {
            line.say("{} drops entry # of its log of decisions: the leader does not have it.", &[who], &[from.0.into()]);
        }
        ControlNote::DecisionsCut { from, dropped } => {
            line.say(
                "{} drops # entries of its log of decisions from # on: the leader does not have them.",
                &[who],
                &[(*dropped).into(), from.0.into()],
            );
        }
        ControlNote::StateTaken { upto } => {
            line.say("{} was far behind and takes over the leader's state, up to decision #.", &[who], &[upto.0.into()]);
        }
        ControlNote::Readmitted { who: back } => {
            line.put("{} had lost its disk and has learned everything anew: it counts again.", &[*back])
        }
        ControlNote::RingChanged { node, why, moves, minimum } => ring_changed_en(line, *node, *why, *moves, *minimum),
        ControlNote::Left { node } => line.put("Every copy that {} held is elsewhere now: it has left the cluster.", &[*node]),
    }
}

fn ring_changed_en(line: &mut Line, node: Pid, why: RingWhy, moves: u32, minimum: u32) {
    line.put(
        match why {
            RingWhy::Joined => "{} joins the ring: ",
            RingWhy::Draining => "{} leaves the ring in good order: ",
            RingWhy::Out => "{} has been down for too long and is taken off the ring: ",
            RingWhy::Returned => "{} is back and joins the ring again: ",
        },
        &[node],
    );
    let words = match moves {
        0 => "no copy has to move.".to_owned(),
        1 => format!("1 copy has to move, and no placement could do with fewer than {minimum}."),
        _ => format!("{moves} copies have to move, and no placement could do with fewer than {minimum}."),
    };
    line.put(&words, &[]);
}

/// What `who` noted, in Chinese.
pub(super) fn zh(line: &mut Line, note: &ControlNote, who: Pid) {
    match note {
        ControlNote::Suspected { node, silent, why: SuspectWhy::Silent } => {
            let words = format!("{{}} 已 {} 秒没有音讯，{{}} 怀疑它已宕机。", seconds(*silent));
            line.put(&words, &[*node, who]);
        }
        ControlNote::Suspected { node, silent, why: SuspectWhy::Deaf } => {
            let words = format!("{{}} 还在发心跳，但已 {} 秒看不出它听得到 {{}}，{{}} 怀疑它已失联。", seconds(*silent));
            line.put(&words, &[*node, who, who]);
        }
        ControlNote::Suspected { node, why: SuspectWhy::Told, .. } => {
            line.put("受托去探测的成员都联系不上 {}，它也没有出来澄清：{} 认定它已宕机。", &[*node, who]);
        }
        ControlNote::Returned { node, boot, fresh: false } if boot.0 > 1 => {
            line.say("{} 又收到了 {} 的消息（它的第 # 次启动）。", &[who, *node], &[boot.0.into()]);
        }
        ControlNote::Returned { node, fresh: false, .. } => line.put("{} 又收到了 {} 的消息。", &[who, *node]),
        ControlNote::Returned { node, boot, fresh: true } => {
            line.say("{} 又收到了 {} 的消息（它的第 # 次启动，磁盘为空）。", &[who, *node], &[boot.0.into()]);
        }
        ControlNote::Stands { term, asked: None } => line.say("{} 收不到领导者的心跳，在任期 # 参选。", &[who], &[(*term).into()]),
        ControlNote::Stands { term, asked: Some(leader) } => line.say("{} 应 {} 之请，在任期 # 参选。", &[who, *leader], &[(*term).into()]),
        ControlNote::Voted { term, candidate } => line.say("{} 把任期 # 的一票投给 {}。", &[who, *candidate], &[(*term).into()]),
        ControlNote::Elected { term } => line.say("{} 当选：在任期 # 担任协调者的领导者。", &[who], &[(*term).into()]),
        ControlNote::SteppedDown { term, why: YieldWhy::HigherTerm } => {
            line.say("{} 得知已有任期 #，不再是领导者。", &[who], &[(*term).into()]);
        }
        ControlNote::SteppedDown { why: YieldWhy::Unheard, .. } => line.put("{} 太久得不到过半数协调者的回应，不再是领导者。", &[who]),
        ControlNote::SteppedDown { why: YieldWhy::ReachesMore(to), .. } => {
            line.put("{} 能联系上的节点比 {} 少：它不再是领导者，请 {} 来领导。", &[who, *to, *to]);
        }
        ControlNote::Decided { index, term } => line.say("{} 得知第 # 项决定（任期 #）已成立。", &[who], &[index.0.into(), (*term).into()]),
        ControlNote::DecisionsCut { from, dropped: 1 } => line.say("{} 丢弃决定日志的第 # 条：领导者没有它。", &[who], &[from.0.into()]),
        ControlNote::DecisionsCut { from, dropped } => {
            line.say("{} 丢弃决定日志自第 # 条起的 # 条：领导者没有它们。", &[who], &[from.0.into(), (*dropped).into()]);
        }
        ControlNote::StateTaken { upto } => line.say("{} 落后太多，直接接收领导者的状态，截至第 # 项决定。", &[who], &[upto.0.into()]),
        ControlNote::Readmitted { who: back } => line.put("{} 丢过磁盘，现已重新学到全部决定，恢复表决资格。", &[*back]),
        ControlNote::RingChanged { node, why, moves, minimum } => ring_changed_zh(line, *node, *why, *moves, *minimum),
        ControlNote::Left { node } => line.put("{} 的副本都已在别处，它退出了集群。", &[*node]),
    }
}

fn ring_changed_zh(line: &mut Line, node: Pid, why: RingWhy, moves: u32, minimum: u32) {
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
