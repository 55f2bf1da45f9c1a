//! Which facts are told.

use crate::cluster::note::Note;

impl Note {
    /// Whether a fact step stops here and the sentence tells it. The rest (appends, commits, answers) is the daily work.
    pub fn is_headline(&self) -> bool {
        match self {
            Note::Suspected { .. }
            | Note::Returned { .. }
            | Note::Stands { .. }
            | Note::Elected { .. }
            | Note::SteppedDown { .. }
            | Note::DecisionsCut { .. }
            | Note::StateTaken { .. }
            | Note::Readmitted { .. }
            | Note::RingChanged { .. }
            | Note::Left { .. }
            | Note::SnapshotTaken { .. }
            | Note::ViewChanged { .. }
            | Note::Serving { .. }
            | Note::Stopped { .. }
            | Note::Truncated { .. }
            | Note::WritesLost { .. }
            | Note::StaleView { .. }
            | Note::LearnerReady { .. }
            | Note::LockGranted { .. }
            | Note::LockReleased { .. }
            | Note::LockCancelled { .. }
            | Note::GrantTooLate { .. }
            | Note::SessionEnded { .. }
            | Note::FencedWrite { .. }
            | Note::FenceRefused { .. } => true,
            Note::Voted { .. }
            | Note::Decided { .. }
            | Note::Appended { .. }
            | Note::Trimmed { .. }
            | Note::Applied { .. }
            | Note::Invoked { .. }
            | Note::ReadServed { .. }
            | Note::AnsweredAgain { .. }
            | Note::ReplicaRead { .. }
            | Note::SnapshotSent { .. }
            | Note::Yielded { .. }
            | Note::Dropped { .. }
            | Note::Committed { .. }
            | Note::Acknowledged { .. }
            | Note::Refused { .. }
            | Note::Answered { .. }
            | Note::Retried { .. }
            | Note::LockQueued { .. }
            | Note::HoldBegins { .. }
            | Note::HoldEnds { .. } => false,
        }
    }
}
