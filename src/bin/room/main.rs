//! The rooms: a second module of the page, fetched when one of them is opened. There is the placement room, for which the same
//! module is also its own worker (where there is no window, it counts), and the textbook's lock (`textbook`).

#[cfg(any(target_arch = "wasm32", test))]
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively only the tests use it"))]
mod state;

mod textbook;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod bars;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod dock;
#[cfg(target_arch = "wasm32")]
mod head;
#[cfg(target_arch = "wasm32")]
mod lane;
#[cfg(target_arch = "wasm32")]
mod table;
#[cfg(target_arch = "wasm32")]
mod ui;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(target_arch = "wasm32")]
fn main() {
    if web::crew::serve() {
        return;
    }
    web::oops::watch();
    web::page::mount(|[place, book]| {
        // Each from the moment it is first opened: the placement room starts workers.
        web::page::first(web::page::PLACE, || {
            yew::Renderer::<app::App>::with_root(place).render();
        });
        web::page::first(web::page::BOOK, || {
            yew::Renderer::<textbook::app::Textbook>::with_root(book).render();
        });
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The rooms are a part of the page: run `cargo xtask serve` and open the address it prints.");
}
