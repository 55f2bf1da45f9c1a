//! What undoes what the nemesis did.

use crate::cluster::observe::view::{ClusterView, Health};
use crate::session::action::Action;
use crate::sim::time::Span;

/// Everything that undoes what is broken now, with as few actions as may be.
pub(super) fn mend_all(view: &ClusterView) -> Vec<(Span, Action)> {
    let mut mends = Vec::new();
    for p in view.present() {
        let mut mend = |when: bool, action| {
            if when {
                mends.push((Span::ZERO, action));
            }
        };
        mend(p.health == Health::Frozen, Action::Thaw(p.name));
        mend(p.health == Health::Down, Action::Revive(p.name));
        mend(!p.cut_to.is_empty(), Action::Rejoin(p.name));
        mend(p.slow > 1, Action::Slow(p.name, 1));
        mend(p.fails, Action::Mend(p.name));
    }
    mends
}
