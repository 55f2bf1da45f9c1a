//! What a message looks like and is called, and which shard it is about.

use crate::cluster::wire::msg::Msg;
use crate::proto::consensus::words::RaftMsg;
use crate::proto::detector::swim::words::Ask;
use crate::proto::replica::transfer::SnapshotMsg;
use crate::proto::replica::view::ShardId;
use crate::proto::replica::words::ReplicaMsg;

/// What travels.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Shape {
    /// A request: filled.
    Request,
    /// A reply: hollow.
    Reply,
    /// A refusal: ends in a bar.
    Refusal,
    /// A heartbeat or its answer: hidden by default.
    Heartbeat,
    /// A piece of a snapshot: data on the move.
    Data,
}

impl Msg {
    /// How it is drawn.
    pub fn shape(&self) -> Shape {
        match self {
            Msg::Raft(msg) => match &**msg {
                RaftMsg::AppendEntries { entries, .. } if entries.is_empty() => Shape::Heartbeat,
                RaftMsg::Appended { beat: true, matches: true, .. } => Shape::Heartbeat,
                RaftMsg::AppendEntries { .. } | RaftMsg::RequestVote { .. } | RaftMsg::TimeoutNow { .. } => Shape::Request,
                RaftMsg::InstallSnapshot { .. } => Shape::Data,
                RaftMsg::Vote { granted: true, .. } | RaftMsg::Appended { matches: true, .. } => Shape::Reply,
                RaftMsg::Vote { .. } | RaftMsg::Appended { .. } => Shape::Refusal,
            },
            Msg::Heartbeat { .. } | Msg::Decisions { answers: Some(_), .. } | Msg::AskReach { .. } | Msg::Reach { .. } | Msg::Swim(_) => {
                Shape::Heartbeat
            }
            Msg::Decisions { answers: None, .. }
            | Msg::Lagging { .. }
            | Msg::Stalled { .. }
            | Msg::Ready { .. }
            | Msg::Yield { .. }
            | Msg::Level { .. }
            | Msg::Defer { .. }
            | Msg::Offer { .. }
            | Msg::Request { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Cancel { .. }
            | Msg::Release { .. } => Shape::Request,
            Msg::Snapshot { msg: SnapshotMsg::Chunk { .. }, .. } => Shape::Data,
            Msg::Snapshot { msg: SnapshotMsg::Got { .. }, .. } | Msg::Yielded { .. } => Shape::Reply,
            Msg::Done { .. } | Msg::SessionOk { .. } => Shape::Reply,
            Msg::Refused { .. } | Msg::SessionOver { .. } => Shape::Refusal,
            Msg::Replica { msg, .. } => match msg {
                ReplicaMsg::Append { .. } | ReplicaMsg::Ask { .. } => Shape::Request,
                ReplicaMsg::Stored { .. } | ReplicaMsg::Tail { .. } => Shape::Reply,
                ReplicaMsg::Mismatch { .. } | ReplicaMsg::Stale { .. } | ReplicaMsg::Discard { .. } => Shape::Refusal,
            },
        }
    }

    /// Its name.
    pub fn label(&self) -> &'static str {
        match self {
            Msg::Raft(msg) => match &**msg {
                RaftMsg::RequestVote { pre: true, .. } => "PreVote",
                RaftMsg::RequestVote { .. } => "RequestVote",
                RaftMsg::Vote { granted: true, .. } => "Vote",
                RaftMsg::Vote { .. } => "NoVote",
                RaftMsg::AppendEntries { entries, .. } if entries.is_empty() => "LeaderBeat",
                RaftMsg::AppendEntries { .. } => "AppendEntries",
                RaftMsg::Appended { matches: true, .. } => "Appended",
                RaftMsg::Appended { .. } => "NotAppended",
                RaftMsg::InstallSnapshot { .. } => "InstallSnapshot",
                RaftMsg::TimeoutNow { .. } => "TimeoutNow",
            },
            Msg::Heartbeat { .. } => "Heartbeat",
            Msg::Decisions { answers: Some(_), .. } => "HeartbeatOk",
            Msg::Decisions { answers: None, .. } => "Views",
            Msg::AskReach { .. } => "AskReach",
            Msg::Reach { .. } => "Reach",
            Msg::Lagging { .. } => "Lagging",
            Msg::Stalled { .. } => "Stalled",
            Msg::Ready { .. } => "Ready",
            Msg::Yield { .. } => "Yield",
            Msg::Yielded { .. } => "Yielded",
            Msg::Level { .. } => "Level",
            Msg::Defer { .. } => "Defer",
            Msg::Offer { .. } => "Offer",
            Msg::Snapshot { msg: SnapshotMsg::Chunk { .. }, .. } => "Chunk",
            Msg::Snapshot { msg: SnapshotMsg::Got { .. }, .. } => "Got",
            Msg::Replica { msg, .. } => match msg {
                ReplicaMsg::Append { entries, .. } if entries.is_empty() => "Commit",
                ReplicaMsg::Append { .. } => "Append",
                ReplicaMsg::Stored { .. } => "Stored",
                ReplicaMsg::Ask { .. } => "Ask",
                ReplicaMsg::Tail { .. } => "Tail",
                ReplicaMsg::Mismatch { .. } => "Mismatch",
                ReplicaMsg::Stale { .. } => "Stale",
                ReplicaMsg::Discard { .. } => "Discard",
            },
            Msg::Request { request, .. } => request.label(),
            Msg::Done { .. } => "Done",
            Msg::Refused { .. } => "Refused",
            Msg::Acquire { .. } => "Acquire",
            Msg::KeepAlive { .. } => "KeepAlive",
            Msg::Cancel { .. } => "Cancel",
            Msg::Release { .. } => "Release",
            Msg::SessionOk { token: Some(_), .. } => "Granted",
            Msg::SessionOk { token: None, .. } => "SessionOk",
            Msg::SessionOver { .. } => "SessionOver",
            Msg::Swim(msg) => match msg.ask {
                Ask::Ping(_) => "Ping",
                Ask::PingReq(..) => "PingReq",
                Ask::Ack(_) => "Ack",
                Ask::Nack(_) => "Nack",
            },
        }
    }

    /// The shard it is about; a request's is known by its key.
    pub fn shard(&self) -> Option<ShardId> {
        match self {
            Msg::Lagging { shard, .. }
            | Msg::Stalled { shard, .. }
            | Msg::Ready { shard, .. }
            | Msg::Yield { shard, .. }
            | Msg::Yielded { shard, .. }
            | Msg::Level { shard, .. }
            | Msg::Defer { shard, .. }
            | Msg::Offer { shard, .. }
            | Msg::Snapshot { shard, .. }
            | Msg::Replica { shard, .. } => Some(*shard),
            Msg::Request { request, .. } => request.shard(),
            Msg::Raft(_)
            | Msg::Heartbeat { .. }
            | Msg::Decisions { .. }
            | Msg::AskReach { .. }
            | Msg::Reach { .. }
            | Msg::Done { .. }
            | Msg::Refused { .. }
            | Msg::Acquire { .. }
            | Msg::KeepAlive { .. }
            | Msg::Cancel { .. }
            | Msg::Release { .. }
            | Msg::SessionOk { .. }
            | Msg::SessionOver { .. }
            | Msg::Swim(_) => None,
        }
    }
}
