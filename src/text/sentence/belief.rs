//! The sentences of belief.

use crate::cluster::note::BeliefNote;
use crate::sim::id::Pid;
use crate::text::line::Line;

/// What `who` noted, in English.
pub(super) fn en(line: &mut Line, note: &BeliefNote, who: Pid) {
    match note {
        BeliefNote::Suspects { who: of, first: true } => line.put("{} gets no sign of life from {}: it suspects it.", &[who, *of]),
        BeliefNote::Suspects { who: of, first: false } => line.put("{} is told that {} does not answer, and suspects it too.", &[who, *of]),
        BeliefNote::Buries { who: of } => line.put("{} has not spoken up in time: {} takes it for dead.", &[*of, who]),
        BeliefNote::Trusts { who: of } => line.put("{} has a sign of life from {} and trusts it again.", &[who, *of]),
        BeliefNote::Refutes => line.put("{} hears that it is suspected, and lets everybody know that it lives.", &[who]),
    }
}

/// What `who` noted, in Chinese.
pub(super) fn zh(line: &mut Line, note: &BeliefNote, who: Pid) {
    match note {
        BeliefNote::Suspects { who: of, first: true } => line.put("{} 得不到 {} 的回应，开始怀疑它。", &[who, *of]),
        BeliefNote::Suspects { who: of, first: false } => line.put("{} 听说 {} 没有回应，也开始怀疑它。", &[who, *of]),
        BeliefNote::Buries { who: of } => line.put("{} 迟迟没有澄清，{} 认定它已宕机。", &[*of, who]),
        BeliefNote::Trusts { who: of } => line.put("{} 又得到 {} 的消息，不再怀疑它。", &[who, *of]),
        BeliefNote::Refutes => line.put("{} 得知自己被怀疑，向大家澄清自己还在运行。", &[who]),
    }
}
