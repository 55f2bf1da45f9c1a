//! The rooms' place in the page: where they stand, their language, their part of the address, and what the page says to them.
//!
//! The page and the rooms share the document and nothing else. `data-room` on the root says which room is open; language and
//! theme stand there too; and a room asks the page for something by pressing the page's own buttons.

use std::cell::{Cell, RefCell};

use ringside::room::Room;
use ringside::text::Lang;
use ringside::text::latin::latin;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, HtmlDialogElement, HtmlElement, HtmlSelectElement, KeyboardEvent, MutationObserver, MutationObserverInit, PointerEvent,
};

use super::listen::Listener;
use super::{by_id, document, root, window};

/// Marks the page as broken, for the stylesheet.
pub fn fail() {
    // Attributes with plain names are never refused.
    let _ = root().set_attribute("data-broken", "true");
}

fn meta(attribute: &str) -> Option<String> {
    document().query_selector("meta[name=room]").ok().flatten()?.get_attribute(attribute)
}

/// The address of this module, which is also the worker's.
pub fn module() -> Option<String> {
    meta("content")
}

/// Makes the rooms' places, fetches their styles, then calls `then`: nothing is ever shown without them.
pub fn mount(then: impl FnOnce([Element; 2]) + 'static) {
    let document = document();
    let element = |tag: &str| document.create_element(tag);
    let (Some(body), Ok(place), Ok(book), Ok(style)) = (document.body(), element("div"), element("div"), element("link")) else {
        return;
    };
    let style_at = meta("data-style").unwrap_or_default();
    let of = [(&place, "id", "room"), (&style, "rel", "stylesheet"), (&style, "href", &style_at)];
    for (element, name, value) in of {
        // Attributes with plain names are never refused.
        let _ = element.set_attribute(name, value);
    }
    let _ = body.append_child(&place);
    let _ = body.append_child(&book);
    let ready = Closure::once_into_js(move || then([place, book]));
    let _ = style.add_event_listener_with_callback("load", ready.unchecked_ref());
    let _ = root().query_selector("head").ok().flatten().map(|head| head.append_child(&style));
}

/// The language of the page.
pub fn lang() -> Lang {
    root().get_attribute("lang").and_then(|tag| Lang::parse(&tag)).unwrap_or_default()
}

/// Whether this room is open.
pub fn is_open(room: &str) -> bool {
    root().get_attribute("data-room").as_deref() == Some(room)
}

/// Calls `then` once: as soon as this room is open.
pub fn first(room: &'static str, then: impl FnOnce() + 'static) {
    let then = Cell::new(Some(then));
    let look = move || {
        if is_open(room)
            && let Some(then) = then.take()
        {
            then();
        }
    };
    look();
    KEPT.with(|kept| kept.borrow_mut().push(Watch::over(look)));
}

thread_local! {
    /// The module looks as long as the page lives.
    static KEPT: RefCell<Vec<Watch>> = const { RefCell::new(Vec::new()) };
}

/// Whether the page lets single keys act.
pub fn single_keys() -> bool {
    let kept = window().local_storage().ok().flatten().and_then(|kept| kept.get_item("single-keys").ok().flatten());
    kept.as_deref() != Some("off")
}

/// Presses one of the page's own buttons: `placement`, `textbook`, `language`, `theme`.
pub fn press(id: &str) {
    if let Some(button) = by_id(id).and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// Opens a dialog.
pub fn show(id: &str) {
    if let Some(dialog) = by_id(id).and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        // Refused if it is open already.
        let _ = dialog.show_modal();
    }
}

/// Whether a dialog is open: keys are its own then.
fn asks() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Moves the focus.
pub fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        // Refused by an element that cannot have it; then it stays where it is.
        let _ = element.focus();
    }
}

/// Whether what has the focus is a bar.
pub fn focus_lane() -> Option<String> {
    let active = document().active_element()?;
    active.get_attribute("data-node")?;
    active.closest("[data-lane]").ok().flatten()?.get_attribute("data-lane")
}

/// The value of a part of a query, if it is this key's.
fn value<'a>(part: &'a str, key: &str) -> Option<&'a str> {
    part.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The text of a room in the address; nothing if there is none.
pub fn asked<R: Room>() -> String {
    let search = window().location().search().unwrap_or_default();
    let found = search.trim_start_matches('?').split('&').find_map(|part| value(part, R::WORD));
    found.unwrap_or_default().to_owned()
}

/// Puts a room into the address, or takes it out. Other parts of the query, and the run after the `#`, stay.
pub fn follow<R: Room>(room: Option<&R>) {
    let location = window().location();
    let search = location.search().unwrap_or_default();
    let mut parts: Vec<String> = search
        .trim_start_matches('?')
        .split('&')
        .filter(|part| !part.is_empty() && value(part, R::WORD).is_none())
        .map(str::to_owned)
        .collect();
    parts.extend(room.map(|room| format!("{}={room}", R::WORD)));
    let query = if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) };
    let address = format!("{}{query}{}", location.pathname().unwrap_or_default(), location.hash().unwrap_or_default());
    if let Ok(history) = window().history() {
        // Browsers refuse too many changes at a time; the next one will do.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// The value that was chosen in a select.
pub fn chosen(event: &web_sys::Event) -> Option<String> {
    Some(event.target()?.dyn_into::<HtmlSelectElement>().ok()?.value())
}

/// Where a pointer is along the element that listens, 0 to 1.
pub fn along(event: &PointerEvent) -> Option<f64> {
    let shown = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    Some((f64::from(event.client_x()) - shown.left()) / shown.width().max(1.0))
}

/// Calls `then` for each key pressed while this room is open, by its name, unless it belongs to the control that has the focus.
pub fn keys(room: &'static str, then: impl Fn(&KeyboardEvent, &str) + 'static) -> Listener {
    Listener::on(&document(), "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let (key, code) = (event.key(), event.code());
        let key = latin(&key, &code, event.shift_key());
        let tag = event.target().and_then(|it| it.dyn_into::<Element>().ok()).map(|it| it.tag_name()).unwrap_or_default();
        // A choice has the arrows, whatever can be pressed has Space; a select has every key.
        let own = match &*tag {
            "SELECT" => true,
            "INPUT" => key.starts_with("Arrow") || key == " ",
            "BUTTON" | "SUMMARY" => key == " ",
            _ => false,
        };
        let chord = event.ctrl_key() || event.alt_key() || event.meta_key();
        if is_open(room) && !(own || chord || asks()) {
            then(event, key);
        }
    })
}

/// Tells when the root says something else: the room opens or closes, the language or the theme changes.
#[derive(Debug)]
pub struct Watch {
    observer: Option<MutationObserver>,
    _then: Closure<dyn FnMut()>,
}

impl Watch {
    /// Begins to watch.
    pub fn over(then: impl Fn() + 'static) -> Watch {
        let then = Closure::<dyn FnMut()>::new(then);
        let observer = MutationObserver::new(then.as_ref().unchecked_ref()).ok();
        let what = MutationObserverInit::new();
        what.set_attributes(true);
        // Refused only for options that make no sense.
        let _ = observer.as_ref().map(|observer| observer.observe_with_options(&root(), &what));
        Watch { observer, _then: then }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.iter().for_each(MutationObserver::disconnect);
    }
}
