//! The dense layers, by pixels: every key of a lane, and the bars of more than eight nodes.

use ringside::room::placement::job::Cell;
use ringside::room::placement::scene::Bar;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

use super::{document, root, window};

/// CSS pixels of one cell of the picture of the keys, at least.
const CELL: f64 = 2.0;
/// The most cells, however large the window.
const CELLS_MAX: f64 = 120_000.0;

type Rgb = [u8; 3];

/// The theme's colours, read once when the theme changes.
#[derive(Clone, PartialEq, Debug)]
pub struct Palette {
    fills: [Rgb; 8],
    paper: Rgb,
    ink: Rgb,
    ink2: Rgb,
}

/// The least that a cell with a moved key shines, in 255ths.
const SEEN: u8 = 110;
/// Which node's colour shines where there are too many nodes for a colour each.
const BRIGHT: usize = 0;

impl Palette {
    /// Reads the CSS variables of the document's root.
    pub fn read() -> Palette {
        let style = window().get_computed_style(&root()).ok().flatten();
        let value = |name: &str| {
            let text = style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            let bits = u32::from_str_radix(text.trim().trim_start_matches('#'), 16).unwrap_or(0x80_80_80);
            [(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]
        };
        Palette {
            fills: std::array::from_fn(|i| value(&format!("--{}-fill", char::from(b'a' + i as u8)))),
            paper: value("--paper"),
            ink: value("--ink"),
            ink2: value("--ink-2"),
        }
    }

    /// The colours of cells. Before any change every key has the full colour of its node; after one, the keys that stayed step back.
    fn cells(&self, few: bool, changed: bool) -> impl Fn(Cell) -> Rgb {
        // Nobody's keys, then the nodes': beyond the colours, neighbours in the picture are told apart by two shades.
        let mut at_rest = [self.paper; 9];
        at_rest[1..].copy_from_slice(&self.fills);
        if !few {
            let shade = |part| mix(self.ink2, self.paper, part);
            at_rest[1..].copy_from_slice(&[shade(96), shade(150)].repeat(4));
        }
        let back = at_rest.map(|colour| mix(colour, self.paper, if few { 82 } else { 110 }));
        let bright = self.fills[BRIGHT];
        move |cell| {
            let seat = |node: Option<u16>| node.map_or(0, |node| usize::from(node) % 8 + 1);
            if !changed {
                return at_rest[seat(cell.before)];
            }
            if cell.moved == 0 {
                return back[seat(cell.before)];
            }
            // One moved key among ten in a cell must still be seen.
            mix(if few { at_rest[seat(cell.now)] } else { bright }, back[seat(cell.before)], cell.moved.max(SEEN))
        }
    }
}

/// So many 255ths of the one, the rest of the other.
fn mix(one: Rgb, other: Rgb, part: u8) -> Rgb {
    let part = u32::from(part);
    let whole = |one: u8, other: u8| ((u32::from(one) * part + u32::from(other) * (255 - part)) / 255) as u8;
    [whole(one[0], other[0]), whole(one[1], other[1]), whole(one[2], other[2])]
}

/// The sizes of both lanes' canvases in CSS pixels: measured seldom, for measuring makes the browser lay out the page.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sizes {
    keys: [(f64, f64); 2],
    bars: [(f64, f64); 2],
}

impl Sizes {
    /// Measures. A canvas that is not there has no size.
    pub fn measure() -> Sizes {
        let size = |lane: usize, class: &str| {
            let shown = canvas(lane, class).map(|canvas| canvas.get_bounding_client_rect());
            shown.map_or((0.0, 0.0), |shown| (shown.width(), shown.height()))
        };
        Sizes { keys: [size(0, "keys"), size(1, "keys")], bars: [size(0, "bars"), size(1, "bars")] }
    }

    /// How many cells the picture of a lane's keys has room for.
    pub fn cells(&self, lane: usize) -> u32 {
        let (width, height) = self.keys[lane];
        (width * height / (CELL * CELL)).clamp(400.0, CELLS_MAX) as u32
    }
}

