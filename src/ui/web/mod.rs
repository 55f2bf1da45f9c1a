//! Everything that names the browser. Handles live as long as their owner and end with it.

pub mod api;
mod dom;
pub mod event;
pub mod frame;
pub mod listen;
pub mod oops;
pub mod page;
pub mod raf;
pub mod resize;

pub use dom::{by_id, document, root, window};

/// Milliseconds on the browser's steady clock. For the pace of playback and for measuring, never for the model.
pub fn wall() -> f64 {
    thread_local! {
        // Asked several times a frame.
        static CLOCK: Option<web_sys::Performance> = window().performance();
    }
    CLOCK.with(|clock| clock.as_ref().map_or(0.0, web_sys::Performance::now))
}
