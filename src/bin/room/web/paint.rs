//! The dense layers, by pixels: every key of a lane, and the bars of more than eight nodes.

use ringside::scene::room::Bar;
use ringside::session::room::job::Cell;
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

    /// A cell's colour. Before any change every key has the full colour of its node; after one, the keys that stayed step back.
    fn cell(&self, cell: Cell, few: bool, changed: bool) -> Rgb {
        let at_rest = |node: Option<u16>| match node {
            None => self.paper,
            Some(node) if few => self.fills[usize::from(node) % 8],
            // Neighbours in the picture are told apart by two shades.
            Some(node) => mix(self.ink2, self.paper, if node.is_multiple_of(2) { 96 } else { 150 }),
        };
        if !changed {
            return at_rest(cell.before);
        }
        let back = if few { mix(at_rest(cell.before), self.paper, 82) } else { mix(at_rest(cell.before), self.paper, 110) };
        let bright = if few { at_rest(cell.now) } else { self.fills[BRIGHT] };
        // One moved key among ten in a cell must still be seen.
        let part = if cell.moved == 0 { 0 } else { cell.moved.max(SEEN) };
        mix(bright, back, part)
    }
}

/// So many 255ths of the one, the rest of the other.
fn mix(one: Rgb, other: Rgb, part: u8) -> Rgb {
    let part = u32::from(part);
    std::array::from_fn(|i| ((u32::from(one[i]) * part + u32::from(other[i]) * (255 - part)) / 255) as u8)
}

fn canvas(selector: &str) -> Option<(HtmlCanvasElement, CanvasRenderingContext2d, f64, f64)> {
    let canvas = document().query_selector(selector).ok().flatten()?.dyn_into::<HtmlCanvasElement>().ok()?;
    let shown = canvas.get_bounding_client_rect();
    let context = canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
    (shown.width() >= 1.0 && shown.height() >= 1.0).then(|| (canvas, context, shown.width(), shown.height()))
}

/// How many cells the picture of a lane's keys has room for.
pub fn room_for(lane: char) -> u32 {
    let size = canvas(&format!("[data-lane={lane}] canvas.keys"));
    let area = size.map_or(90_000.0, |(_, _, width, height)| width * height);
    (area / (CELL * CELL)).clamp(400.0, CELLS_MAX) as u32
}

/// Paints every key: one pixel a cell, which the stylesheet enlarges.
pub fn keys(lane: char, cells: &[u32], few: bool, changed: bool, palette: &Palette) {
    let Some((canvas, context, width, height)) = canvas(&format!("[data-lane={lane}] canvas.keys")) else { return };
    let columns = ((cells.len() as f64 * width / height).sqrt().ceil() as usize).max(1);
    let rows = cells.len().div_ceil(columns).max(1);
    canvas.set_width(columns as u32);
    canvas.set_height(rows as u32);
    let mut pixels = vec![0u8; columns * rows * 4];
    for (pixel, &cell) in pixels.chunks_exact_mut(4).zip(cells) {
        let [r, g, b] = palette.cell(Cell::of(cell), few, changed);
        pixel.copy_from_slice(&[r, g, b, 255]);
    }
    put(&context, &pixels, columns, rows);
}

/// Paints a bar a pixel column, or wider: what stayed, what came on top, and the ideal as a line through all.
pub fn bars(lane: char, all: &[Bar], selected: u16, changed: bool, palette: &Palette) {
    let Some((canvas, context, width, height)) = canvas(&format!("[data-lane={lane}] canvas.bars")) else { return };
    let density = window().device_pixel_ratio().clamp(0.5, 2.0);
    let (width, height) = ((width * density) as usize, (height * density) as usize);
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let columns = ringside::scene::room::columns(all, width as u32);
    let wide = width / all.len().max(1);
    let calm = mix(palette.ink2, palette.paper, if changed { 90 } else { 150 });
    let level = |part: f64| height.saturating_sub((part * height as f64).round() as usize);
    let mut pixels = vec![0u8; width * height * 4];
    for (x, bar) in columns.iter().enumerate() {
        let node = x * all.len() / width;
        // A gap between bars, where there is room for one.
        let gap = wide >= 4 && (x + 1) * all.len() / width != node;
        let chosen = node == usize::from(selected);
        let (kept, top, ideal) = (level(bar.kept), level(bar.height()), level(bar.ideal));
        for y in 0..height {
            let colour = if bar.ideal > 0.0 && y.abs_diff(ideal) < density.ceil() as usize {
                Some(palette.ink)
            } else if gap || y < top {
                None
            } else if y < kept {
                Some(palette.fills[BRIGHT])
            } else {
                Some(if chosen { palette.ink2 } else { calm })
            };
            if let Some([r, g, b]) = colour {
                pixels[(y * width + x) * 4..][..4].copy_from_slice(&[r, g, b, 255]);
            }
        }
    }
    put(&context, &pixels, width, height);
}

fn put(context: &CanvasRenderingContext2d, pixels: &[u8], width: usize, height: usize) {
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width as u32, height as u32) {
        // A canvas of this origin takes every picture.
        let _ = context.put_image_data(&image, 0.0, 0.0);
    }
}
