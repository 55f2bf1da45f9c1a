//! The palette keeps its contrasts: 4.5 for text, 3 for shapes, recomputed from the stylesheet that the page uses.

use std::collections::BTreeMap;
use std::fs;

type Palette = BTreeMap<String, [f64; 3]>;

/// The custom properties with a colour in the block that begins with `head`.
fn block(css: &str, head: &str) -> Palette {
    let from = css.find(head).unwrap_or_else(|| panic!("no {head} in the stylesheet")) + head.len();
    let body = &css[from..from + css[from..].find('}').expect("a block ends")];
    let mut out = Palette::new();
    for declaration in body.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim());
        if let (Some(name), Some(hex)) = (name.strip_prefix("--"), value.strip_prefix('#')) {
            let part = |i: usize| f64::from(u8::from_str_radix(&hex[i..i + 2], 16).expect("a colour")) / 255.0;
            assert_eq!(hex.len(), 6, "--{name}: six digits");
            out.insert(name.to_owned(), [part(0), part(2), part(4)]);
        }
    }
    out
}

/// Relative luminance, WCAG 2.2.
fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |c: f64| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn themes() -> [(&'static str, Palette); 2] {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/static/css/tokens.css");
    let css = fs::read_to_string(path).expect("static/css/tokens.css");
    let light = block(&css, ":root {");
    let mut dark = light.clone();
    dark.extend(block(&css, ":root[data-theme=dark] {"));
    [("light", light), ("dark", dark)]
}

fn at_least(theme: &str, palette: &Palette, above: &str, below: &str, least: f64) {
    let colour = |name: &str| *palette.get(name).unwrap_or_else(|| panic!("--{name} is missing"));
    let is = contrast(colour(above), colour(below));
    assert!(is >= least, "{theme}: --{above} on --{below} is {is:.2}, less than {least}");
}

#[test]
fn text_is_readable_on_whatever_it_stands_on() {
    for (theme, palette) in &themes() {
        at_least(theme, palette, "ink", "paper", 7.0);
        for (above, below) in [("ink-2", "paper"), ("ink-2", "gone"), ("ink", "gone"), ("promise", "paper"), ("paper", "ink")] {
            at_least(theme, palette, above, below, 4.5);
        }
        for node in "abcdefgh".chars() {
            at_least(theme, palette, &format!("{node}-ink"), "paper", 4.5);
            at_least(theme, palette, &format!("{node}-on"), &format!("{node}-fill"), 4.5);
        }
    }
}

#[test]
fn every_shape_stands_out_by_its_outline() {
    for (theme, palette) in &themes() {
        for shape in ["line", "mark"] {
            at_least(theme, palette, shape, "paper", 3.0);
        }
        for node in "abcdefgh".chars() {
            at_least(theme, palette, &format!("{node}-ink"), "paper", 3.0);
            at_least(theme, palette, &format!("{node}-ink"), "gone", 3.0);
        }
    }
}

#[test]
fn the_colour_of_a_broken_promise_is_nobodys_else() {
    for (theme, palette) in &themes() {
        let promise = palette["promise"];
        for (name, &colour) in palette.iter().filter(|(name, _)| *name != "promise") {
            let far: f64 = promise.iter().zip(colour).map(|(a, b)| (a - b).abs()).sum();
            assert!(far > 0.3, "{theme}: --{name} looks like a broken promise");
        }
    }
    let css = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/static/css")).expect("static/css");
    for file in css {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a stylesheet");
        for line in text.lines().filter(|line| line.contains("var(--promise)")) {
            assert!(line.contains("[data-state=broken]"), "only a broken promise may wear its colour: {line}");
        }
    }
}

#[test]
fn before_the_program_runs_a_dark_system_gets_the_same_dark() {
    let css = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/static/css/tokens.css")).expect("static/css/tokens.css");
    let (dark, early) = (block(&css, ":root[data-theme=dark] {"), block(&css, ":root:not([data-theme]) {"));
    assert!(!early.is_empty());
    for (name, colour) in early {
        assert_eq!(dark.get(&name), Some(&colour), "--{name}");
    }
}
