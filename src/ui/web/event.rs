//! What the page wants to know of an event.

use ringside::cluster::setup::name::Name;
use ringside::session::lens::{Lens, Pane};
use ringside::text::latin::latin;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement, KeyboardEvent, PointerEvent};

use crate::ui::keys::{Focus, Key};

/// The field's name, text and tick of a changed field.
pub fn field(event: &Event) -> Option<(String, String, bool)> {
    let field: HtmlInputElement = event.target()?.dyn_into().ok()?;
    Some((field.get_attribute("data-field").unwrap_or_default(), field.value(), field.checked()))
}

/// Lets a changed field show this.
pub fn show(event: &Event, value: &str) {
    if let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
        field.set_value(value);
    }
}

/// The lens that was chosen, and the pane for which.
pub fn lens(event: &Event) -> Option<(Pane, Lens)> {
    let list: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    let pane = Pane::ALL.into_iter().find(|pane| pane.id() == list.name())?;
    Some((pane, Lens::of(&list.value())?))
}

/// Whose belief, or of whom, was chosen.
pub fn belief(event: &Event) -> Option<(Option<Name>, Option<Name>)> {
    let list: HtmlSelectElement = event.target()?.dyn_into().ok()?;
    let name = list.value().parse().ok()?;
    match list.name().as_str() {
        "observer" => Some((Some(name), None)),
        "about" => Some((None, Some(name))),
        _ => None,
    }
}

/// A key press as the table of keys wants it.
pub fn key<'a>(event: &KeyboardEvent, name: &'a str, code: &'a str) -> Key<'a> {
    let name = latin(name, code, event.shift_key());
    Key { name, chorded: event.ctrl_key() || event.alt_key() || event.meta_key(), shift: event.shift_key(), focus: focus(event) }
}

fn focus(event: &Event) -> Focus {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return Focus::Page };
    let process: Option<Name> =
        element.get_attribute("data-kind").and_then(|_| element.get_attribute("data-id")).and_then(|id| id.parse().ok());
    match (process, element.tag_name().to_ascii_lowercase().as_str()) {
        (Some(name), _) => Focus::Process(name),
        (None, "input" | "select" | "textarea") => Focus::Field,
        (None, "button" | "a" | "summary") => Focus::Button,
        (None, _) if element.id() == "slider" => Focus::Slider,
        (None, _) => Focus::Page,
    }
}

/// What a pointer does on the time bar: where it is along the bar, 0 to 1, if it is held down there. To be asked while the
/// event is under way: the browser captures a pointer only then.
pub fn scrub(event: &PointerEvent) -> Option<f64> {
    let bar = super::by_id("slider")?;
    match event.type_().as_str() {
        "pointerdown" if event.button() == 0 => {
            // So that a drag goes on beyond the bar's edges. Refused for a pointer that is gone already.
            let _ = bar.set_pointer_capture(event.pointer_id());
        }
        "pointermove" if event.buttons() & 1 == 1 && bar.has_pointer_capture(event.pointer_id()) => {}
        _ => return None,
    }
    let shown = bar.get_bounding_client_rect();
    Some((f64::from(event.client_x()) - shown.left()) / shown.width().max(1.0))
}
