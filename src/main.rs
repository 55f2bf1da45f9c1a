//! The page, for the browser. Natively there is none: one line says how to run it.

#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(dead_code, reason = "natively only the tests use it: the app that puts the panels together runs in a browser")
)]
mod ui;

#[cfg(target_arch = "wasm32")]
fn main() {
    ui::web::oops::watch();
    if let Some(place) = ui::web::by_id("app") {
        yew::Renderer::<ui::app::App>::with_root(place).render();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("Ringside is a page: run `cargo xtask serve` and open the address it prints.");
}
