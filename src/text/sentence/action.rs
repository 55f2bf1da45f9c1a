//! The sentences of actions, and of the faults that they are made of.

use crate::cluster::setup::name::Roster;
use crate::session::action::Action;
use crate::sim::fault::Fault;
use crate::sim::id::Pid;
use crate::text::line::{Line, has_disk, percent};

/// What a fault did to the world, in English.
pub(super) fn fault_en(line: &mut Line, fault: Fault, roster: &Roster) {
    match fault {
        Fault::Kill(who) if !has_disk(who, roster) => line.put("{} was killed, and everything it knew is gone.", &[who]),
        Fault::Kill(who) => line.put("{} was killed: its memory is gone, its disk remains.", &[who]),
        Fault::Revive(who) if !has_disk(who, roster) => line.put("{} starts again, knowing nothing.", &[who]),
        Fault::Revive(who) => line.put("{} boots again from what its disk holds.", &[who]),
        Fault::Wipe(who) => line.put("{} lost its disk: nothing of it is left.", &[who]),
        Fault::Join(who) => line.put("{} is asked to join the cluster.", &[who]),
        Fault::Leave(who) => line.put("{} is asked to leave: what it holds has to move first.", &[who]),
        Fault::Proceed(who) => {
            line.put(
                "An operator chooses what {} has: shards that nobody may lead are served with it, and what others had is given up.",
                &[who],
            );
        }
        Fault::Freeze(who) => line.put("{} is frozen: whatever reaches it has to wait.", &[who]),
        Fault::Thaw(who) => line.put("{} is thawed, and what had waited reaches it now.", &[who]),
        Fault::Fail(who, true) => line.put("{} answers every request with an error from now on, and its heart beats as before.", &[who]),
        Fault::Fail(who, false) => line.put("{} serves again.", &[who]),
        Fault::Slow(who, 1) => line.put("{}'s messages travel at normal speed again.", &[who]),
        Fault::Slow(who, times) => line.say("{}'s messages now take # times as long.", &[who], &[times.into()]),
        Fault::Cut(from, to) => line.put("Messages from {} to {} are lost from now on.", &[from, to]),
        Fault::Heal(from, to) => line.put("Messages from {} to {} get through again.", &[from, to]),
        Fault::Drift(who, 0) => line.put("{}'s clock keeps true time again.", &[who]),
        Fault::Drift(who, ppm) => {
            let way = if ppm > 0 { "fast" } else { "slow" };
            line.put(&format!("{{}}'s clock now runs {} % {way}.", percent(ppm)), &[who]);
        }
    }
}

/// What an action did, where that is more than one fault, in English.
pub(super) fn action_en(line: &mut Line, action: Action, who: &[Pid]) {
    match action {
        Action::Cut(..) => line.put("{} and {} can no longer reach each other.", who),
        Action::Heal(..) => line.put("{} and {} can reach each other again.", who),
        Action::Isolate(_) => line.put("{} is cut off from everyone.", who),
        Action::Rejoin(_) => line.put("All links of {} work again.", who),
        Action::Kill(_)
        | Action::Revive(_)
        | Action::Add(_)
        | Action::Drain(_)
        | Action::Salvage(_)
        | Action::Wipe(_)
        | Action::Freeze(_)
        | Action::Thaw(_)
        | Action::Slow(..)
        | Action::Fail(_)
        | Action::Mend(_)
        | Action::Drift(..)
        | Action::CutOneWay(..)
        | Action::HealOneWay(..) => unreachable!("one fault, one sentence: {action}"),
    }
}

/// What a fault did to the world, in Chinese.
pub(super) fn fault_zh(line: &mut Line, fault: Fault, roster: &Roster) {
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
        Fault::Fail(who, true) => line.put("{} 从现在起对每个请求都立刻报错，心跳却照常。", &[who]),
        Fault::Fail(who, false) => line.put("{} 恢复服务。", &[who]),
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

/// What an action did, where that is more than one fault, in Chinese.
pub(super) fn action_zh(line: &mut Line, action: Action, who: &[Pid]) {
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
        | Action::Fail(_)
        | Action::Mend(_)
        | Action::Drift(..)
        | Action::CutOneWay(..)
        | Action::HealOneWay(..) => unreachable!("one fault, one sentence: {action}"),
    }
}
