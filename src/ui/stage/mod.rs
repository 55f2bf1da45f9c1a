//! The stage: the ring, the table of copies, and the lock. Structure as SVG; what moves every frame is painted on a canvas
//! over the ring (`paint`).

mod band;
mod control;
mod copies;
mod cuts;
mod doubt;
#[cfg(test)]
mod doubt_tests;
pub mod load;
mod lock;
mod log;
#[cfg(test)]
mod look;
#[cfg(target_arch = "wasm32")]
pub mod paint;
mod process_glyph;
pub mod ring;
pub mod ring_figure;
mod rows;
mod shapes;
#[cfg(test)]
pub mod tests;

use std::rc::Rc;

pub use copies::copies;
pub use doubt::{DoubtProps, doubt};
pub use lock::lock_picture;
pub use ring::Ring;
pub use ring_figure::RingFigure;
use ringside::cluster::observe::view::{ClusterView, LockView};
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::cluster::setup::name::{Kind, Name};
use ringside::proto::lock::token::LockId;
use ringside::proto::replica::view::ShardId;
use ringside::scene::control::HEIGHT as CONTROL_HEIGHT;
use ringside::scene::copies::Cut;
use ringside::scene::layout::Plan;
use ringside::scene::lock::Refusal;
use ringside::scene::pages::Row;
use ringside::scene::state;
use ringside::sim::time::Span;
use ringside::text::Lang;

/// What one section of the stage shows. Each section has one of its own, for its own size.
#[derive(Clone, Debug)]
pub struct StageModel {
    /// The cluster at this instant.
    pub view: Rc<ClusterView>,
    /// The process that is selected.
    pub selected: Option<Name>,
    /// The second one, where two are.
    pub second: Option<Name>,
    /// The process under the pointer or the focus: others dim.
    pub hovered: Option<Name>,
    /// The shard that the story is about.
    pub story: ShardId,
    /// The lock that is shown.
    pub lock: LockId,
    /// Whether the store refuses an old token.
    pub fenced: bool,
    /// How long a worker's lease is, by its own clock.
    pub lease: Span,
    /// The last rows of its document's history: `scene::pages`.
    pub lines: Vec<Row>,
    /// The latest write that came too late for it: `scene::lock::latest_refusal`.
    pub refused: Option<Refusal>,
    /// Log entries of that shard that were cut off lately: `scene::copies::cuts`.
    pub cuts: Vec<Cut>,
    /// When a write is acknowledged, how many copies that takes at least, and who answers reads.
    pub writes: (Ack, u8, Reads),
    /// The page's language.
    pub lang: Lang,
    /// Whether the page is one column.
    pub thin: bool,
    /// The section's size in sixteenths of the root's font size: CSS pixels, divided by the root's font size, times 16.
    pub size: (u32, u32),
}

impl PartialEq for StageModel {
    fn eq(&self, other: &StageModel) -> bool {
        let rest = |it: &StageModel| {
            let lock = (it.lock, it.fenced, it.lease, it.refused);
            (it.selected, it.second, it.hovered, it.story, lock, it.writes, it.lang, it.thin, it.size)
        };
        // A run makes one picture an instant: to compare two in full would find them different, after much work.
        Rc::ptr_eq(&self.view, &other.view) && self.cuts == other.cuts && self.lines == other.lines && rest(self) == rest(other)
    }
}

impl StageModel {
    /// Whether two models agree on the page (language, size, story) and on everybody's health, whatever else differs.
    fn same_page(&self, other: &StageModel) -> bool {
        let (a, b) = (&self.view.processes, &other.view.processes);
        self.lang == other.lang
            && self.thin == other.thin
            && self.size == other.size
            && self.story == other.story
            && self.table() == other.table()
            && a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| a.present == b.present && state::Look::of(a) == state::Look::of(b))
    }

    /// The lock that is shown.
    pub fn locked(&self) -> Option<&LockView> {
        self.view.locks.get(usize::from(self.lock.0))
    }

    /// Whether the coordinators' table is open: one of them is selected.
    pub fn control(&self) -> bool {
        self.selected.is_some_and(|name| name.kind == Kind::Coordinator)
    }

    /// The size that is left to the table of copies.
    pub fn table(&self) -> (u32, u32) {
        let below = if self.control() { CONTROL_HEIGHT } else { 0 };
        (self.size.0, self.size.1.saturating_sub(below))
    }

    /// What the ring's layout is a function of; so is `scene::motion::Lanes`, and so `paint`.
    pub fn plan(&self) -> Plan {
        Plan::new(self.size, self.thin, &self.view)
    }
}
