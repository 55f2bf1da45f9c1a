//! What messages are called. In English they have the protocol's own names.

use crate::text::Lang;

/// The name of a message for the reader, from its name in the protocol. A test holds every message that is ever under way
/// against this list.
pub fn message_name(label: &'static str, lang: Lang) -> &'static str {
    match lang {
        Lang::En => label,
        Lang::Zh => match label {
            "Acquire" => "申请锁",
            "Append" => "追加日志",
            "AppendEntries" => "追加决定",
            "Appended" => "决定已存盘",
            "InstallSnapshot" => "状态快照",
            "LeaderBeat" => "领导者心跳",
            "NoVote" => "不投票",
            "NotAppended" => "决定对不上",
            "PreVote" => "预投票",
            "RequestVote" => "请求投票",
            "Vote" => "投票",
            "Ask" => "询问日志尾部",
            "AskReach" => "询问能联系上几个节点",
            "Reach" => "能联系上的节点数",
            "TimeoutNow" => "请立即参选",
            "Cancel" => "不等了",
            "Chunk" => "快照片段",
            "Commit" => "提交点",
            "Done" => "完成",
            "Edit" => "改文档",
            "Discard" => "作废旧数据",
            "Get" => "读",
            "Got" => "片段收到",
            "Granted" => "授予锁",
            "Heartbeat" => "心跳",
            "HeartbeatOk" => "心跳回应",
            "KeepAlive" => "续约",
            "Lagging" => "报告落后",
            "Mismatch" => "日志对不上",
            "Open" => "读文档",
            "Put" => "写",
            "Ready" => "报告追上",
            "Refused" => "拒绝",
            "Release" => "释放锁",
            "SessionOk" => "会话有效",
            "SessionOver" => "会话结束",
            "Stale" => "视图已过时",
            "Stored" => "已存盘",
            "Tail" => "日志尾部",
            "Views" => "新视图",
            "Level" => "报告已齐",
            "Defer" => "请它当主",
            "Offer" => "愿以现有数据服务",
            "Yield" => "请让位",
            "Yielded" => "已让位",
            other => other,
        },
    }
}
