//! What the lenses show that read the whole run. One that no pane shows reads nothing.

use std::rc::Rc;

use ringside::scene::{doubt, load};
use ringside::session::lens::Lens;
use ringside::session::load::Toll;

use crate::ui::state::State;

impl State {
    /// What the lens Load shows, and what the latest outage has cost; nothing unless a pane shows it.
    pub fn loads(&mut self) -> Option<(Rc<load::Picture>, Option<Toll>)> {
        if !self.lenses.shows(Lens::Load) {
            return None;
        }
        self.traffic.read(self.session.known());
        Some((Rc::new(load::Picture::of(&self.session, &self.traffic)), self.traffic.toll(self.session.now())))
    }

    /// What the lens Doubt shows; nothing unless a pane shows it.
    pub fn doubt(&mut self) -> Option<doubt::Picture> {
        if !self.lenses.shows(Lens::Doubt) {
            return None;
        }
        self.doubts.read(self.session.known());
        Some(doubt::Picture::of(&self.session, &self.doubts, (self.believer, self.believed), self.selected))
    }
}
