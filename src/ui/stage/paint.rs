//! Messages under way, painted each frame on a canvas that lies over the ring. The only file of the stage that names
//! web_sys. What is painted is a function of the instant: nothing here remembers the frame before.

use ringside::cluster::observe::view::Flight;
use ringside::cluster::wire::shape::Shape;
use ringside::scene::geom::{Point, sin_cos};
use ringside::scene::glyph::{CROWN_POINTS, DART, PARCEL};
use ringside::scene::motion::{self, DEATH, Lane, Lanes, Sight, TRAIL};
use ringside::scene::tone::{NODE_TONES, Tone};
use ringside::sim::time::Time;
use wasm_bindgen::JsValue;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// How messages are painted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PaintOptions {
    /// Device pixels of one unit of the layout: device pixel ratio times the root's font size over 16.
    pub scale: f64,
    /// Whether heartbeats are shown, faintly.
    pub heartbeats: bool,
    /// Whether nothing may glide: messages rest at their lane's middle.
    pub reduced: bool,
    /// The index of the message that is selected; it is named.
    pub selected: Option<usize>,
}

/// The theme's colours, read once when the theme changes.
#[derive(Clone, PartialEq, Debug)]
pub struct Palette {
    node_ink: [String; NODE_TONES as usize],
    ink: String,
    ink2: String,
    line: String,
    hair: String,
    paper: String,
    font: String,
    solid: js_sys::Array,
    dotted: js_sys::Array,
}

impl Palette {
    /// Reads the CSS variables of the document's root. A missing one is the current text colour.
    pub fn read() -> Palette {
        let style = web_sys::window()
            .and_then(|window| Some((window.document()?.document_element()?, window)))
            .and_then(|(root, window)| window.get_computed_style(&root).ok().flatten());
        let value = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            let value = value.trim();
            if value.is_empty() { "currentColor".to_owned() } else { value.to_owned() }
        };
        Palette {
            node_ink: std::array::from_fn(|i| value(&format!("--{}-ink", char::from(b'a' + i as u8)))),
            ink: value("--ink"),
            ink2: value("--ink-2"),
            line: value("--line"),
            hair: value("--hair"),
            paper: value("--paper"),
            font: format!("16px {}", value("--font")),
            solid: js_sys::Array::new(),
            dotted: [1.0, 5.0].into_iter().map(JsValue::from_f64).collect(),
        }
    }

    /// The colour of a tone that messages wear.
    fn tone(&self, tone: Tone) -> &str {
        match tone {
            Tone::NodeInk(n) | Tone::NodeFill(n) | Tone::NodeOn(n) => self.node_ink.get(usize::from(n)).map_or(&self.ink, String::as_str),
            Tone::Ink | Tone::Promise => &self.ink,
            Tone::Ink2 => &self.ink2,
            Tone::Line => &self.line,
            Tone::Hair | Tone::Gone => &self.hair,
            Tone::Paper => &self.paper,
        }
    }
}

