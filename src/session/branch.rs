//! Branches that were left by acting in their past, kept as links.

use crate::session::limits::LIMITS;

/// Links of branches that were left, oldest first.
#[derive(Debug, Default)]
pub(super) struct Branches {
    links: Vec<String>,
}

impl Branches {
    /// Keeps the link of a branch that is left now. The oldest goes when there are too many.
    pub(super) fn leave(&mut self, link: String) {
        self.links.retain(|kept| *kept != link);
        if self.links.len() == LIMITS.branches {
            self.links.remove(0);
        }
        self.links.push(link);
    }

    /// The links, oldest first.
    pub(super) fn links(&self) -> &[String] {
        &self.links
    }
}