fn canvas(lane: usize, class: &str) -> Option<HtmlCanvasElement> {
    let selector = format!("[data-lane={}] canvas.{class}", ["a", "b"][lane]);
    document().query_selector(&selector).ok().flatten()?.dyn_into().ok()
}

fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Gives a canvas so many pixels. What was on it stays if it has them already: new ones are costly.
fn fit(canvas: &HtmlCanvasElement, width: usize, height: usize) {
    let (width, height) = (width as u32, height as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
}

/// Paints every key: one pixel a cell, which the stylesheet enlarges.
pub fn keys(lane: usize, sizes: &Sizes, cells: &[u32], few: bool, changed: bool, palette: &Palette) {
    let Some((canvas, context)) = canvas(lane, "keys").and_then(|canvas| Some((canvas.clone(), context(&canvas)?))) else { return };
    let (width, height) = sizes.keys[lane];
    if width < 1.0 || height < 1.0 {
        return;
    }
    let columns = ((cells.len() as f64 * width / height).sqrt().ceil() as usize).max(1);
    let rows = cells.len().div_ceil(columns).max(1);
    fit(&canvas, columns, rows);
    let mut pixels = vec![0u8; columns * rows * 4];
    let colour = palette.cells(few, changed);
    // Neighbours are alike more often than not.
    let (mut last, mut last_colour) = (None, palette.paper);
    for (pixel, &cell) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(cells) {
        if last != Some(cell) {
            (last, last_colour) = (Some(cell), colour(Cell::of(cell)));
        }
        let [r, g, b] = last_colour;
        *pixel = [r, g, b, 255];
    }
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&pixels), columns as u32, rows as u32) {
        // A canvas of this origin takes every picture.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}

/// Paints a bar a pixel column, or wider: what stayed, what came on top, and the ideal as a line through all.
pub fn bars(lane: usize, sizes: &Sizes, all: &[Bar], selected: u16, changed: bool, palette: &Palette) {
    let Some((canvas, context)) = canvas(lane, "bars").and_then(|canvas| Some((canvas.clone(), context(&canvas)?))) else { return };
    let density = window().device_pixel_ratio().clamp(0.5, 2.0);
    let (width, height) = ((sizes.bars[lane].0 * density) as usize, (sizes.bars[lane].1 * density) as usize);
    fit(&canvas, width, height);
    context.clear_rect(0.0, 0.0, width as f64, height as f64);
    let columns = ringside::room::placement::scene::columns(all, width as u32);
    let wide = width / all.len().max(1);
    let tall = height as f64;
    let level = |part: f64| (tall - part * tall).round().max(0.0);
    let calm = mix(palette.ink2, palette.paper, if changed { 90 } else { 150 });
    // One path a colour: what the browser is asked for is counted in columns, not in pixels.
    for (part, colour) in
        [(Part::Calm, calm), (Part::Chosen, palette.ink2), (Part::Came, palette.fills[BRIGHT]), (Part::Ideal, palette.ink)]
    {
        context.begin_path();
        for (x, bar) in columns.iter().enumerate() {
            let node = x * all.len() / width;
            // A gap between bars, where there is room for one.
            let gap = wide >= 4 && (x + 1) * all.len() / width != node;
            let chosen = node == usize::from(selected);
            let (kept, top, ideal) = (level(bar.kept), level(bar.height()), level(bar.ideal));
            let (from, to) = match part {
                Part::Ideal if bar.ideal > 0.0 => (ideal - density.ceil() / 2.0, ideal + density.ceil() / 2.0),
                Part::Came if !gap => (top, kept),
                Part::Calm if !gap && !chosen => (kept, tall),
                Part::Chosen if !gap && chosen => (kept, tall),
                Part::Ideal | Part::Came | Part::Calm | Part::Chosen => continue,
            };
            if to > from {
                context.rect(x as f64, from, 1.0, to - from);
            }
        }
        let [r, g, b] = colour;
        context.set_fill_style_str(&format!("rgb({r},{g},{b})"));
        context.fill();
    }
}

/// What of a bar is painted in one colour.
#[derive(Clone, Copy)]
enum Part {
    Calm,
    Chosen,
    Came,
    Ideal,
}
