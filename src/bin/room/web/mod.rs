//! Everything in the room that names the browser. Handles live as long as their owner and end with it.

pub mod crew;
pub mod page;
pub mod paint;

// What the page has already: the window, RAII listeners, and how a panic is shown.
#[path = "../../../ui/web/dom.rs"]
mod dom;
#[path = "../../../ui/web/listen.rs"]
#[expect(dead_code, reason = "the page asks media queries, the room does not")]
pub mod listen;
#[path = "../../../ui/web/oops.rs"]
pub mod oops;

pub use dom::{by_id, document, root, window};
