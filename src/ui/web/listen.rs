//! A listener that stops listening when it is dropped.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget, MediaQueryList};

use super::window;

/// A listener.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    then: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens to events of a kind.
    pub fn on(target: &EventTarget, kind: &'static str, then: impl FnMut(Event) + 'static) -> Listener {
        let then = Closure::<dyn FnMut(Event)>::new(then);
        // Only a detached window refuses a listener; then nothing is heard, and nothing breaks.
        let _ = target.add_event_listener_with_callback(kind, then.as_ref().unchecked_ref());
        Listener { target: target.clone(), kind, then }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.kind, self.then.as_ref().unchecked_ref());
    }
}

/// What a media query says now.
pub fn media(query: &str) -> bool {
    media_list(query).is_some_and(|list| list.matches())
}

/// A media query, to listen to.
pub fn media_list(query: &str) -> Option<MediaQueryList> {
    window().match_media(query).ok().flatten()
}
