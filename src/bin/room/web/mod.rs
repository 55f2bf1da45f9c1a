//! Everything in the room that names the browser. Handles live as long as their owner and end with it.

pub mod crew;
pub mod page;
pub mod paint;

// Small handles, the same as the page's: RAII listeners and sizes.
#[path = "../../../ui/web/listen.rs"]
#[expect(dead_code, reason = "the page asks media queries, the room does not")]
pub mod listen;

use web_sys::{Document, Element, Window};

/// The window. The page's part of the room runs in one; the worker never asks.
pub fn window() -> Window {
    web_sys::window().expect("the room is shown in a window")
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
