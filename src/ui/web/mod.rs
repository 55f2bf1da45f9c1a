//! Everything that names the browser. Handles live as long as their owner and end with it.

pub mod api;
pub mod event;
pub mod frame;
pub mod listen;
pub mod oops;
pub mod page;
pub mod raf;
pub mod resize;

use web_sys::{Document, Element, Window};

/// The window. There is always one: the page runs in no worker.
pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

/// Its document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The document's root.
pub fn root() -> Element {
    document().document_element().expect("a document has a root")
}

/// The element of this id.
pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Milliseconds on the browser's steady clock. For the pace of playback and for measuring, never for the model.
pub fn wall() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
