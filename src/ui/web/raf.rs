//! Animation frames, asked for one at a time; dropped, none comes any more.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Window;

use super::window;

/// What is called at each frame that was asked for: one function for all of them, since making one anew and letting the browser forget
/// it was a tenth of what a frame cost.
#[derive(Debug)]
pub struct Frames {
    window: Window,
    asked: Option<i32>,
    then: Closure<dyn FnMut(f64)>,
}

impl Frames {
    /// `then` hears of each frame that is asked for, with the time of the wall clock.
    pub fn new(then: impl FnMut(f64) + 'static) -> Frames {
        Frames { window: window(), asked: None, then: Closure::new(then) }
    }

    /// Asks for the next frame, unless that has been done.
    pub fn ask(&mut self) {
        if self.asked.is_none() {
            self.asked = self.window.request_animation_frame(self.then.as_ref().unchecked_ref()).ok();
        }
    }

    /// The frame that was asked for has come.
    pub fn came(&mut self) {
        self.asked = None;
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        if let Some(id) = self.asked {
            // A frame that is still to come can be cancelled.
            let _ = self.window.cancel_animation_frame(id);
        }
    }
}
