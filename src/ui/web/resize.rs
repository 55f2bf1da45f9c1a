//! Tells when sections change their size.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::{by_id, root, window};

/// Watches sizes while it lives.
#[derive(Debug)]
pub struct Watch {
    observer: Option<ResizeObserver>,
    _then: Closure<dyn FnMut(Array)>,
}

impl Watch {
    /// Calls `then` whenever an element of these ids changes its size, and once at the beginning.
    pub fn over(ids: &[&str], then: impl Fn() + 'static) -> Watch {
        let then = Closure::<dyn FnMut(Array)>::new(move |_| then());
        let observer = ResizeObserver::new(then.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            ids.iter().filter_map(|id| by_id(id)).for_each(|element| observer.observe(&element));
        }
        Watch { observer, _then: then }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// CSS pixels of one unit of the layout: the root's font size over 16.
pub fn unit() -> f64 {
    let style = window().get_computed_style(&root()).ok().flatten();
    let size = style.and_then(|style| style.get_property_value("font-size").ok());
    // The browser reads its own number: the tables by which Rust reads one would weigh 12 KB in every first load.
    let px = size.map(|size| js_sys::parse_float(&size)).filter(|px| *px > 0.0);
    px.unwrap_or(16.0) / 16.0
}

/// Device pixels of one CSS pixel.
pub fn density() -> f64 {
    window().device_pixel_ratio().clamp(0.5, 4.0)
}

/// The size of an element in units of the layout; nothing while it is not shown.
pub fn size(id: &str, unit: f64) -> Option<(u32, u32)> {
    let shown = by_id(id)?.get_bounding_client_rect();
    let units = |px: f64| (px / unit).round() as u32;
    (shown.width() > 0.0).then(|| (units(shown.width()), units(shown.height())))
}
