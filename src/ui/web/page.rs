//! The page as a whole: its language and theme, its address, what it remembers, its dialogs, and the few elements that are
//! written each frame past the virtual DOM.

use std::cell::Cell;

use ringside::session::lens::{Lenses, Pane};
use ringside::text::Lang;
use ringside::text::words::Theme;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement};

use crate::ui::room::Room;

use super::{by_id, document, listen, root, window};

/// Tells the stylesheet and the browser which language and theme are on.
pub fn dress(lang: Lang, theme: Theme) {
    let dark = match theme {
        Theme::Auto => listen::media("(prefers-color-scheme: dark)"),
        Theme::Light => false,
        Theme::Dark => true,
    };
    let tag = match lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    let root = root();
    // Attributes with plain names are never refused.
    let _ = root.set_attribute("lang", tag);
    let _ = root.set_attribute("data-lang", lang.tag());
    let _ = root.set_attribute("data-theme", if dark { "dark" } else { "light" });
}

/// From the next frame but one on, who changes places glides there: the first time that sizes are known, all take their places at once.
pub fn settled() {
    let mark = Closure::once_into_js(|| {
        let _ = root().set_attribute("data-settled", "");
    });
    let next = Closure::once_into_js(move || {
        let _ = window().request_animation_frame(mark.unchecked_ref());
    });
    let _ = window().request_animation_frame(next.unchecked_ref());
}

/// Marks the page as broken, for the stylesheet.
pub fn fail() {
    let _ = root().set_attribute("data-broken", "true");
}

/// The room that the address asks for.
pub fn wants_room() -> Option<Room> {
    let query = window().location().search().ok()?;
    let named = |part: &str| Room::ALL.into_iter().find(|room| part.split('=').next() == Some(room.word()));
    query.trim_start_matches('?').split('&').find_map(named)
}

thread_local! {
    /// The browser's history has an entry to spare, for a room, and stands there.
    static ENTERED: Cell<bool> = const { Cell::new(false) };
    /// How often the rooms' module could not be fetched.
    static FAILED: Cell<u32> = const { Cell::new(0) };
}

/// Opens or closes a room: a module of its own for all, fetched when one is opened for the first time. From then on it
/// watches this attribute, and keeps its part of the address. `failed` hears that it could not be fetched; then the next opening
/// tries again. Whoever enters a room from the stage leaves it by the browser's Back, too.
pub fn show_room(room: Option<Room>, failed: impl FnOnce() + 'static) {
    let root = root();
    let open = root.get_attribute("data-room");
    if open.as_deref() == room.map(Room::word) {
        return;
    }
    // Where the address asks for the room already, the browser has an entry for it.
    let by_address = wants_room() == room;
    // Attributes with plain names are never refused, nor is a script of our own origin.
    let Some(room) = room else {
        let _ = root.remove_attribute("data-room");
        return;
    };
    if open.is_none() && !by_address && !ENTERED.get() {
        ENTERED.set(window().history().is_ok_and(|history| history.push_state(&JsValue::NULL, "").is_ok()));
    }
    let _ = root.set_attribute("data-room", room.word());
    let module = document().query_selector("meta[name=room]:not([data-here])").ok().flatten();
    let fetch = |meta: web_sys::Element| {
        meta.set_attribute("data-here", "")?;
        let script = document().create_element("script")?;
        script.set_attribute("type", "module")?;
        // Browsers remember that a module could not be fetched (Chromium 148 does), and do not ask for that address again.
        let again = match FAILED.get() {
            0 => String::new(),
            times => format!("?again={times}"),
        };
        script.set_attribute("src", &format!("{}{again}", meta.get_attribute("content").unwrap_or_default()))?;
        let failed = Closure::once_into_js(move || {
            FAILED.set(FAILED.get() + 1);
            let _ = meta.remove_attribute("data-here");
            failed();
        });
        script.add_event_listener_with_callback("error", failed.unchecked_ref())?;
        root.append_child(&script)
    };
    let _ = module.map(fetch);
}

/// The browser has gone back or forth: the room that the address asks for now.
pub fn went() -> Option<Room> {
    ENTERED.set(false);
    wants_room()
}

