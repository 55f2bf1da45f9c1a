//! Checkpoints: where a replay may begin. Bounded; when full, every other one goes.

use crate::session::limits::LIMITS;
use crate::session::moment::Moment;
use crate::sim::time::{Span, Time};

/// How far checkpoints lie apart at first.
const SPACING: Span = Span::secs(1);

/// The checkpoints of one branch, in order; the first is the beginning.
#[derive(Debug)]
pub(super) struct Timeline {
    kept: Vec<Moment>,
    spacing: u64,
    /// A run that is never rewound needs none but the first.
    sparse: bool,
}

impl Timeline {
    /// A timeline from the beginning.
    pub(super) fn new(beginning: Moment, sparse: bool) -> Timeline {
        Timeline { kept: vec![beginning], spacing: SPACING.0, sparse }
    }

    /// Keeps `moment` if no checkpoint lies in its slice of time yet.
    pub(super) fn offer(&mut self, moment: &Moment) {
        let slice = moment.now().0 / self.spacing;
        if self.sparse || self.kept.last().is_some_and(|last| last.now().0 / self.spacing >= slice) {
            return;
        }
        self.kept.push(moment.clone());
        while self.kept.len() >= LIMITS.checkpoints {
            self.spacing *= 2;
            let mut last = None;
            let spacing = self.spacing;
            self.kept.retain(|moment| {
                let slice = moment.now().0 / spacing;
                last.replace(slice) != Some(slice)
            });
        }
    }

    /// The latest checkpoint for which `fits` holds; the beginning if none.
    pub(super) fn latest(&self, fits: impl Fn(Time) -> bool) -> &Moment {
        self.kept.iter().rev().find(|moment| fits(moment.now())).unwrap_or(&self.kept[0])
    }

    /// Forgets everything after `now`: another branch begins there.
    pub(super) fn truncate(&mut self, now: Time) {
        self.kept.retain(|moment| moment.now() <= now);
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }
}
