//! What happens each frame past the virtual DOM: the messages on their canvas, the playhead, the clock; and what it costs.

use std::collections::VecDeque;

use ringside::cluster::observe::view::Flight;
use ringside::cluster::setup::name::Roster;
use ringside::scene::geom::num;
use ringside::scene::layout::{Layout, Plan};
use ringside::scene::motion::Lanes;
use ringside::session::Session;
use ringside::sim::sorted::sorted;
use ringside::sim::time::Time;
use ringside::text::sentence::seconds;
use ringside::text::words;
use serde::Serialize;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::ui::panel::timebar::Rows;
use crate::ui::stage::paint::{self, PaintOptions, Palette};
use crate::ui::state::State;

use super::{by_id, page, resize};

/// How many frames the figures are taken from.
const KEPT: usize = 600;

/// What is written when time moves: the virtual DOM names these attributes once and for all, and never touches them again.
const HEAD: [(&str, &str); 4] = [("playhead", "transform"), ("past-rect", "width"), ("future-rect", "x"), ("future-rect", "width")];

/// What frames cost.
#[derive(Clone, Default, Debug)]
pub struct Stats {
    frames: u64,
    script: VecDeque<f64>,
}

impl Stats {
    /// A frame took so many milliseconds of script.
    pub fn frame(&mut self, ms: f64) {
        self.frames += 1;
        if self.script.len() == KEPT {
            self.script.pop_front();
        }
        self.script.push_back(ms);
    }

    /// The frame just counted went on: its virtual DOM was brought up to date.
    pub fn went_on(&mut self, ms: f64) {
        if let Some(last) = self.script.back_mut() {
            *last += ms;
        }
    }

    /// The figures for scripts.
    pub fn figures(&self, session: &Session) -> Figures {
        let sorted = sorted(self.script.iter().copied());
        let at = |part: f64| sorted.get(((sorted.len() as f64 * part) as usize).min(sorted.len().saturating_sub(1))).copied();
        let mean = sorted.iter().sum::<f64>() / (sorted.len().max(1) as f64);
        Figures {
            events: session.events(),
            facts: session.facts().len(),
            checkpoints: session.checkpoints(),
            revision: session.revision(),
            frames: self.frames,
            script_mean: mean,
            script_p50: at(0.5).unwrap_or(0.0),
            script_p95: at(0.95).unwrap_or(0.0),
            script_max: sorted.last().copied().unwrap_or(0.0),
        }
    }
}

/// What a run and its frames have cost so far; times of script in milliseconds, over the latest [`KEPT`] frames.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Figures {
    events: u64,
    facts: usize,
    checkpoints: usize,
    revision: u64,
    frames: u64,
    script_mean: f64,
    script_p50: f64,
    script_p95: f64,
    script_max: f64,
}

/// The sizes of the sections, in units of the layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// The ring.
    pub ring: (u32, u32),
    /// The pictures of the two panes.
    pub panes: [(u32, u32); 2],
    /// The time bar.
    pub time: (u32, u32),
    /// Whether the page is one column.
    pub thin: bool,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { ring: (560, 470), panes: [(352, 470), (264, 300)], time: (1232, 104), thin: false }
    }
}

/// The painter.
#[derive(Debug, Default)]
pub struct Painter {
    lanes: Option<Lanes>,
    palette: Option<Palette>,
    flights: Vec<Flight>,
    context: Option<CanvasRenderingContext2d>,
    /// Device pixels of one unit of the layout.
    scale: f64,
    /// What stands in the elements now, so that nothing is written twice.
    clock: String,
    head: Option<(Time, Time, Time)>,
    written: [String; 4],
}

impl Painter {
    /// The theme changed: its colours have to be read again.
    pub fn repaint(&mut self) {
        self.palette = None;
    }

    /// The sections have these sizes from now on: measured here, not each frame, for measuring makes the browser work.
    pub fn fit(&mut self, sizes: &Sizes) {
        self.scale = resize::density() * resize::unit();
        let canvas = by_id("messages").and_then(|element| element.dyn_into::<HtmlCanvasElement>().ok());
        if let Some(canvas) = &canvas {
            paint::fit(canvas, sizes.ring, self.scale);
        }
        let context = canvas.and_then(|canvas| canvas.get_context("2d").ok().flatten());
        self.context = context.and_then(|context| context.dyn_into().ok());
    }

    /// Brings everything that moves to the state's instant. `fresh`: the virtual DOM may have rewritten what stands there.
    pub fn paint(&mut self, state: &State, sizes: &Sizes, reduced: bool, fresh: bool) {
        let now = state.session.now();
        if fresh {
            self.clock.clear();
            self.head = None;
        }
        self.clock(state, now);
        self.playhead(state, sizes, now);
        self.messages(state, sizes, reduced, now);
    }

    fn clock(&mut self, state: &State, now: Time) {
        let text = (words(state.lang).seconds)(&seconds(now.since(Time::ZERO)));
        if text != self.clock {
            if let Some(clock) = by_id("clock") {
                clock.set_text_content(Some(&text));
            }
            self.clock = text;
        }
    }

    fn playhead(&mut self, state: &State, sizes: &Sizes, now: Time) {
        let horizon = state.session.horizon();
        let key = Some((now, state.window().from, horizon));
        if self.head == key {
            return;
        }
        self.head = key;
        let rows = Rows::new(sizes.time, sizes.thin);
        let x = rows.left + rows.width * state.window().place(now).clamp(0.0, 1.0);
        let end = rows.left + rows.width * state.window().place(horizon).clamp(0.0, 1.0);
        // Nothing is known beyond the horizon: while the run is new, the clip of what is stays where it is, empty.
        let known = if end > x { [num(x), num(end - x)] } else { ["0".to_owned(), "0".to_owned()] };
        let [from, wide] = known;
        let values = [format!("translate({},0)", num(x)), num(x), from, wide];
        for ((value, old), (id, attribute)) in values.into_iter().zip(&mut self.written).zip(HEAD) {
            if value != *old {
                page::write(id, attribute, &value);
                *old = value;
            }
        }
    }

    fn messages(&mut self, state: &State, sizes: &Sizes, reduced: bool, now: Time) {
        let Some(context) = &self.context else { return };
        // The layout is a function of who takes part: the picture of the instant need not be made for it.
        let setup = state.session.setup();
        let (width, height) = sizes.ring;
        let nodes = state.session.nodes();
        let roster = Roster { nodes: nodes.count_ones() as u8, ..setup.roster };
        let plan = Plan { width, height, thin: sizes.thin, roster, nodes, shards: setup.config.shards };
        if self.lanes.as_ref().is_none_or(|lanes| lanes.layout().plan != plan) {
            self.lanes = Some(Lanes::new(Layout::new(plan)));
        }
        let Some(lanes) = &mut self.lanes else { return };
        let scale = self.scale;
        let palette = self.palette.get_or_insert_with(Palette::read);
        // A first visit shows who stands where before anything moves.
        if state.untouched {
            self.flights.clear();
        } else {
            state.session.flights(&mut self.flights);
        }
        let options = PaintOptions { scale, heartbeats: state.heartbeats, reduced, selected: None };
        paint::paint(context, lanes, palette, &self.flights, now, &options);
    }
}