/// What the page remembers between visits; nothing where the browser forbids it.
pub fn recall(key: &str) -> Option<String> {
    window().local_storage().ok().flatten()?.get_item(key).ok().flatten()
}

/// Remembers it.
pub fn remember(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or forbidden store forgets; the page goes on.
        let _ = storage.set_item(key, value);
    }
}

/// The browser's own language.
pub fn browser_lang() -> Option<Lang> {
    window().navigator().language().and_then(|tag| Lang::parse(&tag))
}

/// The fragment of the address, without its `#`.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Puts a fragment into the address bar, without a new entry in the history.
pub fn put_fragment(fragment: &str) {
    if let Ok(history) = window().history() {
        // Browsers refuse too many changes at a time; the next one will do.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}")));
    }
}

/// The whole address with this fragment.
pub fn address(fragment: &str) -> String {
    let href = window().location().href().unwrap_or_default();
    format!("{}#{fragment}", href.split('#').next().unwrap_or_default())
}

/// Opens or closes a dialog; the browser keeps the focus inside.
pub fn set_dialog(id: &str, open: bool) {
    let Some(dialog) = by_id(id).and_then(|element| element.dyn_into::<HtmlDialogElement>().ok()) else { return };
    if open && !dialog.open() {
        // Refused only for a dialog that is open already.
        let _ = dialog.show_modal();
    } else if !open && dialog.open() {
        dialog.close();
    }
}

/// Lets the headings of the panes say what these show: a list in which somebody has chosen heeds no attribute any more.
pub fn head(lenses: Lenses) {
    for pane in Pane::ALL {
        let list = document().query_selector(&format!("select[name={}]", pane.id())).ok().flatten();
        if let Some(list) = list.and_then(|list| list.dyn_into::<HtmlSelectElement>().ok()) {
            list.set_value(lenses.of(pane).word());
        }
    }
}

/// Selects the text of a field, to be copied by hand.
pub fn select_text(id: &str) {
    if let Some(field) = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        field.select();
    }
}

/// Moves the focus to another process of the ring, so many on from the one called `from`. Gives whom it came to.
pub fn focus_neighbour(from: &str, on: i32) -> Option<String> {
    let seats = document().query_selector_all("#ring [data-kind]").ok()?;
    let name = |i: u32| seats.item(i)?.dyn_into::<web_sys::Element>().ok()?.get_attribute("data-id");
    let n = seats.length();
    let at = (0..n).find(|&i| name(i).as_deref() == Some(from))?;
    let next = (i64::from(at) + i64::from(on)).rem_euclid(i64::from(n)) as u32;
    let next = name(next)?;
    focus_process(&next);
    Some(next)
}

/// Moves the focus to a process of the ring.
pub fn focus_process(name: &str) {
    if let Ok(Some(seat)) = document().query_selector(&format!("#ring [data-kind][data-id=\"{name}\"]")) {
        // SVG elements have the same `focus`, under another class.
        let _ = seat.unchecked_ref::<HtmlElement>().focus();
    }
}

/// Writes an attribute that changes each frame.
pub fn write(id: &str, attribute: &str, value: &str) {
    if let Some(element) = by_id(id) {
        let _ = element.set_attribute(attribute, value);
    }
}

/// A text on its way to the clipboard.
#[derive(Debug)]
pub struct Copying {
    _done: Closure<dyn FnMut(JsValue)>,
    _failed: Closure<dyn FnMut(JsValue)>,
}

impl Copying {
    /// Asks the browser; `then` hears whether it did.
    pub fn begin(text: &str, then: impl Fn(bool) + Clone + 'static) -> Copying {
        let again = then.clone();
        let done = Closure::<dyn FnMut(JsValue)>::new(move |_| again(true));
        let failed = Closure::<dyn FnMut(JsValue)>::new(move |_| then(false));
        // Without a secure context there is no clipboard at all.
        let navigator: JsValue = window().navigator().into();
        let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
        let promise = if clipboard.is_undefined() {
            js_sys::Promise::reject(&JsValue::NULL)
        } else {
            clipboard.unchecked_into::<web_sys::Clipboard>().write_text(text)
        };
        let _ = promise.then2(&done, &failed);
        Copying { _done: done, _failed: failed }
    }
}
