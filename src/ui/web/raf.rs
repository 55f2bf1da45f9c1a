//! One animation frame to come; dropped, it never comes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::window;

/// A frame that was asked for.
#[derive(Debug)]
pub struct Frame {
    id: i32,
    _then: Closure<dyn FnMut(f64)>,
}

impl Frame {
    /// Asks for the next frame. `None`: the browser gives none.
    pub fn ask(then: impl FnOnce(f64) + 'static) -> Option<Frame> {
        let then = Closure::once(then);
        let id = window().request_animation_frame(then.as_ref().unchecked_ref()).ok()?;
        Some(Frame { id, _then: then })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // Cancelling a frame that has come does nothing.
        let _ = window().cancel_animation_frame(self.id);
    }
}