/// Gives a canvas as many pixels as its section needs at this scale. True if that changed (and so cleared it).
pub fn fit(canvas: &HtmlCanvasElement, size: (u32, u32), scale: f64) -> bool {
    let pixels = |units: u32| (f64::from(units) * scale).ceil().max(1.0) as u32;
    let (w, h) = (pixels(size.0), pixels(size.1));
    let changed = canvas.width() != w || canvas.height() != h;
    if changed {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    changed
}

/// Paints every message that is to be seen at `now`, on a canvas that `fit` has prepared.
pub fn paint(ctx: &CanvasRenderingContext2d, lanes: &mut Lanes, palette: &Palette, flights: &[Flight], now: Time, opts: &PaintOptions) {
    let plan = lanes.layout().plan;
    // A transform can only fail on a lost context; then there is nothing to paint on either.
    let _ = ctx.set_transform(opts.scale, 0.0, 0.0, opts.scale, 0.0, 0.0);
    ctx.clear_rect(0.0, 0.0, f64::from(plan.width) + 1.0, f64::from(plan.height) + 1.0);
    ctx.set_line_join("round");
    let shown = |flight: &Flight| opts.heartbeats || flight.shape != Shape::Heartbeat;
    let sight = |flight: &Flight| {
        if opts.reduced { motion::at_rest(flight, now) } else { motion::sight(flight, now) }
    };
    // Lanes first, under every dart; two messages on one lane share it.
    dash(ctx, &palette.solid);
    ctx.set_global_alpha(1.0);
    ctx.set_stroke_style_str(palette.tone(Tone::Hair));
    ctx.set_line_width(1.5);
    ctx.set_line_cap("butt");
    ctx.begin_path();
    for flight in flights.iter().filter(|flight| shown(flight) && sight(flight) != Sight::Nothing) {
        if let Some(lane) = lanes.get(flight.from, flight.to) {
            trace(ctx, lane.points().iter().copied());
        }
    }
    ctx.stroke();
    for (i, flight) in flights.iter().enumerate().filter(|(_, flight)| shown(flight)) {
        let tone = motion::tone(lanes.layout(), flight.from);
        let Some(lane) = lanes.get(flight.from, flight.to) else {
            continue;
        };
        ctx.set_global_alpha(if flight.shape == Shape::Heartbeat { 0.35 } else { 1.0 });
        match sight(flight) {
            Sight::Flying(part) => dart(ctx, palette, lane, part, flight, tone),
            Sight::Lost => cross(ctx, palette, lane.at(DEATH).0, tone),
            Sight::Nothing => continue,
        }
        if opts.selected == Some(i) {
            let part = if let Sight::Flying(part) = sight(flight) { part } else { DEATH };
            name(ctx, palette, lane.at(part).0, flight.label);
        }
    }
    ctx.set_global_alpha(1.0);
}

/// A message: its trail, its head, and a bar before the head of a refusal. Data is a box, and a crown that is given up a crown.
fn dart(ctx: &CanvasRenderingContext2d, palette: &Palette, lane: &Lane, part: f64, flight: &Flight, tone: Tone) {
    let shape = flight.shape;
    let filled = matches!(shape, Shape::Request | Shape::Heartbeat | Shape::Data);
    let colour = palette.tone(tone);
    ctx.set_stroke_style_str(colour);
    ctx.set_line_width(2.5);
    ctx.set_line_cap("round");
    if !filled {
        dash(ctx, &palette.dotted);
    }
    ctx.begin_path();
    let mut first = true;
    lane.stretch((part - TRAIL).max(0.0), part, |point| {
        if first {
            ctx.move_to(point.x, point.y)
        } else {
            ctx.line_to(point.x, point.y)
        }
        first = false;
    });
    ctx.stroke();
    if !filled {
        dash(ctx, &palette.solid);
    }
    let (at, angle) = lane.at(part);
    let (sin, cos) = sin_cos(angle);
    let turned = |(x, y): (f64, f64)| Point::new(at.x + x * cos - y * sin, at.y + x * sin + y * cos);
    ctx.begin_path();
    // A primary that gives way sends its crown.
    match (flight.label, shape) {
        ("Yielded", _) => trace(ctx, CROWN_POINTS.into_iter().map(|(x, y)| at.shift(x, y))),
        (_, Shape::Data) => trace(ctx, PARCEL.into_iter().map(turned)),
        _ => trace(ctx, DART.into_iter().map(turned)),
    }
    ctx.close_path();
    ctx.set_fill_style_str(if filled { colour } else { palette.tone(Tone::Paper) });
    ctx.set_line_width(1.75);
    ctx.fill();
    ctx.stroke();
    if shape == Shape::Refusal {
        ctx.set_line_width(3.0);
        ctx.begin_path();
        trace(ctx, [(12.0, -8.0), (12.0, 8.0)].into_iter().map(turned));
        ctx.stroke();
    }
}

/// What a lost message leaves.
fn cross(ctx: &CanvasRenderingContext2d, palette: &Palette, at: Point, tone: Tone) {
    ctx.set_stroke_style_str(palette.tone(tone));
    ctx.set_line_width(2.75);
    ctx.set_line_cap("round");
    ctx.begin_path();
    for side in [-1.0, 1.0] {
        ctx.move_to(at.x - 6.0, at.y - 6.0 * side);
        ctx.line_to(at.x + 6.0, at.y + 6.0 * side);
    }
    ctx.stroke();
}

/// The name of a selected message, on a halo of paper.
fn name(ctx: &CanvasRenderingContext2d, palette: &Palette, at: Point, label: &str) {
    ctx.set_font(&palette.font);
    ctx.set_text_align("center");
    ctx.set_stroke_style_str(palette.tone(Tone::Paper));
    ctx.set_line_width(4.0);
    // Text can only fail to be drawn on a lost context.
    let _ = ctx.stroke_text(label, at.x, at.y - 14.0);
    ctx.set_fill_style_str(palette.tone(Tone::Ink));
    let _ = ctx.fill_text(label, at.x, at.y - 14.0);
}

fn dash(ctx: &CanvasRenderingContext2d, pattern: &js_sys::Array) {
    // Only malformed patterns are refused.
    let _ = ctx.set_line_dash(pattern);
}

fn trace(ctx: &CanvasRenderingContext2d, points: impl IntoIterator<Item = Point>) {
    for (i, point) in points.into_iter().enumerate() {
        if i == 0 { ctx.move_to(point.x, point.y) } else { ctx.line_to(point.x, point.y) }
    }
}
