//! The window and what hangs from it.

use web_sys::{Document, Element, Window};

/// The window. There is always one: what is drawn is drawn in no worker.
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
