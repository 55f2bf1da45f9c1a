//! When an assertion of the program itself breaks, the page says so and gives the link that leads there. Never a white page.

use super::{by_id, page, window};

/// From now on a panic is shown.
pub fn watch() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
        let what = info.payload().downcast_ref::<&str>().map(|s| (*s).to_owned());
        let what = what.or_else(|| info.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
        show(&format!("{what}{place}"));
    }));
}

fn show(what: &str) {
    let Some(place) = by_id("oops") else { return };
    let address = window().location().href().unwrap_or_default();
    place.set_text_content(Some(&format!(
        "Ringside broke one of its own rules: {what}. This link leads there: {address} · 环视内部断言失败，上面的链接可以重现它。"
    )));
    let _ = place.remove_attribute("hidden");
    page::fail();
}
